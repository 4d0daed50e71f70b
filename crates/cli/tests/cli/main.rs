//! The real program, run as people and programs run it.

mod demo;
mod lists;
mod multisig;
mod support;
mod usage;
