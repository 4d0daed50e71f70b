//! Who signs for a member whose key was changed by a decision: the stand-in no more, but the environment, the key store
//! or another program that has the new key.

use std::fs;
use std::path::Path;

use keys::{KeyPair, Phrase, Signer as _};
use serde_json::Value;

use crate::secrets::{OTHER_PASSWORD, PASSWORD, PHRASE, SECRET};
use crate::support::{Run, json, subgov, text};

/// The member whose key was changed.
const MEMBER: &str = "Senya Ostrovsky";

/// An organisation in `org`, whose member 1 has the key of [`PHRASE`] by a decision.
struct Rotated {
    home: tempfile::TempDir,
}

impl Rotated {
    fn new() -> Self {
        let it = Self { home: tempfile::tempdir().expect("there is room") };
        let key = Phrase::parse(PHRASE).and_then(|phrase| phrase.key(0)).expect("a phrase").public_key();
        it.done(&["node", "init", "--images", concat!(env!("CARGO_MANIFEST_DIR"), "/../../abi")]);
        fs::write(it.home.path().join("why.md"), "The old key was lost.\n").expect("writable");
        let document = it.home.path().join("why.md");
        let create = ["proposal", "create", "rotate-key", "--as", "0", "1", "--to", &key.to_string()];
        let link = ["--link", "https://example.org/why", "--document", text(&document)];
        let proposal = it.done(&[&create[..], &link].concat())["result"]["proposal"].to_string();
        for member in 0..8 {
            it.done(&["proposal", "vote", "--as", &member.to_string(), &proposal]);
        }
        it.done(&["proposal", "execute", "--wait", &proposal]);
        it
    }

    #[track_caller]
    fn done(&self, args: &[&str]) -> Value {
        let (status, envelope) = self.run(args, &[]);
        assert_eq!(status, 0, "{args:?}: {envelope:#}");
        envelope["data"].clone()
    }

    /// Exit status and envelope with these environment variables.
    #[track_caller]
    fn run(&self, args: &[&str], variables: &[(&str, &str)]) -> (i32, Value) {
        let state = self.home.path().join("org");
        let args: Vec<_> = args.iter().copied().chain(["--state", text(&state), "--json"]).collect();
        let mut command = subgov(args.iter().copied());
        command.env("XDG_CONFIG_HOME", self.home.path()).envs(variables.iter().copied());
        Run::of(&mut command).envelope(&args)
    }

    /// Lets `who` submit a payment.
    #[track_caller]
    fn submit(&self, who: &str, more: &[&str], variables: &[(&str, &str)]) -> (i32, Value) {
        let args = ["multisig", "submit", "--as", who, "--to", "giver", "--value", "1"];
        self.run(&[&args[..], more].concat(), variables)
    }

    /// The refusal of a payment, of which nothing was sent.
    #[track_caller]
    fn refused(
        &self,
        who: &str,
        more: &[&str],
        variables: &[(&str, &str)],
        status: i32,
        code: &str,
    ) -> Value {
        let before = self.waiting();
        let (found, envelope) = self.submit(who, more, variables);
        let error = envelope["errors"][0].clone();
        assert_eq!((found, &error["code"]), (status, &code.into()), "{envelope:#}");
        assert_eq!(self.waiting(), before, "nothing was sent");
        error
    }

    /// Members who submitted a payment that waits.
    fn waiting(&self) -> Vec<Value> {
        let waiting = self.done(&["multisig", "list"]);
        waiting.as_array().expect("a list").iter().map(|item| item["submitted_by"].clone()).collect()
    }

    fn keep(&self, name: &str) {
        let mut command = subgov(["key", "import", name, "--memory", "19"]);
        command.env("XDG_CONFIG_HOME", self.home.path()).env("SUBGOV_PASSWORD", PASSWORD);
        let kept = Run::of(command.write_stdin(PHRASE));
        assert_eq!(kept.status, 0, "{}", kept.stderr);
    }
}

#[test]
fn the_new_key_of_a_member_signs_from_environment_store_and_other_programs_and_the_old_one_does_not() {
    let org = Rotated::new();
    let error = org.refused(MEMBER, &[], &[], 4, "no-key");
    assert!(error["hint"].as_str().is_some_and(|hint| hint.contains("subgov key import")), "{error}");

    // The environment: only the key that is asked for.
    let own = [("SUBGOV_PHRASE", PHRASE)];
    assert_eq!(org.submit(MEMBER, &[], &own).0, 0);
    org.refused(MEMBER, &[], &[("SUBGOV_SECRET", SECRET)], 4, "no-key");
    org.refused(MEMBER, &[], &[("SUBGOV_SECRET", &SECRET[1..])], 4, "bad-secret");
    org.refused(MEMBER, &[], &[("SUBGOV_PHRASE", &PHRASE[1..])], 4, "bad-secret");

    // The key store: by the member's name, and by the key's own.
    org.keep("travel");
    org.refused(MEMBER, &[], &[], 4, "no-password");
    org.refused(MEMBER, &[], &[("SUBGOV_PASSWORD", OTHER_PASSWORD)], 4, "wrong-password");
    let known = [("SUBGOV_PASSWORD", PASSWORD)];
    assert_eq!(org.submit(MEMBER, &[], &known).0, 0);
    assert_eq!(org.submit("travel", &[], &known).0, 0);
    assert_eq!(org.submit("1", &["--dry-run"], &[]).0, 0, "what is only shown needs no secret");
    assert_eq!(org.waiting(), [MEMBER, MEMBER, MEMBER]);
}

#[cfg(unix)]
#[test]
fn another_program_signs_what_it_is_shown_and_nothing_else() {
    let org = Rotated::new();
    let answer = org.home.path().join("answer");
    let signer = signer(org.home.path());
    let with_program = ["--signer-command", text(&signer)];
    // The first time it only notes what it is asked; the chain's time stands still, so the next message is the same one.
    org.refused(MEMBER, &with_program, &[], 4, "signer");
    let request = fs::read(org.home.path().join("request")).expect("it was asked");
    let request: Value = serde_json::from_slice(&request).expect("a line of JSON");
    let pair = Phrase::parse(PHRASE).and_then(|phrase| phrase.key(0)).expect("a phrase");
    assert_eq!(request["public_key"], pair.public_key().to_string());
    let hash: ton_abi::Hash = request["hash"].as_str().expect("digits").parse().expect("256 bits");

    let wrong = KeyPair::from_secret_hex(SECRET).expect("a key").sign(&hash.0).expect("a signature");
    fs::write(&answer, ton_abi::Signature(wrong).to_string()).expect("writable");
    let error = org.refused(MEMBER, &with_program, &[], 4, "signer");
    assert!(error.to_string().contains("not one of this key"), "{error}");

    let right = pair.sign(&hash.0).expect("a signature");
    fs::write(&answer, ton_abi::Signature(right).to_string()).expect("writable");
    let (status, envelope) = org.submit(MEMBER, &with_program, &[]);
    assert_eq!(status, 0, "{envelope:#}");
    assert_eq!(org.waiting(), [MEMBER]);
}

/// A program that writes down what it is asked, and answers what somebody has put there.
#[cfg(unix)]
fn signer(folder: &Path) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt;

    let path = folder.join("signer");
    let script = format!("#!/bin/sh\ncd '{}'\ncat > request\ncat answer 2> /dev/null\n", text(folder));
    fs::write(&path, script).expect("writable");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).expect("ours");
    path
}

#[test]
fn a_member_is_named_in_many_ways_and_a_stranger_in_none() {
    let folder = tempfile::tempdir().expect("there is room");
    let state = folder.path().join("org");
    let init = ["node", "init", "--grant", "1", "--state", text(&state)];
    assert_eq!(
        json(init.into_iter().chain(["--images", concat!(env!("CARGO_MANIFEST_DIR"), "/../../abi")])).0,
        0
    );
    let key = json(["member", "list", "--state", text(&state)]).1["data"]["members"][3]["public_key"].clone();
    let submit = |who: &str| {
        let args =
            ["multisig", "submit", "--to", "giver", "--value", "1", "--dry-run", "--state", text(&state)];
        let (status, envelope) = json(args.into_iter().chain(["--as", who]));
        let told = if status == 0 {
            &envelope["data"]["steps"][0]["signed_by"]
        } else {
            &envelope["errors"][0]["code"]
        };
        (status, told.clone())
    };
    let name = submit("3").1;
    for who in [name.as_str().expect("a name"), "Mitya", key.as_str().expect("a key")] {
        assert_eq!(submit(who), (0, name.clone()), "{who}");
    }
    assert_eq!(submit("Anton"), (0, "Anton".into()), "a whole name wins over the start of another");
    for who in ["15", "Nobody", "", "A"] {
        let (status, code) = submit(who);
        assert!(status == 2, "{who:?}: {status} {code}");
    }
    let (status, code) = submit(&"7".repeat(64));
    assert!(status != 0, "nobody's key: {code}");
}
