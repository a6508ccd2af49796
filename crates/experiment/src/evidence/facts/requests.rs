//! What became of requests, read from the tables `requests` and `queue_monthly`.

use gridrush_core::kernel::SimTime;
use gridrush_tables::TableError;

use super::{Arm, MeasureError};
use crate::evidence::statistics::{quantile, sorted};

/// The tables that are read here.
pub(super) const TABLES: &[&str] = &["requests", "queue_monthly"];

/// Days of a month.
pub(super) const MONTH_DAYS: f64 = 30.4375;

/// Milliseconds of a day.
const DAY_MS: f64 = 86_400_000.0;

/// A request at the end of a run. Days count from its filing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Request {
    /// Class of load, or kind of plant.
    pub class: String,
    /// Size asked for.
    pub requested_mw: f64,
    /// Size delivered by the end.
    pub energized_mw: f64,
    /// Days from the start of the run to its filing.
    pub filed_day: f64,
    /// To the end of its last study, if it was studied.
    pub study_days: Option<f64>,
    /// To its agreement, if it signed.
    pub signed_days: Option<f64>,
    /// To first power, if it came.
    pub energized_days: Option<f64>,
    /// To its leaving, if it left without power.
    pub ended_days: Option<f64>,
    /// From the date that it wanted to first power, if it came.
    pub late_days: Option<f64>,
    /// Whether all of its power has come.
    pub full: bool,
    /// Network upgrades allocated to it, $/kW.
    pub cost_usd_per_kw: f64,
}

/// Days from the start of the run.
pub(super) fn day_of(at: SimTime) -> f64 {
    at.since(SimTime::ZERO).as_days()
}

/// All requests of a run.
pub(super) fn requests(arm: &Arm<'_>) -> Result<Vec<Request>, MeasureError> {
    let Some(frame) = arm.frame("requests") else { return Ok(Vec::new()) };
    let optional = |column: &str| -> Result<Vec<Option<f64>>, TableError> {
        Ok(frame.floats(column)?.iter().map(|&days| Some(days).filter(|days| days.is_finite())).collect())
    };
    let (class, stage) = (frame.texts("class")?, frame.texts("stage")?);
    let (requested, energized) = (frame.floats("asked_mw")?, frame.floats("energized_mw")?);
    let (filed, cost) = (frame.integers("filed_utc")?, frame.floats("upgrade_cost_usd")?);
    let (study, signed) = (optional("study_days")?, optional("signed_days")?);
    let (power, ended, late) = (optional("energized_days")?, optional("left_days")?, optional("late_days")?);
    let start_ms = arm.setup.start_unix_ms;
    let request = |i: usize| Request {
        class: class.get(i).to_owned(),
        requested_mw: requested[i],
        energized_mw: energized[i],
        filed_day: (filed[i] - start_ms) as f64 / DAY_MS,
        study_days: study[i],
        signed_days: signed[i],
        energized_days: power[i],
        ended_days: ended[i],
        late_days: late[i],
        full: stage.get(i) == "full",
        cost_usd_per_kw: cost[i] / requested[i] / 1000.0,
    };
    Ok((0..frame.len()).map(request).collect())
}

/// Megawatts in some stages at the end of each month of the run.
pub(super) fn mw_by_month(arm: &Arm<'_>, stages: &[&str]) -> Result<Vec<f64>, MeasureError> {
    let months = &arm.setup.months;
    let mut out = vec![0.0; months.len()];
    let Some(frame) = arm.frame("queue_monthly") else { return Ok(out) };
    let (times, stage, mw) = (frame.integers("time_utc")?, frame.texts("stage")?, frame.floats("mw")?);
    let begins: Vec<i64> = months.iter().map(|month| arm.setup.unix_ms(month.begin)).collect();
    for (i, &time) in times.iter().enumerate().filter(|(i, _)| stages.contains(&stage.get(*i))) {
        if let Ok(month) = begins.binary_search(&time) {
            out[month] += mw[i];
        }
    }
    Ok(out)
}

/// Stages of requests that are in the queue.
pub(super) const WAITING: &[&str] =
    &["held", "filed", "studying", "offered", "agreement", "suspended", "building"];

/// Stages of requests that have power.
pub(super) const POWERED: &[&str] = &["energized", "full"];

/// The value below which a share of values lies; `None` with fewer than `least` of them.
pub(super) fn quantile_of(values: &[f64], share: f64, least: usize) -> Option<f64> {
    (values.len() >= least.max(1)).then(|| quantile(&sorted(values), share))
}

/// A ratio; `None` if there is nothing to divide by.
pub(super) fn ratio(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}
