//! The wait for a desk against Erlang's formula, through the whole queue.

use super::*;

/// Filing of the `n`-th request after the one before, in hours.
fn gap_hours(streams: &Streams, n: u64, mean_hours: f64) -> f64 {
    let u = uniform_open(&mut streams.open_at(Key::of("desks"), Purpose::of("gap"), n));
    -mean_hours * ln(u)
}

/// Poisson arrivals, exponential studies, c desks, nobody leaves and nothing is studied again: the mean wait
/// for a desk is that of M/M/c.
#[test]
fn the_mean_wait_for_a_desk_is_that_of_erlang_c() {
    let (desks, load, mean_days, requests) = (3_usize, 0.75, 10.0, 60_000_u32);
    let params =
        QueueParams { study_slots: desks, study: Duration::Exponential { mean_days }, ..fixed_params() };
    let mut queue = Queue::new(params, Streams::new(5, 0));
    let (mut calendar, mut ledger) = (Calendar::<Event>::new(), Ledger::new());
    let streams = Streams::new(6, 0);
    let mean_gap = mean_days * 24.0 / (desks as f64 * load);
    calendar.schedule(Event::File(0), SimTime::ZERO);
    let policies = Policies::default();
    while let Some((now, event)) = calendar.pop() {
        match event {
            Event::File(n) => {
                let request = application(&format!("load/{n}"), 0.001);
                queue.file(request, &policies, &mut calendar, &mut ledger).unwrap();
                if n + 1 < requests {
                    let gap = SimSpan::from_hours_f64(gap_hours(&streams, u64::from(n), mean_gap));
                    calendar.schedule(Event::File(n + 1), now + gap.max(SimSpan(1)));
                }
            }
            Event::Queue(event) => {
                for effect in queue.handle(event, &mut calendar, &mut ledger).unwrap() {
                    // A grid that takes anything.
                    if let Effect::StudyDue(round) = effect {
                        let id = queue.rounds().nth(round.0 as usize).unwrap().1.members()[0];
                        let outcome = GroupOutcome {
                            transfers: vec![TransferOutcome::default()],
                            ..GroupOutcome::default()
                        };
                        let study = RoundStudy { sited: vec![(id, BusId(2))], nowhere: Vec::new(), outcome };
                        queue.complete_study(round, &study, &mut calendar, &mut ledger).unwrap();
                    }
                }
            }
            Event::Withdraw(_) => unreachable!("nobody leaves"),
        }
    }
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
