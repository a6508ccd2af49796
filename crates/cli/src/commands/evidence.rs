//! `gridrush evidence`: stylised facts beside what their scenarios say.
//!
//! ```text
//! DIR/facts.parquet, .csv          a line per claim: target, accepted values, mean, interval, verdict
//!     facts.md                     the same as the table of docs/evidence.md
//!     replications.parquet, .csv   the measures of every replication
//!     <scenario>.toml              what was run, every value explicit
//! ```

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use anyhow::Context;
use gridrush_experiment::evidence::facts::{self, Arm, FACTS, Fact, Kept, Line};
use gridrush_experiment::evidence::record;
use gridrush_experiment::{Comparison, Metric, compare, report};
use gridrush_tables::{DirectorySink, RowSink, atomic, write_dictionary};

use crate::args::{EvidenceArgs, InputArgs};
use crate::plan::{self, Job};
use crate::progress::Progress;
use crate::stop::Stop;
use crate::{engine, output, render};

/// Level of confidence of the printed intervals.
const CONFIDENCE: f64 = 0.95;

/// A scenario with its arms and the facts that it is to show.
struct Group {
    file: &'static str,
    jobs: Vec<Job>,
    facts: Vec<&'static Fact>,
}

/// Runs the scenarios of the asked facts, prints and writes how each claim fared. That a fact is not met is
/// no error.
pub fn run(args: &EvidenceArgs) -> Result<(), Stop> {
    let chosen = choose(&args.facts)?;
    let mut out = std::io::stdout().lock();
    if args.list {
        for fact in chosen {
            writeln!(out, "{:4} {} [{}]", fact.id, fact.statement, fact.scenario.file)?;
        }
        return Ok(());
    }
    let groups = read(args, &chosen)?;
    output::ready(&args.output)?;
    let names: Vec<String> = groups.iter().map(|group| group.file.to_owned()).collect();
    let total = u64::from(args.replications) * groups.len() as u64;
    let progress = Progress::new("evidence", "replications", total, !args.no_progress);
    let done = AtomicU64::new(0);
    let started = Instant::now();
    let simulate = |group: usize, replication: u32| {
        replicate(&groups[group], replication).map_err(|error| format!("{error:#}"))
    };
    let finished = |_, _| progress.at(done.fetch_add(1, Ordering::Relaxed) + 1);
    let result = compare(&names, 0..args.replications, args.threads, &simulate, &finished);
    progress.finish();
    let result = result.map_err(|error| Stop::usage(error.to_string()))?;

    let lines = facts::judge(&chosen, &result, CONFIDENCE);
    write(args, &groups, &chosen, &lines, &result)?;
    print(&mut out, &chosen, &lines)?;
    let failures = result.failures();
    for failure in &failures {
        writeln!(out, "failed: {} replication {}: {}", failure.arm, failure.replication, failure.message)?;
    }
    let rows = [
        ("replications", format!("{} of each of {} scenarios", args.replications, groups.len())),
        ("time", format!("{:.1} s", started.elapsed().as_secs_f64())),
        ("results", args.output.display().to_string()),
    ];
    render::summary(&mut out, "evidence: done", &rows)?;
    out.flush()?;
    if failures.is_empty() {
        return Ok(());
    }
    Err(Stop::Failed(anyhow::anyhow!("{} replications failed", failures.len())))
}

fn choose(ids: &[String]) -> Result<Vec<&'static Fact>, Stop> {
    let known = |id: &String| FACTS.iter().any(|fact| fact.id.eq_ignore_ascii_case(id));
    if let Some(unknown) = ids.iter().find(|id| !known(id)) {
        let all: Vec<&str> = FACTS.iter().map(|fact| fact.id).collect();
        return Err(Stop::usage(format!("there is no fact {unknown}; there are {}", all.join(", "))));
    }
    let asked = |fact: &&Fact| ids.is_empty() || ids.iter().any(|id| fact.id.eq_ignore_ascii_case(id));
    Ok(FACTS.iter().copied().filter(asked).collect())
}

fn read(args: &EvidenceArgs, chosen: &[&'static Fact]) -> Result<Vec<Group>, Stop> {
    let input = InputArgs { seed: args.seed, data: args.data.clone(), ..InputArgs::default() };
    let groups = facts::by_scenario(chosen).into_iter().map(|(scenario, facts)| {
        let jobs = plan::shipped_arms(scenario.file, scenario.text, &input)?;
        Ok(Group { file: scenario.file, jobs, facts })
    });
    groups.collect()
}

/// Runs every arm of a scenario and takes all its measures.
fn replicate(group: &Group, replication: u32) -> anyhow::Result<Vec<Metric>> {
    let mut kept = Vec::with_capacity(group.jobs.len());
    for job in &group.jobs {
        let mut tables = Kept::for_facts(&group.facts);
        if !tables.is_idle() {
            engine::simulate(&job.setup, replication, &mut tables, &mut |_| ())
                .with_context(|| job.name.clone())?;
        }
        kept.push(tables);
    }
    let arms: Vec<Arm> = (group.jobs.iter().zip(&kept))
        .map(|(job, tables)| Arm { name: &job.name, setup: &job.setup, replication, tables })
        .collect();
    let mut metrics = Vec::new();
    for fact in &group.facts {
        let values = (fact.measure)(&arms).with_context(|| fact.id)?;
        for (claim, value) in fact.claims.iter().zip(values) {
            let value = value.filter(|value| value.is_finite());
            metrics.extend(value.map(|value| Metric {
                name: facts::metric_name(fact, claim),
                unit: claim.unit.to_owned(),
                value,
            }));
        }
    }
    Ok(metrics)
}

fn write(
    args: &EvidenceArgs,
    groups: &[Group],
    chosen: &[&'static Fact],
    lines: &[Line],
    result: &Comparison,
) -> anyhow::Result<()> {
    let dir = &args.output;
    let seeds: Vec<u64> = groups.iter().map(|group| group.jobs[0].setup.scenario.seed).collect();
    let [replications, ..] = result.batches(&seeds, CONFIDENCE);
    let mut sink = DirectorySink::create(dir)?;
    let facts = facts::batch(chosen, lines);
    sink.write(&facts)?;
    sink.write(&replications)?;
    sink.finish()?;
    let rows = record::read(&String::from_utf8(gridrush_tables::csv(&facts)?)?)?;
    atomic::write(&dir.join("facts.md"), record::page(&rows).as_bytes())?;
    write_dictionary(&dir.join("dictionary.md"), &[&facts::TABLE, &report::REPLICATIONS])?;
    for group in groups {
        let stem = group.file.trim_end_matches(".toml");
        for job in &group.jobs {
            let name = if group.jobs.len() == 1 {
                format!("{stem}.toml")
            } else {
                format!("{stem}.{}.toml", job.name)
            };
            atomic::write(&dir.join(name), job.text.as_bytes())?;
        }
    }
    Ok(())
}

/// Each fact with its claims: published, accepted, simulated, naive, kind, verdict.
fn print(out: &mut impl Write, chosen: &[&'static Fact], lines: &[Line]) -> std::io::Result<()> {
    let width = chosen.iter().flat_map(|fact| fact.claims).map(|claim| claim.name.chars().count()).max();
    let width = width.unwrap_or(0);
    let (mut passed, mut failed, mut empty, mut naive_passed, mut rivals) = (0, 0, 0, 0, 0);
    for fact in chosen {
        writeln!(out, "{}: {} [{}]", fact.id, fact.statement, fact.scenario.file)?;
        let mut fails = false;
        for line in lines.iter().filter(|line| line.fact == fact.id) {
            let claim = &fact.claims[line.claim];
            let verdict = line.passes(claim);
            match verdict {
                Some(true) => passed += 1,
                Some(false) => failed += 1,
                None => empty += 1,
            }
            fails |= verdict != Some(true);
            if let Some(naive) = claim.naive {
                rivals += 1;
                naive_passed += i32::from(claim.accepts(naive));
            }
            let (mean, interval, n) = match line.estimate {
                Some(estimate) => {
                    let ends = estimate.interval.map_or_else(String::new, |(low, high)| {
                        format!("({} to {})", render::significant(low), render::significant(high))
                    });
                    (render::significant(estimate.mean), ends, estimate.count)
                }
                None => ("-".to_owned(), String::new(), 0),
            };
            let reason = line.reason(claim);
            let reason = if reason.is_empty() { reason } else { format!(": {reason}") };
            writeln!(
                out,
                "  {:width$}  {:>9} {:>9} {:22} {:>9} {:3} n={n:<3} {:11} {}{reason}",
                claim.name,
                render::significant(claim.target),
                mean,
                interval,
                claim.naive.map_or_else(|| "-".to_owned(), render::significant),
                claim.unit,
                claim.worth.name(),
                facts::verdict(verdict),
            )?;
        }
        if fails {
            writeln!(out, "  not the same: {}", fact.caveat)?;
        }
    }
    writeln!(out, "columns: published, simulated, 95 % interval of its mean, naive forecast")?;
    writeln!(
        out,
        "{passed} claims pass, {failed} fail, {empty} had nothing to measure; the naive forecast would pass \
         {naive_passed} of {rivals}"
    )
}
