//! `[policy.<id>]`: dates, zones and numbers of the scenario in place of the file's.

use gridrush_core::policy::Confidence;
use jiff::civil::Date;

use super::file::{check_sizes, in_range};
use super::{PolicyFile, RuleFile, number_of};
use crate::scenario::Surroundings;
use crate::scenario::check::{Fault, Faults};
use crate::scenario::declare::{Key, Setting};
use crate::scenario::document::{Node, Table, Value};
use crate::scenario::relations::check_zone;

/// Keys of a policy beside its rules and numbers.
const DATES: [&str; 3] = ["effective", "announced", "sunset"];

/// Keys of a rule beside its numbers.
const WHOM: [&str; 4] = ["min_mw", "below_mw", "min_kv", "zones"];

fn key(name: &'static str) -> Key {
    Key { name, unit: "", source: "", meaning: "", range: None, required: false }
}

/// Puts the scenario's values into a policy, adding every fault.
pub(super) fn apply(policy: &mut PolicyFile, given: &Table, around: &Surroundings, faults: &mut Faults) {
    let path = format!("policy.{}", policy.about.id);
    dates(policy, given, &path, faults);
    for (name, (place, node)) in &given.entries {
        let at = format!("{path}.{name}");
        if DATES.contains(&name.as_str()) {
            continue;
        }
        if name == "zones" {
            if let Some(zones) = zones(node, &at, around, faults) {
                policy.rules.iter_mut().for_each(|rule| rule.applies_to.zones.clone_from(&zones));
            }
            continue;
        }
        if let Value::Table(table) = &node.value {
            if let Some(i) = policy.rules.iter().position(|rule| rule.name == *name) {
                rule(&mut policy.rules[i], table, &at, around, faults);
            } else {
                let fault = Fault::new(place, &at, "is not a rule of the policy".to_owned());
                faults.add(fault.nearest(name, policy.rules.iter().map(|rule| rule.name.as_str())));
            }
            continue;
        }
        let holders: Vec<usize> =
            (0..policy.rules.len()).filter(|&i| holds(&policy.rules[i], name)).collect();
        match holders[..] {
            [only] => number(&mut policy.rules[only], name, node, &at, faults),
            [] => {
                let fault = Fault::new(place, &at, "is not a number of the policy".to_owned());
                let names =
                    policy.rules.iter().flat_map(|rule| rule.module.params.iter().map(|param| param.name));
                faults.add(fault.nearest(name, names.chain(DATES).chain(["zones"])));
            }
            _ => {
                let rules: Vec<String> =
                    holders.iter().map(|&i| format!("{path}.{}.{name}", policy.rules[i].name)).collect();
                let fault = Fault::new(place, &at, "is a number of several of its rules".to_owned());
                faults.add(fault.allowed(rules.join(", ")));
            }
        }
    }
}

fn holds(rule: &RuleFile, name: &str) -> bool {
    WHOM[..3].contains(&name) || rule.module.params.iter().any(|param| param.name == name)
}

fn dates(policy: &mut PolicyFile, given: &Table, path: &str, faults: &mut Faults) {
    let mut date = |name: &'static str| {
        let node = given.get(name)?;
        Date::read(node, &format!("{path}.{name}"), &key(name), faults)
    };
    let [effective, announced, sunset] = DATES.map(&mut date);
    if let Some(effective) = effective {
        policy.moved_to(effective);
    }
    policy.announced = announced.unwrap_or(policy.announced);
    policy.sunset = sunset.or(policy.sunset);
    let place = |name| given.get(name).map_or(&given.place, |node| &node.place);
    if policy.announced > policy.effective && !faults.touches(path) {
        let message = format!("is after the policy takes effect, {}", policy.effective);
        let fault = Fault::new(place("announced"), &format!("{path}.announced"), message);
        faults.add(fault.value(policy.announced.to_string()));
    }
    if let Some(sunset) = policy.sunset.filter(|sunset| *sunset <= policy.effective && !faults.touches(path))
    {
        let message = format!("is not after the policy takes effect, {}", policy.effective);
        let fault = Fault::new(place("sunset"), &format!("{path}.sunset"), message);
        faults.add(fault.value(sunset.to_string()));
    }
}

fn zones(node: &Node, path: &str, around: &Surroundings, faults: &mut Faults) -> Option<Vec<String>> {
    let zones = Vec::<String>::read(node, path, &key("zones"), faults)?;
    for (i, zone) in zones.iter().enumerate() {
        check_zone(zone, &format!("{path}.{i}"), &node.place, around, faults);
    }
    Some(zones)
}

fn rule(rule: &mut RuleFile, given: &Table, path: &str, around: &Surroundings, faults: &mut Faults) {
    for (name, (place, node)) in &given.entries {
        let at = format!("{path}.{name}");
        if name == "zones" {
            if let Some(zones) = zones(node, &at, around, faults) {
                rule.applies_to.zones = zones;
            }
        } else if holds(rule, name) {
            number(rule, name, node, &at, faults);
        } else {
            let fault = Fault::new(place, &at, "is not a number of the rule".to_owned());
            let names = rule.module.params.iter().map(|param| param.name).chain(WHOM);
            faults.add(fault.nearest(name, names));
        }
    }
    check_sizes(&rule.applies_to, &given.place, path, faults);
}

fn number(rule: &mut RuleFile, name: &str, node: &Node, path: &str, faults: &mut Faults) {
    if let Some(i) = rule.module.params.iter().position(|param| param.name == name) {
        if let Some(value) = in_range(node, path, &rule.module.params[i], faults)
            && value != rule.numbers[i].value
        {
            let number = &mut rule.numbers[i];
            (number.value, number.confidence, number.source) = (value, Confidence::Assumed, None);
            number.given = true;
        }
        return;
    }
    let Some(value) = number_of(node).filter(|value| *value >= 0.0) else {
        let fault = Fault::new(&node.place, path, "is not a number from 0 up".to_owned());
        return faults.add(fault.value(node.value.shown()));
    };
    match name {
        "min_mw" => rule.applies_to.min_mw = value,
        "below_mw" => rule.applies_to.below_mw = Some(value),
        _ => rule.applies_to.min_kv = value,
    }
}
