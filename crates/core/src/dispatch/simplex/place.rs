//! Columns at their bounds, and the sums and next costs of their groups.
//!
//! Invariant: sums and next costs of a group are made anew from all its columns when one of them changes,
//! so they are a function of the columns alone. Only the values of basic columns are added to sums one by
//! one, from the sorted basis at the end of a solve.

use super::Engine;
use crate::dispatch::problem::Bound;

/// The place of a group that is not live.
pub(super) const NOWHERE: u32 = u32::MAX;

/// The list of live groups is made anew when one in so many has nothing that moves any more.
const DEAD_SHARE: usize = 8;

impl Engine {
    /// Puts columns that are not basic on their bounds and says which way they may move.
    pub(super) fn place_columns(&mut self) {
        if self.misplaced {
            self.misplaced = false;
            for j in 0..self.x.len() {
                self.place_column(j);
            }
        }
        self.refresh_stale();
        self.list_live();
        self.fixed.clear();
        let still = self.spot.iter().zip(&self.total).zip(0..);
        let still = still.filter(|((spot, total), _)| **spot == NOWHERE && **total != 0.0);
        self.fixed.extend(still.map(|((_, &total), group)| (group, total)));
        self.rows.next_interval(&self.fixed);
    }

    /// Lists the groups that pivots look at: new ones are appended; when too many have nothing that moves any more,
    /// the list is made anew. The order of the list does not matter.
    fn list_live(&mut self) {
        let dead = self.live.len() - self.live.len().min(self.live_count);
        let anew = std::mem::take(&mut self.live_stale) || dead * DEAD_SHARE > self.live.len();
        if anew {
            for &group in &self.live {
                // Groups may be others now; then all places are free already.
                if let Some(spot) = self.spot.get_mut(group as usize) {
                    *spot = NOWHERE;
                }
            }
            self.live.clear();
            self.next_up.clear();
            self.next_down.clear();
            self.live_total.clear();
            self.newly_live.clear();
            let live = self.is_live.iter().zip(0..).filter(|live| *live.0);
            self.newly_live.extend(live.map(|live| live.1));
        } else if self.newly_live.is_empty() {
            return;
        }
        for at in 0..self.newly_live.len() {
            let group = self.newly_live[at] as usize;
            if self.spot[group] == NOWHERE && self.is_live[group] {
                self.spot[group] = self.live.len() as u32;
                self.live.push(group as u32);
                self.next_up.push(self.up[group]);
                self.next_down.push(self.down[group]);
                self.live_total.push(self.total[group]);
            }
        }
        self.newly_live.clear();
        self.alpha.resize(self.live.len(), 0.0);
        self.worth.resize(self.live.len(), 0.0);
        self.duals_stale = true;
        self.rows.set_live(&self.live, anew);
    }

    /// Where the group of a basic column, or of one that can move, is among the live ones.
    #[inline]
    pub(super) fn spot_of(&self, column: u32) -> usize {
        self.spot[self.columns.group(column)] as usize
    }

    /// Puts a column on its bound unless it is basic; its group is to be refreshed.
    pub(super) fn place_column(&mut self, j: usize) {
        self.stand(j);
        let group = self.columns.group(j as u32);
        if !self.is_stale[group] {
            self.is_stale[group] = true;
            self.stale.push(group as u32);
        }
    }

    /// Moves a column that is not basic to a bound.
    pub(super) fn move_to(&mut self, j: usize, at_upper: bool) {
        self.at_upper[j] = at_upper;
        self.stand(j);
        self.refresh(self.columns.group(j as u32));
    }

    /// Value and direction of a column from its bound.
    fn stand(&mut self, j: usize) {
        let Bound { lower_mw, upper_mw, .. } = self.bounds[j];
        let free = f64::from(u8::from(upper_mw > lower_mw && !self.is_basic[j]));
        (self.x[j], self.direction[j]) = if self.at_upper[j] { (upper_mw, -free) } else { (lower_mw, free) };
        self.offer(j);
    }

    /// What a column that may move costs.
    pub(super) fn offer(&mut self, j: usize) {
        let (seat, direction, cost) = (self.columns.seat(j), self.direction[j], self.cost[j]);
        self.rising[seat] = if direction > 0.0 { cost } else { f64::INFINITY };
        self.falling[seat] = if direction < 0.0 { cost } else { f64::NEG_INFINITY };
    }

    /// Sums up the groups in which a column was placed.
    pub(super) fn refresh_stale(&mut self) {
        for at in 0..self.stale.len() {
            self.refresh(self.stale[at] as usize);
        }
        self.stale.clear();
    }

    /// Sums up a group.
    pub(super) fn refresh(&mut self, group: usize) {
        let seats = self.columns.seats(group);
        let least = |least: f64, &cost: &f64| if cost < least { cost } else { least };
        let most = |most: f64, &cost: &f64| if cost > most { cost } else { most };
        let up = self.rising[seats.clone()].iter().fold(f64::INFINITY, least);
        let down = self.falling[seats].iter().fold(f64::NEG_INFINITY, most);
        let (mut total, mut basic) = (0.0, false);
        // Equal lengths, so that one check of the index does for both.
        let is_basic = &self.is_basic[..self.x.len()];
        for &j in self.columns.members(group) {
            total += self.x[j as usize];
            basic |= is_basic[j as usize];
        }
        self.total[group] = total;
        self.up[group] = up;
        self.down[group] = down;
        let live = basic || up < f64::INFINITY || down > f64::NEG_INFINITY;
        if live != self.is_live[group] {
            self.is_live[group] = live;
            self.live_count = if live { self.live_count + 1 } else { self.live_count - 1 };
        }
        let spot = self.spot[group];
        if spot == NOWHERE {
            if live {
                self.newly_live.push(group as u32);
            }
        } else {
            self.next_up[spot as usize] = up;
            self.next_down[spot as usize] = down;
            self.live_total[spot as usize] = total;
        }
        self.is_stale[group] = false;
    }
}
