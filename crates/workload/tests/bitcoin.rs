//! Bitcoin as a whole against facts: the protocol under a real hashrate path, and the stylised responses of
//! hashrate to price.

use std::fs;

use gridrush_core::kernel::{Calendar, SimSpan, SimTime, Streams};
use gridrush_core::math::ln;
use gridrush_workload::bitcoin::chain::{Chain, ChainParams};
use gridrush_workload::bitcoin::history::parse_day;
use gridrush_workload::bitcoin::rest_of_world::StartVintage;
use gridrush_workload::bitcoin::{
    BitcoinParams, BitcoinWorld, ChainEvent, DayReport, MineFleet, PriceParams, PriceShape, RestOfWorld,
    RestOfWorldParams,
};
use gridrush_workload::firms::{AcceptParams, Answer, Arrival, ArrivalParams};
use gridrush_workload::hardware::asic::AsicParams;

#[path = "../../../tests/data.rs"]
mod data;

/// Bitcoin alone for some days; one modelled fleet of constant hashrate.
fn run(params: &BitcoinParams, streams: &Streams, days: u32, modelled_ehs: f64) -> Vec<DayReport> {
    let world = BitcoinWorld::new(params, streams, days, modelled_ehs);
    live(world, days, |_| modelled_ehs)
}

fn live(mut world: BitcoinWorld, days: u32, modelled_ehs: impl Fn(u32) -> f64) -> Vec<DayReport> {
    let mut calendar = Calendar::<ChainEvent>::new();
    let mut reports = vec![world.step_day(0, modelled_ehs(0), &mut calendar)];
    while let Some((_, event)) = calendar.pop_before(SimTime::from_hours(24 * u64::from(days))) {
        match event {
            ChainEvent::Retarget => {
                world.retarget(&mut calendar);
            }
            ChainEvent::Day => {
                let day = reports.len() as u32;
                reports.push(world.step_day(day, modelled_ehs(day), &mut calendar));
            }
        }
    }
    reports
}

fn slope(x: &[f64], y: &[f64]) -> f64 {
    let n = x.len() as f64;
    let (mx, my) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let cov: f64 = x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum();
    cov / x.iter().map(|x| (x - mx) * (x - mx)).sum::<f64>()
}

/// The ban of mining in China, May to July 2021: daily hashrate in, four cuts of difficulty out.
#[test]
#[expect(clippy::disallowed_methods, clippy::disallowed_macros, reason = "reads public data, if it is there")]
fn difficulty_in_the_china_ban() {
    let path = data::public_data().join("bitcoin/btc_daily_to_2024-03.csv");
    let Ok(text) = fs::read_to_string(&path) else {
        println!("skipped: no {}", path.display());
        return;
    };
    let ehs: Vec<(i64, f64)> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .skip(1)
        .filter_map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            Some((parse_day(cells[0])?, cells[3].parse().ok()?))
        })
        .collect();
    let first = parse_day("2021-05-13").unwrap();
    let from = ehs.iter().position(|(day, _)| *day == first).unwrap();
    // The epoch at height 683,424 began on 13 May 2021 at about 09:14 UTC.
    let into_day = SimSpan::from_hours_f64(9.0 + 14.0 / 60.0);
    let params = ChainParams {
        start_height: 683_424,
        start_difficulty: 25_046_487_590_083.0,
        start_epoch_age_days: 0.0,
        luck: false,
    };
    let mut chain = Chain::new(&params, &Streams::new(0, 0));
    let mut calendar = Calendar::<ChainEvent>::new();
    let mut changes = Vec::new();
    chain.set_hashrate(ehs[from].1, &mut calendar);
    calendar.schedule(ChainEvent::Day, SimTime(24 * 3_600_000 - into_day.0));
    let mut day = from;
    while changes.len() < 4 {
        let (now, event) = calendar.pop().unwrap();
        match event {
            ChainEvent::Retarget => changes.push(chain.retarget(&mut calendar)),
            ChainEvent::Day => {
                day += 1;
                calendar.schedule(ChainEvent::Day, now + SimSpan::from_days(1));
                chain.set_hashrate(ehs[day].1, &mut calendar);
            }
        }
    }
    for (change, real) in changes.iter().zip([-0.15965, -0.05297, -0.27943, -0.04807]) {
        assert!((change.change - real).abs() < 0.005, "{} against {real}", change.change);
    }
    let longest = changes.iter().map(|c| c.epoch_days).fold(0.0, f64::max);
    assert!((longest - 19.4).abs() < 0.1, "{longest}");
    assert!((chain.difficulty() / 13_672_594_272_814.0 - 1.0).abs() < 0.01);
}

/// Thirteen-week growth of hashrate on that of the price, weeks earlier: slope 0.24 at a lag of 4 weeks in
/// 2016-26, and within 0.15-0.45 over all periods and methods.
#[test]
#[expect(clippy::disallowed_macros, reason = "prints what docs/models/bitcoin.md says")]
fn hashrate_follows_price_with_a_lag() {
    let slope_at = |lag_weeks: usize| {
        let (mut price, mut hashrate) = (Vec::new(), Vec::new());
        for replication in 0..10 {
            let r = run(&BitcoinParams::default(), &Streams::new(5, replication), 3_652, 120.0);
            let lag = 7 * lag_weeks;
            for day in (lag + 91..r.len()).step_by(7) {
                price.push(ln(r[day - lag].price_usd / r[day - lag - 91].price_usd));
                hashrate.push(ln(r[day].network_ehs / r[day - 91].network_ehs));
            }
        }
        slope(&price, &hashrate)
    };
    let slopes = [4, 8, 16].map(slope_at);
    println!("slope of hashrate on price 4, 8 and 16 weeks earlier: {slopes:.3?}");
    assert!((0.15..0.45).contains(&slopes[0]), "{slopes:?}");
    assert!(slopes.iter().all(|s| *s > 0.0), "{slopes:?}");
}

/// Hashrate never moves the price: modelled fleets change everything else and no price, fee or day.
#[test]
fn no_reverse_causality() {
    let params = BitcoinParams::default();
    let streams = Streams::new(2, 0);
    let world = BitcoinWorld::new(&params, &streams, 1_500, 100.0);
    let steady = live(world.clone(), 1_500, |_| 100.0);
    let growing = live(world, 1_500, |day| 100.0 + f64::from(day));
    for (a, b) in steady.iter().zip(&growing) {
        assert_eq!((a.day, a.price_usd, a.fee_btc_per_block), (b.day, b.price_usd, b.fee_btc_per_block));
    }
    let (a, b) = (steady[1_400], growing[1_400]);
    assert!(b.difficulty > a.difficulty && b.hashprice_usd_per_ph_day < a.hashprice_usd_per_ph_day);
    // Free entry: others make room for part of the newcomers.
    assert!(b.rest_of_world_ehs < a.rest_of_world_ehs);
    assert!(b.network_ehs > a.network_ehs);
}

/// The halving of May 2020: 116.1 EH/s in the 28 days before at a hashprice of 132.6, 96.3 EH/s in the 20
/// days after at 88.1 \[D\], a fall of 17 %. The fleet of the time: rigs of 2016 near 98 J/TH, of 2019 near 45,
/// of early 2020 near 36, in shares that give the 58 J/TH of that year. Tolerance: the noise of the data (3 %)
/// and of the fleet's make-up.
#[test]
#[expect(clippy::disallowed_macros, reason = "prints what docs/models/bitcoin.md says")]
fn a_halving_with_thin_margins_stops_the_marginal_rigs() {
    let vintage = |j_per_th, share| StartVintage { j_per_th, share };
    let params = RestOfWorldParams {
        start: vec![vintage(98.0, 0.28), vintage(45.0, 0.52), vintage(36.0, 0.20)],
        entry_per_month: 0.0,
        ..RestOfWorldParams::default()
    };
    let asic = AsicParams::default();
    let mut world = RestOfWorld::new(&params, &asic, 2020.35, 116.1, 132.6);
    let mut mean = 0.0;
    for _ in 0..20 {
        world.step_day(&asic, 2020.4, 88.1);
        mean += world.running_ehs() / 20.0;
    }
    let fall = 1.0 - mean / 116.1;
    println!("fall of hashrate after the halving of 2020: {fall:.3}");
    assert!((fall - 0.17).abs() < 0.07, "{fall}");
}

/// Two halvings in ten years, epochs near two weeks, all amounts positive and finite.
#[test]
fn ten_years_are_well_behaved() {
    for replication in 0..20 {
        for shape in [PriceShape::Flat, PriceShape::BoomAndBust, PriceShape::MeanPreserving] {
            let price = PriceParams { shape, ..PriceParams::default() };
            let params = BitcoinParams { price, ..BitcoinParams::default() };
            let reports = run(&params, &Streams::new(1, replication), 3_652, 120.0);
            assert_eq!(reports.len(), 3_652);
            for r in &reports {
                let amounts = [
                    r.price_usd,
                    r.fee_btc_per_block,
                    r.difficulty,
                    r.hashprice_usd_per_ph_day,
                    r.network_ehs,
                    r.rest_of_world_mw,
                ];
                assert!(amounts.iter().all(|a| *a > 0.0 && a.is_finite()), "{r:?}");
                assert!((r.network_ehs - r.modelled_ehs - r.rest_of_world_ehs).abs() < 1e-9);
            }
            let last = reports.last().unwrap();
            let mined: f64 = reports.iter().map(|r| r.mined_blocks).sum();
            assert!((mined - (last.height as f64 - 877_259.0)).abs() <= 1.0, "{mined}");
            assert!(last.height > 1_050_000);
            assert!(reports.windows(2).all(|w| w[1].height >= w[0].height));
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_world_and_a_copy_lives_on_alike() {
    let streams = Streams::new(77, 3);
    let params = BitcoinParams::default();
    assert_eq!(run(&params, &streams, 800, 120.0), run(&params, &streams, 800, 120.0));
    let mut world = BitcoinWorld::new(&params, &streams, 800, 120.0);
    let mut calendar = Calendar::<ChainEvent>::new();
    world.step_day(0, 120.0, &mut calendar);
    let advance = |world: &mut BitcoinWorld, calendar: &mut Calendar<ChainEvent>, from: u32, to: u32| {
        let mut day = from;
        while day < to {
            match calendar.pop().unwrap().1 {
                ChainEvent::Retarget => {
                    world.retarget(calendar);
                }
                ChainEvent::Day => {
                    day += 1;
                    world.step_day(day, 120.0, calendar);
                }
            }
        }
    };
    advance(&mut world, &mut calendar, 0, 400);
    let (mut copy, mut copied) = (world.clone(), calendar.clone());
    advance(&mut world, &mut calendar, 400, 800);
    advance(&mut copy, &mut copied, 400, 800);
    assert_eq!(world, copy);
    assert_eq!(calendar.sorted(), copied.sorted());
}

/// Everything that is part of a saved world can be saved.
#[test]
fn states_can_be_saved() {
    fn saved<T: Clone + serde::Serialize + serde::de::DeserializeOwned>() {}
    saved::<BitcoinWorld>();
    saved::<BitcoinParams>();
    saved::<MineFleet>();
    saved::<DayReport>();
    saved::<Arrival>();
    saved::<ArrivalParams>();
    saved::<AcceptParams>();
    saved::<Answer>();
}
