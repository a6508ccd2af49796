//! How requests come into rounds: at once, by windows, or by places.
//!
//! A *lane* is a process: its desks and those who wait to be gathered. Tracks of the same name share a
//! lane (a rule that raises the fee of large loads does not take them out of their window); money terms
//! are those of each request's own track, gathering and joint studies those of the lane's first.
//!
//! Windows: filed while a window is open, or before the next one opens, means studied with that window.
//! Places: where they go by date of filing, a free one is taken at once; where they go by score or by
//! auction, those filed in a period are ranked when it ends. Whoever does not fit into what is left is
//! passed over and waits for the next period.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Desk, Queue, QueueError};
use crate::grid::ZoneId;
use crate::interconnection::effect::QueueEvent;
use crate::interconnection::office::Office;
use crate::interconnection::request::{Application, Exit, RequestId, RoundId, Service, Stage};
use crate::interconnection::track::{Intake, Rank, Track};
use crate::kernel::{Schedule, SimSpan, SimTime};

/// A process under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Lane {
    /// Position of its track in the table of tracks.
    pub track: usize,
    /// Absent if no study waits.
    pub office: Option<Office<RoundId>>,
    /// Those who wait for a window or a place.
    pub gathering: BTreeSet<RequestId>,
    /// Joint rounds so far.
    pub joint_rounds: u64,
    /// Number of the present period.
    period: u64,
    /// Requests and megawatts taken in it, by zone where the limits hold by zone.
    taken: BTreeMap<Option<ZoneId>, (u32, f64)>,
    taken_in_all: u32,
}

impl Lane {
    /// Takes a round out of the office.
    pub fn leave(&mut self, round: RoundId) {
        if let Some(office) = &mut self.office {
            office.leave(round);
        }
    }
}

/// When the window closes in which a request filed `now` is studied; `None` if there is none any more.
fn closing(first: SimTime, every: Option<SimSpan>, open: SimSpan, now: SimTime) -> Option<SimTime> {
    let mut opens = first;
    if let Some(every) = every.filter(|every| every.0 > 0)
        && now > first
    {
        opens = first + SimSpan(every.0 * (now.since(first).0 / every.0));
        if now >= opens + open {
            opens = opens + every;
        }
    }
    (now < opens + open).then(|| opens + open)
}

impl Queue {
    /// The position of a track in the table; a track with a new name gets a lane.
    pub(super) fn intern(&mut self, track: Track) -> usize {
        if let Some(at) = self.tracks.iter().position(|known| *known == track) {
            return at;
        }
        let at = self.tracks.len();
        if !self.tracks.iter().any(|known| known.name == track.name) {
            self.lanes.push(Lane {
                track: at,
                office: track.study_slots.map(Office::new),
                gathering: BTreeSet::new(),
                joint_rounds: 0,
                period: 0,
                taken: BTreeMap::new(),
                taken_in_all: 0,
            });
        }
        self.tracks.push(track);
        at
    }

    pub(super) fn lane_of(&self, id: RequestId) -> usize {
        let name = &self.track_of(id).name;
        let lane = self.lanes.iter().position(|lane| self.tracks[lane.track].name == *name);
        lane.expect("every track has a lane")
    }

    /// Gathers a request that has just come in.
    pub(super) fn gather<S: Schedule<QueueEvent>>(
        &mut self,
        id: RequestId,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        let lane = self.lane_of(id);
        let now = desk.schedule.now();
        let mw = self.requests[id.0 as usize].application.requested_mw;
        match self.tracks[self.lanes[lane].track].intake {
            Intake::Continuous => {
                let round = self.open_round(lane, vec![id], false);
                self.begin_phase(round, desk)
            }
            Intake::Windows { first, every, open, .. } => match closing(first, every, open, now) {
                Some(at) => {
                    self.lanes[lane].gathering.insert(id);
                    desk.schedule.at(at, QueueEvent::Close(lane as u32));
                    Ok(())
                }
                None => self.leave(id, Stage::Rejected, Exit::NoPlace, desk),
            },
            Intake::Slots { mw: Some(most_mw), .. } if mw > most_mw => {
                self.leave(id, Stage::Rejected, Exit::NoPlace, desk)
            }
            Intake::Slots { first, period, rank, .. } => {
                self.lanes[lane].gathering.insert(id);
                if rank == Rank::Filed && now >= first {
                    self.take_places(lane, desk)?;
                }
                if self.lanes[lane].gathering.contains(&id) {
                    let at = if now < first && rank == Rank::Filed {
                        first
                    } else {
                        let whole = if now < first { 0 } else { now.since(first).0 / period.0.max(1) };
                        first + SimSpan(period.0.max(1) * (whole + 1))
                    };
                    desk.schedule.at(at, QueueEvent::Close(lane as u32));
                }
                Ok(())
            }
        }
    }

    /// A window closes, or places are given out.
    pub(super) fn close<S: Schedule<QueueEvent>>(
        &mut self,
        lane: usize,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        match self.tracks[self.lanes[lane].track].intake {
            Intake::Continuous => Ok(()),
            Intake::Windows { engagement, .. } => {
                let members: Vec<RequestId> =
                    std::mem::take(&mut self.lanes[lane].gathering).into_iter().collect();
                if members.is_empty() {
                    return Ok(());
                }
                let round = self.open_round(lane, members, true);
                if engagement.0 == 0 {
                    return self.begin_phase(round, desk);
                }
                desk.after(engagement, QueueEvent::Begin(round));
                Ok(())
            }
            Intake::Slots { period, .. } => {
                self.take_places(lane, desk)?;
                if !self.lanes[lane].gathering.is_empty() {
                    desk.after(period, QueueEvent::Close(lane as u32));
                }
                Ok(())
            }
        }
    }

    /// Gives out the places of the present period (of the period that has just ended, if they go by rank).
    fn take_places<S: Schedule<QueueEvent>>(
        &mut self,
        lane: usize,
        desk: &mut Desk<'_, S>,
    ) -> Result<(), QueueError> {
        let Intake::Slots { first, period, requests, mw, total_requests, by_zone, rank, jointly } =
            self.tracks[self.lanes[lane].track].intake
        else {
            return Ok(());
        };
        let now = desk.schedule.now();
        let at = &mut self.lanes[lane];
        let number = now.0.saturating_sub(first.0) / period.0.max(1);
        if number != at.period {
            at.period = number;
            at.taken.clear();
        }
        let mut taken = Vec::new();
        let mut passed_over = Vec::new();
        for id in self.ranked(lane, rank) {
            let application = &self.requests[id.0 as usize].application;
            let (zone, request_mw) = (by_zone.then_some(application.zone), application.requested_mw);
            let at = &mut self.lanes[lane];
            let (taken_requests, taken_mw) = at.taken.entry(zone).or_default();
            let fits = requests.is_none_or(|most| *taken_requests < most)
                && mw.is_none_or(|most| *taken_mw + request_mw <= most)
                && total_requests.is_none_or(|most| at.taken_in_all < most);
            if fits {
                *taken_requests += 1;
                *taken_mw += request_mw;
                at.taken_in_all += 1;
                at.gathering.remove(&id);
                taken.push(id);
            } else {
                passed_over.push(id);
            }
        }
        if rank == Rank::Auction {
            for &id in &taken {
                let request = &self.requests[id.0 as usize];
                let rivals = passed_over.iter().map(|id| &self.requests[id.0 as usize].application);
                let same_places = |rival: &&Application| !by_zone || rival.zone == request.application.zone;
                let highest = rivals.filter(same_places).map(|rival| rival.attributes.bid_usd_per_mw);
                let usd_per_mw = highest.fold(0.0, f64::max);
                desk.cashier().auction(request, usd_per_mw * request.application.requested_mw)?;
            }
        }
        if jointly && !taken.is_empty() {
            let round = self.open_round(lane, taken, true);
            self.begin_phase(round, desk)?;
        } else {
            for id in taken {
                let round = self.open_round(lane, vec![id], false);
                self.begin_phase(round, desk)?;
            }
        }
        if total_requests.is_some_and(|most| self.lanes[lane].taken_in_all >= most) {
            for id in passed_over {
                self.leave(id, Stage::Rejected, Exit::NoPlace, desk)?;
            }
        }
        Ok(())
    }

    /// Those who wait for a place, the first first; ties go to the earlier request.
    fn ranked(&self, lane: usize, rank: Rank) -> Vec<RequestId> {
        let waiting = &self.lanes[lane].gathering;
        let mut ranked: Vec<(f64, RequestId)> =
            waiting.iter().map(|&id| (self.score(id, rank), id)).collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        ranked.into_iter().map(|(_, id)| id).collect()
    }

    /// What a request is ranked by, highest first. Terms of a score are in 0..1: the part of the site
    /// under control, `1 / (1 + years from filing to the date wanted)`, `1 / (1 + MW / 100)`, and whether
    /// it is controllable.
    fn score(&self, id: RequestId, rank: Rank) -> f64 {
        let request = &self.requests[id.0 as usize];
        let application = &request.application;
        match rank {
            Rank::Filed => 0.0,
            Rank::Auction => application.attributes.bid_usd_per_mw,
            Rank::Score { readiness, early, small, flexible } => {
                let wait = SimSpan(application.wanted.0.saturating_sub(request.filed().0));
                let controllable = f64::from(u8::from(application.service == Service::Controllable));
                readiness * application.attributes.site_control_share
                    + early / (1.0 + wait.as_days() / 365.25)
                    + small / (1.0 + application.requested_mw / 100.0)
                    + flexible * controllable
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_by_hand() {
        // Open on days 10 to 20 of every 100.
        let day = |d: u64| SimTime::ZERO + SimSpan::from_days(d);
        let of = |d, every: Option<u64>| {
            closing(day(10), every.map(SimSpan::from_days), SimSpan::from_days(10), day(d))
        };
        for (filed, closes) in [(0, 20), (10, 20), (19, 20), (20, 120), (109, 120), (119, 120), (120, 220)] {
            assert_eq!(of(filed, Some(100)), Some(day(closes)), "filed on day {filed}");
        }
        assert_eq!(of(19, None), Some(day(20)));
        assert_eq!(of(20, None), None, "there was one window");
    }
}
