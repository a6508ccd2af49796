//! What lines of work there are, and their numbers.

use serde::{Deserialize, Serialize};

use crate::policy::Tags;

/// A kind of equipment or crew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Item {
    /// Power transformers of 100 MVA and more.
    LargeTransformer,
    /// Smaller, used or mobile transformers.
    SmallTransformer,
    /// High-voltage breakers.
    Breaker,
    /// Large gas turbines.
    Turbine,
    /// Reciprocating engines for generation on site.
    Engine,
    /// Crews that build lines.
    LineCrew,
    /// Crews that build stations.
    StationCrew,
}

impl Item {
    /// All items, in the order of pools.
    pub const ALL: [Item; 7] = [
        Item::LargeTransformer,
        Item::SmallTransformer,
        Item::Breaker,
        Item::Turbine,
        Item::Engine,
        Item::LineCrew,
        Item::StationCrew,
    ];

    /// The name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Item::LargeTransformer => "large_transformer",
            Item::SmallTransformer => "small_transformer",
            Item::Breaker => "breaker",
            Item::Turbine => "turbine",
            Item::Engine => "engine",
            Item::LineCrew => "line_crew",
            Item::StationCrew => "station_crew",
        }
    }
}

/// The numbers of a pool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PoolParams {
    /// What it makes in a month.
    pub slots_per_month: f64,
    /// From the end of its place in the line to delivery.
    pub making_months: f64,
    /// Backlog at the beginning of 2020.
    pub backlog_2020_months: f64,
    /// What everybody else orders, as a multiple of capacity: from each year on, in ascending order of years.
    pub others_ratio: Vec<(f64, f64)>,
    /// Capacity is added while the backlog is longer than this.
    pub expand_above_months: f64,
    /// What is then added a year, as a part of capacity.
    pub expansion_per_year: f64,
    /// From the decision to add to the first slot.
    pub expansion_delay_months: f64,
    /// Paid at the order, as a part of the price.
    pub deposit_share: f64,
    /// Price of a slot.
    pub usd_per_slot: f64,
}

impl PoolParams {
    /// Backlog in months at a date (a year with its fraction), from what everybody else has ordered since 2020.
    pub fn backlog_months(&self, year: f64) -> f64 {
        let mut backlog = self.backlog_2020_months;
        for (n, &(from, ratio)) in self.others_ratio.iter().enumerate() {
            let until = self.others_ratio.get(n + 1).map_or(f64::INFINITY, |next| next.0).min(year);
            let years = (until - from.max(2020.0)).max(0.0);
            backlog = (backlog + 12.0 * years * (ratio - 1.0)).max(0.0);
        }
        backlog
    }

    /// From an order to delivery at a date, in months.
    pub fn lead_months(&self, year: f64) -> f64 {
        self.backlog_months(year) + self.making_months
    }

    /// What everybody else orders at a date, as a multiple of capacity.
    pub fn others_at(&self, year: f64) -> f64 {
        let begun = self.others_ratio.iter().rev().find(|(from, _)| *from <= year);
        begun.or(self.others_ratio.first()).map_or(1.0, |(_, ratio)| *ratio)
    }
}

/// All pools, and what works need of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EquipmentParams {
    /// Power transformers. Default 62.5 a month, assumed: about 750 a year for the United States. Made in 12
    /// months after a backlog of 3 in 2020 (12-18 months before 2020 `[S]`); others' orders such that it takes
    /// 115 to 130 weeks in April 2024 and 128 weeks in the second quarter of 2025 `[S]`.
    pub large_transformer: PoolParams,
    /// Smaller ones. Default 500 a month, assumed; 16 months in 2025, the middle of 12-20 `[S]`.
    pub small_transformer: PoolParams,
    /// High-voltage breakers. Default 400 a month, assumed; 130 weeks in 2025, the middle of 100-160 `[M]`.
    pub breaker: PoolParams,
    /// Large gas turbines. Default 10 a month, assumed. Fitted to combined cycles that take 3.5 years in 2023 and
    /// 5 in 2025 `[S]`.
    pub turbine: PoolParams,
    /// Engines. Default 60 a month, assumed; 15 months, the middle of 12-18 `[S]`.
    pub engine: PoolParams,
    /// Crews for lines in the region: jobs a month. Default 4, assumed; nobody else orders, as works of others are
    /// not modelled.
    pub line_crew: PoolParams,
    /// Crews for stations in the region: jobs a month. Default 10, assumed.
    pub station_crew: PoolParams,
    /// Breakers of a station for each transformer. Default 2, assumed.
    pub breakers_per_transformer: f64,
    /// Banks of a new transmission station. Default 2, assumed.
    pub new_station_transformers: f64,
    /// Smaller units in place of one large one. Default 3, assumed.
    pub small_per_large: f64,
    /// Smaller ones are taken if they come earlier by at least this. Default 6 months, assumed.
    pub substitute_gain_months: f64,
    /// Who may take smaller ones: requests with any of these tags. Default nobody; the simulator says mines.
    pub substituting: Tags,
    /// Design, permits and foundations of a station, before its crew comes. Default 9 months, assumed.
    pub station_design_months: f64,
    /// What a cancelled order leaves to those who wait behind it, as a part; the rest is sold to somebody outside.
    /// Default 0.5, assumed.
    pub resold_in_line_share: f64,
    /// Whether transformers are ordered when the request is filed, on a deposit, instead of at signing. Default no.
    pub early_orders: bool,
}

impl Default for EquipmentParams {
    fn default() -> EquipmentParams {
        let world =
            |slots_per_month, making_months, backlog_2020_months, others_ratio: &[(f64, f64)]| PoolParams {
                slots_per_month,
                making_months,
                backlog_2020_months,
                others_ratio: others_ratio.to_vec(),
                expand_above_months: 12.0,
                expansion_per_year: 0.1,
                expansion_delay_months: 36.0,
                deposit_share: 0.2,
                usd_per_slot: 0.0,
            };
        let crew = |slots_per_month, making_months| PoolParams {
            expand_above_months: 6.0,
            expansion_per_year: 0.2,
            expansion_delay_months: 12.0,
            deposit_share: 0.0,
            ..world(slots_per_month, making_months, 0.0, &[(2020.0, 0.0)])
        };
        EquipmentParams {
            large_transformer: PoolParams {
                usd_per_slot: 4.0e6,
                ..world(62.5, 12.0, 3.0, &[(2020.0, 1.25), (2024.0, 1.15), (2025.0, 1.13), (2026.0, 1.05)])
            },
            small_transformer: PoolParams {
                usd_per_slot: 1.0e6,
                ..world(500.0, 6.0, 0.0, &[(2020.0, 1.2), (2024.0, 1.0)])
            },
            breaker: PoolParams {
                usd_per_slot: 0.5e6,
                ..world(400.0, 9.0, 3.0, &[(2020.0, 1.3), (2025.0, 1.05)])
            },
            turbine: PoolParams {
                usd_per_slot: 100.0e6,
                ..world(10.0, 27.0, 3.0, &[(2020.0, 1.285), (2023.5, 1.75), (2026.0, 1.1)])
            },
            engine: PoolParams { usd_per_slot: 10.0e6, ..world(60.0, 12.0, 3.0, &[(2020.0, 1.0)]) },
            line_crew: crew(4.0, 0.0),
            station_crew: crew(10.0, 3.0),
            breakers_per_transformer: 2.0,
            new_station_transformers: 2.0,
            small_per_large: 3.0,
            substitute_gain_months: 6.0,
            substituting: Tags::default(),
            station_design_months: 9.0,
            resold_in_line_share: 0.5,
            early_orders: false,
        }
    }
}

impl EquipmentParams {
    /// The numbers of the pool of an item.
    pub fn pool(&self, item: Item) -> &PoolParams {
        match item {
            Item::LargeTransformer => &self.large_transformer,
            Item::SmallTransformer => &self.small_transformer,
            Item::Breaker => &self.breaker,
            Item::Turbine => &self.turbine,
            Item::Engine => &self.engine,
            Item::LineCrew => &self.line_crew,
            Item::StationCrew => &self.station_crew,
        }
    }
}
