//! SE's controls and our own over the real socket.

#![allow(clippy::unwrap_used)] // a panic is how a test fails

mod world;

use localnet::giver;
use node_server::http::Limits;
use node_server::options::{ModeName, StartArgs};
use serde_json::{Value, json};
use ton_abi::Nano;
use ton_client::boc;
use world::{World, address, by_hand, hash};

/// 2020-12-01 00:00:00 UTC.
const START: u64 = 1_606_780_800;

/// Code that leaves the stack as it is.
const CODE: &str = "te6ccgEBAQEAAwAAAgA=";

#[tokio::test]
async fn ses_time_controls_move_the_next_block() {
    let world = World::new().await;
    assert_eq!(world.ok("/se/time-delta", &json!({})).await, json!(0));
    assert_eq!(world.ok("/se/increase-time?delta=100", &json!({})).await, json!(""));
    assert_eq!(world.ok("/se/time-delta", &json!({})).await, json!(100));
    assert_eq!(world.ok("/se/time", &json!({})).await, json!(START + 100));
    assert_eq!(world.mine().await["time"], json!(START + 100));
    assert_eq!(world.ok("/se/reset-time", &json!({})).await, json!(""));
    assert_eq!(world.ok("/se/time-delta", &json!({})).await, json!(0));
    // Chain time does not go back.
    assert_eq!(world.mine().await["time"], json!(START + 100));
    assert_eq!(world.post("/se/increase-time", &json!({})).await.0, 400);
    assert_eq!(world.post("/se/increase-time?delta=x", &json!({})).await.0, 400);
    assert_eq!(world.post("/se/dance", &json!({})).await.0, 404);
    assert_eq!(world.post("/se/fork?endpoint=x", &json!({})).await.0, 501);
}

#[tokio::test]
async fn ses_sequential_mode_makes_a_block_and_a_second_for_each_transaction() {
    let world = World::new().await;
    assert_eq!(world.ok("/se/time-mode", &json!({})).await, json!(0));
    world.ok("/se/seq-mode-on", &json!({})).await;
    assert_eq!(world.ok("/se/time-mode", &json!({})).await, json!(1));
    for number in 1..=2 {
        world.post_message(&world.gift(&address(number), Nano::tokens(1))).await;
    }
    world.ok("/control/mine", &json!({ "settle": true })).await;
    let node = world.service().snapshot();
    let blocks: Vec<_> = (2..=node.head().seq_no).filter_map(|seq_no| node.block(seq_no)).collect();
    let made: Vec<_> =
        blocks.iter().map(|block| block.transactions.len()).filter(|count| *count > 0).collect();
    assert_eq!(made, [1, 1, 1, 1], "two of the giver, one of each receiver");
    for pair in blocks.windows(2) {
        assert_eq!(pair[1].gen_utime.0, pair[0].gen_utime.0 + 1);
    }
    world.ok("/se/set-time-mode?mode=0", &json!({})).await;
    assert_eq!(world.ok("/se/time-mode", &json!({})).await, json!(0));
    assert_eq!(world.post("/se/set-time-mode?mode=2", &json!({})).await.0, 400);
}

#[tokio::test]
async fn the_clock_is_advanced_set_frozen_and_resumed() {
    let world = World::new().await;
    let clock = world.ok("/control/time/advance", &json!({ "seconds": 60 })).await;
    assert_eq!((&clock["time"], &clock["frozen"]), (&json!(START + 60), &json!(true)));
    let clock = world.ok("/control/time/set", &json!({ "time": START + 1000 })).await;
    assert_eq!(clock["time"], json!(START + 1000));
    world.mine().await;
    let back = world.code("/control/time/set", &json!({ "time": START })).await;
    assert_eq!(back, (400, "clock-backwards".to_owned()));
    let far = world.code("/control/time/advance", &json!({ "seconds": u32::MAX })).await;
    assert_eq!(far, (400, "clock-range".to_owned()));

    let running = world.ok("/control/time/resume", &json!({})).await;
    assert_eq!(running["frozen"], json!(false));
    // It goes on from where it stood: the wall clock of the test does not show.
    assert!(running["time"].as_u64().unwrap() - (START + 1000) < 60);
    let frozen = world.ok("/control/time/freeze", &json!({ "time": START + 5000 })).await;
    assert_eq!((&frozen["frozen"], &frozen["time"]), (&json!(true), &json!(START + 5000)));
    assert_eq!(world.get("/control/time").await.1["time"], json!(START + 5000));
}

#[tokio::test]
async fn blocks_are_mined_by_number_until_settled_and_of_chosen_messages() {
    let world = World::new().await;
    assert_eq!(world.ok("/control/mine", &json!({ "blocks": 3 })).await["seq_no"], json!(4));
    let gifts = [1, 2].map(|number| world.gift(&address(number), Nano::tokens(1)));
    for gift in &gifts {
        world.post_message(gift).await;
    }
    let only = world.ok("/control/mine", &json!({ "only": [hash(&gifts[1])] })).await;
    assert_eq!(only["seq_no"], json!(5));
    let balance = |number| world.service().snapshot().balance(&address(number));
    assert_eq!(balance(1), Nano(0));
    world.ok("/control/mine", &json!({ "settle": true })).await;
    assert_eq!((balance(1), balance(2)), (Nano::tokens(1), Nano::tokens(1)));

    let unknown = world.code("/control/mine", &json!({ "only": ["11".repeat(32)] })).await;
    assert_eq!(unknown, (400, "not-waiting".to_owned()));
    let many = world.code("/control/mine", &json!({ "blocks": 10_001 })).await;
    assert_eq!(many, (400, "too-many-blocks".to_owned()));
    let both = world.code("/control/mine", &json!({ "blocks": 1, "settle": true })).await;
    assert_eq!(both, (400, "bad-request".to_owned()));
    assert!(world.service().info().halted.is_none());
}

#[tokio::test]
async fn a_rejected_message_is_reported_with_its_reason() {
    let world = World::new().await;
    world.post_message(&world.gift_signed_by(&"11".repeat(32), &address(1), Nano(1))).await;
    let round = world.mine().await;
    assert_eq!(round["transactions"], json!([]));
    let rejected = &round["rejected"][0];
    assert!(rejected["reason"]["exit_code"].is_number(), "{rejected}");
    assert_eq!(rejected["account"], json!(giver::ADDRESS.to_string()));
}

#[tokio::test]
async fn modes_change_while_the_node_runs() {
    let world = World::new().await;
    assert_eq!(world.get("/control/mode").await.1["mode"], "manual");
    let mode = world.ok("/control/mode", &json!({ "mode": "interval", "interval_ms": 50 })).await;
    assert_eq!((&mode["mode"], &mode["interval_ms"]), (&json!("interval"), &json!(50)));
    let wait =
        json!({ "query": "{blocks(filter:{seq_no:{eq:4},workchain_id:{eq:0}},timeout:60000){seq_no}}" });
    assert_eq!(world.ok("/graphql", &wait).await["data"]["blocks"][0]["seq_no"], 4);
    let mode = world.ok("/control/mode", &json!({ "mode": "instant", "block_transactions": 7 })).await;
    assert_eq!(mode["options"]["block_transactions"], 7);
    world.post_message(&world.gift(&address(1), Nano::tokens(1))).await;
    let wait = format!("{{accounts(filter:{{id:{{eq:\"{}\"}}}},timeout:60000){{id}}}}", address(1));
    assert_eq!(world.query(&wait).await["accounts"][0]["id"], json!(address(1).to_string()));
    for bad in [
        json!({ "mode": "often" }),
        json!({ "mode": "interval" }),
        json!({ "interval_ms": 1 }),
        json!({ "block_gas_limit": 0 }),
        json!({ "mode": "manual", "interval_ms": 100 }),
        json!({ "speed": 1 }),
    ] {
        assert_eq!(world.code("/control/mode", &bad).await, (400, "bad-request".to_owned()), "{bad}");
    }
}

#[tokio::test]
async fn checkpoints_are_taken_restored_listed_and_deleted() {
    let world = World::new().await;
    world.ok("/control/checkpoints", &json!({ "name": "start" })).await;
    let before = world.get("/control/info").await.1["state_hash"].clone();
    world.post_message(&world.gift(&address(1), Nano::tokens(1))).await;
    world.mine().await;
    assert_ne!(world.get("/control/info").await.1["state_hash"], before);
    let restored = world.ok("/control/checkpoints/start/restore", &json!({})).await;
    assert_eq!(restored, json!({ "name": "start", "seq_no": 1, "time": START }));
    assert_eq!(world.get("/control/info").await.1["state_hash"], before);
    assert_eq!(world.get("/control/checkpoints").await.1["checkpoints"].as_array().unwrap().len(), 1);
    assert_eq!(world.delete("/control/checkpoints/start").await.0, 200);
    let gone = world.code("/control/checkpoints/start/restore", &json!({})).await;
    assert_eq!(gone, (404, "no-checkpoint".to_owned()));
    let name = world.code("/control/checkpoints", &json!({ "name": "a/b" })).await;
    assert_eq!(name, (400, "bad-name".to_owned()));
    for number in 0..64 {
        world.ok("/control/checkpoints", &json!({ "name": format!("c{number}") })).await;
    }
    let full = world.code("/control/checkpoints", &json!({ "name": "one-more" })).await;
    assert_eq!(full, (400, "too-many-checkpoints".to_owned()));
}

#[tokio::test]
async fn a_dump_loaded_elsewhere_is_the_same_network() {
    let (one, other) = (World::new().await, World::new().await);
    one.post_message(&one.gift(&address(1), Nano::tokens(1))).await;
    one.mine().await;
    let dump = one.http.get(one.url("/control/dump")).send().await.unwrap().bytes().await.unwrap();
    let (status, head) = other.send(other.http.post(other.url("/control/load")).body(dump.clone())).await;
    assert_eq!((status, &head["seq_no"]), (200, &json!(2)));
    let hash_of = async |world: &World| world.get("/control/info").await.1["state_hash"].clone();
    assert_eq!(hash_of(&one).await, hash_of(&other).await);
    assert_eq!(one.mine().await["id"], other.mine().await["id"]);

    let cut = dump.slice(..dump.len() - 1);
    let (status, error) = other.send(other.http.post(other.url("/control/load")).body(cut)).await;
    assert_eq!((status, &error["error"]["code"]), (400, &json!("bad-state")));
    other.ok("/control/reset", &json!({})).await;
    assert_eq!(other.get("/control/info").await.1["block"]["seq_no"], 0);
}

#[tokio::test]
async fn equal_inputs_give_equal_states_and_another_seed_another() {
    let mut hashes = Vec::new();
    for seed in ["a", "a", "b"] {
        let args = StartArgs { seed: Some(seed.to_owned()), ..by_hand() };
        let world = World::with(args, Limits::default()).await;
        world.post_message(&world.gift(&address(1), Nano::tokens(1))).await;
        world.ok("/control/mine", &json!({ "blocks": 5 })).await;
        hashes.push(world.get("/control/info").await.1["state_hash"].clone());
    }
    assert_eq!(hashes[0], hashes[1]);
    assert_ne!(hashes[0], hashes[2]);
}

#[tokio::test]
async fn accounts_are_funded_shown_edited_and_removed() {
    let world = World::new().await;
    let path = format!("/control/account/{}", address(1));
    assert_eq!(world.get(&path).await.1["status"], "absent");
    let funded = world.ok("/control/fund", &json!({ "address": address(1).to_string(), "value": "5" })).await;
    assert_eq!((&funded["status"], &funded["balance"]), (&json!("uninit"), &json!("5")));
    let again = world.ok("/control/fund", &json!({ "address": address(1).to_string(), "value": "7" })).await;
    assert_eq!(again["balance"], "12");
    let contract = world.ok(&path, &json!({ "code": CODE, "data": CODE })).await;
    assert_eq!((&contract["status"], &contract["balance"]), (&json!("active"), &json!("12")));
    assert_eq!(contract["code_hash"], contract["data_hash"]);
    let rich = world.ok(&path, &json!({ "balance": "1000" })).await;
    assert_eq!((&rich["balance"], &rich["code_hash"]), (&json!("1000"), &contract["code_hash"]));

    let copy = world.ok(&path, &json!({ "boc": rich["boc"] })).await;
    assert_eq!(copy["boc"], rich["boc"]);
    let elsewhere = format!("/control/account/{}", address(2));
    let moved = world.code(&elsewhere, &json!({ "boc": rich["boc"] })).await;
    assert_eq!(moved, (400, "bad-account".to_owned()));
    assert_eq!(world.delete(&path).await.1["status"], "absent");
    assert!(world.service().snapshot().audit().unwrap().is_balanced());

    for (path, body, code) in [
        ("/control/account/nobody", json!({ "balance": "1" }), "bad-address"),
        (path.as_str(), json!({}), "bad-request"),
        (path.as_str(), json!({ "code": "!" }), "bad-boc"),
        (path.as_str(), json!({ "boc": CODE }), "bad-account"),
        ("/control/fund", json!({ "address": "0:1", "value": "1" }), "bad-request"),
        ("/control/fund", json!({ "address": address(1).to_string(), "value": "-1" }), "bad-request"),
    ] {
        assert_eq!(world.code(path, &body).await, (400, code.to_owned()), "{path} {body}");
    }
    let huge = json!({ "address": address(1).to_string(), "value": (u128::MAX).to_string() });
    assert_eq!(world.code("/control/fund", &huge).await, (400, "amount-overflow".to_owned()));
}

#[tokio::test]
async fn an_injected_message_arrives_with_its_money() {
    let world = World::new().await;
    let message = json!({
        "src": address(1).to_string(), "dst": address(2).to_string(), "value": "1000000000", "bounce": false,
    });
    let injected = world.ok("/control/inject", &message).await;
    world.mine().await;
    let node = world.service().snapshot();
    let record = node.transaction_of(&injected["message"].as_str().unwrap().parse().unwrap()).unwrap();
    assert_eq!(record.account, address(2));
    assert!(node.balance(&address(2)) > Nano(900_000_000));
    assert!(node.audit().unwrap().is_balanced());
    let mut half = message.clone();
    half["code"] = json!(CODE);
    assert_eq!(world.code("/control/inject", &half).await, (400, "bad-request".to_owned()));
}

#[tokio::test]
async fn the_configuration_changes_while_the_node_runs() {
    let world = World::new().await;
    let config = world.get("/control/config").await.1;
    assert_eq!(config["global_id"], 42);
    let limits = config["params"]["20"].clone();
    let same = world.ok("/control/config", &json!({ "param": 20, "boc": limits })).await;
    assert_eq!(same["boc"], config["boc"]);
    let global_id = boc::encode_base64(&tycho_types::cell::CellBuilder::build_from(7i32).unwrap());
    let changed = world.ok("/control/config", &json!({ "param": 19, "boc": global_id })).await;
    assert_eq!(changed["global_id"], 7);
    world.mine().await;
    assert_eq!(world.rpc("getBlockchainConfig", &Value::Null).await["globalId"], 7);
    let whole = world.ok("/control/config", &json!({ "boc": config["boc"] })).await;
    assert_eq!(whole["global_id"], 42);
    let broken = world.code("/control/config", &json!({ "param": 20, "boc": CODE })).await;
    assert_eq!(broken, (400, "bad-config".to_owned()));
}

#[tokio::test]
async fn faults_are_added_counted_and_cleared() {
    let world = World::new().await;
    let to = address(1);
    let rule =
        json!({ "direction": "internal", "dst": to.to_string(), "action": { "delay": { "rounds": 2 } } });
    let rules = world.ok("/control/faults", &rule).await;
    let number = rules["faults"][0]["id"].clone();
    world.post_message(&world.gift(&to, Nano::tokens(1))).await;
    world.mine().await;
    assert_eq!(world.service().snapshot().balance(&to), Nano(0));
    assert_eq!(world.get("/control/faults").await.1["faults"][0]["acted"], 1);
    world.ok("/control/mine", &json!({ "blocks": 2 })).await;
    assert_eq!(world.service().snapshot().balance(&to), Nano::tokens(1));
    assert_eq!(world.delete(&format!("/control/faults/{number}")).await.1["faults"], json!([]));
    assert_eq!(world.delete(&format!("/control/faults/{number}")).await.0, 404);
    world.ok("/control/faults", &rule).await;
    assert_eq!(world.delete("/control/faults").await.1["faults"], json!([]));
    assert_eq!(world.code("/control/faults", &json!({ "action": "dance" })).await.0, 400);
}

#[tokio::test]
async fn a_transaction_is_traced_after_the_fact() {
    let world = World::new().await;
    world.post_message(&world.gift(&address(1), Nano::tokens(1))).await;
    let round = world.mine().await;
    let path = format!("/control/trace/{}?steps=5", round["transactions"][0].as_str().unwrap());
    let (status, trace) = world.get(&path).await;
    assert_eq!((status, &trace["exit_code"]), (200, &json!(0)));
    assert_eq!(trace["steps"].as_array().unwrap().len(), 5);
    assert!(trace["step_count"].as_u64().unwrap() > 5 && trace["gas_used"].as_u64().unwrap() > 1000);
    assert_eq!(world.get(&format!("/control/trace/{}", "11".repeat(32))).await.0, 404);
    assert_eq!(world.get("/control/trace/x").await.0, 400);
}

#[tokio::test]
async fn a_database_keeps_blocks_and_checkpoints_between_two_starts() {
    let folder = tempfile::tempdir().unwrap();
    let args = StartArgs { db: Some(folder.path().join("db")), ..by_hand() };
    let world = World::with(args.clone(), Limits::default()).await;
    world.ok("/control/checkpoints", &json!({ "name": "start" })).await;
    world.post_message(&world.gift(&address(1), Nano::tokens(1))).await;
    let round = world.mine().await;
    let before = world.get("/control/info").await.1;
    world.running.stop().await;

    let world = World::with(args.clone(), Limits::default()).await;
    let after = world.get("/control/info").await.1;
    assert_eq!((&after["block"]["id"], &after["state_hash"]), (&round["id"], &before["state_hash"]));
    world.ok("/control/checkpoints/start/restore", &json!({})).await;
    assert_eq!(world.get("/control/info").await.1["block"]["seq_no"], 1);
    world.running.stop().await;

    let state = folder.path().join("state");
    let world = World::with(args.clone(), Limits::default()).await;
    assert_eq!(world.get("/control/info").await.1["block"]["seq_no"], 1, "the restored state was kept");
    std::fs::write(&state, world.service().dump().unwrap()).unwrap();
    world.running.stop().await;
    let both = StartArgs { state: Some(state.clone()), ..args };
    let refused = both.service().await.err().unwrap().to_string();
    assert!(refused.contains("goes with a new database only"), "{refused}");
    let from_file = World::with(StartArgs { state: Some(state), ..by_hand() }, Limits::default()).await;
    assert_eq!(from_file.get("/control/info").await.1["block"]["seq_no"], 1);
    assert_eq!(from_file.code("/control/reset", &json!({})).await, (400, "no-genesis".to_owned()));
}

#[tokio::test]
async fn a_configuration_file_says_what_the_command_line_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.toml");
    let text = "mode = \"manual\"\nfrozen = true\ntime = 1700000000\nremp = false\ngiver_balance = \"77\"\n\
                [chain]\nglobal_id = 5\n[blocks]\nseconds_per_block = 3\n";
    std::fs::write(&path, text).unwrap();
    let args = StartArgs { config: Some(path.clone()), ..StartArgs::default() };
    let world = World::with(args.clone(), Limits::default()).await;
    let info = world.get("/control/info").await.1;
    assert_eq!(
        (&info["mode"], &info["remp"], &info["global_id"]),
        (&json!("manual"), &json!(false), &json!(5))
    );
    assert_eq!(info["block"]["time"], 1_700_000_003);
    assert_eq!(world.service().snapshot().balance(&giver::ADDRESS), Nano(77));
    let other = StartArgs { mode: Some(ModeName::Interval), block_time: Some(60_000), ..args.clone() };
    let world = World::with(other, Limits::default()).await;
    assert_eq!(world.get("/control/mode").await.1["interval_ms"], 60_000);
    for bad in
        ["speed = 1", "[blocks]\ngas_limit = 0", "[chain]\nboc = \"x\"\nglobal_id = 1", "mode = 7", "= ="]
    {
        std::fs::write(&path, bad).unwrap();
        let error = args.service().await.err().unwrap().to_string();
        assert!(error.contains("node.toml cannot be used"), "{error}");
    }
}
