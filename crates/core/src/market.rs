//! How supply and transmission answer over the years.
