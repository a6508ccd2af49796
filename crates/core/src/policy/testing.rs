//! Rules and requests for hand-worked cases.

use super::{AppliesTo, Asked, Books, Confidence, HourView, Module, MonthView, PLACES, Param, Rule, Tags};
use crate::demand::ClassId;
use crate::grid::ZoneId;
use crate::interconnection::{Amount, Basis, Direction, Service};
use crate::kernel::{SimSpan, SimTime};

/// A rule of policy "test", in force from the start, about everybody, with the declared numbers but these.
pub(crate) fn rule(module: &'static Module, numbers: &[(&str, f64)]) -> Rule {
    for (name, _) in numbers {
        assert!(module.params.iter().any(|param| param.name == *name), "{name} is not declared");
    }
    let value = |name: &str, default: Option<f64>| {
        let given = numbers.iter().find(|(given, _)| *given == name).map(|(_, value)| *value);
        given.or(default).unwrap_or_else(|| panic!("{name} has no default"))
    };
    let params = module.params.iter().map(|param| {
        let value = value(param.name, param.default);
        assert!(value >= param.min && value <= param.max, "{} of {value}", param.name);
        Param { value, confidence: Confidence::Assumed }
    });
    Rule {
        policy: "test".to_owned(),
        name: module.name.to_owned(),
        module,
        applies_to: AppliesTo::default(),
        params: params.collect(),
        announced: SimTime::ZERO,
        effective: SimTime::ZERO,
        sunset: None,
        age: SimSpan(0),
    }
}

/// A request for 100 MW of firm load in the first zone, with its site under control.
pub(crate) fn asked() -> Asked {
    Asked {
        class: ClassId(1),
        tags: Tags(0),
        direction: Direction::Load,
        mw: 100.0,
        kv: None,
        zone: ZoneId(0),
        service: Service::Firm,
        filed: SimTime::ZERO,
        site_control_share: 1.0,
        onsite_mw: 0.0,
        backup_mw: 0.0,
        renewable_share: 0.0,
        pue: 1.2,
        duplicates: 0,
    }
}

/// What a request of so many megawatts with so much of upgrades allocated pays of an amount.
pub(crate) fn usd(amount: &Amount, mw: f64, upgrades_usd: f64) -> f64 {
    amount.usd(Basis { mw, upgrades_usd, studies_usd: 0.0 })
}

/// A site of 100 MW with 60 MW of backup.
pub(crate) const SITE: Asked = Asked {
    class: ClassId(1),
    tags: Tags(1),
    direction: Direction::Load,
    mw: 100.0,
    kv: None,
    zone: ZoneId(0),
    service: Service::Controllable,
    filed: SimTime::ZERO,
    site_control_share: 1.0,
    onsite_mw: 0.0,
    backup_mw: 60.0,
    renewable_share: 0.0,
    pue: 1.05,
    duplicates: 0,
};

/// Noon of a quiet day in January.
pub(crate) const HOUR: HourView = HourView {
    now: SimTime::ZERO,
    year: 2026,
    month: 1,
    day: 15,
    hour: 12,
    emergency: false,
    surplus_mw: 0.0,
    peak_share: 0.5,
    hours_cut: 0.0,
    peak_mw: 90.0,
    called: [0.0; PLACES],
    wish_mw: 100.0,
    outbid_mw: 0.0,
};

/// January: 40,000 MWh for 1.6 M$ (40 $/MWh), up to 70 of 100 MW, 50 at the peak of the system.
pub(crate) const MONTH: MonthView = MonthView {
    begin: SimTime::ZERO,
    months_energized: 24,
    contract_mw: 100.0,
    energy_mwh: 40_000.0,
    energy_usd: 1.6e6,
    peak_mw: 70.0,
    coincident_mw: 50.0,
    system_peak_mw: 1_000.0,
    last_year_coincident_mw: [0.0; 12],
    month: 1,
    co2_t: 16_000.0,
    left_mw: 0.0,
};

/// Whether two amounts are the same.
pub(crate) fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (1.0 + b.abs())
}

/// Books of requests, each with the instant of its admission; all of them draw power.
#[derive(Default)]
pub(crate) struct Admitted(pub Vec<(Asked, SimTime)>);

impl Admitted {
    fn of<'a>(&'a self, about: &'a AppliesTo, since: SimTime) -> impl Iterator<Item = &'a Asked> {
        let mine = move |(asked, at): &&(Asked, SimTime)| *at >= since && about.holds(asked, SimTime::ZERO);
        self.0.iter().filter(mine).map(|(asked, _)| asked)
    }
}

impl Books for Admitted {
    fn admitted_mw(&self, about: &AppliesTo, since: SimTime) -> f64 {
        self.of(about, since).map(|asked| asked.mw).sum()
    }

    fn admitted(&self, about: &AppliesTo, since: SimTime) -> u32 {
        self.of(about, since).count() as u32
    }

    fn energized_mw(&self, about: &AppliesTo) -> f64 {
        self.admitted_mw(about, SimTime::ZERO)
    }
}
