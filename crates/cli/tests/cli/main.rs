//! The real program, run as people and programs run it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod by_hand;
mod demo;
mod deploy;
mod faults;
mod garbage;
mod key;
mod known;
mod lists;
mod month;
mod multisig;
mod network;
mod node;
mod results;
mod schemas;
mod secrets;
mod signers;
mod support;
#[cfg(unix)]
mod terminal;
mod trace;
mod usage;
