//! A member's month by hand: a key of one's own in the key store, an organisation on a node in another process, votes,
//! a payout that is confirmed on a machine without a network, the trace of it, and the results, checked.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use keys::Signer as _;
use serde_json::Value;

use crate::secrets::PASSWORD;
use crate::support::{NodeProcess, Run, text};

const MEMBER: &str = "Renat Skitsan";
/// The key of the proposal that the member's own takes the place of.
const PROPOSED: &str = "dbab2a32120be106f1eb9dbd80ca7c87742f574f31a5d7f188f695efa47e5e6d";
const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts");
const IMAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../abi");
const WEEK: &str = "604800";

/// The member's desk: a directory, a key store, a node elsewhere.
struct Desk {
    folder: tempfile::TempDir,
    node: NodeProcess,
}

impl Desk {
    fn new() -> Self {
        let node = NodeProcess::start(&["--time", "1606780800"]);
        Self { folder: tempfile::tempdir().expect("there is room"), node }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A command of the program with the member's key store and nothing else from outside.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env_clear().current_dir(self.folder.path());
        command.env("HOME", self.folder.path()).env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("SUBGOV_KEYS", self.path("keys")).env("SUBGOV_PASSWORD", PASSWORD);
        command.env("SUBGOV_YES", "1").env("SUBGOV_IMAGES", IMAGES);
        command
    }

    /// Runs `subgov` with `--json`; gives the data.
    #[track_caller]
    fn alone(&self, args: &[&str]) -> Value {
        let output = self.command(env!("CARGO_BIN_EXE_subgov")).args(args).arg("--json").output();
        data(args, &output.expect("the program starts"))
    }

    /// The same on the organisation.
    #[track_caller]
    fn run(&self, args: &[&str]) -> Value {
        let state = self.path("org");
        let there = ["--state", text(&state)];
        self.alone(&[args, &there].concat())
    }

    fn advance(&self, seconds: &str) {
        self.run(&["node", "advance", seconds]);
    }
}

#[track_caller]
fn data(args: &[&str], output: &Output) -> Value {
    let (status, envelope) = Run::read(output).envelope(args);
    assert_eq!(status, 0, "{args:?}: {envelope:#}");
    envelope["data"].clone()
}

/// The first member of that name anywhere in a value.
fn find<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    match value {
        Value::Object(members) => members
            .get(name)
            .and_then(Value::as_str)
            .or_else(|| members.values().find_map(|value| find(value, name))),
        Value::Array(items) => items.iter().find_map(|item| find(item, name)),
        _ => None,
    }
}

/// Files of an organisation whose first member has that key.
fn organisation(folder: &Path, key: &str) {
    fs::create_dir(folder).expect("a new directory");
    for name in ["members.toml", "stages.toml", "topics.toml", "contests.toml", "governance.toml"] {
        let file = fs::read_to_string(format!("{SCRIPTS}/{name}")).expect("the project has this file");
        assert!(name != "members.toml" || file.contains(PROPOSED), "the proposal's key is there");
        fs::write(folder.join(name), file.replace(PROPOSED, key)).expect("writable");
    }
}

#[test]
fn a_member_spends_a_month_with_the_organisation() {
    let desk = Desk::new();
    let key = create_key(&desk);
    found(&desk, &key);
    vote(&desk, &key);
    judge(&desk);
    let (confirmation, executed) = confirm_offline(&desk, &key);
    look_at_the_trace(&desk, &confirmation, &executed);
    publish_and_verify(&desk);
}

/// Monday: a key of one's own.
fn create_key(desk: &Desk) -> String {
    let made = desk.alone(&["key", "new", "renat", "--memory", "19"]);
    let key = find(&made, "public_key").expect("the public key is told").to_owned();
    let listed = desk.alone(&["key", "list"]);
    assert_eq!(find(&listed, "public_key"), Some(key.as_str()), "{listed:#}");
    key
}

/// The organisation is founded with that key among its members.
fn found(desk: &Desk, key: &str) {
    let files = desk.path("files");
    organisation(&files, key);
    desk.run(&["node", "init", "--network", &desk.node.url, "--organisation", text(&files)]);
    let members = desk.run(&["member", "list"]);
    assert_eq!(members["members"][0]["name"], MEMBER, "{members:#}");
    assert_eq!(members["members"][0]["public_key"], key, "the member's own key, no stand-in");
    desk.run(&["member", "attest", "--as", MEMBER]);
    let fund = desk.run(&["stage", "fund", "--as", MEMBER, "1"]);
    let id = fund["result"]["transaction"].as_str().expect("a transaction").to_owned();
    for member in 1..=7 {
        desk.run(&["multisig", "confirm", "--as", &member.to_string(), &id]);
    }
}

/// The first week: open proposals, a vote.
fn vote(desk: &Desk, key: &str) {
    let jury = [100, 101, 102].map(|index| {
        let juror = keys::development::signer(index).public_key();
        format!("--juror={juror}=giver")
    });
    let jury: Vec<&str> = jury.iter().map(String::as_str).collect();
    desk.run(&[&["contest", "launch", "--as", "1", "1"], &jury[..]].concat());
    let proposals = desk.run(&["proposal", "list"]);
    assert_eq!(
        (&proposals[0]["outcome"], &proposals[0]["yes"]),
        (&"active".into(), &0.into()),
        "{proposals:#}"
    );
    let counted = desk.run(&["proposal", "vote", "--as", MEMBER, "1"]);
    assert_eq!(counted["result"]["yes"], 1, "the vote of {key} counts: {counted:#}");
    for member in 1..=7 {
        desk.run(&["proposal", "vote", "--as", &member.to_string(), "1"]);
    }
    desk.run(&["proposal", "execute", "--wait", "1"]);
    let contests = desk.run(&["contest", "list"]);
    assert_eq!(contests[0]["phase"], "funded", "{contests:#}");
}

/// Two weeks later: entries, cards, a ranking.
fn judge(desk: &Desk) {
    desk.advance(WEEK);
    let work = desk.path("work.txt");
    for (key, content) in [("200", "one work"), ("201", "another work")] {
        fs::write(&work, content).expect("writable");
        let link = format!("https://example.org/{key}");
        desk.run(&["entry", "submit", "--key", key, "1", "--work", text(&work), "--link", &link]);
    }
    desk.advance("1209600");
    desk.run(&["contest", "draw", "1"]);
    let card = desk.path("card.toml");
    fs::write(
        &card,
        "[[line]]\nentry = 1\nverdict = \"for\"\nscore = 9\ncomment = \"good\"\n\n\
         [[line]]\nentry = 2\nverdict = \"for\"\nscore = 7\ncomment = \"fair\"\n",
    )
    .expect("writable");
    for key in ["100", "101", "102"] {
        desk.run(&["jury", "commit", "--key", key, "1", "--card", text(&card)]);
    }
    desk.advance("432000");
    for key in ["100", "101", "102"] {
        desk.run(&["jury", "reveal", "--key", key, "1"]);
    }
    desk.advance("259200");
    let ranked = desk.run(&["contest", "advance", "1"]);
    assert_eq!(ranked["result"]["phase"], "confirm", "{ranked:#}");
}

/// The payout: prepared on the desk, signed on a machine without a network, sent from the desk.
fn confirm_offline(desk: &Desk, key: &str) -> (Value, Value) {
    let waiting = desk.run(&["multisig", "list"]);
    let id = waiting[0]["id"].as_str().expect("the payout waits").to_owned();
    let (prepared, signed) = (desk.path("confirm.json"), desk.path("confirm.signed.json"));
    desk.run(&["multisig", "confirm", "--as", MEMBER, &id, "--prepare", text(&prepared)]);
    let before = desk.run(&["multisig", "list"]);
    assert_eq!(before[0]["received"], 0, "nothing was sent: {before:#}");
    let now = desk.run(&["node", "advance", "0"])["now"].to_string();
    let review = sign_without_network(desk, &prepared, &now, &signed);
    assert_eq!(find(&review, "public_key"), Some(key), "{review:#}");
    let confirmation = desk.run(&["submit", text(&signed)]);
    let after = desk.run(&["multisig", "list"]);
    assert_eq!(after[0]["received"], 1, "{after:#}");
    let mut executed = Value::Null;
    for member in 1..=7 {
        executed = desk.run(&["multisig", "confirm", "--as", &member.to_string(), &id]);
    }
    let contests = desk.run(&["contest", "list"]);
    assert_eq!(contests[0]["phase"], "payable", "{contests:#}");
    (confirmation, executed)
}

/// Signs where there is no network: in a name space of its own where the system lets us make one, in any case by code
/// that knows no network.
fn sign_without_network(desk: &Desk, prepared: &Path, now: &str, signed: &Path) -> Value {
    let (program, verb) = signer();
    let file = [text(prepared), "--as", "renat", "--now", now, "--yes", "--out", text(signed), "--json"];
    let args = [verb, &file].concat();
    let isolated = Command::new("unshare").args(["-rn", "true"]).output();
    let output = if isolated.is_ok_and(|tried| tried.status.success()) {
        desk.command("unshare").args(["-rn", text(&program)]).args(&args).output()
    } else {
        desk.command(text(&program)).args(&args).output()
    };
    data(&["sign"], &output.expect("the program starts"))
}

/// The small program beside ours, which tests of the whole workspace build; the same command of ours otherwise.
fn signer() -> (PathBuf, &'static [&'static str]) {
    let own = Path::new(env!("CARGO_BIN_EXE_subgov"));
    let beside = own.with_file_name("subgov-sign");
    if beside.is_file() { (beside, &[]) } else { (own.to_owned(), &["sign"]) }
}

/// What the confirmation did, message by message.
fn look_at_the_trace(desk: &Desk, confirmation: &Value, executed: &Value) {
    for (what, call) in [(confirmation, "confirmTransaction"), (executed, "confirmed")] {
        let message = find(what, "message").expect("the message is told");
        let trace = desk.run(&["trace", message]);
        assert!(trace.to_string().contains(call), "{call} in {trace:#}");
    }
}

/// The end of the month: paid, settled, published, written down, checked.
fn publish_and_verify(desk: &Desk) {
    desk.run(&["contest", "pay", "1"]);
    desk.advance("90000");
    desk.run(&["contest", "settle", "1"]);
    desk.run(&["contest", "publish", "--as", MEMBER, "1", "--link", "https://example.org/records/1"]);
    let catalogue = desk.path("catalogue");
    let exported = desk.run(&["results", "export", text(&catalogue)]);
    assert_eq!(exported["differences"], Value::Array(Vec::new()), "{exported:#}");
    let index = fs::read_to_string(catalogue.join("index.html")).expect("a page");
    assert!(index.contains("DevOps Jury Contest"), "{index}");
    let members = fs::read_to_string(catalogue.join("members.html")).expect("a page");
    assert!(members.contains(MEMBER), "{members}");
    let file = catalogue.join("catalogue.json");
    let verified = desk.run(&["results", "verify", text(&file)]);
    assert_eq!(verified["differences"], Value::Array(Vec::new()));
    let rpc = format!("{}/rpc", desk.node.url);
    let elsewhere = desk.run(&["results", "verify", text(&file), "--network", &rpc]);
    assert_eq!(elsewhere["compared"], verified["compared"], "another protocol tells the same");
}
