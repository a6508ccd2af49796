//! Closing numbers of a replication: what comparisons compare.
//!
//! What is nothing is reported as zero and never left out: pairs of replications would be lost where a rule brings
//! something to nothing. Only what has no value is absent: the price paid by nobody, energy where the queue runs alone.

mod waiting;

use std::collections::BTreeMap;

use gridrush_core::interconnection::{Queue, Stage};
use gridrush_core::kernel::SimSpan;
use gridrush_workload::CLASSES;

use waiting::TimeToPower;
pub(crate) use waiting::Wait;

use crate::probe::Cause;
use crate::scenario;
use crate::site::Site;

/// One closing number.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// Its name, with the unit last.
    pub name: String,
    /// Its unit.
    pub unit: &'static str,
    /// Its value.
    pub value: f64,
}

/// Every name that a closing number can have; a run has those that its region, dates and rules give a value.
pub fn names() -> Vec<String> {
    let (native, large) = CLASSES.split_at(1);
    let payers = scenario::CUSTOMERS.iter().chain(large);
    let plain = [
        "price_usd_per_mwh",
        "firm_shed_gwh",
        "delivered_training_flop_e24",
        "modelled_hashrate_mean_ehs",
        "transmission_cost_musd",
        "upgrade_cost_musd",
        "upgrades_in_rate_base_musd",
        "stranded_musd",
    ];
    let of_class = ["served_twh", "price_paid_usd_per_mwh", "curtailed_percent"];
    let of_large = [
        "energized_gw",
        "connected_gw",
        "energized_requests",
        "energized_share_percent",
        "wait_of_energized_days",
        "projects",
        "time_to_power_days",
        "powered_share_percent",
    ];
    let with = |classes: &[&str], ends: &[&str]| -> Vec<String> {
        classes.iter().flat_map(|class| ends.iter().map(move |end| format!("{class}_{end}"))).collect()
    };
    let mut out: Vec<String> = plain.iter().map(|name| (*name).to_owned()).collect();
    out.extend(with(native, &of_class));
    out.extend(with(large, &[of_class.as_slice(), &of_large].concat()));
    out.extend(Cause::ALL.iter().map(|cause| format!("curtailed_by_{}_gwh", cause.name())));
    out.extend(payers.map(|payer| format!("{payer}_cents_per_kwh")));
    out.extend(scenario::CUSTOMERS.iter().map(|payer| format!("{payer}_bill_usd_per_month")));
    out.sort();
    out
}

/// Energy and money of one class over the run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ClassTotals {
    pub requested_mwh: f64,
    pub served_mwh: f64,
    pub paid_usd: f64,
}

/// What a payer paid in all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paid {
    /// Its name.
    pub payer: &'static str,
    /// All components.
    pub usd: f64,
    /// Energy.
    pub mwh: f64,
    /// Monthly use of a customer; none for large loads.
    pub kwh_per_month: Option<f64>,
}

/// What a run adds up.
#[derive(Clone, Debug, Default)]
pub(crate) struct RunTotals {
    /// By class.
    pub classes: [ClassTotals; CLASSES.len()],
    /// Energy of large loads that was not served, by cause.
    pub curtailed_mwh: BTreeMap<Cause, f64>,
    /// Firm energy not served.
    pub firm_shed_mwh: f64,
    /// Useful training compute.
    pub delivered_flop: f64,
    /// Background reinforcements.
    pub transmission_cost_usd: f64,
    /// Upgrades ordered at the expense of applicants.
    pub upgrade_cost_usd: f64,
    /// What the rate base paid of them.
    pub upgrade_rest_usd: f64,
    /// What payers paid, and for how much energy.
    pub bills: Vec<Paid>,
    /// Investments whose cause has left, not depreciated.
    pub stranded_usd: f64,
    /// Mean of the hashrate of modelled mines: sum and days.
    pub modelled_ehs_days: (f64, u32),
}

impl RunTotals {
    /// The numbers, in a fixed order; those without a value are left out. `projects` are those that are meant to be
    /// built, by class, and `run` is the length of the run.
    pub(crate) fn closing(
        &self,
        queue: &Queue,
        sites: &[Site],
        projects: &[Vec<Wait>],
        run: SimSpan,
    ) -> Vec<Metric> {
        let mut out = Vec::new();
        let mut add = |name: String, unit: &'static str, value: f64| {
            if value.is_finite() {
                out.push(Metric { name, unit, value });
            }
        };
        let (paid, served) =
            self.classes.iter().fold((0.0, 0.0), |(p, s), c| (p + c.paid_usd, s + c.served_mwh));
        add("price_usd_per_mwh".to_owned(), "$/MWh", paid / served);
        let dispatched = served > 0.0;
        for (class, totals) in CLASSES.iter().zip(&self.classes) {
            if dispatched {
                add(format!("{class}_served_twh"), "TWh", totals.served_mwh / 1e6);
            }
            if totals.requested_mwh > 0.0 {
                add(format!("{class}_price_paid_usd_per_mwh"), "$/MWh", totals.paid_usd / totals.served_mwh);
                let share = 100.0 * (1.0 - totals.served_mwh / totals.requested_mwh);
                add(format!("{class}_curtailed_percent"), "%", share);
            }
        }
        for cause in Cause::ALL.iter().filter(|_| dispatched) {
            let mwh = self.curtailed_mwh.get(cause).copied().unwrap_or(0.0);
            add(format!("curtailed_by_{}_gwh", cause.name()), "GWh", mwh / 1e3);
        }
        if dispatched {
            add("firm_shed_gwh".to_owned(), "GWh", self.firm_shed_mwh / 1e3);
            add("delivered_training_flop_e24".to_owned(), "1e24 FLOP", self.delivered_flop / 1e24);
            let (ehs, days) = self.modelled_ehs_days;
            add("modelled_hashrate_mean_ehs".to_owned(), "EH/s", ehs / f64::from(days));
            add("transmission_cost_musd".to_owned(), "M$", self.transmission_cost_usd / 1e6);
        }
        add("upgrade_cost_musd".to_owned(), "M$", self.upgrade_cost_usd / 1e6);
        add("upgrades_in_rate_base_musd".to_owned(), "M$", self.upgrade_rest_usd / 1e6);
        for paid in self.bills.iter().filter(|paid| paid.mwh > 0.0) {
            let usd_per_mwh = paid.usd / paid.mwh;
            add(format!("{}_cents_per_kwh", paid.payer), "cents/kWh", usd_per_mwh / 10.0);
            if let Some(kwh) = paid.kwh_per_month {
                add(format!("{}_bill_usd_per_month", paid.payer), "$/month", usd_per_mwh * kwh / 1e3);
            }
        }
        if dispatched {
            add("stranded_musd".to_owned(), "M$", self.stranded_usd / 1e6);
        }
        for (class, name) in CLASSES.iter().enumerate().skip(1) {
            let (mut filed, mut connected_mw, mut waits) = (0, 0.0, Vec::new());
            for (_, request) in queue.requests() {
                if usize::from(request.application().class.0) == class {
                    filed += 1;
                    connected_mw += request.energized_mw();
                    let energized = request.entered(Stage::Energized);
                    waits.extend(energized.map(|at| at.since(request.filed()).as_days()));
                }
            }
            let of_class: Vec<&Site> =
                sites.iter().filter(|site| usize::from(site.asset.class().0) == class).collect();
            if filed > 0 || !of_class.is_empty() {
                // An empty sum is -0.0.
                let standing_mw = 0.0 + of_class.iter().map(|site| site.energized_mw).sum::<f64>();
                // Sites are opened for the market only.
                let mw = if dispatched { standing_mw } else { standing_mw + connected_mw };
                add(format!("{name}_energized_gw"), "GW", mw / 1e3);
            }
            if filed > 0 {
                // Who still waits, or gave up, has no wait: the share says how many stand behind the mean.
                let energized = waits.len() as f64;
                let mean_days = waits.iter().sum::<f64>() / energized;
                add(format!("{name}_connected_gw"), "GW", connected_mw / 1e3);
                add(format!("{name}_energized_requests"), "requests", energized);
                add(format!("{name}_energized_share_percent"), "%", 100.0 * energized / f64::from(filed));
                add(format!("{name}_wait_of_energized_days"), "d", mean_days);
            }
            if let Some(power) = TimeToPower::of(projects[class].clone(), run) {
                add(format!("{name}_projects"), "projects", projects[class].len() as f64);
                add(format!("{name}_time_to_power_days"), "d", power.mean_days);
                add(format!("{name}_powered_share_percent"), "%", 100.0 * power.powered_share);
            }
        }
        out
    }
}
