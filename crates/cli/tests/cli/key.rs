//! Keys: made, imported, listed, exported, used offline. Every run is searched for every secret by `support`.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use keys::{Phrase, Signer, development};
use serde_json::{Value, json};
use signing::{Claims, Network, Prepared, Signed};
use tempfile::TempDir;
use ton_abi::{ContractAbi, Header, UnixMillis, UnixTime};

use crate::secrets::{OTHER_PASSWORD, PASSWORD, PHRASE, SECRET, absent, absent_too, files, of_phrase};
use crate::support::{Run, subgov};

/// A user with a home and a key store; keys cost as little as people may choose.
struct User {
    home: TempDir,
}

impl User {
    fn new() -> Self {
        Self { home: tempfile::tempdir().expect("there is room") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = subgov(args.iter().copied());
        command.env("XDG_CONFIG_HOME", self.home.path()).env("SUBGOV_PASSWORD", PASSWORD);
        command.current_dir(self.home.path());
        command
    }

    fn run(&self, args: &[&str]) -> Run {
        self.run_with(args, "")
    }

    fn run_with(&self, args: &[&str], input: &str) -> Run {
        Run::of(self.command(args).write_stdin(input))
    }

    fn json(&self, args: &[&str], input: &str) -> (i32, Value) {
        let args: Vec<_> = args.iter().copied().chain(["--json"]).collect();
        let run = self.run_with(&args, input);
        run.envelope(&args)
    }

    /// Keeps the phrase of the SDK's tests as `mine`.
    fn with_key() -> Self {
        let user = Self::new();
        let run = user.run_with(&["key", "import", "mine", "--memory", "19"], PHRASE);
        assert_eq!(run.status, 0, "{}", run.stderr);
        user
    }

    #[track_caller]
    fn fails(&self, args: &[&str], input: &str, status: i32, code: &str) -> String {
        let run = self.run_with(args, input);
        assert_eq!((run.status, run.stdout.as_str()), (status, ""), "{args:?}: {}", run.stderr);
        assert!(run.stderr.contains(&format!("error[{code}]: ")), "{args:?}: {}", run.stderr);
        run.stderr
    }
}

fn public(index: u32) -> String {
    Phrase::parse(PHRASE).unwrap().key(index).unwrap().public_key().to_string()
}

#[test]
fn an_imported_key_is_listed_and_shown_without_a_password() {
    let user = User::with_key();
    let list = Run::of(user.command(&["key", "list"]).env_remove("SUBGOV_PASSWORD"));
    assert_eq!((list.status, list.stderr.as_str()), (0, ""));
    assert!(list.stdout.contains("mine") && list.stdout.contains(&public(0)), "{}", list.stdout);
    let (status, shown) = user.json(&["key", "show", "mine"], "");
    assert_eq!(status, 0);
    assert_eq!(
        shown["data"]["key"],
        json!({
            "name": "mine", "public_key": public(0), "kind": "phrase", "path": "m/44'/396'/0'/0/0",
            "development": false, "member": null,
        })
    );
    assert!(user.path("subgov/keys/mine.key").is_file(), "the default directory is that of the user");
}

#[test]
fn a_secret_key_and_other_paths_are_imported() {
    let user = User::new();
    let (status, kept) =
        user.json(&["key", "import", "bare", "--secret", "--memory", "19"], &format!("{SECRET}\n"));
    assert_eq!(
        (status, &kept["data"]["key"]["kind"], &kept["data"]["key"]["path"]),
        (0, &json!("secret"), &Value::Null)
    );
    let (_, kept) = user.json(&["key", "import", "third", "--index", "3", "--memory", "19"], PHRASE);
    assert_eq!(kept["data"]["key"]["public_key"], public(3));
    let told = user.fails(&["key", "import", "x"], &PHRASE.replace("crystal", "cristal"), 4, "bad-phrase");
    assert!(told.contains("word 8 is not in the BIP-39 list, the nearest is \"crystal\""), "{told}");
    user.fails(&["key", "import", "x", "--secret"], "00ff", 4, "bad-secret");
    user.fails(&["key", "import", "../x"], PHRASE, 2, "bad-key-name");
    user.fails(&["key", "import", "7"], PHRASE, 2, "bad-key-name");
    user.fails(&["key", "import", "x", "--memory", "18"], PHRASE, 2, "key-cost");
    user.fails(&["key", "export", "bare", "--phrase", "--out", "p"], "", 4, "no-phrase");
    user.fails(&["key", "path", "bare"], "", 4, "no-phrase");
}

#[test]
fn keys_at_the_paths_of_a_phrase_are_shown_and_kept() {
    let user = User::with_key();
    let (status, shown) = user.json(&["key", "path", "mine", "--from", "2", "--count", "2"], "");
    assert_eq!(status, 0, "{shown}");
    let keys = shown["data"]["keys"].as_array().expect("a list");
    let told: Vec<_> = keys.iter().map(|key| (&key["path"], &key["public_key"])).collect();
    let (third, fourth) = (json!(public(2)), json!(public(3)));
    assert_eq!(told, [(&json!("m/44'/396'/0'/0/2"), &third), (&json!("m/44'/396'/0'/0/3"), &fourth)]);
    let run = user.run(&["key", "path", "mine", "--from", "2", "--save", "second", "--memory", "19"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let (_, shown) = user.json(&["key", "show", "second"], "");
    assert_eq!(shown["data"]["key"]["public_key"], third);
    user.fails(&["key", "path", "mine", "--save", "second"], "", 5, "key-exists");
    user.fails(&["key", "path", "mine", "--from", "2147483647"], "", 2, "bad-path");
}

#[test]
fn a_new_phrase_is_shown_only_on_request_and_can_be_exported() {
    let user = User::new();
    let (status, made) = user.json(&["key", "new", "first", "--memory", "19"], "");
    assert_eq!(status, 0, "{made}");
    assert!(
        made["warnings"][0].as_str().is_some_and(|text| text.contains("the phrase was not shown")),
        "{made}"
    );
    let shown = user.run(&["key", "new", "second", "--words", "12", "--show-phrase", "--memory", "19"]);
    assert_eq!(shown.status, 0, "{}", shown.stderr);
    let phrase = shown.stdout.lines().next().expect("the phrase comes first").to_owned();
    assert_eq!(phrase.split(' ').count(), 12);
    let stored = user.run(&["key", "export", "second", "--phrase", "--out", "words"]);
    assert_eq!(stored.status, 0, "{}", stored.stderr);
    assert_eq!(fs::read_to_string(user.path("words")).unwrap(), format!("{phrase}\n"));

    // What was made by chance is searched for, too.
    let export = user.run(&["key", "export", "first", "--phrase", "--out", "more"]);
    let first = fs::read_to_string(user.path("more")).unwrap();
    assert_eq!(first.trim().split(' ').count(), 24);
    let mut forms = of_phrase(first.trim(), 1);
    forms.extend(of_phrase(&phrase, 1));
    for (name, told) in files(user.home.path(), &[&user.path("words"), &user.path("more")]) {
        absent_too(&told, &forms, &name);
    }
    absent_too(&shown.stderr, &forms, "progress");
    absent_too(&(export.stdout + &export.stderr), &forms, "the export");
    absent_too(&made.to_string(), &forms, "the envelope");
}

#[test]
fn a_phrase_never_goes_into_json() {
    let user = User::with_key();
    let (status, refused) = user.json(&["key", "new", "other", "--show-phrase"], "");
    assert_eq!((status, &refused["errors"][0]["code"]), (2, &json!("secret-in-json")));
    for descriptor in ["1", "2"] {
        let (status, refused) = user.json(&["key", "export", "mine", "--secret", "--to-fd", descriptor], "");
        assert_eq!((status, &refused["errors"][0]["code"]), (2, &json!("secret-in-json")));
    }
    let (status, done) = user.json(&["key", "export", "mine", "--secret", "--out", "out"], "");
    assert_eq!((status, &done["data"]["exported"]), (0, &json!("secret")));
}

#[cfg(unix)]
#[test]
fn an_export_is_a_new_file_of_its_owner_or_an_open_descriptor() {
    use std::os::unix::fs::PermissionsExt;

    let user = User::with_key();
    let run = user.run(&["key", "export", "mine", "--phrase", "--out", "words"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert_eq!(fs::read_to_string(user.path("words")).unwrap(), format!("{PHRASE}\n"));
    assert_eq!(fs::metadata(user.path("words")).unwrap().permissions().mode() & 0o777, 0o600);
    user.fails(&["key", "export", "mine", "--phrase", "--out", "words"], "", 5, "file-exists");
    user.fails(&["key", "export", "mine", "--out", "words"], "", 2, "usage");
    user.fails(&["key", "export", "mine", "--phrase"], "", 2, "usage");
    user.fails(&["key", "export", "mine", "--phrase", "--to-fd", "777"], "", 2, "bad-descriptor");

    let mut shell = Command::new("sh");
    shell
        .args(["-c", "\"$SUBGOV\" key export mine --secret --to-fd 3 3>secret"])
        .current_dir(user.home.path());
    shell.env("SUBGOV", assert_cmd::cargo::cargo_bin!("subgov")).env("XDG_CONFIG_HOME", user.home.path());
    let run = Run::of(shell.env("SUBGOV_PASSWORD", PASSWORD));
    assert_eq!(run.status, 0, "{}", run.stderr);
    let secret = Phrase::parse(PHRASE).unwrap().key(0).unwrap().reveal_secret();
    assert_eq!(fs::read_to_string(user.path("secret")).unwrap(), format!("{}\n", *secret));
}

#[test]
fn wrong_passwords_and_broken_files_are_told_and_lose_nothing() {
    let user = User::with_key();
    let file = user.path("subgov/keys/mine.key");
    let before = fs::read(&file).unwrap();
    let wrong = |args: &[&str]| Run::of(user.command(args).env("SUBGOV_PASSWORD", OTHER_PASSWORD));
    let told = wrong(&["key", "path", "mine"]);
    assert!(told.status == 4 && told.stderr.contains("error[wrong-password]"), "{}", told.stderr);
    let none = Run::of(user.command(&["key", "path", "mine"]).env_remove("SUBGOV_PASSWORD"));
    assert!(none.status == 4 && none.stderr.contains("error[no-password]"), "{}", none.stderr);
    user.fails(&["key", "import", "mine"], PHRASE, 5, "key-exists");
    user.fails(&["key", "show", "yours"], "", 4, "unknown-key");
    assert_eq!(fs::read(&file).unwrap(), before);

    fs::write(&file, &before[..before.len() / 2]).unwrap();
    user.fails(&["key", "show", "mine"], "", 4, "key-truncated");
    let list = user.run(&["key", "list"]);
    assert!(list.status == 0 && list.stderr.contains("warning: [key-truncated]"), "{}", list.stderr);
    fs::write(&file, String::from_utf8(before.clone()).unwrap().replace(&public(0), &public(1))).unwrap();
    user.fails(&["key", "show", "mine"], "", 4, "key-damaged");
    fs::write(&file, &before).unwrap();
    assert_eq!(user.run(&["key", "path", "mine"]).status, 0);
}

#[cfg(unix)]
#[test]
fn a_key_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;

    let user = User::with_key();
    let (file, folder) = (user.path("subgov/keys/mine.key"), user.path("subgov/keys"));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&file), mode(&folder)), (0o600, 0o700));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let told = user.fails(&["key", "path", "mine"], "", 4, "key-permissions");
    assert!(told.contains("chmod 600 "), "{told}");
}

#[cfg(unix)]
#[test]
fn a_password_is_changed() {
    let user = User::with_key();
    fs::write(user.path("new"), format!("{OTHER_PASSWORD}\n")).unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-c", "\"$SUBGOV\" key password mine --memory 19 --new-password-fd 3 3<new"]);
    shell.current_dir(user.home.path()).env("SUBGOV", assert_cmd::cargo::cargo_bin!("subgov"));
    shell.env("XDG_CONFIG_HOME", user.home.path()).env("SUBGOV_PASSWORD", PASSWORD);
    let run = Run::of(&mut shell);
    assert_eq!(run.status, 0, "{}", run.stderr);
    user.fails(&["key", "path", "mine"], "", 4, "wrong-password");
    assert_eq!(
        Run::of(user.command(&["key", "path", "mine"]).env("SUBGOV_PASSWORD", OTHER_PASSWORD)).status,
        0
    );
}

#[test]
fn the_development_phrase_is_kept_only_on_request() {
    let user = User::new();
    user.fails(&["key", "import", "dev", "--memory", "19"], development::PHRASE, 5, "development-key");
    let secret = development::signer(20).key_pair().reveal_secret().to_string();
    user.fails(&["key", "import", "dev", "--secret", "--memory", "19"], &secret, 5, "development-key");
    let (status, kept) =
        user.json(&["key", "import", "dev", "--development", "--memory", "19"], development::PHRASE);
    assert_eq!((status, &kept["data"]["key"]["development"]), (0, &json!(true)), "{kept}");
    assert!(kept["warnings"][0].as_str().is_some_and(|text| text.contains("everybody knows it")), "{kept}");
}

/// Prepares the confirmation of a transaction for the key `mine`.
fn prepare(user: &User) -> Prepared {
    let abi = concat!(env!("CARGO_MANIFEST_DIR"), "/../../abi/Multisig.abi.json");
    let abi = ContractAbi::parse(&fs::read_to_string(abi).unwrap()).unwrap();
    let pubkey = Some(Phrase::parse(PHRASE).unwrap().key(0).unwrap().public_key());
    let header = Header { time: UnixMillis(1), expire: UnixTime(u32::MAX), pubkey };
    let wallet = format!("0:{}", "11".repeat(32)).parse().unwrap();
    let message =
        abi.call_message(&wallet, "confirmTransaction", &json!({ "transactionId": 7 }), &header).unwrap();
    let network = Network { name: "main".into(), global_id: 42, development: false };
    let claims = Claims { title: "pays".into(), lines: Vec::new(), prepared_at: UnixTime(1) };
    let prepared = Prepared::new(&message, &abi, network, claims).unwrap();
    fs::write(user.path("pay.prepared.json"), prepared.to_json().unwrap()).unwrap();
    prepared
}

#[test]
fn a_message_is_signed_offline() {
    let user = User::with_key();
    let prepared = prepare(&user);
    let shown = user.run(&["sign", "pay.prepared.json"]);
    assert_eq!(shown.status, 0, "{}", shown.stderr);
    assert!(shown.stdout.contains(&format!("To sign      {}\n", prepared.hash())), "{}", shown.stdout);
    user.fails(&["sign", "pay.prepared.json", "--as", "mine"], "", 5, "not-agreed");
    let (status, told) = user.json(&["sign", "pay.prepared.json", "--as", "mine", "--yes"], "");
    assert_eq!(status, 0, "{told}");
    let signed = Signed::parse(&fs::read(user.path("pay.signed.json")).unwrap()).unwrap();
    assert_eq!(told["data"]["signed"]["message_hash"], signed.message_hash().to_string());
    let (status, told) = user.json(&["sign", "missing.json"], "");
    assert_eq!((status, &told["errors"][0]["code"]), (2, &json!("missing-file")));
}

#[test]
fn nothing_outside_of_the_store_holds_a_secret() {
    let user = User::with_key();
    prepare(&user);
    for args in [
        &["key", "list"][..],
        &["key", "path", "mine", "--save", "second", "--memory", "19"],
        &["sign", "pay.prepared.json", "--as", "mine", "--yes", "--qr"],
        &["config", "show"],
    ] {
        let run = user.run(args);
        assert_eq!(run.status, 0, "{args:?}: {}", run.stderr);
    }
    // Not even the store itself holds one in the clear.
    let found = files(user.home.path(), &[]);
    assert!(found.len() >= 4, "{} files are searched", found.len());
    for (name, told) in found {
        absent(&told, &name);
    }
}
