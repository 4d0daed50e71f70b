//! Text form of the representation, for tests and for people who debug a pass.

use std::fmt::{self, Write as _};

use super::{Block, Const, End, Function, Inst, Module, Value};

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.0)
    }
}

impl fmt::Display for Const {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Const::Int(n) => write!(f, "{n}"),
            Const::Null => f.write_str("null"),
            Const::Slice(cell) => write!(f, "slice {}", hex(cell)),
            Const::Cell(cell) => write!(f, "cell {}", hex(cell)),
            Const::EmptyTuple => f.write_str("[]"),
            Const::NaN => f.write_str("NaN"),
        }
    }
}

/// Data of a cell for people: bits and the first bytes of the hash when it has references.
fn hex(cell: &tycho_types::cell::Cell) -> String {
    let mut text = String::from("x{");
    let bytes = usize::from(cell.bit_len()).div_ceil(8);
    for byte in cell.data().iter().take(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    let _ = write!(text, "}}:{}", cell.bit_len());
    if cell.reference_count() > 0 {
        let _ = write!(text, "+{}", cell.reference_count());
    }
    text
}

fn list(values: &[Value]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

struct Printer<'a> {
    module: Option<&'a Module>,
    out: String,
    depth: usize,
}

impl Printer<'_> {
    fn line(&mut self, text: fmt::Arguments<'_>) {
        let depth = self.depth * 2;
        let _ = writeln!(self.out, "{:depth$}{text}", "");
    }

    fn block(&mut self, title: fmt::Arguments<'_>, block: &Block) {
        self.line(format_args!("{title}"));
        self.depth += 1;
        for inst in &block.insts {
            self.inst(inst);
        }
        match &block.end {
            End::Yield(values) if values.is_empty() => {}
            End::Yield(values) => self.line(format_args!("yield {}", list(values))),
            End::Return(values) => self.line(format_args!("return {}", list(values))),
            End::Leave(id, values) => self.line(format_args!("leave {} {}", id.0, list(values))),
            End::Break(values) => self.line(format_args!("break {}", list(values))),
            End::Continue(values) => self.line(format_args!("continue {}", list(values))),
            End::Unreachable => self.line(format_args!("unreachable")),
        }
        self.depth -= 1;
    }

    fn inst(&mut self, inst: &Inst) {
        let dsts = match inst.dsts() {
            [] => String::new(),
            dsts => format!("{} = ", list(dsts)),
        };
        match inst {
            Inst::Const { value, .. } => self.line(format_args!("{dsts}{value}")),
            Inst::Op { op, args, .. } => self.line(format_args!("{dsts}{op} {}", list(args))),
            Inst::Call { func, args, .. } => {
                let name = self.module.and_then(|m| m.functions.get(func.0 as usize));
                let name = name.map_or_else(|| format!("f{}", func.0), |f| f.name.clone());
                self.line(format_args!("{dsts}call {name} ({})", list(args)));
            }
            Inst::If { cond, then, els, .. } => {
                self.block(format_args!("{dsts}if {cond}"), then);
                if !els.insts.is_empty() || !els.end.values().is_empty() || !els.yields() {
                    self.block(format_args!("else"), els);
                }
            }
            Inst::Switch { on, cases, default, .. } => {
                self.line(format_args!("{dsts}switch {on}"));
                for (key, block) in cases {
                    self.block(format_args!("case {key:#x}"), block);
                }
                self.block(format_args!("default"), default);
            }
            Inst::Loop { inits, params, cond, body, .. } => {
                self.line(format_args!("{dsts}loop {} = {}", list(params), list(inits)));
                if let Some(cond) = cond {
                    self.block(format_args!("while"), cond);
                }
                self.block(format_args!("do"), body);
            }
            Inst::Scope { id, body, .. } => self.block(format_args!("{dsts}scope {}", id.0), body),
            Inst::Try { body, catch, thrown, .. } => {
                self.block(format_args!("{dsts}try"), body);
                self.block(format_args!("catch {}", list(thrown)), catch);
            }
        }
    }
}

fn print(module: Option<&Module>, function: &Function) -> String {
    let mut printer = Printer { module, out: String::new(), depth: 0 };
    let title = format!("fn {}({}) -> {}", function.name, list(&function.params), function.results);
    printer.block(format_args!("{title}"), &function.body);
    printer.out
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&print(None, self))
    }
}

impl fmt::Display for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.functions.iter().try_for_each(|function| writeln!(f, "{}", print(Some(self), function)))
    }
}
