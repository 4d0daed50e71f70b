//! Values of documents against the records and cells that they come from.

use node_server::documents::{Collection, Doc, Kind, Value, shapes};

use crate::relay;
use crate::world::{World, address};

fn text(value: Value) -> String {
    match value {
        Value::Text(text) => text,
        other => panic!("no text: {other:?}"),
    }
}

fn big(value: Value) -> i128 {
    match value {
        Value::Big(number) => number,
        other => panic!("no number: {other:?}"),
    }
}

#[tokio::test]
async fn balance_deltas_are_what_accounts_gain_and_lose() {
    let mut node = relay::relays(3);
    let mut before: std::collections::HashMap<_, _> =
        node.accounts().map(|account| (account.address().clone(), account.balance().0 as i128)).collect();
    relay::play(&mut node, 91, 3, 10, 5);
    let node = std::sync::Arc::new(node);
    let mut gone = std::collections::HashSet::new();
    for record in node.all_transactions(..) {
        let doc = Doc::transaction(&node, &record.hash).unwrap();
        *before.entry(record.account.clone()).or_default() += big(doc.get("balance_delta"));
        if matches!(doc.get("destroyed"), Value::Bool(true)) {
            gone.insert(record.account.clone());
        }
    }
    for account in node.accounts().filter(|account| !gone.contains(account.address())) {
        assert_eq!(before[account.address()], account.balance().0 as i128, "{}", account.address());
    }
    assert!(node.transaction_count() > 60);
}

#[tokio::test]
async fn a_document_says_the_same_as_the_view_of_its_transaction() {
    let world = World::busy(92).await;
    let node = world.node();
    let (mut skipped, mut failed) = (0, 0);
    for record in node.all_transactions(..) {
        let view = chain::TransactionView::parse(&record.cell, record.account.workchain).unwrap();
        let doc = Doc::transaction(&node, &record.hash).unwrap();
        assert_eq!(big(doc.get("total_fees")), view.total_fees.0 as i128);
        assert_eq!(text(doc.get("old_hash")), view.old_hash.to_string());
        assert!(matches!(doc.get("aborted"), Value::Bool(aborted) if aborted == view.aborted));
        let Value::Object(compute) = doc.get("compute") else { panic!("no compute phase") };
        match view.run() {
            None => {
                skipped += 1;
                assert!(matches!(compute.get("compute_type"), Value::Int(0)));
                assert!(compute.get("exit_code").is_null());
            }
            Some(run) => {
                failed += usize::from(run.exit_code != 0);
                assert!(
                    matches!(compute.get("exit_code"), Value::Int(code) if code == i64::from(run.exit_code))
                );
                assert_eq!(big(compute.get("gas_used")), run.gas_used.into());
            }
        }
        assert_eq!(doc.get("action").is_null(), view.action.is_none());
        assert_eq!(doc.get("bounce").is_null(), view.bounce.is_none());
    }
    assert!(skipped > 0 && failed > 0, "{skipped} {failed}");
}

#[tokio::test]
async fn blocks_name_their_predecessor_and_their_transactions() {
    let world = World::busy(93).await;
    let node = world.node();
    for chain in [0, -1] {
        for number in 1..=node.head().seq_no {
            let block = node.chain_block(chain, number).unwrap();
            let doc = Doc::block(&node, &block.id).unwrap();
            let Value::Object(previous) = doc.get("prev_ref") else {
                panic!("no prev_ref in {number} of {chain}")
            };
            assert_eq!(text(previous.get("root_hash")), block.prev_id.to_string());
            assert!(matches!(previous.get("seq_no"), Value::Int(seq_no) if seq_no == i64::from(number) - 1));
            let Value::List(received) = doc.get("in_msg_descr") else { panic!("no in_msg_descr") };
            assert_eq!(received.len(), block.transactions.len());
            let master = doc.get("master");
            assert_eq!(master.is_null(), chain == 0);
            if let Value::Object(master) = master {
                let Value::Object(config) = master.get("config") else { panic!("no config in {number}") };
                assert!(matches!(config.get("p21"), Value::Object(_)));
                let Value::Object(validators) = config.get("p34") else {
                    panic!("no validators in {number}")
                };
                assert!(matches!(validators.get("total"), Value::Int(total) if total > 0));
            }
        }
    }
    assert!(Doc::block(&node, &node.chain_block(0, 0).unwrap().id).is_none(), "a zero state is no block");
}

/// Fields that no document of this network has: nothing of the kind happens.
const NEVER: &[&str] = &[
    "Account.due_payment",
    "Account.init_code_hash",
    "Account.library",
    "Account.library_hash",
    "Account.prev_code_hash",
    "Account.proof",
    "Account.public_cells",
    "Account.split_depth",
    "Account.state_hash",
    "Account.tick",
    "Account.tock",
    "Block.prev_alt_ref",
    "Block.prev_vert_alt_ref",
    "Block.prev_vert_ref",
    "Message.code",
    "Message.code_hash",
    "Message.data",
    "Message.data_hash",
    "Message.library",
    "Message.library_hash",
    "Message.proof",
    "Message.split_depth",
    "Message.tick",
    "Message.tock",
    "Transaction.installed",
    "Transaction.prepare_transaction",
    "Transaction.proof",
    "Transaction.split_info",
    "Transaction.trace",
    "Transaction.tt",
];

#[tokio::test]
async fn every_field_of_every_collection_has_a_value_somewhere() {
    let world = World::busy(94).await;
    let node = world.node();
    let docs: Vec<Doc> = node
        .all_transactions(..)
        .filter_map(|record| Doc::transaction(&node, &record.hash))
        .chain(node.all_messages(..).filter_map(|record| Doc::message(&node, &record.hash)))
        .chain(node.accounts().map(|account| Doc::account(&node, account.address())))
        .chain((1..=node.head().seq_no).flat_map(|number| {
            [0, -1].map(|chain| Doc::block(&node, &node.chain_block(chain, number).unwrap().id).unwrap())
        }))
        .collect();
    let mut never = Vec::new();
    for collection in
        [Collection::Accounts, Collection::Blocks, Collection::Messages, Collection::Transactions]
    {
        for field in &collection.shape().fields {
            let has = |doc: &Doc| doc.collection() == collection && !doc.value(field).is_null();
            let others = matches!(field.kind, Kind::List(Kind::Object("OtherCurrency")));
            if !others && !docs.iter().any(has) {
                never.push(format!("{}.{}", collection.type_name(), field.name));
            }
        }
    }
    assert_eq!(never, NEVER);
    assert!(shapes().count() > 40);
    assert!(Doc::account(&node, &address(99)).get("boc").is_null());
}
