//! The merit order of what can run: the cost of the next megawatt as a function of net load.
//!
//! A forecast of prices without a network: blocks sorted by cost, cumulated once, looked up by bisection.
//! Load that would stop at a price stands in the stack like a plant of that cost, with its draw counted
//! in net load. Building costs O(n log n), a look-up O(log n).

/// How near a net load lies to the end of a block that it may be there.
const EDGE_MW: f64 = 1.0;

/// Capacity that can run, cheapest first.
#[derive(Clone, Debug, PartialEq)]
pub struct SupplyStack {
    /// Capacity up to and including each block; rises strictly.
    upto_mw: Vec<f64>,
    cost_usd_per_mwh: Vec<f64>,
    surplus_usd_per_mwh: f64,
    shortage_usd_per_mwh: f64,
}

impl SupplyStack {
    /// The stack of blocks `(MW, $/MWh)` in any order; blocks without capacity are left out.
    /// `surplus_usd_per_mwh` holds below a net load of zero, `shortage_usd_per_mwh` above all capacity.
    pub fn new(
        blocks: impl IntoIterator<Item = (f64, f64)>,
        surplus_usd_per_mwh: f64,
        shortage_usd_per_mwh: f64,
    ) -> SupplyStack {
        let mut sorted: Vec<(f64, f64)> = blocks.into_iter().filter(|block| block.0 > 0.0).collect();
        sorted.sort_unstable_by(|a, b| a.1.total_cmp(&b.1).then(a.0.total_cmp(&b.0)));
        let mut stack = SupplyStack {
            upto_mw: vec![],
            cost_usd_per_mwh: vec![],
            surplus_usd_per_mwh,
            shortage_usd_per_mwh,
        };
        let mut upto_mw = 0.0;
        for (mw, cost) in sorted {
            upto_mw += mw;
            if stack.cost_usd_per_mwh.last() == Some(&cost) {
                stack.upto_mw.pop();
            } else {
                stack.cost_usd_per_mwh.push(cost);
            }
            stack.upto_mw.push(upto_mw);
        }
        stack
    }

    /// Everything that can run.
    pub fn capacity_mw(&self) -> f64 {
        self.upto_mw.last().copied().unwrap_or(0.0)
    }

    /// The cost of one more megawatt at a net load.
    pub fn price_usd_per_mwh(&self, net_load_mw: f64) -> f64 {
        if net_load_mw < 0.0 {
            return self.surplus_usd_per_mwh;
        }
        let block = self.upto_mw.partition_point(|&upto| upto <= net_load_mw);
        self.cost_usd_per_mwh.get(block).copied().unwrap_or(self.shortage_usd_per_mwh)
    }

    /// What a price at a net load is above or below all that the stack asks there. Where a block ends any
    /// price up to that of the next is the stack's.
    pub fn basis_usd_per_mwh(&self, net_load_mw: f64, price_usd_per_mwh: f64) -> f64 {
        self.basis_at(net_load_mw)(price_usd_per_mwh)
    }

    /// The same as a function of the price, for many prices at one net load.
    pub fn basis_at(&self, net_load_mw: f64) -> impl Fn(f64) -> f64 + use<> {
        let [below, above] = [-EDGE_MW, EDGE_MW].map(|mw| self.price_usd_per_mwh(net_load_mw + mw));
        let (least, most) = (below.min(above), below.max(above));
        move |price_usd_per_mwh| price_usd_per_mwh - price_usd_per_mwh.clamp(least, most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_megawatt_costs_what_the_cheapest_idle_block_asks() {
        let stack = SupplyStack::new([(50.0, 30.0), (100.0, 10.0), (0.0, 5.0), (25.0, 30.0)], -20.0, 9000.0);
        assert_eq!(stack.capacity_mw(), 175.0);
        for (net_load_mw, want) in
            [(-1.0, -20.0), (0.0, 10.0), (99.9, 10.0), (100.0, 30.0), (174.9, 30.0), (175.0, 9000.0)]
        {
            assert_eq!(stack.price_usd_per_mwh(net_load_mw), want, "{net_load_mw} MW");
        }
    }

    #[test]
    fn a_price_between_two_blocks_is_the_stacks() {
        let stack = SupplyStack::new([(100.0, 10.0), (100.0, 30.0)], 0.0, 9000.0);
        for (net_load_mw, price, want) in [
            (50.0, 10.0, 0.0),
            (50.0, 12.0, 2.0),
            (100.0, 25.0, 0.0),
            (100.5, 8.0, -2.0),
            (150.0, 25.0, -5.0),
        ] {
            assert_eq!(stack.basis_usd_per_mwh(net_load_mw, price), want, "{net_load_mw} MW, {price} $");
        }
    }

    #[test]
    fn nothing_to_run_is_a_shortage() {
        assert_eq!(SupplyStack::new([], 0.0, 9000.0).price_usd_per_mwh(1.0), 9000.0);
    }
}
