//! Who pays: every cost of every month has exactly one payer, to the cent.

use std::collections::BTreeMap;
use std::sync::Arc;

use gridrush_core::policy::{AppliesTo, Rule};
use gridrush_sim::setup::Setup;
use jiff::civil::date;
use proptest::prelude::*;

use crate::harness::{self, Run, texts};
use crate::rules::{rule, under};

/// Months over which an investment is depreciated.
const LIFE_MONTHS: i64 = 480;

const PAYERS: [&str; 6] = [
    "customers/residential",
    "customers/commercial",
    "customers/industrial",
    "load/mining",
    "load/ai_training",
    "load/ai_inference",
];

/// Rules of all kinds that charge.
fn charging(demand: f64, share: f64) -> Vec<Rule> {
    vec![
        rule(
            "aep",
            "minimum_bill",
            "data_center",
            &[
                ("demand_usd_per_mw_month", demand),
                ("minimum_share", share),
                ("generation_minimum_share", share),
                ("generation_usd_per_mw_month", demand / 2.0),
            ],
        ),
        rule("aep", "exit_fee", "proof_of_work", &[("demand_usd_per_mw_month", demand)]),
        rule("4cp", "coincident_peak", "proof_of_work", &[("from_month", 1.0), ("to_month", 12.0)]),
        rule("dame", "excise", "proof_of_work", &[("first_year_share", share)]),
        rule("kz", "surcharge", "proof_of_work", &[("base_usd_per_mwh", 1.0), ("to_customers", 1.0)]),
        rule("co2", "carbon_price", "", &[("usd_per_tonne", 10.0), ("on_consumption", 1.0)]),
        rule("ie", "renewable_obligation", "data_center", &[("glide_years", 0.0)]),
    ]
}

/// Cents by month: what each payer's bill says, and what the ledger says that its account paid net.
type Months = BTreeMap<i64, ([i64; 6], [i64; 6])>;

fn months(run: &Run) -> Months {
    let mut out = Months::new();
    let bills = run.table("bills_monthly");
    let (time, payer) = (bills.integers("time_utc").unwrap(), texts(&bills, "payer"));
    let column = |name: &str| bills.floats(name).unwrap().to_vec();
    let total = column("total_usd");
    let parts: Vec<Vec<f64>> = ["energy", "capacity", "network", "distribution", "tariff", "tax", "credit"]
        .iter()
        .map(|part| column(&format!("{part}_usd")))
        .collect();
    for row in 0..bills.len() {
        let at = PAYERS.iter().position(|name| name.ends_with(&payer[row])).unwrap();
        let sum: f64 = parts.iter().map(|part| part[row]).sum();
        assert!((sum - total[row]).abs() < 1e-6 * (1.0 + sum.abs()), "{sum} and {}", total[row]);
        out.entry(time[row]).or_default().0[at] = (100.0 * total[row]).round() as i64;
    }
    let books = run.table("ledger_monthly");
    let time = books.integers("time_utc").unwrap();
    let (debit, credit) = (texts(&books, "debit"), texts(&books, "credit"));
    let cents = books.integers("cents").unwrap();
    for row in 0..books.len() {
        for (at, payer) in PAYERS.iter().enumerate() {
            let paid = &mut out.entry(time[row]).or_default().1[at];
            *paid += i64::from(credit[row] == *payer) * cents[row];
            *paid -= i64::from(debit[row] == *payer) * cents[row];
        }
    }
    out
}

fn check(run: &Run) {
    let months = months(run);
    for (month, (billed, paid)) in &months {
        assert_eq!(billed, paid, "{month}");
    }
    // Through these accounts money only passes.
    for account in ["utility", "load/native", "market", "congestion_rent"] {
        assert_eq!(run.world.ledger().balance_of(account).unwrap().0, 0, "{account}");
    }
    run.world.ledger().check().unwrap();
}

fn sum(run: &Run, column: &str, payer: &str) -> f64 {
    let table = run.table("bills_monthly");
    let payers = texts(&table, "payer");
    let values = table.floats(column).unwrap();
    (0..table.len()).filter(|&row| payers[row] == payer).map(|row| values[row]).sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn all_cost_is_paid_to_the_cent(
        month in 1_u32..=9, growth in 0.0..15.0_f64, network in 0.0..30.0_f64, demand in 0.0..2e4_f64,
        share in 0.0..1.0_f64, price in 0.0..400.0_f64,
        by in prop::sample::select(vec!["coincident_peak", "energy", "customer"]),
        market in prop::sample::select(vec!["energy_only", "auction", "bilateral"]),
    ) {
        let text = format!(
            "[load]\ngrowth_percent_per_year = {growth}\n[bills]\nnetwork_usd_per_mwh = {network}\n\
             network_by = \"{by}\"\n[capacity]\nmarket = \"{market}\"\nprice_usd_per_mw_day = {price}\n"
        );
        let (start, end) = (format!("2026-{month:02}-17"), format!("2026-{:02}-06", month + 2));
        let setup = harness::setup("testbed", &start, &end, &text);
        let setup = under(&setup, charging(demand, share));
        check(&harness::run(&setup, 0, &mut |_, _| {}));
    }
}

/// Whatever the network is shared by: who pays a tariff for it has no share of it besides.
#[test]
fn a_tariff_stands_in_place_of_a_share_of_the_network() {
    for by in ["customer", "energy", "coincident_peak"] {
        let text = format!("[arrivals]\nenabled = false\n[bills]\nnetwork_by = \"{by}\"\npeaks = 1\n");
        let setup = harness::setup("testbed", "2026-01-01", "2026-02-01", &text);
        let tariff = rule("aep", "minimum_bill", "data_center", &[("demand_usd_per_mw_month", 5e3)]);
        let free = harness::run(&setup, 0, &mut |_, _| {});
        let under = harness::run(&under(&setup, vec![tariff]), 0, &mut |_, _| {});
        for run in [&free, &under] {
            check(run);
        }
        assert!(sum(&free, "network_usd", "ai_training") > 0.0, "{by}");
        assert!(sum(&under, "tariff_usd", "ai_training") > 0.0, "{by}");
        assert_eq!(sum(&under, "network_usd", "ai_training"), 0.0, "{by}");
        assert!(sum(&under, "network_usd", "mining") > 0.0, "{by}");
    }
}

/// Four years of growing load without new supply.
fn years(text: &str) -> Arc<Setup> {
    let text = format!(
        "[load]\ngrowth_percent_per_year = 6\n[arrivals]\nenabled = false\n[supply]\nmerchant_entry = false\n\
         retirement = false\nplanned = false\n[dispatch]\ncommitment = \"none\"\nsecurity = \"n0\"\n{text}"
    );
    harness::setup("testbed", "2026-01-01", "2029-01-01", &text)
}

#[test]
fn capacity_hits_its_cap_within_two_auctions_and_is_paid_for() {
    let setup = years("[capacity]\nmarket = \"auction\"\nforward_years = 0\nprice_usd_per_mw_day = 50.0\n");
    let run = harness::run(&setup, 0, &mut |_, _| {});
    check(&run);
    let table = run.table("capacity_yearly");
    let price = table.floats("price_usd_per_mw_day").unwrap();
    assert_eq!(table.integers("year").unwrap(), [2027, 2028]);
    assert!(price[0] <= price[1] && price[1] == 333.44, "{price:?}");
    // What bills say of capacity in 2028 is price x megawatts x 366 days.
    let bills = run.table("bills_monthly");
    let (time, usd) = (bills.integers("time_utc").unwrap(), bills.floats("capacity_usd").unwrap());
    let from = setup.unix_ms(setup.time_of(date(2028, 1, 1)));
    let paid: f64 = (0..bills.len()).filter(|&row| time[row] >= from).map(|row| usd[row]).sum();
    let cost = price[1] * table.floats("cleared_mw").unwrap()[1] * 366.0;
    assert!((paid - cost).abs() < 0.12, "{paid} paid, {cost} owed");
}

#[test]
fn homes_start_near_the_retail_price_of_the_region() {
    let setup = years("");
    let run = harness::run(&setup, 0, &mut |_, _| {});
    // 150 $/MWh with 40 for energy; energy itself costs what it costs, and large loads carry a part of the network.
    let (usd, mwh) = (sum(&run, "total_usd", "residential"), sum(&run, "energy_mwh", "residential"));
    let energy = sum(&run, "energy_usd", "residential") / mwh;
    let want = 150.0 - 40.0 + energy;
    assert!((usd / mwh / want - 1.0).abs() < 0.05, "{} $/MWh, not {want}", usd / mwh);
    let network: f64 = PAYERS.iter().map(|p| sum(&run, "network_usd", p.rsplit('/').next().unwrap())).sum();
    let base_mw: f64 = (0..setup.series.len()).map(|zone| setup.base_mean_mw(zone)).sum();
    let owed = 8.6 * base_mw * setup.hours as f64;
    let invested: f64 = run.table("rate_base_yearly").floats("invested_usd").unwrap().iter().sum();
    assert!(network >= owed - 0.01 && network <= owed + 0.12 * 3.0 * invested + 0.01, "{network}, {owed}");
}

#[test]
fn a_minimum_bill_relieves_everybody_else() {
    let free = years("");
    let tariff = under(
        &free,
        vec![rule("aep", "minimum_bill", "data_center", &[("demand_usd_per_mw_month", 30_000.0)])],
    );
    let (before, after) = (harness::run(&free, 0, &mut |_, _| {}), harness::run(&tariff, 0, &mut |_, _| {}));
    check(&after);
    let network = |run: &Run, payer: &str| sum(run, "network_usd", payer) + sum(run, "tariff_usd", payer);
    assert!(network(&after, "ai_training") > 2.0 * network(&before, "ai_training"));
    for payer in ["residential", "commercial", "industrial", "mining"] {
        assert!(network(&after, payer) < network(&before, payer), "{payer}");
    }
    let all = |run: &Run| PAYERS.iter().map(|p| network(run, p.rsplit('/').next().unwrap())).sum::<f64>();
    assert!((all(&after) - all(&before)).abs() < 0.01, "{} and {}", all(&before), all(&after));
}

#[test]
fn who_leaves_pays_its_exit_fee_once() {
    let free = years("");
    let ban =
        Rule { effective: free.time_of(date(2026, 3, 1)), ..rule("ban", "full_ban", "proof_of_work", &[]) };
    let fee = rule("aep", "exit_fee", "proof_of_work", &[("demand_usd_per_mw_month", 10_000.0)]);
    let run = harness::run(&under(&free, vec![ban, fee]), 0, &mut |_, _| {});
    check(&run);
    // 60 MW x 85 % x 10,000 $ x 36 months, in the sixth month without draw.
    let bills = run.table("bills_monthly");
    let (payer, time) = (texts(&bills, "payer"), bills.integers("time_utc").unwrap());
    let usd = bills.floats("tariff_usd").unwrap();
    let charged: Vec<(i64, f64)> = (0..bills.len())
        .filter(|&n| payer[n] == "mining" && usd[n] != 0.0)
        .map(|n| (time[n], usd[n]))
        .collect();
    let august = free.unix_ms(free.time_of(date(2026, 8, 1)));
    assert_eq!(charged, [(august, 60.0 * 0.85 * 10_000.0 * 36.0)]);
}

/// A mine of 300 MW for which everybody pays the network, and which stops after its first year: what is not depreciated is
/// stranded, its exit fee relieves the others once, and from then on they pay what it paid.
#[test]
fn the_rest_pays_for_what_is_stranded() {
    let request = "[bitcoin.price.path]\nstart_usd = 300000\n[queue]\nstudy_median_days = 2.0\n\
        [queue.process]\ndecision_days = 1.0\nagreement_days = 1.0\n[arrivals.mining]\nconstruction_months = 0.2\n\
        [queue.works]\nstation_lead_months = 0.2\ntransformer_lead_months = 0.2\nreconductor_lead_months = 0.2\n\
        new_station_lead_months = 0.2\n\
        [[requests]]\nname = \"big\"\nkind = \"mining\"\nzone = \"plains\"\nbus = 3\nrequested_mw = 300\n\
        filed = 2026-01-02\nramp_months = 1\n";
    let free = years(request);
    let everybody = rule("stamp", "cost_shares", "", &[("by", 3.0)]);
    let fee = rule("aep", "exit_fee", "proof_of_work", &[("demand_usd_per_mw_month", 2_000.0)]);
    let ban = rule("ban", "full_ban", "proof_of_work", &[]);
    let large = AppliesTo { min_mw: 100.0, ..ban.applies_to.clone() };
    let ban = Rule { effective: free.time_of(date(2027, 1, 1)), applies_to: large, ..ban };
    let run = |rules: Vec<Rule>| harness::run(&under(&free, rules), 0, &mut |_, _| {});
    let (stays, leaves) = (run(vec![everybody.clone(), fee.clone()]), run(vec![everybody, fee, ban]));
    check(&leaves);
    // Invested for it, by month of the run, from the books.
    let books = leaves.table("ledger_monthly");
    let (time, kind) = (books.integers("time_utc").unwrap().to_vec(), texts(&books, "kind"));
    let cents = books.integers("cents").unwrap().to_vec();
    let month = |at: i64| free.months.iter().position(|m| free.unix_ms(m.begin) == at).unwrap() as i64;
    let invested: Vec<(i64, i64)> = (0..books.len())
        .filter(|&row| kind[row] == "upgrade_remainder")
        .map(|row| (month(time[row]), cents[row]))
        .collect();
    assert!(!invested.is_empty(), "the mine needs the network");
    // It leaves with the sixth month without draw, June 2027: month 17 of the run. By the end of that month an
    // investment of month k has been depreciated for 18 - k of 480 months.
    let rest = |&(k, cents): &(i64, i64)| {
        cents as f64 * (LIFE_MONTHS - (18 - k)) as f64 / LIFE_MONTHS as f64 / 100.0
    };
    let want: f64 = invested.iter().map(rest).sum();
    let of = |run: &Run, column: &str| run.table("rate_base_yearly").floats(column).unwrap().to_vec();
    let stranded = of(&leaves, "stranded_usd");
    assert!(
        (stranded[1] - want).abs() < 1.0 && stranded[0] == 0.0 && stranded[2] == 0.0,
        "{stranded:?} {want}"
    );
    assert!(of(&stays, "stranded_usd").iter().all(|usd| *usd == 0.0));
    // 300 MW x 85 % x 2,000 $ x 36 months, once.
    let fees = sum(&leaves, "tariff_usd", "mining");
    assert!((fees - 300.0 * 0.85 * 2_000.0 * 36.0).abs() < 0.01, "{fees}");
    // The network costs the same, whoever pays: natives pay more in the year after.
    for column in ["depreciation_usd", "return_usd", "operation_usd", "start_network_usd"] {
        assert_eq!(of(&stays, column), of(&leaves, column), "{column}");
    }
    let (before, after) = (of(&stays, "native_paid_usd"), of(&leaves, "native_paid_usd"));
    assert!((before[0] - after[0]).abs() < 0.01 && after[2] > 1.02 * before[2], "{before:?} and {after:?}");
}
