//! Branches out of service as corrections of a network that has them.
//!
//! With the factored matrix `B`, the incidence `V` of the lost branches and their susceptances `b`, angles
//! without them are those with them plus what they would carry:
//!
//! ```text
//!   Theta = B^-1 V     H = b V' Theta     M = (1 - H)^-1
//!   (B - V b V')^-1 p        = theta + Theta M f               theta = B^-1 p,  f = b V' theta
//!   transfer factors of l    = h_l + sum_i (H_l M)_i h_i       h_i = b_i Theta_i,  H_li = flow of l under Theta_i
//!   flow of l by a pair k    = H_lk + H_l M H_k
//! ```
//!
//! Lost branches on which the connection of the network depends have no such correction. They stay in `B`:
//! when the pieces that they join are balanced, each by itself, nothing flows there. So what a piece
//! exceeds is withdrawn at its reference before angles are looked for, and transfer factors of a piece
//! are counted from that of its reference.
//!
//! Invariant: a correction depends on the factored network and on which branches are out, not on the order in
//! which they went. It is refused where it would lose digits (an entry of `M` above [`AMPLIFIED_MAX`]).
//!
//! Cost: one solve per newly lost branch, `O(k^3)` once, then `O(k buses)` per angle solution and row.
//!
//! Source: the compensation method; O. Alsac, B. Stott, W. F. Tinney, "Sparsity-oriented compensation
//! methods for modified network solutions", IEEE Trans. PAS 102 (1983).

use super::{Islands, Link};
use crate::dispatch::inverse::Inverse;
use crate::dispatch::vector::add_scaled;

/// So many branches are corrected for at most; beyond, a new factor is cheaper in the long run.
pub(super) const RANK_MAX: usize = 8;

/// By how much a correction may amplify rounding.
const AMPLIFIED_MAX: f64 = 1e4;

/// A branch that the factored network has and the present one has not.
#[derive(Clone, Debug)]
struct Lost {
    branch: u32,
    /// As it is in the factored network.
    link: Link,
    /// Angles in the factored network when 1 MW goes from its from end to its to end.
    angle: Vec<f64>,
}

/// An island without a reference in the factored network.
#[derive(Clone, Debug)]
struct Piece {
    reference: u32,
    /// Its buses by elimination position.
    places: Vec<u32>,
}

/// What the present network lacks.
#[derive(Clone, Debug, Default)]
pub(super) struct Outages {
    /// In order of branches.
    lost: Vec<Lost>,
    /// `M`.
    mix: Inverse,
    pieces: Vec<Piece>,
}

impl Outages {
    /// Forgets everything, as there is another factor.
    pub(super) fn clear(&mut self) {
        self.lost.clear();
        self.pieces.clear();
    }

    /// Whether the present network is the factored one.
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.lost.is_empty() && self.pieces.is_empty()
    }

    /// Corrects for these branches, in ascending order, which `solve` gives angles for. False when that would lose digits
    /// or split the network; the correction is then not to be used.
    pub(super) fn set(&mut self, out: &[u32], whole: &[Link], solve: impl Fn(Link) -> Vec<f64>) -> bool {
        self.pieces.clear();
        let mut old = std::mem::take(&mut self.lost);
        for &branch in out {
            let known = old.iter().position(|lost| lost.branch == branch);
            self.lost.push(known.map_or_else(
                || {
                    let link = whole[branch as usize];
                    Lost { branch, link, angle: solve(link) }
                },
                |at| old.swap_remove(at),
            ));
        }
        let lost = &self.lost;
        let entry = |i: usize, j: usize| f64::from(u8::from(i == j)) - lost[i].link.carries(&lost[j].angle);
        let entries =
            |mix: &Inverse| (0..lost.len()).all(|i| mix.row(i).iter().all(|m| m.abs() <= AMPLIFIED_MAX));
        self.mix.invert(lost.len(), entry) && entries(&self.mix)
    }

    /// Takes over islands that are parts of those of the factored network.
    pub(super) fn split(&mut self, islands: &Islands, position: &[u32], grounded: &[bool]) {
        let reference = |island: usize| position[islands.references()[island] as usize];
        let mut piece_of = vec![None; islands.count()];
        for (island, piece) in piece_of.iter_mut().enumerate() {
            if !grounded[reference(island) as usize] {
                *piece = Some(self.pieces.len());
                self.pieces.push(Piece { reference: reference(island), places: Vec::new() });
            }
        }
        for (&place, &island) in position.iter().zip(islands.by_bus()) {
            if let Some(piece) = piece_of[island as usize] {
                self.pieces[piece].places.push(place);
            }
        }
    }

    /// Withdraws at the reference of every piece what the piece exceeds.
    pub(super) fn balance(&self, injection_mw: &mut [f64]) {
        for piece in &self.pieces {
            let total: f64 = piece.places.iter().map(|&place| injection_mw[place as usize]).sum();
            injection_mw[piece.reference as usize] -= total;
        }
    }

    /// Counts values from that of the reference of their piece.
    pub(super) fn refer(&self, value: &mut [f64]) {
        for piece in &self.pieces {
            let reference = value[piece.reference as usize];
            for &place in &piece.places {
                value[place as usize] -= reference;
            }
        }
    }

    /// Angles of the factored network become those of the present one.
    pub(super) fn correct(&self, angle: &mut [f64]) {
        if self.lost.is_empty() {
            return;
        }
        let moved = self.mixed(|lost| lost.link.carries(angle));
        for (lost, &mw) in self.lost.iter().zip(&moved) {
            add_scaled(angle, mw, &lost.angle);
        }
    }

    /// Adds to a weighted sum of transfer factors of the factored network what makes it one of the present
    /// network; `terms` are its branches, by their links in the factored network.
    pub(super) fn correct_row(&self, terms: &(impl Iterator<Item = (Link, f64)> + Clone), row: &mut [f64]) {
        for (lost, (_, moved)) in self.lost.iter().zip(self.parts(terms)) {
            add_scaled(row, moved * lost.link.susceptance_mw_per_rad, &lost.angle);
        }
        self.refer(row);
    }

    /// The lost branches with the weights that their transfer factors have in a weighted sum of those of the present network.
    pub(super) fn parts(
        &self,
        terms: &(impl Iterator<Item = (Link, f64)> + Clone),
    ) -> impl Iterator<Item = (u32, f64)> {
        let share = |lost: &Lost| -> f64 {
            terms.clone().map(|(link, weight)| weight * link.carries(&lost.angle)).sum()
        };
        let mut shares = [0.0; RANK_MAX];
        for (slot, lost) in shares.iter_mut().zip(&self.lost) {
            *slot = share(lost);
        }
        self.lost.iter().enumerate().map(move |(i, lost)| {
            let moved = (0..self.lost.len()).map(|j| shares[j] * self.mix.row(j)[i]).sum();
            (lost.branch, moved)
        })
    }

    /// Whether islands are parts of those of the factored network.
    pub(super) fn has_pieces(&self) -> bool {
        !self.pieces.is_empty()
    }

    /// The flow of a branch per MW from end to end of another one, given what it is in the factored network.
    pub(super) fn correct_share(&self, of: Link, pair: Link, share: f64) -> f64 {
        if self.lost.is_empty() {
            return share;
        }
        let moved = self.mixed(|lost| {
            let across = lost.angle[pair.from as usize] - lost.angle[pair.to as usize];
            lost.link.susceptance_mw_per_rad * across
        });
        let carried = self.lost.iter().zip(&moved).map(|(lost, &mw)| of.carries(&lost.angle) * mw);
        share + carried.sum::<f64>()
    }

    /// `M` times what `value` says of each lost branch.
    fn mixed(&self, value: impl Fn(&Lost) -> f64) -> [f64; RANK_MAX] {
        let mut values = [0.0; RANK_MAX];
        for (slot, lost) in values.iter_mut().zip(&self.lost) {
            *slot = value(lost);
        }
        let mut mixed = [0.0; RANK_MAX];
        for (i, slot) in mixed.iter_mut().enumerate().take(self.lost.len()) {
            *slot = self.mix.row(i).iter().zip(&values).map(|(m, v)| m * v).sum();
        }
        mixed
    }
}
