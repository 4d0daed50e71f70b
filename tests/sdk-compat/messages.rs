//! Signed messages and addresses equal, byte for byte, those of the official SDK library.
//!
//! For every function of every ABI at hand, ours and the published ones, with random parameters:
//! the same header values and keys give the same message BOC. Seed and number of rounds can be set by
//! `SDK_MESSAGES_SEED` and `SDK_MESSAGES_ROUNDS`; a failure names both.

use base64::{Engine, prelude::BASE64_STANDARD};
use ed25519_dalek::{Signer, SigningKey};
use fastrand::Rng;
use serde_json::{Value, json};
use ton_abi::{Address, ContractAbi, Header, Image, PublicKey, Signature, UnixMillis, UnixTime};
use tycho_types::boc::Boc;
use workspace_tests::{foreign, random, sdk::Sdk, workspace};

/// An ABI, and the image that goes with it where there is one.
struct Contract {
    name: String,
    json: Value,
    abi: ContractAbi,
    tvc: Option<Vec<u8>>,
}

/// Every ABI of version 2 in a directory.
fn contracts(directory: &std::path::Path) -> Vec<Contract> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).expect("the directory is there") {
        let path = entry.expect("readable").path();
        let Some(name) = path.file_name().and_then(|n| n.to_str()?.strip_suffix(".abi.json")) else {
            continue;
        };
        let text = std::fs::read_to_string(&path).expect("readable");
        let json: Value = serde_json::from_str(&text).expect("an ABI is JSON");
        match ContractAbi::parse(&text) {
            Ok(abi) => {
                let tvc = std::fs::read(path.with_file_name(format!("{name}.tvc"))).ok();
                found.push(Contract { name: name.to_owned(), json, abi, tvc });
            }
            Err(error) => {
                assert_eq!(json["ABI version"], 1, "{name} is refused although it is not ABI 1: {error}")
            }
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

fn all_contracts() -> Vec<Contract> {
    let (ours, published) = (contracts(&workspace("abi")), contracts(&foreign("images")));
    assert!(published.iter().any(|c| c.name == "SafeMultisigWallet"));
    ours.into_iter().chain(published).collect()
}

/// Random keys and header values, in our form and in the SDK's.
struct Signing {
    key: SigningKey,
    header: Header,
}

impl Signing {
    fn random(rng: &mut Rng) -> Self {
        let key = SigningKey::from_bytes(&std::array::from_fn(|_| rng.u8(..)));
        let pubkey = Some(PublicKey(key.verifying_key().to_bytes()));
        let time = rng.u64(0..1 << 48);
        Self { key, header: Header { time: UnixMillis(time), expire: UnixTime(rng.u32(..)), pubkey } }
    }

    fn public(&self) -> String {
        hex::encode(self.key.verifying_key().to_bytes())
    }

    fn signer(&self) -> Value {
        json!({ "type": "Keys", "keys": { "public": self.public(), "secret": hex::encode(self.key.to_bytes()) } })
    }

    /// The call set of the SDK; headers that the ABI does not have are left out.
    fn call_set(&self, contract: &Contract, function: &str, input: &Value) -> Value {
        let mut header = json!({});
        let names = contract.json["header"].as_array().cloned().unwrap_or_default();
        for name in names.iter().filter_map(Value::as_str) {
            header[name] = match name {
                "time" => self.header.time.0.into(),
                "expire" => self.header.expire.0.into(),
                _ => self.public().into(),
            };
        }
        json!({ "function_name": function, "header": header, "input": input })
    }

    fn sign(&self, message: ton_abi::Result<ton_abi::UnsignedMessage>) -> ton_abi::Result<String> {
        let signed = message?.sign_with(|hash| Signature(self.key.sign(&hash.0).to_bytes()))?;
        Ok(BASE64_STANDARD.encode(Boc::encode(signed)))
    }
}

fn compare(what: &str, ours: ton_abi::Result<String>, theirs: Result<Value, Value>) {
    let ours = ours.unwrap_or_else(|error| panic!("{what}: we refuse ({error}), the SDK says {theirs:?}"));
    let theirs = theirs.unwrap_or_else(|error| panic!("{what}: the SDK refuses: {error}"));
    assert_eq!(ours, theirs["message"].as_str().unwrap_or_default(), "{what}");
}

fn rng() -> (Rng, u64, usize) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let seed = number("SDK_MESSAGES_SEED").unwrap_or(1);
    let rounds = number("SDK_MESSAGES_ROUNDS").unwrap_or(8) as usize;
    println!("SDK_MESSAGES_SEED={seed} SDK_MESSAGES_ROUNDS={rounds}");
    (Rng::with_seed(seed), seed, rounds)
}

#[test]
fn calls_of_every_function_equal_those_of_the_sdk() {
    let mut sdk = Sdk::start();
    let (mut rng, seed, rounds) = rng();
    let mut compared = 0;
    for contract in all_contracts() {
        let functions = contract.json["functions"].as_array().cloned().unwrap_or_default();
        for function in functions {
            let name = function["name"].as_str().unwrap_or_default();
            for round in 0..rounds {
                let signing = Signing::random(&mut rng);
                let input =
                    random::params(&mut rng, function["inputs"].as_array().map_or(&[], Vec::as_slice));
                let address = Address::new(0, ton_abi::Hash(std::array::from_fn(|_| rng.u8(..))));
                let ours = signing.sign(contract.abi.call_message(&address, name, &input, &signing.header));
                let theirs = sdk.call(
                    "abi.encode_message",
                    json!({
                        "abi": { "type": "Contract", "value": contract.json },
                        "address": address.to_string(),
                        "call_set": signing.call_set(&contract, name, &input),
                        "signer": signing.signer(),
                    }),
                );
                let what = format!("{}.{name}, round {round}, seed {seed}: {input}", contract.name);
                compare(&what, ours, theirs);
                compared += 1;
            }
        }
    }
    assert!(compared >= 40 * rounds, "only {compared} messages were compared");
}

#[test]
fn deploys_and_addresses_equal_those_of_the_sdk() {
    let mut sdk = Sdk::start();
    let (mut rng, seed, rounds) = rng();
    let mut compared = 0;
    for contract in all_contracts() {
        let Some(tvc) = &contract.tvc else { continue };
        let functions = contract.json["functions"].as_array().cloned().unwrap_or_default();
        let constructor = functions.iter().find(|function| function["name"] == "constructor");
        let inputs = constructor.map(|c| c["inputs"].as_array().cloned().unwrap_or_default());
        let Some(inputs) = inputs else { continue };
        let statics = contract.json["data"].as_array().cloned().unwrap_or_default();
        for round in 0..rounds {
            let signing = Signing::random(&mut rng);
            let (input, data) = (random::params(&mut rng, &inputs), random::params(&mut rng, &statics));
            let image = Image::from_tvc(tvc)
                .and_then(|image| image.with_init_data(&contract.abi, signing.header.pubkey.as_ref(), &data))
                .expect("a built image takes initial data");
            let ours = signing.sign(contract.abi.deploy_message(&image, 0, &input, &signing.header));
            let theirs = sdk.call(
                "abi.encode_message",
                json!({
                    "abi": { "type": "Contract", "value": contract.json },
                    "deploy_set": {
                        "tvc": BASE64_STANDARD.encode(tvc),
                        "workchain_id": 0,
                        "initial_data": data,
                        "initial_pubkey": signing.public(),
                    },
                    "call_set": signing.call_set(&contract, "constructor", &input),
                    "signer": signing.signer(),
                }),
            );
            let what = format!("deploy of {}, round {round}, seed {seed}: {input} {data}", contract.name);
            let address = image.address(0).expect("an image has an address").to_string();
            assert_eq!(
                theirs.as_ref().ok().map(|t| &t["address"]),
                Some(&json!(address)),
                "{what}: address {theirs:?}"
            );
            compare(&what, ours, theirs);
            compared += 1;
        }
    }
    assert!(compared >= 4 * rounds, "only {compared} deploys were compared");
}
