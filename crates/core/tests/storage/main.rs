//! What storage earns and saves, against perfect foresight.

mod arbitrage;
mod fleet;
mod foresight;
mod rts_gmlc;
mod trade;
