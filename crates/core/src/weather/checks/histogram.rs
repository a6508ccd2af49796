//! Counts in equal cells, for quantiles of many repetitions without keeping them.

/// Counts of values in cells of equal width; values outside count in the outer cells.
pub(super) struct Histogram {
    low: f64,
    cell: f64,
    counts: Vec<u32>,
    total: f64,
}

impl Histogram {
    pub(super) fn new(low: f64, high: f64, cell: f64) -> Histogram {
        let cells = ((high - low) / cell).ceil() as usize;
        Histogram { low, cell, counts: vec![0; cells.max(1)], total: 0.0 }
    }

    pub(super) fn add(&mut self, x: f64) {
        // A cast saturates at zero.
        let index = (((x - self.low) / self.cell) as usize).min(self.counts.len() - 1);
        self.counts[index] += 1;
        self.total += 1.0;
    }

    /// The `p` quantile, linear inside a cell; `low` without values.
    pub(super) fn quantile(&self, p: f64) -> f64 {
        let target = p * self.total;
        let mut below = 0.0;
        for (index, &count) in self.counts.iter().enumerate() {
            let count = f64::from(count);
            if below + count >= target && count > 0.0 {
                return self.low + self.cell * (index as f64 + (target - below) / count);
            }
            below += count;
        }
        self.low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_a_ramp_are_its_parts() {
        let mut ramp = Histogram::new(-1.0, 1.0, 1e-3);
        (0..10_000).for_each(|i| ramp.add(f64::from(i) * 2e-4 - 1.0));
        for p in [0.001, 0.25, 0.5, 0.999] {
            assert!((ramp.quantile(p) - (2.0 * p - 1.0)).abs() < 1e-9, "{p}");
        }
        assert_eq!(Histogram::new(0.0, 1.0, 0.1).quantile(0.5), 0.0);
    }
}
