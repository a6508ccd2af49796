//! The demand for operating reserve: what the system pays to have one more megawatt in hand.
//!
//! The curve is a falling staircase. Inside dispatch each step is a column worth its price, so the
//! reserve price is a dual of the clearing and is contained in every energy price.

use serde::{Deserialize, Serialize};

/// One step of the curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReserveStep {
    /// Width.
    pub mw: f64,
    /// Worth of reserve inside this step.
    pub usd_per_mwh: f64,
}

/// Steps from the most to the least valuable.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReserveCurve {
    steps: Vec<ReserveStep>,
}

impl ReserveCurve {
    /// A curve; `None` unless widths are positive and prices fall.
    pub fn new(steps: Vec<ReserveStep>) -> Option<ReserveCurve> {
        let falls = steps.windows(2).all(|w| w[0].usd_per_mwh >= w[1].usd_per_mwh);
        let positive = steps.iter().all(|s| s.mw > 0.0 && s.usd_per_mwh >= 0.0);
        (falls && positive).then_some(ReserveCurve { steps })
    }

    /// The steps.
    pub fn steps(&self) -> &[ReserveStep] {
        &self.steps
    }

    /// The reserve beyond which more is worth nothing.
    pub fn requirement_mw(&self) -> f64 {
        self.steps.iter().map(|s| s.mw).sum()
    }

    /// Worth of one more megawatt of reserve when so much is held; of the first when there is less than none.
    pub fn price_usd_per_mwh(&self, held_mw: f64) -> f64 {
        let mut upto_mw = 0.0;
        for step in &self.steps {
            upto_mw += step.mw;
            if held_mw < upto_mw {
                return step.usd_per_mwh;
            }
        }
        0.0
    }

    /// Worth of so much reserve, for an hour.
    pub fn worth_usd_per_h(&self, held_mw: f64) -> f64 {
        let mut left_mw = held_mw.max(0.0);
        let mut usd = 0.0;
        for step in &self.steps {
            let mw = left_mw.min(step.mw);
            usd += mw * step.usd_per_mwh;
            left_mw -= mw;
        }
        usd
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worth_of_reserve_is_the_area_under_its_price() {
        let steps = [(50.0, 2000.0), (50.0, 100.0)].map(|(mw, usd_per_mwh)| ReserveStep { mw, usd_per_mwh });
        let curve = ReserveCurve::new(steps.into()).unwrap();
        for (held_mw, price, worth) in [
            (-10.0, 2000.0, 0.0),
            (0.0, 2000.0, 0.0),
            (20.0, 2000.0, 40_000.0),
            (50.0, 100.0, 100_000.0),
            (80.0, 100.0, 103_000.0),
            (100.0, 0.0, 105_000.0),
            (500.0, 0.0, 105_000.0),
        ] {
            assert_eq!(curve.price_usd_per_mwh(held_mw), price, "{held_mw} MW");
            assert_eq!(curve.worth_usd_per_h(held_mw), worth, "{held_mw} MW");
        }
    }
}
