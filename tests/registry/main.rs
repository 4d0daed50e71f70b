//! The member registry: members, seats, decisions, directory of contests (governance 5.5; T23-T42).
//!
//! The proposals are real; treasury, jury pool, multisig and contests are played by the tests.

mod boot;
mod contests;
mod decisions;
mod gas;
mod hall;
mod launch;
mod members;
mod params;
mod payload;
mod peers;
mod random;
mod requests;
mod seats;
