//! The coin price: a long-run trend times a cycle of booms and busts.
//!
//! ```text
//! ln P(t) = ln P(0) + g t + A c(t)
//! c(t + 1) = c(t) + m_r - m - c(t) / tau + s_r z(t)
//! ```
//!
//! The cycle `c` walks through three regimes `r` (calm, boom, bust) of random length, each with its own
//! drift `m_r` and volatility `s_r` (`m` is the long-run mean of the drifts), and is pulled to zero over
//! `tau`. The shocks `z` have fat tails: a mixture of two normal distributions.
//!
//! Every draw is indexed by its day or by the number of the regime, and `c` does not depend on the
//! amplitude `A`: the path without booms (`A = 0`, the trend) and the path with them are one world in two
//! states. A path costs O(days).

use gridrush_core::kernel::{Purpose, Streams, uniform_open};
use gridrush_core::math::{exp, ln, normal_quantile, sqrt};
use gridrush_core::names::Key;
use serde::{Deserialize, Serialize};

const PRICE: Key = Key::of("bitcoin/price");
const SHOCK: Purpose = Purpose::of("shock");
const REGIME: Purpose = Purpose::of("regime");

/// Days in a year.
pub const YEAR_DAYS: f64 = 365.25;

/// Which path the price takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PriceShape {
    /// The trend times the cycle.
    #[default]
    BoomAndBust,
    /// The trend alone: no boom, no bust.
    Flat,
    /// No cycle, but the same mean over the run as the boom-and-bust path of the same seed.
    MeanPreserving,
}

/// One regime of the cycle.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regime {
    /// Drift of the log price, per day.
    pub drift_per_day: f64,
    /// Standard deviation of the daily change of the log price.
    pub volatility_per_day: f64,
    /// Mean length, days.
    pub mean_days: f64,
    /// Standard deviation of the logarithm of the length.
    pub spread_log: f64,
    /// Which of the two other regimes follows: probability that it is the first of them, in the order
    /// calm, boom, bust.
    pub first_other_follows: f64,
}

/// Parameters of the price path.
///
/// The regimes are \[D\]: daily closes of 2015-01 to 2024-03 (Coin Metrics community data), dated by the
/// growth over a centred half year (boom above +0.45, bust below -0.25 in logarithms; stretches under 8
/// weeks joined to their neighbour). Drifts are relative to the sample's mean drift.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PriceParams {
    /// Price at the start, $. \[M\] 2025-01-01.
    pub start_usd: f64,
    /// Growth of the trend, logarithm per year. Assumed, to be swept; 0.57 over 2015-24 \[D\].
    pub trend_log_per_year: f64,
    /// Which path.
    pub shape: PriceShape,
    /// Scale of the cycle: 0 is the trend, 1 the amplitude of 2015-24. Assumed 0.6, to be swept: each rise was
    /// smaller than the one before (log 4.7 in 2015-17, 3.1 in 2018-21), and so were the falls (1.8, 1.5);
    /// daily volatility in 2023 was 0.6 of the mean of 2015-24 \[D\].
    pub boom_amplitude: f64,
    /// Time over which the cycle is pulled back to the trend, days. Chosen so that the spread of changes
    /// over 13, 26 and 52 weeks is that of the data.
    pub reversion_days: f64,
    /// Small moves in both directions.
    pub calm: Regime,
    /// Sustained rise.
    pub boom: Regime,
    /// Sustained fall.
    pub bust: Regime,
    /// Share of days with large shocks. With [`Self::large_shock_scale`], gives shocks a kurtosis of 8 \[D\].
    pub large_shock_share: f64,
    /// Standard deviation of large shocks relative to all shocks.
    pub large_shock_scale: f64,
}

impl Default for PriceParams {
    fn default() -> Self {
        Self {
            start_usd: 94_000.0,
            trend_log_per_year: 0.12,
            shape: PriceShape::BoomAndBust,
            boom_amplitude: 0.6,
            reversion_days: 1_000.0,
            calm: Regime {
                drift_per_day: -0.0015,
                volatility_per_day: 0.033,
                mean_days: 233.0,
                spread_log: 0.30,
                first_other_follows: 5.0 / 6.0,
            },
            boom: Regime {
                drift_per_day: 0.0039,
                volatility_per_day: 0.041,
                mean_days: 215.0,
                spread_log: 0.63,
                first_other_follows: 4.0 / 5.0,
            },
            bust: Regime {
                drift_per_day: -0.0044,
                volatility_per_day: 0.039,
                mean_days: 230.0,
                spread_log: 0.60,
                first_other_follows: 2.0 / 3.0,
            },
            large_shock_share: 0.10,
            large_shock_scale: 2.2,
        }
    }
}

impl PriceParams {
    fn regimes(&self) -> [Regime; 3] {
        [self.calm, self.boom, self.bust]
    }

    /// Long-run share of time in calm, boom and bust.
    ///
    /// The embedded chain's stationary distribution by its spanning trees (Markov chain tree theorem),
    /// weighted with the mean lengths.
    pub fn time_shares(&self) -> [f64; 3] {
        let [calm, boom, bust] = self.regimes();
        let (calm_boom, boom_calm, bust_calm) =
            (calm.first_other_follows, boom.first_other_follows, bust.first_other_follows);
        let (calm_bust, boom_bust, bust_boom) = (1.0 - calm_boom, 1.0 - boom_calm, 1.0 - bust_calm);
        let weights = [
            (boom_calm * bust_calm + boom_calm * bust_boom + boom_bust * bust_calm) * calm.mean_days,
            (calm_boom * bust_boom + calm_boom * bust_calm + calm_bust * bust_boom) * boom.mean_days,
            (calm_bust * boom_bust + calm_bust * boom_calm + calm_boom * boom_bust) * bust.mean_days,
        ];
        let total: f64 = weights.iter().sum();
        weights.map(|weight| weight / total)
    }
}

/// The price of each day, $; day 0 is the start. All prices are positive.
pub fn price_path(params: &PriceParams, streams: &Streams, days: u32) -> Vec<f64> {
    let trend = |day: usize| params.start_usd * exp(params.trend_log_per_year * day as f64 / YEAR_DAYS);
    let with_cycle = || -> Vec<f64> {
        let cycle = cycle(params, streams, days);
        cycle.iter().enumerate().map(|(day, c)| trend(day) * exp(params.boom_amplitude * c)).collect()
    };
    let flat = (0..days as usize).map(trend);
    match params.shape {
        PriceShape::BoomAndBust => with_cycle(),
        PriceShape::Flat => flat.collect(),
        PriceShape::MeanPreserving => {
            let scale = with_cycle().iter().sum::<f64>() / flat.clone().sum::<f64>();
            flat.map(|price| price * scale).collect()
        }
    }
}

/// The cycle of each day as a log deviation from the trend, zero on day 0; the same for every amplitude.
pub fn cycle(params: &PriceParams, streams: &Streams, days: u32) -> Vec<f64> {
    let regimes = params.regimes();
    let shares = params.time_shares();
    let mean_drift: f64 =
        regimes.iter().zip(shares).map(|(regime, share)| regime.drift_per_day * share).sum();
    let mut walk = RegimeWalk::start(&regimes, shares, streams);
    let mut c = 0.0;
    let mut path = Vec::with_capacity(days as usize);
    for day in 0..days {
        path.push(c);
        let regime = regimes[walk.step(&regimes, streams)];
        c += regime.drift_per_day - mean_drift - c / params.reversion_days
            + regime.volatility_per_day * shock(params, streams, day);
    }
    path
}

/// Of unit variance: normal with a large standard deviation on some days and a small one on the others.
fn shock(params: &PriceParams, streams: &Streams, day: u32) -> f64 {
    let mut rng = streams.open_at(PRICE, SHOCK, u64::from(day));
    let (z, kind) = (normal_quantile(uniform_open(&mut rng)), uniform_open(&mut rng));
    let (share, large) = (params.large_shock_share, params.large_shock_scale);
    if kind < share { z * large } else { z * sqrt(((1.0 - share * large * large) / (1.0 - share)).max(0.0)) }
}

/// Where the regimes stand.
struct RegimeWalk {
    regime: usize,
    ordinal: u64,
    days_left: f64,
}

impl RegimeWalk {
    /// In the middle of a regime, as if the walk had gone on for ever.
    fn start(regimes: &[Regime; 3], shares: [f64; 3], streams: &Streams) -> Self {
        let mut rng = streams.open_at(PRICE, REGIME, 0);
        let pick = uniform_open(&mut rng);
        let regime = usize::from(pick > shares[0]) + usize::from(pick > shares[0] + shares[1]);
        // A stretch met at a random time is long with a chance in proportion to its length: its
        // logarithm is shifted by one variance.
        let spread = regimes[regime].spread_log;
        let length = length_days(&regimes[regime], uniform_open(&mut rng)) * exp(spread * spread);
        Self { regime, ordinal: 0, days_left: length * uniform_open(&mut rng) }
    }

    /// The regime of one day.
    fn step(&mut self, regimes: &[Regime; 3], streams: &Streams) -> usize {
        while self.days_left < 1.0 {
            self.ordinal += 1;
            let mut rng = streams.open_at(PRICE, REGIME, self.ordinal);
            let others = [[1, 2], [0, 2], [0, 1]][self.regime];
            let second = uniform_open(&mut rng) > regimes[self.regime].first_other_follows;
            self.regime = others[usize::from(second)];
            self.days_left += length_days(&regimes[self.regime], uniform_open(&mut rng)).max(1.0);
        }
        self.days_left -= 1.0;
        self.regime
    }
}

/// Log-normal with the given mean.
fn length_days(regime: &Regime, uniform: f64) -> f64 {
    let spread = regime.spread_log;
    exp(ln(regime.mean_days) - spread * spread / 2.0 + spread * normal_quantile(uniform))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAYS: u32 = 3_652;

    fn sd(values: &[f64]) -> f64 {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        (values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / values.len() as f64).sqrt()
    }

    fn changes(log_price: &[f64], lag: usize) -> Vec<f64> {
        log_price.windows(lag + 1).map(|w| w[lag] - w[0]).collect()
    }

    /// References: daily closes 2016-01 to 2024-03; weekly changes of 7-day mean prices, 2016-26.
    #[test]
    fn moments_are_those_of_the_data() {
        let params = PriceParams { boom_amplitude: 1.0, ..PriceParams::default() };
        let (mut daily, mut weekly, mut quarter, mut half, mut year) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for replication in 0..200 {
            let path = price_path(&params, &Streams::new(11, replication), DAYS);
            assert!(path.iter().all(|p| *p > 0.0 && p.is_finite()));
            let logs: Vec<f64> = path.iter().map(|p| ln(*p)).collect();
            let weeks: Vec<f64> = path.chunks_exact(7).map(|w| ln(w.iter().sum::<f64>() / 7.0)).collect();
            daily.extend(changes(&logs, 1));
            weekly.extend(changes(&weeks, 1));
            quarter.extend(changes(&logs, 91));
            half.extend(changes(&logs, 182));
            year.extend(changes(&logs, 364));
        }
        let m: [f64; 5] = [&daily, &weekly, &quarter, &half, &year].map(|v| sd(v));
        println!("sd of log changes: day, week of means, 13, 26, 52 weeks: {m:.4?}");
        for (value, reference, tolerance) in [
            (m[0], 0.0375, 0.05),
            (m[1], 0.080, 0.10),
            (m[2], 0.411, 0.10),
            (m[3], 0.614, 0.10),
            (m[4], 0.913, 0.15),
        ] {
            assert!((value / reference - 1.0).abs() < tolerance, "{value} against {reference}");
        }
        let mean = daily.iter().sum::<f64>() / daily.len() as f64;
        let kurtosis =
            daily.iter().map(|d| (d - mean).powi(4)).sum::<f64>() / daily.len() as f64 / m[0].powi(4);
        assert!((6.0..10.0).contains(&kurtosis), "{kurtosis}");
    }

    #[test]
    fn the_cycle_is_paired_across_amplitudes_and_returns_to_the_trend() {
        let streams = Streams::new(3, 5);
        let full = PriceParams { boom_amplitude: 1.0, ..PriceParams::default() };
        let half = PriceParams { boom_amplitude: 0.5, ..full.clone() };
        let none = PriceParams { boom_amplitude: 0.0, ..full.clone() };
        let flat = PriceParams { shape: PriceShape::Flat, ..full.clone() };
        let [full, half, none, flat] = [full, half, none, flat].map(|p| price_path(&p, &streams, DAYS));
        assert_eq!(none, flat);
        for day in 0..DAYS as usize {
            let (c1, c05) = (ln(full[day] / flat[day]), ln(half[day] / flat[day]));
            assert!((c1 - 2.0 * c05).abs() < 1e-9);
        }
        assert!(flat.windows(2).all(|w| w[1] > w[0]));
        let means: Vec<f64> = (0..400)
            .map(|r| {
                let c = cycle(&PriceParams::default(), &Streams::new(1, r), DAYS);
                c.iter().sum::<f64>() / f64::from(DAYS)
            })
            .collect();
        let mean = means.iter().sum::<f64>() / means.len() as f64;
        assert!(mean.abs() < 4.0 * sd(&means) / 20.0, "{mean}");
    }

    #[test]
    fn mean_preserving_keeps_the_mean_and_has_no_cycle() {
        let streams = Streams::new(3, 5);
        let boom = price_path(&PriceParams::default(), &streams, DAYS);
        let kept = PriceParams { shape: PriceShape::MeanPreserving, ..PriceParams::default() };
        let kept = price_path(&kept, &streams, DAYS);
        let mean = |path: &[f64]| path.iter().sum::<f64>() / path.len() as f64;
        assert!((mean(&boom) / mean(&kept) - 1.0).abs() < 1e-12);
        let growth = kept[1] / kept[0];
        assert!(kept.windows(2).all(|w| (w[1] / w[0] / growth - 1.0).abs() < 1e-12));
    }

    #[test]
    fn time_shares_are_those_of_a_long_walk() {
        let params = PriceParams::default();
        let regimes = params.regimes();
        let shares = params.time_shares();
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        let mut count = [0_u32; 3];
        for replication in 0..200 {
            let streams = Streams::new(5, replication);
            let mut walk = RegimeWalk::start(&regimes, shares, &streams);
            for _ in 0..4_000 {
                count[walk.step(&regimes, &streams)] += 1;
            }
        }
        for (count, share) in count.iter().zip(shares) {
            assert!((f64::from(*count) / 800_000.0 - share).abs() < 0.03, "{count} {share}");
        }
    }

    #[test]
    fn a_longer_run_keeps_the_path() {
        let streams = Streams::new(9, 0);
        let long = price_path(&PriceParams::default(), &streams, 1_000);
        assert_eq!(price_path(&PriceParams::default(), &streams, 400), long[..400]);
        assert_ne!(price_path(&PriceParams::default(), &Streams::new(9, 1), 400), long[..400]);
    }
}
