//! Which outage makes a branch bind.
//!
//! Rule: the injections of the hour are put on the network with every branch in service. If the branch would still
//! be near its limit, the outages are not what binds it: a market fills a narrow branch up to its limit in any topology,
//! so a small change of its flow says nothing. Otherwise the outage that adds most to its flow is named:
//!
//! ```text
//!   LODF_lk f_k = (h_l(from k) - h_l(to k)) / (1 - h_k(from k) + h_k(to k)) f_k
//! ```
//!
//! with transfer factors `h` and flows `f` of the whole network. Cost: one flow solution an hour, and one more solve per
//! outage and binding branch.

use gridrush_core::dispatch::{DispatchProblem, DispatchSolution, FlowBranch, Topology, TopologyError};

/// The part of its limit by which outages must have raised a branch's flow. Assumed.
const MATERIAL: f64 = 0.05;
/// What is left of a circuit's own flow when it hangs in nothing but itself.
const BRIDGE: f64 = 1e-9;

/// The network with every branch in service, and room to work in.
#[derive(Clone, Debug)]
pub(crate) struct Behind {
    whole: Topology,
    injection_mw: Vec<f64>,
    flow_mw: Vec<f64>,
    by_bus: Vec<f64>,
}

impl Behind {
    /// Ready for these branches as they are when nothing is out.
    pub(crate) fn new(buses: usize, branches: &[FlowBranch]) -> Result<Behind, TopologyError> {
        Ok(Behind {
            whole: Topology::new(buses, branches)?,
            injection_mw: vec![0.0; buses],
            flow_mw: Vec::new(),
            by_bus: Vec::new(),
        })
    }

    /// Takes the flows of an hour.
    pub(crate) fn take(&mut self, problem: &DispatchProblem, solution: &DispatchSolution) {
        self.injection_mw.fill(0.0);
        for (branch, &mw) in problem.branches.iter().zip(&solution.flow_mw) {
            self.injection_mw[branch.from as usize] += mw;
            self.injection_mw[branch.to as usize] -= mw;
        }
        self.whole.flows(&self.injection_mw, &mut self.flow_mw);
    }

    /// The outage behind a binding branch of the hour that was taken, if one is.
    pub(crate) fn outage(
        &mut self,
        problem: &DispatchProblem,
        solution: &DispatchSolution,
        branch: u32,
        out: &[u32],
    ) -> Option<u32> {
        let l = branch as usize;
        if self.flow_mw[l].abs() >= problem.branches[l].limit_mw * (1.0 - MATERIAL) {
            return None;
        }
        let direction = solution.flow_mw[l].signum();
        let mut most: Option<(f64, u32)> = None;
        for &outage in out {
            let k = &problem.branches[outage as usize];
            let (from, to) = (k.from as usize, k.to as usize);
            self.whole.transfer_factors(outage, &mut self.by_bus);
            let left = 1.0 - (self.by_bus[from] - self.by_bus[to]);
            self.whole.transfer_factors(branch, &mut self.by_bus);
            let taken_over = if left > BRIDGE {
                direction * (self.by_bus[from] - self.by_bus[to]) / left * self.flow_mw[outage as usize]
            } else {
                0.0
            };
            if most.is_none_or(|(mw, _)| taken_over > mw) {
                most = Some((taken_over, outage));
            }
        }
        most.map(|(_, outage)| outage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(from: u32, to: u32, limit_mw: f64) -> FlowBranch {
        FlowBranch {
            from,
            to,
            susceptance_mw_per_rad: 1000.0,
            shift_rad: 0.0,
            limit_mw,
            ceiling_usd_per_mwh: 1e4,
            in_service: true,
        }
    }

    /// 60 MW from bus 0 to bus 2 over a triangle of equal lines, and a spur to bus 3.
    #[test]
    fn names_the_outage_without_which_the_line_would_not_bind() {
        let branches = vec![line(0, 1, 60.0), line(1, 2, 60.0), line(0, 2, 60.0), line(2, 3, 60.0)];
        let mut behind = Behind::new(4, &branches).unwrap();
        let mut problem = DispatchProblem::new(4, branches);
        problem.branches[2].in_service = false;
        let solution =
            DispatchSolution { flow_mw: vec![60.0, 60.0, 0.0, 0.0], ..DispatchSolution::default() };
        behind.take(&problem, &solution);
        // In the whole triangle the direct line carries 40 MW and the way round 20 MW.
        assert!((behind.flow_mw[2] - 40.0).abs() < 1e-9 && (behind.flow_mw[0] - 20.0).abs() < 1e-9);
        assert_eq!(behind.outage(&problem, &solution, 0, &[3, 2]), Some(2));
        // With a limit that binds anyway no outage is to blame.
        problem.branches[0].limit_mw = 20.0;
        assert_eq!(behind.outage(&problem, &solution, 0, &[3, 2]), None);
    }
}
