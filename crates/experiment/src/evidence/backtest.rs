//! A replayed year against what happened: one line per measure, with its kind, its naive forecast and its verdict.
//!
//! Only hours with an observed value outside the excluded days count. Kinds: `input` (the observed series itself
//! went into the run, agreement says nothing), `calibrated` (it did not, but parameters were chosen after a look at
//! this comparison), `predicted` (neither). Single figures are one observation each.

use std::collections::BTreeMap;

use gridrush_core::weather::HourStamp;
use gridrush_sim::replay::is_excluded;
use gridrush_sim::scenario::{Backtest, FigureName};
use gridrush_sim::setup::Setup;
use gridrush_tables::{Batch, Cell, Column, Frame, Kind, MemorySink, Table, TableError};
use jiff::civil::Date;

use super::baseline;
use super::statistics::{correlation, mean, quantile, rank_correlation, sorted};

/// Measures of a backtest.
pub static SUMMARY: Table = Table {
    name: "backtest_summary",
    meaning: "One measure of a replayed year beside what happened.",
    columns: &[
        text("commitment", "How units were started and stopped in the run."),
        text("subject", "The price, output or figure that is compared."),
        text("measure", "What is compared."),
        text("unit", "Unit of observed, model and baseline."),
        text(
            "kind",
            "input: the observed series went into the run; calibrated: parameters were chosen after a look; predicted: neither.",
        ),
        Column {
            name: "observations",
            kind: Kind::Integer,
            unit: "",
            meaning: "Hours, or 1 for a single figure.",
        },
        number("observed", "What happened."),
        number("model", "What the run says."),
        number("baseline", "What the naive forecast says; NaN where it says nothing."),
        text("tolerance", "What was allowed, fixed in the scenario; empty where nothing was."),
        text("verdict", "passes, fails, or shown where nothing is judged."),
        text("beats_baseline", "Whether the model is nearer to what happened than the naive forecast."),
    ],
    csv: true,
};

/// Hours of a backtest.
pub static HOURLY: Table = Table {
    name: "backtest_hourly",
    meaning: "One hour of a price or output of a replayed year beside what happened.",
    columns: &[
        Column { name: "time_utc", kind: Kind::Timestamp, unit: "", meaning: "Start of the hour." },
        text("commitment", "How units were started and stopped in the run."),
        text("subject", "The price or output."),
        text("unit", "$/MWh for prices, MW for output."),
        text(
            "kind",
            "input: the observed series went into the run; calibrated: parameters were chosen after a look; predicted: neither.",
        ),
        Column {
            name: "compared",
            kind: Kind::Integer,
            unit: "",
            meaning: "1 where the hour counts, 0 where not.",
        },
        number("observed", "What happened; NaN where it is not known."),
        number("model", "What the run says."),
        number("baseline", "What the naive forecast says; NaN where it says nothing."),
    ],
    csv: false,
};

const fn text(name: &'static str, meaning: &'static str) -> Column {
    Column { name, kind: Kind::Text, unit: "", meaning }
}

const fn number(name: &'static str, meaning: &'static str) -> Column {
    Column { name, kind: Kind::Float, unit: "", meaning }
}

/// What may differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tolerance {
    /// By a share of the observed, in percent.
    Percent(f64),
    /// The model's value must be at least this.
    AtLeast(f64),
    /// By a factor.
    Factor(f64),
    /// The sign must be the same.
    Sign,
}

impl Tolerance {
    /// Whether a model's value is within.
    pub fn allows(self, observed: f64, model: f64) -> bool {
        match self {
            Tolerance::Percent(percent) => (model - observed).abs() <= percent / 100.0 * observed.abs(),
            Tolerance::AtLeast(least) => model >= least,
            Tolerance::Factor(factor) => model <= observed * factor && observed <= model * factor,
            Tolerance::Sign => model * observed > 0.0,
        }
    }

    /// In words.
    pub fn words(self) -> String {
        match self {
            Tolerance::Percent(percent) => format!("within {percent} %"),
            Tolerance::AtLeast(least) => format!("at least {least}"),
            Tolerance::Factor(factor) => format!("within a factor of {factor}"),
            Tolerance::Sign => "same sign".to_owned(),
        }
    }
}

/// One measure.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The price, output or figure.
    pub subject: String,
    /// What is compared.
    pub measure: &'static str,
    /// Unit of the values.
    pub unit: &'static str,
    /// `input`, `calibrated` or `predicted`.
    pub kind: &'static str,
    /// Hours, or 1.
    pub observations: usize,
    /// What happened.
    pub observed: f64,
    /// What the run says.
    pub model: f64,
    /// What the naive forecast says.
    pub baseline: Option<f64>,
    /// What is allowed.
    pub tolerance: Option<Tolerance>,
}

impl Line {
    /// Whether the line is within its tolerance, if it has one.
    pub fn passes(&self) -> Option<bool> {
        self.tolerance.map(|tolerance| tolerance.allows(self.observed, self.model))
    }

    /// Whether the model is nearer to what happened than the naive forecast.
    pub fn beats_baseline(&self) -> Option<bool> {
        let baseline = self.baseline.filter(|x| x.is_finite())?;
        Some((self.model - self.observed).abs() < (baseline - self.observed).abs())
    }
}

/// A series beside what happened.
#[derive(Clone, Debug)]
pub struct Series {
    /// Its name.
    pub subject: String,
    /// Its unit.
    pub unit: &'static str,
    /// `input`, `calibrated` or `predicted`.
    pub kind: &'static str,
    /// By hour.
    pub observed: Vec<Option<f64>>,
    /// By hour.
    pub model: Vec<f64>,
    /// By hour; empty where there is none.
    pub baseline: Vec<f64>,
}

/// A replayed year beside what happened.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Start of every hour, UTC milliseconds since 1970.
    pub time_ms: Vec<i64>,
    /// Whether the hour's day counts.
    pub counted: Vec<bool>,
    /// Prices and outputs.
    pub series: Vec<Series>,
    /// Measures.
    pub lines: Vec<Line>,
}

/// The hours of a run.
struct Year {
    time_ms: Vec<i64>,
    system: Frame,
    /// Price of native load by zone.
    zone_price: BTreeMap<String, Vec<f64>>,
}

impl Year {
    fn of(sink: &MemorySink) -> Result<Year, TableError> {
        let missing = |table: &str| TableError::Missing { table: table.to_owned(), path: "memory".into() };
        let system = sink.frame("system_hourly").ok_or_else(|| missing("system_hourly"))?;
        let zones = sink.frame("contention_hourly").ok_or_else(|| missing("contention_hourly"))?;
        let mut zone_price: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        let (names, classes) = (zones.texts("zone")?, zones.texts("class")?);
        for (row, &price) in zones.floats("price_usd_per_mwh")?.iter().enumerate() {
            if classes.get(row) == "native" {
                zone_price.entry(names.get(row).to_owned()).or_default().push(price);
            }
        }
        Ok(Year { time_ms: system.integers("time_utc")?.to_vec(), system, zone_price })
    }

    fn column(&self, name: &str) -> Result<&[f64], TableError> {
        self.system.floats(name)
    }

    /// The plain mean of the prices of some zones; without any the price weighted by load.
    fn price(&self, zones: &[String]) -> Result<Vec<f64>, TableError> {
        let of: Vec<&Vec<f64>> = zones.iter().filter_map(|zone| self.zone_price.get(zone)).collect();
        if of.is_empty() {
            return Ok(self.column("price_usd_per_mwh")?.to_vec());
        }
        let mean_at = |hour: usize| of.iter().map(|prices| prices[hour]).sum::<f64>() / of.len() as f64;
        Ok((0..self.time_ms.len()).map(mean_at).collect())
    }

    /// Output of some fuels, MW.
    fn output(&self, fuels: &[String]) -> Result<Vec<f64>, TableError> {
        let mut sum = vec![0.0; self.time_ms.len()];
        for fuel in fuels {
            // Fuels without a column of their own are part of the last.
            let own = self.system.floats(&format!("{fuel}_mw"));
            for (sum, mw) in sum.iter_mut().zip(own.or_else(|_| self.column("other_mw"))?) {
                *sum += mw;
            }
        }
        Ok(sum)
    }
}

/// Compares a run with what happened. The run must have written hourly tables.
pub fn compare(setup: &Setup, sink: &MemorySink) -> Result<Comparison, TableError> {
    let year = Year::of(sink)?;
    let hours = year.time_ms.len();
    let backtest = &setup.scenario.backtest;
    let counted: Vec<bool> = setup
        .stamps()
        .iter()
        .map(|stamp| !day(*stamp).is_some_and(|day| is_excluded(&setup.scenario, day)))
        .collect();
    let (native, curtailed) = (year.column("native_mw")?, year.column("renewable_curtailed_mw")?);
    let (wind, solar) = (year.column("wind_mw")?, year.column("solar_mw")?);
    let net_load: Vec<f64> = (0..hours).map(|h| native[h] - wind[h] - solar[h] - curtailed[h]).collect();
    let gas: Vec<f64> = (0..hours).map(|h| setup.fuel_prices(h).gas_usd_per_mmbtu).collect();

    let mut series = Vec::new();
    for (price, observed) in backtest.prices.iter().zip(&setup.observed.prices) {
        let known: Vec<Option<f64>> = observed.iter().zip(&counted).map(|(x, &c)| x.filter(|_| c)).collect();
        series.push(Series {
            subject: price.name.clone(),
            unit: "$/MWh",
            kind: kind(backtest, false),
            observed: observed.clone(),
            model: year.price(&price.zones)?,
            baseline: baseline::forecast(&known, &net_load, &gas),
        });
    }
    for (output, observed) in backtest.outputs.iter().zip(&setup.observed.outputs) {
        series.push(Series {
            subject: output.name.clone(),
            unit: "MW",
            kind: kind(backtest, output.input),
            observed: observed.clone(),
            model: year.output(&output.fuels)?,
            baseline: Vec::new(),
        });
    }
    let mut lines = Vec::new();
    for (price, series) in backtest.prices.iter().zip(&series) {
        let mut own = price_lines(backtest, setup.stamps(), &Compared::of(series, &counted));
        for line in &mut own {
            line.subject.clone_from(&price.name);
            line.tolerance = match line.measure {
                "p10" | "p50" | "p90" => price.quantile_percent.map(Tolerance::Percent),
                "rank correlation" => price.rank_correlation.map(Tolerance::AtLeast),
                "peak over off-peak" => price.peak_ratio_percent.map(Tolerance::Percent),
                "dear hours" => price.dear_hours_factor.map(Tolerance::Factor),
                _ => None,
            };
        }
        lines.append(&mut own);
    }
    for spread in &backtest.spreads {
        let find = |name: &str| series.iter().find(|series| series.subject == name);
        if let (Some(of), Some(less)) = (find(&spread.of), find(&spread.less)) {
            lines.push(spread_line(of, less, &counted));
        }
    }
    for (output, series) in backtest.outputs.iter().zip(&series[backtest.prices.len()..]) {
        let compared = Compared::of(series, &counted);
        let line = |measure, unit, observed, model, tolerance| Line {
            subject: output.name.clone(),
            measure,
            unit,
            kind: kind(backtest, output.input),
            observations: compared.hours.len(),
            observed,
            model,
            baseline: None,
            tolerance,
        };
        let twh = |mw: &[f64]| mw.iter().sum::<f64>() / 1e6;
        let energy = (twh(&compared.observed), twh(&compared.model));
        let likeness = correlation(&compared.observed, &compared.model);
        lines.push(line("energy", "TWh", energy.0, energy.1, output.energy_percent.map(Tolerance::Percent)));
        lines.push(line("correlation", "", 1.0, likeness, output.correlation.map(Tolerance::AtLeast)));
    }
    lines.extend(figure_lines(backtest, &year, &series)?);
    Ok(Comparison { time_ms: year.time_ms, counted, series, lines })
}

/// Name, unit and value of something that is said of a year's prices.
type Measure<'a> = (&'static str, &'static str, &'a dyn Fn(&[f64]) -> f64);

fn day(stamp: HourStamp) -> Option<Date> {
    let first = Date::new(stamp.year, 1, 1).ok()?;
    first.checked_add(jiff::Span::new().days(i64::from(stamp.day_of_year) - 1)).ok()
}

/// The hours of a series that count.
struct Compared {
    hours: Vec<usize>,
    observed: Vec<f64>,
    model: Vec<f64>,
    baseline: Vec<f64>,
}

impl Compared {
    fn of(series: &Series, counted: &[bool]) -> Compared {
        let known = |&h: &usize| counted[h] && series.observed[h].is_some();
        let hours: Vec<usize> = (0..series.model.len()).filter(known).collect();
        Compared {
            observed: hours.iter().filter_map(|&h| series.observed[h]).collect(),
            model: hours.iter().map(|&h| series.model[h]).collect(),
            baseline: hours.iter().filter_map(|&h| series.baseline.get(h).copied()).collect(),
            hours,
        }
    }
}

impl Compared {
    /// Whether there is a naive forecast of every hour.
    fn has_baseline(&self) -> bool {
        self.baseline.len() == self.hours.len() && self.baseline.iter().all(|x| x.is_finite())
    }
}

/// Measures of a price, still without a name and tolerances.
fn price_lines(backtest: &Backtest, stamps: &[HourStamp], compared: &Compared) -> Vec<Line> {
    let peak = |stamp: &HourStamp| {
        let hours = backtest.peak_from_hour..backtest.peak_to_hour;
        !stamp.is_rest_day() && hours.contains(&u32::from(stamp.hour_prevailing))
    };
    let in_peak: Vec<bool> = compared.hours.iter().map(|&h| peak(&stamps[h])).collect();
    let part = |prices: &[f64], wanted: bool| {
        let chosen = prices.iter().zip(&in_peak).filter(|&(_, &peak)| peak == wanted);
        mean(&chosen.map(|(&price, _)| price).collect::<Vec<_>>())
    };
    let dear = |prices: &[f64]| prices.iter().filter(|&&x| x > backtest.dear_usd_per_mwh).count() as f64;
    let measures: [Measure<'_>; 7] = [
        ("mean", "$/MWh", &mean),
        ("p10", "$/MWh", &|x| quantile(&sorted(x), 0.1)),
        ("p50", "$/MWh", &|x| quantile(&sorted(x), 0.5)),
        ("p90", "$/MWh", &|x| quantile(&sorted(x), 0.9)),
        ("rank correlation", "", &|x| rank_correlation(&compared.observed, x)),
        ("peak over off-peak", "", &|x| part(x, true) / part(x, false)),
        ("dear hours", "h", &dear),
    ];
    let line = |&(measure, unit, value): &Measure<'_>| Line {
        subject: String::new(),
        measure,
        unit,
        kind: kind(backtest, false),
        observations: compared.hours.len(),
        observed: value(&compared.observed),
        model: value(&compared.model),
        baseline: compared.has_baseline().then(|| value(&compared.baseline)),
        tolerance: None,
    };
    measures.iter().map(line).collect()
}

fn spread_line(of: &Series, less: &Series, counted: &[bool]) -> Line {
    let both = |h: usize| counted[h] && of.observed[h].is_some() && less.observed[h].is_some();
    let hours: Vec<usize> = (0..counted.len()).filter(|&h| both(h)).collect();
    let spread = |value: &dyn Fn(&Series, usize) -> f64| {
        mean(&hours.iter().map(|&h| value(of, h) - value(less, h)).collect::<Vec<_>>())
    };
    Line {
        subject: format!("{} - {}", of.subject, less.subject),
        measure: "mean spread",
        unit: "$/MWh",
        kind: of.kind,
        observations: hours.len(),
        observed: spread(&|series, h| series.observed[h].unwrap_or(f64::NAN)),
        model: spread(&|series, h| series.model[h]),
        baseline: Some(spread(&|series, h| series.baseline[h])),
        tolerance: Some(Tolerance::Sign),
    }
}

/// Single figures, of all hours of the run.
fn figure_lines(backtest: &Backtest, year: &Year, series: &[Series]) -> Result<Vec<Line>, TableError> {
    let (native, served) = (year.column("native_mw")?, year.column("native_served_mw")?);
    let shed: Vec<f64> = native.iter().zip(served).map(|(asked, got)| asked - got).collect();
    let price = match series.first().filter(|_| !backtest.prices.is_empty()) {
        Some(first) => first.model.clone(),
        None => year.column("price_usd_per_mwh")?.to_vec(),
    };
    let most = |values: &[f64]| values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let line = |figure: &gridrush_sim::scenario::ObservedFigure| {
        let (measure, unit, model) = match figure.figure {
            FigureName::ShedMaxMw => ("greatest shed", "MW", most(&shed)),
            FigureName::ShedEnergyMwh => ("shed", "MWh", shed.iter().sum()),
            FigureName::PriceMaxUsdPerMwh => ("greatest price", "$/MWh", most(&price)),
            FigureName::DearHours => {
                let dear = price.iter().filter(|&&x| x >= backtest.dear_usd_per_mwh);
                ("dear hours of all", "h", dear.count() as f64)
            }
        };
        Line {
            subject: figure.source.clone(),
            measure,
            unit,
            kind: kind(backtest, false),
            observations: 1,
            observed: figure.value,
            model,
            baseline: None,
            tolerance: Some(Tolerance::Percent(figure.percent)),
        }
    };
    Ok(backtest.figures.iter().map(line).collect())
}

impl Comparison {
    /// Adds the measures to a batch of [`SUMMARY`].
    pub fn summarise(&self, commitment: &str, batch: &mut Batch) {
        for line in &self.lines {
            let beats = line.beats_baseline().map_or("", |beats| if beats { "yes" } else { "no" });
            batch.push(&[
                Cell::Text(commitment),
                Cell::Text(&line.subject),
                Cell::Text(line.measure),
                Cell::Text(line.unit),
                Cell::Text(line.kind),
                Cell::Integer(line.observations as i64),
                Cell::Float(line.observed),
                Cell::Float(line.model),
                Cell::Float(line.baseline.unwrap_or(f64::NAN)),
                Cell::Text(&line.tolerance.map_or(String::new(), Tolerance::words)),
                Cell::Text(line.passes().map_or("shown", |passes| if passes { "passes" } else { "fails" })),
                Cell::Text(beats),
            ]);
        }
    }

    /// Adds the hours to a batch of [`HOURLY`].
    pub fn list_hours(&self, commitment: &str, batch: &mut Batch) {
        for series in &self.series {
            for (hour, &time) in self.time_ms.iter().enumerate() {
                let observed = series.observed[hour];
                batch.push(&[
                    Cell::Integer(time),
                    Cell::Text(commitment),
                    Cell::Text(&series.subject),
                    Cell::Text(series.unit),
                    Cell::Text(series.kind),
                    Cell::Integer(i64::from(self.counted[hour] && observed.is_some())),
                    Cell::Float(observed.unwrap_or(f64::NAN)),
                    Cell::Float(series.model[hour]),
                    Cell::Float(series.baseline.get(hour).copied().unwrap_or(f64::NAN)),
                ]);
            }
        }
    }

    /// Lines that pass, and lines that are judged.
    pub fn passed(&self) -> (usize, usize) {
        let judged: Vec<bool> = self.lines.iter().filter_map(Line::passes).collect();
        (judged.iter().filter(|&&passes| passes).count(), judged.len())
    }

    /// Judged lines that are nearer than the naive forecast, and judged lines that have one.
    pub fn beaten(&self) -> (usize, usize) {
        let judged = self.lines.iter().filter(|line| line.tolerance.is_some());
        let beats: Vec<bool> = judged.filter_map(Line::beats_baseline).collect();
        (beats.iter().filter(|&&beats| beats).count(), beats.len())
    }
}

/// How a comparison counts.
fn kind(backtest: &Backtest, input: bool) -> &'static str {
    match (input, backtest.seen) {
        (true, _) => "input",
        (_, true) => "calibrated",
        _ => "predicted",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tolerances_by_hand() {
        assert!(Tolerance::Percent(25.0).allows(20.0, 25.0) && !Tolerance::Percent(25.0).allows(20.0, 25.1));
        assert!(Tolerance::Percent(10.0).allows(-20.0, -21.0));
        assert!(Tolerance::AtLeast(0.6).allows(1.0, 0.6) && !Tolerance::AtLeast(0.6).allows(1.0, 0.59));
        assert!(Tolerance::Factor(2.0).allows(100.0, 50.0) && !Tolerance::Factor(2.0).allows(100.0, 49.0));
        assert!(Tolerance::Factor(2.0).allows(100.0, 200.0) && !Tolerance::Factor(2.0).allows(100.0, 201.0));
        assert!(Tolerance::Sign.allows(-2.0, -0.1) && !Tolerance::Sign.allows(-2.0, 0.0));
        assert!(!Tolerance::Percent(10.0).allows(1.0, f64::NAN));
    }

    #[test]
    fn measures_of_a_price_by_hand() {
        // Monday 2021-01-04 from 00:00Z, with the local clock on UTC: hours 6 to 21 are peak.
        let first = gridrush_core::weather::days_from_civil(2021, 1, 4) * 24;
        let stamps: Vec<HourStamp> = (0..24).map(|h| HourStamp::at(first + h, 0, 0)).collect();
        let peak = |h: usize| (6..22).contains(&h);
        let series = Series {
            subject: "hub".to_owned(),
            unit: "$/MWh",
            kind: "predicted",
            observed: (0..24).map(|h| (h != 2).then_some(if peak(h) { 150.0 } else { 50.0 })).collect(),
            model: (0..24).map(|h| if peak(h) { 60.0 } else { 40.0 }).collect(),
            baseline: vec![70.0; 24],
        };
        let backtest =
            Backtest { dear_usd_per_mwh: 100.0, ..<Backtest as gridrush_sim::scenario::Section>::defaults() };
        let lines = price_lines(&backtest, &stamps, &Compared::of(&series, &[true; 24]));
        let find = |measure: &str| lines.iter().find(|line| line.measure == measure).unwrap();
        assert_eq!(find("mean").observations, 23);
        let ratio = find("peak over off-peak");
        assert!((ratio.observed - 3.0).abs() < 1e-12 && (ratio.model - 1.5).abs() < 1e-12);
        assert_eq!(ratio.baseline, Some(1.0));
        assert_eq!(ratio.beats_baseline(), Some(true));
        let dear = find("dear hours");
        assert_eq!((dear.observed, dear.model), (16.0, 0.0));
        assert!((find("rank correlation").model - 1.0).abs() < 1e-12);
        assert_eq!((find("p50").observed, find("p50").model), (150.0, 60.0));
    }
}
