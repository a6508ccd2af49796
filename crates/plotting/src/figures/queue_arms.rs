//! One queue under several rules: who gets power and when, what waits, and who pays for upgrades, arm by arm.
//!
//! Time to power counts everybody. Of those who wait at the end it is only known that they have waited so long,
//! and who leaves will never have power: the share with power `t` after filing is that of Aalen and Johansen,
//!
//! ```text
//! F(t) = sum over times u <= t of  S(u-) x (power at u) / (still waiting at u)        S: neither power nor gone
//! ```
//!
//! times the requests that a replication files. Arms file different numbers, because fees keep some away, so
//! numbers are shown and not shares. Cost: a sort of all requests of an arm.

use std::path::Path;

use gridrush_tables::Batch;

use super::{LEFT, LEGEND, RIGHT, rows};
use crate::axis::{Axis, largest};
use crate::legend::{Key, Legend};
use crate::page::{self, Caption, Frame, HEADING, Page, Stroke, TEXT};
use crate::panel::{HEADING_SPACE, LABEL_SPACE, Panel};
use crate::pivot::{Pivot, month, through};
use crate::style::{self, Dressed, dress, pale};
use crate::unit::{Unit, number};
use crate::{Drawn, Figure, Options, PlotError, sheet};

/// The figure.
pub(crate) struct QueueArms;

const PANEL_HEIGHT: f64 = 150.0;
const TITLE_SPACE: f64 = 16.0;
const BAR: f64 = 19.0;
const WIDTH: f64 = 1.6;
const DAYS_PER_YEAR: f64 = 365.25;
/// Power plants stand in the same table.
const PLANTS: &str = "generation";

/// What a request came to, with the days after which it did.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Power(f64),
    Left(f64),
    Waiting(f64),
}

impl End {
    fn days(self) -> f64 {
        let (End::Power(days) | End::Left(days) | End::Waiting(days)) = self;
        days
    }
}

/// An arm.
struct Arm {
    look: Dressed,
    /// Requests with power by years from filing, in a replication.
    powered: Vec<(f64, f64)>,
    /// Requests with power at the end, in a replication.
    connected: f64,
    /// Mean years from filing to power of those.
    mean_years: Option<f64>,
    /// MW by month.
    waiting_mw: Vec<f64>,
    /// Ordered upgrades, million $: charged to applicants, paid by everybody.
    upgrades_musd: [f64; 2],
    /// Charged for a kW that has signed.
    usd_per_kw: Option<f64>,
}

struct Shown {
    months: Vec<i64>,
    arms: Vec<Arm>,
}

impl Figure for QueueArms {
    fn name(&self) -> &'static str {
        "queue_arms"
    }

    fn title(&self) -> &'static str {
        "One queue under several rules"
    }

    fn concerns(&self, results: &Path) -> bool {
        ["parquet", "csv"].iter().any(|kind| results.join(format!("connections.{kind}")).is_file())
    }

    fn draw(&self, results: &Path, options: &Options) -> Result<Drawn, PlotError> {
        let shown = gather(results)?;
        let finding = finding(&shown);
        let caption = Caption { title: self.title(), finding: &finding, footer: options.footer.as_deref() };
        let panel = HEADING_SPACE + PANEL_HEIGHT + LABEL_SPACE;
        let height = 2.0 * panel + TITLE_SPACE + HEADING_SPACE + BAR * shown.arms.len() as f64;
        let svg = page::draw(&caption, height, |page| paint(page, &shown))?;
        Ok(Drawn { svg, data: data(&shown) })
    }
}

fn gather(results: &Path) -> Result<Shown, PlotError> {
    let columns =
        ["arm", "replication", "class", "mw", "power_days", "left_days", "waited_days", "upgrade_cost_usd"];
    let all = rows(results, "connections", &columns)?;
    let (arms, classes) = (all.texts("arm")?, all.texts("class")?);
    let (replications, mw) = (all.integers("replication")?, all.floats("mw")?);
    let (power, left) = (all.floats("power_days")?, all.floats("left_days")?);
    let (waited, cost) = (all.floats("waited_days")?, all.floats("upgrade_cost_usd")?);
    let loads: Vec<usize> = (0..all.len()).filter(|&row| classes.get(row) != PLANTS).collect();
    let mut names: Vec<&str> = Vec::new();
    for arm in arms.iter() {
        if !names.contains(&arm) {
            names.push(arm);
        }
    }

    let months = rows(results, "waiting_monthly", &["arm", "time_utc", "class", "mw"])?;
    let (of, class) = (months.texts("arm")?, months.texts("class")?);
    let (times, waiting_mw) = (months.integers("time_utc")?, months.floats("mw")?);
    let mine = (0..months.len()).filter(|&row| class.get(row) != PLANTS);
    let waiting = Pivot::sum(mine.map(|row| (times[row], of.get(row), waiting_mw[row])));

    let means = rows(results, "means", &["arm", "metric", "mean"])?;
    let (who, metrics, mean) = (means.texts("arm")?, means.texts("metric")?, means.floats("mean")?);
    let metric = |arm: &str, name: &str| {
        let at = (0..means.len()).find(|&row| who.get(row) == arm && metrics.get(row) == name);
        at.map_or(0.0, |row| mean[row])
    };

    let arm = |look: Dressed| {
        let own: Vec<usize> = loads.iter().copied().filter(|&row| arms.get(row) == look.name).collect();
        let runs = own.iter().map(|&row| replications[row]).max().map_or(1, |last| last + 1) as f64;
        let ends = own.iter().map(|&row| match (power[row], left[row]) {
            (days, _) if days.is_finite() => End::Power(days),
            (_, days) if days.is_finite() => End::Left(days),
            _ => End::Waiting(waited[row]),
        });
        let filed = own.len() as f64 / runs;
        let share = share_with_power(ends.collect());
        let powered = share.iter().map(|&(days, share)| (days / DAYS_PER_YEAR, share * filed)).collect();
        let waits: Vec<f64> = own.iter().map(|&row| power[row]).filter(|days| days.is_finite()).collect();
        let signed = own.iter().filter(|&&row| cost[row].is_finite());
        let (usd, kw) = signed.fold((0.0, 0.0), |(usd, kw), &row| (usd + cost[row], kw + 1e3 * mw[row]));
        Arm {
            powered,
            connected: waits.len() as f64 / runs,
            mean_years: (!waits.is_empty())
                .then(|| waits.iter().sum::<f64>() / waits.len() as f64 / DAYS_PER_YEAR),
            waiting_mw: waiting.at(&look.name, &waiting.times),
            upgrades_musd: ["upgrade_cost_musd", "upgrades_in_rate_base_musd"]
                .map(|name| metric(&look.name, name)),
            usd_per_kw: (kw > 0.0).then(|| usd / kw),
            look,
        }
    };
    let arms = dress(&names, &[]).into_iter().map(arm).collect();
    Ok(Shown { arms, months: waiting.times.clone() })
}

/// The share of requests with power by days from filing, as the corners of a stair.
fn share_with_power(mut ends: Vec<End>) -> Vec<(f64, f64)> {
    ends.sort_by(|a, b| a.days().total_cmp(&b.days()));
    let (mut waiting, mut neither, mut share) = (ends.len() as f64, 1.0, 0.0);
    let mut out = vec![(0.0, 0.0)];
    for same in ends.chunk_by(|a, b| a.days() == b.days()) {
        let days = same[0].days();
        let power = same.iter().filter(|end| matches!(end, End::Power(_))).count() as f64;
        let left = same.iter().filter(|end| matches!(end, End::Left(_))).count() as f64;
        if power > 0.0 {
            out.push((days, share));
            share += neither * power / waiting;
            out.push((days, share));
        }
        neither *= 1.0 - (power + left) / waiting;
        waiting -= same.len() as f64;
    }
    if let Some(last) = ends.last() {
        out.push((last.days(), share));
    }
    out
}

fn with_power(arm: &Arm) -> f64 {
    arm.powered.last().map_or(0.0, |(_, requests)| *requests)
}

fn finding(shown: &Shown) -> String {
    let text = |arm: &Arm| {
        let years =
            arm.mean_years.map_or(String::new(), |years| format!(" (after {} years)", number(years, 1)));
        format!("{} {}{years}", arm.look.label, number(arm.connected, 1))
    };
    let all: Vec<String> = shown.arms.iter().map(text).collect();
    format!("Requests with power at the end, and their mean wait: {}.", all.join(", "))
}

fn paint(page: &Page, shown: &Shown) -> Result<(), PlotError> {
    let frame = |top: f64| Frame { left: LEFT, top, width: RIGHT - LEFT, height: PANEL_HEIGHT };
    let stroke = |arm: &Arm| Stroke::solid(arm.look.color, WIDTH);
    let first = frame(page.top + HEADING_SPACE);
    let years = largest(shown.arms.iter().flat_map(|arm| &arm.powered).map(|(years, _)| *years));
    let most = largest(shown.arms.iter().map(with_power));
    let heading = "Requests with power, by years from filing (a replication)";
    let panel = Panel::new(page, first, heading, Axis::from_zero([years], 8), Axis::from_zero([most], 5))?;
    for arm in &shown.arms {
        panel.line(&arm.powered, stroke(arm))?;
    }
    let arms = shown.arms.iter().fold(Legend::new("Arm"), |legend, arm| {
        legend.with(Key::Line(Stroke { width: 2.5, ..stroke(arm) }), &arm.look.label)
    });
    arms.draw(page, (LEGEND, first.top))?;

    let second = frame(first.top + PANEL_HEIGHT + LABEL_SPACE + HEADING_SPACE);
    let unit = Unit::power(largest(shown.arms.iter().flat_map(|arm| arm.waiting_mw.iter().copied())));
    let top = largest(shown.arms.iter().flat_map(|arm| unit.of(&arm.waiting_mw)));
    let (from, to) = match (shown.months.first(), shown.months.last()) {
        (Some(&first), Some(&last)) => (first, month(last).1),
        _ => return Err(PlotError::Nothing("no month has a queue".to_owned())),
    };
    let heading = format!("Waiting for a connection ({}, mean of replications)", unit.label);
    let time = Axis::time(from, to, RIGHT - LEFT);
    let panel = Panel::new(page, second, &heading, time, Axis::from_zero([top], 5))?;
    for arm in &shown.arms {
        panel.line(&through(&shown.months, month, &unit.of(&arm.waiting_mw)), stroke(arm))?;
    }
    bars(page, shown, second.top + PANEL_HEIGHT + LABEL_SPACE + TITLE_SPACE)
}

/// What upgrades cost, and whom: a bar for each arm.
fn bars(page: &Page, shown: &Shown, top: f64) -> Result<(), PlotError> {
    page.text((8.0, top), "Network upgrades ordered (million $, mean of replications)", HEADING)?;
    let mut widest: f64 = 0.0;
    for arm in &shown.arms {
        widest = widest.max(style::text_width(&arm.look.label, style::TEXT_SIZE, false)?);
    }
    let left = LEFT + widest + 8.0;
    let full = largest(shown.arms.iter().map(|arm| arm.upgrades_musd.iter().sum()));
    let scale = if full > 0.0 { (RIGHT - left) * 0.62 / full } else { 0.0 };
    for (n, arm) in shown.arms.iter().enumerate() {
        let y = top + HEADING_SPACE - 6.0 + BAR * n as f64;
        page.text((LEFT, y + BAR / 2.0), &arm.look.label, TEXT)?;
        let mut at = left;
        for (musd, color) in arm.upgrades_musd.iter().zip([arm.look.color, pale(arm.look.color)]) {
            let width = scale * musd;
            page.fill(Frame { left: at, top: y + 3.0, width, height: BAR - 6.0 }, color, 1.0)?;
            at += width;
        }
        let sum = arm.upgrades_musd.iter().sum::<f64>();
        let each = arm.usd_per_kw.map_or(String::new(), |usd| format!(", {} $/kW charged", number(usd, 0)));
        page.text((at + 6.0, y + BAR / 2.0), &format!("{}{each}", number(sum, 0)), TEXT)?;
    }
    let legend = Legend::new("Paid by")
        .with(Key::Fill(style::SOFT_INK), "who connects")
        .with(Key::Fill(pale(style::SOFT_INK)), "everybody");
    legend.draw(page, (LEGEND, top))?;
    Ok(())
}

fn data(shown: &Shown) -> Batch {
    let mut out = sheet::curves();
    for arm in &shown.arms {
        let name = &arm.look.name;
        sheet::add_curve(&mut out, "with power", name, ("years from filing", "requests"), &arm.powered);
    }
    for arm in &shown.arms {
        let months = (0..).zip(&arm.waiting_mw).map(|(n, mw)| (f64::from(n), *mw));
        let points: Vec<_> = months.collect();
        sheet::add_curve(&mut out, "waiting", &arm.look.name, ("months from the start", "MW"), &points);
    }
    for arm in &shown.arms {
        for (who, musd) in ["upgrades of applicants", "upgrades of everybody"].iter().zip(arm.upgrades_musd) {
            sheet::add_curve(&mut out, who, &arm.look.name, ("", "M$"), &[(0.0, musd)]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Five requests: power on days 10 and 30, one leaves on day 20, one waits since 25 days, one since 50.
    /// F(10) = 1/5. Then 4 wait; after day 20 neither = 4/5 x 3/4 = 3/5 with 3 waiting; day 25 only leaves 2
    /// waiting. F(30) = 1/5 + 3/5 x 1/2 = 1/2.
    #[test]
    fn who_still_waits_counts_with_what_is_known() {
        let ends =
            [End::Waiting(50.0), End::Power(30.0), End::Left(20.0), End::Waiting(25.0), End::Power(10.0)];
        let got = share_with_power(ends.to_vec());
        let want = [(0.0, 0.0), (10.0, 0.0), (10.0, 0.2), (30.0, 0.2), (30.0, 0.5), (50.0, 0.5)];
        assert_eq!(got.len(), want.len());
        for (got, want) in got.iter().zip(want) {
            assert!(got.0 == want.0 && (got.1 - want.1).abs() < 1e-12, "{got:?} {want:?}");
        }
        // Without anybody waiting it is the plain share.
        let known = share_with_power(vec![End::Power(1.0), End::Left(2.0), End::Power(3.0), End::Left(9.0)]);
        assert!((known.last().unwrap().1 - 0.5).abs() < 1e-12);
        assert_eq!(share_with_power(Vec::new()), [(0.0, 0.0)]);
    }
}
