//! T10: where load grows and supply does not, the price of capacity is soon at its cap.

use super::requests::ratio;
use super::{Arm, Claim, Confidence, Fact, MeasureError, Shipped, Worth, arm};

static SCENARIO: Shipped = Shipped {
    file: "facts-capacity-price.toml",
    text: include_str!("../../../../../scenarios/facts/facts-capacity-price.toml"),
};

/// T10.
pub static FACT: Fact = Fact {
    id: "T10",
    statement: "With load growing by 5 GW a year and hardly any new supply the capacity price of PJM went from \
                269.92 to its cap of 329.17 and 333.44 $/MW-day.",
    source: "PJM base residual auctions for 2025/26, 2026/27 and 2027/28; 28.92 for 2024/25 [M]",
    naive: "the last price before growth stays",
    caveat: "demand response and efficiency were taken off the requirement after the first run; native load grows by 3.3 % a year in place of data centres; one cap and one accreditation for all \
             years; delivery years are calendar years",
    scenario: &SCENARIO,
    tables: &["capacity_yearly"],
    claims: &[
        Claim {
            name: "auctions until the price is at its cap",
            unit: "",
            target: 2.0,
            accepted: (1.0, 2.0),
            worth: Worth::Calibrated,
            confidence: Confidence::Source,
            observations: 1,
            naive: None,
        },
        Claim {
            name: "first price without growth over the cap",
            unit: "",
            target: 28.92 / 329.17,
            accepted: (0.0, 0.75),
            worth: Worth::Calibrated,
            confidence: Confidence::Memory,
            observations: 1,
            naive: Some(28.92 / 329.17),
        },
        Claim {
            name: "second price with growth over the first",
            unit: "",
            target: 329.17 / 269.92,
            accepted: (1.05, 2.5),
            worth: Worth::Calibrated,
            confidence: Confidence::Source,
            observations: 1,
            naive: Some(1.0),
        },
    ],
    measure,
};

fn measure(arms: &[Arm<'_>]) -> Result<Vec<Option<f64>>, MeasureError> {
    let (growing, calm) = (arm(arms, "growth")?, arm(arms, "no_growth")?);
    let cap = growing.setup.scenario.capacity.cap_usd_per_mw_day;
    Ok(claims(&prices(growing)?, &prices(calm)?, cap).to_vec())
}

/// Price of each auction and whether it is the cap, in order.
fn prices(arm: &Arm<'_>) -> Result<Vec<(f64, bool)>, MeasureError> {
    let Some(frame) = arm.frame("capacity_yearly") else { return Ok(Vec::new()) };
    let (price, at_cap) = (frame.floats("price_usd_per_mw_day")?, frame.integers("at_cap")?);
    Ok(price.iter().zip(at_cap).map(|(&price, &at_cap)| (price, at_cap == 1)).collect())
}

/// An auction that never reaches the cap counts as one more than were held.
fn claims(growing: &[(f64, bool)], calm: &[(f64, bool)], cap: f64) -> [Option<f64>; 3] {
    let capped = growing.iter().position(|&(_, at_cap)| at_cap).unwrap_or(growing.len());
    let until = (!growing.is_empty()).then_some(capped as f64 + 1.0);
    let first = calm.first().and_then(|&(price, _)| ratio(price, cap));
    let step = match growing {
        [(first, _), (second, _), ..] => ratio(*second, *first),
        _ => None,
    };
    [until, first, step]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_by_hand() {
        let growing = [(270.0, false), (324.0, true), (324.0, true)];
        assert_eq!(claims(&growing, &[(81.0, false)], 324.0), [Some(2.0), Some(0.25), Some(1.2)]);
        assert_eq!(claims(&growing[..1], &[], 324.0), [Some(2.0), None, None]);
        assert_eq!(claims(&[], &[], 324.0), [None; 3]);
    }
}
