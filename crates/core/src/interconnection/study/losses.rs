//! The loss of a branch: which others take over its flow, and which pairs a study looks at.
//!
//! After the loss of `k`, branch `l` carries `f_l + LODF_lk f_k` with `LODF_lk = g_l / (1 - g_k)`, where `g`
//! are the flows of one megawatt sent from one end of `k` to the other; this is the correction of the network
//! by one branch (Sherman and Morrison) written in flows. A transfer's DFAX after the loss is that of `l`
//! plus `LODF_lk` times that of `k`. A loss that splits an island (`g_k = 1`) reroutes nothing and has no
//! pairs.
//!
//! On small networks every pair counts ([`ALL_UP_TO`]). On larger ones a pair is left out if the lost branch,
//! at its own rating, cannot bring the monitored one from its continuous to its emergency rating: whatever
//! such a pair overloads, one of the two overloads more with all in service.
//!
//! Source of the factors: A. J. Wood, B. F. Wollenberg, "Power Generation, Operation and Control", chapter
//! 11 (2nd ed., 1996). Cost: one flow solve per branch, once per topology; memory 16 bytes a pair.

use super::{Snapshot, StudyBranch};
use crate::grid::BranchId;
use crate::interconnection::transfer::DcFlow;

/// Nearer to one than this, a branch is the only connection of what lies behind it.
const SPLITS: f64 = 1e-6;
/// Networks of at most so many branches are studied with every pair.
const ALL_UP_TO: usize = 400;
/// Smaller factors are rounding.
const LODF_NONE: f64 = 1e-9;
/// Smaller factors are left out of larger networks.
const LODF_SMALL: f64 = 0.005;

/// A branch and the loss of another one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pair {
    pub monitored: u32,
    pub lost: u32,
    /// Share of the lost flow that the monitored branch takes over, with sign.
    pub lodf: f64,
}

/// The outage factors of a network, by monitored and then lost branch.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Losses {
    pairs: Vec<Pair>,
    all: bool,
}

impl Losses {
    /// The factors of all branches. One flow solve per branch.
    pub fn of(dc: &impl DcFlow, buses: usize, branches: usize) -> Losses {
        Losses::screened(dc, buses, branches, branches > ALL_UP_TO)
    }

    /// The factors, of which only those that matter are looked at if `screened`.
    pub fn screened(dc: &impl DcFlow, buses: usize, branches: usize, screened: bool) -> Losses {
        let all = !screened;
        let least = if all { LODF_NONE } else { LODF_SMALL };
        let mut pairs = Vec::new();
        let (mut injection_mw, mut moved) = (vec![0.0; buses], vec![0.0; branches]);
        for lost in 0..branches {
            let (from, to) = dc.ends(BranchId(lost as u32));
            let ends = [from.0 as usize, to.0 as usize];
            injection_mw[ends[0]] = 1.0;
            injection_mw[ends[1]] = -1.0;
            dc.flows(&injection_mw, &mut moved);
            for &end in &ends {
                injection_mw[end] = 0.0;
            }
            let stays = 1.0 - moved[lost];
            // Out of service it carries nothing.
            if moved[lost] == 0.0 || stays.abs() < SPLITS {
                continue;
            }
            for (monitored, mw) in moved.iter().enumerate() {
                let lodf = mw / stays;
                if monitored != lost && lodf.abs() >= least {
                    pairs.push(Pair { monitored: monitored as u32, lost: lost as u32, lodf });
                }
            }
        }
        pairs.sort_unstable_by_key(|pair| (pair.monitored, pair.lost));
        Losses { pairs, all }
    }

    /// The pairs that a study of these branches in these states looks at.
    pub fn that_matter(&self, branches: &[StudyBranch], snapshots: &[Snapshot]) -> Vec<Pair> {
        let carried = |branch: usize| {
            let flows = snapshots.iter().map(|snapshot| snapshot.flow_mw[branch].abs());
            flows.fold(branches[branch].future_mw(), f64::max)
        };
        let most: Vec<f64> = (0..branches.len()).map(carried).collect();
        let matters = |pair: &&Pair| {
            let branch = &branches[pair.monitored as usize];
            let reserve_mw = (branch.emergency_ratio - 1.0) * branch.rating_mw;
            branch.rating_mw.is_finite()
                && (self.all || pair.lodf.abs() * most[pair.lost as usize] > reserve_mw)
        };
        self.pairs.iter().filter(matters).copied().collect()
    }
}
