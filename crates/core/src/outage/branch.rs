//! How often lines and transformers fail.
//!
//! Lines fail by length: RTS-GMLC (`SourceData/branch.csv`) has 40.9 permanent outages a year on 3,320 line miles, and its
//! lengths are the straight-line distances of its buses to within 2 % \[D\]. So the rate counts per mile of straight
//! line; a route length is divided by [`ROUTE_FACTOR`]. Transformers fail by number, those between a generator's own
//! bus and the grid not at all: they are part of the unit's rate.

use crate::grid::{Branch, BranchKind, Network};
use crate::math;

/// Route miles per mile of straight line: MISO's estimating rule \[S\].
pub const ROUTE_FACTOR: f64 = 1.3;

/// Mean radius of the earth, miles.
const EARTH_MI: f64 = 3958.8;

/// Miles between two points given as degrees north and east, along the surface (haversine).
pub fn straight_line_mi(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (north_a, north_b) = (a.0.to_radians(), b.0.to_radians());
    let half = |degrees: f64| math::sin(degrees.to_radians() / 2.0);
    let (north, east) = (half(b.0 - a.0), half(b.1 - a.1));
    let chord = north * north + math::cos(north_a) * math::cos(north_b) * east * east;
    // asin(sqrt(c)) = atan2(sqrt(c), sqrt(1 - c)).
    2.0 * EARTH_MI * math::atan2(chord.sqrt(), (1.0 - chord).max(0.0).sqrt())
}

/// The straight-line length of a branch: from the positions of its ends, else from its route length; `None` when
/// neither is known.
pub fn length_mi(network: &Network, branch: &Branch) -> Option<f64> {
    let ends = (network.bus(branch.from).position, network.bus(branch.to).position);
    match ends {
        (Some(from), Some(to)) => Some(straight_line_mi(from, to)),
        _ => branch.length_mi.map(|mi| mi / ROUTE_FACTOR),
    }
}

/// For every branch, whether it is a step-up: a transformer with an end at which generators stand, nobody draws native
/// load and no line arrives. `O(buses + branches + generators)`.
pub fn step_ups(network: &Network) -> Vec<bool> {
    let mut generates = vec![false; network.buses().len()];
    for unit in &network.generators {
        generates[unit.bus.0 as usize] = true;
    }
    for (id, bus) in network.buses() {
        if bus.load_share > 0.0 {
            generates[id.0 as usize] = false;
        }
    }
    for (_, branch) in network.branches().filter(|(_, branch)| branch.kind == BranchKind::Line) {
        generates[branch.from.0 as usize] = false;
        generates[branch.to.0 as usize] = false;
    }
    let steps_up = |branch: &Branch| {
        branch.kind == BranchKind::Transformer
            && (generates[branch.from.0 as usize] || generates[branch.to.0 as usize])
    };
    network.branches().map(|(_, branch)| steps_up(branch)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::{Bus, Fuel, Generator, Technology, Zone, ZoneId};

    fn bus(number: u32, load_share: f64, position: Option<(f64, f64)>) -> Bus {
        Bus {
            number,
            name: number.to_string(),
            zone: ZoneId(0),
            substation: number,
            base_kv: 138.0,
            load_mw: 0.0,
            shunt_mw: 0.0,
            load_share,
            position,
        }
    }

    #[test]
    fn a_degree_of_latitude_is_sixty_nine_miles() {
        assert!((straight_line_mi((30.0, -97.0), (31.0, -97.0)) - 69.09).abs() < 0.01);
        // Houston to Dallas.
        let mi = straight_line_mi((29.7604, -95.3698), (32.7767, -96.7970));
        assert!((mi - 224.0).abs() < 2.0, "{mi}");
        assert_eq!(straight_line_mi((10.0, 20.0), (10.0, 20.0)), 0.0);
    }

    #[test]
    fn lengths_and_step_ups_of_a_small_network() {
        let mut network =
            Network { zones: vec![Zone { name: "z".to_owned() }], base_mva: 100.0, ..Network::default() };
        let ids = [
            network.add_bus(bus(1, 0.5, Some((30.0, -97.0)))),
            network.add_bus(bus(2, 0.5, Some((31.0, -97.0)))),
            network.add_bus(bus(3, 0.0, None)),
        ];
        let mut branch = |from: usize, to: usize, kind, length_mi| {
            network.add_branch(Branch {
                name: format!("{from}-{to}"),
                from: ids[from],
                to: ids[to],
                kind,
                r_pu: 0.0,
                x_pu: 0.1,
                tap: 1.0,
                shift_deg: 0.0,
                rating_mw: 100.0,
                emergency_rating_mw: None,
                angle_difference_deg: None,
                length_mi,
                in_service: true,
            });
        };
        branch(0, 1, BranchKind::Line, Some(500.0));
        branch(0, 2, BranchKind::Transformer, None);
        branch(0, 1, BranchKind::Transformer, Some(13.0));
        network.generators.push(Generator {
            name: "g".to_owned(),
            bus: ids[2],
            fuel: Fuel::Gas,
            technology: Technology::CombinedCycle,
            capacity_mw: 100.0,
            minimum_mw: 0.0,
            heat_rate_mmbtu_per_mwh: 7.0,
            variable_om_usd_per_mwh: 0.0,
            storage_mwh: 0.0,
            online: None,
            retired: None,
            co2_kg_per_mmbtu: None,
            forced_outage_rate: None,
            neighbour: None,
            in_service: true,
            cost: None,
        });
        assert_eq!(step_ups(&network), [false, true, false]);
        let lengths: Vec<Option<f64>> = network.branches().map(|(_, b)| length_mi(&network, b)).collect();
        assert!((lengths[0].unwrap() - 69.09).abs() < 0.01);
        assert_eq!(lengths[1], None);
    }
}
