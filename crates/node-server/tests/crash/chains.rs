//! Whether both chains are unbroken and the books balance.

use base64::prelude::{BASE64_STANDARD, Engine};
use localnet::{BASECHAIN, MASTERCHAIN, Node};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use ton_abi::Boc;
use tycho_types::models::{Block, PrevBlockRef};

use crate::process::Client;

/// Rows that a query gives at most.
const PAGE: usize = 50;

/// The newest block of each chain that was checked: number, identity, file hash.
#[derive(Default)]
pub(crate) struct Chains {
    base: Option<(u32, String, String)>,
    master: Option<(u32, String, String)>,
}

impl Chains {
    /// Checks all blocks behind the newest one that was checked before; gives the number of the newest.
    ///
    /// It must still be there: it was seen, so it was final.
    pub(crate) fn check_new(&mut self, client: &mut Client) -> u32 {
        let base = check_chain(client, BASECHAIN, &mut self.base);
        let master = check_chain(client, MASTERCHAIN, &mut self.master);
        // The masterchain was asked last, and rounds go on.
        assert!(master >= base, "{base} {master}");
        master
    }
}

fn check_chain(client: &mut Client, workchain: i8, tip: &mut Option<(u32, String, String)>) -> u32 {
    if let Some((number, id, _)) = tip {
        let known = page(client, workchain, *number - 1, 1);
        assert_eq!(
            known[0]["id"].as_str(),
            Some(id.as_str()),
            "block {number} of {workchain} is another one"
        );
    }
    loop {
        let after = tip.as_ref().map_or(0, |(number, ..)| *number);
        let blocks = page(client, workchain, after, PAGE);
        for block in &blocks {
            *tip = Some(check_block(block, tip.take()));
        }
        if blocks.len() < PAGE {
            return tip.as_ref().map_or(0, |(number, ..)| *number);
        }
    }
}

/// Blocks with numbers above `after`, in their order.
fn page(client: &mut Client, workchain: i8, after: u32, limit: usize) -> Vec<Value> {
    let query = "query($filter: BlockFilter, $limit: Int) {
        blocks(filter: $filter, orderBy: [{ path: \"seq_no\", direction: ASC }], limit: $limit) {
            id file_hash seq_no boc prev_ref { root_hash }
        }
    }";
    let filter = json!({ "workchain_id": { "eq": workchain }, "seq_no": { "gt": after } });
    let found = client.query(query, &json!({ "filter": filter, "limit": limit })).unwrap();
    found["blocks"].as_array().unwrap().clone()
}

fn check_block(row: &Value, before: Option<(u32, String, String)>) -> (u32, String, String) {
    let text = |field: &str| row[field].as_str().unwrap().to_owned();
    let number = u32::try_from(row["seq_no"].as_u64().unwrap()).unwrap();
    let bytes = BASE64_STANDARD.decode(text("boc")).unwrap();
    let cell = Boc::decode(&bytes).unwrap();
    let (id, file_hash) = (hex::encode(cell.repr_hash().0), hex::encode(Sha256::digest(&bytes)));
    assert_eq!((text("id"), text("file_hash")), (id.clone(), file_hash.clone()), "block {number}");
    let info = cell.parse::<Block>().unwrap().load_info().unwrap();
    let PrevBlockRef::Single(previous) = info.load_prev_ref().unwrap() else {
        panic!("two blocks before {number}")
    };
    assert_eq!((info.seqno, previous.seqno), (number, number - 1));
    assert_eq!(row["prev_ref"]["root_hash"].as_str(), Some(hex::encode(previous.root_hash.0).as_str()));
    match before {
        Some((last, root, file)) => {
            assert_eq!(number, last + 1, "no number is left out");
            assert_eq!((hex::encode(previous.root_hash.0), hex::encode(previous.file_hash.0)), (root, file));
        }
        None => assert_eq!(number, 1),
    }
    (number, id, file_hash)
}

/// Takes the whole state over the API; its hash is checked by reading it.
pub(crate) fn check_books(client: &mut Client) {
    let node = Node::from_bytes(&client.request("GET", "/control/dump", "").unwrap()).unwrap();
    let audit = node.audit().unwrap();
    assert!(audit.is_balanced(), "{audit}");
}
