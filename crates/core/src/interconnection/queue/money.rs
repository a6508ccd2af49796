//! Fees, deposits and contributions of the queue, posted by the names of accounts.

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

    /// A fee for studies; counts towards what its studies have cost.
    pub(super) fn study_fee(
        &mut self,
        request: &mut Request,
        kind: &str,
        usd: f64,
    ) -> Result<(), LedgerError> {
        let fee = Cents::from_usd(usd)?;
        self.pay(&request.application.owner, STUDY_ACCOUNT, kind, fee)?;
        request.studies_cost = request.studies_cost.saturating_add(fee);
        Ok(())
    }

    /// Fee and deposits at filing.
    pub(super) fn filing(
        &mut self,
        request: &mut Request,
        fee_usd: f64,
        deposit_usd: f64,
        readiness_usd: f64,
    ) -> Result<(), LedgerError> {
        let owner = &request.application.owner;
        self.pay(owner, STUDY_ACCOUNT, "study_fee", Cents::from_usd(fee_usd)?)?;
        let deposit = Cents::from_usd(deposit_usd)?;
        self.pay(owner, DEPOSITS_ACCOUNT, "application_deposit", deposit)?;
        request.application_deposit = deposit;
        self.raise_readiness(request, Cents::from_usd(readiness_usd)?)
    }

    /// Brings the readiness deposit up to `due`; it is never lowered.
    pub(super) fn raise_readiness(&mut self, request: &mut Request, due: Cents) -> Result<(), LedgerError> {
        let added = Cents((due.0 - request.readiness.0).max(0));
        self.pay(&request.application.owner, DEPOSITS_ACCOUNT, "readiness_deposit", added)?;
        request.readiness = Cents(request.readiness.0 + added.0);
        Ok(())
    }

    /// What a place costs that was auctioned.
    pub(super) fn auction(&mut self, request: &Request, usd: f64) -> Result<(), LedgerError> {
        let price = Cents::from_usd(usd)?;
        self.pay(&request.application.owner, TRANSMISSION_ACCOUNT, "place_auction", price)
    }

    /// Turns the readiness deposit into the security that the offer names.
    pub(super) fn security(&mut self, request: &mut Request, amount: Cents) -> Result<(), LedgerError> {
        let owner = &request.application.owner;
        self.pay(DEPOSITS_ACCOUNT, owner, "readiness_refund", request.readiness)?;
        request.readiness = Cents::ZERO;
        self.pay(owner, DEPOSITS_ACCOUNT, "security", amount)?;
        request.security = amount;
        Ok(())
    }

    /// Returns the application deposit.
    pub(super) fn return_application(&mut self, request: &mut Request) -> Result<(), LedgerError> {
        let held = std::mem::replace(&mut request.application_deposit, Cents::ZERO);
        self.pay(DEPOSITS_ACCOUNT, &request.application.owner, "application_deposit_refund", held)
    }

    /// Returns the security.
    pub(super) fn return_security(&mut self, request: &mut Request) -> Result<(), LedgerError> {
        let held = std::mem::replace(&mut request.security, Cents::ZERO);
        self.pay(DEPOSITS_ACCOUNT, &request.application.owner, "security_refund", held)
    }

    /// Settles what is held for one who leaves: `kept` of each of application deposit, readiness deposit
    /// and security goes to the transmission owner, or stays where it is if `pooled`; the rest is
    /// returned. Gives back what was kept.
    pub(super) fn settle_leaver(
        &mut self,
        request: &mut Request,
        kept: [Cents; 3],
        pooled: bool,
    ) -> Result<Cents, LedgerError> {
        let held = [
            ("application_deposit", std::mem::replace(&mut request.application_deposit, Cents::ZERO)),
            ("readiness", std::mem::replace(&mut request.readiness, Cents::ZERO)),
            ("security", std::mem::replace(&mut request.security, Cents::ZERO)),
        ];
        let mut forfeited = 0;
        for ((what, held), kept) in held.into_iter().zip(kept) {
            let kept = kept.clamp(Cents::ZERO, held);
            if !pooled {
                self.pay(DEPOSITS_ACCOUNT, TRANSMISSION_ACCOUNT, &format!("{what}_forfeit"), kept)?;
            }
            let returned = Cents(held.0 - kept.0);
            self.pay(DEPOSITS_ACCOUNT, &request.application.owner, &format!("{what}_refund"), returned)?;
            forfeited += kept.0;
        }
        Ok(Cents(forfeited))
    }
}

/// Splits an amount in proportion to weights, to the cent; nothing is lost. Equal parts if all weights are
/// zero.
pub(super) fn split(amount: Cents, weights: &[f64]) -> Vec<Cents> {
    let sum: f64 = weights.iter().sum();
    let even = 1.0 / weights.len().max(1) as f64;
    // The last one that has a part takes what rounding left.
    let last = weights.iter().rposition(|weight| sum <= 0.0 || *weight > 0.0);
    let mut parts = Vec::with_capacity(weights.len());
    let (mut share, mut given) = (0.0, 0);
    for (at, weight) in weights.iter().enumerate() {
        share += if sum > 0.0 { weight / sum } else { even };
        let up_to = if last.is_some_and(|last| at >= last) {
            amount.0
        } else {
            ((amount.0 as f64 * share).round() as i64).clamp(given, amount.0)
        };
        parts.push(Cents(up_to - given));
        given = up_to;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_split_loses_no_cent() {
        assert_eq!(split(Cents(100), &[1.0, 1.0, 1.0]), [Cents(33), Cents(34), Cents(33)]);
        assert_eq!(split(Cents(7), &[0.0, 0.0]), [Cents(4), Cents(3)]);
        assert_eq!(split(Cents(5), &[0.0, 2.0, 0.0]), [Cents(0), Cents(5), Cents(0)]);
        assert_eq!(split(Cents(5), &[]), []);
        // A share that sums to a little less than one leaves nothing to one without a part.
        let parts = split(Cents(1_000_000_000_000_001), &[0.1, 0.2, 0.3, 0.0]);
        assert_eq!(
            (parts[3], parts.iter().map(|part| part.0).sum::<i64>()),
            (Cents(0), 1_000_000_000_000_001)
        );
    }
}
