//! One decision: votes, outcome, execution (governance 5.6; T01, T06, T07, T09, T23-T30, T33, T41, T81).
//!
//! The registry is a puppet: the test reads what the proposal sends it, and answers.

mod closing;
mod execution;
mod scene;
mod voting;
