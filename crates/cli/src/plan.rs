//! What is meant: scenarios read, checked and joined with their region.
//!
//! Everything that can be wrong with the input is found here, before anything is written.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use gridrush_core::grid::RegionPack;
use gridrush_core::grid::case::CaseFault;
use gridrush_core::grid::pack::Tie;
use gridrush_sim::scenario::{Draft, Fault, Resolved, Scenario, Section, Surroundings};
use gridrush_sim::setup::{Setup, SetupError};
use gridrush_tables::{DataFile, sha256};

use crate::args::InputArgs;
use crate::case::place_of;
use crate::files::PackSource;
use crate::stop::Stop;

/// Most scenarios that may stand on one another.
const DEEPEST_BASE: usize = 8;

/// A scenario ready to run.
#[derive(Clone, Debug)]
pub struct Job {
    /// Name in output and tables: the scenario's, or the arm's.
    pub name: String,
    /// Scenario, region and files, joined: everything that determines a replication but its number.
    pub setup: Arc<Setup>,
    /// The scenario with every value explicit.
    pub text: String,
    /// Name, origin and hash of every file used.
    pub data: Vec<DataFile>,
    /// Where the region comes from, for people.
    pub origin: String,
    /// Values without effect.
    pub warnings: Vec<Fault>,
}

/// What charts of a zonal region say, so that nobody takes them for those of a network.
pub const ZONAL_NOTICE: &str = "Zonal model: pipes with published transfer limits; no line is modelled.";

impl Job {
    /// Folder for results: the given one, the scenario's, or `output/` and its name.
    pub fn output(&self, given: Option<&Path>) -> PathBuf {
        let scenario = &self.setup.scenario;
        let own = scenario.results.directory.as_ref().map(PathBuf::from);
        given.map(Path::to_owned).or(own).unwrap_or_else(|| Path::new("output").join(&scenario.name))
    }
}

impl Job {
    /// What charts of this job must say of their network.
    pub fn footer(&self) -> Option<String> {
        let facts = &self.setup.pack.region.facts;
        let kind = self.setup.is_zonal().then_some(ZONAL_NOTICE);
        let notice = facts.synthetic.then_some(facts.notice.as_str());
        let said: Vec<&str> = kind.into_iter().chain(notice).collect();
        (!said.is_empty()).then(|| said.join(" "))
    }
}

/// Reads and checks one scenario.
pub fn job(path: &Path, input: &InputArgs) -> Result<Job, Stop> {
    let base = Base::read(path, input)?;
    base.join(base.check("", &[])?, None)
}

/// As [`job`], for a copy of a scenario that stood at `origin`: files that it names are found from there.
pub fn job_at(path: &Path, origin: Option<&Path>, input: &InputArgs) -> Result<Job, Stop> {
    let origin = origin.unwrap_or(path);
    let source = PackSource::find(input.data.as_deref(), Some(origin))?;
    let base = Base::new(draft(path, input)?, origin, source, input)?;
    base.join(base.check("", &[])?, None)
}

/// A region as it is at the start of its base year, with studies that reckon with the loss of any branch.
pub fn region_job(region: &str, input: &InputArgs) -> Result<Job, Stop> {
    let source = PackSource::find(input.data.as_deref(), None)?;
    let Some(files) = source.region(region)? else {
        let known: Vec<String> = source.regions()?.into_keys().collect();
        return Err(Stop::usage(format!("there is no region `{region}` (known: {})", known.join(", "))));
    };
    let pack = RegionPack::parse(&files.texts).map_err(|faults| {
        Stop::Input(faults.iter().map(|fault| pack_fault(&files.origin, fault)).collect())
    })?;
    let year = pack.region.facts.base_year;
    let text = format!(
        "schema = 1\nname = \"{region}\"\ntitle = \"{region}\"\nregion = \"{region}\"\nstart = {year}-01-01\nend = {}-01-01\n\
         [queue.rules]\nsecurity = \"n1\"\n",
        year + 1
    );
    let draft = completed(Draft::parse(region, &text), input)?;
    let base = Base::new(draft, Path::new(region), source, input)?;
    base.join(base.check("", &[])?, None)
}

/// Reads and checks a scenario and, if it names arms, each of them in its place.
pub fn arms(path: &Path, input: &InputArgs) -> Result<Vec<Job>, Stop> {
    arms_of(&Base::read(path, input)?)
}

/// As [`arms`], for a scenario that the program carries.
pub fn shipped_arms(file: &str, text: &str, input: &InputArgs) -> Result<Vec<Job>, Stop> {
    arms_of(&Base::of_text(file, text, input)?)
}

fn arms_of(base: &Base) -> Result<Vec<Job>, Stop> {
    let whole = base.join(base.check("", &[])?, None)?;
    let arms = &whole.setup.scenario.arms;
    if arms.is_empty() {
        return Ok(vec![whole]);
    }
    let mut jobs = Vec::new();
    let mut faults = Vec::new();
    for arm in arms {
        let checked = base.check_arm(&format!("arm {}:", arm.name), &arm.set);
        match checked.and_then(|checked| base.join(checked, Some(&arm.name))) {
            Ok(job) => jobs.push(job),
            Err(Stop::Input(more)) => faults.extend(more),
            Err(other) => return Err(other),
        }
    }
    if faults.is_empty() { Ok(jobs) } else { Err(Stop::Input(faults)) }
}

/// A scenario file that has been read, of which variants can be made; regions are read once.
pub struct Base {
    draft: Draft,
    path: PathBuf,
    source: PackSource,
    strict: bool,
    /// What can be found: names of regions, policies.
    around: Surroundings,
    policy_files: BTreeMap<String, DataFile>,
    regions: Mutex<BTreeMap<Vec<String>, Arc<Found>>>,
}

/// What came of looking for regions: their pack, and its faults.
type Found = (Option<Regions>, Vec<Fault>);

/// A variant of a scenario in which everything is right.
pub struct Checked {
    /// The scenario of each area.
    pub scenarios: Vec<Scenario>,
    /// The scenario with every value explicit.
    pub text: String,
    /// Name, origin and hash of every file used.
    pub data: Vec<DataFile>,
    /// Values without effect.
    pub warnings: Vec<Fault>,
    files: BTreeMap<String, String>,
    found: Arc<Found>,
}

impl Base {
    /// Reads a scenario file with those that it stands on.
    pub fn read(path: &Path, input: &InputArgs) -> Result<Base, Stop> {
        let source = PackSource::find(input.data.as_deref(), Some(path))?;
        Base::new(draft(path, input)?, path, source, input)
    }

    /// The same of a text that the program carries or makes, under the name of a file.
    pub fn of_text(file: &str, text: &str, input: &InputArgs) -> Result<Base, Stop> {
        let path = Path::new(file);
        let source = PackSource::find(input.data.as_deref(), Some(path))?;
        Base::new(draft_of(path, text, input)?, path, source, input)
    }

    fn new(draft: Draft, path: &Path, source: PackSource, input: &InputArgs) -> Result<Base, Stop> {
        let policies = source.policies()?;
        let around = Surroundings {
            regions: source.regions()?.into_keys().collect(),
            policies: policies.iter().map(|(id, found)| (id.clone(), found.text.clone())).collect(),
            ..Surroundings::default()
        };
        let policy_files = policies.into_iter().map(|(id, found)| (id, found.file)).collect();
        let (path, strict, regions) = (path.to_owned(), input.strict, Mutex::default());
        Ok(Base { draft, path, source, strict, around, policy_files, regions })
    }

    /// Checks the scenario with these values in place of its own. `origin` says where they come from.
    pub fn check(&self, origin: &str, set: &[String]) -> Result<Checked, Stop> {
        self.check_draft(&self.draft.clone().with(origin, set), false)
    }

    /// As [`Base::check`], for a variant that has no arms of its own.
    pub fn check_arm(&self, origin: &str, set: &[String]) -> Result<Checked, Stop> {
        self.check_draft(&self.draft.clone().with(origin, set), true)
    }

    fn check_draft(&self, draft: &Draft, is_arm: bool) -> Result<Checked, Stop> {
        let mut around = self.around.clone();
        let mut data = Vec::new();
        for file in draft.files() {
            let at = beside(&self.path, &file.name);
            let text = fs::read_to_string(&at).map_err(|e| format!("{}: {e}", at.display()));
            if let Ok(text) = &text {
                let hash = sha256(text.as_bytes());
                data.push(DataFile { name: file.name.clone(), source: file.path.clone(), sha256: hash });
            }
            around.files.insert(file.path, text);
        }
        let found = self.find(draft.regions())?;
        let (regions, pack_faults) = &*found;
        if let Some(regions) = regions {
            around.add_region(&regions.pack);
        }
        let checked = match regions {
            Some(regions) => draft.finish_over(&regions.pack, &around),
            None => (draft.clone().finish(&Scenario::defaults(), &around))
                .map(|checked| (vec![checked.scenario], checked.warnings)),
        };
        let (mut scenarios, warnings) = checked.map_err(|mut faults| {
            faults.extend(pack_faults.iter().cloned());
            Stop::Input(faults)
        })?;
        let Some(regions) = regions else { return Err(Stop::Input(pack_faults.clone())) };
        if self.strict && !warnings.is_empty() {
            return Err(Stop::Input(warnings));
        }
        data.extend(regions.list.iter().cloned());
        let named = scenarios[0].policies.iter();
        data.extend(named.filter_map(|id| self.policy_files.get(id).cloned()));
        if is_arm {
            for scenario in &mut scenarios {
                scenario.arms.clear();
            }
        }
        let pack = &regions.pack;
        let names: Vec<String> =
            (0..pack.area_count()).map(|area| pack.region_of(area).facts.name.clone()).collect();
        let text = Scenario::to_toml_of(&scenarios, &names);
        let files = around.files.into_iter().filter_map(|(path, text)| Some((path, text.ok()?))).collect();
        Ok(Checked { scenarios, text, data, warnings, files, found: Arc::clone(&found) })
    }

    /// Joins a variant with its region. `name` stands in place of the scenario's own.
    pub fn join(&self, checked: Checked, name: Option<&str>) -> Result<Job, Stop> {
        let Checked { scenarios, text, data, warnings, files, found } = checked;
        let (Some(Regions { pack, texts, origin, .. }), _) = &*found else {
            return Err(Stop::Input(found.1.clone()));
        };
        let name = name.unwrap_or(&scenarios[0].name).to_owned();
        let resolved = Resolved { scenarios, pack: pack.clone(), pack_files: texts.clone(), files };
        let setup = Setup::new(resolved).map_err(|errors| {
            Stop::Input(errors.iter().map(|error| setup_fault(&self.path, origin, error)).collect())
        })?;
        Ok(Job { name, setup: Arc::new(setup), text, data, origin: origin.clone(), warnings })
    }

    fn find(&self, names: Vec<String>) -> Result<Arc<Found>, Stop> {
        let mut known = self.regions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(&names) {
            return Ok(Arc::clone(found));
        }
        let mut faults = Vec::new();
        let found = Arc::new((Regions::find(&names, &self.source, &mut faults)?, faults));
        known.insert(names, Arc::clone(&found));
        Ok(found)
    }
}

/// What the command line changes in a scenario, each with where it comes from, as `dotted.path=value`.
pub fn arguments(input: &InputArgs) -> Result<Vec<(&'static str, String)>, Stop> {
    let mut out: Vec<(&str, String)> = input.overrides.iter().map(|set| ("-p", set.clone())).collect();
    // Keys' paths count from the scenario file, the arguments' from where the user is.
    let files = [
        ("--bitcoin-history", "bitcoin.history_file", &input.bitcoin_history),
        ("--observed", "observed_folder", &input.observed),
    ];
    for (origin, key, path) in files {
        let Some(path) = path else { continue };
        let at = std::path::absolute(path)
            .map_err(|e| Stop::usage(format!("{origin} {}: {e}", path.display())))?;
        out.push((origin, format!("{key}={:?}", at.display().to_string())));
    }
    out.extend(input.seed.map(|seed| ("--seed", format!("seed={seed}"))));
    Ok(out)
}

/// Reads a scenario's text with the files it stands on and the values of the command line.
fn draft(path: &Path, input: &InputArgs) -> Result<Draft, Stop> {
    let text = fs::read_to_string(path).map_err(|e| Stop::usage(format!("{}: {e}", path.display())))?;
    draft_of(path, &text, input)
}

fn draft_of(path: &Path, text: &str, input: &InputArgs) -> Result<Draft, Stop> {
    let mut draft = Draft::parse(&path.display().to_string(), text);
    let mut at = path.to_owned();
    let mut next = draft.base().map(str::to_owned);
    let mut depth = 0;
    while let Some(name) = next {
        depth += 1;
        at = beside(&at, &name);
        if depth > DEEPEST_BASE {
            draft.add_fault("base", format!("more than {DEEPEST_BASE} scenarios stand on one another"));
            break;
        }
        let text = match fs::read_to_string(&at) {
            Ok(text) => text,
            Err(e) => {
                draft.add_fault("base", format!("cannot be read: {}: {e}", at.display()));
                break;
            }
        };
        let below = Draft::parse(&at.display().to_string(), &text);
        next = below.base().map(str::to_owned);
        draft = draft.over(below);
    }
    completed(draft, input)
}

/// Adds what was typed to a draft.
fn completed(mut draft: Draft, input: &InputArgs) -> Result<Draft, Stop> {
    for (origin, argument) in arguments(input)? {
        draft = draft.with(origin, &[argument]);
    }
    Ok(draft)
}

fn beside(file: &Path, name: &str) -> PathBuf {
    file.parent().unwrap_or(Path::new("")).join(name)
}

/// The regions of a scenario as one pack.
struct Regions {
    pack: RegionPack,
    /// Files by region.
    texts: Vec<BTreeMap<String, String>>,
    /// Name, origin and hash of every file.
    list: Vec<DataFile>,
    origin: String,
}

impl Regions {
    /// Reads and joins the packs of these names; nothing where one of them is not known or has faults.
    fn find(names: &[String], source: &PackSource, faults: &mut Vec<Fault>) -> Result<Option<Regions>, Stop> {
        let (mut packs, mut texts, mut list, mut origins) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for name in names {
            let Some(region) = source.region(name)? else { continue };
            match RegionPack::parse(&region.texts) {
                Ok(pack) => packs.push(pack),
                Err(more) => faults.extend(more.iter().map(|fault| pack_fault(&region.origin, fault))),
            }
            texts.push(region.texts);
            list.extend(region.list);
            if !origins.contains(&region.origin) {
                origins.push(region.origin);
            }
        }
        if names.is_empty() || packs.len() < names.len() {
            return Ok(None);
        }
        let origin = origins.join(", ");
        let mut ties = Vec::new();
        if names.len() > 1
            && let Some((text, file)) = source.ties()?
        {
            match Tie::parse(&text) {
                Ok(all) => ties = all,
                Err(more) => faults.extend(more.iter().map(|fault| pack_fault(&file.source, fault))),
            }
            list.push(file);
        }
        match RegionPack::join(packs, &ties) {
            Ok(pack) if faults.is_empty() => Ok(Some(Regions { pack, texts, list, origin })),
            Ok(_) => Ok(None),
            Err(more) => {
                faults.extend(more.iter().map(|fault| pack_fault(&origin, fault)));
                Ok(None)
            }
        }
    }
}

fn setup_fault(scenario: &Path, origin: &str, error: &SetupError) -> Fault {
    let (file, path) = match error {
        SetupError::Record(fault) => {
            return Fault {
                file: fault.file.clone(),
                line: fault.line.and_then(|line| u32::try_from(line).ok()),
                column: None,
                path: String::new(),
                message: fault.message.clone(),
                value: None,
                allowed: None,
                nearest: None,
            };
        }
        SetupError::File(_) => (scenario.display().to_string(), "file"),
        _ => (origin.to_owned(), "region"),
    };
    Fault {
        file,
        line: None,
        column: None,
        path: path.to_owned(),
        message: error.to_string(),
        value: None,
        allowed: None,
        nearest: None,
    }
}

/// A fault of a pack as it is shown.
pub fn pack_fault(origin: &str, fault: &CaseFault) -> Fault {
    Fault {
        file: format!("{} ({origin})", fault.file),
        line: fault.line.and_then(|line| u32::try_from(line).ok()),
        column: None,
        path: place_of(fault),
        message: fault.message.clone(),
        value: None,
        allowed: fault.allowed.clone(),
        nearest: fault.nearest.clone(),
    }
}
