//! The house style: one colour per class of load, per cause, per fuel and per stage, fonts and sizes.
//!
//! Classes and causes use the palette of Okabe and Ito (Color Universal Design, 2008), which people with the
//! common kinds of colour blindness can tell apart, and dark tones where it runs out. Fuels use tones of
//! their own so that no fuel looks like a class. Lengths are in pixels of 1/96 inch on paper.

use std::sync::Once;

use plotters::style::{FontDesc, FontFamily, FontStyle, RGBColor, register_font};

use crate::PlotError;

/// A colour.
pub(crate) type Color = RGBColor;

/// How many units of the canvas one pixel has: the drawing library rounds to whole units.
pub(crate) const FINENESS: u32 = 4;
/// The width of every figure: 7 inches.
pub(crate) const WIDTH: f64 = 672.0;
/// The name of the embedded font.
#[cfg(feature = "figures")]
pub(crate) const FONT_NAME: &str = "Noto Sans";
/// What an SVG asks for: the embedded font if the machine has it, something alike if not.
const FONT_FAMILY: &str = "Noto Sans, Segoe UI, Helvetica, Arial, sans-serif";

/// The size of a title.
pub(crate) const TITLE_SIZE: f64 = 14.0;
/// The size of the heading of a panel.
pub(crate) const HEADING_SIZE: f64 = 10.5;
/// The size of all other text.
pub(crate) const TEXT_SIZE: f64 = 10.0;
/// The size of a footer.
pub(crate) const FOOTER_SIZE: f64 = 8.5;

/// Titles, and lines that stand for a total.
pub(crate) const INK: Color = RGBColor(0x22, 0x22, 0x22);
/// Text that explains.
pub(crate) const SOFT_INK: Color = RGBColor(0x55, 0x55, 0x55);
/// What a model says, beside what happened.
pub(crate) const MODEL: Color = RGBColor(0xD5, 0x5E, 0x00);
/// Lines of the grid.
pub(crate) const GRID: Color = RGBColor(0xE2, 0xE2, 0xE2);
/// Lines that are there to compare with.
pub(crate) const BACKDROP: Color = RGBColor(0xC4, 0xC4, 0xC4);

const ORANGE: Color = RGBColor(0xE6, 0x9F, 0x00);
const SKY: Color = RGBColor(0x56, 0xB4, 0xE9);
const GREEN: Color = RGBColor(0x00, 0x9E, 0x73);
const YELLOW: Color = RGBColor(0xF0, 0xE4, 0x42);
const BLUE: Color = RGBColor(0x00, 0x72, 0xB2);
const VERMILLION: Color = RGBColor(0xD5, 0x5E, 0x00);
const PURPLE: Color = RGBColor(0xCC, 0x79, 0xA7);
const GREY: Color = RGBColor(0x80, 0x80, 0x80);
const LIGHT_GREY: Color = RGBColor(0xBD, 0xBD, 0xBD);
const NEARLY_BLACK: Color = RGBColor(0x33, 0x33, 0x33);
const INDIGO: Color = RGBColor(0x33, 0x22, 0x88);

/// A thing that has a fixed look: its name in tables, how people call it, its colour.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    pub name: &'static str,
    pub label: &'static str,
    pub color: Color,
}

const fn look(name: &'static str, label: &'static str, color: Color) -> Look {
    Look { name, label, color }
}

/// Classes of load, steady ones first: the order of stacks from the bottom.
pub(crate) const CLASSES: &[Look] = &[
    look("native", "everybody else", GREY),
    look("ai_inference", "AI inference", SKY),
    look("ai_training", "AI training", BLUE),
    look("mining", "Bitcoin mining", ORANGE),
];

/// Who pays: customers of native load in tones of grey, large loads as everywhere.
pub(crate) const PAYERS: &[Look] = &[
    look("residential", "homes", RGBColor(0x59, 0x59, 0x59)),
    look("commercial", "shops and offices", RGBColor(0x8F, 0x8F, 0x8F)),
    look("industrial", "industry", RGBColor(0xC9, 0xC9, 0xC9)),
    look("ai_inference", "AI inference", SKY),
    look("ai_training", "AI training", BLUE),
    look("mining", "Bitcoin mining", ORANGE),
];

/// What is paid for.
pub(crate) const COMPONENTS: &[Look] = &[
    look("distribution", "distribution", RGBColor(0xB8, 0xA9, 0x9A)),
    look("energy", "energy", RGBColor(0xC8, 0x8A, 0x5A)),
    look("capacity", "capacity", RGBColor(0x8E, 0x4B, 0x8E)),
    look("network", "network", RGBColor(0x2A, 0x5C, 0x8A)),
    look("tariff", "charges by rule", GREEN),
    look("tax", "taxes by rule", VERMILLION),
];

/// Causes of curtailment.
pub(crate) const CAUSES: &[Look] = &[
    look("price", "price above the bid", GREEN),
    look("scarcity", "too little generation", VERMILLION),
    look("congestion", "lines at their limit", PURPLE),
    look("substation", "substation at its limit", YELLOW),
    look("outage", "equipment out of order", NEARLY_BLACK),
    look("policy", "a rule", INDIGO),
    look("not_connected", "not yet connected", LIGHT_GREY),
];

/// Stages of a request that still waits, from the last to the first.
pub(crate) const WAITING_STAGES: &[Look] = &[
    look("building", "under construction", RGBColor(0x2A, 0x5C, 0x8A)),
    look("agreement", "agreement signed", RGBColor(0x5B, 0x92, 0xC0)),
    look("offered", "offer on the table", RGBColor(0x7B, 0xAA, 0xD0)),
    look("studying", "under study", RGBColor(0xA8, 0xCA, 0xE4)),
    look("filed", "filed", RGBColor(0xD6, 0xE4, 0xF0)),
];

/// Fuels, firm ones first: the order of stacks from the bottom.
pub(crate) const FUELS: &[Look] = &[
    look("nuclear", "nuclear", RGBColor(0x8E, 0x4B, 0x8E)),
    look("coal", "coal", RGBColor(0x4D, 0x4D, 0x4D)),
    look("gas", "gas", RGBColor(0xC8, 0x8A, 0x5A)),
    look("hydro", "hydro", RGBColor(0x1F, 0x5F, 0x99)),
    look("import", "imports", RGBColor(0xD8, 0x9C, 0xA8)),
    look("wind", "wind", RGBColor(0x7F, 0xC4, 0xD6)),
    look("solar", "solar", RGBColor(0xF2, 0xD0, 0x49)),
    look("storage", "storage", RGBColor(0x4F, 0x9D, 0x69)),
    look("other", "other", RGBColor(0xC9, 0xC9, 0xC9)),
];

/// Colours for things without a fixed one, such as zones, in order of use.
const MORE: &[Color] = &[
    RGBColor(0x44, 0xAA, 0x99),
    RGBColor(0x88, 0x22, 0x55),
    RGBColor(0xDD, 0xCC, 0x77),
    RGBColor(0x33, 0x22, 0x88),
    RGBColor(0xCC, 0x66, 0x77),
    RGBColor(0x99, 0x99, 0x33),
    RGBColor(0x88, 0xCC, 0xEE),
    RGBColor(0x11, 0x77, 0x33),
];

/// A named thing of a table with the look that it gets in a figure.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Dressed {
    pub name: String,
    pub label: String,
    pub color: Color,
}

/// Gives every name its look and puts known ones in their fixed order; others follow in the order given.
pub(crate) fn dress<S: AsRef<str>>(names: &[S], known: &[Look]) -> Vec<Dressed> {
    let present = |look: &&Look| names.iter().any(|name| name.as_ref() == look.name);
    let mut dressed: Vec<Dressed> = known
        .iter()
        .filter(present)
        .map(|look| Dressed { name: look.name.to_owned(), label: look.label.to_owned(), color: look.color })
        .collect();
    let others = names.iter().filter(|name| known.iter().all(|look| look.name != name.as_ref()));
    dressed.extend(others.enumerate().map(|(index, name)| Dressed {
        name: name.as_ref().to_owned(),
        label: name.as_ref().replace('_', " "),
        color: MORE[index % MORE.len()],
    }));
    dressed
}

/// A colour for part of the way from 0 (early) to 1 (late): dark to light, even in lightness, after viridis
/// (van der Walt and Smith 2015), without its lightest end.
pub(crate) fn ramp(part: f64) -> Color {
    const STOPS: [Color; 6] = [
        RGBColor(0x44, 0x01, 0x54),
        RGBColor(0x41, 0x44, 0x87),
        RGBColor(0x2A, 0x78, 0x8E),
        RGBColor(0x22, 0xA8, 0x84),
        RGBColor(0x7A, 0xD1, 0x51),
        RGBColor(0xD2, 0xD0, 0x20),
    ];
    let at = part.clamp(0.0, 1.0) * (STOPS.len() - 1) as f64;
    let index = (at as usize).min(STOPS.len() - 2);
    mix(STOPS[index], STOPS[index + 1], at - index as f64)
}

/// The colour for what was asked for and not given.
pub(crate) fn pale(color: Color) -> Color {
    mix(color, RGBColor(255, 255, 255), 0.68)
}

/// The colour for the edge of an area.
pub(crate) fn dark(color: Color) -> Color {
    mix(color, RGBColor(0, 0, 0), 0.35)
}

fn mix(from: Color, to: Color, part: f64) -> Color {
    let channel = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * part).round() as u8;
    RGBColor(channel(from.0, to.0), channel(from.1, to.1), channel(from.2, to.2))
}

/// A font of a size in pixels, on the canvas.
///
/// The drawing library writes 1/1.24 of the size it is given.
pub(crate) fn font(size: f64, bold: bool) -> FontDesc<'static> {
    register_fonts();
    let style = if bold { FontStyle::Bold } else { FontStyle::Normal };
    FontDesc::new(FontFamily::Name(FONT_FAMILY), size * 1.24 * f64::from(FINENESS), style)
}

/// The width of a text in pixels.
pub(crate) fn text_width(text: &str, size: f64, bold: bool) -> Result<f64, PlotError> {
    // The library takes the size for the height of a line, which is 1.362 em in this font, and then writes
    // size / 1.24 as the em.
    const CORRECTION: f64 = 1.362 / 1.24;
    let ((left, _), (right, _)) =
        font(size, bold).layout_box(text).map_err(|error| PlotError::Draw(error.to_string()))?;
    Ok(f64::from(right - left) * CORRECTION / f64::from(FINENESS))
}

fn register_fonts() {
    static DONE: Once = Once::new();
    DONE.call_once(|| {
        for (style, face) in
            [(FontStyle::Normal, notosans::REGULAR_TTF), (FontStyle::Bold, notosans::BOLD_TTF)]
        {
            // A face that cannot be registered shows as an error of the first text that needs it.
            let _ = register_font(FONT_FAMILY, style, face);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_names_keep_their_order_and_others_follow() {
        let names = ["mining", "smelters", "native", "hydrogen"];
        let dressed = dress(&names, CLASSES);
        let order: Vec<_> = dressed.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(order, ["native", "mining", "smelters", "hydrogen"]);
        assert_eq!(dressed[1].color, ORANGE);
        assert_ne!(dressed[2].color, dressed[3].color);
    }

    #[test]
    fn looks_of_a_list_differ() {
        for looks in [CLASSES, CAUSES, WAITING_STAGES, FUELS, PAYERS, COMPONENTS] {
            for (index, one) in looks.iter().enumerate() {
                for other in &looks[..index] {
                    assert!(one.name != other.name && one.color != other.color, "{one:?} {other:?}");
                }
            }
        }
    }

    #[test]
    fn text_is_as_wide_as_its_glyphs() {
        // Noto Sans Regular: the digit 0 advances 572/1000 em, the letter i 258/1000 em.
        assert!((text_width("0000000000", 10.0, false).unwrap() - 57.2).abs() < 0.5);
        assert!((text_width("iiiiiiiiii", 10.0, false).unwrap() - 25.8).abs() < 0.5);
        assert!(text_width("0000", 10.0, true).unwrap() >= text_width("0000", 10.0, false).unwrap());
    }

    #[test]
    fn the_ramp_runs_from_end_to_end() {
        assert_eq!(ramp(0.0), RGBColor(0x44, 0x01, 0x54));
        assert_eq!(ramp(1.0), RGBColor(0xD2, 0xD0, 0x20));
        assert_eq!(ramp(0.2), RGBColor(0x41, 0x44, 0x87));
    }
}
