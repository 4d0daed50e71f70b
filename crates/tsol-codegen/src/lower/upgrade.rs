//! What new code may assume about the state that old code left.

use tsol_sema::builtin::Builtin;
use tsol_sema::hir::{ExprKind, Function, StmtKind};

use super::cx::Cx;
use super::vars::Var;
use super::walk::{self, Node};

/// Whether `onCodeUpgrade` resets the storage before it looks at any state variable: then the old layout is not read.
pub(super) fn resets_first(cx: &Cx<'_>, function: &Function) -> bool {
    if !function.modifiers.is_empty() {
        return false;
    }
    for stmt in &function.body {
        if let StmtKind::Expr(e) = &stmt.kind
            && matches!(e.kind, ExprKind::Builtin(Builtin::ResetStorage, _))
        {
            return true;
        }
        let mut touches = false;
        walk::stmts(std::slice::from_ref(stmt), &mut |node| match node {
            Node::Expr(e) => {
                touches |= match &e.kind {
                    ExprKind::State(_) => true,
                    ExprKind::Call(id, _) | ExprKind::CallBound(id, _) => {
                        cx.effects(*id).inputs().iter().any(|var| matches!(var, Var::State(_)))
                    }
                    _ => false,
                };
            }
            Node::Stmt(stmt) => touches |= matches!(stmt.kind, StmtKind::Return(..)),
        });
        if touches {
            return false;
        }
    }
    false
}
