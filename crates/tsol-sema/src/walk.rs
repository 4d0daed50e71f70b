//! Visiting every expression of a function.

use crate::hir::{AssignTarget, CallOptions, Expr, ExprKind, Function, NewOptions, Stmt, StmtKind};

/// Functions that a function calls, by index.
pub(crate) fn called(function: &Function) -> Vec<usize> {
    let mut calls = Vec::new();
    each_expr(function, &mut |expr| match &expr.kind {
        ExprKind::Call(id, _) | ExprKind::CallBound(id, _) | ExprKind::StackSort(id, _) => {
            calls.push(id.0 as usize);
        }
        _ => {}
    });
    calls
}

/// Calls `visit` for every expression, outer ones first.
pub(crate) fn each_expr(function: &Function, visit: &mut dyn FnMut(&Expr)) {
    for modifier in &function.modifiers {
        modifier.args.iter().for_each(|arg| expr(arg, visit));
        stmts(&modifier.body, visit);
    }
    stmts(&function.body, visit);
}

fn stmts(list: &[Stmt], visit: &mut dyn FnMut(&Expr)) {
    list.iter().for_each(|stmt| one(stmt, visit));
}

fn one(stmt: &Stmt, visit: &mut dyn FnMut(&Expr)) {
    match &stmt.kind {
        StmtKind::Block(body) => stmts(body, visit),
        StmtKind::Let(_, value) => value.iter().for_each(|value| expr(value, visit)),
        StmtKind::Expr(value) => expr(value, visit),
        StmtKind::If(cond, then, otherwise) => {
            expr(cond, visit);
            stmts(then, visit);
            stmts(otherwise, visit);
        }
        StmtKind::While(cond, body) | StmtKind::DoWhile(body, cond) | StmtKind::Repeat(cond, body) => {
            expr(cond, visit);
            stmts(body, visit);
        }
        StmtKind::For(init, cond, step, body) => {
            init.iter().for_each(|init| one(init, visit));
            cond.iter().chain(step).for_each(|part| expr(part, visit));
            stmts(body, visit);
        }
        StmtKind::ForEach { container, body, .. } => {
            expr(container, visit);
            stmts(body, visit);
        }
        StmtKind::Return(value, opts) => {
            value.iter().for_each(|value| expr(value, visit));
            options(opts, visit);
        }
        StmtKind::Emit { args, dest, .. } => args.iter().chain(dest).for_each(|part| expr(part, visit)),
        StmtKind::Try(body, catch) => {
            stmts(body, visit);
            stmts(&catch.body, visit);
        }
        StmtKind::Break | StmtKind::Continue | StmtKind::Placeholder => {}
    }
}

/// Calls `visit` for an expression and every part of it.
pub(crate) fn expr(value: &Expr, visit: &mut dyn FnMut(&Expr)) {
    visit(value);
    let mut each = |part: &Expr| expr(part, visit);
    match &value.kind {
        ExprKind::Int(_) | ExprKind::Bool(_) | ExprKind::Bytes(_) | ExprKind::Address(..) => {}
        ExprKind::AddressNone | ExprKind::Default | ExprKind::Local(_) | ExprKind::State(_) => {}
        ExprKind::SliceBits(_) | ExprKind::FunctionId(_) => {}
        ExprKind::Tuple(list) | ExprKind::StructNew(_, list) | ExprKind::ArrayLiteral(list) => {
            list.iter().for_each(each);
        }
        ExprKind::Call(_, list) | ExprKind::CallBound(_, list) | ExprKind::Builtin(_, list) => {
            list.iter().for_each(each);
        }
        ExprKind::EncodeBody { args, .. } => args.iter().for_each(each),
        ExprKind::Field(inner, _) | ExprKind::Unary(_, inner, _) | ExprKind::Delete(inner) => each(inner),
        ExprKind::Convert(inner, _) | ExprKind::ArrayNew(inner) | ExprKind::EnumCast(_, inner) => each(inner),
        ExprKind::StackSort(_, inner) | ExprKind::DecodeFunctionParams(_, inner) => each(inner),
        ExprKind::IncDec { target, .. } => each(target),
        ExprKind::Index(a, b) | ExprKind::Binary(_, a, b, _) | ExprKind::AssignOp(_, a, b, _) => {
            each(a);
            each(b);
        }
        ExprKind::Slice(base, from, to) => {
            each(base);
            from.iter().chain(to).for_each(|part| each(part));
        }
        ExprKind::Ternary(a, b, c) => [a, b, c].into_iter().for_each(|part| each(part)),
        ExprKind::Assign(target, inner) => {
            assign_target(target, visit);
            expr(inner, visit);
        }
        ExprKind::MessageCall { target, args, options: opts, .. }
        | ExprKind::EncodeIntMsg { target, args, options: opts, .. } => {
            each(target);
            args.iter().for_each(each);
            options(opts, visit);
        }
        ExprKind::Transfer { target, body, options: opts } => {
            each(target);
            body.iter().for_each(|part| each(part));
            options(opts, visit);
        }
        ExprKind::New { args, options: opts, .. } => {
            args.iter().for_each(each);
            new_options(opts, visit);
        }
        ExprKind::EncodeStateInit { options: opts, data, split_depth, .. } => {
            data.iter().chain(split_depth).for_each(|part| each(part));
            new_options(opts, visit);
        }
    }
}

fn assign_target(target: &AssignTarget, visit: &mut dyn FnMut(&Expr)) {
    match target {
        AssignTarget::Place(place) => expr(place, visit),
        AssignTarget::Tuple(parts) => parts.iter().flatten().for_each(|part| assign_target(part, visit)),
    }
}

fn options(opts: &CallOptions, visit: &mut dyn FnMut(&Expr)) {
    let all = [&opts.value, &opts.currencies, &opts.bounce, &opts.flag, &opts.state_init];
    all.into_iter().flatten().for_each(|part| expr(part, visit));
}

fn new_options(opts: &NewOptions, visit: &mut dyn FnMut(&Expr)) {
    let all = [&opts.state_init, &opts.code, &opts.pubkey, &opts.wid];
    all.into_iter().flatten().for_each(|part| expr(part, visit));
    opts.var_init.iter().for_each(|(_, value)| expr(value, visit));
    options(&opts.call, visit);
}
