//! Cells that an attacker made: decoding them ends, with an error, and soon.

mod support;

use fastrand::Rng;
use serde_json::json;
use ton_abi::{Cell, CellBuilder, ContractAbi, Decoder, MessageKind};

fn abi(version: &str, ty: &str) -> ContractAbi {
    let inputs = json!([{ "name": "x", "type": ty }]);
    let function = json!({ "name": "f", "inputs": inputs, "outputs": inputs, "id": "0x00000001" });
    ContractAbi::from_value(
        &json!({ "version": version, "header": ["pubkey", "time", "expire"], "functions": [function] }),
    )
    .expect("a valid ABI")
}

fn error(abi: &ContractAbi, body: &Cell) -> String {
    abi.decode_internal_call(body).expect_err("it cannot be decoded").to_string()
}

/// A dictionary of 2^32 entries in 33 cells: both branches of each fork are the same cell.
fn shared_dictionary(value: impl Fn(&mut CellBuilder)) -> Cell {
    let mut b = CellBuilder::new();
    b.store_zeros(2).expect("an empty label");
    value(&mut b);
    let mut node = b.build().expect("fits");
    for _ in 0..32 {
        let mut b = CellBuilder::new();
        b.store_zeros(2).expect("an empty label");
        b.store_reference(node.clone()).expect("fits");
        b.store_reference(node).expect("fits");
        node = b.build().expect("fits");
    }
    node
}

#[test]
fn a_false_array_length_is_refused_before_memory_is_taken() {
    let body = CellBuilder::build_from((1_u32, u32::MAX, false)).expect("fits");
    let expected = "cannot decode f.x: an array of 4294967295 items has other items";
    assert_eq!(error(&abi("2.3", "uint8[]"), &body), expected);
    let body = CellBuilder::build_from((1_u32, 1_u32, false)).expect("fits");
    assert_eq!(
        error(&abi("2.3", "uint8[]"), &body),
        "cannot decode f.x: an array of 1 items has other items"
    );
}

#[test]
fn a_dictionary_of_shared_cells_is_refused() {
    let dictionary = shared_dictionary(|b| b.store_u8(7).expect("fits"));
    let body = CellBuilder::build_from((1_u32, true, dictionary.clone())).expect("fits");
    assert_eq!(error(&abi("2.3", "map(uint32,uint8)"), &body), "cannot decode f.x: more than 262144 items");
    let body = CellBuilder::build_from((1_u32, u32::MAX, true, dictionary)).expect("fits");
    assert_eq!(error(&abi("2.3", "uint8[]"), &body), "cannot decode f.x: more than 262144 items");

    let mut text = Cell::default();
    for _ in 0..100 {
        let mut b = CellBuilder::new();
        b.store_raw(&[b'a'; 127], 127 * 8).expect("fits");
        b.store_reference(text).expect("fits");
        text = b.build().expect("fits");
    }
    let dictionary = shared_dictionary(|b| b.store_reference(text.clone()).expect("fits"));
    let body = CellBuilder::build_from((1_u32, true, dictionary)).expect("fits");
    assert_eq!(
        error(&abi("2.3", "map(uint32,string)"), &body),
        "cannot decode f.x: more than 16777216 bytes"
    );
}

#[test]
fn leftovers_and_bad_texts_are_refused() {
    let body = CellBuilder::build_from((1_u32, 5_u8, 6_u8)).expect("fits");
    assert_eq!(error(&abi("2.3", "uint8"), &body), "cannot decode f: 8 bits and 0 references are left");
    let text = |first: u8| {
        let text = CellBuilder::build_from(first).expect("fits");
        CellBuilder::build_from((1_u32, text)).expect("fits")
    };
    assert!(error(&abi("2.3", "string"), &text(0xff)).starts_with("cannot decode f.x: not a text"));
    assert!(abi("2.3", "string").decode_internal_call(&text(b'a')).is_ok());
    let half = CellBuilder::build_from((1_u32, CellBuilder::build_from(true).expect("fits"))).expect("fits");
    assert_eq!(error(&abi("2.3", "bytes"), &half), "cannot decode f.x: bytes end within a byte");
}

fn garbage(rng: &mut Rng, depth: usize) -> Cell {
    let mut b = CellBuilder::new();
    let bits = rng.u16(0..=1000);
    let bytes: Vec<u8> = (0..125).map(|_| if rng.bool() { rng.u8(..) } else { 0 }).collect();
    b.store_raw(&bytes, bits).expect("fits");
    if depth > 0 {
        for _ in 0..rng.usize(0..=4) {
            b.store_reference(garbage(rng, depth - 1)).expect("fits");
        }
    }
    b.build().expect("fits")
}

#[test]
fn garbage_is_decoded_or_refused_but_never_breaks_anything() {
    let mut understood = 0;
    for seed in 1..=3000 {
        println!("seed {seed}");
        let rng = &mut Rng::with_seed(seed);
        let (inputs, _) = support::parameters(rng, 4);
        let version = *rng.choice(&["2.0", "2.1", "2.2", "2.3"]).expect("not empty");
        let function = json!({ "name": "f", "inputs": inputs, "outputs": inputs, "id": "0x00000001" });
        let json =
            json!({ "version": version, "header": ["pubkey", "time", "expire"], "functions": [function] });
        let abi = ContractAbi::from_value(&json).expect("a valid ABI");
        let body = garbage(rng, 3);
        let mut called = CellBuilder::new();
        called.store_u32(1).expect("fits");
        let slice = body.as_slice().expect("ordinary");
        if called.store_slice(slice).is_err() {
            continue;
        }
        let called = called.build().expect("fits");
        understood += usize::from(abi.decode_internal_call(&called).is_ok());
        let decoder = Decoder::new().with("Any", abi.clone());
        for kind in [MessageKind::Internal, MessageKind::ExternalIn, MessageKind::ExternalOut] {
            for body in [&body, &called] {
                let _ = decoder.decode(body, kind, None);
            }
        }
        let _ = (abi.decode_call(&body), abi.decode_fields(&body), abi.signature_data(&body, None));
    }
    assert!(understood > 0, "some garbage makes sense");
}
