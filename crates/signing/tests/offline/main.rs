//! The offline custodian: what is shown of a message, what is refused, and the program `subgov-sign`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod actions;
mod files;
mod program;
mod review;
mod support;
