//! T7: when asking is cheap, what is tracked explodes while what has power barely moves.

use super::requests::{POWERED, TABLES, WAITING, mw_by_month, ratio};
use super::scenarios::RUSH;
use super::{Arm, Claim, Confidence, Fact, MeasureError, Worth};

/// T7.
pub static FACT: Fact = Fact {
    id: "T7",
    statement: "Within a year tracked large load rose from 63 to 237 GW, and what may draw power from 6.3 to \
                8.8 GW.",
    source: "large-load decks of ERCOT, December 2024 and 2025, transcribed by a third party",
    naive: "tracked and powered grow alike",
    caveat: "requests of the Southwest Power Pool's model, since Texas has no zonal pack; how fast requests \
             grow is put in",
    scenario: &RUSH,
    tables: TABLES,
    claims: &[
        Claim {
            name: "megawatts tracked over megawatts powered that the last year added",
            unit: "",
            target: 174.0 / 2.5,
            accepted: (10.0, 500.0),
            worth: Worth::Predicted,
            confidence: Confidence::Secondary,
            observations: 1,
            naive: Some(1.0),
        },
        Claim {
            name: "megawatts tracked at the end over those a year before",
            unit: "",
            target: 237.0 / 63.0,
            accepted: (2.5, 5.0),
            worth: Worth::Input,
            confidence: Confidence::Secondary,
            observations: 1,
            naive: Some(1.0),
        },
    ],
    measure,
};

fn measure(arms: &[Arm<'_>]) -> Result<Vec<Option<f64>>, MeasureError> {
    let powered = mw_by_month(&arms[0], POWERED)?;
    let tracked: Vec<f64> = mw_by_month(&arms[0], WAITING)?
        .iter()
        .zip(&powered)
        .map(|(waiting, powered)| waiting + powered)
        .collect();
    Ok(growth(&tracked, &powered).to_vec())
}

/// What the last twelve months added to tracked over what they added to powered, and tracked over tracked.
fn growth(tracked_mw: &[f64], powered_mw: &[f64]) -> [Option<f64>; 2] {
    let [Some(end), Some(before)] = [1, 13].map(|back| tracked_mw.len().checked_sub(back)) else {
        return [None; 2];
    };
    [
        ratio(tracked_mw[end] - tracked_mw[before], powered_mw[end] - powered_mw[before]),
        ratio(tracked_mw[end], tracked_mw[before]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_by_hand() {
        let mut tracked = vec![50.0; 14];
        let mut powered = vec![5.0; 14];
        tracked[13] = 200.0;
        powered[13] = 8.0;
        assert_eq!(growth(&tracked, &powered), [Some(50.0), Some(4.0)]);
        assert_eq!(growth(&tracked[..12], &powered[..12]), [None; 2]);
    }
}
