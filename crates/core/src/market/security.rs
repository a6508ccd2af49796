//! The security list: which branches to watch against the loss of which others.
//!
//! A dispatch that keeps every flow within every rating after every possible loss would have millions of
//! limits. Nearly all of them never matter, so a list is made ahead of time, as operators do: the loss of
//! each branch is tried on a few stressed states, and the pairs of a monitored and a lost branch that come
//! near the emergency rating are kept. In the hourly market each becomes a flowgate.
//!
//! After the loss of `k`, branch `l` carries `f_l + LODF_lk f_k`, with the line outage distribution factor
//! `LODF_lk = g_l / (1 - g_k)`, where `g` are the flows of one megawatt sent from one end of `k` to the other.
//! A loss that splits an island (`g_k = 1`) moves no flow and is left out: its load is lost, not rerouted.
//!
//! Source of the factors: A. J. Wood, B. F. Wollenberg, "Power Generation, Operation and Control", chapter
//! 11 (2nd ed., 1996). Cost: one network solve and a pass over branches and states per branch that can be
//! lost, once per topology; then `O(pairs x states)` for pairs whose share is not negligible.

use crate::dispatch::Topology;

/// Nearer to one than this, a branch is the only connection of what lies behind it.
const SPLITS: f64 = 1e-6;

/// What a branch is to the list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SecurityBranch {
    /// Ends, by position of the bus.
    pub ends: (u32, u32),
    /// Rating in normal operation; infinite when it is not watched.
    pub continuous_mw: f64,
    /// Rating after a loss.
    pub emergency_mw: f64,
    /// Whether its loss is provided for.
    pub can_be_lost: bool,
}

/// What is put on the list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SecurityRules {
    /// Least flow after the loss, as a share of the emergency rating, in any of the states.
    pub loading_min: f64,
    /// Least share of the lost flow that the monitored branch takes over.
    pub lodf_min: f64,
    /// Most pairs with the same monitored branch.
    pub pairs_per_branch_max: usize,
    /// Most pairs.
    pub pairs_max: usize,
}

/// A monitored branch and the loss that threatens it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SecurityPair {
    /// Position of the branch that is watched.
    pub monitored: u32,
    /// Position of the branch that is lost.
    pub outaged: u32,
    /// Share of the lost flow that the monitored branch takes over, with sign.
    pub lodf: f64,
    /// Greatest loading after the loss over the states, as a share of the emergency rating.
    pub loading: f64,
}

/// What the loss of each branch moves onto others, found when it is first asked for. It is a function of the
/// topology alone, so one serves every round and every year.
#[derive(Clone, Debug, Default)]
pub struct LossFactors {
    /// By lost branch, those that take over at least `lodf_min` of its flow, with their part of it.
    moved: Vec<Option<Vec<(u32, f64)>>>,
    lodf_min: f64,
}

impl LossFactors {
    /// Who takes over the flow of a branch; nobody where its loss splits an island.
    fn of(&mut self, topology: &Topology, lost: usize, ends: (u32, u32)) -> &[(u32, f64)] {
        let lodf_min = self.lodf_min;
        self.moved[lost].get_or_insert_with(|| {
            let mut injection_mw = vec![0.0; topology.bus_count()];
            let mut moved = Vec::new();
            injection_mw[ends.0 as usize] = 1.0;
            injection_mw[ends.1 as usize] = -1.0;
            topology.flows(&injection_mw, &mut moved);
            let stays = 1.0 - moved[lost];
            if stays.abs() < SPLITS {
                return Vec::new();
            }
            let factors = (0..).zip(&moved).map(|(l, flow)| (l, flow / stays));
            factors.filter(|&(l, lodf)| l as usize != lost && lodf.abs() >= lodf_min).collect()
        })
    }

    fn begin(&mut self, branches: usize, lodf_min: f64) {
        if self.moved.len() != branches || self.lodf_min != lodf_min {
            (self.moved, self.lodf_min) = (vec![None; branches], lodf_min);
        }
    }
}

/// The pairs that matter in these states (flows by branch), from the heaviest loading down; equal ones by
/// position. Pairs whose limit is looser than the monitored branch's own rating in every state are left out:
/// that rating keeps them safe. `factors` must have been used with no other topology.
pub fn screen(
    topology: &Topology,
    factors: &mut LossFactors,
    branches: &[SecurityBranch],
    states: &[Vec<f64>],
    rules: &SecurityRules,
) -> Vec<SecurityPair> {
    let mut pairs: Vec<SecurityPair> = Vec::new();
    factors.begin(branches.len(), rules.lodf_min);
    for (k, lost) in branches.iter().enumerate().filter(|(_, branch)| branch.can_be_lost) {
        // Nothing moves when nothing flows.
        if states.iter().all(|flow_mw| flow_mw[k].abs() < 1.0) {
            continue;
        }
        for &(monitored, lodf) in factors.of(topology, k, lost.ends) {
            let (l, branch) = (monitored as usize, &branches[monitored as usize]);
            if !branch.emergency_mw.is_finite() {
                continue;
            }
            let mut loading = 0.0_f64;
            for flow_mw in states {
                let after = (flow_mw[l] + lodf * flow_mw[k]).abs() / branch.emergency_mw;
                let before = flow_mw[l].abs() / branch.continuous_mw;
                if after > before {
                    loading = loading.max(after);
                }
            }
            if loading >= rules.loading_min {
                pairs.push(SecurityPair { monitored, outaged: k as u32, lodf, loading });
            }
        }
    }
    pairs.sort_unstable_by(|a, b| {
        let position = |pair: &SecurityPair| (pair.monitored, pair.outaged);
        b.loading.total_cmp(&a.loading).then(position(a).cmp(&position(b)))
    });
    let mut taken = vec![0; branches.len()];
    pairs.retain(|pair| {
        let count = &mut taken[pair.monitored as usize];
        *count += 1;
        *count <= rules.pairs_per_branch_max
    });
    pairs.truncate(rules.pairs_max);
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispatch::FlowBranch;

    fn line(from: u32, to: u32) -> FlowBranch {
        FlowBranch {
            from,
            to,
            susceptance_mw_per_rad: 100.0,
            shift_rad: 0.0,
            limit_mw: 100.0,
            ceiling_usd_per_mwh: f64::INFINITY,
            in_service: true,
        }
    }

    const RULES: SecurityRules =
        SecurityRules { loading_min: 0.9, lodf_min: 0.05, pairs_per_branch_max: 5, pairs_max: 100 };

    /// The list from factors that nobody has used before.
    fn fresh(
        topology: &Topology,
        branches: &[SecurityBranch],
        states: &[Vec<f64>],
        rules: &SecurityRules,
    ) -> Vec<SecurityPair> {
        screen(topology, &mut LossFactors::default(), branches, states, rules)
    }

    /// Two parallel lines from bus 0 to bus 1 and a radial line on to bus 2.
    fn case() -> (Vec<FlowBranch>, Vec<SecurityBranch>) {
        let lines = vec![line(0, 1), line(0, 1), line(1, 2)];
        let branches = lines.iter().map(|line| SecurityBranch {
            ends: (line.from, line.to),
            continuous_mw: 100.0,
            emergency_mw: 115.0,
            can_be_lost: true,
        });
        (lines.clone(), branches.collect())
    }

    #[test]
    fn a_twin_takes_over_everything_and_a_radial_line_nothing() {
        let (lines, branches) = case();
        let topology = Topology::new(3, &lines).unwrap();
        let pairs = fresh(&topology, &branches, &[vec![60.0, 60.0, 40.0]], &RULES);
        let found: Vec<_> = pairs.iter().map(|pair| (pair.monitored, pair.outaged)).collect();
        assert_eq!(found, [(0, 1), (1, 0)]);
        for pair in pairs {
            assert!((pair.lodf - 1.0).abs() < 1e-12);
            assert!((pair.loading - 120.0 / 115.0).abs() < 1e-12);
        }
    }

    #[test]
    fn what_stays_light_is_left_out_and_lists_are_cut() {
        let (lines, branches) = case();
        let topology = Topology::new(3, &lines).unwrap();
        assert!(fresh(&topology, &branches, &[vec![50.0, 50.0, 40.0]], &RULES).is_empty());
        let one = SecurityRules { pairs_max: 1, ..RULES };
        assert_eq!(fresh(&topology, &branches, &[vec![60.0, 60.0, 40.0]], &one).len(), 1);
    }

    #[test]
    fn factors_that_were_used_before_give_the_same_list() {
        let (lines, mut branches) = case();
        let topology = Topology::new(3, &lines).unwrap();
        let mut factors = LossFactors::default();
        let looser = SecurityRules { loading_min: 0.1, lodf_min: 1e-9, ..RULES };
        for (rules, state) in
            [(RULES, [110.0, 0.5, 40.0]), (RULES, [60.0, 60.0, 40.0]), (looser, [9.0, 60.0, 0.0])]
        {
            let states = [state.to_vec()];
            let again = screen(&topology, &mut factors, &branches, &states, &rules);
            assert_eq!(again, fresh(&topology, &branches, &states, &rules));
            assert!(!again.is_empty());
            branches[1].emergency_mw = 130.0;
        }
    }

    #[test]
    fn flows_after_a_loss_are_those_of_the_network_without_the_branch() {
        // A ring of five buses with a chord.
        let lines = vec![line(0, 1), line(1, 2), line(2, 3), line(3, 4), line(4, 0), line(1, 3)];
        let branches: Vec<SecurityBranch> = (lines.iter())
            .map(|line| SecurityBranch {
                ends: (line.from, line.to),
                continuous_mw: 10.0,
                emergency_mw: 1.0,
                can_be_lost: true,
            })
            .collect();
        let injection = [90.0, -20.0, 10.0, -50.0, -30.0];
        let topology = Topology::new(5, &lines).unwrap();
        let mut before = Vec::new();
        topology.flows(&injection, &mut before);
        let rules = SecurityRules { loading_min: 0.0, lodf_min: 1e-9, ..RULES };
        let pairs = fresh(&topology, &branches, std::slice::from_ref(&before), &rules);
        assert!(pairs.len() >= 20, "{}", pairs.len());
        for pair in pairs {
            let mut without = lines.clone();
            without[pair.outaged as usize].in_service = false;
            let mut after = Vec::new();
            Topology::new(5, &without).unwrap().flows(&injection, &mut after);
            let (l, k) = (pair.monitored as usize, pair.outaged as usize);
            assert!((before[l] + pair.lodf * before[k] - after[l]).abs() < 1e-9, "{pair:?}");
        }
    }
}
