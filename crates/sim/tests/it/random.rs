//! Balance and books over random parameters, a few days each.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::harness::{self, texts};
use crate::story::look;

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn energy_and_money_balance(
        seed in 0_u64..1_000_000,
        month in 1_u32..=12,
        growth in -5.0_f64..20.0,
        gas in 0.5_f64..30.0,
        coin in 1_000.0_f64..500_000.0,
        wind_offer in -300.0_f64..50.0,
        storage: bool,
        reserve_mw in 1.0_f64..400.0,
        ceiling in 1.0_f64..5000.0,
        region in prop::sample::select(vec!["testbed", "rts24"]),
    ) {
        let text = format!(
            "seed = {seed}\n[load]\ngrowth_percent_per_year = {growth}\n[fuel]\ngas_usd_per_mmbtu = {gas}\n\
             [bitcoin.price.path]\nstart_usd = {coin}\n[dispatch]\nwind_offer_usd_per_mwh = {wind_offer}\n\
             reserve = [[{reserve_mw}, 1000.0]]\nbranch_ceilings = [[0.0, {ceiling}]]\n\
             [dispatch.storage]\nenabled = {storage}\n"
        );
        let (start, end) = (format!("2026-{month:02}-01"), format!("2026-{month:02}-05"));
        let setup = harness::setup(region, &start, &end, &text);
        let mut kept_usd = 0.0;
        let run = harness::run(&setup, 0, &mut |world, solution| kept_usd += look(world, solution).kept_usd);

        let mut left: BTreeMap<(String, String), f64> = BTreeMap::new();
        let mut scale = 0.0;
        let load = run.table("load_monthly");
        let (zone, class) = (texts(&load, "zone"), texts(&load, "class"));
        let (requested, served) = (load.floats("requested_mwh").unwrap(), load.floats("served_mwh").unwrap());
        for row in 0..load.len() {
            let key = (zone[row].clone(), class[row].clone());
            *left.entry(key).or_default() += requested[row] - served[row];
            scale += requested[row];
        }
        let lost = run.table("curtailment_monthly");
        let (zone, class) = (texts(&lost, "zone"), texts(&lost, "class"));
        for (row, mwh) in lost.floats("curtailed_mwh").unwrap().iter().enumerate() {
            *left.entry((zone[row].clone(), class[row].clone())).or_default() -= mwh;
        }
        for (cell, mwh) in &left {
            prop_assert!(mwh.abs() <= 1e-6 * scale, "{cell:?}: {mwh} MWh without a cause");
        }

        let ledger = run.world.ledger();
        ledger.check().unwrap();
        prop_assert_eq!(ledger.balances().map(|(_, cents)| cents.0).sum::<i64>(), 0);
        for account in ["market", "congestion_rent"] {
            prop_assert_eq!(ledger.balance_of(account).unwrap().0, 0, "{}", account);
        }
        // What passed from the market to the rent is what the prices of buses leave, caps and all.
        let books = run.table("ledger_monthly");
        let (kind, debit) = (texts(&books, "kind"), texts(&books, "debit"));
        let mut moved = 0;
        for (row, cents) in books.integers("cents").unwrap().iter().enumerate() {
            if kind[row] == "congestion_rent" {
                moved += if debit[row] == "congestion_rent" { *cents } else { -*cents };
            }
        }
        let off = moved as f64 - 100.0 * kept_usd;
        prop_assert!(off.abs() <= 40.0 + 1e-9 * kept_usd.abs(), "{moved} cents of rent, {kept_usd} $ kept");
    }
}
