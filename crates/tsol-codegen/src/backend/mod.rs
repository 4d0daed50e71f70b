//! The way from a module to a code cell.

mod order;
mod switch;

use std::collections::{BTreeMap, HashMap};

use tycho_types::cell::Cell;

use crate::encode::{EncodeError, Encoder, Piece, SourceMap, Target};
use crate::ir::{self, FuncId, Module, VerifyError};
use crate::listing;
use crate::opcode::Op;
use crate::settings::TvmVersion;
use crate::stack::{Code, Insn, StackError, StackOp, compile_function};

/// Deepest code tree: with the message and the data around it the network's limit of 512 holds.
const MAX_DEPTH: u16 = 256;

/// What the back end may do.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Run the optimising passes.
    pub optimize: bool,
    /// Begin with `SETCP 0`.
    pub set_codepage: bool,
    /// Machine that runs the code.
    pub tvm_version: TvmVersion,
}

impl Default for Options {
    fn default() -> Self {
        Self { optimize: true, set_codepage: true, tvm_version: TvmVersion::default() }
    }
}

/// Sizes of the result.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Stats {
    /// Distinct cells.
    pub cells: usize,
    /// Bits in them.
    pub bits: usize,
    /// Cells on the longest path.
    pub depth: u16,
}

/// A compiled module.
#[derive(Clone, Debug)]
pub struct Program {
    /// What goes into the state as code.
    pub code: Cell,
    /// Scheduled functions, for the listing.
    pub functions: Vec<(String, Code)>,
    /// Names of all functions of the module, by their numbers.
    pub names: Vec<String>,
    /// Code places and source places.
    pub source_map: SourceMap,
    /// Sizes.
    pub stats: Stats,
}

impl Program {
    /// Readable assembly; `line` gives file name and line of a source place.
    pub fn listing(&self, line: &dyn Fn(tsol_syntax::span::Span) -> Option<(String, u32)>) -> String {
        listing::print(&self.functions, line)
    }
}

/// Why a module has no code.
#[derive(Debug, Clone, thiserror::Error)]
pub enum BackendError {
    /// The module breaks an invariant: a defect of the compiler.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// Values cannot be placed.
    #[error(transparent)]
    Stack(#[from] StackError),
    /// Code cannot be written.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

/// Compiles a module.
///
/// # Errors
/// [`BackendError`]: broken invariants, more than 255 live values, code too deep.
pub fn compile(mut module: Module, options: Options) -> Result<Program, BackendError> {
    ir::verify(&module)?;
    ir::passes::normalize(&mut module);
    if options.optimize {
        ir::passes::optimize(&mut module);
        ir::verify(&module)?;
    }
    switch::lower(&mut module);
    ir::passes::finish(&mut module, options.optimize);
    ir::verify(&module)?;
    emit(&module, options)
}

fn emit(module: &Module, options: Options) -> Result<Program, BackendError> {
    let plan = order::order(module);
    let mut targets: HashMap<FuncId, Target> = HashMap::new();
    for (i, &id) in plan.recursive.iter().enumerate() {
        targets.insert(id, Target::Dict(i as u16 + 1));
    }
    let mut functions = Vec::new();
    let mut bodies: BTreeMap<FuncId, Code> = BTreeMap::new();
    for &id in &plan.order {
        let function = &module.functions[id.0 as usize];
        let mut code = compile_function(function, id == module.entry)?;
        if options.optimize {
            crate::stack::peephole(&mut code);
        }
        if options.tvm_version == TvmVersion::Ever {
            crate::stack::for_everscale(&mut code);
        }
        functions.push((function.name.clone(), code.clone()));
        if plan.recursive.contains(&id) || id == module.entry {
            bodies.insert(id, code);
            continue;
        }
        let name = function.name.as_str();
        let encoder = Encoder { targets: &targets, function: id.0, name };
        let cell = encoder.cell(&code)?;
        targets.insert(id, Target::Cell(cell));
    }
    let mut head = Piece::default();
    if options.set_codepage {
        head.put(0xFF00, 16);
    }
    let name = module.functions[module.entry.0 as usize].name.as_str();
    if !plan.recursive.is_empty() {
        let mut selector = Code::default();
        for (i, id) in plan.recursive.iter().enumerate() {
            let mut body = Code::default();
            body.push(Insn::Stack(StackOp::Pop(0)), None);
            body.insns.extend(bodies.get(id).map(|code| code.insns.clone()).unwrap_or_default());
            selector.push(Insn::Stack(StackOp::Push(0)), None);
            selector.push(Insn::Op(Op::EqInt(i as i8 + 1)), None);
            selector.push(Insn::Branch(crate::stack::Branch::IfJmp, body), None);
        }
        // An unknown number: the exit code of the machine for a missing method.
        selector.push(Insn::Op(Op::Throw(11)), None);
        let encoder = Encoder { targets: &targets, function: module.entry.0, name };
        let cell = encoder.cell(&selector)?;
        // PUSHREFCONT selector; POP c3
        head.put(0x8A, 8).put_code(cell).put(0xED53, 16);
    }
    let entry = bodies.remove(&module.entry).unwrap_or_default();
    let encoder = Encoder { targets: &targets, function: module.entry.0, name };
    let built = encoder.cell_with(&entry, &head)?;
    let (code, source_map) = (built.cell.clone(), SourceMap::of(&built));
    let stats = measure(&code);
    if stats.depth > MAX_DEPTH {
        return Err(EncodeError::TooDeep { depth: stats.depth, limit: MAX_DEPTH }.into());
    }
    functions.reverse();
    let names = module.functions.iter().map(|function| function.name.clone()).collect();
    Ok(Program { code, functions, names, source_map, stats })
}

fn measure(root: &Cell) -> Stats {
    let mut seen = std::collections::HashSet::new();
    let mut stats = Stats { depth: root.repr_depth(), ..Stats::default() };
    let mut todo = vec![root.clone()];
    while let Some(cell) = todo.pop() {
        if seen.insert(*cell.repr_hash()) {
            stats.cells += 1;
            stats.bits += usize::from(cell.bit_len());
            todo.extend((0..cell.reference_count()).filter_map(|i| cell.reference_cloned(i)));
        }
    }
    stats
}
