//! The last step of a figure's SVG: paper size, and words for readers who do not see it.
//!
//! The drawing library knows only whole pixels, so figures are drawn [`style::FINENESS`](crate::style::FINENESS)
//! times too large; the view box brings them back to size.

/// Sets the size of the picture on paper and describes it.
///
/// Replaces the head of the drawing, whose first tag must be the one of the whole picture.
pub(crate) fn finish(
    drawing: &str,
    width_px: u32,
    height_px: u32,
    fineness: u32,
    description: &str,
) -> String {
    let body = drawing.split_once('>').map_or("", |(_, body)| body);
    let (canvas_width, canvas_height) = (width_px * fineness, height_px * fineness);
    let label = escape(description);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width_px}\" height=\"{height_px}\" \
         viewBox=\"0 0 {canvas_width} {canvas_height}\" role=\"img\" aria-label=\"{label}\">\n\
         <title>{label}</title>{body}"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_is_replaced_and_the_body_kept() {
        let drawing = "<svg width=\"8\" height=\"4\" viewBox=\"0 0 8 4\">\n<rect/>\n</svg>\n";
        let svg = finish(drawing, 2, 1, 4, "a < b & \"c\"");
        assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"2\" height=\"1\""));
        assert!(svg.contains("viewBox=\"0 0 8 4\" role=\"img\" aria-label=\"a &lt; b &amp; &quot;c&quot;\""));
        assert!(svg.ends_with("</title>\n<rect/>\n</svg>\n"));
    }
}
