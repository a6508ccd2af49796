//! Which buses hang together.

use crate::dispatch::problem::FlowBranch;

/// Which buses hang together through branches in service.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Islands {
    of: Vec<u32>,
    reference: Vec<u32>,
}

impl Islands {
    /// Finds the islands; they are numbered by their lowest bus, which is their reference. Branch ends
    /// must be buses. Cost: `O(buses + branches)` up to the inverse Ackermann function.
    pub fn of(bus_count: usize, branches: &[FlowBranch]) -> Islands {
        let in_service = branches.iter().filter(|branch| branch.in_service);
        Islands::joined(bus_count, in_service.map(|branch| (branch.from, branch.to)))
    }

    /// The islands of buses that these pairs join.
    pub(super) fn joined(bus_count: usize, pairs: impl Iterator<Item = (u32, u32)>) -> Islands {
        let mut root: Vec<u32> = (0..bus_count as u32).collect();
        for (from, to) in pairs {
            let (a, b) = (find(&mut root, from), find(&mut root, to));
            // The lower bus stays the root, whatever the order of branches.
            root[a.max(b) as usize] = a.min(b);
        }
        let mut islands = Islands { of: vec![0; bus_count], reference: Vec::new() };
        for bus in 0..bus_count as u32 {
            let root_bus = find(&mut root, bus);
            if root_bus == bus {
                islands.of[bus as usize] = islands.reference.len() as u32;
                islands.reference.push(bus);
            } else {
                islands.of[bus as usize] = islands.of[root_bus as usize];
            }
        }
        islands
    }

    /// How many islands there are.
    pub fn count(&self) -> usize {
        self.reference.len()
    }

    /// The island of each bus.
    pub fn by_bus(&self) -> &[u32] {
        &self.of
    }

    /// The reference bus of each island.
    pub fn references(&self) -> &[u32] {
        &self.reference
    }
}

/// The root of a bus, halving the path on the way.
pub(super) fn find(root: &mut [u32], mut bus: u32) -> u32 {
    while root[bus as usize] != bus {
        let above = root[root[bus as usize] as usize];
        root[bus as usize] = above;
        bus = above;
    }
    bus
}
