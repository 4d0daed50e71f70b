//! What is not supported is refused (E05xx). The cases of `tsolc` show the error of each refused heading of API.md.

use crate::support::verify;

#[test]
fn types_that_are_not_supported() {
    verify(
        "type Price is uint128; //~ E0503
        contract C { uint8[5] a; //~ E0504
        fixed32x2 b; //~ E0507
        address_std c; //~ E0506
        function f() public pure { function (uint8) returns (uint8) g; //~ E0505
          StringBuilder s; //~ E0506
        } }",
    );
}

#[test]
fn pragmas_that_are_not_supported() {
    verify("pragma copyleft 0, 0x12; //~ E0501");
    verify("pragma upgrade func; //~ E0502");
}

#[test]
fn functions_that_are_not_supported() {
    verify(
        "contract C { function f(TvmSlice s, TvmCell c) internal pure {
          gosh.zip(\"a\"); //~ E0508
          bls.g1Zero(); //~ E0508
          tvm.configParam(1); //~ E0510
          assert(true); //~ E0510
          abi.encodeData({contr: C}); //~ E0509
          abi.decodeData(C, s); //~ E0509
          uint8 x; for (x : c) {} //~ E0336
        }
        function g() getter returns (uint8) { return 1; } } //~ E0512",
    );
}

#[test]
fn loops_over_existing_variables() {
    verify(
        "contract C { function f(uint8[] l) internal pure { uint8 x;\n for (x : l) { x++; } } } //~ E0511",
    );
}
