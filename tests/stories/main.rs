//! Whole flows through all contracts (governance 5.11).

mod bootstrap;
mod stages;
