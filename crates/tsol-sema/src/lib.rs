//! Semantic analysis of TON Solidity 0.77: from syntax trees to the typed tree that code is generated from.
//!
//! `tsol-syntax` <- **`tsol-sema`** <- `tsol-codegen`. Names are resolved, contracts linearised, types and
//! mutability checked, constants evaluated; what is left is [`hir`], in which nothing is implicit.
//!
//! Invariants
//! - This crate never reads the clock, the disk or the environment: imported files come from a `Loader`.
//! - A typed tree exists only for sources without errors.
//! - What is not in the table of supported headings of API.md is refused with a code and a place.

pub mod builtin;
pub mod hir;
