//! Islands, angles, flows and transfer factors of a network of branches.
//!
//! The susceptance matrix `B` is grounded at one reference bus per island and factored once as
//! `L D L'`; an injection then gives angles by one solve and flows by one pass over the branches. The
//! fill-reducing order comes from all branches, in service or not, so an outage only replaces numbers.
//! The row of power transfer distribution factors of a branch (its flow per MW injected at each bus and
//! withdrawn at the island's reference) costs one more solve.
//!
//! Invariant: flows do not depend on the reference as long as each island's injections sum to zero;
//! otherwise the reference bus of the island absorbs the difference.
//!
//! Cost: analysis once per list of branches, `O(sum of squared column counts)` per change of service or
//! susceptance, `O(buses + branches + fill)` per flow solution.

use thiserror::Error;

use super::ldl::{Ldl, Partial, Slot};
use super::problem::FlowBranch;

/// Why a list of branches makes no network.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum TopologyError {
    /// A branch ends at a bus that does not exist.
    #[error("branch {branch} ends at bus {bus}, but there are {bus_count} buses")]
    NoSuchBus {
        /// Position of the branch.
        branch: u32,
        /// The bus that it names.
        bus: u32,
        /// How many buses there are.
        bus_count: usize,
    },
    /// A branch joins a bus with itself.
    #[error("branch {branch} joins bus {bus} with itself")]
    Loop {
        /// Position of the branch.
        branch: u32,
        /// Both ends.
        bus: u32,
    },
    /// A branch in service has a susceptance of zero or none at all, or a shift that is not a number.
    #[error("branch {branch} has susceptance {susceptance_mw_per_rad} MW/rad and shift {shift_rad} rad")]
    NotANumber {
        /// Position of the branch.
        branch: u32,
        /// Its susceptance.
        susceptance_mw_per_rad: f64,
        /// Its phase shift.
        shift_rad: f64,
    },
    /// Branches of opposite susceptance cancel at a bus, so its angle is undetermined.
    #[error("the angle of bus {bus} is undetermined: susceptances around it cancel")]
    Singular {
        /// The bus.
        bus: u32,
    },
}

/// A branch in service as the flow pass needs it; ends are elimination positions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub(super) from: u32,
    pub(super) to: u32,
    /// Zero out of service.
    pub(super) susceptance_mw_per_rad: f64,
    /// `susceptance * shift`, the flow that the shifter takes away.
    pub(super) shift_mw: f64,
}

impl Link {
    /// The flow under these angles (in elimination order).
    #[inline]
    pub(super) fn flow(&self, angle: &[f64]) -> f64 {
        self.susceptance_mw_per_rad * (angle[self.from as usize] - angle[self.to as usize]) - self.shift_mw
    }
}

/// Which buses hang together through branches in service.
#[derive(Clone, Debug, Default)]
pub struct Islands {
    of: Vec<u32>,
    reference: Vec<u32>,
}

impl Islands {
    /// Finds the islands; they are numbered by their lowest bus, which is their reference. Branch ends
    /// must be buses. Cost: `O(buses + branches)` up to the inverse Ackermann function.
    pub fn of(bus_count: usize, branches: &[FlowBranch]) -> Islands {
        let mut root: Vec<u32> = (0..bus_count as u32).collect();
        for branch in branches.iter().filter(|branch| branch.in_service) {
            let (a, b) = (find(&mut root, branch.from), find(&mut root, branch.to));
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
fn find(root: &mut [u32], mut bus: u32) -> u32 {
    while root[bus as usize] != bus {
        let above = root[root[bus as usize] as usize];
        root[bus as usize] = above;
        bus = above;
    }
    bus
}

/// A network ready to answer injections with flows.
#[derive(Clone, Debug)]
pub struct Topology {
    islands: Islands,
    ends: Vec<(u32, u32)>,
    slots: Vec<Slot>,
    links: Vec<Link>,
    /// What the phase shifters inject, in elimination order.
    shift_injection_mw: Vec<f64>,
    /// Whether the bus at an elimination position is a reference.
    grounded: Vec<bool>,
    ldl: Ldl,
}

impl Topology {
    /// Analyses and factors the network.
    pub fn new(bus_count: usize, branches: &[FlowBranch]) -> Result<Topology, TopologyError> {
        let mut ends = Vec::with_capacity(branches.len());
        for (l, branch) in branches.iter().enumerate() {
            for bus in [branch.from, branch.to] {
                if bus as usize >= bus_count {
                    return Err(TopologyError::NoSuchBus { branch: l as u32, bus, bus_count });
                }
            }
            if branch.from == branch.to {
                return Err(TopologyError::Loop { branch: l as u32, bus: branch.from });
            }
            ends.push((branch.from, branch.to));
        }
        let (ldl, slots) = Ldl::analyse(bus_count, &ends);
        let mut topology = Topology {
            islands: Islands::default(),
            ends,
            slots,
            links: Vec::with_capacity(branches.len()),
            shift_injection_mw: vec![0.0; bus_count],
            grounded: vec![false; bus_count],
            ldl,
        };
        topology.refactor(branches)?;
        Ok(topology)
    }

    /// Takes over changes of service, susceptance and shift; a changed list of ends is analysed anew.
    /// After an error the topology must not be used until an update succeeds.
    pub fn update(&mut self, branches: &[FlowBranch]) -> Result<(), TopologyError> {
        let same_ends = self.ends.len() == branches.len()
            && self.ends.iter().zip(branches).all(|(&ends, branch)| ends == (branch.from, branch.to));
        if same_ends {
            self.refactor(branches)
        } else {
            *self = Topology::new(self.bus_count(), branches)?;
            Ok(())
        }
    }

    fn refactor(&mut self, branches: &[FlowBranch]) -> Result<(), TopologyError> {
        let bus_count = self.bus_count();
        let position = self.ldl.position();
        self.islands = Islands::of(bus_count, branches);
        self.grounded.fill(false);
        for &bus in self.islands.references() {
            self.grounded[position[bus as usize] as usize] = true;
        }
        self.links.clear();
        self.shift_injection_mw.fill(0.0);
        let mut diagonal: Vec<f64> = self.grounded.iter().map(|&g| if g { 1.0 } else { 0.0 }).collect();
        let mut off_diagonal = vec![0.0; self.ldl.slot_count()];
        for (l, (branch, &slot)) in branches.iter().zip(&self.slots).enumerate() {
            let (from, to) = (position[branch.from as usize], position[branch.to as usize]);
            let b = branch.susceptance_mw_per_rad;
            if !branch.in_service {
                self.links.push(Link { from, to, susceptance_mw_per_rad: 0.0, shift_mw: 0.0 });
                continue;
            }
            let shift_mw = b * branch.shift_rad;
            if b == 0.0 || !b.is_finite() || !shift_mw.is_finite() {
                return Err(TopologyError::NotANumber {
                    branch: l as u32,
                    susceptance_mw_per_rad: b,
                    shift_rad: branch.shift_rad,
                });
            }
            self.links.push(Link { from, to, susceptance_mw_per_rad: b, shift_mw });
            let (f, t) = (from as usize, to as usize);
            self.shift_injection_mw[f] += shift_mw;
            self.shift_injection_mw[t] -= shift_mw;
            if !self.grounded[f] {
                diagonal[f] += b;
            }
            if !self.grounded[t] {
                diagonal[t] += b;
            }
            if !self.grounded[f] && !self.grounded[t] {
                off_diagonal[slot as usize] -= b;
            }
        }
        self.ldl.factor(&diagonal, &off_diagonal).map_err(|at| {
            let bus = self.ldl.position().iter().position(|&p| p as usize == at).unwrap_or(at);
            TopologyError::Singular { bus: bus as u32 }
        })
    }

    /// How many buses there are.
    pub fn bus_count(&self) -> usize {
        self.grounded.len()
    }

    /// How many branches there are, in service or not.
    pub fn branch_count(&self) -> usize {
        self.ends.len()
    }

    /// The islands.
    pub fn islands(&self) -> &Islands {
        &self.islands
    }

    /// The voltage angle of every bus under these injections, zero at references.
    pub fn angles(&self, injection_mw: &[f64], angle_rad: &mut Vec<f64>) {
        let position = self.position();
        let mut work = vec![0.0; self.bus_count()];
        for (&at, &mw) in position.iter().zip(injection_mw) {
            work[at as usize] = mw + self.shift_injection_mw[at as usize];
        }
        self.solve_angles(&mut work);
        angle_rad.clear();
        angle_rad.extend(position.iter().map(|&at| work[at as usize]));
    }

    /// The flow of every branch under these injections, positive from `from` to `to`, phase shifts
    /// included, zero out of service. What an island's injections lack or exceed enters at its reference.
    pub fn flows(&self, injection_mw: &[f64], flow_mw: &mut Vec<f64>) {
        debug_assert_eq!(injection_mw.len(), self.bus_count());
        let mut work = vec![0.0; self.bus_count()];
        for (&at, &mw) in self.position().iter().zip(injection_mw) {
            work[at as usize] = mw + self.shift_injection_mw[at as usize];
        }
        self.solve_angles(&mut work);
        flow_mw.clear();
        flow_mw.extend(self.links.iter().map(|link| link.flow(&work)));
    }

    /// The transfer factors of a branch by bus: its flow per MW injected at the bus and withdrawn at the
    /// island's reference. Zero outside the island and for a branch out of service.
    pub fn transfer_factors(&self, branch: u32, factor_by_bus: &mut Vec<f64>) {
        let mut work = vec![0.0; self.bus_count()];
        self.transfer_factors_in_order(branch, &mut work);
        factor_by_bus.clear();
        factor_by_bus.extend(self.position().iter().map(|&at| work[at as usize]));
    }

    /// The same in elimination order, into a slice of one entry per bus.
    pub(super) fn transfer_factors_in_order(&self, branch: u32, factor: &mut [f64]) {
        let link = self.links[branch as usize];
        factor.fill(0.0);
        factor[link.from as usize] = link.susceptance_mw_per_rad;
        factor[link.to as usize] = -link.susceptance_mw_per_rad;
        for end in [link.from, link.to] {
            if self.grounded[end as usize] {
                factor[end as usize] = 0.0;
            }
        }
        self.ldl.solve_pair(factor, link.from, link.to);
    }

    /// The same for a weighted sum of flows.
    pub(super) fn transfer_factors_of_sum(&self, terms: &[(u32, f64)], factor: &mut [f64]) {
        factor.fill(0.0);
        for &(branch, weight) in terms {
            let link = self.links[branch as usize];
            factor[link.from as usize] += weight * link.susceptance_mw_per_rad;
            factor[link.to as usize] -= weight * link.susceptance_mw_per_rad;
        }
        self.solve_angles(factor);
    }

    /// Angles when 1 MW is injected at the link's from end and withdrawn at its to end, at the places asked
    /// for.
    pub(super) fn angles_of_pair(&self, link: Link, wanted: impl Iterator<Item = u32>, angle: &mut Partial) {
        let unless_grounded = |end: u32, mw: f64| if self.grounded[end as usize] { 0.0 } else { mw };
        let (from, to) = (unless_grounded(link.from, 1.0), unless_grounded(link.to, -1.0));
        self.ldl.solve_at((link.from, from), (link.to, to), wanted, angle);
    }

    /// Turns nodal values in elimination order (injections plus [`Topology::shift_injection`]) into
    /// angles, in place.
    pub(super) fn solve_angles(&self, value: &mut [f64]) {
        let position = self.ldl.position();
        for &bus in self.islands.references() {
            value[position[bus as usize] as usize] = 0.0;
        }
        self.ldl.solve(value);
    }

    /// Elimination position by bus.
    pub(super) fn position(&self) -> &[u32] {
        self.ldl.position()
    }

    /// Branches as the flow pass needs them.
    pub(super) fn links(&self) -> &[Link] {
        &self.links
    }

    /// What the phase shifters inject, in elimination order.
    pub(super) fn shift_injection(&self) -> &[f64] {
        &self.shift_injection_mw
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(from: u32, to: u32, b: f64) -> FlowBranch {
        FlowBranch {
            from,
            to,
            susceptance_mw_per_rad: b,
            shift_rad: 0.0,
            limit_mw: f64::INFINITY,
            ceiling_usd_per_mwh: f64::INFINITY,
            in_service: true,
        }
    }

    #[test]
    fn a_triangle_of_equal_lines_splits_two_to_one() {
        let topology = Topology::new(3, &[line(0, 1, 50.0), line(1, 2, 50.0), line(0, 2, 50.0)]).unwrap();
        let mut flow = Vec::new();
        topology.flows(&[90.0, 0.0, -90.0], &mut flow);
        for (got, want) in flow.iter().zip([30.0, 30.0, 60.0]) {
            assert!((got - want).abs() < 1e-12, "{flow:?}");
        }
        let mut factor = Vec::new();
        topology.transfer_factors(2, &mut factor);
        let transfer = factor[1] - factor[2];
        assert!((transfer - 1.0 / 3.0).abs() < 1e-14, "{factor:?}");
    }

    #[test]
    fn a_phase_shifter_drives_a_loop_flow() {
        let mut shifter = line(0, 1, 100.0);
        shifter.shift_rad = 0.2;
        let topology = Topology::new(2, &[shifter, line(0, 1, 300.0)]).unwrap();
        let mut flow = Vec::new();
        topology.flows(&[0.0, 0.0], &mut flow);
        // Around the loop: f1/100 + 0.2 = f2/300 and f1 = -f2.
        assert!((flow[0] + 15.0).abs() < 1e-12 && (flow[1] - 15.0).abs() < 1e-12, "{flow:?}");
    }

    #[test]
    fn an_outage_splits_the_island_and_back() {
        let mut branches = vec![line(0, 1, 10.0), line(1, 2, 10.0), line(2, 3, 10.0)];
        let mut topology = Topology::new(4, &branches).unwrap();
        assert_eq!(topology.islands().count(), 1);
        branches[1].in_service = false;
        topology.update(&branches).unwrap();
        assert_eq!(topology.islands().by_bus(), [0, 0, 1, 1]);
        assert_eq!(topology.islands().references(), [0, 2]);
        let mut flow = Vec::new();
        topology.flows(&[5.0, -5.0, -7.0, 7.0], &mut flow);
        assert_eq!(flow[1], 0.0);
        assert!((flow[0] - 5.0).abs() < 1e-12 && (flow[2] + 7.0).abs() < 1e-12, "{flow:?}");
        branches[1].in_service = true;
        topology.update(&branches).unwrap();
        topology.flows(&[1.0, 0.0, 0.0, -1.0], &mut flow);
        assert!(flow.iter().all(|f| (f - 1.0).abs() < 1e-12), "{flow:?}");
    }

    #[test]
    fn faults_are_typed() {
        let no_bus = Topology::new(2, &[line(0, 2, 1.0)]).unwrap_err();
        assert_eq!(no_bus, TopologyError::NoSuchBus { branch: 0, bus: 2, bus_count: 2 });
        assert_eq!(
            Topology::new(2, &[line(1, 1, 1.0)]).unwrap_err(),
            TopologyError::Loop { branch: 0, bus: 1 }
        );
        assert!(matches!(
            Topology::new(2, &[line(0, 1, 0.0)]),
            Err(TopologyError::NotANumber { branch: 0, .. })
        ));
        let cancelling = Topology::new(2, &[line(0, 1, 5.0), line(0, 1, -5.0)]);
        assert!(matches!(cancelling, Err(TopologyError::Singular { .. })), "{cancelling:?}");
    }
}
