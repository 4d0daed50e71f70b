//! Semantic analysis of TON Solidity 0.77: from syntax trees to the typed tree that code is generated from.
//!
//! `tsol-syntax` <- **`tsol-sema`** <- `tsol-codegen`. Names are resolved, contracts linearised, types and
//! mutability checked, constants evaluated; what is left is [`hir`], in which nothing is implicit.
//!
//! Invariants
//! - This crate never reads the clock, the disk or the environment: imported files come from a [`Loader`].
//! - A typed tree exists only for sources without errors.
//! - What is not in the table of supported headings of API.md is refused with a code and a place.
//! - Equal sources in equal order give an equal tree: nothing depends on the order of hash maps.
//!
//! ```
//! use tsol_sema::{NoImports, check};
//! use tsol_syntax::diag::Diagnostics;
//! use tsol_syntax::span::SourceMap;
//!
//! let mut sources = SourceMap::new();
//! let file = sources.add("counter.tsol", "contract Counter { uint32 public count; function add() public { ++count; } }");
//! let diags = Diagnostics::new();
//! let program = check(&mut sources, &NoImports, &[file], &diags).expect("the source is right");
//! assert_eq!(program.contracts[0].state.len(), 1);
//! ```

pub mod builtin;
pub mod codes;
pub mod features;
pub mod hir;

mod accept;
mod body;
mod consteval;
mod constructor;
mod contract;
mod cx;
mod declare;
mod defs;
mod externs;
mod function;
mod linear;
mod loader;
mod names;
mod overrides;
mod pragma;
mod rational;
mod rules;
mod types;
mod usings;
mod walk;

use std::collections::{HashMap, HashSet};

use tsol_syntax::diag::{Diagnostics, Reported};
use tsol_syntax::span::{FileId, SourceMap};

pub use loader::{Loader, NoImports};
pub use pragma::LANGUAGE_VERSION;

/// Checks the root files and everything that they import.
///
/// Imported texts are added to `sources`. Contracts come out in order of the files (roots first) and of writing.
///
/// # Errors
/// [`Reported`] if an error is in `diags`, from this call or from before.
pub fn check(
    sources: &mut SourceMap,
    loader: &dyn Loader,
    roots: &[FileId],
    diags: &Diagnostics,
) -> Result<hir::Program, Reported> {
    let loaded = loader::load_all(sources, loader, roots, diags);
    let mut program = hir::Program::default();
    let defs = defs::Defs::collect(&loaded, &mut program, diags);
    let mut cx = cx::Cx {
        diags,
        defs,
        program,
        constants: HashMap::new(),
        build: cx::Build::default(),
        externs: HashMap::new(),
        structs_done: false,
        constant_depth: 0,
        checked: HashSet::new(),
    };
    cx.linearize_all();
    cx.resolve_types();
    cx.make_externs();
    cx.check_rules();
    cx.build_all();
    let program = cx.program;
    diags.check()?;
    Ok(program)
}
