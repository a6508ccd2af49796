//! Grid policy as data: dated rules that fill hooks of the queue, the market and the bill.
//!
//! ```text
//! data/policies/<id>.toml --> Policy { dates, rules } --> Rule { module, applies_to, params }
//!                                                             |
//!     queue:  process, amend, admit, service       <----------+-- registry of modules (functions)
//!     market: operate, fuel_adder                  <----------|
//!     bills:  charge, obligation                   <----------'
//! ```
//!
//! A region's policy is an ordered list of policies. A [`Module`] is a kind of rule: plain functions from
//! a rule's parameters and what they look at to an answer, without state of their own; what a rule has to
//! remember is asked of the books of the queue or of the month. A new policy is one file, a new kind of
//! rule one file in `policy/modules` and a line in [`MODULES`].
//!
//! How answers of several rules combine: the first answer that is not a plain yes wins (`admit`,
//! `transition`); the last process in force wins and is then amended in order (`process`, `amend`); the
//! last terms win (`service`); ceilings and caps take the least (`operate`); charges and adders are added
//! (`charge`, `fuel_adder`).

mod applies;
mod hooks;
mod modules;
mod parts;
mod rule;
#[cfg(test)]
pub(crate) mod testing;

pub use applies::{AppliesTo, Asked, Books, Tags};
pub use hooks::{
    Admit, Charge, ChargeOf, Hooks, HourView, Limits, MonthView, Obligation, PLACES, Payee, ServiceTerms,
    Transition, Verdict,
};
pub use modules::MODULES;
pub use rule::{Confidence, Module, Param, ParamDecl, Policies, Policy, Rule};
