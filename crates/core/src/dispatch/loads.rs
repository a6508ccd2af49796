//! Demand as load zones: what follows a zone's level, and what departs from it.
//!
//! A flow's share of the demand of a zone is one number as long as the zone spreads its load alike, so the demand's
//! part of a flow costs one product per zone and one per bus that departs. That a bus follows is not believed but
//! seen: its demand has to equal its share of the level exactly.
//!
//! Cost: `O(buses)` an interval; `O(zones + departing buses)` a flow.

use super::problem::DispatchProblem;

/// Which bus follows which zone, and where demand departs from that.
#[derive(Clone, Debug, Default)]
pub(super) struct Loads {
    /// Stretches of consecutive buses with one zone (or, one more, none), and the bus behind the last.
    stretches: Vec<(u32, u32)>,
    /// By bus.
    share: Vec<f64>,
    /// By place in the order of nodal vectors.
    zone_at: Vec<u32>,
    share_at: Vec<f64>,
    /// By zone, and zero for none.
    level_mw: Vec<f64>,
    /// Places whose injection is not that of their zone, and by how much; of no use when they are too many.
    apart: Vec<(u32, f64)>,
    too_many: bool,
}

impl Loads {
    /// The zones of a problem; `order` maps buses to their place. A bus that several zones name follows the last.
    pub(super) fn of(problem: &DispatchProblem, order: &[u32]) -> Loads {
        let none = problem.load_zones().len() as u32;
        let mut zone = vec![none; order.len()];
        let mut share = vec![0.0; order.len()];
        for (number, of) in (0..).zip(problem.load_zones()) {
            for &(bus, part) in of.shares().iter().filter(|term| (term.0 as usize) < order.len()) {
                (zone[bus as usize], share[bus as usize]) = (number, part);
            }
        }
        let (mut zone_at, mut share_at) = (vec![none; order.len()], vec![0.0; order.len()]);
        let mut stretches: Vec<(u32, u32)> = Vec::new();
        for (end, ((&place, &zone), &share)) in (1..).zip(order.iter().zip(&zone).zip(&share)) {
            (zone_at[place as usize], share_at[place as usize]) = (zone, share);
            match stretches.last_mut() {
                Some(last) if last.0 == zone => last.1 = end,
                _ => stretches.push((zone, end)),
            }
        }
        let level_mw = vec![0.0; none as usize + 1];
        Loads { stretches, share, zone_at, share_at, level_mw, apart: Vec::new(), too_many: false }
    }

    /// Whether so many zones were taken over.
    pub(super) fn knows(&self, zones: usize) -> bool {
        self.level_mw.len() == zones + 1
    }

    /// How many zones there are.
    pub(super) fn zone_count(&self) -> usize {
        self.level_mw.len().saturating_sub(1)
    }

    /// Takes over the levels of an interval and looks for what departs from them: buses, and what shifters inject
    /// (by place). `order` maps buses to their place.
    pub(super) fn take(&mut self, problem: &DispatchProblem, order: &[u32], shift: &[f64]) {
        for (level, zone) in self.level_mw.iter_mut().zip(problem.load_zones()) {
            *level = zone.level_mw();
        }
        self.apart.clear();
        let most = self.share.len() / 4;
        let mut first = 0;
        for &(zone, end) in &self.stretches {
            let (buses, level) = (first..end as usize, self.level_mw[zone as usize]);
            first = buses.end;
            let (demand, share) = (&problem.demand_mw[buses.clone()], &self.share[buses.clone()]);
            let follows = |(&mw, &share): (&f64, &f64)| mw == share * level;
            let departing: usize = demand.iter().zip(share).map(|bus| usize::from(!follows(bus))).sum();
            self.too_many = self.apart.len() + departing > most;
            if self.too_many {
                return;
            }
            if departing > 0 {
                let apart = order[buses].iter().zip(demand.iter().zip(share)).filter(|of| !follows(of.1));
                self.apart.extend(apart.map(|(&place, (&mw, &share))| (place, share * level - mw)));
            }
        }
        let shifts = (0..).zip(shift).filter(|shift| *shift.1 != 0.0);
        self.apart.extend(shifts.map(|(place, &mw)| (place, mw)));
    }

    /// Appends the sums of a row of transfer factors over what each zone injects per MW of its level.
    pub(super) fn gather(&self, by_bus: &[f64], sums: &mut Vec<f64>) {
        let first = sums.len();
        sums.resize(first + self.level_mw.len(), 0.0);
        for ((&factor, &zone), &share) in by_bus.iter().zip(&self.zone_at).zip(&self.share_at) {
            sums[first + zone as usize] -= share * factor;
        }
        sums.truncate(first + self.zone_count());
    }

    /// The flow that zones cause, given the sums of its row.
    pub(super) fn flow_of_zones(&self, sums: &[f64]) -> f64 {
        sums.iter().zip(&self.level_mw).map(|(sum, level)| sum * level).sum()
    }

    /// The places whose injection is not that of their zone, and by how much; none when they are so many that the
    /// whole row is as quick.
    pub(super) fn apart(&self) -> Option<&[(u32, f64)]> {
        (!self.too_many).then_some(&self.apart)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::dispatch::{Bound, DispatchProblem, DispatchSolution, FlowBranch, Place, Solver};
    use crate::names::Key;

    /// A ring of twelve buses with tight lines, a phase shifter, a unit at every second bus and shedding everywhere.
    fn ring() -> DispatchProblem {
        let line = |l: u32| FlowBranch {
            from: l,
            to: (l + 1) % 12,
            susceptance_mw_per_rad: 100.0 + f64::from(l),
            shift_rad: if l == 7 { 0.05 } else { 0.0 },
            limit_mw: 40.0,
            ceiling_usd_per_mwh: 500.0,
            in_service: true,
        };
        let mut problem = DispatchProblem::new(12, (0..12).map(line).collect());
        for bus in 0..12 {
            let shed = Bound { lower_mw: 0.0, upper_mw: 1000.0, cost_usd_per_mwh: 2000.0 };
            problem.add_column(Key::of("shed").part(u64::from(bus)), Place::Bus(bus, 1.0), shed);
            let cost_usd_per_mwh = f64::from(20 + 7 * bus % 11);
            let unit = Bound { lower_mw: 0.0, upper_mw: 90.0 * f64::from(bus % 2), cost_usd_per_mwh };
            problem.add_column(Key::of("unit").part(u64::from(bus)), Place::Bus(bus, 1.0), unit);
        }
        problem
    }

    proptest! {
        /// Zones change the work, not the answer: neither where demand follows them nor where it departs.
        #[test]
        fn zones_change_no_answer(
            shares in prop::collection::vec(0.01_f64..1.0, 10),
            hours in prop::collection::vec((0.0_f64..120.0, 0.0_f64..120.0, prop::option::of((0_usize..12, 0.0_f64..60.0))), 1..6),
            outage in 0_usize..24,
        ) {
            let zones: [Vec<(u32, f64)>; 2] = [
                (0..5).map(|bus| (bus, shares[bus as usize])).collect(),
                // Not in one stretch, and two buses are in no zone.
                (6..11).map(|bus| (bus, shares[bus as usize - 1])).collect(),
            ];
            let (mut with, mut without) = (ring(), ring());
            for zone in &zones {
                with.add_load_zone(zone.clone());
            }
            let (mut ours, mut plain) = (Solver::new(&with).unwrap(), Solver::new(&without).unwrap());
            let (mut a, mut b) = (DispatchSolution::default(), DispatchSolution::default());
            for (hour, (first_mw, second_mw, departs)) in hours.into_iter().enumerate() {
                with.demand_mw.fill(0.0);
                with.set_zone_load(0, first_mw);
                with.set_zone_load(1, second_mw);
                if let Some((bus, mw)) = departs {
                    with.demand_mw[bus] += mw;
                }
                without.demand_mw.clone_from(&with.demand_mw);
                if let (1, Some(lost)) = (hour, outage.checked_sub(12)) {
                    for problem in [&mut with, &mut without] {
                        problem.branches[lost].in_service = false;
                        problem.touch_topology();
                    }
                }
                ours.solve(&with, &mut a).unwrap();
                plain.solve(&without, &mut b).unwrap();
                let close = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6);
                prop_assert!((a.objective_usd_per_h - b.objective_usd_per_h).abs() <= 1e-9 * (1.0 + b.objective_usd_per_h.abs()));
                prop_assert!(close(&a.flow_mw, &b.flow_mw), "{:?} is not {:?}", a.flow_mw, b.flow_mw);
                prop_assert!(close(&a.lmp_usd_per_mwh, &b.lmp_usd_per_mwh));
            }
        }
    }
}
