//! Decisions of the members are read as the crate `governance` writes them.

use governance::organisation::Organisation;
use governance::payload::{
    Action, AdmitMember, CloseStage, ExtendDeadline, HoldPayout, OrgPayment, PayOrg, RemoveMember, RotateKey,
    SetPolicy, Signal,
};
use serde_json::json;
use signing::{Inside, review};
use ton_abi::{Boc, Nano, PublicKey, UnixTime};

use crate::support::{NOW, codes, prepared, registry, wallet};

fn inside(action: &Action) -> (Inside, Vec<&'static str>) {
    let payload = Boc::encode_base64(action.encode().unwrap());
    let params = json!({ "kind": action.kind(), "payload": payload, "link": "", "docHash": "0x0" });
    let review = review(&prepared(&registry(), "propose", &params), NOW).unwrap();
    let kind = format!("{}, {}", action.kind(), action.name());
    assert_eq!(review.arguments[0].words, kind);
    (review.arguments[1].inside.clone().expect("a cell holds something"), codes(&review))
}

#[test]
fn every_action_is_read_back() {
    let organisation = Organisation::of_proposal();
    let digest = |byte: u8| governance::text::Digest([byte; 32]);
    let actions = [
        Action::AdmitMember(AdmitMember { candidate: 3 }),
        Action::RotateKey(RotateKey { old_key: PublicKey([1; 32]), new_key: PublicKey([2; 32]) }),
        Action::RemoveMember(RemoveMember { key: PublicKey([1; 32]), reason_hash: digest(9) }),
        Action::SetParams(organisation.governance.params),
        Action::ExtendDeadline(ExtendDeadline {
            contest_id: 2,
            phase: governance::contest::Phase::Open,
            time: UnixTime(1_606_780_800),
        }),
        Action::HoldPayout(HoldPayout { contest_id: 2, until: UnixTime(1_606_780_800) }),
        Action::CloseStage(CloseStage { stage: 1, report_hash: digest(8), link: "ipfs://report".into() }),
        Action::PayOrg(PayOrg {
            payments: vec![OrgPayment { to: wallet(), amount: Nano::tokens(1500) }],
            memo_hash: digest(7),
        }),
        Action::Signal(Signal { doc_hash: digest(6), link: "text".into(), soft: true }),
        Action::SetPolicy(SetPolicy { allowlist: vec![wallet()], free_limit: Nano::tokens(5) }),
    ];
    for action in &actions {
        let (inside, warnings) = inside(action);
        let Inside::Action { name, arguments } = inside else { panic!("{action:?} is {inside:?}") };
        assert_eq!((name, warnings.as_slice()), (action.name(), &[] as &[&str]));
        assert!(!arguments.is_empty());
    }
    let (Inside::Action { arguments, .. }, _) = inside(&actions[7]) else { panic!("payments are read") };
    assert_eq!(arguments[0].parts[0].parts[1].words, "1 500 TON (1500000000000 nano)");
    let (Inside::Action { arguments, .. }, _) = inside(&actions[5]) else { panic!("times are read") };
    assert_eq!(arguments[1].words, "2020-12-01 00:00:00 UTC (1606780800)");
}

#[test]
fn parameters_of_another_action_are_unknown() {
    let action = Action::AdmitMember(AdmitMember { candidate: 3 });
    let payload = Boc::encode_base64(action.encode().unwrap());
    for kind in [4, 12, 200] {
        let params = json!({ "kind": kind, "payload": payload, "link": "", "docHash": "0x0" });
        let review = review(&prepared(&registry(), "propose", &params), NOW).unwrap();
        assert_eq!(codes(&review), ["unknown-payload"], "kind {kind}");
    }
}
