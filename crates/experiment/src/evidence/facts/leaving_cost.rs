//! T4: projects that withdrew were charged far more for the network than those that were finished.
//!
//! Only requests whose study ended, since nobody else knows a cost. Medians count those who are charged nothing.

use super::requests::{Request, TABLES, quantile_of, ratio, requests};
use super::{Arm, Claim, Confidence, Fact, MeasureError, Shipped, Worth};
use crate::evidence::statistics::mean;

static SCENARIO: Shipped = Shipped {
    file: "facts-network-cost.toml",
    text: include_str!("../../../../../scenarios/facts/facts-network-cost.toml"),
};

/// Fewest requests of a mean.
const FEWEST: usize = 5;

/// T4.
pub static FACT: Fact = Fact {
    id: "T4",
    statement: "Those who withdrew faced network costs several times those of the finished: means of 599 and \
                84 $/kW, medians of 156 and 30.",
    source: "Berkeley Lab, interconnection cost in PJM, January 2023: requests of 2020-2022",
    naive: "the same cost",
    caveat: "a test network of 73 buses; cost counts network upgrades and no works at the plant's own station",
    scenario: &SCENARIO,
    tables: TABLES,
    claims: &[
        Claim {
            name: "mean cost of the withdrawn over that of the finished",
            unit: "",
            target: 7.1,
            accepted: (3.0, 10.0),
            worth: Worth::Predicted,
            confidence: Confidence::Source,
            observations: 1,
            naive: Some(1.0),
        },
        Claim {
            name: "median cost of the withdrawn over that of the finished",
            unit: "",
            target: 5.2,
            accepted: (3.0, 10.0),
            worth: Worth::Predicted,
            confidence: Confidence::Source,
            observations: 1,
            naive: Some(1.0),
        },
    ],
    measure,
};

fn measure(arms: &[Arm<'_>]) -> Result<Vec<Option<f64>>, MeasureError> {
    Ok(ratios(&requests(&arms[0])?).to_vec())
}

fn ratios(requests: &[Request]) -> [Option<f64>; 2] {
    let costs = |of: fn(&Request) -> bool| -> Vec<f64> {
        let studied = requests.iter().filter(|request| request.study_days.is_some() && of(request));
        studied.map(|request| request.cost_usd_per_kw).collect()
    };
    let (gone, built) = (costs(|r| r.ended_days.is_some()), costs(|r| r.energized_days.is_some()));
    if gone.len() < FEWEST || built.len() < FEWEST {
        return [None; 2];
    }
    let median = |costs: &[f64]| quantile_of(costs, 0.5, FEWEST);
    let medians = median(&gone).zip(median(&built)).and_then(|(gone, built)| ratio(gone, built));
    [ratio(mean(&gone), mean(&built)), medians]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_by_hand() {
        let of = |cost_usd_per_kw: f64, built: bool| Request {
            cost_usd_per_kw,
            study_days: Some(1.0),
            energized_days: built.then_some(9.0),
            ended_days: (!built).then_some(9.0),
            ..Request::default()
        };
        let mut requests: Vec<Request> = [10.0, 20.0, 30.0, 40.0, 100.0].map(|cost| of(cost, true)).into();
        requests.extend([0.0, 60.0, 90.0, 250.0, 400.0].map(|cost| of(cost, false)));
        // Never studied: no cost known.
        requests.push(Request { study_days: None, ..of(1e9, false) });
        assert_eq!(ratios(&requests), [Some(160.0 / 40.0), Some(3.0)]);
        assert_eq!(ratios(&requests[..7]), [None; 2]);
    }
}
