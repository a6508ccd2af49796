//! A part of a site's energy has to come from additional renewable generation, after some years of grace: Ireland.
//!
//! The part rises in a straight line from nothing at energization to its full value at the end of the glide path.
//! What a site does not cover by itself it buys as certificates, from whoever adds the generation.

use super::terms::param;
use crate::policy::{Asked, Charge, Hooks, Module, MonthView, Obligation, Payee, Rule};

/// Renewable energy.
pub const MODULE: Module = Module {
    name: "renewable_obligation",
    meaning: "requires a part of the energy from additional renewable generation, along a glide path",
    params: &[
        param("share", "part of the energy at the end of the path", "share", Some(0.8), (0.0, 1.0)),
        param("glide_years", "length of the path", "a", Some(6.0), (0.0, 40.0)),
        param(
            "certificate_usd_per_mwh",
            "what a MWh costs that is not covered",
            "$/MWh",
            Some(20.0),
            (0.0, 1_000.0),
        ),
    ],
    hooks: Hooks { charge: Some(charge), obligation: Some(obligation), ..Hooks::NONE },
};

fn obligation(rule: &Rule, _: &Asked) -> Obligation {
    Obligation {
        renewable_share: rule.number("share"),
        glide_years: rule.number("glide_years"),
        ..Obligation::default()
    }
}

fn charge(rule: &Rule, asked: &Asked, month: &MonthView) -> Vec<Charge> {
    let (years, glide) = (f64::from(month.months_energized) / 12.0, rule.number("glide_years"));
    let part = if years >= glide { 1.0 } else { years / glide };
    let missing = (part * rule.number("share") - asked.renewable_share).max(0.0);
    let usd = missing * month.energy_mwh * rule.number("certificate_usd_per_mwh");
    if usd > 0.0 {
        vec![Charge { kind: "renewable_certificates", usd, payee: Payee::Generators }]
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::{MONTH, SITE, close, rule};

    #[test]
    fn the_path_by_hand() {
        let rule = rule(&MODULE, &[]);
        // 40,000 MWh at 20 $/MWh; after 36 of 72 months half of 80 %, less what the site covers.
        for (months, covered, want) in
            [(0, 0.0, 0.0), (36, 0.0, 320_000.0), (72, 0.0, 640_000.0), (99, 0.5, 240_000.0), (99, 0.9, 0.0)]
        {
            let asked = Asked { renewable_share: covered, ..SITE };
            let lines = charge(&rule, &asked, &MonthView { months_energized: months, ..MONTH });
            let usd = lines.first().map_or(0.0, |line| line.usd);
            assert!(close(usd, want), "month {months}: {usd}");
        }
        assert_eq!(obligation(&rule, &SITE).glide_years, 6.0);
    }
}
