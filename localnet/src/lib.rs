//! localnet
