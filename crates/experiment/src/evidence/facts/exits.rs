//! T5: requests are withdrawn early and late.

use super::requests::{MONTH_DAYS, Request, TABLES, quantile_of, ratio, requests};
use super::scenarios::SERIAL;
use super::{Arm, Claim, Confidence, Fact, MeasureError, Worth};

const fn claim(name: &'static str, unit: &'static str, target: f64, accepted: (f64, f64)) -> Claim {
    Claim {
        name,
        unit,
        target,
        accepted,
        worth: Worth::Predicted,
        confidence: Confidence::Data,
        observations: 1,
        naive: None,
    }
}

/// T5.
pub static FACT: Fact = Fact {
    id: "T5",
    statement: "Withdrawals come early and late: after 29 months in the middle, a quarter by 8.5 and a quarter \
                after 46; a third of those of 2024 held a study's result.",
    source: "PJM queue of 2026-05-05; Berkeley Lab, Queued Up 2025",
    naive: "a constant hazard with the same median: quartiles in the ratio 4.8",
    caveat: "those still waiting at the end are not counted",
    scenario: &SERIAL,
    tables: TABLES,
    claims: &[
        claim("median time to withdrawal", "months", 29.0, (15.0, 43.0)),
        Claim {
            naive: Some(4.82),
            ..claim("upper over lower quartile of that time", "", 46.0 / 8.5, (3.0, 9.0))
        },
        Claim {
            confidence: Confidence::Source,
            ..claim("withdrawals after a study", "%", 33.0, (20.0, 50.0))
        },
    ],
    measure,
};

fn measure(arms: &[Arm<'_>]) -> Result<Vec<Option<f64>>, MeasureError> {
    Ok(exits(&requests(&arms[0])?).to_vec())
}

fn exits(requests: &[Request]) -> [Option<f64>; 3] {
    let gone: Vec<(f64, bool)> = (requests.iter())
        .filter_map(|request| Some((request.ended_days? / MONTH_DAYS, request.study_days.is_some())))
        .collect();
    let months: Vec<f64> = gone.iter().map(|(months, _)| *months).collect();
    let at = |share| quantile_of(&months, share, 5);
    let studied = gone.iter().filter(|(_, studied)| *studied).count() as f64;
    let late = ratio(100.0 * studied, gone.len() as f64);
    [at(0.5), at(0.75).zip(at(0.25)).and_then(|(upper, lower)| ratio(upper, lower)), late]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exits_by_hand() {
        let gone = |months: f64, studied: bool| Request {
            ended_days: Some(months * MONTH_DAYS),
            study_days: studied.then_some(1.0),
            ..Request::default()
        };
        let requests =
            [gone(1.0, false), gone(4.0, false), gone(10.0, true), gone(20.0, false), gone(60.0, false)];
        assert_eq!(exits(&requests), [Some(10.0), Some(5.0), Some(20.0)]);
        assert_eq!(exits(&[]), [None; 3]);
    }
}
