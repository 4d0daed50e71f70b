//! Whole flows through all contracts (governance 5.11).

mod arena;
mod attacks;
mod bootstrap;
mod contests;
mod members;
mod money;
mod stages;
