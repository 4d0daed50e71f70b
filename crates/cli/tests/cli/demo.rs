//! The demonstration: the proposal's tables to the nanotoken, and that it tells the truth when something is missing.

use std::sync::OnceLock;

use crate::schemas::Schemas;
use crate::support::{fails, json, run, text};
use serde_json::Value;

/// The data of one run, shared by all tests that only look at it.
fn story() -> &'static Value {
    static STORY: OnceLock<Value> = OnceLock::new();
    STORY.get_or_init(|| {
        let (status, mut envelope) = json(["demo"]);
        assert_eq!(status, 0, "{envelope:#}");
        envelope["data"].take()
    })
}

#[test]
fn the_answer_for_programs_is_as_its_schema_says() {
    let errors = Schemas::get().errors("demo", story());
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    let mut other = story().clone();
    other["books"]["supply"] = Value::from(7);
    assert!(
        !Schemas::get().errors("demo", &other).is_empty(),
        "a schema that takes everything proves nothing"
    );
}

fn nano(value: &Value) -> u128 {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{value} is an amount"))
}

/// So many TON in nanotokens.
fn tokens(amount: u128) -> u128 {
    amount * 1_000_000_000
}

fn list<'a>(data: &'a Value, name: &str) -> &'a Vec<Value> {
    data[name].as_array().unwrap_or_else(|| panic!("{name} is a list in {data:#}"))
}

/// Contests of stage 1 in the proposal's table: participants, jury, org, total in TON.
const TABLE: [[u128; 4]; 5] = [
    [1_000, 100, 20, 1_120],
    [100_000, 10_000, 2_000, 112_000],
    [100_000, 10_000, 2_000, 112_000],
    [200_000, 20_000, 4_000, 224_000],
    [200_000, 20_000, 4_000, 224_000],
];

#[test]
fn every_contest_pays_what_the_proposal_says_to_the_nanotoken() {
    let contests = list(story(), "contests");
    assert_eq!(contests.len(), TABLE.len());
    for (contest, row) in contests.iter().zip(TABLE) {
        let found = ["participants", "jury", "org", "total"].map(|fund| nano(&contest[fund]));
        assert_eq!(found, row.map(tokens), "{contest:#}");
        assert_eq!(nano(&contest["refunded"]), 0);
        assert_eq!((&contest["status"], &contest["ending"]), (&"closed".into(), &"paid".into()));
        let prizes: u128 = list(contest, "ranking").iter().map(|rank| nano(&rank["prize"])).sum();
        assert_eq!(prizes, tokens(row[0]));
        let deposits = tokens(5) * contest["entries"].as_u64().map(u128::from).expect("a number");
        let paid: u128 = list(contest, "payouts").iter().map(|payout| nano(&payout["amount"])).sum();
        assert_eq!(paid, tokens(row[0] + row[1]) + deposits, "prizes, jurors and deposits: {contest:#}");
        assert!(list(contest, "payouts").iter().all(|payout| payout["state"] == "sent"));
    }
    assert_eq!(nano(&story()["treasury"]["org_fund"]), tokens(12_020));
}

#[test]
fn stage_2_follows_stage_1_and_stage_3_gets_nothing() {
    let stages = list(story(), "stages");
    let statuses: Vec<_> = stages.iter().map(|stage| stage["status"].as_str().expect("a word")).collect();
    assert_eq!(statuses, ["closed", "active", "planned", "planned"]);
    let received: Vec<_> = stages.iter().map(|stage| nano(&stage["received"])).collect();
    assert_eq!(received, [673_120, 560_000, 0, 0].map(tokens));
    let allocated: Vec<_> = stages.iter().map(|stage| nano(&stage["allocated"])).collect();
    assert_eq!(allocated, [673_120, 0, 0, 0].map(tokens));
    assert_eq!(nano(&stages[1]["available"]), tokens(560_000));
    let multisig = list(story(), "accounts").iter().find(|account| account["name"] == "multisig");
    let balance = nano(&multisig.expect("the multisig is listed")["balance"]);
    assert!(balance > tokens(448_000), "what came too early is back: {balance}");
}

#[test]
fn members_decide_with_eight_votes_and_jurors_come_from_the_first_contest() {
    let members = list(story(), "members");
    assert_eq!(members.len(), 15);
    assert!(members.iter().all(|member| member["declared_at"] != "0"));
    let proposals = list(story(), "proposals");
    assert_eq!(proposals.len(), 6);
    for proposal in proposals {
        assert_eq!((&proposal["outcome"], &proposal["yes"]), (&"executed".into(), &8.into()), "{proposal}");
    }
    assert_eq!(
        (&proposals[0]["action"], &proposals[5]["action"]),
        (&"LaunchContest".into(), &"CloseStage".into())
    );
    let jurors = list(story(), "jurors");
    assert_eq!(jurors.len(), 8);
    assert!(jurors.iter().all(|juror| juror["judged"] == 4 && juror["missed"] == 0 && juror["busy"] == 0));
    let contests = list(story(), "contests");
    assert_eq!(contests[0]["jurors"], 5, "the outside jury");
    assert!(contests[1..].iter().all(|contest| contest["jurors"] == 8), "the winners of the first contest");
}

#[test]
fn the_books_add_up_and_the_acts_have_all_fees() {
    let books = &story()["books"];
    assert_eq!((&books["balanced"], &books["contracts_hold"]), (&true.into(), &true.into()));
    let acts = list(story(), "acts");
    let fees: u128 = acts.iter().map(|act| nano(&act["fees"])).sum();
    assert_eq!(fees, nano(&books["fees"]), "the table's fees are all fees of the network");
    assert_eq!(nano(&books["supply"]), nano(&books["balances"]) + fees);
    assert!(acts.iter().all(|act| act["messages"].as_u64() > Some(0) && act["gas"].as_u64() > Some(0)));
}

#[test]
fn people_get_acts_on_stderr_and_tables_on_stdout() {
    let told = run(["demo"]);
    assert_eq!(told.status, 0, "{}", told.stderr);
    for act in (1..=11).map(|number| format!("Act {number}. ")) {
        assert!(told.stderr.contains(&act), "{act} in {}", told.stderr);
    }
    for line in
        ["there is no juror in the pool yet", "sends the 448 001 TON back: exit code 400", "(2020-12-01"]
    {
        assert!(told.stderr.contains(line), "{line} in {}", told.stderr);
    }
    for line in [
        "Ekaterina Pantaz",
        "CloseStage",
        "Validator Failover Solution",
        "Org fund: 12 020 TON.",
        "applicant 8",
        "Books: ",
    ] {
        assert!(told.stdout.contains(line), "{line} in {}", told.stdout);
    }
    assert_eq!(run(["demo", "--quiet"]).stdout, told.stdout, "two runs are equal to the last nanotoken");
}

#[test]
fn a_missing_confirmation_means_no_stage_and_says_so() {
    for member in ["2", "8"] {
        let why = "waits with 7 of 8 confirmations";
        fails(["demo", "--quiet", "--skip-confirmation", member], 1, "not-paid", why);
    }
    let (_, envelope) = json(["demo", "--skip-confirmation", "3"]);
    let data = &envelope["data"];
    assert_eq!((&data["received"], &data["required"]), (&7.into(), &8.into()));
    assert_eq!((&data["stage_received"], &data["value"]), (&"0".into(), &"673121000000000".into()));
    let signed = list(data, "signed");
    assert_eq!(signed.len(), 7);
    assert!(!signed.contains(&"Artem Ryabov".into()), "the member who was left out did not sign: {signed:?}");
}

#[test]
fn a_kept_demonstration_goes_on_by_hand() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let state = folder.path().join("state");
    let state = text(&state);
    assert_eq!(run(["demo", "--quiet", "--skip-confirmation", "2", "--state", state]).status, 1);
    let (_, envelope) = json(["multisig", "list", "--state", state]);
    let id = envelope["data"][0]["id"].as_str().expect("the grant still waits").to_owned();
    let (status, envelope) = json(["multisig", "confirm", "--state", state, "--as", "Senya", &id]);
    assert_eq!(status, 0, "{envelope:#}");
    assert!(envelope["data"]["result"]["waiting"].is_null(), "{envelope:#}");
    let (_, envelope) = json(["stage", "list", "--state", state]);
    assert_eq!(envelope["data"]["stages"][0]["status"], "active", "{envelope:#}");
    fails(["demo", "--state", state], 5, "state-exists", "keeps a network already");
}

#[test]
fn contracts_that_do_not_compile_are_shown_with_their_place() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let source = "pragma tvm-solidity >= 0.72.0;\ncontract Multisig {\n    uint broken = ;\n}\n";
    std::fs::write(folder.path().join("Multisig.tsol"), source).expect("writable");
    fails(["demo", "--contracts", text(folder.path())], 2, "contracts", "Multisig.tsol:3");
    fails(["demo", "--images", text(folder.path())], 2, "missing-file", "No such file");
}
