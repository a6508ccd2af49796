//! What a run reports: one file per table, declaration and accumulator side by side.
//!
//! Probes see state changes and settled intervals, never raw events, and hold only the current month
//! or year plus one batch of rows, so memory is flat in the length of the run.

pub mod adequacy;
pub mod bitcoin;
pub mod books;
pub mod compute;
pub mod congestion;
pub mod contention;
pub mod curtailment;
pub mod decisions;
pub mod load;
pub mod queue;
pub mod requests;
pub mod supply;
pub mod system;

use gridrush_tables::Table;

/// Every table of a run, in the order of the data dictionary.
pub const TABLES: &[&Table] = &[
    &contention::TABLE,
    &system::TABLE,
    &load::TABLE,
    &curtailment::TABLE,
    &queue::TABLE,
    &requests::TABLE,
    &decisions::TABLE,
    &bitcoin::TABLE,
    &compute::TABLE,
    &supply::TABLE,
    &adequacy::TABLE,
    &congestion::TABLE,
    &books::TABLE,
];
