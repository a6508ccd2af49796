//! Standard works that raise a rating or build a customer station: sizes, costs, lead times.
//!
//! An overloaded line is given the smallest of: new conductors on its towers (once), one or more
//! parallel circuits of its own rating. An overloaded transformer is given the smallest standard bank
//! beside it. Works change ratings only; the reactances of the flow model stay, so the added circuit
//! carries its part of the same flow.
//!
//! Costs are orders of magnitude. A line's cost is (cost per mile of a new circuit at its voltage) x
//! length x adders; new conductors cost a part of it.

use serde::{Deserialize, Serialize};

use super::request::RequestId;
use super::study::StudyBranch;
use crate::grid::{BranchId, BranchKind};
use crate::kernel::{SimSpan, SimTime};
use crate::ledger::Cents;

/// Hours in a mean month of 365.25 / 12 days.
pub(super) const MONTH_HOURS: f64 = 730.5;

/// Position of an upgrade in the queue's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UpgradeId(pub u32);

/// What is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Works {
    /// New conductors on the same towers.
    Reconductor,
    /// One or more circuits beside a line.
    ParallelCircuit,
    /// A bank beside a transformer.
    Transformer,
    /// A new station with several banks, where one more bank is too little.
    NewStation,
    /// Stations and lines inside a zone whose network is not modelled.
    LocalStation,
    /// More import into such a zone.
    ZoneImport,
    /// More export out of it.
    ZoneExport,
}

impl Works {
    /// The name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Works::Reconductor => "reconductor",
            Works::ParallelCircuit => "parallel_circuit",
            Works::Transformer => "transformer",
            Works::NewStation => "new_station",
            Works::LocalStation => "local_station",
            Works::ZoneImport => "zone_import",
            Works::ZoneExport => "zone_export",
        }
    }
}

/// Where an upgrade stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpgradeState {
    /// Part of an offer.
    Proposed,
    /// Paid for and ordered.
    Committed {
        /// In service from then on.
        ready: SimTime,
    },
    /// In service.
    Done {
        /// Since then.
        at: SimTime,
    },
    /// Its offer came to nothing and nobody else needs it.
    Cancelled,
}

/// Works on one branch, paid by the requests of a round and open to all later ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Upgrade {
    /// The branch.
    pub branch: BranchId,
    /// What is built.
    pub works: Works,
    /// Increase of the rating.
    pub added_mw: f64,
    /// What it costs in all.
    pub cost: Cents,
    /// The part that requests are charged.
    pub charge: Cents,
    /// Who is charged how much of it, in order of requests; sums to `charge` unless somebody dropped out
    /// since the last study or nobody in the queue pays.
    pub shares: Vec<(RequestId, Cents)>,
    /// From order to service.
    pub lead: SimSpan,
    /// Who caused most of it or took it over.
    pub payer: RequestId,
    /// Where it stands.
    pub state: UpgradeState,
}

impl Upgrade {
    /// Whether it is still to come.
    pub fn is_pending(&self) -> bool {
        matches!(self.state, UpgradeState::Proposed | UpgradeState::Committed { .. })
    }
}

/// Works that would clear an overload.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Remedy {
    /// What is built.
    pub works: Works,
    /// Increase of the rating.
    pub added_mw: f64,
    /// What it costs.
    pub cost_usd: f64,
    /// From order to service.
    pub lead: SimSpan,
}

/// A customer's own station.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Station {
    /// Transformers, one of them spare.
    pub units: u32,
    /// What it costs.
    pub cost: Cents,
    /// From order to service.
    pub lead: SimSpan,
}

/// Cost and lead time of a circuit up to a voltage.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CircuitClass {
    /// Highest voltage of the class; the last class also serves all above.
    pub max_kv: f64,
    /// Cost of a new circuit.
    pub usd_per_mile: f64,
    /// From order to service of a new circuit.
    pub lead_months: f64,
}

/// The catalogue of standard works.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Catalogue {
    /// New circuits by voltage, lowest first. Default cost 2.0 M$/mile to 161 kV, 2.5 to 230, 3.5 to
    /// 345, 5.0 to 500, 6.0 above `[M]`; lead 78 months to 500 kV and 102 above `[M]`, 48 to 161 kV and 60
    /// to 230 kV, assumed.
    pub circuits: Vec<CircuitClass>,
    /// Multiplies line and transformer costs: contingency 20 % and interest during construction 7.5 %
    /// (MISO's estimating rules) `[S]`.
    pub cost_adder: f64,
    /// Length of a line whose length is unknown. Default 15 miles, assumed.
    pub missing_length_mi: f64,
    /// Sizes of new conductors as parts of one circuit's rating, smallest first. Default 0.25 and 0.5,
    /// assumed.
    pub reconductor_steps: Vec<f64>,
    /// Cost of new conductors as a part of a new circuit's. Default 0.5, assumed.
    pub reconductor_cost_share: f64,
    /// Lead time of new conductors. Default 27 months, the middle of 18-36 `[M]`.
    pub reconductor_lead_months: f64,
    /// Most circuits added at once. Default 3, assumed.
    pub max_circuits: u32,
    /// Standard banks, smallest first. Default 50 to 1,200 MVA, assumed.
    pub transformer_sizes_mw: Vec<f64>,
    /// Cost of a bank: 9 M$ for 550 MVA, the middle of 6-12 M$ for 400-700 MVA `[M]`.
    pub transformer_usd_per_mw: f64,
    /// Cost of its bay: a quarter of a 345 kV ring bus of 17.5 M$ `[M]`.
    pub transformer_bay_usd: f64,
    /// Lead time of power transformers. Default 128 weeks = 29.4 months, the average of Q2 2025 `[S]`.
    pub transformer_lead_months: f64,
    /// Cost of a new transmission station without its banks. Default 45 M$, the middle of 30-60 for 345/138 kV `[M]`.
    pub new_station_usd: f64,
    /// Lead time of a new transmission station. Default 36 months, the middle of 24-48 `[M]`.
    pub new_station_lead_months: f64,
    /// Most banks in a new transmission station. Default 4, assumed.
    pub new_station_banks_max: u32,
    /// Size of one transformer of a customer station. Default 125 MVA, the middle of 100-150 `[M]`.
    pub station_unit_mva: f64,
    /// Power factor at which a station's firm capacity is counted. Default 0.97, assumed.
    pub station_power_factor: f64,
    /// Cost of a station per transformer: 22.5 M$ for two `[M]`.
    pub station_unit_usd: f64,
    /// Lead time of a station: that of its transformers `[S]`.
    pub station_lead_months: f64,
}

impl Default for Catalogue {
    fn default() -> Catalogue {
        let class = |max_kv, usd_per_mile, lead_months| CircuitClass { max_kv, usd_per_mile, lead_months };
        let transformer_lead_months = 128.0 * 7.0 * 24.0 / MONTH_HOURS;
        Catalogue {
            circuits: vec![
                class(161.0, 2.0e6, 48.0),
                class(230.0, 2.5e6, 60.0),
                class(345.0, 3.5e6, 78.0),
                class(500.0, 5.0e6, 78.0),
                class(765.0, 6.0e6, 102.0),
            ],
            cost_adder: 1.2 * 1.075,
            missing_length_mi: 15.0,
            reconductor_steps: vec![0.25, 0.5],
            reconductor_cost_share: 0.5,
            reconductor_lead_months: 27.0,
            max_circuits: 3,
            transformer_sizes_mw: vec![50.0, 100.0, 150.0, 200.0, 300.0, 400.0, 600.0, 800.0, 1200.0],
            transformer_usd_per_mw: 9.0e6 / 550.0,
            transformer_bay_usd: 17.5e6 / 4.0,
            transformer_lead_months,
            new_station_usd: 45.0e6,
            new_station_lead_months: 36.0,
            new_station_banks_max: 4,
            station_unit_mva: 125.0,
            station_power_factor: 0.97,
            station_unit_usd: 22.5e6 / 2.0,
            station_lead_months: transformer_lead_months,
        }
    }
}

impl Catalogue {
    /// The smallest standard works that add at least `lacking_mw` to a branch; `None` if none do.
    /// `reconductored` lines get no new conductors again.
    pub fn remedy(&self, branch: &StudyBranch, reconductored: bool, lacking_mw: f64) -> Option<Remedy> {
        match branch.kind {
            BranchKind::Line => self.line_remedy(branch, reconductored, lacking_mw),
            BranchKind::Transformer => self.transformer_remedy(lacking_mw),
        }
    }

    /// The smallest bank that covers what is lacking, or a new station with as many of the largest as it takes.
    fn transformer_remedy(&self, lacking_mw: f64) -> Option<Remedy> {
        let bank_usd = |added_mw: f64| self.transformer_usd_per_mw * added_mw;
        if let Some(&added_mw) = self.transformer_sizes_mw.iter().find(|&&size| size >= lacking_mw) {
            return Some(Remedy {
                works: Works::Transformer,
                added_mw,
                cost_usd: (bank_usd(added_mw) + self.transformer_bay_usd) * self.cost_adder,
                lead: months(self.transformer_lead_months),
            });
        }
        let largest_mw = *self.transformer_sizes_mw.last()?;
        let banks = (lacking_mw / largest_mw).ceil();
        (banks <= f64::from(self.new_station_banks_max)).then(|| Remedy {
            works: Works::NewStation,
            added_mw: banks * largest_mw,
            cost_usd: (self.new_station_usd + bank_usd(banks * largest_mw)) * self.cost_adder,
            lead: months(self.new_station_lead_months.max(self.transformer_lead_months)),
        })
    }

    fn line_remedy(&self, branch: &StudyBranch, reconductored: bool, lacking_mw: f64) -> Option<Remedy> {
        let class = self
            .circuits
            .iter()
            .find(|class| branch.base_kv <= class.max_kv)
            .or_else(|| self.circuits.last())?;
        let length_mi = branch.length_mi.unwrap_or(self.missing_length_mi);
        let circuit_usd = class.usd_per_mile * length_mi * self.cost_adder;
        let conductors = self.reconductor_steps.iter().filter(|_| !reconductored).map(|step| Remedy {
            works: Works::Reconductor,
            added_mw: step * branch.circuit_mw,
            cost_usd: circuit_usd * self.reconductor_cost_share,
            lead: months(self.reconductor_lead_months),
        });
        let circuits = (1..=self.max_circuits).map(|n| Remedy {
            works: Works::ParallelCircuit,
            added_mw: f64::from(n) * branch.circuit_mw,
            cost_usd: f64::from(n) * circuit_usd,
            lead: months(class.lead_months),
        });
        conductors
            .chain(circuits)
            .filter(|remedy| remedy.added_mw >= lacking_mw)
            .min_by(|a, b| a.added_mw.total_cmp(&b.added_mw))
    }

    /// Transformers, cost and lead time of a station for `mw`: enough units with one out.
    pub fn station(&self, mw: f64) -> (u32, f64, SimSpan) {
        let units = (mw / (self.station_unit_mva * self.station_power_factor)).ceil() + 1.0;
        (units as u32, units * self.station_unit_usd, months(self.station_lead_months))
    }
}

/// A number of mean months as a span.
pub(super) fn months(months: f64) -> SimSpan {
    SimSpan::from_hours_f64(months * MONTH_HOURS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interconnection::EMERGENCY_RATIO;

    fn line(circuit_mw: f64, base_kv: f64, length_mi: Option<f64>) -> StudyBranch {
        StudyBranch {
            kind: BranchKind::Line,
            base_kv,
            length_mi,
            circuit_mw,
            rating_mw: circuit_mw,
            planned_mw: 0.0,
            emergency_ratio: EMERGENCY_RATIO,
        }
    }

    #[test]
    fn the_smallest_standard_size_clears() {
        let catalogue = Catalogue::default();
        let branch = line(200.0, 138.0, Some(10.0));
        let pick = |used, lacking| {
            catalogue.remedy(&branch, used, lacking).map(|remedy| (remedy.works, remedy.added_mw))
        };
        assert_eq!(pick(false, 1.0), Some((Works::Reconductor, 50.0)));
        assert_eq!(pick(false, 50.0), Some((Works::Reconductor, 50.0)));
        assert_eq!(pick(false, 50.1), Some((Works::Reconductor, 100.0)));
        assert_eq!(pick(false, 100.1), Some((Works::ParallelCircuit, 200.0)));
        assert_eq!(pick(true, 1.0), Some((Works::ParallelCircuit, 200.0)));
        assert_eq!(pick(false, 600.0), Some((Works::ParallelCircuit, 600.0)));
        assert_eq!(pick(false, 600.1), None);
        let bank = StudyBranch { kind: BranchKind::Transformer, ..branch };
        assert_eq!(catalogue.remedy(&bank, false, 151.0).unwrap().added_mw, 200.0);
        // Two of the largest in a new station: (45 + 2 x 1,200 x 9/550) x 1.29 = 108.7 M$, after 36 months.
        let station = catalogue.remedy(&bank, false, 1_200.5).unwrap();
        assert_eq!((station.works, station.added_mw), (Works::NewStation, 2_400.0));
        assert!((station.cost_usd / 1e6 - 1.29 * (45.0 + 2_400.0 * 9.0 / 550.0)).abs() < 1e-6);
        assert_eq!(station.lead, SimSpan::from_hours_f64(36.0 * 730.5));
        assert_eq!(catalogue.remedy(&bank, false, 4_800.5), None);
    }

    #[test]
    fn costs_and_lead_times_by_hand() {
        let catalogue = Catalogue::default();
        let close = |a: f64, b: f64| (a / b - 1.0).abs() < 1e-12;
        // 10 miles x 2 M$ x 1.29 = 25.8 M$, half of it for conductors.
        let branch = line(200.0, 138.0, Some(10.0));
        let conductors = catalogue.remedy(&branch, false, 40.0).unwrap();
        assert!(close(conductors.cost_usd, 12.9e6));
        assert_eq!(conductors.lead, SimSpan::from_hours_f64(27.0 * 730.5));
        // Two circuits of 20 miles at 345 kV: 2 x 20 x 3.5 x 1.29 = 180.6 M$.
        let circuits = catalogue.remedy(&line(900.0, 345.0, Some(20.0)), false, 1_000.0).unwrap();
        assert!(close(circuits.cost_usd, 180.6e6));
        // Above the last class its cost holds: 15 miles assumed x 6 M$ x 1.29.
        let highest = catalogue.remedy(&line(900.0, 1_000.0, None), true, 1.0).unwrap();
        assert!(close(highest.cost_usd, 116.1e6));
        // 300 MW: 300 / (125 x 0.97) = 2.47, so 3 units and a spare at 11.25 M$.
        let (units, cost_usd, lead) = catalogue.station(300.0);
        assert_eq!((units, cost_usd), (4, 45.0e6));
        assert!((lead.as_days() - 896.0).abs() < 1e-6, "128 weeks");
    }
}
