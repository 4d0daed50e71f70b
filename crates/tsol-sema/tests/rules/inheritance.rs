//! Bases, overriding, constructors of bases.

use crate::support::verify;

#[test]
fn bases_are_contracts_in_an_order() {
    verify("contract A is B {} //~ E0211\n contract B is A {}");
    verify("contract X {} contract A is X {} contract C is A, X {} //~ E0212");
    verify("library L {} contract C is L {} //~ E0210");
    verify("contract A {} interface I is A {} //~ E0210");
    verify("contract A {} contract B is A, A {} //~ E0210");
    verify("contract A {} contract B is A {} contract C is A, B {}");
}

#[test]
fn overriding_says_so() {
    verify(
        "interface I { function i() external; } abstract contract A is I { function a() public virtual {} function n() public {} function p() private {} }
        contract B is A { function i() external {} function a() public override {} function p() public {}
          function n() public override {} //~ E0422
          function z() public override {} } //~ E0419
        contract D is A { function i() external override {}
          function a() public {} } //~ E0420",
    );
}

#[test]
fn overriding_functions_fit() {
    verify(
        "abstract contract A { function a() public view virtual returns (uint8); function b() external virtual; function c() public virtual; function d() public virtual externalMsg; }
        contract B is A { function a() public pure override returns (uint8) { return 1; } function b() public override {} function c() public override {} function d() public override externalMsg { tvm.accept(); } }
        contract C is A { function a() public override returns (uint8) { return 1; } //~ E0423
          function b() external override returns (uint8) { return 1; } //~ E0423
          function c() external override {} //~ E0423
          function d() public override {} } //~ E0423",
    );
}

#[test]
fn several_bases_need_a_list() {
    verify(
        "contract A { function f() public virtual {} } contract B { function f() public virtual {} }
        contract C is A, B { function f() public override(A, B) {} }
        contract D is A, B { function f() public override {} } //~ E0421
        contract E is A, B {} //~ E0424
        contract F is A { function f() public override(A, B) {} } //~ E0421",
    );
}

#[test]
fn complete_contracts_have_all_bodies() {
    verify(
        "interface I { function f() external; } abstract contract A is I { function g() public virtual; }
        contract B is A { function g() public override {} } //~ E0405
        contract C is A { function g() public override {} function f() external override {} }",
    );
}

#[test]
fn super_and_named_bases() {
    verify(
        "contract A { uint8 m; function f() public virtual { m = 1; } } contract B is A { function f() public virtual override { m = 2; super.f(); } }
        contract C is B { function f() public override { super.f(); A.f(); B.f();
          super.g(); //~ E0405
          D.f(); } } //~ E0311
        contract D { function f() public {} }",
    );
}

#[test]
fn constructors_of_bases_get_arguments() {
    verify(
        "abstract contract A { uint8 a; constructor(uint8 x) { a = x; } } abstract contract B is A { uint8 b; constructor(uint8 y) A(y + 1) { b = y; } }
        contract C is B { constructor(uint8 z) B(z) {} } contract D is A(5) { constructor() {} } contract E is A(5) {}
        contract F is A { constructor() {} } //~ E0410
        contract G is A(1) { constructor() A(2) {} } //~ E0411
        contract I { } contract J is I(1) {} //~ E0411
        contract K is A { constructor() A {} } //~ E0411 E0410
        contract H is A { constructor() A(true) {} } //~ E0303",
    );
}

#[test]
fn state_and_modifiers_of_bases() {
    verify(
        "contract A { uint8 m; uint8 private p; modifier check virtual { require(m > 1); _; } modifier rigid { _; } function q() public { p = m; } }
        contract B is A { uint8 m; //~ E0417
          modifier check override { _; }
          function r() public check { p = 1; } //~ E0208
          modifier free override { _; } } //~ E0419",
    );
}

#[test]
fn names_of_bases_keep_their_kind() {
    verify(
        "contract A { event E(uint8 a); uint8 f; function g() public virtual {} struct S { uint8 x; } function h(uint8 a) internal pure { a; } //~ W0204
          uint8 private p; function h(uint8 b) private pure { b; } } //~ E0202 W0204
        contract B is A { event E(bool b); //~ E0202
          function f() public {} //~ E0202
          uint8 g; //~ E0202
          enum S { X } //~ E0202
          function p() public {} }
        function free(uint8 a) {} //~ W0201
        function free(uint8 b) {} //~ E0202 W0201",
    );
}
