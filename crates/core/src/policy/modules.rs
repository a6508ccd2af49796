//! The kinds of rules, one file each.

mod backup_or_curtail;
mod ban;
mod carbon_price;
mod coincident_peak;
mod emergency_order;
mod excise;
mod exit_fee;
mod full_ban;
mod interruptible_hours;
mod minimum_bill;
mod onsite_generation;
mod renewable_obligation;
mod seasonal_ban;
mod surcharge;
mod surplus_auction;
mod terms;

use super::Module;

/// All kinds of rules.
pub const MODULES: &[&Module] = &[
    &backup_or_curtail::MODULE,
    &ban::MODULE,
    &carbon_price::MODULE,
    &coincident_peak::MODULE,
    &emergency_order::MODULE,
    &excise::MODULE,
    &exit_fee::MODULE,
    &full_ban::MODULE,
    &interruptible_hours::MODULE,
    &minimum_bill::MODULE,
    &onsite_generation::MODULE,
    &renewable_obligation::MODULE,
    &seasonal_ban::MODULE,
    &surcharge::MODULE,
    &surplus_auction::MODULE,
];
