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
}
