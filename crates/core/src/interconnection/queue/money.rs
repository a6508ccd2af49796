//! Fees, deposits and contributions of the queue, posted by the names of accounts.

use super::QueueParams;
use crate::interconnection::request::Request;
use crate::kernel::SimTime;
use crate::ledger::{Cents, Ledger, LedgerError};

/// The account that holds deposits and security until they are returned or forfeited.
pub const DEPOSITS_ACCOUNT: &str = "queue/deposits_held";
/// The account that earns study fees.
pub const STUDY_ACCOUNT: &str = "queue/study_office";
/// The account that gets contributions to upgrades and forfeited deposits.
pub const TRANSMISSION_ACCOUNT: &str = "grid/transmission_owner";
/// The account of what rate payers will owe for the network.
pub const RATE_BASE_ACCOUNT: &str = "grid/rate_base";
/// The account that sells customer stations.
pub const STATION_ACCOUNT: &str = "queue/station_vendors";

/// Posts payments at one instant.
pub(super) struct Cashier<'a> {
    pub(super) at: SimTime,
    pub(super) ledger: &'a mut Ledger,
}

impl Cashier<'_> {
    pub(super) fn pay(&mut self, from: &str, to: &str, kind: &str, amount: Cents) -> Result<(), LedgerError> {
        let (debit, credit) = (self.ledger.account(to), self.ledger.account(from));
        let kind = self.ledger.kind(kind);
        self.ledger.post(self.at, debit, credit, kind, amount)
    }

    /// Fee and deposit at filing.
    pub(super) fn filing(&mut self, request: &mut Request, params: &QueueParams) -> Result<(), LedgerError> {
        let owner = &request.application.owner;
        self.pay(owner, STUDY_ACCOUNT, "study_fee", Cents::from_usd(params.study_fee_usd)?)?;
        let deposit = Cents::from_usd(params.application_deposit_usd)?;
        self.pay(owner, DEPOSITS_ACCOUNT, "application_deposit", deposit)?;
        request.application_deposit = deposit;
        Ok(())
    }

    /// Takes the security that the offer names.
    pub(super) fn security(&mut self, request: &mut Request, amount: Cents) -> Result<(), LedgerError> {
        self.pay(&request.application.owner, DEPOSITS_ACCOUNT, "security", amount)?;
        request.security = amount;
        Ok(())
    }

    /// Returns the application deposit, or hands it to the transmission owner.
    pub(super) fn close_application(&mut self, request: &mut Request, keep: bool) -> Result<(), LedgerError> {
        let (to, kind) = if keep {
            (TRANSMISSION_ACCOUNT, "application_deposit_forfeit")
        } else {
            (request.application.owner.as_str(), "application_deposit_refund")
        };
        self.pay(DEPOSITS_ACCOUNT, to, kind, request.application_deposit)?;
        request.application_deposit = Cents::ZERO;
        Ok(())
    }

    /// Returns the security except for the part that is kept.
    pub(super) fn close_security(
        &mut self,
        request: &mut Request,
        kept_share: f64,
    ) -> Result<(), LedgerError> {
        let held = request.security;
        let kept = Cents::from_usd(held.as_usd() * kept_share)?.clamp(Cents::ZERO, held);
        self.pay(DEPOSITS_ACCOUNT, TRANSMISSION_ACCOUNT, "security_forfeit", kept)?;
        let returned = Cents(held.0 - kept.0);
        self.pay(DEPOSITS_ACCOUNT, &request.application.owner, "security_refund", returned)?;
        request.security = Cents::ZERO;
        Ok(())
    }
}
