//! Readable assembly with source lines.

use std::fmt::Write as _;

use tsol_syntax::span::Span;

use crate::ir::Const;
use crate::stack::{Branch, Code, Insn};

type Lines<'a> = &'a dyn Fn(Span) -> Option<(String, u32)>;

/// All functions, one after the other; a comment marks each change of the source line.
pub(crate) fn print(functions: &[(String, Code)], line: Lines<'_>) -> String {
    let mut out = String::new();
    for (name, code) in functions {
        let _ = writeln!(out, "{name}:{}", if code.cold { " ; cold" } else { "" });
        let mut last = None;
        block(&mut out, code, 1, line, &mut last);
        out.push('\n');
    }
    out
}

fn block(out: &mut String, code: &Code, depth: usize, line: Lines<'_>, last: &mut Option<(String, u32)>) {
    let pad = depth * 2;
    for placed in &code.insns {
        let here = placed.span.and_then(line);
        if here.is_some() && here != *last {
            if let Some((file, number)) = &here {
                let _ = writeln!(out, "{:pad$}; {file}:{number}", "");
            }
            *last = here;
        }
        let bodies = placed.insn.bodies();
        let _ = write!(out, "{:pad$}{}", "", text(&placed.insn));
        for (i, body) in bodies.iter().enumerate() {
            let _ = writeln!(out, "{}{{", if i == 0 { " " } else { ", " });
            block(out, body, depth + 1, line, last);
            let _ = write!(out, "{:pad$}}}", "");
        }
        out.push('\n');
    }
}

fn text(insn: &Insn) -> String {
    let brk = |name: &str, brk: bool| format!("{name}{}", if brk { "BRK" } else { "" });
    match insn {
        Insn::Op(op) => op.to_string(),
        Insn::Bare(op) => op.to_string().split(" NULL").next().unwrap_or_default().to_owned(),
        Insn::Const(Const::Int(n)) => format!("PUSHINT {n}"),
        Insn::Const(Const::Null) => "NULL".into(),
        Insn::Const(Const::NaN) => "PUSHNAN".into(),
        Insn::Const(Const::EmptyTuple) => "NIL".into(),
        Insn::Const(value @ Const::Slice(_)) => format!("PUSHSLICE {value}"),
        Insn::Const(value @ Const::Cell(_)) => format!("PUSHREF {value}"),
        Insn::Stack(op) => op.to_string(),
        Insn::Branch(Branch::If, _) => "IF".into(),
        Insn::Branch(Branch::IfNot, _) => "IFNOT".into(),
        Insn::Branch(Branch::IfJmp, _) => "IFJMP".into(),
        Insn::Branch(Branch::IfNotJmp, _) => "IFNOTJMP".into(),
        Insn::IfElse(..) => "IFELSE".into(),
        Insn::Execute(_) => "EXECUTE".into(),
        Insn::Call(func) => format!("CALL f{}", func.0),
        Insn::Jump(func) => format!("JMP f{}", func.0),
        Insn::While(_, _, b) => brk("WHILE", *b),
        Insn::Until(_, b) => brk("UNTIL", *b),
        Insn::Again(_, b) => brk("AGAIN", *b),
        Insn::Try { args, results, captured, .. } => {
            format!("TRYARGS {args}, {results} ; handler keeps {captured}")
        }
        Insn::RetAlt => "RETALT".into(),
        Insn::Ret => "RET".into(),
        Insn::SameAltSave => "SAMEALTSAVE".into(),
        Insn::PushC0 => "PUSH c0".into(),
        Insn::JmpX => "JMPX".into(),
    }
}
