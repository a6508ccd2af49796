//! Every cent is accounted for, every month.

use std::collections::BTreeMap;

use crate::harness::{self, texts};
use crate::story::{self, Story};

/// Every line of the books may be half a cent off, and carries as much from the month before.
const ROUNDING_CENTS: f64 = 40.0;

fn stories() -> [&'static Story; 3] {
    [story::testbed(), story::rts24(), story::secured()]
}

/// A posting of the ledger table.
struct Posting {
    month: i64,
    debit: String,
    credit: String,
    kind: String,
    cents: i64,
}

fn postings(story: &Story) -> Vec<Posting> {
    let frame = story.run.table("ledger_monthly");
    let (time, cents) = (frame.integers("time_utc").unwrap(), frame.integers("cents").unwrap());
    let (debit, credit, kind) = (texts(&frame, "debit"), texts(&frame, "credit"), texts(&frame, "kind"));
    (0..frame.len())
        .map(|row| Posting {
            month: time[row],
            debit: debit[row].clone(),
            credit: credit[row].clone(),
            kind: kind[row].clone(),
            cents: cents[row],
        })
        .collect()
}

/// Received less paid by month, over the postings of an account that pass.
fn net(story: &Story, account: &str, pass: &dyn Fn(&Posting) -> bool) -> BTreeMap<i64, i64> {
    let mut net: BTreeMap<i64, i64> =
        story.setup.months.iter().map(|month| (story.setup.unix_ms(month.begin), 0)).collect();
    for posting in postings(story).iter().filter(|posting| pass(posting)) {
        let at = net.get_mut(&posting.month).expect("a month of the run");
        *at += i64::from(posting.debit == account) * posting.cents;
        *at -= i64::from(posting.credit == account) * posting.cents;
    }
    net
}

/// Sums something over the hours of each month.
fn monthly(story: &Story, value: &dyn Fn(&story::Hour) -> f64) -> BTreeMap<i64, f64> {
    let sum = |month: &gridrush_sim::setup::Month| {
        let inside = story.hours.iter().filter(|hour| hour.at >= month.begin && hour.at < month.end);
        (story.setup.unix_ms(month.begin), inside.map(value).sum())
    };
    story.setup.months.iter().map(sum).collect()
}

#[test]
fn the_market_and_the_rent_end_every_month_at_zero() {
    for story in stories() {
        for account in ["market", "congestion_rent"] {
            let net = net(story, account, &|_| true);
            assert_eq!(net.len(), 14);
            assert!(net.values().all(|&cents| cents == 0), "{account}: {net:?}");
        }
    }
}

#[test]
fn balances_are_the_sums_of_postings_and_sum_to_zero() {
    for story in stories() {
        let mut sums: BTreeMap<String, i64> = BTreeMap::new();
        for posting in postings(story) {
            assert!(posting.cents > 0);
            assert_ne!(posting.debit, posting.credit);
            *sums.entry(posting.debit).or_default() += posting.cents;
            *sums.entry(posting.credit).or_default() -= posting.cents;
        }
        let ledger = story.run.world.ledger();
        ledger.check().unwrap();
        assert_eq!(ledger.balances().map(|(_, cents)| cents.0).sum::<i64>(), 0);
        for (name, balance) in ledger.balances() {
            assert_eq!(sums.remove(name).unwrap_or(0), balance.0, "{name}");
        }
        assert!(sums.is_empty(), "accounts that the books do not know: {sums:?}");
    }
}

/// What loads pay for energy and plants do not get is what the network earned: shadow price times flow,
/// unless a price is capped in settlement.
#[test]
fn energy_payments_leave_the_congestion_rent() {
    for story in stories() {
        let rules = &story.setup.scenario.dispatch;
        let (floor, cap) = (rules.offer_floor_usd_per_mwh, rules.settlement_cap_usd_per_mwh);
        let mut capped = 0;
        for hour in &story.hours {
            if hour.price_range.0 < floor || hour.price_range.1 > cap || hour.surplus_mw > 1e-9 {
                capped += 1;
                continue;
            }
            let (kept, rent) = (hour.kept_usd, hour.rent_usd);
            assert!((kept - rent).abs() < 1e-4, "{kept} $ kept, {rent} $ earned by branches");
        }
        assert!(capped < 100, "{capped} hours with capped prices");
        let kept = monthly(story, &|hour| hour.kept_usd);
        for (month, &cents) in &net(story, "market", &|posting| posting.kind == "energy") {
            let off = cents as f64 - 100.0 * kept[month];
            assert!(off.abs() <= ROUNDING_CENTS, "{month}: {cents} cents kept, {} $ left", kept[month]);
        }
        assert!(story.hours.iter().map(|hour| hour.rent_usd).sum::<f64>() > 1e5, "the network never bound");
    }
}

/// Load pays for reserve what its holders get: the price times what is held.
#[test]
fn reserve_is_paid_by_load_at_its_price() {
    let mut most = 0.0_f64;
    for story in stories() {
        let worth = monthly(story, &|hour| hour.reserve_usd_per_mwh * hour.reserve_mw);
        let left = net(story, "market", &|posting| posting.kind == "reserve");
        assert!(left.values().all(|cents| cents.abs() as f64 <= ROUNDING_CENTS), "{left:?}");
        let mut held: BTreeMap<i64, i64> = BTreeMap::new();
        for posting in postings(story).iter().filter(|p| p.kind == "reserve" && p.credit == "market") {
            *held.entry(posting.month).or_default() += posting.cents;
        }
        for (month, &usd) in &worth {
            let cents = held.get(month).copied().unwrap_or(0);
            let off = cents as f64 - 100.0 * usd;
            assert!(off.abs() <= ROUNDING_CENTS, "{month}: {cents} cents paid, {usd} $ held");
            most = most.max(usd);
        }
    }
    assert!(most > 1e4, "reserve was never short");
}

/// What the table of congestion says is what the books say.
#[test]
fn the_table_of_congestion_adds_up_to_the_rent() {
    for story in stories() {
        let table = story.run.table("congestion_monthly");
        let reported: f64 = table.floats("rent_usd").unwrap().iter().sum();
        let seen: f64 = story.hours.iter().map(|hour| hour.rent_at_limit_usd).sum();
        assert!((reported - seen).abs() <= 1e-9 * seen, "{reported} $ reported, {seen} $ seen");
    }
}

/// What experiments may ask for is what runs report, in market or queue.
#[test]
fn closing_numbers_have_known_names() {
    let known = gridrush_sim::metrics::names();
    assert!(known.windows(2).all(|pair| pair[0] < pair[1]), "{known:?}");
    let queue_alone = harness::setup("testbed", "2026-01-01", "2027-01-01", "[dispatch]\nhourly = false\n");
    let queue_alone = harness::run(&queue_alone, 0, &mut |_, _| {}).world.metrics();
    let both = story::testbed().run.world.metrics().into_iter().chain(queue_alone);
    let mut seen = 0;
    for metric in both {
        assert!(known.contains(&metric.name), "{}", metric.name);
        seen += 1;
    }
    assert!(seen > 40, "{seen}");
}
