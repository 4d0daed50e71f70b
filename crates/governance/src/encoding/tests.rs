//! The cells are those that compiled contracts encode.
//!
//! A contract with one getter for each type is made from the interfaces' own structs: it takes a value and returns
//! the hash of its `abi.encode`.

use std::sync::OnceLock;

use chain::LocalContext;
use serde::Serialize;
use serde_json::{Value, json};
use ton_abi::{Address, ContractAbi, Hash, Image, Nano, PublicKey, UnixTime};
use tsolc::{DiskLoader, Settings};

use super::{STRUCTS, decode, encode};
use crate::Organisation;
use crate::contest::Phase;
use crate::organisation::Span;
use crate::payload::{
    self, Action, AdmitMember, CloseStage, ExtendDeadline, HoldPayout, Launch, OrgPayment, PayOrg,
    RemoveMember, RotateKey, SetPolicy, Signal, Spec, SpecJuror,
};
use crate::text::Digest;

/// Name of each type in the interfaces.
const TYPES: &[(&str, &str)] = &[
    ("StagePlan[]", "ITreasury.StagePlan[]"),
    ("OrgPayment[]", "ITreasury.OrgPayment[]"),
    ("Spec", "IContestEscrow.Spec"),
    ("Params", "IMemberRegistry.Params"),
    ("AdmitMember", "IMemberRegistry.AdmitMember"),
    ("RotateKey", "IMemberRegistry.RotateKey"),
    ("RemoveMember", "IMemberRegistry.RemoveMember"),
    ("ExtendDeadline", "IMemberRegistry.ExtendDeadline"),
    ("HoldPayout", "IMemberRegistry.HoldPayout"),
    ("CloseStage", "IMemberRegistry.CloseStage"),
    ("PayOrg", "IMemberRegistry.PayOrg"),
    ("Signal", "IMemberRegistry.Signal"),
    ("SetPolicy", "IMemberRegistry.SetPolicy"),
];

fn getter(ty: &str) -> String {
    format!("hash{}", ty.replace("[]", "List"))
}

/// The contract, compiled once.
fn encoder() -> &'static (ContractAbi, Image) {
    static ENCODER: OnceLock<(ContractAbi, Image)> = OnceLock::new();
    ENCODER.get_or_init(|| {
        let mut source = "pragma tvm-solidity >= 0.72.0;\n\
            import \"./interfaces/IMemberRegistry.tsol\";\nimport \"./interfaces/IContestEscrow.tsol\";\n\
            contract Encoder {\n"
            .to_owned();
        for (ty, name) in TYPES {
            source += &format!(
                "function {}({name} value) external pure returns (uint256 hash, TvmCell cell) {{\n\
                 cell = abi.encode(value);\nhash = tvm.hash(cell);\n}}\n",
                getter(ty)
            );
        }
        source += "}\n";
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../contracts");
        let loader = DiskLoader::new(folder, Vec::new());
        let compiled = tsolc::compile("Encoder.tsol", &source, &loader, &Settings::default());
        let artifacts = compiled.artifacts.unwrap_or_else(|_| {
            let show = |d| tsolc::render::text(d, &compiled.sources, false);
            panic!("{}", compiled.diagnostics.iter().map(show).collect::<String>())
        });
        let abi = ContractAbi::parse(&artifacts[0].abi).unwrap();
        let image = Image::from_tvc(&artifacts[0].tvc).unwrap();
        let image = image.with_init_data(&abi, None, &json!({})).unwrap();
        (abi, image)
    })
}

/// What the contract answers for a value.
fn asked(ty: &str, value: &Value) -> Value {
    let (abi, image) = encoder();
    let address = image.address(0).unwrap();
    let account = chain::Account::active(address, Nano::tokens(1_000), image).unwrap();
    let context = LocalContext::new(UnixTime(1_700_000_000));
    let config = chain::Config::local();
    let found = chain::run_getter(&config, &account, abi, &getter(ty), &json!({ "value": value }), &context);
    found.unwrap_or_else(|error| panic!("{ty}: {error}")).json()
}

#[track_caller]
fn same(ty: &str, value: &impl Serialize) {
    let cell = encode(ty, value).unwrap();
    let json = serde_json::to_value(value).unwrap();
    let hash = asked(ty, &json)["hash"].as_str().unwrap().to_owned();
    assert_eq!(hash, format!("0x{}", cell.repr_hash()), "{ty} of {json}");
    let back: Value = decode(ty, &cell).unwrap();
    let again = encode(ty, &back).unwrap();
    assert_eq!(again, cell, "{ty} is read back");
}

fn address(byte: u8) -> Address {
    Address::new(0, Hash([byte; 32]))
}

fn spec(item: u8) -> Spec {
    let bootstrap_jury = if item == 1 { jurors(24) } else { Vec::new() };
    let launch = Launch { item, proposed_at: UnixTime(1_607_000_000), bootstrap_jury, ..Launch::default() };
    Spec::of(&Organisation::of_proposal(), &launch).unwrap()
}

fn jurors(count: u8) -> Vec<SpecJuror> {
    (1..=count).map(|n| SpecJuror { key: PublicKey([n; 32]), addr: address(n) }).collect()
}

#[test]
fn the_plan_of_the_proposal() {
    same("StagePlan[]", &payload::plan(&Organisation::of_proposal()));
    same("StagePlan[]", &Vec::<payload::StagePlan>::new());
}

#[test]
fn contest_proposals_of_all_funded_items() {
    for item in (1..=15).filter(|item| ![7, 15].contains(item)) {
        same("Spec", &spec(item));
    }
}

#[test]
fn a_contest_proposal_with_everything_at_its_largest() {
    let full = Spec {
        title: "t".repeat(128),
        doc_link: "l".repeat(256),
        prizes: vec![Nano(u128::MAX); 32],
        fund: Nano(u128::MAX),
        entry_deposit: Nano(u128::MAX),
        author: Some(address(9)),
        depends_on: vec![u32::MAX; 4],
        ..spec(1)
    };
    same("Spec", &full);
    same("Spec", &Spec { title: String::new(), doc_link: String::new(), prizes: Vec::new(), ..full });
}

#[test]
fn every_action() {
    let payments =
        |count: u8| (1..=count).map(|n| OrgPayment { to: address(n), amount: Nano(n.into()) }).collect();
    let all = [
        Action::AdmitMember(AdmitMember { candidate: 7 }),
        Action::RotateKey(RotateKey { old_key: PublicKey([1; 32]), new_key: PublicKey([2; 32]) }),
        Action::RemoveMember(RemoveMember { key: PublicKey([1; 32]), reason_hash: Digest::of("absent") }),
        Action::SetParams(Organisation::of_proposal().governance.params),
        Action::LaunchContest(Box::new(spec(2))),
        Action::ExtendDeadline(ExtendDeadline { contest_id: 3, phase: Phase::Reveal, time: UnixTime(9) }),
        Action::HoldPayout(HoldPayout { contest_id: 3, until: UnixTime(9) }),
        Action::CloseStage(CloseStage { stage: 1, report_hash: Digest::of("report"), link: "l".repeat(256) }),
        Action::PayOrg(PayOrg { payments: payments(16), memo_hash: Digest::of("memo") }),
        Action::Signal(Signal { doc_hash: Digest::of("text"), link: "link".into(), soft: true }),
        Action::SetPolicy(SetPolicy {
            allowlist: (1..=8).map(address).collect(),
            free_limit: Nano::tokens(100),
        }),
    ];
    for action in &all {
        let payload = action.encode().unwrap();
        assert_eq!(Action::decode(action.kind(), &payload).unwrap(), *action);
        let json = |action: &Action| match action {
            Action::AdmitMember(it) => serde_json::to_value(it),
            Action::RotateKey(it) => serde_json::to_value(it),
            Action::RemoveMember(it) => serde_json::to_value(it),
            Action::SetParams(it) => serde_json::to_value(it),
            Action::LaunchContest(it) => serde_json::to_value(it),
            Action::ExtendDeadline(it) => serde_json::to_value(it),
            Action::HoldPayout(it) => serde_json::to_value(it),
            Action::CloseStage(it) => serde_json::to_value(it),
            Action::PayOrg(it) => serde_json::to_value(it),
            Action::Signal(it) => serde_json::to_value(it),
            Action::SetPolicy(it) => serde_json::to_value(it),
        };
        let ty = match action {
            Action::SetParams(_) => "Params",
            Action::LaunchContest(_) => "Spec",
            _ => action.name(),
        };
        same(ty, &json(action).unwrap());
    }
    let Action::PayOrg(pay) = &all[8] else { panic!("the ninth action pays") };
    let listed = asked("OrgPayment[]", &serde_json::to_value(&pay.payments).unwrap());
    assert_eq!(listed["hash"], format!("0x{}", pay.hash().unwrap()));
}

#[test]
fn actions_out_of_the_table_and_wrong_cells_are_refused() {
    let payload = Action::AdmitMember(AdmitMember { candidate: 7 }).encode().unwrap();
    for kind in [0, 6, 18, 19, 255] {
        assert!(Action::decode(kind, &payload).is_err(), "{kind}");
    }
    assert!(Action::decode(11, &payload).is_err(), "a candidate is no report");
    assert!(encode("AdmitMember", &json!({ "candidate": 1, "more": 2 })).is_err());
    assert!(encode("AdmitMember", &json!({ "candidate": u64::MAX })).is_err());
}

#[test]
fn all_types_of_the_table_are_compared() {
    let nested = ["Item", "Juror", "StagePlan", "OrgPayment"];
    for (name, _) in STRUCTS {
        assert!(nested.contains(name) || TYPES.iter().any(|(ty, _)| ty == name), "{name}");
    }
    assert_eq!(Span::days(1), Span::hours(24));
}
