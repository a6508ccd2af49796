//! Islands, angles, flows and transfer factors of a network of branches.
//!
//! The susceptance matrix `B` is grounded at one reference bus per island and factored as `L D L'`; an
//! injection then gives angles by one solve and flows by one pass over the branches. The row of power
//! transfer distribution factors of a branch (its flow per MW injected at each bus and withdrawn at the
//! island's reference) costs one more solve.
//!
//! Factored is the *whole* network, with every branch in service. Branches out of service are corrections of low
//! rank of its answers (`outages`), so an outage leaves the factor and all that was derived from it. Only when too many are
//! out, or a correction would lose digits, is the present network factored, in the same order.
//!
//! Invariants: answers are a function of the list of branches, not of earlier ones. Flows do not depend on
//! the reference as long as each island's injections sum to zero; otherwise the reference bus of the
//! island absorbs the difference.
//!
//! Cost: analysis once per list of branches, `O(sum of squared column counts)` per change of susceptance, one
//! solve per branch that goes out of service, `O(buses + branches + fill)` per flow solution.

mod islands;
mod outages;
mod radial;
#[cfg(test)]
mod tests;
mod whole_rows;

use thiserror::Error;

use super::ldl::{Ldl, Partial, Slot};
use super::problem::FlowBranch;
use islands::find;
use outages::{Outages, RANK_MAX};
use radial::Radial;

pub use islands::Islands;
pub(super) use whole_rows::WholeRows;

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

/// A branch as the flow pass needs it; ends are elimination positions.
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
        self.carries(angle) - self.shift_mw
    }

    /// The flow without its phase shift.
    #[inline]
    pub(super) fn carries(&self, angle: &[f64]) -> f64 {
        self.susceptance_mw_per_rad * (angle[self.from as usize] - angle[self.to as usize])
    }
}

/// What was read of a branch, bit by bit.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Numbers {
    susceptance: u64,
    shift: u64,
    in_service: bool,
}

impl Numbers {
    fn of(branch: &FlowBranch) -> Numbers {
        Numbers {
            susceptance: branch.susceptance_mw_per_rad.to_bits(),
            shift: branch.shift_rad.to_bits(),
            in_service: branch.in_service,
        }
    }
}

/// A branch whose numbers allow it in a factor.
fn is_usable(branch: &FlowBranch) -> bool {
    let b = branch.susceptance_mw_per_rad;
    b != 0.0 && b.is_finite() && (b * branch.shift_rad).is_finite()
}

/// A network ready to answer injections with flows.
#[derive(Clone, Debug)]
pub struct Topology {
    /// Of the present network.
    islands: Islands,
    ends: Vec<(u32, u32)>,
    slots: Vec<Slot>,
    /// The branches as they were taken over; none after a failure.
    taken: Option<Vec<Numbers>>,
    /// The present network.
    links: Vec<Link>,
    /// What its phase shifters inject, in elimination order.
    shift_injection_mw: Vec<f64>,
    /// The factored network.
    whole: Vec<Link>,
    whole_islands: Islands,
    /// Branches that could be in the factored network and are not; none when the factor is of no use.
    without: Option<Vec<u32>>,
    /// Whether the bus at an elimination position is a reference of the factored network.
    grounded: Vec<bool>,
    ldl: Ldl,
    radial: Radial,
    /// Counts factors.
    edition: u64,
    outages: Outages,
    /// Whether outages may be corrections.
    corrects: bool,
}

impl Topology {
    /// Analyses and factors the network.
    pub fn new(bus_count: usize, branches: &[FlowBranch]) -> Result<Topology, TopologyError> {
        Topology::analysed(bus_count, branches, true)
    }

    /// The same, always with a factor of the present network.
    pub(super) fn refactored(bus_count: usize, branches: &[FlowBranch]) -> Result<Topology, TopologyError> {
        Topology::analysed(bus_count, branches, false)
    }

    fn analysed(
        bus_count: usize,
        branches: &[FlowBranch],
        corrects: bool,
    ) -> Result<Topology, TopologyError> {
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
        let position = ldl.position();
        let link = |&(from, to): &(u32, u32)| Link {
            from: position[from as usize],
            to: position[to as usize],
            susceptance_mw_per_rad: 0.0,
            shift_mw: 0.0,
        };
        let links: Vec<Link> = ends.iter().map(link).collect();
        let mut topology = Topology {
            islands: Islands::default(),
            radial: Radial::of(bus_count, &ends),
            ends,
            slots,
            taken: None,
            whole: links.clone(),
            links,
            shift_injection_mw: vec![0.0; bus_count],
            whole_islands: Islands::default(),
            without: None,
            grounded: vec![false; bus_count],
            ldl,
            edition: 0,
            outages: Outages::default(),
            corrects,
        };
        topology.update(branches)?;
        Ok(topology)
    }

    /// Takes over changes of service, susceptance and shift; a changed list of ends is analysed anew.
    /// After an error the topology must not be used until an update succeeds.
    pub fn update(&mut self, branches: &[FlowBranch]) -> Result<(), TopologyError> {
        let same_ends = self.ends.len() == branches.len()
            && self.ends.iter().zip(branches).all(|(&ends, branch)| ends == (branch.from, branch.to));
        if !same_ends {
            let edition = self.edition;
            *self = Topology::analysed(self.bus_count(), branches, self.corrects)?;
            self.edition += edition;
            return Ok(());
        }
        let same =
            |taken: &Vec<Numbers>| taken.iter().zip(branches).all(|(&t, branch)| t == Numbers::of(branch));
        if self.taken.as_ref().is_some_and(same) {
            return Ok(());
        }
        let taken = self.taken.take();
        let mut out = Vec::new();
        let mut shifted = taken.is_none();
        for (l, (branch, link)) in branches.iter().zip(&mut self.links).enumerate() {
            let usable = is_usable(branch);
            if !branch.in_service && usable {
                out.push(l as u32);
            }
            let numbers = Numbers::of(branch);
            let before = taken.as_ref().map(|taken| taken[l]);
            if before == Some(numbers) {
                continue;
            }
            if branch.in_service && !usable {
                return Err(TopologyError::NotANumber {
                    branch: l as u32,
                    susceptance_mw_per_rad: branch.susceptance_mw_per_rad,
                    shift_rad: branch.shift_rad,
                });
            }
            if before.is_none_or(|t| (t.susceptance, t.shift) != (numbers.susceptance, numbers.shift)) {
                self.without = None;
            }
            let b = if branch.in_service { branch.susceptance_mw_per_rad } else { 0.0 };
            let shift_mw = if branch.in_service { b * branch.shift_rad } else { 0.0 };
            shifted |= shift_mw != 0.0 || link.shift_mw != 0.0;
            link.susceptance_mw_per_rad = b;
            link.shift_mw = shift_mw;
        }
        if shifted {
            self.shift_injection_mw.fill(0.0);
            for link in self.links.iter().filter(|link| link.shift_mw != 0.0) {
                self.shift_injection_mw[link.from as usize] += link.shift_mw;
                self.shift_injection_mw[link.to as usize] -= link.shift_mw;
            }
        }
        if !self.take_out(branches, &out) {
            self.factor(branches, &out)?;
            self.islands.clone_from(&self.whole_islands);
        }
        let mut taken = taken.unwrap_or_default();
        taken.clear();
        taken.extend(branches.iter().map(Numbers::of));
        self.taken = Some(taken);
        Ok(())
    }

    /// Corrects the whole network for these branches; false when that cannot be done well.
    fn take_out(&mut self, branches: &[FlowBranch], out: &[u32]) -> bool {
        if !self.corrects && !out.is_empty() {
            return false;
        }
        if out.len() <= RANK_MAX {
            if !self.have_whole(branches) {
                return false;
            }
            if self.correct(out) {
                self.islands.clone_from(&self.whole_islands);
                return true;
            }
        }
        let islands = Islands::of(self.bus_count(), branches);
        // Branches that join islands, one after the other, stay in the factor.
        let mut root: Vec<u32> = (0..islands.count() as u32).collect();
        let mut lost = Vec::new();
        for &l in out {
            let (from, to) = self.ends[l as usize];
            let [a, b] = [from, to].map(|bus| find(&mut root, islands.by_bus()[bus as usize]));
            if a == b {
                lost.push(l);
            } else {
                root[a.max(b) as usize] = a.min(b);
            }
        }
        if lost.len() == out.len()
            || lost.len() > RANK_MAX
            || !self.have_whole(branches)
            || !self.correct(&lost)
        {
            return false;
        }
        self.outages.split(&islands, self.ldl.position(), &self.grounded);
        self.islands = islands;
        true
    }

    fn have_whole(&mut self, branches: &[FlowBranch]) -> bool {
        self.without.as_ref().is_some_and(Vec::is_empty) || self.factor(branches, &[]).is_ok()
    }

    fn correct(&mut self, lost: &[u32]) -> bool {
        let mut outages = std::mem::take(&mut self.outages);
        let angles = |link: Link| {
            let mut angle = vec![0.0; self.bus_count()];
            self.angles_of(link, 1.0, &mut angle);
            angle
        };
        let corrected = outages.set(lost, &self.whole, angles);
        self.outages = outages;
        corrected
    }

    /// Factors the network of all usable branches but these.
    fn factor(&mut self, branches: &[FlowBranch], without: &[u32]) -> Result<(), TopologyError> {
        self.edition += 1;
        self.outages.clear();
        self.without = None;
        let mut out = without.iter().peekable();
        for (l, (branch, link)) in branches.iter().zip(&mut self.whole).enumerate() {
            let there = is_usable(branch) && out.next_if(|&&o| o == l as u32).is_none();
            link.susceptance_mw_per_rad = if there { branch.susceptance_mw_per_rad } else { 0.0 };
        }
        self.whole_islands = Islands::joined(
            self.bus_count(),
            self.ends
                .iter()
                .zip(&self.whole)
                .filter_map(|(&ends, link)| (link.susceptance_mw_per_rad != 0.0).then_some(ends)),
        );
        let position = self.ldl.position();
        self.grounded.fill(false);
        for &bus in self.whole_islands.references() {
            self.grounded[position[bus as usize] as usize] = true;
        }
        let grounded = &self.grounded;
        let mut diagonal: Vec<f64> = grounded.iter().map(|&g| if g { 1.0 } else { 0.0 }).collect();
        let mut off_diagonal = vec![0.0; self.ldl.slot_count()];
        for (link, &slot) in self.whole.iter().zip(&self.slots) {
            let (from, to, b) = (link.from as usize, link.to as usize, link.susceptance_mw_per_rad);
            if b == 0.0 {
                continue;
            }
            if !grounded[from] {
                diagonal[from] += b;
            }
            if !grounded[to] {
                diagonal[to] += b;
            }
            if !grounded[from] && !grounded[to] {
                off_diagonal[slot as usize] -= b;
            }
        }
        self.ldl.factor(&diagonal, &off_diagonal).map_err(|at| {
            let bus = self.ldl.position().iter().position(|&p| p as usize == at).unwrap_or(at);
            TopologyError::Singular { bus: bus as u32 }
        })?;
        self.without = Some(without.to_vec());
        Ok(())
    }

    /// How many buses there are.
    pub fn bus_count(&self) -> usize {
        self.grounded.len()
    }

    /// How many branches there are, in service or not.
    pub fn branch_count(&self) -> usize {
        self.ends.len()
    }

    /// The buses that a branch joins.
    ///
    /// # Panics
    /// If there is no such branch.
    pub fn ends(&self, branch: u32) -> (u32, u32) {
        self.ends[branch as usize]
    }

    /// The islands.
    pub fn islands(&self) -> &Islands {
        &self.islands
    }

    /// The radial parts.
    pub(super) fn radial(&self) -> &Radial {
        &self.radial
    }

    /// The voltage angle of every bus under these injections, zero at references.
    pub fn angles(&self, injection_mw: &[f64], angle_rad: &mut Vec<f64>) {
        let mut work = self.injected(injection_mw);
        self.solve_angles(&mut work);
        self.outages.refer(&mut work);
        angle_rad.clear();
        angle_rad.extend(self.position().iter().map(|&at| work[at as usize]));
    }

    /// The flow of every branch under these injections, positive from `from` to `to`, phase shifts
    /// included, zero out of service. What an island's injections lack or exceed enters at its reference.
    pub fn flows(&self, injection_mw: &[f64], flow_mw: &mut Vec<f64>) {
        let mut work = self.injected(injection_mw);
        self.solve_angles(&mut work);
        flow_mw.clear();
        flow_mw.extend(self.links.iter().map(|link| link.flow(&work)));
    }

    /// Injections by bus and those of shifters, in elimination order.
    fn injected(&self, injection_mw: &[f64]) -> Vec<f64> {
        debug_assert_eq!(injection_mw.len(), self.bus_count());
        let mut work = self.shift_injection_mw.clone();
        for (&at, &mw) in self.position().iter().zip(injection_mw) {
            work[at as usize] += mw;
        }
        work
    }

    /// The transfer factors of a branch by bus: its flow per MW injected at the bus and withdrawn at the
    /// island's reference. Zero outside the island and for a branch out of service.
    pub fn transfer_factors(&self, branch: u32, factor_by_bus: &mut Vec<f64>) {
        let mut work = vec![0.0; self.bus_count()];
        let terms = [(branch, 1.0)];
        for (_, link, _) in self.present(&terms) {
            self.angles_of(link, link.susceptance_mw_per_rad, &mut work);
            self.correct_row(&terms, &mut work);
        }
        factor_by_bus.clear();
        factor_by_bus.extend(self.position().iter().map(|&at| work[at as usize]));
    }

    /// Angles of the factored network when `mw` go from end to end of a link.
    fn angles_of(&self, link: Link, mw: f64, angle: &mut [f64]) {
        angle.fill(0.0);
        for (end, mw) in [(link.from as usize, mw), (link.to as usize, -mw)] {
            if !self.grounded[end] {
                angle[end] = mw;
            }
        }
        self.ldl.solve_pair(angle, link.from, link.to);
    }

    /// The transfer factors of a weighted sum of flows, in elimination order, from one solve.
    fn transfer_factors_of_sum(&self, terms: &[(u32, f64)], row: &mut [f64]) {
        row.fill(0.0);
        for (_, link, weight) in self.present(terms) {
            row[link.from as usize] += weight * link.susceptance_mw_per_rad;
            row[link.to as usize] -= weight * link.susceptance_mw_per_rad;
        }
        self.solve_whole(row);
        self.correct_row(terms, row);
    }

    /// Makes transfer factors of the present network of a weighted sum of those of the factored one.
    fn correct_row(&self, terms: &[(u32, f64)], row: &mut [f64]) {
        let links = self.present(terms).map(|(_, link, weight)| (link, weight));
        self.outages.correct_row(&links, row);
    }

    /// The branches of the factored network, with weights, whose transfer factors there add up to those of a weighted sum
    /// of flows in the present network (but for the reference of pieces: [`Topology::refer`]).
    fn parts(&self, terms: &[(u32, f64)], parts: &mut Vec<(u32, f64)>) {
        parts.extend(self.present(terms).map(|(branch, _, weight)| (branch, weight)));
        let links = self.present(terms).map(|(_, link, weight)| (link, weight));
        parts.extend(self.outages.parts(&links));
    }

    /// Counts transfer factors from the references of pieces.
    fn refer(&self, row: &mut [f64]) {
        self.outages.refer(row);
    }

    /// Whether islands of the present network are parts of those of the factored one.
    fn has_pieces(&self) -> bool {
        self.outages.has_pieces()
    }

    /// Those of the branches that are in service, as they are in the factored network, with their weights.
    fn present(&self, terms: &[(u32, f64)]) -> impl Iterator<Item = (u32, Link, f64)> + Clone {
        let in_service =
            terms.iter().filter(|term| self.links[term.0 as usize].susceptance_mw_per_rad != 0.0);
        in_service.map(|&(l, weight)| (l, self.whole[l as usize], weight))
    }

    /// The share of a transfer from end to end of `pair` that flows over `of`, in the factored network; `angle`
    /// comes from [`Topology::angles_of_pair`].
    pub(super) fn whole_share(&self, of: u32, angle: &Partial) -> f64 {
        let link = self.whole[of as usize];
        link.susceptance_mw_per_rad * (angle.at(link.from) - angle.at(link.to))
    }

    /// The same in the present network, given what it is in the factored one.
    pub(super) fn share(&self, of: u32, pair: u32, whole_share: f64) -> f64 {
        self.outages.correct_share(self.whole[of as usize], self.whole[pair as usize], whole_share)
    }

    /// Angles of the factored network when 1 MW goes from end to end of a branch, at the ends of the branches
    /// asked for.
    pub(super) fn angles_of_pair(&self, pair: u32, wanted: impl Iterator<Item = u32>, angle: &mut Partial) {
        let link = self.whole[pair as usize];
        let unless_grounded = |end: u32, mw: f64| if self.grounded[end as usize] { 0.0 } else { mw };
        let (from, to) = (unless_grounded(link.from, 1.0), unless_grounded(link.to, -1.0));
        let ends = wanted.map(|l| self.whole[l as usize]).flat_map(|link| [link.from, link.to]);
        self.ldl.solve_at((link.from, from), (link.to, to), ends, angle);
    }

    /// Turns nodal values in elimination order (injections plus [`Topology::shift_injection`]) into
    /// angles, in place. Islands may differ by a constant.
    pub(super) fn solve_angles(&self, value: &mut [f64]) {
        self.outages.balance(value);
        self.solve_whole(value);
        self.outages.correct(value);
    }

    /// Turns nodal values into angles of the factored network.
    fn solve_whole(&self, value: &mut [f64]) {
        let position = self.ldl.position();
        for &bus in self.whole_islands.references() {
            value[position[bus as usize] as usize] = 0.0;
        }
        self.ldl.solve(value);
    }

    /// Counts factors: what is known of the factored network holds for one edition.
    pub(super) fn edition(&self) -> u64 {
        self.edition
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
