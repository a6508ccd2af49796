//! Which buses columns are told apart by, and the rows of flows.
//!
//! Flows outside a radial part see all its buses alike, so its columns stand in one group with those of the bus where
//! it begins. Only a flow within the part tells them apart. When the row of such a flow is asked for, the part is cut
//! there for good: the run stops, columns are grouped anew, and it goes on from the basis where it stood.

use super::{Engine, Stop};
use crate::dispatch::basis::Constraint;
use crate::dispatch::columns::Columns;
use crate::dispatch::error::DispatchError;
use crate::dispatch::lens::Lens;
use crate::dispatch::problem::DispatchProblem;
use crate::dispatch::rows::Sources;

impl Engine {
    /// Groups the columns by what stands for their buses.
    pub(super) fn read_columns(&mut self, problem: &DispatchProblem) -> Result<(), DispatchError> {
        let island = self.islands.by_bus();
        let roots = match &self.topology {
            Some(topology) => topology.radial().roots(&self.cut, island),
            None => (0..island.len() as u32).collect(),
        };
        self.columns = Columns::of(problem, &self.order, &roots)?;
        self.regroup(problem);
        self.inverse_stale = true;
        Ok(())
    }

    /// Builds the rows of all flows that carry a price.
    pub(super) fn prepare_rows(&mut self) -> Result<(), Stop> {
        for r in 0..self.kernel.len() {
            self.prepare(self.kernel[r].constraint)?;
        }
        for o in 0..self.overloaded.len() {
            self.prepare(self.overloaded[o].constraint)?;
        }
        Ok(())
    }

    /// Builds the row of a flow unless it is there; does nothing for other constraints. Stops at a flow that tells
    /// columns of a group apart.
    pub(super) fn prepare(&mut self, flow: Constraint) -> Result<(), Stop> {
        if self.flow_index(flow).is_none() {
            return Ok(());
        }
        if !self.rows.has(flow) && self.cuts(flow) {
            return Err(Stop::Cut);
        }
        if let Some(topology) = &self.topology {
            let (gates, base_injection) = (&self.gates, &self.base_injection[..]);
            let lens = Lens {
                edition: self.lens_edition,
                columns: &self.columns,
                loads: &self.loads,
                growth: &self.growth,
            };
            self.rows.prepare(flow, Sources { topology, gates, lens, base_injection });
        }
        Ok(())
    }

    /// Cuts the radial parts within which a flow runs; says whether there was anything to cut.
    fn cuts(&mut self, flow: Constraint) -> bool {
        let Some(topology) = &self.topology else { return false };
        let own = [(if let Constraint::Branch(l) = flow { l } else { 0 }, 1.0)];
        let terms = if let Constraint::Flowgate(g) = flow { self.gates.terms(g) } else { &own[..] };
        let mut any = false;
        for bus in terms.iter().filter_map(|term| topology.radial().beyond(term.0)) {
            any |= !std::mem::replace(&mut self.cut[bus as usize], true);
        }
        any
    }

    /// The buses at which radial parts were cut.
    pub(super) fn cut_buses(&self) -> Vec<u32> {
        self.cut.iter().zip(0..).filter_map(|(&cut, bus)| cut.then_some(bus)).collect()
    }

    /// Cuts radial parts at these buses and nowhere else.
    pub(super) fn cut_at(&mut self, buses: &[u32]) {
        if self.cut_buses() != buses {
            self.cut.fill(false);
            for &bus in buses {
                self.cut[bus as usize] = true;
            }
            // They are read again when the next solve begins.
            self.columns = Columns::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dispatch::{Bound, DispatchSolution, FlowBranch, Place, Solver};
    use crate::names::Key;

    fn line(from: u32, to: u32, limit_mw: f64) -> FlowBranch {
        FlowBranch {
            from,
            to,
            susceptance_mw_per_rad: 100.0 + f64::from(from + 3 * to),
            shift_rad: 0.0,
            limit_mw,
            ceiling_usd_per_mwh: 600.0,
            in_service: true,
        }
    }

    /// The triangle 0 1 2 with the feeder 2 - 3 - 4 and dear power at bus 0, nothing where the feeder begins.
    fn feeder(limit_mw: f64) -> DispatchProblem {
        let free = 1000.0;
        let lines = [(0, 1, free), (1, 2, free), (2, 0, free), (3, 2, limit_mw), (3, 4, free)];
        let mut problem =
            DispatchProblem::new(5, lines.into_iter().map(|(a, b, limit)| line(a, b, limit)).collect());
        for (n, bus, upper_mw, cost_usd_per_mwh) in
            [(0, 4, 100.0, 10.0), (1, 3, 50.0, 15.0), (2, 0, 500.0, 30.0)]
        {
            let bound = Bound { lower_mw: 0.0, upper_mw, cost_usd_per_mwh };
            problem.add_column(Key::of("unit").part(n), Place::Bus(bus, 1.0), bound);
        }
        problem
    }

    #[test]
    fn a_feeder_is_one_group_until_its_limit_matters() {
        let mut problem = feeder(60.0);
        let mut engine = Engine::new(&problem, true).unwrap();
        let mut solution = DispatchSolution::default();
        problem.demand_mw[0] = 40.0;
        engine.solve(&problem).unwrap();
        engine.evaluate(&problem, 0, &mut solution);
        assert_eq!(solution.lmp_usd_per_mwh, [10.0; 5]);
        let close = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9);
        assert!(close(&solution.flow_mw[3..], &[40.0, -40.0]), "{:?}", solution.flow_mw);
        assert_eq!((engine.columns.group_count(), engine.cut_buses()), (2, vec![]));

        problem.demand_mw[0] = 200.0;
        engine.solve(&problem).unwrap();
        engine.evaluate(&problem, 0, &mut solution);
        assert!(close(&solution.lmp_usd_per_mwh, &[30.0, 30.0, 30.0, 10.0, 10.0]));
        assert!(close(&solution.column_mw, &[60.0, 0.0, 140.0]));
        assert!(close(&solution.flow_mw[3..], &[60.0, -60.0]), "{:?}", solution.flow_mw);
        assert_eq!((engine.columns.group_count(), engine.cut_buses()), (2, vec![3]));
    }

    #[test]
    fn a_saved_basis_knows_the_cuts() {
        let mut problem = feeder(60.0);
        problem.demand_mw[0] = 200.0;
        let (mut first, mut second) = (Solver::new(&problem).unwrap(), Solver::new(&problem).unwrap());
        let (mut a, mut b) = (DispatchSolution::default(), DispatchSolution::default());
        first.solve(&problem, &mut a).unwrap();
        let basis = first.basis();
        assert_eq!(basis.cut, [3]);
        second.set_basis(&basis).unwrap();
        problem.demand_mw[0] = 90.0;
        first.solve(&problem, &mut a).unwrap();
        second.solve(&problem, &mut b).unwrap();
        assert_eq!((a.column_mw, a.lmp_usd_per_mwh), (b.column_mw, b.lmp_usd_per_mwh));
        assert!(matches!(
            second.set_basis(&crate::dispatch::Basis { cut: vec![9], ..basis }),
            Err(DispatchError::ForeignBasis)
        ));
    }

    proptest! {
        /// A ring with trees: grouped or with every bus apart, hour after hour, through outages in the trees.
        #[test]
        fn cuts_change_no_answer(
            trees in prop::collection::vec((any::<prop::sample::Index>(), 5.0_f64..90.0), 2..14),
            served in prop::collection::vec(any::<bool>(), 18),
            units in prop::collection::vec((any::<prop::sample::Index>(), 0.0_f64..60.0, 5_u8..60), 3..25),
            hours in prop::collection::vec(
                (prop::collection::vec(0.0_f64..25.0, 18), prop::option::of(any::<prop::sample::Index>())),
                1..5,
            ),
        ) {
            let mut lines: Vec<FlowBranch> = (0..4).map(|l| line(l, (l + 1) % 4, 50.0)).collect();
            for (bus, (hub, limit_mw)) in (4..).zip(&trees) {
                lines.push(line(hub.index(bus as usize) as u32, bus, *limit_mw));
            }
            let buses = 4 + trees.len() as u32;
            let mut problem = DispatchProblem::new(buses as usize, lines);
            // Only buses with demand have relief, so that some hubs have no column at all.
            for bus in (0..buses).filter(|bus| served[*bus as usize]) {
                for (n, mw, cost_usd_per_mwh) in [(0, 500.0_f64, 2000.0), (1, -500.0, -300.0)] {
                    let bound = Bound { lower_mw: mw.min(0.0), upper_mw: mw.max(0.0), cost_usd_per_mwh };
                    problem.add_column(Key::of("relief").part(u64::from(2 * bus + n)), Place::Bus(bus, 1.0), bound);
                }
            }
            for (n, (bus, upper_mw, cost)) in (0..).zip(&units) {
                let bound = Bound { lower_mw: 0.0, upper_mw: *upper_mw, cost_usd_per_mwh: f64::from(*cost) };
                problem.add_column(Key::of("unit").part(n), Place::Bus(bus.index(buses as usize) as u32, 1.0), bound);
            }
            let mut grouped = Engine::new(&problem, true).unwrap();
            let mut apart = Engine::new(&problem, true).unwrap();
            apart.cut_at(&(0..buses).collect::<Vec<u32>>());
            let (mut a, mut b) = (DispatchSolution::default(), DispatchSolution::default());
            for (demand_mw, outage) in hours {
                for bus in 0..buses as usize {
                    problem.demand_mw[bus] = if served[bus] { demand_mw[bus] } else { 0.0 };
                }
                if let Some(outage) = outage {
                    let lost = 4 + outage.index(trees.len());
                    problem.branches[lost].in_service ^= true;
                    problem.touch_topology();
                }
                for (engine, solution) in [(&mut grouped, &mut a), (&mut apart, &mut b)] {
                    engine.solve(&problem).unwrap();
                    engine.evaluate(&problem, 0, solution);
                }
                prop_assert!(grouped.columns.group_count() <= apart.columns.group_count());
                let close = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6);
                let (cost, reference) = (a.objective_usd_per_h, b.objective_usd_per_h);
                prop_assert!((cost - reference).abs() <= 1e-9 * (1.0 + reference.abs()), "{cost} is not {reference}");
                prop_assert!(close(&a.column_mw, &b.column_mw), "{:?} is not {:?}", a.column_mw, b.column_mw);
                prop_assert!(close(&a.flow_mw, &b.flow_mw), "{:?} is not {:?}", a.flow_mw, b.flow_mw);
                prop_assert!(close(&a.lmp_usd_per_mwh, &b.lmp_usd_per_mwh), "{:?} is not {:?}", a.lmp_usd_per_mwh, b.lmp_usd_per_mwh);
            }
        }
    }
}
