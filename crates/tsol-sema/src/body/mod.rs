//! Checking of function bodies: statements and expressions to the typed tree.
//!
//! A [`Body`] lives while one function (or one constant, one initialiser) is checked in the context of one
//! contract. Names are looked up where the code stands, virtual functions are resolved for the contract.

mod abi;
mod args;
mod call;
mod convert;
mod deploy;
mod expr;
mod format;
mod math;
mod member;
mod message;
mod method;
mod namespace;
mod operand;
mod ops;
mod place;
mod stmt;
mod using;

use std::collections::HashMap;

use tsol_syntax::ast;
use tsol_syntax::span::Span;

use crate::codes::{E0202, E0401, E0402, W0201, W0202};
use crate::cx::{Cx, R};
use crate::defs::{Home, Sym};
use crate::hir::{Expr, ExprKind, Local, LocalId, Mutability, Type};

pub(crate) use operand::{Operand, Via};

/// What code does to the state: the first place of each kind.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Effects {
    pub(crate) reads: Option<Span>,
    pub(crate) writes: Option<Span>,
}

/// Where code stands: some things are allowed only in some places.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// A function, constructor or modifier body.
    Code,
    /// The value of a constant: no state, no calls.
    Constant,
    /// The initial value of a state variable.
    Initializer,
}

/// What `return` needs to know of the function.
#[derive(Clone, Debug)]
pub(crate) struct Returns {
    pub(crate) ty: Type,
    pub(crate) responsible: bool,
}

pub(crate) struct Body<'c, 'a> {
    pub(crate) cx: &'c mut Cx<'a>,
    pub(crate) home: Home,
    pub(crate) kind: Kind,
    pub(crate) locals: Vec<Local>,
    used: Vec<bool>,
    scopes: Vec<HashMap<String, LocalId>>,
    pub(crate) effects: Effects,
    pub(crate) unchecked: bool,
    pub(crate) loops: u32,
    pub(crate) in_modifier: bool,
    pub(crate) returns: Returns,
}

impl<'c, 'a> Body<'c, 'a> {
    pub(crate) fn new(cx: &'c mut Cx<'a>, home: Home, kind: Kind) -> Self {
        let unchecked = cx.defs.files[home.file].pragmas.ignore_overflow;
        Self {
            cx,
            home,
            kind,
            locals: Vec::new(),
            used: Vec::new(),
            scopes: vec![HashMap::new()],
            effects: Effects::default(),
            unchecked,
            loops: 0,
            in_modifier: false,
            returns: Returns { ty: Type::void(), responsible: false },
        }
    }

    // --- locals

    /// Adds a local without a visible name.
    pub(crate) fn add_local(&mut self, name: &str, ty: Type, span: Span) -> LocalId {
        self.locals.push(Local { name: name.to_owned(), ty, span });
        self.used.push(false);
        LocalId(self.locals.len() as u32 - 1)
    }

    /// Declares a local in the innermost scope.
    pub(crate) fn declare(&mut self, name: &ast::Ident, ty: Type) -> LocalId {
        let id = self.add_local(&name.name, ty, name.span);
        self.bind(name, id);
        id
    }

    /// Gives a name to a local in the innermost scope.
    pub(crate) fn bind(&mut self, name: &ast::Ident, id: LocalId) {
        if name.name.is_empty() {
            return;
        }
        let scope = self.scopes.last().expect("a body always has a scope");
        if let Some(other) = scope.get(&name.name) {
            let first = self.locals[other.0 as usize].span;
            self.used[id.0 as usize] = true;
            let _ = self
                .cx
                .error(E0202, name.span, format!("`{name}` is declared twice"))
                .label(first, "first declared here")
                .emit();
            return;
        }
        self.warn_shadowing(name);
        self.scopes.last_mut().expect("a body always has a scope").insert(name.name.clone(), id);
    }

    /// As [`Body::bind`], for names that were declared and judged elsewhere.
    pub(crate) fn bind_quietly(&mut self, name: &ast::Ident, id: LocalId) {
        self.scopes.last_mut().expect("a body always has a scope").insert(name.name.clone(), id);
    }

    fn warn_shadowing(&mut self, name: &ast::Ident) {
        let local = self.scopes.iter().rev().find_map(|scope| scope.get(&name.name));
        let outer = match local {
            Some(id) => Some(self.locals[id.0 as usize].span),
            None => match self.cx.lookup(self.home, &name.name).first() {
                Some(sym @ (Sym::Var(_) | Sym::Func(_))) => Some(self.cx.defs.name_span(*sym)),
                _ => None,
            },
        };
        if let Some(outer) = outer {
            self.cx
                .warn(W0202, name.span, format!("`{name}` hides another declaration"))
                .label(outer, "this one is hidden")
                .emit();
        }
    }

    pub(crate) fn enter(&mut self) {
        self.scopes.push(HashMap::new());
    }

    pub(crate) fn leave(&mut self) {
        self.scopes.pop();
    }

    /// Hides all locals for a while: modifiers do not see those of the function.
    pub(crate) fn swap_scopes(
        &mut self,
        scopes: Vec<HashMap<String, LocalId>>,
    ) -> Vec<HashMap<String, LocalId>> {
        std::mem::replace(&mut self.scopes, scopes)
    }

    pub(crate) fn find_local(&mut self, name: &str) -> Option<LocalId> {
        let id = self.scopes.iter().rev().find_map(|scope| scope.get(name)).copied()?;
        self.used[id.0 as usize] = true;
        Some(id)
    }

    /// Warns of locals that are never mentioned. Parameters and results come first in the list.
    pub(crate) fn warn_unused(&self, first: usize, last: usize, what: &str) {
        for index in first..last.min(self.locals.len()) {
            let local = &self.locals[index];
            if !self.used[index] && !local.name.is_empty() && !local.name.starts_with('_') {
                let help = match what {
                    "parameter" => "leave the name out if it is not needed",
                    _ => "remove it",
                };
                let message = format!("{what} `{}` is never used", local.name);
                self.cx.warn(W0201, local.span, message).help(help).emit();
            }
        }
    }

    // --- effects

    pub(crate) fn reads_state(&mut self, span: Span) {
        self.effects.reads.get_or_insert(span);
    }

    pub(crate) fn writes_state(&mut self, span: Span) {
        self.effects.writes.get_or_insert(span);
    }

    /// Counts what a callee of this mutability may do.
    pub(crate) fn calls(&mut self, mutability: Mutability, span: Span) {
        match mutability {
            Mutability::Pure => {}
            Mutability::View => self.reads_state(span),
            Mutability::Default => self.writes_state(span),
        }
    }

    /// Compares what the code does with what was declared.
    pub(crate) fn check_mutability(&self, declared: Mutability, attribute: Option<Span>) {
        let writes = self.effects.writes.filter(|_| declared != Mutability::Default);
        let reads = self.effects.reads.filter(|_| declared == Mutability::Pure);
        let word = if declared == Mutability::Pure { "pure" } else { "view" };
        if let Some(span) = writes {
            let mut error =
                self.cx.error(E0401, span, format!("this changes the state in a `{word}` function"));
            if let Some(attribute) = attribute {
                error = error.label(attribute, "declared here");
            }
            let _ = error.help(format!("remove `{word}`")).emit();
        } else if let Some(span) = reads {
            let mut error = self.cx.error(E0402, span, "this reads the state in a `pure` function");
            if let Some(attribute) = attribute {
                error = error.label(attribute, "declared here");
            }
            let _ = error.help("declare the function `view`").emit();
        }
    }

    // --- small makers of nodes

    /// An expression that gives the value of a local.
    pub(crate) fn local_expr(&self, id: LocalId, span: Span) -> Expr {
        let ty = self.locals[id.0 as usize].ty.clone();
        Expr { kind: ExprKind::Local(id), ty, span }
    }

    /// A condition.
    pub(crate) fn condition(&mut self, expr: &ast::Expr) -> R<Expr> {
        self.typed(expr, &Type::Bool)
    }
}
