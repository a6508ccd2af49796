//! What outages cut off, and the columns that keep every island feasible.
//!
//! ```text
//!   columns over several buses   only where most of them stands; their sum stays
//!   native load elsewhere        a *pocket* per island and zone, with a column to shed and one to spill
//! ```
//!
//! Pockets are slots that are moved from island to island, so their number is the most that was ever needed at
//! once. An island is *cut off* when an outage parts it from the larger piece of what hung together before; it is
//! named after the branch on its border that failed last. Cost: `O(buses + branches)` per change.

use gridrush_core::dispatch::{Bound, ColumnId, Islands, Place, Shortage};
use gridrush_core::names::Key;

use super::Clearing;

/// Native load of one zone in an island where the zone's own columns do not reach.
#[derive(Clone, Debug)]
pub struct Pocket {
    /// The zone.
    pub zone: usize,
    /// Its part of the zone's native load.
    pub share: f64,
    /// Its buses with shares that sum to one.
    pub load: Vec<(u32, f64)>,
    shed: ColumnId,
    surplus: ColumnId,
}

/// A zone or an island, a part of native load, and the buses that make it up.
type Piece = (usize, f64, Vec<(u32, f64)>);

/// What is cut off at present.
#[derive(Clone, Debug, Default)]
pub(super) struct Cut {
    /// Islands with everything in service.
    intact: Islands,
    /// Branches out of service, in the order in which they failed.
    out: Vec<u32>,
    /// Columns of one sign over several buses, as they are when nothing is cut off.
    spreads: Vec<(ColumnId, Vec<(u32, f64)>)>,
    /// Columns looked at so far.
    scanned: usize,
    /// Slots; the first `used` of them are in use.
    pockets: Vec<Pocket>,
    used: usize,
    /// The island of each bus; empty when nothing is cut off.
    island_of: Vec<u32>,
    /// By island, the branch whose outage cut it off.
    behind: Vec<Option<u32>>,
}

impl Cut {
    pub(super) fn new(intact: Islands) -> Cut {
        Cut { intact, ..Cut::default() }
    }

    /// The island of each bus; empty when nothing is cut off.
    pub(super) fn island_of(&self) -> &[u32] {
        &self.island_of
    }
}

impl Clearing {
    /// Takes exactly these branches out of service, given in the order in which they failed.
    pub fn set_out(&mut self, out: &[u32]) {
        if self.cut.out == out {
            return;
        }
        for &branch in &self.cut.out {
            self.problem.branches[branch as usize].in_service = true;
        }
        for &branch in out {
            self.problem.branches[branch as usize].in_service = false;
        }
        self.cut.out = out.to_vec();
        self.problem.touch_topology();
        self.find_cut_off();
    }

    /// Branches out of service by outage, in the order in which they failed.
    pub fn out(&self) -> &[u32] {
        &self.cut.out
    }

    /// The market with every branch in service and every unit at its mean availability.
    #[must_use]
    pub fn intact(&self) -> Clearing {
        let mut intact = self.clone();
        intact.set_out(&[]);
        for unit in &mut intact.units {
            unit.outage_factor = 1.0;
        }
        intact
    }

    /// Pockets in use.
    pub fn pockets(&self) -> &[Pocket] {
        &self.cut.pockets[..self.cut.used]
    }

    /// The branch whose outage cuts a bus off, if one does.
    pub fn cut_off(&self, bus: u32) -> Option<u32> {
        let island = *self.cut.island_of.get(bus as usize)?;
        self.cut.behind[island as usize]
    }

    /// Zone and bus of a column of [`Clearing::sheds`], by its position there.
    pub fn place_of_shed(&self, at: usize) -> (usize, u32) {
        let load = |load: &[(u32, f64)]| load.first().map_or(0, |l| l.0);
        match at.checked_sub(self.zones.len()) {
            None => (at, load(&self.zones[at].load)),
            Some(slot) => (self.cut.pockets[slot].zone, load(&self.cut.pockets[slot].load)),
        }
    }

    /// Native load of a zone that is shed or spilled in its pockets.
    pub(super) fn in_pockets_mw(&self, column_mw: &[f64], zone: usize) -> (f64, f64) {
        let mine = self.pockets().iter().filter(|pocket| pocket.zone == zone);
        mine.fold((0.0, 0.0), |(shed, surplus), pocket| {
            (shed + column_mw[pocket.shed.0 as usize], surplus + column_mw[pocket.surplus.0 as usize])
        })
    }

    /// Native load of a pocket that is shed.
    pub fn pocket_shed_mw(&self, column_mw: &[f64], pocket: &Pocket) -> f64 {
        column_mw[pocket.shed.0 as usize]
    }

    /// Opens the columns of pockets for an hour.
    pub(super) fn set_pockets(&mut self, native_mw: &[f64]) {
        for (slot, pocket) in self.cut.pockets.iter().enumerate() {
            let open = slot < self.cut.used;
            let rules = &self.terms.areas[self.area_of_zone[pocket.zone]];
            let (shed_usd, spill_usd) = (rules.native_shed_usd_per_mwh, -rules.offer_floor_usd_per_mwh);
            let mut set = |column: ColumnId, upper_mw: f64, cost_usd_per_mwh: f64| {
                let upper_mw = if open { upper_mw } else { 0.0 };
                self.problem.bounds[column.0 as usize] = Bound { lower_mw: 0.0, upper_mw, cost_usd_per_mwh };
            };
            set(pocket.shed, (pocket.share * native_mw[pocket.zone]).max(0.0), shed_usd);
            set(pocket.surplus, super::SPILL_MW, spill_usd);
        }
    }

    fn find_cut_off(&mut self) {
        let islands = Islands::of(self.problem.bus_count(), &self.problem.branches);
        let whole = islands.count() == self.cut.intact.count();
        if whole && self.cut.island_of.is_empty() {
            return;
        }
        self.scan_spreads();
        self.gather_spreads(&islands);
        self.cut.used = 0;
        if whole {
            self.cut.island_of.clear();
            self.cut.behind.clear();
            for zone in &mut self.zones {
                zone.home_share = 1.0;
            }
            return;
        }
        self.cut.behind = self.cut_by(&islands);
        self.cut.island_of = islands.by_bus().to_vec();
        self.make_pockets(islands.count());
    }

    /// By island, the branch that cuts it off: the last to fail on its border. The piece with the most buses
    /// (then the lowest bus) of what hung together is not cut off.
    fn cut_by(&self, islands: &Islands) -> Vec<Option<u32>> {
        let mut buses = vec![0_usize; islands.count()];
        for &island in islands.by_bus() {
            buses[island as usize] += 1;
        }
        let mut largest: Vec<Option<usize>> = vec![None; self.cut.intact.count()];
        let before = |island: usize| {
            let bus = islands.references()[island] as usize;
            self.cut.intact.by_bus()[bus] as usize
        };
        for island in 0..islands.count() {
            let best = &mut largest[before(island)];
            if best.is_none_or(|other| buses[island] > buses[other]) {
                *best = Some(island);
            }
        }
        let border = |island: usize| {
            let inside = |bus: u32| islands.by_bus()[bus as usize] as usize == island;
            self.cut.out.iter().rev().copied().find(|&branch| {
                let branch = &self.problem.branches[branch as usize];
                inside(branch.from) != inside(branch.to)
            })
        };
        let cut = |island: usize| if largest[before(island)] == Some(island) { None } else { border(island) };
        (0..islands.count()).map(cut).collect()
    }

    /// Remembers columns over several buses that were appended since the last look. A link between buses has
    /// two signs and stays where it is.
    fn scan_spreads(&mut self) {
        for (column, place) in self.problem.places().iter().enumerate().skip(self.cut.scanned) {
            if let Place::Spread(terms) = place
                && (terms.iter().all(|t| t.1 >= 0.0) || terms.iter().all(|t| t.1 <= 0.0))
            {
                self.cut.spreads.push((ColumnId(column as u32), terms.clone()));
            }
        }
        self.cut.scanned = self.problem.places().len();
    }

    /// Puts every column over several buses on those of the island that has most of it.
    fn gather_spreads(&mut self, islands: &Islands) {
        let mut weight = vec![0.0; islands.count()];
        for (column, terms) in &self.cut.spreads {
            let island = |bus: u32| islands.by_bus()[bus as usize] as usize;
            for &(bus, c) in terms {
                weight[island(bus)] += c;
            }
            let total: f64 = terms.iter().map(|t| t.1).sum();
            let mut home = terms.first().map_or(0, |t| island(t.0));
            for &(bus, _) in terms {
                if weight[island(bus)].abs() > weight[home].abs() {
                    home = island(bus);
                }
            }
            let scale = if weight[home] == 0.0 { 1.0 } else { total / weight[home] };
            let here: Vec<(u32, f64)> = (terms.iter().filter(|t| island(t.0) == home))
                .map(|&(bus, c)| (bus, if scale == 1.0 { c } else { c * scale }))
                .collect();
            for &(bus, _) in terms {
                weight[island(bus)] = 0.0;
            }
            let gathered = Place::Spread(here);
            if self.problem.places()[column.0 as usize] != gathered {
                self.problem.set_place(*column, gathered);
            }
        }
        for zone in &mut self.zones {
            let strong = self.units[zone.entrants[0]].column;
            for (column, list) in [(zone.shed, &mut zone.load), (strong, &mut zone.strong)] {
                if let Place::Spread(terms) = &self.problem.places()[column.0 as usize] {
                    list.clone_from(terms);
                }
            }
        }
    }

    /// Gives a pocket to all native load that its zone's columns do not reach, and to every other island that is
    /// cut off, whose units may have to spill.
    fn make_pockets(&mut self, islands: usize) {
        let island = |bus: u32| self.cut.island_of[bus as usize] as usize;
        let mut found: Vec<Piece> = Vec::new();
        let mut has_pocket = vec![false; islands];
        for (z, zone) in self.zones.iter_mut().enumerate() {
            let home = zone.load.first().map_or(0, |l| island(l.0));
            let mut by_island: Vec<Piece> = Vec::new();
            zone.home_share = 0.0;
            for &(bus, share) in self.problem.load_zones()[z].shares() {
                if island(bus) == home {
                    zone.home_share += share;
                    continue;
                }
                let at = by_island.iter().position(|p| p.0 == island(bus)).unwrap_or_else(|| {
                    by_island.push((island(bus), 0.0, Vec::new()));
                    by_island.len() - 1
                });
                by_island[at].1 += share;
                by_island[at].2.push((bus, share));
            }
            for (island, share, mut load) in by_island {
                has_pocket[island] = true;
                for entry in &mut load {
                    entry.1 /= share;
                }
                found.push((z, share, load));
            }
        }
        for bus in 0..self.zone_of_bus.len() as u32 {
            if self.cut.behind[island(bus)].is_some() && !has_pocket[island(bus)] {
                has_pocket[island(bus)] = true;
                found.push((self.zone_of_bus(bus), 0.0, vec![(bus, 1.0)]));
            }
        }
        self.cut.used = found.len();
        for (slot, (zone, share, load)) in found.into_iter().enumerate() {
            let spread = |sign: f64| Place::Spread(load.iter().map(|&(bus, w)| (bus, sign * w)).collect());
            if let Some(pocket) = self.cut.pockets.get_mut(slot) {
                self.problem.set_place(pocket.shed, spread(1.0));
                self.problem.set_place(pocket.surplus, spread(-1.0));
                *pocket = Pocket { zone, share, load, ..*pocket };
            } else {
                let key = Key::of("pocket").part(slot as u64);
                let shed = self.problem.add_column(key.part(0), spread(1.0), super::CLOSED);
                let surplus = self.problem.add_column(key.part(1), spread(-1.0), super::CLOSED);
                self.cut.scanned = self.problem.places().len();
                self.sheds.push(shed);
                self.shortages.push(Shortage::Used(shed));
                self.cut.pockets.push(Pocket { zone, share, load, shed, surplus });
            }
        }
    }
}
