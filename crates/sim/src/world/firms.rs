//! Firms in the world: who files, who accepts, what is put on a site.
//!
//! All firms look at the same published figures: trailing prices by zone, trailing hashprice, their
//! offer. Every decision leaves a row in `decisions`.

use std::collections::BTreeMap;
use std::sync::Arc;

use gridrush_core::demand::{ClassId, SiteId};
use gridrush_core::grid::{BusId, Technology, ZoneId};
use gridrush_core::interconnection::{
    Application, Attributes, Basis, Direction, Offer, RequestId, Service, Stage, Transfer, asked_of,
};
use gridrush_core::kernel::{HOUR_MS, SimSpan, SimTime};
use gridrush_core::names::Key;
use gridrush_core::policy::Asked;
use gridrush_tables::{Cell, RowSink};
use gridrush_workload::bitcoin::ChainEvent;
use gridrush_workload::firms::{
    AiOutlook, Answer, Burden, MiningOutlook, MonthView, OfferView, Outlook, Owner, Reason, accept,
    arrivals_of_month,
};
use gridrush_workload::tags::tags_of_class;
use gridrush_workload::{AI_TRAINING, CLASSES, MINING};

use super::monthly::name_of_class;
use super::{RunError, World};
use crate::event::{Event, FirmEvent};
use crate::metrics::Wait;
use crate::operation::{Plan, burden};
use crate::probe;
use crate::scenario::Kind;
use crate::site::{Asset, CONTROLLABLE_BLOCKS, Site, install_existing_rigs};

/// Hours over which firms average prices.
const TRAILING_HOURS: f64 = 8766.0;

/// Applications that are drawn or dated and not filed yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Arrivals {
    /// Taken out when they are filed.
    applications: Vec<Option<(Application, Intent)>>,
}

/// What its owner knows about a request and the queue does not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Intent {
    /// The key from which the owner's private draws come.
    pub key: Key,
    /// Whether it will never be built.
    pub speculative: bool,
    /// Whether the owner accepts any offer: dated requests are given, not chosen.
    pub given: bool,
    /// What kind of plant it would be; `None` for a load.
    pub technology: Option<Technology>,
    /// Further places at which the same project is filed.
    pub duplicates: u32,
}

impl World {
    /// Puts the dated requests of the scenario into the calendar.
    pub(super) fn schedule_dated_requests(&mut self) {
        let setup = Arc::clone(&self.setup);
        for row in &setup.scenario.requests {
            let at = setup.time_of(row.filed);
            let zone = setup.pack.region.zones.iter().position(|zone| zone.name == row.zone);
            let bus = row.bus.and_then(|number| {
                setup.pack.network.buses().find(|(_, bus)| bus.number == number).map(|(id, _)| id)
            });
            let mining = row.kind == Kind::Mining;
            let classes = &setup.params.arrivals;
            let arrivals = if mining { &classes.mining } else { &classes.ai };
            let application = Application {
                name: row.name.clone(),
                class: if mining { MINING } else { AI_TRAINING },
                owner: row.owner.clone().unwrap_or_else(|| row.name.clone()),
                zone: ZoneId(zone.unwrap_or(0) as u16),
                bus,
                direction: Direction::Load,
                requested_mw: row.requested_mw,
                delivered_share: row.delivered_share,
                wanted: row.wanted.map_or(SimTime::ZERO, |day| setup.time_of(day)),
                construction: SimSpan::from_hours_f64(arrivals.construction_months * 730.5),
                station_lead: None,
                ramp_months: row.ramp_months,
                service: if mining { Service::Controllable } else { Service::Firm },
                attrition: false,
                project: row.project.clone(),
                attributes: Attributes {
                    tags: tags_of_class(if mining { MINING } else { AI_TRAINING }),
                    pue: self.pue_of(if mining { MINING } else { AI_TRAINING }),
                    kv: bus.map(|bus| setup.pack.network.bus(bus).base_kv),
                    site_control_share: row.site_control_share,
                    onsite_mw: row.onsite_mw,
                    backup_mw: row.backup_mw,
                    renewable_share: row.renewable_share,
                    bid_usd_per_mw: row.bid_usd_per_mw,
                },
            };
            let intent = Intent {
                key: Key::of(&row.name),
                speculative: false,
                given: true,
                technology: None,
                duplicates: 0,
            };
            self.put_application(application, intent, at);
        }
    }

    pub(super) fn put_application(&mut self, application: Application, intent: Intent, at: SimTime) {
        let n = self.arrivals.applications.len() as u32;
        self.arrivals.applications.push(Some((application, intent)));
        if at < self.setup.end() {
            self.calendar.schedule(Event::Firm(FirmEvent::File(n)), at.max(self.calendar.now()));
        }
    }

    /// Draws the requests of a month from the arrival process.
    pub(super) fn draw_month(&mut self, month: usize) {
        let setup = Arc::clone(&self.setup);
        let Some(span) = setup.months.get(month) else { return };
        let (arrivals, accepts) = (&setup.params.arrivals, &setup.params.accept);
        let power = self.mean_price();
        let outlook = self.mining_outlook(power);
        let view = MonthView {
            mining_payback_years: outlook.payback_years(accepts.mining_site_usd_per_mw),
            power_usd_per_mwh: power,
            rush: [MINING, AI_TRAINING].map(|class| self.rush(class)),
        };
        let length = (span.end - span.begin).0 as f64;
        for arrival in arrivals_of_month(arrivals, accepts, &self.streams, month as u32, &view) {
            let at = span.begin + SimSpan((arrival.within_month * length) as u64);
            let Some(&zone) = setup.arrival_zones.get(arrival.zone) else { continue };
            let mining = arrival.class == MINING;
            let own_works = SimSpan::from_hours_f64(arrival.construction_months * 730.5);
            let owner = Owner::of(&setup.params.owners, &self.streams, arrival.key, arrival.speculative);
            let duplicates = owner.duplicates.min(setup.arrival_zones.len().saturating_sub(1) as u32);
            let intent = Intent {
                key: arrival.key,
                speculative: arrival.speculative,
                given: false,
                technology: None,
                duplicates,
            };
            let application = Application {
                class: arrival.class,
                owner: arrival.firm.cash_account,
                zone,
                bus: None,
                direction: Direction::Load,
                requested_mw: arrival.requested_mw,
                delivered_share: owner.delivered_share,
                wanted: at + SimSpan::from_hours_f64(arrival.wanted_months * 730.5),
                construction: own_works,
                station_lead: arrival.own_transformer.then_some(own_works),
                ramp_months: arrival.ramp_months,
                service: if mining { Service::Controllable } else { Service::Firm },
                attrition: arrival.speculative,
                project: (duplicates > 0).then(|| arrival.name.clone()),
                attributes: Attributes {
                    tags: tags_of_class(arrival.class),
                    site_control_share: owner.site_control_share,
                    pue: self.pue_of(arrival.class),
                    bid_usd_per_mw: owner.eagerness * accepts.mining_site_usd_per_mw,
                    ..Attributes::default()
                },
                name: arrival.name,
            };
            if !self.enters(&application, &owner, arrival.speculative, at) {
                continue;
            }
            // The same project elsewhere: the zones that follow in the list of the region.
            for n in 1..=duplicates {
                let shift = (arrival.zone + n as usize) % setup.arrival_zones.len();
                let elsewhere = Application {
                    name: format!("{}/d{n}", application.name),
                    zone: setup.arrival_zones[shift],
                    ..application.clone()
                };
                self.put_application(elsewhere, intent, at);
            }
            self.put_application(application, intent, at);
        }
    }

    /// Power at the meter over power of the machines.
    fn pue_of(&self, class: ClassId) -> f64 {
        let params = &self.setup.params;
        if class == MINING { params.fleet.pue } else { params.ai.pue }
    }

    /// Factor on the rate of requests of a class: more while a rule about them is announced and not in force.
    fn rush(&self, class: ClassId) -> f64 {
        let now = self.calendar.now();
        let asked = Asked {
            class,
            tags: tags_of_class(class),
            direction: Direction::Load,
            mw: 100.0,
            kv: None,
            zone: ZoneId(0),
            service: if class == MINING { Service::Controllable } else { Service::Firm },
            filed: now,
            site_control_share: 1.0,
            onsite_mw: 0.0,
            backup_mw: 0.0,
            renewable_share: 0.0,
            pue: self.pue_of(class),
            duplicates: 0,
        };
        let announced = self.setup.policies.announced(&asked, now);
        announced.map_or(1.0, |_| self.setup.params.owners.rush_multiple)
    }

    /// Whether a project is filed at all under the process that a policy sets at that time: a place must be
    /// worth what it costs to those who only want a place.
    fn enters(&self, application: &Application, owner: &Owner, speculative: bool, at: SimTime) -> bool {
        let asked = asked_of(application, at, 0);
        let usual = self.setup.params.queue.track();
        let Some(track) = self.setup.policies.track(&usual, &asked, at) else { return true };
        let basis = Basis { mw: application.requested_mw, ..Basis::default() };
        let first = &track.phases[0];
        let deposits_usd = track.entry_deposit.usd(basis) + track.application_deposit.usd(basis);
        let forfeit_usd = track.application_deposit.usd(basis)
            + first.penalty.deposit_share * track.entry_deposit.usd(basis);
        let days: f64 =
            track.phases.iter().map(|phase| phase.study.median_days() + phase.decision_days).sum();
        let fees_usd = track.application_fee.usd(basis) + first.fee.usd(basis);
        let params = &self.setup.params.owners;
        owner.enters(params, speculative, fees_usd, deposits_usd, forfeit_usd, days / 365.25)
    }

    pub(super) fn handle_firm(&mut self, event: FirmEvent, sink: &mut dyn RowSink) -> Result<(), RunError> {
        match event {
            FirmEvent::Open(n) => {
                let (bus, mw) = self.open_existing_site(n as usize);
                let transfer = Transfer { bus, mw, direction: Direction::Load };
                self.add_to_snapshots(transfer, self.clearing.zone_of_bus(bus.0))?;
            }
            FirmEvent::File(n) => {
                let Some((application, intent)) = self.arrivals.applications[n as usize].take() else {
                    return Ok(());
                };
                let (name, owner) = (application.name.clone(), application.owner.clone());
                let (class, mw) = (application.class, application.requested_mw);
                let policies = &self.setup.policies;
                let (id, effects) =
                    self.queue.file(application, policies, &mut self.calendar, &mut self.ledger)?;
                debug_assert_eq!(id.0 as usize, self.intents.len());
                self.intents.push(intent);
                self.decide(sink, &owner, class, "file", &name, mw, None)?;
                self.follow(effects, sink)?;
            }
            FirmEvent::Review => {
                self.review_sites(sink)?;
                self.draw_month(self.firm_month);
                self.firm_month += 1;
                if let Some(month) = self.setup.months.get(self.firm_month) {
                    self.calendar.schedule(Event::Firm(FirmEvent::Review), month.begin);
                }
            }
        }
        Ok(())
    }

    /// The loads that are meant to be built, by class: a project that is filed at several places is one.
    pub(super) fn projects(&self) -> [Vec<Wait>; CLASSES.len()] {
        let end = self.setup.end();
        let mut dates: [BTreeMap<Key, (SimTime, Option<SimTime>)>; CLASSES.len()] = Default::default();
        for ((_, request), intent) in self.queue.requests().zip(&self.intents) {
            if intent.speculative || intent.technology.is_some() {
                continue;
            }
            let class = usize::from(request.application().class.0);
            let (filed, powered) = dates[class].entry(intent.key).or_insert((end, None));
            *filed = request.filed().min(*filed);
            *powered = powered.iter().copied().chain(request.entered(Stage::Energized)).min();
        }
        dates.map(|dates| {
            let wait = |(filed, powered): (SimTime, Option<SimTime>)| Wait {
                seen: end.since(filed),
                powered: powered.map(|at| at.since(filed)),
            };
            dates.into_values().map(wait).collect()
        })
    }

    /// The owner's answer to an offer.
    pub(super) fn owner_accepts(
        &mut self,
        id: RequestId,
        offer: &Offer,
        sink: &mut dyn RowSink,
    ) -> Result<bool, RunError> {
        let request = self.queue.request(id)?;
        let application = request.application().clone();
        let intent = self.intents[id.0 as usize];
        let wait = offer.ready.since(self.calendar.now());
        let params = &self.setup.params.accept;
        // The cost of a new plant contains its own station.
        let station_usd = intent.technology.map_or(offer.station.cost.as_usd(), |_| 0.0);
        let view = OfferView {
            mw: (offer.firm_mw + offer.conditional_mw) * application.delivered_share,
            cost_usd: offer.upgrade_cost.as_usd() + station_usd,
            security_usd: offer.security.as_usd(),
            months_to_power: wait.as_hours() / 730.5,
            phases_left: offer.phases_left,
            doubt: 0.0,
            deposit_due_usd: offer.deposit_due.as_usd(),
            at_risk_usd: offer.at_risk.as_usd(),
            leaving_usd: offer.leaving_cost.as_usd(),
        }
        .with_doubt(params.phase_completion, intent.duplicates);
        let zone = usize::from(application.zone.0);
        let power = self.zone_outlook(zone);
        let (charged, burden) = self.burden(&application, offer, request.filed(), power);
        let outlook = if application.class == MINING {
            Outlook::Mining(self.mining_outlook(power + charged))
        } else {
            Outlook::Ai(AiOutlook { power_usd_per_mwh: power + charged })
        };
        let (answer, reckoned) = match intent.technology {
            _ if intent.given => (Answer::Stay(None), power),
            Some(technology) => self.developer_answers(intent, technology, zone, &view),
            None => {
                let (key, speculative) = (intent.key, intent.speculative);
                let answer = accept(params, &self.streams, key, speculative, &view, &outlook, &burden);
                (answer, power + charged)
            }
        };
        let stays = matches!(answer, Answer::Stay(_));
        let decision = match answer {
            Answer::Stay(_) if offer.phases_left > 0 => "stay",
            Answer::Stay(_) => "accept",
            Answer::Leave(Reason::Speculative) => "leave_speculative",
            Answer::Leave(Reason::TooLate) => "leave_too_late",
            Answer::Leave(Reason::NoMargin) => "leave_no_margin",
            Answer::Leave(Reason::TooDear) => "leave_too_dear",
        };
        let (owner, class) = (&application.owner, application.class);
        let mw = offer.firm_mw + offer.conditional_mw;
        self.decide(sink, owner, class, decision, &application.name, mw, Some(reckoned))?;
        Ok(stays)
    }

    /// What rules will charge for a MWh if the offer is taken, $, and what else they will cost.
    fn burden(
        &self,
        application: &Application,
        offer: &Offer,
        filed: SimTime,
        power_usd_per_mwh: f64,
    ) -> (f64, Burden) {
        let setup = &self.setup;
        let (bills, operation) = (&setup.scenario.bills, &setup.scenario.operation);
        if setup.policies.rules.is_empty() || application.direction == Direction::Generation {
            return (0.0, Burden::default());
        }
        let mining = application.class == MINING;
        let mw = offer.firm_mw + offer.conditional_mw;
        let kv = Some(setup.pack.network.bus(offer.bus).base_kv);
        let asked = Asked { mw, kv, ..asked_of(application, filed, 0) };
        let emitted = self.operate.books.iter().map(|book| book.co2_t_per_mwh).filter(|t| *t > 0.0);
        let (t, sites) = emitted.fold((0.0, 0_u32), |(sum, n), t| (sum + t, n + 1));
        let turbine = Technology::CombustionTurbine;
        let zone = usize::from(application.zone.0);
        let accept = &setup.params.accept;
        let plan = Plan {
            ready: offer.ready,
            years: accept.plan_years(mining),
            used_mw: mw * application.delivered_share,
            // A mine is off in the hours of the system's peaks, a campus is not.
            load_factor: if mining { 1.0 } else { accept.ai_load_factor },
            coincident_share: if mining { 0.0 } else { accept.ai_load_factor },
            power_usd_per_mwh,
            co2_t_per_mwh: if sites > 0 { t / f64::from(sites) } else { 0.0 },
            network_usd_per_mwh: if setup.writes_bills() { bills.network_usd_per_mwh } else { 0.0 },
            onsite_usd_per_mw: 1_000.0 * operation.onsite_usd_per_kw,
            onsite_usd_per_mw_year: 1_000.0 * self.supply.revenue_usd_per_kw_year(turbine, zone),
        };
        burden(&setup.policies, &asked, self.calendar.now(), &plan)
    }

    /// The large loads of the pack: those that stand at the start, and the dates of the later ones.
    pub(super) fn open_existing_sites(&mut self) {
        let setup = Arc::clone(&self.setup);
        if !setup.scenario.load.large_loads {
            return;
        }
        for (n, existing) in setup.pack.sites.iter().enumerate() {
            let at = setup.energized_at(existing);
            if at == SimTime::ZERO {
                self.open_existing_site(n);
            } else if at < setup.end() {
                self.calendar.schedule(Event::Firm(FirmEvent::Open(n as u32)), at);
            }
        }
    }

    /// Energizes a large load of the pack with all its equipment; returns its bus and contract.
    fn open_existing_site(&mut self, n: usize) -> (BusId, f64) {
        let setup = Arc::clone(&self.setup);
        let existing = &setup.pack.sites[n];
        let (name, bus, mw) = (&existing.name, existing.bus, existing.contract_mw);
        let month = self.firm_month as u32;
        let site = self.open_site(name, setup.site_classes[n], bus, mw);
        self.sites[site].energized_mw = mw;
        self.note_energized(site);
        match &mut self.sites[site].asset {
            Asset::Mine(mine) => install_existing_rigs(mine, existing.installed_mw, month),
            Asset::Campus(_) => {
                self.fill_campus(site, existing.installed_mw);
                if let Asset::Campus(campus) = &mut self.sites[site].asset {
                    campus.energize(mw);
                }
            }
        }
        (bus, mw)
    }

    /// Opens a site without equipment; returns its position.
    pub(super) fn open_site(&mut self, name: &str, class: ClassId, bus: BusId, contract_mw: f64) -> usize {
        let id = SiteId(self.sites.len() as u32);
        let columns = self.clearing.add_site(name, bus.0, CONTROLLABLE_BLOCKS);
        debug_assert_eq!(columns, self.sites.len());
        let mut asset = Asset::new(class, id, name, &self.setup.params);
        if let (Asset::Mine(mine), Some(day)) = (&mut asset, &self.bitcoin_day) {
            mine.set_hashprice(day.hashprice_usd_per_ph_day);
        }
        self.sites.push(Site {
            name: name.to_owned(),
            id,
            bus: bus.0,
            zone: self.clearing.zone_of_bus(bus.0),
            contract_mw,
            energized_mw: 0.0,
            asset,
        });
        self.open_book(self.sites.len() - 1);
        self.sites.len() - 1
    }

    /// Equipment that its owner has had delivered for the power that comes now: the energized part and
    /// the next step, if a mine of today's rigs pays.
    pub(super) fn equip(&mut self, site: usize, ready_mw: f64) {
        let power = self.zone_outlook(self.sites[site].zone);
        let month = self.firm_month as u32;
        let day = self.day();
        match &mut self.sites[site].asset {
            Asset::Mine(mine) => {
                let market = self.bitcoin.rig_market(day, power);
                let room_mw = ready_mw - mine.installed_mw() - mine.ordered_mw(false);
                if room_mw > 0.0 && mine.bid_usd_per_mwh(market.j_per_th) > power {
                    mine.install_mw(room_mw, market.j_per_th, month);
                }
            }
            Asset::Campus(_) => self.fill_campus(site, ready_mw),
        }
    }

    /// Every owner looks at its sites once a month.
    fn review_sites(&mut self, sink: &mut dyn RowSink) -> Result<(), RunError> {
        let month = self.firm_month as u32;
        let day = self.day();
        let year = self.decimal_year();
        for n in 0..self.sites.len() {
            let power = self.zone_outlook(self.sites[n].zone);
            let market = self.bitcoin.rig_market(day, power);
            let site = &mut self.sites[n];
            let (mw, name) = (site.energized_mw, site.name.clone());
            match &mut site.asset {
                Asset::Mine(mine) => {
                    let review = mine.review(month, mw, &market);
                    if review.ordered_ths > 0.0 {
                        self.decide(sink, &name, MINING, "order", &name, review.ordered_mw, Some(power))?;
                    }
                    if review.retired_ths > 0.0 {
                        self.decide(sink, &name, MINING, "retire", &name, review.retired_mw, Some(power))?;
                    }
                }
                Asset::Campus(campus) => {
                    if let Some(order) = campus.review(year, &mut self.calendar) {
                        let mw = f64::from(order.count) * order.spec.server_kw / 1000.0 * campus.params().pue;
                        self.decide(sink, &name, AI_TRAINING, "order", &name, mw, Some(power))?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Puts the coin market's first day into the calendar.
    pub(super) fn begin_bitcoin(&mut self) {
        self.calendar.schedule(Event::Chain(ChainEvent::Day), SimTime::ZERO);
    }

    pub(super) fn handle_chain(&mut self, event: ChainEvent, sink: &mut dyn RowSink) -> Result<(), RunError> {
        match event {
            ChainEvent::Retarget => {
                self.bitcoin.retarget(&mut self.calendar);
            }
            ChainEvent::Day => {
                let day = self.day();
                let modelled_ehs: f64 = (self.sites.iter_mut())
                    .map(|site| match &mut site.asset {
                        Asset::Mine(mine) if day == 0 => mine.installed_ehs(),
                        Asset::Mine(mine) => mine.take_totals().mean_ehs(1.0),
                        Asset::Campus(_) => 0.0,
                    })
                    .sum();
                self.metrics.modelled_ehs_days.0 += modelled_ehs;
                self.metrics.modelled_ehs_days.1 += 1;
                let report = self.bitcoin.step_day(day, modelled_ehs, &mut self.calendar);
                for site in &mut self.sites {
                    if let Asset::Mine(mine) = &mut site.asset {
                        mine.set_hashprice(report.hashprice_usd_per_ph_day);
                    }
                }
                let row = [
                    Cell::Integer(self.setup.unix_ms(self.calendar.now())),
                    Cell::Float(report.price_usd),
                    Cell::Float(report.network_ehs),
                    Cell::Float(report.modelled_ehs),
                    Cell::Float(report.difficulty),
                    Cell::Float(report.hashprice_usd_per_ph_day),
                ];
                self.probes.table(&probe::bitcoin::TABLE).push(sink, &row)?;
                self.bitcoin_day = Some(report);
            }
        }
        Ok(())
    }

    /// Days since the start.
    fn day(&self) -> u32 {
        (self.calendar.now().0 / (24 * HOUR_MS)) as u32
    }

    /// What a new mine would earn and cost.
    fn mining_outlook(&self, power_usd_per_mwh: f64) -> MiningOutlook {
        let market = self.bitcoin.rig_market(self.day(), power_usd_per_mwh);
        MiningOutlook::new(&market, self.setup.params.fleet.pue)
    }

    /// Trailing mean price of a zone; before anything was cleared, the cost of a new combined cycle.
    pub(super) fn zone_outlook(&self, zone: usize) -> f64 {
        let mean = self.trailing[zone];
        if mean.weight > 0.0 { mean.sum / mean.weight } else { self.costs.entrant[0][zone].usd_per_mwh }
    }

    fn mean_price(&self) -> f64 {
        let zones = self.trailing.len().max(1);
        (0..self.trailing.len()).map(|zone| self.zone_outlook(zone)).sum::<f64>() / zones as f64
    }

    /// Takes an hour's zone prices into the trailing means.
    pub(super) fn remember_prices(&mut self, hours: f64) {
        let keep = gridrush_core::math::exp(-hours / TRAILING_HOURS);
        for (mean, price) in self.trailing.iter_mut().zip(&self.zone_price) {
            mean.sum = keep * mean.sum + (1.0 - keep) * price;
            mean.weight = keep * mean.weight + (1.0 - keep);
        }
    }

    #[allow(clippy::too_many_arguments, reason = "one row of one table")]
    fn decide(
        &mut self,
        sink: &mut dyn RowSink,
        firm: &str,
        class: ClassId,
        decision: &str,
        subject: &str,
        mw: f64,
        cost: Option<f64>,
    ) -> Result<(), RunError> {
        let row = [
            Cell::Integer(self.setup.unix_ms(self.calendar.now())),
            Cell::Text(firm),
            Cell::Text(name_of_class(class)),
            Cell::Text(decision),
            Cell::Text(subject),
            Cell::Float(mw),
            Cell::Float(cost.unwrap_or(f64::NAN)),
        ];
        self.probes.table(&probe::decisions::TABLE).push(sink, &row)?;
        Ok(())
    }
}

/// A trailing mean that is right from its first value on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Trailing {
    sum: f64,
    weight: f64,
}
