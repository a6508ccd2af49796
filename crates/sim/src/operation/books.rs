//! What is kept of each site for rules and bills.

use std::collections::BTreeMap;

use gridrush_core::interconnection::Service;
use gridrush_core::kernel::SimTime;

/// A site's month.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SiteMonth {
    /// Energy drawn.
    pub energy_mwh: f64,
    /// Paid for it at the settlement price.
    pub energy_usd: f64,
    /// Highest draw.
    pub peak_mw: f64,
    /// Draw in the hour of the system's highest load.
    pub coincident_mw: f64,
    /// Carbon dioxide of what it drew, on average over the region.
    pub co2_t: f64,
}

/// What a rule did to a site in a year.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RuleYear {
    /// Hours in which it was the one that cut.
    pub hours: f64,
    /// Energy it cut.
    pub cut_mwh: f64,
    /// Part of that which went on from backup.
    pub backup_mwh: f64,
}

/// What is kept of a site.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteBook {
    /// Filed.
    pub filed: SimTime,
    /// On which terms.
    pub service: Service,
    /// Own backup, MW.
    pub backup_mw: f64,
    /// Own dispatchable generation, MW.
    pub onsite_mw: f64,
    /// Part of its energy from additional renewable generation of its own.
    pub renewable_share: f64,
    /// Contract that its connection lets one count on now; `None` where nobody studied it.
    pub firm_mw: Option<f64>,
    /// First power.
    pub energized: Option<SimTime>,
    /// Draw of the last hour.
    pub served_mw: f64,
    /// This month.
    pub month: SiteMonth,
    /// Highest draw by calendar month, of the last time that month was.
    pub peaks_mw: [f64; 12],
    /// Draw in the hours of the system's monthly peaks of this year.
    pub coincident_mw: [f64; 12],
    /// The same of the last year.
    pub last_year_coincident_mw: [f64; 12],
    /// Carbon dioxide of a MWh last month.
    pub co2_t_per_mwh: f64,
    /// Months in a row without any draw, since it first drew any.
    pub idle_months: u32,
    /// Whether it has ever drawn power.
    pub has_drawn: bool,
    /// Whether it counts as gone.
    pub gone: bool,
    /// This year by rule, by position.
    pub rules: BTreeMap<usize, RuleYear>,
    /// Prices that it bids after charges, by the bid before them; of this month.
    pub(super) after_charges: Vec<(f64, Option<f64>)>,
}

impl SiteBook {
    /// A site without history.
    pub fn new(filed: SimTime, service: Service, backup_mw: f64) -> SiteBook {
        SiteBook {
            filed,
            service,
            backup_mw,
            onsite_mw: 0.0,
            renewable_share: 0.0,
            firm_mw: None,
            energized: None,
            served_mw: 0.0,
            month: SiteMonth::default(),
            peaks_mw: [0.0; 12],
            coincident_mw: [0.0; 12],
            last_year_coincident_mw: [0.0; 12],
            co2_t_per_mwh: 0.0,
            idle_months: 0,
            has_drawn: false,
            gone: false,
            rules: BTreeMap::new(),
            after_charges: Vec::new(),
        }
    }

    /// Books an hour.
    pub fn book(&mut self, mwh: f64, usd: f64, hours: f64) {
        self.month.energy_mwh += mwh;
        self.month.energy_usd += usd;
        self.served_mw += mwh / hours;
    }

    /// The highest draw of the last twelve months; what it may draw where it has not drawn yet.
    pub fn peak_mw(&self, energized_mw: f64) -> f64 {
        let peak = self.peaks_mw.iter().copied().fold(self.month.peak_mw, f64::max);
        if peak > 0.0 { peak } else { energized_mw }
    }

    /// Closes a month of the calendar and returns it. `gone_months` without draw after the first make a site gone; it is
    /// back with its next draw. The answer also tells whether it left in this month.
    pub fn close_month(&mut self, month: u8, gone_months: u32) -> (SiteMonth, bool) {
        let closed = std::mem::take(&mut self.month);
        let at = usize::from(month) - 1;
        self.peaks_mw[at] = closed.peak_mw;
        self.coincident_mw[at] = closed.coincident_mw;
        if closed.energy_mwh > 0.0 {
            self.co2_t_per_mwh = closed.co2_t / closed.energy_mwh;
        }
        self.after_charges.clear();
        self.has_drawn |= closed.peak_mw > 0.0;
        let mut left = false;
        if closed.peak_mw > 0.0 {
            (self.idle_months, self.gone) = (0, false);
        } else if self.has_drawn {
            self.idle_months += 1;
            left = !self.gone && self.idle_months >= gone_months;
            self.gone |= left;
        }
        (closed, left)
    }

    /// Opens the next year.
    pub fn close_year(&mut self) -> BTreeMap<usize, RuleYear> {
        self.last_year_coincident_mw = std::mem::replace(&mut self.coincident_mw, [0.0; 12]);
        std::mem::take(&mut self.rules)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_leaves_once_and_comes_back() {
        let mut book = SiteBook::new(SimTime::ZERO, Service::Controllable, 0.0);
        // Never having drawn, it does not leave.
        assert!((1..=12).all(|month| !book.close_month(month, 2).1));
        let month = |book: &mut SiteBook, month: u8, mw: f64| {
            book.month.peak_mw = mw;
            book.close_month(month, 2).1
        };
        assert!(!month(&mut book, 1, 5.0) && !month(&mut book, 2, 0.0) && month(&mut book, 3, 0.0));
        assert!(book.gone && !month(&mut book, 4, 0.0));
        assert!(!month(&mut book, 5, 1.0) && !book.gone);
        assert_eq!(book.peak_mw(9.0), 5.0);
    }
}
