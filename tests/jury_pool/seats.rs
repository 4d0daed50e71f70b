//! Who may be juror and who may be member (governance 5.10; I2, I14, T35).

use serde_json::json;
use ton_abi::{CellBuilder, InternalMessage, Nano};

use crate::pool::{
    ALL_TOPICS, CALL, FIRST, JUROR, JURY_SELECTION, Pool, REGULAR, escrow, k, keys, multisig, number, payout,
    registry, seat,
};

#[test]
fn a_pool_knows_the_members_it_was_created_with() {
    let pool = Pool::new(15);
    assert_eq!(pool.mirror(), keys(0..15));
    assert!(pool.all_jurors().is_empty());
    let version = pool.get("getVersion", &json!({}));
    let code = pool.contract.image.state_init.code.clone().expect("an image has code");
    assert_eq!(version["codeHash"], json!(format!("0x{}", hex::encode(code.repr_hash().0))));
    assert_eq!(number(&version["version"]), 1);
}

#[test]
fn only_the_registry_creates_a_pool() {
    let mut pool = Pool::new(0);
    pool.world = workspace_tests::world::World::default();
    let params = json!({ "memberKeys": [k(1)] });
    let deploy = pool.contract.internal_deploy(&multisig(), CALL, &params);
    assert_eq!(pool.world.send_internal(deploy)[0].view.exit_code(), Some(150));
    let params = json!({ "memberKeys": keys(0..16) });
    let deploy = pool.contract.internal_deploy(&registry(), CALL, &params);
    assert_eq!(pool.world.send_internal(deploy)[0].view.exit_code(), Some(155));
}

#[test]
fn a_winner_of_a_jury_contest_becomes_juror() {
    let mut pool = Pool::with_jurors(0);
    let reply = pool.request(&escrow(FIRST), "admitJuror", &seat(FIRST, 50, 0b101));
    assert_eq!((reply.code(), reply.names()), (0, vec!["JurorAdmitted"]));
    let juror = pool.juror(50);
    assert_eq!((&juror["key"], &juror["addr"]), (&json!(k(50)), &json!(payout(50).to_string())));
    assert_eq!((number(&juror["topicMask"]), number(&juror["fromContest"])), (0b101, u64::from(FIRST)));
    assert_eq!(number(&juror["since"]), u64::from(pool.world.now));
    assert_eq!((number(&juror["status"]), number(&juror["missed"]), number(&juror["judged"])), (0, 0, 0));
    let counts = pool.get("getCounts", &json!({}));
    assert_eq!(counts, json!({ "active": "1", "suspended": "0", "resigned": "0" }));
}

#[test]
fn a_regular_contest_admits_nobody() {
    let mut pool = Pool::with_jurors(3);
    pool.authorize(2, REGULAR, 2, 3, &[]);
    pool.refuse(&escrow(2), CALL, "admitJuror", &seat(2, 50, ALL_TOPICS), 600);
    assert_eq!(pool.all_jurors().len(), 3);
}

#[test]
fn impossible_jurors_are_answered_with_the_reason() {
    let mut pool = Pool::with_jurors(0);
    let zero_key = format!("0x{}", "0".repeat(64));
    let zero_address = format!("0:{}", "0".repeat(64));
    let masterchain = format!("-1:{}", "4".repeat(64));
    for (field, value, code) in [
        ("key", json!(zero_key), 155),
        ("key", json!(k(3)), 602),
        ("topicMask", json!(0), 155),
        ("topicMask", json!(32), 155),
        ("addr", json!(zero_address), 161),
        ("addr", json!(masterchain), 161),
    ] {
        let mut params = seat(FIRST, 50, ALL_TOPICS);
        params[field] = value;
        let reply = pool.request(&escrow(FIRST), "admitJuror", &params);
        assert_eq!((reply.code(), reply.names().len()), (code, 0), "{params}");
    }
    assert!(pool.all_jurors().is_empty());
    assert_eq!(pool.admit(FIRST, 50).code(), 0, "a refused seat can be asked for again");
}

#[test]
fn admitting_again_changes_nothing() {
    let mut pool = Pool::with_jurors(2);
    pool.call(JUROR, "setTopics", &json!({ "topicMask": 2 })).success();
    pool.authorize(2, JURY_SELECTION, 1, 2, &[]);
    pool.world.now += 100;
    let before = pool.juror(JUROR);
    for contest in [FIRST, 2] {
        let mut params = seat(contest, JUROR, 31);
        params["addr"] = json!(payout(99).to_string());
        let reply = pool.request(&escrow(contest), "admitJuror", &params);
        assert_eq!((reply.code(), reply.names().len()), (0, 0));
        assert_eq!(pool.juror(JUROR), before);
    }
}

#[test]
fn another_jury_contest_brings_a_suspended_juror_back() {
    let mut pool = Pool::with_jurors(3);
    pool.suspend(JUROR, [11, 12, 13]);
    let reply = pool.admit(FIRST, JUROR);
    assert_eq!((reply.code(), reply.names().len()), (0, 0), "the old prize is used up");
    assert_eq!(number(&pool.juror(JUROR)["status"]), 1);
    pool.authorize(14, JURY_SELECTION, 1, 2, &[]);
    let reply = pool.admit(14, JUROR);
    assert_eq!((reply.code(), reply.names()), (0, vec!["JurorAdmitted"]));
    let juror = pool.juror(JUROR);
    assert_eq!((number(&juror["status"]), number(&juror["missed"])), (0, 0));
    assert_eq!(number(&juror["fromContest"]), 14);
    pool.authorize(15, REGULAR, 2, 1, &[]);
    assert!(pool.draw(15, 1).jury().contains(&k(JUROR)));
}

#[test]
fn a_juror_who_resigned_comes_back_by_another_contest_and_old_messages_stay_dead() {
    let mut pool = Pool::with_jurors(2);
    let withheld = pool.message(JUROR, "setTopics", &json!({ "topicMask": 1 }));
    pool.call(JUROR, "resign", &json!({})).success();
    pool.world.now += 10;
    pool.authorize(2, JURY_SELECTION, 1, 3, &[]);
    assert_eq!(pool.admit(2, JUROR).code(), 0);
    let outcome = pool.world.send(&withheld);
    assert!(outcome.refused() && outcome.code() == 52, "exit code {}", outcome.code());
    assert_eq!(number(&pool.juror(JUROR)["topicMask"]), u64::from(ALL_TOPICS));
    pool.call(JUROR, "setTopics", &json!({ "topicMask": 1 })).success();
}

#[test]
fn a_full_pool_makes_room_from_those_who_left_first() {
    let mut pool = Pool::with_jurors(128);
    assert_eq!(pool.admit(FIRST, 1 + JUROR + 128).code(), 155, "128 active jurors are all there can be");
    assert_eq!(pool.all_jurors().len(), 128);
    assert_eq!(pool.admit(FIRST, JUROR).code(), 0, "one of them is no news");
    pool.call(JUROR + 7, "resign", &json!({})).success();
    let reply = pool.admit(FIRST, 150);
    assert_eq!((reply.code(), reply.names()), (0, vec!["JurorRemoved", "JurorAdmitted"]));
    assert_eq!(reply.events[0].1["key"], json!(k(JUROR + 7)));
    assert_eq!(pool.all_jurors().len(), 128);
    assert_eq!(pool.admit(FIRST, 151).code(), 155);
}

#[test]
fn a_full_pool_keeps_the_suspended_as_long_as_somebody_resigned() {
    let mut pool = Pool::with_jurors(24);
    pool.suspend(JUROR, [11, 12, 13]);
    for n in JUROR + 24..JUROR + 128 {
        pool.admit(FIRST, n);
    }
    pool.call(JUROR + 100, "resign", &json!({})).success();
    assert_eq!(pool.admit(FIRST, 150).events[0].1["key"], json!(k(JUROR + 100)));
    assert_eq!(pool.admit(FIRST, 151).events[0].1["key"], json!(k(JUROR)));
    assert_eq!(pool.admit(FIRST, 152).code(), 155);
}

#[test]
fn a_reserved_key_is_a_member_until_it_is_released() {
    let mut pool = Pool::with_jurors(0);
    let reply = pool.reserve(&k(60));
    assert!(reply.ok());
    assert_eq!(reply.names(), ["MemberReserved"]);
    assert_eq!(number(&reply.events[0].1["proposalId"]), 7);
    let again = pool.reserve(&k(60));
    assert!(again.ok() && again.names().is_empty());
    assert_eq!(pool.admit(FIRST, 60).code(), 602);
    assert_eq!(pool.mirror().len(), 16);
    let released = pool.release(&k(60));
    assert_eq!((released.code(), released.names()), (0, vec!["MemberReleased"]));
    let again = pool.release(&k(60));
    assert_eq!((again.code(), again.names().len()), (0, 0));
    assert_eq!(pool.mirror(), keys(0..15));
    assert_eq!(pool.admit(FIRST, 60).code(), 0);
}

#[test]
fn only_the_registry_reserves_and_releases() {
    let mut pool = Pool::with_jurors(1);
    for function in ["reserveMember", "releaseMember"] {
        let params = json!({ "id": 1, "key": k(3) });
        for stranger in [multisig(), escrow(FIRST), payout(3)] {
            pool.refuse(&stranger, CALL, function, &params, 150);
        }
        pool.refuse(&registry(), Nano(899_999_999), function, &params, 151);
    }
    assert_eq!(pool.mirror(), keys(0..15));
}

#[test]
fn the_key_0_is_never_reserved() {
    let mut pool = Pool::new(15);
    assert!(!pool.reserve(&format!("0x{}", "0".repeat(64))).ok());
    assert_eq!(pool.mirror(), keys(0..15));
}

#[test]
fn an_active_juror_cannot_become_member_and_one_who_left_can() {
    let mut pool = Pool::with_jurors(3);
    let refused = pool.reserve(&k(JUROR));
    assert!(!refused.ok() && refused.names().is_empty());
    pool.call(JUROR, "resign", &json!({})).success();
    let reply = pool.reserve(&k(JUROR));
    assert!(reply.ok());
    assert_eq!(reply.names(), ["JurorRemoved", "MemberReserved"]);
    pool.refuse_call(JUROR, "setTopics", &json!({ "topicMask": 1 }), 601);
    pool.suspend(JUROR + 1, [11, 12, 13]);
    assert!(pool.reserve(&k(JUROR + 1)).ok(), "a suspended juror can, too");
    assert_eq!(pool.all_jurors().len(), 1);
}

#[test]
fn t35_of_a_member_and_a_juror_for_one_key_in_one_block_exactly_one_succeeds() {
    for member_first in [true, false] {
        let mut pool = Pool::with_jurors(0);
        let reserve = pool.contract.internal(
            &registry(),
            CALL,
            "reserveMember",
            &json!({ "id": 1, "nonce": "1", "key": k(60) }),
        );
        let mut params = seat(FIRST, 60, ALL_TOPICS);
        params["nonce"] = json!("2");
        let admit = pool.contract.internal(&escrow(FIRST), CALL, "admitJuror", &params);
        // Both messages are under way before the first one is executed.
        pool.world.deliver = false;
        let order = if member_first { [admit, reserve] } else { [reserve, admit] };
        for message in order {
            pool.world.send_internal(message);
        }
        assert_eq!(pool.world.queue.len(), 2);
        pool.world.drain();
        let is_member = pool.mirror().contains(&k(60));
        let is_juror = !pool.all_jurors().is_empty();
        assert_eq!((is_member, is_juror), (member_first, !member_first));
    }
}

#[test]
fn t35_a_juror_of_a_running_contest_cannot_become_member_until_it_closes() {
    let mut pool = Pool::with_jurors(3);
    pool.authorize(2, REGULAR, 2, 3, &[]);
    pool.authorize(3, REGULAR, 2, 3, &[]);
    pool.draw(2, 3);
    pool.draw(3, 3);
    pool.call(JUROR, "resign", &json!({})).success();
    assert!(!pool.reserve(&k(JUROR)).ok(), "two juries");
    pool.report(2, &[]);
    assert!(!pool.reserve(&k(JUROR)).ok(), "one jury");
    pool.report(3, &[]);
    assert!(pool.reserve(&k(JUROR)).ok());
}

#[test]
fn money_and_plain_transfers_stay() {
    let mut pool = Pool::new(15);
    let before = pool.get("getReserve", &json!({}));
    assert_eq!(before["float"], json!("20000000000"));
    assert_eq!(before["minBalance"], json!("5000000000"));
    let free = pool.balance() - 5_000_000_000;
    assert_eq!(before["freeFunds"], json!(free.to_string()));
    let top_up = pool.contract.internal(&payout(9), Nano::tokens(2), "topUp", &json!({}));
    let done = pool.world.send_internal(top_up);
    let events = pool.events(&done);
    assert_eq!(events[0].0, "ToppedUp");
    assert_eq!(events[0].1["total"], json!("22000000000"));
    let small = pool.contract.internal(&payout(9), Nano(19_999_999), "topUp", &json!({}));
    assert_eq!(pool.world.send_internal(small)[0].view.exit_code(), Some(151));
    let balance = pool.balance();
    let address = pool.contract.address.clone();
    assert!(pool.world.give(&address, Nano::tokens(1))[0].view.is_success());
    assert!(pool.balance() > balance + 990_000_000);
    assert_eq!(pool.get("getReserve", &json!({}))["float"], json!("22000000000"), "a gift is no float");
}

#[test]
fn a_bounce_of_anything_is_taken() {
    let mut pool = Pool::with_jurors(3);
    let before = pool.all_jurors();
    let mut bounced = InternalMessage::transfer(registry(), pool.contract.address.clone(), CALL);
    (bounced.bounce, bounced.bounced) = (false, true);
    let mut body = CellBuilder::new();
    body.store_u32(u32::MAX).expect("fits");
    bounced.body = Some(body.build().expect("fits"));
    assert!(pool.world.send_internal(bounced)[0].view.is_success());
    assert_eq!(pool.all_jurors(), before);
}
