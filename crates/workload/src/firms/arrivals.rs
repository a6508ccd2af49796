//! Requests for a connection: a Poisson stream per class and month whose rate follows the market.
//!
//! Candidates are drawn at a fixed dominating rate and thinned: the `n`-th candidate of a class and month
//! has its own stream, from which come its chance to be filed, its size, zone, owner and the rest. A higher
//! rate files more of the same candidates and moves nothing else, so a boom and its counterfactual differ
//! by the extra requests and by them alone, and mining never shifts a draw of AI.
//!
//! ```text
//! mining: base * (reference payback / payback)^elasticity
//! AI:     base * (1 + growth)^years * share of projects whose power is worth more than its expected price
//! ```
//!
//! Both are held below `base * max_multiple`. Most requests are speculative: they hold a place in the queue
//! and are not meant to be built (`real_share` are). Cost: O(candidates) a month.

use gridrush_core::demand::ClassId;
use gridrush_core::kernel::{Purpose, Streams, uniform_open};
use gridrush_core::math::{exp, ln, normal_cdf, normal_quantile, pow};
use gridrush_core::names::Key;
use serde::{Deserialize, Serialize};

use super::decisions::accept::AcceptParams;
use super::firm::{Firm, FirmKind};
use crate::{AI_TRAINING, MINING};

const COUNT: Purpose = Purpose::of("candidates");
const REQUEST: Purpose = Purpose::of("request");

/// How one class asks for connections.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassArrivals {
    /// Requests per month at the start, in a market at its reference.
    pub base_per_month: f64,
    /// Growth of the rate per year that nothing in the model explains.
    pub growth_per_year: f64,
    /// Elasticity of the rate in the inverse payback time.
    pub payback_elasticity: f64,
    /// Payback time at which the rate is the base, years.
    pub reference_payback_years: f64,
    /// The rate never exceeds this multiple of the base.
    pub max_multiple: f64,
    /// Median size, MW.
    pub median_mw: f64,
    /// Standard deviation of the logarithm of the size.
    pub spread_log: f64,
    /// Smallest size, MW.
    pub min_mw: f64,
    /// Largest size, MW.
    pub max_mw: f64,
    /// Share of requests that are meant to be built.
    pub real_share: f64,
    /// Shortest time from filing to the wanted date, months.
    pub wanted_min_months: f64,
    /// Longest time from filing to the wanted date, months.
    pub wanted_max_months: f64,
    /// Time that the owner's own works take, months; the median if it spreads.
    pub construction_months: f64,
    /// Standard deviation of its logarithm. Default zero: one time for all.
    pub construction_spread_log: f64,
    /// Monthly steps from the first power to all of it.
    pub ramp_months: u32,
    /// Share of owners that bring their own transformers (in stock, used, mobile).
    pub own_transformer_share: f64,
    /// Number of firms; the k-th is drawn in proportion to 1/k.
    pub firms: u32,
}

impl ClassArrivals {
    /// Mines in Texas.
    ///
    /// Rate: assumed; 41 GW of mining had been requested by early 2024 \[S2\], 4.6 GW ran in 2025 \[S2\]. Sizes:
    /// assumed; from 75 MW \[S\], the size at which a request is studied, to the plant of 750 MW at Rockdale \[S\].
    /// Real share: assumed; 9 of those 41 GW had their studies approved \[S2\]. Payback elasticity: assumed, to
    /// be swept; reference payback: assumed. Construction 9 months: assumed. Own transformers: assumed.
    pub fn mining() -> Self {
        Self {
            base_per_month: 1.5,
            growth_per_year: 0.0,
            payback_elasticity: 1.5,
            reference_payback_years: 2.0,
            max_multiple: 4.0,
            median_mw: 130.0,
            spread_log: 0.6,
            min_mw: 75.0,
            max_mw: 750.0,
            real_share: 0.25,
            wanted_min_months: 6.0,
            wanted_max_months: 24.0,
            construction_months: 9.0,
            construction_spread_log: 0.0,
            ramp_months: 4,
            own_transformer_share: 0.5,
            firms: 15,
        }
    }

    /// AI campuses in Texas.
    ///
    /// Rate: 152 large-load requests in 2022-24 and 225 in 2025 to mid-November \[S\] are 4 and 21 a month, 88 %
    /// of them data centres \[S2\]; 10 a month lies between. Growth: assumed, to be swept. Sizes: 650 requests of
    /// 273 GW at one utility are 420 MW on average \[S2\]; spread assumed. Real share: one utility expects 10-20 %
    /// to come \[S2\]. Construction 18-24 months \[S\]. Ramp: assumed.
    pub fn ai() -> Self {
        Self {
            base_per_month: 10.0,
            growth_per_year: 0.10,
            payback_elasticity: 0.0,
            reference_payback_years: 1.0,
            max_multiple: 4.0,
            median_mw: 300.0,
            spread_log: 0.8,
            min_mw: 75.0,
            max_mw: 1_500.0,
            real_share: 0.15,
            wanted_min_months: 18.0,
            wanted_max_months: 48.0,
            construction_months: 20.0,
            construction_spread_log: 0.0,
            ramp_months: 18,
            own_transformer_share: 0.1,
            firms: 30,
        }
    }

    /// Mean size of a request, MW, by the closed form of a truncated log-normal.
    pub fn mean_mw(&self) -> f64 {
        let (low, high) = (self.z(self.min_mw), self.z(self.max_mw));
        let s = self.spread_log;
        self.median_mw * exp(s * s / 2.0) * (normal_cdf(high - s) - normal_cdf(low - s))
            / (normal_cdf(high) - normal_cdf(low))
    }

    fn z(&self, mw: f64) -> f64 {
        ln(mw / self.median_mw) / self.spread_log
    }

    fn size_mw(&self, uniform: f64) -> f64 {
        let (low, high) = (normal_cdf(self.z(self.min_mw)), normal_cdf(self.z(self.max_mw)));
        let p = (low + uniform * (high - low)).clamp(1e-15, 1.0 - 1e-15);
        (self.median_mw * exp(self.spread_log * normal_quantile(p))).clamp(self.min_mw, self.max_mw)
    }
}

/// The part of requests that goes to a zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZoneShare {
    /// Name of the zone.
    pub zone: String,
    /// Share; shares are normalised.
    pub share: f64,
}

/// Arrival parameters of a region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ArrivalParams {
    /// Mines.
    pub mining: ClassArrivals,
    /// AI campuses.
    pub ai: ClassArrivals,
    /// Where requests go. The default spreads them over Texas so that its network can follow: assumed, with
    /// at most a tenth in Far West.
    pub zone_shares: Vec<ZoneShare>,
}

impl Default for ArrivalParams {
    fn default() -> Self {
        let shares = [
            ("Far West", 0.10),
            ("West", 0.15),
            ("North Central", 0.35),
            ("South", 0.10),
            ("South Central", 0.15),
            ("Coast", 0.15),
        ];
        Self {
            mining: ClassArrivals::mining(),
            ai: ClassArrivals::ai(),
            zone_shares: shares
                .into_iter()
                .map(|(zone, share)| ZoneShare { zone: zone.to_owned(), share })
                .collect(),
        }
    }
}

/// The published market as firms see it when they consider a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MonthView {
    /// Payback time of a new mine at trailing hashprice and expected power price, years; `None` if it
    /// never pays back.
    pub mining_payback_years: Option<f64>,
    /// Expected price of power, $/MWh.
    pub power_usd_per_mwh: f64,
    /// Factor on the rates of mines and campuses: a rule is announced that they would rather not come under.
    pub rush: [f64; 2],
}

/// A request about to be filed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Arrival {
    /// Stable name: class, month of the run, number of the candidate, such as `mining/m078/c02`.
    pub name: String,
    /// The key of that name; decisions draw from it.
    pub key: Key,
    /// Reported class; a campus files as training.
    pub class: ClassId,
    /// Who asks.
    pub firm: Firm,
    /// Position of the zone in [`ArrivalParams::zone_shares`].
    pub zone: usize,
    /// Contract demand asked for, MW.
    pub requested_mw: f64,
    /// When in the month, 0 to 1.
    pub within_month: f64,
    /// Months from filing to the wanted date.
    pub wanted_months: f64,
    /// Months of own works.
    pub construction_months: f64,
    /// Monthly steps to full demand.
    pub ramp_months: u32,
    /// Whether it brings its own transformers.
    pub own_transformer: bool,
    /// Whether it will never be built.
    pub speculative: bool,
}

/// The requests of a month, in time order, mining before AI at equal times. `month` counts from the start.
pub fn arrivals_of_month(
    params: &ArrivalParams,
    accept: &AcceptParams,
    streams: &Streams,
    month: u32,
    view: &MonthView,
) -> Vec<Arrival> {
    let mut arrivals = Vec::new();
    for kind in [FirmKind::Mining, FirmKind::Ai] {
        let class = class_params(params, kind);
        let multiple = (view.rush[kind as usize] * rate_multiple(class, kind, accept, month, view))
            .clamp(0.0, class.max_multiple);
        let entity = Key::of(kind.name()).part(u64::from(month));
        let mut rng = streams.open(entity, COUNT);
        let candidates = poisson(class.base_per_month * class.max_multiple, || uniform_open(&mut rng));
        arrivals.extend(
            (0..candidates)
                .filter_map(|n| candidate(params, kind, month, n, multiple / class.max_multiple, streams)),
        );
    }
    arrivals.sort_by(|a, b| a.within_month.total_cmp(&b.within_month).then(a.class.cmp(&b.class)));
    arrivals
}

fn class_params(params: &ArrivalParams, kind: FirmKind) -> &ClassArrivals {
    match kind {
        FirmKind::Mining => &params.mining,
        FirmKind::Ai => &params.ai,
    }
}

fn rate_multiple(
    class: &ClassArrivals,
    kind: FirmKind,
    accept: &AcceptParams,
    month: u32,
    view: &MonthView,
) -> f64 {
    let trend = pow(1.0 + class.growth_per_year, f64::from(month) / 12.0);
    let market = match kind {
        FirmKind::Mining => view
            .mining_payback_years
            .map_or(0.0, |payback| pow(class.reference_payback_years / payback, class.payback_elasticity)),
        FirmKind::Ai => {
            let (low, high) = (accept.ai_value_min_usd_per_mwh, accept.ai_value_max_usd_per_mwh);
            ((high - view.power_usd_per_mwh) / (high - low).max(1e-9)).clamp(0.0, 1.0)
        }
    };
    trend * market
}

/// The `n`-th candidate, if it is filed. Takes the same draws either way.
fn candidate(
    params: &ArrivalParams,
    kind: FirmKind,
    month: u32,
    n: u32,
    filed_share: f64,
    streams: &Streams,
) -> Option<Arrival> {
    let class = class_params(params, kind);
    let entity = Key::of(kind.name()).part(u64::from(month));
    let mut rng = streams.open_at(entity, REQUEST, u64::from(n));
    let [filed, when, size, zone, firm, real, wanted, transformer, works] =
        core::array::from_fn(|_| uniform_open(&mut rng));
    if filed >= filed_share {
        return None;
    }
    let name = format!("{}/m{month:03}/c{n:02}", kind.name());
    Some(Arrival {
        key: Key::of(&name),
        name,
        class: match kind {
            FirmKind::Mining => MINING,
            FirmKind::Ai => AI_TRAINING,
        },
        firm: Firm::nth(kind, pick(firm, (1..=class.firms.max(1)).map(|k| 1.0 / f64::from(k))) as u32),
        zone: pick(zone, params.zone_shares.iter().map(|z| z.share)),
        requested_mw: class.size_mw(size),
        within_month: when,
        wanted_months: class.wanted_min_months + wanted * (class.wanted_max_months - class.wanted_min_months),
        construction_months: class.construction_months
            * exp(class.construction_spread_log * normal_quantile(works)),
        ramp_months: class.ramp_months,
        own_transformer: transformer < class.own_transformer_share,
        speculative: real >= class.real_share,
    })
}

/// The position whose part of the total weight contains `uniform`; 0 if there is no weight.
pub(super) fn pick(uniform: f64, weights: impl Iterator<Item = f64> + Clone) -> usize {
    let mut left = uniform * weights.clone().sum::<f64>();
    let mut last = 0;
    for (position, weight) in weights.enumerate().filter(|(_, weight)| *weight > 0.0) {
        if left < weight {
            return position;
        }
        left -= weight;
        last = position;
    }
    last
}

/// A Poisson draw by inversion, in parts whose means are small enough for `exp(-mean)` to stay exact.
fn poisson(mean: f64, mut uniform: impl FnMut() -> f64) -> u32 {
    const LARGEST_PART: f64 = 100.0;
    let parts = (mean / LARGEST_PART).ceil().max(1.0);
    let part_mean = mean / parts;
    let mut total = 0;
    for _ in 0..parts as u32 {
        let uniform = uniform();
        let mut probability = exp(-part_mean);
        let (mut cumulative, mut n) = (probability, 0);
        while uniform > cumulative && probability > 0.0 {
            n += 1;
            probability *= part_mean / f64::from(n);
            cumulative += probability;
        }
        total += n;
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const VIEW: MonthView =
        MonthView { mining_payback_years: Some(2.0), power_usd_per_mwh: 35.0, rush: [1.0; 2] };

    fn month(streams: &Streams, month: u32, view: MonthView) -> Vec<Arrival> {
        let params = ArrivalParams::default();
        arrivals_of_month(&params, &AcceptParams::default(), streams, month, &view)
    }

    fn of(class: ClassId, arrivals: &[Arrival]) -> Vec<Arrival> {
        arrivals.iter().filter(|a| a.class == class).cloned().collect()
    }

    #[test]
    fn counts_sizes_zones_and_real_shares_are_as_stated() {
        let params = ArrivalParams::default();
        let all: Vec<Arrival> = (0..400).flat_map(|r| month(&Streams::new(4, r), 0, VIEW)).collect();
        for (class, p) in [(MINING, &params.mining), (AI_TRAINING, &params.ai)] {
            let mine = of(class, &all);
            let n = mine.len() as f64;
            let expected = 400.0 * p.base_per_month;
            assert!((n - expected).abs() < 4.0 * expected.sqrt(), "{n} against {expected}");
            let mean = mine.iter().map(|a| a.requested_mw).sum::<f64>() / n;
            assert!((mean / p.mean_mw() - 1.0).abs() < 4.0 * 0.8 / n.sqrt(), "{mean} {}", p.mean_mw());
            let real = mine.iter().filter(|a| !a.speculative).count() as f64 / n;
            assert!((real - p.real_share).abs() < 4.0 * 0.5 / n.sqrt());
            let far_west = mine.iter().filter(|a| a.zone == 0).count() as f64 / n;
            assert!((far_west - 0.10).abs() < 4.0 * 0.3 / n.sqrt(), "{far_west}");
            assert!(mine.iter().all(|a| (p.min_mw..=p.max_mw).contains(&a.requested_mw)));
        }
        assert!((380.0..460.0).contains(&params.ai.mean_mw()), "{}", params.ai.mean_mw());
    }

    #[test]
    fn the_rate_follows_payback_and_expected_price() {
        let count = |view: MonthView| -> [usize; 2] {
            let all: Vec<Arrival> = (0..200).flat_map(|r| month(&Streams::new(4, r), 0, view)).collect();
            [of(MINING, &all).len(), of(AI_TRAINING, &all).len()]
        };
        let base = count(VIEW);
        let boom = count(MonthView { mining_payback_years: Some(1.0), ..VIEW });
        let ratio = boom[0] as f64 / base[0] as f64;
        assert!((ratio - pow(2.0, 1.5)).abs() < 0.4, "{ratio}");
        assert_eq!(boom[1], base[1]);
        assert_eq!(count(MonthView { mining_payback_years: None, ..VIEW })[0], 0);
        let dear = count(MonthView { power_usd_per_mwh: 350.0, ..VIEW });
        assert!((dear[1] as f64 / base[1] as f64 - 0.5).abs() < 0.05);
        assert_eq!(count(MonthView { power_usd_per_mwh: 460.0, ..VIEW })[1], 0);
        assert_eq!(dear[0], base[0]);
    }

    #[test]
    fn poisson_by_inversion_has_the_right_mean_and_variance() {
        let n = 20_000;
        let draws: Vec<f64> =
            (0..n).map(|i| f64::from(poisson(40.0, || (f64::from(i) + 0.5) / f64::from(n)))).collect();
        let mean = draws.iter().sum::<f64>() / f64::from(n);
        let variance = draws.iter().map(|d| (d - mean) * (d - mean)).sum::<f64>() / f64::from(n);
        assert!((mean - 40.0).abs() < 0.01 && (variance - 40.0).abs() < 0.2, "{mean} {variance}");
        // A mean beyond the range of exp(-mean) is drawn in parts.
        let mut rng = Streams::new(1, 0).open(Key::of("many"), COUNT);
        let many = f64::from(poisson(8000.0, || uniform_open(&mut rng)));
        assert!((many - 8000.0).abs() < 4.0 * 8000.0_f64.sqrt(), "{many}");
    }

    proptest! {
        /// More demand files the same requests and some more, and never touches another class.
        #[test]
        fn a_lower_rate_keeps_a_subset(
            seed in any::<u64>(), at in 0_u32..120, fast in 0.3_f64..3.0, slower in 1.0_f64..4.0,
        ) {
            let streams = Streams::new(seed, 0);
            let boom = month(&streams, at, MonthView { mining_payback_years: Some(fast), ..VIEW });
            let calm = month(&streams, at, MonthView { mining_payback_years: Some(fast * slower), ..VIEW });
            prop_assert_eq!(of(AI_TRAINING, &boom), of(AI_TRAINING, &calm));
            let boom = of(MINING, &boom);
            prop_assert!(of(MINING, &calm).iter().all(|a| boom.contains(a)));
        }
    }
}
