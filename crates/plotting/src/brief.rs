//! A brief as one self-contained page of HTML that prints to two sheets, from its tables alone.
//!
//! Words come from table `text`, numbers from `answer`, `pairs`, `classes`, `drivers` and `grade`; the chart is inline SVG.
//! Nothing is loaded from elsewhere. The same tables give the same bytes.

mod chart;

use std::fmt::Write;

use gridrush_tables::{Batch, TableError, shown};

use crate::PlotError;

/// How the page looks; A4, two sheets.
const STYLE: &str = "\
@page { size: A4; margin: 13mm 14mm }
body { font: 10pt/1.36 'Noto Sans', 'Segoe UI', Helvetica, Arial, sans-serif; color: #222; max-width: 182mm; margin: 8mm auto }
.sheet { break-after: page }
.sheet:last-of-type { break-after: auto }
h1 { font-size: 14pt; line-height: 1.2; margin: 0 0 2mm }
h2 { font-size: 10.5pt; margin: 3.2mm 0 1mm; color: #2a5c8a }
p, ul { margin: 0 0 1.6mm }
ul { padding-left: 4.5mm }
.banner { background: #fbe9dc; border-left: 1.5mm solid #d55e00; padding: 1.4mm 2.5mm; font-weight: bold }
.question { font-style: italic }
.answer { font-size: 11.5pt; line-height: 1.32; border-left: 1.5mm solid #0072b2; padding: 1mm 3mm }
.small { font-size: 8pt; line-height: 1.32; color: #555 }
table { border-collapse: collapse; width: 100%; font-size: 8.2pt; line-height: 1.22 }
th { text-align: left; color: #555; font-weight: normal; border-bottom: 0.3mm solid #bbb }
td { border-bottom: 0.15mm solid #e2e2e2 }
td, th { padding: 0.35mm 1.5mm }
.n { text-align: right; white-space: nowrap }
.clear { font-weight: bold }
code { font-size: 8.2pt; overflow-wrap: anywhere }
svg { width: 100%; height: auto }
";

/// The page of a brief.
///
/// # Errors
/// Where a table is missing or lacks a column, or the chart cannot be drawn.
pub fn brief(tables: &[Batch]) -> Result<String, PlotError> {
    let tables = Tables(tables);
    let text = tables.named("text")?;
    let words = Words { sections: text.texts("section")?.iter().zip(text.texts("text")?.iter()).collect() };
    let mut out = String::new();
    let title = escape(words.one("title"));
    let _ = write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n"
    );
    out += "<section class=\"sheet\">\n";
    head(&mut out, &words);
    words.paragraph(&mut out, "question", "question");
    words.paragraph(&mut out, "answer", "answer");
    words.paragraph(&mut out, "small", "intervals");
    out += &chart::draw(tables.named("pairs")?, tables.named("answer")?, words.one("chart"))?;
    out += "<h2>Winners and losers</h2>\n";
    classes(&mut out, tables.named("classes")?)?;
    let _ = writeln!(out, "<h2>{}</h2>", escape(words.one("grade")));
    criteria(&mut out, tables.named("grade")?)?;
    words.paragraph(&mut out, "small", "setting");
    words.paragraph(&mut out, "small", "footer");
    out += "</section>\n<section class=\"sheet\">\n";
    head(&mut out, &words);
    for (section, heading) in [
        ("why", "Why"),
        ("flips", "What would flip it"),
        ("assumptions", "What is assumed"),
        ("leakage", "What leaves the region"),
        ("silent", "What the model cannot say"),
    ] {
        let _ = writeln!(out, "<h2>{heading}</h2>\n<ul class=\"{section}\">");
        for line in words.all(section) {
            let _ = writeln!(out, "<li>{}</li>", escape(line));
        }
        out += "</ul>\n";
    }
    let _ = writeln!(
        out,
        "<h2>The same brief again</h2>\n<p><code class=\"rerun\">{}</code></p>",
        escape(words.one("rerun"))
    );
    out += "<p class=\"small\">The same version gives the same bytes. All tables are in tables.zip.</p>\n";
    words.paragraph(&mut out, "small", "footer");
    out += "</section>\n</body>\n</html>\n";
    Ok(out)
}

/// The tables of a brief by name.
struct Tables<'a>(&'a [Batch]);

impl<'a> Tables<'a> {
    fn named(&self, name: &str) -> Result<&'a Batch, PlotError> {
        let found = self.0.iter().find(|batch| batch.table().name == name);
        found.ok_or_else(|| PlotError::Nothing(format!("there is no table {name}")))
    }
}

/// What the page says, by section.
struct Words<'a> {
    sections: Vec<(&'a str, &'a str)>,
}

impl<'a> Words<'a> {
    fn all(&self, section: &str) -> impl Iterator<Item = &'a str> {
        self.sections.iter().filter(move |(name, _)| *name == section).map(|(_, text)| *text)
    }

    fn one(&self, section: &str) -> &'a str {
        self.all(section).next().unwrap_or("")
    }

    fn paragraph(&self, out: &mut String, class: &str, section: &str) {
        for text in self.all(section) {
            let _ = writeln!(out, "<p class=\"{class}\">{}</p>", escape(text));
        }
    }
}

/// Title and banner, on every sheet.
fn head(out: &mut String, words: &Words<'_>) {
    let _ = writeln!(out, "<h1>{}</h1>", escape(words.one("title")));
    words.paragraph(out, "banner", "banner");
}

fn classes(out: &mut String, table: &Batch) -> Result<(), TableError> {
    *out += "<table class=\"classes\">\n<tr><th>who</th><th>what</th><th class=\"n\">without</th>\
             <th class=\"n\">with</th><th class=\"n\">change</th><th class=\"n\">chance alone (95 %)</th>\
             <th>unit</th><th>over the draws</th></tr>\n";
    let [groups, measures, units, findings] =
        ["group", "measure", "unit", "finding"].map(|name| table.texts(name));
    let (groups, measures, units, findings) = (groups?, measures?, units?, findings?);
    let [without, with, change, low, high] =
        ["without", "with", "difference", "low", "high"].map(|name| table.floats(name));
    let (without, with, change, low, high) = (without?, with?, change?, low?, high?);
    for row in 0..table.len() {
        let again = row > 0 && groups.get(row - 1) == groups.get(row);
        let finding = match findings.get(row) {
            "not distinguishable from zero" => "not clear",
            other => other,
        };
        let class = if matches!(finding, "higher" | "lower") { " class=\"clear\"" } else { "" };
        let interval = if low[row].is_finite() {
            format!("{} to {}", shown(low[row]), shown(high[row]))
        } else {
            "none".to_owned()
        };
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>\
             <td class=\"n\">{interval}</td><td>{}</td><td{class}>{finding}</td></tr>",
            if again { String::new() } else { escape(groups.get(row)) },
            escape(measures.get(row)),
            shown(without[row]),
            shown(with[row]),
            shown(change[row]),
            escape(units.get(row)),
        );
    }
    *out += "</table>\n";
    Ok(())
}

fn criteria(out: &mut String, table: &Batch) -> Result<(), TableError> {
    *out += "<table class=\"grade\">\n";
    let (levels, found) = (table.texts("level")?, table.texts("found")?);
    for (level, found) in levels.iter().zip(found.iter()) {
        let _ = writeln!(out, "<tr><td>{}</td><td>{}</td></tr>", escape(level), escape(found));
    }
    *out += "</table>\n";
    Ok(())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
