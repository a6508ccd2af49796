//! Rules of policy in the hour: what sites ask for, what rules leave of it, and what that did to them.
//!
//! Bids of all sites are taken first, because some rules rank them. See [`crate::operation`] for the rules themselves.

use std::ops::Range;
use std::sync::Arc;

use gridrush_core::demand::{Bid, BidBlock, Demand};
use gridrush_core::grid::ZoneId;
use gridrush_core::interconnection::{Direction, RequestId, Service};
use gridrush_core::kernel::SimTime;
use gridrush_core::policy::{Asked, HourView, MonthView, PLACES};
use gridrush_core::weather::civil_from_days;
use gridrush_tables::{Cell, RowSink};
use gridrush_workload::tags::tags_of_class;
use gridrush_workload::{CLASSES, MINING};

use super::settle::NOTHING_MW;
use super::{Interval, RunError, World};
use crate::operation::{Order, SiteBook, SiteLimits, Wish, bid_after_charges, called, owed, peak_chance};
use crate::probe;
use crate::setup::{Setup, day_of};

/// Rules in the hour, and what they remember.
#[derive(Clone, Debug, Default)]
pub(super) struct Operate {
    /// By site.
    pub books: Vec<SiteBook>,
    /// By site, for the present hour.
    limits: Vec<SiteLimits>,
    /// Each site's bids in the book of the hour.
    ranges: Vec<Range<usize>>,
    wishes: Vec<Wish>,
    /// What the last hour lacked: shed load and reserve; negative where there was more.
    lacking_mw: f64,
    /// What the order of the emergency cut in the last hour.
    cut_mw: f64,
    /// Available generation less load and reserve in the last hour.
    spare_mw: f64,
    /// Served large load in the last hour.
    large_mw: f64,
    /// Highest load by calendar month, of the last time that month was; at first that of native load in the weather of
    /// the first year.
    reference_mw: [f64; 12],
    /// Highest load of the month so far.
    pub month_peak_mw: f64,
    /// Chance that the present hour is the month's highest.
    peak_chance: f64,
}

impl World {
    /// What a site is to rules.
    pub(super) fn asked_of(&self, site: usize) -> Asked {
        let (at, book) = (&self.sites[site], &self.operate.books[site]);
        let class = at.asset.class();
        let pue = if class == MINING { self.setup.params.fleet.pue } else { self.setup.params.ai.pue };
        Asked {
            class,
            tags: tags_of_class(class),
            direction: Direction::Load,
            mw: at.contract_mw,
            kv: Some(self.setup.pack.network.bus(gridrush_core::grid::BusId(at.bus)).base_kv),
            zone: ZoneId(at.zone as u16),
            service: book.service,
            filed: book.filed,
            site_control_share: 1.0,
            onsite_mw: book.onsite_mw,
            backup_mw: book.backup_mw,
            renewable_share: book.renewable_share,
            pue,
            duplicates: 0,
        }
    }

    /// Opens the book of a site that has just been opened.
    pub(super) fn open_book(&mut self, site: usize) {
        debug_assert_eq!(site, self.operate.books.len());
        let operation = &self.setup.scenario.operation;
        let (service, share) = if self.sites[site].asset.class() == MINING {
            (Service::Controllable, operation.mine_backup_share)
        } else {
            (Service::Firm, operation.campus_backup_share)
        };
        let backup_mw = share * self.sites[site].contract_mw;
        self.operate.books.push(SiteBook::new(SimTime::ZERO, service, backup_mw));
    }

    /// Takes into a site's book what its request says, and lets it bring along what rules oblige it to.
    pub(super) fn settle_obligations(&mut self, site: usize, id: RequestId) -> Result<(), RunError> {
        let request = self.queue.request(id)?;
        let (filed, application) = (request.filed(), request.application());
        let (service, owner) = (application.service, application.owner.clone());
        let own = application.attributes;
        let firm_mw = request.firm_mw();
        let book = &mut self.operate.books[site];
        (book.filed, book.service, book.firm_mw) = (filed, service, Some(firm_mw));
        (book.onsite_mw, book.renewable_share) = (own.onsite_mw, own.renewable_share);
        book.backup_mw = book.backup_mw.max(own.backup_mw);
        let owed = owed(&self.setup.policies, &self.asked_of(site), self.calendar.now());
        let book = &mut self.operate.books[site];
        book.backup_mw = book.backup_mw.max(owed.backup_mw);
        book.onsite_mw = book.onsite_mw.max(owed.onsite_mw);
        let onsite_mw = book.onsite_mw;
        if onsite_mw > 0.0 {
            self.bring_along(site, onsite_mw, &owner)?;
        }
        Ok(())
    }

    /// So much of a site's contract can be counted on from now on.
    pub(super) fn note_firm(&mut self, site: usize, firm_mw: f64) {
        self.operate.books[site].firm_mw = Some(firm_mw);
    }

    /// First power of a site.
    pub(super) fn note_energized(&mut self, site: usize) {
        let now = self.calendar.now();
        self.operate.books[site].energized.get_or_insert(now);
    }

    /// Takes the bids of all sites and finds what rules leave of them.
    pub(super) fn ask_sites(&mut self, now: SimTime, native_mw: f64) {
        self.book.clear();
        self.operate.ranges.clear();
        for site in 0..self.sites.len() {
            self.set_local_time(site, now);
            let from = self.book.blocks().len();
            self.sites[site].asset.bid(now, &mut self.book);
            self.operate.ranges.push(from..self.book.blocks().len());
        }
        let setup = Arc::clone(&self.setup);
        self.operate.limits.clear();
        if setup.policies.rules.is_empty() {
            self.operate.limits.resize(self.sites.len(), SiteLimits::NONE);
            return;
        }
        let worth = |block: &BidBlock| match block.bid {
            Bid::Firm => f64::INFINITY,
            Bid::AtMost(price) => price,
        };
        let mut wishes = std::mem::take(&mut self.operate.wishes);
        wishes.clear();
        for site in 0..self.sites.len() {
            let bids = &self.book.blocks()[self.operate.ranges[site].clone()];
            let requested_mw: f64 = bids.iter().map(|bid| bid.requested_mw).sum();
            wishes.push(Wish {
                asked: self.asked_of(site),
                mw: requested_mw.min(self.sites[site].energized_mw),
                bid_usd_per_mwh: bids.iter().map(worth).fold(f64::NEG_INFINITY, f64::max),
            });
        }
        let stamp = setup.stamps()[now.hour()];
        let operation = &setup.scenario.operation;
        let expected_mw = native_mw + self.operate.large_mw;
        let year_mw = self.operate.reference_mw.iter().copied().fold(self.operate.month_peak_mw, f64::max);
        let month_mw = self.operate.reference_mw[usize::from(stamp.month) - 1];
        self.operate.peak_chance = peak_chance(
            expected_mw,
            month_mw.max(self.operate.month_peak_mw),
            operation.peak_error_percent / 100.0,
            operation.peak_candidates,
        );
        let need_mw = (self.operate.lacking_mw + self.operate.cut_mw).max(0.0);
        let view = HourView {
            now,
            year: stamp.year,
            month: stamp.month,
            day: civil_from_days(day_of(stamp)).2,
            hour: stamp.hour_prevailing,
            emergency: need_mw > 0.0,
            surplus_mw: self.operate.spare_mw,
            peak_share: if year_mw > 0.0 { expected_mw / year_mw } else { 0.0 },
            hours_cut: 0.0,
            peak_mw: 0.0,
            called: [0.0; PLACES],
            wish_mw: 0.0,
            outbid_mw: 0.0,
        };
        let order = Order::new(&setup.policies, view, &wishes, &self.operate.books);
        let mut calls = [0.0; PLACES];
        self.operate.cut_mw = 0.0;
        if need_mw > 0.0 {
            calls = called(need_mw, order.at_place_mw());
            self.operate.cut_mw = order.cut_mw(calls) - order.cut_mw([0.0; PLACES]);
        }
        self.operate.limits.extend((0..wishes.len()).map(|site| order.limits(site, calls)));
        self.operate.wishes = wishes;
    }

    /// A site's bids of the hour, by position in the book, and its limits.
    pub(super) fn asked_hour(&self, site: usize) -> (Range<usize>, SiteLimits) {
        (self.operate.ranges[site].clone(), self.operate.limits[site])
    }

    /// What controllable load bids whose owner values a MWh at `worth`: less charges by the MWh and what the month's peak
    /// may cost; never above what rules allow.
    pub(super) fn bid_under_rules(&mut self, site: usize, worth: f64, limits: &SiteLimits) -> f64 {
        if self.setup.policies.rules.is_empty() {
            return worth;
        }
        let setup = Arc::clone(&self.setup);
        let asked = self.operate.wishes[site].asked;
        let month = self.idle_month(site);
        // Below the floor nothing is ever sold.
        let floor = self.clearing.rules_of_zone(self.sites[site].zone).offer_floor_usd_per_mwh - 1.0;
        let book = &mut self.operate.books[site];
        let after = bid_after_charges(&setup.policies, &asked, book, &month, worth, floor);
        let bid = after.unwrap_or(floor) - self.operate.peak_chance * limits.peak_usd_per_mw;
        bid.min(limits.bid_cap_usd_per_mwh.unwrap_or(f64::INFINITY)).max(floor)
    }

    /// The present month of a site as if it drew nothing.
    pub(super) fn idle_month(&self, site: usize) -> MonthView {
        let (book, month) = (&self.operate.books[site], self.setup.months[self.month]);
        MonthView {
            begin: month.begin,
            months_energized: months_since(&self.setup, book.energized, self.month),
            contract_mw: 0.0,
            energy_mwh: 0.0,
            energy_usd: 0.0,
            peak_mw: 0.0,
            coincident_mw: 0.0,
            system_peak_mw: self.operate.month_peak_mw,
            last_year_coincident_mw: [0.0; 12],
            month: month.month,
            co2_t: 0.0,
            left_mw: 0.0,
        }
    }

    /// Books what rules cut in the interval.
    pub(super) fn book_rules(&mut self, interval: &Interval) {
        let mut last = None;
        for block in &interval.blocks {
            let cut_mw = block.connected_mw - block.ceiling_mw;
            let Some(rule) = block.rule.filter(|_| cut_mw > NOTHING_MW) else { continue };
            if self.why_cut_off(self.sites[block.site].bus).is_some() {
                continue;
            }
            let year = self.operate.books[block.site].rules.entry(rule as usize).or_default();
            if last.replace(block.site) != Some(block.site) {
                year.hours += interval.hours;
            }
            year.cut_mwh += cut_mw * interval.hours;
            year.backup_mwh += block.backup_mw * interval.hours;
        }
    }

    /// Remembers what the hour says about the next: what was short or spare, and whether it was the month's highest.
    pub(super) fn note_hour(
        &mut self,
        interval: &Interval,
        firm_shed_mw: f64,
        served_mw: f64,
        large_mw: f64,
    ) {
        let wanted_mw = self.clearing.reserve_requirement_mw();
        let share = self.setup.scenario.operation.emergency_reserve_percent / 100.0;
        let held_mw = self.clearing.reserve_mw(&interval.solution);
        let operate = &mut self.operate;
        operate.lacking_mw = firm_shed_mw.max(0.0) + share * wanted_mw - held_mw;
        operate.spare_mw = self.clearing.available_mw - wanted_mw - served_mw;
        operate.large_mw = large_mw;
        let highest = served_mw > operate.month_peak_mw;
        if highest {
            operate.month_peak_mw = served_mw;
        }
        for book in &mut operate.books {
            book.month.peak_mw = book.month.peak_mw.max(book.served_mw);
            if highest {
                book.month.coincident_mw = book.served_mw;
            }
        }
    }

    /// Writes what rules did to sites in the year that ends now.
    pub(super) fn write_rules(
        &mut self,
        begin: i64,
        year: i16,
        sink: &mut dyn RowSink,
    ) -> Result<(), RunError> {
        let setup = Arc::clone(&self.setup);
        for site in 0..self.sites.len() {
            for (rule, of) in self.operate.books[site].close_year() {
                let row = [
                    Cell::Integer(begin),
                    Cell::Integer(i64::from(year)),
                    Cell::Text(&self.sites[site].name),
                    Cell::Text(CLASSES[usize::from(self.sites[site].asset.class().0)]),
                    Cell::Text(&setup.policies.rules[rule].policy),
                    Cell::Text(&setup.policies.rules[rule].name),
                    Cell::Float(of.hours),
                    Cell::Float(of.cut_mwh),
                    Cell::Float(of.backup_mwh),
                ];
                self.probes.table(&probe::rules::TABLE).push(sink, &row)?;
            }
        }
        Ok(())
    }

    /// Starts the memory of peaks: what native load alone reaches in the weather of the first year.
    pub(super) fn expect_peaks(&mut self) {
        if self.setup.policies.rules.is_empty() {
            return;
        }
        let mut native_mw = vec![0.0; self.setup.series.len()];
        for hour in 0..self.setup.hours.min(8784) {
            self.setup.native_mw(&self.weather, hour, &mut native_mw);
            let month = usize::from(self.setup.stamps()[hour].month) - 1;
            let peak = &mut self.operate.reference_mw[month];
            *peak = peak.max(native_mw.iter().sum());
        }
    }

    /// Takes the month's peak into the memory of peaks and returns it.
    pub(super) fn close_peak(&mut self, month: u8) -> f64 {
        let peak_mw = std::mem::take(&mut self.operate.month_peak_mw);
        self.operate.reference_mw[usize::from(month) - 1] = peak_mw;
        peak_mw
    }
}

/// Whole months of the run since a site's first power, at a month of the run.
pub(super) fn months_since(setup: &Setup, energized: Option<SimTime>, month: usize) -> u32 {
    energized.map_or(0, |at| month.saturating_sub(setup.month_at(at)) as u32)
}
