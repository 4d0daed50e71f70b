//! Tests of the parser, by what they parse.

mod bounds;
mod errors;
mod exprs;
mod items;
mod stmts;

use crate::ast::{ContractDef, Expr, FunctionDef, Item, Member, SourceUnit, Stmt, StmtKind};
use crate::diag::{Diagnostic, Diagnostics};
use crate::parse;
use crate::print::{print_expr, print_type};
use crate::span::FileId;

fn parse_text(text: &str) -> (SourceUnit, Vec<Diagnostic>) {
    let diags = Diagnostics::new();
    let unit = parse(FileId(0), text, &diags);
    (unit, diags.into_sorted())
}

/// Codes of everything reported, in order of place.
fn codes(text: &str) -> Vec<&'static str> {
    parse_text(text).1.iter().map(|d| d.code.as_str()).collect()
}

fn clean(text: &str) -> SourceUnit {
    let (unit, diags) = parse_text(text);
    assert!(diags.is_empty(), "{text}: {diags:#?}");
    unit
}

fn only_contract(unit: SourceUnit) -> ContractDef {
    let contract = unit.items.into_iter().find_map(|item| match item {
        Item::Contract(contract) => Some(contract),
        _ => None,
    });
    contract.expect("a contract")
}

fn contract(members: &str) -> ContractDef {
    only_contract(clean(&format!("contract A {{ {members} }}")))
}

fn function(text: &str) -> FunctionDef {
    match contract(text).members.into_iter().next() {
        Some(Member::Function(function)) => function,
        other => panic!("{text}: {other:?}"),
    }
}

fn stmt(text: &str) -> Stmt {
    let body = function(&format!("function f() public {{ {text} }}")).body.expect("a body");
    assert_eq!(body.stmts.len(), 1, "{text}");
    body.stmts.into_iter().next().expect("a statement")
}

fn expr(text: &str) -> Expr {
    match stmt(&format!("{text};")).kind {
        StmtKind::Expr(expr) => expr,
        other => panic!("{text}: {other:?}"),
    }
}

/// The printed types of a declaration `T x;`.
fn var_type(text: &str) -> String {
    match stmt(&format!("{text};")).kind {
        StmtKind::VarDecl(decl) => {
            let types = decl.vars.iter().map(|v| v.as_ref().map_or(String::new(), |v| print_type(&v.ty)));
            types.collect::<Vec<_>>().join(", ")
        }
        other => panic!("{text}: {other:?}"),
    }
}

/// Text of the span of something in a source.
fn at(text: &str, span: crate::span::Span) -> &str {
    &text[span.start as usize..span.end as usize]
}

fn printed(expr: &Expr) -> String {
    print_expr(expr)
}
