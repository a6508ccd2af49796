//! The figures, one a file.

mod backtest;
mod compute;
mod contention;
mod contention_week;
mod curtailment_causes;
mod emissions;
mod hashrate;
mod headroom;
mod price_by_zone;
mod price_duration;
mod queue;
mod queue_arms;
mod supply;
mod who_pays;

use std::path::Path;

use gridrush_tables::{Frame as Rows, read_columns};

use crate::axis::Axis;
use crate::{Figure, PlotError, style};

/// All figures, the most telling first.
pub fn all() -> [&'static dyn Figure; 14] {
    [
        &contention::Contention,
        &contention_week::ContentionWeek,
        &curtailment_causes::CurtailmentCauses,
        &queue::Queue,
        &QUEUE_ARMS,
        &price_duration::PriceDuration,
        &price_by_zone::PriceByZone,
        &hashrate::Hashrate,
        &compute::Compute,
        &supply::Supply,
        &emissions::Emissions,
        &who_pays::WhoPays,
        &backtest::Backtest,
        &headroom::Headroom,
    ]
}

/// The queues of the arms of a comparison.
pub(crate) const QUEUE_ARMS: queue_arms::QueueArms = queue_arms::QueueArms;

/// Where panels begin, from the left.
const LEFT: f64 = 42.0;
/// Where they end if a legend stands beside them.
const RIGHT: f64 = style::WIDTH - 156.0;
/// Where the legend begins.
const LEGEND: f64 = RIGHT + 14.0;
/// Where panels end if there is no legend.
const FULL_RIGHT: f64 = style::WIDTH - 16.0;

/// The class of everybody else's load, which figures of large loads leave out.
const NATIVE: &str = "native";

/// A linear axis for prices of one size, else one that shows both 20 and 5,000 dollars, and a note about it.
fn price_axis(low: f64, high: f64) -> (Axis, &'static str) {
    if high > 300.0 {
        (Axis::symlog(low, high, 10.0), ", logarithmic beyond \u{b1}10")
    } else {
        (Axis::linear(low, high, 4), "")
    }
}

/// Some columns of a table that must have rows.
fn rows(results: &Path, name: &str, columns: &[&str]) -> Result<Rows, PlotError> {
    let rows = read_columns(results, name, columns)?;
    if rows.is_empty() {
        return Err(PlotError::Nothing(format!("table `{name}` is empty")));
    }
    Ok(rows)
}

/// As [`rows`], for a table that a figure can do without.
fn rows_if_any(results: &Path, name: &str, columns: &[&str]) -> Result<Option<Rows>, PlotError> {
    match rows(results, name, columns) {
        Ok(rows) => Ok(Some(rows)),
        Err(error) if error.is_lack_of_data() => Ok(None),
        Err(error) => Err(error),
    }
}
