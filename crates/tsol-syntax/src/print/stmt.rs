//! Statements.

use super::Printer;
use crate::ast::{Block, Expr, LocalVar, RangeBinding, Stmt, StmtKind, VarDecl};

impl Printer {
    pub(super) fn block(&mut self, block: &Block) {
        self.braces(|p| {
            for stmt in &block.stmts {
                p.line();
                p.stmt(stmt);
            }
        });
    }

    /// Writes a statement and ends its line.
    pub(super) fn stmt(&mut self, stmt: &Stmt) {
        self.stmt_kind(&stmt.kind);
        self.newline();
    }

    fn stmt_kind(&mut self, kind: &StmtKind) {
        match kind {
            StmtKind::Block(block) => self.block(block),
            StmtKind::Unchecked(block) => {
                self.put("unchecked ");
                self.block(block);
            }
            StmtKind::If { cond, then, otherwise } => self.if_stmt(cond, then, otherwise.as_deref()),
            StmtKind::While { cond, body } => {
                self.head("while", cond);
                self.stmt_kind(&body.kind);
            }
            StmtKind::Repeat { count, body } => {
                self.head("repeat", count);
                self.stmt_kind(&body.kind);
            }
            StmtKind::DoWhile { body, cond } => {
                self.put("do ");
                self.stmt_kind(&body.kind);
                self.put(" while (");
                self.expr(cond);
                self.put(");");
            }
            StmtKind::For { init, cond, step, body } => {
                self.put("for (");
                if let Some(init) = init {
                    self.simple(&init.kind);
                }
                self.put("; ");
                self.optional(cond.as_ref());
                self.put("; ");
                self.optional(step.as_ref());
                self.put(") ");
                self.stmt_kind(&body.kind);
            }
            StmtKind::ForRange { binding, iterable, body } => {
                self.put("for (");
                match binding {
                    RangeBinding::Declare(decl) => self.var_decl(decl),
                    RangeBinding::Assign(expr) => self.expr(expr),
                }
                self.put(" : ");
                self.expr(iterable);
                self.put(") ");
                self.stmt_kind(&body.kind);
            }
            StmtKind::Break => self.put("break;"),
            StmtKind::Continue => self.put("continue;"),
            StmtKind::Return { options, value } => {
                self.put("return");
                if !options.is_empty() {
                    self.put(" ");
                    self.named_args(options);
                }
                if let Some(value) = value {
                    self.put(" ");
                    self.expr(value);
                }
                self.put(";");
            }
            StmtKind::Emit { event, options, args } => {
                self.put("emit ");
                self.put(&event.to_string());
                if !options.is_empty() {
                    self.named_args(options);
                }
                self.call_args(args);
                self.put(";");
            }
            StmtKind::Try { body, catch } => {
                self.put("try ");
                self.block(body);
                self.put(" catch ");
                if let Some(name) = &catch.name {
                    self.put(name.as_str());
                    self.put(" ");
                }
                if let Some(params) = &catch.params {
                    self.params(params);
                    self.put(" ");
                }
                self.block(&catch.body);
            }
            StmtKind::VarDecl(_) | StmtKind::Expr(_) => {
                self.simple(kind);
                self.put(";");
            }
            StmtKind::Placeholder => self.put("_;"),
            StmtKind::Error(_) => self.put("/* error */"),
        }
    }

    fn head(&mut self, word: &str, cond: &Expr) {
        self.put(word);
        self.put(" (");
        self.expr(cond);
        self.put(") ");
    }

    fn if_stmt(&mut self, cond: &Expr, then: &Stmt, otherwise: Option<&Stmt>) {
        self.head("if", cond);
        let Some(otherwise) = otherwise else { return self.stmt_kind(&then.kind) };
        if ends_in_open_if(&then.kind) {
            self.put("{ ");
            self.stmt_kind(&then.kind);
            self.put(" }");
        } else {
            self.stmt_kind(&then.kind);
        }
        self.put(" else ");
        self.stmt_kind(&otherwise.kind);
    }

    /// A declaration or expression without its semicolon.
    fn simple(&mut self, kind: &StmtKind) {
        match kind {
            StmtKind::VarDecl(decl) => self.var_decl(decl),
            StmtKind::Expr(expr) => self.expr(expr),
            _ => self.put("/* error */"),
        }
    }

    fn var_decl(&mut self, decl: &VarDecl) {
        if decl.is_tuple {
            self.put("(");
        }
        self.list(&decl.vars, |p, var| {
            if let Some(var) = var {
                p.local_var(var);
            }
        });
        if decl.is_tuple {
            self.put(")");
        }
        if let Some(init) = &decl.init {
            self.put(" = ");
            self.expr(init);
        }
    }

    fn local_var(&mut self, var: &LocalVar) {
        self.type_name(&var.ty);
        self.attr(var.name.as_str());
    }

    fn optional(&mut self, expr: Option<&Expr>) {
        if let Some(expr) = expr {
            self.expr(expr);
        }
    }
}

/// Whether an `else` behind the statement would belong to an `if` inside of it.
fn ends_in_open_if(kind: &StmtKind) -> bool {
    match kind {
        StmtKind::If { otherwise: None, .. } => true,
        StmtKind::If { otherwise: Some(last), .. } => ends_in_open_if(&last.kind),
        StmtKind::While { body, .. }
        | StmtKind::Repeat { body, .. }
        | StmtKind::For { body, .. }
        | StmtKind::ForRange { body, .. } => ends_in_open_if(&body.kind),
        _ => false,
    }
}
