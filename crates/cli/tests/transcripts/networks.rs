//! Networks that transcripts start from. Each is made once, by the program, from the one before, and copied.

use std::io::{BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::{Deserializer, Value};

use super::copy;
use super::known::{PASSWORD, PHRASE};

/// Built contracts of this project.
pub(crate) const IMAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../abi");

/// A network in a process of its own, with a clock that stands still and blocks by hand.
const NODE: &str = "a running node";

/// No network, but a key store with the key `treasurer`, which comes from the phrase of the SDK's tests.
const KEPT_KEY: &str = "a kept key";

/// The founded organisation, and a key store with the key `renat`, with which the first custodian signs.
const CUSTODIAN: &str = "a custodian's key";

/// A network: its name, the one that it is made from, and the commands that make it. `ID` is the oldest transaction
/// that waits in the multisig.
struct Recipe {
    name: &'static str,
    from: Option<&'static str>,
    commands: &'static [&'static str],
}

/// Public keys of the development keys 100 to 102, the jury from outside.
macro_rules! outside_jury {
    () => {
        "--juror J100=giver --juror J101=giver --juror J102=giver"
    };
}

const RECIPES: &[Recipe] = &[
    // The organisation is founded, its multisig has the money of stage 1.
    Recipe { name: "the founded organisation", from: None, commands: &["node init --images IMAGES"] },
    // Seven members have confirmed a grant of stage 2, which is too early: the treasury will refuse it.
    Recipe {
        name: "an early grant",
        from: Some("the founded organisation"),
        commands: &[
            "stage fund --as 0 2",
            "multisig confirm --as 1 ID",
            "multisig confirm --as 2 ID",
            "multisig confirm --as 3 ID",
            "multisig confirm --as 4 ID",
            "multisig confirm --as 5 ID",
            "multisig confirm --as 6 ID",
        ],
    },
    // Stage 1 is funded, proposal 1 (launch the Jury Contest) is open for votes.
    Recipe {
        name: "an open proposal",
        from: Some("the founded organisation"),
        commands: &[
            "stage fund --as 0 1",
            "multisig confirm --as 1 ID",
            "multisig confirm --as 2 ID",
            "multisig confirm --as 3 ID",
            "multisig confirm --as 4 ID",
            "multisig confirm --as 5 ID",
            "multisig confirm --as 6 ID",
            "multisig confirm --as 7 ID",
            concat!("contest launch --as 0 1 ", outside_jury!()),
        ],
    },
    // Contest 1 takes entries; those of the keys 200 and 201 are there.
    Recipe {
        name: "an open contest",
        from: Some("an open proposal"),
        commands: &[
            "proposal vote --as 0 1",
            "proposal vote --as 1 1",
            "proposal vote --as 2 1",
            "proposal vote --as 3 1",
            "proposal vote --as 4 1",
            "proposal vote --as 5 1",
            "proposal vote --as 6 1",
            "proposal vote --as 7 1",
            "proposal execute --wait 1",
            "node advance 259200",
            "entry submit --images IMAGES --key 200 1 --work work.txt --link https://example.org/200",
            "entry submit --images IMAGES --key 201 1 --work work.txt --link https://example.org/201",
        ],
    },
    // Entries are closed, the jury of contest 1 may commit.
    Recipe {
        name: "a jury at work",
        from: Some("an open contest"),
        commands: &["node advance 1209600", "contest draw 1"],
    },
    // All jurors of contest 1 have committed, and may reveal.
    Recipe {
        name: "sealed cards",
        from: Some("a jury at work"),
        commands: &[
            "jury commit --key 100 1 --card card.toml",
            "jury commit --key 101 1 --card card.toml",
            "jury commit --key 102 1 --card card.toml",
            "node advance 432000",
        ],
    },
    // Contest 1 has its ranking; the payout waits in the multisig.
    Recipe {
        name: "a ranked contest",
        from: Some("sealed cards"),
        commands: &[
            "jury reveal --key 100 1",
            "jury reveal --key 101 1",
            "jury reveal --key 102 1",
            "node advance 259200",
            "contest advance 1",
        ],
    },
];

/// All of them, made when first asked for.
pub(crate) struct Networks {
    folder: PathBuf,
    made: Vec<OnceLock<()>>,
}

/// What a transcript starts from, besides files.
#[derive(Default)]
pub(crate) struct Start {
    /// A running node.
    pub(crate) node: Option<Node>,
    /// Environment variables that have secrets.
    pub(crate) secrets: Vec<(&'static str, &'static str)>,
}

/// A node in a process of its own; it ends with the transcript.
pub(crate) struct Node {
    child: Child,
    pub(crate) url: String,
}

impl Drop for Node {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Networks {
    pub(crate) fn new(stage: &Path) -> Self {
        Self { folder: stage.join("networks"), made: RECIPES.iter().map(|_| OnceLock::new()).collect() }
    }

    /// Puts the network of that name into the directory, or starts a node, or keeps a key.
    pub(crate) fn set_up(&self, name: &str, here: &Path) -> Start {
        let mut start = Start::default();
        let network = match name {
            NODE => {
                start.node = Some(start_node());
                return start;
            }
            KEPT_KEY => {
                start.secrets = vec![("SUBGOV_PASSWORD", PASSWORD), ("SUBGOV_PHRASE", PHRASE)];
                keep("treasurer", PHRASE, &[], here);
                return start;
            }
            CUSTODIAN => {
                start.secrets = vec![("SUBGOV_PASSWORD", PASSWORD)];
                keep("renat", keys::development::PHRASE, &["--development"], here);
                "the founded organisation"
            }
            network => network,
        };
        copy(&self.make(network).join("network"), &here.join("network"));
        start
    }

    /// The directory with the network of that name in `network`.
    fn make(&self, name: &str) -> PathBuf {
        let index = RECIPES.iter().position(|recipe| recipe.name == name);
        let index = index.unwrap_or_else(|| panic!("there is no network \"{name}\" to start from"));
        let (recipe, folder) = (&RECIPES[index], self.folder.join(index.to_string()));
        self.made[index].get_or_init(|| {
            match recipe.from {
                Some(from) => copy(&self.make(from), &folder),
                None => copy(&Path::new(super::FOLDER).join("files"), &folder),
            }
            for command in recipe.commands {
                run(command, &folder);
            }
        });
        folder
    }
}

fn run(command: &str, folder: &Path) {
    let words = command.split(' ').map(|word| match word.split_once('=') {
        Some((key, account)) if key.starts_with('J') => {
            format!("{}={account}", public_key(&key[1..], folder))
        }
        _ if word == "IMAGES" => IMAGES.to_owned(),
        _ if word == "ID" => waiting(folder),
        _ => word.to_owned(),
    });
    let words: Vec<_> = words.collect();
    let Output { status, stdout, .. } = start(&words, folder);
    assert!(status.success(), "{command}: {}", String::from_utf8_lossy(&stdout));
}

/// Id of the oldest transaction that waits in the multisig.
fn waiting(folder: &Path) -> String {
    let told: Value = serde_json::from_slice(&start(&["multisig".into(), "list".into()], folder).stdout)
        .expect("an envelope");
    told["data"][0]["id"].as_str().expect("a transaction waits").to_owned()
}

/// Public key of the development key of that number.
fn public_key(number: &str, folder: &Path) -> String {
    let words = ["key", "public", "--index", number].map(str::to_owned);
    let told: Value = serde_json::from_slice(&start(&words, folder).stdout).expect("an envelope");
    told["data"]["public_key"].as_str().expect("a key").to_owned()
}

fn start(words: &[String], folder: &Path) -> Output {
    Command::new(assert_cmd::cargo::cargo_bin!("subgov"))
        .args(words)
        .arg("--json")
        .current_dir(folder)
        .env("SUBGOV_STATE", "network")
        .env("SUBGOV_YES", "1")
        .env("XDG_CONFIG_HOME", folder)
        .env("SUBGOV_PHRASE", keys::development::PHRASE)
        .output()
        .expect("the program starts")
}

/// Puts a key into the user's key store.
fn keep(name: &str, phrase: &str, more: &[&str], home: &Path) {
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("subgov"))
        .args(["key", "import", name, "--memory", "19", "--quiet"])
        .args(more)
        .env("XDG_CONFIG_HOME", home.join(".config"))
        .env("SUBGOV_PASSWORD", PASSWORD)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("it is a pipe").write_all(phrase.as_bytes()).expect("it is read");
    assert!(child.wait().expect("it ends").success(), "the key is kept");
}

fn start_node() -> Node {
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("subgov"))
        .args(["node", "start", "--port", "0", "--frozen", "--mode", "manual", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let stdout = child.stdout.take().expect("it is a pipe");
    let mut told = Deserializer::from_reader(BufReader::new(stdout)).into_iter::<Value>();
    let ready = told.next().expect("it says when it is ready").expect("in JSON");
    let url = ready["data"]["url"].as_str().expect("an URL").to_owned();
    Node { child, url }
}
