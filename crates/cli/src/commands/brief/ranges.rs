//! What is drawn in a brief: the question's uncertain parameters, and numbers of the policy that nobody read in
//! its law.

use gridrush_core::policy::Confidence;
use gridrush_experiment::brief::{Drawn, Question};
use gridrush_sim::scenario::{ParameterRange, PolicyFile, Tag};

use crate::experiment::{Span, number_at, span};
use crate::plan::Base;
use crate::stop::Stop;

/// Most numbers of a policy that are drawn: the first ones.
const MOST_OF_POLICY: usize = 12;

/// A range to draw from.
pub(super) struct Range {
    pub span: Span,
    /// Whether it is a number of the policy.
    pub of_policy: bool,
    pub drawn: Drawn,
}

/// All ranges about the values of the scenario with the policy in force. A parameter that is zero there has no
/// range and is left out; so is a number of the policy of which an end of its range is refused.
pub(super) fn ranges(
    question: &Question,
    policy: &PolicyFile,
    base: &Base,
    set: &[String],
    resolved: &str,
) -> Result<Vec<Range>, Stop> {
    let tree = resolved.parse::<toml::Table>().map_err(|e| Stop::Failed(e.into()))?;
    let mut out = Vec::new();
    for uncertain in question.uncertain {
        let (low, high) = uncertain.range.unzip();
        let given = ParameterRange { path: uncertain.path.to_owned(), tag: None, percent: None, low, high };
        out.extend(about(&given, uncertain.name, false, &tree));
    }
    let common = out.len();
    for rule in &policy.rules {
        for (param, number) in rule.module.params.iter().zip(&rule.numbers) {
            let tag = match number.confidence {
                Confidence::Memory | Confidence::Assumed => Tag::Memory,
                Confidence::Secondary => Tag::Secondary,
                Confidence::Data | Confidence::Source => continue,
            };
            // A number without a unit is a switch or a place in an order.
            if !number.given || param.unit.is_empty() || out.len() >= common + MOST_OF_POLICY {
                continue;
            }
            let path = format!("policy.{}.{}.{}", policy.about.id, rule.name, param.name);
            let percent = tag.percent().unwrap_or(0.0) / 100.0;
            let Ok((value, _)) = number_at(&path, &tree) else { continue };
            if value <= 0.0 {
                continue;
            }
            let ends =
                [value * (1.0 - percent), value * (1.0 + percent)].map(|x| x.clamp(param.min, param.max));
            let given =
                ParameterRange { path, tag: None, percent: None, low: Some(ends[0]), high: Some(ends[1]) };
            let name =
                format!("{} of the policy ({})", param.name.replace('_', " "), rule.name.replace('_', " "));
            let Some(mut range) = about(&given, &name, true, &tree) else { continue };
            number.confidence.name().clone_into(&mut range.drawn.tag);
            let taken = [0.0, 1.0].into_iter().all(|share| {
                let mut set = set.to_vec();
                set.push(range.span.set(range.span.at(share)));
                base.check_arm("", &set).is_ok()
            });
            if taken {
                out.push(range);
            }
        }
    }
    Ok(out)
}

fn about(range: &ParameterRange, name: &str, of_policy: bool, tree: &toml::Table) -> Option<Range> {
    let span = span(range, tree).ok()?;
    let (value, _) = number_at(&range.path, tree).ok()?;
    let drawn = Drawn {
        path: range.path.clone(),
        name: name.to_owned(),
        tag: known(&span.range.tag).to_owned(),
        value,
        low: span.range.low,
        high: span.range.high,
    };
    Some(Range { span, of_policy, drawn })
}

/// How well a parameter is known, by the tag of its declaration.
fn known(tag: &str) -> &str {
    match tag {
        "S" => "source",
        "S2" => "secondary source",
        "M" => "memory or assumed",
        other => other,
    }
}
