//! What rules about operation and bills have in common: parameters, seasons, and the site of their tests.

use crate::policy::{ParamDecl, Rule};

/// A parameter.
pub(super) const fn param(
    name: &'static str,
    meaning: &'static str,
    unit: &'static str,
    default: Option<f64>,
    range: (f64, f64),
) -> ParamDecl {
    ParamDecl { name, meaning, unit, default, min: range.0, max: range.1 }
}

/// The part that goes on in spite of a ban.
pub(super) const EVADING: ParamDecl =
    param("evading_share", "part of the load that goes on unlicensed", "share", Some(0.0), (0.0, 1.0));

/// Whether a month lies between two months, both counted in; the first may be the later one.
pub(super) fn in_months(rule: &Rule, month: u8) -> bool {
    between(f64::from(month), rule.number("from_month"), rule.number("to_month"))
}

/// Whether a place on the circle of the year lies between two others, both counted in.
pub(super) fn between(at: f64, from: f64, to: f64) -> bool {
    if from <= to { (from..=to).contains(&at) } else { at >= from || at <= to }
}

/// Numbers, sites and hours that tests start from.
#[cfg(test)]
pub(super) mod tests {
    use crate::demand::ClassId;
    use crate::grid::ZoneId;
    use crate::interconnection::{Direction, Service};
    use crate::kernel::{SimSpan, SimTime};
    use crate::policy::{
        AppliesTo, Asked, Confidence, HourView, Module, MonthView, PLACES, Param, Rule, Tags,
    };

    /// A rule of a kind in force from the start, with some numbers in place of the defaults.
    pub(crate) fn rule(module: &'static Module, numbers: &[(&str, f64)]) -> Rule {
        let value = |name: &str, default: Option<f64>| {
            let given = numbers.iter().find(|(of, _)| *of == name).map(|(_, value)| *value);
            given.or(default).unwrap_or_else(|| panic!("{name} must be given"))
        };
        for (name, _) in numbers {
            assert!(module.params.iter().any(|param| param.name == *name), "no parameter {name}");
        }
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
}
