//! The order of events inside one instant.

use gridrush_core::demand::SiteId;
use gridrush_core::interconnection::{QueueEvent, RequestId, RoundId, UpgradeId};
use gridrush_core::kernel::{Calendar, SimTime};
use gridrush_sim::event::{Event, FirmEvent, OutageEvent, SupplyEvent};
use gridrush_workload::ai::AiEvent;
use gridrush_workload::bitcoin::ChainEvent;

/// Physical changes, then the market, then the books, then the tables. A change here changes results.
#[test]
fn events_of_one_instant_come_in_a_pinned_order() {
    let (request, round, site) = (RequestId(0), RoundId(0), SiteId(0));
    let pinned = [
        Event::Supply(SupplyEvent::Online(0)),
        Event::Supply(SupplyEvent::Online(1)),
        Event::Supply(SupplyEvent::Reinforced(0)),
        Event::Outage(OutageEvent::Machine { group: 0, machine: 1 }),
        Event::Outage(OutageEvent::Machine { group: 1, machine: 0 }),
        Event::Outage(OutageEvent::Branch(0)),
        Event::Queue(QueueEvent::UpgradeDone(UpgradeId(0))),
        Event::Queue(QueueEvent::Reform(0)),
        Event::Queue(QueueEvent::Admit(request)),
        Event::Queue(QueueEvent::Close(0)),
        Event::Queue(QueueEvent::Begin(round)),
        Event::Queue(QueueEvent::StudyDone(round)),
        Event::Queue(QueueEvent::Decide(request)),
        Event::Queue(QueueEvent::Expire(request)),
        Event::Queue(QueueEvent::Quit(request)),
        Event::Queue(QueueEvent::Resume(request)),
        Event::Queue(QueueEvent::Build(request)),
        Event::Queue(QueueEvent::Energize(request)),
        Event::Queue(QueueEvent::Energize(RequestId(1))),
        Event::Queue(QueueEvent::Lapse(request)),
        Event::Queue(QueueEvent::Ramp(request)),
        Event::Chain(ChainEvent::Retarget),
        Event::Chain(ChainEvent::Day),
        Event::Ai(AiEvent::Deliver(site)),
        Event::Ai(AiEvent::Arrive(site)),
        Event::Ai(AiEvent::Finish(site)),
        Event::Firm(FirmEvent::Open(0)),
        Event::Firm(FirmEvent::File(0)),
        Event::Firm(FirmEvent::Review),
        Event::Dispatch,
        Event::Settle,
        Event::Sample,
    ];
    let mut calendar = Calendar::new();
    // Put in out of order: seven and the number of events have no common factor.
    for n in 0..pinned.len() {
        calendar.schedule(pinned[n * 7 % pinned.len()], SimTime::from_hours(1));
    }
    let popped: Vec<Event> = std::iter::from_fn(|| calendar.pop()).map(|(_, event)| event).collect();
    assert_eq!(popped, pinned);
}
