//! Small contracts on the machine: results, exit codes, messages and state are those that API.md promises.

mod basics;
mod containers;
mod messages;
mod world;
