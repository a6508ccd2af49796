//! A policy file: header, rules, whom each is about, its numbers.

use gridrush_core::interconnection::Direction;
use gridrush_core::policy::{Confidence, MODULES, Module, Policy, Tags};
use gridrush_workload::tags::{TAGS, tag};
use jiff::civil::Date;

use super::{Number, POLICY_SCHEMA, PolicyFile, PolicyText, RuleFile, Whom, number_of};
use crate::scenario::Surroundings;
use crate::scenario::check::{Fault, Faults};
use crate::scenario::declare::{Key, Section, SectionDoc, Setting, choices, section};
use crate::scenario::document::{self, Node, Table, Value};
use crate::scenario::setting::refuse;

section! {
    /// A policy: what it says of itself, and its rules.
    Header {
        /// Version of the format.
        schema: u32, "", "";
        /// Its id, the name of the file without its ending.
        id: String, "", "";
        /// A readable title.
        title: String, "", "";
        /// Where it is law, or would be.
        jurisdiction: String, "", "";
        /// Where its text and numbers are found.
        source: String, "", "";
        /// How well its numbers are known, unless a number says otherwise.
        confidence: Known, "", "";
        /// When it was made known; without it the effective date.
        announced: Option<Date> = None, "", "";
        /// First day in force.
        effective: Date, "", "";
        /// First day no longer in force.
        sunset: Option<Date> = None, "", "";
        /// The region on which it is shown to bind; it never claims to simulate its home.
        tested_on: String, "", "";
    }
    lists {
        /// Its rules, in order.
        rules: Row;
    }
}

section! {
    /// A rule: a kind, whom it is about, its numbers.
    Row {
        /// The kind of rule, see `gridrush policy kinds`.
        module: String, "", "";
        /// A name within the policy, where it has several rules of a kind; without it that of the kind.
        name: Option<String> = None, "", "";
    }
    tables {
        /// Whom it is about; all conditions must hold.
        applies_to: About;
        /// Numbers of its kind: `key = number`, or `key = { value, confidence, source }`.
        params: Raw;
    }
}

section! {
    /// Whom a rule is about.
    About {
        /// At least one of these tags.
        any_tag: Vec<String> = Vec::new(), "", "";
        /// All of these tags.
        all_tags: Vec<String> = Vec::new(), "", "";
        /// None of these tags.
        no_tag: Vec<String> = Vec::new(), "", "";
        /// Loads or generation; both without it.
        direction: Option<Which> = None, "", "";
        /// Smallest size.
        min_mw: f64 = 0.0, "MW", "", 0.0..=1e6;
        /// Size from which on it is not about a request.
        below_mw: Option<f64> = None, "MW", "", 0.0..=1e6;
        /// Lowest voltage, where the voltage is known.
        min_kv: f64 = 0.0, "kV", "", 0.0..=2000.0;
        /// Zones of the region; all without it.
        zones: Vec<String> = Vec::new(), "", "";
        /// Only requests filed on or after the effective date.
        new_only: bool = false, "", "";
    }
}

choices! {
    /// Loads or generation.
    Which {
        /// Loads.
        Load = "load",
        /// Generation.
        Generation = "generation",
    }
}

/// How well a number is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known(Confidence);

impl Default for Known {
    fn default() -> Known {
        Known(Confidence::Assumed)
    }
}

fn known_names() -> impl Iterator<Item = &'static str> + Clone {
    Confidence::ALL.iter().map(|confidence| confidence.name())
}

impl Setting for Known {
    fn kind(_: &Key) -> String {
        known_names().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(" or ")
    }
    fn read(node: &Node, path: &str, key: &Key, faults: &mut Faults) -> Option<Known> {
        let Value::Text(text) = &node.value else {
            return refuse(node, path, key, "is not text", faults);
        };
        let found = Confidence::ALL.into_iter().find(|confidence| confidence.name() == text);
        if found.is_none() {
            let fault = Fault::new(&node.place, path, "is not one of the choices".to_owned());
            let fault = fault.value(node.value.shown()).allowed(Self::kind(key));
            faults.add(fault.nearest(text, known_names()));
        }
        found.map(Known)
    }
    fn write(&self) -> Option<String> {
        Some(format!("\"{}\"", self.0.name()))
    }
}

/// A table that is read later, when it is known what it may hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Raw(Option<Table>);

impl Section for Raw {
    fn defaults() -> Raw {
        Raw(None)
    }
    fn read(_: &Raw, table: &Table, _: &str, _: &mut Faults) -> Raw {
        Raw(Some(table.clone()))
    }
    fn describe(_: &Raw, meaning: &'static str, path: &str, out: &mut Vec<SectionDoc>) {
        out.push(SectionDoc { path: path.to_owned(), meaning: meaning.trim(), keys: Vec::new() });
    }
    fn write(&self, _: &str, _: &mut String) {}
}

/// The declaration of the format as data, for documentation.
pub fn describe_format() -> Vec<SectionDoc> {
    let mut out = Vec::new();
    Header::describe(&Header::defaults(), "Top of the file: what the policy says of itself.", "", &mut out);
    out
}

/// Reads a file; every fault goes to `faults`.
pub(super) fn read(text: &PolicyText, faults: &mut Faults) -> Option<PolicyFile> {
    let mut own = Faults::default();
    let root = document::parse(&text.file, &text.text, &mut own);
    if !own.is_empty() {
        own.tear();
    }
    let header = Header::read(&Header::defaults(), &root, "", &mut own);
    if header.schema != POLICY_SCHEMA && !own.touches("schema") {
        let fault = Fault::new(&place(&root, "schema"), "schema", "is not a known version".to_owned());
        own.add(fault.value(header.schema.to_string()).allowed(POLICY_SCHEMA.to_string()));
    }
    check_id(&header, text, &root, &mut own);
    check_dates(&header, &root, &mut own);
    let rows = match root.get("rules").map(|node| &node.value) {
        Some(Value::List(items)) => items.as_slice(),
        _ => &[],
    };
    if header.rules.is_empty() && !own.touches("rules") {
        own.add_missing(Fault::new(&root.place, "rules", "is missing: a policy has rules".to_owned()));
    }
    let mut rules: Vec<RuleFile> = Vec::new();
    for (i, row) in header.rules.iter().enumerate() {
        let path = format!("rules.{i}");
        let Some(Node { value: Value::Table(table), .. }) = rows.get(i) else { continue };
        let Some(module) = module(row, table, &path, &mut own) else { continue };
        let name = row.name.clone().unwrap_or_else(|| module.name.to_owned());
        if rules.iter().any(|rule| rule.name == name) {
            let fault = Fault::new(&table.place, &format!("{path}.name"), "names a second rule".to_owned());
            own.add(fault.value(format!("\"{name}\"")));
        }
        let applies_to = whom(&row.applies_to, table, &path, &mut own);
        let numbers = numbers(module, &row.params, table, &path, header.confidence.0, &mut own);
        rules.push(RuleFile { name, module, applies_to, numbers });
    }
    let whole = own.is_empty();
    faults.absorb(own);
    whole.then(|| PolicyFile {
        about: Policy {
            id: header.id,
            title: header.title,
            jurisdiction: header.jurisdiction,
            source: header.source,
            confidence: header.confidence.0,
            tested_on: header.tested_on,
        },
        announced: header.announced.unwrap_or(header.effective),
        effective: header.effective,
        sunset: header.sunset,
        rules,
    })
}

/// Where a key of a table stands, or the table.
fn place(table: &Table, key: &str) -> document::Place {
    table.get(key).map_or_else(|| table.place.clone(), |node| node.place.clone())
}

fn check_id(header: &Header, text: &PolicyText, root: &Table, faults: &mut Faults) {
    let stem = text.file.rsplit(['/', '\\']).next().unwrap_or(&text.file);
    let stem = stem.split('.').next().unwrap_or(stem);
    if header.id != stem && !faults.touches("id") {
        let fault = Fault::new(&place(root, "id"), "id", "is not the name of the file".to_owned());
        faults.add(fault.value(format!("\"{}\"", header.id)).allowed(format!("\"{stem}\"")));
    }
}

fn check_dates(header: &Header, root: &Table, faults: &mut Faults) {
    if faults.touches("effective") {
        return;
    }
    let mut refuse = |key: &str, date: Date, message: String| {
        if !faults.touches(key) {
            faults.add(Fault::new(&place(root, key), key, message).value(date.to_string()));
        }
    };
    if let Some(announced) = header.announced.filter(|announced| *announced > header.effective) {
        let message = format!("is after the policy takes effect, {}", header.effective);
        refuse("announced", announced, message);
    }
    if let Some(sunset) = header.sunset.filter(|sunset| *sunset <= header.effective) {
        let message = format!("is not after the policy takes effect, {}", header.effective);
        refuse("sunset", sunset, message);
    }
}

/// The kind of a rule.
fn module(row: &Row, table: &Table, path: &str, faults: &mut Faults) -> Option<&'static Module> {
    let found = MODULES.iter().find(|module| module.name == row.module).copied();
    let path = format!("{path}.module");
    if found.is_none() && !faults.touches(&path) {
        let fault = Fault::new(&place(table, "module"), &path, "is not a kind of rule".to_owned());
        let fault = fault.value(format!("\"{}\"", row.module));
        faults.add(fault.nearest(&row.module, MODULES.iter().map(|module| module.name)));
    }
    found
}

fn whom(about: &About, rule: &Table, path: &str, faults: &mut Faults) -> Whom {
    let mut tags = |key: &str, names: &[String]| {
        let mut out = Tags::default();
        for (i, name) in names.iter().enumerate() {
            match tag(name) {
                Some(Tags(bit)) => out.0 |= bit,
                None if name.is_empty() => {}
                None => {
                    let place = in_list(rule, key, i);
                    let path = format!("{path}.applies_to.{key}.{i}");
                    let fault = Fault::new(&place, &path, "is not a declared tag".to_owned());
                    let known = TAGS.iter().map(|(name, _)| *name);
                    faults.add(fault.value(format!("\"{name}\"")).nearest(name, known));
                }
            }
        }
        out
    };
    let whom = Whom {
        any_tag: tags("any_tag", &about.any_tag),
        all_tags: tags("all_tags", &about.all_tags),
        no_tag: tags("no_tag", &about.no_tag),
        direction: about.direction.map(|which| match which {
            Which::Load => Direction::Load,
            Which::Generation => Direction::Generation,
        }),
        min_mw: about.min_mw,
        below_mw: about.below_mw,
        min_kv: about.min_kv,
        zones: about.zones.clone(),
        new_only: about.new_only,
    };
    check_sizes(&whom, &rule.place, &format!("{path}.applies_to"), faults);
    whom
}

/// A rule must be about some size.
pub(super) fn check_sizes(whom: &Whom, place: &document::Place, path: &str, faults: &mut Faults) {
    if let Some(below) = whom.below_mw.filter(|below| *below <= whom.min_mw) {
        let message = format!("is not above min_mw, which is {:?}", whom.min_mw);
        faults.add(Fault::new(place, &format!("{path}.below_mw"), message).value(format!("{below:?}")));
    }
}

/// Where an entry of a list below `applies_to` stands.
fn in_list(rule: &Table, key: &str, i: usize) -> document::Place {
    let entry = || {
        let Value::Table(about) = &rule.get("applies_to")?.value else { return None };
        let Value::List(items) = &about.get(key)?.value else { return None };
        Some(items.get(i)?.place.clone())
    };
    entry().unwrap_or_else(|| rule.place.clone())
}

/// The numbers of a rule in the order of its kind's declaration.
fn numbers(
    module: &Module,
    raw: &Raw,
    rule: &Table,
    path: &str,
    confidence: Confidence,
    faults: &mut Faults,
) -> Vec<Number> {
    let path = format!("{path}.params");
    if let Some(given) = &raw.0 {
        for (name, (place, _)) in &given.entries {
            if !module.params.iter().any(|param| param.name == name) {
                let message = format!("is not a number of the kind of rule `{}`", module.name);
                let fault = Fault::new(place, &format!("{path}.{name}"), message);
                faults.add(fault.nearest(name, module.params.iter().map(|param| param.name)));
            }
        }
    }
    let read = |param: &gridrush_core::policy::ParamDecl| {
        let at = format!("{path}.{}", param.name);
        let node = raw.0.as_ref().and_then(|table| table.get(param.name));
        let fallback = Number {
            value: param.default.unwrap_or(param.min),
            confidence: Confidence::Assumed,
            source: None,
            given: false,
        };
        let Some(node) = node else {
            if param.default.is_none() {
                let message = format!("is missing: {}", param.meaning);
                faults.add_missing(Fault::new(&rule.place, &at, message));
            }
            return fallback;
        };
        number(node, &at, param, confidence, faults).unwrap_or(fallback)
    };
    module.params.iter().map(read).collect()
}

/// `number`, or `{ value, confidence, source }`.
fn number(
    node: &Node,
    path: &str,
    param: &gridrush_core::policy::ParamDecl,
    confidence: Confidence,
    faults: &mut Faults,
) -> Option<Number> {
    let (value_node, confidence, source) = match &node.value {
        Value::Table(table) => {
            let known = ["value", "confidence", "source"];
            crate::scenario::declare::refuse_unknown(table, path, &known, faults);
            let key = |name| Key { name, unit: "", source: "", meaning: "", range: None, required: false };
            let confidence = table.get("confidence").map_or(Some(confidence), |node| {
                Known::read(node, &format!("{path}.confidence"), &key("confidence"), faults)
                    .map(|known| known.0)
            });
            let source = table
                .get("source")
                .and_then(|node| String::read(node, &format!("{path}.source"), &key("source"), faults));
            let Some(value) = table.get("value") else {
                faults.add_missing(Fault::new(
                    &node.place,
                    &format!("{path}.value"),
                    "is missing".to_owned(),
                ));
                return None;
            };
            (value, confidence?, source)
        }
        _ => (node, confidence, None),
    };
    let value = in_range(value_node, path, param, faults)?;
    Some(Number { value, confidence, source, given: true })
}

/// A number of a parameter, checked.
pub(super) fn in_range(
    node: &Node,
    path: &str,
    param: &gridrush_core::policy::ParamDecl,
    faults: &mut Faults,
) -> Option<f64> {
    let value = number_of(node);
    let fine = value.filter(|value| (param.min..=param.max).contains(value));
    if fine.is_none() {
        let message = if value.is_some() { "is out of range" } else { "is not a number" };
        let fault = Fault::new(&node.place, path, message.to_owned()).value(node.value.shown());
        faults.add(fault.allowed(format!("number from {} to {}", param.min, param.max)));
    }
    fine
}

/// Zones must be those of the region.
pub(super) fn check_zones(
    policy: &PolicyFile,
    text: &PolicyText,
    around: &Surroundings,
    faults: &mut Faults,
) {
    if policy.rules.iter().all(|rule| rule.applies_to.zones.is_empty()) {
        return;
    }
    let root = document::parse(&text.file, &text.text, &mut Faults::default());
    let Some(Value::List(rows)) = root.get("rules").map(|node| &node.value) else { return };
    for (i, (rule, row)) in policy.rules.iter().zip(rows).enumerate() {
        let Value::Table(row) = &row.value else { continue };
        for (k, zone) in rule.applies_to.zones.iter().enumerate() {
            let path = format!("rules.{i}.applies_to.zones.{k}");
            crate::scenario::relations::check_zone(zone, &path, &in_list(row, "zones", k), around, faults);
        }
    }
}
