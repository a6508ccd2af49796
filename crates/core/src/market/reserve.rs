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
}
