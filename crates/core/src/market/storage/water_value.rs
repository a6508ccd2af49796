//! What energy in store is worth over the coming day, and the two prices that follow from it.
//!
//! A backward recursion over the hours of a forecast and a grid of states of charge. In each hour net
//! load is known up to an error of given spread, drawn anew for every hour; storage then buys while the
//! next megawatt costs less than what it adds to the worth of the store, and sells while it saves more
//! than it takes away. Prices are those of the supply stack at net load *after* storage plus the basis of
//! the place, so a fleet that is large enough to move the price fills valleys and shaves peaks instead of
//! rushing into one hour.
//! Operating reserve enters as it does in dispatch: energy in store is paid for standing by, and what
//! charges takes headroom from others.
//!
//! ```text
//!   V_t(e) = E[ max over x of  - cost of charging + saving by discharging + worth of reserve + V_t+1(e') ]
//! ```
//!
//! The day after is taken to be like this one: the recursion runs over the forecast twice, so the store
//! has the worth at the end of the day that it would have at such a day's beginning. No hour's outcome
//! is known beforehand. Cost: O(hours x errors x nodes x nodes within reach), about 20,000 steps a day.

use crate::market::{ReserveCurve, SupplyStack};

/// Nodes and weights of Gauss-Hermite quadrature for the standard normal distribution, exact up to the
/// ninth power.
const ERRORS: [(f64, f64); 5] = [
    (-2.856_970_013_872_806, 0.011_257_411_327_720_69),
    (-1.355_626_179_974_266, 0.222_075_922_005_612_6),
    (0.0, 0.533_333_333_333_333_3),
    (1.355_626_179_974_266, 0.222_075_922_005_612_6),
    (2.856_970_013_872_806, 0.011_257_411_327_720_69),
];

/// One hour of the forecast.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HourAhead {
    /// Expected load less wind and sun, before storage.
    pub net_load_mw: f64,
    /// Standard deviation of its error.
    pub error_mw: f64,
    /// What the place is expected to pay above the cost of the next megawatt in the stack.
    pub basis_usd_per_mwh: f64,
}

/// What the day ahead looks like.
#[derive(Clone, Copy, Debug)]
pub struct Outlook<'a> {
    /// What can run besides storage.
    pub stack: &'a SupplyStack,
    /// Worth of operating reserve; an empty curve for none.
    pub reserve: &'a ReserveCurve,
    /// Hourly net load.
    pub hours: &'a [HourAhead],
}

/// All storage that the outlook is made for, as one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reservoir {
    /// Power in either direction, at the grid.
    pub power_mw: f64,
    /// Energy that fits, measured at the grid when discharging.
    pub energy_mwh: f64,
    /// Energy out over energy in.
    pub round_trip: f64,
}

/// The worth of energy in store, by hour of the forecast and by state of charge.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WaterValue {
    /// Steps of the grid between empty and full.
    steps: usize,
    energy_mwh: f64,
    round_trip: f64,
    /// Worth in $ at the *end* of each hour, `steps + 1` nodes an hour.
    after_usd: Vec<f64>,
}

impl WaterValue {
    /// Values the store over the hours of an outlook; nothing without power, energy or hours.
    pub fn new(reservoir: Reservoir, outlook: Outlook) -> WaterValue {
        let basis: Vec<f64> = outlook.hours.iter().map(|hour| hour.basis_usd_per_mwh).collect();
        WaterValue::at_places(reservoir, outlook, std::iter::once(basis)).pop().unwrap_or_default()
    }

    /// The same at several places, each with a basis of its own for every hour in place of that of the
    /// outlook. What the stack says is looked up once for all of them.
    pub fn at_places(
        reservoir: Reservoir,
        outlook: Outlook,
        bases_usd_per_mwh: impl Iterator<Item = Vec<f64>>,
    ) -> Vec<WaterValue> {
        let Reservoir { power_mw, energy_mwh, .. } = reservoir;
        if power_mw <= 0.0 || energy_mwh <= 0.0 || outlook.hours.is_empty() {
            return bases_usd_per_mwh.map(|_| WaterValue::default()).collect();
        }
        // About six steps an hour of discharge keep the rounding of part-loads small.
        let steps = ((6.0 * energy_mwh / power_mw).ceil() as usize).clamp(12, 96);
        let moves = Moves::new(reservoir, steps);
        let states: Vec<State> = (outlook.hours.iter())
            .flat_map(|hour| ERRORS.map(|(z, _)| hour.net_load_mw + z * hour.error_mw))
            .map(|net_load_mw| State::new(net_load_mw, &moves, steps + 1, reservoir, outlook))
            .collect();
        bases_usd_per_mwh.map(|basis| WaterValue::of(reservoir, &moves, steps, &states, &basis)).collect()
    }

    /// The recursion at a place.
    fn of(reservoir: Reservoir, moves: &Moves, steps: usize, states: &[State], basis: &[f64]) -> WaterValue {
        let (nodes, hours) = (steps + 1, basis.len());
        let Reservoir { energy_mwh, round_trip, .. } = reservoir;
        let mut value = WaterValue { steps, energy_mwh, round_trip, after_usd: vec![0.0; hours * nodes] };
        let mut next = vec![0.0; nodes];
        let mut steps_now = Steps::default();
        for _ in 0..2 {
            for t in (0..hours).rev() {
                value.after_usd[t * nodes..][..nodes].copy_from_slice(&next);
                let after = &value.after_usd[t * nodes..][..nodes];
                next.fill(0.0);
                for (state, (_, weight)) in states[t * ERRORS.len()..].iter().zip(ERRORS) {
                    steps_now.price(state, basis[t], round_trip, moves);
                    steps_now.add_best_usd(state, after, weight, &mut next);
                }
            }
        }
        value
    }

    /// What charging is worth and what discharging takes away, per MWh at the grid, in an hour of the
    /// forecast with a share of the store filled, for a unit that can fill `charge_share` of its store or
    /// empty `discharge_share` of it within the hour. Hours beyond the forecast begin it again. `None`
    /// without a forecast.
    pub fn bid_and_offer(
        &self,
        hour: usize,
        filled: f64,
        charge_share: f64,
        discharge_share: f64,
    ) -> Option<(f64, f64)> {
        let nodes = self.steps + 1;
        let hours = self.after_usd.len() / nodes;
        if hours == 0 {
            return None;
        }
        let after = &self.after_usd[hour % hours * nodes..][..nodes];
        let filled = filled.clamp(0.0, 1.0);
        let bid = self.round_trip * self.slope(after, filled, filled + charge_share.max(0.0));
        Some((bid, self.slope(after, filled - discharge_share.max(0.0), filled)))
    }

    /// Mean worth of a megawatt-hour between two filled shares.
    fn slope(&self, after: &[f64], from: f64, to: f64) -> f64 {
        let least = 1.0 / self.steps as f64;
        let (mut from, mut to) = (from.max(0.0), to.min(1.0));
        if to - from < least {
            // Within a step the worth is straight: at the ends of the store the last step counts.
            let middle = (0.5 * (from + to)).clamp(0.5 * least, 1.0 - 0.5 * least);
            (from, to) = (middle - 0.5 * least, middle + 0.5 * least);
        }
        (self.at(after, to) - self.at(after, from)) / ((to - from) * self.energy_mwh)
    }

    fn at(&self, after: &[f64], filled: f64) -> f64 {
        let place = filled * self.steps as f64;
        let node = (place as usize).min(self.steps - 1);
        let part = place - node as f64;
        after[node] + part * (after[node + 1] - after[node])
    }
}

/// Steps of the grid that one hour can take, the last of them in part.
struct Moves {
    step_mwh: f64,
    /// Share of each step that an hour's charging reaches.
    charge: Vec<f64>,
    discharge: Vec<f64>,
}

impl Moves {
    fn new(reservoir: Reservoir, steps: usize) -> Moves {
        let step_mwh = reservoir.energy_mwh / steps as f64;
        let shares = |mwh: f64| {
            let reach = (mwh / step_mwh).min(steps as f64);
            (0..reach.ceil() as usize).map(|m| (reach - m as f64).min(1.0)).collect()
        };
        Moves {
            step_mwh,
            charge: shares(reservoir.power_mw * reservoir.round_trip),
            discharge: shares(reservoir.power_mw),
        }
    }
}

/// Prices of an hour with one outcome of net load, without the basis of a place.
struct State {
    /// Cost of filling each step, per megawatt-hour stored.
    fill_usd_per_mwh: Vec<f64>,
    /// Saving by emptying each step.
    empty_usd_per_mwh: Vec<f64>,
    /// Worth of the reserve that stands by in the store, by node.
    standby_usd: Vec<f64>,
}

impl State {
    fn new(net_load_mw: f64, moves: &Moves, nodes: usize, reservoir: Reservoir, outlook: Outlook) -> State {
        let Outlook { stack, reserve, .. } = outlook;
        let (step, round_trip) = (moves.step_mwh, reservoir.round_trip);
        let headroom_mw = (stack.capacity_mw() - net_load_mw).max(0.0);
        let fill = (0..moves.charge.len()).map(|m| {
            let mw = (m as f64 + 0.5) * step / round_trip;
            let price = stack.price_usd_per_mwh(net_load_mw + mw);
            (price + reserve.price_usd_per_mwh(headroom_mw - mw)) / round_trip
        });
        let empty = (0..moves.discharge.len())
            .map(|m| stack.price_usd_per_mwh(net_load_mw - (m as f64 + 0.5) * step));
        // Reserve has to last an hour: a store holds no more megawatts of it than megawatt-hours.
        let standby = (0..nodes).map(|node| {
            let held_mw = (node as f64 * step).min(reservoir.power_mw);
            reserve.worth_usd_per_h(headroom_mw + held_mw) - reserve.worth_usd_per_h(headroom_mw)
        });
        State {
            fill_usd_per_mwh: fill.collect(),
            empty_usd_per_mwh: empty.collect(),
            standby_usd: standby.collect(),
        }
    }
}

/// What an hour's steps cost and save at a place.
#[derive(Default)]
struct Steps {
    /// Share of each step that charging reaches, and what filling it costs.
    fill: Vec<(f64, f64)>,
    /// Share of each step that discharging reaches, and what emptying it saves.
    empty: Vec<(f64, f64)>,
}

impl Steps {
    fn price(&mut self, state: &State, basis: f64, round_trip: f64, moves: &Moves) {
        let fill_basis = basis / round_trip;
        let fill = moves.charge.iter().zip(&state.fill_usd_per_mwh);
        self.fill.clear();
        self.fill.extend(fill.map(|(&share, cost)| (share, (cost + fill_basis) * moves.step_mwh)));
        let empty = moves.discharge.iter().zip(&state.empty_usd_per_mwh);
        self.empty.clear();
        self.empty.extend(empty.map(|(&share, saving)| (share, (saving + basis) * moves.step_mwh)));
    }

    /// Adds to every node, with a weight, the greatest worth that it can come to: the steps lose in worth and gain
    /// in cost, so the first that does not pay is the end.
    fn add_best_usd(&self, state: &State, after: &[f64], weight: f64, sum: &mut [f64]) {
        for (node, (sum, standby_usd)) in sum.iter_mut().zip(&state.standby_usd).enumerate() {
            let (below, above) = after.split_at(node + 1);
            let here = below[node];
            let (mut bought, mut from) = (0.0, here);
            for (&to, &(share, cost)) in above.iter().zip(&self.fill) {
                let gain = share * (to - from - cost);
                if gain <= 0.0 {
                    break;
                }
                bought += gain;
                from = to;
            }
            let (mut sold, mut from) = (0.0, here);
            for (&to, &(share, saving)) in below[..node].iter().rev().zip(&self.empty) {
                let gain = share * (saving - from + to);
                if gain <= 0.0 {
                    break;
                }
                sold += gain;
                from = to;
            }
            *sum += weight * (standby_usd + (here + f64::max(bought, sold)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::ReserveStep;

    const LITTLE: Reservoir = Reservoir { power_mw: 1e-3, energy_mwh: 1e-3, round_trip: 0.8 };

    fn hours(net_load_mw: &[f64]) -> Vec<HourAhead> {
        let hour = |&net_load_mw| HourAhead { net_load_mw, error_mw: 0.0, basis_usd_per_mwh: 0.0 };
        net_load_mw.iter().map(hour).collect()
    }

    fn close(got: Option<(f64, f64)>, want: (f64, f64)) {
        let (bid, offer) = got.unwrap();
        assert!(
            (bid - want.0).abs() < 1e-6 && (offer - want.1).abs() < 1e-6,
            "({bid}, {offer}) is not {want:?}"
        );
    }

    #[test]
    fn two_hours_by_hand() {
        // A cheap hour at 10 and a dear one at 50, again and again. After the cheap hour a stored
        // megawatt-hour saves 50; after the dear one it saves buying 1 / 0.8 at 10.
        let stack = SupplyStack::new([(100.0, 10.0), (100.0, 50.0)], 0.0, 9000.0);
        let (reserve, hours) = (ReserveCurve::default(), hours(&[50.0, 150.0]));
        let value = WaterValue::new(LITTLE, Outlook { stack: &stack, reserve: &reserve, hours: &hours });
        close(value.bid_and_offer(0, 0.0, 0.8, 0.0), (0.8 * 50.0, 50.0));
        close(value.bid_and_offer(1, 0.6, 0.3, 0.3), (0.8 * 12.5, 12.5));
        // An hour of charging fills no more than 0.8 of the store: a first tenth would be missed at 50.
        let (_, offer) = value.bid_and_offer(1, 0.1, 0.3, 0.1).unwrap();
        assert!((offer - 50.0).abs() < 1e-6, "{offer}");
        assert_eq!(value.bid_and_offer(2, 0.5, 0.3, 0.5), value.bid_and_offer(0, 0.5, 0.3, 0.5));
    }

    #[test]
    fn the_basis_of_a_place_moves_both_prices() {
        // One plant at 10 for all hours; the place pays 5 less in the first and 15 more in the second.
        let stack = SupplyStack::new([(200.0, 10.0)], 0.0, 9000.0);
        let reserve = ReserveCurve::default();
        let at = |basis_usd_per_mwh| HourAhead { net_load_mw: 50.0, error_mw: 0.0, basis_usd_per_mwh };
        let hours = [at(-5.0), at(15.0)];
        let value = WaterValue::new(LITTLE, Outlook { stack: &stack, reserve: &reserve, hours: &hours });
        close(value.bid_and_offer(0, 0.0, 0.8, 0.0), (0.8 * 25.0, 25.0));
        close(value.bid_and_offer(1, 0.6, 0.3, 0.3), (0.8 * 6.25, 6.25));
    }

    #[test]
    fn a_store_that_is_large_sees_its_own_price() {
        // 100 MW come in at 10, the rest at 30; the dear hour is short of 40 MW that cost 50. Beyond 40 MWh
        // a store only saves the 30 $ plant.
        let stack = SupplyStack::new([(100.0, 10.0), (100.0, 30.0), (100.0, 50.0)], 0.0, 9000.0);
        let (reserve, hours) = (ReserveCurve::default(), hours(&[50.0, 240.0]));
        let of = Reservoir { power_mw: 80.0, energy_mwh: 80.0, round_trip: 1.0 };
        let value = WaterValue::new(of, Outlook { stack: &stack, reserve: &reserve, hours: &hours });
        close(value.bid_and_offer(0, 0.25, 0.1, 0.1), (50.0, 50.0));
        close(value.bid_and_offer(0, 0.75, 0.1, 0.1), (30.0, 30.0));
    }

    #[test]
    fn energy_that_stands_by_as_reserve_is_kept() {
        // The dear hour leaves 10 MW of headroom; reserve is worth 200 up to 50 MW. Discharging would save 50
        // and let go of 200.
        let stack = SupplyStack::new([(100.0, 10.0), (100.0, 50.0)], 0.0, 9000.0);
        let step = ReserveStep { mw: 50.0, usd_per_mwh: 200.0 };
        let (reserve, hours) = (ReserveCurve::new(vec![step]).unwrap(), hours(&[190.0]));
        let value = WaterValue::new(LITTLE, Outlook { stack: &stack, reserve: &reserve, hours: &hours });
        let (_, offer) = value.bid_and_offer(0, 1.0, 0.0, 1.0).unwrap();
        assert!(offer >= 200.0, "{offer}");
    }

    #[test]
    fn without_a_forecast_or_a_store_there_is_no_worth() {
        let stack = SupplyStack::new([(100.0, 10.0)], 0.0, 9000.0);
        let reserve = ReserveCurve::default();
        let ahead = hours(&[50.0]);
        let none = Outlook { stack: &stack, reserve: &reserve, hours: &[] };
        assert_eq!(WaterValue::new(LITTLE, none).bid_and_offer(0, 0.5, 0.1, 0.1), None);
        let nothing = Reservoir { energy_mwh: 0.0, ..LITTLE };
        let some = Outlook { hours: &ahead, ..none };
        assert_eq!(WaterValue::new(nothing, some).bid_and_offer(0, 0.5, 0.1, 0.1), None);
    }
}
