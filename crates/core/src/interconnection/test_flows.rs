//! A small dense solver of direct-current flows, for tests.

use super::transfer::DcFlow;
use crate::grid::{Branch, BranchId, BranchKind, Bus, BusId, Network, Zone, ZoneId};

/// Lines as (from, to, reactance) on numbered buses; connected.
#[derive(Clone, Debug)]
pub(super) struct DenseFlow {
    pub(super) buses: usize,
    pub(super) lines: Vec<(usize, usize, f64)>,
}

/// Three buses, three lines of equal reactance: 0-1, 0-2, 1-2.
pub(super) fn triangle() -> DenseFlow {
    DenseFlow { buses: 3, lines: vec![(0, 1, 0.1), (0, 2, 0.1), (1, 2, 0.1)] }
}

/// The triangle as a network: bus 0 at 345 kV in the given zone, buses 1 and 2 at 138 kV in zone 0.
pub(super) fn triangle_network(zone_of_0: u16) -> Network {
    let mut network = Network { base_mva: 100.0, ..Network::default() };
    for name in ["a", "b"] {
        network.zones.push(Zone { name: name.into() });
    }
    for (number, (zone, base_kv)) in [(zone_of_0, 345.0), (0, 138.0), (0, 138.0)].into_iter().enumerate() {
        network.add_bus(Bus {
            number: number as u32,
            name: format!("bus {number}"),
            zone: ZoneId(zone),
            substation: number as u32,
            base_kv,
            load_mw: 0.0,
            shunt_mw: 0.0,
            load_share: 0.0,
            position: None,
        });
    }
    for (from, to) in [(0, 1), (0, 2), (1, 2)] {
        network.add_branch(Branch {
            name: format!("{from}-{to}"),
            from: BusId(from),
            to: BusId(to),
            kind: BranchKind::Line,
            r_pu: 0.0,
            x_pu: 0.1,
            tap: 1.0,
            shift_deg: 0.0,
            angle_difference_deg: None,
            rating_mw: 100.0,
            emergency_rating_mw: None,
            length_mi: Some(10.0),
            in_service: true,
        });
    }
    network
}

impl DcFlow for DenseFlow {
    fn ends(&self, branch: BranchId) -> (BusId, BusId) {
        let (from, to, _) = self.lines[branch.0 as usize];
        (BusId(from as u32), BusId(to as u32))
    }

    fn flows(&self, injection_mw: &[f64], flow_mw: &mut [f64]) {
        let imbalance: f64 = injection_mw.iter().sum();
        assert!(imbalance.abs() < 1e-9, "injections sum to {imbalance}");
        // Gaussian elimination of the susceptance matrix; the angle of the last bus is zero.
        let n = self.buses - 1;
        let mut rows: Vec<Vec<f64>> = (0..n)
            .map(|i| {
                let mut row = vec![0.0; n + 1];
                row[n] = injection_mw[i];
                row
            })
            .collect();
        for &(a, b, x) in &self.lines {
            for (i, j) in [(a, b), (b, a)] {
                if i < n {
                    rows[i][i] += 1.0 / x;
                    if j < n {
                        rows[i][j] -= 1.0 / x;
                    }
                }
            }
        }
        for pivot in 0..n {
            let pivot_row = rows[pivot].clone();
            for row in rows.iter_mut().skip(pivot + 1) {
                let factor = row[pivot] / pivot_row[pivot];
                for (value, above) in row.iter_mut().zip(&pivot_row).skip(pivot) {
                    *value -= factor * above;
                }
            }
        }
        let mut angle = vec![0.0; self.buses];
        for i in (0..n).rev() {
            let known: f64 = (i + 1..n).map(|j| rows[i][j] * angle[j]).sum();
            angle[i] = (rows[i][n] - known) / rows[i][i];
        }
        for (flow, &(a, b, x)) in flow_mw.iter_mut().zip(&self.lines) {
            *flow = (angle[a] - angle[b]) / x;
        }
    }
}
