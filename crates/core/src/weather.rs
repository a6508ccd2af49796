//! Hourly load and renewable availability: a fitted stochastic model, its calibration, and replay.
//!
//! A [`WeatherModel`] turns a replication's random streams and the run's calendar into hourly series:
//! native load per zone in parts of its annual mean, wind and solar in parts of installed capacity.
//! [`calibrate`] fits one from hourly history and [`checks`] says how well it reproduces that history;
//! [`replay`] puts a user's own hourly file in its place. Methods and formulas: `docs/models/weather.md`.

pub mod calibrate;
pub mod checks;
mod coupling;
pub mod draw;
mod generate;
mod lulls;
mod memory;
mod model;
pub mod record;
pub mod replay;
mod scores;
mod spells;
mod stamp;
#[cfg(test)]
mod tests;
mod text;
mod transform;

pub use generate::WeatherYears;
pub use model::{Coupling, Memory, SeriesKind, SeriesModel, Shape, WeatherFault, WeatherModel};
pub use spells::Spell;
pub use stamp::{Clock, HourStamp, Utc, civil_from_days, days_from_civil};
