//! Writing a weather model as the text of `weather.toml`: one table row per line, nothing else.

use core::fmt::Write;

use super::{Shape, WeatherModel};

impl WeatherModel {
    /// The text of `weather.toml`; reading it back gives the same model.
    pub fn to_toml(&self) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) -> core::fmt::Result {
        writeln!(out, "schema = {}", self.schema)?;
        writeln!(out, "title = {}", quoted(&self.title))?;
        writeln!(out, "source = {}", quoted(&self.source))?;
        writeln!(out, "time_zone = {}", quoted(&self.time_zone))?;
        writeln!(out, "base_year = {}", self.base_year)?;
        for series in &self.series {
            writeln!(out, "\n[[series]]")?;
            writeln!(out, "name = {}", quoted(&series.name))?;
            let kind = match series.kind {
                super::SeriesKind::Load => "load",
                super::SeriesKind::Wind => "wind",
                super::SeriesKind::Solar => "solar",
            };
            writeln!(out, "kind = \"{kind}\"")?;
            if let Some(zone) = &series.zone {
                writeln!(out, "zone = {}", quoted(zone))?;
            }
            if let Some(mw) = series.base_mean_mw {
                writeln!(out, "base_mean_mw = {mw:?}")?;
            }
            if let Some(spread) = series.swing_spread {
                writeln!(out, "swing_spread = {spread:?}")?;
            }
            writeln!(out, "low = {:?}\nhigh = {:?}", series.low, series.high)?;
            writeln!(out, "memory = [")?;
            for m in &series.memory {
                let turn =
                    m.slow_turn_hours.map_or_else(String::new, |h| format!(", slow_turn_hours = {h:?}"));
                writeln!(
                    out,
                    "  {{ slow_share = {:?}, slow_hours = {:?}, fast_hours = {:?}{turn} }},",
                    m.slow_share, m.slow_hours, m.fast_hours
                )?;
            }
            writeln!(out, "]\n[series.shape]")?;
            match &series.shape {
                Shape::Scaled { workday_per_10k, restday_per_10k, spread_per_10k, residual_per_1k } => {
                    writeln!(out, "form = \"scaled\"")?;
                    table(out, "workday_per_10k", workday_per_10k)?;
                    table(out, "restday_per_10k", restday_per_10k)?;
                    table(out, "spread_per_10k", spread_per_10k)?;
                    table(out, "residual_per_1k", residual_per_1k)?;
                }
                Shape::Direct { value_per_100k } => {
                    writeln!(out, "form = \"direct\"")?;
                    table(out, "value_per_100k", value_per_100k)?;
                }
                Shape::Like { series } => writeln!(out, "form = \"like\"\nseries = {}", quoted(series))?,
            }
        }
        for coupling in &self.coupling {
            writeln!(out, "\n[[coupling]]")?;
            for (name, factor) in [("slow", &coupling.slow), ("fast", &coupling.fast)] {
                writeln!(out, "{name} = [")?;
                for row in factor {
                    let row: Vec<String> = row.iter().map(|x| format!("{x:?}")).collect();
                    writeln!(out, "  [{}],", row.join(", "))?;
                }
                writeln!(out, "]")?;
            }
        }
        Ok(())
    }
}

fn table(out: &mut String, name: &str, rows: &[Vec<i32>]) -> core::fmt::Result {
    writeln!(out, "{name} = [")?;
    for row in rows {
        let row: Vec<String> = row.iter().map(ToString::to_string).collect();
        writeln!(out, "[{}],", row.join(","))?;
    }
    writeln!(out, "]")
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
