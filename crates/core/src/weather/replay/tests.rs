//! Every kind of dirt, refused with its line and repaired by its rule.

#![allow(clippy::format_collect, clippy::format_push_string)]

use super::super::record::{DateOrder, StampClock};
use super::super::{Utc, days_from_civil};
use super::*;

/// Central time of 2021: standard 6 h behind UTC, one hour less from 14 March 08:00Z to 7 November 07:00Z.
struct Central;

impl Clock for Central {
    fn offsets_minutes(&self, utc_hour: i64) -> (i32, i32) {
        let summer = hour(2021, 3, 14) + 8..hour(2021, 11, 7) + 7;
        (-360, if summer.contains(&utc_hour) { -300 } else { -360 })
    }
}

fn hour(year: i64, month: u8, day: u8) -> i64 {
    days_from_civil(year, month, day) * 24
}

fn layout(hour: HourLabel, clock: StampClock, date: DateOrder) -> Layout {
    Layout { time_columns: vec!["time".to_owned()], hour, clock, date }
}

fn utc() -> Layout {
    layout(HourLabel::Beginning, StampClock::Utc, DateOrder::YearMonthDay)
}

fn file<'a>(text: &'a str, layout: &'a Layout, repair: Repair) -> HourlyFile<'a> {
    HourlyFile { name: "f.csv", text, layout, hour_column: None, only: None, clock: &Central, repair }
}

/// Two days of a load that rises from 1,000 MW by 1 MW an hour, with some lines replaced.
fn two_days(change: &dyn Fn(usize) -> Option<String>) -> String {
    let mut out = "time,mw\n".to_owned();
    for h in 0..48 {
        match change(h) {
            Some(line) => out.push_str(&line),
            None => out.push_str(&format!("2021-06-{:02} {:02}:00,{}\n", 1 + h / 24, h % 24, 1000 + h)),
        }
    }
    out
}

fn told(faults: &[RecordFault]) -> Vec<String> {
    faults.iter().map(ToString::to_string).collect()
}

fn read(text: &str, repair: Repair) -> Result<Replayed, Vec<RecordFault>> {
    file(text, &utc(), repair).read("mw", Quantity::Load, hour(2021, 6, 1), 48)
}

const INTERPOLATE: Repair = Repair {
    gaps: GapRule::Interpolate,
    max_gap_hours: 3,
    outliers: OutlierRule::Refuse,
    repeats: RepeatRule::Refuse,
    text: DropRule::Refuse,
    skipped: DropRule::Refuse,
};

#[test]
fn a_clean_file_comes_back_as_it_is() {
    let read = read(&two_days(&|_| None), Repair::default()).unwrap();
    assert!(read.repairs.is_empty());
    assert!((0..48).all(|h| read.values[h] == Some(1000.0 + h as f64)));
}

#[test]
fn the_hour_of_two_thousand_terawatts_is_named_and_can_be_dropped() {
    let text = two_days(&|h| (h == 4).then(|| "2021-06-01 04:00,2147480000\n".to_owned()));
    assert_eq!(
        told(&read(&text, Repair::default()).unwrap_err()),
        ["f.csv:6: mw 2147480000 is far outside the record; repair: outliers = \"drop\" or \"keep\""]
    );
    // Dropped, it is a gap, which needs its own rule.
    let dropped = Repair { outliers: OutlierRule::Drop, ..Repair::default() };
    let faults = told(&read(&text, dropped).unwrap_err());
    assert_eq!(
        faults,
        [
            "f.csv:6: mw: 1 hours without a value, 2021-06-01T04:00 to 2021-06-01T04:00 (hours beginning, UTC); \
          repair: gaps = \"interpolate\""
        ]
    );
    let both = Repair { outliers: OutlierRule::Drop, ..INTERPOLATE };
    let good = read(&text, both).unwrap();
    assert_eq!(good.values[4], Some(1004.0));
    assert_eq!(good.repairs.len(), 2, "{:?}", good.repairs);
    let keep = Repair { outliers: OutlierRule::Keep, ..Repair::default() };
    assert_eq!(read(&text, keep).unwrap().values[4], Some(2_147_480_000.0));
}

#[test]
fn missing_hours_are_named_and_interpolated_up_to_the_longest_gap() {
    let text = two_days(&|h| (10..13).contains(&h).then(String::new));
    let faults = told(&read(&text, Repair::default()).unwrap_err());
    assert_eq!(
        faults,
        [
            "f.csv:12: mw: 3 hours without a value, 2021-06-01T10:00 to 2021-06-01T12:00 (hours beginning, UTC); \
          repair: gaps = \"interpolate\""
        ]
    );
    let good = read(&text, INTERPOLATE).unwrap();
    assert_eq!(good.values[9..14], [1009.0, 1010.0, 1011.0, 1012.0, 1013.0].map(Some));
    assert_eq!(good.repairs.len(), 1);
    let short = read(&text, Repair { max_gap_hours: 2, ..INTERPOLATE });
    assert!(told(&short.unwrap_err())[0].contains("max_gap_hours is 2"));
    // Nothing is made up beyond the end of a file.
    let cut: String = two_days(&|h| (h > 45).then(String::new));
    let faults = told(&read(&cut, INTERPOLATE).unwrap_err());
    assert_eq!(
        faults,
        [
            "f.csv: mw: 2 hours without a value, 2021-06-02T22:00 to 2021-06-02T23:00; there is nothing on one side of them"
        ]
    );
}

#[test]
fn text_and_repeats_are_named() {
    let text = two_days(&|h| match h {
        3 => Some("2021-06-01 03:00,MISSING\n".to_owned()),
        7 => Some("2021-06-01 07:00,1007\n2021-06-01 07:00,1107\n".to_owned()),
        _ => None,
    });
    assert_eq!(
        told(&read(&text, INTERPOLATE).unwrap_err()),
        [
            "f.csv:5: mw \"MISSING\" is not a number; repair: text = \"drop\"",
            "f.csv:10: the same hour as line 9; repair: repeats = \"first\" or \"last\"",
        ]
    );
    let repair = Repair { text: DropRule::Drop, repeats: RepeatRule::Last, ..INTERPOLATE };
    let good = read(&text, repair).unwrap();
    assert_eq!((good.values[3], good.values[7]), (Some(1003.0), Some(1107.0)));
    assert_eq!(good.repairs.len(), 3);
    let first = Repair { repeats: RepeatRule::First, ..repair };
    assert_eq!(read(&text, first).unwrap().values[7], Some(1007.0));
}

#[test]
fn only_the_hours_of_the_run_are_judged() {
    let text = two_days(&|h| (h == 40).then(|| "2021-06-02 16:00,n/a\n".to_owned()));
    let early = file(&text, &utc(), Repair::default()).read("mw", Quantity::Load, hour(2021, 6, 1), 24);
    assert_eq!(early.unwrap().values.len(), 24);
    assert!(read(&text, Repair::default()).is_err());
}

#[test]
fn daylight_saving_hours_fall_into_place() {
    // Hour ending on the prevailing clock: spring has 23 hours, autumn an hour that comes twice.
    let prevailing = layout(HourLabel::Ending, StampClock::Prevailing, DateOrder::MonthDayYear);
    let spring: String =
        (1..=24).filter(|&h| h != 3).map(|h| format!("03/14/2021 {h:02}:00,{}\n", 100 + h)).collect();
    let text = format!("time,mw\n{spring}");
    let read =
        file(&text, &prevailing, Repair::default()).read("mw", Quantity::Any, hour(2021, 3, 14) + 6, 23);
    let values: Vec<f64> = read.unwrap().values.into_iter().flatten().collect();
    assert_eq!(values[..4], [101.0, 102.0, 104.0, 105.0]);
    let autumn: String = (1..=24)
        .flat_map(|h| if h == 2 { vec![2, 2] } else { vec![h] })
        .enumerate()
        .map(|(n, h)| format!("11/07/2021 {h:02}:00,{}\n", 100 + n))
        .collect();
    let text = format!("time,mw\n{autumn}");
    let read =
        file(&text, &prevailing, Repair::default()).read("mw", Quantity::Any, hour(2021, 11, 7) + 5, 25);
    let values: Vec<f64> = read.unwrap().values.into_iter().flatten().collect();
    assert_eq!(values, (0..25).map(|n| 100.0 + f64::from(n)).collect::<Vec<_>>());
}

#[test]
fn a_clock_that_ignores_daylight_saving_is_found_out() {
    // A local file of 24 hours in March and in November.
    let day = |date: &str| -> String { (0..24).map(|h| format!("{date} {h:02}:00,{}\n", 100 + h)).collect() };
    let prevailing = layout(HourLabel::Beginning, StampClock::Prevailing, DateOrder::YearMonthDay);
    let text = format!("time,mw\n{}", day("2021-03-14"));
    let spring =
        |repair| file(&text, &prevailing, repair).read("mw", Quantity::Any, hour(2021, 3, 14) + 6, 23);
    assert_eq!(
        told(&spring(Repair::default()).unwrap_err()),
        [
            "f.csv:4: \"2021-03-14 02:00\" names an hour that the local clock skips; repair: skipped = \"drop\""
        ]
    );
    let good = spring(Repair { skipped: DropRule::Drop, ..Repair::default() }).unwrap();
    assert_eq!(good.values[1..3], [Some(101.0), Some(103.0)]);
    let text = format!("time,mw\n{}", day("2021-11-07"));
    let autumn =
        |repair| file(&text, &prevailing, repair).read("mw", Quantity::Any, hour(2021, 11, 7) + 5, 25);
    assert!(told(&autumn(Repair::default()).unwrap_err())[0].contains("2021-11-07T07:00"));
    assert_eq!(autumn(INTERPOLATE).unwrap().values[2], Some(101.5));
    // A UTC file with a doubled local hour has the same hour twice.
    let twice = "time,mw\n2021-11-07 06:00,1\n2021-11-07 06:00,2\n2021-11-07 07:00,3\n";
    let read = file(twice, &utc(), Repair::default()).read("mw", Quantity::Any, hour(2021, 11, 7) + 6, 2);
    assert!(told(&read.unwrap_err())[0].starts_with("f.csv:3: the same hour as line 2"));
}

#[test]
fn long_files_and_twelve_hour_clocks_are_read() {
    let layout = layout(HourLabel::Ending, StampClock::Standard, DateOrder::MonthDayYear);
    let text = "day,end,place,usd\n01/01/2021,01:00,A,5\n01/01/2021,01:00,B,-6\n01/01/2021,02:00,A,7\n\
                01/01/2021,02:00,B,8\n";
    let layout = Layout { time_columns: vec!["day".to_owned()], ..layout };
    let long = HourlyFile {
        hour_column: Some("end"),
        only: Some(("place", "B")),
        clock: &Utc,
        ..file(text, &layout, Repair::default())
    };
    let read = long.read("usd", Quantity::Any, hour(2021, 1, 1), 2).unwrap();
    assert_eq!(read.values, [Some(-6.0), Some(8.0)]);
    for (stamp, hours) in [
        ("1/31/2021 12 a.m. CST", "1/31/2021 0:00"),
        ("1/31/2021 1 p.m. CST", "1/31/2021 13:00"),
        ("1/31/2021 12 PM", "1/31/2021 12:00"),
        ("1/31/2021 13:00", "1/31/2021 13:00"),
    ] {
        assert_eq!(in_24_hours(stamp), hours);
    }
}

#[test]
fn what_is_not_there_is_said() {
    let faults =
        file("time,other\n", &utc(), Repair::default()).read("mw", Quantity::Load, 0, 1).unwrap_err();
    assert_eq!(told(&faults), ["f.csv:1: no column \"mw\"; there are time, other"]);
    let faults = file("time,mw\nsoon,1\n", &utc(), Repair::default()).read("mw", Quantity::Load, 0, 1);
    assert_eq!(told(&faults.unwrap_err()), ["f.csv:2: \"soon\" is not the stamp of a whole hour"]);
    let faults = file("time,mw\n", &utc(), Repair::default()).read("mw", Quantity::Load, 0, 1).unwrap_err();
    assert_eq!(told(&faults), ["f.csv: no rows"]);
    let leave = Repair { gaps: GapRule::Leave, ..Repair::default() };
    let holes = "time,mw\n2021-06-01 00:00,1\n2021-06-01 03:00,1\n";
    let read = file(holes, &utc(), leave).read("mw", Quantity::Any, hour(2021, 6, 1), 4).unwrap();
    assert_eq!(read.values, [Some(1.0), None, None, Some(1.0)]);
}
