//! How the owner of an event type puts events into the calendar without seeing anybody else's.

use super::SimTime;

/// A view of the calendar for one owner's events `E`.
pub trait Schedule<E> {
    /// The present instant.
    fn now(&self) -> SimTime;
    /// Schedules `event` at `at`, or moves it there if it is pending. `at` is never before now.
    fn at(&mut self, at: SimTime, event: E);
    /// Removes `event` if it is pending.
    fn cancel(&mut self, event: E);
}
