//! What storage earns, against perfect foresight.

mod arbitrage;
mod foresight;
mod rts_gmlc;
mod trade;
