//! Where region packs and policies are found, and what is read.
//!
//! Places in order: `--data DIR`, `$GRIDRUSH_DATA`, the first `data/` beside or above the scenario, the
//! copy inside the binary. A region is taken as a whole from the first place that has it, so is the table of
//! ties between regions, and each policy file by itself. Texts are read
//! once and kept with their hash, so a manifest can name exactly what was used.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use gridrush_core::grid::pack::TIES;
use gridrush_sim::scenario::PolicyText;
use gridrush_tables::{DataFile, sha256};

use crate::stop::Stop;

/// The packs inside the binary: path below `data/`, content, hash.
static EMBEDDED: &[(&str, &[u8], &str)] = include!(concat!(env!("OUT_DIR"), "/packs.rs"));

/// A place where packs may be.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Folder(PathBuf),
    Binary,
}

/// All places where packs may be, in the order in which they are asked.
#[derive(Clone, Debug)]
pub struct PackSource {
    places: Vec<Place>,
}

/// The files of one region.
#[derive(Clone, Debug, Default)]
pub struct RegionFiles {
    /// Text by file name.
    pub texts: BTreeMap<String, String>,
    /// Name, origin and hash of each, in order of the name.
    pub list: Vec<DataFile>,
    /// Where they come from, for people.
    pub origin: String,
}

/// A policy file.
#[derive(Clone, Debug)]
pub struct PolicySource {
    /// Its text, and the name under which faults are reported.
    pub text: PolicyText,
    /// Name, origin and hash.
    pub file: DataFile,
    /// Where it comes from, for people.
    pub origin: String,
}

/// Whether a folder holds packs or policies.
fn has_data(folder: &Path) -> bool {
    folder.join("regions").is_dir() || folder.join("policies").is_dir()
}

impl PackSource {
    /// The places for a scenario, or for the current directory. A place that is asked for and missing
    /// is an error.
    pub fn find(data: Option<&Path>, scenario: Option<&Path>) -> Result<PackSource, Stop> {
        let variable = env::var_os("GRIDRUSH_DATA").filter(|v| !v.is_empty()).map(PathBuf::from);
        let mut places = Vec::new();
        for (name, folder) in [("--data", data.map(Path::to_owned)), ("$GRIDRUSH_DATA", variable)] {
            let Some(folder) = folder else { continue };
            if !has_data(&folder) {
                let message = format!("{name}: {} has no folder `regions` or `policies`", folder.display());
                return Err(Stop::usage(message));
            }
            places.push(Place::Folder(folder));
        }
        let from = scenario.and_then(Path::parent).unwrap_or(Path::new("."));
        let from = if from.as_os_str().is_empty() { Path::new(".") } else { from };
        if let Ok(from) = from.canonicalize() {
            let beside = from.ancestors().map(|dir| dir.join("data"));
            places.extend(beside.filter(|dir| has_data(dir)).take(1).map(Place::Folder));
        }
        places.push(Place::Binary);
        Ok(PackSource { places })
    }

    /// Names of all regions with where each comes from, in order of the name.
    pub fn regions(&self) -> io::Result<BTreeMap<String, String>> {
        let mut out = BTreeMap::new();
        for place in self.places.iter().rev() {
            for name in place.regions()? {
                out.insert(name, place.origin());
            }
        }
        Ok(out)
    }

    /// The table of ties between regions, with its origin and hash; `None` if no place has one.
    pub fn ties(&self) -> io::Result<Option<(String, DataFile)>> {
        for place in &self.places {
            let text = match place {
                Place::Binary => {
                    let found = EMBEDDED.iter().find(|(path, ..)| *path == TIES);
                    let text = found.map(|(_, bytes, _)| String::from_utf8(bytes.to_vec()));
                    text.transpose().map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e))?
                }
                Place::Folder(dir) => match fs::read_to_string(dir.join(TIES)) {
                    Ok(text) => Some(text),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                    Err(error) => return Err(error),
                },
            };
            if let Some(text) = text {
                let hash = sha256(text.as_bytes());
                let file = DataFile { name: TIES.to_owned(), source: place.kind(), sha256: hash };
                return Ok(Some((text, file)));
            }
        }
        Ok(None)
    }

    /// The files of a region; `None` if no place has it.
    pub fn region(&self, name: &str) -> io::Result<Option<RegionFiles>> {
        for place in &self.places {
            if place.regions()?.contains(name) {
                return place.read(name).map(Some);
            }
        }
        Ok(None)
    }
}

impl PackSource {
    /// All policies by id.
    pub fn policies(&self) -> io::Result<BTreeMap<String, PolicySource>> {
        let mut out = BTreeMap::new();
        for place in self.places.iter().rev() {
            out.extend(place.policies()?);
        }
        Ok(out)
    }
}

impl Place {
    fn policies(&self) -> io::Result<Vec<(String, PolicySource)>> {
        let mut out = Vec::new();
        let mut add = |id: &str, bytes: &[u8], hash: String, file: String| {
            let text = std::str::from_utf8(bytes).map_err(|e| {
                io::Error::new(io::ErrorKind::InvalidData, format!("{file} is not UTF-8: {e}"))
            })?;
            let name = format!("policies/{id}.toml");
            let source = PolicySource {
                text: PolicyText { file, text: text.to_owned() },
                file: DataFile { name, source: self.kind(), sha256: hash },
                origin: self.origin(),
            };
            out.push((id.to_owned(), source));
            io::Result::Ok(())
        };
        match self {
            Place::Binary => {
                for (path, bytes, hash) in EMBEDDED {
                    if let Some(id) =
                        path.strip_prefix("policies/").and_then(|path| path.strip_suffix(".toml"))
                    {
                        add(id, bytes, (*hash).to_owned(), (*path).to_owned())?;
                    }
                }
            }
            Place::Folder(dir) => {
                let folder = dir.join("policies");
                if !folder.is_dir() {
                    return Ok(out);
                }
                for entry in fs::read_dir(folder)? {
                    let path = entry?.path();
                    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
                    let Some(id) = name.strip_suffix(".toml").filter(|id| !id.starts_with('.')) else {
                        continue;
                    };
                    let bytes = fs::read(&path)?;
                    add(id, &bytes, sha256(&bytes), path.display().to_string())?;
                }
            }
        }
        Ok(out)
    }

    fn origin(&self) -> String {
        match self {
            Place::Folder(dir) => dir.display().to_string(),
            Place::Binary => "inside the program".to_owned(),
        }
    }

    fn regions(&self) -> io::Result<BTreeSet<String>> {
        match self {
            Place::Binary => Ok(EMBEDDED
                .iter()
                .filter_map(|(path, ..)| path.strip_prefix("regions/")?.strip_suffix("/region.toml"))
                .map(str::to_owned)
                .collect()),
            Place::Folder(dir) => {
                let mut out = BTreeSet::new();
                if !dir.join("regions").is_dir() {
                    return Ok(out);
                }
                for entry in fs::read_dir(dir.join("regions"))? {
                    let entry = entry?;
                    if entry.path().join("region.toml").is_file() {
                        out.insert(entry.file_name().to_string_lossy().into_owned());
                    }
                }
                Ok(out)
            }
        }
    }

    fn read(&self, region: &str) -> io::Result<RegionFiles> {
        let mut out = RegionFiles { origin: self.origin(), ..RegionFiles::default() };
        let mut add = |name: &str, bytes: &[u8], hash: String| {
            let text = std::str::from_utf8(bytes).map_err(|e| {
                io::Error::new(io::ErrorKind::InvalidData, format!("{region}/{name} is not UTF-8: {e}"))
            })?;
            let name = name.to_owned();
            out.list.push(DataFile {
                name: format!("regions/{region}/{name}"),
                source: self.kind(),
                sha256: hash,
            });
            out.texts.insert(name, text.to_owned());
            io::Result::Ok(())
        };
        match self {
            Place::Binary => {
                let prefix = format!("regions/{region}/");
                for (path, bytes, hash) in EMBEDDED {
                    if let Some(name) = path.strip_prefix(&prefix) {
                        add(name, bytes, (*hash).to_owned())?;
                    }
                }
            }
            Place::Folder(dir) => {
                let mut paths: Vec<PathBuf> = fs::read_dir(dir.join("regions").join(region))?
                    .map(|entry| entry.map(|e| e.path()))
                    .collect::<io::Result<_>>()?;
                paths.sort();
                for path in paths.iter().filter(|path| path.is_file()) {
                    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
                    if !name.starts_with('.') {
                        let bytes = fs::read(path)?;
                        add(&name, &bytes, sha256(&bytes))?;
                    }
                }
            }
        }
        Ok(out)
    }

    /// What a manifest says of the origin: not a path, so that it does not differ between machines.
    fn kind(&self) -> String {
        match self {
            Place::Folder(_) => "folder".to_owned(),
            Place::Binary => "program".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_place_that_has_a_region_gives_all_of_it() {
        let root = tempfile::tempdir().expect("folder");
        let put = |place: &str, region: &str, file: &str, text: &str| {
            let dir = root.path().join(place).join("regions").join(region);
            fs::create_dir_all(&dir).expect("folder");
            fs::write(dir.join(file), text).expect("file");
        };
        put("own", "here", "region.toml", "own");
        put("data", "here", "region.toml", "beside");
        put("data", "here", "extra.csv", "beside");
        put("data", "there", "region.toml", "there");
        put("data", "not_a_region", "other.csv", "");
        fs::create_dir_all(root.path().join("a/b")).expect("folder");
        let scenario = root.path().join("a/b/s.toml");

        let source = PackSource::find(Some(&root.path().join("own")), Some(&scenario)).expect("places");
        let here = source.region("here").expect("readable").expect("known");
        assert_eq!(here.texts, BTreeMap::from([("region.toml".to_owned(), "own".to_owned())]));
        assert_eq!(here.list[0].sha256, sha256(b"own"));
        let there = source.region("there").expect("readable").expect("known");
        assert_eq!(there.texts["region.toml"], "there");
        assert!(source.region("not_a_region").expect("readable").is_none());
        assert!(source.region("../own/regions/here").expect("readable").is_none());
        let names = source.regions().expect("readable");
        assert!(names.contains_key("here") && names.contains_key("there"));
        assert!(PackSource::find(Some(&root.path().join("nowhere")), None).is_err());
    }

    #[test]
    fn a_policy_comes_from_the_first_place_that_has_it() {
        let root = tempfile::tempdir().expect("folder");
        let put = |place: &str, name: &str, text: &str| {
            let dir = root.path().join(place).join("policies");
            fs::create_dir_all(&dir).expect("folder");
            fs::write(dir.join(name), text).expect("file");
        };
        put("own", "a.toml", "own");
        put("data", "a.toml", "beside");
        put("data", "b.toml", "beside");
        put("data", "notes.txt", "");
        let scenario = root.path().join("s.toml");
        let source = PackSource::find(Some(&root.path().join("own")), Some(&scenario)).expect("places");
        let policies = source.policies().expect("readable");
        assert_eq!(policies["a"].text.text, "own");
        assert_eq!(policies["a"].file.sha256, sha256(b"own"));
        assert_eq!(policies["b"].text.text, "beside");
        assert!(!policies.contains_key("notes"));
        assert!(source.regions().expect("a folder without regions is fine").contains_key("testbed"));
    }

    #[test]
    fn the_binary_holds_its_packs_with_true_hashes() {
        assert!(EMBEDDED.windows(2).all(|w| w[0].0 < w[1].0), "sorted, each once");
        for (path, bytes, hash) in EMBEDDED {
            assert_eq!(&sha256(bytes), hash, "{path}");
        }
    }
}
