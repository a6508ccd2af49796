//! Substitution over stretches of consecutive columns of `L`.
//!
//! A stretch is either a run of columns with equally many entries (minimum degree makes them long, and a run
//! needs no inner loop of unknown length) or a panel: each of its columns reaches all later ones and, below
//! them, the same rows. A panel's values are dense, so what its rows hold is gathered once for all columns.
//!
//! Both forms do the same operations on each entry in forward substitution, so a solve that climbs single
//! columns gives the same bits.

use crate::dispatch::vector::{add_scaled, dot};

/// Rows of a panel that are gathered at once.
const GATHERED: usize = 64;

/// Entries that must be saved from gathering one by one for a panel to pay.
const PANEL_PAYS: usize = 12;

/// Consecutive columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    first: usize,
    width: usize,
    /// Entries of each column of a run; rows below the columns of a panel.
    count: usize,
    /// Where the first column's entries begin.
    start: usize,
    is_panel: bool,
}

/// Takes the columns of a factor apart, given parents in the elimination tree, the number of entries by column and
/// where they begin.
pub(super) fn stretches(parent: &[Option<u32>], count: &[u32], start: &[u32]) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut first = 0;
    while first < count.len() {
        let nests =
            |j: usize| j + 1 < count.len() && parent[j] == Some(j as u32 + 1) && count[j] == count[j + 1] + 1;
        let last = (first..count.len()).find(|&j| !nests(j)).unwrap_or(first);
        let (width, below) = (last + 1 - first, count[last] as usize);
        let is_panel = (width - 1) * (width + 2 * below) / 2 >= PANEL_PAYS;
        let (width, count) = if is_panel { (width, below) } else { (1, count[first] as usize) };
        match stretches.last_mut() {
            Some(run) if !is_panel && !run.is_panel && run.count == count => run.width += 1,
            _ => stretches.push(Stretch { first, width, count, start: start[first] as usize, is_panel }),
        }
        first += width;
    }
    stretches
}

impl Stretch {
    /// The entries of all its columns.
    pub(super) fn entries(&self) -> std::ops::Range<usize> {
        let among = if self.is_panel { self.width * (self.width - 1) / 2 } else { 0 };
        self.start..self.start + among + self.width * self.count
    }

    /// Takes what the columns contribute off the rows that they reach.
    #[inline]
    pub(super) fn forward(&self, x: &mut [f64], rows: &[u32], values: &[f64]) {
        match (self.is_panel, self.count) {
            (true, _) => self.forward_panel(x, rows, values),
            (false, 0) => {}
            (false, 1) => forward::<1>(x, self.first, rows, values),
            (false, 2) => forward::<2>(x, self.first, rows, values),
            (false, 3) => forward::<3>(x, self.first, rows, values),
            (false, 4) => forward::<4>(x, self.first, rows, values),
            (false, count) => {
                let columns = rows.chunks_exact(count).zip(values.chunks_exact(count));
                for (j, (rows, values)) in (self.first..).zip(columns) {
                    let xj = x[j];
                    for (&i, &l) in rows.iter().zip(values) {
                        x[i as usize] -= l * xj;
                    }
                }
            }
        }
    }

    /// Takes what the rows hold off the columns that reach them.
    #[inline]
    pub(super) fn backward(&self, x: &mut [f64], rows: &[u32], values: &[f64]) {
        match (self.is_panel, self.count) {
            (true, _) => self.backward_panel(x, rows, values),
            (false, 0) => {}
            (false, 1) => backward::<1>(x, self.first, rows, values),
            (false, 2) => backward::<2>(x, self.first, rows, values),
            (false, 3) => backward::<3>(x, self.first, rows, values),
            (false, 4) => backward::<4>(x, self.first, rows, values),
            (false, count) => {
                let columns = rows.chunks_exact(count).zip(values.chunks_exact(count));
                for (j, (rows, values)) in (self.first..self.first + self.width).zip(columns).rev() {
                    // Two sums in turn, so that additions do not wait for each other.
                    let (mut even, mut odd) = (x[j], 0.0);
                    let pairs = (rows.as_chunks::<2>(), values.as_chunks::<2>());
                    if let (&[i], &[l]) = (pairs.0.1, pairs.1.1) {
                        odd -= l * x[i as usize];
                    }
                    for (&[i, k], &[l, m]) in pairs.0.0.iter().zip(pairs.1.0).rev() {
                        even -= l * x[i as usize];
                        odd -= m * x[k as usize];
                    }
                    x[j] = even + odd;
                }
            }
        }
    }

    fn forward_panel(&self, x: &mut [f64], rows: &[u32], values: &[f64]) {
        let &Stretch { first, width, count: below, .. } = self;
        let mut at = 0;
        for k in 0..width {
            let (head, tail) = x[first..first + width].split_at_mut(k + 1);
            add_scaled(tail, -head[k], &values[at..at + tail.len()]);
            at += tail.len() + below;
        }
        for (part, rows) in rows[rows.len() - below..].chunks(GATHERED).enumerate() {
            let mut gathered = [0.0; GATHERED];
            gather(x, rows, &mut gathered);
            let mut at = part * GATHERED;
            for k in 0..width {
                at += width - 1 - k;
                add_scaled(&mut gathered, -x[first + k], &values[at..at + rows.len()]);
                at += below;
            }
            for (&i, &value) in rows.iter().zip(&gathered) {
                x[i as usize] = value;
            }
        }
    }

    fn backward_panel(&self, x: &mut [f64], rows: &[u32], values: &[f64]) {
        let &Stretch { first, width, count: below, .. } = self;
        for (part, rows) in rows[rows.len() - below..].chunks(GATHERED).enumerate() {
            let mut gathered = [0.0; GATHERED];
            gather(x, rows, &mut gathered);
            let mut at = part * GATHERED;
            for k in 0..width {
                at += width - 1 - k;
                x[first + k] -= dot(&values[at..at + rows.len()], &gathered);
                at += below;
            }
        }
        let mut at = values.len();
        for k in (0..width).rev() {
            let (head, tail) = x[first..first + width].split_at_mut(k + 1);
            at -= tail.len() + below;
            head[k] -= dot(&values[at..at + tail.len()], tail);
        }
    }
}

fn gather(x: &[f64], rows: &[u32], gathered: &mut [f64]) {
    for (value, &i) in gathered.iter_mut().zip(rows) {
        *value = x[i as usize];
    }
}

/// Forward substitution over columns with `C` entries each.
#[inline]
fn forward<const C: usize>(x: &mut [f64], first: usize, rows: &[u32], values: &[f64]) {
    let columns = rows.as_chunks::<C>().0.iter().zip(values.as_chunks::<C>().0);
    for (j, (rows, values)) in (first..).zip(columns) {
        let xj = x[j];
        for (&i, &l) in rows.iter().zip(values) {
            x[i as usize] -= l * xj;
        }
    }
}

/// Backward substitution over columns with `C` entries each, from the last to the first. The first entry is the
/// parent's, which is known last, so it is taken last.
#[inline]
fn backward<const C: usize>(x: &mut [f64], first: usize, rows: &[u32], values: &[f64]) {
    let columns = rows.as_chunks::<C>().0.iter().zip(values.as_chunks::<C>().0);
    for (j, (rows, values)) in columns.enumerate().rev() {
        let mut sum = x[first + j];
        for (&i, &l) in rows.iter().zip(values).rev() {
            sum -= l * x[i as usize];
        }
        x[first + j] = sum;
    }
}
