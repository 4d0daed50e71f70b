//! Messages as the machine with a network prepares them.

use keys::{KeyPair, Phrase, Signer};
use serde_json::{Value, json};
use signing::{Claims, Network, Prepared, Review};
use ton_abi::{Address, ContractAbi, Hash, Header, PublicKey, UnixMillis, UnixTime};

pub(crate) const PHRASE: &str =
    "abandon math mimic master filter design carbon crystal rookie group knife young";

/// 2020-12-01 00:00 UTC.
pub(crate) const NOW: UnixTime = UnixTime(1_606_780_800);
/// An hour later.
pub(crate) const EXPIRE: UnixTime = UnixTime(NOW.0 + 3600);

pub(crate) fn key() -> KeyPair {
    Phrase::parse(PHRASE).expect("a phrase").key(0).expect("a key")
}

pub(crate) fn wallet() -> Address {
    "0:f92be05a0ff2aab349a0681c8f08d92e1d6dbd0ab791aa53b877c020c9c07202".parse().expect("an address")
}

pub(crate) fn treasury() -> Address {
    Address::new(0, Hash([0x22; 32]))
}

macro_rules! interface {
    ($name:literal) => {
        ContractAbi::parse(include_str!(concat!("../../../../abi/", $name, ".abi.json")))
            .expect("a valid interface")
    };
}

pub(crate) fn multisig() -> ContractAbi {
    interface!("Multisig")
}

pub(crate) fn registry() -> ContractAbi {
    interface!("MemberRegistry")
}

pub(crate) fn treasury_abi() -> ContractAbi {
    interface!("Treasury")
}

pub(crate) fn giver() -> ContractAbi {
    interface!("Giver")
}

pub(crate) fn proposal() -> ContractAbi {
    interface!("Proposal")
}

/// An interface with changes to its document.
pub(crate) fn changed(abi: &ContractAbi, change: impl FnOnce(&mut Value)) -> ContractAbi {
    let mut document = serde_json::from_str(abi.json()).expect("JSON");
    change(&mut document);
    ContractAbi::from_value(&document).expect("a valid interface")
}

pub(crate) fn network() -> Network {
    Network { name: "main".into(), global_id: 42, development: false }
}

pub(crate) fn claims() -> Claims {
    Claims { title: "confirms transaction 7".into(), lines: vec!["pays 5 TON".into()], prepared_at: NOW }
}

pub(crate) fn header(pubkey: Option<PublicKey>) -> Header {
    Header { time: UnixMillis(u64::from(NOW.0) * 1000), expire: EXPIRE, pubkey }
}

/// A call to the wallet's address, named after the key of [`PHRASE`].
pub(crate) fn prepared(abi: &ContractAbi, function: &str, params: &Value) -> Prepared {
    let message = abi.call_message(&wallet(), function, params, &header(Some(key().public_key())));
    Prepared::new(&message.expect("it can be encoded"), abi, network(), claims()).expect("it can be prepared")
}

pub(crate) fn confirmation() -> Prepared {
    prepared(&multisig(), "confirmTransaction", &json!({ "transactionId": 7 }))
}

/// The payment of a stage, inside of a transaction of the wallet.
pub(crate) fn payment() -> Prepared {
    let fund = json!({ "stage": 1, "nonce": 3, "amount": "673120000000000" });
    let payload = treasury_abi().encode_internal_body("fundStage", &fund).expect("it can be encoded");
    let params = json!({
        "dest": treasury().to_string(),
        "value": "673121000000000",
        "bounce": true,
        "allBalance": false,
        "payload": ton_abi::Boc::encode_base64(&payload),
    });
    prepared(&multisig(), "submitTransaction", &params)
}

pub(crate) fn codes(review: &Review) -> Vec<&'static str> {
    review.warnings.iter().map(|warning| warning.code).collect()
}
