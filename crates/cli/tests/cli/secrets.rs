//! Secrets that tests use, and the search for them in everything that the program tells or writes.

use std::path::Path;
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use keys::{KeyPair, Phrase, development};

pub(crate) use crate::known::{OTHER_PASSWORD, PASSWORD, PHRASE, SECRET};

/// Every secret in every form in which it could be told: neighbouring words of phrases, hexadecimal digits of both
/// cases and base64 of secret keys, passwords.
fn forms() -> &'static [String] {
    static FORMS: OnceLock<Vec<String>> = OnceLock::new();
    FORMS.get_or_init(|| {
        let mut forms = vec![PASSWORD.to_owned(), OTHER_PASSWORD.to_owned()];
        for (phrase, count) in [(PHRASE, 8), (development::PHRASE, 24)] {
            forms.extend(of_phrase(phrase, count));
        }
        forms.extend(of_key(&KeyPair::from_secret_hex(SECRET).expect("a secret")));
        forms
    })
}

/// The forms of a phrase and of its first keys.
pub(crate) fn of_phrase(phrase: &str, count: u32) -> Vec<String> {
    let words: Vec<_> = phrase.split(' ').collect();
    let mut forms: Vec<_> = words.windows(3).map(|words| words.join(" ")).collect();
    forms.dedup();
    let keys = Phrase::parse(phrase).and_then(|phrase| phrase.accounts(0..count)).expect("a phrase");
    forms.extend(keys.iter().flat_map(of_key));
    forms
}

fn of_key(pair: &KeyPair) -> Vec<String> {
    let digits = pair.reveal_secret().to_string();
    let bytes: Vec<u8> = digits
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(&String::from_utf8_lossy(pair), 16).expect("digits"))
        .collect();
    vec![digits.to_uppercase(), STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes), digits]
}

/// Asserts that a text tells no secret. `origin` says what the text is.
#[track_caller]
pub(crate) fn absent(text: &str, origin: &str) {
    // The secret is not repeated in the message of the failure either.
    for (number, form) in forms().iter().enumerate() {
        assert!(!text.contains(form.as_str()), "{origin} tells a secret (form {number})");
    }
}

/// The same for further forms.
#[track_caller]
pub(crate) fn absent_too(text: &str, more: &[String], origin: &str) {
    for (number, form) in more.iter().enumerate() {
        assert!(!text.contains(form.as_str()), "{origin} tells a secret (form {number})");
    }
}

/// All files below a directory with their bytes as text, except below `but`.
pub(crate) fn files(folder: &Path, but: &[&Path]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        if but.contains(&path.as_path()) {
            continue;
        }
        if path.is_dir() {
            open.extend(path.read_dir().expect("readable").map(|entry| entry.expect("readable").path()));
        } else {
            let bytes = std::fs::read(&path).expect("readable");
            found.push((path.display().to_string(), String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    found
}

#[test]
fn no_committed_transcript_or_schema_tells_a_secret() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for folder in ["tests/transcripts", "schemas"] {
        for (name, text) in files(&here.join(folder), &[]) {
            absent(&text, &name);
            count += 1;
        }
    }
    assert!(count > 20, "transcripts and schemas are read");
}

#[test]
fn the_search_finds_what_it_looks_for() {
    let words = PHRASE.split(' ').collect::<Vec<_>>();
    let told = [
        PHRASE.to_owned(),
        format!("…{} {} {}…", words[4], words[5], words[6]),
        format!("x{}x", SECRET.to_uppercase()),
        format!("{:?}", [OTHER_PASSWORD]),
        development::signer(20).key_pair().reveal_secret().to_string(),
    ];
    for text in told {
        assert!(forms().iter().any(|form| text.contains(form.as_str())));
    }
}
