//! What a unit asks for its output: blocks of rising cost.
//!
//! A unit that burns has one number, its average heat rate `H` at full load. With least output `m` (a
//! share of capacity), a part `v` of the fuel at full load that it burns for being on, and a rise `s`, its
//! `n` blocks are
//!
//! ```text
//!   block i of n      from m + (1 - m) i / n to m + (1 - m) (i + 1) / n of capacity, the first from zero
//!   heat rate         a (1 + s i / (n - 1))
//!   with a from       sum_i width_i a (1 + s i / (n - 1)) = (1 - v) H
//! ```
//!
//! so that fuel at full load is `H` times output whatever the shape. A cost curve is cut above the least
//! output; below it the slope is that of its first piece and what is left is the cost of being on.

use gridrush_core::grid::CostCurve;

/// A part of a unit's range over which one more MWh costs the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OfferBlock {
    /// Where it begins, as a share of capacity.
    pub from_share: f64,
    /// Where it ends.
    pub to_share: f64,
    /// Fuel for another MWh.
    pub heat_rate_mmbtu_per_mwh: f64,
    /// Cost beside fuel.
    pub other_usd_per_mwh: f64,
}

/// A unit's blocks and what it costs to be on.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// Blocks of rising cost from nothing to capacity; at least one.
    pub blocks: Vec<OfferBlock>,
    /// Average at full load, everything included.
    pub average_heat_rate_mmbtu_per_mwh: f64,
    /// Average at full load of what is not fuel.
    pub average_other_usd_per_mwh: f64,
    /// Fuel for being on, per MW of capacity.
    pub no_load_mmbtu_per_mw_h: f64,
    /// Other cost of being on, per MW of capacity.
    pub no_load_usd_per_mw_h: f64,
}

/// How blocks are cut.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// How many blocks.
    pub blocks: usize,
    /// By how much the last costs more than the first, as a share.
    pub rise: f64,
    /// Least output, as a share of capacity.
    pub minimum_share: f64,
    /// Part of the fuel at full load that is burnt for being on.
    pub no_load_share: f64,
}

impl Shape {
    /// One block from nothing to capacity.
    pub const FLAT: Shape = Shape { blocks: 1, rise: 0.0, minimum_share: 0.0, no_load_share: 0.0 };
}

impl Offer {
    /// The offer of a unit with a heat rate and another cost. `O(blocks)`.
    pub fn of_heat_rate(heat_rate_mmbtu_per_mwh: f64, other_usd_per_mwh: f64, shape: Shape) -> Offer {
        // Blocks of equal cost would be the same column twice.
        let flat = shape.rise <= 0.0 || heat_rate_mmbtu_per_mwh <= 0.0;
        let n = if flat { 1 } else { shape.blocks.max(1) };
        let width = (1.0 - shape.minimum_share) / n as f64;
        let edge = |i: usize| match i {
            0 => 0.0,
            i if i == n => 1.0,
            i => shape.minimum_share + width * i as f64,
        };
        let rise = |i: usize| 1.0 + if n > 1 { shape.rise * i as f64 / (n - 1) as f64 } else { 0.0 };
        let sum: f64 = (0..n).map(|i| (edge(i + 1) - edge(i)) * rise(i)).sum();
        let lowest = (1.0 - shape.no_load_share) * heat_rate_mmbtu_per_mwh / sum;
        let block = |i| OfferBlock {
            from_share: edge(i),
            to_share: edge(i + 1),
            heat_rate_mmbtu_per_mwh: lowest * rise(i),
            other_usd_per_mwh,
        };
        Offer {
            blocks: (0..n).map(block).collect(),
            average_heat_rate_mmbtu_per_mwh: heat_rate_mmbtu_per_mwh,
            average_other_usd_per_mwh: other_usd_per_mwh,
            no_load_mmbtu_per_mw_h: shape.no_load_share * heat_rate_mmbtu_per_mwh,
            no_load_usd_per_mw_h: 0.0,
        }
    }

    /// The offer of a unit with a cost curve, which fuel prices do not move. `O(points)`.
    pub fn of_curve(curve: &CostCurve, capacity_mw: f64, shape: Shape) -> Offer {
        let least_mw = shape.minimum_share * capacity_mw;
        let pieces = curve.blocks(least_mw, capacity_mw, shape.blocks.max(1));
        let average = if capacity_mw > 0.0 { curve.at(capacity_mw) / capacity_mw } else { 0.0 };
        let Some(first) = pieces.first().copied() else {
            return Offer::of_heat_rate(0.0, average, Shape::FLAT);
        };
        let mut end_mw = least_mw;
        let mut blocks: Vec<OfferBlock> = Vec::with_capacity(pieces.len());
        for piece in &pieces {
            end_mw += piece.size_mw;
            blocks.push(OfferBlock {
                from_share: blocks.last().map_or(0.0, |block| block.to_share),
                to_share: end_mw / capacity_mw,
                heat_rate_mmbtu_per_mwh: 0.0,
                other_usd_per_mwh: piece.cost_usd_per_mwh,
            });
        }
        if let Some(last) = blocks.last_mut() {
            last.to_share = 1.0;
        }
        let no_load_usd = curve.at(least_mw) - first.cost_usd_per_mwh * least_mw;
        Offer {
            blocks,
            average_heat_rate_mmbtu_per_mwh: 0.0,
            average_other_usd_per_mwh: average,
            no_load_mmbtu_per_mw_h: 0.0,
            no_load_usd_per_mw_h: no_load_usd / capacity_mw,
        }
    }

    /// Adds to every MWh.
    pub fn add(&mut self, heat_rate_mmbtu_per_mwh: f64, other_usd_per_mwh: f64) {
        for block in &mut self.blocks {
            block.heat_rate_mmbtu_per_mwh += heat_rate_mmbtu_per_mwh;
            block.other_usd_per_mwh += other_usd_per_mwh;
        }
        self.average_heat_rate_mmbtu_per_mwh += heat_rate_mmbtu_per_mwh;
        self.average_other_usd_per_mwh += other_usd_per_mwh;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fuel_at_full_load(offer: &Offer) -> f64 {
        let sum = |b: &OfferBlock| (b.to_share - b.from_share) * b.heat_rate_mmbtu_per_mwh;
        offer.blocks.iter().map(sum).sum::<f64>() + offer.no_load_mmbtu_per_mw_h
    }

    #[test]
    fn blocks_rise_and_keep_the_average() {
        for (blocks, rise, minimum_share, no_load_share) in
            [(3, 0.08, 0.4, 0.1), (4, 0.05, 0.0, 0.0), (1, 0.08, 0.3, 0.0), (3, 0.0, 0.3, 0.2)]
        {
            let offer = Offer::of_heat_rate(7.0, 2.0, Shape { blocks, rise, minimum_share, no_load_share });
            assert!((fuel_at_full_load(&offer) - 7.0).abs() < 1e-12);
            let (first, last) = (offer.blocks[0], offer.blocks[offer.blocks.len() - 1]);
            assert_eq!((first.from_share, last.to_share), (0.0, 1.0));
            assert!(offer.blocks.windows(2).all(|w| w[0].to_share == w[1].from_share));
            assert!(
                offer.blocks.windows(2).all(|w| w[0].heat_rate_mmbtu_per_mwh < w[1].heat_rate_mmbtu_per_mwh)
            );
            if offer.blocks.len() > 1 {
                let ratio = last.heat_rate_mmbtu_per_mwh / first.heat_rate_mmbtu_per_mwh;
                assert!((ratio - 1.0 - rise).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn three_blocks_by_hand() {
        // Widths 0.6, 0.2, 0.2 and slopes a, 1.05 a, 1.1 a: 1.03 a = 0.9 x 10.
        let shape = Shape { blocks: 3, rise: 0.1, minimum_share: 0.4, no_load_share: 0.1 };
        let offer = Offer::of_heat_rate(10.0, 0.0, shape);
        let rates: Vec<f64> = offer.blocks.iter().map(|b| b.heat_rate_mmbtu_per_mwh).collect();
        for (got, want) in rates.iter().zip([9.0 / 1.03, 9.45 / 1.03, 9.9 / 1.03]) {
            assert!((got - want).abs() < 1e-12, "{got} is not {want}");
        }
        assert!((offer.blocks[1].from_share - 0.6).abs() < 1e-12);
    }

    #[test]
    fn a_curve_keeps_its_cost_at_full_load() {
        let curve = CostCurve::Polynomial(vec![100.0, 10.0, 0.05]);
        let shape = Shape { blocks: 2, minimum_share: 0.25, ..Shape::FLAT };
        let offer = Offer::of_curve(&curve, 200.0, shape);
        // Chords over 50..125 and 125..200: 10 + 0.05 x 175 and 10 + 0.05 x 325.
        let slopes: Vec<f64> = offer.blocks.iter().map(|b| b.other_usd_per_mwh).collect();
        assert!((slopes[0] - 18.75).abs() < 1e-9 && (slopes[1] - 26.25).abs() < 1e-9, "{slopes:?}");
        let cost = 200.0 * offer.no_load_usd_per_mw_h + 125.0 * slopes[0] + 75.0 * slopes[1];
        assert!((cost - curve.at(200.0)).abs() < 1e-9, "{cost}");
        assert!((offer.average_other_usd_per_mwh * 200.0 - curve.at(200.0)).abs() < 1e-9);
    }
}
