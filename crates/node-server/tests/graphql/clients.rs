//! Every query that real clients are known to send parses, is valid, runs, and answers what they need.
//!
//! The texts are those of the official SDK (1.44 and 1.48) and of nekoton, as seen on the wire or in their binaries.

use serde_json::{Value, json};

use crate::relay;
use crate::world::{World, address, base64};

/// Facts of a busy world that the queries ask about.
struct Facts {
    block: String,
    before: String,
    transaction: String,
    in_msg: String,
    account: String,
    code_hash: String,
}

fn facts(world: &World) -> Facts {
    let node = world.node();
    let block = node.master_head().shard_block.clone().unwrap();
    let transaction = node.transactions(&address(1), ton_abi::Lt(u64::MAX)).next().unwrap().clone();
    Facts {
        block: block.id.to_string(),
        before: block.prev_id.to_string(),
        in_msg: transaction.in_msg.unwrap().to_string(),
        transaction: transaction.hash.to_string(),
        account: address(1).to_string(),
        code_hash: node.accounts().find_map(|account| account.code()).unwrap().repr_hash().to_string(),
    }
}

fn list<'a>(data: &'a Value, name: &str) -> &'a Vec<Value> {
    data[name].as_array().unwrap_or_else(|| panic!("{name} is no list: {data}"))
}

#[tokio::test]
async fn sdk_first_contact() {
    let world = World::busy(1).await;
    let info = &world.ask("{info{version time latency rempEnabled}}").await["info"];
    assert_eq!(info["version"], "0.68.0");
    assert_eq!(info["latency"], 0);
    assert_eq!(info["rempEnabled"], true);
    assert!(info["time"].as_u64().unwrap() > 1_000_000, "{info}");
    assert!(world.ask("{info{endpoints}}").await["info"]["endpoints"].is_array());
    world.ask("{info{version time latency}}").await;
    world
        .ask("{info{blocksLatency messagesLatency transactionsLatency lastBlockTime chainOrderBoundary}}")
        .await;
}

#[tokio::test]
async fn sdk_signs_with_the_configuration_of_the_newest_key_block() {
    let world = World::busy(2).await;
    let query = "query blocks($p1: BlockFilter,$p2: [QueryOrderBy],$p3: Int) { blocks(filter: $p1,orderBy: $p2,limit: $p3) { boc } }";
    let variables = json!({
        "p1": { "key_block": { "eq": true }, "workchain_id": { "eq": -1 } },
        "p2": [{ "path": "seq_no", "direction": "DESC" }],
        "p3": 1,
    });
    let data = world.ask_with(query, variables).await;
    assert_eq!(list(&data, "blocks"), &[json!({ "boc": base64(&world.node().master_head().cell) })]);
    let data = world.ask(r#"{zerostates(filter:{id:{eq:"zerostate:-1"}}){boc}}"#).await;
    assert_eq!(list(&data, "zerostates").len(), 1);
}

#[tokio::test]
async fn sdk_sends_and_walks_the_blocks() {
    let world = World::busy(3).await;
    let facts = facts(&world);
    let query = "query blocks($p1: BlockFilter,$p2: [QueryOrderBy],$p3: Int) { blocks(filter: $p1,orderBy: $p2,limit: $p3) { id master { shard_hashes { workchain_id shard descr { root_hash } } } } }";
    let variables = json!({
        "p1": { "workchain_id": { "eq": -1 } },
        "p2": [{ "path": "seq_no", "direction": "DESC" }],
        "p3": 1,
    });
    let data = world.ask_with(query, variables).await;
    let shard = &data["blocks"][0]["master"]["shard_hashes"][0];
    assert_eq!(shard["shard"], "8000000000000000");
    assert_eq!(shard["workchain_id"], 0);
    assert_eq!(shard["descr"]["root_hash"], facts.block);

    let message = relay::call(&address(1), 7, [relay::note(1)]);
    let id = base64_hash(&message);
    let query = "mutation postRequests($requests:[Request]){postRequests(requests:$requests)}";
    let variables = json!({ "requests": [{ "id": id, "body": base64(&message) }] });
    assert_eq!(world.ask_with(query, variables).await["postRequests"], json!([id]));
    let round = world.mine().await;

    let query = "query blocks($p1: BlockFilter,$p2: Int,$p3: Float) { blocks(filter: $p1,limit: $p2,timeout: $p3) { id gen_utime after_split workchain_id shard in_msg_descr { msg_id transaction_id } } }";
    let filter = json!({ "prev_ref": { "root_hash": { "eq": facts.block } }, "OR": { "prev_alt_ref": { "root_hash": { "eq": facts.block } } } });
    let data = world.ask_with(query, json!({ "p1": filter, "p2": 1, "p3": 80_000 })).await;
    let block = &data["blocks"][0];
    assert_eq!(block["id"], round.workchain.id.to_string());
    assert!(
        block["gen_utime"].is_u64() && block["after_split"] == false && block["workchain_id"] == 0,
        "{block}"
    );
    let hash = message.repr_hash().to_string();
    let received = block["in_msg_descr"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["msg_id"] == hash.as_str())
        .unwrap();

    let query = "query transactions($p1: TransactionFilter,$p2: Int,$p3: Float) { transactions(filter: $p1,limit: $p2,timeout: $p3) { boc out_messages { boc } } }";
    let filter = json!({ "id": { "eq": received["transaction_id"] } });
    let data = world.ask_with(query, json!({ "p1": filter, "p2": 1, "p3": 2_147_483_647_u32 })).await;
    assert_eq!(list(&data["transactions"][0], "out_messages").len(), 1);
    assert!(data["transactions"][0]["boc"].as_str().unwrap().starts_with("te6"));

    let filter = json!({ "in_msg": { "eq": hash }, "block_id": { "eq": round.workchain.id.to_string() } });
    let after_remp = world.ask_with(query, json!({ "p1": filter, "p2": 1, "p3": 2_147_483_647_u32 })).await;
    assert_eq!(after_remp, data);
}

fn base64_hash(message: &ton_abi::Cell) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(message.repr_hash().0)
}

#[tokio::test]
async fn sdk_reads_accounts_both_ways() {
    let world = World::busy(4).await;
    let facts = facts(&world);
    let query = "query accounts($p1: AccountFilter,$p2: Int) { accounts(filter: $p1,limit: $p2) { boc last_paid acc_type } }";
    let data = world.ask_with(query, json!({ "p1": { "id": { "eq": facts.account } }, "p2": 1 })).await;
    let account = &data["accounts"][0];
    assert_eq!(account["acc_type"], 1);
    assert_eq!(account["boc"], base64(world.node().account(&address(1)).cell()));
    let query = "query account($address:String!){blockchain{account(address:$address){info{boc last_paid acc_type}}}}";
    let data = world.ask_with(query, json!({ "address": facts.account })).await;
    assert_eq!(&data["blockchain"]["account"]["info"], account);
    let query = "query account($address:String!){blockchain{account(address:$address){info{balance}}}}";
    let data = world.ask_with(query, json!({ "address": facts.account.trim_start_matches("0:") })).await;
    let balance = format!("{:#x}", world.node().balance(&address(1)).0);
    assert_eq!(data["blockchain"]["account"]["info"]["balance"], balance);
    let data = world.ask_with(query, json!({ "address": address(99).to_string() })).await;
    assert_eq!(data["blockchain"]["account"]["info"], json!({ "balance": "0x0" }));
}

#[tokio::test]
async fn sdk_net_module() {
    let world = World::busy(5).await;
    let facts = facts(&world);
    let query = "query aggregateTransactions($p1: TransactionFilter,$p2: [FieldAggregation]) { aggregateTransactions(filter: $p1,fields: $p2) }";
    let variables = json!({ "p1": {}, "p2": [{ "field": "", "fn": "COUNT" }] });
    let data = world.ask_with(query, variables).await;
    assert_eq!(data["aggregateTransactions"], json!([world.node().transaction_count().to_string()]));

    let query = "query batch($q1p1: AccountFilter,$q2p1: BlockFilter,$q2p2: Int) { q1: accounts(filter: $q1p1) { id } q2: blocks(filter: $q2p1,limit: $q2p2) { id } q3: aggregateBlocks }";
    let variables = json!({ "q1p1": { "id": { "eq": facts.account } }, "q2p1": { "id": { "eq": facts.block } }, "q2p2": 1 });
    let data = world.ask_with(query, variables).await;
    assert_eq!(data["q1"], json!([{ "id": facts.account }]));
    assert_eq!(data["q2"], json!([{ "id": facts.block }]));

    let query = format!(
        "{{messages(filter:{{id:{{in:[\"{}\"]}}}}){{id src dst msg_type value bounce body dst_transaction{{id aborted compute{{exit_code}} total_fees out_msgs}} src_transaction{{id}}}}}}",
        facts.in_msg
    );
    let data = world.ask(&query).await;
    assert_eq!(data["messages"][0]["dst_transaction"]["id"], facts.transaction);

    let query = "{blocks(filter:{workchain_id:{eq:-1},gen_utime:{le:4000000000}},orderBy:[{path:\"gen_utime\",direction:DESC}],limit:1){id gen_utime workchain_id shard after_split after_merge prev_ref{root_hash} prev_alt_ref{root_hash} seq_no master{shard_hashes{workchain_id shard descr{gen_utime seq_no root_hash}}}}}";
    let data = world.ask(query).await;
    assert_eq!(data["blocks"][0]["id"], world.node().master_head().id.to_string());
    assert_eq!(data["blocks"][0]["prev_alt_ref"], Value::Null);
    let query = "query($ids:[String]){blocks(filter:{id:{in:$ids}}){id prev_ref{root_hash} account_blocks{account_addr transactions{transaction_id}}}}";
    let data = world.ask_with(query, json!({ "ids": [facts.block] })).await;
    assert_eq!(data["blocks"][0]["prev_ref"]["root_hash"], facts.before);
}

#[tokio::test]
async fn sdk_without_a_masterchain() {
    let world = World::busy(6).await;
    let query = "{blocks(filter:{workchain_id:{eq:0}},orderBy:[{path:\"seq_no\",direction:DESC}],limit:1){after_merge shard}}";
    let data = world.ask(query).await;
    assert_eq!(data["blocks"], json!([{ "after_merge": false, "shard": "8000000000000000" }]));
    let query = "{blocks(filter:{workchain_id:{eq:0},shard:{eq:\"8000000000000000\"}},orderBy:[{path:\"seq_no\",direction:DESC}],limit:1){id end_lt gen_utime}}";
    assert_eq!(world.ask(query).await["blocks"][0]["id"], world.node().head().id.to_string());
}

#[tokio::test]
async fn nekoton_accounts_and_history() {
    let world = World::busy(7).await;
    let facts = facts(&world);
    let query = "query($a:String!){accounts(filter:{id:{eq:$a}},limit:1){boc}}";
    assert_eq!(list(&world.ask_with(query, json!({ "a": facts.account })).await, "accounts").len(), 1);
    let nobody = json!({ "a": format!("-1:{}", "0".repeat(64)) });
    assert_eq!(world.ask_with(query, nobody).await["accounts"], json!([]));

    for query in [
        "query($h:String!){transactions(filter:{id:{eq:$h}},limit:1){boc}}",
        "query($h:String!){transactions(filter:{in_msg:{eq:$h}},limit:1){boc}}",
    ] {
        let hash = if query.contains("in_msg") { &facts.in_msg } else { &facts.transaction };
        let data = world.ask_with(query, json!({ "h": hash })).await;
        let cell = &world.node().transaction(&facts.transaction.parse().unwrap()).unwrap().cell.clone();
        assert_eq!(data["transactions"], json!([{ "boc": base64(cell) }]));
    }

    let query = "query($a:String!,$lt:String!,$l:Int!){transactions(filter:{account_addr:{eq:$a},lt:{le:$lt}},orderBy:[{path:\"lt\",direction:DESC}],limit:$l){boc}}";
    let variables = json!({ "a": facts.account, "lt": u64::MAX.to_string(), "l": 3 });
    let data = world.ask_with(query, variables).await;
    let node = world.node();
    let newest: Vec<_> = node
        .transactions(&address(1), ton_abi::Lt(u64::MAX))
        .take(3)
        .map(|record| json!({ "boc": base64(&record.cell) }))
        .collect();
    assert_eq!(list(&data, "transactions"), &newest);
}

#[tokio::test]
async fn nekoton_accounts_by_code_page_by_page() {
    let world = World::busy(8).await;
    let facts = facts(&world);
    let query = "query($h:String!,$c:String,$l:Int!){accounts(filter:{code_hash:{eq:$h},id:{gt:$c}},orderBy:[{path:\"id\",direction:ASC}],limit:$l){id}}";
    let (mut cursor, mut all) = (Value::Null, Vec::new());
    loop {
        let variables = json!({ "h": facts.code_hash, "c": cursor, "l": 2 });
        let data = world.ask_with(query, variables).await;
        let Some(last) = list(&data, "accounts").last() else { break };
        cursor = last["id"].clone();
        all.extend(list(&data, "accounts").iter().map(|row| row["id"].as_str().unwrap().to_owned()));
    }
    let node = world.node();
    let hash = facts.code_hash.parse().unwrap();
    let known: Vec<_> =
        node.accounts_by_code(&hash, None).map(|account| account.address().to_string()).collect();
    assert!(known.len() > 2);
    assert_eq!(all, known);
}

#[tokio::test]
async fn nekoton_blocks() {
    let world = World::busy(9).await;
    let facts = facts(&world);
    let key = "query{blocks(filter:{key_block:{eq:true},workchain_id:{eq:-1}},orderBy:[{path:\"seq_no\",direction:DESC}],limit:1){boc}}";
    assert_eq!(list(&world.ask(key).await, "blocks").len(), 1);
    let newest = "query{blocks(filter:{workchain_id:{eq:-1}},orderBy:[{path:\"seq_no\",direction:DESC}],limit:1){id gen_utime end_lt master{shard_hashes{workchain_id shard descr{root_hash gen_utime end_lt}}}}}";
    let data = world.ask(newest).await;
    assert_eq!(data["blocks"][0]["master"]["shard_hashes"][0]["descr"]["root_hash"], facts.block);
    let next = "query($id:String!,$t:Float!){blocks(filter:{prev_ref:{root_hash:{eq:$id}},OR:{prev_alt_ref:{root_hash:{eq:$id}}}},timeout:$t){id gen_utime after_split workchain_id shard}}";
    let data = world.ask_with(next, json!({ "id": facts.before, "t": 60000.0 })).await;
    assert_eq!(data["blocks"][0]["id"], facts.block);
    let block = "query($id:String!){blocks(filter:{id:{eq:$id}},limit:1){boc}}";
    let data = world.ask_with(block, json!({ "id": facts.block })).await;
    assert_eq!(data["blocks"], json!([{ "boc": base64(&world.node().head().cell) }]));
    let send = "mutation($id:String!,$boc:String!){postRequests(requests:[{id:$id,body:$boc}])}";
    let message = relay::call(&address(2), 9, []);
    let data = world.ask_with(send, json!({ "id": "x", "boc": base64(&message) })).await;
    assert_eq!(data["postRequests"], json!(["x"]));
    world.ask("{blocks(limit:1){boc,id}}").await;
}

#[tokio::test]
async fn tools_read_the_whole_schema() {
    let world = World::new().await;
    let query = "query IntrospectionQuery { __schema { queryType { name } mutationType { name } subscriptionType { name } types { kind name description fields(includeDeprecated: true) { name description args { name description type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } defaultValue } type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } isDeprecated deprecationReason } inputFields { name type { kind name } } interfaces { name } enumValues(includeDeprecated: true) { name } possibleTypes { name } } directives { name locations args { name } } } }";
    let data = world.ask(query).await;
    assert_eq!(data["__schema"]["subscriptionType"]["name"], "Subscription");
    assert_eq!(world.ask("{__typename}").await["__typename"], "Query");
}
