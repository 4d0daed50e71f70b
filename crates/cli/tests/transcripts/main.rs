//! The transcripts of this directory, played by the real program: what people and programs see, word for word.
//!
//! A transcript is a page in Markdown (or a TOML file of [`trycmd`] for a command that reads a seed phrase from standard
//! input) with commands and what they answer, stdout and stderr together. Each is played in a directory of its own, which
//! has
//!
//! - the files of `files/`, and the built contracts in `abi/`;
//! - in `network/` the network that a line `Starts from: NAME` names, see [`networks`]; without that line there is none.
//!
//! `SUBGOV_STATE` is `network`, and questions are answered by yes. The embedded network is deterministic to the last
//! bit, so ids, hashes and fees are exact. `TRYCMD=overwrite` writes down what the program says now, and `says trycmd=NAME`
//! behind `--` plays one transcript.

#[path = "../cli/known.rs"]
mod known;
mod networks;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use networks::{Networks, Start};

/// This directory.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/transcripts");

#[test]
fn the_program_says_what_the_transcripts_say() {
    let transcripts = transcripts();
    let stage = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("there is room");
    let (networks, next, failed) = (Networks::new(stage.path()), AtomicUsize::new(0), Mutex::new(Vec::new()));
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(transcript) = transcripts.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let played = catch_unwind(AssertUnwindSafe(|| play(transcript, stage.path(), &networks)));
                    if played.is_err() {
                        failed.lock().expect("no worker panics with it").push(transcript);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().expect("no worker panics with it");
    assert!(failed.is_empty(), "these transcripts are not what the program says: {failed:#?}");
}

/// All transcripts, or those that the command line asks for, by name.
fn transcripts() -> Vec<PathBuf> {
    let asked: Vec<_> =
        std::env::args().filter_map(|word| word.strip_prefix("trycmd=").map(str::to_owned)).collect();
    let entries = fs::read_dir(FOLDER).expect("the directory is there");
    let mut all: Vec<_> = entries.map(|entry| entry.expect("a readable entry").path()).collect();
    all.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_transcript = path.extension().is_some_and(|ending| ending == "md" || ending == "toml");
        is_transcript && (asked.is_empty() || asked.iter().any(|part| name.contains(part)))
    });
    all.sort();
    assert!(!all.is_empty(), "there is no such transcript");
    all
}

/// Plays a transcript in a directory of its own.
fn play(transcript: &Path, stage: &Path, networks: &Networks) {
    let name = transcript.file_name().expect("a file has a name");
    let case = stage.join(name);
    let here = case.with_extension("in");
    fs::copy(transcript, &case).expect("there is room");
    copy(&Path::new(FOLDER).join("files"), &here);
    std::os::unix::fs::symlink(networks::IMAGES, here.join("abi")).expect("there is room");
    let text = fs::read_to_string(transcript).expect("a transcript is text");
    let mut lines = text.lines().map(|line| line.strip_prefix("# ").unwrap_or(line));
    let starts_from = lines.find_map(|line| line.strip_prefix("Starts from: "));
    let set_up = |name: &str| networks.set_up(name.trim_end_matches('.'), &here);
    let Start { node, secrets } = starts_from.map(set_up).unwrap_or_default();
    if case.extension().is_some_and(|ending| ending == "toml") {
        // No committed file has a phrase.
        fs::write(case.with_extension("stdin"), known::PHRASE).expect("there is room");
    }

    let cases = trycmd::TestCases::new();
    cases.register_bin("subgov", assert_cmd::cargo::cargo_bin!("subgov"));
    for tool in ["cat", "cp", "ls"] {
        cases.register_bin(tool, Path::new("/bin").join(tool));
    }
    let home = here.to_str().expect("paths of tests are text");
    for (variable, value) in [
        ("SUBGOV_STATE", "network"),
        ("SUBGOV_YES", "1"),
        ("HOME", home),
        ("XDG_CONFIG_HOME", &format!("{home}/.config")),
        ("COLUMNS", "120"),
        ("NO_COLOR", "1"),
    ] {
        cases.env(variable, value);
    }
    for (variable, value) in secrets {
        cases.env(variable, value);
    }
    if let Some(node) = &node {
        cases.env("SUBGOV_NETWORK", &node.url);
        cases.insert_var("[NODE]", node.url.clone()).expect("a good name");
    }
    cases.case(&case);
    let played = catch_unwind(AssertUnwindSafe(|| cases.run()));
    let told = fs::read_to_string(&case).expect("a transcript is text");
    if told != text {
        // Only `TRYCMD=overwrite` changes it.
        fs::write(transcript, told).expect("the transcript can be written");
    }
    if let Err(panic) = played {
        std::panic::resume_unwind(panic);
    }
}

/// Copies a directory with everything in it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("there is room");
    for entry in fs::read_dir(from).expect("it is there") {
        let entry = entry.expect("a readable entry");
        let target = to.join(entry.file_name());
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("there is room");
        }
    }
}
