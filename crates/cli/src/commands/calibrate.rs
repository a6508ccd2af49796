//! `gridrush calibrate`: fits a region's weather to hourly CSV files and checks the fit.
//!
//! A recipe (TOML) names the files, their conventions, the capacity path of wind and sun, the hours left
//! out and the draw of the modelled classes; the fitted model is written only when the history could be
//! read. Files are plain CSV: unpack `.gz` first.

use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use gridrush_core::weather::calibrate::{self, Calibration, GenerationInput, Input, LoadInput, Window};
use gridrush_core::weather::checks::{self, Check};
use gridrush_core::weather::record::{
    self, DateOrder, HourLabel, HourlyRecord, Layout, Plausible, StampClock,
};
use gridrush_core::weather::{Clock, SeriesKind, draw};
use gridrush_tables::atomic;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::stop::Stop;

/// Fit a region's weather to hourly history and check the fit.
#[derive(Debug, Args)]
pub struct CalibrateArgs {
    /// The recipe: files, conventions, capacities, exclusions (see docs/models/weather.md).
    pub recipe: PathBuf,
    /// Folder of the recipe's CSV files [default: the recipe's folder].
    #[arg(long, value_name = "DIR")]
    pub input: Option<PathBuf>,
    /// Write the fitted model here; without it only the checks are printed.
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// How often history's calendar is generated for the checks.
    #[arg(long, default_value_t = 300, value_name = "N")]
    pub repetitions: u32,
    /// Seed of the checks.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Refuse files with values that had to be left out.
    #[arg(long)]
    pub strict: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Recipe {
    title: String,
    source: String,
    time_zone: String,
    base_year: i16,
    base_demand_ratio: f64,
    /// The modelled draw, beside the recipe.
    draw: Option<PathBuf>,
    load_format: Format,
    generation_format: Option<Format>,
    #[serde(default)]
    load: Vec<Load>,
    #[serde(default)]
    generation: Vec<Generation>,
    #[serde(default)]
    exclude: Vec<Exclude>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Format {
    time_column: String,
    hour: Hour,
    clock: Stamps,
    date: Date,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Hour {
    Beginning,
    Ending,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stamps {
    Utc,
    Standard,
    Prevailing,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Date {
    YearMonthDay,
    MonthDayYear,
    DayMonthYear,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Load {
    name: String,
    file: PathBuf,
    column: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Generation {
    name: String,
    kind: SeriesKind,
    zone: Option<String>,
    file: PathBuf,
    column: String,
    capacity: Vec<Capacity>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Capacity {
    date: Day,
    mw: f64,
    /// For readers of the recipe.
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exclude {
    /// First day, UTC.
    from: Day,
    /// Last day, UTC.
    through: Day,
    reason: String,
}

/// A day such as 2021-02-10.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
struct Day(jiff::civil::Date);

impl TryFrom<String> for Day {
    type Error = jiff::Error;

    fn try_from(text: String) -> Result<Day, jiff::Error> {
        text.parse().map(Day)
    }
}

/// A place's clock from the bundled time-zone database.
struct ZoneClock(TimeZone);

impl Clock for ZoneClock {
    fn offsets_minutes(&self, utc_hour: i64) -> (i32, i32) {
        let Ok(instant) = Timestamp::from_second(utc_hour.saturating_mul(3600)) else { return (0, 0) };
        let info = self.0.to_offset_info(instant);
        let prevailing = info.offset().seconds() / 60;
        (if info.dst().is_dst() { prevailing - 60 } else { prevailing }, prevailing)
    }
}

/// Fits, writes the model if asked to, and checks the fit.
///
/// # Errors
/// `Stop::Usage` for input that cannot be used, with nothing written; `Stop::Failed` for a file that cannot
/// be written and for checks that fail.
pub fn run(args: &CalibrateArgs) -> Result<(), Stop> {
    let (fitted, notes) = fit(args).map_err(|error| Stop::usage(format!("{error:#}")))?;
    let mut out = io::stdout().lock();
    for note in notes {
        writeln!(out, "{note}")?;
    }
    if let Some(file) = &args.out {
        let text = fitted.model.to_toml();
        atomic::write(file, text.as_bytes()).with_context(|| format!("{}: cannot write", file.display()))?;
        let (series, kb) = (fitted.model.series.len(), text.len() / 1000);
        writeln!(out, "{}: {series} series, {kb} kB", file.display())?;
    }
    let checks = checks::check(&fitted, args.seed, args.repetitions)
        .map_err(|faults| anyhow!("{} faults in the fitted model", faults.len()))?;
    print_checks(&mut out, &checks, args.repetitions)?;
    let fail = checks.iter().filter(|check| !check.passes()).count();
    if fail > 0 {
        return Err(anyhow!("{fail} of {} checks fail", checks.len()).into());
    }
    writeln!(out, "all {} checks pass", checks.len())?;
    Ok(())
}

/// Reads the recipe and its files and fits the model; also returns what the reader should know.
fn fit(args: &CalibrateArgs) -> Result<(Calibration, Vec<String>)> {
    let recipe_text = read(&args.recipe)?;
    let recipe: Recipe =
        toml::from_str(&recipe_text).with_context(|| format!("{}: not a recipe", args.recipe.display()))?;
    let beside = args.recipe.parent().unwrap_or(Path::new(""));
    let folder = args.input.as_deref().unwrap_or(beside);
    let clock = ZoneClock(TimeZone::get(&recipe.time_zone)?);
    let (input, mut notes) = read_history(&recipe, folder, beside, &clock, args.strict)?;
    let fitted = calibrate::calibrate(&input, &clock).map_err(|faults| {
        anyhow!("{}", faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })?;
    for exclude in &recipe.exclude {
        notes.push(format!("left out {} through {}: {}", exclude.from.0, exclude.through.0, exclude.reason));
    }
    notes.extend(fitted.notes.iter().cloned());
    Ok((fitted, notes))
}

fn read(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("{}: cannot read", path.display()))?;
    if bytes.starts_with(&[0x1f, 0x8b]) {
        bail!("{}: compressed; unpack it first (gunzip)", path.display());
    }
    String::from_utf8(bytes)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
        .with_context(|| format!("{}: not UTF-8", path.display()))
}

fn layout(format: &Format) -> Layout {
    Layout {
        time_column: format.time_column.clone(),
        hour: match format.hour {
            Hour::Beginning => HourLabel::Beginning,
            Hour::Ending => HourLabel::Ending,
        },
        clock: match format.clock {
            Stamps::Utc => StampClock::Utc,
            Stamps::Standard => StampClock::Standard,
            Stamps::Prevailing => StampClock::Prevailing,
        },
        date: match format.date {
            Date::YearMonthDay => DateOrder::YearMonthDay,
            Date::MonthDayYear => DateOrder::MonthDayYear,
            Date::DayMonthYear => DateOrder::DayMonthYear,
        },
    }
}

/// Reads all files; every fault of every file is reported at once. Also returns the faults that are none to
/// a reader who is not strict.
fn read_history(
    recipe: &Recipe,
    folder: &Path,
    beside: &Path,
    clock: &ZoneClock,
    strict: bool,
) -> Result<(Input, Vec<String>)> {
    let mut notes = Vec::new();
    let mut refused = String::new();
    let mut series = |file: &Path, format: &Format, column: &str, plausible| -> Option<HourlyRecord> {
        let path = folder.join(file);
        let text = match read(&path) {
            Ok(text) => text,
            Err(error) => {
                let _ = writeln!(refused, "{error:#}");
                return None;
            }
        };
        let name = file.display().to_string();
        let (record, faults) = record::read_hourly(&name, &text, &layout(format), column, plausible, clock);
        for fault in &faults {
            if fault.fatal || strict {
                let _ = writeln!(refused, "{fault}");
            } else {
                notes.push(fault.to_string());
            }
        }
        record
    };
    let mut loads = Vec::new();
    for load in &recipe.load {
        let record = series(&load.file, &recipe.load_format, &load.column, Plausible::Positive);
        loads.extend(record.map(|record| LoadInput { name: load.name.clone(), record }));
    }
    let mut generation = Vec::new();
    for source in &recipe.generation {
        let format = recipe.generation_format.as_ref().unwrap_or(&recipe.load_format);
        let record = series(&source.file, format, &source.column, Plausible::NotNegative);
        generation.extend(record.map(|record| GenerationInput {
            name: source.name.clone(),
            kind: source.kind,
            zone: source.zone.clone(),
            record,
            capacity: source.capacity.iter().map(|point| (first_hour(point.date), point.mw)).collect(),
        }));
    }
    let mut draw = Vec::new();
    if let Some(file) = &recipe.draw {
        let path = beside.join(file);
        match draw::parse(&path.display().to_string(), &read(&path)?) {
            Ok(rows) => draw = rows,
            Err(faults) => {
                for fault in faults {
                    let _ = writeln!(refused, "{fault}");
                }
            }
        }
    }
    if !refused.is_empty() {
        bail!("{}", refused.trim_end());
    }
    let input = Input {
        title: recipe.title.clone(),
        source: recipe.source.clone(),
        time_zone: recipe.time_zone.clone(),
        base_year: recipe.base_year,
        base_demand_ratio: recipe.base_demand_ratio,
        loads,
        generation,
        draw,
        exclude: recipe
            .exclude
            .iter()
            .map(|window| Window {
                from_hour: first_hour(window.from),
                to_hour: first_hour(window.through) + 24,
            })
            .collect(),
    };
    Ok((input, notes))
}

/// The UTC hour in which a day begins.
fn first_hour(Day(date): Day) -> i64 {
    24 * gridrush_core::weather::days_from_civil(
        i64::from(date.year()),
        date.month().unsigned_abs(),
        date.day().unsigned_abs(),
    )
}

fn print_checks(out: &mut impl Write, checks: &[Check], repetitions: u32) -> io::Result<()> {
    writeln!(out, "\nfitted v. generated ({repetitions} times history's own calendar)")?;
    writeln!(
        out,
        "{:<15} {:<44} {:>9} {:>9} {:>8} {:>6}  result",
        "series", "check", "fitted", "generated", "error", "limit"
    )?;
    for check in checks {
        writeln!(
            out,
            "{:<15} {:<44} {:>9.4} {:>9.4} {:>+8.4} {:>6.2}  {}",
            check.series,
            check.what,
            check.fitted,
            check.generated,
            check.error,
            check.tolerance,
            if check.passes() { "PASS" } else { "FAIL" }
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

    /// The real files, unpacked; `None` where they or `gzip` are absent.
    fn unpacked() -> Option<tempfile::TempDir> {
        let data = Path::new(ROOT).join("../shared/data");
        let zones = ["COAS", "EAST", "FWES", "NCEN", "NRTH", "SCEN", "SOUT", "WEST"];
        let loads = zones.map(|zone| format!("load_eia930_2020_2022/subregion/ERCO-{zone}.csv"));
        let folder = tempfile::tempdir().ok()?;
        for name in loads.iter().map(String::as_str).chain(["fuelmix_2020_2021/US-TEX-ERCO.csv"]) {
            let source = data.join(format!("{name}.gz"));
            if !source.exists() {
                return None;
            }
            let text = Command::new("gzip").arg("-dc").arg(&source).output().ok()?;
            fs::write(folder.path().join(Path::new(name).file_name()?), text.stdout).ok()?;
        }
        Some(folder)
    }

    #[test]
    fn the_shipped_texas_weather_is_what_its_recipe_makes() {
        let Some(folder) = unpacked() else {
            println!("skipped: the hourly files of the Texas recipe are not here");
            return;
        };
        let pack = Path::new(ROOT).join("data/regions/texas");
        let out = folder.path().join("weather.toml");
        let args = CalibrateArgs {
            recipe: pack.join("calibrate.toml"),
            input: Some(folder.path().to_owned()),
            out: Some(out.clone()),
            repetitions: 300,
            seed: 1,
            strict: false,
        };
        // Fails if a single fitted-year check fails.
        run(&args).expect("a good fit");
        let made = fs::read_to_string(out).expect("written");
        let shipped = fs::read_to_string(pack.join("weather.toml")).expect("part of the project");
        assert!(made == shipped, "data/regions/texas/weather.toml is stale: run gridrush calibrate");
        // Values that had to be left out are a refusal under --strict, each with its line.
        let error = fit(&CalibrateArgs { strict: true, ..args }).expect_err("the record has defects");
        let text = error.to_string();
        assert!(text.contains("ERCO-EAST.csv:13413: raw demand (MW) 4800"), "{text}");
        assert!(text.contains("ERCO-WEST.csv:16964: raw demand (MW) 4000"), "{text}");
    }

    #[test]
    fn the_bundled_zone_database_knows_texas() {
        let clock = ZoneClock(TimeZone::get("America/Chicago").expect("bundled"));
        // The hours around 2024-03-10T08:00Z, when the clocks go forward.
        let change = first_hour(Day(jiff::civil::date(2024, 3, 10))) + 8;
        assert_eq!(clock.offsets_minutes(change - 1), (-360, -360));
        assert_eq!(clock.offsets_minutes(change), (-360, -300));
    }

    #[test]
    fn every_faulty_file_is_reported_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let recipe = r#"
            title = "t"
            source = "s"
            time_zone = "UTC"
            base_year = 2020
            base_demand_ratio = 1.0
            load_format = { time_column = "time", hour = "ending", clock = "utc", date = "year_month_day" }
            load = [
              { name = "a", file = "a.csv", column = "mw" },
              { name = "b", file = "b.csv", column = "mw" },
              { name = "c", file = "c.csv.gz", column = "mw" },
            ]
        "#;
        fs::write(folder.path().join("recipe.toml"), recipe).expect("written");
        fs::write(folder.path().join("a.csv"), "time,mw\n2020-01-01 00:00,1\nnoon,2\n").expect("written");
        fs::write(folder.path().join("c.csv.gz"), [0x1f, 0x8b, 8, 0]).expect("written");
        let args = CalibrateArgs {
            recipe: folder.path().join("recipe.toml"),
            input: None,
            out: Some(folder.path().join("weather.toml")),
            repetitions: 1,
            seed: 1,
            strict: false,
        };
        let text = fit(&args).expect_err("three faults").to_string();
        assert!(text.contains("a.csv:3: \"noon\" is not the stamp of a whole hour"), "{text}");
        assert!(text.contains("b.csv: cannot read"), "{text}");
        assert!(text.contains("c.csv.gz: compressed"), "{text}");
        assert!(!folder.path().join("weather.toml").exists());
    }
}
