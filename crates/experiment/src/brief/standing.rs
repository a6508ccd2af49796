//! Whether a policy can act in a region, and whose law it is there.
//!
//! The law of a jurisdiction is *at home* in the regions that hold it. Elsewhere it is a transplant: its rules are
//! tried as if they were law there, and every page says so. That is an honest question as long as its rules
//! can act at all, so a policy is refused where they cannot:
//!
//! * where each of its rules is about nobody (plants, which come without a queue in these scenarios; sizes or tags
//!   that no request has; zones of another region);
//! * where one of them presupposes an institution that the region lacks: what is left would be another law.

use gridrush_core::interconnection::Direction;
use gridrush_core::policy::Tags;
use gridrush_sim::scenario::{PolicyFile, RuleFile, nearest};
use gridrush_workload::tags::tags_of_class;
use gridrush_workload::{AI_INFERENCE, AI_TRAINING, MINING};

/// What of a region decides whether a rule can act there.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Its name.
    pub name: String,
    /// Its readable name.
    pub title: String,
    /// Names of its zones.
    pub zones: Vec<String>,
    /// Whether somebody has to hold capacity for load.
    pub has_capacity_duty: bool,
    /// Least and greatest size of requests, MW.
    pub sizes_mw: (f64, f64),
}

/// Whose law a policy is in a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Of the region, or of no place in particular.
    Home,
    /// Of a part of the region.
    Part,
    /// Of another place.
    Transplant,
}

/// Why a rule cannot act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// The rule's name.
    pub rule: String,
    /// Why.
    pub why: String,
    /// Whether without it the policy would be another law.
    pub essential: bool,
}

/// Regions under the Federal Energy Regulatory Commission.
const FERC: &[&str] = &["caiso", "isone", "miso", "nyiso", "pjm", "spp"];
const UNITED_STATES: &[&str] = &["caiso", "isone", "miso", "nyiso", "pjm", "spp", "texas"];

/// Jurisdictions of the catalogue that hold for a region or a part of it: regions, and whether for all of each.
/// Every other one is of elsewhere.
const HOMES: &[(&str, &[&str], bool)] = &[
    ("AEP Ohio", &["pjm"], false),
    ("CAISO", &["caiso"], true),
    ("ERCOT", &["texas"], true),
    ("Indiana", &["miso", "pjm"], false),
    ("Kansas, Michigan", &["miso", "spp"], false),
    ("MISO", &["miso"], true),
    ("New York", &["nyiso"], true),
    ("PJM", &["pjm"], true),
    ("SPP", &["spp"], true),
    ("Texas", &["texas"], true),
    ("United States (FERC)", FERC, true),
    ("United States (proposal)", UNITED_STATES, true),
    ("United States (six regional operators)", FERC, true),
    ("United States before 2023 (generic)", UNITED_STATES, true),
    ("Virginia (Dominion)", &["pjm"], false),
];

/// Jurisdictions of the catalogue that no region pack holds.
const ELSEWHERE: &[&str] = &[
    "Amsterdam and Haarlemmermeer",
    "British Columbia",
    "China",
    "Georgia",
    "Great Britain (demand)",
    "Great Britain (generation and storage)",
    "Haarlemmermeer",
    "Iran",
    "Ireland",
    "Kazakhstan",
    "Norway",
    "Quebec",
    "Russia",
    "Singapore",
];

/// A policy that belongs to no place.
const ANYWHERE: &str = "any";

/// Whether a jurisdiction is one of those above.
pub fn known_jurisdiction(name: &str) -> bool {
    name == ANYWHERE || HOMES.iter().any(|(known, ..)| *known == name) || ELSEWHERE.contains(&name)
}

/// Whose law a policy is in a region.
pub fn standing(jurisdiction: &str, region: &str) -> Standing {
    if jurisdiction == ANYWHERE {
        return Standing::Home;
    }
    let home = HOMES.iter().find(|(known, regions, _)| *known == jurisdiction && regions.contains(&region));
    match home {
        Some((_, _, true)) => Standing::Home,
        Some((_, _, false)) => Standing::Part,
        None => Standing::Transplant,
    }
}

/// Policies that hold in a region today, in the order of a scenario: what governs large loads as far as the catalogue
/// has it. Elsewhere requests are studied one by one, as the scenario's own `[queue]` says.
pub fn current(region: &str) -> &'static [&'static str] {
    match region {
        "texas" => {
            &["p13_ercot_4cp", "p14_ercot_ers_clr", "p12_tx_sb6", "p10_ercot_llis", "p11_ercot_batch_zero"]
        }
        "spp" => &["p16_spp_hill", "p17_spp_chills"],
        _ => &[],
    }
}

/// What keeps the rules of a policy from acting in a region; `Err` if it cannot be tried there.
pub fn obstacles(policy: &PolicyFile, place: &Place) -> Result<Vec<Obstacle>, Vec<Obstacle>> {
    let found: Vec<Obstacle> = policy.rules.iter().filter_map(|rule| obstacle(rule, place)).collect();
    if found.len() == policy.rules.len() || found.iter().any(|obstacle| obstacle.essential) {
        return Err(found);
    }
    Ok(found)
}

fn obstacle(rule: &RuleFile, place: &Place) -> Option<Obstacle> {
    let because = |why: String, essential: bool| Some(Obstacle { rule: rule.name.clone(), why, essential });
    let whom = &rule.applies_to;
    let (least, most) = place.sizes_mw;
    if rule.module.name == "non_firm" && !place.has_capacity_duty {
        let why = format!("takes away a duty to hold capacity, and {} has no such duty", place.title);
        return because(why, true);
    }
    if rule.module.name == "onsite_ban" {
        return because(
            "is about loads with generation of their own, and no request here brings any".into(),
            false,
        );
    }
    if let Some(zone) = whom.zones.iter().find(|zone| !place.zones.contains(zone)) {
        return because(format!("names zone `{zone}`, which {} does not have", place.title), false);
    }
    let is_of_load = |tags: Tags| {
        let any = whom.any_tag == Tags::default() || tags.has_any(whom.any_tag);
        any && tags.has_all(whom.all_tags) && !tags.has_any(whom.no_tag)
    };
    let loads = [MINING, AI_TRAINING, AI_INFERENCE];
    if whom.direction == Some(Direction::Generation) {
        return because("is about plants, which do not wait in the queue of these scenarios".into(), false);
    }
    if !loads.into_iter().any(|class| is_of_load(tags_of_class(class))) {
        return because("is about none of mines, AI training and AI inference".into(), false);
    }
    if whom.below_mw.is_some_and(|below| below <= least) || whom.min_mw > most {
        return because(format!("is about sizes that no request here has ({least} to {most} MW)"), false);
    }
    None
}

/// The policy that a name stands for: an id, its beginning, or either without the number in front, such as
/// `aep_ohio_dct`. `Err` has the nearest id, or those that it could be.
pub fn pick<'a>(name: &str, ids: &[&'a str]) -> Result<&'a str, Vec<&'a str>> {
    let bare = |id: &'a str| id.split_once('_').map_or(id, |(_, rest)| rest);
    if let Some(id) = ids.iter().find(|id| **id == name || bare(id) == name) {
        return Ok(id);
    }
    let begin: Vec<&str> =
        ids.iter().copied().filter(|id| id.starts_with(name) || bare(id).starts_with(name)).collect();
    match begin[..] {
        [only] => Ok(only),
        [] => {
            let near = nearest(name, ids.iter().flat_map(|id| [*id, bare(id)]));
            Err(near
                .into_iter()
                .flat_map(|near| ids.iter().copied().filter(move |id| *id == near || bare(id) == near))
                .collect())
        }
        _ => Err(begin),
    }
}

#[cfg(test)]
mod tests {
    use gridrush_sim::scenario::{Faults, PolicyText};

    use super::*;

    fn policy(rules: &str) -> PolicyFile {
        let text = format!(
            "schema = 1\nid = \"x\"\ntitle = \"X\"\njurisdiction = \"any\"\nsource = \"us\"\n\
             confidence = \"assumed\"\neffective = 2025-01-01\ntested_on = \"testbed\"\n{rules}"
        );
        let mut faults = Faults::default();
        let read = PolicyFile::read(&PolicyText { file: "x.toml".to_owned(), text }, &mut faults);
        faults.or(()).expect("no faults");
        read.expect("a policy")
    }

    fn place() -> Place {
        Place {
            name: "here".to_owned(),
            title: "Here".to_owned(),
            zones: vec!["west".to_owned()],
            has_capacity_duty: false,
            sizes_mw: (75.0, 1500.0),
        }
    }

    const FEE: &str = "[[rules]]\nmodule = \"study_fee\"\n[rules.params]\nfee_usd = 1\n";

    #[test]
    fn a_rule_about_nobody_is_an_obstacle_and_a_policy_of_such_rules_is_refused() {
        for (whom, why) in [
            ("{ direction = \"generation\" }", "plants"),
            ("{ any_tag = [\"wind\"] }", "none of mines"),
            ("{ zones = [\"east\"] }", "zone `east`"),
            ("{ below_mw = 50 }", "sizes"),
            ("{ min_mw = 2000 }", "sizes"),
        ] {
            let rule = format!("[[rules]]\nmodule = \"ban_new\"\napplies_to = {whom}\n");
            let refused = obstacles(&policy(&rule), &place()).expect_err(whom);
            assert!(refused[0].why.contains(why), "{refused:?}");
            let partly = obstacles(&policy(&format!("{rule}{FEE}")), &place()).expect("the fee acts");
            assert_eq!(partly, refused);
        }
        let mines = "[[rules]]\nmodule = \"ban_new\"\napplies_to = { any_tag = [\"proof_of_work\"] }\n";
        assert_eq!(obstacles(&policy(mines), &place()), Ok(Vec::new()));
    }

    #[test]
    fn what_presupposes_a_market_is_refused_where_there_is_none() {
        let rules = format!("[[rules]]\nmodule = \"non_firm\"\n{FEE}");
        let refused = obstacles(&policy(&rules), &place()).expect_err("no capacity");
        assert_eq!((refused.len(), refused[0].essential), (1, true));
        let elsewhere = Place { has_capacity_duty: true, ..place() };
        assert_eq!(obstacles(&policy(&rules), &elsewhere), Ok(Vec::new()));
    }

    #[test]
    fn laws_are_at_home_where_they_hold() {
        assert_eq!(standing("ERCOT", "texas"), Standing::Home);
        assert_eq!(standing("AEP Ohio", "pjm"), Standing::Part);
        assert_eq!(standing("AEP Ohio", "texas"), Standing::Transplant);
        assert_eq!(standing("United States (FERC)", "texas"), Standing::Transplant);
        assert_eq!(standing("any", "testbed"), Standing::Home);
        assert_eq!(standing("A county", "pjm"), Standing::Transplant);
        assert!(HOMES.is_sorted_by_key(|(name, ..)| *name) && ELSEWHERE.is_sorted());
    }

    #[test]
    fn names_may_be_short_and_wrong_ones_have_a_nearest() {
        let ids = ["p02_ferc2003", "p03_ferc2023", "p20_aep_ohio_dct"];
        for name in ["p20_aep_ohio_dct", "p20", "aep_ohio_dct", "aep"] {
            assert_eq!(pick(name, &ids), Ok("p20_aep_ohio_dct"), "{name}");
        }
        assert_eq!(pick("ferc20", &ids), Err(vec!["p02_ferc2003", "p03_ferc2023"]));
        assert_eq!(pick("aep_ohoi_dct", &ids), Err(vec!["p20_aep_ohio_dct"]));
    }
}
