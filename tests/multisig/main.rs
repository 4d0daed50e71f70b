//! The multisig through real signed messages on the `chain` crate.

mod differential;
