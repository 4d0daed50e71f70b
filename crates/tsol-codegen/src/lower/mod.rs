//! Lowering: the typed tree to the intermediate representation.
//!
//! - One value is one stack slot (`slots`); locals are values in an environment (`vars`, `fx`) that branches
//!   merge and loops carry.
//! - State variables are values as well. A function takes those that it reads as hidden arguments and gives back those
//!   that it writes (`effects`); an entry loads them from c4 and stores them (`state`, `entry`).
//! - What is not lowered is an error with a place (E0601), never wrong code.

mod arith;
mod builtin;
mod codec;
mod convert;
mod cx;
mod dict;
mod effects;
mod entry;
mod expr;
mod func;
mod fx;
mod header;
mod message;
mod place;
mod runtime;
mod slots;
mod state;
mod stmt;
mod upgrade;
mod vars;
mod walk;

use tsol_sema::hir::{Contract, Program};
use tsol_syntax::diag::{Diagnostics, Reported};

use crate::Settings;
use crate::ir::Module;

/// Lowers a whole contract.
///
/// # Errors
/// When something was reported to `diags`.
pub fn lower(
    program: &Program,
    contract: &Contract,
    settings: &Settings,
    diags: &Diagnostics,
) -> Result<Module, Reported> {
    let cx = cx::Cx::new(program, contract, settings, diags);
    let entry = entry::lower(&cx)?;
    loop {
        if let Some((instance, func)) = cx.next_pending() {
            func::lower(&cx, instance, func)?;
        } else if let Some((routine, func)) = cx.next_runtime() {
            runtime::build(&cx, routine, func)?;
        } else {
            break;
        }
    }
    diags.check()?;
    cx.finish(entry)
}
