//! The JSON form of values: what is taken, what is refused, and where an error points to.

use serde_json::{Value, json};
use ton_abi::{ContractAbi, Error};

fn abi(ty: &str) -> ContractAbi {
    let mut input = json!({ "name": "x", "type": ty });
    if ty.contains("tuple") {
        input["components"] =
            json!([{ "name": "a", "type": "uint8" }, { "name": "b", "type": "optional(bool)" }]);
    }
    let functions = json!([{ "name": "f", "inputs": [input], "outputs": [] }]);
    ContractAbi::from_value(&json!({ "version": "2.3", "functions": functions })).expect("a valid ABI")
}

fn pass(ty: &str, value: Value) -> Result<Value, Error> {
    let abi = abi(ty);
    let body = abi.encode_internal_body("f", &json!({ "x": value }))?;
    Ok(abi.decode_internal_call(&body)?.get_json("x").expect("the parameter is there"))
}

#[test]
fn values_are_taken_in_all_their_forms_and_shown_in_one() {
    let address = format!("-1:{}", "ab".repeat(32));
    let key = format!("0x{}", "0a".repeat(32));
    let cases = [
        ("uint8", json!(255), json!("255")),
        ("uint8", json!("255"), json!("255")),
        ("uint8", json!("0xFf"), json!("255")),
        ("uint256", json!(1), json!(format!("0x{:064x}", 1))),
        ("uint256", json!(key), json!(key)),
        ("int8", json!(-128), json!("-128")),
        ("int8", json!("-0x80"), json!("-128")),
        ("int8", json!(127), json!("127")),
        ("int256", json!("-1"), json!("-1")),
        ("varuint16", json!(0), json!("0")),
        ("varint16", json!(128), json!("128")),
        ("varint16", json!("-0x8000"), json!("-32768")),
        ("bool", json!("true"), json!(true)),
        ("bytes", json!("0A0b"), json!("0a0b")),
        // Sixteen digits would pass as base64, too: it must be eight bytes of hex.
        ("bytes", json!("deadbeefdeadbeef"), json!("deadbeefdeadbeef")),
        ("fixedbytes2", json!("0xffee"), json!("ffee")),
        ("string", json!("привет"), json!("привет")),
        ("address", json!(address), json!(address)),
        ("address", Value::Null, json!("")),
        ("optional(uint8)", Value::Null, Value::Null),
        ("optional(uint8)", json!(7), json!("7")),
        ("uint8[]", json!([1, "2"]), json!(["1", "2"])),
        ("uint8[2]", json!([1, 2]), json!(["1", "2"])),
        ("map(uint32,bool)", json!({ "0x2": true, "1": false }), json!({ "1": false, "2": true })),
        ("map(uint256,uint8)", json!({ "5": 6 }), json!({ format!("0x{:064x}", 5): "6" })),
        ("tuple", json!({ "a": 1 }), json!({ "a": "1", "b": null })),
    ];
    for (ty, given, expected) in cases {
        assert_eq!(pass(ty, given.clone()).expect(ty), expected, "{ty} from {given}");
    }
}

#[test]
fn bad_values_are_refused_with_their_path() {
    let cases = [
        ("uint8", json!(256), "params.x: 256 does not fit into uint8"),
        ("uint8", json!(-1), "params.x: `-1` is not an unsigned integer"),
        ("uint8", json!("+1"), "params.x: `+1` is not an unsigned integer"),
        ("uint8", json!("1_0"), "params.x: `1_0` is not an unsigned integer"),
        ("uint8", json!(""), "params.x: `` is not an unsigned integer"),
        ("uint8", json!(1.5), "params.x: `1.5` is not an unsigned integer"),
        ("uint8", json!([1]), "params.x: expected a number or a string with a number, got an array"),
        ("int8", json!(128), "params.x: 128 does not fit into int8"),
        ("int8", json!(-129), "params.x: -129 does not fit into int8"),
        ("int8", json!("--1"), "params.x: `--1` is not an integer"),
        (
            "varuint16",
            json!("0x1000000000000000000000000000000"),
            "params.x: 1329227995784915872903807060280344576 does not fit into varuint16",
        ),
        ("bool", json!(1), "params.x: expected true or false, got 1"),
        ("bytes", json!("abc"), "params.x: `abc` is not an even number of hex digits"),
        ("bytes", json!("3q2+7w=="), "params.x: `3q2+7w==` is not an even number of hex digits"),
        ("fixedbytes2", json!("ff"), "params.x: expected length 2, got 1"),
        ("address", json!("0:ab"), "params.x: `0:ab` is not an address wc:hex"),
        ("cell", json!(5), "params.x: expected a base64 bag of cells, got 5"),
        ("uint8[]", json!([1, 300]), "params.x[1]: 300 does not fit into uint8"),
        ("uint8[2]", json!([1]), "params.x: expected length 2, got 1"),
        ("map(uint8,bool)", json!({ "256": true }), "params.x[\"256\"]: 256 does not fit into uint8"),
        ("map(address,bool)", json!({ "": true }), "params.x[\"\"]: `` is not a standard address"),
        ("tuple", json!({}), "params.x.a is missing"),
        ("tuple", json!({ "a": 1, "c": 2 }), "params.x.c is not a parameter (expected: a, b)"),
    ];
    for (ty, given, expected) in cases {
        let error = pass(ty, given.clone()).expect_err(ty);
        assert_eq!(error.to_string(), expected, "{ty} from {given}");
    }
}

#[test]
fn functions_keep_the_order_of_the_file() {
    let names = ["zeta", "alpha", "constructor", "midway", "beta"];
    let functions: Vec<_> = names.iter().map(|n| json!({ "name": n, "inputs": [], "outputs": [] })).collect();
    let text = json!({ "version": "2.2", "functions": functions }).to_string();
    let abi = ContractAbi::parse(&text).expect("a valid ABI");
    assert!(abi.functions().iter().map(|f| &*f.name).eq(names));
    assert_eq!(abi.json(), text);
    assert!(matches!(abi.function("gamma"), Err(Error::UnknownFunction(name)) if name == "gamma"));
}

#[test]
fn versions_out_of_range_are_refused() {
    for version in ["1.0", "2.4", "2.7", "3.0"] {
        let abi = ContractAbi::from_value(&json!({ "version": version, "functions": [] }));
        assert!(matches!(abi, Err(Error::UnsupportedVersion(v)) if v.to_string() == version), "{version}");
    }
    assert!(ContractAbi::parse("{").is_err());
}
