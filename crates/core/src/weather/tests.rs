//! Tests of the whole: histories made up here are fitted and generated again.

use core::fmt::Write;

use rand::RngExt;

use super::calibrate::{Calibration, GenerationInput, Input, LoadInput, Window, calibrate};
use super::checks::check;
use super::draw::DrawRow;
use super::record::{DateOrder, HourLabel, HourlyRecord, Layout, Plausible, StampClock, read_hourly};
use super::*;
use crate::kernel::{Purpose, Streams};
use crate::math::{cos, exp, sin};
use crate::names::Key;

/// Central time with the United States' rule since 2007.
struct Central;

impl Clock for Central {
    fn offsets_minutes(&self, utc_hour: i64) -> (i32, i32) {
        let (year, _, _) = civil_from_days(utc_hour.div_euclid(24));
        let sunday_on_or_after = |month: u8, day: u8| {
            let days = days_from_civil(year, month, day);
            days + (6 - (days + 3).rem_euclid(7)).rem_euclid(7)
        };
        // Second Sunday of March, 08:00Z, to first Sunday of November, 07:00Z.
        let summer = sunday_on_or_after(3, 8) * 24 + 8..sunday_on_or_after(11, 1) * 24 + 7;
        (-360, if summer.contains(&utc_hour) { -300 } else { -360 })
    }
}

fn hours_of(from: i64, to: i64) -> (i64, Vec<HourStamp>) {
    let (start, end) = (days_from_civil(from, 1, 1) * 24, days_from_civil(to, 1, 1) * 24);
    (start, (start..end).map(|hour| Central.stamp(hour)).collect())
}

/// A first-order autoregression of unit variance, made without the code under test.
fn noise(name: &str, hours: usize, keep: f64) -> Vec<f64> {
    let mut rng = Streams::new(99, 0).open(Key::of(name), Purpose::of("test"));
    let mut state = 0.0;
    let step = |_| {
        // The sum of twelve uniform draws is near enough to normal.
        let draw: f64 = (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0;
        state = keep * state + (1.0 - keep * keep).sqrt() * draw;
        state
    };
    (0..hours).map(step).collect()
}

/// Three years of two zones that share most of their weather, a wind and a solar fleet.
fn made_up() -> Input {
    let (start, stamps) = hours_of(2020, 2023);
    let hours = stamps.len();
    let (heat, own, gust, cloud) = (
        noise("heat", hours, 0.98),
        noise("own", hours, 0.97),
        noise("gust", hours, 0.97),
        noise("cloud", hours, 0.95),
    );
    let turn = core::f64::consts::TAU;
    let season = |stamp: &HourStamp| cos(turn * (f64::from(stamp.day_of_year) - 200.0) / 365.25);
    let day = |hour: u8| sin(turn * (f64::from(hour) - 10.0) / 24.0);
    let load = |t: usize, share: f64| {
        let stamp = &stamps[t];
        let weather = share * heat[t] + (1.0 - share * share).sqrt() * own[t];
        let shape = 1.0 + 0.2 * season(stamp) + 0.15 * day(stamp.hour_prevailing) + 0.06 * weather
            - if stamp.is_rest_day() { 0.05 } else { 0.0 };
        // 4 % growth a year.
        1000.0 * shape * (1.0 + 0.04 * t as f64 / 8766.0)
    };
    let wind = |t: usize| 1.0 / (1.0 + exp(0.6 + 0.4 * season(&stamps[t]) - 1.2 * gust[t]));
    let sun = |t: usize| {
        let height = 0.3 * season(&stamps[t]) + sin(turn * (f64::from(stamps[t].hour_standard) - 5.5) / 24.0);
        0.8 * height.max(0.0) * (1.0 - 0.4 / (1.0 + exp(-1.5 * cloud[t]))) / 1.3
    };
    let record = |value: &dyn Fn(usize) -> f64| HourlyRecord {
        start_hour: start,
        values: (0..hours).map(|t| Some(value(t))).collect(),
    };
    let generation = |name: &str, kind, value: &dyn Fn(usize) -> f64| GenerationInput {
        name: name.to_owned(),
        kind,
        zone: None,
        record: record(value),
        capacity: vec![(start, 500.0)],
        capacity_factor: None,
        assumed: false,
    };
    let mine = |year: i64, month: u8| DrawRow {
        month: (year, month),
        zone: "inland".to_owned(),
        class: "mining".to_owned(),
        mean_mw: 50.0,
        peak_mw: 10.0,
        source: "made up".to_owned(),
    };
    let months = [(2019, 12)].into_iter().chain((2020..=2022).flat_map(|y| (1..=12).map(move |m| (y, m))));
    Input {
        title: "made up".to_owned(),
        source: "this test".to_owned(),
        time_zone: "America/Chicago".to_owned(),
        base_year: 2022,
        base_demand_ratio: 1.0,
        loads: [("inland", 0.95), ("coast", 0.7)]
            .map(|(name, share)| LoadInput { name: name.to_owned(), record: record(&|t| load(t, share)) })
            .into(),
        generation: vec![
            generation("wind", SeriesKind::Wind, &|t| 500.0 * wind(t)),
            generation("sun", SeriesKind::Solar, &|t| 500.0 * sun(t)),
        ],
        draw: months.map(|(year, month)| mine(year, month)).collect(),
        exclude: vec![Window { series: Vec::new(), from_hour: start + 1000, to_hour: start + 1240 }],
    }
}

fn fitted() -> Calibration {
    calibrate(&made_up(), &Central).expect("a full history")
}

#[test]
fn a_made_up_history_is_fitted_within_the_tolerances() {
    let fitted = fitted();
    assert!(fitted.model.check().is_empty());
    let checks = check(&fitted, 5, 120).expect("a sound model");
    // Books: 3 years x 4 and the mean peak; the system's two correlations; per load (with the system) and for wind 18,
    // for the sun 17.
    assert_eq!(checks.len(), 13 + 2 + 3 * 18 + 18 + 17);
    let failed: Vec<_> = checks.iter().filter(|check| !check.passes()).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    // Zones whose weather correlates by 0.95 x 0.7 + sqrt(...) stay together.
    let base: f64 = fitted.model.series.iter().filter_map(|series| series.base_mean_mw).sum();
    let book = fitted.books.last().expect("three years");
    let native = (book.metered_mwh - book.modelled_mwh) / f64::from(book.hours);
    assert!((base / native - 1.0).abs() < 0.01, "{base} {native}");
}

#[test]
fn cross_correlation_survives() {
    let fitted = fitted();
    let correlation = |a: &[f64], b: &[f64]| {
        let sum = |x: &[f64], y: &[f64]| -> f64 { x.iter().zip(y).map(|(a, b)| a * b).sum() };
        sum(a, b) / (sum(a, a) * sum(b, b)).sqrt()
    };
    let stamps = &fitted.history.stamps;
    // Summer afternoons on working days: one mean is enough.
    let pick = |values: &dyn Fn(usize) -> Option<f64>| {
        let hours = stamps
            .iter()
            .enumerate()
            .filter(|(_, s)| s.month == 7 && s.hour_prevailing == 15 && !s.is_rest_day());
        let values: Vec<f64> = hours.filter_map(|(t, _)| values(t)).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        values.into_iter().map(|x| x - mean).collect::<Vec<f64>>()
    };
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for replication in 0..60 {
        let years = fitted.model.generate(&Streams::new(3, replication), stamps).expect("a sound model");
        a.extend(pick(&|t| Some(f64::from(years.values[0][t]))));
        b.extend(pick(&|t| Some(f64::from(years.values[1][t]))));
    }
    // Made with 0.95 x 0.7 + sqrt(1 - 0.95^2) sqrt(1 - 0.7^2) = 0.888.
    let made = correlation(&a, &b);
    assert!((made - 0.888).abs() < 0.06, "{made}");
}

#[test]
fn streams_alone_decide() {
    let model = fitted().model;
    let (_, stamps) = hours_of(2025, 2027);
    let run = |replication, hours: &[HourStamp]| {
        model.generate(&Streams::new(7, replication), hours).expect("a sound model")
    };
    let years = run(0, &stamps);
    assert_eq!(years, run(0, &stamps));
    assert_ne!(years.series("coast"), run(1, &stamps).series("coast"));
    // A shorter horizon is a prefix.
    let short = run(0, &stamps[..5000]);
    assert_eq!(short.series("wind").expect("a series"), &years.series("wind").expect("a series")[..5000]);
    for (series, values) in model.series.iter().zip(&years.values) {
        assert!(
            values.iter().all(|&x| f64::from(x) >= series.low - 1e-6 && f64::from(x) <= series.high + 1e-6)
        );
    }
    let sun = years.series("sun").expect("a series");
    assert!(stamps.iter().zip(sun).all(|(stamp, &x)| stamp.hour_standard > 2 || x == 0.0));
}

#[test]
fn an_appended_series_changes_no_other() {
    let model = fitted().model;
    let mut more = model.clone();
    let mut extra = more.series[2].clone();
    extra.name = "offshore".to_owned();
    more.series.push(extra);
    for coupling in &mut more.coupling {
        // Leans on every earlier series.
        let row = vec![0.4, 0.4, 0.4, 0.4, 0.6];
        coupling.slow.push(row.clone());
        coupling.fast.push(row);
    }
    let (_, stamps) = hours_of(2025, 2026);
    let streams = Streams::new(7, 0);
    let before = model.generate(&streams, &stamps).expect("a sound model");
    let after = more.generate(&streams, &stamps).expect("a sound model");
    assert_eq!(before.values[..], after.values[..4]);
    assert_ne!(after.series("offshore"), after.series("wind"));
}

#[test]
fn a_file_comes_back_as_the_same_model() {
    let model = fitted().model;
    let back: WeatherModel = toml::from_str(&model.to_toml()).expect("our own text");
    assert_eq!(back, model);
}

#[test]
fn every_fault_of_a_model_is_named() {
    let mut model = fitted().model;
    model.series[1].name = "inland".to_owned();
    model.series[1].memory[2].slow_hours = 0.0;
    model.series[2].high = f64::NAN;
    if let Shape::Direct { value_per_100k } = &mut model.series[2].shape {
        value_per_100k[5][3] = 1_000_000;
        value_per_100k.pop();
    }
    model.coupling[1].fast[3].pop();
    let faults: Vec<String> = model.check().iter().map(|fault| fault.path.clone()).collect();
    let expected = [
        "series.inland",
        "series.inland.memory.2",
        "series.wind.low",
        "series.wind.shape.value_per_100k",
        "series.wind.shape.value_per_100k.5",
        "coupling.1.fast.3",
    ];
    for path in expected {
        assert!(faults.iter().any(|fault| fault == path), "{path} in {faults:?}");
    }
    assert!(model.generate(&Streams::new(1, 0), &[]).is_err());
}

#[test]
fn a_history_that_determines_nothing_is_refused_with_reasons() {
    let mut input = made_up();
    input.draw.retain(|row| row.month != (2021, 5));
    input.draw.push(DrawRow { zone: "moon".to_owned(), ..input.draw[0].clone() });
    let faults: Vec<String> =
        calibrate(&input, &Central).expect_err("broken").iter().map(ToString::to_string).collect();
    assert!(faults.iter().any(|fault| fault.contains("2021-05")), "{faults:?}");
    assert!(faults.iter().any(|fault| fault.contains("moon")), "{faults:?}");
    let mut input = made_up();
    for load in &mut input.loads {
        load.record.values.truncate(9000);
    }
    input.draw.clear();
    input.exclude =
        vec![Window { series: Vec::new(), from_hour: input.loads[0].record.start_hour, to_hour: i64::MAX }];
    assert!(calibrate(&input, &Central).is_err());
    input.generation[0].capacity = vec![(0, 100.0)];
    let faults = calibrate(&input, &Central).expect_err("more output than capacity");
    assert!(faults[0].message.contains("installed capacity"), "{faults:?}");
}

fn layout(hour: HourLabel, clock: StampClock) -> Layout {
    Layout { time_columns: vec!["time".to_owned()], hour, clock, date: DateOrder::YearMonthDay }
}

#[test]
fn hour_ending_labels_in_prevailing_time_become_hours_in_utc() {
    let read = |text: &str, hour, clock| {
        let (record, faults) =
            read_hourly("l.csv", text, &layout(hour, clock), "mw", Plausible::Positive, &Central);
        assert!(faults.is_empty(), "{faults:?}");
        record.expect("no faults")
    };
    // 14 March 2021: the hour that ends at 2 is followed by the one that ends at 4.
    let spring = "time,mw\n2021-03-14 01:00,1\n2021-03-14 02:00,2\n2021-03-14 04:00,3\n2021-03-14 05:00,4\n";
    let record = read(spring, HourLabel::Ending, StampClock::Prevailing);
    assert_eq!(record.start_hour, days_from_civil(2021, 3, 14) * 24 + 6);
    assert_eq!(record.values, [1.0, 2.0, 3.0, 4.0].map(Some));
    // 7 November 2021: the hour that ends at 2 occurs twice; midnight is hour 24 of the day before.
    let autumn = "time,mw\n2021-11-06 24:00,1\n2021-11-07 01:00,2\n2021-11-07 02:00,3\n\
                  2021-11-07 02:00,4\n2021-11-07 03:00,5\n";
    let record = read(autumn, HourLabel::Ending, StampClock::Prevailing);
    assert_eq!(record.start_hour, days_from_civil(2021, 11, 7) * 24 + 4);
    assert_eq!(record.values, [1.0, 2.0, 3.0, 4.0, 5.0].map(Some));
    // The same instants by the other two clocks.
    let utc = "time,mw\n2021-11-07T05:00Z,1\n2021-11-07T06:00Z,2\n";
    let standard = "time,mw\n2021-11-06T22:00:00,1\n2021-11-06T23:00:00,2\n";
    let record = read(utc, HourLabel::Ending, StampClock::Utc);
    assert_eq!(record, read(standard, HourLabel::Beginning, StampClock::Standard));
    // The label that spring skips is a fault.
    let skipped = "time,mw\n2021-03-14 02:00,2\n";
    let layout = layout(HourLabel::Beginning, StampClock::Prevailing);
    let (record, faults) = read_hourly("l.csv", skipped, &layout, "mw", Plausible::Positive, &Central);
    assert!(record.is_none());
    assert_eq!(
        faults[0].to_string(),
        "l.csv:2: \"2021-03-14 02:00\" names an hour that the local clock skips"
    );
}

#[test]
fn clock_time_with_24_labels_on_every_day_loses_the_two_that_lie() {
    let text = "time,mw\n2021-03-14 01:00,1\n2021-03-14 02:00,2\n2021-03-14 03:00,3\n2021-11-07 00:00,4\n\
                2021-11-07 01:00,5\n2021-11-07 02:00,6\n";
    let layout = layout(HourLabel::Beginning, StampClock::PrevailingFilled);
    let half = |lines: &[usize]| {
        let all: Vec<&str> = text.lines().collect();
        lines.iter().map(|&line| all[line]).collect::<Vec<_>>().join("\n")
    };
    let read = |text: &str| {
        let (record, faults) = read_hourly("l.csv", text, &layout, "mw", Plausible::Positive, &Central);
        (record.expect("no refusal"), faults.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    let (spring, faults) = read(&half(&[0, 1, 2, 3]));
    assert_eq!(spring.values, [Some(1.0), Some(3.0)]);
    assert_eq!(faults, ["l.csv:3: \"2021-03-14 02:00\" names an hour that the local clock skips, left out"]);
    let (autumn, faults) = read(&half(&[0, 4, 5, 6]));
    assert_eq!(autumn.values, [Some(4.0), None, None, Some(6.0)]);
    assert_eq!(
        faults,
        [
            "l.csv:3: \"2021-11-07 01:00\" names two hours with one value, left out",
            "l.csv:4: 2 hours are missing before this line"
        ]
    );
    // A doubled hour in prevailing time is no fault in autumn, and one on any other day.
    let twice = "time,mw\n2021-07-01 01:00,1\n2021-07-01 01:00,2\n";
    let prevailing = Layout { clock: StampClock::Prevailing, ..layout.clone() };
    let (record, faults) = read_hourly("l.csv", twice, &prevailing, "mw", Plausible::Positive, &Central);
    assert!(record.is_none());
    assert_eq!(faults[0].to_string(), "l.csv:3: the same hour as line 2");
}

#[test]
fn year_month_day_and_hour_may_be_columns() {
    let layout = Layout {
        time_columns: ["y", "m", "d", "h"].map(str::to_owned).to_vec(),
        hour: HourLabel::Ending,
        clock: StampClock::Utc,
        date: DateOrder::YearMonthDay,
    };
    let text = "y,m,d,h,mw\n2020,1,31,23,7\n2020,1,31,24,8\n2020,2,1,1,9\n";
    let (record, faults) = read_hourly("l.csv", text, &layout, "mw", Plausible::Positive, &Utc);
    assert!(faults.is_empty(), "{faults:?}");
    let record = record.expect("no faults");
    assert_eq!(record.start_hour, days_from_civil(2020, 1, 31) * 24 + 22);
    assert_eq!(record.values, [7.0, 8.0, 9.0].map(Some));
}

#[test]
fn zones_that_share_a_record_share_every_hour() {
    let mut model = fitted().model;
    model.split("coast", &[("bay".to_owned(), 0.75), ("cape".to_owned(), 0.25)]).expect("there is a coast");
    assert_eq!(model.check(), []);
    let back: WeatherModel = toml::from_str(&model.to_toml()).expect("our own text");
    assert_eq!(back, model);
    let (_, stamps) = hours_of(2025, 2026);
    let years = model.generate(&Streams::new(7, 0), &stamps).expect("a sound model");
    assert_eq!(years.series("bay"), years.series("cape"));
    let mean = |name: &str| model.series[model.index_of(name).expect("a zone")].base_mean_mw.expect("a load");
    assert!((mean("bay") / mean("cape") - 3.0).abs() < 1e-3);
    assert!(model.split("moon", &[("a".to_owned(), 1.0)]).is_err());
}

#[test]
fn every_fault_of_a_history_is_listed_at_once() {
    let mut text = String::from("time,mw\n");
    let start = days_from_civil(2021, 1, 1) * 24;
    for hour in 0..240 {
        // Lines 2 to 241.
        let (year, month, day) = civil_from_days((start + hour).div_euclid(24));
        let value = match hour {
            10 => "MISSING".to_owned(),
            20 => "2147480000".to_owned(),
            30 => "0".to_owned(),
            40 => "1600".to_owned(),
            50..60 => "1003".to_owned(),
            70 => continue,
            _ => (1000 + hour % 24).to_string(),
        };
        writeln!(text, "{year}-{month:02}-{day:02} {:02}:00:00,{value}", hour % 24).expect("a string");
    }
    let layout = layout(HourLabel::Beginning, StampClock::Utc);
    let read = |text: &str| read_hourly("l.csv", text, &layout, "mw", Plausible::Positive, &Utc);
    let (record, faults) = read(&text);
    let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        faults,
        [
            "l.csv:12: mw \"MISSING\" is not a number, left out",
            "l.csv:22: mw 2147480000 is far outside the record, left out",
            "l.csv:32: mw 0 is no load, left out",
            "l.csv:42: mw 1600 is a lone spike, left out",
            "l.csv:52: mw stays at 1003 for 10 hours, left out",
            "l.csv:72: 1 hours are missing before this line",
        ]
    );
    let record = record.expect("values left out do not refuse a file");
    assert_eq!((record.values.len(), record.values.iter().flatten().count()), (240, 240 - 15));
    assert_eq!((record.at(start + 20), record.at(start + 21)), (None, Some(1021.0)));
    // What cannot be placed in time refuses it; the rest is listed all the same.
    let (record, faults) =
        read("time,mw\n2021-02-30 00:00,1\n2021-03-01 01:30,2\n2021-03-01 02:00,x\n2021-03-01 02:00,3\n");
    assert!(record.is_none());
    let lines: Vec<Option<u64>> = faults.iter().map(|fault| fault.line).collect();
    assert_eq!(lines, [Some(2), Some(3), Some(4), Some(5)], "{faults:?}");
    let (record, faults) = read("when,mw\n2021-01-01 00:00,1\n");
    assert!(record.is_none() && faults[0].to_string().contains("no column \"time\""), "{faults:?}");
}

fn packs() -> Vec<(String, WeatherModel)> {
    let regions = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/regions");
    let folders = std::fs::read_dir(regions).expect("packs are part of the project");
    let files = folders.map(|folder| folder.expect("a folder").path().join("weather.toml"));
    files
        .filter(|file| file.exists())
        .map(|file| {
            let text = std::fs::read_to_string(&file).expect("readable");
            let model: WeatherModel =
                toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            assert!(text.len() < 15_000 * model.series.len(), "{}", file.display());
            (file.display().to_string(), model)
        })
        .collect()
}

#[test]
fn every_pack_is_sound() {
    let packs = packs();
    assert!(!packs.is_empty());
    for (name, model) in packs {
        assert_eq!(model.check(), [], "{name}");
        let (_, stamps) = hours_of(2025, 2028);
        let years = model.generate(&Streams::new(1, 0), &stamps).expect("a sound model");
        for (series, values) in model.series.iter().zip(&years.values) {
            let mean = values.iter().map(|&x| f64::from(x)).sum::<f64>() / values.len() as f64;
            let expected = if series.kind == SeriesKind::Load { 0.96..1.04 } else { 0.05..0.6 };
            assert!(expected.contains(&mean), "{name} {}: mean {mean}", series.name);
        }
    }
}

#[test]
fn texas_keeps_its_levels_for_ten_years() {
    let texas = packs().into_iter().find(|(name, _)| name.contains("texas"));
    let (_, model) = texas.expect("part of the project");
    let (_, stamps) = hours_of(2025, 2035);
    let years = model.generate(&Streams::new(1, 0), &stamps).expect("a sound model");
    let mean = |name: &str| {
        let values = years.series(name).expect("a series");
        values.iter().map(|&x| f64::from(x)).sum::<f64>() / values.len() as f64
    };
    for zone in ["far_west", "north", "west", "south", "north_central", "south_central", "coast", "east"] {
        assert!((mean(zone) - 1.0).abs() < 0.02, "{zone} {}", mean(zone));
    }
    // Capacity factors of the fitted years, 0.368 and 0.245.
    assert!((mean("wind") - 0.368).abs() < 0.02, "{}", mean("wind"));
    assert!((mean("solar") - 0.245).abs() < 0.01, "{}", mean("solar"));
}
