//! `[load]`: what everybody except the modelled large loads draws.

use std::collections::BTreeMap;

use super::declare::{choices, section};

choices! {
    /// Where hourly native load comes from.
    LoadSource {
        /// The region's fitted weather and load model.
        Model = "model",
        /// The hours of a file.
        Replay = "replay",
    }
}

choices! {
    /// Which end of the hour a time stamp names.
    HourName {
        /// 00:00 is the hour from 00:00 to 01:00.
        Beginning = "beginning",
        /// 01:00 is the hour from 00:00 to 01:00.
        Ending = "ending",
    }
}

section! {
    /// Native load, and whether there are large loads at all.
    Load {
        /// Where hourly native load comes from: the region's model, or a file.
        source: LoadSource = LoadSource::Model, "", "";
        /// Hourly CSV with a `time` column (UTC) and one column of MW per zone; path from the scenario file.
        replay_file: Option<String> = None, "", "";
        /// Which end of the hour the times of the replayed file name.
        replay_hour: HourName = HourName::Beginning, "", "";
        /// Growth of native load in zones without a rate of their own; large loads are not part of it.
        growth_percent_per_year: f64 = 1.5, "% per year", "assumed", -20.0..=20.0;
        /// Growth by zone, in place of the common rate.
        growth_by_zone_percent_per_year: BTreeMap<String, f64> = BTreeMap::new(), "% per year", "", -20.0..=20.0;
        /// Whether mines and AI campuses exist. Without them only native load is left, metered history of
        /// existing sites included.
        large_loads: bool = true, "", "";
    }
}
