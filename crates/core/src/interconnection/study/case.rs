//! Snapshots, ratings and rules, ready for any number of buses.

use super::losses::{Losses, Pair};
use super::{Limit, Security, Snapshot, StudyBranch, StudyError, StudyOutcome, StudyRules};
use crate::grid::{BranchId, BusId};
use crate::interconnection::group::Transfer;
use crate::interconnection::request::Direction;
use crate::interconnection::transfer::{DcFlow, UnitFlows};

/// Snapshots, ratings and rules, ready for any number of buses.
#[derive(Debug)]
pub struct StudyCase<'a, F> {
    pub(super) dc: &'a F,
    pub(super) unit: &'a mut UnitFlows,
    pub(super) snapshots: Vec<Snapshot>,
    /// Per snapshot, flows of one megawatt from those who serve a load to the reference.
    pub(super) source_flow: Vec<Vec<f64>>,
    /// Per snapshot, flows of one megawatt from those whom a generator displaces to the reference.
    pub(super) displaced_flow: Vec<Vec<f64>>,
    pub(super) branches: Vec<StudyBranch>,
    pub(super) rules: StudyRules,
    /// Branches after losses, by monitored branch.
    pub(super) pairs: Vec<Pair>,
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
        let mut source_flow = Vec::with_capacity(snapshots.len());
        let mut displaced_flow = Vec::with_capacity(snapshots.len());
        for snapshot in &snapshots {
            assert_eq!(snapshot.flow_mw.len(), branches.len(), "branches of snapshot {}", snapshot.name);
            let source = pro_rata(&snapshot.upward_mw);
            let source = source.ok_or_else(|| StudyError::NoSource(snapshot.name.clone()))?;
            let from_source = unit.mix(dc, &source);
            let displaced = pro_rata(&snapshot.downward_mw);
            displaced_flow
                .push(displaced.map_or_else(|| from_source.clone(), |shares| unit.mix(dc, &shares)));
            source_flow.push(from_source);
        }
        let pairs = match rules.security {
            Security::N0 => Vec::new(),
            Security::N1 => unit.losses(dc).that_matter(&branches, &snapshots),
        };
        Ok(StudyCase { dc, unit, snapshots, source_flow, displaced_flow, branches, rules, pairs })
    }

    /// The snapshots, commitments included.
    pub fn snapshots(&self) -> &[Snapshot] {
        &self.snapshots
    }

    /// Flow per branch for one megawatt transferred to `bus` in a snapshot.
    pub fn dfax(&mut self, bus: BusId, snapshot: usize) -> Vec<f64> {
        let row = self.unit.row(self.dc, bus);
        self.source_flow[snapshot].iter().zip(row).map(|(source, sink)| source - sink).collect()
    }

    /// Adds a load that others have to count on to every snapshot.
    pub fn commit(&mut self, bus: BusId, mw: f64) {
        self.commit_transfer(Transfer { bus, mw, direction: Direction::Load });
    }

    /// Adds a load or a generator that others have to count on to every snapshot.
    pub fn commit_transfer(&mut self, transfer: Transfer) {
        let Transfer { bus, mw, direction } = transfer;
        let (mw, other_side) = match direction {
            Direction::Load => (mw, &self.source_flow),
            Direction::Generation => (-mw, &self.displaced_flow),
        };
        let row = self.unit.row(self.dc, bus);
        for (snapshot, other_side) in self.snapshots.iter_mut().zip(other_side) {
            for ((flow_mw, other), own) in snapshot.flow_mw.iter_mut().zip(other_side).zip(row) {
                *flow_mw += mw * (other - own);
            }
        }
    }

    /// Adds many at once, at the cost of one flow solve however many they are.
    pub fn commit_all(&mut self, transfers: &[Transfer]) {
        let signed = |transfer: &Transfer| match transfer.direction {
            Direction::Load => transfer.mw,
            Direction::Generation => -transfer.mw,
        };
        let sum =
            |direction| -> f64 { transfers.iter().filter(|t| t.direction == direction).map(signed).sum() };
        let (drawn_mw, fed_mw) = (sum(Direction::Load), sum(Direction::Generation));
        let sinks: Vec<(BusId, f64)> = transfers.iter().map(|t| (t.bus, signed(t))).collect();
        let row = self.unit.mix(self.dc, &sinks);
        for (s, snapshot) in self.snapshots.iter_mut().enumerate() {
            let sides = self.source_flow[s].iter().zip(&self.displaced_flow[s]);
            for ((flow_mw, (source, displaced)), own) in snapshot.flow_mw.iter_mut().zip(sides).zip(&row) {
                *flow_mw += drawn_mw * source + fed_mw * displaced - own;
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

    /// Flow per branch for one megawatt of a request whose bus has this row, in a snapshot.
    pub(super) fn pattern(
        &self,
        direction: Direction,
        snapshot: usize,
        row: &[f64],
    ) -> impl Fn(usize) -> f64 + Copy {
        move |i| match direction {
            Direction::Load => self.source_flow[snapshot][i] - row[i],
            Direction::Generation => row[i] - self.displaced_flow[snapshot][i],
        }
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
        let row = self.unit.known(bus);
        let mut tightest: Option<Limit> = None;
        for state in self.states(direction) {
            let dfax = state.of(self.pattern(direction, state.snapshot, row));
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

    /// Whether the headroom of `bus` exceeds `mw`; leaves at the first state that says no.
    pub fn has_more_than(&mut self, bus: BusId, mw: f64) -> bool {
        self.unit.row(self.dc, bus);
        let row = self.unit.known(bus);
        self.states(Direction::Load).all(|state| {
            let dfax = state.of(self.pattern(Direction::Load, state.snapshot, row));
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
