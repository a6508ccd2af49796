//! What can be wrong with an optimal power flow.

use thiserror::Error;

use crate::dispatch::DispatchError;
use crate::grid::Fuel;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum OpfError {
    /// An option is out of range.
    #[error("option {option} cannot be {value}")]
    Option {
        /// Its name.
        option: &'static str,
        /// What was given.
        value: f64,
    },
    /// No flow meets both the rating and the limits on the angle difference.
    #[error("no flow on branch {branch} meets its rating and its limits on the angle difference")]
    NoFlow {
        /// Its name.
        branch: String,
    },
    /// A unit burns fuel without a price and has no cost curve.
    #[error("{generator} has a heat rate and no cost curve, and there is no price of {}", fuel.name())]
    FuelPrice {
        /// Its name.
        generator: String,
        /// What it burns.
        fuel: Fuel,
    },
    /// The series do not belong to this network or do not reach this hour.
    #[error(
        "the series have {hours} hours for {buses} buses and {generators} generators, which does not fit hour {hour}"
    )]
    Series {
        /// The hour that was asked for.
        hour: usize,
        /// How many hours there are.
        hours: usize,
        /// One more than the highest bus with a series.
        buses: usize,
        /// One more than the highest generator with a series.
        generators: usize,
    },
    /// Dispatch found no solution.
    #[error(transparent)]
    Dispatch(#[from] DispatchError),
    /// The blocks of polynomial costs could not be made fine enough.
    #[error(
        "after {rounds} rounds the cost is known to {gap_usd_per_h} $/h and prices to {price_gap_usd_per_mwh} $/MWh only"
    )]
    Coarse {
        /// How often the blocks were cut anew.
        rounds: u32,
        /// What is left of the cost.
        gap_usd_per_h: f64,
        /// What is left of the prices.
        price_gap_usd_per_mwh: f64,
    },
}
