//! Everything that is printed: faults, closing summaries, tables of differences.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use gridrush_core::weather::record::RecordFault;
use gridrush_experiment::Comparison;
use gridrush_experiment::merge::{Measured, Results};
use gridrush_experiment::stats::{Wording, wording};
use gridrush_sim::scenario::Fault;

use crate::stop::Stop;

/// Prints why a command ended early and says with which exit code.
pub fn stop(stop: &Stop) -> ExitCode {
    let mut err = io::stderr().lock();
    // Nothing is left to do about a standard error that is closed.
    match stop {
        Stop::Input(list) => {
            let _ = faults(&mut err, "error", list);
            let many = if list.len() == 1 { "1 fault" } else { &format!("{} faults", list.len()) };
            let _ = writeln!(err, "{many}; nothing was written");
            ExitCode::from(2)
        }
        Stop::Usage(message) => {
            let _ = writeln!(err, "error: {message}");
            ExitCode::from(2)
        }
        Stop::Failed(error) if is_closed_pipe(error) => ExitCode::SUCCESS,
        Stop::Failed(error) => {
            let _ = writeln!(err, "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let closed = |e: &io::Error| e.kind() == ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref::<io::Error>().is_some_and(closed))
}

/// Prints each fault with its place on the first line and help below it.
pub fn faults(out: &mut impl Write, kind: &str, list: &[Fault]) -> io::Result<()> {
    for fault in list {
        let mut place = fault.file.clone();
        for number in [fault.line, fault.column].into_iter().flatten() {
            place = format!("{place}:{number}");
        }
        let value = fault.value.as_ref().map_or_else(String::new, |v| format!(" = {v}"));
        let subject = format!("{}{value}", fault.path);
        let space = if subject.is_empty() { "" } else { " " };
        writeln!(out, "{kind}: {place}: {subject}{space}{}", fault.message)?;
        if let Some(allowed) = &fault.allowed {
            writeln!(out, "    allowed: {allowed}")?;
        }
        if let Some(nearest) = &fault.nearest {
            writeln!(out, "    did you mean {nearest}?")?;
        }
    }
    Ok(())
}

/// Prints how many repairs each file took, and the first few of them.
pub fn repairs(out: &mut impl Write, list: &[RecordFault]) -> io::Result<()> {
    const SHOWN: usize = 5;
    let mut files: Vec<&str> = list.iter().map(|fault| fault.file.as_str()).collect();
    files.sort_unstable();
    files.dedup();
    for file in files {
        let of: Vec<&RecordFault> = list.iter().filter(|fault| fault.file == file).collect();
        writeln!(out, "{file}: {} repairs", of.len())?;
        for fault in of.iter().take(SHOWN) {
            writeln!(out, "  {fault}")?;
        }
        if of.len() > SHOWN {
            writeln!(out, "  and {} more, listed in manifest.json", of.len() - SHOWN)?;
        }
    }
    Ok(())
}

/// Prints labels and values in two columns.
pub fn summary(out: &mut impl Write, title: &str, rows: &[(&str, String)]) -> io::Result<()> {
    writeln!(out, "{title}")?;
    let width = rows.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
    for (label, value) in rows {
        writeln!(out, "  {label:width$}  {value}")?;
    }
    Ok(())
}

/// Prints the differences of a comparison, an arm at a time, and its failures.
pub fn comparison(out: &mut impl Write, result: &Comparison, percent: f64) -> io::Result<()> {
    let confidence = percent / 100.0;
    let base = result.arms().first().map_or("", String::as_str);
    let differences = result.differences(confidence);
    for arm in result.arms().iter().skip(1) {
        writeln!(out, "{arm} less {base}, mean of paired differences with {percent} % t interval:")?;
        let rows: Vec<_> = differences.iter().filter(|d| d.arm == *arm).collect();
        let width = rows.iter().map(|d| d.metric.chars().count()).max().unwrap_or(0);
        for row in rows {
            let d = row.paired.difference;
            let interval = d.interval.map_or_else(
                || "one replication, no interval".to_owned(),
                |(low, high)| format!("{} to {}", significant(low), significant(high)),
            );
            let clear = unclear(d.interval);
            let mean = significant(d.mean);
            let pairing =
                row.paired.variance_factor().map_or_else(String::new, |f| format!(", pairing x {f:.1}"));
            writeln!(
                out,
                "  {:width$}  {mean:>12} {}  ({interval}{clear}, n = {}{pairing})",
                row.metric, row.unit, d.count
            )?;
        }
    }
    for failure in result.failures() {
        writeln!(out, "failed: {} replication {}: {}", failure.arm, failure.replication, failure.message)?;
    }
    Ok(())
}

/// Prints the measures of an experiment: every cell that has a base, against it.
pub fn measures(out: &mut impl Write, results: &Results) -> io::Result<()> {
    let plan = &results.plan;
    let percent = 100.0 * plan.confidence;
    let ranking = results.ranking();
    let list = results.measures();
    for (number, measure) in plan.measures.iter().enumerate() {
        writeln!(out, "{}, with {percent} % simulation interval:", measure.name)?;
        for row in list.iter().filter(|row| row.measure == number) {
            let cell = &plan.cells[row.cell];
            let names = plan.factors.iter().map(|factor| factor.name.as_str());
            let values: Vec<String> =
                names.zip(&cell.values).map(|(name, value)| format!("{name} {value}")).collect();
            let mut said = measured(row);
            if let Some(found) = ranking.iter().find(|r| r.measure == number && r.cell == row.cell) {
                said.push(format!("best with {:.0} %", 100.0 * found.ranking.probability_best));
            }
            if let Some(wanted) = row.wanted.filter(|&wanted| wanted > row.replications) {
                said.push(format!("about {wanted} replications for the wanted half-width"));
            }
            writeln!(out, "  {}: {}", values.join(", "), said.join("; "))?;
        }
    }
    Ok(())
}

/// What a row of measures says: value, difference from the base, total.
fn measured(row: &Measured) -> Vec<String> {
    let ends = |(low, high): (f64, f64)| format!("{} to {}", significant(low), significant(high));
    let enclosed = |interval: Option<(f64, f64)>, clear: &str| {
        interval.map_or_else(String::new, |interval| format!(" ({}{clear})", ends(interval)))
    };
    let value = format!("{} {}", significant(row.value), row.unit);
    let mut said = match &row.difference {
        None => vec![value + &enclosed(row.interval, "")],
        Some(from) => {
            let between = enclosed(from.interval, unclear(from.interval));
            vec![value, format!("{} from cell {}{between}", signed(from.value), from.base)]
        }
    };
    if let Some(total) = row.total {
        let mut text = format!("total {}", ends(total.interval));
        if row.difference.is_some() {
            let (more, less) = (100.0 * total.positive_share, 100.0 * total.negative_share);
            let clear = unclear(Some(total.interval));
            text = format!("{text}{clear}, {more:.0} % of draws higher, {less:.0} % lower");
        }
        said.push(text);
    }
    said
}

/// A difference with its sign.
fn signed(x: f64) -> String {
    format!("{}{}", if x >= 0.0 { "+" } else { "" }, significant(x))
}

/// What has to be said of an interval that contains zero.
fn unclear(interval: Option<(f64, f64)>) -> &'static str {
    if wording(interval) == Wording::NotDistinguishable { ", not distinguishable from zero" } else { "" }
}

/// A number with five significant digits, without an exponent unless it is very large or small.
pub fn significant(x: f64) -> String {
    if x == 0.0 || !x.is_finite() {
        return x.to_string();
    }
    let magnitude = x.abs().log10().floor() as i32;
    if (-4..9).contains(&magnitude) {
        let digits = (4 - magnitude).max(0) as usize;
        format!("{x:.digits$}")
    } else {
        format!("{x:.4e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let cases = [
            (0.0, "0"),
            (12345.678, "12346"),
            (-0.012345678, "-0.012346"),
            (1.5, "1.5000"),
            (3.2e12, "3.2000e12"),
        ];
        for (x, text) in cases {
            assert_eq!(significant(x), text);
        }
    }
}
