//! What kinds of load are, in words that rules of policy use.

use gridrush_core::demand::ClassId;
use gridrush_core::policy::Tags;

use crate::{AI_INFERENCE, AI_TRAINING, MINING};

/// Names of the properties of loads; a position is a bit of [`Tags`].
pub const TAGS: &[&str] = &["proof_of_work", "ai_training", "ai_inference", "data_center", "controllable"];

const PROOF_OF_WORK: u32 = 1;
const TRAINING: u32 = 1 << 1;
const INFERENCE: u32 = 1 << 2;
const DATA_CENTER: u32 = 1 << 3;
const CONTROLLABLE: u32 = 1 << 4;

/// The properties of a class of load. Mines are no data centers here: rules mean them by `proof_of_work`. A campus
/// trains and serves.
pub fn tags_of(class: ClassId) -> Tags {
    Tags(match class {
        MINING => PROOF_OF_WORK | CONTROLLABLE,
        AI_TRAINING | AI_INFERENCE => TRAINING | INFERENCE | DATA_CENTER,
        _ => 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_positions() {
        let bit = |name: &str| 1 << TAGS.iter().position(|tag| *tag == name).unwrap();
        assert_eq!(tags_of(MINING).0, bit("proof_of_work") | bit("controllable"));
        assert_eq!(tags_of(AI_TRAINING).0, bit("ai_training") | bit("ai_inference") | bit("data_center"));
        assert_eq!(tags_of(ClassId::NATIVE), Tags::default());
    }
}
