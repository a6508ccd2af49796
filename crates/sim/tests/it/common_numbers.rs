//! Common random numbers: what a change does not touch, it leaves bit for bit as it was.

use gridrush_core::kernel::Streams;

use crate::harness::{self, BUSY, Run, texts};

/// A request's name, zone, size and date.
type Asked = (String, String, u64, i64);

fn requests(run: &Run, mining: bool) -> Vec<Asked> {
    let frame = run.table("requests");
    let (name, zone, class) = (texts(&frame, "request"), texts(&frame, "zone"), texts(&frame, "class"));
    let (mw, filed) = (frame.floats("requested_mw").unwrap(), frame.integers("filed_utc").unwrap());
    let mut asked: Vec<Asked> = (0..frame.len())
        .filter(|&row| (class[row] == "mining") == mining)
        .map(|row| (name[row].clone(), zone[row].clone(), mw[row].to_bits(), filed[row]))
        .collect();
    asked.sort();
    asked
}

fn native(run: &Run) -> Vec<u64> {
    run.table("system_hourly").floats("native_mw").unwrap().iter().map(|mw| mw.to_bits()).collect()
}

fn with(more: &str) -> Run {
    let text = format!("{BUSY}{more}");
    let setup = harness::setup("testbed", "2025-01-01", "2027-01-01", &text);
    harness::run(&setup, 0, &mut |_, _| {})
}

#[test]
fn a_flat_coin_leaves_weather_and_ai_requests_as_they_were() {
    let boom = with("[bitcoin.price]\nshape = \"boom-and-bust\"\n");
    let flat = with("[bitcoin.price]\nshape = \"flat\"\n");
    let price = |run: &Run| run.table("bitcoin_daily").floats("price_usd").unwrap().to_vec();
    assert_ne!(price(&boom), price(&flat));
    assert_eq!(native(&boom), native(&flat));
    let asked = requests(&boom, false);
    assert!(asked.len() > 50, "{} requests of AI", asked.len());
    assert_eq!(asked, requests(&flat, false));
    // Mines that ask in both worlds are the same mines.
    let (boom, flat) = (requests(&boom, true), requests(&flat, true));
    assert_ne!(boom, flat);
    for mine in &flat {
        let twin = boom.iter().find(|other| other.0 == mine.0);
        assert!(twin.is_none_or(|other| (&other.1, other.2) == (&mine.1, mine.2)), "{mine:?} {twin:?}");
    }
    assert!(flat.iter().any(|mine| boom.iter().any(|other| other.0 == mine.0)));
}

#[test]
fn loads_leave_the_weather_as_it_was() {
    let without = {
        let text = "[load]\nlarge_loads = false\n";
        harness::run(&harness::setup("testbed", "2025-01-01", "2027-01-01", text), 0, &mut |_, _| {})
    };
    assert_eq!(native(&without), native(&with("")));
}

const COLD: &str = "[[weather.spells]]\nname = \"cold snap\"\nseason = \"winter\"\nreturn_years = 1\ndays = 4\n\
                    load_factor = 1.3\nwind_factor = 0.2\n";

#[test]
fn policies_share_weather_and_its_spells() {
    let weather = |text: &str, replication| {
        let setup = harness::setup("testbed", "2025-01-01", "2027-01-01", text);
        setup.weather_years(&Streams::new(1, replication)).unwrap()
    };
    let other_policy =
        format!("[queue]\nstudy_median_days = 700.0\n[bitcoin.price]\nshape = \"flat\"\n{COLD}");
    assert_eq!(weather(COLD, 0), weather(&other_policy, 0));
    assert_ne!(weather(COLD, 0), weather(COLD, 1));
    // Two winters with a spell of four days each; a spell may run beyond the end.
    let (cold, usual) = (weather(COLD, 0), weather("", 0));
    let changed = |i: usize| cold.values[i].iter().zip(&usual.values[i]).filter(|(a, b)| a != b).count();
    assert!((96..=288).contains(&changed(0)), "{}", changed(0));
    assert!(cold.values[0].iter().zip(&usual.values[0]).all(|(a, b)| a >= b));
}
