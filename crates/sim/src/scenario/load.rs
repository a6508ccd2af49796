//! `[load]`: what everybody except the modelled large loads draws.

use std::collections::BTreeMap;

use super::declare::section;

section! {
    /// Native load, and whether there are large loads at all.
    Load {
        /// Growth of native load in zones without a rate of their own; large loads are not part of it, nor replayed hours.
        growth_percent_per_year: f64 = 1.5, "% per year", "assumed", -20.0..=20.0;
        /// Growth by zone, in place of the common rate.
        growth_by_zone_percent_per_year: BTreeMap<String, f64> = BTreeMap::new(), "% per year", "", -20.0..=20.0;
        /// Whether mines and AI campuses exist. Without them only native load is left, metered history of
        /// existing sites included.
        large_loads: bool = true, "", "";
    }
}
