//! A queue with Poisson arrivals, exponential service and `c` servers, on the calendar.
//!
//! Customers wait in one line, first come first served. Draw `n` belongs to customer `n`, not to a
//! position in a shared sequence. The whole state is serializable; sums are whole milliseconds.

use std::collections::VecDeque;

use gridrush_core::kernel::{Calendar, Purpose, SimSpan, SimTime, Streams, uniform_open};
use gridrush_core::math::ln;
use gridrush_core::names::Key;
use serde::{Deserialize, Serialize};

const ARRIVAL: Purpose = Purpose::of("arrival");
const SERVICE: Purpose = Purpose::of("service");

/// What can happen: a server becomes free, a customer comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Event {
    Depart(u32),
    Arrive,
}

/// The queue and what was seen of it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Queue {
    calendar: Calendar<Event>,
    streams: Streams,
    mean_gap_h: f64,
    mean_service_h: f64,
    /// The customer in service at each server.
    servers: Vec<Option<Customer>>,
    waiting: VecDeque<Customer>,
    arrived: u64,
    /// Customers before this one are not counted.
    warm_up: u64,
    pub served: u64,
    pub waited: u64,
    pub wait_ms: u64,
    pub sojourn_ms: u64,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct Customer {
    number: u64,
    arrived: SimTime,
    began: SimTime,
}

impl Queue {
    /// A queue with mean service of one hour and load `rho` per server.
    pub fn new(servers: usize, rho: f64, warm_up: u64, streams: Streams) -> Self {
        let mut queue = Self {
            calendar: Calendar::new(),
            streams,
            mean_gap_h: 1.0 / (rho * servers as f64),
            mean_service_h: 1.0,
            servers: vec![None; servers],
            waiting: VecDeque::new(),
            arrived: 0,
            warm_up,
            served: 0,
            waited: 0,
            wait_ms: 0,
            sojourn_ms: 0,
        };
        let first = queue.draw(ARRIVAL, 0, queue.mean_gap_h);
        queue.calendar.schedule(Event::Arrive, SimTime::ZERO + first);
        queue
    }

    fn draw(&self, purpose: Purpose, n: u64, mean_h: f64) -> SimSpan {
        let mut rng = self.streams.open_at(Key::of("queue"), purpose, n);
        SimSpan::from_hours_f64(-ln(uniform_open(&mut rng)) * mean_h)
    }

    /// Lets events happen until `customers` have been served after the warm-up.
    pub fn run(&mut self, customers: u64) {
        while self.served < customers {
            let Some((now, event)) = self.calendar.pop() else { return };
            match event {
                Event::Arrive => {
                    let customer = Customer { number: self.arrived, arrived: now, began: now };
                    self.arrived += 1;
                    match self.servers.iter().position(Option::is_none) {
                        Some(server) => self.begin(now, server, customer),
                        None => self.waiting.push_back(customer),
                    }
                    let gap = self.draw(ARRIVAL, self.arrived, self.mean_gap_h);
                    self.calendar.schedule(Event::Arrive, now + gap);
                }
                Event::Depart(server) => {
                    let server = server as usize;
                    let customer = self.servers[server].take().expect("a departing customer was in service");
                    if customer.number >= self.warm_up {
                        let wait = customer.began - customer.arrived;
                        self.served += 1;
                        self.waited += u64::from(wait.0 > 0);
                        self.wait_ms += wait.0;
                        self.sojourn_ms += (now - customer.arrived).0;
                    }
                    if let Some(next) = self.waiting.pop_front() {
                        self.begin(now, server, next);
                    }
                }
            }
        }
    }

    fn begin(&mut self, now: SimTime, server: usize, mut customer: Customer) {
        let service = self.draw(SERVICE, customer.number, self.mean_service_h);
        customer.began = now;
        self.servers[server] = Some(customer);
        self.calendar.schedule(Event::Depart(server as u32), now + service);
    }

    /// How many events happened.
    pub fn events(&self) -> u64 {
        self.calendar.popped()
    }
}
