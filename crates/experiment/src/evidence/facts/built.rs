//! T1: most of what asks for a connection in a serial queue is never built, and large projects least.
//!
//! The cohort is what was filed in all but the last quarter of the run, as requests of 2000 to 2019 were
//! looked at six years later.

use super::requests::{Request, TABLES, ratio, requests};
use super::scenarios::SERIAL;
use super::{Arm, Claim, Confidence, Fact, MeasureError, Worth};

const fn claim(name: &'static str, target: f64, accepted: (f64, f64), naive: Option<f64>) -> Claim {
    Claim {
        name,
        unit: "%",
        target,
        accepted,
        worth: Worth::Predicted,
        confidence: Confidence::Data,
        observations: 1,
        naive,
    }
}

/// T1.
pub static FACT: Fact = Fact {
    id: "T1",
    statement: "In a serial queue most requests are never built: 26 % of requests and 16 % of megawatts \
                were, 68 and 78 % were withdrawn.",
    source: "PJM queue of 2026-05-05, requests of 2000-2019",
    naive: "as many as the scenario says are meant",
    caveat: "rates, growth and sizes of requests are those of PJM in 2000-2019; zones instead of lines, shares of serious \
             developers assumed, five years to finish",
    scenario: &SERIAL,
    tables: TABLES,
    claims: &[
        claim("requests built", 25.8, (15.0, 30.0), Some(54.0)),
        claim("megawatts built", 15.6, (8.0, 23.0), Some(59.0)),
        claim("requests gone", 68.0, (58.0, 78.0), Some(46.0)),
        Claim {
            unit: "",
            accepted: (0.3, 1.0),
            ..claim("megawatts built over requests built", 0.605, (0.3, 1.0), Some(1.0))
        },
    ],
    measure,
};

fn measure(arms: &[Arm<'_>]) -> Result<Vec<Option<f64>>, MeasureError> {
    let last_day = 0.75 * arms[0].setup.hours as f64 / 24.0;
    Ok(shares(&requests(&arms[0])?, last_day).to_vec())
}

/// Percent of requests and of megawatts built, of requests gone, and the first two over each other, among those
/// filed by a day.
fn shares(requests: &[Request], last_day: f64) -> [Option<f64>; 4] {
    let cohort: Vec<&Request> = requests.iter().filter(|request| request.filed_day <= last_day).collect();
    let built = |request: &&&Request| request.energized_days.is_some();
    let all = cohort.len() as f64;
    let all_mw: f64 = cohort.iter().map(|request| request.requested_mw).sum();
    let built_mw: f64 = cohort.iter().filter(built).map(|request| request.requested_mw).sum();
    let count = ratio(cohort.iter().filter(built).count() as f64, all);
    let gone = ratio(cohort.iter().filter(|request| request.ended_days.is_some()).count() as f64, all);
    let mw = ratio(built_mw, all_mw);
    let relative = mw.zip(count).and_then(|(mw, count)| ratio(mw, count));
    let percent = |share: Option<f64>| share.map(|share| 100.0 * share);
    [percent(count), percent(mw), percent(gone), relative]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four in the cohort: 100 MW built, 300 and 500 MW gone, 100 MW waiting; a fifth came too late.
    #[test]
    fn shares_by_hand() {
        let filed = |filed_day, requested_mw| Request { requested_mw, filed_day, ..Request::default() };
        let requests = [
            Request { energized_days: Some(900.0), ..filed(0.0, 100.0) },
            Request { ended_days: Some(100.0), ..filed(1.0, 300.0) },
            Request { ended_days: Some(200.0), ..filed(2.0, 500.0) },
            filed(3.0, 100.0),
            Request { energized_days: Some(1.0), ..filed(11.0, 1000.0) },
        ];
        assert_eq!(shares(&requests, 10.0), [Some(25.0), Some(10.0), Some(50.0), Some(0.4)]);
        assert_eq!(shares(&[], 10.0), [None; 4]);
    }
}
