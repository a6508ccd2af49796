//! The rules of an hour, site by site.

use gridrush_core::kernel::SimTime;
use gridrush_core::policy::{Asked, Charge, HourView, MonthView, Obligation, PLACES, Policies, Rule};

use super::books::SiteBook;
use super::price_after_charges;

/// What a site would draw this hour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wish {
    /// What rules see of it.
    pub asked: Asked,
    /// What its equipment asks for, within its contract, MW.
    pub mw: f64,
    /// Its highest bid, $/MWh; infinite for firm load.
    pub bid_usd_per_mwh: f64,
}

/// What a site may do this hour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SiteLimits {
    /// Megawatts at most.
    pub ceiling_mw: f64,
    /// The rule that says so, by position.
    pub rule: Option<usize>,
    /// Bid at most, for what is not firm.
    pub bid_cap_usd_per_mwh: Option<f64>,
    /// What the bid cap leaves firm.
    pub firm_mw: f64,
    /// What goes on from backup of what is cut.
    pub backup_mw: f64,
    /// What a megawatt in the month's peak hour will be charged.
    pub peak_usd_per_mw: f64,
}

impl SiteLimits {
    /// No limit.
    pub const NONE: SiteLimits = SiteLimits {
        ceiling_mw: f64::INFINITY,
        rule: None,
        bid_cap_usd_per_mwh: None,
        firm_mw: f64::INFINITY,
        backup_mw: 0.0,
        peak_usd_per_mw: 0.0,
    };
}

/// What rules about the surplus of an hour see: what others want.
struct Rank {
    /// Load of the sites that the rule is about, in the last hour.
    drawn_mw: f64,
    /// By site: what those under the rule want who bid more.
    outbid_mw: Vec<f64>,
}

/// An hour under rules: built once, then asked for every site.
pub struct Order<'a> {
    policies: &'a Policies,
    view: HourView,
    wishes: &'a [Wish],
    books: &'a [SiteBook],
    ranks: Vec<Option<Rank>>,
}

impl<'a> Order<'a> {
    /// The rules of the hour that `view` describes. Its surplus leaves out no site; its calls are those of no emergency.
    pub fn new(
        policies: &'a Policies,
        view: HourView,
        wishes: &'a [Wish],
        books: &'a [SiteBook],
    ) -> Order<'a> {
        let ranks = policies.rules.iter().map(|rule| rank(rule, view.now, wishes, books)).collect();
        Order { policies, view, wishes, books, ranks }
    }

    /// What a site may do when so much of each place is called.
    pub fn limits(&self, site: usize, called: [f64; PLACES]) -> SiteLimits {
        let (wish, book) = (&self.wishes[site], &self.books[site]);
        let asked = &wish.asked;
        let mut out = SiteLimits::NONE;
        let mut terms = None;
        for (n, rule) in self.policies.rules.iter().enumerate() {
            let hooks = &rule.module.hooks;
            let speaks = hooks.operate.is_some() || hooks.service.is_some() || hooks.peak_price.is_some();
            if !speaks || !rule.binds(asked, self.view.now) {
                continue;
            }
            if let Some(operate) = hooks.operate {
                let rank = self.ranks[n].as_ref();
                let view = HourView {
                    surplus_mw: self.view.surplus_mw + rank.map_or(0.0, |rank| rank.drawn_mw),
                    outbid_mw: rank.map_or(0.0, |rank| rank.outbid_mw[site]),
                    hours_cut: book.rules.get(&n).map_or(0.0, |year| year.hours),
                    peak_mw: book.peak_mw(wish.mw),
                    wish_mw: wish.mw,
                    called,
                    ..self.view
                };
                let limits = operate(rule, asked, &view);
                self.tighten(&mut out, n, limits.ceiling_mw);
                out.backup_mw = out.backup_mw.max(limits.backup_mw);
                out.bid_cap_usd_per_mwh = least(out.bid_cap_usd_per_mwh, limits.bid_cap_usd_per_mwh);
            }
            if let Some(peak_price) = hooks.peak_price {
                out.peak_usd_per_mw += peak_price(rule, self.view.month);
            }
            if let Some(service) = hooks.service {
                terms = Some((n, service(rule, asked)));
            }
        }
        if let Some((n, terms)) = terms {
            let studied_mw = book.firm_mw.filter(|_| terms.until_upgraded);
            let firm_mw = studied_mw.unwrap_or(0.0).max(terms.firm_share * asked.mw);
            let spent = book.rules.get(&n).map_or(0.0, |year| year.hours);
            let part = terms.emergency_order.map_or(0.0, |place| called[usize::from(place).min(PLACES - 1)]);
            if part > 0.0 && terms.hours_per_year.is_none_or(|hours| spent < hours) {
                let view = HourView { wish_mw: wish.mw, ..self.view };
                self.tighten(&mut out, n, view.left_mw(part, firm_mw));
            }
            if let Some(cap) = terms.bid_cap_usd_per_mwh.filter(|_| firm_mw < asked.mw) {
                out.bid_cap_usd_per_mwh = least(out.bid_cap_usd_per_mwh, Some(cap));
                out.firm_mw = firm_mw;
            }
        }
        out
    }

    /// Takes a ceiling if it is the tightest; of equal ones that of the first id.
    fn tighten(&self, out: &mut SiteLimits, rule: usize, ceiling_mw: f64) {
        let id = |n: usize| self.policies.rules[n].policy.as_str();
        let tied = ceiling_mw == out.ceiling_mw && out.rule.is_some_and(|other| id(rule) < id(other));
        if ceiling_mw < out.ceiling_mw || tied {
            (out.ceiling_mw, out.rule) = (ceiling_mw, Some(rule));
        }
    }

    /// What all sites together lose when so much is called.
    pub fn cut_mw(&self, called: [f64; PLACES]) -> f64 {
        let cut = |site: usize| (self.wishes[site].mw - self.limits(site, called).ceiling_mw).max(0.0);
        (0..self.wishes.len()).map(cut).sum()
    }

    /// What calling each place in addition to those below it takes away.
    pub fn at_place_mw(&self) -> [f64; PLACES] {
        let mut calls = [0.0; PLACES];
        let mut before = self.cut_mw(calls);
        std::array::from_fn(|place| {
            calls[place] = 1.0;
            let after = self.cut_mw(calls);
            let more = (after - before).max(0.0);
            before = after;
            more
        })
    }
}

fn least(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// Who outbids whom under a rule about operation that is in force; ties go to the earlier site.
fn rank(rule: &Rule, now: SimTime, wishes: &[Wish], books: &[SiteBook]) -> Option<Rank> {
    if rule.module.hooks.operate.is_none() || !rule.in_force(now) {
        return None;
    }
    let mut under: Vec<usize> =
        (0..wishes.len()).filter(|&site| rule.binds(&wishes[site].asked, now)).collect();
    under.sort_by(|&a, &b| wishes[b].bid_usd_per_mwh.total_cmp(&wishes[a].bid_usd_per_mwh).then(a.cmp(&b)));
    let mut outbid_mw = vec![0.0; wishes.len()];
    let mut sum_mw = 0.0;
    for &site in &under {
        outbid_mw[site] = sum_mw;
        sum_mw += wishes[site].mw;
    }
    Some(Rank { drawn_mw: under.iter().map(|&site| books[site].served_mw).sum(), outbid_mw })
}

/// What rules oblige a site to bring along at an instant: of several rules the largest.
pub fn owed(policies: &Policies, asked: &Asked, now: SimTime) -> Obligation {
    let binding = policies.rules.iter().filter(|rule| rule.binds(asked, now));
    let owed = binding.filter_map(|rule| rule.module.hooks.obligation.map(|of| of(rule, asked)));
    owed.fold(Obligation::default(), |a, b| Obligation {
        onsite_mw: a.onsite_mw.max(b.onsite_mw),
        backup_mw: a.backup_mw.max(b.backup_mw),
        renewable_share: a.renewable_share.max(b.renewable_share),
        glide_years: a.glide_years.max(b.glide_years),
    })
}

/// What rules charge a site for a month.
pub fn charges(policies: &Policies, asked: &Asked, month: &MonthView) -> Vec<(usize, Charge)> {
    let mut out = Vec::new();
    for (n, rule) in policies.rules.iter().enumerate() {
        if let Some(charge) = rule.module.hooks.charge
            && rule.binds(asked, month.begin)
        {
            out.extend(charge(rule, asked, month).into_iter().map(|line| (n, line)));
        }
    }
    out
}

/// What a site bids that values a MWh at `worth`, when charges by the MWh are due; `None` if it would not draw at any
/// price. `month` is a month of this site without any draw.
pub fn bid_after_charges(
    policies: &Policies,
    asked: &Asked,
    book: &mut SiteBook,
    month: &MonthView,
    worth: f64,
    least: f64,
) -> Option<f64> {
    if let Some(&(_, bid)) = book.after_charges.iter().find(|(of, _)| *of == worth) {
        return bid;
    }
    let co2_t = book.co2_t_per_mwh;
    let per_mwh = |price: f64| {
        let view = MonthView { energy_mwh: 1.0, energy_usd: price, co2_t, ..*month };
        charges(policies, asked, &view).iter().map(|(_, charge)| charge.usd).sum::<f64>()
    };
    let bid = price_after_charges(worth, least, &per_mwh);
    // Bids move with the day; a month of them is few.
    book.after_charges.push((worth, bid));
    bid
}
