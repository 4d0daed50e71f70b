//! Tree to source.
//!
//! The output parses to the same tree, places apart. Comments other than NatSpec are not in the tree and
//! not in the output. Trees made by hand need no [`ExprKind::Paren`](crate::ast::ExprKind::Paren):
//! parentheses are added where the grammar needs them.
//!
//! ```
//! use tsol_syntax::{diag::Diagnostics, parse, print::print, span::FileId};
//!
//! let unit = parse(FileId(0), "contract A{uint x=1+2;}", &Diagnostics::new());
//! assert_eq!(print(&unit), "contract A {\n    uint256 x = 1 + 2;\n}\n");
//! ```

mod expr;
mod item;
mod literal;
mod stmt;
mod types;

use crate::ast::{Expr, SourceUnit, Stmt, TypeName};

/// Source of a file.
pub fn print(unit: &SourceUnit) -> String {
    let mut printer = Printer::default();
    for item in &unit.items {
        printer.item(item);
    }
    printer.out
}

/// Source of an expression, on one line.
pub fn print_expr(expr: &Expr) -> String {
    let mut printer = Printer::default();
    printer.expr(expr);
    printer.out
}

/// Source of a statement, with a line break at its end.
pub fn print_stmt(stmt: &Stmt) -> String {
    let mut printer = Printer::default();
    printer.stmt(stmt);
    printer.out
}

/// Source of a type, on one line.
pub fn print_type(ty: &TypeName) -> String {
    let mut printer = Printer::default();
    printer.type_name(ty);
    printer.out
}

#[derive(Default)]
struct Printer {
    out: String,
    indent: usize,
}

impl Printer {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Ends the line, if anything stands on it.
    fn newline(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }

    /// Begins a line.
    fn line(&mut self) {
        self.newline();
        for _ in 0..self.indent {
            self.out.push_str("    ");
        }
    }

    fn list<T>(&mut self, items: &[T], mut put: impl FnMut(&mut Self, &T)) {
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                self.put(", ");
            }
            put(self, item);
        }
    }

    /// `{`, the contents one level deeper, `}` and the end of the line.
    fn braces(&mut self, contents: impl FnOnce(&mut Self)) {
        self.put("{");
        self.indent += 1;
        contents(self);
        self.indent -= 1;
        self.line();
        self.put("}");
    }
}

#[cfg(test)]
mod tests;
