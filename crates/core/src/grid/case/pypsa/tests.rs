use super::*;
use crate::grid::{Branch, BranchKind, CostCurve, Date, DcLink, Fuel, Generator, Technology};

fn folder(texts: &[(&str, &str)]) -> BTreeMap<String, String> {
    texts.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

/// Three buses with a line of 38 ohm, a transformer and a link, four snapshots.
fn small() -> BTreeMap<String, String> {
    folder(&[
        (
            "buses.csv",
            "name,v_nom,x,y,carrier,country\n\
             Oslo,380,10.5,59.9,AC,NO\nBergen,380.0,0,0,,NO\n\"Ålborg, port\",110,9.9,57.0,AC,DK\n",
        ),
        (
            "lines.csv",
            "name,bus0,bus1,x,r,s_nom,s_max_pu,length,active\n\
             north,Oslo,Bergen,14.44,1.444,300,0.7,160.9344,True\n#2,Oslo,Bergen,28.88,,inf,,,False\n",
        ),
        (
            "transformers.csv",
            "name,bus0,bus1,x,s_nom,tap_ratio,phase_shift,v_ang_max\nT1,Bergen,\"Ålborg, port\",0.1,200,1.05,-2,25\n",
        ),
        (
            "links.csv",
            "name,bus0,bus1,p_nom,p_min_pu,efficiency,marginal_cost\nnorth,Oslo,\"Ålborg, port\",100,0.1,0.95,2\n",
        ),
        (
            "generators.csv",
            "name,bus,carrier,p_nom,p_min_pu,marginal_cost,marginal_cost_quadratic,p_nom_extendable,p_nom_opt,build_year,lifetime,ramp_limit_up\n\
             g,Oslo,CCGT,400,0.25,30,0.01,False,0,2001,40,0.5\n\
             w,\"Ålborg, port\",Offwind-AC,50,,,,True,100,,,\n\
             x,Oslo,unobtainium,10,0,NaN,0,,,0,inf,\n",
        ),
        ("generators-p_max_pu.csv", ",w\n0,0.1\n1,0.5\n2,0.9\n3,0.3\n"),
        ("generators-q.csv", ",w\n0,1\n"),
        ("loads.csv", "name,bus,p_set\nlb,Bergen,0\nlc,\"Ålborg, port\",50\nld,Bergen,10\n"),
        ("loads-p_set.csv", ",lb\n0,200\n1,210\n2,220\n3,180\n"),
        (
            "storage_units.csv",
            "name,bus,p_nom,max_hours,carrier,efficiency_store\ng,Bergen,20,6,battery,0.9\nh,Oslo,30,100,hydro,\n",
        ),
        (
            "snapshots.csv",
            ",snapshot,objective,stores,generators\n0,2024-01-01 00:00:00,1,1,1\n1,2024-01-01 01:00:00,1,1,1\n\
             2,2024-01-01 02:00:00,1,1,1\n3,2024-01-01 03:00:00,1,1,1\n",
        ),
        ("stores.csv", "name,bus\nH2,Oslo\n"),
        ("network.csv", "name,pypsa_version,srid\nsmall,1.4.0,4326\n"),
    ])
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * b.abs().max(1.0)
}

#[test]
fn a_folder_is_read_in_full() {
    let (network, series, notes) = read(&small(), Some("country")).expect("a valid folder");
    let buses: Vec<&Bus> = network.buses().map(|(_, bus)| bus).collect();
    let seen: Vec<_> = buses.iter().map(|b| (b.number, b.name.as_str(), b.base_kv, b.load_mw)).collect();
    let mean_mw = (200.0 + 210.0 + 220.0 + 180.0) / 4.0 + 10.0;
    assert_eq!(
        seen,
        [(1, "Oslo", 380.0, 0.0), (2, "Bergen", 380.0, mean_mw), (3, "Ålborg, port", 110.0, 50.0)]
    );
    let positions: Vec<_> = buses.iter().map(|b| b.position).collect();
    assert_eq!(positions, [Some((59.9, 10.5)), None, Some((57.0, 9.9))]);
    assert_eq!(network.zones.iter().map(|z| z.name.as_str()).collect::<Vec<_>>(), ["no", "dk"]);
    assert_eq!(buses.iter().map(|b| b.load_share).collect::<Vec<_>>(), [0.0, 1.0, 1.0]);
    assert_eq!(buses.iter().map(|b| b.substation).collect::<Vec<_>>(), [1, 2, 2]);

    let branches: Vec<&Branch> = network.branches().map(|(_, branch)| branch).collect();
    // 14.44 ohm on 380 kV are 0.01 per unit of 100 MVA.
    let [north, second, transformer] = branches[..] else { panic!("three branches") };
    assert!(
        close(north.x_pu, 0.01) && close(north.r_pu, 0.001) && close(north.rating_mw, 210.0),
        "{north:?}"
    );
    assert!(close(north.length_mi.expect("a length"), 100.0) && north.in_service, "{north:?}");
    assert_eq!((second.name.as_str(), second.in_service, second.rating_mw), ("#2", false, f64::INFINITY));
    assert_eq!((second.r_pu, second.length_mi, second.kind), (0.0, None, BranchKind::Line));
    assert!(close(transformer.x_pu, 0.05) && transformer.kind == BranchKind::Transformer, "{transformer:?}");
    assert_eq!((transformer.tap, transformer.shift_deg, transformer.rating_mw), (1.05, -2.0, 200.0));

    assert_eq!(transformer.angle_difference_deg, Some((-25.0, 25.0)));
    assert_eq!(north.angle_difference_deg, None);

    let DcLink { name, minimum_mw, maximum_mw, loss_fraction, cost, .. } = &network.dc_links[0];
    assert_eq!(*cost, Some(CostCurve::Polynomial(vec![0.0, 2.0])));
    assert_eq!((name.as_str(), *minimum_mw, *maximum_mw), ("north", 10.0, 100.0));
    assert!(close(*loss_fraction, 0.05));

    let units: Vec<&Generator> = network.generators.iter().collect();
    assert_eq!(units.iter().map(|u| u.name.as_str()).collect::<Vec<_>>(), ["g", "w", "x", "g #2", "h"]);
    let kinds: Vec<_> = units.iter().map(|u| (u.fuel, u.technology)).collect();
    assert_eq!(
        kinds,
        [
            (Fuel::Gas, Technology::CombinedCycle),
            (Fuel::Wind, Technology::Wind),
            (Fuel::Other, Technology::Other),
            (Fuel::Storage, Technology::Battery),
            (Fuel::Hydro, Technology::Hydro),
        ]
    );
    let sizes: Vec<_> = units.iter().map(|u| (u.capacity_mw, u.minimum_mw, u.storage_mwh)).collect();
    assert_eq!(
        sizes,
        [(400.0, 100.0, 0.0), (100.0, 0.0, 0.0), (10.0, 0.0, 0.0), (20.0, 0.0, 120.0), (30.0, 0.0, 3000.0)]
    );
    assert_eq!(units[0].cost, Some(CostCurve::Polynomial(vec![0.0, 30.0, 0.01])));
    assert_eq!(units[2].cost, Some(CostCurve::Polynomial(vec![0.0, 0.0])));
    let january = |year| Date::new(year, 1, 1);
    assert_eq!((units[0].online, units[0].retired), (january(2001), january(2041)));
    assert_eq!((units[1].online, units[1].retired), (None, None));

    let series = series.expect("hourly series");
    assert_eq!(series.hours, 4);
    assert_eq!(series.available_mw, [(1, vec![10.0, 50.0, 90.0, 30.0])]);
    let mut demand_mw = vec![0.0; 3];
    series.add_load_mw(2, &mut demand_mw);
    assert_eq!(demand_mw, [0.0, 230.0, 50.0]);

    let expected = [
        "buses.csv: buses are numbered in file order; the names are kept",
        "generators.csv: ramp_limit_up is left out (g)",
        "generators.csv: extendable p_nom is the optimised one (w)",
        "generators.csv: carrier \"unobtainium\" is taken as other (x)",
        "storage_units.csv: efficiency_store is left out (g)",
        "stores.csv: stores are left out (H2)",
    ];
    assert_eq!(notes, expected);
}

#[test]
fn bus_numbers_snapshots_and_types_are_used_where_they_are_there() {
    let (network, series, notes) = read(
        &folder(&[
            ("buses.csv", "Bus,v_nom\n7,110\n20,110\n"),
            ("lines.csv", "name,bus0,bus1,type,length,num_parallel,s_nom\nl,7,20,Al 1,50,2,80\n"),
            ("line_types.csv", "name,r_per_length,x_per_length\nAl 1,0.06,0.3\n"),
            ("transformers.csv", "name,bus0,bus1,type,tap_position,s_max_pu\nt,7,20,40 MVA,2,0.5\n"),
            (
                "transformer_types.csv",
                "name,s_nom,vsc,vscr,phase_shift,tap_neutral,tap_step\n40 MVA,40,13,5,150,0,1.5\n",
            ),
            ("loads.csv", "name,bus,p_set,sign\nl,20,5,1\n"),
            ("lines-s_max_pu.csv", "snapshot,l\nnow,0.9\n"),
        ]),
        None,
    )
    .expect("a valid folder");
    assert!(series.is_none());
    assert_eq!(
        network.buses().map(|(_, b)| (b.number, b.load_mw)).collect::<Vec<_>>(),
        [(7, 0.0), (20, -5.0)]
    );
    let [line, transformer] = &network.branches().map(|(_, b)| b).collect::<Vec<_>>()[..] else {
        panic!("two branches")
    };
    let per_unit = 100.0 / (110.0 * 110.0);
    assert!(close(line.x_pu, 7.5 * per_unit) && close(line.r_pu, 1.5 * per_unit), "{line:?}");
    assert!(close(line.rating_mw, 72.0), "{line:?}");
    // 13 % short-circuit voltage of which 5 % are ohmic: 12 % reactance on 40 MVA.
    assert!(close(transformer.x_pu, 0.3) && close(transformer.r_pu, 0.125), "{transformer:?}");
    assert_eq!((transformer.tap, transformer.shift_deg, transformer.rating_mw), (1.03, 150.0, 20.0));
    assert_eq!(notes, ["lines-s_max_pu.csv: the mean stands for the series (l)"]);
}

#[test]
fn lines_for_direct_current_follow_their_resistance() {
    let (network, ..) = read(
        &folder(&[
            ("buses.csv", "name,v_nom,carrier\na,100,DC\nb,100,DC\n"),
            ("lines.csv", "name,bus0,bus1,r,s_nom\nl,a,b,2,80\n"),
        ]),
        None,
    )
    .expect("a valid folder");
    let (_, line) = network.branches().next().expect("a line");
    assert_eq!((line.r_pu, line.x_pu), (0.02, 0.02));
}

/// A file, what stands in it, the slip in its place, and how the fault begins that it must give.
type Slip = (&'static str, &'static str, &'static str, &'static str);

const SLIPS: &[Slip] = &[
    ("buses.csv", "Bergen,380.0", "Oslo,380.0", "buses.csv:3: name: \"Oslo\" appears twice"),
    ("buses.csv", "Bergen,380.0", ",380.0", "buses.csv:3: name: this component has no name"),
    ("buses.csv", "Bergen,380.0", "Bergen,0", "buses.csv:3: v_nom: the nominal voltage must be positive"),
    ("buses.csv", "59.9,AC,", "59.9,H2,", "buses.csv:2: carrier: buses of carrier \"H2\" are not read"),
    ("buses.csv", ",DK", ",", "buses.csv:4: country: a zone needs a name"),
    ("buses.csv", ",DK", ",no", "buses.csv:4: country: zones \"NO\" and \"no\" would have the same name"),
    ("buses.csv", ",DK\n", "\n", "buses.csv:4: row: 5 cells where the header has 6"),
    ("buses.csv", "country", "land", "buses.csv:1: country: this column is missing"),
    (
        "lines.csv",
        "north,Oslo,Bergen",
        "north,Oslo,Bergn",
        "lines.csv:2: bus1: unknown bus \"Bergn\" (allowed: Bergen, Oslo, Ålborg, port) (did you mean Bergen?)",
    ),
    ("lines.csv", "north,Oslo,Bergen", "north,Oslo,Oslo", "lines.csv:2: bus1: both ends are the same bus"),
    ("lines.csv", ",14.44,", ",0,", "lines.csv:2: x: a line needs a reactance other than zero"),
    ("lines.csv", ",14.44,", ",NaN,", "lines.csv:2: x: a line needs a reactance other than zero"),
    ("lines.csv", ",14.44,", ",14.44 ohm,", "lines.csv:2: x: \"14.44 ohm\" is not a number"),
    ("lines.csv", ",300,", ",-300,", "lines.csv:2: s_nom: -300 is out of range"),
    ("lines.csv", ",0.7,", ",-0.7,", "lines.csv:2: s_max_pu: -0.7 is out of range"),
    ("lines.csv", ",True", ",yes", "lines.csv:2: active: \"yes\" is not a truth value"),
    ("lines.csv", "#2,", "north,", "lines.csv:3: name: \"north\" appears twice"),
    ("lines.csv", ",0.7,160.9344,True", "", "lines.csv:2: row: 6 cells where the header has 9"),
    (
        "lines.csv",
        "x,r,s_nom,s_max_pu,length",
        "type,r,s_nom,s_max_pu,length",
        "lines.csv:2: type: standard type \"14.44\" is not in the folder",
    ),
    (
        "transformers.csv",
        ",200,",
        ",0,",
        "transformers.csv:2: s_nom: a transformer needs a finite size above zero",
    ),
    ("transformers.csv", ",1.05,", ",-1,", "transformers.csv:2: tap_ratio: the turns ratio must be positive"),
    (
        "transformers.csv",
        ",0.1,",
        ",,",
        "transformers.csv:2: x: a transformer needs a reactance other than zero",
    ),
    ("links.csv", ",0.95", ",1.5", "links.csv:2: efficiency: this is out of range"),
    ("links.csv", ",0.1,", ",1.1,", "links.csv:2: p_min_pu: the least flow is above the greatest"),
    ("links.csv", "p_min_pu", "bus2", "links.csv:2: bus2: links with more than two ends are not read"),
    ("links.csv", "p_min_pu", "delay", "links.csv:2: delay: links with delay are not read"),
    ("links.csv", ",100,", ",inf,", "links.csv:2: p_nom: this must be finite"),
    ("generators.csv", ",400,", ",-400,", "generators.csv:2: p_nom: -400 is out of range"),
    (
        "generators.csv",
        ",0.25,",
        ",1.25,",
        "generators.csv:2: p_min_pu: the least output is above the greatest",
    ),
    (
        "generators.csv",
        "ramp_limit_up\ng,Oslo,CCGT,400,0.25,30,0.01,False,0,2001,40,0.5",
        "sign\ng,Oslo,CCGT,400,0.25,30,0.01,False,0,2001,40,-1",
        "generators.csv:2: sign: only units that inject are read",
    ),
    (
        "generators-p_max_pu.csv",
        ",w",
        ",v",
        "generators-p_max_pu.csv:1: v: unknown component of generators.csv \"v\"",
    ),
    ("generators-p_max_pu.csv", "2,0.9\n", "", "generators-p_max_pu.csv: snapshot: 3 rows for 4 snapshots"),
    (
        "generators-p_max_pu.csv",
        "2,0.9",
        "2,nan",
        "generators-p_max_pu.csv:4: w: \"nan\" is not a finite number",
    ),
    (
        "generators-p_max_pu.csv",
        "2,0.9",
        "2",
        "generators-p_max_pu.csv:4: row: 1 cells where the header has 2",
    ),
    ("loads.csv", "lb,Bergen", "lb,Narvik", "loads.csv:2: bus: unknown bus \"Narvik\""),
    ("loads.csv", ",50", ",inf", "loads.csv:3: p_set: this must be finite"),
    ("storage_units.csv", ",6,", ",-6,", "storage_units.csv:2: max_hours: this is out of range"),
    (
        "snapshots.csv",
        ",snapshot,",
        "period,snapshot,",
        "snapshots.csv:1: period: several investment periods are not read",
    ),
];

#[test]
fn every_slip_has_its_fault_and_its_line() {
    for (file, right, wrong, expected) in SLIPS {
        let mut files = small();
        let text = files.get_mut(*file).expect("a file of the folder");
        assert!(text.contains(right), "{right} is not in {file}");
        *text = text.replacen(right, wrong, 1);
        let faults = read(&files, Some("country")).expect_err(expected);
        let found: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert!(found.iter().any(|fault| fault.starts_with(expected)), "{expected}\nnot in\n{found:#?}");
    }
}

#[test]
fn a_missing_or_empty_folder_and_piecewise_costs_are_refused() {
    let first = |files: &BTreeMap<String, String>| read(files, None).expect_err("faults")[0].to_string();
    assert_eq!(first(&folder(&[])), "buses.csv: file: this file is missing");
    assert_eq!(first(&folder(&[("buses.csv", "name,v_nom\n")])), "buses.csv: name: the network has no bus");
    let mut files = small();
    files.insert("generators-marginal_cost-pw.csv".to_owned(), "0\n".to_owned());
    assert!(first(&files).contains("generators-marginal_cost-pw.csv: file: piecewise"), "{}", first(&files));
}

#[test]
fn a_folder_cut_anywhere_gives_a_network_or_faults() {
    let whole = small();
    for (file, text) in &whole {
        for (end, _) in text.char_indices() {
            let mut files = whole.clone();
            files.insert(file.clone(), text[..end].to_owned());
            // What matters is that it returns: a cut after a whole row is a shorter table.
            if let Err(faults) = read(&files, Some("country")) {
                assert!(!faults.is_empty(), "{file} cut at {end}");
            }
        }
    }
}
