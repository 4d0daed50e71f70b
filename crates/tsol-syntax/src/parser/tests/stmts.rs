use super::{stmt, var_type};
use crate::ast::{RangeBinding, StmtKind};
use crate::print::{print_expr, print_stmt};

#[test]
fn declarations_are_told_from_expressions() {
    let declarations = [
        ("uint a", "uint256"),
        ("a.b c", "a.b"),
        ("a.b[3] c", "a.b[3]"),
        ("a[] c = d", "a[]"),
        ("a[1][] c", "a[1][]"),
        ("mapping(uint => bool) m", "mapping(uint256 => bool)"),
        ("optional(uint) o = f()", "optional(uint256)"),
        ("vector(T) v", "vector(T)"),
        ("stack(T)[] s", "stack(T)[]"),
        ("function (uint) pure returns (bool) f = g", "function (uint256) pure returns (bool)"),
        ("(uint a, , T[] b) = f()", "uint256, , T[]"),
        ("(, uint b) = f()", ", uint256"),
        ("(uint a) = f()", "uint256"),
        ("(uint a, ) = f()", "uint256, "),
    ];
    for (text, types) in declarations {
        assert_eq!(var_type(text), types, "{text}");
    }
    for text in [
        "a",
        "a.b[3] = c",
        "a[1]++",
        "(a, b) = (b, a)",
        "(a, )",
        "(a)(1)",
        "uint",
        "(a + b) * c",
        "(a) ? b : c",
    ] {
        assert!(matches!(stmt(&format!("{text};")).kind, StmtKind::Expr(_)), "{text}");
    }
}

#[test]
fn loops_over_ranges_declare_or_assign() {
    let binding = |text: &str| match stmt(text).kind {
        StmtKind::ForRange { binding, iterable, .. } => {
            assert_eq!(print_expr(&iterable), "m");
            match binding {
                RangeBinding::Declare(decl) => decl.vars.iter().filter(|v| v.is_some()).count(),
                RangeBinding::Assign(_) => 100,
            }
        }
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(binding("for (uint x : m) { }"), 1);
    assert_eq!(binding("for ((uint k, T v) : m) f();"), 2);
    assert_eq!(binding("for ((, T v) : m) { }"), 1);
    assert_eq!(binding("for ((k, v) : m) { }"), 100);
    assert_eq!(binding("for (x : m) { }"), 100);
}

#[test]
fn for_heads_may_be_empty() {
    let parts = |text: &str| match stmt(text).kind {
        StmtKind::For { init, cond, step, .. } => (init.is_some(), cond.is_some(), step.is_some()),
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(parts("for (;;) { }"), (false, false, false));
    assert_eq!(parts("for (uint i = 0; i < 3; i++) { }"), (true, true, true));
    assert_eq!(parts("for ((a, b) = (1, 2); ; ) { }"), (true, false, false));
}

#[test]
fn an_else_belongs_to_the_nearest_if() {
    let StmtKind::If { then, otherwise, .. } = stmt("if (a) if (b) c; else d;").kind else { panic!() };
    assert!(otherwise.is_none());
    assert!(matches!(then.kind, StmtKind::If { otherwise: Some(_), .. }));
}

#[test]
fn every_statement_prints_as_it_was_written() {
    let texts = [
        "while (a) b();",
        "do { a; } while (b);",
        "do a; while (b);",
        "repeat (3) a();",
        "return;",
        "return a;",
        "return {value: 1, flag: 64} (a, b);",
        "return {value: 1};",
        "emit E();",
        "emit L.E{dest: d}({a: 1});",
        "break;",
        "continue;",
        "unchecked { a; }",
        "try { a; } catch { b; }",
        "try { a; } catch (variant v, uint16 c) { b; }",
        "delete a[1];",
    ];
    for text in texts {
        let printed = print_stmt(&stmt(text)).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(printed, text);
    }
}

#[test]
fn the_placeholder_is_a_name_outside_of_modifiers() {
    let unit = super::clean("contract A { modifier m { _; } function f() public { _; } }");
    let text = format!("{unit:?}");
    assert_eq!(text.matches("Placeholder").count(), 1);
    assert_eq!(text.matches("name: \"_\"").count(), 1);
}
