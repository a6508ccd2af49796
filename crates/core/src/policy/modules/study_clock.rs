//! Other durations of studies and answers for some of those on a process.

use crate::interconnection::Track;
use crate::policy::parts::lasting;
use crate::policy::{Hooks, Module, ParamDecl, Rule};

/// Durations of a process.
pub const MODULE: Module = Module {
    name: "study_clock",
    meaning: "sets how long each study takes, and how many are under way at once",
    params: &[
        ParamDecl::limit("study_days", "days", "duration of each study; left as it is below 0"),
        ParamDecl::new(
            "spread_log",
            "",
            0.0,
            (0.0, 3.0),
            "standard deviation of the logarithm of that duration",
        ),
        ParamDecl::limit("decision_days", "days", "from a report to the answer; left as it is below 0"),
        ParamDecl::limit("study_slots", "studies", "studies under way at once; left as it is below 0"),
    ],
    hooks: Hooks { amend: Some(amend), ..Hooks::NONE },
};

fn amend(rule: &Rule, track: &mut Track) {
    for phase in &mut track.phases {
        if let Some(days) = rule.limit("study_days") {
            phase.study = lasting(days, rule.number("spread_log"));
            phase.restudy = phase.study;
        }
        if let Some(days) = rule.limit("decision_days") {
            phase.decision_days = days;
            phase.valid_days = phase.valid_days.max(days);
        }
    }
    if let Some(slots) = rule.limit("study_slots") {
        track.study_slots = Some((slots as usize).max(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interconnection::Duration;
    use crate::policy::parts::{phase, track};
    use crate::policy::testing::rule;

    #[test]
    fn sixty_days_and_nothing_else() {
        let rule = rule(&MODULE, &[("study_days", 60.0)]);
        let mut track = track(&rule, vec![phase("study", Duration::Fixed { days: 180.0 }, 30.0)]);
        amend(&rule, &mut track);
        assert_eq!(track.phases[0].study, Duration::Fixed { days: 60.0 });
        assert_eq!((track.phases[0].decision_days, track.study_slots), (30.0, None));
    }
}
