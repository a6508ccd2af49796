//! The same M/M/1 on NeXosim, one thread: as two models joined by a port, and as one model.

use std::collections::VecDeque;
use std::time::Duration;

use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::{EventSinkReader, Output, SinkState, event_slot};
use nexosim::simulation::{Mailbox, SimInit, SimulationError};
use nexosim::time::MonotonicTime;
use serde::{Deserialize, Serialize};

use crate::mm1::Durations;

/// The durations that a model still has to use, last first.
#[derive(Serialize, Deserialize)]
struct Drawn(Vec<u64>);

impl Drawn {
    fn new(ms: &[u64]) -> Self {
        Self(ms.iter().rev().copied().collect())
    }
    fn next(&mut self) -> Option<Duration> {
        self.0.pop().map(Duration::from_millis)
    }
}

#[derive(Serialize, Deserialize)]
struct Source {
    gaps: Drawn,
    arrival: Output<()>,
}

#[Model]
impl Source {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        if let Some(gap) = self.gaps.next() {
            cx.schedule_event(gap, schedulable!(Self::arrive), ()).expect("the gap is positive");
        }
    }

    #[nexosim(schedulable)]
    async fn arrive(&mut self, (): (), cx: &Context<Self>) {
        self.arrival.send(()).await;
        if let Some(gap) = self.gaps.next() {
            cx.schedule_event(gap, schedulable!(Self::arrive), ()).expect("the gap is positive");
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Server {
    services: Drawn,
    line: VecDeque<MonotonicTime>,
    left: usize,
    sojourn: Duration,
    total: Output<Duration>,
}

#[Model]
impl Server {
    fn arrive(&mut self, (): (), cx: &Context<Self>) {
        self.line.push_back(cx.time());
        if self.line.len() == 1 {
            self.begin(cx);
        }
    }

    fn begin(&mut self, cx: &Context<Self>) {
        if let Some(service) = self.services.next() {
            cx.schedule_event(service, schedulable!(Self::depart), ()).expect("the service is positive");
        }
    }

    #[nexosim(schedulable)]
    async fn depart(&mut self, (): (), cx: &Context<Self>) {
        let arrived = self.line.pop_front().expect("somebody departs");
        self.sojourn += cx.time().duration_since(arrived);
        self.left -= 1;
        if self.left == 0 {
            self.total.send(self.sojourn).await;
        }
        if !self.line.is_empty() {
            self.begin(cx);
        }
    }
}

/// Two models, as the library means it: a source that sends customers to a server.
pub fn two_models(durations: &Durations) -> Result<u64, SimulationError> {
    let mut source = Source { gaps: Drawn::new(&durations.gap_ms), arrival: Output::default() };
    let mut server = Server {
        services: Drawn::new(&durations.service_ms),
        line: VecDeque::new(),
        left: durations.gap_ms.len(),
        sojourn: Duration::ZERO,
        total: Output::default(),
    };
    let (source_box, server_box) = (Mailbox::new(), Mailbox::new());
    source.arrival.connect(Server::arrive, &server_box);
    let (sink, mut total) = event_slot(SinkState::Enabled);
    server.total.connect_sink(sink);
    let mut simulation = SimInit::with_num_threads(1)
        .add_model(source, source_box, "source")
        .add_model(server, server_box, "server")
        .init(MonotonicTime::EPOCH)?;
    simulation.run()?;
    let total: Duration = total.try_read().expect("the last customer reports the total");
    Ok(total.as_millis() as u64)
}

#[derive(Serialize, Deserialize)]
struct Queue {
    gaps: Drawn,
    services: Drawn,
    line: VecDeque<MonotonicTime>,
    left: usize,
    sojourn: Duration,
    total: Output<Duration>,
}

#[Model]
impl Queue {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        if let Some(gap) = self.gaps.next() {
            cx.schedule_event(gap, schedulable!(Self::arrive), ()).expect("the gap is positive");
        }
    }

    #[nexosim(schedulable)]
    fn arrive(&mut self, (): (), cx: &Context<Self>) {
        self.line.push_back(cx.time());
        if self.line.len() == 1 {
            self.begin(cx);
        }
        if let Some(gap) = self.gaps.next() {
            cx.schedule_event(gap, schedulable!(Self::arrive), ()).expect("the gap is positive");
        }
    }

    fn begin(&mut self, cx: &Context<Self>) {
        if let Some(service) = self.services.next() {
            cx.schedule_event(service, schedulable!(Self::depart), ()).expect("the service is positive");
        }
    }

    #[nexosim(schedulable)]
    async fn depart(&mut self, (): (), cx: &Context<Self>) {
        let arrived = self.line.pop_front().expect("somebody departs");
        self.sojourn += cx.time().duration_since(arrived);
        self.left -= 1;
        if self.left == 0 {
            self.total.send(self.sojourn).await;
        }
        if !self.line.is_empty() {
            self.begin(cx);
        }
    }
}

/// Everything in one model: the fewest messages possible.
pub fn one_model(durations: &Durations) -> Result<u64, SimulationError> {
    let mut queue = Queue {
        gaps: Drawn::new(&durations.gap_ms),
        services: Drawn::new(&durations.service_ms),
        line: VecDeque::new(),
        left: durations.gap_ms.len(),
        sojourn: Duration::ZERO,
        total: Output::default(),
    };
    let (sink, mut total) = event_slot(SinkState::Enabled);
    queue.total.connect_sink(sink);
    let mut simulation =
        SimInit::with_num_threads(1).add_model(queue, Mailbox::new(), "queue").init(MonotonicTime::EPOCH)?;
    simulation.run()?;
    let total: Duration = total.try_read().expect("the last customer reports the total");
    Ok(total.as_millis() as u64)
}
