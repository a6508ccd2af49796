//! Stable keys: a name hashed to 64 bits.
//!
//! A random stream, a tie or a basis belongs to a *name* ("texas/line/104213"), never to a position in
//! a list, so that adding one entity leaves the draws of all others alone.

use serde::{Deserialize, Serialize};

/// The 64-bit hash of a stable name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key(pub u64);

impl Key {
    /// Hashes a name (FNV-1a, then one SplitMix64 finalizer). Usable in constants.
    pub const fn of(name: &str) -> Key {
        let bytes = name.as_bytes();
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut i = 0;
        while i < bytes.len() {
            hash = (hash ^ bytes[i] as u64).wrapping_mul(0x0000_0100_0000_01b3);
            i += 1;
        }
        Key(mix(hash))
    }

    /// The key of the `n`-th part of this entity.
    #[must_use]
    pub const fn part(self, n: u64) -> Key {
        Key(mix(self.0 ^ mix(n.wrapping_add(0x9e37_79b9_7f4a_7c15))))
    }
}

/// The finalizer of SplitMix64: a bijection of 64-bit words that spreads every input bit.
pub(crate) const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
