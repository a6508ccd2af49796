//! T2: plants of some fuels are finished far more often than others.

use super::requests::{Request, TABLES, ratio, requests};
use super::scenarios::SERIAL;
use super::{Arm, Claim, Confidence, Fact, MeasureError, Worth};

const fn claim(name: &'static str, target: f64, accepted: (f64, f64)) -> Claim {
    Claim {
        name,
        unit: "",
        target,
        accepted,
        worth: Worth::Calibrated,
        confidence: Confidence::Data,
        observations: 1,
        naive: Some(1.0),
    }
}

/// T2.
pub static FACT: Fact = Fact {
    id: "T2",
    statement: "Gas is finished about twice as often as wind and solar, and storage least: 38, 19, 19 and \
                12 % of requests.",
    source: "PJM queue of 2026-05-05, requests of 2000-2019",
    naive: "all fuels alike",
    caveat: "shares of serious developers are assumed so that gas is the more serious (0.7, 0.5 and 0.4 of storage); the \
             cohort has five years to finish",
    scenario: &SERIAL,
    tables: TABLES,
    claims: &[
        claim("gas built over wind and solar built", 2.0, (1.4, 3.0)),
        claim("wind built over solar built", 1.0, (0.7, 1.6)),
        claim("storage built over solar built", 0.63, (0.3, 1.0)),
    ],
    measure,
};

fn measure(arms: &[Arm<'_>]) -> Result<Vec<Option<f64>>, MeasureError> {
    Ok(ratios(&requests(&arms[0])?, 0.75 * arms[0].setup.hours as f64 / 24.0).to_vec())
}

/// Technologies that burn gas.
const GAS: &[&str] = &["combined_cycle", "combustion_turbine"];

fn ratios(requests: &[Request], last_day: f64) -> [Option<f64>; 3] {
    let share = |fuels: &[&str]| {
        let cohort = requests.iter().filter(|r| r.filed_day <= last_day && fuels.contains(&r.class.as_str()));
        let (built, all) = cohort.fold((0.0, 0.0), |(built, all), request| {
            (built + f64::from(u8::from(request.energized_days.is_some())), all + 1.0)
        });
        ratio(built, all)
    };
    let over = |a: &[&str], b: &[&str]| share(a).zip(share(b)).and_then(|(a, b)| ratio(a, b));
    [over(GAS, &["wind", "solar"]), over(&["wind"], &["solar"]), over(&["battery"], &["solar"])]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_by_hand() {
        let of = |class: &str, built: bool| Request {
            class: class.to_owned(),
            energized_days: built.then_some(1.0),
            ..Request::default()
        };
        // Gas 1 of 2, wind 1 of 2, solar 1 of 4, storage 0 of 1; wind and solar together 2 of 6.
        let requests = [
            of("combined_cycle", true),
            of("combustion_turbine", false),
            of("wind", true),
            of("wind", false),
            of("solar", true),
            of("solar", false),
            of("solar", false),
            of("solar", false),
            of("battery", false),
        ];
        assert_eq!(ratios(&requests, 1.0), [Some(1.5), Some(2.0), Some(0.0)]);
        assert_eq!(ratios(&[], 1.0), [None; 3]);
    }
}
