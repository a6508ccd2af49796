//! Figures from result tables.
//!
//! [`draw_all`] reads the tables of a run and writes each figure as `<name>.svg` with the numbers that it
//! shows as `<name>.csv` beside it, and PNG and PDF with the feature `figures`. A figure is drawn once, to
//! SVG; the other formats are made from that file.
//!
//! [`brief()`] makes a page of HTML of the tables of a brief.
//!
//! Nothing of the simulator is known here, only the names of tables and columns. The same tables give the
//! same SVG and CSV bytes.

mod axis;
mod brief;
mod error;
mod figure;
mod figures;
mod legend;
mod page;
mod panel;
mod pivot;
#[cfg(feature = "figures")]
mod raster;
mod sheet;
mod style;
mod svg;
mod unit;

pub use brief::brief;
pub use error::PlotError;
pub use figure::{Drawn, Figure, Options, Outcome, Skipped, draw_all, draw_arms, draw_figure};
pub use figures::all;
