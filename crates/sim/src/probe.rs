//! What a run reports: one file per table, declaration and accumulator side by side.
//!
//! Probes see state changes and settled intervals, never raw events, and hold only the current month
//! or year plus one batch of rows, so memory is flat in the length of the run.

pub mod adequacy;
pub mod bills;
pub mod bitcoin;
pub mod books;
pub mod capacity;
pub mod commitment;
pub mod compute;
pub mod congestion;
pub mod contention;
pub mod curtailment;
pub mod decisions;
pub mod emissions;
pub mod energizations;
pub mod fuel;
pub mod headroom;
pub mod load;
pub mod outages;
pub mod queue;
pub mod rate_base;
pub mod requests;
pub mod rules;
pub mod storage;
pub mod supply;
pub mod system;
pub mod ties;

use std::collections::BTreeMap;

use gridrush_core::grid::Fuel;
use gridrush_tables::{Batch, Cell, RowSink, Table, TableError};

use crate::limits::Limit;

/// Every table of a run, in the order of the data dictionary.
pub const TABLES: &[&Table] = &[
    &contention::TABLE,
    &system::TABLE,
    &load::TABLE,
    &curtailment::TABLE,
    &queue::TABLE,
    &requests::TABLE,
    &energizations::TABLE,
    &decisions::TABLE,
    &bitcoin::TABLE,
    &compute::TABLE,
    &supply::TABLE,
    &storage::TABLE,
    &commitment::TABLE,
    &adequacy::TABLE,
    &fuel::TABLE,
    &emissions::MONTHLY,
    &emissions::YEARLY,
    &congestion::TABLE,
    &rules::TABLE,
    &ties::TABLE,
    &outages::TABLE,
    &bills::TABLE,
    &capacity::TABLE,
    &rate_base::TABLE,
    &books::TABLE,
];

/// A month of a tie.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TieMonth {
    /// Sent forward.
    pub forward_mwh: f64,
    /// Sent the other way.
    pub reverse_mwh: f64,
    /// Lost on the way.
    pub lost_mwh: f64,
    /// What arrived at the price there, less what was sent at the price here.
    pub worth_usd: f64,
}

/// Less curtailed energy than this is rounding.
const NOTHING_MWH: f64 = 1e-9;

/// Rows gathered before they are handed on.
const ROWS_PER_BATCH: usize = 16_384;

/// Rows of one table on their way to the sink.
#[derive(Clone, Debug)]
pub struct Rows(Batch);

impl Rows {
    fn new(table: &'static Table) -> Rows {
        Rows(Batch::new(table))
    }

    /// Adds a row and hands the batch on when it is full.
    pub fn push(&mut self, sink: &mut dyn RowSink, row: &[Cell<'_>]) -> Result<(), TableError> {
        self.0.push(row);
        if self.0.len() >= ROWS_PER_BATCH { self.flush(sink) } else { Ok(()) }
    }

    /// Hands on what is there.
    pub fn flush(&mut self, sink: &mut dyn RowSink) -> Result<(), TableError> {
        sink.write(&self.0)?;
        self.0.clear();
        Ok(())
    }
}

/// Why energy was not served, as tables name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The site's equipment is ahead of its energization.
    NotConnected,
    /// Equipment is out of order: the load is cut off.
    Outage,
    /// Power was dearer than it was worth.
    Price,
    /// There was not enough generation and reserve.
    Scarcity,
    /// A line was at its limit.
    Congestion,
    /// A transformer was at its limit.
    Substation,
    /// A rule forbade it.
    Policy,
}

impl Cause {
    /// All causes in their order.
    pub const ALL: [Cause; 7] = [
        Cause::NotConnected,
        Cause::Outage,
        Cause::Price,
        Cause::Scarcity,
        Cause::Congestion,
        Cause::Substation,
        Cause::Policy,
    ];

    /// The name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Cause::NotConnected => "not_connected",
            Cause::Outage => "outage",
            Cause::Price => "price",
            Cause::Scarcity => "scarcity",
            Cause::Congestion => "congestion",
            Cause::Substation => "substation",
            Cause::Policy => "policy",
        }
    }
}

/// The reason of a curtailment, as tables give it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Why {
    /// What stopped it.
    pub cause: Cause,
    /// The limit or the failed branch that it is named after.
    pub limit: Option<Limit>,
    /// The branch on outage without which that limit would not have bound.
    pub outage: Option<u32>,
    /// The rule that it is named after, by position.
    pub rule: Option<u32>,
}

impl From<Cause> for Why {
    fn from(cause: Cause) -> Why {
        Why { cause, limit: None, outage: None, rule: None }
    }
}

/// Energy and money of one class in one zone over a month.
#[derive(Clone, Copy, Debug, Default)]
pub struct LoadMonth {
    /// Asked for.
    pub requested_mwh: f64,
    /// Served.
    pub served_mwh: f64,
    /// Paid for energy.
    pub paid_usd: f64,
    /// The part of it that the mean price of the area makes: see `clearing/energy.rs`.
    pub energy_usd: f64,
}

/// The month of a limit that bound.
#[derive(Clone, Copy, Debug, Default)]
pub struct LimitMonth {
    /// Hours at or beyond it.
    pub binding_h: f64,
    /// Sum of its shadow price over hours.
    pub shadow_usd_per_mw: f64,
    /// Greatest shadow price.
    pub shadow_max_usd_per_mwh: f64,
    /// Sum of shadow price times limit.
    pub rent_usd: f64,
    /// Flow beyond the limit.
    pub overload_mwh: f64,
    /// Its size when it bound last.
    pub limit_mw: f64,
}

/// The month of fuel prices.
#[derive(Clone, Copy, Debug, Default)]
pub struct FuelMonth {
    /// Hours booked.
    pub hours: f64,
    /// Sum of prices over hours, by fuel.
    pub usd_h_per_mmbtu: [f64; Fuel::ALL.len()],
    /// Sum of what was drawn over hours, by fuel.
    pub factor_h: [f64; Fuel::ALL.len()],
}

/// The system's year.
#[derive(Clone, Copy, Debug)]
pub struct SystemYear {
    /// Greatest load served.
    pub peak_mw: f64,
    /// Greatest native load.
    pub native_peak_mw: f64,
    /// Least of available supply over firm load.
    pub least_supply_ratio: f64,
    /// Firm load asked for.
    pub firm_mwh: f64,
    /// Firm load not served.
    pub firm_shed_mwh: f64,
    /// Load served.
    pub served_mwh: f64,
    /// Paid for it.
    pub paid_usd: f64,
    /// Flow beyond ratings.
    pub overload_mwh: f64,
    /// Flow beyond emergency ratings, if the branch that is provided for were lost.
    pub insecure_mwh: f64,
    /// Background reinforcements decided.
    pub transmission_cost_usd: f64,
    /// Rating they add.
    pub transmission_mw: f64,
    /// Network upgrades ordered at the expense of applicants.
    pub upgrade_cost_usd: f64,
}

impl Default for SystemYear {
    fn default() -> Self {
        SystemYear {
            peak_mw: 0.0,
            native_peak_mw: 0.0,
            least_supply_ratio: f64::INFINITY,
            firm_mwh: 0.0,
            firm_shed_mwh: 0.0,
            served_mwh: 0.0,
            paid_usd: 0.0,
            overload_mwh: 0.0,
            insecure_mwh: 0.0,
            transmission_cost_usd: 0.0,
            transmission_mw: 0.0,
            upgrade_cost_usd: 0.0,
        }
    }
}

/// All tables of a run and what they accumulate.
#[derive(Clone, Debug)]
pub struct Probes {
    /// Whether hourly tables are written.
    pub hourly: bool,
    /// One per entry of [`TABLES`].
    rows: Vec<Rows>,
    /// This month, zone by zone, class within zone.
    pub load: Vec<LoadMonth>,
    /// This month's curtailed energy by zone, class and reason.
    pub curtailed_mwh: BTreeMap<(usize, u8, Why), f64>,
    /// This year.
    pub system: SystemYear,
    /// This month's limits that bound.
    pub limits: BTreeMap<Limit, LimitMonth>,
    /// This year's rent by element, what a branch earned under provision for losses included.
    pub rent_usd: Vec<f64>,
    /// This month's flows between regions, by position of the link.
    pub ties: BTreeMap<usize, TieMonth>,
    /// This month's fuel prices.
    pub fuel: FuelMonth,
    /// This year's energy by fuel.
    pub generated_mwh: [f64; Fuel::ALL.len()],
    classes: usize,
}

impl Probes {
    /// Empty accounts.
    pub fn new(hourly: bool, zones: usize, classes: usize, elements: usize) -> Probes {
        Probes {
            hourly,
            rows: TABLES.iter().map(|table| Rows::new(table)).collect(),
            load: vec![LoadMonth::default(); zones * classes],
            curtailed_mwh: BTreeMap::new(),
            system: SystemYear::default(),
            limits: BTreeMap::new(),
            rent_usd: vec![0.0; elements],
            ties: BTreeMap::new(),
            fuel: FuelMonth::default(),
            generated_mwh: [0.0; Fuel::ALL.len()],
            classes,
        }
    }

    /// The rows of a table.
    ///
    /// # Panics
    /// If the table is not one of [`TABLES`].
    pub fn table(&mut self, table: &'static Table) -> &mut Rows {
        let at = TABLES.iter().position(|t| t.name == table.name);
        &mut self.rows[at.expect("a declared table")]
    }

    /// This month's account of a class in a zone.
    pub fn load_of(&mut self, zone: usize, class: u8) -> &mut LoadMonth {
        &mut self.load[zone * self.classes + usize::from(class)]
    }

    /// Books curtailed energy.
    pub fn curtail(&mut self, zone: usize, class: u8, why: Why, mwh: f64) {
        if mwh > NOTHING_MWH {
            *self.curtailed_mwh.entry((zone, class, why)).or_insert(0.0) += mwh;
        }
    }

    /// Hands on everything that is waiting.
    pub fn flush(&mut self, sink: &mut dyn RowSink) -> Result<(), TableError> {
        self.rows.iter_mut().try_for_each(|rows| rows.flush(sink))
    }
}

#[cfg(test)]
mod tests {
    use gridrush_tables::Kind;

    use super::*;

    #[test]
    fn columns_say_what_stands_in_their_cells() {
        for table in TABLES.iter().chain([&&headroom::TABLE]) {
            for column in table.columns.iter().filter(|column| column.kind == Kind::Float) {
                let name = format!("{}.{}", table.name, column.name);
                // A number that is missing is written NaN.
                assert!(!column.meaning.contains("empty"), "{name}: {}", column.meaning);
                if column.name.ends_with("_share") || column.name == "reserve_margin" {
                    assert_eq!(column.unit, "share", "{name}");
                }
            }
        }
    }
}
