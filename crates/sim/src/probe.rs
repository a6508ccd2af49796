//! What a run reports: one file per table, declaration and accumulator side by side.
//!
//! Probes see state changes and settled intervals, never raw events, and hold only the current month
//! or year plus one batch of rows, so memory is flat in the length of the run.

pub mod adequacy;
pub mod bitcoin;
pub mod books;
pub mod commitment;
pub mod compute;
pub mod congestion;
pub mod contention;
pub mod curtailment;
pub mod decisions;
pub mod load;
pub mod queue;
pub mod requests;
pub mod storage;
pub mod supply;
pub mod system;

use std::collections::BTreeMap;

use gridrush_core::grid::Fuel;
use gridrush_tables::{Batch, Cell, RowSink, Table, TableError};

/// Every table of a run, in the order of the data dictionary.
pub const TABLES: &[&Table] = &[
    &contention::TABLE,
    &system::TABLE,
    &load::TABLE,
    &curtailment::TABLE,
    &queue::TABLE,
    &requests::TABLE,
    &decisions::TABLE,
    &bitcoin::TABLE,
    &compute::TABLE,
    &supply::TABLE,
    &storage::TABLE,
    &commitment::TABLE,
    &adequacy::TABLE,
    &congestion::TABLE,
    &books::TABLE,
];

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
    /// Power was dearer than it was worth.
    Price,
    /// There was not enough generation and reserve.
    Scarcity,
    /// A line was at its limit.
    Congestion,
    /// A transformer was at its limit.
    Substation,
}

impl Cause {
    /// The name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Cause::NotConnected => "not_connected",
            Cause::Price => "price",
            Cause::Scarcity => "scarcity",
            Cause::Congestion => "congestion",
            Cause::Substation => "substation",
        }
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
}

/// A branch's year.
#[derive(Clone, Copy, Debug, Default)]
pub struct BranchYear {
    /// Hours at or beyond the limit.
    pub binding_h: f64,
    /// Sum of shadow price times limit.
    pub rent_usd: f64,
    /// Flow beyond the limit.
    pub overload_mwh: f64,
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
    /// Flow beyond limits.
    pub overload_mwh: f64,
    /// Background reinforcements decided.
    pub transmission_cost_usd: f64,
    /// Rating they add.
    pub transmission_mw: f64,
    /// Network upgrades agreed with large loads.
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
    /// This month's curtailed energy by (zone, class, cause, branch).
    pub curtailed_mwh: BTreeMap<(usize, u8, Cause, Option<u32>), f64>,
    /// This year.
    pub system: SystemYear,
    /// This year, by branch.
    pub branches: Vec<BranchYear>,
    /// This year's energy by fuel.
    pub generated_mwh: [f64; Fuel::ALL.len()],
    classes: usize,
}

impl Probes {
    /// Empty accounts.
    pub fn new(hourly: bool, zones: usize, classes: usize, branches: usize) -> Probes {
        Probes {
            hourly,
            rows: TABLES.iter().map(|table| Rows::new(table)).collect(),
            load: vec![LoadMonth::default(); zones * classes],
            curtailed_mwh: BTreeMap::new(),
            system: SystemYear::default(),
            branches: vec![BranchYear::default(); branches],
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
    pub fn curtail(&mut self, zone: usize, class: u8, cause: Cause, branch: Option<u32>, mwh: f64) {
        if mwh > NOTHING_MWH {
            *self.curtailed_mwh.entry((zone, class, cause, branch)).or_insert(0.0) += mwh;
        }
    }

    /// Hands on everything that is waiting.
    pub fn flush(&mut self, sink: &mut dyn RowSink) -> Result<(), TableError> {
        self.rows.iter_mut().try_for_each(|rows| rows.flush(sink))
    }
}
