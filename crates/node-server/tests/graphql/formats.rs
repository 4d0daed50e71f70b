//! Formats of numbers, addresses and times; name twins.

use serde_json::json;

use crate::relay;
use crate::world::{World, address, base64};

#[tokio::test]
async fn big_numbers_in_hex_by_default_and_in_decimal() {
    let world = World::busy(31).await;
    let data = world.ask("{ accounts(limit: 1) { a: balance b: balance(format: HEX) c: balance(format: DEC) d: balance(format: null) } }").await;
    let row = &data["accounts"][0];
    let number: u128 = row["c"].as_str().unwrap().parse().unwrap();
    let hex = format!("{number:#x}");
    assert_eq!(row, &json!({ "a": hex, "b": hex, "c": number.to_string(), "d": hex }));
    let data = world.ask("{ transactions(filter: {balance_delta: {lt: \"0\"}}, limit: 1) { a: balance_delta c: balance_delta(format: DEC) } }").await;
    let row = &data["transactions"][0];
    let number: i128 = row["c"].as_str().unwrap().parse().unwrap();
    assert_eq!(row["a"], format!("-{:#x}", number.unsigned_abs()));
}

#[tokio::test]
async fn numbers_are_whole_without_a_point() {
    let world = World::busy(32).await;
    let data = world.ask("{ blocks(limit: 1) { seq_no gen_utime workchain_id tr_count master_seq_no } info { time latency } }").await;
    for (name, value) in
        data["blocks"][0].as_object().unwrap().iter().chain(data["info"].as_object().unwrap())
    {
        assert!(value.is_i64(), "{name}: {value}");
    }
}

#[tokio::test]
async fn addresses_in_nine_formats_wherever_they_stand() {
    let world = World::new().await;
    let transfer = relay::send(&address(2), ton_abi::Nano::tokens(1), 0, true, None);
    world.post(&address(1), vec![transfer, relay::note(5)]);
    world.mine().await;
    let format = "format: BASE64_URL_NOTEST_BOUNCE";
    let query = format!(
        "{{ messages(filter: {{msg_type: {{eq: 0}}}}) {{ src({format}) dst({format}) raw: dst(format: RAW) dst_account {{ id({format}) }} dst_transaction {{ account_addr({format}) }} }}
           out: messages(filter: {{msg_type: {{eq: 2}}}}) {{ src({format}) dst({format}) value }}
           in: messages(filter: {{msg_type: {{eq: 1}}}}) {{ src({format}) dst({format}) value created_at }}
           blockchain {{ account(address: \"{}\") {{ info {{ id address({format}) }} }} }} }}",
        address(2),
    );
    let data = world.ask(&query).await;
    let (one, two) = (show(1), show(2));
    let internal = json!([{ "src": one, "dst": two, "raw": address(2).to_string(), "dst_account": { "id": two }, "dst_transaction": { "account_addr": two } }]);
    assert_eq!(data["messages"], internal);
    assert_eq!(data["out"], json!([{ "src": one, "dst": "", "value": null }]));
    let now = world.node().head().gen_utime.0;
    assert_eq!(data["in"], json!([{ "src": "", "dst": one, "value": null, "created_at": now }]));
    let info = json!({ "id": format!("account/{}", address(2)), "address": two });
    assert_eq!(data["blockchain"]["account"]["info"], info);
}

fn show(number: u8) -> String {
    node_server::documents::AddressFormat::by_name("BASE64_URL_NOTEST_BOUNCE").unwrap().show(&address(number))
}

#[tokio::test]
async fn times_have_text_twins_and_enumerations_names() {
    let world = World::busy(33).await;
    let data = world.ask("{ blocks(filter: {workchain_id: {eq: -1}}, limit: 1) { gen_utime gen_utime_string status status_name master { min_shard_gen_utime min_shard_gen_utime_string shard_hashes { descr { gen_utime_string split_type_name } } } in_msg_descr { msg_type_name } } transactions(limit: 1) { now now_string tr_type_name orig_status_name end_status_name status_name compute { compute_type_name } action { status_change_name } storage { status_change_name } } messages(limit: 1) { created_at_string msg_type_name status_name } }").await;
    let block = &data["blocks"][0];
    let text = block["gen_utime_string"].as_str().unwrap();
    assert_eq!(text.len(), "2026-11-22 18:00:00.000".len());
    assert_eq!(block["status_name"], "Finalized");
    assert_eq!(block["master"]["shard_hashes"][0]["descr"]["gen_utime_string"], text);
    assert_eq!(block["master"]["shard_hashes"][0]["descr"]["split_type_name"], "None");
    let transaction = &data["transactions"][0];
    assert_eq!(transaction["tr_type_name"], "Ordinary");
    assert_eq!(transaction["now_string"].as_str().unwrap().len(), text.len());
    assert!(
        ["Uninit", "Active", "NonExist", "Frozen"]
            .contains(&transaction["orig_status_name"].as_str().unwrap())
    );
    assert_eq!(data["messages"][0]["status_name"], "Finalized");
}

#[tokio::test]
async fn bags_of_cells_are_base64_and_match_their_hashes() {
    let world = World::busy(34).await;
    let node = world.node();
    let data = world.ask("{ transactions(limit: 5) { id boc } messages(limit: 5, filter: {body: {ne: null}}) { id boc body body_hash } blocks(limit: 5) { id boc file_hash } accounts(limit: 3) { id boc code code_hash data data_hash } }").await;
    let cell = |text: &serde_json::Value| {
        use base64::Engine as _;
        let bytes = base64::engine::general_purpose::STANDARD.decode(text.as_str().unwrap()).unwrap();
        ton_abi::Boc::decode(bytes).unwrap()
    };
    for (collection, boc, hash) in [
        ("transactions", "boc", "id"),
        ("messages", "boc", "id"),
        ("messages", "body", "body_hash"),
        ("blocks", "boc", "id"),
        ("accounts", "code", "code_hash"),
        ("accounts", "data", "data_hash"),
    ] {
        for row in data[collection].as_array().unwrap().iter().filter(|row| !row[boc].is_null()) {
            assert_eq!(cell(&row[boc]).repr_hash().to_string(), row[hash], "{collection} {boc}");
        }
    }
    for row in data["accounts"].as_array().unwrap() {
        let account = node.account(&row["id"].as_str().unwrap().parse().unwrap());
        assert_eq!(row["boc"], base64(account.cell()));
    }
}
