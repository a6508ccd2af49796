//! T15: announcing a stricter rule fills the queue, applying it empties it.

use super::requests::{Request, TABLES, day_of, ratio, requests};
use super::{Arm, Claim, Confidence, Fact, MeasureError, Shipped, Worth, arm};

static SCENARIO: Shipped = Shipped {
    file: "facts-readiness.toml",
    text: include_str!("../../../../../scenarios/facts/facts-readiness.toml"),
};

/// Days within which two dates are the same instant.
const INSTANT_DAYS: f64 = 1e-6;

/// T15.
pub static FACT: Fact = Fact {
    id: "T15",
    statement: "A stricter rule that is announced makes requests rush in, and removes half of the queue or more \
                once it applies: 61 % in Great Britain.",
    source: "Gate 2 of Great Britain, December 2025 (722 to 283 GW); 137 requests in Texas in the weeks before \
             the batch rule of March 2026 after 21 a month in 2025",
    naive: "nothing changes",
    caveat: "large loads of PJM under the readiness rule for demand; how many rush in and how many are ready is put \
             in, not seen",
    scenario: &SCENARIO,
    tables: TABLES,
    claims: &[
        Claim {
            name: "requests between announcement and effect over those without the rule",
            unit: "",
            target: 6.5,
            accepted: (1.2, 10.0),
            worth: Worth::Input,
            confidence: Confidence::Secondary,
            observations: 1,
            naive: Some(1.0),
        },
        Claim {
            name: "megawatts waiting that the rule removes",
            unit: "%",
            target: 61.0,
            accepted: (50.0, 80.0),
            worth: Worth::Predicted,
            confidence: Confidence::Source,
            observations: 1,
            naive: Some(0.0),
        },
    ],
    measure,
};

fn measure(arms: &[Arm<'_>]) -> Result<Vec<Option<f64>>, MeasureError> {
    let (gate, without) = (arm(arms, "gate")?, arm(arms, "without")?);
    let rules = &gate.setup.policies.rules;
    let Some(rule) = rules.iter().min_by_key(|rule| rule.effective) else { return Ok(vec![None; 2]) };
    let (announced, effective) = (day_of(rule.announced), day_of(rule.effective));
    let filed = |arm| -> Result<f64, MeasureError> {
        let between = |day: f64| (announced..effective).contains(&day);
        Ok(requests(arm)?.iter().filter(|request| between(request.filed_day)).count() as f64)
    };
    let removed = removed(&requests(gate)?, effective);
    Ok(vec![ratio(filed(gate)?, filed(without)?), removed.map(|share| 100.0 * share)])
}

/// The part of the megawatts that wait when a rule takes effect that leaves within a day of it.
fn removed(requests: &[Request], effective: f64) -> Option<f64> {
    let (mut waiting, mut left) = (0.0, 0.0);
    for request in requests.iter().filter(|request| request.filed_day < effective) {
        let way = [request.ended_days, request.energized_days].into_iter().flatten().fold(f64::MAX, f64::min);
        let end = request.filed_day + way;
        if end >= effective - INSTANT_DAYS {
            waiting += request.requested_mw;
            if request.ended_days.is_some() && end < effective + 1.0 {
                left += request.requested_mw;
            }
        }
    }
    ratio(left, waiting)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On day 100 there wait 300 MW that leave, 100 that stay and 50 that leave a week later; 70 have power, 80
    /// left before and 90 come later.
    #[test]
    fn removed_by_hand() {
        let of =
            |requested_mw: f64, filed_day: f64| Request { requested_mw, filed_day, ..Request::default() };
        let requests = [
            Request { ended_days: Some(90.0), ..of(300.0, 10.0) },
            of(100.0, 20.0),
            Request { ended_days: Some(107.0), ..of(50.0, 0.0) },
            Request { energized_days: Some(60.0), ..of(70.0, 0.0) },
            Request { ended_days: Some(99.0), ..of(80.0, 0.0) },
            of(90.0, 101.0),
        ];
        assert_eq!(removed(&requests, 100.0), Some(300.0 / 450.0));
        assert_eq!(removed(&[], 100.0), None);
    }
}
