//! Wrong and right command lines that need no network.

use std::process::Stdio;

use crate::schemas::Schemas;
use crate::secrets::{PHRASE, SECRET};
use crate::support::{fails, json, run, run_with_input, subgov, text};

#[test]
fn unknown_commands_and_flags_are_usage_errors() {
    fails(["frobnicate"], 2, "usage", "unrecognized subcommand 'frobnicate'");
    fails(["member", "lst"], 2, "usage", "unrecognized subcommand 'lst'");
    fails(["member", "list", "--colour"], 2, "usage", "unexpected argument '--colour'");
    fails(["multisig", "confirm", "--state", "x", "--as", "0"], 2, "usage", "<ID>");
    fails(["explain", "many"], 2, "unknown-code", "neither the machine, the compiler");
}

#[test]
fn a_similar_command_is_suggested() {
    let told = run(["memb"]);
    assert!(told.stderr.contains("next: a similar subcommand exists: 'member'"), "{}", told.stderr);
}

#[test]
fn no_command_shows_the_help_and_fails() {
    let told = run([]);
    assert_eq!((told.status, told.stdout.as_str()), (2, ""));
    assert!(told.stderr.contains("Usage: subgov"), "{}", told.stderr);
    assert_eq!(run(["member"]).status, 2);
    for args in [&[][..], &["member"]] {
        let (status, envelope) = json(args.iter().copied());
        assert_eq!((status, envelope["errors"][0]["code"].as_str()), (2, Some("usage")));
    }
}

#[test]
fn help_and_version_are_answers() {
    for args in [["--help"], ["--version"]] {
        let told = run(args);
        assert_eq!((told.status, told.stderr.as_str()), (0, ""));
        assert!(told.stdout.contains("subgov"));
    }
    assert!(!run(["demo", "--help"]).stdout.contains("skip-confirmation"));
}

#[test]
fn the_help_needs_nothing_that_takes_time() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    // Neither configuration nor organisation, state or keys are looked at: all of them are broken here.
    for name in ["subgov.toml", "config.toml", "deployment.json", "node.state", "members.toml"] {
        std::fs::write(folder.path().join(name), "\u{0}broken").expect("writable");
    }
    for args in [&["--help"][..], &["--version"], &["proposal", "create", "--help"], &["help", "multisig"]] {
        let output = subgov(args.iter().copied())
            .current_dir(folder.path())
            .env("XDG_CONFIG_HOME", folder.path())
            .env("SUBGOV_STATE", folder.path())
            .env("SUBGOV_ORGANISATION", folder.path())
            .env("SUBGOV_KEYS", folder.path())
            .output()
            .expect("the program starts");
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]), "{args:?}");
    }
}

#[test]
fn shells_get_scripts_that_complete_nouns_and_verbs() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let told = run(["completions", shell]);
        assert_eq!((told.status, told.stderr.as_str()), (0, ""), "{shell}");
        for word in ["multisig", "proposal", "nominate", "completions", "dry-run"] {
            assert!(told.stdout.contains(word), "{word} in the script for {shell}");
        }
        let (_, envelope) = json(["completions", shell]);
        assert_eq!(
            (&envelope["data"]["shell"], &envelope["data"]["script"]),
            (&shell.into(), &told.stdout.into())
        );
        let errors = Schemas::get().errors("completions", &envelope["data"]);
        assert!(errors.is_empty(), "{errors:?}");
    }
    let script = run(["completions", "bash"]).stdout;
    let mut bash = assert_cmd::Command::new("bash");
    bash.args(["-c", "eval \"$(cat)\" && COMP_WORDS=(subgov multi) COMP_CWORD=1 && _subgov subgov multi subgov && echo \"${COMPREPLY[@]}\""]);
    let told = bash.write_stdin(script).output().expect("there is a bash");
    assert_eq!(String::from_utf8_lossy(&told.stdout).trim(), "multisig", "{told:?}");
}

#[test]
fn members_are_listed_with_their_keys() {
    let told = run(["member", "list"]);
    assert_eq!((told.status, told.stderr.as_str()), (0, ""));
    assert!(told.stdout.contains("Itakura") && told.stdout.contains("15 members, decisions need 8 of them."));

    let (_, envelope) = json(["member", "list"]);
    let members = envelope["data"]["members"].as_array().expect("members are a list");
    assert_eq!(members.len(), 15);
    assert_eq!(members[12]["name"], "Anton");
    assert_eq!(members[12]["public_key"], "bb1f2e4671eeccfdaefc5e07437d32f08da1aa23fdcdd909a1dfe41fb23e2943");
}

#[test]
fn the_plan_is_listed_with_its_sums() {
    let told = run(["stage", "list"]);
    assert_eq!(told.status, 0);
    assert!(told.stdout.contains("673 120") && told.stdout.contains("All stages: 2 129 120 TON."));
    let (_, envelope) = json(["stage", "list"]);
    assert_eq!(envelope["data"]["stages"][0]["contests"][0]["budget"]["total"], "1120000000000");
    assert!(envelope["data"]["stages"][1]["contests"][1]["budget"].is_null());
}

#[test]
fn an_organisation_of_ones_own_is_checked() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let path = text(folder.path());
    fails(["member", "list", "--organisation", path], 2, "missing-file", "No such file");

    let scripts = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts");
    for name in ["members.toml", "stages.toml", "topics.toml", "contests.toml", "governance.toml"] {
        let file = std::fs::read_to_string(format!("{scripts}/{name}")).expect("the project has this file");
        std::fs::write(folder.path().join(name), file.replace("673_120", "673_121")).expect("writable");
    }
    let why = "stage 1 declares 673121 TON, its contests give 673120 TON";
    fails(["stage", "list", "--organisation", path], 2, "bad-organisation", why);
    assert_eq!(run(["stage", "list", "--organisation", scripts]).status, 0);
}

#[test]
fn exit_codes_are_explained() {
    assert!(run(["explain", "102"]).stdout.starts_with("102 NO_TRANSACTION (multisig)\n"));
    assert!(run(["explain", "37"]).stdout.contains("(action phase)"));
    assert!(run(["explain", "-14"]).stdout.contains("OUT_OF_GAS"));
    let (_, envelope) = json(["explain", "40"]);
    assert_eq!(
        envelope["data"]["meanings"].as_array().map(Vec::len),
        Some(2),
        "40 has a meaning in each phase"
    );
    fails(["explain", "9999"], 2, "unknown-code", "neither the machine, the compiler");
}

#[test]
fn a_phrase_gives_the_key_of_the_sdk() {
    let told = run_with_input(["key", "public"], PHRASE);
    assert_eq!(told.status, 0, "{}", told.stderr);
    assert!(told.stdout.starts_with("61c3c5b97a33c9c0a03af112fbb27e3f44d99e1f804853f9842bb7a6e5de3ff9\n"));
    assert!(told.stdout.contains("m/44'/396'/0'/0/0") && told.stdout.contains("no member of the proposal"));
}

#[test]
fn a_wrong_phrase_is_a_key_error_and_is_not_repeated() {
    for (phrase, why) in [
        (
            PHRASE.replace("crystal", "cristal"),
            "word 8 is not in the BIP-39 list, the nearest is \"crystal\"",
        ),
        (PHRASE.replace("young", "math"), "their checksum is wrong"),
        ("abandon".to_owned(), "this one has 1"),
    ] {
        let told = run_with_input(["key", "public"], &phrase);
        assert_eq!((told.status, told.stdout.as_str()), (4, ""));
        assert!(told.stderr.contains("error[bad-phrase]") && told.stderr.contains(why), "{}", told.stderr);
        assert!(!told.stderr.contains("rookie") && !told.stderr.contains("cristal"), "{}", told.stderr);
    }
}

#[test]
fn a_wrong_path_is_a_usage_error() {
    fails(["key", "public", "--index", "2147483648"], 2, "bad-path", "2147483648");
    fails(["key", "public", "--path", "m/x"], 2, "usage", "m/x");
}

#[test]
fn a_reader_who_goes_away_is_no_error() {
    for args in [["member", "list"], ["member", "--help"]] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let output = std::process::Command::new(assert_cmd::cargo::cargo_bin!("subgov"))
            .args(args)
            .stdout(Stdio::from(writer))
            .stderr(Stdio::piped())
            .output()
            .expect("the program starts");
        assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()), "{args:?}");
    }
}

#[test]
fn a_secret_on_the_command_line_is_refused_and_not_repeated() {
    // What is told is searched for secrets in any case.
    let alone = [&["key", "import", "mine"][..], &PHRASE.split(' ').collect::<Vec<_>>()].concat();
    for args in [&["key", "public", PHRASE][..], &["multisig", "list", "--state", PHRASE], &alone] {
        let (status, envelope) = json(args.iter().copied());
        assert_eq!((status, &envelope["errors"][0]["code"]), (4, &"secret-argument".into()), "{envelope:#}");
    }
    fails(["key", "import", "mine", SECRET], 2, "usage", "unexpected argument");
    fails(["config", "show", "--network", "http://me:hunter2@far.example"], 4, "secret-argument", "password");
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_cannot_be_written_is_told_and_a_file_without_an_end_is_not_read_to_it() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("linux has it");
    let output = std::process::Command::new(assert_cmd::cargo::cargo_bin!("subgov"))
        .args(["member", "list"])
        .stdout(full)
        .stderr(Stdio::piped())
        .output()
        .expect("the program starts");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("error[output]") && told.contains("is done all the same"), "{told}");
    for args in [["submit", "/dev/zero"], ["sign", "/dev/zero"]] {
        let state = ["--state", "nowhere"];
        let args = if args[0] == "submit" { [&args[..], &state].concat() } else { args.to_vec() };
        let (status, envelope) = json(args);
        assert_eq!((status, &envelope["errors"][0]["code"]), (2, &"bad-file".into()), "{envelope:#}");
    }
}
