use num_bigint::BigUint;

use super::{expr, only_contract, parse_text, printed, stmt};
use crate::ast::{CallArgs, Expr, ExprKind, Member, NumberLit, StmtKind, StringLit, TypeKind, UnaryOp, Unit};

/// The expression with all operators in brackets, which shows how they group.
fn grouped(e: &Expr) -> String {
    match &e.kind {
        ExprKind::Binary { op, left, right, .. } => {
            format!("[{} {} {}]", grouped(left), op.as_str(), grouped(right))
        }
        ExprKind::Unary { op, operand } if op.is_postfix() => {
            format!("[{} {}]", grouped(operand), op.as_str())
        }
        ExprKind::Unary { op, operand } => format!("[{} {}]", op.as_str(), grouped(operand)),
        ExprKind::Assign { op, target, value, .. } => {
            let op = op.map_or("", |op| op.as_str());
            format!("[{} {op}= {}]", grouped(target), grouped(value))
        }
        ExprKind::Ternary { cond, then, otherwise } => {
            format!("[{} ? {} : {}]", grouped(cond), grouped(then), grouped(otherwise))
        }
        _ => printed(e),
    }
}

#[test]
fn operators_group_by_precedence() {
    let cases = [
        ("a + b * c", "[a + [b * c]]"),
        ("a - b - c", "[[a - b] - c]"),
        ("a ** b ** c", "[a ** [b ** c]]"),
        ("-a ** b", "[[- a] ** b]"),
        ("a * -b", "[a * [- b]]"),
        ("a | b ^ c & d", "[a | [b ^ [c & d]]]"),
        ("a & b == c", "[[a & b] == c]"),
        ("a < b == c > d", "[[a < b] == [c > d]]"),
        ("a << b + c", "[a << [b + c]]"),
        ("a || b && c || d", "[[a || [b && c]] || d]"),
        ("!a && ~b == c", "[[! a] && [[~ b] == c]]"),
        ("a = b = c", "[a = [b = c]]"),
        ("a += b ? c : d", "[a += [b ? c : d]]"),
        ("a ? b : c ? d : e", "[a ? b : [c ? d : e]]"),
        ("a || b ? c : d = e", "[[a || b] ? c : [d = e]]"),
        ("-a++", "[- [a ++]]"),
        ("!a.b[c](d)", "[! a.b[c](d)]"),
        ("delete a.b", "[delete a.b]"),
        ("a - -b - --c", "[[a - [- b]] - [-- c]]"),
        ("a >>= b >> c", "[a >>= [b >> c]]"),
    ];
    for (text, groups) in cases {
        assert_eq!(grouped(&expr(text)), groups, "{text}");
    }
}

fn number(text: &str) -> NumberLit {
    match expr(text).kind {
        ExprKind::Number(number) => number,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn numbers_have_exact_values() {
    let whole = [
        ("0", 0u64),
        ("1_000_000", 1_000_000),
        ("0xFf_00", 0xff00),
        ("1e9", 1_000_000_000),
        ("1.5e3", 1500),
        ("2500e-2", 25),
        ("1.5 ton", 1_500_000_000),
        ("1 Ever", 1_000_000_000),
        (".25 milliton", 250_000),
        ("3 nTon", 3),
        ("2 micro", 2_000),
        ("1 kEver", 1_000_000_000_000),
        ("1 MTon", 1_000_000_000_000_000),
        ("1 gigaever", 1_000_000_000_000_000_000),
        ("2 weeks", 1_209_600),
        ("0.5 minutes", 30),
        ("1.50", 0),
    ];
    for (text, value) in whole {
        let number = number(text);
        if text == "1.50" {
            assert_eq!(number.as_integer(), None);
            assert_eq!(&number.numerator * 2u8, &number.denominator * 3u8);
        } else {
            assert_eq!(number.as_integer(), Some(&BigUint::from(value)), "{text}");
        }
    }
    assert_eq!(number("7 hours").unit, Some(Unit::Hours));
    assert_eq!(number("0x00_ff").hex_digits(), Some(4));
    assert_eq!(number("255").hex_digits(), None);
    let max = number("0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff").numerator;
    assert_eq!(max + 1u8, BigUint::from(2u8).pow(256));
}

fn string(text: &str) -> StringLit {
    match expr(text).kind {
        ExprKind::String(string) => string,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn strings_are_decoded_and_joined() {
    assert_eq!(string(r#""a\n\t\r\"\'\\\x41\u0434""#).value, "a\n\t\r\"'\\A\u{434}".as_bytes());
    assert_eq!(string("\"one\" 'two'").value, b"onetwo");
    assert_eq!(string("\"a\\\nb\"").value, b"ab");
    assert_eq!(string("\"a\\\r\nb\"").value, b"ab");
    assert_eq!(string("hex\"00_ff\" hex'Ab'").value, [0x00, 0xff, 0xab]);
    assert_eq!(string("unicode\"да🙂\"").value, "да🙂".as_bytes());
    assert_eq!(string("\"\"").value, b"");
    assert_eq!(string("\"\\xff\"").value, [0xff]);
}

#[test]
fn types_stand_where_values_do() {
    let type_of = |text: &str| match expr(text).kind {
        ExprKind::Type(ty) => crate::print::print_type(&ty),
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(type_of("uint8"), "uint8");
    assert_eq!(type_of("uint[2][]"), "uint256[2][]");
    assert_eq!(type_of("Lib.T[]"), "Lib.T[]");
    assert_eq!(type_of("T[3][]"), "T[3][]");
    assert_eq!(type_of("mapping(uint => T)[]"), "mapping(uint256 => T)[]");
    assert_eq!(type_of("optional(uint, T)"), "optional(uint256, T)");
    // These may be values; sema decides and can read them as types.
    for (text, ty) in [("T", "T"), ("Lib.T", "Lib.T"), ("T[3]", "T[3]"), ("a.b[1][2]", "a.b[1][2]")] {
        let value = expr(text);
        assert!(!matches!(value.kind, ExprKind::Type(_)), "{text}");
        assert_eq!(crate::print::print_type(&value.to_type_name().unwrap()), ty);
    }
    assert!(expr("f()").to_type_name().is_none());
    let ExprKind::TypeInfo(ty) = expr("type(Lib.E)").kind else { panic!() };
    assert!(matches!(ty.kind, TypeKind::User(_)));
}

#[test]
fn calls_options_and_new() {
    let ExprKind::Call { callee, args } = expr("new C{value: 1, varInit: {m_a: 2}}({x: 3})").kind else {
        panic!()
    };
    let CallArgs::Named(args) = args else { panic!() };
    assert_eq!((args.len(), args[0].name.as_str()), (1, "x"));
    let ExprKind::CallOptions { callee, options } = callee.kind else { panic!() };
    assert!(matches!(callee.kind, ExprKind::New(_)));
    assert_eq!(options[1].name, "varInit");
    let ExprKind::Fields(fields) = &options[1].value.kind else { panic!() };
    assert_eq!(fields[0].name, "m_a");

    let ExprKind::Call { args, .. } = expr("t({call: {C.f, 1, x}})").kind else { panic!() };
    let ExprKind::CallList { function, args } = &args.values()[0].kind else { panic!() };
    assert_eq!((printed(function).as_str(), args.len()), ("C.f", 2));

    let ExprKind::Call { callee, .. } = expr("new uint[][](3)").kind else { panic!() };
    let ExprKind::New(ty) = &callee.kind else { panic!() };
    assert_eq!(crate::print::print_type(ty), "uint256[][]");
}

#[test]
fn tuples_keep_their_gaps() {
    let gaps = |text: &str| match expr(text).kind {
        ExprKind::Tuple(parts) => parts.iter().map(Option::is_some).collect::<Vec<_>>(),
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(gaps("(a, , b)"), [true, false, true]);
    assert_eq!(gaps("(, a)"), [false, true]);
    assert_eq!(gaps("(a, )"), [true, false]);
    assert_eq!(gaps("()"), [] as [bool; 0]);
    assert!(matches!(expr("((a))").kind, ExprKind::Paren(_)));
    assert_eq!(expr("((a))").unparen().as_ident().unwrap().name, "a");
}

#[test]
fn index_ranges_have_open_ends() {
    let ends = |text: &str| match expr(text).kind {
        ExprKind::IndexRange { start, end, .. } => (start.is_some(), end.is_some()),
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(ends("a[1:2]"), (true, true));
    assert_eq!(ends("a[1:]"), (true, false));
    assert_eq!(ends("a[:2]"), (false, true));
    assert_eq!(ends("a[:]"), (false, false));
}

#[test]
fn spans_cover_what_was_written() {
    let text = "contract A { uint x = a.b(1, 2) + (c) ** d++; }";
    let contract = only_contract(parse_text(text).0);
    let Member::Var(var) = &contract.members[0] else { panic!() };
    let init = var.init.as_ref().unwrap();
    assert_eq!(super::at(text, init.span), "a.b(1, 2) + (c) ** d++");
    let ExprKind::Binary { left, right, op_span, .. } = &init.kind else { panic!() };
    assert_eq!((super::at(text, left.span), super::at(text, *op_span)), ("a.b(1, 2)", "+"));
    assert_eq!(super::at(text, right.span), "(c) ** d++");
    assert_eq!(super::at(text, var.span), "uint x = a.b(1, 2) + (c) ** d++;");
}

#[test]
fn a_brace_behind_a_condition_begins_a_block() {
    assert!(matches!(stmt("if (a) { b; }").kind, StmtKind::If { .. }));
    let options = expr("f{value: 1}").kind;
    assert!(matches!(options, ExprKind::CallOptions { .. }));
    assert!(matches!(expr("x--").kind, ExprKind::Unary { op: UnaryOp::PostDec, .. }));
}
