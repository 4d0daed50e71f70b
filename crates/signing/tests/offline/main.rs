//! The offline custodian: what is shown of a message, what is refused, and the program `subgov-sign`.

mod actions;
mod files;
mod program;
mod review;
mod support;
