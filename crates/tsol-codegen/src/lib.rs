//! Code generation of `tsolc`: from the typed tree to code cells, the ABI file, the image and the source map.
//!
//! `tsol-syntax` <- `tsol-sema` <- **`tsol-codegen`** <- `tsolc`. Two halves meet in the intermediate
//! representation ([`ir`]): lowering ([`lower`], ABI) makes explicit values of everything the language hides
//! (state, headers, messages); the back end ([`backend`], [`stack`], [`encode`]) optimises them, schedules them on
//! the stack and lays the code out in cells.
//!
//! Invariants
//! - What is not supported is an error with a code and a place; wrong code is never written.
//! - Equal trees and settings give equal bytes: nothing depends on time, paths or the order of hash maps.
//! - This crate never reads the clock, the disk or the network.
//! - Cells are packed as ABI 2.x packs them ([`Settings::abi_version`]), so any client reads messages and state.
//!
//! ```
//! use tsol_codegen::{Settings, compile};
//! use tsol_sema::{NoImports, check};
//! use tsol_syntax::diag::Diagnostics;
//! use tsol_syntax::span::SourceMap;
//!
//! let text = "contract Counter { uint32 public count; function add() public { tvm.accept(); ++count; } }";
//! let mut sources = SourceMap::new();
//! let file = sources.add("counter.tsol", text);
//! let diags = Diagnostics::new();
//! let program = check(&mut sources, &NoImports, &[file], &diags)?;
//! let output = compile(&program, 0, &Settings::default(), &sources, &diags)?;
//! assert_eq!(output.name, "Counter");
//! assert!(output.abi.contains("\"version\": \"2.3\""));
//! assert_eq!(output.function_ids[0].signature, "add()()v2");
//! # Ok::<(), tsol_syntax::diag::Reported>(())
//! ```

mod abi;
pub mod backend;
pub mod codes;
mod compile;
pub mod encode;
pub mod ir;
mod listing;
pub mod lower;
mod map;
pub mod opcode;
mod settings;
pub mod stack;

pub use abi::FunctionSignature;
pub use compile::{Output, compile};
pub use settings::{AbiVersion, Settings, TvmVersion};
