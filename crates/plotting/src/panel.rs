//! A panel: axes with their grid, and areas, lines and bars in the units of the data.
//!
//! The value axis carries no rotated title: the heading above the panel says what is shown and in which unit.

use plotters::coord::cartesian::Cartesian2d;
use plotters::drawing::DrawingArea;
use plotters::element::{PathElement, Polygon, Rectangle};
use plotters::style::Color as _;

use crate::PlotError;
use crate::axis::Axis;
use crate::page::{Anchor, Frame, HEADING, Page, Stroke, Svg, TEXT};
use crate::style::{self, Color, FINENESS};

/// A panel of a page.
pub(crate) struct Panel<'a, 'b> {
    page: &'a Page<'b>,
    area: DrawingArea<Svg<'b>, Cartesian2d<Axis, Axis>>,
    x: Axis,
    y: Axis,
    frame: Frame,
}

/// The space that a heading takes above the frame of its panel.
pub(crate) const HEADING_SPACE: f64 = 20.0;
/// The space that labels take below the frame.
pub(crate) const LABEL_SPACE: f64 = 18.0;

impl<'a, 'b> Panel<'a, 'b> {
    /// Draws the grid, the labels and the heading of a panel whose data fill `frame`.
    pub fn new(page: &'a Page<'b>, frame: Frame, heading: &str, x: Axis, y: Axis) -> Result<Self, PlotError> {
        let fine = f64::from(FINENESS);
        let [left, right] = [frame.left, frame.left + frame.width].map(|at| (at * fine).round() as i32);
        let [top, bottom] = [frame.top, frame.top + frame.height].map(|at| (at * fine).round() as i32);
        let inner = page.area.clone().shrink((left, top), (right - left, bottom - top));
        let coordinates = Cartesian2d::<Axis, Axis>::new(x.clone(), y.clone(), (left..right, bottom..top));
        let area = inner.apply_coord_spec(coordinates);

        area.draw_mesh(|backend, line| line.draw(backend, &Stroke::solid(style::GRID, 0.75).shape()), 0, 0)?;
        let panel = Panel { page, area, x, y, frame };
        page.text((frame.left - 34.0, frame.top - 11.0), heading, HEADING)?;
        for (at, label) in &panel.y.labels {
            let (_, y) = panel.place(panel.x.low(), *at);
            page.text((frame.left - 5.0, y), label, crate::page::Type { anchor: Anchor::Right, ..TEXT })?;
        }
        for (at, label) in &panel.x.labels {
            let (x, _) = panel.place(*at, panel.y.low());
            let below = frame.top + frame.height + 9.0;
            page.text((x, below), label, crate::page::Type { anchor: Anchor::Center, ..TEXT })?;
        }
        Ok(panel)
    }

    /// Where a point of the data stands on the page.
    pub fn place(&self, x: f64, y: f64) -> (f64, f64) {
        let frame = self.frame;
        (
            frame.left + frame.width * self.x.part(x).clamp(0.0, 1.0),
            frame.top + frame.height * (1.0 - self.y.part(y).clamp(0.0, 1.0)),
        )
    }

    /// The data's area on the page.
    pub fn frame(&self) -> Frame {
        self.frame
    }

    /// Draws a line; it breaks where a value is not a number.
    pub fn line(&self, points: &[(f64, f64)], stroke: Stroke) -> Result<(), PlotError> {
        for piece in points.split(|point| !point.1.is_finite()).filter(|piece| !piece.is_empty()) {
            if stroke.dash.is_some() {
                let placed: Vec<_> = piece.iter().map(|&(x, y)| self.place(x, y)).collect();
                self.page.line(&placed, stroke)?;
            } else {
                self.area.draw(&PathElement::new(piece.to_vec(), stroke.shape()))?;
            }
        }
        Ok(())
    }

    /// Fills what lies between two lines over the same positions.
    pub fn band(
        &self,
        lower: &[(f64, f64)],
        upper: &[(f64, f64)],
        color: Color,
        opacity: f64,
    ) -> Result<(), PlotError> {
        let outline: Vec<_> = lower.iter().chain(upper.iter().rev()).copied().collect();
        Ok(self.area.draw(&Polygon::new(outline, color.mix(opacity).filled()))?)
    }

    /// Fills stacked areas, given from the bottom by their values at the positions `xs`.
    ///
    /// Each area is drawn down to zero, the topmost first, so that no seams show between them.
    pub fn stack(&self, xs: &[f64], layers: &[(Vec<f64>, Color)]) -> Result<(), PlotError> {
        let mut tops = vec![vec![0.0; xs.len()]];
        for (values, _) in layers {
            let below = &tops[tops.len() - 1];
            let top = below.iter().zip(values).map(|(below, value)| below + finite(*value));
            tops.push(top.collect());
        }
        for (top, (values, color)) in tops[1..].iter().zip(layers).rev() {
            if values.iter().any(|&value| finite(value) > 0.0) {
                let mut outline: Vec<_> = xs.iter().copied().zip(top.iter().copied()).collect();
                outline.push((xs[xs.len() - 1], 0.0));
                outline.push((xs[0], 0.0));
                self.area.draw(&Polygon::new(outline, color.filled()))?;
            }
        }
        Ok(())
    }

    /// Fills a bar.
    pub fn bar(
        &self,
        (from, to): (f64, f64),
        (low, high): (f64, f64),
        color: Color,
    ) -> Result<(), PlotError> {
        if low == high {
            return Ok(());
        }
        Ok(self.area.draw(&Rectangle::new([(from, high), (to, low)], color.filled()))?)
    }

    /// Draws a line across the panel at a position.
    pub fn rule(&self, x: f64, stroke: Stroke) -> Result<(), PlotError> {
        let (x, _) = self.place(x, self.y.low());
        self.page.line(&[(x, self.frame.top), (x, self.frame.top + self.frame.height)], stroke)
    }

    /// Draws the line of zero, for panels that have values on both sides.
    pub fn zero(&self) -> Result<(), PlotError> {
        let (_, y) = self.place(self.x.low(), 0.0);
        let ends = [(self.frame.left, y), (self.frame.left + self.frame.width, y)];
        self.page.line(&ends, Stroke::solid(style::SOFT_INK, 0.75))
    }
}

/// Frames of panels one below the other that share their x axis, between `left` and `right` of a page.
///
/// `heights` are those of the data areas; headings and the labels of the last are added.
pub(crate) fn column(page: &Page, left: f64, right: f64, heights: &[f64]) -> Vec<Frame> {
    let mut top = page.top;
    let frames = heights.iter().map(|&height| {
        top += HEADING_SPACE;
        let frame = Frame { left, top, width: right - left, height };
        top += height + 8.0;
        frame
    });
    frames.collect()
}

/// The height that [`column`] needs.
pub(crate) fn column_height(heights: &[f64]) -> f64 {
    heights.iter().map(|height| height + HEADING_SPACE + 8.0).sum::<f64>() - 8.0 + LABEL_SPACE
}

fn finite(value: f64) -> f64 {
    if value.is_finite() { value } else { 0.0 }
}
