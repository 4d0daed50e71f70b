//! A contest from its funding to its last payout (governance 5.9; T54-T72).

mod cards;
mod flow;
mod gas;
mod support;
