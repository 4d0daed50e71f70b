//! A contest from its funding to its last payout (governance 5.9; T54-T72).

mod bill;
mod cards;
mod entries;
mod findings;
mod flow;
mod gas;
mod jury;
mod nominations;
mod payouts;
mod phases;
mod plan;
mod scenes;
mod settling;
mod setup;
mod signatures;
mod support;
mod tally;
