//! T9: when contracts bite, a good part of the queue leaves within a quarter.
//!
//! The hazard is the megawatts that leave in a quarter over those that wait at its begin or are filed in it; the
//! greatest of the four quarters after the rule takes effect counts.

use super::requests::{Request, TABLES, day_of, ratio, requests};
use super::{Arm, Claim, Confidence, Fact, MeasureError, Shipped, Worth};

static SCENARIO: Shipped = Shipped {
    file: "facts-contract-rules.toml",
    text: include_str!("../../../../../scenarios/facts/facts-contract-rules.toml"),
};

const QUARTER_DAYS: f64 = 365.25 / 4.0;

/// T9.
pub static FACT: Fact = Fact {
    id: "T9",
    statement: "In one quarter after contracts of large customers were tightened, a quarter of Georgia's 57 GW \
                of requests left: 14.3 GW out, 8.4 in, 50.9 left.",
    source: "Georgia Power's report of the third quarter of 2025",
    naive: "the monthly hazard of Texas plants, 1.8 %, over three months",
    caveat: "MISO instead of Georgia; its rules bind those who file after it",
    scenario: &SCENARIO,
    tables: TABLES,
    claims: &[Claim {
        name: "greatest quarterly share of megawatts that leave after the rule",
        unit: "%",
        target: 22.0,
        accepted: (15.0, 35.0),
        worth: Worth::Predicted,
        confidence: Confidence::Source,
        observations: 1,
        naive: Some(5.3),
    }],
    measure,
};

fn measure(arms: &[Arm<'_>]) -> Result<Vec<Option<f64>>, MeasureError> {
    let rules = &arms[0].setup.policies.rules;
    let Some(effective) = rules.iter().map(|rule| rule.effective).min() else { return Ok(vec![None]) };
    let from = day_of(effective);
    let requests = requests(&arms[0])?;
    let quarters = (0..4).filter_map(|n| exit_share(&requests, from + f64::from(n) * QUARTER_DAYS));
    Ok(vec![quarters.max_by(f64::total_cmp).map(|share| 100.0 * share)])
}

fn exit_share(requests: &[Request], from: f64) -> Option<f64> {
    let until = from + QUARTER_DAYS;
    let (mut there, mut left) = (0.0, 0.0);
    for request in requests {
        let ends =
            [request.ended_days, request.energized_days].into_iter().flatten().fold(f64::MAX, f64::min);
        let end = request.filed_day + ends;
        if request.filed_day < until && end >= from {
            there += request.requested_mw;
            if end < until && request.ended_days.is_some() {
                left += request.requested_mw;
            }
        }
    }
    ratio(left, there)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From day 100 to 191.3: 100 MW wait, 200 are filed and leave, 50 get power, 400 left before, 800 come later.
    #[test]
    fn exit_share_by_hand() {
        let of =
            |filed_day: f64, requested_mw: f64| Request { requested_mw, filed_day, ..Request::default() };
        let requests = [
            of(0.0, 100.0),
            Request { ended_days: Some(10.0), ..of(120.0, 200.0) },
            Request { energized_days: Some(150.0), ..of(0.0, 50.0) },
            Request { ended_days: Some(50.0), ..of(0.0, 400.0) },
            of(300.0, 800.0),
        ];
        assert_eq!(exit_share(&requests, 100.0), Some(200.0 / 350.0));
        assert_eq!(exit_share(&[], 100.0), None);
    }
}
