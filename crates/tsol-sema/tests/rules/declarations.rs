//! Files, names and declarations (E02xx).

use crate::support::{verify, verify_with};

#[test]
fn names_are_declared_once() {
    verify(
        "struct S { uint8 a; uint8 a; } //~ E0202
        enum E { X, X } //~ E0202
        contract C { uint8 m; uint16 m; //~ E0202
        function f(uint8 a) public pure { uint8 b = a; uint8 a = b; //~ W0202
          uint8 b = a; //~ E0202
          { uint16 b = a; b++; } } //~ W0202
        receive() external {} receive() external {} } //~ E0202
        contract C {} //~ E0202",
    );
}

#[test]
fn functions_may_share_a_name_if_their_parameters_differ() {
    verify(
        "contract C { function f(uint8 a) internal pure returns (uint8) { return a; }
        function f(bool a) internal pure returns (uint8) { return a ? 1 : 0; }
        function g() public pure { f(1); f(true);
          f(\"x\"); //~ E0318
        } }",
    );
}

#[test]
fn imports_bring_names() {
    let lib = ("lib.tsol", "library L { uint8 constant A = 1; } struct S { uint8 a; } contract Hidden {}");
    verify_with("import \"lib.tsol\"; contract C { S s; uint8 x = L.A; constructor() { s.a = x; } }", &[lib]);
    verify_with(
        "import {L as M, S} from \"lib.tsol\"; contract C { S s; uint8 x = M.A; constructor() { s.a = x; } }",
        &[lib],
    );
    verify_with(
        "import \"lib.tsol\" as m; contract C { m.S s; uint8 x = m.L.A; constructor() { s.a = x; } }",
        &[lib],
    );
    verify_with("import {Nothing} from \"lib.tsol\"; //~ E0204", &[lib]);
    verify_with("import \"none.tsol\"; //~ E0201", &[lib]);
    verify_with("import \"lib.tsol\"; //~ E0203\n struct S { uint8 b; }", &[lib]);
    verify_with("import {S} from \"lib.tsol\";\n contract C { Hidden h; } //~ E0208", &[lib]);
}

#[test]
fn pragmas() {
    verify(
        "pragma tvm-solidity >= 0.72.0; pragma ton-solidity ^0.77.0; pragma AbiHeader expire; pragma AbiHeader pubkey; pragma AbiHeader notime;",
    );
    verify("pragma tvm-solidity >= 0.78.0; //~ E0207");
    verify("pragma tvm-solidity < 0.77.0; //~ E0207");
    verify("pragma AbiHeader time; //~ E0206");
    verify("pragma AbiHeader other; //~ E0206");
    verify("pragma magic on; //~ E0205");
}

#[test]
fn names_of_types_are_types() {
    verify(
        "uint8 constant K = 1;
        contract C { K a; //~ E0209
          Nothing b; //~ E0208
          mapping(uint8 => C) d; C e;
          mapping(mapping(uint8 => bool) => bool) f; //~ E0301
          TvmSlice[] g; //~ E0302
          function h() public view returns (C) { return d[1] == e ? e : d[2]; } }",
    );
}

#[test]
fn structs_end_and_have_members() {
    verify("struct A { B b; } //~ E0213\n struct B { A[] a; } //~ E0213");
    verify(
        "struct P { uint8 x; bool y; } struct Q { string s; } contract C { mapping(P => uint8) a;\n mapping(Q => uint8) b; } //~ E0301",
    );
}

#[test]
fn constants_are_constant_and_fold() {
    verify(
        "uint8 constant A = 2; uint16 constant B = A * 100 + 7; uint constant BIG = 2 ** 255 - 19; bytes4 constant T = \"abc\";
        uint8 constant C0 = C1 + 1; //~ E0406
        uint8 constant C1 = C0;
        uint8 constant OVER = A - 3; //~ E0304
        uint8 constant NONE; //~ E0407
        contract C { address constant W = address.makeAddrStd(-1, 0x12); uint32 m; uint[] constant FIB = [uint(1), 2, 3];
          uint32 constant TIME = block.timestamp; //~ E0403
          uint32 constant COPY = m; //~ E0403
          uint32 constant CALL = f(); //~ E0403
          function f() internal pure returns (uint32) { return 1; } }",
    );
}

#[test]
fn unknown_names_get_a_hint() {
    verify(
        "contract C { uint32 balance; function f() public view returns (uint32) { return balence; } } //~ E0208",
    );
}
