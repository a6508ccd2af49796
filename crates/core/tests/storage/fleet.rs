//! Fleets that move the price, and bids under prices of either sign.
