//! Closing numbers of a replication: what comparisons compare.

use std::collections::BTreeMap;

use gridrush_core::interconnection::{Queue, Stage};
use gridrush_workload::CLASSES;

use crate::probe::Cause;
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
    /// Upgrades agreed with large loads.
    pub upgrade_cost_usd: f64,
    /// What payers paid, and for how much energy.
    pub bills: Vec<Paid>,
    /// Investments whose cause has left, not depreciated.
    pub stranded_usd: f64,
    /// Mean of the hashrate of modelled mines: sum and days.
    pub modelled_ehs_days: (f64, u32),
}

impl RunTotals {
    /// The numbers, in a fixed order; those without a value are left out.
    pub(crate) fn closing(&self, queue: &Queue, sites: &[Site], hourly: bool) -> Vec<Metric> {
        let mut out = Vec::new();
        let mut add = |name: String, unit: &'static str, value: f64| {
            if value.is_finite() {
                out.push(Metric { name, unit, value });
            }
        };
        let (paid, served) =
            self.classes.iter().fold((0.0, 0.0), |(p, s), c| (p + c.paid_usd, s + c.served_mwh));
        add("price_usd_per_mwh".to_owned(), "$/MWh", paid / served);
        for (class, totals) in CLASSES.iter().zip(&self.classes) {
            if totals.requested_mwh > 0.0 {
                add(format!("{class}_served_twh"), "TWh", totals.served_mwh / 1e6);
                add(format!("{class}_price_paid_usd_per_mwh"), "$/MWh", totals.paid_usd / totals.served_mwh);
                let share = 100.0 * (1.0 - totals.served_mwh / totals.requested_mwh);
                add(format!("{class}_curtailed_percent"), "%", share);
            }
        }
        for (cause, mwh) in &self.curtailed_mwh {
            add(format!("curtailed_by_{}_gwh", cause.name()), "GWh", mwh / 1e3);
        }
        add("firm_shed_gwh".to_owned(), "GWh", self.firm_shed_mwh / 1e3);
        add("delivered_training_flop_e24".to_owned(), "1e24 FLOP", self.delivered_flop / 1e24);
        let (ehs, days) = self.modelled_ehs_days;
        add("modelled_hashrate_mean_ehs".to_owned(), "EH/s", ehs / f64::from(days));
        add("transmission_cost_musd".to_owned(), "M$", self.transmission_cost_usd / 1e6);
        add("upgrade_cost_musd".to_owned(), "M$", self.upgrade_cost_usd / 1e6);
        for paid in self.bills.iter().filter(|paid| paid.mwh > 0.0) {
            let usd_per_mwh = paid.usd / paid.mwh;
            add(format!("{}_cents_per_kwh", paid.payer), "cents/kWh", usd_per_mwh / 10.0);
            if let Some(kwh) = paid.kwh_per_month {
                add(format!("{}_bill_usd_per_month", paid.payer), "$/month", usd_per_mwh * kwh / 1e3);
            }
        }
        if self.stranded_usd > 0.0 {
            add("stranded_musd".to_owned(), "M$", self.stranded_usd / 1e6);
        }
        for (class, name) in CLASSES.iter().enumerate().skip(1) {
            let mine = |site: &&Site| usize::from(site.asset.class().0) == class;
            let of_sites = sites.iter().filter(mine).map(|site| site.energized_mw);
            // Where no hour is dispatched, requests that get power open no site.
            let of_requests = (queue.requests().filter(|_| !hourly))
                .filter(|(_, request)| usize::from(request.application().class.0) == class)
                .map(|(_, request)| request.energized_mw())
                .filter(|mw| *mw > 0.0);
            let energized: Vec<f64> = of_sites.chain(of_requests).collect();
            if !energized.is_empty() {
                add(format!("{name}_energized_gw"), "GW", energized.iter().sum::<f64>() / 1e3);
            }
            let waits: Vec<f64> = (queue.requests())
                .filter(|(_, request)| usize::from(request.application().class.0) == class)
                .filter_map(|(_, r)| Some(r.entered(Stage::Energized)?.since(r.filed()).as_days()))
                .collect();
            let filed =
                queue.requests().filter(|(_, r)| usize::from(r.application().class.0) == class).count();
            if filed > 0 {
                // Who still waits, or gave up, has no wait: the share says how many stand behind the mean.
                let energized = waits.len() as f64;
                let mean_days = waits.iter().sum::<f64>() / energized;
                add(format!("{name}_energized_requests"), "requests", energized);
                add(format!("{name}_energized_share_percent"), "%", 100.0 * energized / filed as f64);
                add(format!("{name}_wait_of_energized_days"), "d", mean_days);
            }
        }
        out
    }
}
