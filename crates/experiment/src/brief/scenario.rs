//! The scenario of a brief: a region as it stands, with requests and study desks in proportion to its size as in the
//! ready experiments (`scenarios/five-years.toml`), and two arms.

use std::fmt::Write;

use super::{Place, current};

/// First year of a brief. (assumed)
pub const START_YEAR: i16 = 2026;
/// Factor on the default rates of requests in PJM, as in the ready experiments: fewer and more serious requests
/// than the raw queue of 2025. (assumed)
const PJM_SCALE: f64 = 0.4;
/// Study desks in PJM, as there. [S] for Texas, assumed for PJM
const PJM_DESKS: f64 = 45.0;
/// The peak of PJM in the pack's public figures, to which other regions are compared.
const PJM_PEAK_MW: f64 = 152_600.0;
/// Least scale, so that small test systems have requests at all. (assumed)
const LEAST_SCALE: f64 = 0.05;

/// The two arms of a brief, as lists of changes to its scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arms {
    /// Policies without the one that is asked about.
    pub without: Vec<String>,
    /// Policies with it.
    pub with: Vec<String>,
}

impl Arms {
    /// What differs from the scenario, without and with the policy. The policy, and what it is compared with, are
    /// in force from the first day on.
    pub fn sets(&self, moved: &[&str]) -> [Vec<String>; 2] {
        [&self.without, &self.with].map(|policies| {
            let list: Vec<String> = policies.iter().map(|id| format!("\"{id}\"")).collect();
            let mut out = vec![format!("policies=[{}]", list.join(", "))];
            let dated = moved.iter().filter(|id| policies.iter().any(|policy| policy == *id));
            out.extend(dated.map(|id| format!("policy.{id}.effective={START_YEAR}-01-01")));
            out
        })
    }
}

/// The arms of a policy in a region against `none`, against the rules that hold today (`current`), or against
/// another policy in its place.
pub fn arms(policy: &str, region: &str, against: &str) -> Arms {
    let owned = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect::<Vec<String>>();
    let other = (!matches!(against, "none" | "current")).then_some(against);
    let held = if against == "none" { &[] } else { current(region) };
    let rest: Vec<&str> = held.iter().copied().filter(|id| *id != policy && Some(*id) != other).collect();
    let without: Vec<&str> = rest.iter().copied().chain(other).collect();
    // A rule of today keeps its place in the order.
    let with: Vec<&str> = if other.is_none() && held.contains(&policy) {
        held.to_vec()
    } else {
        rest.into_iter().chain([policy]).collect()
    };
    Arms { without: owned(without), with: owned(with) }
}

/// The scenario of a brief as TOML.
pub fn scenario(place: &Place, peak_mw: f64, years: u32) -> String {
    let size = peak_mw / PJM_PEAK_MW;
    let scale = (PJM_SCALE * size).max(LEAST_SCALE);
    let desks = (PJM_DESKS * size).round().max(2.0);
    let end = i64::from(START_YEAR) + i64::from(years);
    let mut out = format!(
        "schema = 1\nname = \"brief-{0}\"\ntitle = \"{1}\"\nregion = \"{0}\"\n\
         start = {START_YEAR}-01-01\nend = {end}-01-01\n",
        place.name,
        place.title.replace('"', "'"),
    );
    let _ = write!(
        out,
        "\n[results]\nlevel = \"summary\"\n\n[arrivals]\nscale = {scale:?}\n\n[arrivals.ai]\nreal_share = 0.4\n\n\
         [arrivals.mining]\nbase_per_month = 5.0\nreal_share = 0.4\n\n\
         [queue.process]\nstudy_slots = {desks}\n\n[outages]\nunits = true\nplanned = true\n"
    );
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(arms: &Arms) -> (Vec<&str>, Vec<&str>) {
        (arms.without.iter().map(String::as_str).collect(), arms.with.iter().map(String::as_str).collect())
    }

    #[test]
    fn arms_differ_by_the_policy_alone() {
        assert_eq!(list(&arms("p20", "texas", "none")), (vec![], vec!["p20"]));
        let held = current("texas").to_vec();
        let more: Vec<&str> = held.iter().copied().chain(["p20"]).collect();
        assert_eq!(list(&arms("p20", "texas", "current")), (held.clone(), more.clone()));
        let other: Vec<&str> = held.iter().copied().chain(["p03"]).collect();
        assert_eq!(list(&arms("p20", "texas", "p03")), (other, more));
        let without: Vec<&str> = held.iter().copied().filter(|id| *id != "p12_tx_sb6").collect();
        assert_eq!(list(&arms("p12_tx_sb6", "texas", "current")), (without, held));
    }

    #[test]
    fn the_policy_is_in_force_from_the_first_day() {
        let sets = arms("p20", "testbed", "none").sets(&["p20"]);
        assert_eq!(sets[0], ["policies=[]"]);
        assert_eq!(sets[1], ["policies=[\"p20\"]", "policy.p20.effective=2026-01-01"]);
    }
}
