//! The driver of `tsolc`, the TON Solidity compiler: finds sources, runs the passes, writes the outputs.
//!
//! `tsol-syntax` <- `tsol-sema` <- `tsol-codegen` <- **`tsolc`**. This crate alone touches the disk and the terminal;
//! the binary `tsolc` is its command line, and [`project`] builds a whole `contracts/` directory.
//!
//! Invariants
//! - Equal sources and settings give equal bytes: no time, absolute path or map order reaches an output.
//! - Nothing is written unless everything that was asked for compiled without an error.
//!
//! ```
//! let source = "pragma tvm-solidity >= 0.72.0;\ncontract Empty { constructor() { tvm.accept(); } }";
//! let compilation = tsolc::compile_text("Empty.tsol", source, &tsolc::Settings::default());
//! assert_eq!(compilation.artifacts?[0].name, "Empty");
//! # Ok::<(), tsol_syntax::diag::Reported>(())
//! ```

pub mod explain;
pub mod load;
pub mod project;
pub mod render;

pub use load::DiskLoader;
pub use tsol_codegen::{AbiVersion, Settings, TvmVersion};

use tsol_sema::Loader;
use tsol_syntax::diag::{Diagnostic, Diagnostics, Reported};
use tsol_syntax::span::SourceMap;
use tycho_types::boc::Boc;

/// What one contract compiles to.
#[derive(Clone, Debug)]
pub struct Artifact {
    /// Contract name; files are named after it.
    pub name: String,
    /// Name of the source file that defines it.
    pub source: String,
    /// `NAME.abi.json`, with a line break at the end.
    pub abi: String,
    /// `NAME.tvc`: the BOC of the StateInit.
    pub tvc: Vec<u8>,
    /// Representation hash of the code cell, 64 lower-case hex digits.
    pub code_hash: String,
    /// `NAME.code`: readable assembly with source lines.
    pub listing: String,
    /// `NAME.map.json`: code cell hash and bit offset -> file, line, column, function; compact.
    pub map: String,
    /// `NAME.debug.json`: the same in the form of the official compiler.
    pub debug: String,
    /// Signature text and id of every function, event and getter, in order of the ABI.
    pub function_ids: Vec<tsol_codegen::FunctionSignature>,
}

/// The outcome of one run.
#[derive(Debug)]
pub struct Compilation {
    /// All texts that took part, for rendering diagnostics and for source hashes.
    pub sources: SourceMap,
    /// Errors and warnings in order of place.
    pub diagnostics: Vec<Diagnostic>,
    /// Deployable contracts in source order, or proof that an error was reported.
    pub artifacts: Result<Vec<Artifact>, Reported>,
}

/// Compiles the file called `name` with everything it imports.
pub fn compile(name: &str, text: &str, loader: &dyn Loader, settings: &Settings) -> Compilation {
    let mut sources = SourceMap::new();
    let diags = Diagnostics::new();
    let artifacts = run(name, text, loader, settings, &mut sources, &diags);
    Compilation { sources, diagnostics: diags.into_sorted(), artifacts }
}

/// Compiles a text that imports nothing.
pub fn compile_text(name: &str, text: &str, settings: &Settings) -> Compilation {
    struct Nothing;
    impl Loader for Nothing {
        fn load(&self, _from: &str, _path: &str) -> Option<(String, String)> {
            None
        }
    }
    compile(name, text, &Nothing, settings)
}

fn run(
    name: &str,
    text: &str,
    loader: &dyn Loader,
    settings: &Settings,
    sources: &mut SourceMap,
    diags: &Diagnostics,
) -> Result<Vec<Artifact>, Reported> {
    let root = sources.add(name, text);
    let program = tsol_sema::check(sources, loader, &[root], diags)?;
    let mut artifacts = Vec::new();
    for (index, contract) in program.contracts.iter().enumerate() {
        if contract.span.file == root {
            let output = tsol_codegen::compile(&program, index, settings, sources, diags)?;
            artifacts.push(artifact(output, name));
        }
    }
    diags.check()?;
    Ok(artifacts)
}

fn artifact(output: tsol_codegen::Output, source: &str) -> Artifact {
    Artifact {
        name: output.name,
        source: source.to_owned(),
        abi: output.abi,
        tvc: Boc::encode(&output.state_init),
        code_hash: output.code.repr_hash().to_string(),
        listing: output.listing,
        map: output.map,
        debug: output.debug,
        function_ids: output.function_ids,
    }
}
