//! The policy and the region of a brief: found, read, and whether the one can act in the other.

use std::collections::BTreeMap;

use gridrush_core::grid::RegionPack;
use gridrush_core::grid::pack::CapacityMarketKind;
use gridrush_experiment::brief::{self, Obstacle, Place, PolicyNumber, QUESTIONS, Question, Standing};
use gridrush_sim::scenario::{Faults, PolicyFile, Scenario, nearest};

use super::{BriefArgs, input};
use crate::files::{PackSource, PolicySource};
use crate::plan::{Base, pack_fault};
use crate::stop::Stop;

/// Policies that are listed where one is refused.
const LISTED: usize = 12;

/// A policy and a region in which it can act.
pub(super) struct Subject {
    pub policy: PolicyFile,
    /// Remarks at the top of its file.
    pub remarks: Vec<String>,
    /// Id of the policy that it is compared with, if it is one.
    pub against: Option<String>,
    pub standing: Standing,
    /// Rules that cannot act.
    pub obstacles: Vec<Obstacle>,
    pub place: Place,
    /// What the pack says of itself.
    pub notices: Vec<String>,
    peak_mw: f64,
}

/// The question of a name.
pub(super) fn question(id: &str) -> Result<&'static Question, Stop> {
    let ids = || QUESTIONS.iter().map(|question| question.id);
    brief::question(id).ok_or_else(|| {
        let hint = nearest(id, ids()).map_or_else(String::new, |name| format!("; did you mean {name}?"));
        let known: Vec<&str> = ids().collect();
        Stop::usage(format!("there is no question `{id}` (known: {}){hint}", known.join(", ")))
    })
}

impl Subject {
    /// Finds the policy and the region; refuses a policy that cannot act there.
    pub fn find(args: &BriefArgs) -> Result<Subject, Stop> {
        let source = PackSource::find(args.data.as_deref(), None)?;
        let pack = region(&args.region, &source)?;
        let policies = source.policies()?;
        let id = pick(&args.policy, &policies)?;
        let against = match args.against.as_str() {
            "none" | "current" => None,
            other => Some(pick(other, &policies)?),
        };
        if against.as_deref() == Some(id.as_str()) {
            return Err(Stop::usage(format!("--against {id}: is the policy itself")));
        }
        let facts = &pack.region.facts;
        let capacity = pack.region.context.capacity_market.as_ref();
        let sizes = Scenario::defaults_of(&pack).arrivals;
        let place = Place {
            name: facts.name.clone(),
            title: short(&facts.title).to_owned(),
            zones: pack.region.zone_names(),
            has_capacity_duty: capacity.is_some_and(|market| market.kind != CapacityMarketKind::EnergyOnly),
            sizes_mw: (sizes.mining.min_mw.min(sizes.ai.min_mw), sizes.mining.max_mw.max(sizes.ai.max_mw)),
        };
        let policy = read(&policies[&id])?;
        let obstacles =
            brief::obstacles(&policy, &place).map_err(|why| refusal(&policy, &why, &place, &policies))?;
        if let Some(other) = &against {
            let other = read(&policies[other])?;
            brief::obstacles(&other, &place).map_err(|why| refusal(&other, &why, &place, &policies))?;
        }
        let standing = brief::standing(&policy.about.jurisdiction, &facts.name);
        let notices = facts.synthetic.then(|| facts.notice.clone());
        let pipes = pack.region.is_zonal().then(|| crate::plan::ZONAL_NOTICE.to_owned());
        let public = pack.region.context.public.as_ref().map(|public| public.peak_mw);
        let loads = || pack.network.buses().map(|(_, bus)| bus.load_mw).sum();
        Ok(Subject {
            remarks: remarks(&policies[&id].text.text),
            policy,
            against,
            standing,
            obstacles,
            place,
            notices: std::iter::once(format!("{}.", facts.title)).chain(pipes).chain(notices).collect(),
            peak_mw: public.unwrap_or_else(loads),
        })
    }

    /// The scenario of both arms over so many years.
    pub fn base(&self, args: &BriefArgs, years: u32) -> Result<Base, Stop> {
        let text = brief::scenario(&self.place, self.peak_mw, years);
        Base::of_text("brief.toml", &text, &input(args))
    }
}

/// A title without what explains it: `Texas` of `Texas (synthetic network)`.
fn short(title: &str) -> &str {
    title.split([':', '(']).next().unwrap_or(title).trim()
}

fn region(name: &str, source: &PackSource) -> Result<RegionPack, Stop> {
    let Some(files) = source.region(name)? else {
        let known: Vec<String> = source.regions()?.into_keys().collect();
        let hint = nearest(name, known.iter().map(String::as_str));
        let hint = hint.map_or_else(String::new, |name| format!("; did you mean {name}?"));
        return Err(Stop::usage(format!("there is no region `{name}` (known: {}){hint}", known.join(", "))));
    };
    RegionPack::parse(&files.texts)
        .map_err(|faults| Stop::Input(faults.iter().map(|fault| pack_fault(&files.origin, fault)).collect()))
}

fn pick(name: &str, policies: &BTreeMap<String, PolicySource>) -> Result<String, Stop> {
    let ids: Vec<&str> = policies.keys().map(String::as_str).collect();
    brief::pick(name, &ids).map(str::to_owned).map_err(|near| {
        Stop::usage(match &near[..] {
            [] => format!("there is no policy `{name}` (gridrush policy list)"),
            [only] => format!("there is no policy `{name}` (gridrush policy list); did you mean {only}?"),
            several => format!("`{name}` could be {}", several.join(" or ")),
        })
    })
}

fn read(source: &PolicySource) -> Result<PolicyFile, Stop> {
    let mut faults = Faults::default();
    let found = PolicyFile::read(&source.text, &mut faults);
    let found = faults.or(found).map_err(Stop::Input)?;
    found.ok_or_else(|| Stop::usage(format!("{}: is no policy", source.text.file)))
}

/// Why a policy cannot be tried, and which of the catalogue can: those at home first.
fn refusal(
    policy: &PolicyFile,
    why: &[Obstacle],
    place: &Place,
    policies: &BTreeMap<String, PolicySource>,
) -> Stop {
    let reasons: Vec<String> = why.iter().map(|o| format!("rule {} {}", o.rule, o.why)).collect();
    let mut fit: Vec<(u8, String)> = Vec::new();
    for source in policies.values() {
        // Other files may have faults; they are not asked about here.
        let Ok(other) = read(source) else { continue };
        if brief::obstacles(&other, place).is_ok() {
            let rank = match brief::standing(&other.about.jurisdiction, &place.name) {
                Standing::Home => 0,
                Standing::Part => 1,
                Standing::Transplant => 2,
            };
            fit.push((rank, other.about.id));
        }
    }
    fit.sort();
    let more = fit.len().saturating_sub(LISTED);
    let list: Vec<String> = fit.into_iter().take(LISTED).map(|(_, id)| id).collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Stop::usage(format!(
        "{} ({}) cannot act in {}: {}\n    policies that can: {}{more}",
        policy.about.id,
        policy.about.jurisdiction,
        place.title,
        reasons.join("; "),
        list.join(", ")
    ))
}

/// The remarks at the top of a policy file, a line each.
fn remarks(text: &str) -> Vec<String> {
    let lines = text.lines().map_while(|line| line.strip_prefix('#'));
    lines.map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

/// Numbers that the file gives.
pub(super) fn numbers(policy: &PolicyFile) -> Vec<PolicyNumber> {
    let of_rule = |rule: &gridrush_sim::scenario::RuleFile| {
        let all = rule.module.params.iter().zip(rule.numbers.clone());
        let name = rule.name.clone();
        let given = all.filter(|(_, number)| number.given);
        given
            .map(|(param, number)| PolicyNumber {
                rule: name.clone(),
                name: param.name,
                value: number.value,
                unit: param.unit,
                confidence: number.confidence.name(),
                source: number.source.unwrap_or_default(),
                meaning: param.meaning,
            })
            .collect::<Vec<_>>()
    };
    policy.rules.iter().flat_map(of_rule).collect()
}
