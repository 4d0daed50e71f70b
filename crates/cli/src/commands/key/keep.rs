//! Keys that go into the store.

use std::io::{self, BufRead, IsTerminal, Write};

use keys::{KeyPair, Phrase, Signer};
use keystore::{Cost, KeyInfo, Password as Secretly, Secret, Store, StoreArgs, read_descriptor};
use serde_json::json;
use zeroize::Zeroizing;

use super::{Import, New, Password, Sealing, bad, input, show};
use crate::error::{CliError, Status};
use crate::output::{Answer, Progress};
use crate::store::from_store;

/// Words that are asked for again.
const REPEATED: usize = 3;
/// How often a person may try.
const TRIES: u32 = 3;

pub(super) fn new(args: &New, progress: Progress, json: bool) -> Result<Answer, CliError> {
    let what = "no key was made";
    if json && args.show_phrase {
        return Err(CliError::new(
            Status::Usage,
            "secret-in-json",
            what,
            "--show-phrase writes the phrase, which has no place in JSON",
            "leave one of the two out; `subgov key export` writes the phrase to a file later",
        ));
    }
    let failed = |error| from_store(what, error);
    let (name, path) = (args.key.name(what)?, args.place.path()?);
    let store = store(&args.key.store, &args.sealing).map_err(failed)?;
    store.check_free(&name).map_err(failed)?;
    let phrase = fresh(args.words == "12").map_err(failed)?;
    let words = phrase.reveal();
    let secret = Secret::phrase(phrase, path).map_err(failed)?;
    let password = args.key.store.new_password(&name).map_err(failed)?;
    let info = store.add(&name, &secret, &password).map_err(failed)?;

    let mut warnings = Vec::new();
    if !args.show_phrase {
        warnings.push(format!(
            "the phrase was not shown: write it down with `subgov key export {name} --phrase --out FILE`, it is the only way back if the file is lost"
        ));
    } else if io::stdin().is_terminal() && io::stderr().is_terminal() {
        if !written_down(&words) {
            warnings.push(format!(
                "the words were not repeated: look at them again with `subgov key export {name}`"
            ));
        }
    } else {
        print(&words)?;
    }
    progress.say(format!("kept in {}", store.directory().display()));
    Ok(kept(&info, warnings))
}

pub(super) fn import(args: &Import, progress: Progress) -> Result<Answer, CliError> {
    let what = "the key was not imported";
    let failed = |error| from_store(what, error);
    let name = args.key.name(what)?;
    let store = store(&args.key.store, &args.sealing).map_err(failed)?;
    store.check_free(&name).map_err(failed)?;
    let secret = if args.secret {
        let text = input::secret(args.from_fd, "secret key")?;
        let pair =
            KeyPair::from_secret_hex(text.trim()).map_err(|error| bad(Status::Keys, "bad-secret", error))?;
        Secret::key(pair)
    } else {
        let path = args.place.path()?;
        let text = input::secret(args.from_fd, "seed phrase")?;
        let phrase = Phrase::parse(&text).map_err(|error| bad(Status::Keys, "bad-phrase", error))?;
        Secret::phrase(phrase, path).map_err(failed)?
    };
    let secret = if args.development { secret.for_development() } else { secret };
    if secret.is_development() && !args.development {
        return Err(failed(keystore::Error::DevelopmentKey));
    }
    let password = args.key.store.new_password(&name).map_err(failed)?;
    let info = store.add(&name, &secret, &password).map_err(failed)?;
    progress.say(format!("kept in {}", store.directory().display()));
    Ok(kept(&info, Vec::new()))
}

pub(super) fn password(args: &Password) -> Result<Answer, CliError> {
    let what = "the password was not changed";
    let failed = |error| from_store(what, error);
    let name = args.key.name(what)?;
    let store = store(&args.key.store, &args.sealing).map_err(failed)?;
    store.info(&name).map_err(failed)?;
    let old = args.key.store.password(&name).map_err(failed)?;
    // Before the question for the new one, so that nobody thinks of one in vain.
    store.unlock(&name, &old).map_err(failed)?;
    let new = match args.new_password_fd {
        Some(descriptor) => {
            let text = read_descriptor(descriptor).map_err(failed)?;
            Secretly::new(text.lines().next().unwrap_or_default()).map_err(failed)?
        }
        None => StoreArgs::default().ask_new_password(&name).map_err(failed)?,
    };
    let info = store.change_password(&name, &old, &new).map_err(failed)?;
    let text = format!("the key {name} has another password\n");
    Ok(Answer { text, data: json!({ "key": show::key_json(&info) }), warnings: Vec::new() })
}

pub(super) fn store(args: &StoreArgs, sealing: &Sealing) -> keystore::Result<Store> {
    Ok(args.store()?.with_cost(Cost::with_mebibytes(sealing.memory)?))
}

fn kept(info: &KeyInfo, mut warnings: Vec<String>) -> Answer {
    if info.development {
        warnings.push(
            "it is a development key: everybody knows it, and only networks for development take it"
                .to_owned(),
        );
    }
    Answer { text: show::key_text(info), data: json!({ "key": show::key_json(info) }), warnings }
}

/// A phrase of the system's randomness.
fn fresh(short: bool) -> keystore::Result<Phrase> {
    let mut entropy = Zeroizing::new([0; 32]);
    let entropy = if short { &mut entropy[..16] } else { &mut entropy[..] };
    getrandom::fill(entropy).map_err(|_| keystore::Error::Entropy)?;
    Ok(Phrase::from_entropy(entropy)?)
}

/// The phrase on standard output, for the person who asked for it.
fn print(words: &str) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    writeln!(out, "{words}").and_then(|()| out.flush()).map_err(|error| {
        let why = error.to_string();
        let hint = "the key is kept; write its phrase down with `subgov key export`";
        CliError::new(Status::Keys, "no-output", "the phrase cannot be shown", why, hint)
    })
}

/// Shows the phrase on the terminal and asks for some of its words. Whether they were right.
fn written_down(words: &str) -> bool {
    let mut err = io::stderr().lock();
    let _ =
        writeln!(err, "\n{words}\n\nWrite these words down, in this order. Nobody can restore them for you.");
    let words: Vec<_> = words.split(' ').collect();
    for at in asked(words.len()) {
        let mut tries = 0..TRIES;
        loop {
            if tries.next().is_none() {
                return false;
            }
            let _ = write!(err, "word {}: ", at + 1).and_then(|()| err.flush());
            let mut line = Zeroizing::new(String::with_capacity(64));
            match io::stdin().lock().read_line(&mut line) {
                Ok(0) | Err(_) => return false,
                Ok(_) if line.trim().eq_ignore_ascii_case(words[at]) => break,
                Ok(_) => {
                    let _ = writeln!(err, "that is another word");
                }
            }
        }
    }
    true
}

/// Places of the words to ask for, in the order of the phrase.
fn asked(count: usize) -> Vec<usize> {
    let mut random = [0; 16];
    // Which words are asked for is no secret; without randomness it is the first ones.
    let _ = getrandom::fill(&mut random);
    let mut places: Vec<_> = (0..count).collect();
    for (index, byte) in random.iter().take(REPEATED).enumerate() {
        let other = index + usize::from(*byte) % (count - index);
        places.swap(index, other);
    }
    places.truncate(REPEATED);
    places.sort_unstable();
    places
}
