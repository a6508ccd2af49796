//! What stands on an AI site.
