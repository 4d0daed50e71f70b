//! The way from a checked contract to its files.

use tsol_sema::hir::{Contract, Program};
use tsol_syntax::diag::{Diagnostics, Reported};
use tsol_syntax::span::{SourceMap, Span};
use tycho_types::cell::Cell;

use crate::abi::{self, FunctionSignature};
use crate::backend::{self, BackendError};
use crate::codes::{E0603, E0699};
use crate::encode::EncodeError;
use crate::ir::made_for;
use crate::stack::StackError;
use crate::{Settings, lower, map};

/// What one contract compiles to.
#[derive(Clone, Debug)]
pub struct Output {
    /// Contract name.
    pub name: String,
    /// ABI file: json with a line break at the end.
    pub abi: String,
    /// Code alone.
    pub code: Cell,
    /// State init with the code and the default initial data: content of the `.tvc` file.
    pub state_init: Cell,
    /// Readable assembly with source lines.
    pub listing: String,
    /// Source map, compact: content of `NAME.map.json`, see the module `map`.
    pub map: String,
    /// The same in the official compiler's form: content of `NAME.debug.json`.
    pub debug: String,
    /// Signature and id of everything that the ABI lists.
    pub function_ids: Vec<FunctionSignature>,
}

/// Compiles the contract with this index in [`Program::contracts`].
///
/// # Errors
/// [`Reported`] when something was reported: constructs that are not supported (E0601), double ids (E0602), code that
/// cannot be laid out (E0603).
///
/// # Panics
/// If there is no such contract.
pub fn compile(
    program: &Program,
    contract: usize,
    settings: &Settings,
    sources: &SourceMap,
    diags: &Diagnostics,
) -> Result<Output, Reported> {
    let contract = &program.contracts[contract];
    let module = lower::lower(program, contract, settings, diags)?;
    let options = backend::Options { tvm_version: settings.tvm_version, ..Default::default() };
    let compiled = backend::compile(module, options).map_err(|error| no_code(contract, &error, diags))?;
    let line = |span: Span| match made_for(span) {
        Some(_) => None,
        None => Some((sources.path(span.file).to_owned(), sources.line_col(span).line)),
    };
    let image = |error: tycho_types::error::Error| {
        diags.error(E0699, contract.span, format!("internal error of the compiler: {error}")).emit()
    };
    let data = abi::default_data(program, contract).map_err(image)?;
    let state_init = abi::state_init(compiled.code.clone(), data).map_err(image)?;
    let map::Maps { map, debug } = map::write(&contract.name, &compiled, sources);
    Ok(Output {
        name: contract.name.clone(),
        abi: abi::abi_json(program, contract, settings.abi_version.as_str()),
        listing: compiled.listing(&line),
        map,
        debug,
        code: compiled.code,
        state_init,
        function_ids: abi::function_ids(program, contract),
    })
}

/// Reports code that cannot be made, at the place that needs too much if it is known.
fn no_code(contract: &Contract, error: &BackendError, diags: &Diagnostics) -> Reported {
    let (name, span, message) = match error {
        BackendError::Stack(StackError::TooDeep { function, span }) => {
            (function, span, "this needs more than 255 values at once".to_owned())
        }
        BackendError::Stack(StackError::TryTooWide { function, count, span }) => {
            (function, span, format!("this `try` uses {count} values of its surroundings, 15 are possible"))
        }
        BackendError::Encode(EncodeError::TooDeep { .. }) => {
            let report = diags.error(E0603, contract.span, error.to_string());
            return report.help("split the contract").emit();
        }
        _ => {
            let text = format!("internal error of the compiler: {error}");
            return diags.error(E0699, contract.span, text).emit();
        }
    };
    // Listings name the entry of a function `C.f$entry`.
    let function = name.split('$').next().unwrap_or(name);
    diags
        .error(E0603, span.unwrap_or(contract.span), message)
        .note(format!("in `{function}` with everything that is inlined there"))
        .help("split the function, or use less variables at once")
        .emit()
}
