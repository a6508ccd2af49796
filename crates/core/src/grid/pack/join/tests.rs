use super::super::tests::parse;
use super::super::ties::Tie;
use super::*;

const HEADER: &str =
    "name,from_region,from_zone,to_region,to_zone,forward_limit_mw,reverse_limit_mw,loss_fraction,source\n";

fn ties(rows: &str) -> Vec<Tie> {
    Tie::parse(&format!("{HEADER}{rows}")).unwrap_or_else(|faults| panic!("{}", faults[0]))
}

#[test]
fn a_region_alone_stays_as_it_is() {
    let pack =
        RegionPack::join(vec![parse("spp")], &ties("t,spp,north,miso,north,1,2,0,x\n")).expect("joined");
    assert_eq!(pack.tables(), parse("spp").tables());
    assert_eq!((pack.area_count(), pack.zones_of(0), pack.name_of(0, "wind")), (1, 0..2, "wind".to_owned()));
}

#[test]
fn regions_keep_their_plant_and_lose_what_the_other_sold() {
    let (pjm, nyiso) = (parse("pjm"), parse("nyiso"));
    let rows = "west,pjm,west,nyiso,west,550,500,0,x\nold,miso,north,pjm,comed,9,9,0,x\n";
    let pack = RegionPack::join(vec![pjm.clone(), nyiso.clone()], &ties(rows)).expect("joined");
    assert_eq!(pack.region.facts.name, "pjm+nyiso");
    assert_eq!((pack.zones_of(0), pack.zones_of(1)), (0..4, 4..15));
    assert_eq!(pack.network.zones[4].name, "nyiso_west");
    // One name each, one number each.
    let numbers: Vec<u32> = pack.network.buses().map(|(_, bus)| bus.number).collect();
    assert_eq!(numbers, (1..=15).collect::<Vec<u32>>());
    let names: std::collections::BTreeSet<&str> =
        pack.network.generators.iter().map(|unit| unit.name.as_str()).collect();
    assert_eq!(names.len(), pack.network.generators.len());
    // Capacity is that of both but for what PJM sold to New York and New York to PJM.
    let sum = |pack: &RegionPack, but: &[&str]| {
        let units = pack.network.generators.iter();
        let kept = units.filter(|unit| !but.contains(&unit.neighbour.as_deref().unwrap_or("")));
        kept.map(|unit| unit.capacity_mw).sum::<f64>()
    };
    let sold = 500.0 + 550.0 + 900.0 + 1000.0 + 975.0 + 660.0;
    let both = sum(&pjm, &[]) + sum(&nyiso, &[]);
    assert!((sum(&pack, &[]) - (both - sold)).abs() < 1e-6);
    assert!((sum(&pack, &["PJM", "NYISO"]) - sum(&pack, &[])).abs() < 1e-6);
    // Shares of new large loads go with load; each region keeps its own shape.
    let shares =
        |range: Range<usize>| pack.region.zones[range].iter().map(|z| z.large_load_share).sum::<f64>();
    let load = |pack: &RegionPack| pack.network.buses().map(|(_, bus)| bus.load_mw).sum::<f64>();
    let want = load(&pjm) / (load(&pjm) + load(&nyiso));
    assert!((shares(0..4) - want).abs() < 1e-12 && (shares(0..15) - 1.0).abs() < 1e-12);
    // Pipes stand in the order of links; the tie is the last, and the one to MISO is not there.
    assert_eq!(pack.interfaces.len(), pjm.interfaces.len() + nyiso.interfaces.len() + 1);
    for (interface, link) in pack.interfaces.iter().zip(&pack.network.dc_links) {
        assert_eq!((&interface.name, interface.forward_limit_mw), (&link.name, link.maximum_mw));
        assert_eq!(pack.network.bus(link.from).zone, interface.from_zones[0]);
        assert_eq!(pack.network.bus(link.to).zone, interface.to_zones[0]);
    }
    let tie = pack.network.dc_links.last().expect("a tie");
    let zone = |bus| pack.network.zones[usize::from(pack.network.bus(bus).zone.0)].name.as_str();
    assert_eq!((zone(tie.from), zone(tie.to), tie.minimum_mw), ("pjm_west", "nyiso_west", -500.0));
    // Basis prices are by the new names.
    let basis = |area: usize| pack.region_of(area).fuels.get(&crate::grid::Fuel::Gas).expect("gas");
    assert!(basis(1).basis_usd_per_mmbtu.keys().all(|zone| zone.starts_with("nyiso_")));
}

#[test]
fn what_cannot_be_joined_is_said_at_once() {
    let packs = || vec![parse("pjm"), parse("nyiso"), parse("pjm"), parse("testbed")];
    let rows = "a,pjm,wset,nyiso,west,1,1,0,x\nb,nyiso,east,pjm,west,1,1,0,x\n";
    let faults = RegionPack::join(packs(), &ties(rows)).expect_err("four faults");
    let text: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(text.len(), 4, "{text:?}");
    assert!(
        text[0].contains("pjm is joined with itself") && text[1].contains("testbed is nodal"),
        "{text:?}"
    );
    assert!(text[2].starts_with("ties.csv:2") && text[2].contains("did you mean west?"), "{text:?}");
    assert!(text[3].starts_with("ties.csv:3") && text[3].contains("unknown zone \"east\""), "{text:?}");

    let rows = "a,pjm,west,pjm,comed,1,1,0,x\na,pjm,west,nyiso,west,-1,x,0.7,\n";
    let faults = Tie::parse(&format!("{HEADER}{rows}")).expect_err("six faults");
    let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
    let want = ["to_region", "name", "forward_limit_mw", "reverse_limit_mw", "loss_fraction", "source"];
    assert_eq!(fields, want);
}

#[test]
fn every_shipped_tie_joins_zones_that_are_there() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data").join(TIES);
    let ties = Tie::parse(&std::fs::read_to_string(path).expect("a table")).expect("no faults");
    assert!(ties.len() > 10);
    for tie in ties {
        for (region, zone) in [(&tie.from_region, &tie.from_zone), (&tie.to_region, &tie.to_zone)] {
            assert!(parse(region).network.zone_named(zone).is_some(), "{}: {region} {zone}", tie.name);
        }
    }
}
