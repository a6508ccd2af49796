//! Networks by hand, and corrected networks against factored ones.

use proptest::prelude::*;

use super::*;
use crate::dispatch::flowgates::Gates;
use crate::dispatch::problem::Flowgate;
use crate::names::Key;

fn line(from: u32, to: u32, b: f64) -> FlowBranch {
    FlowBranch {
        from,
        to,
        susceptance_mw_per_rad: b,
        shift_rad: 0.0,
        limit_mw: f64::INFINITY,
        ceiling_usd_per_mwh: f64::INFINITY,
        in_service: true,
    }
}

#[test]
fn a_triangle_of_equal_lines_splits_two_to_one() {
    let topology = Topology::new(3, &[line(0, 1, 50.0), line(1, 2, 50.0), line(0, 2, 50.0)]).unwrap();
    let mut flow = Vec::new();
    topology.flows(&[90.0, 0.0, -90.0], &mut flow);
    for (got, want) in flow.iter().zip([30.0, 30.0, 60.0]) {
        assert!((got - want).abs() < 1e-12, "{flow:?}");
    }
    let mut factor = Vec::new();
    topology.transfer_factors(2, &mut factor);
    let transfer = factor[1] - factor[2];
    assert!((transfer - 1.0 / 3.0).abs() < 1e-14, "{factor:?}");
}

#[test]
fn a_phase_shifter_drives_a_loop_flow() {
    let mut shifter = line(0, 1, 100.0);
    shifter.shift_rad = 0.2;
    let topology = Topology::new(2, &[shifter, line(0, 1, 300.0)]).unwrap();
    let mut flow = Vec::new();
    topology.flows(&[0.0, 0.0], &mut flow);
    // Around the loop: f1/100 + 0.2 = f2/300 and f1 = -f2.
    assert!((flow[0] + 15.0).abs() < 1e-12 && (flow[1] - 15.0).abs() < 1e-12, "{flow:?}");
}

#[test]
fn an_outage_splits_the_island_and_back() {
    let mut branches = vec![line(0, 1, 10.0), line(1, 2, 10.0), line(2, 3, 10.0)];
    let mut topology = Topology::new(4, &branches).unwrap();
    assert_eq!(topology.islands().count(), 1);
    branches[1].in_service = false;
    topology.update(&branches).unwrap();
    assert_eq!(topology.islands().by_bus(), [0, 0, 1, 1]);
    assert_eq!(topology.islands().references(), [0, 2]);
    let mut flow = Vec::new();
    topology.flows(&[5.0, -5.0, -7.0, 7.0], &mut flow);
    assert_eq!(flow[1], 0.0);
    assert!((flow[0] - 5.0).abs() < 1e-12 && (flow[2] + 7.0).abs() < 1e-12, "{flow:?}");
    branches[1].in_service = true;
    topology.update(&branches).unwrap();
    topology.flows(&[1.0, 0.0, 0.0, -1.0], &mut flow);
    assert!(flow.iter().all(|f| (f - 1.0).abs() < 1e-12), "{flow:?}");
}

#[test]
fn faults_are_typed() {
    let no_bus = Topology::new(2, &[line(0, 2, 1.0)]).unwrap_err();
    assert_eq!(no_bus, TopologyError::NoSuchBus { branch: 0, bus: 2, bus_count: 2 });
    assert_eq!(Topology::new(2, &[line(1, 1, 1.0)]).unwrap_err(), TopologyError::Loop { branch: 0, bus: 1 });
    assert!(matches!(Topology::new(2, &[line(0, 1, 0.0)]), Err(TopologyError::NotANumber { branch: 0, .. })));
    let cancelling = Topology::new(2, &[line(0, 1, 5.0), line(0, 1, -5.0)]);
    assert!(matches!(cancelling, Err(TopologyError::Singular { .. })), "{cancelling:?}");
}

/// A random connected network: a tree and chords, with twins and now and then a phase shifter.
fn network() -> impl Strategy<Value = (usize, Vec<FlowBranch>)> {
    (3_usize..14).prop_flat_map(|buses| {
        let branch =
            (0..buses as u32, 1..buses as u32, 1.0_f64..1000.0, prop::option::weighted(0.2, -0.3_f64..0.3));
        prop::collection::vec(branch, buses - 1..3 * buses).prop_map(move |raw| {
            let branches = raw.into_iter().enumerate().map(|(l, (from, step, b, shift))| {
                // The first ones hang every bus on an earlier one.
                let (from, to) = if l < buses - 1 {
                    (l as u32 + 1, from % (l as u32 + 1))
                } else {
                    (from, (from + step) % buses as u32)
                };
                FlowBranch { shift_rad: shift.unwrap_or(0.0), ..line(from, to, b) }
            });
            (buses, branches.collect())
        })
    })
}

/// Answers of two topologies of one network to one part in a billion.
fn assert_same(
    ours: &Topology,
    theirs: &Topology,
    branches: &[FlowBranch],
    injection_mw: &[f64],
) -> Result<(), TestCaseError> {
    let close = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-9 * (1.0 + b.abs()));
    prop_assert_eq!(ours.islands(), theirs.islands());
    let (mut a, mut b) = (Vec::new(), Vec::new());
    ours.flows(injection_mw, &mut a);
    theirs.flows(injection_mw, &mut b);
    prop_assert!(close(&a, &b), "flows {:?} are not {:?}", a, b);
    ours.angles(injection_mw, &mut a);
    theirs.angles(injection_mw, &mut b);
    prop_assert!(close(&a, &b), "angles {:?} are not {:?}", a, b);
    let mut rows = WholeRows::default();
    for l in 0..branches.len() as u32 {
        ours.transfer_factors(l, &mut a);
        theirs.transfer_factors(l, &mut b);
        prop_assert!(close(&a, &b), "factors of {}: {:?} are not {:?}", l, a, b);
        let mut row = vec![0.0; ours.bus_count()];
        rows.combine(ours, &[(l, 1.0)], &mut row);
        prop_assert!(ours.position().iter().zip(&b).all(|(&at, b)| (row[at as usize] - b).abs() <= 1e-9));
        // A sum of two, from kept rows and from one solve.
        let terms = [(l, 1.0), ((l + 1) % branches.len() as u32, -0.5)];
        rows.combine(ours, &terms, &mut row);
        let mut solved = row.clone();
        theirs.transfer_factors_of_sum(&terms, &mut solved);
        prop_assert!(row.iter().zip(&solved).all(|(a, b)| (a - b).abs() <= 1e-9));
    }
    Ok(())
}

/// The flow of every branch, bit by bit.
fn bits(topology: &Topology, injection_mw: &[f64]) -> Vec<u64> {
    let mut flow = Vec::new();
    topology.flows(injection_mw, &mut flow);
    flow.iter().map(|f| f.to_bits()).collect()
}

proptest! {
    /// Outages come and go, islands with them: corrections and factors of the present network agree, and
    /// what the network went through leaves no trace.
    #[test]
    fn a_corrected_network_answers_like_a_factored_one(
        (buses, mut branches) in network(),
        changes in prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 1..4), 1..12),
        injection_mw in prop::collection::vec(-300.0_f64..300.0, 14),
    ) {
        let injection_mw = &injection_mw[..buses];
        let mut topology = Topology::new(buses, &branches).unwrap();
        for change in changes {
            for index in change {
                index.get_mut(&mut branches).in_service ^= true;
            }
            topology.update(&branches).unwrap();
            let factored = Topology::refactored(buses, &branches).unwrap();
            prop_assert!(factored.outages.is_empty());
            assert_same(&topology, &factored, &branches, injection_mw)?;
            let fresh = Topology::new(buses, &branches).unwrap();
            prop_assert_eq!(bits(&topology, injection_mw), bits(&fresh, injection_mw));
        }
    }

    /// The weights of flowgates follow outages without a solve.
    #[test]
    fn outage_factors_of_a_corrected_network_are_those_of_a_factored_one(
        (buses, mut branches) in network(),
        out in prop::collection::vec(any::<prop::sample::Index>(), 1..4),
    ) {
        let pair = |l: usize, k: usize| Flowgate {
            key: Key::of("pair"),
            terms: vec![(l as u32, 1.0), (((l + 1) % branches.len()) as u32, 0.5)],
            outage: Some(k as u32),
            lower_mw: -1.0,
            upper_mw: 1.0,
            ceiling_usd_per_mwh: 1.0,
            in_force: true,
        };
        let count = branches.len();
        let gates: Vec<Flowgate> = (0..count * count).map(|n| pair(n / count, n % count)).collect();
        let mut topology = Topology::new(buses, &branches).unwrap();
        let mut followed = Gates::default();
        followed.extend(&gates, &branches, &topology).unwrap();
        for index in out {
            branches[index.index(count)].in_service ^= true;
            topology.update(&branches).unwrap();
            followed.clear();
            followed.extend(&gates, &branches, &topology).unwrap();
            let mut factored = Gates::default();
            let present = Topology::refactored(buses, &branches).unwrap();
            factored.extend(&gates, &branches, &present).unwrap();
            for g in 0..gates.len() as u32 {
                let (ours, theirs) = (followed.terms(g), factored.terms(g));
                prop_assert_eq!(ours.len(), theirs.len());
                for (a, b) in ours.iter().zip(theirs) {
                    prop_assert!(a.0 == b.0 && (a.1 - b.1).abs() <= 1e-9 * (1.0 + b.1.abs()), "{:?} is not {:?}", a, b);
                }
            }
        }
    }
}

#[test]
fn few_outages_leave_the_factor_and_many_do_not() {
    // A ring of twelve buses with twin lines, and a spur.
    let mut branches: Vec<FlowBranch> =
        (0..24).map(|n| line(n / 2, (n / 2 + 1) % 12, 100.0 + f64::from(n))).collect();
    branches.push(line(3, 12, 50.0));
    let mut topology = Topology::new(13, &branches).unwrap();
    let edition = topology.edition();
    let mut take = |topology: &mut Topology, out: &[usize]| {
        branches.iter_mut().enumerate().for_each(|(l, branch)| branch.in_service = !out.contains(&l));
        topology.update(&branches).unwrap();
        topology.islands().count()
    };
    assert_eq!(take(&mut topology, &[0, 2]), 1);
    // The spur, then both twins of two lines: two and three pieces.
    assert_eq!(take(&mut topology, &[0, 2, 24]), 2);
    assert_eq!(take(&mut topology, &[0, 1, 6, 7, 24]), 3);
    assert_eq!(take(&mut topology, &[0, 2, 4, 6, 8, 10, 12, 14]), 1);
    assert_eq!(topology.edition(), edition);
    // One of every pair is more than is corrected for.
    let twins: Vec<usize> = (0..24).step_by(2).collect();
    assert_eq!(take(&mut topology, &twins), 1);
    assert!(topology.edition() > edition);
    // So is a line whose way round is ten million times as long.
    let mut weak = vec![line(0, 1, 1e6), line(0, 1, 0.1)];
    let mut topology = Topology::new(2, &weak).unwrap();
    let edition = topology.edition();
    weak[0].in_service = false;
    topology.update(&weak).unwrap();
    assert!(topology.edition() > edition);
    let mut flow = Vec::new();
    topology.flows(&[7.0, -7.0], &mut flow);
    assert_eq!(flow[0], 0.0);
    assert!((flow[1] - 7.0).abs() < 1e-12, "{flow:?}");
}

#[test]
fn a_network_that_is_only_sound_without_a_branch_is_solved() {
    // With both in service the susceptances cancel.
    let mut branches = vec![line(0, 1, 5.0), line(0, 1, -5.0)];
    branches[1].in_service = false;
    let mut topology = Topology::new(2, &branches).unwrap();
    let all_over = |topology: &Topology, l: usize| {
        let mut flow = Vec::new();
        topology.flows(&[3.0, -3.0], &mut flow);
        assert!((flow[l] - 3.0).abs() < 1e-12 && flow[1 - l] == 0.0, "{flow:?}");
    };
    all_over(&topology, 0);
    branches[1].in_service = true;
    assert!(matches!(topology.update(&branches), Err(TopologyError::Singular { .. })));
    branches[0].in_service = false;
    topology.update(&branches).unwrap();
    all_over(&topology, 1);
    // Out of service, a branch needs no numbers.
    branches[1] = line(0, 1, 4.0);
    branches[0].susceptance_mw_per_rad = f64::NAN;
    topology.update(&branches).unwrap();
    all_over(&topology, 1);
}

#[test]
fn without_branches_every_bus_is_an_island() {
    let topology = Topology::new(3, &[]).expect("a network");
    assert_eq!(topology.islands().count(), 3);
    assert_eq!(topology.islands().by_bus(), [0, 1, 2]);
}
