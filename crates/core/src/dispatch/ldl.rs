//! A sparse `L D L'` factor of a symmetric matrix whose pattern never changes.
//!
//! The pattern (one undirected edge per off-diagonal pair) is ordered once by minimum degree and
//! analysed once by its elimination tree; after that only numbers are replaced. All vectors are in
//! elimination order: entry `i` belongs to the node that is eliminated `i`-th.
//!
//! Cost: ordering about `O(n log n + fill)` on planar-like grids, numeric factor
//! `O(sum of squared column counts)`, solve `O(n + 2 nnz(L))` without allocation.

mod stretch;

use std::collections::BTreeSet;

use stretch::{Stretch, stretches};

/// Where an edge's value goes: a position among the off-diagonal entries.
pub(super) type Slot = u32;

/// Pattern, order and current numbers of the factor.
#[derive(Clone, Debug)]
pub(super) struct Ldl {
    /// Elimination position by node.
    position: Vec<u32>,
    /// Strict upper triangle in elimination order, by column: starts, rows.
    upper_start: Vec<u32>,
    upper_row: Vec<u32>,
    /// Elimination tree.
    parent: Vec<Option<u32>>,
    /// `L` by column without its unit diagonal.
    start: Vec<u32>,
    row: Vec<u32>,
    value: Vec<f64>,
    inverse_diagonal: Vec<f64>,
    stretches: Vec<Stretch>,
}

/// A sparse vector that a partial solve works on: zero outside `nodes`.
#[derive(Clone, Debug, Default)]
pub(super) struct Partial {
    value: Vec<f64>,
    /// Where values are, in ascending order.
    nodes: Vec<u32>,
    seen: Vec<bool>,
}

impl Partial {
    /// The solution at a place that was asked for.
    #[inline]
    pub(super) fn at(&self, place: u32) -> f64 {
        self.value[place as usize]
    }
}

impl Ldl {
    /// Orders and analyses the graph of `edges` over `nodes`; returns each edge's slot (parallel edges
    /// share one). Edges join two different nodes below `nodes`.
    pub(super) fn analyse(nodes: usize, edges: &[(u32, u32)]) -> (Ldl, Vec<Slot>) {
        let order = minimum_degree(nodes, edges);
        let mut position = vec![0_u32; nodes];
        for (i, &node) in order.iter().enumerate() {
            position[node as usize] = i as u32;
        }
        let ends = |&(a, b): &(u32, u32)| {
            let (a, b) = (position[a as usize], position[b as usize]);
            (a.max(b), a.min(b))
        };
        let mut pairs: Vec<(u32, u32)> = edges.iter().map(ends).collect();
        pairs.sort_unstable();
        pairs.dedup();
        let slots =
            edges.iter().map(|edge| pairs.partition_point(|pair| *pair < ends(edge)) as Slot).collect();
        let mut upper_start = vec![0_u32; nodes + 1];
        for &(column, _) in &pairs {
            upper_start[column as usize + 1] += 1;
        }
        for i in 0..nodes {
            upper_start[i + 1] += upper_start[i];
        }
        let upper_row: Vec<u32> = pairs.iter().map(|&(_, row)| row).collect();

        // Row `k` of `L` is reached by climbing the elimination tree from the entries of column `k`.
        let mut parent: Vec<Option<u32>> = vec![None; nodes];
        let mut count = vec![0_u32; nodes];
        let mut seen = vec![u32::MAX; nodes];
        for k in 0..nodes {
            seen[k] = k as u32;
            for &below in &upper_row[upper_start[k] as usize..upper_start[k + 1] as usize] {
                let mut i = below as usize;
                while seen[i] != k as u32 {
                    seen[i] = k as u32;
                    count[i] += 1;
                    i = *parent[i].get_or_insert(k as u32) as usize;
                }
            }
        }
        let mut start = vec![0_u32; nodes + 1];
        for i in 0..nodes {
            start[i + 1] = start[i] + count[i];
        }
        let entries = start[nodes] as usize;
        let stretches = stretches(&parent, &count, &start);
        let ldl = Ldl {
            position,
            upper_start,
            upper_row,
            parent,
            start,
            row: vec![0; entries],
            value: vec![0.0; entries],
            inverse_diagonal: vec![1.0; nodes],
            stretches,
        };
        (ldl, slots)
    }

    /// Elimination position by node.
    pub(super) fn position(&self) -> &[u32] {
        &self.position
    }

    /// How many different off-diagonal pairs there are.
    pub(super) fn slot_count(&self) -> usize {
        self.upper_row.len()
    }

    /// Replaces the numbers: `diagonal` in elimination order, `off_diagonal` by slot. On failure returns
    /// the elimination position whose pivot vanished; the factor is then unusable until the next call.
    pub(super) fn factor(&mut self, diagonal: &[f64], off_diagonal: &[f64]) -> Result<(), usize> {
        let nodes = diagonal.len();
        let mut next: Vec<u32> = self.start[..nodes].to_vec();
        let mut work = vec![0.0; nodes];
        let mut seen = vec![u32::MAX; nodes];
        let mut reach: Vec<u32> = Vec::with_capacity(nodes);
        for k in 0..nodes {
            seen[k] = k as u32;
            reach.clear();
            let entries = self.upper_start[k] as usize..self.upper_start[k + 1] as usize;
            for (&first, &value) in self.upper_row[entries.clone()].iter().zip(&off_diagonal[entries]) {
                work[first as usize] += value;
                let mut i = Some(first);
                while let Some(node) = i.filter(|&node| seen[node as usize] != k as u32) {
                    seen[node as usize] = k as u32;
                    reach.push(node);
                    i = self.parent[node as usize];
                }
            }
            let mut pivot = diagonal[k];
            // A parent is always above its children, so ascending order is topological.
            reach.sort_unstable();
            for &i in &reach {
                let i = i as usize;
                let y = work[i];
                work[i] = 0.0;
                for at in self.start[i] as usize..next[i] as usize {
                    work[self.row[at] as usize] -= self.value[at] * y;
                }
                let factor = y * self.inverse_diagonal[i];
                pivot -= factor * y;
                let at = next[i] as usize;
                self.row[at] = k as u32;
                self.value[at] = factor;
                next[i] += 1;
            }
            let usable = pivot.is_finite() && pivot.abs() > 1e-13 * diagonal[k].abs().max(1e-300);
            if !usable {
                return Err(k);
            }
            self.inverse_diagonal[k] = 1.0 / pivot;
        }
        Ok(())
    }

    /// Solves in place, in elimination order.
    pub(super) fn solve(&self, x: &mut [f64]) {
        let x = &mut x[..self.inverse_diagonal.len()];
        self.forward(x);
        self.backward(x);
    }

    /// Solves in place for a right-hand side that is zero except at two places: forward substitution then
    /// only climbs their paths in the elimination tree.
    pub(super) fn solve_pair(&self, x: &mut [f64], a: u32, b: u32) {
        let x = &mut x[..self.inverse_diagonal.len()];
        let (mut low, mut high) = (Some(a), Some(b));
        while low.is_some() || high.is_some() {
            if low.is_none() || high.is_some_and(|h| Some(h) < low) {
                std::mem::swap(&mut low, &mut high);
            }
            let Some(j) = low else { break };
            let xj = x[j as usize];
            let range = self.start[j as usize] as usize..self.start[j as usize + 1] as usize;
            for (&i, &l) in self.row[range.clone()].iter().zip(&self.value[range]) {
                x[i as usize] -= l * xj;
            }
            if high == low {
                high = None;
            }
            low = self.parent[j as usize];
        }
        self.backward(x);
    }

    /// Solves for a right-hand side of two entries at places `a` and `b`, only at those places and the ones
    /// wanted. Forward and backward substitution stay on the paths from there to the roots of the
    /// elimination tree.
    pub(super) fn solve_at(
        &self,
        (a, value_a): (u32, f64),
        (b, value_b): (u32, f64),
        wanted: impl Iterator<Item = u32>,
        partial: &mut Partial,
    ) {
        let Partial { value, nodes, seen } = partial;
        value.resize(self.inverse_diagonal.len(), 0.0);
        seen.resize(self.inverse_diagonal.len(), false);
        for node in nodes.drain(..) {
            value[node as usize] = 0.0;
        }
        for place in wanted.chain([a, b]) {
            let mut next = Some(place);
            while let Some(node) = next.filter(|&node| !seen[node as usize]) {
                seen[node as usize] = true;
                nodes.push(node);
                next = self.parent[node as usize];
            }
        }
        nodes.sort_unstable();
        value[a as usize] += value_a;
        value[b as usize] += value_b;
        for &j in nodes.iter() {
            let j = j as usize;
            seen[j] = false;
            let xj = value[j];
            if xj != 0.0 {
                let range = self.start[j] as usize..self.start[j + 1] as usize;
                for (&i, &l) in self.row[range.clone()].iter().zip(&self.value[range]) {
                    value[i as usize] -= l * xj;
                }
            }
        }
        for &j in nodes.iter().rev() {
            let j = j as usize;
            let mut sum = value[j] * self.inverse_diagonal[j];
            let range = self.start[j] as usize..self.start[j + 1] as usize;
            for (&i, &l) in self.row[range.clone()].iter().zip(&self.value[range]) {
                sum -= l * value[i as usize];
            }
            value[j] = sum;
        }
    }

    fn forward(&self, x: &mut [f64]) {
        for stretch in &self.stretches {
            let entries = stretch.entries();
            stretch.forward(x, &self.row[entries.clone()], &self.value[entries]);
        }
    }

    fn backward(&self, x: &mut [f64]) {
        for (x, inverse) in x.iter_mut().zip(&self.inverse_diagonal) {
            *x *= inverse;
        }
        for stretch in self.stretches.iter().rev() {
            let entries = stretch.entries();
            stretch.backward(x, &self.row[entries.clone()], &self.value[entries]);
        }
    }

    /// How many entries the factor has below its diagonal.
    #[cfg(test)]
    pub(super) fn entry_count(&self) -> usize {
        self.row.len()
    }
}

/// Eliminates a node of least degree again and again, the lowest number first among equals.
fn minimum_degree(nodes: usize, edges: &[(u32, u32)]) -> Vec<u32> {
    let mut neighbours: Vec<Vec<u32>> = vec![Vec::new(); nodes];
    for &(a, b) in edges {
        neighbours[a as usize].push(b);
        neighbours[b as usize].push(a);
    }
    for list in &mut neighbours {
        list.sort_unstable();
        list.dedup();
    }
    let mut waiting: BTreeSet<(usize, u32)> =
        neighbours.iter().enumerate().map(|(node, list)| (list.len(), node as u32)).collect();
    let mut order = Vec::with_capacity(nodes);
    let mut merged = Vec::new();
    while let Some((_, node)) = waiting.pop_first() {
        order.push(node);
        let clique = std::mem::take(&mut neighbours[node as usize]);
        for &other in &clique {
            let list = &mut neighbours[other as usize];
            waiting.remove(&(list.len(), other));
            merged.clear();
            merged.extend(list.iter().chain(&clique).copied().filter(|&n| n != node && n != other));
            merged.sort_unstable();
            merged.dedup();
            std::mem::swap(list, &mut merged);
            waiting.insert((list.len(), other));
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The product of the matrix with the solution gives the right-hand side back.
        #[test]
        fn solves_diagonally_dominant_systems(
            nodes in 1_usize..40,
            raw in prop::collection::vec((0_u32..40, 0_u32..40, 0.1_f64..50.0), 0..120),
            rhs in prop::collection::vec(-10.0_f64..10.0, 40),
        ) {
            let edges: Vec<(u32, u32, f64)> = raw
                .into_iter()
                .map(|(a, b, v)| (a % nodes as u32, b % nodes as u32, v))
                .filter(|&(a, b, _)| a != b)
                .collect();
            let ends: Vec<(u32, u32)> = edges.iter().map(|&(a, b, _)| (a, b)).collect();
            let (mut ldl, slots) = Ldl::analyse(nodes, &ends);
            let at = ldl.position().to_vec();
            let mut diagonal = vec![0.5; nodes];
            let mut off = vec![0.0; ldl.slot_count()];
            for (&(a, b, v), &slot) in edges.iter().zip(&slots) {
                diagonal[at[a as usize] as usize] += v;
                diagonal[at[b as usize] as usize] += v;
                off[slot as usize] -= v;
            }
            ldl.factor(&diagonal, &off).unwrap();
            let mut x = rhs[..nodes].to_vec();
            ldl.solve(&mut x);
            let mut back: Vec<f64> = (0..nodes).map(|i| 0.5 * x[i]).collect();
            for &(a, b, v) in &edges {
                let (a, b) = (at[a as usize] as usize, at[b as usize] as usize);
                back[a] += v * (x[a] - x[b]);
                back[b] += v * (x[b] - x[a]);
            }
            for i in 0..nodes {
                prop_assert!((back[i] - rhs[i]).abs() < 1e-8, "row {i}: {} is not {}", back[i], rhs[i]);
            }
            let (a, b) = (0, nodes as u32 / 2);
            let mut pair = vec![0.0; nodes];
            pair[a as usize] = 3.0;
            pair[b as usize] = -2.0;
            let mut full = pair.clone();
            ldl.solve_pair(&mut pair, a, b);
            ldl.solve(&mut full);
            prop_assert_eq!(&pair, &full);
            let wanted = [nodes as u32 / 3, nodes as u32 - 1];
            let mut partial = Partial::default();
            for _ in 0..2 {
                ldl.solve_at((a, if a == b { 0.0 } else { 3.0 }), (b, -2.0), wanted.into_iter(), &mut partial);
                for place in wanted.into_iter().chain([a, b]) {
                    prop_assert!((partial.at(place) - full[place as usize]).abs() < 1e-12);
                }
            }
        }
    }

    #[test]
    fn a_tree_has_no_fill() {
        let edges: Vec<(u32, u32)> = (1..200).map(|i| ((i - 1) / 3, i)).collect();
        let (ldl, _) = Ldl::analyse(200, &edges);
        assert_eq!(ldl.entry_count(), 199);
    }

    #[test]
    fn a_vanishing_pivot_is_reported() {
        let (mut ldl, _) = Ldl::analyse(2, &[(0, 1)]);
        assert_eq!(ldl.factor(&[1.0, 1.0], &[-1.0]), Err(1));
    }
}
