//! The execution core on tiny contracts, assembled here.

mod books;
mod config;
mod execute;
mod getters;
mod support;
mod trace;
