//! What an optimal power flow ignores or replaces, in words with counts.

use super::{Convention, Options};
use crate::grid::{Convexity, Network};

/// The notes on a network under these options. `hulls` is the number of cost curves that are not convex.
pub(super) fn of(network: &Network, options: &Options, hulls: usize) -> Vec<String> {
    let branches = |which: &dyn Fn(&crate::grid::Branch) -> bool| {
        network.branches().filter(|(_, branch)| branch.in_service && which(branch)).count()
    };
    let matpower = options.convention == Convention::Matpower;
    let stores = network.generators.iter().filter(|unit| unit.in_service && unit.storage_mwh > 0.0).count();
    let minimum = network.generators.iter().filter(|unit| unit.in_service && unit.minimum_mw > 0.0).count();
    let counted = [
        (network.branches().filter(|(_, branch)| !branch.in_service).count(), "branches out of service"),
        (network.generators.iter().filter(|unit| !unit.in_service).count(), "generators out of service"),
        (
            network.dc_links.iter().filter(|link| !link.in_service).count(),
            "direct-current lines out of service",
        ),
        (branches(&|branch| branch.rating_mw.is_infinite()), "branches without a rating"),
        (
            if matpower { branches(&|branch| branch.r_pu != 0.0) } else { 0 },
            "branches whose resistance does not count",
        ),
        (
            if matpower { 0 } else { branches(&|branch| branch.tap != 1.0) },
            "branches whose turns ratio does not count",
        ),
        (
            if matpower { 0 } else { branches(&|branch| branch.shift_deg != 0.0) },
            "branches whose phase shift does not count",
        ),
        (
            if options.angle_limits { 0 } else { branches(&|branch| branch.angle_difference_deg.is_some()) },
            "branches whose limits on the angle difference do not count",
        ),
        (if options.storage { 0 } else { stores }, "storage units that stand still"),
        (if options.minimum_output { 0 } else { minimum }, "units that may run below their minimum output"),
        (
            if options.convexity == Convexity::Hull { hulls } else { 0 },
            "cost curves that are not convex, replaced by their hull",
        ),
        (
            if options.convexity == Convexity::Sorted { hulls } else { 0 },
            "cost curves that are not convex, with segments in order of slope",
        ),
    ];
    counted.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect()
}
