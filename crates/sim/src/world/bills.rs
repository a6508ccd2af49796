//! Bills: every cost of a month is paid by exactly one class of payers, to the cent.
//!
//! ```text
//!   customers/<class> --energy--> load/native --(market)-->            load/<class> pays the market itself
//!   customers, loads  --capacity, network--> utility --> generation/<fuel>           capacity
//!   loads             --tariffs by rule----> utility --> grid/rate_base, investors, owner, start network
//!   customers         --distribution-------> utility/distribution
//!   loads             --taxes by rule------> public/purse, generation/certificates
//! ```
//!
//! What tariffs by rule bring in is set against the cost they are for: of wires against the network, of generation
//! against capacity. A site under such a tariff pays it in place of its share. At the end of a month `load/native` and
//! `utility` stand at zero.

use std::collections::VecDeque;
use std::sync::Arc;

use gridrush_core::grid::Fuel;
use gridrush_core::interconnection::{RATE_BASE_ACCOUNT, RequestId, TRANSMISSION_ACCOUNT, UpgradeState};
use gridrush_core::kernel::SimTime;
use gridrush_core::ledger::{AccountId, Cents, Ledger, Posting};
use gridrush_core::market::{Bills, Component, Measure, RateBase, share};
use gridrush_core::policy::{Charge, MonthView, Payee};
use gridrush_tables::{Cell, RowSink};
use gridrush_workload::CLASSES;

use super::accounts::transfer;
use super::auction::CapacityBook;
use super::operate::months_since;
use super::{Interval, RunError, World};
use crate::metrics::Paid;
use crate::operation::charges;
use crate::probe;
use crate::scenario::Customers;
use crate::setup::{Month, Setup};

/// Classes of customers within native load; large loads follow them in the list of payers.
const CUSTOMERS: usize = 3;
/// Payers: customers, then the classes of large load.
const PAYERS: usize = CUSTOMERS + CLASSES.len() - 1;

/// What applicants pay for upgrades that are ordered, as the queue names it.
const CONTRIBUTION: &str = "upgrade_contribution";
/// What the rate base pays for them.
const REMAINDER: &str = "upgrade_remainder";

/// The network's year.
#[derive(Clone, Copy, Debug, Default)]
struct NetworkYear {
    invested: i64,
    contributed: i64,
    depreciation: i64,
    returned: i64,
    operation: i64,
    start_network: i64,
    tariff: i64,
    native_paid: i64,
    large_paid: i64,
    stranded: i64,
}

/// Accounts that bills go through.
#[derive(Clone, Debug)]
struct Parties {
    payers: [AccountId; PAYERS],
    utility: AccountId,
    distribution: AccountId,
    start_network: AccountId,
    investors: AccountId,
    owner: AccountId,
    rate_base: AccountId,
    purse: AccountId,
    certificates: AccountId,
}

/// What bills remember.
#[derive(Clone, Debug)]
pub(super) struct Billing {
    parties: Parties,
    rate_base: RateBase,
    customers: [Customers; CUSTOMERS],
    /// Cost of the network of the start, for an hour.
    start_network_usd_per_h: f64,
    /// What distribution costs each class of customers.
    distribution_usd_per_mwh: [f64; CUSTOMERS],
    /// Draw by class in the hour of the month's highest load so far.
    peak_by_class_mw: [f64; CLASSES.len()],
    /// Highest load and draw by class of the last months, latest last.
    pub peaks: VecDeque<(f64, [f64; CLASSES.len()])>,
    pub capacity: CapacityBook,
    year: NetworkYear,
}

/// What sites under tariffs by rule measure: they pay those in place of a share.
#[derive(Clone, Copy, Debug, Default)]
struct Apart {
    wires: Measure,
    generation_mw: f64,
}

/// What rules charge in a month.
#[derive(Default)]
struct ByRule {
    /// Payer, what, and who receives it.
    lines: Vec<(usize, Charge)>,
    /// By class.
    apart: [Apart; CLASSES.len()],
}

impl Billing {
    /// Opens the books.
    pub fn open(setup: &Setup, ledger: &mut Ledger) -> Billing {
        let bills = &setup.scenario.bills;
        let customers = bills.customers();
        let sum = |weight: fn(&Customers) -> f64| customers.iter().map(weight).sum::<f64>().max(1e-12);
        let (energy, peak) = (sum(|c| c.energy_weight), sum(|c| c.peak_weight));
        let base_mw: f64 = (0..setup.series.len()).map(|zone| setup.base_mean_mw(zone)).sum();
        let distribution_usd_per_mwh = customers.map(|of| {
            // The share of the network that falls on a MWh of this class at the start.
            let by_peak = (of.peak_weight / peak) / (of.energy_weight / energy).max(1e-12);
            let network = bills.network_usd_per_mwh * by_peak;
            (of.retail_usd_per_mwh - bills.wholesale_usd_per_mwh - network).max(0.0)
        });
        let payers = std::array::from_fn(|n| match customers.get(n) {
            Some(of) => ledger.account(&format!("customers/{}", of.name)),
            None => ledger.account(&format!("load/{}", CLASSES[n + 1 - CUSTOMERS])),
        });
        Billing {
            parties: Parties {
                payers,
                utility: ledger.account("utility"),
                distribution: ledger.account("utility/distribution"),
                start_network: ledger.account("grid/start_network"),
                investors: ledger.account("grid/investors"),
                owner: ledger.account(TRANSMISSION_ACCOUNT),
                rate_base: ledger.account(RATE_BASE_ACCOUNT),
                purse: ledger.account("public/purse"),
                certificates: ledger.account("generation/certificates"),
            },
            rate_base: RateBase::new(bills.rate_base.terms()),
            customers,
            start_network_usd_per_h: bills.network_usd_per_mwh * base_mw,
            distribution_usd_per_mwh,
            peak_by_class_mw: [0.0; CLASSES.len()],
            peaks: VecDeque::new(),
            capacity: CapacityBook::default(),
            year: NetworkYear::default(),
        }
    }

    /// The classes of native customers.
    fn weights(&self, of: fn(&Customers) -> f64) -> Vec<f64> {
        self.customers.iter().map(of).collect()
    }

    /// Mean draw by class over the highest monthly peaks of the last twelve months.
    fn coincident_mw(&self, peaks: usize) -> [f64; CLASSES.len()] {
        let mut order: Vec<&(f64, [f64; CLASSES.len()])> = self.peaks.iter().collect();
        order.sort_by(|a, b| b.0.total_cmp(&a.0));
        let taken = &order[..peaks.min(order.len())];
        std::array::from_fn(|class| {
            taken.iter().map(|(_, by_class)| by_class[class]).sum::<f64>() / taken.len().max(1) as f64
        })
    }

    /// What payers measure: native load parted by the weights of its classes, large loads as they are.
    fn measures(
        &self,
        coincident_mw: &[f64; CLASSES.len()],
        energy_mwh: &[f64; CLASSES.len()],
        sites: &[f64; CLASSES.len()],
    ) -> [Measure; PAYERS] {
        let sum = |of: fn(&Customers) -> f64| self.weights(of).iter().sum::<f64>().max(1e-12);
        let (energy, peak) = (sum(|c| c.energy_weight), sum(|c| c.peak_weight));
        std::array::from_fn(|payer| {
            if let Some(of) = self.customers.get(payer) {
                let mwh = energy_mwh[0] * of.energy_weight / energy;
                return Measure {
                    coincident_mw: coincident_mw[0] * of.peak_weight / peak,
                    energy_mwh: mwh,
                    customers: 1_000.0 * mwh / of.kwh_per_month,
                };
            }
            let class = payer + 1 - CUSTOMERS;
            Measure {
                coincident_mw: coincident_mw[class],
                energy_mwh: energy_mwh[class],
                customers: sites[class],
            }
        })
    }
}

/// The payer that a class of large load is.
fn payer_of(class: usize) -> usize {
    class - 1 + CUSTOMERS
}

/// Paid by an account less received, over postings.
fn paid(postings: &[Posting], account: AccountId) -> Cents {
    let signed = |posting: &Posting| {
        i64::from(posting.credit == account) * posting.amount.0
            - i64::from(posting.debit == account) * posting.amount.0
    };
    Cents(postings.iter().map(signed).sum())
}

impl World {
    /// Remembers who drew what in the hour of the month's highest load.
    pub(super) fn note_peak_by_class(&mut self, interval: &Interval, native_mw: f64) {
        let by_class = &mut self.billing.peak_by_class_mw;
        *by_class = [0.0; CLASSES.len()];
        by_class[0] = native_mw;
        for block in &interval.blocks {
            let column = self.clearing.block_column(block.site, block.column).0 as usize;
            by_class[usize::from(block.class)] += interval.solution.column_mw[column].min(block.ceiling_mw);
        }
    }

    /// Bills the month that ends now. `postings` are those of the month; those of bills are added. `served_mwh` is by class.
    pub(super) fn bill_month(
        &mut self,
        postings: &mut Vec<Posting>,
        served_mwh: &[f64],
        sink: &mut dyn RowSink,
    ) -> Result<(), RunError> {
        self.note_upgrades(postings);
        let setup = Arc::clone(&self.setup);
        let month = setup.months[self.month];
        let energy_mwh: [f64; CLASSES.len()] = std::array::from_fn(|class| served_mwh[class]);
        let peak_mw = self.close_peak(month.month);
        let by_class = std::mem::take(&mut self.billing.peak_by_class_mw);
        self.billing.peaks.push_back((peak_mw, by_class));
        if self.billing.peaks.len() > 12 {
            self.billing.peaks.pop_front();
        }
        let by_rule = self.charge_sites(month, peak_mw);
        let hours = month.end.since(month.begin).as_hours();
        let capacity = self.capacity_of_month(month, hours);
        if !setup.writes_bills() {
            return Ok(());
        }
        self.take_investments(postings);
        let coincident_mw = self.billing.coincident_mw(setup.scenario.bills.peaks as usize);
        let mut sites = [0.0; CLASSES.len()];
        for site in self.sites.iter().filter(|site| site.energized_mw > 0.0) {
            sites[usize::from(site.asset.class().0)] += 1.0;
        }
        let measures = self.billing.measures(&coincident_mw, &energy_mwh, &sites);
        let bills = self.share_costs(postings, hours, &capacity, &measures, &by_rule)?;
        postings.extend(self.ledger.close_month(self.calendar.now())?);
        self.ledger.check()?;
        self.write_bills(month, &bills, &measures, sink)
    }

    /// What upgrades that were ordered this month cost those who asked for them, and everybody.
    fn note_upgrades(&mut self, postings: &[Posting]) {
        for posting in postings {
            match self.ledger.kind_name(posting.kind) {
                CONTRIBUTION => self.probes.system.upgrade_cost_usd += posting.amount.as_usd(),
                REMAINDER => self.metrics.upgrade_rest_usd += posting.amount.as_usd(),
                _ => {}
            }
        }
    }

    /// Closes the month of every site and finds what rules charge it.
    fn charge_sites(&mut self, month: Month, system_peak_mw: f64) -> ByRule {
        let setup = Arc::clone(&self.setup);
        let gone_months = setup.scenario.bills.gone_months;
        let mut out = ByRule::default();
        for site in 0..self.sites.len() {
            let asked = self.asked_of(site);
            let book = &mut self.operate.books[site];
            let (closed, left) = book.close_month(month.month, gone_months);
            let view = MonthView {
                begin: month.begin,
                months_energized: months_since(&setup, book.energized, self.month),
                contract_mw: asked.mw,
                energy_mwh: closed.energy_mwh,
                energy_usd: closed.energy_usd,
                peak_mw: closed.peak_mw,
                coincident_mw: closed.coincident_mw,
                system_peak_mw,
                last_year_coincident_mw: book.last_year_coincident_mw,
                month: month.month,
                co2_t: closed.co2_t,
                left_mw: if left { asked.mw } else { 0.0 },
            };
            let (gone, energized) = (book.gone, book.energized.is_some());
            let draws = self.sites[site].energized_mw > 0.0;
            if left {
                self.strand(site);
            }
            // Who has gone has paid its exit fee and owes nothing more.
            if !energized || (gone && !left) {
                continue;
            }
            let class = usize::from(asked.class.0);
            let (mut wires, mut generation) = (false, false);
            for (_, charge) in charges(&setup.policies, &asked, &view) {
                wires |= charge.payee == Payee::Transmission;
                generation |= charge.payee == Payee::Utility;
                out.lines.push((payer_of(class), charge));
            }
            let apart = &mut out.apart[class];
            if wires {
                apart.wires.coincident_mw += closed.coincident_mw;
                apart.wires.energy_mwh += closed.energy_mwh;
                apart.wires.customers += f64::from(u8::from(draws));
            }
            if generation {
                apart.generation_mw += closed.coincident_mw;
            }
        }
        out
    }

    /// What was invested for a load that left, and is not depreciated.
    fn strand(&mut self, site: usize) {
        let Some(request) = self.site_of_request.iter().position(|of| *of == Some(site)) else { return };
        let request = RequestId(request as u32);
        let month = self.month as u32 + 1;
        let mut stranded = 0;
        for (_, upgrade) in self.queue.upgrades().filter(|(_, upgrade)| upgrade.payer == request) {
            let (UpgradeState::Committed { ready: at } | UpgradeState::Done { at }) = upgrade.state else {
                continue;
            };
            let rest = Cents(upgrade.cost.0 - upgrade.charge.0);
            let ordered = SimTime(at.0.saturating_sub(upgrade.lead.0));
            stranded += self.billing.rate_base.left_of(rest, self.setup.month_at(ordered) as u32, month).0;
        }
        self.billing.year.stranded += stranded;
        self.metrics.stranded_usd += Cents(stranded).as_usd();
    }

    /// Takes what was invested this month into the rate base; it is paid for from this month on.
    fn take_investments(&mut self, postings: &[Posting]) {
        for posting in postings {
            if posting.credit == self.billing.parties.rate_base {
                self.billing.rate_base.add(self.month as u32, posting.amount);
                self.billing.year.invested += posting.amount.0;
            } else if self.ledger.kind_name(posting.kind) == CONTRIBUTION {
                self.billing.year.contributed += posting.amount.0;
            }
        }
    }

    /// Shares all costs of the month and posts who pays whom.
    fn share_costs(
        &mut self,
        postings: &[Posting],
        hours: f64,
        capacity: &[Cents; Fuel::ALL.len()],
        measures: &[Measure; PAYERS],
        by_rule: &ByRule,
    ) -> Result<Bills, RunError> {
        let mut bills = Bills::new(PAYERS);
        let by_energy = self.billing.weights(|of| of.energy_weight);
        let native = paid(postings, self.accounts.load[0]);
        for (payer, part) in bills.add_shared(Component::Energy, native, &by_energy).iter().enumerate() {
            self.pay(payer, self.accounts.load[0], "energy", *part)?;
        }
        for class in 1..CLASSES.len() {
            bills.add(payer_of(class), Component::Energy, paid(postings, self.accounts.load[class]));
        }
        self.bill_rules(&mut bills, measures, by_rule)?;
        self.bill_capacity(&mut bills, capacity, measures, by_rule)?;
        self.bill_network(&mut bills, hours, measures, by_rule)?;
        let rates = self.billing.distribution_usd_per_mwh;
        for (payer, (rate, of)) in rates.iter().zip(measures).enumerate() {
            let amount = Cents::from_usd(rate * of.energy_mwh)?;
            bills.add(payer, Component::Distribution, amount);
            self.pay(payer, self.billing.parties.distribution, "distribution", amount)?;
        }
        Ok(bills)
    }

    /// Charges by rule: tariffs, taxes, and surcharges that other customers receive by energy.
    fn bill_rules(
        &mut self,
        bills: &mut Bills,
        measures: &[Measure; PAYERS],
        by_rule: &ByRule,
    ) -> Result<(), RunError> {
        let mut credits = Cents::ZERO;
        for &(payer, Charge { kind, usd, payee }) in &by_rule.lines {
            let amount = Cents::from_usd(usd)?;
            let parties = &self.billing.parties;
            let (component, to) = match payee {
                Payee::Transmission | Payee::Utility => (Component::Tariff, parties.utility),
                Payee::Government => (Component::Tax, parties.purse),
                Payee::Generators => (Component::Tax, parties.certificates),
                Payee::Customers => {
                    credits.0 += amount.0;
                    (Component::Tax, parties.utility)
                }
            };
            if payee == Payee::Transmission {
                self.billing.year.tariff += amount.0;
                self.billing.year.large_paid += amount.0;
            }
            bills.add(payer, component, amount);
            self.pay(payer, to, kind, amount)?;
        }
        let by_energy: Vec<f64> = measures[..CUSTOMERS].iter().map(|of| of.energy_mwh).collect();
        let parts = bills.add_shared(Component::Credit, Cents(-credits.0), &by_energy);
        for (payer, part) in parts.iter().enumerate() {
            self.pay(payer, self.billing.parties.utility, "surcharge_returned", *part)?;
        }
        Ok(())
    }

    /// What tariffs for one thing bring in.
    fn tariffs(by_rule: &ByRule, payee: Payee) -> Result<i64, RunError> {
        let mut sum = 0;
        for (_, charge) in by_rule.lines.iter().filter(|(_, charge)| charge.payee == payee) {
            sum += Cents::from_usd(charge.usd)?.0;
        }
        Ok(sum)
    }

    fn bill_capacity(
        &mut self,
        bills: &mut Bills,
        capacity: &[Cents; Fuel::ALL.len()],
        measures: &[Measure; PAYERS],
        by_rule: &ByRule,
    ) -> Result<(), RunError> {
        let cost: i64 = capacity.iter().map(|cents| cents.0).sum();
        let weight = |payer: usize| {
            let apart = payer.checked_sub(CUSTOMERS).map_or(0.0, |n| by_rule.apart[n + 1].generation_mw);
            (measures[payer].coincident_mw - apart).max(0.0)
        };
        let weights: Vec<f64> = (0..PAYERS).map(weight).collect();
        let net = Cents(cost - World::tariffs(by_rule, Payee::Utility)?);
        let utility = self.billing.parties.utility;
        for (payer, part) in bills.add_shared(Component::Capacity, net, &weights).iter().enumerate() {
            self.pay(payer, utility, "capacity", *part)?;
        }
        for (fuel, &amount) in capacity.iter().enumerate() {
            self.hand_on(utility, self.accounts.plants[fuel], "capacity", amount)?;
        }
        Ok(())
    }

    fn bill_network(
        &mut self,
        bills: &mut Bills,
        hours: f64,
        measures: &[Measure; PAYERS],
        by_rule: &ByRule,
    ) -> Result<(), RunError> {
        let owed = self.billing.rate_base.requirement(self.month as u32);
        let returned = Cents::from_usd(owed.return_usd)?;
        let operation = Cents::from_usd(owed.operation_usd)?;
        let start = Cents::from_usd(self.billing.start_network_usd_per_h * hours)?;
        let cost = owed.depreciation.0 + returned.0 + operation.0 + start.0;
        let by = self.setup.scenario.bills.network_by.allocation();
        let weight = |payer: usize| {
            let mut of = measures[payer];
            if let Some(n) = payer.checked_sub(CUSTOMERS) {
                let apart = by_rule.apart[n + 1].wires;
                of.coincident_mw = (of.coincident_mw - apart.coincident_mw).max(0.0);
                of.energy_mwh = (of.energy_mwh - apart.energy_mwh).max(0.0);
                of.customers = (of.customers - apart.customers).max(0.0);
            }
            by.weight(&of)
        };
        let weights: Vec<f64> = (0..PAYERS).map(weight).collect();
        let net = Cents(cost - World::tariffs(by_rule, Payee::Transmission)?);
        let parties = self.billing.parties.clone();
        for (payer, part) in bills.add_shared(Component::Network, net, &weights).iter().enumerate() {
            self.pay(payer, parties.utility, "network", *part)?;
            let year = &mut self.billing.year;
            *(if payer < CUSTOMERS { &mut year.native_paid } else { &mut year.large_paid }) += part.0;
        }
        self.hand_on(parties.utility, parties.rate_base, "depreciation", owed.depreciation)?;
        self.hand_on(parties.utility, parties.investors, "return_on_capital", returned)?;
        self.hand_on(parties.utility, parties.owner, "network_operation", operation)?;
        self.hand_on(parties.utility, parties.start_network, "start_network", start)?;
        let year = &mut self.billing.year;
        year.depreciation += owed.depreciation.0;
        year.returned += returned.0;
        year.operation += operation.0;
        year.start_network += start.0;
        Ok(())
    }

    /// A payer pays; a negative amount is paid back.
    fn pay(&mut self, payer: usize, to: AccountId, kind: &str, amount: Cents) -> Result<(), RunError> {
        self.hand_on(self.billing.parties.payers[payer], to, kind, amount)
    }

    fn hand_on(&mut self, from: AccountId, to: AccountId, kind: &str, amount: Cents) -> Result<(), RunError> {
        let kind = self.ledger.kind(kind);
        Ok(transfer(&mut self.ledger, self.calendar.now(), from, to, kind, amount)?)
    }

    fn write_bills(
        &mut self,
        month: Month,
        bills: &Bills,
        measures: &[Measure; PAYERS],
        sink: &mut dyn RowSink,
    ) -> Result<(), RunError> {
        let at = self.setup.unix_ms(month.begin);
        for (payer, measure) in measures.iter().enumerate() {
            let total_usd = bills.total(payer).as_usd();
            let mwh = measure.energy_mwh;
            if mwh <= 0.0 && bills.total(payer) == Cents::ZERO {
                continue;
            }
            let customers = self.billing.customers.get(payer);
            let name = customers.map_or_else(|| CLASSES[payer + 1 - CUSTOMERS], |of| of.name);
            let kwh = customers.map(|of| of.kwh_per_month);
            let usd_per_mwh = if mwh > 0.0 { total_usd / mwh } else { f64::NAN };
            let all = &mut self.metrics.bills;
            let place = all.iter().position(|paid| paid.payer == name).unwrap_or(all.len());
            if place == all.len() {
                all.push(Paid { payer: name, usd: 0.0, mwh: 0.0, kwh_per_month: kwh });
            }
            let paid = &mut all[place];
            paid.usd += total_usd;
            paid.mwh += mwh;
            let of = |component: Component| Cell::Float(bills.of(payer, component).as_usd());
            let row = [
                Cell::Integer(at),
                Cell::Text(name),
                Cell::Float(mwh),
                Cell::Float(measure.coincident_mw),
                of(Component::Energy),
                of(Component::Capacity),
                of(Component::Network),
                of(Component::Distribution),
                of(Component::Tariff),
                of(Component::Tax),
                of(Component::Credit),
                Cell::Float(total_usd),
                Cell::Float(usd_per_mwh / 10.0),
                Cell::Float(kwh.map_or(f64::NAN, |kwh| usd_per_mwh * kwh / 1_000.0)),
            ];
            self.probes.table(&probe::bills::TABLE).push(sink, &row)?;
        }
        Ok(())
    }

    /// Writes the network's year.
    pub(super) fn write_rate_base(
        &mut self,
        begin: i64,
        year: i16,
        sink: &mut dyn RowSink,
    ) -> Result<(), RunError> {
        let of = std::mem::take(&mut self.billing.year);
        if !self.setup.writes_bills() {
            return Ok(());
        }
        let base = &self.billing.rate_base;
        let (gross, net) = (base.gross(), base.net(self.month as u32));
        let usd = |cents: i64| Cell::Float(Cents(cents).as_usd());
        let row = [
            Cell::Integer(begin),
            Cell::Integer(i64::from(year)),
            usd(of.invested),
            usd(of.contributed),
            usd(gross.0),
            usd(net.0),
            usd(of.depreciation),
            usd(of.returned),
            usd(of.operation),
            usd(of.start_network),
            usd(of.tariff),
            usd(of.native_paid),
            usd(of.large_paid),
            usd(of.stranded),
        ];
        self.probes.table(&probe::rate_base::TABLE).push(sink, &row)?;
        Ok(())
    }

    /// Parts of an amount by the accredited capacity of fuels.
    pub(super) fn by_fuel(total: Cents, mw: &[f64; Fuel::ALL.len()]) -> [Cents; Fuel::ALL.len()] {
        let parts = share(total, mw);
        std::array::from_fn(|fuel| parts[fuel])
    }
}
