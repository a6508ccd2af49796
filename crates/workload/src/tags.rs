//! What loads and plants are, as rules of policy name it.
//!
//! A tag is a position in [`TAGS`]; a set of tags is a bit set. A rule that names a tag which is not in
//! the list is an error of the input.

use gridrush_core::demand::ClassId;
use gridrush_core::grid::Fuel;
use gridrush_core::policy::Tags;

use crate::{AI_INFERENCE, AI_TRAINING, MINING};

/// Names of tags with what they mean.
pub const TAGS: &[(&str, &str)] = &[
    ("proof_of_work", "mines of proof-of-work coins"),
    ("ai_training", "campuses that train models"),
    ("ai_inference", "campuses that serve models"),
    ("data_center", "data centers other than mines"),
    ("controllable", "load that bids a price and follows dispatch"),
    ("thermal", "plants that burn gas, coal or oil"),
    ("nuclear", "nuclear plants"),
    ("wind", "wind farms"),
    ("solar", "solar farms"),
    ("storage", "batteries"),
];

/// The set of one tag; `None` if the name is not declared.
pub fn tag(name: &str) -> Option<Tags> {
    TAGS.iter().position(|(known, _)| *known == name).map(|bit| Tags(1 << bit))
}

/// The set of some tags that are declared here.
const fn set(bits: &[u32]) -> Tags {
    let (mut tags, mut i) = (0, 0);
    while i < bits.len() {
        tags |= 1 << bits[i];
        i += 1;
    }
    Tags(tags)
}

/// What a class of load is.
pub const fn tags_of_class(class: ClassId) -> Tags {
    match class {
        MINING => set(&[0, 4]),
        AI_TRAINING => set(&[1, 3]),
        AI_INFERENCE => set(&[2, 3]),
        _ => Tags(0),
    }
}

/// What a plant is, by what it runs on.
pub fn tags_of_plant(fuel: Fuel) -> Tags {
    match fuel {
        Fuel::Gas | Fuel::Coal | Fuel::Oil => set(&[5]),
        Fuel::Nuclear => set(&[6]),
        Fuel::Wind => set(&[7]),
        Fuel::Solar => set(&[8]),
        Fuel::Storage => set(&[9]),
        Fuel::Hydro | Fuel::Other | Fuel::Import => Tags(0),
    }
}

/// The names of a set, in their order.
pub fn names(tags: Tags) -> Vec<&'static str> {
    let with_bits = TAGS.iter().enumerate();
    with_bits.filter(|(bit, _)| tags.has_any(Tags(1 << bit))).map(|(_, (name, _))| *name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_and_plants_have_the_tags_that_their_names_say() {
        assert_eq!(names(tags_of_class(MINING)), ["proof_of_work", "controllable"]);
        assert_eq!(names(tags_of_class(AI_TRAINING)), ["ai_training", "data_center"]);
        assert_eq!(names(tags_of_class(AI_INFERENCE)), ["ai_inference", "data_center"]);
        assert!(names(tags_of_class(ClassId::NATIVE)).is_empty());
        for (fuel, name) in [(Fuel::Coal, "thermal"), (Fuel::Nuclear, "nuclear"), (Fuel::Storage, "storage")]
        {
            assert_eq!(names(tags_of_plant(fuel)), [name]);
        }
        assert_eq!(tag("wind").map(names), Some(vec!["wind"]));
        assert_eq!(tag("windy"), None);
    }
}
