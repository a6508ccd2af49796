//! T8: what is delivered is half of what was asked for, and late.

use super::requests::{Request, TABLES, quantile_of, ratio, requests};
use super::scenarios::LARGE_LOADS;
use super::{Arm, Claim, Confidence, Fact, MeasureError, Worth};

/// T8.
pub static FACT: Fact = Fact {
    id: "T8",
    statement: "Large loads that are built reach half of the megawatts that they asked for, and come 220 days \
                after the date that they wanted.",
    source: "ERCOT's review of large loads in service, as reported in the press (49.8 % of megawatts, 220 days)",
    naive: "all of it, on the wanted day",
    caveat: "Southwest Power Pool instead of Texas; how much of a contract is used depends on the owners' \
             delivered share",
    scenario: &LARGE_LOADS,
    tables: TABLES,
    claims: &[
        Claim {
            name: "megawatts delivered over megawatts asked for by those in full service",
            unit: "",
            target: 0.498,
            accepted: (0.4, 0.6),
            worth: Worth::Input,
            confidence: Confidence::Source,
            observations: 1,
            naive: Some(1.0),
        },
        Claim {
            name: "median of days after the wanted date",
            unit: "d",
            target: 220.0,
            accepted: (150.0, 300.0),
            worth: Worth::Predicted,
            confidence: Confidence::Source,
            observations: 1,
            naive: Some(0.0),
        },
    ],
    measure,
};

fn measure(arms: &[Arm<'_>]) -> Result<Vec<Option<f64>>, MeasureError> {
    Ok(delivery(&requests(&arms[0])?).to_vec())
}

fn delivery(requests: &[Request]) -> [Option<f64>; 2] {
    let (got, asked) = (requests.iter().filter(|request| request.full))
        .fold((0.0, 0.0), |(got, asked), r| (got + r.energized_mw, asked + r.requested_mw));
    let late: Vec<f64> = requests.iter().filter_map(|request| request.late_days).collect();
    [ratio(got, asked), quantile_of(&late, 0.5, 5)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delivery_by_hand() {
        let built = |energized_mw: f64, late_days: f64| Request {
            requested_mw: 100.0,
            energized_mw,
            full: energized_mw > 0.0,
            energized_days: Some(500.0 + late_days),
            late_days: Some(late_days),
            ..Request::default()
        };
        let requests =
            [built(40.0, 100.0), built(60.0, 200.0), built(80.0, 0.0), built(0.0, 400.0), built(0.0, 500.0)];
        assert_eq!(delivery(&requests), [Some(0.6), Some(200.0)]);
        assert_eq!(delivery(&[]), [None, None]);
    }
}
