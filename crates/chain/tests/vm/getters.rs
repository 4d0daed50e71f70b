//! Local runs.

use chain::{Account, Config, GetterError, LocalContext, run_getter, run_local};
use serde_json::{Value, json};
use ton_abi::{ContractAbi, Nano, UnixMillis, UnixTime};

use crate::support::{NOW, address, contract, poke};

const OUTPUT_ID: u32 = 0x8000_0042;

fn abi() -> ContractAbi {
    let output = json!([{ "name": "value", "type": "uint32" }]);
    ContractAbi::from_value(&json!({
        "version": "2.3",
        "header": ["time", "expire"],
        "functions": [
            { "name": "get", "inputs": [], "outputs": output, "id": "0x80000042" },
            { "name": "ask", "inputs": [{ "name": "answerId", "type": "uint32" }], "outputs": output, "id": "0x80000042" },
        ],
    }))
    .expect("a valid ABI")
}

/// A contract that answers to the outside with the number that `expression` leaves on the stack; it never accepts.
fn answering(expression: &str) -> Account {
    // ext_out_msg_info$11 src:none dest:none lt:0 at:0, no init, body inline: the answer's id and the number.
    let code = format!(
        "{expression} NEWC INT 3 STUR 2 INT 102 STZEROES INT {OUTPUT_ID} STUR 32 STU 32 ENDC INT 0 SENDRAWMSG"
    );
    contract(1, &code, Nano::tokens(1))
}

fn get(account: &Account, function: &str) -> Result<Value, GetterError> {
    let context = LocalContext::new(NOW);
    run_getter(&Config::local(), account, &abi(), function, &json!({}), &context).map(|found| found.json())
}

#[test]
fn a_getter_answers_without_accepting() {
    let account = answering("PUSH c4 CTOS PLDU 32");
    assert_eq!(get(&account, "get").expect("an answer"), json!({ "value": "7" }));
}

#[test]
fn the_answer_id_of_a_responsible_function_may_be_left_out() {
    assert_eq!(get(&answering("INT 5"), "ask").expect("an answer"), json!({ "value": "5" }));
}

#[test]
fn getters_see_the_time_of_the_chain() {
    assert_eq!(get(&answering("NOW"), "get").expect("an answer"), json!({ "value": NOW.0.to_string() }));
}

/// `time` comes first in the body behind the bit for the signature, in milliseconds.
const HEADER_TIME: &str = "DROP LDU 1 LDU 64 DROP NIP";

#[test]
fn the_time_of_the_header_is_the_callers() {
    let account = answering(HEADER_TIME);
    let mut context = LocalContext::new(NOW);
    context.time = UnixMillis(123_456);
    let found = run_getter(&Config::local(), &account, &abi(), "get", &json!({}), &context);
    assert_eq!(found.expect("an answer").json(), json!({ "value": "123456" }));
}

#[test]
fn replay_protection_lets_a_getter_pass_in_the_second_of_the_last_message() {
    let last = NOW.millis().0 + 999;
    let account = answering(&format!("{HEADER_TIME} INT {last} GREATER THROWIFNOT 52 INT 5"));
    assert_eq!(get(&account, "get").expect("an answer"), json!({ "value": "5" }));
    let mut late = LocalContext::new(NOW);
    late.time = UnixMillis(last);
    let found = run_getter(&Config::local(), &account, &abi(), "get", &json!({}), &late);
    assert!(matches!(found, Err(GetterError::Exit { exit_code: 52, .. })), "{found:?}");
}

#[test]
fn a_getter_that_throws_gives_its_exit_code() {
    let found = get(&contract(1, "THROW 102", Nano::tokens(1)), "get");
    assert!(matches!(found, Err(GetterError::Exit { exit_code: 102, .. })), "{found:?}");
}

#[test]
fn a_getter_out_of_gas_says_so() {
    let mut context = LocalContext::new(NOW);
    context.gas_limit = 5_000;
    let account = contract(1, "PUSHCONT {} AGAIN", Nano::tokens(1));
    let found = run_getter(&Config::local(), &account, &abi(), "get", &json!({}), &context);
    assert!(matches!(found, Err(GetterError::Exit { exit_code: -14, .. })), "{found:?}");
}

#[test]
fn silence_and_absence_are_told_apart() {
    assert!(matches!(get(&contract(1, "NOP", Nano::tokens(1)), "get"), Err(GetterError::NoAnswer)));
    assert!(matches!(get(&Account::none(address(1)), "get"), Err(GetterError::NoCode)));
    let uninit = Account::uninit(address(1), Nano::tokens(1)).expect("fits");
    assert!(matches!(get(&uninit, "get"), Err(GetterError::NoCode)));
    assert!(matches!(get(&answering("INT 1"), "put"), Err(GetterError::Abi(_))));
}

#[test]
fn a_local_run_shows_data_messages_and_gas_and_changes_nothing() {
    let account = contract(1, "NEWC INT 9 STUR 32 ENDC POP c4", Nano::tokens(1));
    let context = LocalContext::new(UnixTime(1));
    let run = run_local(&Config::local(), &account, &poke(&account), &context).expect("it runs");
    assert_eq!((run.exit_code, run.out_messages.len()), (0, 0));
    assert_eq!(run.data.expect("committed").parse::<u32>(), Ok(9));
    assert!(run.gas_used > 500, "building a cell costs 500");
    assert_eq!(account.data().expect("active").parse::<u32>(), Ok(7));
}
