//! Filters: every operator on every kind of field, the rules of null, alternatives, lists, parts and joins.

use serde_json::json;

use crate::relay;
use crate::world::{World, address};

/// Three accounts whose balances are known: 1000 tokens each but the third, which sent some away.
async fn accounts() -> World {
    let world = World::new().await;
    let transfer = relay::send(&address(200), ton_abi::Nano::tokens(7), relay::FEES_APART, false, None);
    world.post(&address(3), vec![transfer]);
    world.mine().await;
    world
}

async fn count(world: &World, collection: &str, filter: &str) -> usize {
    world.ids(collection, &format!("filter: {filter}")).await.len()
}

#[tokio::test]
async fn every_operator_on_big_numbers_in_decimal_and_hex() {
    let world = accounts().await;
    let all = world.node().account_count();
    let tokens = 1_000_000_000_000_u128;
    for (filter, passing) in [
        (format!("{{balance: {{eq: \"{tokens}\"}}}}"), all - 2),
        (format!("{{balance: {{eq: \"{tokens:#x}\"}}}}"), all - 2),
        (format!("{{balance: {{eq: \"{tokens:#X}\"}}}}").replace("0X", "0x"), all - 2),
        (format!("{{balance: {{ne: \"{tokens}\"}}}}"), 2),
        (format!("{{balance: {{lt: \"{tokens}\"}}}}"), 2),
        (format!("{{balance: {{le: \"{tokens}\"}}}}"), all),
        (format!("{{balance: {{gt: \"{}\"}}}}", tokens - 1), all - 2),
        (format!("{{balance: {{ge: \"{tokens:#x}\"}}}}"), all - 2),
        (format!("{{balance: {{in: [\"1\", \"{tokens:#x}\", \"{tokens}\"]}}}}"), all - 2),
        (format!("{{balance: {{notIn: [\"{tokens}\"]}}}}"), 2),
        // As text 9 is larger, as a number smaller.
        ("{balance: {gt: \"9\"}}".to_owned(), all),
        ("{balance: {lt: \"0xffffffffffffffffffffffffffffffffffffffffffffff\"}}".to_owned(), all),
        ("{balance: {gt: \"-5\"}}".to_owned(), all),
    ] {
        assert_eq!(count(&world, "accounts", &filter).await, passing, "{filter}");
    }
}

#[tokio::test]
async fn every_operator_on_numbers_flags_text_and_enumerations() {
    let world = World::busy(11).await;
    let blocks = world.node().head().seq_no as usize;
    assert!(blocks < 25, "all blocks fit one answer");
    for (collection, filter, passing) in [
        ("blocks", "{seq_no: {eq: 3}}", 2),
        ("blocks", "{seq_no: {ne: 3}}", 2 * blocks - 2),
        ("blocks", "{seq_no: {lt: 3}}", 4),
        ("blocks", "{seq_no: {le: 3}}", 6),
        ("blocks", "{seq_no: {gt: 3}}", 2 * blocks - 6),
        ("blocks", "{seq_no: {ge: 3}}", 2 * blocks - 4),
        ("blocks", "{seq_no: {lt: 2.5}}", 4),
        ("blocks", "{seq_no: {gt: 2.5, le: 3.5}}", 2),
        ("blocks", "{seq_no: {eq: 2.5}}", 0),
        ("blocks", "{seq_no: {gt: 1e300}}", 0),
        ("blocks", "{seq_no: {gt: -1e300}}", 2 * blocks),
        ("blocks", "{seq_no: {in: [1, 2, 2, 99999]}}", 4),
        ("blocks", "{seq_no: {notIn: [1]}}", 2 * blocks - 2),
        ("blocks", "{key_block: {eq: true}}", blocks),
        ("blocks", "{key_block: {ne: true}}", blocks),
        ("blocks", "{key_block: {lt: true}}", blocks),
        ("blocks", "{key_block: {in: [true, false]}}", 2 * blocks),
        ("blocks", "{workchain_id: {eq: -1}}", blocks),
        ("blocks", "{workchain_id: {eq: 1}}", 0),
        ("blocks", "{workchain_id: {le: 0, ge: 0}}", blocks),
        ("blocks", "{shard: {eq: \"8000000000000000\"}}", 2 * blocks),
        ("blocks", "{shard: {gt: \"8\"}}", 2 * blocks),
        ("blocks", "{shard: {lt: \"8\"}}", 0),
        ("blocks", "{status: {eq: 2}}", 2 * blocks),
        ("blocks", "{status_name: {eq: Finalized}}", 2 * blocks),
        ("blocks", "{status_name: {ne: Finalized}}", 0),
        ("blocks", "{status_name: {in: [Proposed, Finalized]}}", 2 * blocks),
        ("blocks", "{status_name: {gt: Proposed}}", 2 * blocks),
        ("blocks", "{status_name: {notIn: [Finalized]}}", 0),
    ] {
        assert_eq!(count(&world, collection, filter).await, passing, "{collection} {filter}");
    }
}

#[tokio::test]
async fn hashes_match_in_any_case_and_addresses_in_any_form() {
    let world = accounts().await;
    let node = world.node();
    let head = node.head().id.to_string();
    for id in [head.clone(), head.to_uppercase()] {
        assert_eq!(world.ids("blocks", &format!("filter: {{id: {{eq: \"{id}\"}}}}")).await, [head.as_str()]);
    }
    let raw = address(3).to_string();
    let forms = world.ask("{accounts(filter: {id: {eq: \"0:0303030303030303030303030303030303030303030303030303030303030303\"}}) {a: id(format: BASE64_URL_TEST_BOUNCE) b: id(format: BASE64_NOURL_NOTEST_NOBOUNCE)}}").await;
    let forms = &forms["accounts"][0];
    for form in
        [&raw, &raw[2..], forms["a"].as_str().unwrap(), forms["b"].as_str().unwrap(), &raw.to_uppercase()]
    {
        assert_eq!(
            world.ids("accounts", &format!("filter: {{id: {{eq: \"{form}\"}}}}")).await,
            [raw.as_str()],
            "{form}"
        );
        let mine = world.ids("transactions", &format!("filter: {{account_addr: {{eq: \"{form}\"}}}}")).await;
        assert_eq!(mine.len(), 1, "{form}");
    }
    assert_eq!(count(&world, "messages", "{src: {eq: \"\"}}").await, 1);
    assert_eq!(count(&world, "accounts", "{id: {gt: \"0:\", lt: \"0;\"}}").await, 4);
    assert_eq!(count(&world, "accounts", "{id: {lt: \"0:\"}}").await, 3);
}

#[tokio::test]
async fn null_means_absent_and_absent_is_smaller_than_everything() {
    let world = accounts().await;
    let all = world.node().account_count();
    // The receiver of a plain transfer has no code.
    for (filter, passing) in [
        ("{code_hash: {eq: null}}", 1),
        ("{code_hash: {ne: null}}", all - 1),
        ("{code_hash: {in: [null]}}", 1),
        ("{code_hash: {notIn: [null]}}", all - 1),
        ("{code_hash: {ne: \"00\"}}", all),
        ("{code_hash: {lt: \"ffff\"}}", all),
        ("{code_hash: {gt: \"\"}}", all - 1),
        ("{code_hash: {gt: null, lt: null, ge: null, le: null}}", all),
        ("{code_hash: {}}", all),
        ("{code_hash: null}", all),
        ("{OR: null}", all),
        ("{}", all),
        ("null", all),
        ("{id: {in: []}}", 0),
        ("{id: {notIn: []}}", all),
        ("{acc_type_name: {eq: null}}", 0),
        ("{due_payment: {eq: null}}", all),
    ] {
        assert_eq!(count(&world, "accounts", filter).await, passing, "{filter}");
    }
    // A part that is absent has absent fields.
    let blocks = 2 * world.node().head().seq_no as usize;
    assert_eq!(count(&world, "blocks", "{prev_alt_ref: {root_hash: {eq: null}}}").await, blocks);
    assert_eq!(count(&world, "blocks", "{prev_alt_ref: {root_hash: {ne: null}}}").await, 0);
    assert_eq!(count(&world, "blocks", "{master: {min_shard_gen_utime: {eq: null}}}").await, blocks / 2);
}

#[tokio::test]
async fn alternatives_nest_and_each_document_comes_once() {
    let world = accounts().await;
    let (one, two, three) = (address(1).to_string(), address(2).to_string(), address(3).to_string());
    let by_id = |id: &str| format!("id: {{eq: \"{id}\"}}");
    let filter = format!("{{ {}, OR: {{ {}, OR: {{ {} }} }} }}", by_id(&one), by_id(&two), by_id(&one));
    assert_eq!(world.ids("accounts", &format!("filter: {filter}")).await, [one.as_str(), &two]);
    let order = "orderBy: {path: \"id\", direction: DESC}";
    let filter =
        format!("{{ {}, OR: {{ balance: {{lt: \"995000000000\"}}, {} }} }}", by_id(&one), by_id(&three));
    assert_eq!(world.ids("accounts", &format!("filter: {filter}, {order}")).await, [three.as_str(), &one]);
    // An alternative without conditions is everything.
    assert_eq!(
        count(&world, "accounts", &format!("{{ {}, OR: {{}} }}", by_id(&one))).await,
        world.node().account_count()
    );
    // Inside of parts, too.
    let filter = "{compute: {exit_code: {eq: 5}, OR: {compute_type_name: {eq: Skipped}}}}";
    assert_eq!(count(&world, "transactions", filter).await, 1);
}

#[tokio::test]
async fn lists_by_any_and_all() {
    let world = accounts().await;
    let node = world.node();
    let sender = node.transactions(&address(3), ton_abi::Lt(u64::MAX)).next().unwrap().clone();
    let sent = sender.out_msgs[0].to_string();
    for (filter, passing) in [
        (format!("{{out_msgs: {{any: {{eq: \"{sent}\"}}}}}}"), 1),
        (format!("{{out_msgs: {{any: {{in: [\"{sent}\", \"00\"]}}}}}}"), 1),
        (format!("{{out_msgs: {{all: {{eq: \"{sent}\"}}}}}}"), 2),
        ("{out_msgs: {any: {eq: \"00\"}}}".to_owned(), 0),
        ("{out_msgs: {all: {ne: \"00\"}}}".to_owned(), 2),
        ("{out_msgs: {any: {ne: null}, all: {ne: null}}}".to_owned(), 1),
        ("{out_messages: {any: {value: {gt: \"0\"}}}}".to_owned(), 1),
        // Over joined documents `all` wants one at least.
        ("{out_messages: {all: {value: {gt: \"0\"}}}}".to_owned(), 1),
        ("{out_messages: {any: {msg_type: {eq: 2}}}}".to_owned(), 0),
    ] {
        assert_eq!(count(&world, "transactions", &filter).await, passing, "{filter}");
    }
    let hash = sender.hash.to_string();
    let filter = format!(
        "{{in_msg_descr: {{any: {{transaction_id: {{eq: \"{hash}\"}}, msg_type_name: {{eq: External}}}}}}}}"
    );
    assert_eq!(count(&world, "blocks", &filter).await, 1);
    let filter = format!(
        "{{account_blocks: {{any: {{account_addr: {{eq: \"{}\"}}, transactions: {{any: {{lt: {{eq: \"{}\"}}}}}}}}}}}}",
        address(3),
        sender.lt.0
    );
    assert_eq!(count(&world, "blocks", &filter).await, 1);
}

#[tokio::test]
async fn joins_are_filtered_like_parts() {
    let world = accounts().await;
    let (three, receiver) = (address(3), address(200));
    for (collection, filter, passing) in [
        ("transactions", format!("{{in_message: {{src: {{eq: \"{three}\"}}}}}}"), 1),
        ("transactions", "{in_message: {msg_type_name: {eq: ExtIn}}}".to_owned(), 1),
        ("transactions", format!("{{account: {{id: {{eq: \"{three}\"}}}}}}"), 1),
        ("transactions", "{block: {workchain_id: {eq: 0}}}".to_owned(), 2),
        ("transactions", "{block: {workchain_id: {eq: -1}}}".to_owned(), 0),
        ("messages", format!("{{dst_transaction: {{account_addr: {{eq: \"{receiver}\"}}}}}}"), 1),
        // A join to nothing passes no filter, not even for what is absent.
        ("messages", "{src_transaction: {id: {eq: null}}}".to_owned(), 0),
        ("messages", "{src_transaction: {}}".to_owned(), 1),
        ("messages", "{dst_account: {acc_type: {eq: 0}}}".to_owned(), 1),
        ("messages", "{src_transaction: {in_message: {src_account: {id: {ne: null}}}}}".to_owned(), 0),
    ] {
        assert_eq!(count(&world, collection, &filter).await, passing, "{collection} {filter}");
    }
}

#[tokio::test]
async fn operands_come_as_variables_with_named_types() {
    let world = accounts().await;
    let query = "query q($f: AccountFilter, $s: StringFilter, $e: AccountStatusEnum, $n: [String]) {
        whole: accounts(filter: $f) { id }
        part: accounts(filter: {balance: $s}) { id }
        name: accounts(filter: {acc_type_name: {eq: $e}}) { id }
        list: accounts(filter: {id: {in: $n}}) { id }
        none: accounts(filter: {id: {gt: $missing}}) { id }
    }"
    .replace("$n: [String]", "$n: [String], $missing: String");
    let id = address(3).to_string();
    let variables =
        json!({ "f": { "id": { "eq": id } }, "s": { "lt": "1000000000000" }, "e": "Uninit", "n": [id] });
    let data = world.ask_with(&query, variables).await;
    let count = |name: &str| data[name].as_array().unwrap().len();
    assert_eq!([count("whole"), count("part"), count("name"), count("list")], [1, 2, 1, 1]);
    assert_eq!(count("none"), world.node().account_count());
}

#[tokio::test]
async fn bad_filters_say_what_is_wrong() {
    let world = World::new().await;
    for (filter, text) in [
        ("{balance: {eq: \"ten\"}}", "no number for balance"),
        ("{balance: {in: [\"1\", \"1.5\"]}}", "no number for balance"),
        ("{id: {in: null}}", "array of values is expected"),
        ("{id: {notIn: null}}", "array of values is expected"),
        ("{colour: {eq: \"red\"}}", "unknown field \"colour\""),
        ("{balance: {like: \"1\"}}", "unknown field \"like\""),
        ("{balance: {eq: 1}}", "expected type \"String\""),
        ("{acc_type: {eq: \"1\"}}", "expected type \"Int\""),
        ("{acc_type_name: {eq: Dead}}", "does not contain the value"),
        ("5", "filter of Account is an object"),
    ] {
        let (code, message) = world.fail(&format!("{{ accounts(filter: {filter}) {{ id }} }}")).await;
        assert_eq!(code, 10008, "{filter}: {message}");
        assert!(message.contains(text), "{filter}: {message}");
    }
}
