//! `[results]`: how much is written, and where.

use super::declare::{choices, section};

choices! {
    /// How much detail the result tables hold.
    Level {
        /// By month, class, zone and cause.
        Summary = "summary",
        /// Also hour by hour for the system and for each zone and class.
        Hourly = "hourly",
    }
    refused {
        "nodal": "is not available in this version: results by bus are not written",
    }
}

section! {
    /// How much is written, and where.
    Results {
        /// How much detail the result tables hold.
        level: Level = Level::Hourly, "", "";
        /// Directory for results, from the current directory; without it `output/` and the scenario's name.
        directory: Option<String> = None, "", "";
    }
}
