//! A row of transfer factors as pivots see it: sums over the columns of each group, over the load of each zone, and
//! over the tiny increase of demand.
//!
//! All three are linear in the row, so the image of a sum of rows is the sum of their images, and most rows are never
//! needed bus by bus.

use super::columns::Columns;
use super::loads::Loads;
use super::vector::long_dot;

/// What an image is made of.
#[derive(Clone, Copy)]
pub(in crate::dispatch) struct Lens<'a> {
    /// Images of one edition go together.
    pub(super) edition: u64,
    pub(super) columns: &'a Columns,
    pub(super) loads: &'a Loads,
    /// The increase of demand by place.
    pub(super) growth: &'a [f64],
}

impl Lens<'_> {
    /// How many numbers an image has: groups, zones and one.
    pub(super) fn size(&self) -> usize {
        self.columns.group_count() + self.loads.zone_count() + 1
    }

    /// The image of a row by place.
    pub(super) fn image(&self, by_bus: &[f64], image: &mut Vec<f64>) {
        self.columns.gather(|bus| by_bus[bus as usize], image);
        self.loads.gather(by_bus, image);
        image.push(long_dot(by_bus, self.growth));
    }

    /// An image's part by group.
    #[inline]
    pub(super) fn by_group<'b>(&self, image: &'b [f64]) -> &'b [f64] {
        &image[..self.columns.group_count()]
    }

    /// An image's part by zone.
    pub(super) fn by_zone<'b>(&self, image: &'b [f64]) -> &'b [f64] {
        &image[self.columns.group_count()..image.len() - 1]
    }
}
