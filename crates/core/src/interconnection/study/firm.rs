//! How much of a round could be served without any works, if the rest were cut whenever it must be.
//!
//! Served megawatts of the round are made as large as they can be within every rating in every state, as
//! rules of provisional service ask:
//!
//! ```text
//!   maximise  sum x_t      0 <= x_t <= mw_t      flow + sum DFAX_t x_t <= max(rating, flow)
//! ```
//!
//! With sources fixed only transfers whose |DFAX| counts are held back by a state, so that for a single request
//! the answer is the smaller of its size and its headroom. With [`Source::Redispatch`] the generators of each
//! snapshot move as they can, in either direction, a little dearer than nothing: what is served is then the
//! most that redispatch allows, with the least of it.
//!
//! Limits that no answer has violated yet are left out: the program is solved again with those that its answer
//! violates until there are none. Cost: a handful of programs of (transfers + generators) x binding states.

use super::Source;
use super::case::{State, StudyCase};
use crate::grid::BusId;
use crate::interconnection::conditional::Program;
use crate::interconnection::group::Transfer;
use crate::interconnection::request::Direction;
use crate::interconnection::transfer::DcFlow;

/// A state that an answer overloads: by how much, and the row that forbids it (terms by column, bound), MW.
type Violation = (f64, Vec<(usize, f64)>, f64);

/// Overload that counts as none.
const TOLERANCE_MW: f64 = 1e-6;
/// States added at once, the most violated ones.
const ROWS_AT_ONCE: usize = 40;
/// Rounds of adding states at most; what is violated then by less is left.
const ROUNDS_MAX: usize = 100;
/// What a redispatched megawatt costs of a served one.
const REDISPATCH_COST: f64 = 1e-3;

/// A variable of a snapshot: a transfer, or a generator that moves.
struct Mover {
    column: usize,
    bus: BusId,
    /// Into the network per unit.
    sign: f64,
}

impl<F: DcFlow> StudyCase<'_, F> {
    /// Firm megawatts of each transfer of a round.
    pub fn firm_mw(&mut self, transfers: &[Transfer]) -> Vec<f64> {
        if let ([of], true) = (transfers, self.rules.source != Source::Redispatch) {
            let limit = self.headroom_for(of.bus, of.direction);
            return vec![limit.map_or(of.mw, |limit| limit.headroom_mw.min(of.mw))];
        }
        let mut program = Program::default();
        let served: Vec<usize> = transfers.iter().map(|of| program.column(1.0, of.mw)).collect();
        let movers = self.movers(&mut program, transfers, &served);
        let mut answer = program.solve();
        for _ in 0..ROUNDS_MAX {
            let mut violated = self.violated(&answer, transfers, &movers);
            if violated.is_empty() {
                break;
            }
            violated.sort_by(|a, b| b.0.total_cmp(&a.0));
            violated.truncate(ROWS_AT_ONCE);
            for (_, terms, room_mw) in violated {
                program.at_most(terms, room_mw);
            }
            answer = program.solve();
        }
        served.iter().map(|&column| answer[column]).collect()
    }

    /// Generators that may be redispatched, by snapshot, with the balance of each; none with fixed sources.
    fn movers(&mut self, program: &mut Program, transfers: &[Transfer], served: &[usize]) -> Vec<Vec<Mover>> {
        for transfer in transfers {
            self.unit.row(self.dc, transfer.bus);
        }
        let mut all = Vec::new();
        for snapshot in &self.snapshots {
            let mut movers = Vec::new();
            if self.rules.source == Source::Redispatch {
                let sides =
                    [(&snapshot.upward_mw, 1.0, 0.0), (&snapshot.downward_mw, -1.0, -REDISPATCH_COST)];
                for (side, sign, gain) in sides {
                    for &(bus, mw) in side {
                        self.unit.row(self.dc, bus);
                        movers.push(Mover { column: program.column(gain, mw), bus, sign });
                    }
                }
                for (transfer, &column) in transfers.iter().zip(served) {
                    if snapshot.is_for(transfer.direction) {
                        let sign = if transfer.direction == Direction::Load { -1.0 } else { 1.0 };
                        movers.push(Mover { column, bus: transfer.bus, sign });
                    }
                }
                program.balanced(movers.iter().map(|mover| (mover.column, mover.sign)).collect());
            }
            all.push(movers);
        }
        all
    }

    /// States that an answer overloads: by how much, with the row that forbids it.
    fn violated(&self, answer: &[f64], transfers: &[Transfer], movers: &[Vec<Mover>]) -> Vec<Violation> {
        let mut violated = Vec::new();
        for (s, snapshot) in self.snapshots.iter().enumerate() {
            if !transfers.iter().any(|transfer| snapshot.is_for(transfer.direction)) {
                continue;
            }
            // With generators that move, flows are a sum over many: once per branch, not per state.
            let moved = self.moved_mw(answer, &movers[s]);
            for state in self.states_of(s) {
                let before_mw = state.of(|i| snapshot.flow_mw[i]);
                let change_mw = match &moved {
                    Some(moved) => state.of(|i| moved[i]),
                    None => self.counted(state, transfers).map(|(t, dfax)| dfax * answer[t]).sum(),
                };
                let limit_mw = self.limit_mw(state).max(before_mw.abs());
                let over_mw = (before_mw + change_mw).abs() - limit_mw;
                if over_mw > TOLERANCE_MW {
                    let along = (before_mw + change_mw).signum();
                    let terms = if movers[s].is_empty() {
                        self.counted(state, transfers).map(|(t, dfax)| (t, dfax * along)).collect()
                    } else {
                        let share = |of: &Mover| along * of.sign * state.of(|i| self.unit.known(of.bus)[i]);
                        movers[s].iter().map(|mover| (mover.column, share(mover))).collect()
                    };
                    violated.push((over_mw, terms, limit_mw - along * before_mw));
                }
            }
        }
        violated
    }

    /// Flow per branch of an answer with generators that move.
    fn moved_mw(&self, answer: &[f64], movers: &[Mover]) -> Option<Vec<f64>> {
        if movers.is_empty() {
            return None;
        }
        let mut moved = vec![0.0; self.branches.len()];
        for mover in movers.iter().filter(|mover| answer[mover.column] > 0.0) {
            let mw = mover.sign * answer[mover.column];
            moved.iter_mut().zip(self.unit.known(mover.bus)).for_each(|(flow, share)| *flow += mw * share);
        }
        Some(moved)
    }

    /// Transfers that a state holds back, with their DFAX.
    fn counted<'b>(
        &'b self,
        state: State,
        transfers: &'b [Transfer],
    ) -> impl Iterator<Item = (usize, f64)> + 'b {
        let here = move |of: &&Transfer| self.snapshots[state.snapshot].is_for(of.direction);
        let dfax = move |(t, of)| (t, state.of(self.pattern(of, state.snapshot)));
        let counts = |(_, dfax): &(usize, f64)| dfax.abs() >= self.rules.dfax_min;
        transfers.iter().enumerate().filter(move |(_, of)| here(of)).map(dfax).filter(counts)
    }
}
