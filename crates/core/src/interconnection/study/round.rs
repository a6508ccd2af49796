//! Several requests studied at once.
//!
//! In every state the transfers of the round whose direction is studied there are added together. Growth of
//! an overload is that of the whole round; the transfers that cause it are those whose DFAX along it is at
//! least the threshold. Cost: O(transfers x branches x snapshots + states), and O(transfers) for each
//! overload.

use super::case::{State, StudyCase};
use super::{Overload, grows};
use crate::grid::BranchId;
use crate::interconnection::group::{GroupOutcome, GroupOverload, Transfer, TransferOutcome};
use crate::interconnection::transfer::DcFlow;

/// What the states of a branch have shown so far.
#[derive(Clone, Debug, Default)]
struct Shown {
    worst: Option<(State, Overload)>,
    relied_mw: f64,
    relying: Vec<usize>,
    lacked_before_mw: f64,
}

impl<F: DcFlow> StudyCase<'_, F> {
    /// Studies requests together. The outcome lists its transfers in the same order.
    pub fn study_round(&mut self, transfers: &[Transfer]) -> GroupOutcome {
        let mut outcome = GroupOutcome::default();
        for transfer in transfers {
            let headroom = self.headroom_for(transfer.bus, transfer.direction);
            outcome.transfers.push(TransferOutcome { headroom, ..TransferOutcome::default() });
        }
        for (own, firm_mw) in outcome.transfers.iter_mut().zip(self.firm_mw(transfers)) {
            own.firm_mw = Some(firm_mw);
        }
        let growth_mw = self.growth_mw(transfers);
        let mut shown = vec![Shown::default(); self.branches.len()];
        for (snapshot, growth_mw) in growth_mw.iter().enumerate() {
            if !transfers.iter().any(|transfer| self.snapshots[snapshot].is_for(transfer.direction)) {
                continue;
            }
            for state in self.states_of(snapshot) {
                self.look(state, transfers, growth_mw, &mut shown[state.branch]);
            }
        }
        for (i, shown) in shown.into_iter().enumerate() {
            let (branch, planned_mw) = (BranchId(i as u32), self.branches[i].planned_mw);
            for &transfer in &shown.relying {
                outcome.transfers[transfer].relied.push((branch, shown.relied_mw.min(planned_mw)));
            }
            if shown.lacked_before_mw > 0.0 {
                outcome.pre_existing.push((branch, shown.lacked_before_mw));
            }
            if let Some((state, overload)) = shown.worst {
                outcome.charged.push(self.charged(state, overload, transfers));
            }
        }
        outcome
    }

    /// Flow per snapshot and branch that the round adds.
    fn growth_mw(&mut self, transfers: &[Transfer]) -> Vec<Vec<f64>> {
        let mut growth_mw = vec![vec![0.0; self.branches.len()]; self.snapshots.len()];
        for transfer in transfers {
            self.unit.row(self.dc, transfer.bus);
            for (s, growth_mw) in growth_mw.iter_mut().enumerate() {
                if self.snapshots[s].is_for(transfer.direction) {
                    let pattern = self.pattern(transfer, s);
                    growth_mw.iter_mut().enumerate().for_each(|(i, mw)| *mw += pattern(i) * transfer.mw);
                }
            }
        }
        growth_mw
    }

    /// What one state says of its branch.
    fn look(&self, state: State, transfers: &[Transfer], growth_mw: &[f64], shown: &mut Shown) {
        let studied = self.branches[state.branch];
        let ratio = studied.ratio(state.outage());
        let limit_mw = studied.future_mw() * ratio;
        let before_mw = state.of(|i| self.snapshots[state.snapshot].flow_mw[i]);
        let after_mw = before_mw + state.of(|i| growth_mw[i]);
        shown.lacked_before_mw = shown.lacked_before_mw.max((before_mw.abs() - limit_mw) / ratio);
        let least_growth = self.rules.overload_growth_min;
        let relies =
            studied.planned_mw > 0.0 && grows(before_mw, after_mw, studied.rating_mw * ratio, least_growth);
        let overloads = grows(before_mw, after_mw, limit_mw, least_growth);
        if !relies && !overloads {
            return;
        }
        let dfax = self.along(state, after_mw, transfers);
        let causes = |dfax: &f64| *dfax >= self.rules.dfax_min;
        if !dfax.iter().any(causes) {
            return;
        }
        if relies {
            shown.relied_mw = shown.relied_mw.max(after_mw.abs() / ratio - studied.rating_mw);
            shown.relying.extend(dfax.iter().enumerate().filter(|(_, dfax)| causes(dfax)).map(|(t, _)| t));
            shown.relying.sort_unstable();
            shown.relying.dedup();
        }
        if overloads {
            let overload = Overload {
                branch: BranchId(state.branch as u32),
                outage: state.outage(),
                snapshot: state.snapshot,
                dfax: 0.0,
                before_mw,
                after_mw,
                studied,
                remedy: None,
            };
            if shown.worst.is_none_or(|(_, worst)| overload.lacking_mw() > worst.lacking_mw()) {
                shown.worst = Some((state, overload));
            }
        }
    }

    /// DFAX of every transfer along the flow after the round; zero where its direction is not studied.
    fn along(&self, state: State, after_mw: f64, transfers: &[Transfer]) -> Vec<f64> {
        let snapshot = &self.snapshots[state.snapshot];
        let along = |transfer: &Transfer| {
            if !snapshot.is_for(transfer.direction) {
                return 0.0;
            }
            state.of(self.pattern(transfer, state.snapshot)) * after_mw.signum()
        };
        transfers.iter().map(along).collect()
    }

    /// An overload with everybody's part in it.
    fn charged(&self, state: State, mut overload: Overload, transfers: &[Transfer]) -> GroupOverload {
        let dfax = self.along(state, overload.after_mw, transfers);
        let impact_mw: Vec<f64> = dfax.iter().zip(transfers).map(|(dfax, of)| dfax * of.mw).collect();
        let largest = (0..transfers.len()).rev().max_by(|&a, &b| impact_mw[a].total_cmp(&impact_mw[b]));
        overload.dfax = largest.map_or(0.0, |t| dfax[t]) * overload.after_mw.signum();
        GroupOverload { overload, dfax, impact_mw }
    }
}
