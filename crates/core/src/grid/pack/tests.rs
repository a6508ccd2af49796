use std::io::Read;
use std::path::Path;

use super::*;
use crate::grid::case::matpower::{self, ZoneBy};
use crate::grid::{Branch, BranchKind, Bus, CostCurve, DcLink, Generator, Zone};
use crate::test_data::public_data;
use proptest::prelude::*;

pub(super) fn files(pack: &str) -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/regions").join(pack);
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("a pack") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        files.insert(name, std::fs::read_to_string(path).expect("a text"));
    }
    files
}

pub(super) fn parse(pack: &str) -> RegionPack {
    RegionPack::parse(&files(pack)).unwrap_or_else(|faults| panic!("{pack}: {}", faults[0]))
}

#[test]
fn every_shipped_pack_reads_and_writes_back_to_the_same_bytes() {
    for (name, buses, branches, zones) in
        [("testbed", 12, 16, 3), ("rts24", 24, 38, 2), ("texas", 2000, 3206, 8)]
    {
        let pack = parse(name);
        assert_eq!(pack.region.facts.name, name);
        let size =
            (pack.network.graph.node_count(), pack.network.graph.edge_count(), pack.network.zones.len());
        assert_eq!(size, (buses, branches, zones), "{name}");
        let shipped = files(name);
        for (file, text) in pack.tables() {
            assert!(text == shipped[&file], "{name}/{file} is not in its written form");
        }
    }
}

#[test]
fn every_zonal_pack_has_one_bus_per_zone_and_the_written_form() {
    for (name, zones, pipes) in
        [("nyiso", 11, 12), ("pjm", 4, 4), ("caiso", 3, 2), ("isone", 8, 11), ("miso", 3, 2), ("spp", 2, 1)]
    {
        let pack = parse(name);
        assert_eq!(pack.region.facts.name, name);
        assert_eq!(pack.region.facts.network, NetworkKind::Zonal);
        let size = (pack.network.graph.node_count(), pack.network.zones.len(), pack.interfaces.len());
        assert_eq!(size, (zones, zones, pipes), "{name}");
        let written =
            RegionPack::write_tables(&pack.network, &pack.planned, &pack.sites, &pack.reinforcements);
        let shipped = files(name);
        for file in ["buses.csv", "generators.csv", PLANNED, SITES, REINFORCEMENTS] {
            assert!(written[file] == shipped[file], "{name}/{file} is not in its written form");
        }
    }
}

/// Capacity at the end of the base year against the public figures of the pack: within 10 % by fuel.
#[test]
fn capacity_by_fuel_is_within_a_tenth_of_the_public_figures() {
    for name in ["nyiso", "pjm", "caiso", "isone", "miso", "spp", "rts"] {
        let pack = parse(name);
        let public = pack.region.context.public.as_ref().expect("public figures");
        let end = Date { year: public.year, month: 12, day: 31 };
        for (fuel, public_mw) in &public.capacity_mw {
            let units = pack.network.generators.iter().filter(|unit| unit.fuel == *fuel && unit.runs_on(end));
            let mw: f64 = units.map(|unit| unit.capacity_mw).sum();
            assert!((mw / public_mw - 1.0).abs() <= 0.1, "{name} {}: {mw} of {public_mw} MW", fuel.name());
        }
    }
}

/// The merit order of `docs/region-packs.md`, worked out by hand there.
#[test]
fn the_testbed_has_the_merit_order_of_its_page() {
    let pack = parse("testbed");
    let mut order: Vec<(f64, &str)> = pack
        .network
        .generators
        .iter()
        .filter(|unit| !matches!(unit.fuel, Fuel::Wind | Fuel::Solar | Fuel::Storage))
        .map(|unit| {
            let fuel = pack.region.fuels[&unit.fuel].price_usd_per_mmbtu;
            (unit.heat_rate_mmbtu_per_mwh * fuel + unit.variable_om_usd_per_mwh, unit.name.as_str())
        })
        .collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert_eq!(
        order,
        [
            (8.0, "Harbour nuclear"),
            (24.0, "Gate combined cycle"),
            (25.0, "Mill coal"),
            (26.0, "Cape combined cycle"),
            (38.0, "Mill turbine"),
            (40.0, "Harbour turbine"),
        ]
    );
    let region = &pack.region;
    assert_eq!(region.branch_ceiling_usd_per_mwh(230.0), Some(4500.0));
    assert_eq!(region.branch_ceiling_usd_per_mwh(115.0), Some(3500.0));
    // No bus of the zone "south" of the RTS reaches 230 kV: siting falls back to what there is.
    let mut rts = parse("rts24");
    rts.region.facts.transmission_minimum_kv = 200.0;
    let south = rts.siting_weights(ZoneId(0));
    assert_eq!(south.len(), 10);
    assert!((south.iter().map(|(_, weight)| weight).sum::<f64>() - 1.0).abs() < 1e-9);
}

#[test]
fn rts24_is_the_published_network() {
    let path = public_data().join("cases/pglib/pglib_opf_case24_ieee_rts.m.gz");
    let Ok(packed) = std::fs::read(&path) else {
        eprintln!("skipped: no {}", path.display());
        return;
    };
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut text).expect("a text");
    let case = matpower::read("rts", &text, ZoneBy::Zone).unwrap_or_else(|faults| panic!("{}", faults[0]));
    let pack = parse("rts24").network;
    for ((_, ours), (_, theirs)) in pack.branches().zip(case.branches()) {
        // The pack leaves the limits on angle differences out.
        assert_eq!(*ours, Branch { angle_difference_deg: None, ..theirs.clone() });
    }
    for ((_, ours), (_, theirs)) in pack.buses().zip(case.buses()) {
        assert_eq!(
            (ours.number, ours.load_mw, ours.base_kv),
            (theirs.number, theirs.load_mw, theirs.base_kv)
        );
        assert_eq!(ours.substation, theirs.substation);
    }
    let at_1979 = |unit: &&Generator| !matches!(unit.fuel, Fuel::Wind | Fuel::Solar | Fuel::Storage);
    let ours: f64 = pack.generators.iter().filter(at_1979).map(|unit| unit.capacity_mw).sum();
    let theirs: f64 = case.generators.iter().map(|unit| unit.capacity_mw).sum();
    assert_eq!((ours, theirs), (3405.0, 3405.0));
}

#[test]
fn all_faults_of_a_pack_are_returned_at_once() {
    let mut broken = files("testbed");
    let mut edit = |file: &str, from: &str, to: &str| {
        let text = broken.get_mut(file).expect("a file");
        assert!(text.contains(from), "{file} has no {from}");
        *text = text.replacen(from, to, 1);
    };
    edit("buses.csv", "3,Windy 115,plains", "3,Windy 115,plain");
    edit("buses.csv", "12,Cape 115,coast,10,115,150,0,0.5", "12,Cape 115,coast,10,115,150,0,x");
    edit("branches.csv", "line,0,0.1,1,0,300", "line,0,0,1,0,-300");
    edit("branches.csv", "Sunny - Gate 230 kV,2,6", "Sunny - Gate 230 kV,2,66");
    edit("generators.csv", "Mill coal,5,coal", "Mill coal,5,cole");
    let faults = RegionPack::parse(&broken).expect_err("five faults");
    let find = |file: &str, field: &str| {
        let found = faults.iter().find(|fault| fault.file == file && fault.field == field);
        found.unwrap_or_else(|| panic!("no fault in {file} {field} among {faults:#?}"))
    };
    let zone = find("buses.csv", "zone");
    assert_eq!((zone.line, zone.nearest.as_deref()), (Some(4), Some("plains")));
    assert_eq!(find("buses.csv", "load_share").line, Some(13));
    assert_eq!(find("branches.csv", "x_pu").line, Some(3));
    assert_eq!(find("branches.csv", "rating_mw").line, Some(3));
    assert_eq!(find("branches.csv", "to_bus").line, Some(4));
    let fuel = find("generators.csv", "fuel");
    assert_eq!((fuel.line, fuel.nearest.as_deref()), (Some(7), Some("coal")));
    assert!(fuel.to_string().starts_with("generators.csv:7: fuel: unknown name \"cole\""), "{fuel}");
}

#[test]
fn faults_of_the_settings_and_the_other_tables_are_returned_at_once() {
    let mut broken = files("testbed");
    let mut edit = |file: &str, from: &str, to: &str| {
        let text = broken.get_mut(file).expect("a file");
        assert!(text.contains(from), "{file} has no {from}");
        *text = text.replacen(from, to, 1);
    };
    edit("region.toml", "offer_cap_usd_per_mwh = 5000.0", "offer_cap_usd_per_mwh = 9000.0");
    edit("region.toml", "large_load_share = 0.3", "large_load_share = 0.4");
    edit("planned.csv", "2026-06-01", "2026-06-31");
    edit("planned.csv", "retire,coal", "close,coal");
    edit("sites.csv", "mining,plains,2", "mining,plains,5");
    edit("sites.csv", "40,40", "40,41");
    edit("reinforcements.csv", "reason\n", "reason\nWindy - Sunny 230 kW,1,2,x\n");
    let faults = RegionPack::parse(&broken).expect_err("seven faults");
    let found: Vec<(&str, &str)> = faults.iter().map(|f| (f.file.as_str(), f.field.as_str())).collect();
    for expected in [
        ("region.toml", "market"),
        ("region.toml", "zones.large_load_share"),
        ("planned.csv", "date"),
        ("planned.csv", "action"),
        ("sites.csv", "bus"),
        ("sites.csv", "installed_mw"),
        ("reinforcements.csv", "branch"),
    ] {
        assert!(found.contains(&expected), "{expected:?} not in {found:?}");
    }

    let mut broken = files("testbed");
    let text = broken.get_mut("region.toml").expect("a file");
    *text = text
        .replace("base_year = 2024", "base_year = \"now\"")
        .replace("[fuels.coal]", "[fuels.cole]")
        .replace("[adequacy]", "[adequate]")
        .replace("size_mw = 50.0\nusd_per_mwh = 100.0", "size_mw = 50.0");
    let faults = RegionPack::parse(&broken).expect_err("four faults");
    let found: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
    for expected in ["region", "fuels.cole", "adequacy", "adequate", "reserve[1]"] {
        assert!(found.contains(&expected), "{expected} not in {found:?}");
    }
    let line = |field: &str| faults.iter().find(|fault| fault.field == field).and_then(|fault| fault.line);
    let year =
        broken["region.toml"].lines().position(|line| line.starts_with("base_year")).map(|at| at as u64 + 1);
    assert_eq!(line("region"), year);
    assert!(RegionPack::parse(&BTreeMap::new()).is_err());
}

#[test]
fn nothing_retires_that_is_not_there() {
    let faults_of = |rows: &str, units: &[(&str, &str)]| {
        let mut files = files("testbed");
        let plans = files.get_mut("planned.csv").expect("a table");
        let header = plans.lines().next().expect("a header").to_owned();
        *plans = format!("{header}\n{rows}");
        for (from, to) in units {
            let table = files.get_mut("generators.csv").expect("a table");
            assert!(table.contains(from), "{from}");
            *table = table.replacen(from, to, 1);
        }
        match RegionPack::parse(&files) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.iter().map(ToString::to_string).collect(),
        }
    };
    let row = |name: &str, date: &str, action: &str, mw: u32| {
        format!("{name},{date},city,{action},coal,coal_steam,{mw},0,1,0,assumed\n")
    };
    // Mill coal has 200 MW.
    let all = row("a", "2030-06-01", "retire", 150) + &row("b", "2031-06-01", "retire", 50);
    assert_eq!(faults_of(&all, &[]), [""; 0]);
    let more = row("b", "2031-06-01", "retire", 51) + &row("a", "2030-06-01", "retire", 150);
    assert_eq!(
        faults_of(&more, &[]),
        ["planned.csv:2: capacity_mw: zone city has 50 MW of coal_steam by then"]
    );
    let built = row("b", "2031-06-01", "retire", 300) + &row("a", "2030-06-01", "add", 100);
    assert_eq!(faults_of(&built, &[]), [""; 0]);
    // The unit itself is gone by then.
    let dated = [("coal_steam,200,80,10,5,0,,,", "coal_steam,200,80,10,5,0,,2030-01-01,")];
    assert_eq!(
        faults_of(&row("a", "2030-06-01", "retire", 10), &dated),
        ["planned.csv:2: capacity_mw: zone city has 0 MW of coal_steam by then"]
    );
}

#[test]
fn the_optional_sections_are_read_and_their_faults_named() {
    let texas = parse("texas").region.context;
    let market = texas.capacity_market.expect("a section");
    assert_eq!((market.kind, market.price_usd_per_mw_day), (CapacityMarketKind::EnergyOnly, None));
    let public = texas.public.expect("a section");
    assert_eq!((public.year, public.capacity_mw[&Fuel::Wind]), (2024, 40000.0));
    assert_eq!(texas.weather.expect("a section").temperature, SeriesOrigin::Assumption);
    assert_eq!(parse("testbed").region.context.public, None);

    let mut bare = files("texas");
    let text = bare.get_mut("region.toml").expect("a file");
    let from = text.find("[capacity_market]").expect("a section");
    let to = text.find("[adequacy]").expect("a section");
    text.replace_range(from..to, "");
    let region = RegionPack::parse(&bare).unwrap_or_else(|faults| panic!("{}", faults[0])).region;
    assert_eq!(region.context, Context::default());

    let mut broken = files("texas");
    let text = broken.get_mut("region.toml").expect("a file");
    *text = text
        .replace("kind = \"energy_only\"", "kind = \"auctions\"")
        .replace("industrial_usd_per_mwh = 66.0", "industrial_usd_per_mwh = -66.0")
        .replace("energy_twh = 463.0", "energy_twh = 0.0")
        .replace("temperature = \"assumption\"", "temperature = \"guess\"")
        .replace("[fuels.oil]", "[fuels.import]");
    let faults = RegionPack::parse(&broken).expect_err("five faults");
    let found: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
    for expected in ["capacity_market", "retail", "public.energy_twh", "weather", "fuels.import"] {
        assert!(found.contains(&expected), "{expected} not in {found:?}");
    }
    let kind = faults.iter().find(|fault| fault.field == "capacity_market").expect("found");
    assert!(kind.line.is_some() && kind.message.contains("energy_only"), "{kind}");
}

#[test]
fn prices_by_zone_carbon_and_margin_are_read_and_their_faults_named() {
    let region = parse("caiso").region;
    let basis = &region.fuels[&Fuel::Gas].basis_usd_per_mmbtu;
    assert_eq!(basis.keys().map(String::as_str).collect::<Vec<_>>(), ["np15", "sp15", "zp26"]);
    assert!((region.carbon.expect("a price").price_usd_per_tonne - 36.0).abs() < 1e-9);
    assert!((region.commitment.expect("a margin").margin_percent - 15.0).abs() < 1e-9);
    assert_eq!(parse("texas").region.carbon, None);

    let mut broken = files("caiso");
    let text = broken.get_mut(REGION).expect("a file");
    *text = text
        .replace("np15 = 1.1", "north = 1.1")
        .replace("price_usd_per_tonne = 36.0", "price_usd_per_tonne = -1.0")
        .replace("margin_percent = 15.0", "margin_percent = 150.0")
        .replace("[fuels.nuclear]", "[fuels.nuclear]\nbasis_usd_per_mmbtu = { np15 = 1.0 }");
    let faults = RegionPack::parse(&broken).expect_err("four faults");
    let found: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
    for expected in [
        "fuels.gas.basis_usd_per_mmbtu",
        "fuels.nuclear.basis_usd_per_mmbtu",
        "carbon.price_usd_per_tonne",
        "commitment.margin_percent",
    ] {
        assert!(found.contains(&expected), "{expected} not in {found:?}");
    }
}

#[test]
fn a_bus_without_a_branch_and_a_missing_table_are_faults() {
    let mut broken = files("testbed");
    let text = broken.get_mut("branches.csv").expect("a table");
    *text =
        text.lines().filter(|line| !line.contains(",12,")).fold(String::new(), |all, line| all + line + "\n");
    let faults = RegionPack::parse(&broken).expect_err("an island");
    assert_eq!(faults.len(), 1);
    assert_eq!((faults[0].file.as_str(), faults[0].line), ("buses.csv", Some(13)));
    broken.remove("generators.csv");
    let faults = RegionPack::parse(&broken).expect_err("no generators");
    assert!(faults.iter().any(|fault| fault.file == "generators.csv"), "{faults:?}");
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), -1e6..1e6, 1e-9..1e-3]
}

fn name() -> impl Strategy<Value = String> {
    "[A-Za-z#][A-Za-z0-9 ,\"'#-]{0,10}[a-z]"
}

prop_compose! {
    fn network()(
        count in 2_u32..6,
        names in proptest::collection::vec(name(), 6),
        x in proptest::collection::vec(number().prop_filter("not zero", |x| *x != 0.0), 6),
        values in proptest::collection::vec(number(), 12),
        rating in proptest::option::of(0.0..1e5),
        curve in proptest::option::of(proptest::collection::vec(number(), 1..4)),
    ) -> Network {
        let mut network = Network { base_mva: 100.0, ..Network::default() };
        network.zones.push(Zone { name: "only".to_owned() });
        for i in 0..count {
            network.add_bus(Bus {
                number: 10 * i,
                name: names[i as usize].clone(),
                zone: ZoneId(0),
                substation: i,
                base_kv: values[0].abs(),
                load_mw: values[1],
                shunt_mw: values[2],
                load_share: if i == 0 { 1.0 } else { 0.0 },
                position: (i % 2 == 0).then_some((values[3].rem_euclid(90.0), -values[4].rem_euclid(180.0))),
            });
        }
        for i in 1..count {
            network.add_branch(Branch {
                name: format!("{}{i}", names[0]),
                from: BusId(i - 1),
                to: BusId(i),
                kind: if i % 2 == 0 { BranchKind::Line } else { BranchKind::Transformer },
                r_pu: values[5],
                x_pu: x[i as usize],
                tap: values[6].abs() + 0.1,
                shift_deg: values[7],
                angle_difference_deg: match i % 3 {
                    0 => None,
                    1 => Some((-values[7].abs(), f64::INFINITY)),
                    _ => Some((-30.0, values[7].abs())),
                },
                rating_mw: rating.unwrap_or(f64::INFINITY),
                emergency_rating_mw: rating,
                length_mi: rating,
                in_service: i % 2 == 0,
            });
            network.generators.push(Generator {
                name: format!("{}{i}", names[1]),
                bus: BusId(i),
                fuel: Fuel::ALL[i as usize],
                technology: Technology::ALL[i as usize],
                capacity_mw: values[8].abs(),
                minimum_mw: -values[9].abs(),
                heat_rate_mmbtu_per_mwh: values[10].abs(),
                variable_om_usd_per_mwh: values[11],
                storage_mwh: values[10].abs(),
                online: (i % 2 == 0).then_some(Date { year: 1990, month: 2, day: 28 }),
                retired: (i % 2 == 1).then_some(Date { year: 2040, month: 12, day: 1 }),
                in_service: i % 2 == 1,
                cost: curve.clone().map(CostCurve::Polynomial),
                co2_kg_per_mmbtu: rating,
                forced_outage_rate: (i % 3 == 0).then_some(0.25),
                neighbour: None,
            });
        }
        network.dc_links.push(DcLink {
            name: names[2].clone(),
            from: BusId(0),
            to: BusId(1),
            minimum_mw: -values[8].abs(),
            maximum_mw: values[8].abs(),
            loss_fraction: 0.03,
            fixed_loss_mw: if rating.is_some() { values[10].abs() } else { 0.0 },
            cost: curve.clone().map(CostCurve::Polynomial),
            in_service: true,
        });
        network
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_network_written_and_read_is_the_same(network in network()) {
        let files = own::write(&network);
        let back = own::read(&files, &["only".to_owned()], 100.0).map_err(|faults| {
            TestCaseError::fail(faults[0].to_string())
        })?;
        prop_assert_eq!(own::write(&back), files);
        prop_assert!(back.buses().map(|(_, b)| b).eq(network.buses().map(|(_, b)| b)));
        prop_assert!(back.branches().map(|(_, b)| b).eq(network.branches().map(|(_, b)| b)));
        prop_assert_eq!(back.generators, network.generators);
        prop_assert_eq!(back.dc_links, network.dc_links);
    }
}
