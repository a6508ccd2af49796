//! `[capacity]`: how a region sees to it that there is enough capacity.

use gridrush_core::grid::Technology;
use gridrush_core::grid::pack::CapacityMarketKind;
use gridrush_core::market::{CapacityCurve, SlopedTerms};

use super::declare::{choices, section};

choices! {
    /// How a region sees to it that there is enough capacity.
    CapacityMarket {
        /// Nobody pays for capacity; scarce energy is dear.
        EnergyOnly = "energy_only",
        /// A yearly forward auction against a sloped curve.
        Auction = "auction",
        /// Suppliers must hold the requirement, and pay the cap for what they lack.
        Bilateral = "bilateral",
    }
}

impl From<CapacityMarketKind> for CapacityMarket {
    fn from(kind: CapacityMarketKind) -> CapacityMarket {
        match kind {
            CapacityMarketKind::EnergyOnly => CapacityMarket::EnergyOnly,
            CapacityMarketKind::Auction => CapacityMarket::Auction,
            CapacityMarketKind::Bilateral => CapacityMarket::Bilateral,
        }
    }
}

section! {
    /// Capacity. Delivery years are calendar years; an auction is held at the end of a year.
    Capacity {
        /// How capacity is paid for; the region's, if its pack says.
        market: CapacityMarket = CapacityMarket::EnergyOnly, "", "";
        /// What a megawatt is paid until the first delivery year of the run; the region's, if its pack says.
        price_usd_per_mw_day: f64 = 0.0, "$/MW-day", "none", 0.0..=100000.0;
        /// Whole years from the end of an auction's year to its delivery year.
        forward_years: u32 = 1, "years", "[S] recent PJM auctions, about a year", 0.0..=10.0;
        /// Accredited capacity wanted for a megawatt of forecast peak.
        requirement_per_peak: f64 = 0.93, "share", "[M] PJM, delivery years from 2025 on", 0.1..=3.0;
        /// Part of the contract of firm large loads that counts in the forecast.
        large_load_share: f64 = 0.7, "share", "[S2] PJM", 0.0..=1.0;
        /// Cost of a new plant less what it earns with energy.
        net_cone_usd_per_mw_day: f64 = 240.0, "$/MW-day", "[M]", 0.0..=100000.0;
        /// Highest price.
        cap_usd_per_mw_day: f64 = 333.44, "$/MW-day", "[S] PJM 2027/28", 0.0..=100000.0;
        /// Lowest price.
        floor_usd_per_mw_day: f64 = 0.0, "$/MW-day", "none", 0.0..=100000.0;
        /// Share of the requirement up to which the price is the cap.
        first_share: f64 = 0.99, "share", "[M] PJM", 0.1..=3.0;
        /// Share at which it is `middle_multiple` of the net cost of a new plant.
        middle_share: f64 = 1.015, "share", "[M] PJM", 0.1..=3.0;
        /// See `middle_share`.
        middle_multiple: f64 = 0.75, "share", "[M] PJM", 0.0..=10.0;
        /// Share from which on nothing more is bought.
        last_share: f64 = 1.045, "share", "[M] PJM", 0.1..=3.0;
        /// Whether what capacity is paid counts in the decisions of entry and exit.
        pays_entrants: bool = true, "", "";
    }
    tables {
        /// What a megawatt counts.
        accreditation: Accreditation;
    }
}

section! {
    /// What an installed megawatt counts: class averages, near PJM's ratings for 2027/28.
    Accreditation {
        /// Combined cycles.
        combined_cycle: f64 = 0.76, "share", "[M]", 0.0..=1.0;
        /// Simple-cycle turbines.
        combustion_turbine: f64 = 0.66, "share", "[M]", 0.0..=1.0;
        /// Gas-fired boilers.
        gas_steam: f64 = 0.73, "share", "[M]", 0.0..=1.0;
        /// Coal.
        coal_steam: f64 = 0.83, "share", "[M]", 0.0..=1.0;
        /// Nuclear.
        nuclear: f64 = 0.95, "share", "[M]", 0.0..=1.0;
        /// Wind on land.
        wind: f64 = 0.38, "share", "[M]", 0.0..=1.0;
        /// Solar.
        solar: f64 = 0.10, "share", "[M]", 0.0..=1.0;
        /// Hydro.
        hydro: f64 = 0.40, "share", "[M]", 0.0..=1.0;
        /// Batteries of four hours.
        battery: f64 = 0.55, "share", "[M]", 0.0..=1.0;
        /// Ties.
        import: f64 = 0.80, "share", "assumed", 0.0..=1.0;
        /// All others.
        other: f64 = 0.75, "share", "assumed", 0.0..=1.0;
    }
}

impl Accreditation {
    /// What a megawatt of a technology counts.
    pub fn of(&self, technology: Technology) -> f64 {
        match technology {
            Technology::CombinedCycle => self.combined_cycle,
            Technology::CombustionTurbine => self.combustion_turbine,
            Technology::GasSteam => self.gas_steam,
            Technology::CoalSteam => self.coal_steam,
            Technology::Nuclear => self.nuclear,
            Technology::Wind => self.wind,
            Technology::Solar => self.solar,
            Technology::Hydro => self.hydro,
            Technology::Battery => self.battery,
            Technology::Import => self.import,
            Technology::Other => self.other,
        }
    }
}

impl Capacity {
    /// What is wanted at which price; `None` where nobody pays for capacity.
    pub fn curve(&self) -> Option<CapacityCurve> {
        match self.market {
            CapacityMarket::EnergyOnly => None,
            CapacityMarket::Bilateral => Some(CapacityCurve::vertical(self.cap_usd_per_mw_day)),
            CapacityMarket::Auction => Some(CapacityCurve::sloped(&SlopedTerms {
                cap_usd_per_mw_day: self.cap_usd_per_mw_day,
                floor_usd_per_mw_day: self.floor_usd_per_mw_day,
                net_cone_usd_per_mw_day: self.net_cone_usd_per_mw_day,
                first_share: self.first_share,
                middle_share: self.middle_share,
                middle_multiple: self.middle_multiple,
                last_share: self.last_share,
            })),
        }
    }
}
