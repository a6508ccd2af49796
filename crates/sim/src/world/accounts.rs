//! The market's lines in the ledger.
//!
//! Every interval: loads pay the settlement price at their bus into the market, generators and storage
//! are paid theirs out of it, and what remains is congestion rent (and the price of reserve that large
//! controllable loads do not pay). Reserve is paid by all load in proportion to energy, to whoever holds
//! it. At the end of the month the market's balance goes to congestion rent, and congestion rent goes
//! back to load in proportion to energy served, so that both end the month at zero.

use gridrush_core::grid::Fuel;
use gridrush_core::interconnection::{RATE_BASE_ACCOUNT, TRANSMISSION_ACCOUNT};
use gridrush_core::kernel::SimTime;
use gridrush_core::ledger::{AccountId, Cents, KindId, Ledger, LedgerError, LineId, Posting};

/// Accounts and lines that the market posts to.
#[derive(Clone, Debug)]
pub(super) struct Accounts {
    market: AccountId,
    rent: AccountId,
    rent_kind: KindId,
    return_kind: KindId,
    /// Loads, by class.
    pub load: Vec<AccountId>,
    /// Plants, by fuel.
    pub plants: Vec<AccountId>,
    /// Load pays for energy, by class.
    pub energy: Vec<LineId>,
    /// Load pays for reserve, by class.
    pub reserve: Vec<LineId>,
    /// Generation is paid for energy, by fuel.
    pub generation: Vec<LineId>,
    /// Generation is paid for reserve, by fuel.
    pub reserve_paid: Vec<LineId>,
    /// Controllable load is paid for reserve, by class.
    pub reserve_load: Vec<LineId>,
    /// Energy served this month, by class.
    pub served_mwh: Vec<f64>,
}

impl Accounts {
    /// Opens the market's accounts.
    pub fn open(ledger: &mut Ledger, classes: &[&str]) -> Result<Accounts, LedgerError> {
        let market = ledger.account("market");
        let rent = ledger.account("congestion_rent");
        let (energy_kind, reserve_kind) = (ledger.kind("energy"), ledger.kind("reserve"));
        let load: Vec<AccountId> = classes.iter().map(|c| ledger.account(&format!("load/{c}"))).collect();
        let plants: Vec<AccountId> =
            Fuel::ALL.iter().map(|f| ledger.account(&format!("generation/{}", f.name()))).collect();
        let mut lines =
            |from: &[AccountId], into_market: bool, kind: KindId| -> Result<Vec<LineId>, LedgerError> {
                from.iter()
                    .map(|&other| {
                        if into_market {
                            ledger.line(market, other, kind)
                        } else {
                            ledger.line(other, market, kind)
                        }
                    })
                    .collect()
            };
        Ok(Accounts {
            energy: lines(&load, true, energy_kind)?,
            reserve: lines(&load, true, reserve_kind)?,
            generation: lines(&plants, false, energy_kind)?,
            reserve_paid: lines(&plants, false, reserve_kind)?,
            reserve_load: lines(&load, false, reserve_kind)?,
            served_mwh: vec![0.0; classes.len()],
            rent_kind: ledger.kind("congestion_rent"),
            return_kind: ledger.kind("congestion_rent_returned"),
            market,
            rent,
            load,
            plants,
        })
    }

    /// Books an investment that goes into the rate base: paid to the transmission owner, owed by the
    /// rate payers of later years.
    pub fn post_rate_base(ledger: &mut Ledger, at: SimTime, kind: &str, usd: f64) -> Result<(), LedgerError> {
        let (owner, base) = (ledger.account(TRANSMISSION_ACCOUNT), ledger.account(RATE_BASE_ACCOUNT));
        let kind = ledger.kind(kind);
        ledger.post(at, owner, base, kind, Cents::from_usd(usd)?)
    }

    /// Closes the month: rounds all lines, clears the market's balance into congestion rent, and returns
    /// that to load. Returns every posting of the month.
    pub fn close_month(&mut self, ledger: &mut Ledger, at: SimTime) -> Result<Vec<Posting>, LedgerError> {
        let mut postings = ledger.close_month(at)?;
        move_balance(ledger, at, self.market, self.rent, self.rent_kind)?;
        let total_mwh: f64 = self.served_mwh.iter().sum();
        let balance = ledger.balance(self.rent);
        let mut left = balance;
        for (class, &mwh) in self.served_mwh.iter().enumerate().rev() {
            // Native load, the last in this order, takes what rounding leaves.
            let part = if class == 0 || total_mwh <= 0.0 {
                left
            } else {
                Cents((balance.0 as f64 * mwh / total_mwh) as i64)
            };
            if class > 0 && total_mwh <= 0.0 {
                continue;
            }
            left = left.checked_sub(part).unwrap_or(Cents::ZERO);
            transfer(ledger, at, self.rent, self.load[class], self.return_kind, part)?;
        }
        self.served_mwh.fill(0.0);
        postings.extend(ledger.close_month(at)?);
        ledger.check()?;
        Ok(postings)
    }
}

/// Moves the whole balance of one account to another.
fn move_balance(
    ledger: &mut Ledger,
    at: SimTime,
    from: AccountId,
    to: AccountId,
    kind: KindId,
) -> Result<(), LedgerError> {
    let balance = ledger.balance(from);
    transfer(ledger, at, from, to, kind, balance)
}

/// Moves an amount of a debit balance from one account to another; negative amounts move back.
pub(super) fn transfer(
    ledger: &mut Ledger,
    at: SimTime,
    from: AccountId,
    to: AccountId,
    kind: KindId,
    amount: Cents,
) -> Result<(), LedgerError> {
    if amount < Cents::ZERO {
        ledger.post(at, from, to, kind, amount.abs())
    } else {
        ledger.post(at, to, from, kind, amount)
    }
}
