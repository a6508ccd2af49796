//! The most that fits under limits: a small linear program.
//!
//! ```text
//!   maximise  c x     subject to   0 <= x <= u,   A x <= b  (b >= 0),   rows of equality with b = 0
//! ```
//!
//! The origin is feasible, so the primal simplex starts from the slacks and needs no first phase. Variables
//! at their upper bound are counted down from it. The entering column is the one of largest reduced cost;
//! after a run of steps without gain the lowest ones are taken (Bland), which cannot cycle.
//!
//! Cost: a dense table of rows x (columns + rows), one pass of it per step.
//!
//! Source: V. Chvatal, "Linear Programming", chapters 3 and 8 (1983).

/// Smaller numbers are rounding.
const NONE: f64 = 1e-9;
/// Steps without gain before the lowest column is taken.
const PATIENCE: usize = 50;

/// A program; columns first, then rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Program {
    gain: Vec<f64>,
    upper: Vec<f64>,
    rows: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq)]
struct Row {
    terms: Vec<(usize, f64)>,
    limit: f64,
    /// How far below the limit the sum may be.
    slack: f64,
}

impl Program {
    /// Adds a variable and returns its position.
    pub fn column(&mut self, gain: f64, upper: f64) -> usize {
        self.gain.push(gain);
        self.upper.push(upper.max(0.0));
        self.gain.len() - 1
    }

    /// The sum of these terms may not exceed the limit, which is at least zero.
    pub fn at_most(&mut self, terms: Vec<(usize, f64)>, limit: f64) {
        self.rows.push(Row { terms, limit: limit.max(0.0), slack: f64::INFINITY });
    }

    /// The sum of these terms is zero.
    pub fn balanced(&mut self, terms: Vec<(usize, f64)>) {
        self.rows.push(Row { terms, limit: 0.0, slack: 0.0 });
    }

    /// The values of the variables at an optimum; an unbounded variable of positive gain stays where it is.
    pub fn solve(&self) -> Vec<f64> {
        let columns = self.gain.len();
        let mut table = Table::new(self);
        let mut idle = 0;
        while let Some(entering) = table.entering(idle > PATIENCE) {
            match table.step(entering) {
                Some(gained) if gained > NONE => idle = 0,
                Some(_) => idle += 1,
                None => break,
            }
        }
        (0..columns).map(|column| table.value(column)).collect()
    }
}

/// The table of a basis. A column is counted from zero or, when flipped, down from its bound.
struct Table {
    rows: Vec<Vec<f64>>,
    right: Vec<f64>,
    gain: Vec<f64>,
    upper: Vec<f64>,
    flipped: Vec<bool>,
    /// The column that each row defines.
    basis: Vec<usize>,
    /// The row that defines a column.
    row_of: Vec<Option<usize>>,
}

impl Table {
    fn new(program: &Program) -> Table {
        let (columns, rows) = (program.gain.len(), program.rows.len());
        let width = columns + rows;
        let mut table = Table {
            rows: vec![vec![0.0; width]; rows],
            right: program.rows.iter().map(|row| row.limit).collect(),
            gain: program.gain.clone(),
            upper: program.upper.clone(),
            flipped: vec![false; width],
            basis: (columns..width).collect(),
            row_of: vec![None; width],
        };
        table.gain.resize(width, 0.0);
        table.upper.extend(program.rows.iter().map(|row| row.slack));
        for (i, row) in program.rows.iter().enumerate() {
            for &(column, term) in &row.terms {
                table.rows[i][column] += term;
            }
            table.rows[i][columns + i] = 1.0;
            table.row_of[columns + i] = Some(i);
        }
        table
    }

    fn entering(&self, lowest: bool) -> Option<usize> {
        let mut best: Option<usize> = None;
        for (column, &gain) in self.gain.iter().enumerate() {
            let can_grow = self.row_of[column].is_none() && gain > NONE && self.upper[column] > 0.0;
            if can_grow && best.is_none_or(|best| gain > self.gain[best]) {
                best = Some(column);
                if lowest {
                    break;
                }
            }
        }
        best
    }

    /// Lets a column grow as far as it can; by how much that gains, or nothing if it has no bound.
    fn step(&mut self, entering: usize) -> Option<f64> {
        let mut far = self.upper[entering];
        let mut leaving: Option<(usize, bool)> = None;
        for (i, row) in self.rows.iter().enumerate() {
            let slope = row[entering];
            let upper = self.upper[self.basis[i]];
            let (room, to_upper) = if slope > NONE {
                (self.right[i] / slope, false)
            } else if slope < -NONE && upper.is_finite() {
                ((upper - self.right[i]) / -slope, true)
            } else {
                continue;
            };
            let room = room.max(0.0);
            let lower = |at: usize| self.basis[i] < self.basis[at];
            if room < far || (room <= far && leaving.is_some_and(|(at, _)| lower(at))) {
                (far, leaving) = (room, Some((i, to_upper)));
            }
        }
        if !far.is_finite() {
            return None;
        }
        let gained = far * self.gain[entering];
        match leaving {
            None => self.flip(entering),
            Some((row, to_upper)) => {
                if to_upper {
                    self.flip_basic(row);
                }
                self.pivot(row, entering);
            }
        }
        Some(gained)
    }

    /// Counts a column outside the basis from its other bound.
    fn flip(&mut self, column: usize) {
        let upper = self.upper[column];
        for (row, right) in self.rows.iter_mut().zip(&mut self.right) {
            *right -= row[column] * upper;
            row[column] = -row[column];
        }
        self.gain[column] = -self.gain[column];
        self.flipped[column] = !self.flipped[column];
    }

    /// Counts the column of a row from its other bound.
    fn flip_basic(&mut self, at: usize) {
        let column = self.basis[at];
        for value in &mut self.rows[at] {
            *value = -*value;
        }
        self.rows[at][column] = 1.0;
        self.right[at] = self.upper[column] - self.right[at];
        self.flipped[column] = !self.flipped[column];
    }

    fn pivot(&mut self, at: usize, entering: usize) {
        let slope = self.rows[at][entering];
        self.rows[at].iter_mut().for_each(|value| *value /= slope);
        self.right[at] /= slope;
        let (pivot, right) = (std::mem::take(&mut self.rows[at]), self.right[at]);
        for (i, row) in self.rows.iter_mut().enumerate().filter(|(_, row)| !row.is_empty()) {
            let factor = row[entering];
            if factor != 0.0 {
                row.iter_mut().zip(&pivot).for_each(|(value, p)| *value -= factor * p);
                row[entering] = 0.0;
                self.right[i] = (self.right[i] - factor * right).max(0.0);
            }
        }
        let factor = self.gain[entering];
        self.gain.iter_mut().zip(&pivot).for_each(|(value, p)| *value -= factor * p);
        self.gain[entering] = 0.0;
        self.rows[at] = pivot;
        self.row_of[self.basis[at]] = None;
        self.row_of[entering] = Some(at);
        self.basis[at] = entering;
    }

    fn value(&self, column: usize) -> f64 {
        let counted = self.row_of[column].map_or(0.0, |row| self.right[row]);
        let value = if self.flipped[column] { self.upper[column] - counted } else { counted };
        value.clamp(0.0, self.upper[column])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn two_share_one_limit_and_the_cheaper_use_of_it_wins() {
        // x uses 0.5 of the line per megawatt, y 0.25: with 40 on the line, y gets its 100 (25) and x 30 (15).
        let mut program = Program::default();
        let (x, y) = (program.column(1.0, 60.0), program.column(1.0, 100.0));
        program.at_most(vec![(x, 0.5), (y, 0.25)], 40.0);
        assert_eq!(program.solve(), [30.0, 100.0]);
        // With a counterflow of x on a second line at its limit, y may have 2 MW for each of x.
        program.at_most(vec![(x, -0.5), (y, 0.25)], 0.0);
        // 0.5 x + 0.25 y <= 40 and y <= 2 x: x = 40, y = 80.
        assert_eq!(program.solve(), [40.0, 80.0]);
    }

    #[test]
    fn redispatch_makes_room_at_its_price() {
        // 10 MW of room; each megawatt turned up behind the limit relieves one, at a cost, up to 30.
        let mut program = Program::default();
        let (x, up, down) =
            (program.column(1.0, 100.0), program.column(0.0, 30.0), program.column(-0.001, 90.0));
        let far = program.column(0.0, f64::INFINITY);
        program.balanced(vec![(up, 1.0), (far, 1.0), (down, -1.0), (x, -1.0)]);
        program.at_most(vec![(x, 1.0), (up, -1.0)], 10.0);
        let found = program.solve();
        assert_eq!((found[x], found[up], found[far]), (40.0, 30.0, 10.0));
        assert_eq!(found[down], 0.0);
    }

    /// The best value of a program of two variables: at a crossing of two of its lines.
    fn best_corner(gain: [f64; 2], upper: [f64; 2], rows: &[([f64; 2], f64)]) -> f64 {
        let mut lines =
            vec![([1.0, 0.0], 0.0), ([0.0, 1.0], 0.0), ([1.0, 0.0], upper[0]), ([0.0, 1.0], upper[1])];
        lines.extend_from_slice(rows);
        let mut best = 0.0_f64;
        for (i, (a, b)) in lines.iter().enumerate() {
            for (c, d) in &lines[i + 1..] {
                let det = a[0] * c[1] - a[1] * c[0];
                if det.abs() < 1e-9 {
                    continue;
                }
                let point = [(b * c[1] - a[1] * d) / det, (a[0] * d - b * c[0]) / det];
                let inside = (0..2).all(|j| (-1e-7..=upper[j] + 1e-7).contains(&point[j]))
                    && rows.iter().all(|(r, limit)| r[0] * point[0] + r[1] * point[1] <= limit + 1e-7);
                if inside {
                    best = best.max(gain[0] * point[0] + gain[1] * point[1]);
                }
            }
        }
        best
    }

    proptest! {
        #[test]
        fn no_corner_is_better(
            gain in prop::array::uniform2(0.1..2.0),
            upper in prop::array::uniform2(1.0..50.0),
            rows in prop::collection::vec((prop::array::uniform2(-1.0..1.0), 0.0..20.0), 1..7),
        ) {
            let mut program = Program::default();
            let [x, y] = [0, 1].map(|j| program.column(gain[j], upper[j]));
            for (row, limit) in &rows {
                program.at_most(vec![(x, row[0]), (y, row[1])], *limit);
            }
            let found = program.solve();
            for (row, limit) in &rows {
                prop_assert!(row[0] * found[x] + row[1] * found[y] <= limit + 1e-6);
            }
            let value = gain[0] * found[x] + gain[1] * found[y];
            prop_assert!((value - best_corner(gain, upper, &rows)).abs() < 1e-5, "{value}");
        }
    }
}
