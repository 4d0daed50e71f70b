//! Runs the program and reads what it says.

use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use serde_json::Value;

/// The program with these arguments and nothing from the caller's environment that would change it.
pub(crate) fn subgov<'a>(args: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::cargo_bin("subgov").expect("the program is built before its tests");
    for name in
        ["STATE", "ORGANISATION", "PHRASE", "SECRET", "PASSWORD", "KEYS", "CONTRACTS", "IMAGES", "NETWORK"]
    {
        command.env_remove(format!("SUBGOV_{name}"));
    }
    // There is nobody to ask.
    command.env("SUBGOV_YES", "1");
    // No user has a configuration there.
    command.env("XDG_CONFIG_HOME", env!("CARGO_TARGET_TMPDIR"));
    command.args(args);
    command
}

/// What a finished run said.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    fn new(output: &Output) -> Self {
        let run = Self {
            status: output.status.code().expect("the program ends by itself"),
            stdout: String::from_utf8(output.stdout.clone()).expect("answers are text"),
            stderr: String::from_utf8(output.stderr.clone()).expect("messages are text"),
        };
        crate::secrets::absent(&run.stdout, "standard output");
        crate::secrets::absent(&run.stderr, "standard error");
        run
    }

    /// Runs a command that was put together elsewhere.
    pub(crate) fn of(command: &mut Command) -> Self {
        Self::new(&command.output().expect("the program starts"))
    }
}

pub(crate) fn run<'a>(args: impl IntoIterator<Item = &'a str>) -> Run {
    Run::new(&subgov(args).output().expect("the program starts"))
}

/// Runs with this text on standard input.
pub(crate) fn run_with_input<'a>(args: impl IntoIterator<Item = &'a str>, input: &str) -> Run {
    Run::new(&subgov(args).write_stdin(input).output().expect("the program starts"))
}

/// Runs with `--json`, checks the envelope and returns it with the exit status.
pub(crate) fn json<'a>(args: impl IntoIterator<Item = &'a str>) -> (i32, Value) {
    let Run { status, stdout, stderr } = run(args.into_iter().chain(["--json"]));
    let envelope: Value = serde_json::from_str(&stdout).unwrap_or_else(|e| panic!("{e}\n{stdout}\n{stderr}"));
    assert_eq!(stderr, "", "with --json everything is in the envelope");
    assert_eq!(envelope["schema"], "subgov/1");
    assert_eq!(envelope["ok"], Value::from(status == 0));
    let errors = envelope["errors"].as_array().expect("errors are a list");
    assert_eq!(errors.is_empty(), status == 0);
    for error in errors {
        assert_eq!(error["status"], status);
        for part in ["code", "what", "why", "hint"] {
            assert!(error[part].as_str().is_some_and(|text| !text.is_empty()), "{part} of {error}");
        }
    }
    (status, envelope)
}

/// Asserts that a command fails with this status and code, telling what, why and what next on stderr, and that
/// `why` is part of the reason.
#[track_caller]
pub(crate) fn fails<'a>(args: impl IntoIterator<Item = &'a str>, status: i32, code: &str, why: &str) {
    let args: Vec<_> = args.into_iter().collect();
    let told = run(args.iter().copied());
    assert_eq!(told.status, status, "{args:?}: {}", told.stderr);
    assert_eq!(told.stdout, "", "{args:?}: a failure has no answer");
    assert!(told.stderr.contains(&format!("error[{code}]: ")), "{args:?}: {}", told.stderr);
    assert!(told.stderr.contains("\n  why:  ") && told.stderr.contains("\n  next: "), "{}", told.stderr);
    assert!(told.stderr.contains(why), "{args:?}: \"{why}\" is in\n{}", told.stderr);
    let (same, envelope) = json(args);
    assert_eq!((same, &envelope["errors"][0]["code"]), (status, &Value::from(code)));
}

/// A path as an argument.
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("temporary paths are text")
}
