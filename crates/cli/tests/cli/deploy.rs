//! Foundings through the real program: planned, killed half-way, resumed, verified.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use node_server::http::Running;
use node_server::options::StartArgs;
use serde_json::Value;
use tokio::runtime::Runtime;
use ton_abi::Address;
use ton_client::net::{GraphqlTransport, Options, Transport};

use crate::secrets::{PASSWORD, PHRASE};
use crate::support::{NodeProcess, Run, fails, json, run, subgov, text};

/// Built contracts: compiling them each time would take longer than all the rest.
const IMAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../abi");

/// A node behind a socket, whose clock stands still.
struct Node {
    runtime: Runtime,
    running: Option<Running>,
    url: String,
}

impl Node {
    fn start() -> Self {
        let runtime = node_server::runtime().expect("the system has threads");
        let args = StartArgs { port: Some(0), frozen: true, ..StartArgs::default() };
        let running = runtime.block_on(args.start()).expect("the node starts");
        let url = running.url();
        Self { runtime, running: Some(running), url }
    }

    /// How many transactions each of these accounts has.
    fn transactions(&self, accounts: &[String]) -> BTreeMap<String, usize> {
        let transport = GraphqlTransport::new(std::slice::from_ref(&self.url), Options::default());
        let transport = transport.expect("the node's address");
        let count = |account: &String| {
            let address: Address = account.parse().expect("an address");
            let found = self.runtime.block_on(transport.transactions(&address, None, 200));
            (account.clone(), found.expect("the node answers").len())
        };
        accounts.iter().map(count).collect()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.stop());
        }
    }
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("there is room for a directory")
}

fn arguments<'a>(verb: &'a str, url: &'a str, state: &'a str) -> Vec<&'a str> {
    vec!["deploy", verb, "--network", url, "--state", state, "--images", IMAGES, "--stand-ins"]
}

fn apply<'a>(url: &'a str, state: &'a str) -> Vec<&'a str> {
    let mut all = arguments("apply", url, state);
    all.push("--yes");
    all
}

/// The program as a process of its own.
fn start(args: &[&str]) -> Child {
    let prepared = subgov(args.iter().copied());
    let mut command = Command::new(prepared.get_program());
    command.args(prepared.get_args());
    for (name, value) in prepared.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("the program starts")
}

/// Lines of a journal that are whole.
fn lines(journal: &Path) -> usize {
    std::fs::read(journal).map_or(0, |bytes| bytes.iter().filter(|byte| **byte == b'\n').count())
}

/// Kills the process once the journal has so many lines; `false` if it ended by itself before.
fn kill_at(mut child: Child, journal: &Path, wanted: usize) -> bool {
    loop {
        if lines(journal) >= wanted {
            child.kill().expect("a running process can be killed");
            let status = child.wait().expect("it ends");
            return !status.success();
        }
        if child.try_wait().expect("its state is known").is_some() {
            return false;
        }
        std::thread::yield_now();
    }
}

fn addresses(data: &Value) -> Vec<String> {
    let all = data["addresses"].as_object().expect("addresses by name");
    all.values().map(|address| address.as_str().expect("a text").to_owned()).collect()
}

#[test]
fn killed_again_and_again_on_a_real_node_it_ends_as_if_undisturbed() {
    let folder = folder();
    let (calm, wild) = (Node::start(), Node::start());
    let state = folder.path().join("calm");
    let (status, whole) = json(apply(&calm.url, text(&state)));
    assert_eq!(status, 0, "{whole}");
    let accounts = addresses(&whole["data"]);

    let state = folder.path().join("wild");
    let journal = state.join("deploy.journal");
    let mut kills = 0;
    for wanted in [1, 2, 3, 5, 8, 11, 14, 17, 20, 23, 26] {
        kills += usize::from(kill_at(start(&apply(&wild.url, text(&state))), &journal, wanted));
    }
    assert!(kills >= 3, "{kills} of the runs were killed");
    let (status, told) = json(arguments("status", &wild.url, text(&state)));
    assert_eq!(status, 0, "{told}");
    let (status, resumed) = json(apply(&wild.url, text(&state)));
    assert_eq!(status, 0, "{resumed}");
    assert_eq!(resumed["data"]["addresses"], whole["data"]["addresses"]);
    assert_eq!(wild.transactions(&accounts), calm.transactions(&accounts));
    let (status, verified) = json(arguments("verify", &wild.url, text(&state)));
    assert_eq!((status, &verified["data"]["differences"]), (0, &Value::Array(Vec::new())), "{verified}");

    // The directory is one that all other commands take.
    let (status, members) = json(["member", "list", "--state", text(&state)]);
    assert_eq!((status, members["data"]["members"].as_array().map(Vec::len)), (0, Some(15)));
    let registry = whole["data"]["addresses"]["registry"].as_str().expect("an address").to_owned();
    let (status, known) = json(["contract", "verify", "--images", IMAGES, "--network", &wild.url, &registry]);
    assert_eq!((status, &known["data"]["contract"]), (0, &Value::from("MemberRegistry")), "{known}");
}

#[test]
fn a_founding_is_planned_applied_and_verified_in_a_directory() {
    let folder = folder();
    let state = folder.path().join("org");
    let state = text(&state);
    let local = |verb| vec!["deploy", verb, "--state", state, "--images", IMAGES, "--stand-ins"];
    let (status, plan) = json(local("plan"));
    assert_eq!(status, 0, "{plan}");
    assert_eq!((&plan["data"]["live"], &plan["data"]["fees_from"]), (&false.into(), &"rehearsal".into()));
    let steps = plan["data"]["steps"].as_array().expect("steps");
    assert!(steps.iter().all(|step| step["done"] == false), "{plan}");
    assert!(!Path::new(state).exists(), "a plan writes nothing");
    fails(local("status"), 2, "no-journal", "no journal");
    let unasked = subgov(local("apply")).env_remove("SUBGOV_YES").output().expect("the program starts");
    let told = String::from_utf8_lossy(&unasked.stderr).into_owned();
    assert!(unasked.status.code() == Some(5) && told.contains("error[not-agreed]"), "{told}");
    let applied = run(local("apply").into_iter().chain(["--yes"]));
    assert_eq!(applied.status, 0, "{}", applied.stderr);
    assert!(applied.stdout.contains("everything is as its files say"), "{}", applied.stdout);

    // What was planned is what came.
    let (status, told) = json(local("status"));
    assert_eq!((status, &told["data"]["done"]), (0, &true.into()), "{told}");
    assert_eq!(told["data"]["addresses"], plan["data"]["addresses"]);
    let (status, again) = json(local("apply").into_iter().chain(["--yes"]));
    assert_eq!(status, 0, "{again}");
    let steps = again["data"]["steps"].as_array().expect("steps");
    assert!(steps.iter().all(|step| step["taken"] != "now"), "{again}");
    assert_eq!(json(local("verify")).0, 0);

    // Other files: all differences are told, and what members can decide becomes a file.
    let files = folder.path().join("files");
    std::fs::create_dir(&files).expect("there is room");
    for name in ["members", "stages", "topics", "contests", "governance"] {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../scripts/{name}.toml"));
        let text = std::fs::read_to_string(source).expect("the files of the proposal");
        let text =
            text.replace("\nmax_place = 3", "\nmax_place = 2").replace("grace = \"14d\"", "grace = \"7d\"");
        std::fs::write(files.join(format!("{name}.toml")), text).expect("there is room");
    }
    let other = |verb| [local(verb), vec!["--organisation", text(&files)]].concat();
    fails(other("verify"), 1, "differs", "parameter maxPlace");
    let emit = folder.path().join("out");
    let (status, plan) = json([other("plan"), vec!["--emit", text(&emit)]].concat());
    assert_eq!((status, &plan["data"]["live"]), (0, &true.into()), "{plan}");
    assert_eq!(plan["data"]["findings"][0]["remedies"][0]["action"], "SetParams");
    let file = plan["data"]["files"][0]["path"].as_str().expect("a file was written");
    let file = std::fs::read_to_string(file).expect("it is there");
    let file = governance::payload::ProposalFile::parse(&file).expect("a decision");
    let governance::payload::Action::SetParams(params) = file.action else { panic!("{}", file.title) };
    assert_eq!((params.max_place, params.grace.0), (2, 7 * 86_400));
    fails(other("apply"), 5, "journal-mismatch", "organisation was");
}

#[test]
fn contracts_are_built_and_checked() {
    let folder = folder();
    let manifest = Path::new(IMAGES).join("manifest.json");
    let (status, built) = json(["contract", "build", "--check", text(&manifest)]);
    assert_eq!((status, &built["data"]["changes"]), (0, &Value::Array(Vec::new())), "{built}");
    let changed = std::fs::read_to_string(&manifest)
        .expect("it is committed")
        .replace("codeHash\": \"", "codeHash\": \"0");
    let other = folder.path().join("manifest.json");
    std::fs::write(&other, changed).expect("there is room");
    fails(["contract", "build", "--check", text(&other)], 1, "differs", "codeHash of Multisig");
    fails(["contract", "build", "--check", "nowhere.json"], 2, "bad-manifest", "");
    fails(["contract", "verify", "multisig"], 2, "usage", "begins empty");
}

#[test]
fn where_no_development_key_may_sign_an_organisation_is_founded_with_a_key_of_the_store() {
    let folder = folder();
    let config = folder.path().join("node.toml");
    // Its giver is poor, so that nothing says that the network is one for development.
    std::fs::write(&config, "giver_balance = \"1000000000\"\n").expect("writable");
    let node = NodeProcess::start(&["--config", text(&config)]);
    let (keys, state) = (folder.path().join("keys"), folder.path().join("org"));
    let kept = subgov(["key", "import", "founder", "--memory", "19", "--keys", text(&keys)])
        .env("SUBGOV_PASSWORD", PASSWORD)
        .write_stdin(PHRASE)
        .ok();
    assert!(kept.is_ok(), "{kept:?}");
    let deploy = |verb: &'static str, more: &[&str]| {
        let base = ["deploy", verb, "--network", &node.url, "--state", text(&state), "--images", IMAGES];
        let giver = ["--main-giver", "0:1111111111111111111111111111111111111111111111111111111111111111"];
        let args = [&base[..], &giver, more, &["--json"]].concat();
        let mut command = subgov(args.iter().copied());
        Run::of(command.env("SUBGOV_PASSWORD", PASSWORD).env("SUBGOV_KEYS", &keys)).envelope(&args)
    };
    let refused = |(status, envelope): (i32, Value)| (status, envelope["errors"][0]["code"].clone());

    assert_eq!(refused(deploy("apply", &[])), (4, "no-key".into()));
    assert_eq!(
        refused(deploy("apply", &["--as", "founder", "--stand-ins"])).0,
        5,
        "members need their own keys"
    );
    let (status, poor) = deploy("apply", &["--as", "founder"]);
    assert_eq!((status, &poor["errors"][0]["code"]), (5, &"short-balance".into()), "{poor:#}");
    let hint = poor["errors"][0]["hint"].as_str().expect("what to do");
    let words: Vec<_> = hint.split(' ').collect();
    let (value, to) = (words[1], words[4].trim_end_matches(','));
    assert_eq!(json(["node", "fund", "--network", &node.url, "--to", to, "--value", value]).0, 0, "{hint}");

    let (status, founded) = deploy("apply", &["--as", "founder"]);
    assert_eq!(status, 0, "{founded:#}");
    let (status, again) = deploy("apply", &["--as", "founder"]);
    assert_eq!((status, &again["data"]["addresses"]), (0, &founded["data"]["addresses"]), "{again:#}");
    let (status, verified) = deploy("verify", &["--as", "founder"]);
    assert_eq!((status, &verified["data"]["differences"]), (0, &Value::Array(Vec::new())), "{verified:#}");
    node.terminate();
}
