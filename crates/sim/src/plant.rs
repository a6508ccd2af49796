//! From a plant's numbers to a unit of the market: its offer, its columns and what holds it.

use gridrush_core::dispatch::{Bound, ColumnId, DispatchProblem, Place};
use gridrush_core::grid::{CostCurve, Fuel, Technology, ZoneId};
use gridrush_core::names::Key;

use crate::clearing::ClearingTerms;
use crate::fleet::FleetUnit;
use crate::offer::{Offer, Shape};
use crate::units::{Availabilities, Co2, NEW_PLANTS, SLOW, Unit};

/// What a unit is made from.
pub(crate) struct Plant<'a> {
    key: Key,
    place: Place,
    zone: ZoneId,
    fuel: Fuel,
    technology: Technology,
    capacity_mw: f64,
    minimum_share: Option<f64>,
    heat_rate_mmbtu_per_mwh: f64,
    other_usd_per_mwh: f64,
    curve: Option<&'a CostCurve>,
    co2: Co2,
    forced_outage_rate: Option<f64>,
    stands: bool,
    earns_credit: bool,
}

impl<'a> Plant<'a> {
    /// A unit of the pack.
    pub(crate) fn of(FleetUnit { unit, stands, earns_credit }: &'a FleetUnit, zone: ZoneId) -> Plant<'a> {
        Plant {
            key: Key::of(&unit.name),
            place: Place::Bus(unit.bus.0, 1.0),
            zone,
            fuel: unit.fuel,
            technology: unit.technology,
            capacity_mw: unit.capacity_mw,
            minimum_share: (unit.minimum_mw > 0.0).then(|| (unit.minimum_mw / unit.capacity_mw).min(1.0)),
            heat_rate_mmbtu_per_mwh: unit.heat_rate_mmbtu_per_mwh,
            other_usd_per_mwh: unit.variable_om_usd_per_mwh,
            curve: unit.cost.as_ref(),
            co2: Co2::of(unit.fuel, unit.co2_kg_per_mmbtu),
            forced_outage_rate: unit.forced_outage_rate,
            stands: *stands,
            earns_credit: *earns_credit,
        }
    }

    /// New capacity of a zone, of the technology at a position of [`NEW_PLANTS`].
    pub(crate) fn entrant(key: Key, place: Place, zone: ZoneId, position: usize) -> Plant<'a> {
        let (technology, fuel, heat_rate_mmbtu_per_mwh, other_usd_per_mwh) = NEW_PLANTS[position];
        Plant {
            key,
            place,
            zone,
            fuel,
            technology,
            capacity_mw: 0.0,
            minimum_share: None,
            heat_rate_mmbtu_per_mwh,
            other_usd_per_mwh,
            curve: None,
            co2: Co2::of(fuel, None),
            forced_outage_rate: None,
            stands: true,
            earns_credit: fuel == Fuel::Wind,
        }
    }

    /// Cuts the offer into blocks and appends a column for each.
    pub(crate) fn into_unit(
        self,
        problem: &mut DispatchProblem,
        terms: &ClearingTerms,
        availabilities: &dyn Availabilities,
    ) -> Unit {
        let thermal = terms.thermal.of(self.technology);
        let slow = terms.commitment && SLOW.contains(&self.technology);
        let nuclear = self.technology == Technology::Nuclear;
        let usual = thermal.map_or(0.0, |of| of.minimum_share);
        let usual = if nuclear { terms.thermal.nuclear_minimum_share } else { usual };
        let minimum_share = self.minimum_share.unwrap_or(usual);
        let shape = match thermal {
            Some(of) => Shape {
                blocks: terms.thermal.offer_blocks as usize,
                rise: terms.thermal.heat_rate_rise_percent / 100.0,
                minimum_share: if slow { minimum_share } else { 0.0 },
                no_load_share: if slow { of.no_load_share } else { 0.0 },
            },
            None => Shape { blocks: terms.thermal.offer_blocks as usize, ..Shape::FLAT },
        };
        let wind = if self.earns_credit { terms.wind_offer_usd_per_mwh } else { 0.0 };
        let mut offer = match self.curve {
            Some(curve) => Offer::of_curve(curve, self.capacity_mw, shape),
            None => Offer::of_heat_rate(self.heat_rate_mmbtu_per_mwh, self.other_usd_per_mwh + wind, shape),
        };
        let zone = usize::from(self.zone.0);
        if let Some(of) = thermal.filter(|_| terms.commitment && !slow) {
            offer.add(of.start_mmbtu_per_mw / of.hours_per_start, of.start_usd_per_mw / of.hours_per_start);
        }
        let closed = Bound { lower_mw: 0.0, upper_mw: 0.0, cost_usd_per_mwh: 0.0 };
        let mut columns = (0..offer.blocks.len()).map(|block| {
            let key = if block == 0 { self.key } else { self.key.part(block as u64) };
            problem.add_column(key, self.place.clone(), closed)
        });
        let column = columns.next().unwrap_or(ColumnId(u32::MAX));
        columns.for_each(drop);
        let mut availability = availabilities.of(self.fuel, self.technology, self.zone);
        if let Some(rate) = self.forced_outage_rate {
            availability = availabilities.at_rate(availability, self.technology, self.capacity_mw, rate);
        }
        Unit {
            column,
            key: self.key,
            bus: if let Place::Bus(bus, _) = self.place { Some(bus) } else { None },
            zone: self.zone,
            fuel: self.fuel,
            technology: self.technology,
            capacity_mw: if self.stands { self.capacity_mw } else { 0.0 },
            rated_mw: self.capacity_mw,
            availability,
            outage_factor: 1.0,
            offer,
            fuel_basis_usd_per_mmbtu: match self.fuel {
                Fuel::Gas | Fuel::Import => terms.gas_basis_usd_per_mmbtu.get(zone).copied().unwrap_or(0.0),
                Fuel::Coal => terms.coal_basis_usd_per_mmbtu.get(zone).copied().unwrap_or(0.0),
                _ => 0.0,
            },
            co2: if self.curve.is_some() {
                self.co2.at_heat_rate(self.heat_rate_mmbtu_per_mwh)
            } else {
                self.co2
            },
            forced_outage_rate: self.forced_outage_rate,
            minimum_share,
            ramp_share_per_h: thermal.filter(|_| slow).map(|of| of.ramp_share_per_h),
            slow,
            on_share: if terms.commitment && nuclear {
                Some(1.0)
            } else if slow {
                Some(0.0)
            } else {
                None
            },
            on_share_before: 0.0,
            output_before_mw: 0.0,
        }
    }
}
