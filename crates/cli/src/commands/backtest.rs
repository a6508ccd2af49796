//! `gridrush backtest`: a replayed year beside what really happened.
//!
//! The scenario runs as it is and with `dispatch.commitment = "none"`, and each run is compared line by line.
//!
//! ```text
//! DIR/backtest_summary.parquet, .csv   measures: observed, model, naive forecast, tolerance, verdict
//!     backtest_hourly.parquet          prices and outputs hour by hour
//!     scenario.toml, manifest.json, provenance.json, dictionary.md, charts/
//! ```

use std::io::Write;
use std::time::{Instant, SystemTime};

use gridrush_experiment::evidence::backtest::{self, Comparison, HOURLY, Line, SUMMARY};
use gridrush_sim::scenario::Commitment;
use gridrush_tables::{Batch, DirectorySink, MemorySink, RowSink, atomic, write_dictionary};

use super::run::{Described, describe};
use crate::args::BacktestArgs;
use crate::engine;
use crate::plan::{self, Job};
use crate::progress::Progress;
use crate::render;
use crate::stop::Stop;

/// Runs the year, compares, writes and draws.
pub fn run(args: &BacktestArgs) -> Result<(), Stop> {
    let mut input = args.input.clone();
    input.overrides.push("results.level=\"hourly\"".to_owned());
    let job = plan::job(&args.scenario, &input)?;
    let observed = &job.setup.scenario.backtest;
    if observed.prices.is_empty() && observed.outputs.is_empty() && observed.figures.is_empty() {
        let message =
            "names nothing observed: [[backtest.prices]], [[backtest.outputs]] or [[backtest.figures]]";
        return Err(Stop::usage(format!("{}: {message}", args.scenario.display())));
    }
    render::faults(&mut std::io::stderr().lock(), "warning", &job.warnings)?;
    let mut jobs = vec![job];
    if jobs[0].setup.scenario.dispatch.commitment != Commitment::None {
        input.overrides.push("dispatch.commitment=\"none\"".to_owned());
        jobs.push(plan::job(&args.scenario, &input)?);
    }
    let started = (Instant::now(), SystemTime::now());
    let mut out = std::io::stdout().lock();
    render::repairs(&mut out, &jobs[0].setup.repairs)?;
    let (mut summary, mut hourly) = (Batch::new(&SUMMARY), Batch::new(&HOURLY));
    for job in &jobs {
        let commitment = commitment(job);
        let result = compare(job, commitment, !args.no_progress)?;
        result.summarise(commitment, &mut summary);
        result.list_hours(commitment, &mut hourly);
        print(&mut out, job, commitment, &result)?;
    }
    let job = &jobs[0];
    let dir = job.output(args.output.as_deref());
    let mut sink = DirectorySink::create(&dir).map_err(anyhow::Error::from)?;
    for batch in [&summary, &hourly] {
        sink.write(batch).map_err(anyhow::Error::from)?;
    }
    let written = sink.finish().map_err(anyhow::Error::from)?;
    write_dictionary(&dir.join("dictionary.md"), &[&SUMMARY, &HOURLY]).map_err(anyhow::Error::from)?;
    atomic::write(&dir.join("scenario.toml"), job.text.as_bytes()).map_err(anyhow::Error::from)?;
    describe(&Described { job, scenario_file: &args.scenario, replication: 0 }, &dir, &written, started)?;
    let mut rows = vec![("results", dir.display().to_string())];
    if !args.no_charts {
        let charts = dir.join("charts");
        let (files, _) = engine::draw(&dir, &charts, job.footer())?;
        rows.push(("charts", format!("{} ({} files)", charts.display(), files.len())));
    }
    render::summary(&mut out, &format!("{}: done", job.name), &rows)?;
    out.flush()?;
    Ok(())
}

fn commitment(job: &Job) -> &'static str {
    match job.setup.scenario.dispatch.commitment {
        Commitment::None => "none",
        Commitment::Light => "light",
    }
}

fn compare(job: &Job, commitment: &str, show_progress: bool) -> anyhow::Result<Comparison> {
    let mut sink = MemorySink::default();
    let title = format!("{}, commitment {commitment}", job.name);
    let progress = Progress::new(&title, "hours", job.setup.hours as u64, show_progress);
    let mut at = |step: engine::Step| progress.at(step.hours_done);
    let outcome = engine::simulate(&job.setup, 0, &mut sink, &mut at);
    progress.finish();
    outcome?;
    Ok(backtest::compare(&job.setup, &sink)?)
}

/// A line per measure, then how many pass and how many are nearer than the naive forecast.
fn print(out: &mut impl Write, job: &Job, commitment: &str, result: &Comparison) -> std::io::Result<()> {
    writeln!(out, "{}, commitment = \"{commitment}\"", job.name)?;
    let name = |line: &Line| format!("{}, {}", line.subject, line.measure);
    let width = result.lines.iter().map(|line| name(line).chars().count()).max().unwrap_or(0);
    writeln!(out, "  {:width$}  {:>10} {:>10} {:>10}  ", "", "observed", "model", "naive")?;
    for line in &result.lines {
        let naive = line.baseline.map_or_else(|| "-".to_owned(), short);
        let verdict = match (line.passes(), line.tolerance) {
            (Some(true), Some(tolerance)) => format!("passes ({})", tolerance.words()),
            (Some(false), Some(tolerance)) => format!("FAILS ({})", tolerance.words()),
            _ => "shown".to_owned(),
        };
        let (observed, model) = (short(line.observed), short(line.model));
        writeln!(
            out,
            "  {:width$}  {observed:>10} {model:>10} {naive:>10}  {:6} {verdict}, {}, n = {}",
            name(line),
            line.unit,
            line.kind,
            line.observations
        )?;
    }
    let ((passed, judged), (beaten, rivals)) = (result.passed(), result.beaten());
    writeln!(
        out,
        "  {passed} of {judged} judged lines pass; {beaten} of {rivals} that have a naive forecast beat it"
    )
}

/// Four significant digits.
fn short(x: f64) -> String {
    if !x.is_finite() || x == 0.0 {
        return x.to_string();
    }
    let digits = (3 - x.abs().log10().floor() as i32).clamp(0, 3) as usize;
    format!("{x:.digits$}")
}
