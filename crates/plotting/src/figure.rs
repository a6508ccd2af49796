//! A figure: its name, and how it becomes an SVG and a table of what it shows.

use std::fs;
use std::path::{Path, PathBuf};

use gridrush_tables::{Batch, atomic, write_csv};

use crate::{PlotError, figures};

/// What the caller decides about all figures.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// A small line at the foot of every figure, such as the scenario and the nature of its network.
    pub footer: Option<String>,
}

/// A figure in memory.
#[derive(Debug)]
pub struct Drawn {
    /// The picture.
    pub svg: String,
    /// The numbers that it shows.
    pub data: Batch,
}

/// One kind of figure, drawn from the tables of a run.
pub trait Figure {
    /// Its name, also the stem of its files.
    fn name(&self) -> &'static str;
    /// Its title.
    fn title(&self) -> &'static str;
    /// Whether results of this kind may hold what it shows; others pass over it without a word.
    fn concerns(&self, _results: &Path) -> bool {
        true
    }
    /// Draws it from the tables in the folder `results`.
    ///
    /// # Errors
    /// [`PlotError::is_lack_of_data`] if the tables do not hold what it shows.
    fn draw(&self, results: &Path, options: &Options) -> Result<Drawn, PlotError>;
}

/// A figure that was not drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Its name.
    pub figure: &'static str,
    /// Why: what the tables lack.
    pub reason: String,
}

/// What [`draw_all`] did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The files, figure by figure.
    pub written: Vec<PathBuf>,
    /// The figures for which the tables lack something.
    pub skipped: Vec<Skipped>,
}

/// Draws every figure for which the folder `results` has tables into the folder `out`.
///
/// # Errors
/// A damaged table or a file that cannot be written. A missing or empty table is no error: its figures are
/// listed as skipped.
pub fn draw_all(results: &Path, out: &Path, options: &Options) -> Result<Outcome, PlotError> {
    draw_each(&figures::all(), results, out, options)
}

/// As [`draw_all`], for the figures that compare arms, from the folder of a comparison.
///
/// # Errors
/// As [`draw_all`].
pub fn draw_arms(results: &Path, out: &Path, options: &Options) -> Result<Outcome, PlotError> {
    draw_each(&[&figures::QUEUE_ARMS], results, out, options)
}

fn draw_each(
    all: &[&'static dyn Figure],
    results: &Path,
    out: &Path,
    options: &Options,
) -> Result<Outcome, PlotError> {
    let mut outcome = Outcome::default();
    for &figure in all.iter().filter(|figure| figure.concerns(results)) {
        match draw_figure(figure, results, out, options) {
            Ok(paths) => outcome.written.extend(paths),
            Err(error) if error.is_lack_of_data() => {
                outcome.skipped.push(Skipped { figure: figure.name(), reason: error.to_string() });
            }
            Err(error) => return Err(error),
        }
    }
    Ok(outcome)
}

/// Draws one figure into the folder `out` and returns its files.
pub fn draw_figure(
    figure: &dyn Figure,
    results: &Path,
    out: &Path,
    options: &Options,
) -> Result<Vec<PathBuf>, PlotError> {
    let drawn = figure.draw(results, options)?;
    fs::create_dir_all(out).map_err(|source| PlotError::Folder { path: out.to_path_buf(), source })?;
    let path = |extension: &str| out.join(format!("{}.{extension}", figure.name()));
    atomic::write(&path("svg"), drawn.svg.as_bytes())?;
    write_csv(&path("csv"), &drawn.data)?;
    let mut written = vec![path("svg"), path("csv")];
    written.extend(more_formats(&drawn.svg, &path)?);
    Ok(written)
}

#[cfg(feature = "figures")]
fn more_formats(svg: &str, path: &dyn Fn(&str) -> PathBuf) -> Result<Vec<PathBuf>, PlotError> {
    let (png, pdf) = (path("png"), path("pdf"));
    crate::raster::write(svg, &png, &pdf)?;
    Ok(vec![png, pdf])
}

#[cfg(not(feature = "figures"))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature with and without the feature")]
fn more_formats(_: &str, _: &dyn Fn(&str) -> PathBuf) -> Result<Vec<PathBuf>, PlotError> {
    Ok(Vec::new())
}
