//! Hostile queries get a clear error, soon.

use futures_util::{FutureExt, StreamExt};
use node_server::graphql::limits;

use crate::relay;
use crate::world::{World, address};

async fn too_much(world: &World, query: &str, text: &str) {
    let (code, message) = world.fail(query).await;
    let shown: String = query.chars().take(100).collect();
    assert_eq!(code, 10008, "{shown}: {message}");
    assert!(message.contains(text), "{shown}: {message}");
}

#[tokio::test]
async fn text_and_nesting() {
    let world = World::new().await;
    let long = format!("{{ info {{ version }} }} #{}", "x".repeat(limits::QUERY_BYTES));
    too_much(&world, &long, "up to 262144 bytes").await;
    for open in ["{a", "(", "[", "{a(b:[{c:"] {
        too_much(&world, &open.repeat(100_000 / open.len()), "nested up to 64").await;
    }
    let mut filter = String::new();
    for _ in 0..60 {
        filter.push_str("{OR:");
    }
    filter.push_str(&format!("{{}}{}", "}".repeat(60)));
    world.ask(&format!("{{ accounts(filter: {filter}) {{ id }} }}")).await;
    let joins = format!("{}id{}", "src_transaction { in_message { ".repeat(15), "} }".repeat(15));
    too_much(&world, &format!("{{ messages {{ {joins} }} }}"), "too deep").await;
    // Deep variables are data, too.
    let mut deep = serde_json::json!({});
    for _ in 0..100 {
        deep = serde_json::json!({ "OR": deep });
    }
    let answer = world
        .answer("query($f: AccountFilter) { accounts(filter: $f) { id } }", serde_json::json!({ "f": deep }))
        .await;
    assert!(answer["data"]["accounts"].is_array() || answer["errors"].is_array(), "{answer}");
}

#[tokio::test]
async fn fields_aliases_fragments_and_directives() {
    let world = World::new().await;
    let aliases: String = (0..limits::FIELDS).map(|number| format!("a{number}: info {{ time }} ")).collect();
    too_much(&world, &format!("{{ {aliases} }}"), "up to 2000 fields").await;
    let mut bomb = "fragment f0 on Account { id balance } ".to_owned();
    for number in 1..=30 {
        let used = format!("...f{} ", number - 1).repeat(4);
        bomb.push_str(&format!("fragment f{number} on Account {{ {used} }} "));
    }
    too_much(&world, &format!("{bomb} {{ accounts {{ ...f30 }} }}"), "up to 2000 fields").await;
    let cycle = "fragment a on Account { ...b } fragment b on Account { ...a } { accounts { ...a } }";
    too_much(&world, cycle, "in a circle").await;
    let mut chain = "fragment f0 on Account { id } ".to_owned();
    for number in 1..3_000 {
        chain.push_str(&format!("fragment f{number} on Account {{ ...f{} }} ", number - 1));
    }
    too_much(&world, &format!("{chain} {{ accounts {{ ...f2999 }} }}"), "nested up to 64").await;
    let directives = "@include(if: true) ".repeat(11);
    assert_eq!(world.fail(&format!("{{ info {directives} {{ time }} }}")).await.0, 10008);
}

#[tokio::test]
async fn filters() {
    let world = World::new().await;
    let conditions = "OR: {id: {eq: \"a\", ne: \"b\", gt: \"c\", lt: \"d\"}, code_hash: {eq: \"a\", ne: \"b\", gt: \"c\", lt: \"d\"}, data_hash: {eq: \"a\", ne: \"b\", gt: \"c\", lt: \"d\"}}";
    let query = "query($f: TransactionFilter) { transactions(filter: $f) { id } }";
    assert!(conditions.len() < 1_000);
    let mut filter = serde_json::json!({ "id": { "eq": "a" } });
    let names = ["aborted", "destroyed", "credit_first"];
    for number in 0..60 {
        let mut next = serde_json::json!({ "OR": filter });
        for name in ["id", "block_id", "boc", "in_msg", "new_hash", "old_hash"] {
            next[name] = serde_json::json!({ "eq": number.to_string(), "ne": "", "gt": null, "lt": null });
        }
        for name in names {
            next[name] = serde_json::json!({ "eq": true, "ne": true });
        }
        filter = next;
    }
    let answer = world.answer(query, serde_json::json!({ "f": filter })).await;
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("up to 1000 conditions"), "{answer}");
    let list = vec!["a"; limits::FILTER_LIST + 1];
    let answer = world
        .answer(
            "query($l: [String]) { transactions(filter: {id: {in: $l}}) { id } }",
            serde_json::json!({ "l": list }),
        )
        .await;
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("up to 10000 values"), "{answer}");
    assert_eq!(answer["errors"][0]["extensions"]["exception"]["code"], 10008);
}

#[tokio::test]
async fn documents_through_joins() {
    let world = World::busy(81).await;
    // Forth and back between a transaction and its messages multiplies without end.
    let mut inner = "id".to_owned();
    for _ in 0..8 {
        inner = format!("out_messages {{ src_transaction {{ {inner} }} }}");
    }
    too_much(&world, &format!("{{ transactions {{ {inner} }} }}"), "up to 20000 documents").await;
    let blocks: String = (0..500).map(|number| format!("a{number}: transactions {{ id }} ")).collect();
    too_much(&world, &format!("{{ {blocks} }}"), "up to 20000 documents").await;
}

#[tokio::test]
async fn bytes_of_an_answer() {
    let world = World::new().await;
    let config = "a: blocks(filter: {workchain_id: {eq: -1}}, limit: 1) { boc }";
    let size = world.ask(&format!("{{ {config} }}")).await["a"][0]["boc"].as_str().unwrap().len();
    let times = usize::try_from(limits::ANSWER_BYTES).unwrap() / size + 2;
    let fields = (0..times).map(|number| format!("b{number}: boc ")).collect::<String>();
    if times < limits::FIELDS {
        too_much(
            &world,
            &format!("{{ blocks(filter: {{workchain_id: {{eq: -1}}}}, limit: 1) {{ {fields} }} }}"),
            "64 MiB",
        )
        .await;
    } else {
        let per_block = times.div_ceil(40);
        let fields = (0..per_block).map(|number| format!("b{number}: boc ")).collect::<String>();
        world.service.produce_many(50).await.unwrap();
        too_much(
            &world,
            &format!("{{ blocks(filter: {{workchain_id: {{eq: -1}}}}) {{ {fields} }} }}"),
            "64 MiB",
        )
        .await;
    }
}

#[tokio::test]
async fn subscriptions_and_waits_have_a_number() {
    let world = World::new().await;
    let mut open = Vec::new();
    for _ in 0..limits::SUBSCRIPTIONS {
        let mut stream = world.schema.execute_stream("subscription { blocks { id } }");
        assert!(stream.next().now_or_never().is_none());
        open.push(stream);
    }
    let answer = world.schema.execute_stream("subscription { blocks { id } }").next().await.unwrap();
    let answer = serde_json::to_value(&answer).unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["exception"]["code"], 429, "{answer}");
    // Whoever leaves makes room.
    open.pop();
    let mut stream = world.schema.execute_stream("subscription { blocks { id } }");
    assert!(stream.next().now_or_never().is_none());

    let wait = "{ transactions(timeout: 60000) { id } }";
    let mut waiting: Vec<_> = (0..limits::WAITING).map(|_| Box::pin(world.schema.execute(wait))).collect();
    for future in &mut waiting {
        assert!(future.now_or_never().is_none());
    }
    let answer = serde_json::to_value(world.schema.execute(wait).await).unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["exception"]["code"], 429, "{answer}");
    world.post(&address(1), vec![relay::note(1)]);
    world.mine().await;
    let done = serde_json::to_value(waiting.pop().unwrap().await).unwrap();
    assert_eq!(done["data"]["transactions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn no_mistake_of_a_user_looks_like_a_broken_network() {
    let world = World::new().await;
    for query in [
        "",
        "{",
        "}",
        "{}",
        "query {",
        "{ colours }",
        "{ accounts }",
        "{ accounts { colour } }",
        "é",
        "\0",
        "mutation { postRequests(requests: 5) }",
        "subscription { blocks { id } }",
        "query a { info { time } } query b { info { time } }",
        "{ accounts(limit: \"x\") { id } }",
        "{ accounts(orderBy: {path: \"id\", direction: UP}) { id } }",
        "query($x: Colour) { info { time } }",
        "{ info { time } } extra",
    ] {
        let (code, message) = world.fail(query).await;
        assert!(!(500..600).contains(&code), "{query}: {message}");
    }
}
