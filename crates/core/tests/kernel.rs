//! The event kernel against closed forms, models and itself.

#[path = "kernel/calendar.rs"]
mod calendar;
#[path = "kernel/mmc.rs"]
mod mmc;
#[path = "kernel/queueing.rs"]
mod queueing;
#[path = "kernel/streams.rs"]
mod streams;
