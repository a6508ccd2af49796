//! The yearly security list.

use gridrush_core::interconnection::Direction;
use gridrush_core::market::{SecurityPair, SecurityRules, screen};

use super::{RunError, World};
use crate::planning::Outset;

/// Rounds of dispatch and screening: room for one loss moves flows towards others.
const ROUNDS: usize = 3;

impl World {
    /// Takes the grid as it stands for one that was planned for the loss of any branch: emergency ratings
    /// rise to what branches carry after a loss in the stressed states of this year, when overload costs no
    /// more than the redispatch that such a plan counts on.
    pub(super) fn secure_at_start(&mut self) -> Result<(), RunError> {
        let list = &self.setup.scenario.dispatch.security_list;
        if !self.setup.provides_for_losses() || !list.secure_at_start {
            return Ok(());
        }
        let ceiling_usd_per_mwh = list.start_redispatch_usd_per_mwh;
        let margin_share = list.start_margin_share;
        let rules = list.rules();
        let every = SecurityRules { pairs_per_branch_max: 1, pairs_max: usize::MAX, ..rules };
        for round in 1..=ROUNDS {
            let margin_share = if round == ROUNDS { margin_share } else { 0.0 };
            let mut pairs = self.threatened(&every, Some(ceiling_usd_per_mwh))?;
            for pair in &pairs {
                self.clearing.security.raise(pair, margin_share);
            }
            pairs.truncate(rules.pairs_max);
            self.clearing.watch(&pairs);
        }
        // Studies after losses count on the same emergency ratings.
        for (at, branch) in (0..).zip(&mut self.study_branches) {
            branch.emergency_ratio = self.clearing.security.emergency_ratio(at);
        }
        Ok(())
    }

    /// Finds the pairs to watch in the coming year: those that come near their limit in its stressed states,
    /// dispatched with the pairs found so far. Sites count with what they may draw now.
    pub(super) fn secure(&mut self) -> Result<(), RunError> {
        if !self.setup.provides_for_losses() {
            return Ok(());
        }
        let rules = self.setup.scenario.dispatch.security_list.rules();
        let mut pairs: Vec<SecurityPair> = Vec::new();
        for _ in 0..ROUNDS {
            let found = self.threatened(&rules, None)?;
            // What an earlier round found stays: its room is why it does not show any more.
            pairs.retain(|old| !found.iter().any(|new| same(old, new)));
            pairs.splice(0..0, found);
            pairs.truncate(rules.pairs_max);
            self.clearing.watch(&pairs);
        }
        Ok(())
    }

    /// The pairs that matter in this year's stressed states, with room for those that are watched now; at
    /// another ceiling price if one is given.
    fn threatened(
        &mut self,
        rules: &SecurityRules,
        ceiling_usd_per_mwh: Option<f64>,
    ) -> Result<Vec<SecurityPair>, RunError> {
        let mut market = self.clearing.clone();
        if let Some(ceiling_usd_per_mwh) = ceiling_usd_per_mwh {
            for flowgate in market.problem.flowgates.iter_mut().skip(market.security.first() as usize) {
                flowgate.ceiling_usd_per_mwh = ceiling_usd_per_mwh;
            }
        }
        let loads = self.firm_loads(false);
        let first_hour = self.calendar.now().hour();
        let states: Vec<Vec<f64>> = self
            .planner
            .snapshots(Outset {
                setup: &self.setup,
                weather: &self.weather,
                market: &market,
                supply: &self.supply,
                loads: &loads,
                first_hour,
            })
            .map_err(RunError::Planning)?
            .into_iter()
            .filter(|snapshot| snapshot.is_for(Direction::Load))
            .map(|snapshot| snapshot.flow_mw)
            .collect();
        let elements = market.security.elements(&market.problem.branches);
        Ok(screen(&self.topology, &mut self.loss_factors, &elements, &states, rules))
    }
}

fn same(a: &SecurityPair, b: &SecurityPair) -> bool {
    (a.monitored, a.outaged) == (b.monitored, b.outaged)
}
