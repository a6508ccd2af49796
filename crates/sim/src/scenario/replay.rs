//! `[replay]`: real hours in place of the weather model, from files of the user.

use std::collections::BTreeMap;

use gridrush_core::weather::record::{DateOrder, HourLabel, Layout, StampClock};
use gridrush_core::weather::replay::{DropRule, GapRule, OutlierRule, Repair, RepeatRule};

use super::Dated;
use super::declare::{choices, section};

choices! {
    /// Which end of the hour a time stamp names.
    HourName {
        /// 00:00 is the hour from 00:00 to 01:00.
        Beginning = "beginning",
        /// 01:00 is the hour from 00:00 to 01:00.
        Ending = "ending",
    }
}

choices! {
    /// Which clock the stamps of a file are written in.
    ClockName {
        /// UTC.
        Utc = "utc",
        /// The region's standard time all year.
        Standard = "standard",
        /// The region's prevailing time, with the hour that spring skips and the one that autumn has twice.
        Prevailing = "prevailing",
    }
}

choices! {
    /// Order of a date's parts.
    DateName {
        /// 2021-01-31
        YearMonthDay = "year_month_day",
        /// 01/31/2021
        MonthDayYear = "month_day_year",
        /// 31/01/2021
        DayMonthYear = "day_month_year",
    }
}

choices! {
    /// What happens to hours without a value.
    GapName {
        /// The file is refused.
        Refuse = "refuse",
        /// A straight line between the hours before and after.
        Interpolate = "interpolate",
    }
}

choices! {
    /// What happens to a level that cannot be true.
    OutlierName {
        /// The file is refused.
        Refuse = "refuse",
        /// The hour counts as one without a value.
        Drop = "drop",
        /// It is believed.
        Keep = "keep",
    }
}

choices! {
    /// What happens to an hour that comes more than once.
    RepeatName {
        /// The file is refused.
        Refuse = "refuse",
        /// The first line counts.
        First = "first",
        /// The last line counts.
        Last = "last",
    }
}

choices! {
    /// What happens to text in place of a number, or to an hour that the local clock skips.
    DropName {
        /// The file is refused.
        Refuse = "refuse",
        /// It is left out.
        Drop = "drop",
    }
}

choices! {
    /// The unit of replayed wind or sun.
    OutputUnit {
        /// Megawatts: divided by capacity.
        Mw = "mw",
        /// Parts of capacity.
        Share = "share",
    }
}

section! {
    /// What may be done to dirty files. Without a rule the file is refused, with every fault and its line.
    Repairs {
        /// Hours without a value.
        gaps: GapName = GapName::Refuse, "", "";
        /// Longest gap that is interpolated.
        max_gap_hours: u32 = 3, "h", "assumed", 1.0..=168.0;
        /// Levels that cannot be true: no load, more than 6 times the upper quartile, a load below a sixth of the
        /// median or alone 30 % of the median away from both neighbours, more than 6 equal hours in a row.
        outliers: OutlierName = OutlierName::Refuse, "", "";
        /// Hours that come more than once.
        repeats: RepeatName = RepeatName::Refuse, "", "";
        /// Text in place of a number; left out, it is a gap.
        text: DropName = DropName::Refuse, "", "";
        /// Hours that the prevailing clock skips in spring.
        skipped: DropName = DropName::Refuse, "", "";
    }
}

section! {
    /// How hourly files are read: a CSV file with a header, one row an hour.
    HourlyFormat {
        /// What the files are and where the public finds them; said when one is missing.
        source: Option<String> = None, "", "";
        /// Header of the time column.
        time_column: String = "time".to_owned(), "", "";
        /// Header of the column of hours, where the time column holds the day only.
        hour_column: Option<String> = None, "", "";
        /// Header of the column that says whose row it is, where all places stand below one another.
        only_column: Option<String> = None, "", "";
        /// Which end of the hour the stamps name.
        hour: HourName = HourName::Beginning, "", "";
        /// The clock of the stamps.
        clock: ClockName = ClockName::Utc, "", "";
        /// Order of the parts of a date.
        date: DateName = DateName::YearMonthDay, "", "";
    }
    tables {
        /// What may be done to dirty files.
        repair: Repairs;
    }
}

section! {
    /// Real hours in place of the weather model. What is not named here stays with the model. Replayed load is
    /// all load: it grows by no rate, and mines and campuses of that time are part of it, so a run usually goes
    /// with `load.large_loads = false`.
    Replay {}
    tables {
        /// How files of load are read.
        load_format: HourlyFormat;
        /// How files of wind and sun are read.
        generation_format: HourlyFormat;
    }
    lists {
        /// Load of a zone.
        load: ReplayLoad;
        /// Wind or sun.
        generation: ReplayGeneration;
    }
}

section! {
    /// The load of a zone.
    ReplayLoad {
        /// The zone.
        zone: String, "", "";
        /// The file; path from the scenario file or in `observed_folder`.
        file: String, "", "";
        /// Header of the column, in MW.
        column: String, "", "";
        /// What must stand in `only_column`.
        only: Option<String> = None, "", "";
        /// The part of the column that is this zone's.
        factor: f64 = 1.0, "", "all of it", 0.0..=1000.0;
    }
}

section! {
    /// Wind or sun, a series of the region's `weather.toml`. Metered output is output after curtailment, so what
    /// could have run in curtailed hours is not seen.
    ReplayGeneration {
        /// The series.
        series: String, "", "";
        /// The file; path from the scenario file or in `observed_folder`.
        file: String, "", "";
        /// Header of the column.
        column: String, "", "";
        /// What must stand in `only_column`.
        only: Option<String> = None, "", "";
        /// The unit of the column.
        unit: OutputUnit = OutputUnit::Mw, "", "";
        /// Installed capacity that megawatts are divided by, linear between dates; without it the region's plants of the
        /// hour, so that these give just the megawatts of the file.
        capacity_by_date_mw: Dated = Dated::default(), "MW", "", 0.0..=10000000.0;
    }
}

impl Repairs {
    /// The rules.
    pub fn rules(&self) -> Repair {
        let dropped = |name: DropName| if name.drops() { DropRule::Drop } else { DropRule::Refuse };
        Repair {
            gaps: match self.gaps {
                GapName::Refuse => GapRule::Refuse,
                GapName::Interpolate => GapRule::Interpolate,
            },
            max_gap_hours: self.max_gap_hours,
            outliers: match self.outliers {
                OutlierName::Refuse => OutlierRule::Refuse,
                OutlierName::Drop => OutlierRule::Drop,
                OutlierName::Keep => OutlierRule::Keep,
            },
            repeats: match self.repeats {
                RepeatName::Refuse => RepeatRule::Refuse,
                RepeatName::First => RepeatRule::First,
                RepeatName::Last => RepeatRule::Last,
            },
            text: dropped(self.text),
            skipped: dropped(self.skipped),
        }
    }
}

impl DropName {
    /// Whether it is left out.
    pub(crate) fn drops(self) -> bool {
        self == DropName::Drop
    }
}

impl DateName {
    /// As the reader of records knows it.
    pub(crate) fn order(self) -> DateOrder {
        match self {
            DateName::YearMonthDay => DateOrder::YearMonthDay,
            DateName::MonthDayYear => DateOrder::MonthDayYear,
            DateName::DayMonthYear => DateOrder::DayMonthYear,
        }
    }
}

impl HourlyFormat {
    /// The conventions.
    pub fn layout(&self) -> Layout {
        Layout {
            time_columns: vec![self.time_column.clone()],
            hour: match self.hour {
                HourName::Beginning => HourLabel::Beginning,
                HourName::Ending => HourLabel::Ending,
            },
            clock: match self.clock {
                ClockName::Utc => StampClock::Utc,
                ClockName::Standard => StampClock::Standard,
                ClockName::Prevailing => StampClock::Prevailing,
            },
            date: self.date.order(),
        }
    }
}

/// Lists whose entries name a file under `file`, and the table that says what these files are.
pub(super) const FILE_LISTS: &[(&str, &str)] = &[
    ("replay.load", "replay.load_format"),
    ("replay.generation", "replay.generation_format"),
    ("fuel.files", "fuel"),
    ("backtest.prices", "backtest.price_format"),
    ("backtest.outputs", "backtest.output_format"),
];

impl Dated {
    /// The value at a day that is `day` days after 1970-01-01, linear between dates and level beyond them;
    /// `None` without dates. `days_of` counts a date's days.
    pub fn linear_at(&self, day: f64, days_of: impl Fn(jiff::civil::Date) -> f64) -> Option<f64> {
        let points: BTreeMap<i64, f64> = self.iter().map(|(date, x)| (days_of(date) as i64, x)).collect();
        let before = points.range(..=day as i64).next_back();
        let after = points.range(day as i64 + 1..).next();
        match (before, after) {
            (Some((&d0, &x0)), Some((&d1, &x1))) => {
                Some(x0 + (x1 - x0) * (day - d0 as f64) / (d1 - d0) as f64)
            }
            (Some((_, &x)), None) | (None, Some((_, &x))) => Some(x),
            (None, None) => None,
        }
    }
}
