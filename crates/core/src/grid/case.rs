//! Readers for case files: text in, a network or a list of faults out.
//!
//! * [`matpower`]: MATPOWER version 2 case files.
//! * [`powersimdata`]: the plant, bus and branch tables of the PowerSimData package.
//! * [`rts_gmlc`]: the CSV folder of the RTS-GMLC test system with its hourly series.
//! * [`own`]: the tables of a gridrush region pack, read and written.
//!
//! A reader looks at the whole input before it gives up: one bad cell does not hide the next. No reader
//! guesses: a cell that is not understood is a fault, never a default.

use core::fmt;

pub(crate) mod check;
pub mod matpower;
pub mod own;
pub mod powersimdata;
pub mod rts_gmlc;
pub(crate) mod table;

/// Something wrong with an input file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseFault {
    /// The file, as the caller named it.
    pub file: String,
    /// The line, counted from one, when the fault has one.
    pub line: Option<u64>,
    /// The column of a table or the dotted path of a key.
    pub field: String,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub allowed: Option<String>,
    /// The known name most like the one that was found.
    pub nearest: Option<String>,
}

impl fmt::Display for CaseFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}: {}", self.field, self.message)?;
        if let Some(allowed) = &self.allowed {
            write!(f, " (allowed: {allowed})")?;
        }
        if let Some(nearest) = &self.nearest {
            write!(f, " (did you mean {nearest}?)")?;
        }
        Ok(())
    }
}

impl core::error::Error for CaseFault {}

/// The faults of one file as they are found.
pub(crate) struct Faults<'a> {
    file: &'a str,
    list: &'a mut Vec<CaseFault>,
}

impl<'a> Faults<'a> {
    /// Collects the faults of `file` at the end of `list`.
    pub fn new(file: &'a str, list: &'a mut Vec<CaseFault>) -> Faults<'a> {
        Faults { file, list }
    }

    /// Notes a fault.
    pub fn add(&mut self, line: Option<u64>, field: &str, message: impl Into<String>) -> &mut CaseFault {
        let index = self.list.len();
        self.list.push(CaseFault {
            file: self.file.to_owned(),
            line,
            field: field.to_owned(),
            message: message.into(),
            allowed: None,
            nearest: None,
        });
        &mut self.list[index]
    }

    /// Notes a name that is not among the known ones.
    pub fn unknown<'n>(
        &mut self,
        line: Option<u64>,
        field: &str,
        what: &str,
        found: &str,
        known: impl Iterator<Item = &'n str> + Clone,
    ) {
        let nearest = nearest(found, known.clone()).map(str::to_owned);
        let known: Vec<&str> = known.collect();
        let fault = self.add(line, field, format!("unknown {what} \"{found}\""));
        fault.nearest = nearest;
        fault.allowed = (known.len() <= 20).then(|| known.join(", "));
    }
}

/// The known name with the fewest edits, if it is near enough to be a likely slip.
pub(crate) fn nearest<'n>(found: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let limit = 1 + found.chars().count() / 3;
    known.map(|name| (edits(found, name), name)).filter(|(d, _)| *d <= limit).min().map(|(_, name)| name)
}

/// Levenshtein distance. `O(|a| |b|)`.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let next = (diagonal + usize::from(x != *y)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = row[j + 1];
            row[j + 1] = next;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_and_nearest() {
        assert_eq!(edits("kitten", "sitting"), 3);
        assert_eq!(edits("", "abc"), 3);
        assert_eq!(nearest("rating_mv", ["rating_mw", "x_pu"].into_iter()), Some("rating_mw"));
        assert_eq!(nearest("colour", ["rating_mw", "x_pu"].into_iter()), None);
    }
}
