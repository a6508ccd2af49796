//! Rules of policy in the hour: who is cut, when, by how much, and what comes back.

use std::collections::BTreeMap;
use std::sync::Arc;

use gridrush_core::demand::ClassId;
use gridrush_core::grid::ZoneId;
use gridrush_core::interconnection::{Direction, Service};
use gridrush_core::kernel::{SimSpan, SimTime};
use gridrush_core::policy::{
    AppliesTo, Asked, Confidence, HourView, MODULES, PLACES, Param, Policies, Rule, Tags,
};
use gridrush_sim::operation::{Order, SiteBook, Wish};
use gridrush_sim::setup::Setup;
use gridrush_workload::tags::tag;
use jiff::civil::date;

use crate::harness::{self, Run, texts};

/// A rule of a kind about loads with a tag, in force from the start.
pub fn rule(policy: &str, module: &str, about: &str, numbers: &[(&str, f64)]) -> Rule {
    let module = MODULES.iter().find(|of| of.name == module).unwrap_or_else(|| panic!("no kind {module}"));
    let value = |name: &str, default: Option<f64>| {
        let given = numbers.iter().find(|(of, _)| *of == name).map(|(_, value)| *value);
        given.or(default).unwrap_or_else(|| panic!("{name} must be given"))
    };
    let params = module
        .params
        .iter()
        .map(|of| Param { value: value(of.name, of.default), confidence: Confidence::Assumed });
    let any_tag = if about.is_empty() { Tags::default() } else { tag(about).unwrap() };
    Rule {
        policy: policy.to_owned(),
        name: module.name.to_owned(),
        module,
        applies_to: AppliesTo { any_tag, ..AppliesTo::default() },
        params: params.collect(),
        announced: SimTime::ZERO,
        effective: SimTime::ZERO,
        sunset: None,
        age: SimSpan(0),
    }
}

/// The same setup under rules.
pub fn under(setup: &Arc<Setup>, rules: Vec<Rule>) -> Arc<Setup> {
    let mut setup = Setup::clone(setup);
    setup.policies = Policies { policies: Vec::new(), rules };
    Arc::new(setup)
}

/// The mine and the campus of the testbed alone, by the hour: begin, drawn by each.
fn draws(setup: &Arc<Setup>) -> (Vec<(SimTime, f64, f64)>, Run) {
    let mut hours = Vec::new();
    let run = harness::run(setup, 0, &mut |world, solution| {
        let look = crate::story::look(world, solution);
        hours.push((look.at, look.sites[0].2, look.sites[1].2));
    });
    (hours, run)
}

const ALONE: &str = "
[arrivals]
enabled = false
[supply]
merchant_entry = false
retirement = false
planned = false
[dispatch]
commitment = \"none\"
security = \"n0\"
";

fn alone(start: &str, end: &str, text: &str) -> Arc<Setup> {
    harness::setup("testbed", start, end, &format!("{ALONE}{text}"))
}

#[test]
fn a_ban_holds_from_its_first_to_its_last_hour() {
    let free = alone("2026-01-01", "2026-03-01", "");
    let (from, to) = (free.time_of(date(2026, 1, 20)), free.time_of(date(2026, 2, 10)));
    let ban =
        Rule { effective: from, sunset: Some(to), ..rule("p28_china_ban", "full_ban", "proof_of_work", &[]) };
    let setup = under(&free, vec![ban]);
    let ((before, _), (hours, run)) = (draws(&free), draws(&setup));
    let mut asked = 0;
    for ((free, _, _), (at, mine, _)) in before.iter().zip(&hours) {
        assert_eq!(free, at);
        if (from..to).contains(at) {
            assert_eq!(*mine, 0.0);
            asked += 1;
        }
    }
    assert_eq!(asked, 21 * 24);
    assert!(hours.iter().any(|(at, mine, _)| *at < from && *mine > 30.0), "the mine never ran");
    assert!(hours.iter().any(|(at, mine, _)| *at >= to && *mine > 30.0), "the mine did not come back");
    // What it asked for in these weeks is lost to the policy, by name, and to nothing else.
    let lost = run.table("curtailment_monthly");
    let (cause, element) = (texts(&lost, "cause"), texts(&lost, "element"));
    let mwh = lost.floats("curtailed_mwh").unwrap();
    let by_policy: f64 = (0..lost.len()).filter(|&n| cause[n] == "policy").map(|n| mwh[n]).sum();
    assert!((0..lost.len()).all(|n| cause[n] != "policy" || element[n] == "p28_china_ban"));
    let rules = run.table("rules_yearly");
    assert_eq!(texts(&rules, "policy"), ["p28_china_ban"]);
    assert_eq!(rules.floats("cut_h").unwrap(), [504.0]);
    assert!((rules.floats("cut_mwh").unwrap()[0] - by_policy).abs() < 1e-6 * by_policy && by_policy > 1e4);
}

#[test]
fn three_hundred_hours_are_called_and_not_one_more() {
    let free = alone("2026-01-01", "2027-01-01", "");
    let calls = [("hours_per_year", 100.0), ("call_share", 0.7)];
    let setup = under(&free, vec![rule("p26_hq", "interruptible_hours", "proof_of_work", &calls)]);
    let (hours, run) = draws(&setup);
    let rules = run.table("rules_yearly");
    assert_eq!(rules.floats("cut_h").unwrap(), [100.0]);
    // All calls are in the season, and leave 5 % of the highest draw.
    let peak = hours.iter().map(|hour| hour.1).fold(0.0, f64::max);
    let at_five_percent = hours.iter().filter(|(_, mine, _)| (mine / peak - 0.05).abs() < 1e-3).count();
    assert!((60..=100).contains(&at_five_percent), "{at_five_percent} hours");
}

/// Load that grows past supply: the campus is ordered off, or runs on its backup.
#[test]
fn an_emergency_calls_its_places_and_backup_goes_on() {
    let strained = "[load]\ngrowth_percent_per_year = 14\n[fuel]\ngas_usd_per_mmbtu = 3.0\n";
    let free = alone("2030-07-01", "2030-09-01", strained);
    let order = |backup: &str| {
        let place = |n: f64| [("place", n)];
        vec![
            rule("sb6", "emergency_order", "proof_of_work", &place(0.0)),
            rule("sb6", backup, "data_center", &place(3.0)),
        ]
    };
    let shed = |run: &Run| run.table("adequacy_yearly").floats("firm_shed_mwh").unwrap()[0];
    let flop = |run: &Run| {
        run.table("compute_monthly")
            .floats("delivered_flop")
            .unwrap()
            .iter()
            .copied()
            .filter(|x| x.is_finite())
            .sum::<f64>()
    };
    let (_, alone) = draws(&free);
    let (_, cut) = draws(&under(&free, order("emergency_order")));
    let (_, backed) = draws(&under(&free, order("backup_or_curtail")));
    assert!(shed(&alone) > 100.0, "nothing was short: {}", shed(&alone));
    assert!(shed(&cut) < shed(&alone), "{} and {}", shed(&cut), shed(&alone));
    let year = |run: &Run, column: &str| -> BTreeMap<String, f64> {
        let table = run.table("rules_yearly");
        let values = table.floats(column).unwrap().to_vec();
        texts(&table, "class").into_iter().zip(values).collect()
    };
    let (hours, backup) = (year(&cut, "cut_h"), year(&backed, "backup_mwh"));
    // Mines go first, and so more often.
    assert!(hours["ai_training"] > 0.0 && hours["mining"] >= hours["ai_training"], "{hours:?}");
    assert!(backup["ai_training"] > 0.0 && flop(&backed) > flop(&cut));
}

#[test]
fn mines_stay_away_from_hours_that_may_be_the_peak() {
    let free = alone("2026-06-01", "2026-10-01", "[bitcoin.price.path]\nstart_usd = 200000\n");
    let charged = under(&free, vec![rule("p13", "coincident_peak", "proof_of_work", &[])]);
    let ((before, _), (after, run)) = (draws(&free), draws(&charged));
    let energy = |hours: &[(SimTime, f64, f64)]| hours.iter().map(|hour| hour.1).sum::<f64>();
    let lost = 1.0 - energy(&after) / energy(&before);
    assert!(lost > 0.001 && lost < 0.3, "{lost} of the energy given up");
    // The draw in the system's highest hour of each month.
    let table = run.table("bills_monthly");
    let mine: Vec<f64> = (texts(&table, "payer").iter().zip(table.floats("coincident_mw").unwrap()))
        .filter(|(payer, _)| *payer == "mining")
        .map(|(_, mw)| *mw)
        .collect();
    assert!(mine.iter().all(|mw| *mw < 10.0), "{mine:?}");
}

#[test]
fn what_is_charged_by_the_mwh_is_not_bid() {
    let free = alone("2026-01-01", "2026-02-01", "");
    let energy = |setup: &Arc<Setup>| draws(setup).0.iter().map(|hour| hour.1).sum::<f64>();
    let first_year = [("first_year_share", 3.0)];
    let (all, taxed) =
        (energy(&free), energy(&under(&free, vec![rule("p38", "excise", "proof_of_work", &first_year)])));
    let floored = [("floor_usd_per_mwh", 1_000.0)];
    let none = energy(&under(&free, vec![rule("p26", "surcharge", "proof_of_work", &floored)]));
    assert!(none < 1e-6 && taxed < 0.99 * all, "{all}, {taxed}, {none}");
}

#[test]
fn a_carbon_price_moves_offers_at_its_date() {
    let free = alone("2026-01-01", "2026-01-20", "");
    let effective = free.time_of(date(2026, 1, 10));
    let price = Rule { effective, ..rule("p39", "carbon_price", "", &[("usd_per_tonne", 20.0)]) };
    let setup = under(&free, vec![price]);
    // Gate burns gas: MMBtu/MWh x 0.0531 t/MMBtu x 20 $/t, 7.434 $/MWh at its mean heat rate of 7.
    let gate = |run: &Run| {
        let unit = run.world.clearing().units.iter().find(|unit| unit.capacity_mw == 400.0).unwrap();
        assert_eq!(unit.offer.average_heat_rate_mmbtu_per_mwh, 7.0);
        let first = unit.offer.blocks[0].heat_rate_mmbtu_per_mwh;
        (run.world.problem().bounds[unit.columns()][0].cost_usd_per_mwh, first)
    };
    let (mut with, mut without) = (Run::new(&setup, 0), Run::new(&free, 0));
    while with.clear() && without.clear() {
        let ((dear, heat_rate), (cheap, _)) = (gate(&with), gate(&without));
        let (dearer, due) = (dear - cheap, with.world.now() >= effective);
        let want = if due { heat_rate * 0.0531 * 20.0 } else { 0.0 };
        assert!((dearer - want).abs() < 1e-9, "{dearer} at {:?}", with.world.now());
        with.apply();
        without.apply();
    }
}

#[test]
fn power_that_only_the_surplus_gives_stops_when_there_is_none() {
    let tight = "[load]\ngrowth_percent_per_year = 10\n";
    let free = alone("2029-07-01", "2029-08-01", tight);
    let setup = under(&free, vec![rule("p29", "surplus_auction", "proof_of_work", &[])]);
    let mut last_mw = f64::INFINITY;
    let (mut stopped, mut drew) = (0, 0);
    harness::run(&setup, 0, &mut |world, solution| {
        let look = crate::story::look(world, solution);
        let drawn = look.sites[0].2;
        // The surplus of the hour before is the most that may be drawn now.
        assert!(drawn <= last_mw.max(0.0) + 1e-6, "{drawn} MW of {last_mw}");
        if last_mw <= 0.0 {
            stopped += 1;
        } else {
            drew += 1;
        }
        let served: f64 = world.problem().demand_mw.iter().sum::<f64>() + look.sites[1].2;
        let reserve = world.clearing().reserve_requirement_mw();
        last_mw = world.clearing().available_mw - reserve - served;
    });
    assert!(stopped > 20 && drew > 100, "{stopped} hours without, {drew} with");
}

/// Three sites of 100 MW that want 80, 40 and 60 MW and bid 50, firm and 70 $/MWh.
fn three() -> (Vec<Wish>, Vec<SiteBook>) {
    let asked = Asked {
        class: ClassId(1),
        tags: Tags::default(),
        direction: Direction::Load,
        mw: 100.0,
        kv: None,
        zone: ZoneId(0),
        service: Service::Controllable,
        filed: SimTime::ZERO,
        site_control_share: 1.0,
        onsite_mw: 0.0,
        backup_mw: 0.0,
        renewable_share: 0.0,
        pue: 1.0,
        duplicates: 0,
    };
    let wishes = [(80.0, 50.0), (40.0, f64::INFINITY), (60.0, 70.0)];
    let wish = |(mw, bid_usd_per_mwh)| Wish { asked, mw, bid_usd_per_mwh };
    let book = |_: &(f64, f64)| SiteBook::new(SimTime::ZERO, Service::Controllable, 0.0);
    (wishes.map(wish).to_vec(), wishes.iter().map(book).collect())
}

const QUIET: HourView = HourView {
    now: SimTime::ZERO,
    year: 2026,
    month: 1,
    day: 1,
    hour: 0,
    emergency: false,
    surplus_mw: 90.0,
    peak_share: 0.5,
    hours_cut: 0.0,
    peak_mw: 0.0,
    called: [0.0; PLACES],
    wish_mw: 0.0,
    outbid_mw: 0.0,
};

#[test]
fn the_tightest_rule_counts_and_of_equal_ones_the_first_id() {
    let (wishes, books) = three();
    let evading = |policy: &str, share: f64| rule(policy, "full_ban", "", &[("evading_share", share)]);
    for (rules, want) in [
        ([evading("a", 0.5), evading("b", 0.2), evading("c", 0.9)], (20.0, 1)),
        ([evading("z", 0.2), evading("y", 0.2), evading("c", 0.9)], (20.0, 1)),
        ([evading("x", 0.2), evading("y", 0.2), evading("c", 0.9)], (20.0, 0)),
    ] {
        let policies = Policies { policies: Vec::new(), rules: rules.to_vec() };
        let order = Order::new(&policies, QUIET, &wishes, &books);
        let limits = order.limits(0, [0.0; PLACES]);
        assert_eq!((limits.ceiling_mw, limits.rule), (want.0, Some(want.1)));
    }
}

#[test]
fn the_surplus_goes_by_bids_and_calls_add_up() {
    let (wishes, books) = three();
    let policies = Policies { policies: Vec::new(), rules: vec![rule("kz", "surplus_auction", "", &[])] };
    let order = Order::new(&policies, QUIET, &wishes, &books);
    // 90 MW: the firm site first (40 MW of its 100 are wanted), then 50 for the bid of 70, nothing for the bid of 50.
    let got = [0, 1, 2].map(|site| order.limits(site, [0.0; PLACES]).ceiling_mw.min(wishes[site].mw));
    assert_eq!(got, [0.0, 40.0, 50.0]);

    let places = |n: f64, firm: f64| {
        rule(&format!("p{n}"), "emergency_order", "", &[("place", n), ("firm_share", firm)])
    };
    let policies = Policies { policies: Vec::new(), rules: vec![places(1.0, 0.3), places(3.0, 0.0)] };
    let order = Order::new(&policies, QUIET, &wishes, &books);
    // Place 1 leaves 30 MW to each: 50 + 10 + 30 = 90 MW; place 3 takes the 90 that are left.
    assert_eq!(order.at_place_mw(), [0.0, 90.0, 0.0, 90.0, 0.0]);
    // 45 MW are missing: half of place 1.
    let calls = gridrush_sim::operation::called(45.0, order.at_place_mw());
    assert_eq!((calls[1], calls[3]), (0.5, 0.0));
    assert!((order.cut_mw(calls) - 45.0).abs() < 1e-9);
}

#[test]
fn what_upgrades_make_firm_is_not_cut_any_more() {
    let (wishes, mut books) = three();
    let conditional = [("firm_share", 0.3), ("bid_cap_usd_per_mwh", 3_500.0)];
    let limits = |kind: &str, numbers: &[(&str, f64)], books: &[SiteBook]| {
        let policies = Policies { policies: Vec::new(), rules: vec![rule("p", kind, "", numbers)] };
        Order::new(&policies, QUIET, &wishes, books).limits(0, [1.0; PLACES])
    };
    // The first site wants 80 of its 100 MW and all places are called: 30 % of the contract is left, or the 50 MW that
    // its study found firm, or all once the upgrades are in service.
    for (firm_mw, want, cap) in [
        (None, 30.0, Some(3_500.0)),
        (Some(10.0), 30.0, Some(3_500.0)),
        (Some(50.0), 50.0, Some(3_500.0)),
        (Some(100.0), 80.0, None),
    ] {
        books[0].firm_mw = firm_mw;
        let got = limits("conditional_service", &conditional, &books);
        assert_eq!(got.bid_cap_usd_per_mwh, cap, "{firm_mw:?}");
        assert_eq!(got.ceiling_mw.min(wishes[0].mw), want, "{firm_mw:?}");
    }
    // Load without capacity behind it lacks more than network.
    assert_eq!(limits("non_firm", &[], &books).ceiling_mw, 0.0);
}

/// Reserve always lacks, so that every place of the order is called in every hour.
const LACKING: &str = "[dispatch]\ncommitment = \"none\"\nsecurity = \"n0\"\nreserve = [[100000, 5]]\n\
    [operation]\nemergency_reserve_percent = 100\n[arrivals]\nenabled = false\n\
    [arrivals.ai]\nconstruction_months = 0.2\n\
    [supply]\nmerchant_entry = false\nretirement = false\nplanned = false\nbackground_transmission = false\n\
    [queue]\nstudy_median_days = 2.0\n\
    [queue.process]\ndecision_days = 1.0\noffer_valid_days = 2.0\nagreement_days = 1.0\n\
    [queue.works]\nstation_lead_months = 0.2\ntransformer_lead_months = 3.0\nreconductor_lead_months = 3.0\n\
    new_station_lead_months = 3.0\n";

/// 350 MW behind a transformer of 200 MW: connected at once, cut to what is firm in every hour until the upgrades are in
/// service, and in none from then on.
#[test]
fn a_conditional_connection_is_firm_from_its_upgrades_on() {
    let text = format!(
        "{LACKING}[[requests]]\nname = \"big\"\nkind = \"ai\"\nzone = \"plains\"\nbus = 3\nrequested_mw = 350\n\
         filed = 2026-01-01\nramp_months = 1\n"
    );
    let free = harness::setup("testbed", "2026-01-01", "2026-07-01", &text);
    let terms = rule("p40", "conditional_service", "data_center", &[("years", 20.0)]);
    let terms = Rule { applies_to: AppliesTo { min_mw: 100.0, ..terms.applies_to.clone() }, ..terms };
    let (mut hours, mut firm_from) = (Vec::new(), None);
    let run = harness::run(&under(&free, vec![terms]), 0, &mut |world, solution| {
        let look = crate::story::look(world, solution);
        let big = world.queue().requests().find(|(_, request)| request.application().name == "big");
        let (_, request) = big.expect("was filed");
        if let Some(site) = look.sites.iter().find(|site| site.0 == "big") {
            if request.firm_mw() >= 350.0 {
                firm_from.get_or_insert(look.at);
            }
            hours.push((look.at, request.firm_mw(), site.2));
        }
    });
    let firm_from = firm_from.expect("the upgrades are built");
    let (before, after): (Vec<_>, Vec<_>) = hours.iter().partition(|(at, ..)| *at < firm_from);
    assert!(before.len() > 500 && after.len() > 500, "{} and {} hours", before.len(), after.len());
    assert!(before.iter().all(|(_, firm_mw, drawn_mw)| *drawn_mw <= firm_mw + 1e-6));
    let mean =
        |hours: &[(SimTime, f64, f64)]| hours.iter().map(|hour| hour.2).sum::<f64>() / hours.len() as f64;
    let least_firm = before.iter().map(|hour| hour.1).fold(f64::INFINITY, f64::min);
    assert!(least_firm < 300.0, "{least_firm} MW were firm from the start");
    assert!(mean(&after) > mean(&before) + 1.0, "{} and {}", mean(&after), mean(&before));
    // The rule cut in every hour before and in none after.
    let rules = run.table("rules_yearly");
    let cut_h: f64 = rules.floats("cut_h").unwrap().iter().sum();
    assert!(cut_h > 0.0 && cut_h <= before.len() as f64, "{cut_h} of {} hours", before.len());
}

/// A mine stands by for pay, a campus has no capacity behind it, and another is named by law: each goes only when all
/// before it are gone.
#[test]
fn an_emergency_takes_places_one_after_the_other() {
    let text = "[load]\ngrowth_percent_per_year = 12\n[fuel]\ngas_usd_per_mmbtu = 3.0\n\
                [bitcoin.price.path]\nstart_usd = 300000\n\
                [queue]\nstudy_median_days = 2.0\n[queue.process]\ndecision_days = 1.0\nagreement_days = 1.0\n\
                [queue.works]\nstation_lead_months = 0.2\ntransformer_lead_months = 0.2\n\
                [arrivals.ai]\nconstruction_months = 0.2\n\
                [[requests]]\nname = \"lent\"\nkind = \"ai\"\nzone = \"coast\"\nrequested_mw = 80\n\
                filed = 2030-07-01\nramp_months = 1\n";
    let free = alone("2030-07-01", "2030-09-15", text);
    let large = rule("non_firm", "non_firm", "data_center", &[]);
    let named = rule("law", "emergency_order", "data_center", &[("place", 3.0)]);
    let rules = vec![
        rule("paid", "emergency_order", "proof_of_work", &[("place", 0.0)]),
        Rule { applies_to: AppliesTo { min_mw: 60.0, ..large.applies_to.clone() }, ..large },
        Rule { applies_to: AppliesTo { below_mw: Some(60.0), ..named.applies_to.clone() }, ..named },
    ];
    let mut hours = Vec::new();
    let run = harness::run(&under(&free, rules), 0, &mut |world, solution| {
        let look = crate::story::look(world, solution);
        let of = |name: &str| look.sites.iter().find(|site| site.0 == name).map(|site| site.2);
        hours.push([of("mine_plains_1"), of("lent"), of("campus_city_1")].map(|mw| mw.unwrap_or(f64::NAN)));
    });
    let (mut second, mut third) = (0, 0);
    // From the first power of the second place on.
    for [paid, lent, named] in hours.into_iter().filter(|hour| !hour[1].is_nan()) {
        let off = |mw: f64| mw < 1e-6;
        if off(lent) {
            second += 1;
            assert!(off(paid), "{paid} MW of the first place go on");
        }
        if off(named) {
            third += 1;
            assert!(off(paid) && off(lent), "{paid} and {lent} MW go on");
        }
    }
    assert!(second > third && third > 0, "{second} and {third} hours");
    let table = run.table("rules_yearly");
    let cut: BTreeMap<String, f64> =
        texts(&table, "policy").into_iter().zip(table.floats("cut_h").unwrap().to_vec()).collect();
    assert!(cut["paid"] >= cut["non_firm"].max(cut["law"]) && cut["law"] > 0.0, "{cut:?}");
}
