//! What is encoded can be decoded, whatever the types: random ABIs of all versions.
//!
//! A failure names its seed; run that one alone with `ABI_SEED=… cargo test -p ton-abi --test round_trips`.

mod support;

use ed25519_dalek::{Signer, SigningKey, Verifier};
use fastrand::Rng;
use serde_json::{Value, json};
use ton_abi::{Address, ContractAbi, Hash, Header, PublicKey, Signature, UnixMillis, UnixTime};

const VERSIONS: [&str; 4] = ["2.0", "2.1", "2.2", "2.3"];

/// Runs `check` with a few hundred seeds, or with the one of `ABI_SEED`.
fn with_seeds(check: impl Fn(&mut Rng, &str)) {
    let seeds = match std::env::var("ABI_SEED").ok().and_then(|seed| seed.parse::<u64>().ok()) {
        Some(seed) => seed..=seed,
        None => 1..=400,
    };
    for seed in seeds {
        for version in VERSIONS {
            // Captured by the harness, shown when the check panics.
            println!("ABI_SEED={seed} version {version}");
            check(&mut Rng::with_seed(seed), version);
        }
    }
}

fn random_abi(rng: &mut Rng, version: &str, inputs: Vec<Value>) -> ContractAbi {
    let headers = ["pubkey", "time", "expire"];
    let headers: Vec<_> = headers.into_iter().filter(|_| rng.u8(0..4) > 0).collect();
    let json = json!({
        "version": version,
        "header": headers,
        "functions": [{ "name": "call", "inputs": inputs, "outputs": inputs }],
        "events": [{ "name": "Happened", "inputs": inputs }],
        "fields": if version == "2.0" { Vec::new() } else { inputs.clone() },
    });
    ContractAbi::from_value(&json).unwrap_or_else(|e| panic!("{e}: {json}"))
}

fn random_header(rng: &mut Rng, key: &SigningKey) -> Header {
    let pubkey = rng.bool().then(|| PublicKey(key.verifying_key().to_bytes()));
    Header { time: UnixMillis(rng.u64(..)), expire: UnixTime(rng.u32(..)), pubkey }
}

#[test]
fn bodies_come_back_as_they_went() {
    with_seeds(|rng, version| {
        let (inputs, params) = support::parameters(rng, 12);
        let abi = random_abi(rng, version, inputs);
        let call = abi.encode_internal_body("call", &params).expect("encodes");
        assert_eq!(abi.decode_internal_call(&call).expect("decodes").json(), params);
        let answer = abi.encode_answer("call", &params).expect("encodes");
        assert_eq!(abi.decode_answer("call", &answer).expect("decodes").json(), params);
        let event = abi.encode_event("Happened", &params).expect("encodes");
        assert_eq!(abi.decode_event(&event).expect("decodes").json(), params);
        if version != "2.0" {
            let data = abi.encode_fields(&params).expect("encodes");
            assert_eq!(abi.decode_fields(&data).expect("decodes").json(), params);
        }
    });
}

#[test]
fn signed_calls_come_back_with_header_and_valid_signature() {
    with_seeds(|rng, version| {
        let (inputs, params) = support::parameters(rng, 8);
        let abi = random_abi(rng, version, inputs);
        let key = SigningKey::from_bytes(&std::array::from_fn(|_| rng.u8(..)));
        let header = random_header(rng, &key);
        let address = Address::new(0, Hash(std::array::from_fn(|_| rng.u8(..))));
        let call = abi.encode_call("call", &params, &header, Some(&address)).expect("encodes");
        let body = call.sign_with(|hash| Signature(key.sign(&hash.0).to_bytes())).expect("fits");

        let (found, decoded) = abi.decode_call(&body).expect("decodes");
        assert_eq!(decoded.json(), params);
        let has = |name: &str| abi.headers().iter().any(|header| header.to_string() == name);
        assert_eq!(found.time, has("time").then_some(header.time));
        assert_eq!(found.expire, has("expire").then_some(header.expire));
        assert_eq!(found.pubkey, header.pubkey.filter(|_| has("pubkey")));
        let (signature, hash) =
            abi.signature_data(&body, Some(&address)).expect("readable").expect("the call is signed");
        assert_eq!((found.signature, hash), (Some(signature), call.hash));
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        key.verifying_key().verify(&hash.0, &signature).expect("the signature is of the hash");
    });
}

#[test]
fn unsigned_calls_come_back_without_a_signature() {
    with_seeds(|rng, version| {
        let (inputs, params) = support::parameters(rng, 8);
        let abi = random_abi(rng, version, inputs);
        let header = random_header(rng, &SigningKey::from_bytes(&[1; 32]));
        let body = abi.encode_unsigned_call("call", &params, &header).expect("encodes");
        let (found, decoded) = abi.decode_call(&body).expect("decodes");
        assert_eq!((found.signature, decoded.json()), (None, params));
        assert_eq!(abi.signature_data(&body, None).expect("readable"), None);
    });
}

#[test]
fn the_signed_hash_covers_the_address_from_version_2_3_on() {
    for version in VERSIONS {
        let abi = random_abi(&mut Rng::with_seed(1), version, Vec::new());
        let header = Header { time: UnixMillis(1), expire: UnixTime(2), pubkey: None };
        let hash = |byte| {
            let address = Address::new(0, Hash([byte; 32]));
            abi.encode_call("call", &json!({}), &header, Some(&address)).expect("encodes").hash
        };
        assert_eq!(hash(1) != hash(2), version == "2.3", "{version}");
        let without = abi.encode_call("call", &json!({}), &header, None);
        assert_eq!(without.is_err(), version == "2.3", "{version}");
    }
}
