//! T6: how large the plants are that ask.

use super::requests::{Request, TABLES, quantile_of, requests};
use super::scenarios::PLANTS;
use super::{Arm, Claim, Confidence, Fact, MeasureError, Worth, arm};

/// Technologies of plants in the table of requests.
pub(super) const PLANT_CLASSES: &[&str] =
    &["combined_cycle", "combustion_turbine", "wind", "solar", "battery", "generation"];

const fn claim(name: &'static str, observations: u32, target: f64, accepted: (f64, f64)) -> Claim {
    Claim {
        name,
        unit: "MW",
        target,
        accepted,
        worth: Worth::Input,
        confidence: Confidence::Data,
        observations,
        naive: None,
    }
}

/// T6.
pub static FACT: Fact = Fact {
    id: "T6",
    statement: "Sizes of plants that ask spread over two orders of magnitude in PJM and over one in MISO: a tenth \
                below 5 and 50 MW, half below 65 and 150, a tenth above 549 and 300.",
    source: "PJM queue of 2026-05-05; MISO queue of January 2025",
    naive: "none: sizes are put in",
    caveat: "one log-normal a technology, fitted to queues of January 2025; in that file the three of PJM are 4, 33 and \
             290 MW",
    scenario: &PLANTS,
    tables: TABLES,
    claims: &[
        claim("PJM, lowest tenth", 7362, 5.0, (3.0, 8.0)),
        claim("PJM, median", 7362, 65.0, (45.0, 90.0)),
        claim("PJM, highest tenth", 7362, 549.0, (380.0, 750.0)),
        claim("MISO, lowest tenth", 3199, 50.0, (35.0, 70.0)),
        claim("MISO, median", 3199, 150.0, (110.0, 190.0)),
        claim("MISO, highest tenth", 3199, 300.0, (220.0, 400.0)),
    ],
    measure,
};

fn measure(arms: &[Arm<'_>]) -> Result<Vec<Option<f64>>, MeasureError> {
    let mut out = Vec::new();
    for name in ["pjm", "miso"] {
        out.extend(sizes(&requests(arm(arms, name)?)?));
    }
    Ok(out)
}

fn sizes(requests: &[Request]) -> [Option<f64>; 3] {
    let plants = requests.iter().filter(|request| PLANT_CLASSES.contains(&request.class.as_str()));
    let mw: Vec<f64> = plants.map(|request| request.requested_mw).collect();
    [0.1, 0.5, 0.9].map(|share| quantile_of(&mw, share, 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plants_count() {
        let of = |class: &str, requested_mw: f64| Request {
            class: class.to_owned(),
            requested_mw,
            ..Request::default()
        };
        let mut requests: Vec<Request> = (0..=10).map(|n| of("wind", 10.0 * f64::from(n))).collect();
        requests.push(of("ai_training", 9999.0));
        assert_eq!(sizes(&requests), [Some(10.0), Some(50.0), Some(90.0)]);
        assert_eq!(sizes(&requests[..5]), [None; 3]);
    }
}
