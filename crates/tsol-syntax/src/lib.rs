//! Front end of `tsolc`: source text of TON Solidity 0.77 to a syntax tree.

pub mod ast;
pub mod diag;
pub mod span;
