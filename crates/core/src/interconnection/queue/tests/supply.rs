//! Stations behind shared lines of work, by hand.

use super::*;
use crate::interconnection::equipment::{EquipmentParams, Item, PoolParams};

/// Days in a mean month.
const MONTH: f64 = 365.25 / 12.0;

/// Two transformers a month, three months to make; crews take a month; nobody else orders.
fn lines_of_work() -> EquipmentParams {
    let pool = |slots_per_month, making_months| PoolParams {
        slots_per_month,
        making_months,
        backlog_2020_months: 0.0,
        others_ratio: vec![(2020.0, 0.0)],
        expand_above_months: 1e9,
        expansion_per_year: 0.0,
        expansion_delay_months: 0.0,
        deposit_share: 0.0,
        usd_per_slot: 0.0,
    };
    EquipmentParams {
        large_transformer: pool(2.0, 3.0),
        breaker: pool(1e6, 0.0),
        station_crew: pool(1e6, 1.0),
        station_design_months: 4.0,
        ..EquipmentParams::default()
    }
}

fn world(early_orders: bool) -> World {
    let equipment = Some(EquipmentParams { early_orders, ..lines_of_work() });
    let mut world = World::new(QueueParams { study_slots: 3, equipment, ..fixed_params() });
    for name in ["first", "second", "third"] {
        let construction = SimSpan::from_days(30);
        let small = Application { station_lead: None, construction, ..application(name, 10.0) };
        world.plan(0, small, Answer::Accept);
    }
    world
}

fn near(found: Option<f64>, day: f64) {
    let found = found.unwrap();
    assert!((found - day).abs() < 0.1, "day {found} instead of {day}");
}

/// All three sign on day 210 and order two transformers each: one month of the line, so these are there after 4, 5
/// and 6 months, and a month of the crew later the stations are. Building begins on day 300, own works take 30 days.
#[test]
fn stations_wait_for_their_turn() {
    let mut world = world(false);
    world.run();
    for (number, months) in [(0, 5.0), (1, 6.0), (2, 7.0)] {
        near(world.day_of(number, Stage::Energized), 210.0 + months * MONTH);
    }
    let rows = world.queue.energizations(&|request| request.application().name == "first");
    let items: Vec<_> = rows.iter().map(|row| (row.set_by, row.item)).collect();
    let waited = (ReadyItem::Station, Some(Item::LargeTransformer));
    assert_eq!(items, [(ReadyItem::Station, None), waited, waited], "design of the first takes as long");
    for (row, months) in rows.iter().zip([0.0, 1.0, 1.0]) {
        near(Some(row.ready.since(row.ready_without).as_days()), months * MONTH);
    }
}

/// The second gives up on day 215, before its turn: half of its month goes to the third.
#[test]
fn who_leaves_still_costs_those_behind_half_of_it() {
    let mut world = world(false);
    let day = SimTime::ZERO + SimSpan::from_days(215);
    world.calendar.schedule(Event::Withdraw(1), day);
    world.run();
    near(world.day_of(0, Stage::Energized), 210.0 + 5.0 * MONTH);
    near(world.day_of(2, Stage::Energized), 210.0 + 6.5 * MONTH);
    let rows = world.queue.energizations(&|request| request.stage().is_gone());
    assert_eq!(rows.len(), 2);
    near(Some(rows[0].ready.since(rows[0].ready_without).as_days()), 0.0);
    near(Some(rows[1].ready.since(rows[1].ready_without).as_days()), 0.5 * MONTH);
}

/// Ordered at filing, everything is there before building begins: own works set the date.
#[test]
fn early_orders_are_there_in_time() {
    let mut world = world(true);
    world.run();
    for number in 0..3 {
        near(world.day_of(number, Stage::Energized), 330.0);
        assert_eq!(world.queue.request(RequestId(number)).unwrap().set_by(), Some(ReadyItem::OwnWorks));
    }
}
