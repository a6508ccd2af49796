//! Hourly load and availability that come with a case.

use super::BusId;

/// A load over time at fixed shares of buses.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadSeries {
    /// Where it stands; shares sum to one.
    pub buses: Vec<(BusId, f64)>,
    /// Load by hour.
    pub mw: Vec<f64>,
}

/// What changes from hour to hour in a case. All series have the same length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HourlySeries {
    /// How many hours there are.
    pub hours: usize,
    /// All load of the network. Without series, load stays as in the case.
    pub load: Vec<LoadSeries>,
    /// Most that a generator can produce by hour, by its position; the others have their capacity.
    pub available_mw: Vec<(u32, Vec<f64>)>,
}

impl HourlySeries {
    /// Load by bus in an hour, added to `demand_mw` (one entry per bus). `O(shares)`.
    pub fn add_load_mw(&self, hour: usize, demand_mw: &mut [f64]) {
        for series in &self.load {
            for &(bus, share) in &series.buses {
                demand_mw[bus.0 as usize] += share * series.mw[hour];
            }
        }
    }
}
