//! Who goes first when there is too little: a place in the order of an emergency.
//!
//! Controllable load has gone by its bid before any order is given. Then the places are called one after
//! the other, the last of them pro rata, until the shortage is covered: emergency response that is paid to
//! stand by (0), load that is not firm (1, 2), large loads that the law names (3), firm load (4).

use super::terms::param;
use crate::policy::{Asked, Hooks, HourView, Limits, Module, PLACES, Rule};

/// A place in the order.
pub const MODULE: Module = Module {
    name: "emergency_order",
    meaning: "gives a site a place in the order in which load is cut in an emergency",
    params: &[
        param("place", "its place: lower goes first", "", None, (0.0, PLACES as f64 - 1.0)),
        param("firm_share", "part of the contract that is not cut", "share", Some(0.0), (0.0, 1.0)),
        param("hours_per_year", "hours in which it may be cut", "h", Some(8784.0), (0.0, 8784.0)),
    ],
    hooks: Hooks { operate: Some(operate), ..Hooks::NONE },
};

fn operate(rule: &Rule, asked: &Asked, hour: &HourView) -> Limits {
    let called = hour.called[rule.number("place") as usize];
    if called <= 0.0 || hour.hours_cut >= rule.number("hours_per_year") {
        return Limits::NONE;
    }
    Limits::at_most(hour.left_mw(called, rule.number("firm_share") * asked.mw))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{HOUR, SITE, close, rule};

    #[test]
    fn places_go_in_their_order_and_the_last_pro_rata() {
        // Places 0 and 1 are out, a quarter of place 2 has to go; firm 20 MW of 100 stay anyway.
        let hour = HourView { called: [1.0, 1.0, 0.25, 0.0, 0.0], emergency: true, ..HOUR };
        let table = [
            (0.0, 0.0, 0.0),
            (1.0, 0.2, 20.0),
            // 100 - 80 x 0.25 = 80 MW.
            (2.0, 0.2, 80.0),
            (2.0, 0.0, 75.0),
            (3.0, 0.0, f64::INFINITY),
        ];
        for (place, firm, want) in table {
            let rule = rule(&MODULE, &[("place", place), ("firm_share", firm)]);
            let got = operate(&rule, &SITE, &hour).ceiling_mw;
            assert!(got == want || close(got, want), "place {place}: {got}");
        }
        // A site that wants 40 MW only: half of the 20 above what is firm.
        let half = HourView { called: [0.5, 0.0, 0.0, 0.0, 0.0], wish_mw: 40.0, ..HOUR };
        let partly = rule(&MODULE, &[("place", 0.0), ("firm_share", 0.2)]);
        assert!(close(operate(&partly, &SITE, &half).ceiling_mw, 30.0));
        let spent = HourView { hours_cut: 40.0, ..hour };
        let rule = rule(&MODULE, &[("place", 0.0), ("hours_per_year", 40.0)]);
        assert_eq!(operate(&rule, &SITE, &spent), Limits::NONE);
    }
}
