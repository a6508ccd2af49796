//! A page: one SVG canvas with a title, a sentence below it, and a footer. Lengths are in pixels on paper.

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Rectangle, Text};
use plotters::prelude::SVGBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, ShapeStyle, WHITE};

use crate::style::{self, Color, FINENESS};
use crate::{PlotError, svg};

/// What stands around the panels of a figure.
pub(crate) struct Caption<'a> {
    pub title: &'a str,
    /// What the figure found, in a sentence or two.
    pub finding: &'a str,
    pub footer: Option<&'a str>,
}

/// A rectangle on a page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

/// How a text hangs on its point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Anchor {
    Left,
    Center,
    Right,
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Type {
    pub size: f64,
    pub bold: bool,
    pub color: Color,
    pub anchor: Anchor,
}

/// Ordinary text.
pub(crate) const TEXT: Type =
    Type { size: style::TEXT_SIZE, bold: false, color: style::SOFT_INK, anchor: Anchor::Left };
/// The heading of a panel or legend.
pub(crate) const HEADING: Type =
    Type { size: style::HEADING_SIZE, bold: true, color: style::INK, anchor: Anchor::Left };

/// How a line looks; `dash` is the length of its dashes and gaps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stroke {
    pub color: Color,
    pub width: f64,
    pub dash: Option<f64>,
}

impl Stroke {
    /// An unbroken line.
    pub const fn solid(color: Color, width: f64) -> Stroke {
        Stroke { color, width, dash: None }
    }

    /// A broken line.
    pub const fn dashed(color: Color, width: f64) -> Stroke {
        Stroke { color, width, dash: Some(3.0) }
    }

    /// For the drawing library, on the canvas.
    pub fn shape(self) -> ShapeStyle {
        self.color.stroke_width((self.width * f64::from(FINENESS)).round() as u32)
    }
}

/// The backend that all figures are drawn with.
pub(crate) type Svg<'a> = SVGBackend<'a>;

/// A page that is being drawn.
pub(crate) struct Page<'a> {
    pub(crate) area: DrawingArea<Svg<'a>, Shift>,
    /// Where panels may begin.
    pub top: f64,
}

const MARGIN: f64 = 8.0;

/// Draws a figure whose panels need `height` pixels.
pub(crate) fn draw(
    caption: &Caption,
    height: f64,
    panels: impl FnOnce(&Page) -> Result<(), PlotError>,
) -> Result<String, PlotError> {
    // A number stays with its unit.
    let finding = [" %", " $/"]
        .iter()
        .fold(caption.finding.to_owned(), |text, unit| text.replace(unit, &unit.replace(' ', "\u{a0}")));
    let lines = wrap(&finding, (style::WIDTH - 2.0 * MARGIN) / OTHER_FONTS)?;
    let top = 30.0 + 14.0 * lines.len() as f64;
    let foot = if caption.footer.is_some() { 20.0 } else { 6.0 };
    let whole = (top + height + foot).ceil();
    let size = (style::WIDTH as u32, whole as u32);
    let mut drawing = String::new();
    {
        let canvas = SVGBackend::with_string(&mut drawing, (size.0 * FINENESS, size.1 * FINENESS));
        let area = canvas.into_drawing_area();
        area.fill(&WHITE)?;
        let page = Page { area, top };
        let title = Type { size: style::TITLE_SIZE, bold: true, color: style::INK, anchor: Anchor::Left };
        page.text((MARGIN, 15.0), caption.title, title)?;
        for (index, line) in lines.iter().enumerate() {
            page.text((MARGIN, 33.0 + 14.0 * index as f64), line, TEXT)?;
        }
        if let Some(footer) = caption.footer {
            let small = Type { size: style::FOOTER_SIZE, ..TEXT };
            page.text((MARGIN, whole - 9.0), footer, small)?;
        }
        panels(&page)?;
        page.area.present()?;
    }
    let description = format!("{}. {}", caption.title, caption.finding);
    Ok(svg::finish(&drawing, size.0, size.1, FINENESS, description.trim()))
}

impl Page<'_> {
    /// Writes a text whose middle line stands at a point.
    pub fn text(&self, (x, y): (f64, f64), text: &str, look: Type) -> Result<(), PlotError> {
        let h_pos = match look.anchor {
            Anchor::Left => HPos::Left,
            Anchor::Center => HPos::Center,
            Anchor::Right => HPos::Right,
        };
        let font = style::font(look.size, look.bold).color(&look.color).pos(Pos::new(h_pos, VPos::Center));
        Ok(self.area.draw(&Text::new(text.to_owned(), canvas((x, y)), font))?)
    }

    /// Draws a line through points.
    pub fn line(&self, points: &[(f64, f64)], stroke: Stroke) -> Result<(), PlotError> {
        let pieces = match stroke.dash {
            Some(length) => dashes(points, length),
            None => vec![points.to_vec()],
        };
        for piece in pieces {
            let points: Vec<_> = piece.into_iter().map(canvas).collect();
            self.area.draw(&PathElement::new(points, stroke.shape()))?;
        }
        Ok(())
    }

    /// Fills a rectangle.
    pub fn fill(&self, frame: Frame, color: Color, opacity: f64) -> Result<(), PlotError> {
        let corners =
            [canvas((frame.left, frame.top)), canvas((frame.left + frame.width, frame.top + frame.height))];
        Ok(self.area.draw(&Rectangle::new(corners, color.mix(opacity).filled()))?)
    }

    /// Draws a dot.
    pub fn dot(&self, center: (f64, f64), radius: f64, color: Color) -> Result<(), PlotError> {
        let radius = (radius * f64::from(FINENESS)).round() as i32;
        Ok(self.area.draw(&Circle::new(canvas(center), radius, color.filled()))?)
    }
}

fn canvas((x, y): (f64, f64)) -> (i32, i32) {
    let fine = f64::from(FINENESS);
    ((x * fine).round() as i32, (y * fine).round() as i32)
}

/// Cuts a line into dashes that are as long as the gaps between them, carried on over corners.
fn dashes(points: &[(f64, f64)], length: f64) -> Vec<Vec<(f64, f64)>> {
    let mut pieces = Vec::new();
    let mut piece: Vec<(f64, f64)> = points.first().copied().into_iter().collect();
    let (mut left, mut drawing) = (length, true);
    for pair in points.windows(2) {
        let ((mut x, mut y), (to_x, to_y)) = (pair[0], pair[1]);
        loop {
            let rest = (to_x - x).hypot(to_y - y);
            if rest < left {
                left -= rest;
                break;
            }
            let part = left / rest;
            (x, y) = (x + (to_x - x) * part, y + (to_y - y) * part);
            if drawing {
                piece.push((x, y));
                pieces.push(std::mem::take(&mut piece));
            } else {
                piece.push((x, y));
            }
            (left, drawing) = (length, !drawing);
        }
        if drawing {
            piece.push((to_x, to_y));
        }
    }
    if piece.len() > 1 {
        pieces.push(piece);
    }
    pieces
}

/// A viewer without the house font may set text this much wider.
const OTHER_FONTS: f64 = 1.18;

/// Breaks a text into lines of at most `width` pixels, between words.
fn wrap(text: &str, width: f64) -> Result<Vec<String>, PlotError> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if let Some(line) = lines.last_mut() {
            let longer = format!("{line} {word}");
            if style::text_width(&longer, style::TEXT_SIZE, false)? <= width {
                *line = longer;
                continue;
            }
        }
        lines.push(word.to_owned());
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_cover_half_of_a_line_with_corners() {
        let pieces = dashes(&[(0.0, 0.0), (10.0, 0.0), (10.0, 11.0)], 3.0);
        let length: f64 = pieces
            .iter()
            .flat_map(|piece| piece.windows(2).map(|p| (p[1].0 - p[0].0).hypot(p[1].1 - p[0].1)))
            .sum();
        // 21 px: dashes at 0-3, 6-9, 12-15, 18-21.
        assert_eq!(pieces.len(), 4);
        assert!((length - 12.0).abs() < 1e-9);
        assert_eq!(dashes(&[], 3.0).len(), 0);
    }

    #[test]
    fn long_sentences_break_between_words() {
        let text = "the quick brown fox jumps over the lazy dog";
        let lines = wrap(text, 100.0).unwrap();
        assert!(lines.len() > 1);
        assert_eq!(lines.join(" "), text);
        for line in &lines {
            assert!(style::text_width(line, style::TEXT_SIZE, false).unwrap() <= 100.0);
        }
        assert!(wrap("", 100.0).unwrap().is_empty());
    }
}
