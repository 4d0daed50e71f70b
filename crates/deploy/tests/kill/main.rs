//! Deployments that are killed: at every write of the journal, torn at every kind of byte, and before and after every
//! message; once and several times. Whatever happened, running again ends in the state of a run that nobody disturbed, and
//! no account has a transaction more.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod bench;
mod fuse;
mod once;
mod repeated;
mod safety;
