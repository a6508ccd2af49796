//! `[dispatch]`: the hourly market, its caps and the worth of what it may run short of.

use gridrush_core::market::{ReserveCurve, ReserveStep};

use super::check::Faults;
use super::declare::{Key, Setting, choices, section};
use super::document::Node;
use super::security::SecurityList;
use super::setting::{pairs, refuse, written_pairs};

choices! {
    /// Which outages the market holds room for.
    Security {
        /// The loss of one branch, for the pairs of a list.
        List = "list",
        /// None: only the network as it is must carry the flows.
        None = "n0",
    }
}

choices! {
    /// How units are started and stopped.
    Commitment {
        /// Every unit runs anywhere between nothing and its maximum.
        None = "none",
        /// Boilers and combined cycles are committed a day ahead by a priority list.
        Light = "light",
    }
}

section! {
    /// The hourly market.
    Dispatch {
        /// Whether hours are cleared. If not, the queue runs alone: nothing is generated or drawn, and firms reckon
        /// with what a new combined cycle costs.
        hourly: bool = true, "", "";
        /// Outages for which the market holds room.
        security: Security = Security::List, "", "";
        /// How units are started and stopped.
        commitment: Commitment = Commitment::Light, "", "";
        /// Highest price that load may bid or a plant may ask.
        offer_cap_usd_per_mwh: f64 = 5000.0, "$/MWh", "[S] ERCOT since 2022", 1.0..=1000000.0;
        /// Lowest price that a plant may ask; surplus is spilled there.
        offer_floor_usd_per_mwh: f64 = -250.0, "$/MWh", "[M] ERCOT", -100000.0..=0.0;
        /// Price at which bills are capped.
        settlement_cap_usd_per_mwh: f64 = 5500.0, "$/MWh", "assumed", 1.0..=1000000.0;
        /// Penalty for not serving firm large load.
        large_load_shed_usd_per_mwh: f64 = 6000.0, "$/MWh", "assumed", 1.0..=1000000.0;
        /// Penalty for not serving native load, spread over its zone.
        native_shed_usd_per_mwh: f64 = 9000.0, "$/MWh", "assumed", 1.0..=1000000.0;
        /// What wind asks for while it earns a production credit.
        wind_offer_usd_per_mwh: f64 = -20.0, "$/MWh", "assumed", -1000.0..=1000.0;
        /// How long the credit lasts from a unit's first day; units of the pack without a date, and new ones, keep it.
        wind_credit_years: u32 = 10, "years", "[M] federal production credit", 0.0..=100.0;
        /// Worth of operating reserve from the first megawatt on; the width beyond all steps is worth nothing.
        reserve: ReserveCurve = default_reserve(), "MW, $/MWh", "assumed; falls to zero at 7.5 GW as in ERCOT";
        /// Price of flow beyond a branch's rating, by the higher voltage of its ends.
        branch_ceilings: Ceilings = Ceilings::default(), "kV, $/MWh", "[M] ERCOT's shadow-price caps are 2,800-5,251";
        /// Price of flow beyond a branch's emergency rating after a loss, by the higher voltage of its ends.
        contingency_ceilings: Ceilings = Ceilings::default(), "kV, $/MWh", "[M] ERCOT's shadow-price caps after a loss";
    }
    tables {
        /// The list of losses that the market holds room for.
        security_list: SecurityList;
        /// Batteries.
        storage: Storage;
    }
}

/// A falling staircase of five steps of 1.5 GW.
fn default_reserve() -> ReserveCurve {
    let worth = [4500.0, 2000.0, 500.0, 100.0, 20.0];
    let steps = worth.into_iter().map(|usd_per_mwh| ReserveStep { mw: 1500.0, usd_per_mwh });
    ReserveCurve::new(steps.collect()).unwrap_or_default()
}

/// Ceilings on the shadow price of branches by voltage: flow beyond the rating costs this much and is
/// reported as overload.
#[derive(Clone, Debug, PartialEq)]
pub struct Ceilings(Vec<CeilingStep>);

/// A ceiling that holds from a voltage on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CeilingStep {
    /// Least voltage.
    pub minimum_kv: f64,
    /// Price of one MW beyond the rating for an hour.
    pub usd_per_mwh: f64,
}

impl Ceilings {
    /// Ceilings from low to high voltage; `None` unless the first begins at 0 kV, voltages rise and
    /// prices are positive.
    pub fn new(steps: Vec<CeilingStep>) -> Option<Ceilings> {
        let starts = steps.first().is_some_and(|s| s.minimum_kv == 0.0);
        let rises = steps.windows(2).all(|w| w[0].minimum_kv < w[1].minimum_kv);
        let positive = steps.iter().all(|s| s.usd_per_mwh > 0.0);
        (starts && rises && positive).then_some(Ceilings(steps))
    }

    /// The ceiling of a branch by the higher voltage of its ends.
    pub fn at(&self, kv: f64) -> f64 {
        let step = self.0.iter().rev().find(|s| kv >= s.minimum_kv).or(self.0.first());
        step.map_or(f64::INFINITY, |s| s.usd_per_mwh)
    }
}

impl Default for Ceilings {
    fn default() -> Ceilings {
        let step = |(minimum_kv, usd_per_mwh)| CeilingStep { minimum_kv, usd_per_mwh };
        Ceilings([(0.0, 2800.0), (100.0, 3500.0), (200.0, 4500.0)].map(step).into())
    }
}

impl Setting for Ceilings {
    fn kind(_: &Key) -> String {
        "list of [least kV, $/MWh] with rising voltage from 0 kV and positive prices".to_owned()
    }
    fn read(node: &Node, path: &str, key: &Key, faults: &mut Faults) -> Option<Ceilings> {
        let step = |(minimum_kv, usd_per_mwh)| CeilingStep { minimum_kv, usd_per_mwh };
        let steps = pairs(node).map(|pairs| pairs.into_iter().map(step).collect());
        let ceilings = steps.and_then(Ceilings::new);
        if ceilings.is_none() {
            return refuse(node, path, key, "is not such a list", faults);
        }
        ceilings
    }
    fn write(&self) -> Option<String> {
        Some(written_pairs(self.0.iter().map(|s| (s.minimum_kv, s.usd_per_mwh))))
    }
}

section! {
    /// Batteries in the hourly market.
    Storage {
        /// Whether batteries run at all.
        enabled: bool = true, "", "";
        /// Energy out over energy in.
        round_trip: f64 = 0.85, "share", "assumed", 0.1..=1.0;
        /// Local hour at which they look at the 24 hours ahead.
        look_ahead_hour: u32 = 0, "h", "assumed", 0.0..=23.0;
        /// Hours from that look at the hours ahead to the next, through the day.
        look_ahead_every_h: u32 = 12, "h", "assumed", 1.0..=24.0;
    }
}
