//! Merchant entry and exit: capacity follows what it would have earned.
//!
//! A technology enters a zone when a megawatt there would have earned more over the trailing window
//! than its annualised cost, in proportion to the excess and up to a yearly cap for the whole region;
//! plants leave in the opposite case. Nobody has foresight, so lead times make the cycle that real
//! markets show.

/// What a megawatt of a technology in a zone would have earned over the trailing window.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NetRevenue {
    /// Margin over short-run cost, energy and reserve, per kilowatt and year.
    pub usd_per_kw_year: f64,
}

/// The terms on which a technology enters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EntryTerms {
    /// Capital recovery and fixed operation and maintenance.
    pub annualised_cost_usd_per_kw_year: f64,
    /// Most that can be started in a year in the whole region.
    pub yearly_cap_mw: f64,
    /// The excess of revenue over cost, as a share of cost, at which the whole cap is used.
    pub full_response_share: f64,
}

/// Megawatts started this year in each zone, given what each zone would have paid.
///
/// The best zone decides how much of the cap is used; zones share it in proportion to their excess.
/// A zone below cost gets nothing. O(zones).
pub fn entry_by_zone(terms: &EntryTerms, revenue: &[NetRevenue]) -> Vec<f64> {
    let cost = terms.annualised_cost_usd_per_kw_year;
    let excess: Vec<f64> = revenue.iter().map(|r| (r.usd_per_kw_year - cost).max(0.0)).collect();
    let total: f64 = excess.iter().sum();
    let best = excess.iter().copied().fold(0.0, f64::max);
    if total <= 0.0 || cost <= 0.0 {
        return vec![0.0; revenue.len()];
    }
    let used = (best / (cost * terms.full_response_share.max(1e-9))).min(1.0);
    excess.iter().map(|e| terms.yearly_cap_mw * used * e / total).collect()
}

/// Megawatts of `capacity_mw` that close when a year's margin stays below the cost of staying open.
/// At most `yearly_share` of the capacity leaves in one year, in proportion to the shortfall.
pub fn retirement_mw(
    capacity_mw: f64,
    revenue: NetRevenue,
    going_forward_cost_usd_per_kw_year: f64,
    yearly_share: f64,
) -> f64 {
    if going_forward_cost_usd_per_kw_year <= 0.0 {
        return 0.0;
    }
    let shortfall = 1.0 - revenue.usd_per_kw_year / going_forward_cost_usd_per_kw_year;
    capacity_mw * yearly_share * shortfall.clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMS: EntryTerms = EntryTerms {
        annualised_cost_usd_per_kw_year: 100.0,
        yearly_cap_mw: 3000.0,
        full_response_share: 0.25,
    };

    fn revenue(values: &[f64]) -> Vec<NetRevenue> {
        values.iter().map(|&usd_per_kw_year| NetRevenue { usd_per_kw_year }).collect()
    }

    #[test]
    fn nobody_enters_below_cost() {
        assert_eq!(entry_by_zone(&TERMS, &revenue(&[99.0, 100.0, 20.0])), vec![0.0; 3]);
    }

    #[test]
    fn the_cap_is_shared_by_excess() {
        let built = entry_by_zone(&TERMS, &revenue(&[130.0, 110.0, 90.0]));
        assert!((built[0] - 2250.0).abs() < 1e-9 && (built[1] - 750.0).abs() < 1e-9 && built[2] == 0.0);
        let half = entry_by_zone(&TERMS, &revenue(&[112.5, 0.0, 0.0]));
        assert!((half[0] - 1500.0).abs() < 1e-9);
    }

    #[test]
    fn plants_leave_in_proportion_to_the_shortfall() {
        let at = |r| retirement_mw(1000.0, NetRevenue { usd_per_kw_year: r }, 40.0, 0.1);
        assert_eq!(at(40.0), 0.0);
        assert!((at(20.0) - 50.0).abs() < 1e-9);
        assert!((at(-100.0) - 100.0).abs() < 1e-9);
    }
}
