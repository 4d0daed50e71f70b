//! The GraphQL interface of a running node, asked through its socket.
//!
//! Every world is made by hand: manual blocks, a frozen clock, contracts that send what they are told.

#![allow(clippy::unwrap_used)] // a panic is how a test fails

mod aggregates;
mod blockchain;
mod clients;
mod documents;
mod filters;
mod formats;
mod fuzz;
mod joins;
mod limits;
mod orders;
mod posts;
mod property;
mod remp;
mod schema;
mod subscriptions;
mod waits;
mod world;

#[path = "../../../../localnet/tests/support/mod.rs"]
mod relay;
