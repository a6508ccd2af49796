//! A line of work: orders served one after the other at a capacity that changes.
//!
//! Capacity is a step function of time. An order of `s` slots begins when those before it are done, or at its own
//! date if that is later, and is done when capacity has added up to `s`; delivery is a making time after that. An
//! order that is cancelled before it has begun leaves a part of its slots to those behind it; the rest, and one
//! that has begun, is sold to somebody outside, so nobody behind gains by it.
//!
//! Dates are a function of the list of orders, so what would have been without some of them is the same
//! computation over a shorter list. Invariants: dates of delivery are in the order of orders; leaving orders out
//! makes no other order later.
//!
//! Cost: O(orders behind) for an order or a cancellation, O(orders) for a date without some of them.

use serde::{Deserialize, Serialize};

use super::params::PoolParams;
use crate::interconnection::request::RequestId;
use crate::interconnection::upgrade::{UpgradeId, months};
use crate::kernel::{SimSpan, SimTime};

/// Position of an order in the order of placing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OrderId(pub u32);

/// Who ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Customer {
    /// Everybody outside the model.
    Others,
    /// A request for a connection, for its own station or plant.
    Request(RequestId),
    /// A network upgrade.
    Upgrade(UpgradeId),
    /// Works outside the queue, by a number of their own.
    Works(u32),
}

/// An order.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// Its position in the order of placing.
    pub id: OrderId,
    /// It is in the line from then on.
    pub at: SimTime,
    /// How much.
    pub slots: f64,
    /// For whom.
    pub customer: Customer,
    /// When it was cancelled.
    pub cancelled: Option<SimTime>,
    /// When its production begins and ends.
    done: (SimTime, SimTime),
}

/// Orders and capacity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pool {
    params: PoolParams,
    /// Of a cancelled order, what those behind it get.
    in_line_share: f64,
    /// In order of dates, equal ones in order of placing.
    line: Vec<Order>,
    placed: u32,
    /// Slots a month from each instant on.
    capacity: Vec<(SimTime, f64)>,
}

impl Pool {
    /// A pool at the start of a run, which is `start_year` with its fraction, with the backlog of that date.
    pub fn new(params: PoolParams, in_line_share: f64, start_year: f64) -> Pool {
        let backlog = params.backlog_months(start_year) * params.slots_per_month;
        let capacity = vec![(SimTime::ZERO, params.slots_per_month)];
        let mut pool = Pool { params, in_line_share, line: Vec::new(), placed: 0, capacity };
        if backlog > 0.0 {
            pool.order(SimTime::ZERO, backlog, Customer::Others);
        }
        pool
    }

    /// Its numbers.
    pub fn params(&self) -> &PoolParams {
        &self.params
    }

    /// Orders in the order in which they are served.
    pub fn line(&self) -> &[Order] {
        &self.line
    }

    /// Orders slots, behind all orders of the same date.
    pub fn order(&mut self, at: SimTime, slots: f64, customer: Customer) -> OrderId {
        let id = OrderId(self.placed);
        self.placed += 1;
        let place = self.line.partition_point(|order| order.at <= at);
        self.line.insert(place, Order { id, at, slots, customer, cancelled: None, done: (at, at) });
        self.date_from(place);
        id
    }

    /// Cancels an order; those behind it may move up. Cancelling twice changes nothing.
    pub fn cancel(&mut self, id: OrderId, now: SimTime) {
        let Some(place) = self.place(id) else { return };
        if self.line[place].cancelled.is_none() {
            self.line[place].cancelled = Some(now);
            self.date_from(place);
        }
    }

    /// A month of everybody else: what they order, and whether capacity is added. `year` is the date with its fraction.
    pub fn month(&mut self, now: SimTime, year: f64) {
        let slots = self.params.others_at(year) * self.params.slots_per_month;
        if slots > 0.0 {
            self.order(now, slots, Customer::Others);
        }
        if self.backlog_months(now) > self.params.expand_above_months {
            let more = self.params.slots_per_month * self.params.expansion_per_year / 12.0;
            let last = self.capacity.last().map_or(0.0, |&(_, slots)| slots);
            self.capacity.push((now + months(self.params.expansion_delay_months), last + more));
            self.date_from(0);
        }
    }

    /// How long a new order would wait for its turn.
    pub fn backlog_months(&self, now: SimTime) -> f64 {
        let free = self.line.last().map_or(now, |order| order.done.1);
        free.since(now).as_hours() / months(1.0).as_hours()
    }

    /// When an order of so many slots would be delivered if it were placed now.
    pub fn quote(&self, at: SimTime, slots: f64) -> SimTime {
        let place = self.line.partition_point(|order| order.at <= at);
        let free = place.checked_sub(1).map_or(at, |before| self.line[before].done.1);
        self.finish(at.max(free), slots) + self.making()
    }

    /// When an order is delivered, as far as is known now.
    ///
    /// # Panics
    /// If there is no such order.
    pub fn ready(&self, id: OrderId) -> SimTime {
        let place = self.place(id).expect("an order of this pool");
        self.line[place].done.1 + self.making()
    }

    /// Orders that stand before one, in the order in which they are served.
    pub fn before(&self, id: OrderId) -> &[Order] {
        &self.line[..self.place(id).unwrap_or(0)]
    }

    /// When an order would be delivered if some orders before it had never been placed. Capacity stays as it was.
    ///
    /// # Panics
    /// If there is no such order.
    pub fn ready_without(&self, id: OrderId, left_out: &dyn Fn(&Order) -> bool) -> SimTime {
        let place = self.place(id).expect("an order of this pool");
        let mut free = SimTime::ZERO;
        for order in self.line[..place].iter().filter(|order| !left_out(order)) {
            free = self.served(order, free).1;
        }
        self.served(&self.line[place], free).1 + self.making()
    }

    /// When an order would be delivered if it could begin at `there` at the earliest, without some orders before it,
    /// and whether it then has to wait for its turn.
    pub(super) fn ready_from(
        &self,
        id: OrderId,
        there: SimTime,
        left_out: &dyn Fn(&Order) -> bool,
    ) -> (SimTime, bool) {
        let place = self.place(id).expect("an order of this pool");
        let mut free = SimTime::ZERO;
        for order in self.line[..place].iter().filter(|order| !left_out(order)) {
            free = self.served(order, free).1;
        }
        let order = &self.line[place];
        (self.finish(there.max(free), order.slots) + self.making(), free > there)
    }

    fn place(&self, id: OrderId) -> Option<usize> {
        self.line.iter().position(|order| order.id == id)
    }

    fn making(&self) -> SimSpan {
        months(self.params.making_months)
    }

    /// Dates all orders from a place on.
    fn date_from(&mut self, place: usize) {
        let mut free = place.checked_sub(1).map_or(SimTime::ZERO, |before| self.line[before].done.1);
        for at in place..self.line.len() {
            let done = self.served(&self.line[at], free);
            self.line[at].done = done;
            free = done.1;
        }
    }

    /// Begin and end of an order's production if what is before it ends at `free`.
    fn served(&self, order: &Order, free: SimTime) -> (SimTime, SimTime) {
        let begin = order.at.max(free);
        let slots = match order.cancelled {
            Some(cancelled) if cancelled <= begin => order.slots * (1.0 - self.in_line_share),
            _ => order.slots,
        };
        (begin, self.finish(begin, slots))
    }

    /// When capacity from `begin` on adds up to so many slots.
    fn finish(&self, begin: SimTime, slots: f64) -> SimTime {
        let month = months(1.0).as_hours();
        let first = self.capacity.partition_point(|(from, _)| *from <= begin).saturating_sub(1);
        let (mut at, mut left) = (begin, slots);
        for (n, &(_, per_month)) in self.capacity.iter().enumerate().skip(first) {
            let need = SimSpan::from_hours_f64(left / per_month * month);
            match self.capacity.get(n + 1) {
                Some(&(until, _)) if at + need > until => {
                    left -= until.since(at).as_hours() / month * per_month;
                    at = at.max(until);
                }
                _ => return at + need,
            }
        }
        at
    }
}
