//! Random streams that belong to (seed, replication, entity, purpose, index) and to nothing else.
//!
//! Opening a stream costs a few nanoseconds, so a draw is addressed by what it is for (the hour, the
//! firm's n-th request, the line's n-th failure) instead of being taken from a shared sequence:
//! skipping one draw never shifts the next, and two scenarios stay paired draw by draw.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Dxsm;
use serde::{Deserialize, Serialize};

use crate::names::{Key, mix};

/// The generator of every stream. Named, so that results do not move with a library's default.
pub type Rng = Pcg64Dxsm;

/// What a stream is for, as the key of a short name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Purpose(Key);

impl Purpose {
    /// A purpose from its name; meant for constants.
    pub const fn of(name: &str) -> Purpose {
        Purpose(Key::of(name))
    }
}

/// The root of all random streams of one replication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Streams {
    /// The scenario's seed.
    pub seed: u64,
    /// The replication's number.
    pub replication: u32,
}

impl Streams {
    /// The name of the generator, as written into manifests.
    pub const GENERATOR: &'static str =
        "PCG64-DXSM, state hashed from (seed, replication, key, purpose, index)";

    /// The root of one replication.
    pub const fn new(seed: u64, replication: u32) -> Streams {
        Streams { seed, replication }
    }

    /// The stream of an entity for one purpose.
    pub fn open(&self, entity: Key, purpose: Purpose) -> Rng {
        self.open_at(entity, purpose, 0)
    }

    /// The stream of an entity's `index`-th occasion for one purpose.
    pub fn open_at(&self, entity: Key, purpose: Purpose, index: u64) -> Rng {
        let words = [self.seed, u64::from(self.replication), entity.0, purpose.0.0, index];
        let mut seed = [0_u8; 32];
        for (lane, chunk) in seed.chunks_exact_mut(8).enumerate() {
            let mut state = mix(lane as u64 + 1);
            for word in words {
                state = mix(state.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ word);
            }
            chunk.copy_from_slice(&state.to_le_bytes());
        }
        Rng::from_seed(seed)
    }
}

/// A uniform draw in the open interval (0, 1), safe for logarithms and normal quantiles. Takes exactly
/// one 64-bit word.
pub fn uniform_open(rng: &mut Rng) -> f64 {
    let bits: u64 = rng.random();
    ((bits >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
}
