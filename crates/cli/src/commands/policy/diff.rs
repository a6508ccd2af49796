//! What two policies say differently: dates, rules, whom they are about, numbers.
//!
//! Rules are matched by name, and those left over by kind.

use std::io::Write;

use gridrush_sim::scenario::PolicyFile;
use serde::Serialize;

use super::view::{PolicyView, RuleView, json, shown};
use crate::stop::Stop;

/// One difference; `None` where a side says nothing.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Difference {
    /// What differs: a key, or rule and key.
    what: String,
    first: Option<String>,
    second: Option<String>,
}

/// Prints what differs.
pub(super) fn print(
    out: &mut impl Write,
    first: &PolicyFile,
    second: &PolicyFile,
    as_json: bool,
) -> Result<(), Stop> {
    let (a, b) = (PolicyView::of(first), PolicyView::of(second));
    let list = differences(&a, &b);
    if as_json {
        out.write_all(json(&list)?.as_bytes())?;
        return Ok(());
    }
    let same = list.is_empty();
    let shown = |side: &Option<String>| side.clone().unwrap_or_else(|| "-".to_owned());
    let head = Difference { what: String::new(), first: Some(a.id), second: Some(b.id) };
    let rows: Vec<(String, String, String)> = std::iter::once(head)
        .chain(list)
        .map(|row| (row.what, shown(&row.first), shown(&row.second)))
        .collect();
    let what = rows.iter().map(|row| row.0.chars().count()).max().unwrap_or(0);
    let left = rows.iter().map(|row| row.1.chars().count()).max().unwrap_or(0);
    for (name, a, b) in &rows {
        writeln!(out, "{name:what$}  {a:left$}  {b}")?;
    }
    if same {
        writeln!(out, "nothing differs")?;
    }
    Ok(())
}

fn differences(a: &PolicyView, b: &PolicyView) -> Vec<Difference> {
    let mut out = Vec::new();
    let mut compare = |what: &str, first: Option<String>, second: Option<String>| {
        if first != second {
            out.push(Difference { what: what.to_owned(), first, second });
        }
    };
    compare("jurisdiction", Some(a.jurisdiction.clone()), Some(b.jurisdiction.clone()));
    compare("announced", Some(a.announced.clone()), Some(b.announced.clone()));
    compare("effective", Some(a.effective.clone()), Some(b.effective.clone()));
    compare("sunset", a.sunset.clone(), b.sunset.clone());
    compare("confidence", Some(a.confidence.to_owned()), Some(b.confidence.to_owned()));
    let mut left: Vec<&RuleView> = b.rules.iter().collect();
    let mut pairs: Vec<(&RuleView, Option<&RuleView>)> = Vec::new();
    for rule in &a.rules {
        let by_name = left.iter().position(|other| other.name == rule.name && other.module == rule.module);
        let found = by_name.or_else(|| left.iter().position(|other| other.module == rule.module));
        pairs.push((rule, found.map(|i| left.remove(i))));
    }
    for (rule, other) in pairs {
        let Some(other) = other else {
            compare(&rule.name, Some(rule.meaning.to_owned()), None);
            continue;
        };
        let about = format!("{}.applies_to", rule.name);
        compare(&about, Some(rule.applies_to.clone()), Some(other.applies_to.clone()));
        for (x, y) in rule.numbers.iter().zip(&other.numbers) {
            if x.value != y.value {
                let text = |value, confidence| Some(format!("{} {} ({confidence})", shown(value), x.unit));
                let what = format!("{}.{}", rule.name, x.name);
                compare(&what, text(x.value, x.confidence), text(y.value, y.confidence));
            }
        }
    }
    for rule in left {
        compare(&rule.name, None, Some(rule.meaning.to_owned()));
    }
    out
}
