//! Transfer factors of branches in the factored network, kept from outage to outage.
//!
//! The row of a flow in the present network is a weighted sum of these rows and of those of the branches that are
//! out, so an outage costs a pass over the buses for each flow that carries a price, and no network solve.
//! A row is a function of the factored network alone, so it does not matter which ones are kept.

use super::Topology;
use crate::dispatch::inverse::add_scaled;

/// So many rows are kept at most.
const KEPT_MAX: usize = 256;

/// A sum of more flows than this is solved for as a whole.
const TERMS_MAX: usize = 8;

/// Rows by branch.
#[derive(Clone, Debug, Default)]
pub(in crate::dispatch) struct WholeRows {
    /// The factor to which the rows belong.
    edition: u64,
    slot: Vec<Option<u32>>,
    rows: Vec<Vec<f64>>,
    used: usize,
}

impl WholeRows {
    /// The transfer factors of a weighted sum of flows in the present network, in elimination order. What is out
    /// of service counts for nothing.
    pub(in crate::dispatch) fn combine(
        &mut self,
        topology: &Topology,
        terms: &[(u32, f64)],
        row: &mut [f64],
    ) {
        if terms.len() > TERMS_MAX {
            return topology.transfer_factors_of_sum(terms, row);
        }
        if self.edition != topology.edition || self.used + terms.len() > KEPT_MAX {
            self.edition = topology.edition;
            self.slot.clear();
            self.slot.resize(topology.branch_count(), None);
            self.used = 0;
        }
        row.fill(0.0);
        for (branch, link, weight) in topology.present(terms) {
            let slot = self.slot[branch as usize].unwrap_or(self.used as u32) as usize;
            if slot == self.used {
                if self.used == self.rows.len() {
                    self.rows.push(Vec::new());
                }
                self.used += 1;
                self.slot[branch as usize] = Some(slot as u32);
                let kept = &mut self.rows[slot];
                kept.resize(topology.bus_count(), 0.0);
                topology.angles_of(link, link.susceptance_mw_per_rad, kept);
            }
            add_scaled(row, weight, &self.rows[slot]);
        }
        topology.correct_row(terms, row);
    }
}
