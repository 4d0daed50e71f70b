//! Visiting every expression of a piece of the typed tree.

use tsol_sema::hir::{AssignTarget, CallOptions, Expr, ExprKind, NewOptions, Stmt, StmtKind};

/// Calls `visit` for every statement, outer ones first, and for every expression in them.
pub(super) fn stmts<'t>(list: &'t [Stmt], visit: &mut dyn FnMut(Node<'t>)) {
    for stmt in list {
        visit(Node::Stmt(stmt));
        match &stmt.kind {
            StmtKind::Block(body) => stmts(body, visit),
            StmtKind::Let(_, value) => option(value.as_ref(), visit),
            StmtKind::Expr(value) => expr(value, visit),
            StmtKind::If(cond, then, els) => {
                expr(cond, visit);
                stmts(then, visit);
                stmts(els, visit);
            }
            StmtKind::While(cond, body) | StmtKind::DoWhile(body, cond) | StmtKind::Repeat(cond, body) => {
                expr(cond, visit);
                stmts(body, visit);
            }
            StmtKind::For(init, cond, step, body) => {
                if let Some(init) = init {
                    stmts(std::slice::from_ref(init), visit);
                }
                option(cond.as_ref(), visit);
                option(step.as_ref(), visit);
                stmts(body, visit);
            }
            StmtKind::ForEach { container, body, .. } => {
                expr(container, visit);
                stmts(body, visit);
            }
            StmtKind::Return(value, opts) => {
                options(opts, visit);
                option(value.as_ref(), visit);
            }
            StmtKind::Emit { args, dest, .. } => {
                args.iter().for_each(|arg| expr(arg, visit));
                option(dest.as_ref(), visit);
            }
            StmtKind::Try(body, catch) => {
                stmts(body, visit);
                stmts(&catch.body, visit);
            }
            StmtKind::Break | StmtKind::Continue | StmtKind::Placeholder => {}
        }
    }
}

/// What a visitor is shown.
#[derive(Clone, Copy, Debug)]
pub(super) enum Node<'t> {
    /// A statement; its parts follow.
    Stmt(&'t Stmt),
    /// An expression; its operands follow.
    Expr(&'t Expr),
}

fn option<'t>(value: Option<&'t Expr>, visit: &mut dyn FnMut(Node<'t>)) {
    if let Some(value) = value {
        expr(value, visit);
    }
}

fn boxed<'t>(value: &'t Option<Box<Expr>>, visit: &mut dyn FnMut(Node<'t>)) {
    option(value.as_deref(), visit);
}

fn options<'t>(opts: &'t CallOptions, visit: &mut dyn FnMut(Node<'t>)) {
    let parts = [&opts.value, &opts.currencies, &opts.bounce, &opts.flag, &opts.state_init];
    parts.into_iter().for_each(|part| boxed(part, visit));
}

fn new_options<'t>(opts: &'t NewOptions, visit: &mut dyn FnMut(Node<'t>)) {
    let parts = [&opts.state_init, &opts.code, &opts.pubkey, &opts.wid];
    parts.into_iter().for_each(|part| boxed(part, visit));
    opts.var_init.iter().for_each(|(_, value)| expr(value, visit));
    options(&opts.call, visit);
}

fn target<'t>(target_: &'t AssignTarget, visit: &mut dyn FnMut(Node<'t>)) {
    match target_ {
        AssignTarget::Place(place) => expr(place, visit),
        AssignTarget::Tuple(list) => list.iter().flatten().for_each(|part| target(part, visit)),
    }
}

/// Calls `visit` for the expression and all its operands.
pub(super) fn expr<'t>(e: &'t Expr, visit: &mut dyn FnMut(Node<'t>)) {
    visit(Node::Expr(e));
    match &e.kind {
        ExprKind::Tuple(list) | ExprKind::StructNew(_, list) | ExprKind::ArrayLiteral(list) => {
            list.iter().for_each(|part| expr(part, visit));
        }
        ExprKind::Call(_, list) | ExprKind::CallBound(_, list) | ExprKind::Builtin(_, list) => {
            list.iter().for_each(|part| expr(part, visit));
        }
        ExprKind::EncodeBody { args: list, .. } => {
            list.iter().for_each(|part| expr(part, visit));
        }
        ExprKind::Field(a, _) | ExprKind::Unary(_, a, _) | ExprKind::Delete(a) | ExprKind::Convert(a, _) => {
            expr(a, visit);
        }
        ExprKind::ArrayNew(a) | ExprKind::DecodeFunctionParams(_, a) | ExprKind::EnumCast(_, a) => {
            expr(a, visit)
        }
        ExprKind::StackSort(_, a) | ExprKind::IncDec { target: a, .. } => expr(a, visit),
        ExprKind::Index(a, b) | ExprKind::Binary(_, a, b, _) | ExprKind::AssignOp(_, a, b, _) => {
            expr(a, visit);
            expr(b, visit);
        }
        ExprKind::Slice(a, from, to) => {
            expr(a, visit);
            boxed(from, visit);
            boxed(to, visit);
        }
        ExprKind::Ternary(a, b, c) => [a, b, c].into_iter().for_each(|part| expr(part, visit)),
        ExprKind::Assign(to, value) => {
            expr(value, visit);
            target(to, visit);
        }
        ExprKind::MessageCall { target, args, options: opts, .. }
        | ExprKind::EncodeIntMsg { target, args, options: opts, .. } => {
            expr(target, visit);
            args.iter().for_each(|part| expr(part, visit));
            options(opts, visit);
        }
        ExprKind::Transfer { target, body, options: opts } => {
            expr(target, visit);
            boxed(body, visit);
            options(opts, visit);
        }
        ExprKind::New { args, options: opts, .. } => {
            new_options(opts, visit);
            args.iter().for_each(|part| expr(part, visit));
        }
        ExprKind::EncodeStateInit { options: opts, data, split_depth, .. } => {
            new_options(opts, visit);
            boxed(data, visit);
            boxed(split_depth, visit);
        }
        _ => leaf(&e.kind),
    }
}

/// Kinds without operands; listed so that a new kind with operands is not forgotten here.
fn leaf(kind: &ExprKind) {
    debug_assert!(
        matches!(
            kind,
            ExprKind::Int(_)
                | ExprKind::Bool(_)
                | ExprKind::Bytes(_)
                | ExprKind::SliceBits(_)
                | ExprKind::Address(..)
                | ExprKind::AddressNone
                | ExprKind::Default
                | ExprKind::Local(_)
                | ExprKind::State(_)
                | ExprKind::FunctionId(_)
        ),
        "an expression with operands is not walked"
    );
}
