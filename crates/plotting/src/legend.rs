//! A legend beside the panels: the drawing library can only put one inside.

use crate::PlotError;
use crate::page::{Frame, HEADING, Page, Stroke, TEXT};
use crate::style::{self, Color, Dressed};

/// What stands before a label.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Key {
    /// An area or a bar.
    Fill(Color),
    /// A band that lets through what is below.
    Band(Color),
    /// A line.
    Line(Stroke),
    /// A line with dots.
    Dots(Stroke),
}

/// A heading and its entries, from the top.
#[derive(Clone, Debug, Default)]
pub(crate) struct Legend {
    heading: String,
    entries: Vec<(Key, String)>,
}

/// The opacity of bands, in figures and legends.
pub(crate) const BAND_OPACITY: f64 = 0.18;
const LINE_HEIGHT: f64 = 14.5;
const KEY_WIDTH: f64 = 16.0;

impl Legend {
    /// An empty legend.
    pub fn new(heading: &str) -> Legend {
        Legend { heading: heading.to_owned(), entries: Vec::new() }
    }

    /// Adds an entry below.
    #[must_use]
    pub fn with(mut self, key: Key, label: &str) -> Legend {
        self.entries.push((key, label.to_owned()));
        self
    }

    /// Adds filled entries for a stack that is given from the bottom, so that the legend has its order.
    #[must_use]
    pub fn with_stack(mut self, stack: &[Dressed]) -> Legend {
        self.entries.extend(stack.iter().rev().map(|one| (Key::Fill(one.color), one.label.clone())));
        self
    }

    /// Draws it with its left upper corner at a point; returns where the next may begin.
    pub fn draw(&self, page: &Page, (left, top): (f64, f64)) -> Result<f64, PlotError> {
        let mut y = top;
        if !self.heading.is_empty() {
            page.text((left, y + 4.0), &self.heading, HEADING)?;
            y += LINE_HEIGHT + 1.0;
        }
        for (key, label) in &self.entries {
            let middle = y + 4.0;
            let swatch = Frame { left, top: middle - 4.5, width: KEY_WIDTH - 4.0, height: 9.0 };
            let ends = [(left, middle), (left + KEY_WIDTH - 2.0, middle)];
            match *key {
                Key::Fill(color) => page.fill(swatch, color, 1.0)?,
                Key::Band(color) => page.fill(swatch, color, BAND_OPACITY)?,
                Key::Line(stroke) => page.line(&ends, stroke)?,
                Key::Dots(stroke) => {
                    page.line(&ends, stroke)?;
                    page.dot((left + (KEY_WIDTH - 2.0) / 2.0, middle), 2.2, stroke.color)?;
                }
            }
            let lines: Vec<&str> = label.split('\n').collect();
            for line in lines {
                page.text(
                    (left + KEY_WIDTH + 2.0, y + 4.0),
                    line,
                    crate::page::Type { color: style::INK, ..TEXT },
                )?;
                y += LINE_HEIGHT - 2.0;
            }
            y += 2.0;
        }
        Ok(y + 6.0)
    }
}
