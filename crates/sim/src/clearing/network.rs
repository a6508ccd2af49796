//! The network as the market sees it: branches, and where the columns of a zone stand.

use gridrush_core::dispatch::FlowBranch;
use gridrush_core::grid::{BranchKind, Network, ZoneId};

use super::ClearingTerms;

/// Branches as dispatch sees them: `susceptance = base / (x tap)`, in MW per radian.
pub(super) fn flow_branches(network: &Network, terms: &ClearingTerms) -> Vec<FlowBranch> {
    let flow = |branch: &gridrush_core::grid::Branch| {
        let kv = network.bus(branch.from).base_kv.max(network.bus(branch.to).base_kv);
        FlowBranch {
            from: branch.from.0,
            to: branch.to.0,
            susceptance_mw_per_rad: network.base_mva / (branch.x_pu * branch.tap),
            shift_rad: branch.shift_deg.to_radians(),
            limit_mw: branch.rating_mw,
            ceiling_usd_per_mwh: terms.ceilings.at(kv),
            in_service: branch.in_service,
        }
    };
    network.branches().map(|(_, branch)| flow(branch)).collect()
}

/// The buses of a zone where new plant and storage connect, with weights that sum to one: those at
/// 200 kV and above, weighted by the ratings of their lines; else those of the zone's highest voltage.
pub(super) fn strong_buses(network: &Network, zone: ZoneId) -> Vec<(u32, f64)> {
    let highest =
        (network.buses().filter(|(_, bus)| bus.zone == zone)).map(|(_, bus)| bus.base_kv).fold(0.0, f64::max);
    let least_kv = highest.min(200.0);
    let mut weights: Vec<(u32, f64)> = (network.buses())
        .filter(|(_, bus)| bus.zone == zone && bus.base_kv >= least_kv)
        .map(|(id, _)| (id.0, 0.0))
        .collect();
    for (_, branch) in network.branches() {
        if branch.kind == BranchKind::Line && branch.rating_mw.is_finite() {
            for end in [branch.from.0, branch.to.0] {
                if let Ok(at) = weights.binary_search_by_key(&end, |w| w.0) {
                    weights[at].1 += branch.rating_mw;
                }
            }
        }
    }
    normalise(weights)
}

/// The buses of a zone that carry native load.
pub(super) fn load_buses(network: &Network, zone: ZoneId) -> Vec<(u32, f64)> {
    let shares = (network.buses().filter(|(_, bus)| bus.zone == zone))
        .map(|(id, bus)| (id.0, bus.load_share))
        .collect();
    normalise(shares)
}

fn normalise(mut weights: Vec<(u32, f64)>) -> Vec<(u32, f64)> {
    let total: f64 = weights.iter().map(|w| w.1).sum();
    if total > 0.0 {
        weights.retain(|w| w.1 > 0.0);
        for weight in &mut weights {
            weight.1 /= total;
        }
    } else {
        let each = 1.0 / weights.len().max(1) as f64;
        for weight in &mut weights {
            weight.1 = each;
        }
    }
    weights
}
