//! Double-entry books in whole cents.
//!
//! Every posting moves a positive amount from the account it credits to the account it debits, so an
//! account's balance (debits less credits) is what it has received net, and all balances sum to zero.
//! Dollars that arise hour by hour are accumulated on *lines* (debit, credit, kind) and rounded once, at
//! the close of the month; what rounding left over is carried to the next month, so that after any
//! number of months a line's postings differ from its exact sum by at most half a cent.
//!
//! Accounts and kinds are interned names. Ids are handed out in order of first use; whatever leaves the
//! books ([`Ledger::balances`], [`Ledger::close_month`]) is in order of names, so it does not depend on
//! who came first. Postings are kept from one close to the next: memory does not grow with the run.
//! Posting to known accounts and accruing to a known line are O(1).

mod cents;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use cents::Cents;

use crate::kernel::SimTime;

/// Position of an account in the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AccountId(u32);

/// Position of a kind of posting, such as "energy".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct KindId(u32);

/// Position of a line on which dollars are accumulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LineId(u32);

/// Money that moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    /// When.
    pub at: SimTime,
    /// Who received it.
    pub debit: AccountId,
    /// Who paid it.
    pub credit: AccountId,
    /// What for.
    pub kind: KindId,
    /// How much; always positive.
    pub amount: Cents,
}

/// What can go wrong in the books.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// An amount or a balance does not fit 64 bits of cents.
    #[error("the balance of `{0}` does not fit 64 bits of cents")]
    Overflow(String),
    /// An accrued or converted amount is infinite, not a number, or too large for cents.
    #[error("an amount of {0} dollars cannot be booked")]
    NotBookable(String),
    /// A posting has the same account on both sides.
    #[error("a posting has `{0}` on both sides")]
    SameAccount(String),
    /// A posting of a negative amount.
    #[error("a posting of the negative amount {0}")]
    Negative(Cents),
    /// The balances do not sum to zero.
    #[error("the balances sum to {0} cents instead of zero")]
    Unbalanced(i128),
    /// A balance is not its opening value plus its postings.
    #[error("the balance of `{account}` is {balance}, its postings give {postings} cents")]
    Drift {
        /// The account.
        account: String,
        /// What the books say.
        balance: Cents,
        /// What the postings say.
        postings: i128,
    },
}

/// Dollars that accumulate on one (debit, credit, kind) until the month is closed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Line {
    debit: AccountId,
    credit: AccountId,
    kind: KindId,
    usd: f64,
}

/// The books.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Saved", into = "Saved")]
pub struct Ledger {
    accounts: Interned,
    kinds: Interned,
    balances: Vec<Cents>,
    opening: Vec<Cents>,
    postings: Vec<Posting>,
    lines: Vec<Line>,
    line_index: BTreeMap<(AccountId, AccountId, KindId), LineId>,
}

impl Ledger {
    /// Empty books.
    pub fn new() -> Ledger {
        Ledger::default()
    }

    /// The account of that name, opened with a balance of zero when it is new. O(log n).
    pub fn account(&mut self, name: &str) -> AccountId {
        let id = AccountId(self.accounts.intern(name));
        if id.0 as usize == self.balances.len() {
            self.balances.push(Cents::ZERO);
            self.opening.push(Cents::ZERO);
        }
        id
    }

    /// The kind of that name. O(log n).
    pub fn kind(&mut self, name: &str) -> KindId {
        KindId(self.kinds.intern(name))
    }

    /// The name of an account.
    pub fn account_name(&self, id: AccountId) -> &str {
        &self.accounts.names[id.0 as usize]
    }

    /// The name of a kind.
    pub fn kind_name(&self, id: KindId) -> &str {
        &self.kinds.names[id.0 as usize]
    }

    /// Books a payment of `amount` from `credit` to `debit`. Zero is not booked. Nothing changes on error.
    pub fn post(
        &mut self,
        at: SimTime,
        debit: AccountId,
        credit: AccountId,
        kind: KindId,
        amount: Cents,
    ) -> Result<(), LedgerError> {
        if amount < Cents::ZERO {
            return Err(LedgerError::Negative(amount));
        }
        let posting = Posting { at, debit, credit, kind, amount };
        if amount > Cents::ZERO {
            self.apply(&posting)?;
            self.postings.push(posting);
        }
        Ok(())
    }

    /// The line on which dollars from `credit` to `debit` of one kind accumulate. O(log n); hold on to it.
    pub fn line(&mut self, debit: AccountId, credit: AccountId, kind: KindId) -> Result<LineId, LedgerError> {
        self.refuse_same(debit, credit)?;
        let next = LineId(self.lines.len() as u32);
        let id = *self.line_index.entry((debit, credit, kind)).or_insert(next);
        if id == next {
            self.lines.push(Line { debit, credit, kind, usd: 0.0 });
        }
        Ok(id)
    }

    /// Adds dollars to a line; negative dollars flow the other way. O(1).
    pub fn accrue_line(&mut self, line: LineId, usd: f64) -> Result<(), LedgerError> {
        let sum = self.lines[line.0 as usize].usd + usd;
        if !sum.is_finite() {
            return Err(LedgerError::NotBookable(usd.to_string()));
        }
        self.lines[line.0 as usize].usd = sum;
        Ok(())
    }

    /// [`Ledger::line`] and [`Ledger::accrue_line`] in one call.
    pub fn accrue(
        &mut self,
        debit: AccountId,
        credit: AccountId,
        kind: KindId,
        usd: f64,
    ) -> Result<(), LedgerError> {
        let line = self.line(debit, credit, kind)?;
        self.accrue_line(line, usd)
    }

    /// Dollars on a line that are not posted yet.
    pub fn accrued_usd(&self, line: LineId) -> f64 {
        self.lines[line.0 as usize].usd
    }

    /// Rounds every line to a posting at `at`, keeps what rounding left over, and returns all postings
    /// since the last close: first those made one by one, in the order made, then those of the lines in
    /// order of (debit, credit, kind) names. Nothing changes on error.
    pub fn close_month(&mut self, at: SimTime) -> Result<Vec<Posting>, LedgerError> {
        let mut order: Vec<usize> = (0..self.lines.len()).collect();
        let names = |line: &Line| {
            (self.account_name(line.debit), self.account_name(line.credit), self.kind_name(line.kind))
        };
        order.sort_by(|&a, &b| names(&self.lines[a]).cmp(&names(&self.lines[b])));

        let before = self.balances.clone();
        let mut rounded = Vec::new();
        let mut left_usd = Vec::with_capacity(order.len());
        for &i in &order {
            let Line { debit, credit, kind, usd } = self.lines[i];
            let booked = Cents::from_usd(usd).and_then(|amount| {
                let (debit, credit) = if amount < Cents::ZERO { (credit, debit) } else { (debit, credit) };
                let posting = Posting { at, debit, credit, kind, amount: amount.abs() };
                if amount != Cents::ZERO {
                    self.apply(&posting)?;
                    rounded.push(posting);
                }
                Ok(usd - amount.as_usd())
            });
            match booked {
                Ok(left) => left_usd.push(left),
                Err(error) => {
                    self.balances = before;
                    return Err(error);
                }
            }
        }
        for (&i, left) in order.iter().zip(left_usd) {
            self.lines[i].usd = left;
        }
        self.opening.clone_from(&self.balances);
        let mut closed = core::mem::take(&mut self.postings);
        closed.append(&mut rounded);
        Ok(closed)
    }

    /// Postings made since the last close.
    pub fn open_postings(&self) -> &[Posting] {
        &self.postings
    }

    /// Debits less credits of an account.
    pub fn balance(&self, id: AccountId) -> Cents {
        self.balances[id.0 as usize]
    }

    /// Debits less credits of the account of that name, if it was ever opened.
    pub fn balance_of(&self, name: &str) -> Option<Cents> {
        self.accounts.index.get(name).map(|&id| self.balances[id as usize])
    }

    /// All accounts and their balances, in order of names.
    pub fn balances(&self) -> impl ExactSizeIterator<Item = (&str, Cents)> {
        self.accounts.index.iter().map(|(name, &id)| (name.as_str(), self.balances[id as usize]))
    }

    /// Checks that the balances sum to zero and that each is its value at the last close plus its
    /// postings since. O(accounts + open postings).
    pub fn check(&self) -> Result<(), LedgerError> {
        let mut expected: Vec<i128> = self.opening.iter().map(|cents| i128::from(cents.0)).collect();
        for posting in &self.postings {
            expected[posting.debit.0 as usize] += i128::from(posting.amount.0);
            expected[posting.credit.0 as usize] -= i128::from(posting.amount.0);
        }
        for (i, (&balance, &postings)) in self.balances.iter().zip(&expected).enumerate() {
            if i128::from(balance.0) != postings {
                let account = self.accounts.names[i].clone();
                return Err(LedgerError::Drift { account, balance, postings });
            }
        }
        match expected.iter().sum() {
            0 => Ok(()),
            sum => Err(LedgerError::Unbalanced(sum)),
        }
    }

    fn refuse_same(&self, debit: AccountId, credit: AccountId) -> Result<(), LedgerError> {
        if debit == credit {
            return Err(LedgerError::SameAccount(self.account_name(debit).to_owned()));
        }
        Ok(())
    }

    /// Changes the two balances of a posting, or neither.
    fn apply(&mut self, posting: &Posting) -> Result<(), LedgerError> {
        self.refuse_same(posting.debit, posting.credit)?;
        let overflow = |id| LedgerError::Overflow(self.account_name(id).to_owned());
        let debit = self.balance(posting.debit).checked_add(posting.amount);
        let debit = debit.ok_or_else(|| overflow(posting.debit))?;
        let credit = self.balance(posting.credit).checked_sub(posting.amount);
        let credit = credit.ok_or_else(|| overflow(posting.credit))?;
        self.balances[posting.debit.0 as usize] = debit;
        self.balances[posting.credit.0 as usize] = credit;
        Ok(())
    }
}

/// Names and their positions in order of first use.
#[derive(Clone, Debug, Default, PartialEq)]
struct Interned {
    names: Vec<String>,
    index: BTreeMap<String, u32>,
}

impl Interned {
    fn intern(&mut self, name: &str) -> u32 {
        if let Some(&id) = self.index.get(name) {
            return id;
        }
        let id = self.names.len() as u32;
        self.names.push(name.to_owned());
        self.index.insert(name.to_owned(), id);
        id
    }

    fn of(names: Vec<String>) -> Interned {
        let index = names.iter().cloned().zip(0..).collect();
        Interned { names, index }
    }
}

/// What is written of the books: lists, without the indexes that follow from them.
#[derive(Serialize, Deserialize)]
struct Saved {
    accounts: Vec<String>,
    kinds: Vec<String>,
    balances: Vec<Cents>,
    opening: Vec<Cents>,
    postings: Vec<Posting>,
    lines: Vec<Line>,
}

impl From<Ledger> for Saved {
    fn from(ledger: Ledger) -> Saved {
        Saved {
            accounts: ledger.accounts.names,
            kinds: ledger.kinds.names,
            balances: ledger.balances,
            opening: ledger.opening,
            postings: ledger.postings,
            lines: ledger.lines,
        }
    }
}

impl From<Saved> for Ledger {
    fn from(saved: Saved) -> Ledger {
        let keys = saved.lines.iter().map(|line| (line.debit, line.credit, line.kind));
        let line_index = keys.zip((0..).map(LineId)).collect();
        Ledger {
            accounts: Interned::of(saved.accounts),
            kinds: Interned::of(saved.kinds),
            balances: saved.balances,
            opening: saved.opening,
            postings: saved.postings,
            lines: saved.lines,
            line_index,
        }
    }
}

#[cfg(test)]
mod tests;
