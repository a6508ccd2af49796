use super::*;
use crate::grid::{Date, Fuel};

/// Two zones, a line with limits on its angle difference, a transformer, a link with losses and costs.
fn small() -> BTreeMap<String, String> {
    let files = [
        (
            BUSES,
            "bus,name,zone,substation,base_kv,load_mw,shunt_mw,load_share,latitude_deg,longitude_deg\n\
             # the two buses of the north\n\
             1,One,north,1,230,50,0,0.25,60,5\n2,\"Two, upper\",north,2,230,150,0,0.75,,\n3,Three,south,2,115,80,1,1,,\n",
        ),
        (
            BRANCHES,
            "name,from_bus,to_bus,kind,r_pu,x_pu,tap,shift_deg,rating_mw,emergency_rating_mw,length_mi,in_service,\
             angle_minimum_deg,angle_maximum_deg\n\
             up,1,2,line,0.01,0.1,1,0,300,350,40,true,-20,25\ndown,2,3,transformer,0,0.05,1.02,-3,,,,true,,30\n",
        ),
        (
            GENERATORS,
            "name,bus,fuel,technology,capacity_mw,minimum_mw,heat_rate_mmbtu_per_mwh,variable_om_usd_per_mwh,\
             storage_mwh,online,retired,in_service,cost_curve_usd_per_h,co2_kg_per_mmbtu,forced_outage_rate,neighbour\n\
             g,1,gas,combined_cycle,400,100,7,3,0,2001-06-01,2031-12-31,true,,50.3,0.04,\n\
             b,3,storage,battery,50,0,0,0,200,,,true,,,,\n\
             p,3,other,other,90,-10,0,0,0,,,false,piecewise 0:0 50:900 90:2100,,,\n\
             i,3,import,import,300,0,8,1,0,,,true,,,,pjm\n",
        ),
        (
            DC_LINKS,
            "name,from_bus,to_bus,minimum_mw,maximum_mw,loss_fraction,in_service,fixed_loss_mw,cost_curve_usd_per_h\n\
             sea,1,3,-40,60,0.02,true,0.5,polynomial 0 2\n",
        ),
    ];
    files.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect()
}

fn zones() -> [String; 2] {
    ["north".to_owned(), "south".to_owned()]
}

#[test]
fn everything_that_a_network_has_is_read_and_written_again() {
    let network = read(&small(), &zones(), 100.0).unwrap_or_else(|faults| panic!("{}", faults[0]));
    let branches: Vec<&Branch> = network.branches().map(|(_, branch)| branch).collect();
    assert_eq!(branches[0].angle_difference_deg, Some((-20.0, 25.0)));
    assert_eq!(branches[1].angle_difference_deg, Some((f64::NEG_INFINITY, 30.0)));
    assert_eq!((branches[1].rating_mw, branches[1].tap), (f64::INFINITY, 1.02));
    let curve = CostCurve::Piecewise(vec![(0.0, 0.0), (50.0, 900.0), (90.0, 2100.0)]);
    assert_eq!(network.generators[2].cost, Some(curve));
    let [unit, battery, _, import] = &network.generators[..] else { panic!("four units") };
    assert_eq!((unit.online, unit.retired), (Date::new(2001, 6, 1), Date::new(2031, 12, 31)));
    assert_eq!((unit.co2_kg_per_mmbtu, unit.forced_outage_rate), (Some(50.3), Some(0.04)));
    assert_eq!((battery.online, battery.co2_kg_per_mmbtu, &battery.neighbour), (None, None, &None));
    assert_eq!((import.fuel, import.neighbour.as_deref()), (Fuel::Import, Some("pjm")));
    let days = [(2001, 5, 31), (2001, 6, 1), (2031, 12, 30), (2031, 12, 31)];
    let runs = days.map(|(year, month, day)| unit.runs_on(Date { year, month, day }));
    assert_eq!(runs, [false, true, true, false]);
    let link = &network.dc_links[0];
    assert_eq!((link.fixed_loss_mw, &link.cost), (0.5, &Some(CostCurve::Polynomial(vec![0.0, 2.0]))));

    let written = write(&network);
    let again = read(&written, &zones(), 100.0).unwrap_or_else(|faults| panic!("{}", faults[0]));
    assert_eq!(write(&again), written);
    assert_eq!(again.generators, network.generators);
    assert_eq!(again.dc_links, network.dc_links);
    assert!(again.branches().zip(network.branches()).all(|(a, b)| a == b));
    assert!(again.buses().zip(network.buses()).all(|(a, b)| a == b));
}

/// A slip in one table: file, what is right, what is wrong, and the fault that it must give.
type Slip = (&'static str, &'static str, &'static str, &'static str);

fn each_has_its_fault(table: &[Slip]) {
    for (file, right, wrong, expected) in table {
        let mut files = small();
        let text = files.get_mut(*file).expect("a table");
        assert!(text.contains(right), "{right} is not in {file}");
        *text = text.replacen(right, wrong, 1);
        let faults = read(&files, &zones(), 100.0).expect_err(expected);
        let found: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert!(found.iter().any(|fault| fault.starts_with(expected)), "{expected}\nnot in\n{found:#?}");
    }
}

#[test]
fn every_slip_has_its_fault_and_its_line() {
    let table: &[Slip] = &[
        (BUSES, "2,\"Two", "1,\"Two", "buses.csv:4: bus: bus 1 appears twice"),
        (BUSES, "2,\"Two", "2.5,\"Two", "buses.csv:4: bus: \"2.5\" is not a whole number"),
        (BUSES, ",230,50,", ",230,NaN,", "buses.csv:3: load_mw: \"NaN\" is not a finite number"),
        (BUSES, ",230,50,", ",-230,50,", "buses.csv:3: base_kv: -230 is out of range"),
        (
            BUSES,
            "One,north",
            "One,nort",
            "buses.csv:3: zone: unknown zone \"nort\" (allowed: north, south) (did you mean north?)",
        ),
        (BUSES, "0.25,60,5", "0.5,60,5", "buses.csv: load_share: the shares of zone north sum to 1.25"),
        (BUSES, ",60,5", ",60,", "buses.csv:3: latitude_deg: latitude and longitude go together"),
        (BUSES, "substation", "station", "buses.csv:1: substation: this column is missing"),
        (BUSES, "base_kv", "base_kw", "buses.csv:1: base_kw: unknown column \"base_kw\""),
        (BUSES, ",1,1,,\n", ",1", "buses.csv:5: row: 7 cells where the header has 10"),
        (BRANCHES, "up,1,2", "up,1,9", "branches.csv:2: to_bus: there is no bus 9 (did you mean 3?)"),
        (BRANCHES, "up,1,2", "up,1,1", "branches.csv:2: to_bus: the branch begins and ends at the same bus"),
        (BRANCHES, "down,", "up,", "branches.csv:3: name: \"up\" appears twice"),
        (
            BRANCHES,
            "0.01,0.1,",
            "0.01,0,",
            "branches.csv:2: x_pu: a branch needs a reactance other than zero",
        ),
        (BRANCHES, "0.01,0.1,", "0.01,,", "branches.csv:2: x_pu: \"\" is not a finite number"),
        (BRANCHES, "0.01,0.1,", "0.01,inf,", "branches.csv:2: x_pu: \"inf\" is not a finite number"),
        (BRANCHES, ",300,", ",-300,", "branches.csv:2: rating_mw: -300 is out of range"),
        (BRANCHES, ",350,", ",NaN,", "branches.csv:2: emergency_rating_mw: \"NaN\" is not a finite number"),
        (BRANCHES, ",1.02,", ",0,", "branches.csv:3: tap: the turns ratio must be positive"),
        (
            BRANCHES,
            ",-20,25",
            ",26,25",
            "branches.csv:2: angle_minimum_deg: the least difference is above the greatest",
        ),
        (BRANCHES, ",-20,25", ",x,25", "branches.csv:2: angle_minimum_deg: \"x\" is not a finite number"),
        (BRANCHES, "transformer,", "trafo,", "branches.csv:3: kind: unknown name \"trafo\""),
        (BRANCHES, ",true,-20,25\n", "\n", "branches.csv:2: row: 11 cells where the header has 14"),
        (DC_LINKS, "sea,1,3", "sea,1,33", "dc_links.csv:2: to_bus: there is no bus 33"),
        (DC_LINKS, "-40,60", "70,60", "dc_links.csv:2: minimum_mw: the least flow is above the greatest"),
        (DC_LINKS, "0.02,", "1.02,", "dc_links.csv:2: loss_fraction: 1.02 is out of range"),
        (DC_LINKS, ",0.5,", ",-0.5,", "dc_links.csv:2: fixed_loss_mw: -0.5 is out of range"),
        (DC_LINKS, "polynomial 0 2", "polynomial", "dc_links.csv:2: cost_curve_usd_per_h: not a cost curve"),
    ];
    each_has_its_fault(table);
}

#[test]
fn every_slip_of_a_unit_has_its_fault_and_its_line() {
    let table: &[Slip] = &[
        (GENERATORS, "g,1,", "g,4,", "generators.csv:2: bus: there is no bus 4"),
        (GENERATORS, "b,3,", "g,3,", "generators.csv:3: name: \"g\" appears twice"),
        (
            GENERATORS,
            ",400,100,",
            ",400,500,",
            "generators.csv:2: minimum_mw: the minimum output is above the capacity",
        ),
        (
            GENERATORS,
            ",400,100,",
            ",nan,100,",
            "generators.csv:2: capacity_mw: \"nan\" is not a finite number",
        ),
        (GENERATORS, "100,7,", "100,-7,", "generators.csv:2: heat_rate_mmbtu_per_mwh: -7 is out of range"),
        (
            GENERATORS,
            "50:900 90:2100",
            "50:900 40:2100",
            "generators.csv:4: cost_curve_usd_per_h: not a cost curve",
        ),
        (GENERATORS, "gas,combined", "gaz,combined", "generators.csv:2: fuel: unknown name \"gaz\""),
        (GENERATORS, "online,", "first_year,", "generators.csv:1: first_year: this column is now `online`"),
        (GENERATORS, "retired,", "last_year,", "generators.csv:1: last_year: this column is now `retired`"),
        (
            GENERATORS,
            "2001-06-01",
            "2001",
            "generators.csv:2: online: \"2001\" is not a date (allowed: a calendar day such as",
        ),
        (
            GENERATORS,
            "2031-12-31",
            "2001-06-01",
            "generators.csv:2: retired: this is not after the day on which the unit comes online",
        ),
        (GENERATORS, ",50.3,", ",-1,", "generators.csv:2: co2_kg_per_mmbtu: -1 is out of range"),
        (GENERATORS, ",0.04,", ",1.04,", "generators.csv:2: forced_outage_rate: 1.04 is out of range"),
        (
            GENERATORS,
            "0.04,\n",
            "0.04,pjm\n",
            "generators.csv:2: neighbour: only an import has a neighbour that sells",
        ),
        (
            GENERATORS,
            "import,import",
            "import,other",
            "generators.csv:5: technology: the fuel import and the technology import go together",
        ),
        (GENERATORS, "300,0,8", "300,10,8", "generators.csv:5: minimum_mw: an import has no minimum output"),
        (GENERATORS, ",false,", ",no,", "generators.csv:4: in_service: unknown name \"no\""),
    ];
    each_has_its_fault(table);
}

#[test]
fn faults_of_one_row_do_not_hide_each_other() {
    let mut files = small();
    let text = files.get_mut(BRANCHES).expect("a table");
    *text = text
        .replace("up,1,2,line,0.01,0.1,1,0,300,350,40,true,-20", "up,1,9,line,0.01,0,0,0,-300,350,40,yes,x");
    let faults = read(&files, &zones(), 100.0).expect_err("six faults");
    let fields: BTreeSet<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(
        fields,
        BTreeSet::from(["angle_minimum_deg", "in_service", "rating_mw", "tap", "to_bus", "x_pu"])
    );
    assert!(faults.iter().all(|fault| fault.line == Some(2)), "{faults:?}");
}

#[test]
fn tables_cut_anywhere_give_a_network_or_faults() {
    let whole = small();
    for (file, text) in &whole {
        for end in 0..text.len() {
            let mut files = whole.clone();
            files.insert(file.clone(), text[..end].to_owned());
            if let Err(faults) = read(&files, &zones(), 100.0) {
                assert!(!faults.is_empty(), "{file} cut at {end}");
            }
        }
    }
}
