//! Front end of `tsolc`: source text of TON Solidity 0.77 to a syntax tree, with diagnostics.
//!
//! The crate knows the grammar and nothing of the meaning: which names exist, which pragmas are known and
//! which attributes fit together is the business of `tsol-sema`, which stands on this crate, as do
//! `tsol-codegen` and `tsolc`. It also holds what all passes share: places in sources ([`span`]) and the
//! sink for problems ([`diag`]).
//!
//! | module | contents |
//! |---|---|
//! | [`span`] | files, byte ranges, lines |
//! | [`diag`] | codes, diagnostics, the [`Reported`](diag::Reported) token |
//! | [`codes`] | every code of this crate with its explanation |
//! | [`token`], [`lexer`] | words and signs |
//! | [`ast`] | the tree |
//! | [`parser`] | tokens to tree |
//! | [`mod@print`] | tree to source |
//! | [`version`] | version requirements in pragmas |
//!
//! # Invariants
//!
//! - This crate never reads the disk, the clock or the environment; equal text gives an equal tree.
//! - [`parse`] always returns a tree, for any text and without panic. If something was wrong, at least one
//!   error was recorded, and what is missing in the tree is an `Error` node or was left out. The tree is
//!   complete if and only if no error was recorded: check [`Diagnostics::check`](diag::Diagnostics::check)
//!   before passing it on to code generation.
//! - No tree is higher than [`parser::MAX_DEPTH`] statements over [`parser::MAX_HEIGHT`] levels of an
//!   expression, so later passes may walk it recursively.
//! - `parse(print(tree))` is `tree`, places apart.
//! - What the official compiler 0.77 refuses by its grammar is refused here. What is left out on purpose
//!   (assembly) is an error with its own code.
//!
//! # Example
//!
//! ```
//! use tsol_syntax::ast::{Item, Member};
//! use tsol_syntax::diag::Diagnostics;
//! use tsol_syntax::span::SourceMap;
//!
//! let mut map = SourceMap::new();
//! let file = map.add("Counter.tsol", "contract Counter { uint32 m_count = 7 }");
//! let diags = Diagnostics::new();
//! let unit = tsol_syntax::parse_file(&map, file, &diags);
//!
//! // The semicolon is missing, which is reported; the variable is in the tree all the same.
//! let Item::Contract(counter) = &unit.items[0] else { panic!() };
//! assert!(matches!(&counter.members[0], Member::Var(var) if var.name == "m_count"));
//! let problem = &diags.to_vec()[0];
//! assert_eq!((problem.code.as_str(), problem.message.as_str()), ("E0111", "expected `;`"));
//! assert_eq!(map.line_col(problem.span()).column, 38);
//! ```

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
