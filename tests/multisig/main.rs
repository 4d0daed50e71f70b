//! The multisig through real signed messages on the `chain` crate.

mod compatibility;
mod controller;
mod gas;
mod keys;
mod money;
mod policy;
mod queue;
mod updates;
mod wallet;
