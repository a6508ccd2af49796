//! The chart of a brief: every pair of runs a dot, each interval a band, zero a line.

use gridrush_tables::Batch;

use crate::PlotError;
use crate::axis::Axis;
use crate::page::{self, Anchor, Caption, Frame, HEADING, Stroke, TEXT, Type};
use crate::style::{self, Color};

const HEIGHT: f64 = 118.0;
const LEFT: f64 = 184.0;
const RIGHT: f64 = 650.0;
const ROW: f64 = 46.0;
/// Rows by the word in `pairs`: heading, what its band is, columns of its ends.
const ROWS: [(&str, &str, &str, [&str; 2]); 2] = [
    ("best guesses", "At best guesses", "band: 95 % simulation interval", ["low", "high"]),
    ("draw", "Draws of what is uncertain", "band: total interval", ["total_low", "total_high"]),
];

/// Draws the difference of every pair of table `pairs`, with the intervals of table `answer`.
pub(super) fn draw(pairs: &Batch, answer: &Batch, says: &str) -> Result<String, PlotError> {
    let (parts, differences) = (pairs.texts("part")?, pairs.floats("difference")?);
    let one = |name: &str| {
        let value = answer.floats(name)?.first().copied();
        value.ok_or_else(|| PlotError::Nothing("table answer is empty".to_owned()))
    };
    let unit = answer.texts("unit")?.iter().next().unwrap_or("").to_owned();
    let mean = one("difference")?;
    let mut ends = Vec::new();
    for (.., columns) in ROWS {
        ends.push([one(columns[0])?, one(columns[1])?]);
    }
    let all = differences.iter().chain(ends.iter().flatten()).copied().filter(|x| x.is_finite());
    let (low, high) = all.fold((0.0_f64, 0.0_f64), |(low, high), x| (low.min(x), high.max(x)));
    let axis = Axis::linear(low, high, 8);
    let at = |x: f64| LEFT + (RIGHT - LEFT) * axis.part(x);
    let title = format!("With the policy less without it, {unit}");
    let caption = Caption { title: &title, finding: says, footer: None };
    page::draw(&caption, HEIGHT, |page| {
        let (top, bottom) = (page.top, page.top + ROW * ROWS.len() as f64 + 4.0);
        for (x, label) in &axis.labels {
            page.line(&[(at(*x), top), (at(*x), bottom)], Stroke::solid(style::GRID, 0.75))?;
            page.text((at(*x), bottom + 10.0), label, Type { anchor: Anchor::Center, ..TEXT })?;
        }
        page.line(&[(at(0.0), top), (at(0.0), bottom)], Stroke::solid(style::INK, 1.25))?;
        for (number, ((part, heading, band, _), [low, high])) in ROWS.into_iter().zip(&ends).enumerate() {
            let middle = top + ROW * (number as f64 + 0.5);
            let mine: Vec<f64> =
                parts.iter().zip(differences).filter(|(of, _)| *of == part).map(|(_, x)| *x).collect();
            page.text((8.0, middle - 14.0), heading, HEADING)?;
            page.text(
                (8.0, middle),
                &format!("{} {}", mine.len(), if mine.len() == 1 { "pair of runs" } else { "pairs of runs" }),
                TEXT,
            )?;
            let color = if number == 0 { BEST } else { DRAWS };
            if low.is_finite() && high.is_finite() {
                page.text((8.0, middle + 14.0), band, TEXT)?;
                let width = (at(*high) - at(*low)).max(1.5);
                let frame = Frame { left: at(*low), top: middle - 18.0, width, height: 36.0 };
                page.fill(frame, style::pale(color), 1.0)?;
            }
            for (i, x) in mine.iter().enumerate() {
                // Beside one another, so that equal dots are seen.
                let aside = [0.0, -7.0, 7.0, -3.5, 10.5, 3.5, -10.5][i % 7];
                page.dot((at(*x), middle + aside), 2.2, color)?;
            }
            if number == 0 && mean.is_finite() {
                let line = [(at(mean), middle - 18.0), (at(mean), middle + 18.0)];
                page.line(&line, Stroke::solid(style::MODEL, 2.0))?;
            }
        }
        page.line(&[(at(0.0), top), (at(0.0), bottom)], Stroke::solid(style::INK, 0.75))?;
        Ok(())
    })
}

const BEST: Color = style::MODEL;
const DRAWS: Color = plotters::style::RGBColor(0x00, 0x72, 0xB2);
