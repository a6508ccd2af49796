//! PNG and PDF from a figure's SVG, with the same fonts on every machine.

use std::path::Path;
use std::sync::Arc;

use gridrush_tables::atomic;
use resvg::{tiny_skia, usvg};

use crate::PlotError;

/// Dots per inch of a PNG.
const PNG_DPI: f32 = 300.0;
/// Dots per inch that a length without unit has in SVG.
const SVG_DPI: f32 = 96.0;

/// Writes both files.
pub(crate) fn write(svg: &str, png: &Path, pdf: &Path) -> Result<(), PlotError> {
    let fault = |path: &Path, reason: String| PlotError::Raster { path: path.to_path_buf(), reason };
    let mut fonts = usvg::fontdb::Database::new();
    for face in [notosans::REGULAR_TTF, notosans::BOLD_TTF, notosans::ITALIC_TTF] {
        fonts.load_font_data(face.to_vec());
    }
    let options = usvg::Options {
        fontdb: Arc::new(fonts),
        font_family: crate::style::FONT_NAME.to_owned(),
        ..usvg::Options::default()
    };
    let tree = usvg::Tree::from_str(svg, &options).map_err(|error| fault(png, error.to_string()))?;

    let scale = PNG_DPI / SVG_DPI;
    let size = tree.size().to_int_size().scale_by(scale);
    let pixmap = size.and_then(|size| tiny_skia::Pixmap::new(size.width(), size.height()));
    let mut pixmap = pixmap.ok_or_else(|| fault(png, "its size is zero".to_owned()))?;
    resvg::render(&tree, tiny_skia::Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    let bytes = pixmap.encode_png().map_err(|error| fault(png, error.to_string()))?;
    atomic::write(png, &bytes)?;

    let page = svg2pdf::PageOptions { dpi: SVG_DPI };
    let bytes = svg2pdf::to_pdf(&tree, svg2pdf::ConversionOptions::default(), page)
        .map_err(|error| fault(pdf, error.to_string()))?;
    atomic::write(pdf, &bytes)?;
    Ok(())
}
