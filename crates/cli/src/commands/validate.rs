//! `gridrush validate`: every fault of every scenario, and nothing written.

use std::io::Write;
use std::path::Path;

use crate::args::ValidateArgs;
use crate::stop::Stop;
use crate::{experiment, plan, render};

/// Checks each scenario with its arms, and each experiment with its cells.
pub fn run(args: &ValidateArgs) -> Result<(), Stop> {
    let mut faults = Vec::new();
    let mut jobs = Vec::new();
    let mut experiments = Vec::new();
    for path in &args.scenarios {
        if experiment::is_experiment(path) {
            match experiment::planned(path, &args.input, Path::new(".")) {
                Ok(planned) => experiments.push((path, planned)),
                Err(Stop::Input(more)) => faults.extend(more),
                Err(other) => return Err(other),
            }
            continue;
        }
        match plan::arms(path, &args.input) {
            Ok(more) => jobs.push((path, more)),
            Err(Stop::Input(more)) => faults.extend(more),
            Err(other) => return Err(other),
        }
    }
    if !faults.is_empty() {
        return Err(Stop::Input(faults));
    }
    let mut out = std::io::stdout().lock();
    for (path, planned) in experiments {
        render::faults(&mut std::io::stderr().lock(), "warning", &planned.warnings)?;
        let plan = planned.plan;
        let (name, cells, units) = (&plan.name, plan.cells.len(), plan.units());
        writeln!(out, "{}: {name} is valid: {cells} cells, {units} replications", path.display())?;
    }
    for (path, jobs) in jobs {
        for job in jobs {
            render::faults(&mut std::io::stderr().lock(), "warning", &job.warnings)?;
            if args.resolved {
                write!(out, "{}", job.text)?;
                continue;
            }
            let scenario = &job.setup.scenario;
            writeln!(
                out,
                "{}: {} is valid: {} ({}), {} to {}, {} requests",
                path.display(),
                job.name,
                job.setup.pack.region.facts.name,
                job.origin,
                scenario.start,
                scenario.end,
                scenario.requests.len()
            )?;
        }
    }
    Ok(())
}
