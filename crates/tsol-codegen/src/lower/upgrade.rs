//! What new code may assume about the state that old code left.

use tsol_sema::builtin::Builtin;
use tsol_sema::hir::{Expr, ExprKind, FunctionId, Stmt, StmtKind};
use tsol_syntax::span::Span;

use super::cx::{Cx, Lowered};
use super::vars::Var;
use super::walk::{self, Node};
use crate::codes::E0604;

/// What comes first in some statements.
enum First {
    /// The storage is reset.
    Reset,
    /// A state variable is looked at.
    Read,
    /// Neither: it is up to what follows.
    Neither,
}

/// Whether `onCodeUpgrade` resets the storage before it looks at any state variable: then the old layout is not read.
pub(super) fn resets_first(cx: &Cx<'_>, id: FunctionId) -> Lowered<bool> {
    let found = if cx.effects(id).resets { in_function(cx, id, &mut Vec::new()) } else { Ok(First::Neither) };
    found.map(|first| matches!(first, First::Reset)).map_err(|span| {
        let message = "`tvm.resetStorage()` may come too late: it is not plain that it is called first";
        let help =
            "call it as a statement of its own at the top of `onCodeUpgrade`, or of a function called there";
        cx.diags.error(E0604, span, message).help(help).emit()
    })
}

/// What comes first in a function that resets the storage somewhere; `callers` leads to it.
///
/// # Errors
/// The place of a statement that may or may not reset the storage, or leave before that.
fn in_function(cx: &Cx<'_>, id: FunctionId, callers: &mut Vec<FunctionId>) -> Result<First, Span> {
    let function = cx.function(id);
    if !function.modifiers.is_empty() || callers.contains(&id) {
        return Err(function.span);
    }
    callers.push(id);
    let first = in_statements(cx, &function.body, callers);
    callers.pop();
    first
}

fn in_statements(cx: &Cx<'_>, list: &[Stmt], callers: &mut Vec<FunctionId>) -> Result<First, Span> {
    for stmt in list {
        let first = match &stmt.kind {
            StmtKind::Expr(Expr { kind: ExprKind::Builtin(Builtin::ResetStorage, _), .. }) => First::Reset,
            StmtKind::Expr(Expr { kind: ExprKind::Call(id, args), .. }) if cx.effects(*id).resets => {
                let mut seen = Seen::default();
                args.iter().for_each(|arg| walk::expr(arg, &mut |node| seen.add(cx, node)));
                match seen.first(stmt.span)? {
                    First::Neither => in_function(cx, *id, callers)?,
                    first => first,
                }
            }
            StmtKind::Block(body) => in_statements(cx, body, callers)?,
            _ => {
                let mut seen = Seen::default();
                walk::stmts(std::slice::from_ref(stmt), &mut |node| seen.add(cx, node));
                seen.first(stmt.span)?
            }
        };
        if !matches!(first, First::Neither) {
            return Ok(first);
        }
    }
    Ok(First::Neither)
}

/// What is somewhere in a statement, at some time or never.
#[derive(Default)]
struct Seen {
    resets: bool,
    reads: bool,
    leaves: bool,
}

impl Seen {
    fn add(&mut self, cx: &Cx<'_>, node: Node<'_>) {
        match node {
            Node::Stmt(stmt) => self.leaves |= matches!(stmt.kind, StmtKind::Return(..)),
            Node::Expr(e) => match &e.kind {
                ExprKind::State(_) => self.reads = true,
                ExprKind::Builtin(Builtin::ResetStorage, _) => self.resets = true,
                ExprKind::Call(id, _) | ExprKind::CallBound(id, _) | ExprKind::StackSort(id, _) => {
                    let effects = cx.effects(*id);
                    self.resets |= effects.resets;
                    self.reads |= effects.inputs().iter().any(|var| matches!(var, Var::State(_)));
                }
                _ => {}
            },
        }
    }

    fn first(&self, span: Span) -> Result<First, Span> {
        match self {
            Seen { resets: true, .. } => Err(span),
            Seen { reads: true, .. } => Ok(First::Read),
            // the storage is reset further on, but not on this way
            Seen { leaves: true, .. } => Err(span),
            _ => Ok(First::Neither),
        }
    }
}
