//! The firms behind the requests: who asks for a connection, when, and what they answer to an offer.
//!
//! * [`firm`]: a name, a kind, an account.
//! * [`arrivals`]: requests of a month, drawn so that a boom in one class moves no draw of another.
//! * [`owners`]: what only the owner of a request knows.
//! * [`developers`]: power plants that are filed when they would pay.
//! * [`decisions`]: what firms decide, one file per decision.

pub mod arrivals;
pub mod decisions;
pub mod developers;
pub mod firm;
pub mod owners;

pub use arrivals::{Arrival, ArrivalParams, ClassArrivals, MonthView, ZoneShare, arrivals_of_month};
pub use decisions::accept::{
    AcceptParams, AiOutlook, Answer, MiningOutlook, OfferView, Outlook, Reason, accept,
};
pub use decisions::burden::Burden;
pub use developers::{DeveloperOutlook, DeveloperParams, Filing, exogenous, filings};
pub use firm::{Firm, FirmKind};
pub use owners::{Owner, OwnerParams};
