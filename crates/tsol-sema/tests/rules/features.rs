//! What is not supported is refused (E05xx).

use tsol_sema::features::{FEATURES, Support};

use crate::support::{codes_of, verify};

/// A source that uses what stands under a refused heading.
fn sample(heading: &str) -> String {
    let statement = |code: &str| format!("contract C {{ function f() public {{ {code} }} }}");
    let name = heading.split([' ', '(', ',']).next().unwrap_or_default();
    match heading {
        "Function type" => statement("function (uint8) returns (uint8) g;"),
        "User-defined type" => "type T is uint8;".to_owned(),
        "Fixed point number" => statement("fixed32x2 x;"),
        "pragma-copyleft" => "pragma copyleft 0, 0x12;".to_owned(),
        "pragma upgrade func/oldsol" => "pragma upgrade func;".to_owned(),
        "getter" => "contract C { function f() getter returns (uint8) { return 1; } }".to_owned(),
        "Assembly" => "function f() assembly pure returns (uint8) { \"NOP\", }".to_owned(),
        "<stack(T)>.sort()" => statement("stack(int8) s; s.sort(f);"),
        "stoi()" => statement("stoi(\"5\");"),
        "gasleft" => statement("gasleft();"),
        "abi.codeSalt()" => statement("TvmCell c; abi.codeSalt(c);"),
        "abi.setCodeSalt()" => statement("TvmCell c; abi.setCodeSalt(c, c);"),
        _ if heading.starts_with("variant.") => statement(&format!(
            "try {{}} catch (variant v, uint16) {{ v.{}(); }}",
            name.trim_start_matches("variant.")
        )),
        _ if heading.contains("loadExoticCell") => statement("TvmCell c; c.loadExoticCell();"),
        "tvm.configParam()" | "abi.encodeData()" | "abi.encodeOldDataInit()" | "abi.decodeData()" => {
            statement(&format!("{name}(1);"))
        }
        _ if heading.contains("StringBuilder") => statement("StringBuilder b;"),
        _ if heading.contains("address_std") => statement("address_std a;"),
        _ if heading.ends_with(" namespace") => statement(&format!("{name}.any();")),
        _ if name.contains('.') => statement(&format!("{name}();")),
        other => panic!("no sample for `{other}`"),
    }
}

#[test]
fn every_refused_heading_is_refused_with_its_code() {
    let mut refused = 0;
    for feature in FEATURES {
        let Support::Refused(code) = feature.support else { continue };
        let found = codes_of(&sample(feature.heading));
        assert!(found.contains(&code), "`{}`: {code} is not in {found:?}", feature.heading);
        refused += 1;
    }
    assert!(refused > 30, "the table has lost its refused headings");
}

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
