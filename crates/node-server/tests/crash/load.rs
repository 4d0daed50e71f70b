//! Payments of the giver, posted and waited for as clients do.

use std::collections::BTreeMap;
use std::io::Result;
use std::sync::mpsc::sync_channel;
use std::thread;

use base64::prelude::{BASE64_STANDARD, Engine};
use keys::{KeyPair, Signer};
use localnet::giver;
use serde_json::{Value, json};
use ton_abi::{
    Address, Boc, Cell, ContractAbi, Hash, Header, Nano, PublicKey, Signature, UnixMillis, UnixTime,
};

use crate::process::{Client, Killer};

const ABI: &str = include_str!("../../../../abi/Giver.abi.json");

/// Messages in one request at most.
const MOST_MESSAGES: usize = 6;

/// Requests that may be posted while the transactions of an earlier one are waited for.
const AHEAD: usize = 2;

/// Life of a message in seconds.
const LIFE: u32 = 60;

/// Rows that a query gives at most.
const PAGE: usize = 50;

pub(crate) struct Load {
    random: fastrand::Rng,
    abi: ContractAbi,
    key: KeyPair,
    /// Messages whose transaction was seen: hash of the message, identity of the transaction.
    seen: BTreeMap<String, String>,
    /// Those of the last life.
    new: Vec<String>,
    number: u64,
}

impl Load {
    pub(crate) fn new(random: fastrand::Rng) -> Self {
        let abi = ContractAbi::parse(ABI).unwrap();
        let key = KeyPair::from_secret_hex(giver::SECRET_KEY_HEX).unwrap();
        Self { random, abi, key, seen: BTreeMap::new(), new: Vec::new(), number: 0 }
    }

    pub(crate) fn finalized(&self) -> usize {
        self.seen.len()
    }

    /// Works until the process is gone. One connection posts, another one waits for the transactions.
    pub(crate) fn run(&mut self, mut client: Client, killer: Killer) {
        self.new.clear();
        let Ok(mut waiting) = client.again() else { return };
        let (post, posted) = sync_channel::<Vec<String>>(AHEAD);
        let killer = &killer;
        let seen = thread::scope(|scope| {
            let waiter = scope.spawn(move || {
                let mut seen = Vec::new();
                for hashes in posted {
                    for hash in hashes {
                        let Ok(transaction) = finalized(&mut waiting, &hash) else { return seen };
                        seen.push((hash, transaction));
                        killer.answer();
                    }
                }
                seen
            });
            while let Ok(hashes) = self.post(&mut client) {
                killer.answer();
                // The waiter is gone when the process is.
                if post.send(hashes).is_err() {
                    break;
                }
            }
            drop(post);
            waiter.join().unwrap()
        });
        for (hash, transaction) in seen {
            self.new.push(hash.clone());
            self.seen.insert(hash, transaction);
        }
    }

    /// Posts some payments in one request and gives their hashes.
    fn post(&mut self, client: &mut Client) -> Result<Vec<String>> {
        let now = client.query("{ info { time } }", &Value::Null)?["info"]["time"].as_f64().unwrap() as u64;
        let count = self.random.usize(1..=MOST_MESSAGES);
        let messages: Vec<Cell> = (0..count).map(|_| self.payment(now)).collect();
        let hash = |message: &Cell| hex::encode(message.repr_hash().0);
        let requests: Vec<_> = messages
            .iter()
            .map(|message| {
                let id = BASE64_STANDARD.encode(message.repr_hash().0);
                json!({ "id": id, "body": BASE64_STANDARD.encode(Boc::encode(message)) })
            })
            .collect();
        let mutation = "mutation($requests: [Request]) { postRequests(requests: $requests) }";
        let answer = client.query(mutation, &json!({ "requests": requests }))?;
        assert_eq!(answer["postRequests"].as_array().map(Vec::len), Some(count), "{answer}");
        Ok(messages.iter().map(hash).collect())
    }

    fn payment(&mut self, now: u64) -> Cell {
        self.number += 1;
        let dest = Address::new(0, Hash([self.random.u8(..); 32]));
        // The number makes every message another one.
        let value = Nano::tokens(1).0 + u128::from(self.number);
        let params = json!({ "dest": dest.to_string(), "value": value.to_string(), "bounce": false });
        let header = Header {
            time: UnixMillis(now),
            expire: UnixTime((now / 1000) as u32 + LIFE),
            pubkey: Some(PublicKey(self.key.public_key().0)),
        };
        let message = self.abi.call_message(&giver::ADDRESS, "sendTransaction", &params, &header).unwrap();
        message.sign_with(|hash| Signature(self.key.sign(&hash.0).unwrap())).unwrap()
    }

    /// Whether the promises of the last life were kept, and some of earlier ones.
    pub(crate) fn check_some(&mut self, client: &mut Client) {
        let mut hashes = std::mem::take(&mut self.new);
        let all: Vec<&String> = self.seen.keys().collect();
        hashes.extend((0..PAGE.min(all.len())).map(|_| all[self.random.usize(..all.len())].clone()));
        self.check(client, &hashes);
    }

    pub(crate) fn check_all(&self, client: &mut Client) {
        self.check(client, &self.seen.keys().cloned().collect::<Vec<_>>());
    }

    fn check(&self, client: &mut Client, hashes: &[String]) {
        for page in hashes.chunks(PAGE) {
            let query = "query($in: [String]) { transactions(filter: { in_msg: { in: $in } }, limit: 50) { id in_msg } }";
            let found = client.query(query, &json!({ "in": page })).unwrap();
            let found: BTreeMap<&str, &str> = found["transactions"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| (row["in_msg"].as_str().unwrap(), row["id"].as_str().unwrap()))
                .collect();
            for hash in page {
                assert_eq!(
                    found.get(hash.as_str()),
                    Some(&self.seen[hash].as_str()),
                    "message {hash} is lost"
                );
            }
        }
    }
}

/// Waits for the transaction of a message, which is final when it is seen, and gives its identity.
fn finalized(client: &mut Client, hash: &str) -> Result<String> {
    let query = "query($hash: String) { transactions(filter: { in_msg: { eq: $hash } }, limit: 1, timeout: 40000) { id in_msg aborted } }";
    let found = client.query(query, &json!({ "hash": hash }))?;
    let row = &found["transactions"][0];
    assert_eq!((row["in_msg"].as_str(), row["aborted"].as_bool()), (Some(hash), Some(false)), "{found}");
    Ok(row["id"].as_str().unwrap().to_owned())
}
