//! What a generator costs by output, as case files state it.
//!
//! Dispatch is linear, so a curve is used as blocks of constant cost per MWh. Blocks always rise: a
//! curve that is not convex is replaced by its lower convex hull, the largest convex curve below it, or
//! by the blocks it has in rising order, as programs do that make each segment a variable.

use serde::{Deserialize, Serialize};

/// Cost per hour as a function of output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum CostCurve {
    /// Coefficients in rising powers of the output in MW: `c[0] + c[1] p + c[2] p^2 + ...` in $/h.
    Polynomial(Vec<f64>),
    /// Points `(MW, $/h)` with rising MW, joined by straight lines.
    Piecewise(Vec<(f64, f64)>),
}

/// What to do where a curve is not convex.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Convexity {
    /// The lower convex hull.
    #[default]
    Hull,
    /// The segments in order of their slope.
    Sorted,
}

/// A part of a unit's range over which one more MWh costs the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CostBlock {
    /// How wide the block is.
    pub size_mw: f64,
    /// What a MWh from it costs.
    pub cost_usd_per_mwh: f64,
}

impl CostCurve {
    /// The cost per hour at an output. Piecewise curves continue with their first and last slope.
    pub fn at(&self, output_mw: f64) -> f64 {
        match self {
            CostCurve::Polynomial(c) => c.iter().rev().fold(0.0, |sum, c| sum * output_mw + c),
            CostCurve::Piecewise(points) => match points.as_slice() {
                [] => 0.0,
                [(_, cost)] => *cost,
                points => {
                    let end = points.partition_point(|(mw, _)| *mw < output_mw).clamp(1, points.len() - 1);
                    let ((x0, y0), (x1, y1)) = (points[end - 1], points[end]);
                    y0 + (y1 - y0) * (output_mw - x0) / (x1 - x0)
                }
            },
        }
    }

    /// Blocks of rising cost that add up to `maximum_mw - minimum_mw`. A polynomial of degree two or more
    /// is cut into `segments` equal parts, each with the slope of its chord; a piecewise curve is cut at
    /// its own points. Empty when the range is. `O(points)`.
    pub fn blocks(&self, minimum_mw: f64, maximum_mw: f64, segments: usize) -> Vec<CostBlock> {
        let mut hull: Vec<(f64, f64)> = Vec::new();
        for point in self.points(minimum_mw, maximum_mw, segments) {
            while let [.., a, b] = hull[..] {
                if (b.1 - a.1) * (point.0 - b.0) < (point.1 - b.1) * (b.0 - a.0) {
                    break;
                }
                hull.pop();
            }
            hull.push(point);
        }
        hull.windows(2).map(chord).collect()
    }

    /// As [`CostCurve::blocks`], but where the curve is not convex its own segments are put in order of
    /// their slope. The curve's ends stay; between them it may be undercut. `O(points log points)`.
    pub fn sorted_blocks(&self, minimum_mw: f64, maximum_mw: f64, segments: usize) -> Vec<CostBlock> {
        let points = self.points(minimum_mw, maximum_mw, segments);
        let mut blocks: Vec<CostBlock> = points.windows(2).map(chord).collect();
        blocks.sort_by(|a, b| a.cost_usd_per_mwh.total_cmp(&b.cost_usd_per_mwh));
        blocks
    }

    /// Where the curve is cut into blocks, with its value there; none for an empty range.
    fn points(&self, minimum_mw: f64, maximum_mw: f64, segments: usize) -> Vec<(f64, f64)> {
        if maximum_mw <= minimum_mw {
            return Vec::new();
        }
        let mut cuts = vec![minimum_mw];
        match self {
            CostCurve::Polynomial(c) if c.iter().skip(2).any(|c| *c != 0.0) => {
                let width_mw = (maximum_mw - minimum_mw) / segments.max(1) as f64;
                cuts.extend((1..segments).map(|i| minimum_mw + i as f64 * width_mw));
            }
            CostCurve::Polynomial(_) => {}
            CostCurve::Piecewise(points) => {
                let inside = |mw: &f64| *mw > minimum_mw && *mw < maximum_mw;
                cuts.extend(points.iter().map(|(mw, _)| *mw).filter(inside));
            }
        }
        cuts.push(maximum_mw);
        cuts.into_iter().map(|mw| (mw, self.at(mw))).collect()
    }

    /// The text of a curve in a table: `polynomial c0 c1 ...` or `piecewise mw:usd mw:usd ...`.
    pub fn to_text(&self) -> String {
        match self {
            CostCurve::Polynomial(c) => {
                c.iter().fold("polynomial".to_owned(), |text, c| format!("{text} {c}"))
            }
            CostCurve::Piecewise(points) => {
                points.iter().fold("piecewise".to_owned(), |text, (mw, usd)| format!("{text} {mw}:{usd}"))
            }
        }
    }

    /// The curve of a text written by [`CostCurve::to_text`], or `None` when it is not one.
    pub fn from_text(text: &str) -> Option<CostCurve> {
        let finite = |word: &str| word.parse::<f64>().ok().filter(|x| x.is_finite());
        let mut words = text.split_whitespace();
        let curve = match words.next()? {
            "polynomial" => CostCurve::Polynomial(words.map(finite).collect::<Option<_>>()?),
            "piecewise" => {
                let point =
                    |word: &str| word.split_once(':').and_then(|(x, y)| Some((finite(x)?, finite(y)?)));
                CostCurve::Piecewise(words.map(point).collect::<Option<_>>()?)
            }
            _ => return None,
        };
        curve.is_valid().then_some(curve)
    }

    /// Whether the curve has a coefficient, or at least two points with rising MW.
    pub fn is_valid(&self) -> bool {
        match self {
            CostCurve::Polynomial(c) => !c.is_empty(),
            CostCurve::Piecewise(points) => points.len() >= 2 && points.windows(2).all(|w| w[0].0 < w[1].0),
        }
    }
}

/// The block between two points of a curve.
fn chord(ends: &[(f64, f64)]) -> CostBlock {
    let size_mw = ends[1].0 - ends[0].0;
    CostBlock { size_mw, cost_usd_per_mwh: (ends[1].1 - ends[0].1) / size_mw }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quadratic_is_cut_into_chords() {
        let curve = CostCurve::Polynomial(vec![100.0, 10.0, 0.05]);
        assert_eq!(curve.at(200.0), 100.0 + 2000.0 + 2000.0);
        let blocks = curve.blocks(0.0, 200.0, 2);
        assert_eq!(blocks.len(), 2);
        assert!((blocks[0].cost_usd_per_mwh - 15.0).abs() < 1e-12);
        assert!((blocks[1].cost_usd_per_mwh - 25.0).abs() < 1e-12);
        assert_eq!(CostCurve::Polynomial(vec![5.0, 7.0]).blocks(10.0, 30.0, 9).len(), 1);
    }

    #[test]
    fn a_concave_part_becomes_its_hull() {
        let curve = CostCurve::Piecewise(vec![(0.0, 0.0), (10.0, 300.0), (20.0, 400.0), (30.0, 700.0)]);
        let blocks = curve.blocks(0.0, 30.0, 1);
        let found: Vec<(f64, f64)> = blocks.iter().map(|b| (b.size_mw, b.cost_usd_per_mwh)).collect();
        assert_eq!(found, [(20.0, 20.0), (10.0, 30.0)]);
        assert_eq!(curve.at(15.0), 350.0);
        let sorted = curve.sorted_blocks(0.0, 30.0, 1);
        let found: Vec<(f64, f64)> = sorted.iter().map(|b| (b.size_mw, b.cost_usd_per_mwh)).collect();
        assert_eq!(found, [(10.0, 10.0), (10.0, 30.0), (10.0, 30.0)]);
    }

    #[test]
    fn text_round_trips_and_nonsense_is_refused() {
        for curve in [
            CostCurve::Polynomial(vec![1.5, -2.0, 0.25]),
            CostCurve::Piecewise(vec![(0.0, 0.0), (12.5, 300.0)]),
        ] {
            assert_eq!(CostCurve::from_text(&curve.to_text()), Some(curve));
        }
        for text in ["", "polynomial", "piecewise 0:1", "piecewise 5:1 5:2", "spline 1 2", "polynomial x"] {
            assert_eq!(CostCurve::from_text(text), None, "{text}");
        }
    }
}
