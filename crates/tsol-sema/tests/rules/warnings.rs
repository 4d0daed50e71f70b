//! Warnings (W02xx).

use crate::support::verify;

#[test]
fn unused_names() {
    verify(
        "contract C { function f(uint8 a, uint8 _b, uint8) public pure { //~ W0201
          uint8 c = 1; //~ W0201
          uint8 d = 2; d++; } }",
    );
}

#[test]
fn shadowing() {
    verify("contract C { uint8 m; function f(uint8 m) public pure returns (uint8) { return m; } } //~ W0202");
}

#[test]
fn unreachable_code() {
    verify("contract C { function f() public pure returns (uint8) { return 1;\n revert(); //~ W0203\n } }");
}

#[test]
fn values_without_use() {
    verify("contract C { uint8 m; function f() public view { m + 1; //~ W0204\n } }");
}

#[test]
fn words_without_effect() {
    verify("contract C { event E(uint8 indexed a); } //~ W0205");
}

#[test]
fn external_functions_accept() {
    verify(
        "contract C { modifier ok { tvm.accept(); _; } function a() public externalMsg ok {} function b() public externalMsg { in_(); } function in_() private { tvm.accept(); }
        function c() public externalMsg {} //~ W0206
        function d() public {} }",
    );
}

#[test]
fn message_flags_exist() {
    verify(
        "uint16 constant ALL = 128; contract C { function f(address a, uint16 x) public pure { a.transfer({value: 1, flag: 0}); a.transfer({value: 0, flag: ALL + 2 + 32}); a.transfer({value: 0, flag: 64 | 1 | 16}); a.transfer({value: 0, flag: x});
        a.transfer({value: 1, flag: 4}); //~ W0207
        a.transfer({value: 1, flag: ALL | 64}); //~ W0207
        } }",
    );
}
