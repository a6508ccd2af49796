//! What a cleared hour says: shed load, surplus, reserve, settled prices, emissions of another megawatt-hour.

use gridrush_core::dispatch::DispatchSolution;

use super::Clearing;

impl Clearing {
    /// What another MWh of every column emits: units by their blocks, batteries at what a MWh discharged holds.
    /// Loads, links and shortfalls emit nothing. `by_column` is empty or what the last call left: units burn what
    /// they burnt then. `O(columns)` once, then `O(batteries)`.
    pub fn co2_by_column(&self, stored_t_per_mwh: f64, by_column: &mut Vec<f64>) {
        let known = !by_column.is_empty();
        by_column.resize(self.problem.bounds.len(), 0.0);
        for unit in self.units.iter().filter(|_| !known) {
            for (column, t_per_mwh) in unit.columns().zip(unit.block_co2_t_per_mwh()) {
                by_column[column] = t_per_mwh;
            }
        }
        self.stores.co2_by_column(stored_t_per_mwh, by_column);
    }

    /// Native load not served in a zone.
    pub fn native_shed_mw(&self, solution: &DispatchSolution, zone: usize) -> f64 {
        self.home_shed_mw(solution, zone) + self.in_pockets_mw(&solution.column_mw, zone).0
    }

    /// The same without what is shed in pockets.
    pub fn home_shed_mw(&self, solution: &DispatchSolution, zone: usize) -> f64 {
        solution.column_mw[self.zones[zone].shed.0 as usize]
    }

    /// Surplus spilled in a zone.
    pub fn surplus_mw(&self, solution: &DispatchSolution, zone: usize) -> f64 {
        let in_pockets_mw = self.in_pockets_mw(&solution.column_mw, zone).1;
        solution.column_mw[self.zones[zone].surplus.0 as usize] + in_pockets_mw
    }

    /// What direct-current links lose.
    pub fn link_loss_mw(&self, solution: &DispatchSolution) -> f64 {
        self.links.iter().map(|link| link.loss_mw(solution)).sum()
    }

    /// The price of operating reserve by region.
    pub fn reserve_prices_usd_per_mwh(&self, solution: &DispatchSolution) -> Vec<f64> {
        self.reserves.iter().map(|of| -solution.row_dual[of.row.0 as usize].min(0.0)).collect()
    }

    /// One price of reserve for all regions: the mean by what each of them wants.
    pub fn mean_reserve_price_usd_per_mwh(&self, prices: &[f64]) -> f64 {
        if let [price] = prices {
            return *price;
        }
        let wanted_mw = self.reserve_requirement_mw();
        let sizes = self.terms.areas.iter().map(|area| area.reserve.requirement_mw());
        let worth: f64 = sizes.zip(prices).map(|(mw, price)| mw * price).sum();
        if wanted_mw > 0.0 { worth / wanted_mw } else { 0.0 }
    }

    /// Reserve held, in all regions.
    pub fn reserve_mw(&self, solution: &DispatchSolution) -> f64 {
        let steps = self.reserves.iter().flat_map(|of| &of.steps);
        steps.map(|column| solution.column_mw[column.0 as usize]).sum()
    }

    /// Reserve wanted, in all regions.
    pub fn reserve_requirement_mw(&self) -> f64 {
        self.terms.areas.iter().map(|area| area.reserve.requirement_mw()).sum()
    }

    /// The price of a bus as it is settled.
    pub fn settled(&self, solution: &DispatchSolution, bus: u32) -> f64 {
        let (floor, cap) = self.price_range[bus as usize];
        solution.lmp_usd_per_mwh[bus as usize].clamp(floor, cap)
    }

    /// The settled price of a weighted list of buses.
    pub fn price_at(&self, solution: &DispatchSolution, buses: &[(u32, f64)]) -> f64 {
        buses.iter().map(|&(bus, w)| w * self.settled(solution, bus)).sum()
    }
}
