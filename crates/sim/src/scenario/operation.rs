//! `[operation]`: emergencies, and what stands on sites besides their machines.

use super::declare::section;

section! {
    /// Emergencies, backup, and how owners see peaks coming. Only rules of policy make use of it.
    Operation {
        /// Reserve held, as a share of what the curve asks for, below which an hour is an emergency. ERCOT declares one below
        /// 2,500 MW of about 6,500.
        emergency_reserve_percent: f64 = 40.0, "%", "[M]", 0.0..=100.0;
        /// Backup of AI campuses as a share of their contract.
        campus_backup_share: f64 = 1.0, "share", "assumed", 0.0..=2.0;
        /// Backup of mines as a share of their contract.
        mine_backup_share: f64 = 0.0, "share", "mines have none [M]", 0.0..=2.0;
        /// Cost of generation that a rule makes a site bring along; turbines went from 785 (2022) to 2,400.
        onsite_usd_per_kw: f64 = 1500.0, "$/kW", "[S] within", 0.0..=100000.0;
        /// Error of a forecast of the month's highest load, one standard deviation.
        peak_error_percent: f64 = 3.0, "%", "assumed", 0.1..=50.0;
        /// Hours of a month that look alike as its peak before it is over.
        peak_candidates: f64 = 4.0, "h", "assumed", 1.0..=744.0;
    }
}
