//! `[equipment]`: lines of work for equipment and crews that everybody who builds has to wait for.

use gridrush_core::interconnection::{EquipmentParams, PoolParams};
use gridrush_workload::tags::tag;

use super::declare::{mirror, section};

section! {
    /// Lines of work behind lead times: transformers, breakers, crews. Without them stations and upgrades take the times
    /// of `[queue.works]`.
    Equipment {
        /// Whether lead times follow from lines of work.
        enabled: bool = false, "", "";
        /// Whether mines may take smaller, used or mobile transformers.
        mines_substitute: bool = true, "", "assumed";
    }
    tables {
        /// What stations and upgrades order, and how.
        orders: Procurement;
        /// Power transformers of 100 MVA and more, for everybody in the market.
        large_transformer: LargeTransformer;
        /// Smaller, used or mobile transformers.
        small_transformer: SmallTransformer;
        /// High-voltage breakers.
        breaker: Breaker;
        /// Large gas turbines.
        turbine: Turbine;
        /// Reciprocating engines.
        engine: Engine;
        /// Crews that build lines in the region.
        line_crew: LineCrew;
        /// Crews that build stations in the region.
        station_crew: StationCrew;
    }
}

mirror! {
    /// What stations and upgrades order, and how.
    Procurement of EquipmentParams, from EquipmentParams::default() => {
        /// Breakers of a station for each transformer.
        breakers_per_transformer: f64, "", "assumed", 0.0..=100.0;
        /// Banks of a new transmission station.
        new_station_transformers: f64, "", "assumed", 0.1..=100.0;
        /// Smaller units in place of one large one.
        small_per_large: f64, "", "assumed", 0.1..=100.0;
        /// Smaller ones are taken if they come earlier by at least this.
        substitute_gain_months: f64, "months", "assumed", 0.0..=600.0;
        /// Design, permits and foundations of a station, before its crew comes.
        station_design_months: f64, "months", "assumed", 0.0..=600.0;
        /// What a cancelled order leaves to those who wait behind it; the rest is sold to somebody outside.
        resold_in_line_share: f64, "share", "assumed", 0.0..=1.0;
        /// Whether transformers are ordered when a request is filed, on a deposit, instead of at signing.
        early_orders: bool, "", "";
    }
}

macro_rules! pools {
    ($($(#[doc = $about:literal])+ $name:ident = $field:ident;)+) => { $(
        mirror! {
            $(#[doc = $about])+
            $name of PoolParams, from EquipmentParams::default().$field => {
                /// What is made in a month.
                slots_per_month: f64, "1/month", "assumed", 0.001..=1e9;
                /// From the end of its turn to delivery.
                making_months: f64, "months", "fitted or assumed, docs/models/equipment.md", 0.0..=600.0;
                /// Backlog at the beginning of 2020.
                backlog_2020_months: f64, "months", "fitted or assumed, docs/models/equipment.md", 0.0..=600.0;
                /// Capacity is added while the backlog is longer than this.
                expand_above_months: f64, "months", "assumed", 0.0..=6000.0;
                /// What is then added a year, as a part of capacity.
                expansion_per_year: f64, "1/year", "assumed", 0.0..=10.0;
                /// From the decision to add to the first slot.
                expansion_delay_months: f64, "months", "assumed", 0.0..=600.0;
            }
        }
    )+ };
}

pools! {
    /// Power transformers of 100 MVA and more.
    LargeTransformer = large_transformer;
    /// Smaller, used or mobile transformers.
    SmallTransformer = small_transformer;
    /// High-voltage breakers.
    Breaker = breaker;
    /// Large gas turbines.
    Turbine = turbine;
    /// Reciprocating engines.
    Engine = engine;
    /// Crews that build lines.
    LineCrew = line_crew;
    /// Crews that build stations.
    StationCrew = station_crew;
}

impl Equipment {
    /// The numbers of the lines of work; none without them.
    pub fn params(&self) -> Option<EquipmentParams> {
        if !self.enabled {
            return None;
        }
        let mut params = EquipmentParams::default();
        self.orders.set(&mut params);
        self.large_transformer.set(&mut params.large_transformer);
        self.small_transformer.set(&mut params.small_transformer);
        self.breaker.set(&mut params.breaker);
        self.turbine.set(&mut params.turbine);
        self.engine.set(&mut params.engine);
        self.line_crew.set(&mut params.line_crew);
        self.station_crew.set(&mut params.station_crew);
        if self.mines_substitute {
            params.substituting = tag("proof_of_work").unwrap_or_default();
        }
        Some(params)
    }
}
