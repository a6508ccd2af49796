//! `gridrush brief`: what a policy does in a region, in two pages, without a file.
//!
//! ```text
//! DIR/brief.html        two sheets: the answer; why, what would flip it, what it rests on
//!     tables.zip        all tables as CSV, what their columns mean, both scenarios with every value explicit
//!     provenance.json   times and place
//! ```
//!
//! The budget decides how many pairs of runs there are, and nothing else: the same number of pairs gives the
//! same bytes (`--pairs`).

mod ranges;
mod subject;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant, SystemTime};

use gridrush_experiment::Metric;
use gridrush_experiment::brief::{
    self, About, Arms, Brief, Findings, Kept, Pair, Part, Question, START_YEAR, Standing,
};
use gridrush_plotting as plotting;
use gridrush_sim::setup::Setup;
use gridrush_tables::{Provenance, atomic, csv, dictionary};

use self::ranges::{Range, ranges};
use self::subject::Subject;
use crate::archive;
use crate::args::{InputArgs, at_least_one};
use crate::engine;
use crate::output;
use crate::plan::{Base, Checked};
use crate::progress::Progress;
use crate::render;
use crate::stop::Stop;

/// Time for a first look at how fast a scenario runs.
const PROBE: Duration = Duration::from_secs(3);
/// Most pairs of a brief: 100 draws take 150.
const MOST_PAIRS: u32 = 300;

/// `gridrush brief`.
#[derive(Debug, clap::Args)]
pub struct BriefArgs {
    /// The region (`gridrush regions` lists them).
    #[arg(long, value_name = "NAME")]
    pub region: String,
    /// The policy (`gridrush policy list`): its id, a beginning of it, or either without the number in front.
    #[arg(long, value_name = "ID")]
    pub policy: String,
    /// What it is compared with: `current` rules of the region, `none`, or another policy.
    #[arg(long, value_name = "POLICY", default_value = "current")]
    pub against: String,
    /// delay, queue, who-pays, ban or flexibility; without it the one that the policy begs.
    #[arg(long, value_name = "QUESTION")]
    pub question: Option<String>,
    /// Time to spend, such as 90s, 10min or 1h: more time, more pairs of runs.
    #[arg(long, value_name = "TIME", default_value = "10min", conflicts_with = "pairs")]
    pub budget: String,
    /// Number of pairs of runs, in place of a budget: the same brief again.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub pairs: Option<u32>,
    /// Years to simulate from 2026 on; without it what the question wants and the budget allows.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=20))]
    pub years: Option<u32>,
    /// Folder for the brief; `output/brief-`, region, policy and question if not given.
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Root of all random streams.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(0..=9_007_199_254_740_992))]
    pub seed: u64,
    /// Threads; as many as the machine has if not given.
    #[arg(short = 'j', long, value_name = "N", value_parser = at_least_one())]
    pub threads: Option<usize>,
    /// Overrides a key of the scenario in both arms; may be repeated.
    #[arg(short = 'p', long = "set", value_name = "DOTTED.PATH=VALUE")]
    pub overrides: Vec<String>,
    /// Folder with region packs in `regions/` and policies in `policies/`, looked at before all others.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Prints no progress.
    #[arg(long)]
    pub no_progress: bool,
}

/// Everything that determines the pairs.
struct Work {
    subject: Subject,
    question: &'static Question,
    arms: Arms,
    base: Base,
    /// What differs from the scenario in each arm.
    sets: [Vec<String>; 2],
    /// Both arms at best guesses.
    best: [Arc<Setup>; 2],
    /// Both scenarios with every value explicit.
    texts: [String; 2],
    ranges: Vec<Range>,
    years: u32,
    seed: u64,
}

/// Checks everything, runs pairs, writes and prints the brief.
pub fn run(args: &BriefArgs) -> Result<(), Stop> {
    let started = (Instant::now(), SystemTime::now());
    let budget = budget(&args.budget)?;
    let subject = Subject::find(args)?;
    let question = match &args.question {
        Some(id) => subject::question(id)?,
        None => brief::suggested(&subject.policy),
    };
    let threads = args.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, Into::into));
    let years = years(args, &subject, question, budget, threads)?;
    let work = Work::new(args, subject, question, years)?;
    let dir = args.output.clone().unwrap_or_else(|| {
        let place = &work.subject.place.name;
        let name = format!("brief-{place}-{}-{}", work.subject.policy.about.id, question.id);
        Path::new("output").join(name)
    });
    output::ready(&dir)?;
    render_plan(&work, args)?;
    let pairs = match args.pairs {
        Some(count) => round(&work, 0..count, threads, args)?,
        None => rounds(&work, budget.saturating_sub(started.0.elapsed()), threads, args)?,
    };
    let count = pairs.len() as u32;
    let Some(findings) = Findings::of(question, &pairs, work.ranges.len()) else {
        let failed = pairs.iter().find_map(|pair| pair.outcome.as_ref().err());
        let why = failed.map_or_else(
            || {
                format!(
                    "no pair has a number that answers `{}`: nothing of it happens in these years",
                    question.id
                )
            },
            |message| format!("every pair failed, the first with: {message}"),
        );
        return Err(Stop::Failed(anyhow::anyhow!(why)));
    };
    let about = work.about(args, count);
    let grade = brief::grade(&findings, &about.numbers, &about.verdicts);
    let brief = brief::brief(&about, &pairs, &findings, &grade);
    write(&dir, &brief, &work)?;
    provenance(started, threads).write(&dir).map_err(anyhow::Error::from)?;
    let rows = [
        ("answer", brief.sentence.clone()),
        ("confidence", grade.name.to_owned()),
        (
            "pairs",
            format!(
                "{count}: {} at best guesses, {} draws, {} failed",
                findings.best, findings.draws, findings.failed
            ),
        ),
        ("time", format!("{:.1} s", started.0.elapsed().as_secs_f64())),
        ("again", about.rerun.clone()),
        ("results", dir.join("brief.html").display().to_string()),
    ];
    render::summary(&mut std::io::stdout().lock(), "brief: done", &rows)?;
    if findings.failed > 0 {
        return Err(Stop::Failed(anyhow::anyhow!("{} pairs failed", findings.failed)));
    }
    Ok(())
}

/// A length of time such as 90s, 10min or 1h.
fn budget(text: &str) -> Result<Duration, Stop> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor = match unit.trim() {
        "s" => Some(1.0),
        "min" | "m" => Some(60.0),
        "h" => Some(3600.0),
        _ => None,
    };
    let seconds = number.parse::<f64>().ok().zip(factor).map(|(number, factor)| number * factor);
    match seconds.filter(|seconds| (1.0..=1e6).contains(seconds)) {
        Some(seconds) => Ok(Duration::from_secs_f64(seconds)),
        None => {
            Err(Stop::usage(format!("--budget {text}: write a time such as 90s, 10min or 1h, at least 1s")))
        }
    }
}

/// The horizon: as asked, or what the question wants as far as the budget allows.
fn years(
    args: &BriefArgs,
    subject: &Subject,
    question: &Question,
    budget: Duration,
    threads: usize,
) -> Result<u32, Stop> {
    if let Some(years) = args.years {
        return Ok(years);
    }
    if args.pairs.is_some() {
        return Ok(question.years);
    }
    let base = subject.base(args, question.years)?;
    let setup = base.join(base.check("", &[])?, None)?.setup;
    let rate = engine::probe(&setup, PROBE)?;
    let year_s = rate.replication_s / f64::from(question.years);
    Ok(brief::years_within(
        [question.least_years, question.years],
        year_s,
        budget.as_secs_f64(),
        threads as u32,
    ))
}

impl Work {
    fn new(
        args: &BriefArgs,
        subject: Subject,
        question: &'static Question,
        years: u32,
    ) -> Result<Work, Stop> {
        let base = subject.base(args, years)?;
        let against = subject.against.as_deref().unwrap_or(&args.against);
        let arms = brief::arms(&subject.policy.about.id, &subject.place.name, against);
        let moved: Vec<&str> =
            std::iter::once(subject.policy.about.id.as_str()).chain(subject.against.as_deref()).collect();
        let sets = arms.sets(&moved);
        let check = |arm: usize| base.check_arm("", &sets[arm]);
        let (without, with) = (check(0)?, check(1)?);
        let texts = [without.text.clone(), with.text.clone()];
        let ranges = ranges(question, &subject.policy, &base, &sets[1], &texts[1])?;
        let join = |checked: Checked| base.join(checked, None).map(|job| job.setup);
        let best = [join(without)?, join(with)?];
        Ok(Work { subject, question, arms, sets, best, texts, ranges, years, seed: args.seed, base })
    }

    /// Runs both arms of a pair.
    fn pair(&self, number: u32, draws: &[Vec<f64>]) -> Pair {
        let part = Part::of(number);
        let drawn: Vec<f64> = match part {
            Part::Best(_) => Vec::new(),
            Part::Draw(n) => self
                .ranges
                .iter()
                .zip(&draws[n as usize])
                .map(|(range, share)| range.span.at(*share))
                .collect(),
        };
        let outcome = self.simulate(part, &drawn).map_err(|error| format!("{error:#}"));
        Pair::new(number, drawn, outcome)
    }

    fn simulate(&self, part: Part, drawn: &[f64]) -> anyhow::Result<[Vec<Metric>; 2]> {
        let run = |arm: usize| -> anyhow::Result<(Vec<Metric>, Kept, [i64; 2])> {
            let setup = match part {
                Part::Best(_) => Arc::clone(&self.best[arm]),
                Part::Draw(_) => {
                    let mut set = self.sets[arm].clone();
                    let values = self.ranges.iter().zip(drawn);
                    // A number of the policy has no place where it is not in force.
                    let mine = values.filter(|(range, _)| arm == 1 || !range.of_policy);
                    set.extend(mine.map(|(range, value)| range.span.set(*value)));
                    let checked =
                        self.base.check_arm("draw:", &set).map_err(|stop| anyhow::anyhow!("{stop}"))?;
                    self.base.join(checked, None).map_err(|stop| anyhow::anyhow!("{stop}"))?.setup
                }
            };
            let mut kept = Kept::default();
            let closing = engine::simulate(&setup, part.replication(), &mut kept, &mut |_| ())?.metrics;
            let ends = [setup.start_unix_ms, setup.unix_ms(setup.end())];
            Ok((brief::measures(closing, &kept, ends[1])?, kept, ends))
        };
        let ((mut without, first, ends), (mut with, second, _)) = (run(0)?, run(1)?);
        if let Some([base, other]) = brief::compute_dates([&first, &second], ends[0], ends[1])? {
            without.extend(base);
            with.extend(other);
        }
        Ok([without, with])
    }

    fn about(&self, args: &BriefArgs, pairs: u32) -> About {
        let Subject { policy, place, .. } = &self.subject;
        let against = match (args.against.as_str(), &self.subject.against) {
            ("none", _) => "no policy at all".to_owned(),
            (_, Some(other)) => format!("{other} in its place"),
            _ if self.arms.without.is_empty() => {
                "studies one by one, without a law of the catalogue".to_owned()
            }
            _ => format!("the rules that hold there now ({})", self.arms.without.join(", ")),
        };
        let first = i64::from(START_YEAR);
        About {
            question: self.question,
            policy: policy.about.id.clone(),
            title: policy.about.title.clone(),
            jurisdiction: policy.about.jurisdiction.clone(),
            standing: self.subject.standing,
            region: [place.name.clone(), place.title.clone()],
            against,
            arms: [self.arms.without.clone(), self.arms.with.clone()],
            years: [first, first + i64::from(self.years) - 1],
            effective: policy.effective.to_string(),
            obstacles: self.subject.obstacles.clone(),
            remarks: self.subject.remarks.clone(),
            numbers: subject::numbers(policy),
            ranges: self.ranges.iter().map(|range| range.drawn.clone()).collect(),
            notices: self.subject.notices.clone(),
            verdicts: brief::verdicts(self.question.facts),
            rerun: self.rerun(args, pairs),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// The line that makes the same brief again.
    fn rerun(&self, args: &BriefArgs, pairs: u32) -> String {
        let mut out = format!(
            "gridrush brief --region {} --policy {} --against {} --question {} --years {} --seed {} --pairs {pairs}",
            self.subject.place.name,
            self.subject.policy.about.id,
            self.subject.against.as_deref().unwrap_or(&args.against),
            self.question.id,
            self.years,
            self.seed
        );
        for set in &args.overrides {
            let _ = write!(out, " -p '{}'", set.replace('\'', r"'\''"));
        }
        if let Some(data) = &args.data {
            let _ = write!(out, " --data '{}'", data.display());
        }
        out
    }
}

/// Says what will be run.
fn render_plan(work: &Work, args: &BriefArgs) -> Result<(), Stop> {
    let list = |arm: &[String]| if arm.is_empty() { "none".to_owned() } else { arm.join(", ") };
    let place = &work.subject.place;
    let law = match work.subject.standing {
        Standing::Home => format!("law of {}", work.subject.policy.about.jurisdiction),
        Standing::Part => {
            format!("law of {}, a part of {}", work.subject.policy.about.jurisdiction, place.title)
        }
        Standing::Transplant => {
            format!(
                "law of {}, tried on {}: every page says so",
                work.subject.policy.about.jurisdiction, place.title
            )
        }
    };
    let last = u32::try_from(START_YEAR).unwrap_or(0) + work.years - 1;
    let rows = [
        ("question", work.question.id.to_owned()),
        ("policy", format!("{} ({law})", work.subject.policy.about.id)),
        ("without", list(&work.arms.without)),
        ("with", list(&work.arms.with)),
        ("years", format!("{START_YEAR} to {last}")),
        ("uncertain", format!("{} parameters", work.ranges.len())),
        (
            "effort",
            args.pairs.map_or_else(|| format!("about {}", args.budget), |pairs| format!("{pairs} pairs")),
        ),
    ];
    render::summary(&mut std::io::stdout().lock(), "brief", &rows)?;
    Ok(())
}

fn round(
    work: &Work,
    pairs: std::ops::Range<u32>,
    threads: usize,
    args: &BriefArgs,
) -> Result<Vec<Pair>, Stop> {
    let draws = brief::draws(work.ranges.len(), pairs.end as usize, work.seed);
    let title = format!("pairs {} to {}", pairs.start + 1, pairs.end);
    let progress = Progress::new(&title, "pairs", pairs.len() as u64, !args.no_progress);
    let done = AtomicU32::new(0);
    let finished = || progress.at(u64::from(done.fetch_add(1, Ordering::Relaxed) + 1));
    let result = brief::run(pairs, Some(threads), &|number| work.pair(number, &draws), &finished);
    progress.finish();
    result.map_err(|error| Stop::usage(error.to_string()))
}

/// A first round that is timed, then rounds that fill half of the time left until no more fits. There are always
/// four pairs, two of them at best guesses.
fn rounds(work: &Work, budget: Duration, threads: usize, args: &BriefArgs) -> Result<Vec<Pair>, Stop> {
    let started = Instant::now();
    let width = threads.max(1) as u32;
    let first = width.max(4);
    let mut pairs = round(work, 0..first, threads, args)?;
    // Pairs of one thread follow one another.
    let mut turn_s = started.elapsed().as_secs_f64() / f64::from(first.div_ceil(width));
    while (pairs.len() as u32) < MOST_PAIRS {
        let left_s = budget.as_secs_f64() - started.elapsed().as_secs_f64();
        let turns = left_s / (1.1 * turn_s);
        if turns < 1.0 {
            break;
        }
        let (from, begun) = (pairs.len() as u32, Instant::now());
        let turns = (0.5 * turns).max(1.0).min(f64::from(MOST_PAIRS)) as u32;
        let to = (from + turns * width).min(MOST_PAIRS);
        pairs.extend(round(work, from..to, threads, args)?);
        turn_s = begun.elapsed().as_secs_f64() / f64::from(turns);
    }
    Ok(pairs)
}

/// Writes the page and the archive; each is whole or not there.
fn write(dir: &Path, brief: &Brief, work: &Work) -> anyhow::Result<()> {
    let page = plotting::brief(&brief.tables)?;
    let mut files = Vec::new();
    for table in &brief.tables {
        files.push((format!("{}.csv", table.table().name), csv(table)?));
    }
    let declared: Vec<_> = brief.tables.iter().map(gridrush_tables::Batch::table).collect();
    files.push(("dictionary.md".to_owned(), dictionary(&declared).into_bytes()));
    for (name, text) in ["without.toml", "with.toml"].into_iter().zip(&work.texts) {
        files.push((name.to_owned(), text.clone().into_bytes()));
    }
    atomic::write(&dir.join("tables.zip"), &archive::zip(&files)?)?;
    atomic::write(&dir.join("brief.html"), page.as_bytes())?;
    Ok(())
}

fn provenance(started: (Instant, SystemTime), threads: usize) -> Provenance {
    Provenance {
        command: std::env::args().collect(),
        started_utc: super::run::utc(started.1),
        finished_utc: super::run::utc(SystemTime::now()),
        elapsed_s: started.0.elapsed().as_secs_f64(),
        host: fs::read_to_string("/etc/hostname").ok().map(|name| name.trim().to_owned()),
        folder: std::env::current_dir().map(|dir| dir.display().to_string()).unwrap_or_default(),
        scenario_file: None,
        threads,
    }
}

/// What both arms take from the command line.
fn input(args: &BriefArgs) -> InputArgs {
    InputArgs {
        overrides: args.overrides.clone(),
        seed: Some(args.seed),
        data: args.data.clone(),
        ..InputArgs::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budgets_have_units() {
        let seconds = |text: &str| budget(text).ok().map(|time| time.as_secs_f64());
        for (text, want) in [("90s", 90.0), ("10min", 600.0), ("1.5h", 5400.0), ("2 min", 120.0)] {
            assert_eq!(seconds(text), Some(want), "{text}");
        }
        for wrong in ["10", "", "min", "0s", "-5s", "1d", "1e9h"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
