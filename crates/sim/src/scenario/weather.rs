//! `[weather]`: extremes beyond the record, which are assumptions of the scenario and not results.

use std::collections::{BTreeMap, BTreeSet};

use super::check::{Fault, Faults};
use super::declare::{choices, section};
use super::relations::check_zone;
use super::{Draft, Scenario, Surroundings};

choices! {
    /// A part of the year.
    Season {
        /// December, January, February.
        Winter = "winter",
        /// March to May.
        Spring = "spring",
        /// June to August.
        Summer = "summer",
        /// September to November.
        Autumn = "autumn",
    }
}

impl Season {
    /// Its months, 1 to 12.
    pub fn months(self) -> [u8; 3] {
        match self {
            Season::Winter => [1, 2, 12],
            Season::Spring => [3, 4, 5],
            Season::Summer => [6, 7, 8],
            Season::Autumn => [9, 10, 11],
        }
    }
}

section! {
    /// Weather beyond what the region's record shows.
    Weather {}
    lists {
        /// Heat waves, cold snaps, wind droughts. Return periods beyond the record are parameters, not results.
        spells: WeatherSpell;
    }
}

section! {
    /// Extreme weather that comes back. Drawn for each replication and year; replayed series stay as they are.
    WeatherSpell {
        /// A name of its own; the draws belong to it.
        name: String, "", "";
        /// When it can begin.
        season: Season = Season::Summer, "", "";
        /// Mean number of years from one to the next; it comes at most once a year.
        return_years: f64, "years", "", 1.0..=10000.0;
        /// Length.
        days: u32, "days", "", 1.0..=60.0;
        /// Factor on native load in zones without one of their own.
        load_factor: f64 = 1.0, "1", "no change", 0.1..=3.0;
        /// Factor on native load by zone.
        load_factor_by_zone: BTreeMap<String, f64> = BTreeMap::new(), "1", "", 0.1..=3.0;
        /// Factor on available wind.
        wind_factor: f64 = 1.0, "1", "no change", 0.0..=3.0;
        /// Factor on available sun.
        solar_factor: f64 = 1.0, "1", "no change", 0.0..=3.0;
    }
}

impl Draft {
    /// Names of spells and of their zones.
    pub(super) fn check_spells(&self, scenario: &Scenario, around: &Surroundings, faults: &mut Faults) {
        let mut names = BTreeSet::new();
        for (i, spell) in scenario.weather.spells.iter().enumerate() {
            let place = self.place_in_list("weather.spells", i);
            if !spell.name.is_empty() && !names.insert(&spell.name) {
                let path = format!("weather.spells.{i}.name");
                let fault = Fault::new(&place, &path, "is already the name of a spell".to_owned());
                faults.add(fault.value(format!("\"{}\"", spell.name)));
            }
            for zone in spell.load_factor_by_zone.keys() {
                let path = format!("weather.spells.{i}.load_factor_by_zone.{zone}");
                check_zone(zone, &path, &place, around, faults);
            }
        }
    }
}
