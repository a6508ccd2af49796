//! All policies, a line each.

use std::io::Write;

use super::Found;
use super::view::{PolicyView, json};
use crate::stop::Stop;

/// Prints the catalogue as lines, as a table of Markdown, or as JSON.
pub(super) fn print(out: &mut impl Write, all: &[Found], as_json: bool, markdown: bool) -> Result<(), Stop> {
    let views: Vec<PolicyView> = all.iter().map(|found| PolicyView::of(&found.policy)).collect();
    if as_json {
        out.write_all(json(&views)?.as_bytes())?;
    } else if markdown {
        writeln!(out, "| id | title | jurisdiction | in force | confidence | rules |")?;
        writeln!(out, "|---|---|---|---|---|---|")?;
        for view in &views {
            let mut kinds: Vec<&str> = view.rules.iter().map(|rule| rule.module).collect();
            kinds.dedup();
            writeln!(
                out,
                "| `{}` | {} | {} | {} | {} | {} |",
                view.id,
                view.title,
                view.jurisdiction,
                view.in_force(),
                view.confidence,
                kinds.join(", ")
            )?;
        }
    } else {
        let width = |of: &dyn Fn(&PolicyView) -> usize| views.iter().map(of).max().unwrap_or(0);
        let (id, force) = (width(&|view| view.id.len()), width(&|view| view.in_force().len()));
        for (view, found) in views.iter().zip(all) {
            writeln!(
                out,
                "{:id$}  {:force$}  {:9}  {} ({})  [{}]",
                view.id,
                view.in_force(),
                view.confidence,
                view.title,
                view.jurisdiction,
                found.origin
            )?;
        }
    }
    Ok(())
}
