//! What rules will cost a project that weighs an offer: charges, obligations, and the fee for leaving.
//!
//! The rules are asked for a month in the middle of each year of the owner's plan, at its date: rules announced by now
//! count, and only while they are in force. A month is one of the project at its usual draw. What one MWh more would
//! cost is told apart from the rest, because it moves with the draw. A tariff of wires stands in the place of a share of
//! the network, at the cost of a MWh at the start.

use gridrush_core::kernel::{SimSpan, SimTime};
use gridrush_core::policy::{Asked, MonthView, Obligation, Payee, Policies};
use gridrush_workload::firms::Burden;

use super::limits::{charges, owed};

const MONTH_HOURS: f64 = 730.5;

/// What an owner plans with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// First power.
    pub ready: SimTime,
    /// From first power to the end of the plan, years.
    pub years: f64,
    /// What it will draw at most, MW.
    pub used_mw: f64,
    /// Mean draw over the highest.
    pub load_factor: f64,
    /// Draw in the hours of the system's peaks over the highest.
    pub coincident_share: f64,
    /// Expected price of power, $/MWh.
    pub power_usd_per_mwh: f64,
    /// Carbon dioxide of a MWh, t.
    pub co2_t_per_mwh: f64,
    /// What the network costs a MWh of those without a tariff of their own, $/MWh.
    pub network_usd_per_mwh: f64,
    /// Cost of generation that has to be brought along, $/MW.
    pub onsite_usd_per_mw: f64,
    /// What that earns in the market, $ per MW and year.
    pub onsite_usd_per_mw_year: f64,
}

/// What rules charge for a MWh, $ (mean over the plan), and everything else that they cost.
pub fn burden(policies: &Policies, asked: &Asked, now: SimTime, plan: &Plan) -> (f64, Burden) {
    let speaks = |hooks: &gridrush_core::policy::Hooks| hooks.charge.is_some() || hooks.obligation.is_some();
    let known = policies.rules.iter().filter(|rule| rule.announced <= now && speaks(&rule.module.hooks));
    let known = Policies { policies: Vec::new(), rules: known.cloned().collect() };
    if known.rules.is_empty() || plan.years <= 0.0 {
        return (0.0, Burden::default());
    }
    let at = |years: f64| plan.ready + SimSpan::from_hours_f64(12.0 * MONTH_HOURS * years);
    let month = |years: f64| MonthView {
        begin: at(years),
        months_energized: (12.0 * years) as u32,
        contract_mw: asked.mw,
        energy_mwh: 0.0,
        energy_usd: 0.0,
        peak_mw: 0.0,
        coincident_mw: 0.0,
        system_peak_mw: 0.0,
        last_year_coincident_mw: [0.0; 12],
        month: 1,
        co2_t: 0.0,
        left_mw: 0.0,
    };
    let drawing = |years: f64, mwh: f64| MonthView {
        energy_mwh: mwh,
        energy_usd: mwh * plan.power_usd_per_mwh,
        co2_t: mwh * plan.co2_t_per_mwh,
        ..month(years)
    };
    let sum = |view: &MonthView| charges(&known, asked, view).iter().map(|(_, line)| line.usd).sum::<f64>();
    let mwh = plan.used_mw * plan.load_factor * MONTH_HOURS;
    let coincident_mw = plan.coincident_share * plan.used_mw;
    let owed = owed(&known, asked, plan.ready);
    let Obligation { onsite_mw, .. } = owed;
    let brought_mw = (onsite_mw - asked.onsite_mw).max(0.0);
    let (mut usd_per_mwh, mut yearly_usd) = (0.0, Vec::new());
    let count = plan.years.ceil() as usize;
    for year in 0..count {
        let middle = year as f64 + 0.5;
        let idle = sum(&month(middle));
        let each = sum(&drawing(middle, 1.0)) - idle;
        usd_per_mwh += each / count as f64;
        let view = MonthView {
            peak_mw: plan.used_mw,
            coincident_mw,
            last_year_coincident_mw: [if year > 0 { coincident_mw } else { 0.0 }; 12],
            ..drawing(middle, mwh)
        };
        let lines = charges(&known, asked, &view);
        let all: f64 = lines.iter().map(|(_, line)| line.usd).sum();
        let wires = lines.iter().any(|(_, line)| line.payee == Payee::Transmission);
        let replaced = if wires { plan.network_usd_per_mwh * mwh } else { 0.0 };
        let earned = brought_mw * plan.onsite_usd_per_mw_year;
        yearly_usd.push(12.0 * (all - each * mwh - replaced) - earned);
    }
    let last = month(plan.years);
    let exit_usd = sum(&MonthView { left_mw: asked.mw, ..last }) - sum(&last);
    let upfront_usd = brought_mw * plan.onsite_usd_per_mw;
    (usd_per_mwh, Burden { upfront_usd, yearly_usd, exit_usd, years: plan.years })
}

#[cfg(test)]
mod tests {
    use gridrush_core::demand::ClassId;
    use gridrush_core::grid::ZoneId;
    use gridrush_core::interconnection::{Direction, Service};
    use gridrush_core::policy::{AppliesTo, Confidence, MODULES, Param, Rule, Tags};

    use super::*;

    fn rule(kind: &str, numbers: &[(&str, f64)]) -> Rule {
        let module = MODULES.iter().find(|module| module.name == kind).unwrap();
        let value = |name: &str, default: Option<f64>| {
            numbers.iter().find(|(of, _)| *of == name).map(|(_, value)| *value).or(default).unwrap()
        };
        let params = module
            .params
            .iter()
            .map(|param| Param { value: value(param.name, param.default), confidence: Confidence::Assumed });
        Rule {
            policy: "test".to_owned(),
            name: kind.to_owned(),
            module,
            applies_to: AppliesTo::default(),
            params: params.collect(),
            announced: SimTime::ZERO,
            effective: SimTime::ZERO,
            sunset: None,
            age: SimSpan(0),
        }
    }

    const ASKED: Asked = Asked {
        class: ClassId(2),
        tags: Tags(0),
        direction: Direction::Load,
        mw: 100.0,
        kv: None,
        zone: ZoneId(0),
        service: Service::Firm,
        filed: SimTime::ZERO,
        site_control_share: 1.0,
        onsite_mw: 20.0,
        backup_mw: 0.0,
        renewable_share: 0.0,
        pue: 1.2,
        duplicates: 0,
    };

    /// 100 MW of contract, of which 80 are used, 60 of them on average; power at 40 $/MWh; four years.
    const PLAN: Plan = Plan {
        ready: SimTime::from_hours(8_766),
        years: 4.0,
        used_mw: 80.0,
        load_factor: 0.75,
        coincident_share: 0.5,
        power_usd_per_mwh: 40.0,
        co2_t_per_mwh: 0.4,
        network_usd_per_mwh: 5.0,
        onsite_usd_per_mw: 1.5e6,
        onsite_usd_per_mw_year: 0.1e6,
    };

    fn of(rules: Vec<Rule>) -> (f64, Burden) {
        burden(&Policies { policies: Vec::new(), rules }, &ASKED, SimTime::ZERO, &PLAN)
    }

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() <= 1e-9 * (1.0 + b.abs()), "{a} is not {b}");
    }

    #[test]
    fn charges_by_the_mwh_are_told_apart() {
        // First power comes a year after the start: the second year's 20 %, then three times 30 %, of 40 $/MWh:
        // (8 + 12 + 12 + 12) / 4 = 11 $/MWh. Nothing else.
        let (per_mwh, rest) = of(vec![rule("excise", &[])]);
        close(per_mwh, 11.0);
        assert!(rest.value_usd(0.1).abs() < 1e-6 && rest.yearly_usd.len() == 4);
        // 0.4 t x 50 $/t.
        let carbon = rule("carbon_price", &[("usd_per_tonne", 50.0), ("on_consumption", 1.0)]);
        close(of(vec![carbon]).0, 20.0);
    }

    #[test]
    fn take_or_pay_by_hand() {
        let numbers = [("demand_usd_per_mw_month", 10_000.0)];
        let (per_mwh, rest) = of(vec![rule("minimum_bill", &numbers), rule("exit_fee", &numbers)]);
        // max(80, 85 % of 100) x 10,000 $ a month, less the network: 5 $/MWh x 60 MW x 730.5 h = 219,150 $.
        close(per_mwh, 0.0);
        assert_eq!(rest.yearly_usd.len(), 4);
        rest.yearly_usd.iter().for_each(|usd| close(*usd, 12.0 * (850_000.0 - 219_150.0)));
        // The plan ends after four of twelve years: 36 minimum bills of 850,000 $ are due.
        close(rest.exit_usd, 30.6e6);
    }

    #[test]
    fn obligations_and_peaks_by_hand() {
        // 100 x 0.9 / 0.9 = 100 MW, of which 20 are there: 80 MW at 1.5 M$ that earn 0.1 M$ a year each.
        let (_, rest) = of(vec![rule("onsite_generation", &[("share", 0.9)])]);
        close(rest.upfront_usd, 120e6);
        rest.yearly_usd.iter().for_each(|usd| close(*usd, -8e6));
        // 65 $/kW of the 40 MW of last year's peaks, none in the first, less the network: 2.6 M$ - 2,629,800 $.
        let (_, peaks) = of(vec![rule("coincident_peak", &[("usd_per_kw_year", 65.0)])]);
        close(peaks.yearly_usd[0], 0.0);
        close(peaks.yearly_usd[1], 2.6e6 - 12.0 * 219_150.0);
    }

    #[test]
    fn only_rules_that_are_announced_and_in_force_count() {
        let later = Rule { announced: SimTime::from_hours(1), ..rule("excise", &[]) };
        assert_eq!(of(vec![later]), (0.0, Burden::default()));
        // In force for the first two of the four years: 20 % and 30 % of 40 $/MWh, over four years.
        let ends = Rule { sunset: Some(SimTime::from_hours(3 * 8_766)), ..rule("excise", &[]) };
        close(of(vec![ends]).0, (8.0 + 12.0) / 4.0);
    }
}
