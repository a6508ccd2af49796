//! Time to power of all projects, not only of those that got there.
//!
//! The mean wait of the energized is short where only the quick ones come through before the run ends. Here every
//! project that is meant to be built counts, from its first filing on: with the date of its first power, or as without
//! power for as long as the run can tell. Who gives up or is refused stays without, as if he waited for ever, so that
//! a rule does not look quick because it turned the slow ones away.
//!
//! ```text
//! S(t) = product over powered projects i with t(i) <= t of (1 - 1 / n(i))      Kaplan and Meier (1958)
//! mean days without power in the first H = integral of S from 0 to H          restricted mean
//! share with power within H = 1 - S(H)
//! ```
//!
//! n(i) counts the projects that had no power for t(i) and were filed at least t(i) before the end. That is the only
//! way in which a project drops out of sight, and it does not depend on how the project fares. Behind the last project
//! in sight S stays where it is. O(n log n).

use gridrush_core::kernel::SimSpan;

/// Longest time to power that is looked at, days: four years. Runs that are shorter take their own length.
const HORIZON_DAYS: f64 = 1461.0;

/// A project that is meant to be built.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Wait {
    /// From its first filing to the end of the run.
    pub seen: SimSpan,
    /// From its first filing to its first power, if it has any.
    pub powered: Option<SimSpan>,
}

/// How long projects are without power.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct TimeToPower {
    /// Mean time without power in the time looked at, days.
    pub mean_days: f64,
    /// Share of projects with power in that time.
    pub powered_share: f64,
}

impl TimeToPower {
    /// That of a list of projects in a run of a length; none without projects.
    pub fn of(mut waits: Vec<Wait>, run: SimSpan) -> Option<TimeToPower> {
        let horizon_days = run.as_days().min(HORIZON_DAYS);
        let days = |wait: &Wait| wait.powered.unwrap_or(wait.seen).as_days();
        // Who gets power at the instant at which another is last seen is counted while both are.
        waits.sort_by(|a, b| days(a).total_cmp(&days(b)).then(b.powered.is_some().cmp(&a.powered.is_some())));
        let (mut waiting, mut since_days, mut mean_days) = (1.0, 0.0, 0.0);
        for (n, wait) in waits.iter().enumerate() {
            let at_days = days(wait).min(horizon_days);
            mean_days += waiting * (at_days - since_days);
            since_days = at_days;
            if wait.powered.is_some() && days(wait) <= horizon_days {
                let left = (waits.len() - n) as f64;
                waiting *= (left - 1.0) / left;
            }
        }
        mean_days += waiting * (horizon_days - since_days);
        (!waits.is_empty()).then_some(TimeToPower { mean_days, powered_share: 1.0 - waiting })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(days: u64) -> SimSpan {
        SimSpan::from_days(days)
    }

    fn powered(seen: u64, after: u64) -> Wait {
        Wait { seen: days(seen), powered: Some(days(after)) }
    }

    fn waiting(seen: u64) -> Wait {
        Wait { seen: days(seen), powered: None }
    }

    fn of(waits: &[Wait], run: u64) -> (f64, f64) {
        let found = TimeToPower::of(waits.to_vec(), days(run)).expect("projects");
        (found.mean_days, found.powered_share)
    }

    #[test]
    fn all_seen_for_the_whole_run_is_the_plain_mean() {
        // (200 + 400 + 1000 + 1000) / 4, and half of them have power.
        let (mean, share) = of(&[waiting(1000), powered(1000, 400), powered(1000, 200), waiting(1000)], 1000);
        assert!((mean - 650.0).abs() < 1e-9 && (share - 0.5).abs() < 1e-12, "{mean} {share}");
    }

    #[test]
    fn a_case_worked_by_hand() {
        // Four projects: power after 100; last seen at 150; power after 300; last seen at 400. Run of 500 days.
        // S: 1 to 100, 3/4 to 300, where two are in sight: 3/8, which stays to the end.
        // 100 + 0.75 x 200 + 0.375 x 200 = 325.
        let waits = [powered(450, 100), waiting(150), powered(320, 300), waiting(400)];
        let (mean, share) = of(&waits, 500);
        assert!((mean - 325.0).abs() < 1e-9 && (share - 0.625).abs() < 1e-12, "{mean} {share}");
    }

    #[test]
    fn four_years_are_looked_at() {
        // In a run of ten years power after five years comes too late: (1000 + 1461) / 2.
        let (mean, share) = of(&[powered(3600, 1000), powered(3600, 1830)], 3653);
        assert!((mean - 1230.5).abs() < 1e-9 && (share - 0.5).abs() < 1e-12, "{mean} {share}");
    }

    #[test]
    fn nobody_and_everybody() {
        assert_eq!(TimeToPower::of(Vec::new(), days(100)), None);
        assert_eq!(of(&[waiting(30), waiting(80)], 100), (100.0, 0.0));
        assert_eq!(of(&[powered(30, 10), powered(80, 10)], 100), (10.0, 1.0));
    }

    #[test]
    fn power_on_the_last_day_in_sight_counts() {
        // The one that is last seen at 50 is still in sight when the other gets power: S falls to a half.
        assert_eq!(of(&[waiting(50), powered(90, 50)], 100), (75.0, 0.5));
    }
}
