//! Snapshots, ratings and rules, ready for any number of buses.

use super::losses::{Losses, Pair};
use super::{Limit, Security, Snapshot, Source, StudyBranch, StudyError, StudyOutcome, StudyRules};
use crate::grid::{BranchId, BusId, Network};
use crate::interconnection::group::Transfer;
use crate::interconnection::request::Direction;
use crate::interconnection::transfer::{DcFlow, UnitFlows};

/// Snapshots, ratings and rules, ready for any number of buses.
#[derive(Debug)]
pub struct StudyCase<'a, F> {
    pub(super) dc: &'a F,
    pub(super) unit: &'a mut UnitFlows,
    pub(super) snapshots: Vec<Snapshot>,
    /// The other sides of transfers: first that of the region, then those of zones.
    sides: Vec<Vec<Sides>>,
    /// Which of them belongs to a bus, if not the first.
    side_of_bus: Vec<usize>,
    pub(super) branches: Vec<StudyBranch>,
    pub(super) rules: StudyRules,
    /// Branches after losses, by monitored branch.
    pub(super) pairs: Vec<Pair>,
}

/// The other side of transfers in a snapshot: flows of one megawatt from there to the reference.
#[derive(Clone, Debug)]
struct Sides {
    /// Those who serve a load.
    source: Vec<f64>,
    /// Those whom a generator displaces.
    displaced: Vec<f64>,
}

/// A branch in a snapshot, with all in service or after a loss.
#[derive(Clone, Copy, Debug)]
pub(super) struct State {
    pub snapshot: usize,
    pub branch: usize,
    pub loss: Option<Pair>,
}

impl State {
    /// A quantity by branch (a flow or a pattern) as it is in this state.
    pub fn of(self, quantity: impl Fn(usize) -> f64) -> f64 {
        match self.loss {
            None => quantity(self.branch),
            Some(pair) => quantity(self.branch) + pair.lodf * quantity(pair.lost as usize),
        }
    }

    pub fn outage(self) -> Option<BranchId> {
        self.loss.map(|pair| BranchId(pair.lost))
    }
}

impl<'a, F: DcFlow> StudyCase<'a, F> {
    /// Prepares both sides of transfers in every snapshot; two flow solves per snapshot, and where security
    /// is N-1 one per branch the first time.
    ///
    /// # Panics
    /// If a snapshot or `branches` has another number of branches than `unit`.
    pub fn new(
        dc: &'a F,
        unit: &'a mut UnitFlows,
        snapshots: Vec<Snapshot>,
        branches: Vec<StudyBranch>,
        rules: StudyRules,
    ) -> Result<StudyCase<'a, F>, StudyError> {
        if snapshots.is_empty() {
            return Err(StudyError::NoSnapshot);
        }
        assert_eq!(branches.len(), unit.branches(), "branches of the study and of the flows");
        for snapshot in &snapshots {
            assert_eq!(snapshot.flow_mw.len(), branches.len(), "branches of snapshot {}", snapshot.name);
        }
        let sides = snapshots.iter().map(|snapshot| {
            let sides = Sides::of(dc, unit, &snapshot.upward_mw, &snapshot.downward_mw);
            sides.ok_or_else(|| StudyError::NoSource(snapshot.name.clone()))
        });
        let sides = vec![sides.collect::<Result<Vec<Sides>, StudyError>>()?];
        let pairs = match rules.security {
            Security::N0 => Vec::new(),
            Security::N1 => unit.losses(dc).that_matter(&branches, &snapshots),
        };
        Ok(StudyCase { dc, unit, snapshots, sides, side_of_bus: Vec::new(), branches, rules, pairs })
    }

    /// With zones, [`Source::Local`] is that of the zone of a bus; without effect under other rules. Two flow
    /// solves per zone and snapshot.
    #[must_use]
    pub fn in_zones(mut self, network: &Network) -> StudyCase<'a, F> {
        if self.rules.source != Source::Local {
            return self;
        }
        let zone_of = |bus: BusId| usize::from(network.bus(bus).zone.0);
        let here = |list: &[(BusId, f64)], zone: usize| -> Vec<(BusId, f64)> {
            list.iter().copied().filter(|&(bus, _)| zone_of(bus) == zone).collect()
        };
        self.sides.truncate(1);
        for zone in 0..network.zones.len() {
            let of_snapshot = |(snapshot, region): (&Snapshot, &Sides)| {
                let (up, down) = (here(&snapshot.upward_mw, zone), here(&snapshot.downward_mw, zone));
                Sides::of(self.dc, self.unit, &up, &down).unwrap_or_else(|| region.clone())
            };
            let sides = self.snapshots.iter().zip(&self.sides[0]).map(of_snapshot).collect();
            self.sides.push(sides);
        }
        self.side_of_bus = network.buses().map(|(bus, _)| zone_of(bus) + 1).collect();
        self
    }

    /// The other side of transfers from or to a bus.
    fn side(&self, bus: BusId, snapshot: usize) -> &Sides {
        let side = self.side_of_bus.get(bus.0 as usize).copied().unwrap_or(0);
        &self.sides[side][snapshot]
    }

    /// The snapshots, commitments included.
    pub fn snapshots(&self) -> &[Snapshot] {
        &self.snapshots
    }

    /// Flow per branch for one megawatt transferred to `bus` in a snapshot.
    pub fn dfax(&mut self, bus: BusId, snapshot: usize) -> Vec<f64> {
        self.unit.row(self.dc, bus);
        let pattern = self.pattern(&Transfer { bus, mw: 1.0, direction: Direction::Load }, snapshot);
        (0..self.branches.len()).map(pattern).collect()
    }

    /// Adds a load that others have to count on to every snapshot.
    pub fn commit(&mut self, bus: BusId, mw: f64) {
        self.commit_transfer(Transfer { bus, mw, direction: Direction::Load });
    }

    /// Adds a load or a generator that others have to count on to every snapshot.
    pub fn commit_transfer(&mut self, transfer: Transfer) {
        self.unit.row(self.dc, transfer.bus);
        for s in 0..self.snapshots.len() {
            let pattern = self.pattern(&transfer, s);
            let added: Vec<f64> = (0..self.branches.len()).map(|i| transfer.mw * pattern(i)).collect();
            self.snapshots[s].flow_mw.iter_mut().zip(added).for_each(|(flow, mw)| *flow += mw);
        }
    }

    /// Adds many at once, at the cost of one flow solve and one pass per source however many they are.
    pub fn commit_all(&mut self, transfers: &[Transfer]) {
        let signed = |transfer: &Transfer| match transfer.direction {
            Direction::Load => transfer.mw,
            Direction::Generation => -transfer.mw,
        };
        let mut drawn_mw = vec![[0.0; 2]; self.sides.len()];
        for transfer in transfers {
            let side = self.side_of_bus.get(transfer.bus.0 as usize).copied().unwrap_or(0);
            drawn_mw[side][transfer.direction as usize] += signed(transfer);
        }
        let sinks: Vec<(BusId, f64)> = transfers.iter().map(|t| (t.bus, signed(t))).collect();
        let row = self.unit.mix(self.dc, &sinks);
        for (s, snapshot) in self.snapshots.iter_mut().enumerate() {
            snapshot.flow_mw.iter_mut().zip(&row).for_each(|(flow, own)| *flow -= own);
            for (side, [load_mw, fed_mw]) in self.sides.iter().zip(&drawn_mw) {
                let flows = side[s].source.iter().zip(&side[s].displaced);
                for (flow_mw, (source, displaced)) in snapshot.flow_mw.iter_mut().zip(flows) {
                    *flow_mw += load_mw * source + fed_mw * displaced;
                }
            }
        }
    }

    /// Every state of a snapshot: first with all in service.
    pub(super) fn states_of(&self, snapshot: usize) -> impl Iterator<Item = State> + '_ {
        let intact = (0..self.branches.len()).map(move |branch| State { snapshot, branch, loss: None });
        let after = self.pairs.iter().map(move |&pair| State {
            snapshot,
            branch: pair.monitored as usize,
            loss: Some(pair),
        });
        intact.chain(after)
    }

    /// Every state in which a direction is studied, snapshot by snapshot.
    fn states(&self, direction: Direction) -> impl Iterator<Item = State> + '_ {
        let studied = move |&s: &usize| self.snapshots[s].is_for(direction);
        (0..self.snapshots.len()).filter(studied).flat_map(|snapshot| self.states_of(snapshot))
    }

    /// Flow per branch for one megawatt of a transfer in a snapshot. Its bus must have been asked for.
    pub(super) fn pattern(&self, transfer: &Transfer, snapshot: usize) -> impl Fn(usize) -> f64 + Copy + '_ {
        let (side, row) = (self.side(transfer.bus, snapshot), self.unit.known(transfer.bus));
        let draws = transfer.direction == Direction::Load;
        move |i| if draws { side.source[i] - row[i] } else { row[i] - side.displaced[i] }
    }

    /// The rating that holds in a state.
    pub(super) fn limit_mw(&self, state: State) -> f64 {
        let branch = &self.branches[state.branch];
        branch.future_mw() * branch.ratio(state.outage())
    }

    /// What limits more load at `bus`; `None` if nothing does. The first state wins ties.
    pub fn headroom(&mut self, bus: BusId) -> Option<Limit> {
        self.headroom_for(bus, Direction::Load)
    }

    /// What limits more load or generation at `bus`; `None` if nothing does.
    pub fn headroom_for(&mut self, bus: BusId, direction: Direction) -> Option<Limit> {
        self.unit.row(self.dc, bus);
        let transfer = Transfer { bus, mw: 1.0, direction };
        let mut tightest: Option<Limit> = None;
        for state in self.states(direction) {
            let dfax = state.of(self.pattern(&transfer, state.snapshot));
            if dfax.abs() < self.rules.dfax_min {
                continue;
            }
            let flow_mw = state.of(|i| self.snapshots[state.snapshot].flow_mw[i]);
            let along_mw = if dfax > 0.0 { flow_mw } else { -flow_mw };
            let headroom_mw = ((self.limit_mw(state) - along_mw) / dfax.abs()).max(0.0);
            if headroom_mw < tightest.map_or(f64::INFINITY, |limit| limit.headroom_mw) {
                let branch = BranchId(state.branch as u32);
                let (outage, snapshot) = (state.outage(), state.snapshot);
                tightest = Some(Limit { headroom_mw, branch, outage, snapshot, dfax });
            }
        }
        tightest
    }

    /// Whether the headroom of `bus` in a direction exceeds `mw`; leaves at the first state that says no.
    pub fn has_more_than(&mut self, bus: BusId, mw: f64, direction: Direction) -> bool {
        self.unit.row(self.dc, bus);
        let transfer = Transfer { bus, mw, direction };
        self.states(direction).all(|state| {
            let dfax = state.of(self.pattern(&transfer, state.snapshot));
            let flow_mw = state.of(|i| self.snapshots[state.snapshot].flow_mw[i]);
            let along_mw = if dfax > 0.0 { flow_mw } else { -flow_mw };
            dfax.abs() < self.rules.dfax_min || self.limit_mw(state) - along_mw > mw * dfax.abs()
        })
    }

    /// Studies a load of `mw` at `bus`: the round of one.
    pub fn study(&mut self, bus: BusId, mw: f64) -> StudyOutcome {
        let mut round = self.study_round(&[Transfer { bus, mw, direction: Direction::Load }]);
        let own = round.transfers.pop().unwrap_or_default();
        StudyOutcome {
            charged: round.charged.into_iter().map(|group| group.overload).collect(),
            relied: own.relied,
            pre_existing: round.pre_existing,
            headroom: own.headroom,
        }
    }
}

impl Sides {
    /// Pro rata to these quantities by bus; `None` if nobody can produce more.
    fn of(
        dc: &impl DcFlow,
        unit: &UnitFlows,
        upward_mw: &[(BusId, f64)],
        downward_mw: &[(BusId, f64)],
    ) -> Option<Sides> {
        let source = unit.mix(dc, &pro_rata(upward_mw)?);
        let displaced = pro_rata(downward_mw).map_or_else(|| source.clone(), |shares| unit.mix(dc, &shares));
        Some(Sides { source, displaced })
    }
}

impl UnitFlows {
    /// The outage factors of the network; computed the first time.
    pub(super) fn losses(&mut self, dc: &impl DcFlow) -> &Losses {
        let (buses, branches) = (self.buses(), self.branches());
        self.losses.get_or_insert_with(|| Losses::of(dc, buses, branches))
    }
}

/// Quantities by bus as shares of their sum; `None` if there is nothing. Negative ones count as zero.
fn pro_rata(quantities: &[(BusId, f64)]) -> Option<Vec<(BusId, f64)>> {
    let total: f64 = quantities.iter().map(|(_, mw)| mw.max(0.0)).sum();
    (total > 0.0).then(|| quantities.iter().map(|&(bus, mw)| (bus, mw.max(0.0) / total)).collect())
}
