//! One policy: what it says of itself, its rules, every number with how well it is known.

use std::io::Write;

use super::Found;
use super::view::{NumberView, PolicyView, json, shown};
use crate::stop::Stop;

/// Prints a policy.
pub(super) fn print(out: &mut impl Write, found: &Found, as_json: bool) -> Result<(), Stop> {
    let view = PolicyView::of(&found.policy);
    if as_json {
        out.write_all(json(&view)?.as_bytes())?;
        return Ok(());
    }
    writeln!(out, "{}: {}", view.id, view.title)?;
    writeln!(out, "  jurisdiction  {}", view.jurisdiction)?;
    writeln!(out, "  announced     {}", view.announced)?;
    writeln!(out, "  in force      {}", view.in_force())?;
    writeln!(out, "  source        {}", view.source)?;
    writeln!(out, "  confidence    {}, unless a number says otherwise", view.confidence)?;
    writeln!(out, "  tested on     {}; no run of it claims to show its home", view.tested_on)?;
    writeln!(out, "  file          {}", found.origin)?;
    for rule in &view.rules {
        let kind = if rule.name == rule.module { String::new() } else { format!(" ({})", rule.module) };
        writeln!(out, "\n{}{kind}: {}", rule.name, rule.meaning)?;
        writeln!(out, "  about         {}", rule.applies_to)?;
        writeln!(out, "  decides on    {}", rule.hooks.join(", "))?;
        let width = |of: &dyn Fn(&NumberView) -> usize| rule.numbers.iter().map(of).max().unwrap_or(0);
        let name = width(&|number| number.name.len());
        let value = width(&|number| shown(number.value).len());
        let unit = width(&|number| number.unit.len());
        for number in &rule.numbers {
            writeln!(
                out,
                "  {:name$}  {:>value$} {:unit$}  {:9}  {}{}",
                number.name,
                shown(number.value),
                number.unit,
                number.confidence,
                number.meaning,
                number.source.as_ref().map_or_else(String::new, |source| format!(" [{source}]"))
            )?;
        }
    }
    Ok(())
}
