//! What a brief can be asked.
//!
//! A question is data: the number that answers it, the numbers that say why, what is uncertain, and which
//! stylised facts speak for or against the model there.

use gridrush_sim::scenario::PolicyFile;

use super::questions;
use crate::stats::Better;

/// The questions, in the order in which they are offered.
pub static QUESTIONS: &[&Question] = &[
    &questions::delay::QUESTION,
    &questions::queue::QUESTION,
    &questions::who_pays::QUESTION,
    &questions::ban::QUESTION,
    &questions::flexibility::QUESTION,
];

/// A question that a brief answers.
#[derive(Debug)]
pub struct Question {
    /// Its name on the command line.
    pub id: &'static str,
    /// The question, with `{policy}` and `{region}` to be put in.
    pub asks: &'static str,
    /// The number that answers it: the first of these that the pairs have.
    pub headlines: &'static [Headline],
    /// Numbers that say through which channel.
    pub channels: &'static [Channel],
    /// What is uncertain in every scenario, beside the policy's own numbers.
    pub uncertain: &'static [Uncertain],
    /// Years that it wants.
    pub years: u32,
    /// Years without which too little of it happens: a connection takes some.
    pub least_years: u32,
    /// Ids of stylised facts that concern it.
    pub facts: &'static [&'static str],
    /// What the model cannot say of it.
    pub silent: &'static [&'static str],
}

/// A number that answers a question.
#[derive(Debug)]
pub struct Headline {
    /// The metric.
    pub metric: &'static str,
    /// What it is, with an article.
    pub of: &'static str,
    /// What a policy does that makes it larger, before an amount.
    pub raises: &'static str,
    /// What one does that makes it smaller, before an amount.
    pub lowers: &'static str,
    /// Which side is better for those whom the question is about.
    pub better: Better,
}

/// A number that says why.
#[derive(Debug)]
pub struct Channel {
    /// The metric.
    pub metric: &'static str,
    /// What it is, without an article.
    pub name: &'static str,
}

/// A parameter that is only known within a range.
#[derive(Debug)]
pub struct Uncertain {
    /// Its dotted path in a scenario.
    pub path: &'static str,
    /// What it is.
    pub name: &'static str,
    /// Its ends; without them the tag of its declared source says how far it reaches about its value.
    pub range: Option<(f64, f64)>,
}

/// A parameter whose range is that of its tag.
pub(super) const fn by_tag(path: &'static str, name: &'static str) -> Uncertain {
    Uncertain { path, name, range: None }
}

/// A channel.
pub(super) const fn channel(metric: &'static str, name: &'static str) -> Channel {
    Channel { metric, name }
}

/// The question of a name.
pub fn question(id: &str) -> Option<&'static Question> {
    QUESTIONS.iter().copied().find(|question| question.id == id)
}

/// The question that a policy begs: bans before bills, bills before what happens in the hour, and the queue
/// last.
pub fn suggested(policy: &PolicyFile) -> &'static Question {
    let has = |names: &[&str]| policy.rules.iter().any(|rule| names.contains(&rule.module.name));
    let hooks = |filled: fn(&gridrush_core::policy::Hooks) -> bool| {
        policy.rules.iter().any(|rule| filled(&rule.module.hooks))
    };
    let bans = ["ban_new", "full_ban", "seasonal_ban", "moratorium", "licence_cap", "capacity_block"];
    if has(&bans) {
        &questions::ban::QUESTION
    } else if hooks(|hooks| hooks.process.is_some()) {
        &questions::queue::QUESTION
    } else if hooks(|hooks| hooks.charge.is_some() || hooks.peak_price.is_some()) {
        &questions::who_pays::QUESTION
    } else if hooks(|hooks| hooks.service.is_some() || hooks.operate.is_some()) {
        &questions::flexibility::QUESTION
    } else {
        &questions::queue::QUESTION
    }
}

#[cfg(test)]
mod tests {
    use gridrush_sim::scenario::declared;

    use super::{QUESTIONS, question as find};
    use crate::evidence::facts::FACTS;

    #[test]
    fn questions_name_what_is_there() {
        for question in QUESTIONS {
            assert!(question.asks.contains("{policy}") && question.asks.contains("{region}"));
            assert!(!question.headlines.is_empty() && !question.silent.is_empty(), "{}", question.id);
            for fact in question.facts {
                assert!(FACTS.iter().any(|known| known.id == *fact), "{} of {}", fact, question.id);
            }
            for uncertain in question.uncertain {
                assert!(declared(uncertain.path).is_some(), "{} of {}", uncertain.path, question.id);
            }
            assert_eq!(find(question.id).map(|q| q.id), Some(question.id));
        }
        assert!(find("weather").is_none());
    }
}
