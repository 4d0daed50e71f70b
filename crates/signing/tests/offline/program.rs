//! The real program `subgov-sign`, with wrong inputs, too. Every run is searched for every secret.

use std::fs;
use std::path::PathBuf;

use assert_cmd::Command;
use keys::{Path, Phrase, Signer};
use keystore::{Cost, Password, Secret, Store};
use serde_json::{Value, json};
use signing::{Network, Prepared, Signed};
use tempfile::TempDir;
use ton_abi::{ContractAbi, Header, UnixMillis, UnixTime};

use crate::support::{NOW, PHRASE, changed, claims, key, multisig, network, wallet};

const PASSWORD: &str = "correct horse";

/// A machine without a network: a key store and a prepared message.
struct Machine {
    folder: TempDir,
    store: Store,
}

struct Run {
    status: i32,
    stdout: String,
    stderr: String,
}

impl Machine {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("keys")).with_cost(Cost::new(64, 1, 1).unwrap());
        let machine = Self { folder, store };
        let secret = Secret::phrase(Phrase::parse(PHRASE).unwrap(), Path::account(0).unwrap()).unwrap();
        machine.store.add(&"mine".parse().unwrap(), &secret, &Password::new(PASSWORD).unwrap()).unwrap();
        machine.prepare(&multisig(), UnixTime(u32::MAX), &network());
        machine
    }

    /// A message for the key of the phrase, good until `expire`.
    fn prepare(&self, abi: &ContractAbi, expire: UnixTime, network: &Network) {
        let header = Header { time: UnixMillis(1), expire, pubkey: Some(key().public_key()) };
        let params = json!({ "transactionId": 7 });
        let message = abi.call_message(&wallet(), "confirmTransaction", &params, &header).unwrap();
        let prepared = Prepared::new(&message, abi, network.clone(), claims()).unwrap();
        fs::write(self.path("pay.prepared.json"), prepared.to_json().unwrap()).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::cargo_bin("subgov-sign").expect("the program is built before its tests");
        command.current_dir(self.folder.path()).env("SUBGOV_KEYS", self.store.directory());
        command.env_remove("SUBGOV_PASSWORD").args(args);
        command
    }

    fn run(&self, args: &[&str]) -> Run {
        finish(self.command(args).env("SUBGOV_PASSWORD", PASSWORD))
    }

    fn signed(&self, name: &str) -> Signed {
        Signed::parse(&fs::read(self.path(name)).unwrap()).unwrap()
    }
}

fn finish(command: &mut Command) -> Run {
    let output = command.output().expect("the program starts");
    let run = Run {
        status: output.status.code().expect("it ends by itself"),
        stdout: String::from_utf8(output.stdout).expect("text"),
        stderr: String::from_utf8(output.stderr).expect("text"),
    };
    let secret = key().reveal_secret();
    for told in [&run.stdout, &run.stderr] {
        for hidden in [PASSWORD, "abandon math", "knife young", &secret, &secret.to_uppercase()] {
            assert!(!told.contains(hidden), "a secret is in\n{told}");
        }
    }
    run
}

const FILE: &str = "pay.prepared.json";

#[test]
fn a_message_is_shown_and_signed() {
    let machine = Machine::new();
    let run = machine.run(&[FILE]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    assert!(run.stdout.contains("Call         confirmTransaction\n  transactionId  7\n"), "{}", run.stdout);
    assert!(
        run.stdout.contains("WARNING [blind]") && run.stdout.contains("Nothing was signed"),
        "{}",
        run.stdout
    );
    assert!(!machine.path("pay.signed.json").exists());

    let run = machine.run(&[FILE, "--as", "mine", "--yes"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(run.stderr.contains("WARNING [blind]"), "the review is shown before: {}", run.stderr);
    let signed = machine.signed("pay.signed.json");
    assert!(run.stdout.contains(&format!("message      {}\n", signed.message_hash())), "{}", run.stdout);
    assert_eq!(signed.public_key(), key().public_key());

    let again = machine.run(&[FILE, "--as", "mine", "--yes"]);
    assert_eq!(again.status, 5);
    assert!(
        again.stderr.contains("error[file-exists]") && again.stderr.contains("pay.signed.json"),
        "{}",
        again.stderr
    );
}

#[test]
fn programs_get_one_envelope() {
    let machine = Machine::new();
    let envelope = |run: &Run| serde_json::from_str::<Value>(&run.stdout).expect("an envelope");
    let run = machine.run(&[FILE, "--as", "mine", "--yes", "--json", "--out", "out.json"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    let told = envelope(&run);
    assert_eq!((&told["schema"], &told["ok"]), (&json!("subgov/1"), &json!(true)));
    assert_eq!(told["data"]["review"]["function"], "confirmTransaction");
    assert_eq!(told["data"]["signed"]["message_hash"], machine.signed("out.json").message_hash().to_string());

    let run = machine.run(&[FILE, "--as", "yours", "--json"]);
    let told = envelope(&run);
    assert_eq!((run.status, &told["errors"][0]["code"]), (4, &json!("unknown-key")));
    assert_eq!(told["data"]["review"]["function"], "confirmTransaction", "what could be read is told");

    let run = machine.run(&["--json"]);
    assert_eq!((run.status, &envelope(&run)["errors"][0]["code"]), (2, &json!("usage")));
}

#[test]
fn nothing_is_signed_without_agreement_password_or_time() {
    let machine = Machine::new();
    let fails = |run: Run, status: i32, code: &str| {
        assert_eq!((run.status, run.stdout.as_str()), (status, ""), "{}", run.stderr);
        assert!(run.stderr.contains(&format!("error[{code}]")), "{}", run.stderr);
        assert!(!machine.path("pay.signed.json").exists());
    };
    fails(machine.run(&[FILE, "--as", "mine"]), 5, "not-agreed");
    let wrong = machine
        .command(&[FILE, "--as", "mine", "--yes"])
        .env("SUBGOV_PASSWORD", "incorrect horse")
        .unwrap_err();
    assert_eq!(wrong.as_output().and_then(|output| output.status.code()), Some(4));
    fails(finish(&mut machine.command(&[FILE, "--as", "mine", "--yes"])), 4, "no-password");
    fails(machine.run(&["missing.json", "--as", "mine", "--yes"]), 2, "missing-file");
    fails(machine.run(&[FILE, "--as", "../mine", "--yes"]), 2, "bad-key-name");

    machine.prepare(&multisig(), NOW, &network());
    fails(machine.run(&[FILE, "--as", "mine", "--yes"]), 5, "expired");
    fs::write(machine.path(FILE), "{").unwrap();
    fails(machine.run(&[FILE, "--as", "mine", "--yes"]), 2, "bad-file");
}

#[test]
fn dangers_are_accepted_by_name() {
    let machine = Machine::new();
    let old = changed(&multisig(), |document| document["version"] = "2.0".into());
    machine.prepare(&old, UnixTime(u32::MAX), &network());
    let run = machine.run(&[FILE, "--as", "mine", "--yes"]);
    assert_eq!(run.status, 5);
    assert!(run.stderr.contains("error[not-accepted]"), "{}", run.stderr);
    assert!(run.stderr.contains("add --accept address-not-signed"), "{}", run.stderr);
    let run = machine.run(&[FILE, "--as", "mine", "--yes", "--accept", "address-not-signed"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
}

#[test]
fn a_signature_of_another_device_is_attached() {
    let machine = Machine::new();
    let prepared = Prepared::parse(&fs::read(machine.path(FILE)).unwrap()).unwrap();
    let signature = hex(&key().sign(&prepared.hash().0).unwrap());
    let run = machine.run(&[FILE, "--attach", &signature[2..]]);
    assert!(run.status == 4 && run.stderr.contains("error[bad-signature]"), "{}", run.stderr);
    let other = hex(&key().sign(&[0; 32]).unwrap());
    let run = machine.run(&[FILE, "--attach", &other]);
    assert!(run.status == 4 && run.stderr.contains("error[bad-signature]"), "{}", run.stderr);
    let run = finish(machine.command(&[FILE, "--attach", "-"]).write_stdin(signature.to_uppercase()));
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert_eq!(hex(&machine.signed("pay.signed.json").signature().0), signature);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(unix)]
#[test]
fn another_program_signs() {
    use std::os::unix::fs::PermissionsExt;

    let machine = Machine::new();
    let prepared = Prepared::parse(&fs::read(machine.path(FILE)).unwrap()).unwrap();
    let signature = hex(&key().sign(&prepared.hash().0).unwrap());
    let script = machine.path("agent");
    fs::write(&script, format!("#!/bin/sh\ncat > request\necho {signature}\n")).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o700)).unwrap();
    let run = machine.run(&[FILE, "--with", "./agent", "--yes"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let request: Value = serde_json::from_str(&fs::read_to_string(machine.path("request")).unwrap()).unwrap();
    let expected = json!({ "public_key": key().public_key(), "hash": prepared.hash().to_string() });
    assert_eq!(request, expected);

    fs::write(&script, "#!/bin/sh\necho no key here >&2\nexit 1\n").unwrap();
    let run = machine.run(&[FILE, "--with", "./agent", "--yes", "--out", "second.json"]);
    assert!(run.status == 4 && run.stderr.contains("error[signer]"), "{}", run.stderr);
    assert!(!machine.path("second.json").exists());
}

#[cfg(unix)]
#[test]
fn a_password_comes_from_a_descriptor() {
    let machine = Machine::new();
    let line = "exec 3<password; \"$SIGN\" pay.prepared.json --as mine --yes --password-fd 3";
    fs::write(machine.path("password"), format!("{PASSWORD}\nanother line\n")).unwrap();
    let mut command = Command::new("sh");
    command
        .args(["-c", line])
        .current_dir(machine.folder.path())
        .env("SUBGOV_KEYS", machine.store.directory());
    command.env("SIGN", assert_cmd::cargo::cargo_bin!("subgov-sign")).env("SUBGOV_PASSWORD", "not this one");
    let run = finish(&mut command);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert_eq!(machine.signed("pay.signed.json").public_key(), key().public_key());
}

#[test]
fn codes_are_drawn_on_request() {
    let machine = Machine::new();
    let run = machine.run(&[FILE, "--as", "mine", "--yes", "--qr"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(
        run.stdout.contains("The signature:\n") && run.stdout.contains("The signed message in base64:\n")
    );
    assert!(run.stdout.matches('█').count() > 400);
}
