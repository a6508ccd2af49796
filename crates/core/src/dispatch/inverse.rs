//! The dense inverse of the kernel: binding rows by basic columns.
//!
//! Row `i` of the inverse belongs to the `i`-th basic column, column `r` to the `r`-th kernel row. A
//! pivot replaces a column, replaces a row, or grows or shrinks the kernel by one of each; every update
//! costs `O(k^2)`, a rebuild `O(k^3)`. Storage keeps a stride above the size, so that updates do not
//! allocate once the kernel has had its largest size.

use super::vector::{add_scaled, dot};

/// A square inverse of changing size.
#[derive(Clone, Debug, Default)]
pub(super) struct Inverse {
    size: usize,
    stride: usize,
    data: Vec<f64>,
    /// Rows exchanged while inverting.
    exchanged: Vec<usize>,
    scratch: Vec<f64>,
}

impl Inverse {
    /// The size of the kernel.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// The row of a basic column.
    pub(super) fn row(&self, i: usize) -> &[f64] {
        &self.data[i * self.stride..i * self.stride + self.size]
    }

    /// The size of the largest entry.
    pub(super) fn largest(&self) -> f64 {
        (0..self.size).flat_map(|i| self.row(i)).fold(0.0, |largest, value| value.abs().max(largest))
    }

    /// `out = inverse * rhs`.
    pub(super) fn multiply(&self, rhs: &[f64], out: &mut Vec<f64>) {
        out.clear();
        out.extend((0..self.size).map(|i| dot(self.row(i), rhs)));
    }

    /// `out = left' * inverse`.
    pub(super) fn multiply_left(&self, left: &[f64], out: &mut Vec<f64>) {
        out.clear();
        out.resize(self.size, 0.0);
        for (i, &factor) in left.iter().enumerate().take(self.size) {
            add_scaled(out, factor, self.row(i));
        }
    }

    /// Inverts the matrix that `entry(row, column)` describes, by Gauss-Jordan elimination with partial
    /// pivoting. False when a pivot vanishes; the content is then meaningless.
    pub(super) fn invert(&mut self, size: usize, entry: impl Fn(usize, usize) -> f64) -> bool {
        self.reserve(size);
        self.size = size;
        let stride = self.stride;
        let mut largest = 0.0_f64;
        for r in 0..size {
            for c in 0..size {
                let value = entry(r, c);
                largest = largest.max(value.abs());
                self.data[r * stride + c] = value;
            }
        }
        let tiny = 1e-11 * largest;
        self.exchanged.clear();
        for c in 0..size {
            let mut best = c;
            for r in c + 1..size {
                if self.data[r * stride + c].abs() > self.data[best * stride + c].abs() {
                    best = r;
                }
            }
            let pivot = self.data[best * stride + c];
            if pivot.is_nan() || pivot.abs() <= tiny {
                return false;
            }
            self.exchanged.push(best);
            if best != c {
                for at in 0..size {
                    self.data.swap(c * stride + at, best * stride + at);
                }
            }
            self.data[c * stride + c] = 1.0;
            let inverse = 1.0 / pivot;
            for value in &mut self.data[c * stride..c * stride + size] {
                *value *= inverse;
            }
            self.scratch.clear();
            self.scratch.extend_from_slice(&self.data[c * stride..c * stride + size]);
            for r in 0..size {
                if r == c {
                    continue;
                }
                let row = &mut self.data[r * stride..r * stride + size];
                let factor = row[c];
                if factor != 0.0 {
                    row[c] = 0.0;
                    add_scaled(row, -factor, &self.scratch);
                }
            }
        }
        for c in (0..size).rev() {
            let other = self.exchanged[c];
            if other != c {
                for r in 0..size {
                    self.data.swap(r * stride + c, r * stride + other);
                }
            }
        }
        true
    }

    /// The kernel's `p`-th column becomes the one with `u = inverse * column`.
    pub(super) fn replace_column(&mut self, p: usize, u: &[f64]) {
        let inverse = 1.0 / u[p];
        self.scratch.clear();
        self.scratch.extend(self.data[p * self.stride..][..self.size].iter().map(|v| v * inverse));
        for (i, &factor) in u.iter().enumerate() {
            let row = &mut self.data[i * self.stride..i * self.stride + self.size];
            if i == p {
                row.copy_from_slice(&self.scratch);
            } else {
                add_scaled(row, -factor, &self.scratch);
            }
        }
    }

    /// The kernel's `r`-th row becomes the one with `w = row * inverse`.
    pub(super) fn replace_row(&mut self, r: usize, w: &[f64]) {
        let inverse = 1.0 / w[r];
        for i in 0..self.size {
            let row = &mut self.data[i * self.stride..i * self.stride + self.size];
            let head = row[r] * inverse;
            add_scaled(row, -head, w);
            row[r] = head;
        }
    }

    /// One more row and column at the end, with `u = inverse * column`, `w = row * inverse` and
    /// `corner = row's entry in the column - row * u`.
    pub(super) fn grow(&mut self, u: &[f64], w: &[f64], corner: f64) {
        let k = self.size;
        self.reserve(k + 1);
        let inverse = 1.0 / corner;
        for (i, &ui) in u.iter().enumerate() {
            let row = &mut self.data[i * self.stride..=i * self.stride + k];
            add_scaled(&mut row[..k], ui * inverse, w);
            row[k] = -ui * inverse;
        }
        let last = &mut self.data[k * self.stride..=k * self.stride + k];
        for (value, &wr) in last.iter_mut().zip(w) {
            *value = -wr * inverse;
        }
        last[k] = inverse;
        self.size = k + 1;
    }

    /// The kernel loses its `p`-th column and `r`-th row; the last ones take their places.
    pub(super) fn shrink(&mut self, p: usize, r: usize) {
        let (k, stride) = (self.size, self.stride);
        self.scratch.clear();
        self.scratch.extend_from_slice(&self.data[p * stride..p * stride + k]);
        let inverse = 1.0 / self.scratch[r];
        let last = k - 1;
        for i in (0..k).filter(|&i| i != p) {
            let row = &mut self.data[i * stride..i * stride + k];
            let factor = row[r] * inverse;
            add_scaled(row, -factor, &self.scratch);
            row[r] = row[last];
        }
        if p != last {
            self.data.copy_within(last * stride..last * stride + k, p * stride);
        }
        self.size = last;
    }

    fn reserve(&mut self, size: usize) {
        if size <= self.stride {
            return;
        }
        let stride = size.next_power_of_two().max(16);
        let mut data = vec![0.0; stride * stride];
        for i in 0..self.size {
            data[i * stride..i * stride + self.size].copy_from_slice(self.row(i));
        }
        self.data = data;
        self.stride = stride;
    }
}

/// The largest well-conditioned square part of a rectangular matrix by Gaussian elimination with full
/// pivoting: which rows and which columns. Ties go to the first row, then the first column.
pub(super) fn independent_part(
    rows: usize,
    columns: usize,
    entry: impl Fn(usize, usize) -> f64,
) -> (Vec<bool>, Vec<bool>) {
    let mut work: Vec<Vec<f64>> = (0..rows).map(|r| (0..columns).map(|c| entry(r, c)).collect()).collect();
    let (mut row_in, mut column_in) = (vec![false; rows], vec![false; columns]);
    for _ in 0..rows.min(columns) {
        let mut best = (0, 0, 1e-7);
        for r in (0..rows).filter(|&r| !row_in[r]) {
            for c in (0..columns).filter(|&c| !column_in[c]) {
                if work[r][c].abs() > best.2 {
                    best = (r, c, work[r][c].abs());
                }
            }
        }
        let (pivot_row, pivot_column, size) = best;
        if size <= 1e-7 {
            break;
        }
        row_in[pivot_row] = true;
        column_in[pivot_column] = true;
        let pivot = work[pivot_row].clone();
        for r in (0..rows).filter(|&r| !row_in[r]) {
            let factor = work[r][pivot_column] / pivot[pivot_column];
            add_scaled(&mut work[r], -factor, &pivot);
        }
    }
    (row_in, column_in)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Entry (i, r) of `inverse * matrix` against the identity.
    fn check(inverse: &Inverse, matrix: &[Vec<f64>]) -> Result<(), TestCaseError> {
        let k = matrix.len();
        prop_assert_eq!(inverse.size(), k);
        for i in 0..k {
            for c in 0..k {
                let value: f64 = inverse.row(i).iter().zip(matrix).map(|(v, row)| v * row[c]).sum();
                let want = f64::from(u8::from(i == c));
                prop_assert!((value - want).abs() < 1e-7, "({i}, {c}): {value}");
            }
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn updates_agree_with_the_definition(
            seed in prop::collection::vec(prop::collection::vec(-1.0_f64..1.0, 12), 12),
            size in 2_usize..9,
            p in 0_usize..8,
            r in 0_usize..8,
        ) {
            let (p, r) = (p % size, r % size);
            // A dominant diagonal keeps every case well conditioned.
            let mut matrix: Vec<Vec<f64>> = (0..size)
                .map(|i| (0..size).map(|j| seed[i][j] + if i == j { 20.0 } else { 0.0 }).collect())
                .collect();
            let mut inverse = Inverse::default();
            prop_assert!(inverse.invert(size, |i, j| matrix[i][j]));
            check(&inverse, &matrix)?;

            let mut column: Vec<f64> = (0..size).map(|i| seed[i][10]).collect();
            column[p] += 20.0;
            let mut u = Vec::new();
            inverse.multiply(&column, &mut u);
            inverse.replace_column(p, &u);
            for i in 0..size {
                matrix[i][p] = column[i];
            }
            check(&inverse, &matrix)?;

            let mut row: Vec<f64> = (0..size).map(|j| seed[10][j]).collect();
            row[r] += 20.0;
            let mut w = Vec::new();
            inverse.multiply_left(&row, &mut w);
            inverse.replace_row(r, &w);
            matrix[r].clone_from(&row);
            check(&inverse, &matrix)?;

            let column: Vec<f64> = (0..size).map(|i| seed[i][11]).collect();
            let row: Vec<f64> = (0..size).map(|j| seed[11][j]).collect();
            inverse.multiply(&column, &mut u);
            inverse.multiply_left(&row, &mut w);
            inverse.grow(&u, &w, 15.0 - dot(&row, &u));
            for i in 0..size {
                matrix[i].push(column[i]);
            }
            matrix.push(row.iter().copied().chain([15.0]).collect());
            check(&inverse, &matrix)?;

            inverse.shrink(p, p);
            matrix.swap_remove(p);
            for row in &mut matrix {
                row.swap_remove(p);
            }
            check(&inverse, &matrix)?;
        }
    }

    #[test]
    fn a_singular_matrix_is_refused_and_its_independent_part_found() {
        let matrix = [[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [0.0, 1.0, 1.0]];
        let mut inverse = Inverse::default();
        assert!(!inverse.invert(3, |r, c| matrix[r][c]));
        let (rows, columns) = independent_part(3, 3, |r, c| matrix[r][c]);
        assert_eq!(rows.iter().filter(|&&r| r).count(), 2);
        assert_eq!(columns.iter().filter(|&&c| c).count(), 2);
    }
}
