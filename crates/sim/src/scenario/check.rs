//! Faults of an input, collected until none is left to find.
//!
//! A fault names its place, the dotted path of the key, the offending value, what would be allowed and
//! the nearest known name. A value that is wrong falls back to its default, so that everything else is
//! still checked; a relation between values is only checked when each of them is right.

use std::collections::BTreeSet;
use std::fmt;

use super::document::Place;

/// One thing that is wrong with an input.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file, or the command-line argument that gave the value.
    pub file: String,
    /// Line, from 1.
    pub line: Option<u32>,
    /// Column in characters, from 1.
    pub column: Option<u32>,
    /// The dotted path of the key; empty where the file is not readable as TOML.
    pub path: String,
    /// What is wrong, as a phrase that follows the path.
    pub message: String,
    /// The value as written.
    pub value: Option<String>,
    /// What would be allowed.
    pub allowed: Option<String>,
    /// The known name that is most alike.
    pub nearest: Option<String>,
}

impl Fault {
    /// A fault at a place.
    pub fn new(place: &Place, path: &str, message: String) -> Fault {
        Fault {
            file: place.file.to_string(),
            line: place.at.map(|(line, _)| line),
            column: place.at.map(|(_, column)| column),
            path: path.to_owned(),
            message,
            value: None,
            allowed: None,
            nearest: None,
        }
    }

    /// The same fault with the offending value.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Fault {
        self.value = Some(value.into());
        self
    }

    /// The same fault with what would be allowed.
    #[must_use]
    pub fn allowed(mut self, allowed: impl Into<String>) -> Fault {
        self.allowed = Some(allowed.into());
        self
    }

    /// The same fault with the most similar of the known names, if one is similar at all.
    #[must_use]
    pub fn nearest<'a>(mut self, name: &str, known: impl IntoIterator<Item = &'a str>) -> Fault {
        self.nearest = nearest(name, known).map(str::to_owned);
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(column) = self.column {
            write!(f, ":{column}")?;
        }
        f.write_str(": ")?;
        if !self.path.is_empty() {
            f.write_str(&self.path)?;
            if let Some(value) = &self.value {
                write!(f, " = {value}")?;
            }
            f.write_str(" ")?;
        }
        f.write_str(&self.message)?;
        if let Some(allowed) = &self.allowed {
            write!(f, "; allowed: {allowed}")?;
        }
        if let Some(nearest) = &self.nearest {
            write!(f, "; did you mean {nearest}?")?;
        }
        Ok(())
    }
}

/// All faults found so far.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    list: Vec<Fault>,
    wrong: BTreeSet<String>,
    torn: bool,
}

impl Faults {
    /// Says that parts of the file could not be read, so that a key may only seem to be missing.
    pub fn tear(&mut self) {
        self.torn = true;
    }

    /// Adds the fault that a required key is missing, unless it may stand in an unreadable part.
    pub fn add_missing(&mut self, fault: Fault) {
        self.wrong.insert(fault.path.clone());
        if !self.torn {
            self.list.push(fault);
        }
    }

    /// Adds a fault and marks its path as wrong.
    pub fn add(&mut self, fault: Fault) {
        self.wrong.insert(fault.path.clone());
        self.list.push(fault);
    }

    /// Adds the faults of another file.
    pub fn absorb(&mut self, other: Faults) {
        self.list.extend(other.list);
        self.wrong.extend(other.wrong);
        self.torn |= other.torn;
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether a key, or one below it, is known to be wrong.
    pub fn touches(&self, path: &str) -> bool {
        let below = |wrong: &String| {
            wrong.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.wrong.range(path.to_owned()..).take_while(|wrong| wrong.starts_with(path)).any(below)
    }

    /// The faults by place, or `value` if there is none.
    pub fn or<T>(self, value: T) -> Result<T, Vec<Fault>> {
        if self.list.is_empty() { Ok(value) } else { Err(self.sorted()) }
    }

    /// The faults by file, line, column and path, each once.
    pub fn sorted(mut self) -> Vec<Fault> {
        self.list.sort_by(|a, b| {
            (&a.file, a.line, a.column, &a.path, &a.message)
                .cmp(&(&b.file, b.line, b.column, &b.path, &b.message))
        });
        self.list.dedup();
        self.list
    }
}

/// The known name that takes the fewest edits to reach from `name`, if at most a third of its letters
/// (and at least two edits) are touched; the first in order among equals.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let most = (name.chars().count() / 3).max(2);
    known
        .into_iter()
        .map(|candidate| (edits(&name.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|&(distance, candidate)| distance <= most && distance < candidate.chars().count())
        .min()
        .map(|(_, candidate)| candidate)
}

/// Insertions, deletions, replacements and swaps of neighbours between two names (the restricted
/// Damerau-Levenshtein distance). O(length x length).
fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let mut best = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best = best.min(rows[i - 2][j - 2] + 1);
                }
                best
            };
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted_by_hand() {
        for (a, b, n) in [("", "abc", 3), ("kitten", "sitting", 3), ("laod", "load", 1), ("same", "same", 0)]
        {
            assert_eq!(edits(a, b), n, "{a} {b}");
            assert_eq!(edits(b, a), n, "{b} {a}");
        }
    }

    #[test]
    fn only_similar_names_are_offered() {
        let known = ["planned", "merchant_entry", "availability"];
        assert_eq!(nearest("merchantentry", known), Some("merchant_entry"));
        assert_eq!(nearest("plannd", known), Some("planned"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(nearest("x", ["ai", "no"]), None);
    }

    #[test]
    fn a_wrong_key_touches_its_table_and_nothing_else() {
        let place = Place { file: "f".into(), at: None };
        let mut faults = Faults::default();
        faults.add(Fault::new(&place, "supply.entry.wind.lead_months", String::new()));
        faults.add(Fault::new(&place, "start_x", String::new()));
        assert!(faults.touches("supply.entry") && faults.touches("supply.entry.wind.lead_months"));
        assert!(!faults.touches("start") && !faults.touches("supply.entry.win"));
    }
}
