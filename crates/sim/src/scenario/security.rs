//! `[dispatch.security_list]`: which losses of branches the market holds room for.

use gridrush_core::market::SecurityRules;

use super::declare::section;

section! {
    /// The list of monitored and lost branches when `security = "list"`. It is made at the start and once a
    /// year from the stressed states of the coming year.
    SecurityList {
        /// Most pairs.
        pairs_max: u32 = 200, "pairs", "assumed; operators watch some hundred", 1.0..=10000.0;
        /// Most pairs with the same monitored branch.
        pairs_per_branch_max: u32 = 3, "pairs", "assumed", 1.0..=1000.0;
        /// Least flow after the loss that puts a pair on the list, as a share of the emergency rating.
        loading_min: f64 = 0.9, "share", "assumed", 0.0..=2.0;
        /// Least share of the lost flow that the monitored branch takes over.
        lodf_min: f64 = 0.05, "share", "assumed", 0.0..=1.0;
        /// Least voltage of branches whose loss is provided for.
        lost_minimum_kv: f64 = 100.0, "kV", "[M] 100 kV bounds the bulk electric system", 0.0..=2000.0;
        /// Emergency over continuous rating of branches for which the region gives no emergency rating.
        emergency_ratio: f64 = 1.15, "1", "assumed", 1.0..=3.0;
        /// Whether the grid of the start is taken as planned for the loss of any branch: emergency ratings are
        /// at least what branches carry after a loss in the stressed states of the first year.
        secure_at_start: bool = true, "", "assumed; synthetic networks are not built for it, real ones must be";
        /// Room above that, as a share of it.
        start_margin_share: f64 = 0.1, "share", "assumed: states are means of ten hours, single hours are worse", 0.0..=10.0;
        /// Redispatch that this planning relied on: overload beyond this price was built for.
        start_redispatch_usd_per_mwh: f64 = 20.0, "$/MWh", "assumed", 0.0..=100000.0;
    }
}

impl SecurityList {
    /// The rules of the screening.
    pub fn rules(&self) -> SecurityRules {
        SecurityRules {
            loading_min: self.loading_min,
            lodf_min: self.lodf_min,
            pairs_per_branch_max: self.pairs_per_branch_max as usize,
            pairs_max: self.pairs_max as usize,
        }
    }
}
