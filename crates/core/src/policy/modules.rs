//! The kinds of rules, one file each.

mod anti_splitting;
mod backup_or_curtail;
mod ban_new;
mod batch_study;
mod capacity_block;
mod carbon_price;
mod cluster;
mod coincident_peak;
mod conditional_service;
mod connect_and_manage;
mod contract_demand;
mod cost_shares;
mod duplicate_limit;
mod efficiency_limit;
mod emergency_order;
mod excise;
mod exit_fee;
mod expedited_lane;
mod fixed_clock_lane;
mod full_ban;
mod interruptible_hours;
mod large_load_study;
mod licence_cap;
mod minimum_bill;
mod miso_phases;
mod moratorium;
mod mw_cap;
mod non_firm;
mod onsite_ban;
mod onsite_generation;
mod pjm_cycle;
mod readiness_gate;
mod renewable_obligation;
mod seasonal_ban;
mod security;
mod serial_fcfs;
mod site_control;
mod size_limit;
mod study_clock;
mod study_fee;
mod surcharge;
mod surplus_auction;
mod terms;
mod zonal_cap;

use super::Module;

/// All kinds of rules, in order of the name.
pub const MODULES: &[&Module] = &[
    &anti_splitting::MODULE,
    &backup_or_curtail::MODULE,
    &ban_new::MODULE,
    &batch_study::MODULE,
    &capacity_block::MODULE,
    &carbon_price::MODULE,
    &cluster::MODULE,
    &coincident_peak::MODULE,
    &conditional_service::MODULE,
    &connect_and_manage::MODULE,
    &contract_demand::MODULE,
    &cost_shares::MODULE,
    &duplicate_limit::MODULE,
    &efficiency_limit::MODULE,
    &emergency_order::MODULE,
    &excise::MODULE,
    &exit_fee::MODULE,
    &expedited_lane::MODULE,
    &fixed_clock_lane::MODULE,
    &full_ban::MODULE,
    &interruptible_hours::MODULE,
    &large_load_study::MODULE,
    &licence_cap::MODULE,
    &minimum_bill::MODULE,
    &miso_phases::MODULE,
    &moratorium::MODULE,
    &mw_cap::MODULE,
    &non_firm::MODULE,
    &onsite_ban::MODULE,
    &onsite_generation::MODULE,
    &pjm_cycle::MODULE,
    &readiness_gate::MODULE,
    &renewable_obligation::MODULE,
    &seasonal_ban::MODULE,
    &security::MODULE,
    &serial_fcfs::MODULE,
    &site_control::MODULE,
    &size_limit::MODULE,
    &study_clock::MODULE,
    &study_fee::MODULE,
    &surcharge::MODULE,
    &surplus_auction::MODULE,
    &zonal_cap::MODULE,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::Fuel;
    use crate::interconnection::Track;
    use crate::kernel::SimTime;
    use crate::policy::parts::track;
    use crate::policy::testing::{Admitted, HOUR, MONTH, SITE, rule};
    use crate::policy::{HourView, MonthView, PLACES, ParamDecl, Rule};

    #[test]
    fn names_are_unique_and_in_order_and_defaults_are_in_range() {
        assert!(MODULES.windows(2).all(|pair| pair[0].name < pair[1].name));
        for module in MODULES {
            let mut names: Vec<&str> = module.params.iter().map(|param| param.name).collect();
            names.sort_unstable();
            assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "{}", module.name);
            for param in module.params {
                let fine = |x: f64| (param.min..=param.max).contains(&x);
                assert!(param.default.is_none_or(fine), "{}.{}", module.name, param.name);
            }
        }
    }

    /// Asks a rule everything; returns through how many hooks it has a say.
    fn ask(rule: &Rule) -> usize {
        let hooks = &rule.module.hooks;
        let mut asked = 0;
        let mut said = |said: bool| asked += usize::from(said);
        said(hooks.process.map(|process| process(rule)).is_some());
        let mut usual: Track = track(rule, Vec::new());
        said(hooks.amend.map(|amend| amend(rule, &mut usual)).is_some());
        let books = Admitted(vec![(SITE, SimTime::ZERO)]);
        said(hooks.admit.map(|admit| admit(rule, &SITE, SimTime::ZERO, &books)).is_some());
        said(hooks.transition.map(|transition| transition(rule, &SITE)).is_some());
        said(hooks.service.map(|service| service(rule, &SITE)).is_some());
        let hard = HourView { emergency: true, called: [1.0; PLACES], peak_share: 1.0, ..HOUR };
        for hour in [HOUR, hard] {
            said(hooks.operate.map(|operate| operate(rule, &SITE, &hour)).is_some());
        }
        said(hooks.fuel_adder.map(|adder| adder(rule, Fuel::Gas, 0.0531)).is_some());
        for month in [MONTH, MonthView { left_mw: SITE.mw, last_year_coincident_mw: [50.0; 12], ..MONTH }] {
            said(hooks.charge.map(|charge| charge(rule, &SITE, &month)).is_some());
        }
        said(hooks.peak_price.map(|price| price(rule, 7)).is_some());
        said(hooks.obligation.map(|obligation| obligation(rule, &SITE)).is_some());
        asked
    }

    /// In builds with assertions a rule that asks for a number which its kind does not declare stops here.
    #[test]
    fn every_hook_asks_for_declared_numbers_only() {
        let usual = |param: &ParamDecl| param.default.unwrap_or(1.0_f64.clamp(param.min, param.max));
        let values: [fn(&ParamDecl) -> f64; 3] = [usual, |param| param.min, |param| param.max];
        for module in MODULES {
            for value in values {
                let numbers: Vec<(&str, f64)> =
                    module.params.iter().map(|param| (param.name, value(param))).collect();
                assert!(ask(&rule(module, &numbers)) > 0, "{} has a say in nothing", module.name);
            }
        }
    }
}
