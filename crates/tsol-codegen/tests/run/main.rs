//! Small contracts on the machine: results, exit codes, messages and state are those that API.md promises.

#![allow(clippy::unwrap_used)] // helpers of tests

mod basics;
mod containers;
mod headings;
mod messages;
mod more;
mod programs;
mod random;
mod system;
mod tries;
mod world;
