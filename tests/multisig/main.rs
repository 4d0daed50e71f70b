//! The multisig through real signed messages on the `chain` crate.

mod compatibility;
mod compiled;
mod gas;
mod keys;
mod money;
mod queue;
mod updates;
mod wallet;
