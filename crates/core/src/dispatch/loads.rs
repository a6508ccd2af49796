//! Demand as load zones: what follows a zone's level, and what departs from it.
//!
//! A flow's share of the demand of a zone is one number as long as the zone spreads its load alike, so the demand's
//! part of a flow costs one product per zone and one per bus that departs. That a bus follows is not believed but
//! seen: its demand is compared, bit by bit, with its share of the level.
//!
//! Cost: `O(buses)` an interval; `O(zones + departing buses)` a flow.

use super::problem::DispatchProblem;

/// No zone.
const NONE: u32 = u32::MAX;

/// Buses by place in the order of nodal vectors, with the zone that they follow.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Loads {
    zone: Vec<u32>,
    share: Vec<f64>,
    /// By zone, and zero for none.
    level_mw: Vec<f64>,
    /// Places whose injection is not that of their zone, and by how much.
    apart: Vec<(u32, f64)>,
}

impl Loads {
    /// The zones of a problem; `order` maps buses to their place. A bus that several zones name follows the last.
    pub(super) fn of(problem: &DispatchProblem, order: &[u32]) -> Loads {
        let mut loads = Loads {
            zone: vec![NONE; order.len()],
            share: vec![0.0; order.len()],
            level_mw: vec![0.0; problem.load_zones.len() + 1],
            apart: Vec::new(),
        };
        let count = problem.load_zones.len() as u32;
        for (zone, of) in (0..).zip(&problem.load_zones) {
            for &(bus, share) in &of.shares {
                if let Some(&place) = order.get(bus as usize) {
                    (loads.zone[place as usize], loads.share[place as usize]) = (zone, share);
                }
            }
        }
        loads.zone.iter_mut().filter(|zone| **zone == NONE).for_each(|zone| *zone = count);
        loads
    }

    /// Whether the same buses follow the same zones.
    pub(super) fn is_like(&self, other: &Loads) -> bool {
        self.zone == other.zone
            && self.level_mw.len() == other.level_mw.len()
            && self.share.iter().zip(&other.share).all(|(a, b)| a.to_bits() == b.to_bits())
    }

    /// How many zones there are.
    pub(super) fn zone_count(&self) -> usize {
        self.level_mw.len().saturating_sub(1)
    }

    /// Takes over the demand of an interval: `injection` by place becomes `shift` less demand.
    pub(super) fn take(&mut self, problem: &DispatchProblem, bus_at: &[u32], shift: &[f64], injection: &mut [f64]) {
        for (level, zone) in self.level_mw.iter_mut().zip(&problem.load_zones) {
            *level = zone.level_mw;
        }
        self.apart.clear();
        let buses = bus_at.iter().zip(shift).zip(self.zone.iter().zip(&self.share));
        for (place, (injection, ((&bus, &shift), (&zone, &share)))) in (0..).zip(injection.iter_mut().zip(buses)) {
            let demand = problem.demand_mw[bus as usize];
            let followed = share * self.level_mw[zone as usize];
            *injection = shift - demand;
            if demand != followed || shift != 0.0 {
                self.apart.push((place, shift + (followed - demand)));
            }
        }
    }

    /// Appends the sums of a row of transfer factors over what each zone injects per MW of its level.
    pub(super) fn gather(&self, by_bus: &[f64], sums: &mut Vec<f64>) {
        let first = sums.len();
        sums.resize(first + self.level_mw.len(), 0.0);
        for ((&factor, &zone), &share) in by_bus.iter().zip(&self.zone).zip(&self.share) {
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
        (self.apart.len() * 4 <= self.zone.len()).then_some(&self.apart)
    }
}
