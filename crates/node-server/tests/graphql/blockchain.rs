//! `blockchain`: documents by hash, pages with cursors, ranges of time.

use serde_json::{Value, json};

use crate::relay;
use crate::world::{World, address};

/// Walks all pages; gives the nodes' field and checks page infos on the way.
async fn walk(
    world: &World,
    field: &str,
    arguments: &str,
    node: &str,
    size: usize,
    forward: bool,
) -> Vec<String> {
    let (mut cursor, mut all) = (None::<String>, Vec::new());
    let (count, place) = if forward { ("first", "after") } else { ("last", "before") };
    loop {
        let from = cursor.map_or(String::new(), |cursor| format!("{place}: \"{cursor}\","));
        let query = format!(
            "{{ {} }}",
            field.replace("$", &format!("({arguments} {from} {count}: {size}) {{ edges {{ cursor node {{ {node} }} }} pageInfo {{ startCursor endCursor hasNextPage hasPreviousPage }} }}"))
        );
        let data = world.ask(&query).await;
        let mut page = &data["blockchain"];
        while page.get("edges").is_none() {
            page = page.as_object().unwrap().values().next().unwrap();
        }
        let edges = page["edges"].as_array().unwrap();
        let info = &page["pageInfo"];
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let cursors: Vec<_> = edges.iter().map(|edge| text(&edge["cursor"])).collect();
        assert!(field.contains("by_lt") || cursors.is_sorted(), "{cursors:?}");
        assert_eq!(text(&info["startCursor"]), cursors.first().cloned().unwrap_or_default());
        assert_eq!(text(&info["endCursor"]), cursors.last().cloned().unwrap_or_default());
        let nodes = edges.iter().map(|edge| text(&edge["node"][node.split(['(', ' ']).next().unwrap()]));
        if forward {
            all.extend(nodes);
            assert_eq!(info["hasPreviousPage"], false);
            cursor = cursors.last().cloned();
        } else {
            all.splice(0..0, nodes);
            assert_eq!(info["hasNextPage"], false);
            cursor = cursors.first().cloned();
        }
        if info[if forward { "hasNextPage" } else { "hasPreviousPage" }] == false {
            return all;
        }
        assert_eq!(edges.len(), size);
    }
}

#[tokio::test]
async fn documents_by_hash_number_and_message() {
    let world = World::busy(71).await;
    let node = world.node();
    let block = node.head();
    let record = node.all_transactions(..).next_back().unwrap();
    let (hash, message) = (record.hash.to_string(), record.in_msg.unwrap().to_string());
    let query = format!(
        "{{ blockchain {{
            block(hash: \"{}\") {{ id hash seq_no prev_ref {{ root_hash }} signatures {{ signatures {{ node_id }} }} }}
            transaction(hash: \"{}\") {{ id hash in_message {{ id hash dst_transaction {{ hash }} }} out_messages {{ src_account {{ address }} }} account {{ id address }} ... on Node {{ id }} }}
            message(hash: \"{message}\") {{ id hash dst_transaction {{ hash }} }}
            transactions_by_in_msg(msg_hash: \"{message}\") {{ hash }}
            block_by_seq_no(workchain: -1, shard: \"8000000000000000\", seq_no: 2) {{ hash key_block }}
            wrong: block_by_seq_no(workchain: 0, shard: \"4000000000000000\", seq_no: 2) {{ hash }}
            none: block_by_seq_no(workchain: 0, thread: \"8000000000000000\", seq_no: 0) {{ hash }}
            prev_shard_blocks(hash: \"{}\", archive: true) {{ hash }}
            next_shard_blocks(hash: \"{}\") {{ hash }}
            unknown: block(hash: \"00\") {{ hash }}
        }} }}",
        block.id,
        hash.to_uppercase(),
        block.id,
        block.prev_id,
    );
    let data = world.ask(&query).await;
    let chain = &data["blockchain"];
    assert_eq!(chain["block"]["id"], format!("block/{}", block.id));
    assert_eq!(chain["block"]["seq_no"], block.seq_no);
    assert_eq!(chain["transaction"]["id"], format!("transaction/{hash}"));
    assert_eq!(
        chain["transaction"]["in_message"],
        json!({ "id": format!("message/{message}"), "hash": message, "dst_transaction": { "hash": hash } })
    );
    assert_eq!(
        chain["transaction"]["account"],
        json!({ "id": format!("account/{}", record.account), "address": record.account.to_string() })
    );
    assert_eq!(chain["message"]["dst_transaction"]["hash"], hash);
    assert_eq!(chain["transactions_by_in_msg"], json!([{ "hash": hash }]));
    let second = node.chain_block(-1, 2).unwrap().id.to_string();
    assert_eq!(chain["block_by_seq_no"], json!({ "hash": second, "key_block": true }));
    assert_eq!([&chain["wrong"], &chain["none"], &chain["unknown"]], [&Value::Null; 3]);
    assert_eq!(chain["prev_shard_blocks"], json!([{ "hash": block.prev_id.to_string() }]));
    assert_eq!(chain["next_shard_blocks"], json!([{ "hash": block.id.to_string() }]));
}

#[tokio::test]
async fn pages_in_both_directions_give_everything_once() {
    let world = World::busy(72).await;
    let node = world.node();
    let rounds = 1..=node.head().seq_no;
    let blocks: Vec<_> = rounds
        .clone()
        .flat_map(|number| [0, -1].map(|chain| node.chain_block(chain, number).unwrap().id.to_string()))
        .collect();
    let keys: Vec<_> =
        rounds.clone().map(|number| node.chain_block(-1, number).unwrap().id.to_string()).collect();
    let transactions: Vec<_> = rounds
        .flat_map(|number| [0, -1].map(|chain| node.chain_block(chain, number).unwrap().clone()))
        .flat_map(|block| block.transactions.iter().map(|record| record.hash.to_string()).collect::<Vec<_>>())
        .collect();
    let mine: Vec<_> =
        node.transactions_within(&address(1), ..).map(|record| record.hash.to_string()).collect();
    let messages: Vec<_> = node.messages_of(&address(1)).map(|record| record.hash.to_string()).collect();
    let account = format!("blockchain {{ account(address: \"{}\") {{ ", address(1));
    for forward in [true, false] {
        for size in [1, 3, 50] {
            let all = |field: &'static str, arguments: &'static str| {
                walk(&world, field, arguments, "hash", size, forward)
            };
            assert_eq!(all("blockchain { blocks $ }", "").await, blocks);
            assert_eq!(all("blockchain { key_blocks $ }", "").await, keys);
            assert_eq!(all("blockchain { blocks $ }", "workchain: -1,").await, keys);
            if size > 1 {
                assert_eq!(all("blockchain { transactions $ }", "").await, transactions);
            }
            for (field, expected) in
                [("transactions", &mine), ("transactions_by_lt", &mine), ("messages", &messages)]
            {
                let field = format!("{account} {field} $ }} }}");
                assert_eq!(&walk(&world, &field, "", "hash", size, forward).await, expected, "{field}");
            }
        }
    }
}

#[tokio::test]
async fn cursors_mean_the_same_place_when_the_chain_has_grown() {
    let world = World::busy(73).await;
    let query = "{ blockchain { transactions(last: 2) { edges { cursor node { hash } } } } }";
    let before = world.ask(query).await;
    let edges = before["blockchain"]["transactions"]["edges"].as_array().unwrap().clone();
    world.post(&address(1), vec![relay::note(1)]);
    world.mine().await;
    let first = &edges[0]["cursor"];
    let query = format!(
        "{{ blockchain {{ transactions(after: {first}, first: 50) {{ edges {{ cursor node {{ hash }} }} }} }} }}"
    );
    let after = world.ask(&query).await;
    let grown = after["blockchain"]["transactions"]["edges"].as_array().unwrap();
    assert_eq!(grown.len(), 2);
    assert_eq!(grown[0], edges[1]);
}

#[tokio::test]
async fn filters_of_pages() {
    let world = World::busy(74).await;
    let node = world.node();
    let account = address(1);
    let records: Vec<_> = node.transactions_within(&account, ..).cloned().collect();
    let views: Vec<_> =
        records.iter().map(|record| chain::TransactionView::parse(&record.cell, 0).unwrap()).collect();
    let hashes = |keep: &dyn Fn(&chain::TransactionView) -> bool| -> Vec<String> {
        views.iter().filter(|view| keep(view)).map(|view| view.hash.to_string()).collect()
    };
    let field = format!("blockchain {{ account(address: \"{account}\") {{ transactions $ }} }}");
    for aborted in [true, false] {
        let found = walk(&world, &field, &format!("aborted: {aborted},"), "hash", 4, true).await;
        assert_eq!(found, hashes(&|view| view.aborted == aborted));
    }
    let (losers, winners) = ("max_balance_delta: \"-1\",", "min_balance_delta: \"0x0\",");
    let split = walk(&world, &field, losers, "hash", 50, true).await.len()
        + walk(&world, &field, winners, "hash", 50, true).await.len();
    assert_eq!(split, records.len());
    let field = format!("blockchain {{ account(address: \"{account}\") {{ messages $ }} }}");
    let mut sum = 0;
    for kind in ["ExtIn", "ExtOut", "IntIn", "IntOut"] {
        sum += walk(&world, &field, &format!("msg_type: [{kind}],"), "hash", 50, true).await.len();
    }
    // A message from the account to itself is both.
    assert!(sum >= node.messages_of(&account).count());
    let from = relay::place(-1, 1);
    let found = walk(
        &world,
        &field,
        &format!("msg_type: [IntIn], counterparties: [\"{from}\"], min_value: \"1\","),
        "src",
        50,
        true,
    )
    .await;
    assert!(found.iter().all(|src| *src == from.to_string()), "{found:?}");
    let field = "blockchain { blocks $ }";
    let full = walk(&world, field, "min_tr_count: 1,", "hash", 7, true).await.len();
    let empty = walk(&world, field, "max_tr_count: 0,", "hash", 7, false).await.len();
    assert_eq!(full + empty, 2 * node.head().seq_no as usize);
    let range = walk(&world, field, "master_seq_no_range: {start: 3, end: 5},", "hash", 50, true).await;
    assert_eq!(range.len(), 4);
}

#[tokio::test]
async fn rounds_of_a_range_of_time() {
    let world = World::busy(75).await;
    let node = world.node();
    let time = |number: u32| i64::from(node.chain_block(-1, number).unwrap().gen_utime.0);
    let head = node.head().seq_no;
    let first_of = |time_wanted: i64| (1..=head).find(|number| time(*number) >= time_wanted);
    for (start, end) in [
        (time(1), time(head)),
        (time(3), time(3)),
        (time(3) + 1, time(5) - 1),
        (time(head) + 9, time(head) + 9),
    ] {
        if start > end {
            continue;
        }
        let query = format!(
            "{{ blockchain {{ master_seq_no_range(time_start: {start}, time_end: {end}) {{ start end }} }} }}"
        );
        let range = &world.ask(&query).await["blockchain"]["master_seq_no_range"];
        assert_eq!(range["start"], first_of(start).unwrap_or(head + 1), "{start}");
        assert_eq!(range["end"], first_of(end).map_or(Value::Null, Value::from), "{end}");
    }
    let data = world.ask("{ blockchain { master_seq_no_range { start end } } }").await;
    assert_eq!(data["blockchain"]["master_seq_no_range"], json!({ "start": null, "end": null }));
    assert_eq!(
        world.fail("{ blockchain { master_seq_no_range(time_start: 2, time_end: 1) { start } } }").await.0,
        10008
    );
}

#[tokio::test]
async fn an_account_at_a_past_block_if_it_has_not_changed() {
    let world = World::new().await;
    let quiet = world.node().head().id.to_string();
    world.post(&address(1), vec![relay::note(1)]);
    world.mine().await;
    let ask = |number, block: &str| {
        format!(
            "{{ blockchain {{ account(address: \"{}\") {{ info(byBlock: \"{block}\") {{ acc_type address }} }} }} }}",
            address(number)
        )
    };
    let data = world.ask(&ask(2, &quiet)).await;
    assert_eq!(data["blockchain"]["account"]["info"]["acc_type"], 1);
    let newest = world.node().head().id.to_string();
    world.ask(&ask(1, &newest)).await;
    let (code, message) = world.fail(&ask(1, &quiet)).await;
    assert!(code == 10008 && message.contains("not kept"), "{message}");
    assert!(world.fail(&ask(1, "00")).await.1.contains("no block"));
    let data = world.ask(&ask(99, &newest)).await;
    assert_eq!(data["blockchain"]["account"]["info"]["acc_type"], 3);
}

#[tokio::test]
async fn bad_arguments_say_what_is_wrong() {
    let world = World::new().await;
    for (field, text) in [
        ("blocks(first: 1, last: 1) { edges { cursor } }", "shouldn't be used simultaneously"),
        ("blocks(first: 1, before: \"110\") { edges { cursor } }", "should not be used with"),
        ("blocks(last: 1, after: \"110\") { edges { cursor } }", "should not be used with"),
        ("blocks(first: 0) { edges { cursor } }", "1 at least"),
        ("blocks(last: -1) { edges { cursor } }", "1 at least"),
        ("blocks(after: \"zz\") { edges { cursor } }", "cursor is none"),
        ("blocks(shard: \"8000000000000000\") { edges { cursor } }", "Workchain is required"),
        ("block_by_seq_no(workchain: 0, seq_no: 1) { hash }", "must be defined"),
        ("account(address: \"nobody\") { info { id } }", "is not an address"),
        ("account(address: \"0:00\") { info { id } }", "is not an address"),
        ("transactions(min_balance_delta: \"x\") { edges { cursor } }", "is no number"),
    ] {
        let (code, message) = world.fail(&format!("{{ blockchain {{ {field} }} }}")).await;
        assert_eq!(code, 10008, "{field}: {message}");
        assert!(message.contains(text), "{field}: {message}");
    }
    let account = address(1);
    let six = vec![format!("\"{account}\""); 6].join(",");
    for (field, text) in [
        (
            format!("messages(counterparties: [{six}]) {{ edges {{ cursor }} }}"),
            "Only up to 5 counterparties",
        ),
        ("transactions_by_lt(after: \"x\") { edges { cursor } }".to_owned(), "no logical time"),
    ] {
        let (code, message) = world
            .fail(&format!("{{ blockchain {{ account(address: \"{account}\") {{ {field} }} }} }}"))
            .await;
        assert!(code == 10008 && message.contains(text), "{message}");
    }
}
