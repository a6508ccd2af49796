//! The whole way from text to a typed scenario and back.

use super::*;

const PLAIN: &str = "schema = 1\nname = \"t\"\nregion = \"testbed\"\nstart = 2025-01-01\nend = 2026-01-01\n";

fn around() -> Surroundings {
    Surroundings {
        regions: vec!["testbed".to_owned(), "texas".to_owned()],
        zones: vec!["north".to_owned(), "south".to_owned()],
        zonal: false,
        buses: [1, 2].into(),
        ..Surroundings::default()
    }
}

fn read_over(text: &str, overrides: &[&str], around: &Surroundings) -> Result<Scenario, Vec<Fault>> {
    let overrides: Vec<String> = overrides.iter().map(|&o| o.to_owned()).collect();
    let checked = Draft::parse("s.toml", text).with("-p", &overrides).finish(&Scenario::defaults(), around);
    checked.map(|checked| checked.scenario)
}

fn read(text: &str) -> Result<Scenario, Vec<Fault>> {
    read_over(text, &[], &around())
}

/// Line and path of every fault.
fn faults(text: &str) -> Vec<(Option<u32>, String)> {
    read(text).expect_err("faults").into_iter().map(|f| (f.line, f.path)).collect()
}

#[test]
fn a_short_file_takes_every_default() {
    let scenario = read(PLAIN).expect("valid");
    assert_eq!(scenario.region.as_deref(), Some("testbed"));
    assert_eq!(scenario.load.growth_percent_per_year, 1.5);
    assert_eq!(scenario.supply.entry.wind.yearly_cap_mw, 3000.0);
    assert_eq!(scenario.supply.entry.solar.yearly_cap_mw, 6000.0);
    assert_eq!(scenario.dispatch.reserve.requirement_mw(), 7500.0);
}

#[test]
fn the_region_stands_below_the_file() {
    let mut base = Scenario::defaults();
    base.fuel.gas_usd_per_mmbtu = 9.0;
    base.fuel.coal_usd_per_mmbtu = 9.0;
    let text = format!("{PLAIN}[fuel]\ngas_usd_per_mmbtu = 2\n");
    let scenario = Draft::parse("s.toml", &text).finish(&base, &around()).expect("valid").scenario;
    assert_eq!(scenario.fuel.gas_usd_per_mmbtu, 2.0);
    assert_eq!(scenario.fuel.coal_usd_per_mmbtu, 9.0);
}

#[test]
fn idle_values_are_warned_of() {
    let text = format!("{PLAIN}[supply]\nretirement = false\n[supply.exit]\nyearly_share = 0.2\n");
    let checked = Draft::parse("s.toml", &text).finish(&Scenario::defaults(), &around()).expect("valid");
    let warned: Vec<_> = checked.warnings.iter().map(|w| (w.line, w.path.as_str())).collect();
    assert_eq!(warned, [(Some(8), "supply.exit")]);
}

#[test]
fn all_faults_are_found_at_once() {
    let text = "schema = 1\nname = \"a b\"\nregion = \"texsa\"\nstart = 2025-01-01\nend = 2024-01-01\n\
                replication = 3\n[load]\ngrowth_percent_per_year = \"much\"\nlarge_loads = 1\n\
                [supply.entry.wind]\nyearly_cap_mw = -1\n[dispatch]\nsecurity = \"n1\"\n\
                native_shed_usd_per_mwh = 100\nreserve = [[1, 2], [1, 3]]\nbranch_ceilings = [[69, 10]]\n[supply.availability]\ngas = 1.2\n";
    let expected = [
        (2, "name"),
        (3, "region"),
        (5, "end"),
        (6, "replication"),
        (8, "load.growth_percent_per_year"),
        (9, "load.large_loads"),
        (11, "supply.entry.wind.yearly_cap_mw"),
        (13, "dispatch.security"),
        (14, "dispatch.native_shed_usd_per_mwh"),
        (15, "dispatch.reserve"),
        (16, "dispatch.branch_ceilings"),
        (18, "supply.availability.gas"),
    ];
    let expected: Vec<_> = expected.map(|(line, path)| (Some(line), path.to_owned())).into();
    assert_eq!(faults(text), expected);
}

#[test]
fn days_outside_the_calendar_are_refused_one_by_one() {
    let found = |set: &[&str]| {
        let faults = read_over(PLAIN, set, &around()).expect_err("faults");
        faults.into_iter().map(|fault| (fault.path, fault.value.unwrap_or_default())).collect::<Vec<_>>()
    };
    let of = |key: &str, day: &str| (key.to_owned(), day.to_owned());
    let far = found(&["start=9999-10-01", "end=9999-12-15"]);
    assert_eq!(far, [of("end", "9999-12-15"), of("start", "9999-10-01")]);
    assert_eq!(found(&["start=1890-01-01", "end=1910-01-01"]), [of("start", "1890-01-01")]);
    assert_eq!(found(&["start=2199-01-01", "end=2201-01-01"]), [of("end", "2201-01-01")]);
    read_over(PLAIN, &["start=2190-01-01", "end=2200-12-31"], &around()).expect("valid");
}

#[test]
fn a_fault_says_what_would_be_right() {
    let text = format!("{PLAIN}[load]\ngrowth_percnt_per_year = 1\n[dispatch]\ncommitment = \"lihgt\"\n");
    let found = read(&text).expect_err("faults");
    assert_eq!(found[0].nearest.as_deref(), Some("growth_percent_per_year"));
    assert_eq!((found[0].line, found[0].column), (Some(7), Some(1)));
    assert_eq!(found[1].nearest.as_deref(), Some("light"));
    assert_eq!((found[1].line, found[1].column), (Some(9), Some(14)));
    assert_eq!(
        found[1].to_string(),
        "s.toml:9:14: dispatch.commitment = \"lihgt\" is not one of the choices; allowed: \"none\" or \"light\"; \
         did you mean light?"
    );
}

#[test]
fn syntax_faults_come_with_the_others_and_hide_missing_keys() {
    let text = "schema = 1\nname = \"t\nregion = \"testbed\"\nstart = 2025-13-01\nseed = true\n";
    let found = faults(text);
    assert!(found.contains(&(Some(2), String::new())), "{found:?}");
    assert!(found.contains(&(Some(5), "seed".to_owned())), "{found:?}");
    assert!(!found.iter().any(|(_, path)| path == "end"), "{found:?}");
}

#[test]
fn missing_keys_are_named() {
    let paths: Vec<String> = faults("").into_iter().map(|(_, path)| path).collect();
    assert_eq!(paths, ["end", "name", "region", "schema", "start"]);
}

#[test]
fn other_schemas_are_refused_alone() {
    for (version, word) in [("0", "never"), ("2", "newer"), ("\"1\"", "is not a version")] {
        let found = read(&format!("schema = {version}\nnonsense = 1\n")).expect_err("refused");
        assert_eq!(found.len(), 1);
        assert!(found[0].path == "schema" && found[0].message.contains(word), "{}", found[0]);
    }
}

#[test]
fn the_command_line_overrides_and_is_checked_alike() {
    let text = format!("{PLAIN}[fuel]\ngas_usd_per_mmbtu = 2\n[[requests]]\n{REQUEST}");
    let overrides = [
        "fuel.gas_usd_per_mmbtu=4",
        "region=texas",
        "start=2025-02-01",
        "supply.entry.wind.lead_months = 5",
        "dispatch.reserve=[[10, 20]]",
        "requests.0.requested_mw=7",
    ];
    let scenario = read_over(&text, &overrides, &around()).expect("valid");
    assert_eq!(scenario.fuel.gas_usd_per_mmbtu, 4.0);
    assert_eq!(scenario.region.as_deref(), Some("texas"));
    assert_eq!(scenario.start.to_string(), "2025-02-01");
    assert_eq!(scenario.supply.entry.wind.lead_months, 5);
    assert_eq!(scenario.dispatch.reserve.requirement_mw(), 10.0);
    assert_eq!(scenario.requests[0].requested_mw, 7.0);

    let wrong = ["fuel.gas=4", "seed.x=1", "nothing", "requests.3.bus=1", "fuel.coal_usd_per_mmbtu=-1"];
    let found = read_over(&text, &wrong, &around()).expect_err("faults");
    assert_eq!(found.len(), wrong.len(), "{found:?}");
    assert!(found.iter().all(|f| f.line.is_none() && f.file.starts_with("-p ")), "{found:?}");
}

#[test]
fn a_scenario_stands_on_another_one() {
    let above = "title = \"B\"\nbase = \"s.toml\"\n[fuel]\ngas_usd_per_mmbtu = 7\n\
                 [[arms]]\nname = \"a\"\n[[arms]]\nname = \"b\"\nset = [\"fuel.coal_usd_per_mmbtu=3\"]\n";
    let below = format!("{PLAIN}[fuel]\ngas_usd_per_mmbtu = 2\noil_usd_per_mmbtu = 5\n");
    let both = Draft::parse("b.toml", above).over(Draft::parse("s.toml", &below));
    assert_eq!(both.base(), Some("s.toml"));
    let arms = both.clone().finish(&Scenario::defaults(), &around()).expect("valid").scenario;
    assert_eq!((arms.fuel.gas_usd_per_mmbtu, arms.fuel.oil_usd_per_mmbtu), (7.0, 5.0));
    let b = both.with("arm b:", &arms.arms[1].set).finish(&Scenario::defaults(), &around()).expect("valid");
    assert_eq!(b.scenario.fuel.coal_usd_per_mmbtu, 3.0);

    let wrong = Draft::parse("b.toml", "ende = 1\n").over(Draft::parse("s.toml", "seed = -1\n"));
    let found = wrong.finish(&Scenario::defaults(), &around()).expect_err("faults");
    let found: Vec<_> = found.iter().map(|f| (f.file.as_str(), f.path.as_str())).collect();
    assert!(found.contains(&("b.toml", "ende")) && found.contains(&("s.toml", "seed")), "{found:?}");
}

const REQUEST: &str =
    "name = \"r\"\nkind = \"ai\"\nzone = \"north\"\nrequested_mw = 300\nfiled = 2025-03-01\n";

#[test]
fn requests_are_checked_one_by_one() {
    let text = format!(
        "{PLAIN}[[requests]]\n{REQUEST}[[requests]]\n{REQUEST}wanted = 2025-01-05\nbus = 9\n\
         [[requests]]\nname = \"s\"\nzone = \"nroth\"\nrequested_mw = 0\nfiled = 2031-01-01\n"
    );
    let paths: Vec<String> = faults(&text).into_iter().map(|(_, path)| path).collect();
    let expected = [
        "requests.1.bus",
        "requests.1.name",
        "requests.1.wanted",
        "requests.2.filed",
        "requests.2.zone",
        "requests.2.requested_mw",
    ];
    assert_eq!(paths, expected);
}

#[test]
fn the_columns_of_a_requests_file_are_checked_once() {
    let text = format!("requests_file = \"r.csv\"\n{PLAIN}");
    let read = |csv: &str| {
        let mut around = around();
        around.files.insert("requests_file".to_owned(), Ok(csv.to_owned()));
        Draft::parse("s.toml", &text).finish(&Scenario::defaults(), &around)
    };
    let said = |csv: &str| {
        let faults = read(csv).expect_err("faults");
        faults.iter().map(|f| (f.line, f.message.clone(), f.nearest.clone())).collect::<Vec<_>>()
    };
    let unknown = |name: &str| format!("has a column `{name}`, which is no key of a request");
    // Empty below its head, on two rows.
    let csv = "name,knd,zone,requested_mw,filed\na,,south,5,2025-05-01\nb,,south,5,2025-05-01\n";
    assert_eq!(said(csv), [(Some(1), unknown("knd"), Some("kind".to_owned()))]);
    let csv = "name,zone,zone,filed\na,south,south,2025-05-01\n";
    let twice = "has the column `zone` twice".to_owned();
    let missing = "has no column `requested_mw`: Power asked for.".to_owned();
    let mut found = said(csv);
    found.sort();
    assert_eq!(found, [(Some(1), missing, None), (Some(1), twice, None)]);
    // Faults of a head are found without any row; a right head without rows is only odd.
    assert_eq!(said("nme,zone,requested_mw,filed\n").len(), 2);
    let checked = read("name,zone,requested_mw,filed\n").expect("valid");
    let warned: Vec<_> = checked.warnings.iter().map(|w| (w.path.as_str(), w.message.as_str())).collect();
    assert_eq!(warned, [("requests_file", "holds no request")]);
}

#[test]
fn a_requests_file_has_lines_of_its_own() {
    let text = format!("requests_file = \"r.csv\"\n{PLAIN}[[requests]]\n{REQUEST}");
    let mut around = around();
    let csv = "name,kind,zone,requested_mw,filed\n# comment\n\"x, y\",mining,south,120,2025-05-01\n";
    around.files.insert("requests_file".to_owned(), Ok(csv.to_owned()));
    let scenario = read_over(&text, &[], &around).expect("valid");
    assert_eq!(scenario.requests[1].name, "x, y");
    assert_eq!(scenario.requests[1].kind, Kind::Mining);

    let csv = "name,zone,requested_mw,filed\na,south,lots,2025-05-01\nb,south,1\nr,south,5,2025-05-01\n";
    around.files.insert("requests_file".to_owned(), Ok(csv.to_owned()));
    let found = read_over(&text, &[], &around).expect_err("faults");
    let found: Vec<_> = found.iter().map(|f| (f.file.as_str(), f.line, f.path.as_str())).collect();
    let expected = [
        ("r.csv", Some(2), "requests.requested_mw"),
        ("r.csv", Some(3), "requests"),
        ("r.csv", Some(4), "requests.2.name"),
    ];
    assert_eq!(found, expected);

    around.files.insert("requests_file".to_owned(), Err("no such file".to_owned()));
    let found = read_over(&text, &[], &around).expect_err("faults");
    assert_eq!((found[0].line, found[0].path.as_str()), (Some(1), "requests_file"));
}

#[test]
fn the_resolved_scenario_reads_as_itself() {
    let text = format!(
        "requests_file = \"r \\\"q\\\".csv\"\n{PLAIN}title = \"A \\\\ title\"\nseed = 12345678901\n\
         [load]\ngrowth_by_zone_percent_per_year = {{ north = 3, south = -1.5e-3 }}\n\
         [supply]\nplanned = false\n[dispatch]\nbranch_ceilings = [[0, 280.25], [200, 450]]\n[[requests]]\n{REQUEST}"
    );
    let first = read(&text).expect("valid");
    let written = first.to_toml();
    let again = read(&written).unwrap_or_else(|f| panic!("{f:?}\n{written}"));
    assert_eq!(again, first);
    assert_eq!(again.to_toml(), written);
}

#[test]
fn scripted_outages_say_what_they_take() {
    let event = |rest: &str| format!("{PLAIN}[[outages.scripted]]\nname = \"x\"\n{rest}");
    let good = event(
        "from = 2025-02-01\nfrom_hour = 6\nto = 2025-02-01\nto_hour = 7\nfuel = \"gas\"\nshare = 0.5\n",
    );
    let scenario = read(&good).expect("valid");
    assert_eq!(scenario.outages.scripted[0].fuel.as_deref(), Some("gas"));
    assert_eq!(read(&scenario.to_toml()).expect("valid"), scenario);
    let wrong = event(
        "from = 2025-02-01\nto = 2025-02-01\nfuel = \"gass\"\ntechnology = \"battery\"\nzone = \"nort\"\n\
         share = 0.1\nmw = 3\n",
    );
    let paths: Vec<String> = faults(&wrong).into_iter().map(|fault| fault.1).collect();
    let expected = ["fuel", "mw", "technology", "to", "zone"].map(|key| format!("outages.scripted.0.{key}"));
    assert_eq!(paths, expected);
    let nothing = event("from = 2025-02-01\nto = 2025-02-03\n");
    assert_eq!(faults(&nothing), [(Some(6), "outages.scripted.0.share".to_owned())]);
    let twelve = format!("{PLAIN}[outages]\nplanned = true\nplanned_by_month = [1, 2]\n");
    assert_eq!(faults(&twelve), [(Some(8), "outages.planned_by_month".to_owned())]);
}

#[test]
fn spells_of_weather_are_read_and_checked() {
    let spell = |rest: &str| {
        format!("{PLAIN}[[weather.spells]]\nname = \"cold\"\nreturn_years = 10\ndays = 5\n{rest}")
    };
    let scenario =
        read(&spell("season = \"winter\"\nload_factor = 1.25\nwind_factor = 0.5\n")).expect("valid");
    assert_eq!(scenario.weather.spells[0].season.months(), [1, 2, 12]);
    assert_eq!(read(&scenario.to_toml()).expect("valid"), scenario);
    let wrong = spell(
        "season = \"monsoon\"\nload_factor_by_zone = { nort = 2.0 }\nwind_factor = -1.0\n\
         [[weather.spells]]\nname = \"cold\"\nreturn_years = 0.5\n",
    );
    let paths: Vec<String> = faults(&wrong).into_iter().map(|fault| fault.1).collect();
    let mut expected =
        ["0.season", "0.load_factor_by_zone.nort", "0.wind_factor", "1.name", "1.return_years", "1.days"]
            .map(|key| format!("weather.spells.{key}"));
    expected.sort();
    let mut paths = paths;
    paths.sort();
    assert_eq!(paths, expected);
}

#[test]
fn declarations_are_complete() {
    let mut sections = Vec::new();
    Scenario::describe(&Scenario::defaults(), "", "", &mut sections);
    for section in &sections {
        for key in &section.keys {
            let at = format!("{}.{}", section.path, key.name);
            assert!(key.meaning.ends_with('.'), "{at}: {}", key.meaning);
            let number = key.kind.starts_with("number") || key.kind.starts_with("whole");
            let names_a_thing = ["schema", "seed", "bus", "requested_mw"].contains(&key.name);
            if number && !key.required && !names_a_thing {
                assert!(!key.source.is_empty(), "{at} has a default without a source");
            }
            assert!(!key.kind.starts_with("number") || key.kind.contains(" from "), "{at} has no range");
        }
    }
}

/// The source of a default is that of this table, also where several tables share a declaration.
#[test]
fn every_default_has_the_tag_of_its_own_source() {
    let tag = |path: &str| Tag::of_source(declared(path).unwrap_or_else(|| panic!("{path}")).source);
    let expected = [
        ("supply.entry.combustion_turbine.lead_months", Tag::Source),
        ("supply.entry.wind.lead_months", Tag::Memory),
        ("supply.entry.solar.lead_months", Tag::Memory),
        ("supply.entry.battery.lead_months", Tag::Memory),
        ("arrivals.mining.base_per_month", Tag::Memory),
        ("arrivals.ai.base_per_month", Tag::Source),
        ("arrivals.mining.median_mw", Tag::Memory),
        ("arrivals.ai.median_mw", Tag::Secondary),
        ("arrivals.mining.max_mw", Tag::Source),
        ("arrivals.ai.max_mw", Tag::Memory),
        ("arrivals.mining.real_share", Tag::Memory),
        ("arrivals.ai.real_share", Tag::Secondary),
        ("arrivals.mining.construction_months", Tag::Memory),
        ("arrivals.ai.construction_months", Tag::Source),
        ("thermal.coal_steam.minimum_up_h", Tag::Source),
        ("thermal.gas_steam.minimum_up_h", Tag::Memory),
        ("thermal.combustion_turbine.start_mmbtu_per_mw", Tag::Memory),
        ("outages.machines.coal_steam.forced_share", Tag::Data),
        ("outages.machines.gas_steam.forced_share", Tag::Memory),
        ("outages.machines.nuclear.forced_share", Tag::Memory),
        ("outages.machines.nuclear.repair_hours", Tag::Data),
        ("outages.machines.combustion_turbine.machine_mw", Tag::Memory),
    ];
    for (path, expected) in expected {
        assert_eq!(tag(path), Some(expected), "{path}");
    }
    let mut sections = Vec::new();
    Scenario::describe(&Scenario::defaults(), "", "", &mut sections);
    for section in &sections {
        for key in section.keys.iter().filter(|key| key.source.starts_with('[')) {
            let rest = key.source.split_once(']').map_or("", |(_, rest)| rest);
            let at = format!("{}.{}: {}", section.path, key.name, key.source);
            assert!(!rest.contains("assumed") && !rest.contains('['), "{at}: two sources");
        }
    }
}

/// Every number may be set anywhere in its range, and its resolved form reads back to the same value.
#[test]
fn every_number_can_be_set_within_its_range_and_not_beyond() {
    let mut sections = Vec::new();
    Scenario::describe(&Scenario::defaults(), "", "", &mut sections);
    let mut tried = 0;
    for section in sections.iter().filter(|s| !s.path.contains('[')) {
        for key in section.keys.iter().filter(|k| k.kind.starts_with("number from ")) {
            let path = format!("{}.{}", section.path, key.name);
            let words: Vec<&str> = key.kind.split(' ').collect();
            let (low, high): (f64, f64) = (words[2].parse().expect("low"), words[4].parse().expect("high"));
            for beyond in [low - 1.0 - 0.01 * low.abs(), high + 1.0 + 0.01 * high.abs()] {
                let found = read_over(PLAIN, &[&format!("{path}={beyond:?}")], &around()).expect_err(&path);
                assert_eq!((found.len(), &found[0].path), (1, &path));
            }
            let third = low + (high - low) / 3.0;
            let draft = Draft::parse("s.toml", PLAIN).with("-p", &[format!("{path}={third:?}")]);
            let mut faults = Faults::default();
            let scenario = Scenario::read(&Scenario::defaults(), &draft.root, "", &mut faults);
            assert!(faults.is_empty() && scenario != Scenario::defaults(), "{path}");
            assert!(scenario.to_toml().contains(&format!("{} = {third:?}\n", key.name)), "{path}");
            tried += 1;
        }
    }
    assert!(tried > 40, "{tried} numbers tried");
}

/// A scenario that says nothing gives every model its own defaults.
#[test]
fn the_models_keep_their_defaults() {
    use gridrush_core::interconnection::QueueParams;
    use gridrush_workload::ai::AiParams;
    use gridrush_workload::bitcoin::{BitcoinParams, FleetParams};
    use gridrush_workload::firms::{AcceptParams, ArrivalParams};
    let scenario = read(PLAIN).expect("valid");
    assert_eq!(scenario.bitcoin.params(scenario.start), BitcoinParams::default());
    assert_eq!(scenario.bitcoin.fleet.params(), FleetParams::default());
    assert_eq!(scenario.ai.params(), AiParams::default());
    assert_eq!(scenario.queue.params(), QueueParams::default());
    assert_eq!(scenario.arrivals.accept_params(), AcceptParams::default());
    let arrivals = scenario.arrivals.params();
    assert_eq!(arrivals.mining, ArrivalParams::default().mining);
    assert_eq!(arrivals.ai, ArrivalParams::default().ai);

    let changed =
        ["arrivals.enabled=false", "bitcoin.price.shape=flat", "ai.campus.pue=1.5", "start=2025-07-02"];
    let scenario = read_over(PLAIN, &changed, &around()).expect("valid");
    assert_eq!(scenario.arrivals.params().ai.base_per_month, 0.0);
    assert_eq!(scenario.ai.params().pue, 1.5);
    let bitcoin = scenario.bitcoin.params(scenario.start);
    assert_eq!(bitcoin.start_year, 2025.0 + 182.0 / 365.0);
    assert_ne!(bitcoin.price.shape, BitcoinParams::default().price.shape);
}

#[test]
fn dated_prices_take_months_and_days() {
    let text = format!(
        "{PLAIN}[fuel]\ngas_by_date_usd_per_mmbtu = {{ 2026-03 = 4, 2025-06-15 = 2.5 }}\n\
         gas_basis_usd_per_mmbtu = {{ north = -0.5 }}\n"
    );
    let scenario = read(&text).expect("valid");
    let dated: Vec<(String, f64)> =
        scenario.fuel.gas_by_date_usd_per_mmbtu.iter().map(|(date, x)| (date.to_string(), x)).collect();
    assert_eq!(dated, [("2025-06-15".to_owned(), 2.5), ("2026-03-01".to_owned(), 4.0)]);
    assert_eq!(read(&scenario.to_toml()).expect("valid"), scenario);

    let wrong = "coal_by_date_usd_per_mmbtu = { 2026-03 = 4, 2026-03-01 = 5, 2026 = 3, 2026-04 = -1 }";
    let faults = read(&format!("{PLAIN}[fuel]\n{wrong}\n")).expect_err("faults");
    let found: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
    let at = |name: &str| format!("fuel.coal_by_date_usd_per_mmbtu.{name}");
    assert_eq!(found, [at("2026-03-01"), at("2026"), at("2026-04")]);
}
