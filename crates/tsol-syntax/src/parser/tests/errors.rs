use super::{at, codes, parse_text};
use crate::ast::{ExprKind, Item, Member, StmtKind};
use crate::diag::Severity;

/// Source, code, and the text that the primary label covers.
const CASES: &[(&str, &str, &str)] = &[
    ("contract A { uint x = #; }", "E0101", "#"),
    ("contract A { } /* open", "E0102", "/* open"),
    ("contract A { string s = \"open;\n }", "E0103", "\"open;"),
    ("contract A { string s = \"\\q\"; }", "E0104", "\\q"),
    ("contract A { string s = \"\\x4\"; }", "E0104", "\\x"),
    ("contract A { string s = \"\\ud800\"; }", "E0104", "\\u"),
    ("contract A { string s = \"да\"; }", "E0105", "д"),
    ("contract A { bytes s = hex\"0\"; }", "E0106", "0"),
    ("contract A { bytes s = hex\"0g\"; }", "E0106", "0g"),
    ("contract A { bytes s = hex\"_00\"; }", "E0106", "_"),
    ("contract A { uint x = 1__0; }", "E0107", "1__0"),
    ("contract A { uint x = 012; }", "E0107", "012"),
    ("contract A { uint x = 1a; }", "E0107", "1a"),
    ("contract A { uint x = 0x1 ton; }", "E0107", "ton"),
    ("contract A { uint x = 1e1001; }", "E0108", "1e1001"),
    ("contract A { uint x = 1e99999999999999999999; }", "E0108", "1e99999999999999999999"),
    ("contract A { } // \u{202e}", "E0109", "// \u{202e}"),
    ("contract A { uint hex; }", "E0110", "hex"),
    ("contract A { uint x = ; }", "E0111", ";"),
    ("contract A { uint x = 1 }", "E0111", ""),
    ("contract A { function f( }", "E0111", "}"),
    ("contract { }", "E0111", "{"),
    ("import a;", "E0111", "a"),
    ("import {A} \"a\";", "E0111", "\"a\""),
    ("uint", "E0111", ""),
    ("contract A { uint ton; }", "E0112", "ton"),
    ("contract A { uint match = 1; }", "E0112", "match"),
    ("contract A { function f() public { uint ever = 1; } }", "E0112", "ever"),
    ("contract A { mapping(uint => bool) indexed; }", "E0112", "indexed"),
    ("contract A { ", "E0114", ""),
    ("contract A { function f() public { if (a) { }", "E0114", ""),
    ("contract A { uint public private x; }", "E0115", "private"),
    ("contract A { function f() public view pure { } }", "E0115", "pure"),
    ("contract A { function f() public inline inline { } }", "E0115", "inline"),
    ("contract A { event E(uint indexed indexed a); }", "E0115", "indexed"),
    ("contract A { function f() override override public { } }", "E0115", "override"),
    ("contract A { function f(uint indexed) public { } }", "E0112", "indexed"),
    ("contract A { function f(uint indexed a) public { } }", "E0116", "indexed"),
    ("contract A { function f() static public { } }", "E0116", "static"),
    ("contract A { uint pure x; }", "E0116", "pure"),
    ("contract A { struct S { uint public a; } }", "E0116", "public"),
    ("contract A { modifier m() public { _; } }", "E0116", "public"),
    ("contract A { enum E { B, } }", "E0117", ","),
    ("contract A { function f(uint a,) public { } }", "E0117", ","),
    ("contract A { function f() public { g({a: 1,}); } }", "E0117", ","),
    ("contract A { enum E { } }", "E0118", "E"),
    ("import \"\";", "E0119", "\"\""),
    ("contract A { function f(uint[] memory a) public { } }", "E0120", "memory"),
    ("contract A { uint[] calldata x; }", "E0120", "calldata"),
    ("contract A { function f() public { S storage s = t; } }", "E0120", "storage"),
    ("error E(uint a); contract A { }", "E0121", "error"),
    ("contract A { error E(); }", "E0121", "error"),
    ("contract A { function f() public { revert E(); } }", "E0121", "revert"),
    ("contract A { function f() public { revert E({a: S({b: 1})}); g(); } }", "E0121", "revert"),
    ("function f() assembly pure returns (uint) { \"NIL\", \"DROP\" }", "E0122", "assembly"),
    ("contract A { function f() public { assembly { let x := 1 } } }", "E0122", "assembly"),
    ("contract A { uint immutable x; }", "E0123", "immutable"),
    ("contract A { uint x = +1; }", "E0124", "+"),
    ("contract A { uint x = a >>> 1; }", "E0125", ">>>"),
    ("contract A { function f() public { a >>>= 1; } }", "E0125", ">>>="),
    ("contract A { byte x; }", "E0126", "byte"),
    ("contract A { function f() public { var x = 1; } }", "E0126", "var"),
    ("contract A { function f() public { throw; } }", "E0126", "throw"),
    ("using {f as &&} for T global;", "E0127", "&&"),
    ("using {f as x} for T global;", "E0127", "x"),
    ("contract A { function f() public { (uint a, b) = g(); } }", "E0128", "b"),
    ("contract A { function f() public { (uint a, uint b); } }", "E0128", ";"),
    ("contract A { function f() public { x = [1, , 2]; } }", "E0129", ","),
    ("contract A { function f() public { if (a) unchecked { b; } } }", "E0130", "unchecked"),
    ("contract A { function constructor() public { } }", "E0131", "constructor"),
    ("pragma ;", "E0132", "pragma"),
    ("contract A { address payable x; }", "W0101", "payable"),
    ("contract A { function f() public payable { } }", "W0101", "payable"),
    ("contract A { function f() public { x = payable(y); } }", "W0101", "payable"),
    ("contract A { function onBounce(TvmSlice s) public { } }", "W0102", "onBounce"),
    ("contract A { varUint16 x; }", "W0103", "varUint16"),
];

#[test]
fn each_mistake_is_reported_once_with_its_code_and_place() {
    let mut wrong = Vec::new();
    for (text, code, place) in CASES {
        let (_, diags) = parse_text(text);
        let found: Vec<_> = diags.iter().map(|d| (d.code.as_str(), at(text, d.span()))).collect();
        let is_warning = diags.iter().all(|d| d.severity == Severity::Warning);
        if found != [(*code, *place)] || is_warning != code.starts_with('W') {
            wrong.push(format!("{text}: {found:?} instead of {code} at {place:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_of_the_table_has_a_case() {
    for info in crate::codes::TABLE {
        // E0113 has its own tests beside the limits.
        let code = info.code.as_str();
        assert!(code == "E0113" || CASES.iter().any(|(_, c, _)| *c == code), "{code} has no case");
    }
}

#[test]
fn parsing_goes_on_behind_a_broken_statement() {
    let text = "contract A { function f() public { a = ; b = 1; if (c { d(); } e(); } function g() public { 1 +; } uint x; }";
    assert_eq!(codes(text), ["E0111", "E0111", "E0111"]);
    let contract = super::only_contract(parse_text(text).0);
    let [Member::Function(f), Member::Function(_), Member::Var(_)] = contract.members.as_slice() else {
        panic!("{contract:?}")
    };
    let kinds: Vec<_> =
        f.body.as_ref().unwrap().stmts.iter().map(|s| matches!(s.kind, StmtKind::Error(_))).collect();
    assert_eq!(kinds, [true, false, true, false]);
}

#[test]
fn a_broken_condition_does_not_orphan_its_else() {
    assert_eq!(
        codes("contract A { function f() public { if (a +) { b(); } else { c(); } d(); } }"),
        ["E0111"]
    );
    assert_eq!(codes("contract A { function f() public { if (a b(); else c(); d(); } }"), ["E0111"]);
}

#[test]
fn a_broken_member_does_not_hide_its_neighbours() {
    let text =
        "contract A { uint a b c; function (; event E(uint a); function g() public {} } contract B { }";
    let (unit, _) = parse_text(text);
    let [Item::Contract(a), Item::Contract(_)] = unit.items.as_slice() else { panic!("{unit:?}") };
    assert!(a.members.iter().any(|m| matches!(m, Member::Event(_))));
    assert!(a.members.iter().any(|m| matches!(m, Member::Function(f) if f.name == "g")));
}

#[test]
fn a_missing_semicolon_at_the_end_of_a_line_costs_nothing_else() {
    let text = "contract A {\n uint a\n uint b;\n function f() public {\n a = 1\n b = 2;\n return\n }\n}";
    let (unit, diags) = parse_text(text);
    assert_eq!(diags.len(), 3, "{diags:#?}");
    let contract = super::only_contract(unit);
    assert_eq!(contract.members.len(), 3);
    let Member::Function(f) = &contract.members[2] else { panic!() };
    assert!(f.body.as_ref().unwrap().stmts.iter().all(|s| !matches!(s.kind, StmtKind::Error(_))));
}

#[test]
fn a_missing_brace_is_reported_where_the_next_declaration_begins() {
    let text = "contract A { function f() public { a = 1; function g() public { } } contract B { }";
    let (unit, diags) = parse_text(text);
    let found: Vec<_> = diags.iter().map(|d| (d.code.as_str(), at(text, d.span()))).collect();
    assert_eq!(found, [("E0114", "function")]);
    let functions = |item: &Item| match item {
        Item::Contract(c) => c.members.len(),
        other => panic!("{other:?}"),
    };
    assert_eq!(unit.items.iter().map(functions).collect::<Vec<_>>(), [2, 0]);
}

#[test]
fn a_broken_value_keeps_its_declaration() {
    let text =
        "contract A { uint x = 1 + ; uint constant y = *; function f() public { uint z = (; z = 1; } }";
    let contract = super::only_contract(parse_text(text).0);
    let [Member::Var(x), Member::Var(y), Member::Function(f)] = contract.members.as_slice() else {
        panic!("{contract:?}")
    };
    for var in [x, y] {
        assert!(matches!(var.init.as_ref().unwrap().kind, ExprKind::Error(_)));
    }
    let first = &f.body.as_ref().unwrap().stmts[0].kind;
    assert!(
        matches!(first, StmtKind::VarDecl(d) if matches!(d.init.as_ref().unwrap().kind, ExprKind::Error(_)))
    );
}

#[test]
fn stray_text_between_contracts_is_skipped() {
    let text = "} ) what is this; contract A { } 17 contract B { }";
    let (unit, diags) = parse_text(text);
    assert!(!diags.is_empty());
    let contracts = unit.items.iter().filter(|i| matches!(i, Item::Contract(_))).count();
    assert_eq!(contracts, 2);
}
