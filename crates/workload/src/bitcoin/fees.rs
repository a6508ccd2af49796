//! Transaction fees per block: a log-normal level that drifts slowly around its median.
//!
//! `ln f(t + 1) = ln m + phi (ln f(t) - ln m) + s sqrt(1 - phi^2) z(t)`, one draw a day. Fees are in coins
//! and do not halve, so their share of revenue rises with every halving.

use gridrush_core::kernel::{Purpose, Streams, uniform_open};
use gridrush_core::math::{exp, normal_quantile, sqrt};
use gridrush_core::names::Key;
use serde::{Deserialize, Serialize};

const FEES: Key = Key::of("bitcoin/fees");
const LEVEL: Purpose = Purpose::of("level");

/// Parameters of the fee process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FeeParams {
    /// Median fees per block, BTC. Assumed: half of the 0.185 of 2020-24 \[D\], because blocks emptied in 2024-25
    /// \[M\]; its mean of 0.16 is 5 % of revenue, the mean share of 2016-24 \[D\].
    pub median_btc_per_block: f64,
    /// Standard deviation of the logarithm. \[D\] daily means of 2020-01 to 2024-03: 0.97.
    pub spread_log: f64,
    /// Time over which a deviation falls to 1/e, days. \[D\] autocorrelation 0.66 after 30 days, 0.49 after 90.
    pub memory_days: f64,
}

impl Default for FeeParams {
    fn default() -> Self {
        Self { median_btc_per_block: 0.10, spread_log: 0.97, memory_days: 100.0 }
    }
}

/// Fees per block of each day, BTC; starts at the median.
pub fn fee_path(params: &FeeParams, streams: &Streams, days: u32) -> Vec<f64> {
    let kept = exp(-1.0 / params.memory_days);
    let fresh = params.spread_log * sqrt(1.0 - kept * kept);
    let mut deviation = 0.0;
    (0..days)
        .map(|day| {
            let fee = params.median_btc_per_block * exp(deviation);
            let mut rng = streams.open_at(FEES, LEVEL, u64::from(day));
            deviation = kept * deviation + fresh * normal_quantile(uniform_open(&mut rng));
            fee
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_has_the_stated_median_and_spread() {
        let params = FeeParams::default();
        let logs: Vec<f64> = (0..400)
            .map(|r| {
                let fee = *fee_path(&params, &Streams::new(2, r), 1_000).last().unwrap();
                gridrush_core::math::ln(fee / params.median_btc_per_block)
            })
            .collect();
        let mean = logs.iter().sum::<f64>() / 400.0;
        let sd = sqrt(logs.iter().map(|l| (l - mean) * (l - mean)).sum::<f64>() / 400.0);
        assert!(mean.abs() < 4.0 * 0.97 / 20.0, "{mean}");
        assert!((sd / 0.97 - 1.0).abs() < 4.0 / sqrt(800.0), "{sd}");
    }
}
