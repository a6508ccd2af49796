//! What an owner knows of its own project and nobody else: how ready its site is, how much of what it asks for
//! it will use, at how many places it asks, and what a place in a queue may cost it.
//!
//! All of it is drawn from the request's own stream, apart from those of size and answer, so switching one of
//! these on moves no other draw. Speculative requests hold a place and are not meant to be built: they are
//! filed only where entering costs less than what the place is worth to their owner.

use gridrush_core::kernel::{Purpose, Streams, uniform_open};
use gridrush_core::math::{exp, normal_quantile};
use gridrush_core::names::Key;
use serde::{Deserialize, Serialize};

const OWNER: Purpose = Purpose::of("owner");

/// How owners differ.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OwnerParams {
    /// Smallest part of its contract that a project uses in the end. Default 1: all of it.
    pub delivered_share_min: f64,
    /// Largest part. Default 1; half of the megawatts asked for were delivered in Texas \[S\].
    pub delivered_share_max: f64,
    /// Part of the projects that are filed at several places at once. Default 0.
    pub duplicate_share: f64,
    /// At how many places those are filed besides. Default 2, assumed.
    pub duplicate_sites: u32,
    /// Part of the real projects whose site is under control at filing. Default 0.9, assumed.
    pub ready_share_real: f64,
    /// The same of speculative ones. Default 0.3, assumed. Whoever is not ready has a uniform part.
    pub ready_share_speculative: f64,
    /// Median of what a place is worth to a speculative owner, $. Default 150,000, assumed.
    pub place_worth_usd: f64,
    /// Standard deviation of its logarithm. Default 1, assumed.
    pub place_worth_spread_log: f64,
    /// Factor on the rate of requests between the announcement of a rule about them and the day it takes
    /// effect. Default 1.
    pub rush_multiple: f64,
    /// Cost of money that is tied up in deposits, per year. Default 0.12, assumed.
    pub deposit_cost_per_year: f64,
}

impl Default for OwnerParams {
    fn default() -> Self {
        Self {
            delivered_share_min: 1.0,
            delivered_share_max: 1.0,
            duplicate_share: 0.0,
            duplicate_sites: 2,
            ready_share_real: 0.9,
            ready_share_speculative: 0.3,
            place_worth_usd: 150_000.0,
            place_worth_spread_log: 1.0,
            rush_multiple: 1.0,
            deposit_cost_per_year: 0.12,
        }
    }
}

/// One owner's project.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Owner {
    /// Part of the contract that it will use.
    pub delivered_share: f64,
    /// Part of its site that is under control at filing.
    pub site_control_share: f64,
    /// Further places at which the same project is filed.
    pub duplicates: u32,
    /// What a place is worth if the project is speculative, $.
    pub place_worth_usd: f64,
    /// A private number in 0..1 from which bids follow.
    pub eagerness: f64,
}

impl Owner {
    /// The owner behind a request.
    pub fn of(params: &OwnerParams, streams: &Streams, key: Key, speculative: bool) -> Owner {
        let mut rng = streams.open(key, OWNER);
        let [delivered, ready, part, twice, worth, eagerness] =
            core::array::from_fn(|_| uniform_open(&mut rng));
        let ready_share = if speculative { params.ready_share_speculative } else { params.ready_share_real };
        let spread = params.delivered_share_max - params.delivered_share_min;
        Owner {
            delivered_share: params.delivered_share_min + delivered * spread,
            site_control_share: if ready < ready_share { 1.0 } else { part },
            duplicates: if twice < params.duplicate_share { params.duplicate_sites } else { 0 },
            place_worth_usd: params.place_worth_usd
                * exp(params.place_worth_spread_log * normal_quantile(worth)),
            eagerness,
        }
    }

    /// Whether a place that costs so much is taken: `fees_usd` are gone, `deposits_usd` are tied up for
    /// `years`, and `forfeit_usd` of them are lost by leaving, which a speculative request means to do.
    pub fn enters(
        &self,
        params: &OwnerParams,
        speculative: bool,
        fees_usd: f64,
        deposits_usd: f64,
        forfeit_usd: f64,
        years: f64,
    ) -> bool {
        let cost_usd = fees_usd + params.deposit_cost_per_year * years * deposits_usd + forfeit_usd;
        !speculative || cost_usd <= self.place_worth_usd
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAMS: Streams = Streams::new(11, 0);

    fn owners(params: OwnerParams, speculative: bool) -> Vec<Owner> {
        (0..4_000).map(|n| Owner::of(&params, &STREAMS, Key::of("owner").part(n), speculative)).collect()
    }

    #[test]
    fn shares_are_as_stated() {
        let params =
            OwnerParams { delivered_share_min: 0.2, delivered_share_max: 0.8, ..OwnerParams::default() };
        let all = owners(params, true);
        let n = all.len() as f64;
        let ready = all.iter().filter(|owner| owner.site_control_share >= 1.0).count() as f64 / n;
        assert!((ready - 0.3).abs() < 4.0 * (0.3 * 0.7 / n).sqrt(), "{ready}");
        let delivered = all.iter().map(|owner| owner.delivered_share).sum::<f64>() / n;
        assert!((delivered - 0.5).abs() < 4.0 * 0.6 / (12.0 * n).sqrt(), "{delivered}");
        assert!(all.iter().all(|owner| owner.duplicates == 0));
        assert!(
            owners(OwnerParams { duplicate_share: 1.0, ..params }, true).iter().all(|o| o.duplicates == 2)
        );
    }

    /// Half of the speculative owners pay the median, and real ones pay anything.
    #[test]
    fn dear_places_keep_speculation_out() {
        let params = OwnerParams::default();
        let entering = |fees: f64, deposits: f64| {
            let all = owners(params, true);
            let enters = |owner: &&Owner| owner.enters(&params, true, fees, deposits, 0.0, 2.0);
            all.iter().filter(enters).count() as f64 / all.len() as f64
        };
        assert!((entering(150_000.0, 0.0) - 0.5).abs() < 0.035);
        // 0.12 x 2 years x 625,000 $ cost as much.
        assert_eq!(entering(0.0, 625_000.0), entering(150_000.0, 0.0));
        assert!(entering(1e6, 0.0) < 0.05);
        assert!(owners(params, false)[0].enters(&params, false, 1e12, 0.0, 0.0, 1.0));
    }
}
