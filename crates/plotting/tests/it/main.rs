//! Figures through their public face, from tables with the shapes of a real run.

mod figures;
mod fixture;
