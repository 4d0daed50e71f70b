//! Shape of the typed tree.

use crate::support::tree;
use tsol_sema::hir::{ExprKind, Mutability, StmtKind, Storage, Type};

#[test]
fn state_goes_from_the_most_basic_contract_to_the_most_derived_one() {
    let program = tree(
        "contract A { uint8 a; uint8 constant K = 1; } contract B is A { uint16 static b; } contract C is A { uint32 c; } contract D is B, C { uint64 nostorage d; }",
    );
    let contract = program.contracts.iter().find(|c| c.name == "D").unwrap();
    let state: Vec<_> = contract.state.iter().map(|v| (v.name.as_str(), v.storage)).collect();
    assert_eq!(
        state,
        [("a", Storage::Normal), ("b", Storage::Static), ("c", Storage::Normal), ("d", Storage::NoStorage)]
    );
}

#[test]
fn virtual_calls_name_their_final_target() {
    let program = tree(
        "contract A { function f() public virtual returns (uint8) { return 1; } function g() public returns (uint8) { return f(); } }
         contract B is A { function f() public override returns (uint8) { return 2; } }",
    );
    for (contract, scope) in program.contracts.iter().zip(["A", "B"]) {
        let caller = contract.functions.iter().find(|f| f.name == "g").unwrap();
        let StmtKind::Return(Some(value), _) = &caller.body[0].kind else { panic!("a return") };
        let ExprKind::Call(id, _) = value.kind else { panic!("a call") };
        assert_eq!(contract.functions[id.0 as usize].scope, scope);
    }
}

#[test]
fn constructors_run_initial_values_then_bases_then_the_own_body() {
    let program = tree(
        "contract A { uint8 a = 3; constructor(uint8 x) { a = x; } } contract B is A { uint8 b = 4; constructor(uint8 y) A(y) { b = y; } }",
    );
    let contract = &program.contracts[1];
    let constructor = &contract.functions[contract.entries.constructor.unwrap().0 as usize];
    let kinds: Vec<&str> = constructor
        .body
        .iter()
        .map(|stmt| match &stmt.kind {
            StmtKind::Expr(e) => match &e.kind {
                ExprKind::Assign(..) => "assign",
                ExprKind::Call(id, _) => contract.functions[id.0 as usize].scope.as_str(),
                _ => "other",
            },
            StmtKind::Let(..) => "let",
            _ => "other",
        })
        .collect();
    assert_eq!(kinds, ["assign", "assign", "let", "A", "B"]);
}

#[test]
fn a_contract_without_constructor_and_initial_values_has_none() {
    let program = tree("contract A { uint8 a; function f() public { a++; } } contract B { uint8 b = 1; }");
    assert!(program.contracts[0].entries.constructor.is_none());
    assert!(program.interfaces[0].constructor.is_none());
    assert!(program.contracts[1].entries.constructor.is_some());
}

#[test]
fn public_variables_have_getters_named_like_them() {
    let program = tree("contract A { mapping(uint8 => string) public names; }");
    let contract = &program.contracts[0];
    let getter = &contract.functions[contract.entries.public[0].0 as usize];
    assert_eq!((getter.name.as_str(), getter.mutability, getter.public), ("names", Mutability::View, true));
    assert_eq!(getter.locals[getter.returns[0].0 as usize].name, "names");
}

#[test]
fn constants_are_folded_into_their_uses() {
    let program = tree(
        "contract A { uint16 constant K = 7 * 3; function f() public pure returns (uint32) { return K; } }",
    );
    let StmtKind::Return(Some(value), _) = &program.contracts[0].functions[0].body[0].kind else {
        panic!("a return")
    };
    let ExprKind::Int(number) = &value.kind else { panic!("a literal, not {:?}", value.kind) };
    assert_eq!((number.to_string().as_str(), &value.ty), ("21", &Type::UINT32));
}

#[test]
fn only_deployable_contracts_are_built() {
    let program = tree("interface I {} library L {} abstract contract A {} contract C {}");
    let names: Vec<_> = program.contracts.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["C"]);
    assert_eq!(
        program.interfaces.iter().map(|i| i.contract).collect::<Vec<_>>(),
        [None, None, None, Some(0)]
    );
}

#[test]
fn calls_by_using_are_told_from_calls_by_value() {
    let program = tree(
        "library L { function f(uint8[] a) internal pure { a.pop(); } } contract C { using L for uint8[]; uint8[] l; function g() public { l.f(); L.f(l); } }",
    );
    let body = &program.contracts[0].functions[0].body;
    let kind = |i: usize| match &body[i].kind {
        StmtKind::Expr(e) => e.kind.clone(),
        other => panic!("an expression, not {other:?}"),
    };
    assert!(matches!(kind(0), ExprKind::CallBound(..)));
    assert!(matches!(kind(1), ExprKind::Call(..)));
}

#[test]
fn headers_follow_the_pragmas_of_the_file() {
    let program = tree("pragma AbiHeader pubkey; pragma AbiHeader notime; contract C {}");
    let headers = program.contracts[0].headers;
    assert_eq!((headers.pubkey, headers.time, headers.expire), (true, false, false));
}

#[test]
fn the_abi_lists_functions_like_the_official_compiler() {
    let program = tree(
        "interface I { function z() external; } abstract contract A is I { uint8 public aa; event E2(uint8 a); function m() public virtual {} function y() external virtual {} }
         contract B is A { uint8 public bb; event E1(uint8 a); function n() public {} function z() external override {} function m() public override {} }",
    );
    let contract = &program.contracts[0];
    let names: Vec<_> =
        contract.entries.public.iter().map(|id| contract.functions[id.0 as usize].name.as_str()).collect();
    assert_eq!(names, ["n", "z", "m", "y", "aa", "bb"]);
    let events: Vec<_> =
        contract.events.iter().map(|id| program.events[id.0 as usize].name.as_str()).collect();
    assert_eq!(events, ["E1", "E2"]);
}

/// Depth is bounded by the parser; the checker walks the tree with the stack of a test thread.
#[test]
fn deep_sources_are_checked_without_running_out_of_stack() {
    let nested = format!("{}1{}", "(".repeat(150), ")".repeat(150));
    let sum = vec!["a"; 480].join(" + ");
    let calls = format!("{}a{}", "g(".repeat(60), ")".repeat(60));
    let chain = format!("{}a", "a > 1 ? 2 : ".repeat(60));
    tree(&format!(
        "contract C {{ function g(uint a) internal pure returns (uint) {{ return a; }} function f(uint a) public pure returns (uint) {{ uint b = {nested}; b += {sum}; b += {calls}; b += {chain}; return b; }} }}"
    ));
}

#[test]
fn constants_cannot_grow_without_end() {
    let mut source =
        String::from("string constant S0 = \"0123456789\";\nuint[] constant T0 = [uint(1), 2];\n");
    for i in 1..40 {
        source += &format!("string constant S{i} = S{} + S{};\n", i - 1, i - 1);
    }
    let codes = crate::support::codes_of(&source);
    assert!(codes.iter().all(|code| code.as_str() == "E0403") && !codes.is_empty(), "{codes:?}");
}

#[test]
fn pragma_msg_value_is_the_value_of_calls_without_one() {
    let program = tree(
        "pragma msgValue 3 ton; interface I { function f() external; } contract C { function g(address a) public pure { I(a).f(); I(a).f{value: 1}(); } }",
    );
    let values: Vec<String> = program.contracts[0].functions[0]
        .body
        .iter()
        .map(|stmt| match &stmt.kind {
            StmtKind::Expr(e) => match &e.kind {
                ExprKind::MessageCall { options, .. } => match &options.value.as_ref().unwrap().kind {
                    ExprKind::Int(value) => value.to_string(),
                    other => panic!("a literal, not {other:?}"),
                },
                other => panic!("a call, not {other:?}"),
            },
            other => panic!("an expression, not {other:?}"),
        })
        .collect();
    assert_eq!(values, ["3000000000", "1"]);
}

#[test]
fn long_chains_of_constants_do_not_exhaust_the_stack() {
    let mut forward = String::from("uint constant A0 = 1;\n");
    let mut backward = String::new();
    for i in 1..3000 {
        forward += &format!("uint constant A{i} = A{} + 1;\n", i - 1);
        backward += &format!("uint constant B{} = B{i} + 1;\n", i - 1);
    }
    tree(&forward);
    backward += "uint constant B2999 = 1;\n";
    let codes = crate::support::codes_of(&backward);
    assert!(codes.iter().all(|code| code.as_str() == "E0406") && !codes.is_empty(), "{codes:?}");
}

#[test]
fn structs_that_double_at_each_of_40_levels_are_refused_at_once() {
    let mut structs = String::from("struct S0 { uint8 a; }\n");
    for i in 1..40 {
        structs += &format!("struct S{i} {{ S{} a; S{} b; }}\n", i - 1, i - 1);
    }
    let codes = crate::support::codes_of(&(structs + "contract C { S39 s; }"));
    assert!(codes.iter().any(|code| code.as_str() == "E0213"), "{codes:?}");
}

#[test]
fn long_chains_of_structs_are_refused_in_either_order() {
    let member = |i: usize| format!("struct T{} {{ T{i} a; }}\n", i + 1);
    let last = "struct T0 { uint8 a; }\n".to_owned();
    let inner_first = last.clone() + &(0..2000).map(member).collect::<String>();
    let outer_first = (0..2000).rev().map(member).collect::<String>() + &last;
    for structs in [inner_first, outer_first] {
        let codes = crate::support::codes_of(&(structs + "contract C { T2000 t; }"));
        assert!(codes.iter().any(|code| code.as_str() == "E0213"), "{codes:?}");
    }
    let few = last + &(0..31).map(member).collect::<String>();
    assert!(crate::support::codes_of(&(few + "contract C { T31 t; }")).is_empty(), "32 levels are allowed");
}
