//! `gridrush calibrate`: fits a region's weather to hourly CSV files and checks the fit.
//!
//! A recipe (TOML) names the files, their conventions, the capacity path of wind and sun, the hours left
//! out and the draw of the modelled classes; the fitted model is written only when the history could be
//! read. Files are plain CSV: unpack `.gz` first.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use gridrush_core::weather::calibrate::{self, Calibration, GenerationInput, Input, LoadInput, Window};
use gridrush_core::weather::checks::{self, Check};
use gridrush_core::weather::record::{self, HourlyRecord, Plausible};
use gridrush_core::weather::{Clock, WeatherModel, draw};
use gridrush_tables::atomic;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use self::recipe::{Part, Recipe};
use crate::stop::Stop;

mod recipe;

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
    /// Write nothing; the `weather.toml` beside the recipe must be what the recipe makes.
    #[arg(long, conflicts_with = "out")]
    pub check: bool,
    /// How often history's calendar is generated for the checks.
    #[arg(long, default_value_t = 300, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub repetitions: u32,
    /// Seed of the checks.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Refuse files with values that had to be left out.
    #[arg(long)]
    pub strict: bool,
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

/// A fit as the command uses it.
struct Fit {
    fitted: Calibration,
    /// What is written: the fitted model with its loads split into zones.
    model: WeatherModel,
    /// What the reader should know.
    notes: Vec<String>,
}

/// Fits, writes the model if asked to, and checks the fit.
///
/// # Errors
/// `Stop::Usage` for input that cannot be used, with nothing written; `Stop::Failed` for a file that cannot
/// be written, for checks that fail, and with `--check` for a `weather.toml` that is not what the recipe makes.
pub fn run(args: &CalibrateArgs) -> Result<(), Stop> {
    let Fit { fitted, model, notes } = fit(args).map_err(|error| Stop::usage(format!("{error:#}")))?;
    let mut out = io::stdout().lock();
    for note in notes {
        writeln!(out, "{note}")?;
    }
    let text = model.to_toml();
    if let Some(file) = &args.out {
        atomic::write(file, text.as_bytes()).with_context(|| format!("{}: cannot write", file.display()))?;
        let (series, kb) = (model.series.len(), text.len() / 1000);
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
    if args.check {
        let beside = args.recipe.with_file_name("weather.toml");
        if read(&beside)? != text {
            let stale = "is not what the recipe makes of these files; write it again with --out";
            return Err(anyhow!("{}: {stale}", beside.display()).into());
        }
        writeln!(out, "{}: what the recipe makes", beside.display())?;
    }
    Ok(())
}

/// Reads the recipe and its files and fits the model.
fn fit(args: &CalibrateArgs) -> Result<Fit> {
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
    let mut model = fitted.model.clone();
    for load in recipe.load.iter().filter(|load| !load.split.is_empty()) {
        let zones: Vec<(String, f64)> =
            load.split.iter().map(|zone| (zone.name.clone(), zone.share)).collect();
        model.split(&load.name, &zones)?;
        notes.push(format!(
            "{}: {} zones by declared shares, one shape: an assumption",
            load.name,
            zones.len()
        ));
    }
    for source in recipe.generation.iter().filter(|source| source.is_assumed()) {
        notes.push(format!("{}: an assumption, no check is claimed", source.name));
    }
    for exclude in &recipe.exclude {
        notes.push(format!("left out {} through {}: {}", exclude.from, exclude.through, exclude.reason));
    }
    notes.extend(fitted.notes.iter().cloned());
    Ok(Fit { fitted, model, notes })
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

/// Reads the recipe's files; every fault of every file is reported at once.
struct Reader<'a> {
    recipe: &'a Recipe,
    folder: &'a Path,
    clock: &'a ZoneClock,
    strict: bool,
    /// Faults that do not refuse a file, each once.
    notes: Vec<String>,
    refused: Vec<String>,
}

impl Reader<'_> {
    /// One series from its parts; `None` if any of them was refused.
    fn series(&mut self, parts: &[Part], sequence: bool, plausible: Plausible) -> Option<HourlyRecord> {
        let mut records = Vec::new();
        for part in parts {
            for column in part.column.all() {
                records.push((part.weight, self.column(part, column, plausible)));
            }
        }
        let records: Vec<(f64, HourlyRecord)> =
            records.into_iter().map(|(weight, record)| Some((weight, record?))).collect::<Option<_>>()?;
        if sequence {
            let records: Vec<HourlyRecord> = records.into_iter().map(|(_, record)| record).collect();
            HourlyRecord::sequence(&records)
        } else {
            HourlyRecord::weighted_sum(&records)
        }
    }

    fn column(&mut self, part: &Part, column: &str, plausible: Plausible) -> Option<HourlyRecord> {
        let name = part.file.display().to_string();
        let found = self.recipe.layout(part.format.as_deref()).and_then(|layout| {
            let text = read(&self.folder.join(&part.file))?;
            Ok(record::read_hourly(&name, &text, &layout, column, plausible, self.clock))
        });
        let (record, faults) = match found {
            Ok(found) => found,
            Err(error) => {
                self.refuse(format!("{error:#}"));
                return None;
            }
        };
        for fault in &faults {
            if fault.fatal || self.strict {
                self.refuse(fault.to_string());
            } else if !self.notes.contains(&fault.to_string()) {
                self.notes.push(fault.to_string());
            }
        }
        record
    }

    fn refuse(&mut self, fault: String) {
        if !self.refused.contains(&fault) {
            self.refused.push(fault);
        }
    }
}

/// Everything that the recipe names, and the faults that are none to a reader who is not strict.
fn read_history(
    recipe: &Recipe,
    folder: &Path,
    beside: &Path,
    clock: &ZoneClock,
    strict: bool,
) -> Result<(Input, Vec<String>)> {
    let mut reader = Reader { recipe, folder, clock, strict, notes: Vec::new(), refused: recipe.faults() };
    let mut loads = Vec::new();
    for load in &recipe.load {
        let record = reader.series(&load.parts(), load.sequence(), Plausible::Positive);
        loads.extend(record.map(|record| LoadInput { name: load.name.clone(), record }));
    }
    let mut generation = Vec::new();
    for source in &recipe.generation {
        let mut parts = source.parts();
        let default = recipe.generation_format.is_some().then(|| recipe::GENERATION.to_owned());
        for part in &mut parts {
            part.format = part.format.take().or_else(|| default.clone());
        }
        let mut record = reader.series(&parts, source.sequence(), Plausible::NotNegative);
        if let (Some(record), Some(hour)) = (&mut record, source.day_late_hour) {
            let moved = record.move_to_day_before(hour, clock);
            reader
                .notes
                .push(format!("{}: hour {hour} of {moved} days moved to the day before", source.name));
        }
        generation.extend(record.map(|record| GenerationInput {
            name: source.name.clone(),
            kind: source.kind,
            zone: source.zone.clone(),
            record,
            capacity: source.capacity.iter().map(|point| (point.date.first_hour(), point.mw)).collect(),
            capacity_factor: source.capacity_factor,
            assumed: source.is_assumed(),
        }));
    }
    let mut draw = Vec::new();
    if let Some(file) = &recipe.draw {
        let path = beside.join(file);
        match draw::parse(&path.display().to_string(), &read(&path)?) {
            Ok(rows) => draw = rows,
            Err(faults) => reader.refused.extend(faults.iter().map(ToString::to_string)),
        }
    }
    if !reader.refused.is_empty() {
        bail!("{}", reader.refused.join("\n"));
    }
    let window = |window: &recipe::Exclude| Window {
        series: window.series.clone(),
        from_hour: window.from.first_hour(),
        to_hour: window.through.first_hour() + 24,
    };
    let input = Input {
        title: recipe.title.clone(),
        source: recipe.source.clone(),
        time_zone: recipe.time_zone.clone(),
        base_year: recipe.base_year,
        base_demand_ratio: recipe.base_demand_ratio,
        loads,
        generation,
        draw,
        exclude: recipe.exclude.iter().map(window).collect(),
    };
    Ok((input, reader.notes))
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
    use crate::test_data::public_data;
    use std::process::Command;

    const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

    /// Folders of hourly files, and what stands before a file's name in recipes where two folders have the same.
    const FOLDERS: [(&str, &str); 6] = [
        ("load_eia930_2020_2022/raw", ""),
        ("load_eia930_2020_2022/subregion", ""),
        ("fuelmix_2020_2021", ""),
        ("fuelmix_2022", "2022-"),
        ("nyiso_2019_2020", ""),
        ("rts_gmlc/timeseries", ""),
    ];

    /// The real files, unpacked; `None` where they or `gzip` are absent.
    fn unpacked() -> Option<tempfile::TempDir> {
        let data = public_data();
        let out = tempfile::tempdir().ok()?;
        for (folder, prefix) in FOLDERS {
            for entry in fs::read_dir(data.join(folder)).ok()? {
                let path = entry.ok()?.path();
                let name = path.file_name()?.to_string_lossy().into_owned();
                if let Some(name) = name.strip_suffix(".gz") {
                    let text = Command::new("gzip").arg("-dc").arg(&path).output().ok()?;
                    fs::write(out.path().join(format!("{prefix}{name}")), text.stdout).ok()?;
                }
            }
        }
        Some(out)
    }

    fn args(region: &str, folder: &Path) -> CalibrateArgs {
        CalibrateArgs {
            recipe: Path::new(ROOT).join("data/regions").join(region).join("calibrate.toml"),
            input: Some(folder.to_owned()),
            out: None,
            check: true,
            repetitions: 300,
            seed: 1,
            strict: false,
        }
    }

    #[test]
    fn shipped_weather_is_what_its_recipe_makes_and_passes_its_checks() {
        let Some(folder) = unpacked() else {
            println!("skipped: the hourly files of the recipes are not here");
            return;
        };
        // Fails if a single check fails or the shipped file is stale.
        for region in ["texas", "pjm", "caiso", "nyiso"] {
            run(&args(region, folder.path())).unwrap_or_else(|error| panic!("{region}: {error:?}"));
        }
        for region in ["isone", "miso", "spp", "rts"] {
            let made = fit(&args(region, folder.path())).expect("a fit").model.to_toml();
            let shipped = Path::new(ROOT).join("data/regions").join(region).join("weather.toml");
            let shipped = fs::read_to_string(shipped).expect("part of the project");
            assert!(made == shipped, "{region}/weather.toml is stale: run gridrush calibrate");
        }
    }

    #[test]
    fn defects_of_real_files_are_named_with_file_and_line() {
        let Some(folder) = unpacked() else {
            println!("skipped: the hourly files of the recipes are not here");
            return;
        };
        let strict = |region: &str| {
            let args = CalibrateArgs { strict: true, ..args(region, folder.path()) };
            fit(&args).err().expect("the record has defects").to_string()
        };
        let (texas, pjm) = (strict("texas"), strict("pjm"));
        let expected = [
            (&texas, "ERCO-EAST.csv:13413: raw demand (MW) 4800"),
            (&texas, "ERCO-WEST.csv:16964: raw demand (MW) 4000"),
            (&pjm, "PJM.csv:15774: demand (MW) 2147480000 is far outside the record"),
            (&pjm, "PJM-CE.csv:5927: raw demand (MW) 142142 is far outside the record"),
            (&pjm, "PJM-CE.csv:1616: raw demand (MW) \"MISSING\" is not a number"),
            (&pjm, "US-MIDA-PJM.csv:5166: wind stays at 1679 for 25 hours"),
        ];
        for (text, fault) in expected {
            assert!(text.contains(fault), "{fault}");
        }
    }

    #[test]
    fn the_bundled_zone_database_knows_texas() {
        let clock = ZoneClock(TimeZone::get("America/Chicago").expect("bundled"));
        // The hours around 2024-03-10T08:00Z, when the clocks go forward.
        let change = recipe::Day(jiff::civil::date(2024, 3, 10)).first_hour() + 8;
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
            check: false,
        };
        let text = fit(&args).err().expect("three faults").to_string();
        assert!(text.contains("a.csv:3: \"noon\" is not the stamp of a whole hour"), "{text}");
        assert!(text.contains("b.csv: cannot read"), "{text}");
        assert!(text.contains("c.csv.gz: compressed"), "{text}");
        assert!(!folder.path().join("weather.toml").exists());
    }
}
