//! Fuel prices that are not known: a mean-reverting factor on the path of each price.
//!
//! The log deviation `x` of a price from its path is an Ornstein-Uhlenbeck process in years, with volatility `s` and
//! reversion time `T`, taken exactly in steps of a month from `x = 0` in the first month of a run:
//!
//! ```text
//!   x' = a x + sqrt(s^2 T / 2 (1 - a^2)) z        a = exp(-1 / (12 T)),  z standard normal
//!   v' = a^2 v + s^2 T / 2 (1 - a^2)              factor = exp(x - v / 2)
//! ```
//!
//! The variance `v` is that of `x` over replications, so that the mean of the factor is one in every month: the path
//! is the expected price. A draw belongs to (fuel, calendar month) of a replication, whatever else a run does.
//! Cost: one draw per fuel and month.

use gridrush_core::grid::Fuel;
use gridrush_core::kernel::{Purpose, Streams, uniform_open};
use gridrush_core::math::{exp, normal_quantile};
use gridrush_core::names::Key;

use crate::setup::Month;
use crate::units::FuelPrices;

/// Purpose of the draws.
const PRICE: Purpose = Purpose::of("fuel price");

/// Fuels whose price may move.
const MOVING: [Fuel; 3] = [Fuel::Gas, Fuel::Coal, Fuel::Oil];

/// How a price moves about its path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Movement {
    /// Standard deviation of the logarithm over a year without reversion.
    pub volatility: f64,
    /// Time in which a deviation falls to 37 %.
    pub reversion_months: f64,
}

impl Movement {
    /// Correlation with the month before, and variance of a month's shock.
    fn step(self) -> (f64, f64) {
        let kept = exp(-1.0 / self.reversion_months);
        let long_run = self.volatility * self.volatility * self.reversion_months / 24.0;
        (kept, long_run * (1.0 - kept * kept))
    }
}

/// The factors of a replication on the prices of gas, coal and oil, month by month.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FuelDraws {
    /// By fuel of [`MOVING`], by month; empty where a price does not move.
    factors: [Vec<f64>; MOVING.len()],
}

impl FuelDraws {
    /// Draws the months of a run; gas, coal and oil.
    pub fn new(movements: [Option<Movement>; 3], streams: &Streams, months: &[Month]) -> FuelDraws {
        FuelDraws {
            factors: std::array::from_fn(|n| match movements[n] {
                Some(movement) => factors(movement, MOVING[n], streams, months),
                None => Vec::new(),
            }),
        }
    }

    /// The factor on a fuel's price in a month, counted from the start of the run.
    pub fn factor(&self, fuel: Fuel, month: usize) -> f64 {
        let moves = MOVING.iter().position(|&moving| moving == fuel);
        moves.and_then(|n| self.factors[n].get(month)).copied().unwrap_or(1.0)
    }

    /// Moves prices to where they are in a month; those of zones go with them, a basis and carbon stay.
    pub fn apply(&self, month: usize, prices: &mut FuelPrices) {
        let [gas, coal, oil] = MOVING.map(|fuel| self.factor(fuel, month));
        prices.gas_usd_per_mmbtu *= gas;
        prices.coal_usd_per_mmbtu *= coal;
        prices.oil_usd_per_mmbtu *= oil;
        for extra in &mut prices.zone_extra {
            extra.gas_usd_per_mmbtu *= gas;
            extra.coal_usd_per_mmbtu *= coal;
            extra.oil_usd_per_mmbtu *= oil;
        }
    }
}

fn factors(movement: Movement, fuel: Fuel, streams: &Streams, months: &[Month]) -> Vec<f64> {
    let (kept, shock) = movement.step();
    let key = Key::of(fuel.name());
    let (mut x, mut variance) = (0.0, 0.0);
    (months.iter().enumerate())
        .map(|(n, month)| {
            if n > 0 {
                let index = (i64::from(month.year) * 12 + i64::from(month.month)) as u64;
                let z = normal_quantile(uniform_open(&mut streams.open_at(key, PRICE, index)));
                x = kept * x + shock.sqrt() * z;
                variance = kept * kept * variance + shock;
            }
            exp(x - variance / 2.0)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use gridrush_core::kernel::SimTime;
    use gridrush_core::math::{ln, pow};

    use super::*;

    const GAS: Movement = Movement { volatility: 0.5, reversion_months: 10.0 };

    fn months(count: usize) -> Vec<Month> {
        let month = |n: usize| Month {
            year: 2025 + (n / 12) as i16,
            month: (n % 12 + 1) as u8,
            begin: SimTime::ZERO,
            end: SimTime::ZERO,
        };
        (0..count).map(month).collect()
    }

    fn drawn(replications: u32, count: usize) -> Vec<Vec<f64>> {
        let months = months(count);
        (0..replications).map(|r| factors(GAS, Fuel::Gas, &Streams::new(7, r), &months)).collect()
    }

    fn mean(values: impl Iterator<Item = f64> + Clone) -> f64 {
        values.clone().sum::<f64>() / values.count() as f64
    }

    #[test]
    fn the_path_is_the_mean_and_the_first_month() {
        const REPLICATIONS: u32 = 20_000;
        let all = drawn(REPLICATIONS, 61);
        assert!(all.iter().all(|factors| factors[0] == 1.0));
        for month in [1, 3, 12, 60] {
            // Variance of a log-normal with mean one: exp(v) - 1, with v = s^2 T / 2 (1 - exp(-2 t / T)).
            let v = 0.25 * 10.0 / 24.0 * (1.0 - exp(-2.0 * month as f64 / 10.0));
            let error = ((exp(v) - 1.0) / f64::from(REPLICATIONS)).sqrt();
            let got = mean(all.iter().map(|factors| factors[month]));
            assert!((got - 1.0).abs() < 4.0 * error, "month {month}: mean {got}, standard error {error}");
            let logs = all.iter().map(|factors| ln(factors[month]));
            let centre = mean(logs.clone());
            let spread = mean(logs.map(|x| (x - centre) * (x - centre)));
            // The variance of an estimated variance is 2 v^2 / n.
            assert!(
                (spread / v - 1.0).abs() < 4.0 * (2.0 / f64::from(REPLICATIONS)).sqrt(),
                "{spread}, not {v}"
            );
            assert!((centre + v / 2.0).abs() < 4.0 * (v / f64::from(REPLICATIONS)).sqrt(), "{centre}");
        }
    }

    #[test]
    fn deviations_fade_as_declared() {
        let all = drawn(4000, 121);
        let v = 0.25 * 10.0 / 24.0;
        for lag in [1, 6, 12] {
            // From month 60 on the process has forgotten its start (to e^-12).
            let pairs = all.iter().map(|f| (ln(f[60]) + v / 2.0, ln(f[60 + lag]) + v / 2.0));
            let want = exp(-(lag as f64) / 10.0);
            let got = mean(pairs.clone().map(|(a, b)| a * b)) / mean(pairs.map(|(a, _)| a * a));
            assert!((got - want).abs() < 4.0 * ((1.0 - want * want) / 4000.0).sqrt(), "{got} is not {want}");
        }
    }

    #[test]
    fn a_draw_belongs_to_its_fuel_and_calendar_month() {
        let (long, short) = (months(48), months(48).split_off(12));
        let streams = Streams::new(7, 0);
        let gas = factors(GAS, Fuel::Gas, &streams, &long);
        assert_ne!(gas, factors(GAS, Fuel::Coal, &streams, &long));
        assert_eq!(gas[..20], factors(GAS, Fuel::Gas, &streams, &long[..20]));
        // A run that begins a year later has the same shocks: deviations differ by what is left of the first.
        let (kept, shock) = GAS.step();
        let later = factors(GAS, Fuel::Gas, &streams, &short);
        let variance = |n: usize| shock * (1.0 - pow(kept, 2.0 * n as f64)) / (1.0 - kept * kept);
        let deviation = |factor: f64, n: usize| ln(factor) + variance(n) / 2.0;
        for n in 0..36 {
            let left = deviation(gas[12 + n], 12 + n) - deviation(later[n], n);
            let want = pow(kept, n as f64) * deviation(gas[12], 12);
            assert!((left - want).abs() < 1e-9, "month {n}: {left} is not {want}");
        }
    }
}
