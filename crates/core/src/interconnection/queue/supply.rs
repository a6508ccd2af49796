//! What requests and upgrades have on order, and the dates that follow from it.
//!
//! Without lines of work ([`QueueParams::equipment`]) stations and upgrades take the times of the catalogue. With
//! them a station is ordered at signing (or at filing, where early orders are allowed) and an upgrade when its
//! payer signs; dates move when orders ahead are cancelled or capacity is added.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::offering::latest;
use super::{Desk, Queue, QueueEvent};
use crate::interconnection::effect::Effect;
use crate::interconnection::equipment::{Customer, Equipment, Item, Order, Procured};
use crate::interconnection::offer::ReadyItem;
use crate::interconnection::params::QueueParams;
use crate::interconnection::request::{Direction, Request, RequestId, Stage};
use crate::interconnection::upgrade::{UpgradeId, UpgradeState};
use crate::kernel::{Schedule, SimSpan, SimTime};
use crate::ledger::Ledger;

/// Lines of work, and who has what on order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Supply {
    equipment: Equipment,
    stations: BTreeMap<RequestId, Procured>,
    works: BTreeMap<UpgradeId, Procured>,
}

/// What set the date of a request's first power.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Energization {
    /// The request.
    pub request: RequestId,
    /// When it was ready for power.
    pub ready: SimTime,
    /// What came last.
    pub set_by: ReadyItem,
    /// The equipment or crew that this waited for, where it did.
    pub item: Option<Item>,
    /// When it would have been ready if some had never ordered.
    pub ready_without: SimTime,
}

impl Supply {
    pub(super) fn of(params: &QueueParams) -> Option<Supply> {
        let equipment = Equipment::new(params.equipment.clone()?, params.start_year);
        Some(Supply { equipment, stations: BTreeMap::new(), works: BTreeMap::new() })
    }
}

impl Queue {
    /// The lines of work, if they are modelled.
    pub fn equipment(&self) -> Option<&Equipment> {
        self.supply.as_ref().map(|supply| &supply.equipment)
    }

    /// A month passes on the lines of work: others order, capacity is added, dates move.
    pub fn month(&mut self, schedule: &mut impl Schedule<QueueEvent>, ledger: &mut Ledger) -> Vec<Effect> {
        let mut desk = Desk::new(schedule, ledger);
        if let Some(supply) = &mut self.supply {
            supply.equipment.month(desk.schedule.now());
            self.date_again(&mut desk);
        }
        desk.effects
    }

    /// Orders a request's station, unless its owner has the transformers or it is ordered.
    pub(super) fn order_station(&mut self, id: RequestId, now: SimTime) {
        let Some(supply) = &mut self.supply else { return };
        let application = &self.requests[id.0 as usize].application;
        if orders_station(application) && !supply.stations.contains_key(&id) {
            let (units, ..) = self.params.catalogue.station(application.requested_mw);
            let may_substitute = application.attributes.tags.has_any(supply.equipment.params().substituting);
            let customer = Customer::Request(id);
            let procured = supply.equipment.order_station(units, may_substitute, customer, now);
            supply.stations.insert(id, procured);
        }
    }

    /// The same at filing, where early orders are allowed.
    pub(super) fn order_early(&mut self, id: RequestId, now: SimTime) {
        if self.supply.as_ref().is_some_and(|supply| supply.equipment.params().early_orders) {
            self.order_station(id, now);
        }
    }

    /// When a station will be there, as an offer of today says it.
    pub(super) fn quoted_station(&self, id: RequestId, now: SimTime) -> Option<SimTime> {
        let supply = self.supply.as_ref()?;
        if let Some(procured) = supply.stations.get(&id) {
            return Some(procured.ready);
        }
        let application = &self.requests[id.0 as usize].application;
        orders_station(application).then(|| {
            let (units, ..) = self.params.catalogue.station(application.requested_mw);
            let may_substitute = application.attributes.tags.has_any(supply.equipment.params().substituting);
            supply.equipment.quote_station(units, may_substitute, now)
        })
    }

    /// When the station of a signed request is there.
    pub(super) fn station_ready(&self, id: RequestId, begun: SimTime, lead: SimSpan) -> SimTime {
        let procured = self.supply.as_ref().and_then(|supply| supply.stations.get(&id));
        procured.map_or(begun + lead, |procured| procured.ready.max(begun))
    }

    /// Orders what an upgrade needs; when it will be in service.
    pub(super) fn order_works(&mut self, id: UpgradeId, now: SimTime) -> SimTime {
        let upgrade = &self.upgrades[id.0 as usize];
        let lead = upgrade.lead.max(SimSpan(1));
        let Some(supply) = &mut self.supply else { return (now + lead).to_next_hour_edge() };
        let procured = supply.equipment.order_works(upgrade.works, lead, Customer::Upgrade(id), now);
        let ready = procured.ready.max(now + SimSpan(1)).to_next_hour_edge();
        supply.works.insert(id, procured);
        ready
    }

    /// Cancels the orders of a request that leaves; others move up.
    pub(super) fn cancel_station<S: Schedule<QueueEvent>>(&mut self, id: RequestId, desk: &mut Desk<'_, S>) {
        let Some(supply) = &mut self.supply else { return };
        if let Some(procured) = supply.stations.remove(&id) {
            supply.equipment.cancel(&procured, desk.schedule.now());
            self.date_again(desk);
        }
    }

    /// Looks up the dates of everything on order again.
    fn date_again<S: Schedule<QueueEvent>>(&mut self, desk: &mut Desk<'_, S>) {
        let Some(supply) = &mut self.supply else { return };
        let now = desk.schedule.now();
        let mut requests: Vec<RequestId> = Vec::new();
        let mut upgrades: Vec<(UpgradeId, SimTime)> = Vec::new();
        for (&id, procured) in &mut supply.stations {
            let before = procured.ready;
            if before > now && self.requests[id.0 as usize].stage().is_waiting() {
                supply.equipment.refresh(procured);
                if procured.ready != before {
                    requests.push(id);
                }
            }
        }
        for (&id, procured) in &mut supply.works {
            let before = procured.ready;
            if let UpgradeState::Committed { ready } = self.upgrades[id.0 as usize].state
                && ready > now
            {
                supply.equipment.refresh(procured);
                if procured.ready != before {
                    upgrades.push((id, procured.ready.max(now + SimSpan(1)).to_next_hour_edge()));
                }
            }
        }
        for (id, ready) in upgrades {
            self.set_upgrade(id, UpgradeState::Committed { ready });
            desk.schedule.at(ready, QueueEvent::UpgradeDone(id));
            requests.extend(self.index.relying_on(id));
            requests.extend(self.upgrades[id.0 as usize].shares.iter().map(|(sharer, _)| *sharer));
        }
        requests.sort_unstable();
        requests.dedup();
        for id in requests {
            if self.requests[id.0 as usize].stage() == Stage::Building {
                self.set_energization(id, desk);
            }
        }
    }

    /// What set the date of everybody's first power, and when that would have been if the requests that `left_out`
    /// names (and upgrades ordered for them) had never ordered. O(energized requests x orders).
    pub fn energizations(&self, left_out: &dyn Fn(&Request) -> bool) -> Vec<Energization> {
        let of_request = |id: RequestId| left_out(&self.requests[id.0 as usize]);
        let order_left_out = |order: &Order| match order.customer {
            Customer::Request(id) => of_request(id),
            Customer::Upgrade(id) => of_request(self.upgrades[id.0 as usize].payer),
            Customer::Others | Customer::Works(_) => false,
        };
        let energized = |request: &Request| request.entered(Stage::Energized).is_some();
        let mut out = Vec::new();
        for (at, request) in self.requests.iter().enumerate().filter(|(_, request)| energized(request)) {
            let id = RequestId(at as u32);
            let (Some(offer), Some(begun)) = (&request.offer, request.entered(Stage::Building)) else {
                continue;
            };
            let own = begun + request.application.construction;
            let station = self.station_ready(id, begun, offer.station.lead);
            let procured = self.supply.as_ref().map(|s| (&s.equipment, s.stations.get(&id)));
            let mut dates = vec![
                (request.application.wanted, ReadyItem::Wanted),
                (own, ReadyItem::OwnWorks),
                (station, ReadyItem::Station),
            ];
            let mut without = dates.clone();
            if let Some((equipment, Some(procured))) = procured {
                without[2].0 = equipment.ready_without(procured, &order_left_out).max(begun);
            }
            for &upgrade in offer.upgrades.iter().chain(&offer.relied) {
                let (UpgradeState::Committed { ready: done } | UpgradeState::Done { at: done }) =
                    self.upgrades[upgrade.0 as usize].state
                else {
                    continue;
                };
                let item = ReadyItem::Upgrade(upgrade);
                let ordered = self.supply.as_ref().and_then(|s| Some((&s.equipment, s.works.get(&upgrade)?)));
                let done_without = ordered.map_or(done, |(equipment, procured)| {
                    equipment.ready_without(procured, &order_left_out).to_next_hour_edge().min(done)
                });
                dates.push((done, item));
                without.push((done_without, item));
            }
            let (ready, set_by) = latest(&dates);
            let item = self.supply.as_ref().and_then(|supply| match set_by {
                ReadyItem::Station => supply.stations.get(&id)?.set_by,
                ReadyItem::Upgrade(upgrade) => supply.works.get(&upgrade)?.set_by,
                ReadyItem::Wanted | ReadyItem::OwnWorks => None,
            });
            let ready_without = latest(&without).0.min(ready);
            out.push(Energization { request: id, ready, set_by, item, ready_without });
        }
        out
    }
}

/// Whether a request has to order a station: it draws power and its owner has no transformers.
fn orders_station(application: &crate::interconnection::request::Application) -> bool {
    application.direction == Direction::Load && application.station_lead.is_none()
}
