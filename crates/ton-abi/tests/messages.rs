//! Images, messages and the decoder over them.

use serde_json::json;
use ton_abi::{
    Address, Body, CellBuilder, ContractAbi, Decoder, Hash, Header, Image, InternalMessage, MessageKind,
    MessageView, Nano, PublicKey, Signature, UnixMillis, UnixTime, external_message,
};

fn abi(function: &str) -> ContractAbi {
    let item = json!({ "name": function, "inputs": [{ "name": "amount", "type": "uint32" }], "outputs": [] });
    ContractAbi::from_value(&json!({
        "version": "2.3",
        "header": ["time", "expire"],
        "functions": [
            { "name": "constructor", "inputs": [], "outputs": [] },
            item,
            { "name": "total", "inputs": [], "outputs": [{ "name": "total", "type": "uint32" }] },
        ],
        "events": [{ "name": "Done", "inputs": [{ "name": "by", "type": "address" }] }],
        "data": [{ "key": 1, "name": "owner", "type": "address" }, { "key": 2, "name": "nonce", "type": "uint64" }],
    }))
    .expect("a valid ABI")
}

fn address(byte: u8) -> Address {
    Address::new(0, Hash([byte; 32]))
}

fn header() -> Header {
    Header { time: UnixMillis(1_000), expire: UnixTime(61), pubkey: None }
}

/// Code, and data with the empty values that a compiler puts there.
fn image() -> Image {
    let code = CellBuilder::build_from(0xf800_u16).expect("fits");
    Image::new(code, ton_abi::Cell::default())
}

#[test]
fn initial_data_decides_the_address_and_can_be_read_back() {
    let (abi, key) = (abi("add"), PublicKey([7; 32]));
    let owner = json!(address(1).to_string());
    let make = |nonce: u64| {
        image().with_init_data(&abi, Some(&key), &json!({ "owner": owner, "nonce": nonce })).expect("fits")
    };
    let (first, second) = (make(1), make(2));
    assert_ne!(first.address(0).expect("fits"), second.address(0).expect("fits"));
    assert_eq!(first.code_hash(), second.code_hash());

    let (found, values) = second.init_data(&abi).expect("readable");
    assert_eq!((found, values.json()), (Some(key), json!({ "owner": owner, "nonce": "2" })));

    // Setting one variable leaves the others, and the key, as they were.
    let changed = first.with_init_data(&abi, None, &json!({ "nonce": 2 })).expect("fits");
    assert_eq!(changed, second);
    let again = Image::from_tvc(&second.to_tvc().expect("fits")).expect("a valid file");
    assert_eq!(again, second);
}

#[test]
fn wrong_static_variables_are_refused() {
    let error = image().with_init_data(&abi("add"), None, &json!({ "nonse": 1 })).expect_err("a wrong name");
    assert_eq!(error.to_string(), "data.nonse is not a parameter (expected: owner, nonce)");
    let error =
        image().with_init_data(&abi("add"), None, &json!({ "nonce": -1 })).expect_err("a wrong value");
    assert_eq!(error.to_string(), "data.nonce: `-1` is not an unsigned integer");
    assert!(Image::from_tvc(b"not a bag of cells").is_err());
}

#[test]
fn a_deploy_message_carries_state_and_constructor_call() {
    let abi = abi("add");
    let image = image().with_init_data(&abi, Some(&PublicKey([7; 32])), &json!({})).expect("fits");
    let message = abi.deploy_message(&image, 0, &json!({}), &header()).expect("encodes");
    let cell = message.with_signature(&Signature([1; 64])).expect("fits");
    let view = MessageView::parse(&cell).expect("a message");
    assert_eq!(view.kind, MessageKind::ExternalIn);
    assert_eq!(view.dst, Some(image.address(0).expect("fits")));
    assert_eq!(view.init, Some(image.state_init));
    let (header, call) = abi.decode_call(&view.body.expect("a body")).expect("decodes");
    assert_eq!((header.signature, &*call.name), (Some(Signature([1; 64])), "constructor"));
}

#[test]
fn internal_messages_keep_their_fields() {
    let mut message = InternalMessage::transfer(address(1), address(2), Nano::tokens(3));
    message.created_at = UnixTime(5);
    message.init = Some(image());
    let view = MessageView::parse(&message.build().expect("fits")).expect("a message");
    assert_eq!((view.src, view.dst), (Some(address(1)), Some(address(2))));
    assert_eq!((view.value, view.bounce, view.bounced), (Nano::tokens(3), true, false));
    assert_eq!((view.created_at, view.body), (UnixTime(5), None));
    assert_eq!(view.init, Some(image().state_init));
}

#[test]
fn the_decoder_tells_what_a_body_is() {
    let decoder = Decoder::new().with("First", abi("add")).with("Second", abi("take"));
    let second = decoder.contract("Second").expect("it was added").clone();
    let decode = |body: &ton_abi::Cell, kind| decoder.decode(body, kind, None);

    let call = second.encode_internal_body("take", &json!({ "amount": 5 })).expect("encodes");
    let Body::Call { contract, header: None, call } = decode(&call, MessageKind::Internal) else {
        panic!("an internal call");
    };
    assert_eq!((&*contract, &*call.name, call.json()), ("Second", "take", json!({ "amount": "5" })));

    let call = second.encode_unsigned_call("take", &json!({ "amount": 5 }), &header()).expect("encodes");
    let Body::Call { contract, header: Some(found), .. } = decode(&call, MessageKind::ExternalIn) else {
        panic!("an external call");
    };
    assert_eq!((&*contract, found.expire), ("Second", Some(UnixTime(61))));

    let event = second.encode_event("Done", &json!({ "by": address(1).to_string() })).expect("encodes");
    assert!(
        matches!(decode(&event, MessageKind::ExternalOut), Body::Event { event, .. } if &*event.name == "Done")
    );
    let answer = second.encode_answer("total", &json!({ "total": 5 })).expect("encodes");
    assert!(
        matches!(decode(&answer, MessageKind::ExternalOut), Body::Answer { answer, .. } if &*answer.name == "total")
    );

    let unknown = CellBuilder::build_from(0x1234_5678_u32).expect("fits");
    assert_eq!(decode(&unknown, MessageKind::Internal), Body::Unknown { id: Some(0x1234_5678) });
    assert_eq!(decode(&ton_abi::Cell::default(), MessageKind::Internal), Body::Empty);
}

#[test]
fn the_hint_decides_between_equal_ids() {
    let decoder = Decoder::new().with("First", abi("add")).with("Second", abi("add"));
    let body = abi("add").encode_internal_body("add", &json!({ "amount": 1 })).expect("encodes");
    for (hint, expected) in [(None, "First"), (Some("Second"), "Second"), (Some("Third"), "First")] {
        let found = decoder.decode(&body, MessageKind::Internal, hint);
        assert!(matches!(found, Body::Call { contract, .. } if &*contract == expected), "{hint:?}");
    }
}

#[test]
fn bounced_messages_name_the_function_that_failed() {
    let decoder = Decoder::new().with("First", abi("add"));
    let id = abi("add").function("add").expect("it is there").input_id;
    let mut message = InternalMessage::transfer(address(1), address(2), Nano(1));
    message.bounced = true;
    message.body = Some(CellBuilder::build_from((u32::MAX, id, 5_u32)).expect("fits"));
    let view = MessageView::parse(&message.build().expect("fits")).expect("a message");
    let Body::Bounced { function: Some((contract, function)), id: Some(found) } =
        decoder.decode_message(&view, None)
    else {
        panic!("a bounced call");
    };
    assert_eq!((&*contract, &*function, found), ("First", "add", id));
}

#[test]
fn comments_are_read_in_both_forms() {
    let decoder = Decoder::new();
    let cell = |bytes: &[u8], tail: Option<ton_abi::Cell>| {
        let mut b = CellBuilder::new();
        b.store_raw(bytes, bytes.len() as u16 * 8).expect("fits");
        tail.into_iter().for_each(|tail| b.store_reference(tail).expect("fits"));
        b.build().expect("fits")
    };
    let tail = cell(b"world", None);
    let snake = cell(b"\0\0\0\0hello ", Some(tail.clone()));
    let by_reference = cell(&[0; 4], Some(tail));
    let not_text = cell(&[0, 0, 0, 0, 0xff], None);
    let decode = |body| decoder.decode(body, MessageKind::Internal, None);
    assert_eq!(decode(&snake), Body::Comment("hello world".to_owned()));
    assert_eq!(decode(&by_reference), Body::Comment("world".to_owned()));
    assert_eq!(decode(&not_text), Body::Unknown { id: Some(0) });
}

#[test]
fn values_bind_to_structs() {
    #[derive(serde::Deserialize)]
    struct Add {
        #[serde(with = "ton_abi::number")]
        amount: u32,
    }
    let abi = abi("add");
    let body = abi.encode_internal_body("add", &json!({ "amount": 77 })).expect("encodes");
    let add: Add = abi.decode_internal_call(&body).expect("decodes").to().expect("binds");
    assert_eq!(add.amount, 77);
}

#[test]
fn an_external_message_without_body_is_empty() {
    let cell = external_message(&address(1), None, None).expect("fits");
    let view = MessageView::parse(&cell).expect("a message");
    assert_eq!((view.kind, view.src, view.body), (MessageKind::ExternalIn, None, None));
}
