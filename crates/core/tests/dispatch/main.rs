//! The dispatch against hand calculation, an independent solver and its own certificate.

mod causes;
mod generate;
mod hand;
mod meshed;
mod oracle;
mod random;
mod rts;
