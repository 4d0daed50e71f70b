//! The demonstration, and that it tells the truth when a confirmation is missing.

use crate::support::{fails, json, run, text};
use serde_json::Value;

/// 1 120 TON in nanotokens.
const PAYMENT: &str = "1120000000000";

fn nano(value: &Value) -> u128 {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{value} is an amount"))
}

#[test]
fn eight_of_fifteen_members_pay_the_winner() {
    let (status, envelope) = json(["demo"]);
    assert_eq!(status, 0, "{envelope:#}");
    let data = &envelope["data"];
    assert_eq!((&data["required"], &data["custodians"]), (&Value::from(8), &Value::from(15)));
    assert_eq!((&data["asked"], &data["received"]), (&Value::from(PAYMENT), &Value::from(PAYMENT)));
    assert_eq!(data["waiting"], false);
    let signed: Vec<_> =
        data["signed"].as_array().unwrap().iter().map(|s| s.as_array().unwrap().len()).collect();
    assert_eq!(signed, [1, 2, 3, 4, 5, 6, 7], "each confirmation adds one name, the eighth pays");
    assert_eq!(data["signed"][2].as_array().unwrap()[2], "Artem Ryabov");

    let steps = data["steps"].as_array().unwrap();
    assert!(steps.iter().all(|step| nano(&step["fees"]) > 0 && step["gas"].as_u64() > Some(0)), "{steps:#?}");
    let fees: u128 = steps.iter().map(|step| nano(&step["fees"])).sum();
    assert_eq!(fees, nano(&data["books"]["fees"]), "the table's fees are all fees of the network");
    assert_eq!(data["books"]["balanced"], true);
    assert!(nano(&data["balances"]["multisig"]) < 672_000_000_000_000);
}

#[test]
fn people_get_acts_on_stderr_and_a_table_on_stdout() {
    let told = run(["demo"]);
    assert_eq!(told.status, 0, "{}", told.stderr);
    for act in ["Act 1.", "Act 2.", "Act 3.", "Act 4.", "Act 5.", "signed 7 of 8: Renat Skitsan, Senya"] {
        assert!(told.stderr.contains(act), "{act} in {}", told.stderr);
    }
    for line in ["Total", "Paid: 1120 TON reached the winner with 8 of 15 confirmations.", "development keys"]
    {
        assert!(told.stdout.contains(line), "{line} in {}", told.stdout);
    }
    assert_eq!(run(["demo", "--quiet"]).stdout, told.stdout, "two runs are equal to the last nanotoken");
}

#[test]
fn a_missing_confirmation_means_no_payment_and_says_so() {
    for member in ["2", "5", "8"] {
        let why = "with 7 of 8 confirmations, 0 TON arrived";
        fails(["demo", "--quiet", "--skip-confirmation", member], 1, "not-paid", why);
    }
    let (_, envelope) = json(["demo", "--skip-confirmation", "3"]);
    let data = &envelope["data"];
    assert_eq!((&data["received"], &data["waiting"]), (&Value::from("0"), &Value::from(true)));
    let last = data["signed"].as_array().unwrap().last().unwrap().as_array().unwrap();
    assert_eq!(last.len(), 7);
    assert!(
        !last.contains(&Value::from("Artem Ryabov")),
        "the member who was left out did not sign: {last:?}"
    );
}

#[test]
fn a_kept_demonstration_goes_on_by_hand() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let state = folder.path().join("state");
    let state = text(&state);
    assert_eq!(run(["demo", "--quiet", "--skip-confirmation", "2", "--state", state]).status, 1);
    let (_, envelope) = json(["multisig", "list", "--state", state]);
    let id = envelope["data"][0]["id"].as_str().expect("the payment still waits").to_owned();
    let (status, envelope) = json(["multisig", "confirm", "--state", state, "--as", "Senya", &id]);
    assert_eq!(status, 0, "{envelope:#}");
    assert!(envelope["data"]["waiting"].is_null(), "{envelope:#}");
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
