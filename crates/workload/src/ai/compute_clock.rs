//! Delivered training FLOP: accelerators x peak x model FLOP utilisation x goodput x time.
//!
//! Work that an interruption destroys is subtracted when it happens, because it will be delivered a
//! second time. Optionally a FLOP of a later year counts for more (`effective`): the factor
//! `a^(years since the start)` is integrated exactly over each stretch of time.

use gridrush_core::kernel::{HOUR_MS, SimTime};
use gridrush_core::math::{exp, expm1, ln};
use serde::{Deserialize, Serialize};

/// Hours of a mean year.
pub const HOURS_PER_YEAR: f64 = 8766.0;

/// FLOP delivered to training, of a campus, a region or the world.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ComputeClock {
    /// FLOP of all training, with what was later lost to interruptions.
    pub gross_flop: f64,
    /// FLOP that interruptions destroyed.
    pub lost_flop: f64,
    /// FLOP of useful training, each counted with the algorithmic efficiency of its time.
    pub effective_flop: f64,
    /// FLOP of the largest finished run.
    pub largest_run_flop: f64,
}

impl ComputeClock {
    /// FLOP of useful training.
    pub fn delivered_training_flop(&self) -> f64 {
        self.gross_flop - self.lost_flop
    }

    /// Adds `flop_per_hour` from `from` to `to`.
    pub fn run(&mut self, from: SimTime, to: SimTime, flop_per_hour: f64, efficiency_x_per_year: f64) {
        let hours = to.since(from).as_hours();
        self.gross_flop += flop_per_hour * hours;
        self.effective_flop += flop_per_hour * mean_efficiency(from, to, efficiency_x_per_year) * hours;
    }

    /// Takes back `flop` that an interruption at `at` destroyed.
    pub fn lose(&mut self, at: SimTime, flop: f64, efficiency_x_per_year: f64) {
        self.lost_flop += flop;
        self.effective_flop -= flop * mean_efficiency(at, at, efficiency_x_per_year);
    }

    /// Takes note of a finished run.
    pub fn finish_run(&mut self, flop: f64) {
        self.largest_run_flop = self.largest_run_flop.max(flop);
    }

    /// Adds what another clock has counted.
    pub fn add(&mut self, other: &ComputeClock) {
        self.gross_flop += other.gross_flop;
        self.lost_flop += other.lost_flop;
        self.effective_flop += other.effective_flop;
        self.finish_run(other.largest_run_flop);
    }
}

/// Mean of `x^(years since the start)` from `from` to `to`.
fn mean_efficiency(from: SimTime, to: SimTime, x_per_year: f64) -> f64 {
    if x_per_year == 1.0 {
        return 1.0;
    }
    let log = ln(x_per_year);
    let years = |ms: u64| ms as f64 / (HOURS_PER_YEAR * HOUR_MS as f64);
    let growth = log * years(to.since(from).0);
    let begin = exp(log * years(from.0));
    if growth == 0.0 { begin } else { begin * expm1(growth) / growth }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn efficiency_is_integrated_exactly() {
        let year = SimTime(8766 * HOUR_MS);
        let mut clock = ComputeClock::default();
        clock.run(SimTime::ZERO, year, 1.0, 3.0);
        assert_eq!(clock.gross_flop, 8766.0);
        // The mean of 3^t over [0, 1] is 2 / ln 3.
        assert!((clock.effective_flop / 8766.0 - 2.0 / ln(3.0)).abs() < 1e-12);
        // In pieces as at once.
        let mut pieces = ComputeClock::default();
        for hour in 0..8766 {
            pieces.run(SimTime::from_hours(hour), SimTime::from_hours(hour + 1), 1.0, 3.0);
        }
        assert!((pieces.effective_flop / clock.effective_flop - 1.0).abs() < 1e-12);
        clock.lose(year, 10.0, 3.0);
        assert_eq!(clock.delivered_training_flop(), 8756.0);
        assert!((pieces.effective_flop - clock.effective_flop - 30.0).abs() < 1e-7);
    }

    #[test]
    fn clocks_add_up() {
        let mut a =
            ComputeClock { gross_flop: 5.0, lost_flop: 1.0, effective_flop: 4.0, largest_run_flop: 2.0 };
        let b = ComputeClock { gross_flop: 7.0, lost_flop: 2.0, effective_flop: 6.0, largest_run_flop: 3.0 };
        a.add(&b);
        assert_eq!(a.delivered_training_flop(), 9.0);
        assert_eq!((a.effective_flop, a.largest_run_flop), (10.0, 3.0));
    }
}
