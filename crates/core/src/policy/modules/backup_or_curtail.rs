//! An order in an emergency to run backup that cannot export, or to stop: Texas SB6.
//!
//! A site whose backup covers enough of its demand goes on behind its meter as far as the backup reaches; others are
//! cut like anybody at their place.

use super::terms::param;
use crate::policy::{Asked, Hooks, HourView, Limits, Module, PLACES, Rule};

/// Backup or curtailment on order.
pub const MODULE: Module = Module {
    name: "backup_or_curtail",
    meaning: "orders backup to run, or the load to stop, at its place in an emergency",
    params: &[
        param("place", "its place in the order of an emergency", "", Some(3.0), (0.0, PLACES as f64 - 1.0)),
        param(
            "backup_share",
            "part of demand that backup must cover to count",
            "share",
            Some(0.5),
            (0.0, 1.0),
        ),
    ],
    hooks: Hooks { operate: Some(operate), ..Hooks::NONE },
};

fn operate(rule: &Rule, asked: &Asked, hour: &HourView) -> Limits {
    let called = hour.called[rule.number("place") as usize];
    if called <= 0.0 {
        return Limits::NONE;
    }
    let counts = asked.backup_mw >= rule.number("backup_share") * asked.mw;
    Limits {
        backup_mw: if counts { asked.backup_mw } else { 0.0 },
        ..Limits::at_most(hour.left_mw(called, 0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{HOUR, SITE, close, rule};

    #[test]
    fn backup_runs_if_it_covers_half_of_demand() {
        let hour = HourView { called: [1.0, 1.0, 1.0, 0.4, 0.0], ..HOUR };
        let rule = rule(&MODULE, &[]);
        // 40 % of 100 MW goes: 60 MW from the grid, up to 60 MW of backup.
        let with = operate(&rule, &SITE, &hour);
        assert!(close(with.ceiling_mw, 60.0) && with.backup_mw == 60.0);
        // 49 MW of backup cover less than half.
        let without = operate(&rule, &Asked { backup_mw: 49.0, ..SITE }, &hour);
        assert!(close(without.ceiling_mw, 60.0) && without.backup_mw == 0.0);
        assert_eq!(operate(&rule, &SITE, &HOUR), Limits::NONE);
    }
}
