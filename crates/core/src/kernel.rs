//! Integer time, a calendar of events, and random streams that belong to names.
//!
//! An event is a small `Copy` value that is its own identity: scheduling it again moves it, cancelling
//! removes it, and nothing stale is ever left behind. The order inside one instant is the order of the
//! event type's variants, then of its entity, so it depends on nothing that happened before. Jobs that
//! progress together share one [`WorkClock`] and one event.

mod calendar;
mod schedule;
mod streams;
mod time;
mod work_clock;

pub use calendar::Calendar;
pub use schedule::Schedule;
pub use streams::{Purpose, Rng, Streams, uniform_open};
pub use time::{HOUR_MS, SimSpan, SimTime};
pub use work_clock::WorkClock;
