//! Rules and requests for hand-worked cases.

use super::{AppliesTo, Asked, Books, Confidence, Module, Param, Rule, Tags};
use crate::demand::ClassId;
use crate::grid::ZoneId;
use crate::interconnection::{Direction, Service};
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
    let params = module
        .params
        .iter()
        .map(|param| Param { value: value(param.name, param.default), confidence: Confidence::Assumed });
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
