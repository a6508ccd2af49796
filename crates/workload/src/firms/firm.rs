//! A firm: a stable name, what it does, and its cash account.

use gridrush_core::names::Key;
use serde::{Deserialize, Serialize};

/// What a firm builds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FirmKind {
    /// Bitcoin mines.
    Mining,
    /// AI campuses.
    Ai,
}

impl FirmKind {
    /// The word in names and tables.
    pub const fn name(self) -> &'static str {
        match self {
            FirmKind::Mining => "mining",
            FirmKind::Ai => "ai",
        }
    }
}

/// A firm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Firm {
    /// The key of its name; its random draws belong to it.
    pub key: Key,
    /// Its stable name, such as `mining-firm-03`. Not a real company.
    pub name: String,
    /// What it builds.
    pub kind: FirmKind,
    /// The name of its cash account in the ledger.
    pub cash_account: String,
}

impl Firm {
    /// The `n`-th firm of a kind, counted from zero.
    pub fn nth(kind: FirmKind, n: u32) -> Firm {
        let name = format!("{}-firm-{:02}", kind.name(), n + 1);
        Firm { key: Key::of(&name), cash_account: format!("cash/{name}"), name, kind }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_keys_are_distinct_and_stable() {
        let firms: Vec<Firm> = [FirmKind::Mining, FirmKind::Ai]
            .into_iter()
            .flat_map(|kind| (0..50).map(move |n| Firm::nth(kind, n)))
            .collect();
        let mut keys: Vec<Key> = firms.iter().map(|f| f.key).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), firms.len());
        assert_eq!(firms[2].name, "mining-firm-03");
        assert_eq!(firms[2].cash_account, "cash/mining-firm-03");
    }
}
