//! The wait for a desk against Erlang's formula, and how work grows with the length of the queue: through the
//! whole queue, on a grid that is told.

use super::*;
use crate::interconnection::group::GroupOverload;
use crate::interconnection::queue::index::VISITED;
use crate::interconnection::study::Overload;
use crate::interconnection::upgrade::Remedy;

/// Filing of the `n`-th request after the one before, in hours.
fn gap_hours(streams: &Streams, n: u64, mean_hours: f64) -> f64 {
    let u = uniform_open(&mut streams.open_at(Key::of("desks"), Purpose::of("gap"), n));
    -mean_hours * ln(u)
}

/// Files so many requests at random, studies them as told, and answers as told; nothing else happens.
fn run_alone(
    queue: &mut Queue,
    (requests, mean_gap_hours): (u32, f64),
    until: SimTime,
    outcome: impl Fn(&Queue, RequestId) -> GroupOutcome,
    accepts: impl Fn(RequestId) -> Option<bool>,
) {
    let (mut calendar, mut ledger) = (Calendar::<Event>::new(), Ledger::new());
    let streams = Streams::new(6, 0);
    let policies = Policies::default();
    calendar.schedule(Event::File(0), SimTime::ZERO);
    while let Some((now, event)) = calendar.pop() {
        if now > until {
            return;
        }
        match event {
            Event::File(n) => {
                let request = application(&format!("load/{n}"), 10.0);
                queue.file(request, &policies, &mut calendar, &mut ledger).unwrap();
                if n + 1 < requests {
                    let gap = SimSpan::from_hours_f64(gap_hours(&streams, u64::from(n), mean_gap_hours));
                    calendar.schedule(Event::File(n + 1), now + gap.max(SimSpan(1)));
                }
            }
            Event::Queue(event) => {
                let mut effects: std::collections::VecDeque<Effect> =
                    queue.handle(event, &mut calendar, &mut ledger).unwrap().into();
                while let Some(effect) = effects.pop_front() {
                    let more = match effect {
                        Effect::StudyDue(round) => {
                            let id = queue.rounds[round.0 as usize].members[0];
                            queue.commitments(round);
                            let outcome = outcome(queue, id);
                            let study =
                                RoundStudy { sited: vec![(id, BusId(2))], nowhere: Vec::new(), outcome };
                            queue.complete_study(round, &study, &mut calendar, &mut ledger)
                        }
                        Effect::DecisionDue(id, _) => match accepts(id) {
                            Some(accepts) => queue.decide(id, accepts, &mut calendar, &mut ledger),
                            None => Ok(Vec::new()),
                        },
                        _ => Ok(Vec::new()),
                    };
                    effects.extend(more.unwrap());
                }
            }
            Event::Withdraw(_) => unreachable!("nobody is told to"),
        }
    }
}

fn nothing() -> GroupOutcome {
    GroupOutcome { transfers: vec![TransferOutcome::default()], ..GroupOutcome::default() }
}

/// Poisson arrivals, exponential studies, c desks, nobody leaves before its study and none is made again: the mean wait
/// for a desk is that of M/M/c.
#[test]
fn the_mean_wait_for_a_desk_is_that_of_erlang_c() {
    let (desks, load, mean_days, requests) = (3_usize, 0.75, 10.0, 60_000_u32);
    let params =
        QueueParams { study_slots: desks, study: Duration::Exponential { mean_days }, ..fixed_params() };
    let mut queue = Queue::new(params, Streams::new(5, 0));
    let mean_gap = mean_days * 24.0 / (desks as f64 * load);
    run_alone(&mut queue, (requests, mean_gap), SimTime(u64::MAX), |_, _| nothing(), |_| None);
    let waits: Vec<f64> = queue
        .requests()
        .skip(requests as usize / 20)
        .map(|(_, request)| {
            let begun = request.history().iter().find(|stamp| stamp.stage == Stage::Studying).unwrap().at;
            begun.since(request.filed()).as_days()
        })
        .collect();
    let offered = desks as f64 * load;
    let blocked = (1..=desks).fold(1.0, |b, n| offered * b / (n as f64 + offered * b));
    let delayed = blocked / (1.0 - load * (1.0 - blocked));
    let expected_days = delayed * mean_days / (desks as f64 * (1.0 - load));
    // Batch means: 50 parts of 1,140 waits are nearly independent.
    let parts: Vec<f64> =
        waits.chunks(1_140).map(|part| part.iter().sum::<f64>() / part.len() as f64).collect();
    let n = parts.len() as f64;
    let mean = parts.iter().sum::<f64>() / n;
    let error = (parts.iter().map(|part| (part - mean).powi(2)).sum::<f64>() / (n - 1.0) / n).sqrt();
    assert!((mean - expected_days).abs() < 3.0 * error, "{mean} +- {error} for {expected_days}");
    assert!(error / expected_days < 0.05, "the interval says something: {error}");
}

/// A third of the requests need works on one of twenty branches, others rely on those, and three in four decline:
/// so offers are void and upgrades change hands all the time.
fn busy(queue: &Queue, id: RequestId) -> GroupOutcome {
    let branch = BranchId(id.0 % 20);
    let mut outcome = nothing();
    if id.0.is_multiple_of(3) {
        let studied = branches(CIRCUIT_MW)[0];
        let remedy = Remedy {
            works: Works::ParallelCircuit,
            added_mw: 50.0,
            cost_usd: 1e6,
            lead: SimSpan::from_days(300),
        };
        let overload = Overload {
            branch,
            outage: None,
            snapshot: 0,
            dfax: 1.0,
            before_mw: 100.0,
            after_mw: 110.0,
            studied,
            remedy: Some(remedy),
        };
        outcome.charged.push(GroupOverload { overload, dfax: vec![1.0], impact_mw: vec![10.0] });
    } else if queue.index.pending.contains_key(&branch) {
        outcome.transfers[0].relied.push((branch, 10.0));
    }
    outcome
}

/// Four times as many requests in the same ten years stand in a queue that is four times as long. Counted, not
/// timed: what is looked at for each request grows no more than that.
#[test]
fn work_for_a_request_grows_no_faster_than_the_queue() {
    let looked_at_by = |requests: u32, slots: usize| {
        let params = QueueParams { study_slots: slots, ..fixed_params() };
        let mut queue = Queue::new(params, Streams::new(5, 0));
        let years_hours = 10.0 * 8_766.0;
        VISITED.with(|visited| visited.set(0));
        let gap = years_hours / f64::from(requests);
        let accepts = |id: RequestId| Some(id.0.is_multiple_of(4));
        run_alone(&mut queue, (requests, gap), SimTime::from_hours(87_660), busy, accepts);
        let studies: u32 = queue.requests().map(|(_, request)| request.studies()).sum();
        assert!(studies > requests / 2, "{studies} studies of {requests}");
        VISITED.with(std::cell::Cell::get) as f64 / f64::from(requests)
    };
    let (few, many) = (looked_at_by(1_000, 100), looked_at_by(4_000, 400));
    assert!(many < 4.4 * few, "{few} entries a request, then {many}");
}
