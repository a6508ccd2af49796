//! Hourly load and renewable availability: fitted models, their calibration, and replay.
