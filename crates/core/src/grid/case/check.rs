//! Checks that hold for a network whatever file it came from.

use petgraph::unionfind::UnionFind;

use super::Faults;
use crate::grid::Network;

/// Notes every bus that no path of branches or direct-current lines joins to the largest part of the
/// network. `line_of` gives the line of a bus in the file. `O(buses + branches)`.
pub(crate) fn connected(network: &Network, line_of: &[u64], faults: &mut Faults<'_>) {
    let count = network.graph.node_count();
    let mut parts = UnionFind::<usize>::new(count);
    for (_, branch) in network.branches() {
        parts.union(branch.from.0 as usize, branch.to.0 as usize);
    }
    for link in &network.dc_links {
        parts.union(link.from.0 as usize, link.to.0 as usize);
    }
    let labels = parts.into_labeling();
    let mut size = vec![0_usize; count];
    for label in &labels {
        size[*label] += 1;
    }
    let Some(largest) = labels.iter().copied().max_by_key(|label| (size[*label], core::cmp::Reverse(*label)))
    else {
        faults.add(None, "bus", "the network has no bus");
        return;
    };
    for (id, bus) in network.buses() {
        if labels[id.0 as usize] != largest {
            let message = format!("no branch joins bus {} to the rest of the network", bus.number);
            faults.add(line_of.get(id.0 as usize).copied(), "bus", message);
        }
    }
}

/// Notes every zone whose load shares do not sum to one.
pub(crate) fn shares(network: &Network, faults: &mut Faults<'_>) {
    let mut sums = vec![0.0; network.zones.len()];
    for (_, bus) in network.buses() {
        sums[bus.zone.0 as usize] += bus.load_share;
    }
    for (zone, sum) in network.zones.iter().zip(sums) {
        if (sum - 1.0_f64).abs() > 1e-9 {
            faults.add(
                None,
                "load_share",
                format!("the shares of zone {} sum to {sum}, not to 1", zone.name),
            );
        }
    }
}
