//! `[fuel]`: prices of fuels and of carbon.

use super::declare::section;

section! {
    /// Fuel prices at the plant, in money of the start year unless a growth is given.
    Fuel {
        /// Natural gas.
        gas_usd_per_mmbtu: f64 = 3.5, "$/MMBtu", "[M] near the 2025 average", 0.0..=200.0;
        /// Coal and lignite.
        coal_usd_per_mmbtu: f64 = 2.1, "$/MMBtu", "[S] RTS-GMLC", 0.0..=200.0;
        /// Uranium fuel.
        nuclear_usd_per_mmbtu: f64 = 0.8, "$/MMBtu", "[S] RTS-GMLC", 0.0..=200.0;
        /// Oil products.
        oil_usd_per_mmbtu: f64 = 10.35, "$/MMBtu", "[S] RTS-GMLC", 0.0..=200.0;
        /// Biomass and waste.
        other_usd_per_mmbtu: f64 = 2.0, "$/MMBtu", "assumed", 0.0..=200.0;
        /// Growth of the gas price; the other prices stay.
        gas_growth_percent_per_year: f64 = 0.0, "% per year", "assumed", -20.0..=50.0;
        /// Price of emitted carbon dioxide, added to the offers of plants that burn.
        carbon_usd_per_tonne: f64 = 0.0, "$/tonne", "no such price in Texas", 0.0..=2000.0;
    }
}
