//! Messages equal those of the official SDK.
//!
//! `data/official.json` holds random functions with parameters, and the hashes of the messages that the official
//! library (libton_client 1.44.3: `abi.encode_message`, `abi.encode_message_body`) made of them.

use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};
use ton_abi::{ContractAbi, Header, PublicKey, Signature, UnixMillis, UnixTime, external_message};

fn text<'a>(case: &'a Value, name: &str) -> &'a str {
    case[name].as_str().unwrap_or_else(|| panic!("{name} is text: {case}"))
}

#[test]
fn messages_have_the_hashes_of_the_official_library() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("data/official.json")).expect("valid JSON");
    assert!(cases.len() >= 40);
    for case in &cases {
        let functions = json!([{ "name": "call", "inputs": case["inputs"], "outputs": case["inputs"] }]);
        let abi = json!({ "version": case["version"], "header": case["header"], "functions": functions });
        let abi = ContractAbi::from_value(&abi).expect("a valid ABI");
        let secret = hex::decode(text(case, "secret")).expect("hex").try_into().expect("32 bytes");
        let key = SigningKey::from_bytes(&secret);
        let mut header = Header {
            time: UnixMillis(case["time"].as_u64().expect("a number")),
            expire: UnixTime(case["expire"].as_u64().and_then(|n| n.try_into().ok()).expect("a number")),
            pubkey: Some(PublicKey(key.verifying_key().to_bytes())),
        };
        let address = text(case, "address").parse().expect("an address");
        let (params, version) = (&case["params"], text(case, "version"));

        let signed = abi.call_message(&address, "call", params, &header).expect("encodes");
        let signed = signed.sign_with(|hash| Signature(key.sign(&hash.0).to_bytes())).expect("fits");
        assert_eq!(signed.repr_hash().to_string(), text(case, "signed"), "signed, {version}: {params}");

        header.pubkey = None;
        let body = abi.encode_unsigned_call("call", params, &header).expect("encodes");
        let unsigned = external_message(&address, None, Some(body)).expect("fits");
        assert_eq!(unsigned.repr_hash().to_string(), text(case, "unsigned"), "unsigned, {version}: {params}");

        let internal = abi.encode_internal_body("call", params).expect("encodes");
        assert_eq!(internal.repr_hash().to_string(), text(case, "internal"), "internal, {version}: {params}");
    }
}
