//! A range of output with its cost, as columns.
//!
//! The first column carries the lower end of the range as its lower bound and the others start at zero, so
//! the output is the sum of the columns. Blocks never fall in cost, so they fill in order. What the sum of
//! columns times block costs lacks is one constant.

use super::polynomial;
use crate::dispatch::Bound;
use crate::grid::{Convexity, CostBlock, CostCurve};

/// What a unit costs.
#[derive(Clone, Debug)]
enum Cost {
    /// Blocks of rising cost from the low end of the curve, and the cost at that end.
    Blocks { blocks: Vec<CostBlock>, at_start_usd_per_h: f64 },
    /// A convex polynomial of degree two or more.
    Smooth(Vec<f64>),
}

/// A generator or a direct-current line in service.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    /// Position of its first column.
    pub first: usize,
    /// How many columns it has.
    pub count: usize,
    cost: Cost,
    full_mw: (f64, f64),
    /// The range of the hour.
    pub range_mw: (f64, f64),
    /// Ends of the blocks of a polynomial.
    cuts_mw: Vec<f64>,
    /// Half the width and the middle of the part of a polynomial that is cut finely.
    window_mw: f64,
    centre_mw: f64,
}

impl Unit {
    /// A unit with this range and cost curve. `segments` blocks stand for a polynomial.
    pub fn new(range_mw: (f64, f64), curve: &CostCurve, segments: usize, convexity: Convexity) -> Unit {
        let (low, high) = range_mw;
        let smooth = match curve {
            CostCurve::Polynomial(c) if high > low => {
                let degree = c.iter().rposition(|c| *c != 0.0).unwrap_or(0);
                (degree >= 2 && polynomial::is_convex(c, low, high)).then(|| c[..=degree].to_vec())
            }
            _ => None,
        };
        let cost = if let Some(c) = smooth {
            Cost::Smooth(c)
        } else {
            let mut blocks = match convexity {
                Convexity::Hull => curve.blocks(low, high, segments),
                Convexity::Sorted => curve.sorted_blocks(low, high, segments),
            };
            if blocks.is_empty() {
                blocks
                    .push(CostBlock { size_mw: 0.0, cost_usd_per_mwh: curve.at(low + 1.0) - curve.at(low) });
            }
            Cost::Blocks { blocks, at_start_usd_per_h: curve.at(low) }
        };
        let count = match &cost {
            Cost::Blocks { blocks, .. } => blocks.len(),
            Cost::Smooth(_) => segments,
        };
        let mut unit = Unit {
            first: 0,
            count,
            cost,
            full_mw: range_mw,
            range_mw,
            cuts_mw: Vec::with_capacity(count + 1),
            window_mw: high - low,
            centre_mw: low,
        };
        unit.cut_evenly();
        unit
    }

    /// Whether cutting its blocks again changes anything.
    pub fn is_smooth(&self) -> bool {
        matches!(self.cost, Cost::Smooth(_))
    }

    /// Limits the output of the hour to what is available.
    pub fn limit(&mut self, available_mw: f64) {
        let high = self.full_mw.1.min(available_mw);
        self.range_mw = (self.full_mw.0.min(high), high);
        self.cut_evenly();
    }

    /// Cuts the whole range into blocks of one size.
    pub fn cut_evenly(&mut self) {
        let (low, high) = self.range_mw;
        self.window_mw = high - low;
        self.cuts_mw.clear();
        let width_mw = (high - low) / self.count as f64;
        self.cuts_mw.extend((0..self.count).map(|k| low + k as f64 * width_mw));
        self.cuts_mw.push(high);
    }

    /// Cuts anew around an output: the window becomes a quarter as wide, or four times as wide if the output
    /// lies at its edge, and is cut into all blocks but two, which reach to the ends of the range.
    pub fn cut_around(&mut self, output_mw: f64) {
        let (low, high) = self.range_mw;
        let cells = (self.count - 2) as f64;
        let inside = output_mw > low && output_mw < high;
        let edge_mw = self.window_mw * (1.0 - 3.0 / cells);
        let at_edge = self.window_mw < high - low && (output_mw - self.centre_mw).abs() > edge_mw;
        let factor = if inside && at_edge { 4.0 } else { 0.25 };
        self.window_mw = (factor * self.window_mw).min(high - low);
        self.centre_mw = output_mw;
        let width_mw = 2.0 * self.window_mw / cells;
        // A block begins at the output itself.
        let steps = (self.count / 2 - 1) as f64;
        self.cuts_mw.clear();
        self.cuts_mw.push(low);
        let cuts = (0..self.count - 1).map(|k| output_mw + (k as f64 - steps) * width_mw);
        self.cuts_mw.extend(cuts.map(|mw| mw.clamp(low, high)));
        self.cuts_mw.push(high);
    }

    /// Bounds and costs of its columns.
    pub fn write(&self, bounds: &mut [Bound]) {
        let bounds = &mut bounds[self.first..self.first + self.count];
        let (low, high) = self.range_mw;
        match &self.cost {
            Cost::Blocks { blocks, .. } => {
                let mut start = self.full_mw.0;
                for (bound, block) in bounds.iter_mut().zip(blocks) {
                    let size_mw = block.size_mw.min(high - start).max(0.0);
                    *bound =
                        Bound { lower_mw: 0.0, upper_mw: size_mw, cost_usd_per_mwh: block.cost_usd_per_mwh };
                    start += block.size_mw;
                }
            }
            Cost::Smooth(c) => {
                for (bound, ends) in bounds.iter_mut().zip(self.cuts_mw.windows(2)) {
                    *bound = Bound {
                        lower_mw: 0.0,
                        upper_mw: ends[1] - ends[0],
                        cost_usd_per_mwh: polynomial::chord(c, ends[0], ends[1]),
                    };
                }
            }
        }
        bounds[0].upper_mw += low;
        bounds[0].lower_mw = low;
    }

    /// What the output costs that these values of its columns add up to. A polynomial costs what it says, not what
    /// its blocks say.
    pub fn cost_usd_per_h(&self, columns_mw: &[f64]) -> f64 {
        match &self.cost {
            Cost::Blocks { blocks, at_start_usd_per_h } => {
                let beyond_mw = |k: usize| columns_mw[k] - if k == 0 { self.full_mw.0 } else { 0.0 };
                let blocks = blocks.iter().enumerate();
                blocks
                    .fold(*at_start_usd_per_h, |sum, (k, block)| sum + block.cost_usd_per_mwh * beyond_mw(k))
            }
            Cost::Smooth(c) => {
                let output_mw: f64 = columns_mw.iter().sum();
                c.iter().rev().fold(0.0, |sum, c| sum * output_mw + c)
            }
        }
    }

    /// What is lost by this output at this price, and how far the price is from the marginal cost that would
    /// justify it.
    pub fn regret(&self, output_mw: f64, price_usd_per_mwh: f64) -> (f64, f64) {
        let Cost::Smooth(c) = &self.cost else { return (0.0, 0.0) };
        let (low, high) = self.range_mw;
        let output_mw = output_mw.clamp(low, high);
        let best = polynomial::cheapest(c, low, high, price_usd_per_mwh);
        let lost = (output_mw - best) * (polynomial::chord(c, best, output_mw) - price_usd_per_mwh);
        let off = price_usd_per_mwh - polynomial::slope(c, output_mw);
        // The sum of columns at their bounds is the end of the range up to rounding.
        let slack_mw = 1e-9 + 1e-12 * low.abs().max(high.abs());
        let off = match (output_mw - low <= slack_mw, high - output_mw <= slack_mw) {
            (true, true) => 0.0,
            (true, false) => off.max(0.0),
            (false, true) => (-off).max(0.0),
            (false, false) => off.abs(),
        };
        (lost.max(0.0), off)
    }
}
