use super::*;
use crate::ast::{BinaryOp, ExprKind, Ident, Item, Member, StmtKind, UnaryOp};
use crate::diag::Diagnostics;
use crate::parse;
use crate::span::{FileId, Span};

fn name(text: &str) -> Expr {
    Expr::new(Span::default(), ExprKind::Ident(Ident::new(text, Span::default())))
}

fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    let kind =
        ExprKind::Binary { op, op_span: Span::default(), left: Box::new(left), right: Box::new(right) };
    Expr::new(Span::default(), kind)
}

fn unary(op: UnaryOp, operand: Expr) -> Expr {
    Expr::new(Span::default(), ExprKind::Unary { op, operand: Box::new(operand) })
}

#[test]
fn trees_without_parentheses_get_those_they_need() {
    use BinaryOp::{Add, Mul, Pow, Sub};
    let (a, b, c) = (|| name("a"), || name("b"), || name("c"));
    let cases = [
        (binary(Mul, binary(Add, a(), b()), c()), "(a + b) * c"),
        (binary(Add, binary(Mul, a(), b()), c()), "a * b + c"),
        (binary(Sub, binary(Sub, a(), b()), c()), "a - b - c"),
        (binary(Sub, a(), binary(Sub, b(), c())), "a - (b - c)"),
        (binary(Pow, a(), binary(Pow, b(), c())), "a ** b ** c"),
        (binary(Pow, binary(Pow, a(), b()), c()), "(a ** b) ** c"),
        (unary(UnaryOp::Neg, binary(Pow, a(), b())), "-(a ** b)"),
        (binary(Pow, unary(UnaryOp::Neg, a()), b()), "-a ** b"),
        (unary(UnaryOp::Neg, unary(UnaryOp::Neg, a())), "- -a"),
        (unary(UnaryOp::Neg, unary(UnaryOp::PreDec, a())), "- --a"),
        (unary(UnaryOp::PostInc, unary(UnaryOp::PostInc, a())), "(a++)++"),
        (unary(UnaryOp::Delete, a()), "delete a"),
    ];
    for (expr, text) in cases {
        assert_eq!(print_expr(&expr), text);
    }
}

#[test]
fn bases_of_members_and_targets_get_parentheses() {
    let sum = || Box::new(binary(BinaryOp::Add, name("a"), name("b")));
    let member = ExprKind::Member { base: sum(), name: Ident::new("x", Span::default()) };
    assert_eq!(print_expr(&Expr::new(Span::default(), member)), "(a + b).x");
    let assign = |value: Box<Expr>| {
        let kind =
            ExprKind::Assign { op: None, op_span: Span::default(), target: Box::new(name("t")), value };
        Expr::new(Span::default(), kind)
    };
    assert_eq!(print_expr(&assign(Box::new(assign(sum())))), "t = t = a + b");
    assert_eq!(print_expr(&binary(BinaryOp::Or, assign(sum()), name("c"))), "(t = a + b) || c");
}

#[test]
fn an_else_stays_with_its_if() {
    let text = "contract A { function f() public { if (a) if (b) c(); else d(); } }";
    let unit = parse(FileId(0), text, &Diagnostics::new());
    let Item::Contract(contract) = &unit.items[0] else { panic!("{unit:?}") };
    let Member::Function(function) = &contract.members[0] else { panic!("{contract:?}") };
    let mut stmt = function.body.as_ref().unwrap().stmts[0].clone();
    assert_eq!(
        print_stmt(&stmt),
        "if (a) if (b) c(); else d();
"
    );
    // The same `else` at the outer `if` needs braces around the inner one.
    let StmtKind::If { then, otherwise, .. } = &mut stmt.kind else { panic!("{stmt:?}") };
    let StmtKind::If { otherwise: inner, .. } = &mut then.kind else { panic!("{then:?}") };
    *otherwise = inner.take();
    assert_eq!(print_stmt(&stmt), "if (a) { if (b) c(); } else d();\n");
}

#[test]
fn layout_is_four_blanks_and_one_line_each() {
    let text = "/// Doc.\ncontract A is B(1),C{uint constant x=1;function f(uint a)public pure returns(uint){if(a>1){return 2;}return a;}}";
    let expected = "/// Doc.\ncontract A is B(1), C {\n    uint256 constant x = 1;\n    function f(uint256 a) public pure returns (uint256) {\n        \
                    if (a > 1) {\n            return 2;\n        }\n        return a;\n    }\n}\n";
    assert_eq!(print(&parse(FileId(0), text, &Diagnostics::new())), expected);
}
