//! Stay or leave: the answer to an offer of a connection, and giving up while waiting.
//!
//! A firm compares, in present value at the day of the offer,
//!
//! ```text
//! P (d^T value - upgrades and station - cost of tying up the security until T) - (1 - P) at risk  >=  - cost of leaving
//! ```
//!
//! where `T` is the time to power, `d` its discount and `P` the chance that the project is completed once it
//! stays now: 1 if staying means signing, less for every phase that follows and for every other place at which
//! the same project is filed. What was paid before does not count. A mine's value is what its rigs earn over their
//! planned life less their price and the site's cost, for as many generations of rigs as it plans; an AI
//! campus's is (rent less all non-power cost - expected price of power) over its contract. Of both goes what
//! rules will charge them and oblige them to ([`Burden`]). Beliefs are
//! private: each request draws its own optimism, and a patience beyond which no delay is bearable.
//!
//! Speculative requests never look at value: they leave with a fixed chance, and by a monthly hazard.

use gridrush_core::kernel::{Purpose, Streams, uniform_open};
use gridrush_core::math::{exp, ln, normal_quantile};
use gridrush_core::names::Key;
use serde::{Deserialize, Serialize};

use super::burden::Burden;
use crate::bitcoin::valuation::{annuity, breakeven_usd_per_mwh, rig_cost_usd_per_mw};
use crate::bitcoin::{RigMarket, ValuationParams};

const ANSWER: Purpose = Purpose::of("answer");

/// How firms answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AcceptParams {
    /// How a mine values its rigs.
    pub mining: ValuationParams,
    /// Generations of rigs that a mine plans for. Assumed.
    pub mining_generations: u32,
    /// Yearly fall of the breakeven of the newest rigs, between generations and until power comes: hashprice
    /// falls faster, but rigs get better. Assumed.
    pub mining_breakeven_fall_per_year: f64,
    /// Cost of a mine without rigs, station and upgrades, $/MW. \[S\] 0.3-0.35 M$ (2024).
    pub mining_site_usd_per_mw: f64,
    /// Standard deviation of the logarithm of a mine's private view of its income. Assumed.
    pub mining_spread_log: f64,
    /// Lowest investment value of power to AI: rent less all non-power cost, $/MWh. \[S\] 250.
    pub ai_value_min_usd_per_mwh: f64,
    /// Highest investment value of power to AI, $/MWh. \[S\] 450 (250-440 at 2 $ per GPU-hour).
    pub ai_value_max_usd_per_mwh: f64,
    /// Energy used over contract demand. Assumed; sites reach half of the MW they ask for \[S\].
    pub ai_load_factor: f64,
    /// Years of a lease. \[S\] 12 in the contracts of 2024.
    pub ai_contract_years: f64,
    /// Discount rate of AI projects per year. Assumed.
    pub ai_discount_per_year: f64,
    /// Median patience of a mine, months to power. Assumed.
    pub mining_patience_months: f64,
    /// Median patience of a campus, months to power. Assumed: waits of 4-7 years are accepted \[S\].
    pub ai_patience_months: f64,
    /// Standard deviation of the logarithm of patience. Assumed.
    pub patience_spread_log: f64,
    /// Chance that a speculative request accepts an offer all the same. Assumed.
    pub speculative_accept_share: f64,
    /// Chance that a project which stays at one decision also comes through the next. Assumed.
    pub phase_completion: f64,
}

impl Default for AcceptParams {
    fn default() -> Self {
        Self {
            mining: ValuationParams::default(),
            mining_generations: 2,
            mining_breakeven_fall_per_year: 0.12,
            mining_site_usd_per_mw: 330_000.0,
            mining_spread_log: 0.3,
            ai_value_min_usd_per_mwh: 250.0,
            ai_value_max_usd_per_mwh: 450.0,
            ai_load_factor: 0.7,
            ai_contract_years: 12.0,
            ai_discount_per_year: 0.12,
            mining_patience_months: 30.0,
            ai_patience_months: 66.0,
            patience_spread_log: 0.4,
            speculative_accept_share: 0.05,
            phase_completion: 0.8,
        }
    }
}

impl AcceptParams {
    /// For how many years from first power a mine or a campus plans.
    pub fn plan_years(&self, mining: bool) -> f64 {
        let rigs = self.mining_generations * self.mining.rig_life_years;
        if mining { f64::from(rigs) } else { self.ai_contract_years }
    }
}

/// An offer as its receiver sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct OfferView {
    /// Contract demand, MW.
    pub mw: f64,
    /// Upgrades allocated to it and its own station, $.
    pub cost_usd: f64,
    /// Security to be tied up until power comes, $.
    pub security_usd: f64,
    /// Time to power, months from the answer.
    pub months_to_power: f64,
    /// Decisions that follow this one; 0 if staying means signing.
    pub phases_left: usize,
    /// Chance that it is not completed though it stays now.
    pub doubt: f64,
    /// Deposit to be added to stay, $.
    pub deposit_due_usd: f64,
    /// Lost if it stays now and leaves at the next decision, $.
    pub at_risk_usd: f64,
    /// Lost by leaving now, $.
    pub leaving_usd: f64,
}

impl OfferView {
    /// Takes in the phases and places that are still to come.
    #[must_use]
    pub fn with_doubt(mut self, phase_completion: f64, duplicates: u32) -> OfferView {
        if self.phases_left > 0 {
            let chance = exp(ln(phase_completion) * self.phases_left as f64);
            self.doubt = 1.0 - chance / f64::from(1 + duplicates);
        }
        self
    }

    /// The answer of a project that is worth so much on the day of power, for a discount over that time.
    pub fn answer(&self, value_usd: f64, growth: f64) -> Answer {
        let security_cost = self.security_usd * (1.0 - 1.0 / growth);
        let built_usd = value_usd / growth - self.cost_usd - security_cost;
        let net_usd = (1.0 - self.doubt) * built_usd - self.doubt * self.at_risk_usd;
        if net_usd >= -self.leaving_usd {
            Answer::Stay(Some(net_usd))
        } else {
            Answer::Leave(Reason::TooDear)
        }
    }
}

/// What a miner can know today.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MiningOutlook {
    /// Breakeven of the rigs on sale at trailing hashprice, $/MWh at the meter.
    pub breakeven_usd_per_mwh: f64,
    /// Their price, $ per MW at the meter.
    pub rig_cost_usd_per_mw: f64,
    /// Expected price of power at the site, all variable charges included, $/MWh.
    pub power_usd_per_mwh: f64,
}

impl MiningOutlook {
    /// From what rigs sell for; `pue` is power at the meter over power of the rigs.
    pub fn new(market: &RigMarket, pue: f64) -> Self {
        Self {
            breakeven_usd_per_mwh: breakeven_usd_per_mwh(
                market.hashprice_usd_per_ph_day,
                market.j_per_th,
                pue,
            ),
            rig_cost_usd_per_mw: rig_cost_usd_per_mw(market.price_usd_per_th, market.j_per_th, pue),
            power_usd_per_mwh: market.power_usd_per_mwh,
        }
    }

    /// Years in which today's margin pays for rigs and site; `None` without a margin.
    pub fn payback_years(&self, site_usd_per_mw: f64) -> Option<f64> {
        let margin = self.breakeven_usd_per_mwh - self.power_usd_per_mwh;
        (margin > 0.0).then(|| (self.rig_cost_usd_per_mw + site_usd_per_mw) / (margin * 8_766.0))
    }
}

/// What an AI firm can know today.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AiOutlook {
    /// Expected price of power at the site, $/MWh.
    pub power_usd_per_mwh: f64,
}

/// What the receiver reckons with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outlook {
    /// It would be a mine.
    Mining(MiningOutlook),
    /// It would be an AI campus.
    Ai(AiOutlook),
}

/// Why a request leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It was never meant to be built.
    Speculative,
    /// Power would come later than it can wait.
    TooLate,
    /// Power costs more than it is worth.
    NoMargin,
    /// The margin does not pay for upgrades, station and security.
    TooDear,
}

impl Reason {
    /// The word in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Reason::Speculative => "speculative",
            Reason::TooLate => "too_late",
            Reason::NoMargin => "no_margin",
            Reason::TooDear => "too_dear",
        }
    }
}

/// The answer to an offer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// Signs; the present value of the project after all costs, $ (`None` for a speculative request).
    Stay(Option<f64>),
    /// Leaves the queue.
    Leave(Reason),
}

/// Answers an offer. `key` is the request's; an offer made again after a restudy meets the same beliefs. `burden` is what
/// rules will cost besides what `outlook` says of power.
pub fn accept(
    params: &AcceptParams,
    streams: &Streams,
    key: Key,
    speculative: bool,
    offer: &OfferView,
    outlook: &Outlook,
    burden: &Burden,
) -> Answer {
    let mut rng = streams.open(key, ANSWER);
    let [whim, belief, patience] = core::array::from_fn(|_| uniform_open(&mut rng));
    if speculative {
        // A place is held for as long as that costs nothing more.
        if offer.phases_left > 0 && offer.deposit_due_usd <= 0.0 {
            return Answer::Stay(None);
        }
        let stays = whim < params.speculative_accept_share;
        return if stays { Answer::Stay(None) } else { Answer::Leave(Reason::Speculative) };
    }
    let median = match outlook {
        Outlook::Mining(_) => params.mining_patience_months,
        Outlook::Ai(_) => params.ai_patience_months,
    };
    if offer.months_to_power > median * exp(params.patience_spread_log * normal_quantile(patience)) {
        return Answer::Leave(Reason::TooLate);
    }
    let years = offer.months_to_power / 12.0;
    let (value, discount_per_year) = match outlook {
        Outlook::Mining(view) => (mining_value(params, view, belief, years), params.mining.discount_per_year),
        Outlook::Ai(view) => (ai_value(params, *view, belief), params.ai_discount_per_year),
    };
    if value <= 0.0 {
        return Answer::Leave(Reason::NoMargin);
    }
    let growth = exp(years * ln(1.0 + discount_per_year));
    offer.answer(value * offer.mw - burden.value_usd(discount_per_year), growth)
}

/// $ per MW at the day of power, which comes after `years`.
fn mining_value(params: &AcceptParams, view: &MiningOutlook, belief: f64, years: f64) -> f64 {
    let optimism = exp(params.mining_spread_log * normal_quantile(belief));
    let life = f64::from(params.mining.rig_life_years);
    let fall = ln(1.0 - params.mining_breakeven_fall_per_year);
    let discount = -ln(1.0 + params.mining.discount_per_year);
    let mut value = -params.mining_site_usd_per_mw;
    for generation in 0..params.mining_generations {
        let later = f64::from(generation) * life;
        let breakeven = view.breakeven_usd_per_mwh * optimism * exp(fall * (years + later));
        let earned = params.mining.rig_value_usd_per_mw(breakeven, view.power_usd_per_mwh);
        // A generation that does not pay is not bought.
        value += (earned - view.rig_cost_usd_per_mw).max(0.0) * exp(discount * later);
    }
    value
}

/// $ per MW at the day of power.
fn ai_value(params: &AcceptParams, view: AiOutlook, belief: f64) -> f64 {
    let (low, high) = (params.ai_value_min_usd_per_mwh, params.ai_value_max_usd_per_mwh);
    let margin = low + belief * (high - low) - view.power_usd_per_mwh;
    margin * 8_766.0 * params.ai_load_factor / annuity(params.ai_discount_per_year, params.ai_contract_years)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAMS: Streams = Streams::new(8, 0);
    const OFFER: OfferView = OfferView {
        mw: 100.0,
        cost_usd: 20e6,
        security_usd: 5e6,
        months_to_power: 12.0,
        phases_left: 0,
        doubt: 0.0,
        deposit_due_usd: 0.0,
        at_risk_usd: 0.0,
        leaving_usd: 0.0,
    };
    const AI: Outlook = Outlook::Ai(AiOutlook { power_usd_per_mwh: 35.0 });

    fn mine(breakeven: f64, power: f64) -> Outlook {
        Outlook::Mining(MiningOutlook {
            breakeven_usd_per_mwh: breakeven,
            rig_cost_usd_per_mw: 0.95e6,
            power_usd_per_mwh: power,
        })
    }

    fn staying(offer: OfferView, outlook: Outlook, speculative: bool) -> usize {
        let params = AcceptParams::default();
        (0..1_000)
            .filter(|n| {
                let key = Key::of("request").part(*n);
                matches!(
                    accept(&params, &STREAMS, key, speculative, &offer, &outlook, &Burden::default()),
                    Answer::Stay(_)
                )
            })
            .count()
    }

    /// With identical beliefs the answer turns exactly where value equals cost.
    #[test]
    fn the_answer_turns_at_the_closed_form() {
        let params = AcceptParams {
            ai_value_min_usd_per_mwh: 300.0,
            ai_value_max_usd_per_mwh: 300.0,
            ai_patience_months: 1e6,
            ..AcceptParams::default()
        };
        let value = 265.0 * 8_766.0 * 0.7 * (1.0 - 1.12_f64.powi(-12)) / 0.12;
        let worth = 100.0 * value / 1.12;
        let tied_up = 5e6 * (1.0 - 1.0 / 1.12);
        for (factor, stays) in [(0.999_999, true), (1.000_001, false)] {
            let offer = OfferView { cost_usd: (worth - tied_up) * factor, ..OFFER };
            let none = Burden::default();
            let answer = accept(&params, &STREAMS, Key::of("x"), false, &offer, &AI, &none);
            assert_eq!(matches!(answer, Answer::Stay(_)), stays, "{answer:?}");
            // What rules cost counts like a cost on the day of power, a year later: 1.12 $ there for 1 $ today.
            let half = OfferView { cost_usd: offer.cost_usd - 10e6, ..offer };
            let rules = Burden { upfront_usd: 11.2e6, ..none };
            let answer = accept(&params, &STREAMS, Key::of("x"), false, &half, &AI, &rules);
            assert_eq!(matches!(answer, Answer::Stay(_)), stays, "{answer:?}");
        }
    }

    /// 100 M$ of value against 60 M$ of cost, half a chance of completion and 30 M$ at risk: 20 - 15 = 5 M$.
    /// With 50 M$ at risk it is -5 M$, which is still better than losing 6 M$ by leaving now.
    #[test]
    fn doubt_and_what_is_at_risk_count_against_what_leaving_costs() {
        let offer = OfferView { cost_usd: 60e6, doubt: 0.5, at_risk_usd: 30e6, ..OfferView::default() };
        let Answer::Stay(Some(net)) = offer.answer(100e6, 1.0) else { panic!("stays") };
        assert!((net - 5e6).abs() < 1e-6);
        let risky = OfferView { at_risk_usd: 50e6, ..offer };
        assert_eq!(risky.answer(100e6, 1.0), Answer::Leave(Reason::TooDear));
        assert!(matches!(OfferView { leaving_usd: 6e6, ..risky }.answer(100e6, 1.0), Answer::Stay(_)));
        // Two phases at 0.8 and one other place: 0.32.
        let seen = OfferView { phases_left: 2, ..OfferView::default() }.with_doubt(0.8, 1);
        assert!((seen.doubt - 0.68).abs() < 1e-12);
        assert_eq!(OfferView::default().with_doubt(0.8, 3).doubt, 0.0, "signing is certain");
    }

    #[test]
    fn a_mine_leaves_where_a_campus_stays() {
        let dear = OfferView { cost_usd: 100e6, ..OFFER };
        assert!(staying(dear, AI, false) > 950);
        assert!(staying(dear, mine(120.0, 45.0), false) < 250);
        let late = OfferView { months_to_power: 48.0, ..OFFER };
        assert!(staying(late, mine(200.0, 35.0), false) < staying(late, AI, false));
    }

    #[test]
    fn mines_stay_more_when_hashprice_is_high_and_power_cheap() {
        let counts = [60.0, 90.0, 120.0, 160.0, 240.0].map(|b| staying(OFFER, mine(b, 40.0), false));
        assert!(counts.windows(2).all(|w| w[0] <= w[1]), "{counts:?}");
        assert!(counts[0] < 50 && counts[4] > 500, "{counts:?}");
        assert!(staying(OFFER, mine(160.0, 80.0), false) < counts[3]);
        let params = AcceptParams::default();
        let answer =
            accept(&params, &STREAMS, Key::of("x"), false, &OFFER, &mine(20.0, 40.0), &Burden::default());
        assert_eq!(answer, Answer::Leave(Reason::NoMargin));
    }

    /// The market of January 2025: S21 Pro class at 16 $/TH and a hashprice of 55.
    #[test]
    fn the_outlook_of_a_known_market() {
        let market = RigMarket {
            hashprice_usd_per_ph_day: 55.0,
            j_per_th: 15.0,
            price_usd_per_th: 16.0,
            efficiency_elasticity: 1.05,
            power_usd_per_mwh: 45.0,
        };
        let view = MiningOutlook::new(&market, 1.0);
        assert!((view.breakeven_usd_per_mwh - 152.8).abs() < 0.1);
        assert!((view.rig_cost_usd_per_mw - 1.0667e6).abs() < 1e3);
        // 1.4 M$ per MW over 0.945 M$ per year.
        assert!((view.payback_years(333_000.0).unwrap() - 1.481).abs() < 0.002);
        assert_eq!(MiningOutlook { power_usd_per_mwh: 160.0, ..view }.payback_years(0.0), None);
    }
}
