//! What can go wrong with a figure.

use std::io;
use std::path::PathBuf;

use gridrush_tables::TableError;
use plotters::drawing::DrawingAreaErrorKind;
use thiserror::Error;

/// A fault of a figure.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PlotError {
    /// A table could not be read, or a file not written.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The tables hold nothing that the figure could show.
    #[error("nothing to show: {0}")]
    Nothing(String),
    /// The drawing library refused.
    #[error("drawing failed: {0}")]
    Draw(String),
    /// PNG or PDF could not be made from the SVG.
    #[error("cannot make {} from its SVG: {reason}", path.display())]
    Raster {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The folder for the figures could not be made.
    #[error("cannot create {}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl PlotError {
    /// Whether only this figure cannot be drawn, because its tables are missing, empty or lack a column.
    pub fn is_lack_of_data(&self) -> bool {
        matches!(
            self,
            PlotError::Nothing(_) | PlotError::Table(TableError::Missing { .. } | TableError::Column { .. })
        )
    }
}

impl From<DrawingAreaErrorKind<io::Error>> for PlotError {
    fn from(error: DrawingAreaErrorKind<io::Error>) -> PlotError {
        PlotError::Draw(error.to_string())
    }
}
