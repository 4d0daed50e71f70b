use super::{clean, contract, function, only_contract};
use crate::ast::{
    BinaryOp, ContractKind, ElementaryType, FunctionKind, ImportClause, Item, Member, Mutability, TypeKind,
    UserOperator, UsingWhat, Visibility,
};
use crate::print::{print_expr, print_type};

#[test]
fn pragmas_keep_their_words() {
    let pragma = |text: &str| match clean(text).items.into_iter().next() {
        Some(Item::Pragma(pragma)) => (pragma.name.name.clone(), pragma.value(), pragma.args.len()),
        other => panic!("{text}: {other:?}"),
    };
    let case = |name: &str, value: &str, args| (name.to_owned(), value.to_owned(), args);
    assert_eq!(pragma("pragma tvm-solidity >=0.72.0;"), case("tvm-solidity", ">=0.72.0", 0));
    assert_eq!(
        pragma("pragma ton-solidity >= 0.35.5 < 0.35.7;"),
        case("ton-solidity", ">=0.35.5 <0.35.7", 0)
    );
    assert_eq!(pragma("pragma ever-solidity ^ 0.35.5;"), case("ever-solidity", "^0.35.5", 0));
    assert_eq!(pragma("pragma AbiHeader expire;"), case("AbiHeader", "expire", 0));
    assert_eq!(pragma("pragma upgrade oldsol;"), case("upgrade", "oldsol", 0));
    assert_eq!(pragma("pragma ignoreIntOverflow;"), case("ignoreIntOverflow", "", 0));
    assert_eq!(pragma("pragma copyleft 0, 0x2c;"), case("copyleft", "", 2));
    assert_eq!(pragma("pragma msgValue 10 ever;"), case("msgValue", "", 1));
    assert_eq!(pragma("pragma solidity 0.7.x || 0.8.*;"), case("solidity", "0.7.x ||0.8.*", 0));
}

#[test]
fn version_pragmas_are_read_by_the_matcher() {
    let text = "pragma tvm-solidity >= 0.72.0 < 0.78.0;";
    let Some(Item::Pragma(pragma)) = clean(text).items.into_iter().next() else { panic!() };
    let req = crate::version::VersionReq::parse(&pragma.value()).unwrap();
    assert!(req.matches(crate::version::LANGUAGE_VERSION));
    assert!(!req.matches(crate::version::Version(0, 78, 0)));
}

#[test]
fn imports_have_three_forms() {
    let import = |text: &str| match clean(text).items.into_iter().next() {
        Some(Item::Import(import)) => (import.path, import.clause),
        other => panic!("{text}: {other:?}"),
    };
    assert!(matches!(import("import \"a.tsol\";"), (path, ImportClause::All) if path == "a.tsol"));
    for text in ["import \"a\" as X;", "import * as X from \"a\";"] {
        assert!(matches!(import(text).1, ImportClause::Namespace(name) if name == "X"), "{text}");
    }
    let ImportClause::Names(names) = import("import {A as B, C} from \"a\";").1 else { panic!() };
    let locals: Vec<_> = names.iter().map(|n| (n.name.as_str(), n.local().as_str())).collect();
    assert_eq!(locals, [("A", "B"), ("C", "C")]);
    // `from` stays a name elsewhere.
    contract("function f(address from) public { from; }");
}

#[test]
fn contracts_have_kinds_and_bases() {
    let unit = clean("abstract contract A is B, C.D(1, x), E() { } interface I { } library L { }");
    let kinds: Vec<_> = unit
        .items
        .iter()
        .map(|item| match item {
            Item::Contract(c) => (c.kind, c.is_abstract),
            other => panic!("{other:?}"),
        })
        .collect();
    let expected =
        [(ContractKind::Contract, true), (ContractKind::Interface, false), (ContractKind::Library, false)];
    assert_eq!(kinds, expected);
    let bases = only_contract(unit).bases;
    let args: Vec<_> = bases.iter().map(|b| (b.path.to_string(), b.args.as_ref().map(Vec::len))).collect();
    assert_eq!(args, [("B".to_owned(), None), ("C.D".to_owned(), Some(2)), ("E".to_owned(), Some(0))]);
}

#[test]
fn variables_have_attributes_in_any_order() {
    for text in ["uint static public x;", "uint public static x;"] {
        let Some(Member::Var(var)) = contract(text).members.into_iter().next() else { panic!() };
        assert_eq!(var.visibility.map(|v| v.value), Some(Visibility::Public));
        assert!(var.is_static.is_some() && var.constant.is_none() && var.init.is_none());
    }
    let text = "TvmCell nostorage internal override(A, B.C) x = f();";
    let Some(Member::Var(var)) = contract(text).members.into_iter().next() else { panic!() };
    assert!(var.no_storage.is_some() && var.init.is_some());
    assert_eq!(var.overrides.unwrap().bases.len(), 2);
}

#[test]
fn functions_have_every_attribute() {
    let text = "function f(uint a, bool) external view virtual override(A) onlyOwner limited(1, x) Lib.m() responsible \
                inline externalMsg internalMsg functionID(0x12) returns (uint8, T b) { }";
    let f = function(text);
    assert_eq!((f.kind, f.name.as_str()), (FunctionKind::Function, "f"));
    assert_eq!(f.visibility.map(|v| v.value), Some(Visibility::External));
    assert_eq!(f.mutability.map(|m| m.value), Some(Mutability::View));
    let flags = [f.is_virtual, f.responsible, f.inline, f.external_msg, f.internal_msg];
    assert!(flags.iter().all(Option::is_some));
    let modifiers: Vec<_> =
        f.modifiers.iter().map(|m| (m.path.to_string(), m.args.as_ref().map(Vec::len))).collect();
    assert_eq!(
        modifiers,
        [("onlyOwner".into(), None), ("limited".into(), Some(2)), ("Lib.m".into(), Some(0))]
    );
    assert_eq!(print_expr(&f.function_id.unwrap().value), "0x12");
    let names = |params: &[crate::ast::Param]| {
        params.iter().map(|p| p.name.as_ref().map(|n| n.name.clone())).collect::<Vec<_>>()
    };
    assert_eq!(names(&f.params), [Some("a".to_owned()), None]);
    assert_eq!(names(&f.returns), [None, Some("b".to_owned())]);
    let prefix = "contract A { ";
    let source = format!("{prefix}{text} }}");
    let head = super::at(&source, f.head_span);
    assert!(head.starts_with("function f") && head.ends_with("T b)"));
}

#[test]
fn special_functions_have_their_kinds() {
    let cases = [
        ("constructor(uint a) B(a) { }", FunctionKind::Constructor),
        ("receive() external { }", FunctionKind::Receive),
        ("fallback() external;", FunctionKind::Fallback),
        ("onBounce(TvmSlice body) external { }", FunctionKind::OnBounce),
        ("onTickTock(bool isTock) external { }", FunctionKind::OnTickTock),
        ("function onCodeUpgrade() private { }", FunctionKind::Function),
        ("function get() getter returns (uint) { }", FunctionKind::Function),
    ];
    for (text, kind) in cases {
        let f = function(text);
        assert_eq!(f.kind, kind, "{text}");
        assert_eq!(f.body.is_none(), text.ends_with(';'));
        assert_eq!(f.name == kind.as_str(), kind != FunctionKind::Function);
    }
}

#[test]
fn modifiers_may_have_parameters_and_no_body() {
    let parts = |text: &str| match contract(text).members.into_iter().next() {
        Some(Member::Modifier(m)) => {
            (m.params.len(), m.is_virtual.is_some(), m.overrides.is_some(), m.body.is_some())
        }
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(parts("modifier m { _; }"), (0, false, false, true));
    assert_eq!(parts("modifier m() virtual;"), (0, true, false, false));
    assert_eq!(parts("modifier m(uint a, bool b) override { _; }"), (2, false, true, true));
}

#[test]
fn structs_enums_events_and_types() {
    let members = contract(
        "struct S { uint a; T[] b; } enum E { A, B, C } event V(address indexed a, uint) anonymous; type P is uint128;",
    )
    .members;
    let [Member::Struct(s), Member::Enum(e), Member::Event(v), Member::UserType(t)] = members.as_slice()
    else {
        panic!("{members:?}")
    };
    assert_eq!(s.fields.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(e.variants.iter().map(|f| f.as_str()).collect::<Vec<_>>(), ["A", "B", "C"]);
    assert_eq!(v.params.iter().map(|p| p.indexed.is_some()).collect::<Vec<_>>(), [true, false]);
    assert!(v.anonymous.is_some());
    assert!(matches!(t.ty.kind, TypeKind::Elementary(ElementaryType::Uint(128))));
}

#[test]
fn using_attaches_libraries_functions_and_operators() {
    let using = |text: &str| match clean(text).items.into_iter().next() {
        Some(Item::Using(using)) => using,
        other => panic!("{text}: {other:?}"),
    };
    let lib = using("using A.B for *;");
    assert!(matches!(lib.what, UsingWhat::Library(path) if path.to_string() == "A.B"));
    assert!(lib.target.is_none() && lib.global.is_none());
    let functions = using("using {f, A.g as +, h as ~} for T[] global;");
    assert_eq!(print_type(functions.target.as_ref().unwrap()), "T[]");
    assert!(functions.global.is_some());
    let UsingWhat::Functions(list) = functions.what else { panic!() };
    let operators: Vec<_> = list.iter().map(|f| f.operator.map(|o| o.value)).collect();
    assert_eq!(operators, [None, Some(UserOperator::Binary(BinaryOp::Add)), Some(UserOperator::BitNot)]);
}

#[test]
fn free_functions_and_constants_stand_in_files() {
    let unit = clean("function f() returns (uint) { return A; } uint constant A = 1; Lib.T constant B = C;");
    assert!(matches!(unit.items.as_slice(), [Item::Function(_), Item::Var(_), Item::Var(_)]));
}

#[test]
fn comments_are_attached_to_declarations() {
    let unit = clean(
        "/// About A.\n/// @author me\ncontract A {\n /** About x. */ uint x; // not this\n /// About f.\n function f() public {}\n \
         /// About S.\n struct S {\n /// About a.\n uint a; } }",
    );
    let contract = only_contract(unit);
    let tags = contract.doc.as_ref().unwrap().tags();
    assert_eq!(tags, [("notice".into(), "About A.".into()), ("author".into(), "me".into())]);
    let [Member::Var(x), Member::Function(f), Member::Struct(s)] = contract.members.as_slice() else {
        panic!()
    };
    let text = |doc: &Option<crate::ast::Doc>| doc.as_ref().map(|d| d.text.clone());
    assert_eq!(text(&x.doc).as_deref(), Some("About x."));
    assert_eq!(text(&f.doc).as_deref(), Some("About f."));
    assert_eq!(text(&s.doc).as_deref(), Some("About S."));
    assert_eq!(text(&s.fields[0].doc).as_deref(), Some("About a."));
}

#[test]
fn words_of_other_dialects_are_names() {
    contract(
        "uint memory; function f(uint storage, uint error) public returns (S calldata) { uint global; from = let_; }",
    );
}

#[test]
fn types_of_every_kind() {
    let types = [
        "uint256[]",
        "mapping(address owner => mapping(uint8 => T) inner)",
        "optional(uint8, optional(T))",
        "vector(T, bool)",
        "stack(T[3])",
        "function (uint256, T) external view returns (bool)",
        "address_std",
        "fixed32x3",
        "A.B.C[N + 1][]",
    ];
    for ty in types {
        let Some(Member::Var(var)) = contract(&format!("{ty} x;")).members.into_iter().next() else {
            panic!("{ty}")
        };
        assert_eq!(print_type(&var.ty), ty);
    }
}

#[test]
fn visibility_behind_a_function_type_is_of_the_variable() {
    let text = "function (uint) internal returns (uint) public f;";
    let Some(Member::Var(var)) = contract(text).members.into_iter().next() else { panic!() };
    assert_eq!(var.visibility.map(|v| v.value), Some(Visibility::Public));
    let Some(Member::Var(var)) = contract("function () internal internal f;").members.into_iter().next()
    else {
        panic!()
    };
    assert_eq!(var.visibility.map(|v| v.value), Some(Visibility::Internal));
}
