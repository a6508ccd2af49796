//! `[bills]`: how costs are shared among customers.

use gridrush_core::market::{Allocation, RateBaseTerms};

use super::declare::{choices, section};

choices! {
    /// A measure by which costs of the network are shared.
    SharedBy {
        /// Draw at the system's highest load.
        CoincidentPeak = "coincident_peak",
        /// Energy drawn.
        Energy = "energy",
        /// Number of customers.
        Customer = "customer",
    }
}

impl SharedBy {
    /// The same in the words of the market.
    pub fn allocation(self) -> Allocation {
        match self {
            SharedBy::CoincidentPeak => Allocation::CoincidentPeak,
            SharedBy::Energy => Allocation::Energy,
            SharedBy::Customer => Allocation::Customer,
        }
    }
}

section! {
    /// Who pays: the network, capacity and distribution on the bills of classes of customers.
    Bills {
        /// Whether bills are written.
        enabled: bool = true, "", "";
        /// By what the cost of the network is shared.
        network_by: SharedBy = SharedBy::CoincidentPeak, "", "";
        /// Highest monthly peaks of the last twelve months over which draws are averaged: 4 in ERCOT, 5 hours in PJM, 12 elsewhere.
        peaks: u32 = 4, "months", "[S] ERCOT", 1.0..=12.0;
        /// What energy and capacity cost in retail prices; the region's, if its pack says.
        wholesale_usd_per_mwh: f64 = 45.0, "$/MWh", "assumed", 0.0..=1000.0;
        /// What the transmission network of the start costs, by the energy of its native load. ERCOT: about 4 billion dollars a
        /// year for 463 TWh.
        network_usd_per_mwh: f64 = 8.6, "$/MWh", "[S]", 0.0..=1000.0;
        /// Months without any draw after which a site counts as gone.
        gone_months: u32 = 6, "months", "assumed", 1.0..=120.0;
    }
    tables {
        /// How investments in the network are recovered.
        rate_base: RateBase;
        /// Homes.
        residential: Residential;
        /// Shops and offices.
        commercial: Commercial;
        /// Industry that is part of native load.
        industrial: Industrial;
    }
}

section! {
    /// How investments are recovered. The defaults cost 2.5 + 7 + 2.5 = 12 % of an investment in its first year.
    RateBase {
        /// Life of network assets.
        life_years: u32 = 40, "years", "[M]", 1.0..=200.0;
        /// Return on what is not depreciated, taxes on it included.
        return_percent: f64 = 7.0, "% per year", "assumed, for 12 % in all", 0.0..=100.0;
        /// Operation, taxes and insurance by cost.
        operation_percent: f64 = 2.5, "% per year", "assumed, for 12 % in all", 0.0..=100.0;
    }
}

impl RateBase {
    /// The terms as the market wants them.
    pub fn terms(&self) -> RateBaseTerms {
        RateBaseTerms {
            life_months: 12 * self.life_years,
            return_share: self.return_percent / 100.0,
            operation_share: self.operation_percent / 100.0,
        }
    }
}

section! {
    /// Homes.
    Residential {
        /// Yearly mean price at the start; the region's, if its pack says.
        retail_usd_per_mwh: f64 = 150.0, "$/MWh", "assumed", 0.0..=5000.0;
        /// Weight of their energy in native load.
        energy_weight: f64 = 0.38, "share", "[M] United States", 0.0..=100.0;
        /// Weight of their draw in native load at the highest load.
        peak_weight: f64 = 0.48, "share", "[M]", 0.0..=100.0;
        /// Use of a customer.
        kwh_per_month: f64 = 900.0, "kWh", "[M] mean of the United States", 1.0..=1000000000.0;
    }
}

section! {
    /// Shops and offices.
    Commercial {
        /// Yearly mean price at the start; the region's, if its pack says.
        retail_usd_per_mwh: f64 = 110.0, "$/MWh", "assumed", 0.0..=5000.0;
        /// Weight of their energy in native load.
        energy_weight: f64 = 0.36, "share", "[M] United States", 0.0..=100.0;
        /// Weight of their draw in native load at the highest load.
        peak_weight: f64 = 0.34, "share", "[M]", 0.0..=100.0;
        /// Use of a customer.
        kwh_per_month: f64 = 6000.0, "kWh", "[M] mean of the United States", 1.0..=1000000000.0;
    }
}

section! {
    /// Industry that is part of native load.
    Industrial {
        /// Yearly mean price at the start; the region's, if its pack says.
        retail_usd_per_mwh: f64 = 75.0, "$/MWh", "assumed", 0.0..=5000.0;
        /// Weight of their energy in native load.
        energy_weight: f64 = 0.26, "share", "[M] United States", 0.0..=100.0;
        /// Weight of their draw in native load at the highest load.
        peak_weight: f64 = 0.18, "share", "[M]", 0.0..=100.0;
        /// Use of a customer.
        kwh_per_month: f64 = 100000.0, "kWh", "[M] mean of the United States", 1.0..=1000000000.0;
    }
}

/// Names of the classes of customers within native load, in the order of bills.
pub const CUSTOMERS: [&str; 3] = ["residential", "commercial", "industrial"];

/// A class of customers within native load.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Customers {
    /// Its name in tables.
    pub name: &'static str,
    /// Price at the start.
    pub retail_usd_per_mwh: f64,
    /// Weight of its energy.
    pub energy_weight: f64,
    /// Weight of its draw at the peak.
    pub peak_weight: f64,
    /// Use of a customer.
    pub kwh_per_month: f64,
}

impl Bills {
    /// The classes of customers within native load.
    pub fn customers(&self) -> [Customers; 3] {
        let (r, c, i) = (&self.residential, &self.commercial, &self.industrial);
        [
            Customers {
                name: CUSTOMERS[0],
                retail_usd_per_mwh: r.retail_usd_per_mwh,
                energy_weight: r.energy_weight,
                peak_weight: r.peak_weight,
                kwh_per_month: r.kwh_per_month,
            },
            Customers {
                name: CUSTOMERS[1],
                retail_usd_per_mwh: c.retail_usd_per_mwh,
                energy_weight: c.energy_weight,
                peak_weight: c.peak_weight,
                kwh_per_month: c.kwh_per_month,
            },
            Customers {
                name: CUSTOMERS[2],
                retail_usd_per_mwh: i.retail_usd_per_mwh,
                energy_weight: i.energy_weight,
                peak_weight: i.peak_weight,
                kwh_per_month: i.kwh_per_month,
            },
        ]
    }
}
