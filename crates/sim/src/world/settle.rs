//! The end of an interval, of a month and of the run: energy, money, tables.

use gridrush_core::grid::Fuel;
use gridrush_tables::{Cell, RowSink};
use gridrush_workload::CLASSES;

use super::emissions::Given;
use super::{Interval, RunError, World};
use crate::commitment::Outlook;
use crate::event::Event;
use crate::limits::BindingLimit;
use crate::probe::{self, Cause, Why};

/// Relative tolerance of requested = served + curtailed.
pub(super) const BALANCE: f64 = 1e-6;

/// Less than this is rounding.
pub(super) const NOTHING_MW: f64 = 1e-6;

/// A value at buses with weights that sum to one.
type AtBuses<'a> = &'a dyn Fn(&[(u32, f64)]) -> f64;

/// Power by fuel, large loads and prices of one interval.
#[derive(Default)]
struct Totals {
    native_mw: f64,
    native_served_mw: f64,
    requested_mw: f64,
    served_mw: f64,
    firm_mw: f64,
    firm_served_mw: f64,
    paid_usd: f64,
    fuel_mw: [f64; Fuel::ALL.len()],
}

impl World {
    /// Books the interval that ends now.
    pub(super) fn settle_interval(&mut self, sink: &mut dyn RowSink) -> Result<(), RunError> {
        let Some(interval) = self.interval.take() else { return Ok(()) };
        let mut totals = Totals::default();
        let reserve_prices = self.clearing.reserve_prices_usd_per_mwh(&interval.solution);
        let energy = self.clearing.energy_usd_per_mwh(&interval.solution);
        self.settle_native(&interval, &energy, &mut totals, sink)?;
        self.settle_sites(&interval, &energy, &reserve_prices, &mut totals, sink)?;
        self.book_rules(&interval);
        let given = self.settle_generation(&interval, &reserve_prices, &mut totals)?;
        self.settle_emissions(&interval, &given, totals.native_served_mw + totals.served_mw);
        self.remember_prices(interval.hours);
        self.book_fuel(&interval);
        self.book_revenue(&interval, &reserve_prices);
        self.book_network(&interval);
        self.book_ties(&interval);
        self.book_system(&interval, &reserve_prices, &totals, sink)?;
        self.check_balance(&interval, &totals)?;
        self.spare = interval;
        Ok(())
    }

    /// Native load by zone: what was served, what it paid, what it lost and why. `energy` is the energy part of the
    /// price at each bus.
    fn settle_native(
        &mut self,
        interval: &Interval,
        energy: &[f64],
        totals: &mut Totals,
        sink: &mut dyn RowSink,
    ) -> Result<(), RunError> {
        for zone in 0..self.clearing.zones.len() {
            let native_mw = interval.native_mw[zone];
            let shed_mw = self.clearing.native_shed_mw(&interval.solution, zone);
            let served_mw = native_mw - shed_mw;
            let price = self.clearing.price_at(&interval.solution, &self.clearing.zones[zone].load);
            let paid_usd = self.native_pays(interval, zone, price);
            let energy_at =
                |buses: &[(u32, f64)]| buses.iter().map(|&(bus, w)| w * energy[bus as usize]).sum::<f64>();
            let home = energy_at(&self.clearing.zones[zone].load);
            let energy_usd = self.over_native(interval, zone, home, &energy_at) * interval.hours;
            self.zone_price[zone] = price;
            totals.native_mw += native_mw;
            totals.native_served_mw += served_mw;
            totals.paid_usd += paid_usd;
            self.ledger.accrue_line(self.accounts.energy[0], paid_usd)?;
            self.accounts.served_mwh[0] += served_mw * interval.hours;
            let load = self.probes.load_of(zone, 0);
            load.requested_mwh += native_mw * interval.hours;
            load.served_mwh += served_mw * interval.hours;
            load.paid_usd += paid_usd;
            load.energy_usd += energy_usd;
            self.write_contention(interval, zone, 0, native_mw, served_mw, price, sink)?;
        }
        for row in &interval.causes {
            if let Some(shed) = (row.block as usize).checked_sub(interval.blocks.len()) {
                let zone = self.clearing.place_of_shed(shed).0;
                let why = self.why(interval, row);
                self.probes.curtail(zone, 0, why, row.mw * interval.hours);
            }
        }
        Ok(())
    }

    /// What a zone's native load pays: the zone's price, in pockets that of the pocket.
    fn native_pays(&self, interval: &Interval, zone: usize, price: f64) -> f64 {
        let price_at = |buses: &[(u32, f64)]| self.clearing.price_at(&interval.solution, buses);
        self.over_native(interval, zone, price, &price_at) * interval.hours
    }

    /// Sum over a zone's native load of MW times a value: `home` where the zone is whole, in pockets that of their
    /// buses.
    pub(super) fn over_native(&self, interval: &Interval, zone: usize, home: f64, value_at: AtBuses) -> f64 {
        let (clearing, solution) = (&self.clearing, &interval.solution);
        let native_mw = interval.native_mw[zone];
        let home_mw = clearing.zones[zone].home_share * native_mw - clearing.home_shed_mw(solution, zone);
        let in_pockets: f64 = (clearing.pockets().iter().filter(|pocket| pocket.zone == zone))
            .map(|pocket| {
                let shed_mw = clearing.pocket_shed_mw(&solution.column_mw, pocket);
                value_at(&pocket.load) * (pocket.share * native_mw - shed_mw)
            })
            .sum();
        home * home_mw + in_pockets
    }

    /// Large loads, block by block; `energy` is the energy part of the price at each bus.
    fn settle_sites(
        &mut self,
        interval: &Interval,
        energy: &[f64],
        reserve_prices: &[f64],
        totals: &mut Totals,
        sink: &mut dyn RowSink,
    ) -> Result<(), RunError> {
        let zones = self.clearing.zones.len();
        let mut cells = vec![(0.0, 0.0, 0.0); zones * CLASSES.len()];
        for book in &mut self.operate.books {
            book.served_mw = 0.0;
        }
        for block in &interval.blocks {
            let site = &self.sites[block.site];
            let column = self.clearing.block_column(block.site, block.column).0 as usize;
            let served_mw = interval.solution.column_mw[column].min(block.ceiling_mw);
            let price = self.clearing.settled(&interval.solution, site.bus);
            let paid_usd = price * served_mw * interval.hours;
            let class = usize::from(block.class);
            totals.requested_mw += block.requested_mw;
            totals.served_mw += served_mw;
            totals.paid_usd += paid_usd;
            if block.firm {
                totals.firm_mw += block.ceiling_mw;
                totals.firm_served_mw += served_mw;
            } else if self.clearing.terms().controllable_load_gives_reserve {
                let reserve_price = reserve_prices[self.clearing.area_of_zone(site.zone)];
                let usd = reserve_price * served_mw * interval.hours;
                self.ledger.accrue_line(self.accounts.reserve_load[class], usd)?;
            }
            self.ledger.accrue_line(self.accounts.energy[class], paid_usd)?;
            self.accounts.served_mwh[class] += served_mw * interval.hours;
            self.operate.books[block.site].book(served_mw * interval.hours, paid_usd, interval.hours);
            let load = self.probes.load_of(site.zone, block.class);
            load.requested_mwh += block.requested_mw * interval.hours;
            load.served_mwh += served_mw * interval.hours;
            load.paid_usd += paid_usd;
            load.energy_usd += energy[site.bus as usize] * served_mw * interval.hours;
            let cell = &mut cells[site.zone * CLASSES.len() + class];
            cell.0 += block.requested_mw;
            cell.1 += served_mw;
            cell.2 += block.requested_mw * price;
            let unconnected_mw = block.requested_mw - block.connected_mw;
            if unconnected_mw > NOTHING_MW {
                let mwh = unconnected_mw * interval.hours;
                self.probes.curtail(site.zone, block.class, Cause::NotConnected.into(), mwh);
            }
            let cut_mw = block.connected_mw - block.ceiling_mw;
            if cut_mw > NOTHING_MW {
                let by_rule = Why { rule: block.rule, ..Cause::Policy.into() };
                let why = self.why_cut_off(site.bus).unwrap_or(by_rule);
                self.probes.curtail(site.zone, block.class, why, cut_mw * interval.hours);
            }
        }
        for row in &interval.causes {
            if let Some(block) = interval.blocks.get(row.block as usize) {
                let why = self.why(interval, row);
                let zone = self.sites[block.site].zone;
                self.probes.curtail(zone, block.class, why, row.mw * interval.hours);
            }
        }
        for (at, &(requested, served, weighted)) in cells.iter().enumerate() {
            if requested > 0.0 {
                let (zone, class) = (at / CLASSES.len(), at % CLASSES.len());
                self.write_contention(interval, zone, class, requested, served, weighted / requested, sink)?;
            }
        }
        Ok(())
    }

    /// Generation and storage: output, energy payments, reserve payments.
    fn settle_generation(
        &mut self,
        interval: &Interval,
        reserve_prices: &[f64],
        totals: &mut Totals,
    ) -> Result<Given, RunError> {
        let solution = &interval.solution;
        let mut given = Given::default();
        let mut paid_usd = [0.0; Fuel::ALL.len()];
        let mut reserve_mw = vec![[0.0; Fuel::ALL.len()]; reserve_prices.len()];
        let mut served_mw = vec![0.0; reserve_prices.len()];
        let mut strong_price = Vec::with_capacity(self.clearing.zones.len());
        let mut output_mw = Vec::with_capacity(self.clearing.units.len());
        for zone in &self.clearing.zones {
            strong_price.push(self.clearing.price_at(solution, &zone.strong));
        }
        for unit in &self.clearing.units {
            let mw = unit.output_mw(solution);
            output_mw.push(mw);
            let price = match unit.bus {
                Some(bus) => self.clearing.settled(solution, bus),
                None => strong_price[usize::from(unit.zone.0)],
            };
            let fuel = unit.fuel as usize;
            totals.fuel_mw[fuel] += mw;
            let available_mw = unit.available_mw(&interval.weather);
            let start =
                self.clearing.terms().thermal.of(unit.technology).map_or(0.0, |of| of.start_mmbtu_per_mw);
            given.available_mw[fuel] += available_mw;
            given.co2_t_per_h[fuel] += unit.co2_t_per_h(solution, available_mw, start);
            paid_usd[fuel] += mw * price * interval.hours;
            let area = self.clearing.area_of_zone(usize::from(unit.zone.0));
            if reserve_prices[area] > 0.0 && unit.gives_reserve() {
                reserve_mw[area][fuel] += self.clearing.upper_mw(unit) - mw;
            }
        }
        let storage = Fuel::Storage as usize;
        given.fuel_mw = totals.fuel_mw;
        let stores = self.settle_stores(interval, reserve_prices)?;
        totals.fuel_mw[storage] += stores.net_mw.iter().sum::<f64>();
        paid_usd[storage] += stores.energy_usd;
        for (reserve_mw, standby_mw) in reserve_mw.iter_mut().zip(stores.standby_mw) {
            reserve_mw[storage] += standby_mw;
        }
        for (fuel, line) in self.accounts.generation.iter().enumerate() {
            self.ledger.accrue_line(*line, paid_usd[fuel])?;
            if fuel != storage {
                self.probes.generated_mwh[fuel] += totals.fuel_mw[fuel] * interval.hours;
            }
        }
        for (area, (&price, reserve_mw)) in reserve_prices.iter().zip(&reserve_mw).enumerate() {
            if price > 0.0 {
                self.settle_reserve(interval, area, price, reserve_mw)?;
            }
        }
        self.strong_price = strong_price;
        for block in &interval.blocks {
            let column = self.clearing.block_column(block.site, block.column).0 as usize;
            let area = self.clearing.area_of_zone(self.sites[block.site].zone);
            served_mw[area] += interval.solution.column_mw[column].min(block.ceiling_mw);
        }
        let outlook = Outlook {
            setup: &self.setup,
            weather: &self.weather,
            streams: &self.streams,
            prices: &self.prices,
        };
        for (commitment, served_mw) in self.commitment.iter_mut().zip(served_mw) {
            commitment.end_hour(outlook, &mut self.clearing, &output_mw, served_mw);
        }
        Ok(given)
    }

    /// A region's reserve is paid by all its load in proportion to energy served.
    fn settle_reserve(
        &mut self,
        interval: &Interval,
        area: usize,
        reserve_price: f64,
        reserve_mw: &[f64],
    ) -> Result<(), RunError> {
        let mut paid_usd = 0.0;
        for (mw, line) in reserve_mw.iter().zip(&self.accounts.reserve_paid) {
            let usd = reserve_price * mw * interval.hours;
            paid_usd += usd;
            self.ledger.accrue_line(*line, usd)?;
        }
        let mut served_mw = vec![0.0; CLASSES.len()];
        for zone in self.clearing.terms().areas[area].zones.clone() {
            let shed_mw = self.clearing.native_shed_mw(&interval.solution, zone);
            served_mw[0] += interval.native_mw[zone] - shed_mw;
        }
        for block in &interval.blocks {
            if self.clearing.area_of_zone(self.sites[block.site].zone) != area {
                continue;
            }
            let column = self.clearing.block_column(block.site, block.column).0 as usize;
            let mw = interval.solution.column_mw[column];
            served_mw[usize::from(block.class)] += mw;
            if !block.firm && self.clearing.terms().controllable_load_gives_reserve {
                paid_usd += reserve_price * mw * interval.hours;
            }
        }
        let total_mw: f64 = served_mw.iter().sum();
        if total_mw > 0.0 {
            for (mw, line) in served_mw.iter().zip(&self.accounts.reserve) {
                self.ledger.accrue_line(*line, paid_usd * mw / total_mw)?;
            }
        }
        Ok(())
    }

    /// What a megawatt of each technology would have earned.
    fn book_revenue(&mut self, interval: &Interval, reserve_prices: &[f64]) {
        for zone in 0..self.clearing.zones.len() {
            let area = self.clearing.area_of_zone(zone);
            self.supply.book_hour(
                &self.clearing,
                &self.costs,
                self.commitment.get(area),
                &interval.weather,
                crate::supply::ZoneHour {
                    zone,
                    price_usd_per_mwh: self.strong_price[zone],
                    reserve_usd_per_mwh: reserve_prices[area],
                    hours: interval.hours,
                },
            );
        }
    }

    /// Limits that bound. Flow beyond a limit earns no rent.
    fn book_network(&mut self, interval: &Interval) {
        for binding in &interval.limits {
            let BindingLimit { limit, shadow_price_usd_per_mwh, limit_mw, overload_mw } = *binding;
            let rent_usd = shadow_price_usd_per_mwh * limit_mw * interval.hours;
            self.probes.rent_usd[self.elements.index(limit.element)] += rent_usd;
            let month = self.probes.limits.entry(limit).or_default();
            month.binding_h += interval.hours;
            month.shadow_usd_per_mw += shadow_price_usd_per_mwh * interval.hours;
            month.shadow_max_usd_per_mwh = month.shadow_max_usd_per_mwh.max(shadow_price_usd_per_mwh);
            month.rent_usd += rent_usd;
            month.overload_mwh += overload_mw * interval.hours;
            month.limit_mw = limit_mw;
            if limit.loss.is_none() {
                self.probes.system.overload_mwh += overload_mw * interval.hours;
            } else {
                self.probes.system.insecure_mwh += overload_mw * interval.hours;
            }
        }
    }

    /// The region's row of the hour and the year's extremes.
    fn book_system(
        &mut self,
        interval: &Interval,
        reserve_prices: &[f64],
        totals: &Totals,
        sink: &mut dyn RowSink,
    ) -> Result<(), RunError> {
        let h = interval.hours;
        let served_mw = totals.native_served_mw + totals.served_mw;
        let firm_mw = totals.native_mw + totals.firm_mw;
        let year = &mut self.probes.system;
        year.peak_mw = year.peak_mw.max(served_mw);
        year.native_peak_mw = year.native_peak_mw.max(totals.native_mw);
        let own_mw = self.clearing.available_mw - self.clearing.available_import_mw;
        year.least_supply_ratio = year.least_supply_ratio.min(own_mw / firm_mw);
        year.firm_mwh += firm_mw * h;
        let shed_mw = firm_mw - totals.native_served_mw - totals.firm_served_mw;
        if shed_mw > NOTHING_MW {
            year.firm_shed_mwh += shed_mw * h;
        }
        year.served_mwh += served_mw * h;
        year.paid_usd += totals.paid_usd;
        let highest = served_mw > self.operate.month_peak_mw;
        self.note_hour(interval, shed_mw, served_mw, totals.served_mw);
        if highest {
            self.note_peak_by_class(interval, totals.native_served_mw);
        }
        if !self.probes.hourly {
            return Ok(());
        }
        // An empty sum is -0.0.
        let energized_mw = 0.0 + self.sites.iter().map(|site| site.energized_mw).sum::<f64>();
        let reserve_mw = self.clearing.reserve_requirement_mw();
        let reserve_price = self.clearing.mean_reserve_price_usd_per_mwh(reserve_prices);
        let left_mw = self.clearing.available_mw - totals.native_mw - reserve_mw;
        let fuel = |f: Fuel| Cell::Float(totals.fuel_mw[f as usize]);
        let renewable_mw = totals.fuel_mw[Fuel::Wind as usize] + totals.fuel_mw[Fuel::Solar as usize];
        let overload_mw: f64 = interval.solution.overload_mw.iter().map(|o| o.1).sum();
        let row = [
            Cell::Integer(self.unix_ms_of_hour(interval.hour)),
            Cell::Integer(interval.hour as i64 * 3600),
            Cell::Float(totals.native_mw),
            Cell::Float(totals.native_served_mw),
            Cell::Float(totals.requested_mw),
            Cell::Float(totals.served_mw),
            Cell::Float(left_mw.clamp(0.0, energized_mw)),
            Cell::Float(energized_mw),
            Cell::Float(if served_mw > 0.0 { totals.paid_usd / (served_mw * h) } else { 0.0 }),
            fuel(Fuel::Gas),
            fuel(Fuel::Coal),
            fuel(Fuel::Nuclear),
            fuel(Fuel::Wind),
            fuel(Fuel::Solar),
            fuel(Fuel::Hydro),
            fuel(Fuel::Storage),
            fuel(Fuel::Import),
            Cell::Float(totals.fuel_mw[Fuel::Oil as usize] + totals.fuel_mw[Fuel::Other as usize]),
            Cell::Float((self.clearing.available_renewable_mw - renewable_mw).max(0.0)),
            Cell::Float(reserve_price),
            Cell::Float(overload_mw),
            Cell::Integer(interval.limits.len() as i64),
        ];
        self.probes.table(&probe::system::TABLE).push(sink, &row)?;
        Ok(())
    }

    /// Requested = served + curtailed, and supply = demand, every interval.
    fn check_balance(&self, interval: &Interval, totals: &Totals) -> Result<(), RunError> {
        let solution = &interval.solution;
        let generated_mw: f64 = totals.fuel_mw.iter().sum();
        let surplus_mw: f64 =
            (0..self.clearing.zones.len()).map(|z| self.clearing.surplus_mw(solution, z)).sum();
        let served_mw = totals.native_served_mw + totals.served_mw;
        let loss_mw = self.clearing.link_loss_mw(solution);
        let off = generated_mw - surplus_mw - loss_mw - served_mw;
        if off.abs() > BALANCE * (1.0 + generated_mw) {
            return Err(RunError::Invariant { what: "generated = served", hour: interval.hour, off });
        }
        let unconnected_mw: f64 = interval.blocks.iter().map(|b| b.requested_mw - b.ceiling_mw).sum();
        let caused_mw: f64 = interval.causes.iter().map(|row| row.mw).sum();
        let requested_mw = totals.native_mw + totals.requested_mw;
        let off = requested_mw - served_mw - unconnected_mw - caused_mw;
        if off.abs() > BALANCE * (1.0 + requested_mw) {
            return Err(RunError::Invariant {
                what: "requested = served + curtailed by cause",
                hour: interval.hour,
                off,
            });
        }
        Ok(())
    }

    #[allow(clippy::too_many_arguments, reason = "one row of one table")]
    fn write_contention(
        &mut self,
        interval: &Interval,
        zone: usize,
        class: usize,
        requested_mw: f64,
        served_mw: f64,
        price: f64,
        sink: &mut dyn RowSink,
    ) -> Result<(), RunError> {
        if !self.probes.hourly {
            return Ok(());
        }
        let at = self.unix_ms_of_hour(interval.hour);
        let row = [
            Cell::Integer(at),
            Cell::Integer(interval.hour as i64 * 3600),
            Cell::Text(&self.setup.pack.region.zones[zone].name),
            Cell::Text(CLASSES[class]),
            Cell::Float(requested_mw),
            Cell::Float(served_mw),
            Cell::Float(price),
        ];
        self.probes.table(&probe::contention::TABLE).push(sink, &row)?;
        Ok(())
    }

    fn unix_ms_of_hour(&self, hour: usize) -> i64 {
        self.setup.start_unix_ms + hour as i64 * 3_600_000
    }

    /// Closes the month that ends now: books and accounts of entry.
    pub(super) fn close_month(&mut self, sink: &mut dyn RowSink) -> Result<(), RunError> {
        let now = self.calendar.now();
        let month = self.setup.months[self.month];
        let served_mwh = self.accounts.served_mwh.clone();
        let mut postings = self.accounts.close_month(&mut self.ledger, now)?;
        self.bill_month(&mut postings, &served_mwh, sink)?;
        let at = self.setup.unix_ms(month.begin);
        for posting in postings {
            let row = [
                Cell::Integer(at),
                Cell::Text(self.ledger.account_name(posting.debit)),
                Cell::Text(self.ledger.account_name(posting.credit)),
                Cell::Text(self.ledger.kind_name(posting.kind)),
                Cell::Integer(posting.amount.0),
            ];
            self.probes.table(&probe::books::TABLE).push(sink, &row)?;
        }
        self.supply.close_month(self.setup.scenario.supply.trailing_months as usize);
        let effects = self.queue.month(&mut self.calendar, &mut self.ledger);
        self.follow(effects, sink)
    }

    /// Writes the monthly tables of the month that ends now, and the yearly ones at the end of a year.
    pub(super) fn sample_month(&mut self, sink: &mut dyn RowSink) -> Result<(), RunError> {
        let month = self.setup.months[self.month];
        self.write_load(month, sink)?;
        self.write_curtailment(month, sink)?;
        self.write_congestion(month, sink)?;
        self.write_ties(month, sink)?;
        self.write_queue(month, sink)?;
        self.write_compute(month, sink)?;
        self.write_stores(month, sink)?;
        self.write_fuel(month, sink)?;
        self.write_emissions(month, sink)?;
        self.month += 1;
        let next = self.setup.months.get(self.month).copied();
        if next.is_none_or(|next| next.year != month.year) {
            self.write_year(month.year, sink)?;
            if next.is_some() {
                self.review_year(sink)?;
            }
        }
        if let Some(next) = next {
            self.calendar.schedule(Event::Settle, next.end);
            self.calendar.schedule(Event::Sample, next.end);
        }
        Ok(())
    }
}
