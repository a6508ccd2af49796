use proptest::prelude::*;

use super::*;
use crate::grid::case::CaseFault;
use crate::grid::case::matpower::{ZoneBy, read_case};
use crate::grid::{Date, Zone};

fn read_islands(file: &str, text: &str, by: ZoneBy) -> Result<Network, Vec<CaseFault>> {
    read_case(file, text, by).map(|(network, _)| network)
}

const FULL: &str = "\
mpc.version = '2'; mpc.baseMVA = 50;
mpc.bus = [
 4 3 50 10 0.5 0 1 1 0 138 7 1.1 0.9; 5 1 -5 0 0 0 1 1 0 138 7 1.1 0.9;
 6 2 100 0 0 0 1 1 0 345 9 1.1 0.9; 8 1 0 0 0 0 1 1 0 345 9 1.1 0.9;
];
mpc.bus_name = {'Don''s % corner'; 'B'; 'C [x]'; 'D'};
mpc.gen = [ 4 0 0 0 0 1 100 1 200 20; 6 0 0 0 0 1 100 0 1.5e2 0; 6 0 0 0 0 1 100 1 30 -30; ];
mpc.gencost = [ 2 0 0 3 0.02 10 5 0; 1 0 0 2 0 0 150 3000; 2 0 0 1 7 0 0 0; ];
mpc.genfuel = {'ng'; 'coal'; 'ess'}; mpc.gentype = {'GT'; 'ST'; 'BA'};
mpc.branch = [
 4 5 0.01 0.1 0 100 0 120 0 0 1 -30 20; 4 5 0.01 -0.1 0 0 0 0 0 0 1 -360 360;
 5 6 0 0.05 0 150 0 0 0.98 -3.5 0 -360 15; 6 8 0 0.05 0 1e-3 0 0 1 0 1 0 0;
];
mpc.dcline = [ 4 6 1 0 0 0 0 1 1 -20 30 0 0 0 0 0.25 0.5; 6 8 0 0 0 0 0 1 1 10 30 0 0 0 0 0 0; ];
mpc.dclinecost = [ 2 0 0 2 3 0; 2 0 0 2 0 0 ];
";

/// Everything of a network that a case holds.
fn contents(network: &Network) -> String {
    let parts = (
        network.buses().map(|(_, bus)| bus).collect::<Vec<_>>(),
        network.branches().map(|(_, branch)| branch).collect::<Vec<_>>(),
        (&network.zones, &network.generators, &network.dc_links, network.base_mva),
    );
    format!("{parts:#?}")
}

#[test]
fn a_case_that_was_read_is_written_without_loss() {
    for by in [ZoneBy::Zone, ZoneBy::Area] {
        let network = read_islands("full.m", FULL, by).expect("a valid case");
        let written = write("full", &network, &[]).expect("every cost is known");
        assert_eq!(written.notes, Vec::<String>::new());
        let again = read_islands("again.m", &written.text, by).unwrap_or_else(|f| panic!("{}", f[0]));
        assert_eq!(contents(&again), contents(&network));
    }
}

#[test]
fn what_a_case_cannot_hold_is_noted() {
    let mut network = read_islands("full.m", FULL, ZoneBy::Zone).expect("a valid case");
    network.zones[0].name = "north".to_owned();
    let node = petgraph::graph::NodeIndex::new;
    network.graph[node(0)].number = 0;
    network.graph[node(0)].position = Some((60.0, 5.0));
    network.graph[node(1)].substation = 77;
    network.graph[node(2)].load_share = 0.5;
    let edge = petgraph::graph::EdgeIndex::new;
    network.graph[edge(0)].name = "Oslo\nBergen".to_owned();
    network.graph[edge(0)].rating_mw = 0.0;
    network.graph[edge(0)].length_mi = Some(9.0);
    network.graph[edge(2)].kind = BranchKind::Line;
    network.generators[0].cost = None;
    network.generators[0].heat_rate_mmbtu_per_mwh = 8.0;
    network.generators[0].variable_om_usd_per_mwh = 2.0;
    network.generators[0].technology = Technology::Wind;
    network.generators[2].storage_mwh = 120.0;
    network.generators[2].online = Date::new(2001, 1, 1);
    network.dc_links[1].loss_fraction = 1.0;

    let refused = write("x", &network, &[(Fuel::Coal, 2.0)]).expect_err("gas has no price");
    assert_eq!(refused[0].to_string(), "no price of gas for the heat rate of \"gen 4\"");
    let written = write("1 x", &network, &[(Fuel::Gas, 3.0)]).expect("a case");
    let expected = [
        "zones are numbered: 1 north, 2 zone_9",
        "bus numbers are one higher, because they begin at one in the format",
        "buses whose position has no place (1)",
        "units whose heat rate stands in their cost (1)",
        "storage units that are units without end of energy here (1)",
        "units whose dates of operation have no place (1)",
        "units whose fuel and prime mover do not go together in the format (1)",
        "branches with a limit of zero, which means no limit in the format: 1e-6 stands for it (1)",
        "lines with a turns ratio or shift, which make a transformer in the format (1)",
        "branches whose length has no place (1)",
        "direct-current lines that lose all they carry are left out (1)",
        "names of branches and units stand in comments",
        "buses whose substation number has no place (4)",
        "buses whose share of the load of their zone is not that of their load (1)",
    ];
    assert_eq!(written.notes, expected);
    assert!(written.text.starts_with("function mpc = case_1_x\n"), "{}", written.text);
    assert!(written.text.contains("; % Oslo Bergen\n"), "{}", written.text);
    let again = read_islands("again.m", &written.text, ZoneBy::Zone).unwrap_or_else(|f| panic!("{}", f[0]));
    let (_, line) = again.branches().next().expect("a branch");
    assert_eq!(line.rating_mw, 1e-6);
    assert_eq!(again.generators[0].cost, Some(CostCurve::Polynomial(vec![0.0, 26.0])));
}

#[test]
fn every_island_has_a_reference_at_its_largest_unit() {
    let mut network = read_islands("full.m", FULL, ZoneBy::Zone).expect("a valid case");
    assert_eq!(bus_types(&network), [3.0, 1.0, 3.0, 1.0]);
    network.graph[petgraph::graph::EdgeIndex::new(2)].in_service = true;
    assert_eq!(bus_types(&network), [3.0, 1.0, 2.0, 1.0]);
    network.generators[2].capacity_mw = 300.0;
    assert_eq!(bus_types(&network), [2.0, 1.0, 3.0, 1.0]);
}

prop_compose! {
    /// A network of what a case can hold, with all numbers at random.
    fn network()(
        buses in 1_u32..8,
        links in prop::collection::vec((any::<(u8, u8)>(), prop::array::uniform8(-1e3_f64..1e3), any::<u8>()), 0..12),
        units in prop::collection::vec((any::<u8>(), prop::array::uniform4(0.0_f64..1e4), any::<(u8, u8)>()), 0..9),
        loads in prop::collection::vec(prop_oneof![Just(0.0), -1e3..1e3, Just(1e-300), Just(1e300)], 8),
        zones in 1_u16..4,
    ) -> Network {
        let mut network = Network { base_mva: 100.0, ..Network::default() };
        let zones = zones.min(buses as u16);
        network.zones = (0..zones).map(|n| Zone { name: format!("zone_{}", 3 * n + 1) }).collect();
        for i in 0..buses {
            network.add_bus(Bus {
                number: 1 + i * i,
                name: if i % 2 == 0 { format!("bus {}", 1 + i * i) } else { format!("It's % {i} \"x\"") },
                zone: ZoneId(i as u16 % zones),
                substation: 0,
                base_kv: 138.0,
                load_mw: loads[i as usize],
                shunt_mw: loads[7 - i as usize] / 7.0,
                load_share: 0.0,
                position: None,
            });
        }
        let bus = |n: u8| BusId(u32::from(n) % buses);
        let (mut names, mut dc_names, mut unit_names) = (Ordinals::default(), Ordinals::default(), Ordinals::default());
        for ((from, to), v, kind) in links {
            let (from, to) = (bus(from), bus(to));
            if from == to {
                continue;
            }
            let pair = format!("{}-{}", network.bus(from).number, network.bus(to).number);
            if kind % 4 == 0 {
                network.dc_links.push(DcLink {
                    name: dc_names.next(&format!("dc {pair}")),
                    from,
                    to,
                    minimum_mw: v[0].abs(),
                    maximum_mw: v[0].abs() + v[1].abs(),
                    loss_fraction: v[2].abs() / 2e3,
                    fixed_loss_mw: v[3].abs(),
                    // The costs of all are written if one has any.
                    cost: Some(CostCurve::Polynomial(vec![v[4], v[5], v[6]])),
                    in_service: kind & 4 == 0,
                });
                continue;
            }
            let transformer = kind % 4 == 1;
            network.add_branch(Branch {
                name: names.next(&pair),
                from,
                to,
                kind: if transformer { BranchKind::Transformer } else { BranchKind::Line },
                r_pu: v[0],
                x_pu: if v[1] == 0.0 { 1.0 } else { v[1] },
                tap: if transformer { v[2].abs() + 0.1 } else { 1.0 },
                shift_deg: if transformer { v[3] } else { 0.0 },
                angle_difference_deg: (kind & 8 == 0).then(|| {
                    let least = if kind & 16 == 0 { -v[4].abs() / 3.0 } else { f64::NEG_INFINITY };
                    (least, v[5].abs() / 3.0 + 0.1)
                }),
                rating_mw: if kind & 32 == 0 { f64::INFINITY } else { v[6].abs() + 1e-9 },
                emergency_rating_mw: (kind & 64 == 0).then(|| v[7].abs() + 1e-9),
                length_mi: None,
                in_service: kind & 128 == 0,
            });
        }
        for (at, v, (fuel, curve)) in units {
            let at = bus(at);
            // Imports have no name in the format.
            let fuels = Fuel::ALL.len() - 1;
            let fuel = Fuel::ALL[usize::from(fuel) % fuels];
            network.generators.push(Generator {
                name: unit_names.next(&format!("gen {}", network.bus(at).number)),
                bus: at,
                fuel,
                technology: super::super::technology_of(fuel, if curve & 4 == 0 { "GT" } else { "ST" }),
                capacity_mw: v[0] + v[1],
                minimum_mw: v[0] - v[2],
                heat_rate_mmbtu_per_mwh: 0.0,
                variable_om_usd_per_mwh: 0.0,
                storage_mwh: 0.0,
                online: None,
                retired: None,
                co2_kg_per_mmbtu: None,
                forced_outage_rate: None,
                neighbour: None,
                in_service: curve & 8 == 0,
                cost: Some(match curve % 3 {
                    0 => CostCurve::Polynomial(vec![v[2]; usize::from(curve / 64) + 1]),
                    1 => CostCurve::Polynomial(vec![-v[1], v[2], v[3]]),
                    _ => CostCurve::Piecewise(vec![(-v[0], v[1]), (1.0, v[2]), (2.0 + v[3], 0.5)]),
                }),
            });
        }
        super::super::substations(&mut network);
        super::super::spread_load(&mut network);
        network
    }
}

proptest! {
    #[test]
    fn any_network_survives_the_way_there_and_back(network in network()) {
        let written = write("random", &network, &[]).expect("every cost is known");
        prop_assert_eq!(&written.notes, &Vec::<String>::new());
        let again = read_islands("random.m", &written.text, ZoneBy::Zone);
        let again = again.unwrap_or_else(|faults| panic!("{}\n{}", faults[0], written.text));
        prop_assert_eq!(contents(&again), contents(&network));
    }
}
