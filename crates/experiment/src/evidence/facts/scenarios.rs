//! The scenarios of facts that several of them share.

use super::Shipped;

/// Twenty years of plants that are studied one after the other.
pub(super) static SERIAL: Shipped = Shipped {
    file: "facts-serial-queue.toml",
    text: include_str!("../../../../../scenarios/facts/facts-serial-queue.toml"),
};

/// Requests that nearly treble every year.
pub(super) static RUSH: Shipped =
    Shipped { file: "facts-rush.toml", text: include_str!("../../../../../scenarios/facts/facts-rush.toml") };

/// Large loads of the Southwest Power Pool.
pub(super) static LARGE_LOADS: Shipped = Shipped {
    file: "facts-large-loads.toml",
    text: include_str!("../../../../../scenarios/facts/facts-large-loads.toml"),
};

/// Plants that ask in two regions.
pub(super) static PLANTS: Shipped = Shipped {
    file: "facts-plants.toml",
    text: include_str!("../../../../../scenarios/facts/facts-plants.toml"),
};
