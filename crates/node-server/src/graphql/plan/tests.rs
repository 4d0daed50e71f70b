//! Each look-up examines a number of documents that does not depend on how many there are.

use std::sync::Arc;

use async_graphql::Value as Input;
use chain::{Account, Config};
use localnet::{Genesis, Node};
use serde_json::{Value, json};
use ton_abi::{Address, Hash, InternalMessage, Nano};

use super::plan;
use crate::documents::Collection;
use crate::graphql::filter::Filter;
use crate::graphql::find::Query;
use crate::graphql::sort::Sort;

const ACCOUNTS: u8 = 200;
const ROUNDS: u32 = 40;

fn address(number: u8) -> Address {
    Address::new(0, Hash([number; 32]))
}

/// Many accounts without code; in each round somebody gets money from nobody.
fn node() -> Arc<Node> {
    let mut genesis = Genesis::new(Config::local());
    genesis
        .accounts
        .extend((0..ACCOUNTS).map(|number| Account::uninit(address(number), Nano::tokens(1)).unwrap()));
    let mut node = Node::new(genesis).unwrap();
    for round in 0..ROUNDS {
        let to = address((round % 4) as u8);
        let transfer = InternalMessage::transfer(address(250), to, Nano::tokens(2));
        node.inject(&InternalMessage { bounce: false, ..transfer }).unwrap();
        node.advance(10).unwrap();
        node.produce().unwrap();
    }
    Arc::new(node)
}

fn query(collection: Collection, filter: Value, order: Value) -> Query {
    let input = |value: Value| Input::from_json(value).unwrap();
    Query {
        collection,
        filter: Filter::parse(collection, Some(&input(filter))).unwrap(),
        order: Sort::parse(collection, Some(&input(order))).unwrap(),
        limit: 1,
    }
}

/// Ends of ranges are examined, too, whether they pass or not.
#[test]
fn what_clients_ask_for_is_looked_up() {
    let node = node();
    let head = node.head();
    let record = node.all_transactions(..).next_back().unwrap().clone();
    let message = record.in_msg.unwrap().to_string();
    let (id, before) = (head.id.to_string(), head.prev_id.to_string());
    let of_one = (ROUNDS / 4) as usize;
    let desc = |path: &str| json!([{ "path": path, "direction": "DESC" }]);
    for (collection, filter, order, most) in [
        (Collection::Accounts, json!({ "id": { "eq": address(7).to_string() } }), json!([]), 1),
        (Collection::Accounts, json!({ "id": { "gt": address(197).to_string() } }), desc("id"), 3),
        (Collection::Accounts, json!({ "code_hash": { "eq": "00" } }), json!([]), 0),
        (Collection::Accounts, json!({ "workchain_id": { "eq": -1 } }), json!([]), 1),
        (Collection::Transactions, json!({ "id": { "eq": record.hash.to_string() } }), json!([]), 1),
        (Collection::Transactions, json!({ "in_msg": { "eq": message } }), json!([]), 1),
        (Collection::Transactions, json!({ "block_id": { "eq": id } }), json!([]), 1),
        (
            Collection::Transactions,
            json!({ "account_addr": { "eq": address(1).to_string() } }),
            desc("lt"),
            of_one,
        ),
        (
            Collection::Transactions,
            json!({ "account_addr": { "eq": record.account.to_string() }, "lt": { "ge": record.lt.0.to_string() } }),
            json!([]),
            1,
        ),
        (Collection::Transactions, json!({ "now": { "ge": head.gen_utime.0 } }), json!([]), 1),
        (Collection::Transactions, json!({ "master_seq_no": { "eq": 5 } }), json!([]), 2),
        (Collection::Messages, json!({ "id": { "in": [message, "00"] } }), json!([]), 1),
        (Collection::Messages, json!({ "dst": { "eq": address(1).to_string() } }), json!([]), of_one),
        (Collection::Messages, json!({ "block_id": { "eq": id } }), json!([]), 1),
        (Collection::Blocks, json!({ "id": { "eq": id } }), json!([]), 1),
        (
            Collection::Blocks,
            json!({ "prev_ref": { "root_hash": { "eq": before } }, "OR": { "prev_alt_ref": { "root_hash": { "eq": before } } } }),
            json!([]),
            1,
        ),
        (
            Collection::Blocks,
            json!({ "workchain_id": { "eq": -1 }, "seq_no": { "gt": 30, "lt": 33 } }),
            json!([]),
            4,
        ),
        (Collection::Blocks, json!({ "gen_utime": { "ge": head.gen_utime.0 } }), desc("seq_no"), 2),
        (Collection::Blocks, json!({ "start_lt": { "gt": head.start_lt.0.to_string() } }), json!([]), 2),
    ] {
        let about = format!("{collection:?} {filter} {order}");
        let query = query(collection, filter, order);
        let plan = plan(&node, &query);
        assert!(plan.indexed, "{about}");
        let examined = plan.docs.count();
        assert!(examined <= most, "{about}: {examined} documents");
    }
}

#[test]
fn the_newest_come_first_without_looking_at_the_rest() {
    let node = node();
    let desc = |path: &str| json!([{ "path": path, "direction": "DESC" }]);
    for (collection, filter, order) in [
        (Collection::Blocks, json!({ "workchain_id": { "eq": -1 } }), desc("seq_no")),
        (
            Collection::Blocks,
            json!({ "key_block": { "eq": true }, "workchain_id": { "eq": -1 } }),
            desc("seq_no"),
        ),
        (
            Collection::Blocks,
            json!({ "workchain_id": { "eq": 0 }, "gen_utime": { "le": 4_000_000_000_u32 } }),
            desc("gen_utime"),
        ),
        (Collection::Blocks, json!({}), desc("chain_order")),
        (Collection::Transactions, json!({}), desc("lt")),
        (Collection::Transactions, json!({}), desc("now")),
        (Collection::Transactions, json!({ "account_addr": { "eq": address(2).to_string() } }), desc("lt")),
        (Collection::Accounts, json!({}), json!([{ "path": "id" }])),
    ] {
        let about = format!("{collection:?} {filter} {order}");
        let query = query(collection, filter, order);
        let mut plan = plan(&node, &query);
        assert!(plan.sorted, "{about}");
        let first = plan.docs.next().unwrap_or_else(|| panic!("{about}"));
        assert!(query.filter.matches(&first), "{about}: the first document passes");
    }
    // What has no order of its own is examined as a whole.
    let query = query(Collection::Accounts, json!({ "balance": { "gt": "0" } }), desc("balance"));
    let plan = plan(&node, &query);
    assert!(!plan.indexed && !plan.sorted);
    assert_eq!(plan.docs.count(), node.account_count());
}
