//! Files that anybody may have written: whatever is in them, the program ends with an error of its own and tells no
//! secret, though it has all of them in its environment.

use std::fs;
use std::path::Path;

use fastrand::Rng;

use crate::secrets::{PASSWORD, PHRASE, SECRET};
use crate::support::{Run, subgov, text};

const TRANSCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/transcripts/files");
const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts");
const IMAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../abi");
/// Damaged copies of each file.
const ROUNDS: usize = 8;

/// A directory with one file of each kind that the program writes: state, journal, key, catalogue.
fn written() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("there is room");
    let done = |args: &[&str], input: &str| {
        let mut command = subgov(args.iter().copied());
        command.current_dir(folder.path()).env("SUBGOV_PASSWORD", PASSWORD);
        command.env("SUBGOV_IMAGES", IMAGES).write_stdin(input);
        let told = Run::of(&mut command);
        assert_eq!(told.status, 0, "{args:?}: {}", told.stderr);
    };
    done(&["deploy", "apply", "--stand-ins", "--yes", "--state", "org"], "");
    done(&["results", "export", "catalogue", "--state", "org"], "");
    done(&["key", "import", "mine", "--memory", "19", "--keys", "keys"], PHRASE);
    folder
}

/// What reads a file: its directory, its name there, and the command.
const READERS: &[(&str, &str, &[&str])] = &[
    (TRANSCRIPTS, "payment.prepared.json", &["sign", "payment.prepared.json"]),
    (TRANSCRIPTS, "payment.prepared.json", &["submit", "payment.prepared.json", "--state", "org"]),
    (TRANSCRIPTS, "confirmation.b64", &["message", "decode", "confirmation.b64"]),
    (
        TRANSCRIPTS,
        "card.toml",
        &["jury", "commit", "1", "--card", "card.toml", "--key", "100", "--state", "org"],
    ),
    (SCRIPTS, "members.toml", &["stage", "list", "--organisation", "."]),
    (SCRIPTS, "stages.toml", &["stage", "list", "--organisation", "."]),
    (SCRIPTS, "topics.toml", &["stage", "list", "--organisation", "."]),
    (SCRIPTS, "contests.toml", &["stage", "list", "--organisation", "."]),
    (SCRIPTS, "governance.toml", &["stage", "list", "--organisation", "."]),
    ("", "org/node.state", &["multisig", "show", "--state", "org"]),
    ("", "org/deployment.json", &["multisig", "show", "--state", "org"]),
    ("", "org/deploy.journal", &["deploy", "status", "--stand-ins", "--state", "org"]),
    ("", "keys/mine.key", &["key", "show", "mine", "--keys", "keys"]),
    ("", "catalogue/catalogue.json", &["results", "verify", "catalogue/catalogue.json", "--state", "org"]),
];

/// A damaged copy: cut, doubled, with bytes changed, or nothing but noise.
fn damaged(model: &[u8], random: &mut Rng) -> Vec<u8> {
    let mut bytes = model.to_vec();
    match random.u8(..5) {
        0 => bytes.truncate(random.usize(..=model.len())),
        1 => bytes.extend_from_slice(model),
        2 => bytes = (0..random.usize(..200)).map(|_| random.u8(..)).collect(),
        3 => bytes = "[".repeat(100_000).into_bytes(),
        _ => {
            for _ in 0..=random.usize(..8) {
                let place = random.usize(..bytes.len());
                bytes[place] = random.u8(..);
            }
        }
    }
    bytes
}

#[test]
fn no_file_makes_it_panic_or_tell_a_secret() {
    let seed =
        std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    println!("SEED={seed}");
    let mut random = Rng::with_seed(seed);
    let written = written();
    let scripts = ["members.toml", "stages.toml", "topics.toml", "contests.toml", "governance.toml"];
    for (origin, name, args) in READERS {
        let origin = if origin.is_empty() { written.path() } else { Path::new(origin) };
        let model = fs::read(origin.join(name)).expect("a file to begin with");
        for round in 0..ROUNDS {
            let folder = tempfile::tempdir().expect("there is room");
            for script in scripts {
                fs::copy(Path::new(SCRIPTS).join(script), folder.path().join(script)).expect("there is room");
            }
            copy(written.path(), folder.path());
            fs::write(folder.path().join(name), damaged(&model, &mut random)).expect("writable");
            let mut command = subgov(args.iter().copied());
            command.current_dir(folder.path()).env("XDG_CONFIG_HOME", text(folder.path()));
            command.env("SUBGOV_IMAGES", IMAGES);
            command
                .env("SUBGOV_SECRET", SECRET)
                .env("SUBGOV_PHRASE", PHRASE)
                .env("SUBGOV_PASSWORD", PASSWORD);
            let told = Run::of(command.env("RUST_BACKTRACE", "full").env("RUST_LOG", "trace"));
            let Run { status, stderr, .. } = &told;
            assert!((0..=5).contains(status), "{args:?}, round {round}: {status}\n{stderr}");
            assert!(!stderr.contains("panicked"), "{args:?}, round {round}: {stderr}");
            assert!(*status == 0 || stderr.contains("error["), "{args:?}, round {round}: {stderr}");
        }
    }
}

/// Copies a directory with everything in it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("there is room");
    for entry in fs::read_dir(from).expect("it is there") {
        let (source, target) =
            entry.map(|entry| (entry.path(), to.join(entry.file_name()))).expect("readable");
        if source.is_dir() {
            copy(&source, &target);
        } else {
            fs::copy(source, target).expect("there is room");
        }
    }
}
