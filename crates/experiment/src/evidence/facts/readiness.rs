//! T15: announcing a stricter rule fills the queue, applying it empties it.

use super::requests::{TABLES, WAITING, day_of, mw_by_month, ratio, requests};
use super::{Arm, Claim, Confidence, Fact, MeasureError, Shipped, Worth, arm};

static SCENARIO: Shipped = Shipped {
    file: "facts-readiness.toml",
    text: include_str!("../../../../../scenarios/facts/facts-readiness.toml"),
};

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
    let waiting = mw_by_month(gate, WAITING)?;
    // The state at the end of the month before the rule and at the end of its first.
    let month = gate.setup.month_at(rule.effective);
    let removed =
        month.checked_sub(1).and_then(|before| ratio(waiting[before] - waiting[month], waiting[before]));
    Ok(vec![ratio(filed(gate)?, filed(without)?), removed.map(|share| 100.0 * share)])
}
