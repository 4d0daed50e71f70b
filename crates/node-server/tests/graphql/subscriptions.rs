//! Subscriptions: every new or changed document that passes, once, in order.

use async_graphql::{Request, Response};
use futures_util::FutureExt;
use futures_util::stream::{BoxStream, StreamExt};
use serde_json::{Value, json};

use crate::relay;
use crate::world::{World, address};

/// A subscription that listens.
struct Listening(BoxStream<'static, Response>);

impl Listening {
    /// Starts to listen: the first look at the stream does.
    async fn to(world: &World, query: &str, variables: Value) -> Self {
        let request = Request::new(query).variables(async_graphql::Variables::from_json(variables));
        let mut stream = world.schema.execute_stream(request);
        assert!(stream.next().now_or_never().is_none(), "{query}");
        Self(stream)
    }

    async fn next(&mut self) -> Value {
        let answer = self.0.next().await.unwrap();
        assert!(answer.errors.is_empty(), "{:?}", answer.errors);
        answer.data.into_json().unwrap()
    }

    async fn take(&mut self, count: usize) -> Vec<Value> {
        let mut all = Vec::new();
        for _ in 0..count {
            all.push(self.next().await);
        }
        all
    }

    fn assert_silent(&mut self) {
        assert!(self.0.next().now_or_never().is_none());
    }
}

#[tokio::test]
async fn every_collection_pushes_what_a_round_brings() {
    let world = World::new().await;
    let query = |collection: &str| format!("subscription {{ {collection} {{ id }} }}");
    let mut accounts = Listening::to(&world, &query("accounts"), Value::Null).await;
    let mut transactions = Listening::to(&world, &query("transactions"), Value::Null).await;
    let mut messages = Listening::to(&world, &query("messages"), Value::Null).await;
    let mut blocks = Listening::to(&world, &query("blocks"), Value::Null).await;
    let mut signatures = Listening::to(&world, &query("blocks_signatures"), Value::Null).await;
    let mut zerostates = Listening::to(&world, &query("zerostates"), Value::Null).await;
    let transfer = relay::send(&address(2), ton_abi::Nano::tokens(1), 0, true, None);
    let external = world.post(&address(1), vec![transfer]);
    let round = world.mine().await;
    let id = |collection: &str, id: String| json!({ collection: { "id": id } });
    assert_eq!(
        accounts.take(2).await,
        [id("accounts", address(1).to_string()), id("accounts", address(2).to_string())]
    );
    let hashes: Vec<_> =
        round.transactions().map(|record| id("transactions", record.hash.to_string())).collect();
    assert_eq!(transactions.take(2).await, hashes);
    // The inner message is created and delivered in one round: it comes once.
    let inner = round.transactions().next().unwrap().out_msgs[0];
    assert_eq!(
        messages.take(2).await,
        [id("messages", external.to_string()), id("messages", inner.to_string())]
    );
    let ids = [round.workchain.id.to_string(), round.master.id.to_string()];
    assert_eq!(blocks.take(2).await, ids.clone().map(|hash| id("blocks", hash)));
    assert_eq!(signatures.take(2).await, ids.map(|hash| id("blocks_signatures", hash)));
    for silent in
        [&mut accounts, &mut transactions, &mut messages, &mut blocks, &mut signatures, &mut zerostates]
    {
        silent.assert_silent();
    }
}

#[tokio::test]
async fn filters_come_as_variables_and_joins_are_shown() {
    let world = World::new().await;
    let query = "subscription messages($filter: MessageFilter) { messages(filter: $filter) { dst value(format: DEC) src_transaction { in_message { id } } } }";
    let filter = json!({ "filter": { "dst": { "eq": address(2).to_string() }, "msg_type": { "eq": 0 } } });
    let mut listening = Listening::to(&world, query, filter).await;
    let send = |to| relay::send(&address(to), ton_abi::Nano(5_000_000), relay::FEES_APART, true, None);
    let external = world.post(&address(1), vec![send(2), send(3)]);
    world.mine().await;
    assert_eq!(
        listening.next().await,
        json!({ "messages": { "dst": address(2).to_string(), "value": "5000000", "src_transaction": { "in_message": { "id": external.to_string() } } } })
    );
    listening.assert_silent();
}

#[tokio::test]
async fn a_message_comes_again_when_it_is_delivered() {
    let world = World::new().await;
    let master = relay::place(-1, 1);
    let query = format!(
        "subscription {{ messages(filter: {{dst: {{eq: \"{}\"}}}}) {{ id dst_transaction {{ account_addr }} }} }}",
        address(1)
    );
    let mut listening = Listening::to(&world, &query, Value::Null).await;
    world.post(&master, vec![relay::send(&address(1), ton_abi::Nano::tokens(1), 0, true, None)]);
    world.mine().await;
    let sent = listening.next().await;
    assert_eq!(sent["messages"]["dst_transaction"], Value::Null);
    world.mine().await;
    let delivered = listening.next().await;
    assert_eq!(delivered["messages"]["id"], sent["messages"]["id"]);
    assert_eq!(delivered["messages"]["dst_transaction"]["account_addr"], address(1).to_string());
}

#[tokio::test]
async fn accounts_fire_on_each_change_also_by_hand_and_when_they_die() {
    let world = World::new().await;
    let query = format!(
        "subscription {{ accounts(filter: {{id: {{eq: \"{}\"}}}}) {{ acc_type balance(format: DEC) }} }}",
        address(1)
    );
    let mut listening = Listening::to(&world, &query, Value::Null).await;
    world.post(&address(1), vec![relay::note(1)]);
    world.mine().await;
    let first = listening.next().await;
    assert_eq!(first["accounts"]["acc_type"], 1);
    world.service.edit(|node| node.set_balance(&address(1), ton_abi::Nano::tokens(3))).await.unwrap();
    assert_eq!(listening.next().await["accounts"]["balance"], "3000000000");
    world
        .post(&address(1), vec![relay::send(&address(2), ton_abi::Nano(0), relay::ALL_AND_DIE, false, None)]);
    world.mine().await;
    assert_eq!(listening.next().await["accounts"], json!({ "acc_type": 3, "balance": "0" }));
}

#[tokio::test]
async fn a_slow_reader_gets_every_round() {
    let world = World::new().await;
    let query = "subscription { blocks(filter: {workchain_id: {eq: -1}}) { seq_no } }";
    let mut listening = Listening::to(&world, query, Value::Null).await;
    let start = world.node().head().seq_no;
    // More rounds than the service keeps changes for.
    let rounds = node_server::service::Settings::default().backlog as u32 + 20;
    world.service.produce_many(rounds).await.unwrap();
    for number in start + 1..=start + rounds {
        assert_eq!(listening.next().await["blocks"]["seq_no"], number);
    }
    listening.assert_silent();
}

#[tokio::test]
async fn aliases_and_errors() {
    let world = World::new().await;
    let mut listening = Listening::to(&world, "subscription { mine: blocks { seq_no } }", Value::Null).await;
    world.mine().await;
    assert!(listening.next().await["mine"]["seq_no"].is_number());
    let bad = "subscription { accounts(filter: {balance: {eq: \"x\"}}) { id } }";
    let answer = world.schema.execute_stream(bad).next().await.unwrap();
    let answer = serde_json::to_value(&answer).unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["exception"]["code"], 10008, "{answer}");
    let unknown = world.schema.execute_stream("subscription { colours { id } }").next().await.unwrap();
    let answer = serde_json::to_value(&unknown).unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED", "{answer}");
}
