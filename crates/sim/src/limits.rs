//! What can be at its limit: a branch, one direction of a pipe, one side of an interface.
//!
//! Pipes are the links of a zonal pack, flows that are chosen. Interfaces of a nodal pack are the first flowgates of the
//! market, before those of the security list.

use gridrush_core::dispatch::{DispatchSolution, Flowgate};
use gridrush_core::grid::{BranchId, BranchKind, RegionPack};
use gridrush_core::names::Key;

use crate::clearing::Clearing;
use crate::scenario::Ceilings;

/// Something with a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Element {
    /// A branch, by position.
    Branch(u32),
    /// A direction of a pipe.
    Pipe {
        /// Position of the pipe.
        pipe: u32,
        /// From its second zone to its first.
        backward: bool,
    },
    /// A side of an interface.
    Interface {
        /// Position of the interface.
        interface: u32,
        /// From its second zones to its first.
        backward: bool,
    },
}

impl Element {
    /// What it is, as tables name it.
    pub fn kind(self, pack: &RegionPack) -> &'static str {
        match self {
            Element::Branch(branch) => match pack.network.branch(BranchId(branch)).kind {
                BranchKind::Line => "line",
                BranchKind::Transformer => "transformer",
            },
            Element::Pipe { .. } => "pipe",
            Element::Interface { .. } => "interface",
        }
    }

    /// All that one strengthening of it raises: both directions of a pipe or an interface.
    pub fn sides(self) -> impl Iterator<Item = Element> {
        let other = match self {
            Element::Branch(_) => None,
            Element::Pipe { pipe, backward } => Some(Element::Pipe { pipe, backward: !backward }),
            Element::Interface { interface, backward } => {
                Some(Element::Interface { interface, backward: !backward })
            }
        };
        std::iter::once(self).chain(other)
    }

    /// Its name in tables.
    pub fn name(self, pack: &RegionPack) -> String {
        let directed = |name: &str, backward: bool| {
            if backward { format!("{name} (reverse)") } else { name.to_owned() }
        };
        match self {
            Element::Branch(branch) => pack.network.branch(BranchId(branch)).name.clone(),
            Element::Pipe { pipe: at, backward } | Element::Interface { interface: at, backward } => {
                directed(&pack.interfaces[at as usize].name, backward)
            }
        }
    }
}

/// How many elements of each kind there are: their order in accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Elements {
    branches: usize,
    pipes: usize,
    interfaces: usize,
}

impl Elements {
    /// The elements of a pack.
    pub fn of(pack: &RegionPack) -> Elements {
        let (pipes, interfaces) =
            if pack.region.is_zonal() { (pack.interfaces.len(), 0) } else { (0, pack.interfaces.len()) };
        Elements { branches: pack.network.branches().len(), pipes, interfaces }
    }

    /// All elements in their order: branches, pipes, interfaces.
    pub fn iter(self) -> impl Iterator<Item = Element> {
        let both = |n: usize| (0..n as u32).flat_map(|at| [(at, false), (at, true)]);
        (0..self.branches as u32)
            .map(Element::Branch)
            .chain(both(self.pipes).map(|(pipe, backward)| Element::Pipe { pipe, backward }))
            .chain(
                both(self.interfaces).map(|(interface, backward)| Element::Interface { interface, backward }),
            )
    }

    /// How many there are.
    pub fn count(self) -> usize {
        self.branches + 2 * (self.pipes + self.interfaces)
    }

    /// The place of an element in that order.
    pub fn index(self, element: Element) -> usize {
        match element {
            Element::Branch(branch) => branch as usize,
            Element::Pipe { pipe, backward } => self.branches + 2 * pipe as usize + usize::from(backward),
            Element::Interface { interface, backward } => {
                self.branches + 2 * (self.pipes + interface as usize) + usize::from(backward)
            }
        }
    }
}

/// An element, alone or after the loss of a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Limit {
    /// What is limited.
    pub element: Element,
    /// Position of the branch whose loss is provided for.
    pub loss: Option<u32>,
}

impl From<Element> for Limit {
    fn from(element: Element) -> Limit {
        Limit { element, loss: None }
    }
}

/// A limit that bound in an interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BindingLimit {
    /// Which.
    pub limit: Limit,
    /// What one more megawatt of it would have saved.
    pub shadow_price_usd_per_mwh: f64,
    /// Its size.
    pub limit_mw: f64,
    /// Flow beyond it.
    pub overload_mw: f64,
}

/// The interfaces of a nodal pack as flowgates, soft at the ceiling of their highest voltage.
pub fn interface_gates(pack: &RegionPack, ceilings: &Ceilings) -> Vec<Flowgate> {
    if pack.region.is_zonal() {
        return Vec::new();
    }
    let gate = |interface: &gridrush_core::grid::pack::Interface| {
        let terms = interface.terms(&pack.network);
        let kv = |bus| pack.network.bus(bus).base_kv;
        let ends = terms.iter().map(|(id, _)| pack.network.branch(*id));
        let highest_kv = ends.map(|branch| kv(branch.from).max(kv(branch.to))).fold(0.0, f64::max);
        Flowgate {
            key: Key::of("interface").part(Key::of(&interface.name).0),
            terms: terms.into_iter().map(|(id, sign)| (id.0, sign)).collect(),
            outage: None,
            lower_mw: -interface.reverse_limit_mw,
            upper_mw: interface.forward_limit_mw,
            ceiling_usd_per_mwh: ceilings.at(highest_kv),
            in_force: true,
        }
    };
    pack.interfaces.iter().map(gate).collect()
}

impl Clearing {
    /// The limits that bind in a solution of the present interval: branches, flowgates, pipes, each in order of
    /// position.
    pub fn binding_limits(&self, solution: &DispatchSolution, out: &mut Vec<BindingLimit>) {
        let over = |list: &[(u32, f64)], at: u32| {
            list.binary_search_by_key(&at, |o| o.0).map_or(0.0, |found| list[found].1)
        };
        out.clear();
        out.extend(solution.binding.iter().map(|&(branch, shadow)| BindingLimit {
            limit: Element::Branch(branch).into(),
            shadow_price_usd_per_mwh: shadow.abs(),
            limit_mw: self.limit_mw(Element::Branch(branch)),
            overload_mw: over(&solution.overload_mw, branch),
        }));
        out.extend(solution.binding_flowgates.iter().filter_map(|&(gate, shadow)| {
            let limit = self.limit_of_gate(gate, shadow)?;
            let sum = &self.problem.flowgates[gate as usize];
            Some(BindingLimit {
                limit,
                shadow_price_usd_per_mwh: shadow.abs(),
                limit_mw: if shadow < 0.0 { -sum.lower_mw } else { sum.upper_mw },
                overload_mw: over(&solution.flowgate_overload_mw, gate),
            })
        }));
        out.extend((0..).zip(&self.problem.pipes).filter_map(|(pipe, columns)| {
            let (backward, worth) = columns.binding(&self.problem, solution)?;
            let element = Element::Pipe { pipe, backward };
            Some(BindingLimit {
                limit: element.into(),
                shadow_price_usd_per_mwh: worth,
                limit_mw: self.limit_mw(element),
                overload_mw: 0.0,
            })
        }));
    }

    /// What a flowgate stands for; `shadow` tells the side of an interface.
    pub fn limit_of_gate(&self, gate: u32, shadow: f64) -> Option<Limit> {
        if gate < self.security.first() {
            return Some(Element::Interface { interface: gate, backward: shadow < 0.0 }.into());
        }
        let pair = self.security.pair(gate)?;
        Some(Limit { element: Element::Branch(pair.monitored), loss: Some(pair.outaged) })
    }

    /// The present limit of an element.
    pub fn limit_mw(&self, element: Element) -> f64 {
        match element {
            Element::Branch(branch) => self.problem.branches[branch as usize].limit_mw,
            Element::Pipe { pipe, backward } => {
                let column = self.problem.pipes[pipe as usize].column(backward);
                self.problem.bounds[column.0 as usize].upper_mw
            }
            Element::Interface { interface, backward } => {
                let gate = &self.problem.flowgates[interface as usize];
                if backward { -gate.lower_mw } else { gate.upper_mw }
            }
        }
    }

    /// What uses the limit of an element in a solution: of a branch the size of its flow, of pipes and interfaces what
    /// runs in their direction.
    pub fn flow_mw(&self, element: Element, solution: &DispatchSolution) -> f64 {
        let along = |flow_mw: f64, backward: bool| if backward { -flow_mw } else { flow_mw }.max(0.0);
        match element {
            Element::Branch(branch) => solution.flow_mw[branch as usize].abs(),
            Element::Pipe { pipe, backward } => along(self.links[pipe as usize].flow_mw(solution), backward),
            Element::Interface { interface, backward } => {
                let terms = self.problem.flowgates[interface as usize].terms.iter();
                along(terms.map(|&(l, sign)| sign * solution.flow_mw[l as usize]).sum(), backward)
            }
        }
    }

    /// Raises a limit; of a pipe or an interface in both directions, since what is built carries both.
    pub fn add_to_limit(&mut self, element: Element, mw: f64) {
        match element {
            Element::Branch(branch) => self.set_rating(branch, self.limit_mw(element) + mw),
            Element::Pipe { pipe, .. } => {
                let pipe = self.problem.pipes[pipe as usize];
                for column in [pipe.forward, pipe.backward] {
                    self.problem.bounds[column.0 as usize].upper_mw += mw;
                }
            }
            Element::Interface { interface, .. } => {
                let gate = &mut self.problem.flowgates[interface as usize];
                gate.lower_mw -= mw;
                gate.upper_mw += mw;
            }
        }
    }
}
