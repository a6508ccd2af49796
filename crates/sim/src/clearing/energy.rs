//! What prices are made of: energy, which costs the same all over an area, and congestion, which is the rest.
//!
//! An area is an island of the network, or what pipes join. Its energy price is the mean of its settled prices,
//! weighted by the native load that asks for power at each bus (evenly where there is none). Where areas balance,
//! all that load pays above the energy price less all that generation is paid above it is the congestion rent,
//! whatever the weights. Cost: `O(buses)`.

use gridrush_core::dispatch::{DispatchProblem, DispatchSolution, FlowBranch, Islands};

use super::Clearing;

/// What branches and pipes join with everything in service.
pub(super) fn areas(problem: &DispatchProblem) -> Islands {
    let line = |from, to| FlowBranch {
        from,
        to,
        susceptance_mw_per_rad: 1.0,
        shift_rad: 0.0,
        limit_mw: f64::INFINITY,
        ceiling_usd_per_mwh: f64::INFINITY,
        in_service: true,
    };
    let pipes = problem.pipes.iter().map(|pipe| line(pipe.from, pipe.to));
    let joined: Vec<FlowBranch> = problem.branches.iter().copied().chain(pipes).collect();
    Islands::of(problem.bus_count(), &joined)
}

/// Sums of weights and of weighted prices: by load, and by bus.
#[derive(Clone, Copy, Default)]
struct Sums {
    load_mw: f64,
    by_load: f64,
    buses: f64,
    by_bus: f64,
}

/// By bus, the mean price of its area.
fn means(area_of: &[u32], load_mw: &[f64], prices_usd_per_mwh: impl Iterator<Item = f64>) -> Vec<f64> {
    let count = area_of.iter().max().map_or(0, |&last| last as usize + 1);
    let mut sums = vec![Sums::default(); count];
    for ((&area, &mw), price) in area_of.iter().zip(load_mw).zip(prices_usd_per_mwh) {
        let (of, mw) = (&mut sums[area as usize], mw.max(0.0));
        of.load_mw += mw;
        of.by_load += mw * price;
        of.buses += 1.0;
        of.by_bus += price;
    }
    let mean = |of: &Sums| if of.load_mw > 0.0 { of.by_load / of.load_mw } else { of.by_bus / of.buses };
    let means: Vec<f64> = sums.iter().map(mean).collect();
    area_of.iter().map(|&area| means[area as usize]).collect()
}

impl Clearing {
    /// By bus, the energy part of its settled price in the present hour; the rest of that price is congestion.
    pub fn energy_usd_per_mwh(&self, solution: &DispatchSolution) -> Vec<f64> {
        let parted = self.problem.pipes.is_empty() && !self.cut.island_of().is_empty();
        let area_of = if parted { self.cut.island_of() } else { self.areas.by_bus() };
        let ranges = self.price_range.iter();
        let settled = ranges.zip(&solution.lmp_usd_per_mwh).map(|(&(floor, cap), lmp)| lmp.clamp(floor, cap));
        means(area_of, &self.problem.demand_mw, settled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 100 and 300 MW of load at 20 and 50 $/MWh, joined by a line that is full with 300 MW: all generation is at the
    /// cheap end. A third bus without load is an area of its own.
    #[test]
    fn a_full_line_by_hand() {
        let (load_mw, price) = ([100.0, 300.0, 0.0], [20.0, 50.0, 35.0]);
        let energy = means(&[0, 0, 1], &load_mw, price.into_iter());
        assert_eq!(energy, [42.5, 42.5, 35.0]);
        let congestion = [0, 1, 2].map(|bus| price[bus] - energy[bus]);
        let drawn_mw = [100.0 - 400.0, 300.0, 0.0];
        let rent: f64 = congestion.iter().zip(drawn_mw).map(|(usd, mw)| usd * mw).sum();
        assert_eq!((congestion, rent), ([-22.5, 7.5, 0.0], 30.0 * 300.0));
    }

    #[test]
    fn pipes_join_what_branches_do_not() {
        use gridrush_core::dispatch::{ColumnId, Pipe};
        let mut problem = DispatchProblem::new(3, Vec::new());
        let (forward, backward) = (ColumnId(0), ColumnId(1));
        problem.pipes.push(Pipe { from: 0, to: 2, forward, backward, loss_fraction: 0.0 });
        let of = areas(&problem);
        assert_eq!((of.count(), of.by_bus()[0] == of.by_bus()[2]), (2, true));
        let energy = means(of.by_bus(), &[10.0, 10.0, 30.0], [20.0, 90.0, 40.0].into_iter());
        assert_eq!(energy, [35.0, 90.0, 35.0]);
    }
}
