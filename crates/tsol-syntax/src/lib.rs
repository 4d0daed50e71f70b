//! Front end of `tsolc`: source text of TON Solidity 0.77 to a syntax tree.

pub mod ast;
pub mod codes;
pub mod diag;
pub mod lexer;
pub mod parser;
pub mod print;
pub mod span;
pub mod token;
pub mod version;

pub use parser::{parse, parse_file};
