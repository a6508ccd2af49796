//! T14: a quarter of the large load that asks reaches an agreement.

use super::requests::{Request, TABLES, ratio, requests};
use super::scenarios::LARGE_LOADS;
use super::{Arm, Claim, Confidence, Fact, MeasureError, Worth};

/// Size from which a request counts.
const LARGE_MW: f64 = 100.0;

/// T14.
pub static FACT: Fact = Fact {
    id: "T14",
    statement: "27 % of the megawatts that large loads asked for in five years reached an agreement.",
    source: "Southwest Power Pool: 26.4 GW of requests above 100 MW since 2020, about 7 GW of agreements",
    naive: "the share of requests that the scenario says are meant",
    caveat: "years to come instead of 2020-2025; how many are serious was chosen for this number",
    scenario: &LARGE_LOADS,
    tables: TABLES,
    claims: &[Claim {
        name: "megawatts signed over megawatts asked for",
        unit: "%",
        target: 26.5,
        accepted: (20.0, 35.0),
        worth: Worth::Calibrated,
        confidence: Confidence::Source,
        observations: 1,
        naive: Some(29.0),
    }],
    measure,
};

fn measure(arms: &[Arm<'_>]) -> Result<Vec<Option<f64>>, MeasureError> {
    Ok(vec![signed_percent(&requests(&arms[0])?)])
}

fn signed_percent(requests: &[Request]) -> Option<f64> {
    let large = || requests.iter().filter(|request| request.requested_mw > LARGE_MW);
    let stands = |r: &&Request| r.signed_days.is_some() && r.ended_days.is_none();
    let signed: f64 = large().filter(stands).map(|request| request.requested_mw).sum();
    ratio(100.0 * signed, large().map(|request| request.requested_mw).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_by_hand() {
        let of = |requested_mw: f64, signed: bool, gone: bool| Request {
            requested_mw,
            signed_days: signed.then_some(300.0),
            ended_days: gone.then_some(400.0),
            ..Request::default()
        };
        let requests =
            [of(150.0, true, false), of(200.0, true, true), of(250.0, false, false), of(90.0, true, false)];
        assert_eq!(signed_percent(&requests), Some(25.0));
        assert_eq!(signed_percent(&requests[3..]), None);
    }
}
