//! Transfer factors of branches in the factored network, kept from outage to outage.
//!
//! The row of a flow in the present network is a weighted sum of these rows and of those of the branches that are
//! out, so an outage costs a pass over the buses for each flow that carries a price, and no network solve.
//! A row is a function of the factored network alone, so it does not matter which ones are kept.

use super::Topology;
use super::outages::RANK_MAX;
use crate::dispatch::lens::Lens;
use crate::dispatch::vector::set_combination;

/// So many rows are kept at most.
const KEPT_MAX: usize = 256;

/// A sum of more flows than this is solved for as a whole.
const TERMS_MAX: usize = 8;

/// A row, and what a lens makes of it.
#[derive(Clone, Debug, Default)]
struct Kept {
    by_bus: Vec<f64>,
    image: Vec<f64>,
    /// The edition of the lens.
    lens: Option<u64>,
}

/// Rows by branch.
#[derive(Clone, Debug, Default)]
pub(in crate::dispatch) struct WholeRows {
    /// The factor to which the rows belong.
    edition: u64,
    slot: Vec<Option<u32>>,
    kept: Vec<Kept>,
    used: usize,
    /// The rows that make up the one asked for, by slot, with their weights.
    parts: Vec<(u32, f64)>,
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
        self.find_parts(topology, terms);
        let kept = &self.kept;
        set_combination(row, self.parts.iter().map(|&(at, weight)| (weight, &kept[at as usize].by_bus[..])));
        topology.refer(row);
    }

    /// The image of such a row; false when it has to be made from the row itself.
    pub(in crate::dispatch) fn image(
        &mut self,
        topology: &Topology,
        terms: &[(u32, f64)],
        lens: &Lens,
        image: &mut Vec<f64>,
    ) -> bool {
        if terms.len() > TERMS_MAX || topology.has_pieces() {
            return false;
        }
        self.find_parts(topology, terms);
        for &(at, _) in &self.parts {
            let Kept { by_bus, image, lens: known } = &mut self.kept[at as usize];
            if *known != Some(lens.edition) {
                *known = Some(lens.edition);
                lens.image(by_bus, image);
            }
        }
        image.resize(lens.size(), 0.0);
        let kept = &self.kept;
        set_combination(image, self.parts.iter().map(|&(at, weight)| (weight, &kept[at as usize].image[..])));
        true
    }

    /// Lists the parts of a row, and solves for those that are not known.
    fn find_parts(&mut self, topology: &Topology, terms: &[(u32, f64)]) {
        if self.edition != topology.edition || self.used + terms.len() + RANK_MAX > KEPT_MAX {
            self.edition = topology.edition;
            self.slot.clear();
            self.slot.resize(topology.branch_count(), None);
            self.used = 0;
        }
        self.parts.clear();
        topology.parts(terms, &mut self.parts);
        for part in &mut self.parts {
            let branch = part.0 as usize;
            let slot = self.slot[branch].unwrap_or(self.used as u32);
            if slot as usize == self.used {
                if self.used == self.kept.len() {
                    self.kept.push(Kept::default());
                }
                self.used += 1;
                self.slot[branch] = Some(slot);
                let kept = &mut self.kept[slot as usize];
                kept.lens = None;
                kept.by_bus.resize(topology.bus_count(), 0.0);
                let link = topology.whole[branch];
                topology.angles_of(link, link.susceptance_mw_per_rad, &mut kept.by_bus);
            }
            part.0 = slot;
        }
    }
}
