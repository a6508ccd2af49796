//! Shared equipment and crews: what everybody who builds has to wait for.
//!
//! Loads, generators and utilities order from the same lines of work: power transformers, breakers, turbines,
//! engines, line and station crews. A line of work is a [`Pool`]: it makes so many slots a month and serves orders
//! in the order of their dates, so that the time from order to delivery follows from what was ordered before.
//! An [`Equipment`] holds all pools of a region and says what a station or an upgrade needs of them.
//!
//! ```text
//!   ready = end of production (after everything ordered before) + making time
//! ```
//!
//! Everybody else in the world orders too: a multiple of capacity that changes from year to year and is fitted to
//! lead times that were published. When the backlog is long, capacity is added, and comes late.
//!
//! Study engineers are the places of the queue's own office (`QueueParams::study_slots`).

mod params;
mod pool;
mod procure;

pub use params::{EquipmentParams, Item, PoolParams};
pub use pool::{Customer, Order, OrderId, Pool};
pub use procure::{Equipment, Procured};

#[cfg(test)]
mod tests;
