//! Runs the program and reads what it says.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Output, Stdio};

use assert_cmd::Command;
use serde_json::Value;

use crate::schemas::Schemas;

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
    /// What a process said that has ended. No secret may be in it.
    pub(crate) fn read(output: &Output) -> Self {
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
        Self::read(&command.output().expect("the program starts"))
    }

    /// Exit status and envelope of a run with `--json`; both have to be as the schemas say. `args` begin with the noun.
    #[track_caller]
    pub(crate) fn envelope(&self, args: &[&str]) -> (i32, Value) {
        let Self { status, stdout, stderr } = self;
        let envelope: Value =
            serde_json::from_str(stdout).unwrap_or_else(|e| panic!("{args:?}: {e}\n{stdout}\n{stderr}"));
        assert_eq!(stderr, "", "with --json everything is in the envelope");
        let wrong = Schemas::get().wrong(args, *status, &envelope);
        assert!(wrong.is_empty(), "{args:?}: {}\n{envelope:#}", wrong.join("\n"));
        (*status, envelope)
    }
}

/// A node in a process of its own; killed with its test.
pub(crate) struct NodeProcess {
    child: Child,
    stdout: BufReader<std::process::ChildStdout>,
    pub(crate) url: String,
}

impl NodeProcess {
    /// Starts one on a free port with a clock that stands still.
    pub(crate) fn start(args: &[&str]) -> Self {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_subgov"))
            .args(["node", "start", "--port", "0", "--frozen", "--json"])
            .args(args)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("it is a pipe"));
        let mut told = String::new();
        // One value, over as many lines as it takes.
        while serde_json::from_str::<Value>(&told).is_err() {
            assert_ne!(stdout.read_line(&mut told).expect("readable"), 0, "it ended with {told}");
        }
        let ready = Run { status: 0, stdout: told, stderr: String::new() };
        let (_, ready) = ready.envelope(&["node", "start"]);
        let url = ready["data"]["url"].as_str().expect("an URL").to_owned();
        Self { child, stdout, url }
    }

    /// Asks it to end as a system does.
    pub(crate) fn terminate(mut self) {
        let asked = std::process::Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(asked.expect("there is a kill").success());
        assert!(self.child.wait().expect("it ends").success(), "it ends by itself");
        let mut rest = String::new();
        std::io::Read::read_to_string(&mut self.stdout, &mut rest).expect("readable");
        crate::secrets::absent(&rest, "standard output of the node");
    }

    /// Kills it, as a failure of power would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }
}

impl Drop for NodeProcess {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn run<'a>(args: impl IntoIterator<Item = &'a str>) -> Run {
    Run::read(&subgov(args).output().expect("the program starts"))
}

/// Runs with this text on standard input.
pub(crate) fn run_with_input<'a>(args: impl IntoIterator<Item = &'a str>, input: &str) -> Run {
    Run::read(&subgov(args).write_stdin(input).output().expect("the program starts"))
}

/// Runs with `--json`; gives exit status and envelope, which are as the schemas say.
#[track_caller]
pub(crate) fn json<'a>(args: impl IntoIterator<Item = &'a str>) -> (i32, Value) {
    let args: Vec<_> = args.into_iter().chain(["--json"]).collect();
    run(args.iter().copied()).envelope(&args)
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
