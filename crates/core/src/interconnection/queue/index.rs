//! What the queue looks up without going through all requests ever filed.
//!
//! Megawatts are kept in whole units of 2^-36 MW (15 microwatts), so that what was added is taken away again
//! exactly and a sum does not depend on the order of history. A study reads contracts in
//! O(buses x log rounds); everything else is O(log n) a change.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Queue;
use super::views::StageRow;
use crate::demand::ClassId;
use crate::grid::{BranchId, BusId};
use crate::interconnection::group::Transfer;
use crate::interconnection::offer::Offer;
use crate::interconnection::request::{Booking, Claim, Direction, RequestId, RoundId, Stage, Tallied};
use crate::interconnection::track::Restudy;
use crate::interconnection::upgrade::{Upgrade, UpgradeId, UpgradeState, Works};
use crate::ledger::Cents;

/// Units in a megawatt.
const UNITS_PER_MW: f64 = (1_u64 << 36) as f64;

/// Contracts at one bus, by direction.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct AtBus {
    offers: [i64; 2],
    contracts: [i64; 2],
    /// Of places: sums over single rounds, over blocks of [`BLOCK`] rounds, over blocks of such blocks, and so on.
    places: [BTreeMap<u32, [i64; 2]>; LEVELS],
}

/// Entries of a level in a block of the next.
const BLOCK: u32 = 64;
/// Levels of blocks; the last one is read from its beginning.
const LEVELS: usize = 3;

impl AtBus {
    fn book_place(&mut self, round: RoundId, side: usize, units: i64) {
        let mut block = round.0;
        for level in &mut self.places {
            let sum = level.entry(block).or_default();
            sum[side] += units;
            if *sum == [0, 0] {
                level.remove(&block);
            }
            block /= BLOCK;
        }
    }

    /// Sum over places before a round: of each level the blocks before its own in the block of the next level.
    fn before(&self, round: RoundId) -> [i64; 2] {
        let mut sum = [0; 2];
        let mut block = round.0;
        for (level, blocks) in self.places.iter().enumerate() {
            let first = if level + 1 == LEVELS { 0 } else { block / BLOCK * BLOCK };
            if !blocks.is_empty() {
                for (_, part) in blocks.range(first..block) {
                    visit(1);
                    sum[0] += part[0];
                    sum[1] += part[1];
                }
            }
            block /= BLOCK;
        }
        sum
    }
}

/// Requests of one class in one stage, in units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Tally {
    requests: u32,
    requested: i128,
    energized: i128,
}

/// The queue's indices.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Index {
    /// Requests that are not gone.
    pub living: BTreeSet<RequestId>,
    /// Those that hold an unanswered offer which needs any upgrade.
    pub voidable: BTreeSet<RequestId>,
    /// Those of them that may be void and rely on an upgrade that is cancelled.
    pub lost: BTreeSet<RequestId>,
    /// Branches whose conductors have been or are to be replaced.
    pub reconductored: BTreeSet<BranchId>,
    /// Upgrades that are proposed or ordered, by branch.
    pub pending: BTreeMap<BranchId, BTreeSet<UpgradeId>>,
    /// Upgrades that are proposed, by each who has a part in them.
    pub proposed: BTreeSet<(RequestId, UpgradeId)>,
    /// Offers that count on an upgrade of others.
    pub relying: BTreeSet<(UpgradeId, RequestId)>,
    /// Requests of the same project.
    pub projects: BTreeMap<String, BTreeSet<RequestId>>,
    buses: BTreeMap<BusId, AtBus>,
    /// How many requests of each class are in each stage, by position of the stage, and their megawatts.
    stages: BTreeMap<ClassId, [Tally; Stage::ALL.len()]>,
}

#[cfg(test)]
thread_local! {
    /// Entries looked at in searches on this thread, for tests of the order of growth.
    pub(super) static VISITED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Counts entries that a search looks at.
#[cfg(test)]
pub(super) fn visit(entries: usize) {
    VISITED.with(|visited| visited.set(visited.get() + entries));
}

/// Counts nothing outside tests.
#[cfg(not(test))]
pub(super) const fn visit(_: usize) {}

/// Megawatts in units.
fn units(mw: f64) -> i64 {
    (mw * UNITS_PER_MW).round() as i64
}

fn side(direction: Direction) -> usize {
    usize::from(direction == Direction::Generation)
}

impl Index {
    fn book(&mut self, booking: Booking, sign: i64) {
        let at = self.buses.entry(booking.bus).or_default();
        let (side, units) = (side(booking.direction), sign * booking.units);
        match booking.claim {
            Claim::Offer => at.offers[side] += units,
            Claim::Contract => at.contracts[side] += units,
            Claim::Place(round) => at.book_place(round, side, units),
        }
        if *at == AtBus::default() {
            self.buses.remove(&booking.bus);
        }
    }

    /// Moves an upgrade from one state to another.
    pub fn track_upgrade(&mut self, id: UpgradeId, upgrade: &Upgrade) {
        let on_branch = self.pending.entry(upgrade.branch).or_default();
        if upgrade.is_pending() {
            on_branch.insert(id);
        } else {
            on_branch.remove(&id);
        }
        if on_branch.is_empty() {
            self.pending.remove(&upgrade.branch);
        }
        if upgrade.works == Works::Reconductor {
            if upgrade.state == UpgradeState::Cancelled {
                self.reconductored.remove(&upgrade.branch);
            } else {
                self.reconductored.insert(upgrade.branch);
            }
        }
        for &(sharer, _) in &upgrade.shares {
            if upgrade.state == UpgradeState::Proposed {
                self.proposed.insert((sharer, id));
            } else {
                self.proposed.remove(&(sharer, id));
            }
        }
    }

    /// Upgrades that a request proposes, in order.
    pub fn proposals(&self, id: RequestId) -> Vec<UpgradeId> {
        let of_request = (id, UpgradeId(0))..=(id, UpgradeId(u32::MAX));
        self.proposed.range(of_request).map(|&(_, upgrade)| upgrade).collect()
    }

    /// Requests whose offers count on an upgrade of others, in order.
    pub fn relying_on(&self, upgrade: UpgradeId) -> impl Iterator<Item = RequestId> {
        let of_upgrade = (upgrade, RequestId(0))..=(upgrade, RequestId(u32::MAX));
        self.relying.range(of_upgrade).map(|&(_, request)| request)
    }
}

impl Queue {
    /// Brings the indices up to date with a request's state.
    pub(super) fn reindex(&mut self, id: RequestId) {
        let request = &self.requests[id.0 as usize];
        let stage = request.stage();
        let claim = match (request.counted_since, request.round) {
            _ if stage.is_gone() || stage == Stage::Held => None,
            _ if stage.is_signed() => Some(Claim::Contract),
            (Some(_), _) => Some(Claim::Offer),
            (None, Some(round)) => Some(Claim::Place(round)),
            (None, None) => None,
        };
        let open_mw = request.application.requested_mw - request.energized_mw();
        let booking = claim.zip(request.bus).map(|(claim, bus)| Booking {
            bus,
            direction: request.application.direction,
            units: units(open_mw),
            claim,
        });
        let needs_any = |offer: &Offer| !offer.upgrades.is_empty() || !offer.relied.is_empty();
        if stage == Stage::Offered && request.offer.as_ref().is_some_and(needs_any) {
            self.index.voidable.insert(id);
        } else {
            self.index.voidable.remove(&id);
            self.index.lost.remove(&id);
        }
        if stage.is_gone() {
            self.index.living.remove(&id);
        }
        self.tally(id);
        let before = std::mem::replace(&mut self.requests[id.0 as usize].booking, booking);
        if before != booking {
            if let Some(before) = before {
                self.index.book(before, -1);
            }
            if let Some(booking) = booking {
                self.index.book(booking, 1);
            }
        }
    }

    /// Counts a request where it is now, and no more where it was counted before.
    fn tally(&mut self, id: RequestId) {
        let request = &mut self.requests[id.0 as usize];
        let stage = request.stage();
        let tallied = Tallied {
            stage,
            requested: units(request.application.requested_mw),
            energized: units(request.energized_mw()),
        };
        let before = request.tallied.replace(tallied);
        if before == Some(tallied) {
            return;
        }
        let rows = self.index.stages.entry(request.application.class).or_default();
        for (counted, sign) in [(before, -1), (Some(tallied), 1)] {
            let Some(counted) = counted else { continue };
            let row = &mut rows[counted.stage as usize];
            row.requests = row.requests.saturating_add_signed(sign);
            row.requested += i128::from(sign) * i128::from(counted.requested);
            row.energized += i128::from(sign) * i128::from(counted.energized);
        }
    }

    /// Requests and megawatts by class and stage, in that order; stages without requests are left out.
    pub fn stage_rows(&self) -> Vec<StageRow> {
        let of_class = |(&class, rows): (&ClassId, &[Tally; Stage::ALL.len()])| {
            let row = move |(stage, row): (Stage, Tally)| StageRow {
                class,
                stage,
                requests: row.requests,
                requested_mw: row.requested as f64 / UNITS_PER_MW,
                energized_mw: row.energized as f64 / UNITS_PER_MW,
            };
            Stage::ALL.into_iter().zip(*rows).filter(|(_, row)| row.requests > 0).map(row)
        };
        self.index.stages.iter().flat_map(of_class).collect()
    }

    /// Sets a request's offer (or takes it away) and keeps track of whom it counts on.
    pub(super) fn set_offer(&mut self, id: RequestId, offer: Option<Offer>) {
        let before = std::mem::replace(&mut self.requests[id.0 as usize].offer, offer);
        for upgrade in before.iter().flat_map(|offer| &offer.relied) {
            self.index.relying.remove(&(*upgrade, id));
        }
        for upgrade in self.requests[id.0 as usize].offer.iter().flat_map(|offer| &offer.relied) {
            self.index.relying.insert((*upgrade, id));
        }
        self.reindex(id);
    }

    /// Sets an upgrade's state.
    pub(super) fn set_upgrade(&mut self, id: UpgradeId, state: UpgradeState) {
        let upgrade = &mut self.upgrades[id.0 as usize];
        upgrade.state = state;
        self.index.track_upgrade(id, upgrade);
        if state == UpgradeState::Cancelled {
            let relying: Vec<RequestId> = self.index.relying_on(id).collect();
            let voidable = |id: &RequestId| {
                self.index.voidable.contains(id) && self.track_of(*id).restudy == Restudy::Dependents
            };
            let lost: Vec<RequestId> = relying.into_iter().filter(voidable).collect();
            self.index.lost.extend(lost);
        }
    }

    /// Sets who pays for a proposed upgrade.
    pub(super) fn set_shares(&mut self, id: UpgradeId, payer: RequestId, shares: Vec<(RequestId, Cents)>) {
        let upgrade = &mut self.upgrades[id.0 as usize];
        for (sharer, _) in std::mem::replace(&mut upgrade.shares, shares) {
            self.index.proposed.remove(&(sharer, id));
        }
        upgrade.payer = payer;
        self.index.track_upgrade(id, upgrade);
    }

    /// What a study of `round` counts on at each bus: earlier places, offers and contracts of the
    /// directions in the round, only contracts of the other, and none of its own.
    pub(super) fn booked_mw(&self, round: RoundId) -> Vec<Transfer> {
        let mut own: BTreeMap<BusId, [i64; 2]> = BTreeMap::new();
        let mut studied = [false; 2];
        for &id in &self.rounds[round.0 as usize].members {
            let request = &self.requests[id.0 as usize];
            studied[side(request.application.direction)] = true;
            if let Some(Booking { bus, direction, units, claim: Claim::Offer }) = request.booking {
                own.entry(bus).or_default()[side(direction)] += units;
            }
        }
        let mut booked = Vec::new();
        for (&bus, at) in &self.index.buses {
            let mut units = at.contracts;
            visit(1);
            let places = at.before(round);
            for side in (0..2).filter(|&side| studied[side]) {
                units[side] += at.offers[side] + places[side] - own.get(&bus).map_or(0, |own| own[side]);
            }
            for (direction, units) in [Direction::Load, Direction::Generation].into_iter().zip(units) {
                if units != 0 {
                    booked.push(Transfer { bus, mw: units as f64 / UNITS_PER_MW, direction });
                }
            }
        }
        booked
    }

    /// Units booked in all, by direction: offers and contracts, and places.
    #[cfg(test)]
    pub(super) fn booked_units(&self) -> [i64; 2] {
        let mut sum = [0, 0];
        for at in self.index.buses.values() {
            for side in 0..2 {
                let places: i64 = at.places[0].values().map(|place| place[side]).sum();
                sum[side] += at.offers[side] + at.contracts[side] + places;
            }
        }
        sum
    }
}
