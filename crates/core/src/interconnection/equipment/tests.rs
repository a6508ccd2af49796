//! Lines of work by hand, against published lead times, and as properties.

use proptest::prelude::*;

use super::*;
use crate::interconnection::request::RequestId;
use crate::interconnection::upgrade::{UpgradeId, Works, months};
use crate::kernel::SimTime;

fn at(month: f64) -> SimTime {
    SimTime::ZERO + months(month)
}

/// Months of a date, to a millionth.
fn month(at: SimTime) -> f64 {
    (at.since(SimTime::ZERO).as_hours() / months(1.0).as_hours() * 1e6).round() / 1e6
}

/// Two slots a month, three months to make, nobody else.
fn small() -> PoolParams {
    PoolParams {
        slots_per_month: 2.0,
        making_months: 3.0,
        backlog_2020_months: 0.0,
        others_ratio: vec![(2020.0, 0.0)],
        expand_above_months: 1e9,
        expansion_per_year: 0.0,
        expansion_delay_months: 0.0,
        deposit_share: 0.0,
        usd_per_slot: 0.0,
    }
}

fn request(n: u32) -> Customer {
    Customer::Request(RequestId(n))
}

#[test]
fn lead_times_are_those_that_were_published() {
    let params = EquipmentParams::default();
    let weeks = |item, year| params.pool(item).lead_months(year) * months(1.0).as_days() / 7.0;
    let months_of = |item, year| params.pool(item).lead_months(year);
    // Transformers: 12-18 months before 2020, 115-130 weeks in April 2024, 128 in the second quarter of 2025.
    assert!((12.0..=18.0).contains(&months_of(Item::LargeTransformer, 2020.0)));
    assert!((115.0..=130.0).contains(&weeks(Item::LargeTransformer, 2024.3)));
    assert!((weeks(Item::LargeTransformer, 2025.375) - 128.0).abs() < 1.0);
    // Combined cycles: 3.5 years in 2023, 5 in 2025.
    assert!((months_of(Item::Turbine, 2023.5) - 42.0).abs() < 0.5);
    assert!((months_of(Item::Turbine, 2025.5) - 60.0).abs() < 0.5);
    assert!((12.0..=20.0).contains(&months_of(Item::SmallTransformer, 2025.0)));
    assert!((100.0..=160.0).contains(&weeks(Item::Breaker, 2025.0)));
    assert!((12.0..=18.0).contains(&months_of(Item::Engine, 2025.0)));
}

#[test]
fn a_pool_begins_with_the_backlog_of_its_date() {
    let params = EquipmentParams::default();
    let mut pool = Pool::new(params.large_transformer.clone(), 0.5, 2025.375);
    let backlog = params.large_transformer.backlog_months(2025.375);
    assert!((pool.backlog_months(SimTime::ZERO) - backlog).abs() < 1e-6);
    // 62.5 slots are a month of the line, then it is made for 12 months.
    let own = pool.order(SimTime::ZERO, 62.5, request(0));
    assert!((month(pool.ready(own)) - (backlog + 1.0 + 12.0)).abs() < 1e-5);
}

/// Orders of 4, 2 and 2 slots, the last a month later: in turn for 2, 1 and 1 months, each made for 3 more.
#[test]
fn orders_wait_for_their_turn() {
    let mut pool = Pool::new(small(), 0.5, 2025.0);
    assert_eq!(month(pool.quote(at(0.0), 4.0)), 5.0);
    let a = pool.order(at(0.0), 4.0, request(0));
    let b = pool.order(at(0.0), 2.0, request(1));
    assert_eq!(month(pool.quote(at(1.0), 2.0)), 7.0);
    let c = pool.order(at(1.0), 2.0, request(2));
    assert_eq!([a, b, c].map(|id| month(pool.ready(id))), [5.0, 6.0, 7.0]);
    assert_eq!(pool.before(c).iter().map(|order| order.id).collect::<Vec<_>>(), [a, b]);
    let without = |left_out: OrderId| month(pool.ready_without(c, &|order| order.id == left_out));
    // Without A, B is done after one month and C begins at its own date. Without B, C begins after two.
    assert_eq!((without(a), without(b)), (5.0, 6.0));
    // An order of an earlier date goes in between.
    let d = pool.order(at(0.5), 1.0, request(3));
    assert_eq!([d, c].map(|id| month(pool.ready(id))), [6.5, 7.5]);
}

#[test]
fn half_of_a_cancelled_order_is_sold_outside() {
    let mut pool = Pool::new(small(), 0.5, 2025.0);
    let a = pool.order(at(0.0), 4.0, request(0));
    let b = pool.order(at(0.0), 2.0, request(1));
    let c = pool.order(at(1.0), 2.0, request(2));
    // B has not begun: one of its two slots remains.
    pool.cancel(b, at(1.0));
    assert_eq!(month(pool.ready(c)), 6.5);
    assert_eq!(month(pool.ready_without(c, &|order| order.cancelled.is_some())), 6.0);
    // A has begun: it is made and sold.
    pool.cancel(a, at(1.0));
    pool.cancel(a, at(1.5));
    assert_eq!(month(pool.ready(c)), 6.5);
}

/// Others order three slots a month of a line that makes two: a month of backlog more every two months. Above four
/// months, a tenth of a slot a month is added with every month, a year later.
#[test]
fn a_long_backlog_brings_capacity_and_late() {
    let params = PoolParams {
        others_ratio: vec![(2020.0, 0.0), (2025.0, 1.5)],
        expand_above_months: 4.0,
        expansion_per_year: 0.6,
        expansion_delay_months: 12.0,
        ..small()
    };
    let mut pool = Pool::new(params.clone(), 0.5, 2025.0);
    let mut fixed = Pool::new(PoolParams { expansion_per_year: 0.0, ..params }, 0.5, 2025.0);
    for n in 0..36 {
        let year = 2025.0 + f64::from(n) / 12.0;
        pool.month(at(f64::from(n)), year);
        fixed.month(at(f64::from(n)), year);
        let backlog = 1.0 + 0.5 * f64::from(n) + 0.5;
        assert!((fixed.backlog_months(at(f64::from(n))) - backlog).abs() < 1e-6, "month {n}");
    }
    assert!(pool.backlog_months(at(35.0)) < fixed.backlog_months(at(35.0)) - 1.0);
}

fn region(transformers: PoolParams) -> Equipment {
    let crew = |slots_per_month| PoolParams { slots_per_month, making_months: 1.0, ..small() };
    let params = EquipmentParams {
        large_transformer: transformers,
        small_transformer: PoolParams { slots_per_month: 100.0, making_months: 6.0, ..small() },
        breaker: PoolParams { slots_per_month: 100.0, making_months: 2.0, ..small() },
        line_crew: crew(1.0),
        station_crew: crew(10.0),
        station_design_months: 4.0,
        ..EquipmentParams::default()
    };
    Equipment::new(params, 2025.0)
}

/// Two transformers are a month of the line and three in making: at 4, when design is done too. The next station's
/// are there at 5 and set its date. The crew takes a tenth of a month in turn and one month of work.
#[test]
fn a_station_is_as_late_as_what_comes_last() {
    let mut equipment = region(small());
    let quoted = equipment.quote_station(2, false, at(0.0));
    let first = equipment.order_station(2, false, request(0), at(0.0));
    assert_eq!(first.ready, quoted);
    assert_eq!((month(first.ready), first.set_by), (5.1, None));
    let second = equipment.order_station(2, false, request(1), at(0.0));
    assert_eq!((month(second.ready), second.set_by), (6.1, Some(Item::LargeTransformer)));
    let items: Vec<Item> = second.orders.iter().map(|(item, _)| *item).collect();
    assert_eq!(items, [Item::LargeTransformer, Item::Breaker, Item::StationCrew]);
    // Without the first the second would have been the first.
    let mine_or_not = |order: &Order| order.customer == request(0);
    assert_eq!(month(equipment.ready_without(&second, &mine_or_not)), 5.1);
    // When the first gives up half of its slots move the second up by half a month.
    equipment.cancel(&first, at(0.0));
    let mut later = second.clone();
    equipment.refresh(&mut later);
    assert_eq!(month(later.ready), 5.6);
}

#[test]
fn a_mine_takes_smaller_ones_when_that_is_faster() {
    let slow = PoolParams { making_months: 24.0, ..small() };
    let mut equipment = region(slow.clone());
    let mine = equipment.order_station(2, true, request(0), at(0.0));
    // Six smaller ones: 0.06 months in turn and six in making.
    assert_eq!(mine.orders[0].0, Item::SmallTransformer);
    assert_eq!((month(mine.ready), mine.set_by), (7.16, Some(Item::SmallTransformer)));
    let campus = equipment.order_station(2, false, request(1), at(0.0));
    assert_eq!((month(campus.ready), campus.set_by), (26.1, Some(Item::LargeTransformer)));
    // Five months are not worth it.
    let mut near = region(PoolParams { making_months: 10.0, ..small() });
    assert_eq!(near.order_station(2, true, request(0), at(0.0)).orders[0].0, Item::LargeTransformer);
}

#[test]
fn crews_for_lines_are_shared() {
    let mut equipment = region(small());
    let lead = months(27.0);
    let first = equipment.order_works(Works::Reconductor, lead, Customer::Upgrade(UpgradeId(0)), at(0.0));
    let second =
        equipment.order_works(Works::ParallelCircuit, lead, Customer::Upgrade(UpgradeId(1)), at(0.0));
    assert_eq!((month(first.ready), first.set_by), (27.0, None));
    // One job a month: the other begins when the crew is free.
    assert_eq!((month(second.ready), second.set_by), (28.0, Some(Item::LineCrew)));
    let zonal = equipment.order_works(Works::ZoneImport, lead, Customer::Upgrade(UpgradeId(2)), at(1.0));
    assert_eq!((month(zonal.ready), zonal.orders.len()), (28.0, 0));
    assert_eq!(equipment.ready_without(&zonal, &|_| true), zonal.ready);
}

proptest! {
    #[test]
    fn a_line_serves_in_order_and_never_more_than_it_can(
        orders in prop::collection::vec((0.0..40.0_f64, 0.1..6.0_f64, prop::option::of(0.0..60.0_f64)), 1..40),
        share in 0.0..1.0_f64,
        growth in 0.0..2.0_f64,
    ) {
        let params = PoolParams {
            expand_above_months: 3.0,
            expansion_per_year: growth,
            expansion_delay_months: 2.0,
            ..small()
        };
        let mut pool = Pool::new(params, share, 2025.0);
        let ids: Vec<OrderId> =
            (0..).zip(&orders).map(|(n, &(when, slots, _))| pool.order(at(when), slots, request(n))).collect();
        for n in 0..20 {
            pool.month(at(f64::from(n)), 2025.0 + f64::from(n) / 12.0);
        }
        let before: Vec<SimTime> = ids.iter().map(|&id| pool.ready(id)).collect();
        // Whoever is left out, nobody else is later.
        for (n, &id) in ids.iter().enumerate() {
            let odd = |order: &Order| matches!(order.customer, Customer::Request(RequestId(r)) if r % 2 == 1);
            prop_assert!(pool.ready_without(id, &odd) <= before[n]);
            prop_assert_eq!(pool.ready_without(id, &|_| false), before[n]);
        }
        for (&id, &(_, _, cancelled)) in ids.iter().zip(&orders) {
            if let Some(cancelled) = cancelled {
                pool.cancel(id, at(cancelled));
            }
        }
        for (n, &id) in ids.iter().enumerate() {
            prop_assert!(pool.ready(id) <= before[n]);
        }
        // What is done by any order's end is what capacity allows since the line was last empty.
        let mut last = SimTime::ZERO;
        for order in pool.line() {
            let ready = pool.ready(order.id);
            prop_assert!(ready >= last && ready >= order.at + months(3.0));
            last = ready;
        }
        let most = 2.0 * (1.0 + growth / 12.0 * 20.0);
        let asked: f64 = orders.iter().filter(|order| order.2.is_none()).map(|order| order.1).sum();
        prop_assert!((month(last) - 3.0) * most >= asked - 1e-3);
    }
}
