//! Gas before acceptance at full size (T06, C2), and the bill beside that of the published wallet.
//!
//! `gas.txt` holds the figures; `UPDATE_SNAPSHOTS=1` writes it anew.

use std::fmt::Write;

use chain::LocalContext;
use serde_json::{Value, json};
use ton_abi::{Cell, UnixTime};
use workspace_tests::workspace;
use workspace_tests::world::Outcome;

use crate::wallet::{
    LIFETIME, TON, Wallet, base64, chain_of, extended, keys, ours, payee, payment, published, test_contract,
    transaction,
};

/// C2: gas before acceptance stays below this.
const BEFORE_ACCEPT: u64 = 9_000;
/// A payment that the wallet cannot make: it stays Ready.
const TOO_MUCH: u64 = 100_000 * TON;

/// 32 custodians, 17 confirmations, 75 transactions of the first 15 custodians.
fn full() -> Wallet {
    let mut wallet = Wallet::new(32, 17, 1000);
    for _ in 0..5 {
        for member in 0..15 {
            wallet.submit(member, &payee(3), TOO_MUCH);
        }
    }
    assert_eq!(wallet.queued(), 75);
    wallet
}

fn middle(wallet: &Wallet) -> Value {
    wallet.get("getTransactionIds", &json!({}))["ids"][37].clone()
}

/// Gas before acceptance of a message that is then really sent.
fn measure(
    figures: &mut Vec<(&'static str, u64)>,
    wallet: &mut Wallet,
    member: u8,
    call: (&'static str, Value),
) -> Outcome {
    let message = wallet.message(member, call.0, &call.1);
    let gas = wallet.world.gas_before_accept(&message).unwrap_or_else(|e| panic!("{}: {e}", call.0));
    println!("{:>8}  {}", gas, call.0);
    figures.push((call.0, gas));
    let outcome = wallet.world.send(&message);
    outcome.success();
    outcome
}

#[test]
fn t06_every_signed_function_accepts_inside_the_credit_at_full_size() {
    let mut figures = Vec::new();
    let mut wallet = full();
    let small = json!({ "dest": payee(3).to_string(), "value": TON.to_string(), "bounce": true,
        "allBalance": false, "payload": base64(&chain_of(7)) });
    measure(&mut figures, &mut wallet, 31, ("submitTransaction", small));
    let acceptor = test_contract("Acceptor", &json!({ "salt": "9" }));
    let image = acceptor.image.cell().expect("an image");
    let deploys = extended(&acceptor.address, &chain_of(8), Some(&image), Some(3600));
    measure(&mut figures, &mut wallet, 30, ("submitTransactionExt", deploys));
    let id = middle(&wallet);
    for member in 16..31 {
        measure(&mut figures, &mut wallet, member, ("confirmTransaction", transaction(&id)));
    }
    measure(&mut figures, &mut wallet, 31, ("rejectTransaction", transaction(&id)));
    measure(&mut figures, &mut wallet, 30, ("revokeConfirmation", transaction(&id)));
    for member in [15, 30] {
        // With the creator these are 17: the last one makes it Ready.
        measure(&mut figures, &mut wallet, member, ("confirmTransaction", transaction(&id)));
    }
    measure(&mut figures, &mut wallet, 29, ("executeTransaction", transaction(&id)));
    updates(&mut figures, &mut wallet);
    wallet.world.now += LIFETIME;
    measure(&mut figures, &mut wallet, 31, ("clean", json!({})));
    let mut single = Wallet::new(1, 1, 1000);
    for _ in 0..4 {
        single.submit(0, &payee(3), TOO_MUCH);
    }
    let send = json!({ "dest": payee(3).to_string(), "value": TON.to_string(), "bounce": true, "flags": 3,
        "payload": base64(&chain_of(7)) });
    measure(&mut figures, &mut single, 0, ("sendTransaction", send));
    let worst = figures.iter().max_by_key(|figure| figure.1).expect("something was measured");
    assert!(worst.1 < BEFORE_ACCEPT, "{} needs {} gas before it is accepted", worst.0, worst.1);
}

/// The functions for updates, with 31 updates of the others in the queue.
fn updates(figures: &mut Vec<(&'static str, u64)>, wallet: &mut Wallet) {
    let next = test_contract("MultisigNext", &json!({ "boot": "0" }));
    let code = next.image.state_init.code.clone().expect("an image has code");
    let params = json!({ "codeHash": format!("0x{}", hex::encode(code.repr_hash().0)),
        "owners": keys(40..72), "reqConfirms": 9, "lifetime": 7200 });
    let mut id = Value::Null;
    for member in 0..32 {
        let outcome = measure(figures, wallet, member, ("submitUpdate", params.clone()));
        id = if member == 20 { wallet.submitted(&outcome) } else { id };
    }
    for member in (0..32).filter(|member| *member != 20) {
        measure(figures, wallet, member, ("confirmUpdate", json!({ "updateId": id })));
    }
    let message = wallet.message(31, "executeUpdate", &json!({ "updateId": id, "code": base64(&code) }));
    let gas = wallet.world.gas_before_accept(&message).expect("it is accepted");
    println!("{gas:>8}  executeUpdate");
    figures.push(("executeUpdate", gas));
}

/// One line of the bill.
struct Line {
    name: String,
    gas: u64,
    /// Part of it in messages of the wallet to itself.
    own: u64,
    /// Steps of the machine; none for getters.
    steps: Option<u32>,
}

/// A shared method may cost so many hundredths of what it costs in the published wallet; one above it needs a reason.
const ALLOWED: u64 = 125;
/// Where the gas of the methods above that goes.
const REASONS: [(&str, &str); 2] = [
    (
        "sendTransaction",
        "queued and paid by a message to itself, where the published wallet sends from the external \
        message: a failed send cannot undo the replay mark (C3); entry in the queue, signer's own time (C1), two events",
    ),
    (
        "confirmTransaction, the last",
        "paid by a message to itself, where the published wallet sends at once (C3); \
        the confirmation alone stays below it, with its event and the signer's own time (C1)",
    ),
];

/// Runs a scenario with 15 custodians that touches every method of the interface.
struct Bill {
    wallet: Wallet,
    lines: Vec<Line>,
    published: bool,
}

impl Bill {
    fn of(published_wallet: bool) -> Vec<Line> {
        let contract = || if published_wallet { published() } else { ours() };
        let mut single = Wallet::of(contract(), 1, 1, 1000);
        let send = json!({ "dest": payee(1).to_string(), "value": TON.to_string(), "bounce": false, "flags": 3,
            "payload": base64(&Cell::default()) });
        let outcome = single.call(0, "sendTransaction", &send);
        let (mut deployed, deploy) = crate::wallet::try_deploy(contract(), &keys(0..15), 8, 1000 * TON);
        deployed.world.now += 1;
        let mut bill = Bill { wallet: deployed, lines: Vec::new(), published: published_wallet };
        bill.add("constructor", &deploy);
        bill.add("sendTransaction", &outcome);
        bill.payment();
        if !bill.published {
            bill.others();
        }
        bill.getters();
        bill.lines
    }

    /// Gas of a message and of the wallet's messages to itself that it led to.
    fn add(&mut self, name: &str, outcome: &Outcome) {
        let all = outcome.success();
        let own = &all[0].view.account;
        let runs = all.iter().filter(|t| t.view.account == *own).filter_map(|t| t.view.run());
        let (gas, steps) = runs.fold((0, 0), |sum, run| (sum.0 + run.gas_used, sum.1 + run.vm_steps));
        let first = all[0].view.run().map_or(0, |run| run.gas_used);
        self.lines.push(Line { name: name.to_owned(), gas, own: gas - first, steps: Some(steps) });
    }

    fn call(&mut self, name: &str, member: u8, function: &str, params: &Value) -> Outcome {
        let outcome = self.wallet.call(member, function, params);
        self.add(name, &outcome);
        outcome
    }

    fn payment(&mut self) {
        let outcome = self.call("submitTransaction", 0, "submitTransaction", &payment(&payee(1), TON));
        let bodies = outcome.events();
        let answer =
            bodies.iter().find_map(|b| self.wallet.contract.abi.decode_answer("submitTransaction", b).ok());
        let id = answer.expect("a submission answers").json()["transId"].clone();
        self.call("confirmTransaction", 1, "confirmTransaction", &transaction(&id));
        for member in 2..7 {
            self.wallet.confirm(member, &id).success();
        }
        self.call("confirmTransaction, the last", 7, "confirmTransaction", &transaction(&id));
        self.wallet.call(0, "submitTransaction", &payment(&payee(1), TOO_MUCH)).success();
        // The published wallet also asks of a getter's message to be newer than the last one.
        self.wallet.world.now += 1;
    }

    /// What the published wallet does not have.
    fn others(&mut self) {
        let id = self.wallet.get("getTransactionIds", &json!({}))["ids"][0].clone();
        let one = transaction(&id);
        self.call("rejectTransaction", 14, "rejectTransaction", &one);
        for member in 1..8 {
            self.wallet.confirm(member, &id).success();
        }
        self.call("executeTransaction", 0, "executeTransaction", &one);
        self.call("revokeConfirmation", 7, "revokeConfirmation", &one);
        let ext = extended(&payee(1), &Cell::default(), None, None);
        self.call("submitTransactionExt", 1, "submitTransactionExt", &ext);
        let params = crate::wallet::update(None, Some(9));
        let outcome = self.call("submitUpdate", 0, "submitUpdate", &params);
        let update = self.wallet.submitted(&outcome);
        self.call("confirmUpdate", 1, "confirmUpdate", &json!({ "updateId": update }));
        for member in 2..10 {
            self.wallet.call(member, "confirmUpdate", &json!({ "updateId": update })).success();
        }
        self.call("executeUpdate", 0, "executeUpdate", &json!({ "updateId": update, "code": null }));
        self.call("clean", 0, "clean", &json!({}));
        self.wallet.submit(0, &payee(1), TOO_MUCH);
    }

    fn getters(&mut self) {
        let id = self.wallet.get("getTransactionIds", &json!({}))["ids"][0].clone();
        let getters = [
            ("isConfirmed", json!({ "mask": 5, "index": 2 })),
            ("getParameters", json!({})),
            ("getTransaction", transaction(&id)),
            ("getTransactions", json!({})),
            ("getTransactionIds", json!({})),
            ("getCustodians", json!({})),
            ("getPending", json!({ "afterId": "0", "limit": 10 })),
            ("getUpdateRequests", json!({})),
            ("getEpoch", json!({})),
            ("getVersion", json!({})),
            ("getReserve", json!({})),
        ];
        for (name, params) in getters {
            if self.wallet.contract.abi.function(name).is_err() {
                continue;
            }
            let header = self.wallet.world.header(None);
            let message = self.wallet.contract.unsigned(name, &params, &header);
            let account = self.wallet.world.account(&self.wallet.contract.address);
            let context = LocalContext::new(UnixTime(self.wallet.world.now));
            let run = chain::run_local(&self.wallet.world.config, &account, &message, &context);
            let run = run.unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!(run.exit_code, 0, "{name}");
            self.lines.push(Line { name: name.to_owned(), gas: run.gas_used, own: 0, steps: None });
        }
    }
}

fn snapshot() -> String {
    let (ours_lines, theirs) = (Bill::of(false), Bill::of(true));
    let mut text = "15 custodians, 8 confirmations, one queued transaction. The gas of our messages includes that of the\n\
        messages of the wallet to itself. Ratio: ours / published. UPDATE_SNAPSHOTS=1 writes this file anew.\n\n"
        .to_owned();
    let columns = ["method", "gas", "steps", "published gas", "steps", "ratio"];
    line(&mut text, columns.map(str::to_owned));
    for own in &ours_lines {
        let steps = |line: &Line| line.steps.map_or_else(|| "-".to_owned(), |steps| steps.to_string());
        let published = theirs.iter().find(|line| line.name == own.name);
        line(
            &mut text,
            [
                own.name.clone(),
                own.gas.to_string(),
                steps(own),
                published.map_or_else(|| "-".to_owned(), |line| line.gas.to_string()),
                published.map_or_else(|| "-".to_owned(), steps),
                published.map_or_else(|| "-".to_owned(), |line| ratio(own.gas, line.gas)),
            ],
        );
    }
    above(&mut text, &ours_lines, &theirs);
    let size = |code: Option<Cell>| {
        let code = code.expect("an image has code");
        let stats = code.compute_unique_stats(usize::MAX).expect("no limit");
        (stats.cell_count, stats.bit_count)
    };
    let (own, other) = (size(ours().image.state_init.code), size(published().image.state_init.code));
    text.push('\n');
    for (name, own, other) in [("code cells", own.0, other.0), ("code bits", own.1, other.1)] {
        let dash = || "-".to_owned();
        line(
            &mut text,
            [name.to_owned(), own.to_string(), dash(), other.to_string(), dash(), ratio(own, other)],
        );
    }
    text
}

/// Says of every shared method above [`ALLOWED`] where its gas goes.
fn above(text: &mut String, ours: &[Line], theirs: &[Line]) {
    text.push_str("\nShared methods above 1.25:\n");
    for line in ours {
        let published = theirs.iter().find(|other| other.name == line.name);
        if published.is_some_and(|other| line.gas * 100 > other.gas * ALLOWED) {
            let reason = REASONS.iter().find(|(name, _)| *name == line.name);
            let (name, reason) =
                reason.unwrap_or_else(|| panic!("{} has no reason to cost so much", line.name));
            let first = line.gas - line.own;
            writeln!(text, "{name}: {first} + {} in the message to itself: {reason}", line.own)
                .expect("text grows");
        }
    }
}

fn ratio(own: u64, other: u64) -> String {
    let hundredths = (own * 100 + other / 2) / other;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

fn line(text: &mut String, columns: [String; 6]) {
    let [name, rest @ ..] = columns;
    write!(text, "{name:<30}").expect("text grows");
    for column in rest {
        write!(text, "{column:>15}").expect("text grows");
    }
    text.push('\n');
}

#[test]
fn gas_and_code_size_are_the_committed_ones() {
    let path = workspace("tests/multisig/gas.txt");
    let fresh = snapshot();
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some_and(|value| value == "1") {
        std::fs::write(&path, &fresh).expect("the snapshot can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == fresh, "tests/multisig/gas.txt differs; UPDATE_SNAPSHOTS=1 writes this:\n{fresh}");
}
