//! Tables through their public face: what is written is what is read.

mod files;
mod metadata;
mod sample;
