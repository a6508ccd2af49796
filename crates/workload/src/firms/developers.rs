//! Developers of power plants: what they file when a technology pays, and what they answer.
//!
//! When a zone's trailing net revenue of a technology exceeds its annualised cost, the rule of entry says how
//! many megawatts are started there in a year. Developers file that many times `filings_per_started_mw`, in
//! projects of the sizes of their technology, spread over the year; most of them are options. A developer
//! stays while
//!
//! ```text
//! P(completion) d^T (revenue x belief - annualised cost) x annuity factor  >=  upgrades + cost of deposits
//! ```
//!
//! at the revenue of the day: so what the queue costs and how long it takes decides what is built. Besides, so many
//! requests a year may be filed whatever prices have paid ([`exogenous`]), and where no hour is dispatched developers
//! reckon with `revenue_over_cost` times their cost.

use gridrush_core::grid::Technology;
use gridrush_core::kernel::{Purpose, Streams, uniform_open};
use gridrush_core::math::{exp, ln, normal_quantile, pow};
use gridrush_core::names::Key;
use serde::{Deserialize, Serialize};

use super::arrivals::pick;
use super::decisions::accept::{Answer, OfferView, Reason};
use crate::bitcoin::valuation::annuity;

const FILING: Purpose = Purpose::of("developer filing");
const GAP: Purpose = Purpose::of("developer gap");
const BELIEF: Purpose = Purpose::of("developer belief");

/// How developers of one technology file and answer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeveloperParams {
    /// Megawatts filed for each that the rule of entry would start.
    pub filings_per_started_mw: f64,
    /// Requests that are filed in the first year of the run whatever prices have paid. None by default.
    pub filed_per_year: f64,
    /// Growth of `filed_per_year`. Default zero.
    pub filed_growth_per_year: f64,
    /// Part of the requests that are meant to be built.
    pub real_share: f64,
    /// Median size, MW.
    pub median_mw: f64,
    /// Standard deviation of the logarithm of the size.
    pub spread_log: f64,
    /// Own works, months.
    pub construction_months: f64,
    /// Standard deviation of the logarithm of a developer's view of its revenue. Assumed.
    pub belief_spread_log: f64,
    /// Net revenue over annualised cost that is expected where no hour is dispatched. Assumed.
    pub revenue_over_cost: f64,
    /// Cost of capital per year. Assumed.
    pub discount_per_year: f64,
    /// Years over which costs are recovered. Assumed.
    pub recovery_years: f64,
    /// Median patience, months to power. Assumed.
    pub patience_months: f64,
}

impl DeveloperParams {
    /// A technology with its own sizes and habits: `filings_per_started_mw` is assumed, sizes are of the order of
    /// medians in regional queues \[D\], real shares are assumed so that thermal projects are the more serious.
    pub const fn new(filings_per_started_mw: f64, real_share: f64, median_mw: f64, months: f64) -> Self {
        Self {
            filings_per_started_mw,
            filed_per_year: 0.0,
            filed_growth_per_year: 0.0,
            real_share,
            median_mw,
            spread_log: 0.7,
            construction_months: months,
            belief_spread_log: 0.2,
            revenue_over_cost: 1.1,
            discount_per_year: 0.08,
            recovery_years: 20.0,
            patience_months: 72.0,
        }
    }

    /// The present value of a dollar a year over the years of recovery.
    fn years_of_revenue(&self) -> f64 {
        1.0 / annuity(self.discount_per_year, self.recovery_years)
    }
}

impl Default for DeveloperParams {
    fn default() -> Self {
        Self::new(4.0, 0.5, 150.0, 18.0)
    }
}

/// A project about to be filed.
#[derive(Clone, Debug, PartialEq)]
pub struct Filing {
    /// Stable name: technology, zone, year of the run, number.
    pub name: String,
    /// The key of that name.
    pub key: Key,
    /// Size, MW.
    pub mw: f64,
    /// When in the year, 0 to 1.
    pub within_year: f64,
    /// Whether it is only an option on a place.
    pub speculative: bool,
}

/// The requests of a year for a technology in a zone where `started_mw` pay, in order of their dates. The
/// last one is cut to what is left.
pub fn filings(
    params: &DeveloperParams,
    streams: &Streams,
    technology: Technology,
    zone: &str,
    year: u32,
    started_mw: f64,
) -> Vec<Filing> {
    let mut left_mw = started_mw * params.filings_per_started_mw;
    let mut filings = Vec::new();
    for n in 0_u32.. {
        let name = format!("{}/{zone}/y{year:02}/p{n:03}", technology.name());
        let key = Key::of(&name);
        let mut rng = streams.open(key, FILING);
        let [size, when, real] = core::array::from_fn(|_| uniform_open(&mut rng));
        let drawn_mw = params.median_mw * exp(params.spread_log * normal_quantile(size));
        let mw = drawn_mw.min(left_mw);
        if mw < 1.0 {
            break;
        }
        left_mw -= mw;
        filings.push(Filing { name, key, mw, within_year: when, speculative: real >= params.real_share });
    }
    filings.sort_by(|a, b| a.within_year.total_cmp(&b.within_year));
    filings
}

/// Smallest size of a request that is filed whatever prices have paid, MW.
const LEAST_MW: f64 = 1.0;

/// The requests of a year of the run (0 is its first) that are filed whatever prices have paid, in order of their
/// dates, each with the position of its zone: a Poisson stream of the technology, spread over zones by weight.
pub fn exogenous(
    params: &DeveloperParams,
    streams: &Streams,
    technology: Technology,
    year: u32,
    zone_weights: &[f64],
) -> Vec<(usize, Filing)> {
    let rate = params.filed_per_year * pow(1.0 + params.filed_growth_per_year, f64::from(year));
    let mut filings = Vec::new();
    let mut expected = 0.0;
    for n in 0_u32.. {
        let name = format!("{}/y{year:02}/q{n:04}", technology.name());
        let key = Key::of(&name);
        expected -= ln(uniform_open(&mut streams.open(key, GAP)));
        if expected >= rate {
            break;
        }
        let mut rng = streams.open(key, FILING);
        let [size, zone, real] = core::array::from_fn(|_| uniform_open(&mut rng));
        let mw = (params.median_mw * exp(params.spread_log * normal_quantile(size))).max(LEAST_MW);
        let (within_year, speculative) = (expected / rate, real >= params.real_share);
        let zone = pick(zone, zone_weights.iter().copied());
        filings.push((zone, Filing { name, key, mw, within_year, speculative }));
    }
    filings
}

/// What a developer can know today of a technology in a zone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DeveloperOutlook {
    /// Trailing net revenue.
    pub revenue_usd_per_kw_year: f64,
    /// Annualised cost without upgrades.
    pub cost_usd_per_kw_year: f64,
}

/// Answers an offer; `key` is the request's.
pub fn answer(
    params: &DeveloperParams,
    streams: &Streams,
    key: Key,
    speculative: bool,
    offer: &OfferView,
    outlook: &DeveloperOutlook,
) -> Answer {
    let mut rng = streams.open(key, BELIEF);
    let [belief, patience] = core::array::from_fn(|_| uniform_open(&mut rng));
    if speculative && offer.phases_left == 0 {
        return Answer::Leave(Reason::Speculative);
    }
    if offer.months_to_power > params.patience_months * exp(0.4 * normal_quantile(patience)) {
        return Answer::Leave(Reason::TooLate);
    }
    let optimism = exp(params.belief_spread_log * normal_quantile(belief));
    let margin = outlook.revenue_usd_per_kw_year * optimism - outlook.cost_usd_per_kw_year;
    if margin <= 0.0 {
        return Answer::Leave(Reason::NoMargin);
    }
    let growth = exp(offer.months_to_power / 12.0 * ln(1.0 + params.discount_per_year));
    let value_usd = margin * 1000.0 * params.years_of_revenue() * offer.mw;
    offer.answer(value_usd, growth)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAMS: Streams = Streams::new(3, 0);

    #[test]
    fn filings_add_up_and_belong_to_their_names() {
        let params = DeveloperParams::default();
        let of = |mw| filings(&params, &STREAMS, Technology::Wind, "West", 2, mw);
        let many = of(1000.0);
        let sum: f64 = many.iter().map(|filing| filing.mw).sum();
        assert!((sum - 4000.0).abs() < 1.0, "{sum}");
        assert!(many.windows(2).all(|pair| pair[0].within_year <= pair[1].within_year));
        assert!(of(0.0).is_empty());
        // Half as much is the first part of the same projects, but for the one that is cut.
        let half = of(500.0);
        let kept = half.iter().filter(|filing| many.contains(filing)).count();
        assert!(kept + 1 >= half.len() && half.len() < many.len());
    }

    /// 80 a year that grow by a half: 80 and 180 expected in years 0 and 2 of 200 replications, and a quarter of
    /// them in a zone with a quarter of the weight.
    #[test]
    fn exogenous_requests_have_their_rate_their_sizes_and_their_zones() {
        let params = DeveloperParams {
            filed_per_year: 80.0,
            filed_growth_per_year: 0.5,
            ..DeveloperParams::default()
        };
        for (year, expected) in [(0, 80.0), (2, 180.0)] {
            let runs: Vec<Vec<(usize, Filing)>> = (0..200)
                .map(|n| exogenous(&params, &Streams::new(3, n), Technology::Solar, year, &[1.0, 0.0, 3.0]))
                .collect();
            let all: Vec<&(usize, Filing)> = runs.iter().flatten().collect();
            let mean = all.len() as f64 / 200.0;
            assert!((mean - expected).abs() < 4.0 * (expected / 200.0_f64).sqrt(), "{mean}");
            let share = |holds: &dyn Fn(&(usize, Filing)) -> bool| {
                all.iter().filter(|filing| holds(filing)).count() as f64 / all.len() as f64
            };
            let off = 4.0 * (0.25 / all.len() as f64).sqrt();
            assert!((share(&|(zone, _)| *zone == 0) - 0.25).abs() < off);
            assert!((share(&|(zone, _)| *zone == 2) - 0.75).abs() < off);
            assert!((share(&|(_, filing)| filing.mw < 150.0) - 0.5).abs() < off);
            assert!((share(&|(_, filing)| filing.within_year < 0.5) - 0.5).abs() < off);
            assert!((share(&|(_, filing)| filing.speculative) - 0.5).abs() < off);
            assert!(runs.iter().all(|run| run.windows(2).all(|w| w[0].1.within_year < w[1].1.within_year)));
        }
        assert!(exogenous(&DeveloperParams::default(), &STREAMS, Technology::Solar, 0, &[1.0]).is_empty());
    }

    /// Without a spread of beliefs the answer turns where the margin's present value equals the upgrades.
    #[test]
    fn the_answer_turns_at_the_closed_form() {
        let params =
            DeveloperParams { belief_spread_log: 0.0, patience_months: 1e6, ..DeveloperParams::default() };
        let outlook = DeveloperOutlook { revenue_usd_per_kw_year: 170.0, cost_usd_per_kw_year: 150.0 };
        // 20 $/kW-year over 20 years at 8 % is 196.4 $/kW, two years later 168.4.
        let annuity_factor = (1.0 - 1.08_f64.powi(-20)) / 0.08;
        let worth = 20.0 * 1000.0 * annuity_factor * 100.0 / 1.08_f64.powi(2);
        for (factor, stays) in [(0.999_999, true), (1.000_001, false)] {
            let offer = OfferView {
                mw: 100.0,
                cost_usd: worth * factor,
                months_to_power: 24.0,
                ..OfferView::default()
            };
            let answer = answer(&params, &STREAMS, Key::of("x"), false, &offer, &outlook);
            assert_eq!(matches!(answer, Answer::Stay(_)), stays, "{answer:?}");
        }
        let poor = DeveloperOutlook { revenue_usd_per_kw_year: 149.0, ..outlook };
        let offer = OfferView { mw: 100.0, ..OfferView::default() };
        assert_eq!(
            answer(&params, &STREAMS, Key::of("x"), false, &offer, &poor),
            Answer::Leave(Reason::NoMargin)
        );
    }
}
