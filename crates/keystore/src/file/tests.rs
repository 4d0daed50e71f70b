//! The form itself: one file fixed for ever, and what a person who changes files by hand meets.

use super::*;

/// A file of the first version. It must open in every later one.
const FIRST: &str = include_str!("first.key");
const PHRASE: &str = "abandon math mimic master filter design carbon crystal rookie group knife young";

fn cheap() -> Cost {
    Cost::new(64, 1, 1).unwrap()
}

fn password() -> Password {
    Password::new("correct horse").unwrap()
}

fn here() -> &'static FilePath {
    FilePath::new("first.key")
}

fn name() -> KeyName {
    "first".parse().unwrap()
}

fn sealed() -> KeyFile {
    let phrase = Phrase::parse(PHRASE).unwrap();
    let secret = Secret::phrase(phrase, keys::Path::account(3).unwrap()).unwrap();
    let random = Random { salt: [1; SALT], nonce: [2; NONCE] };
    KeyFile::seal(&name(), &secret, &password(), cheap(), &random).unwrap()
}

fn parse(text: &str) -> Result<KeyFile> {
    KeyFile::parse(text.as_bytes(), here(), &name())
}

#[test]
fn the_first_form_is_fixed() {
    assert_eq!(sealed().to_text(), FIRST);
    let unlocked = parse(FIRST).unwrap().open(&password(), here()).unwrap();
    assert_eq!(unlocked.reveal().as_str(), PHRASE);
    assert_eq!(unlocked.info().path, Some(keys::Path::account(3).unwrap()));
}

/// The same file after somebody changed it and made its checksum right again.
fn forged(change: impl FnOnce(&mut KeyFile)) -> Result<Unlocked> {
    let mut file = parse(FIRST).unwrap();
    change(&mut file);
    file.checksum = Hex(file.sum());
    parse(&file.to_text())?.open(&password(), here())
}

#[test]
fn forged_files_with_right_checksums_do_not_open() {
    let other = KeyPair::from_secret(&[5; 32]).public_key();
    let code = |change: &dyn Fn(&mut KeyFile)| forged(change).err().unwrap().code();
    assert_eq!(code(&|file| file.key.public_key = other), "key-altered");
    assert_eq!(code(&|file| file.key.path = Some(keys::Path::account(4).unwrap())), "key-altered");
    assert_eq!(code(&|file| file.key.development = true), "key-altered");
    assert_eq!(code(&|file| file.nonce.0[0] ^= 1), "key-altered");
    assert_eq!(code(&|file| file.sealed.0[9] ^= 1), "key-altered");
    // These change the key derivation, so that no password opens the file.
    assert_eq!(code(&|file| file.check.0[0] ^= 1), "wrong-password");
    assert_eq!(code(&|file| file.kdf.salt.0[0] ^= 1), "wrong-password");
    assert_eq!(code(&|file| file.kdf.cost = Cost::new(65, 1, 1).unwrap()), "wrong-password");
    // These cannot be meant.
    assert_eq!(code(&|file| file.key.name = "second".parse().unwrap()), "key-renamed");
    assert_eq!(code(&|file| file.key.kind = Kind::Secret), "key-damaged");
    assert_eq!(code(&|file| file.sealed.0.truncate(40)), "key-damaged");
    assert!(forged(|_| ()).is_ok());
}

#[test]
fn a_file_cannot_ask_for_more_memory_than_a_machine_has() {
    let text = FIRST.replace("\"memory_kib\": 64", "\"memory_kib\": 4294967295");
    let mut file: KeyFile = serde_json::from_str(&text).unwrap();
    file.checksum = Hex(file.sum());
    let error = parse(&file.to_text()).err().unwrap();
    assert_eq!(error.code(), "key-damaged");
    assert!(error.to_string().contains("memory in KiB is 4294967295"), "{error}");
}

#[test]
fn every_cut_is_truncated() {
    for end in 0..FIRST.trim_end().len() {
        assert_eq!(parse(&FIRST[..end]).err().unwrap().code(), "key-truncated", "after {end} bytes");
    }
}

#[test]
fn other_forms_are_told_apart() {
    let code = |from: &str, to: &str| parse(&FIRST.replace(from, to)).err().unwrap().code();
    assert_eq!(code("subgov-key/1", "subgov-key/2"), "key-version");
    assert_eq!(code("\"check\"", "\"cheque\""), "key-damaged");
    assert_eq!(code("\"kdf\": {", "\"kdf\": {\"extra\": 1,"), "key-damaged");
    assert_eq!(code("\"nonce\"", "\"check\": \"00\", \"nonce\""), "key-damaged");
    assert_eq!(code("argon2id", "md5"), "key-damaged");
}

#[test]
fn white_space_between_the_parts_changes_nothing() {
    let compact: String = FIRST.split_inclusive(['{', ',']).map(str::trim_start).collect();
    assert!(parse(&format!("\r\n{compact}\n\n")).unwrap().open(&password(), here()).is_ok());
}

#[test]
fn all_secrets_are_sealed_in_the_same_length() {
    let random = Random { salt: [1; SALT], nonce: [2; NONCE] };
    let secrets = [
        Secret::key(KeyPair::from_secret(&[9; 32])),
        Secret::phrase(Phrase::from_entropy(&[7; 32]).unwrap(), keys::Path::account(0).unwrap()).unwrap(),
        Secret::phrase(Phrase::from_entropy(&[7; 16]).unwrap(), keys::Path::account(0).unwrap()).unwrap(),
    ];
    for secret in secrets {
        let file = KeyFile::seal(&name(), &secret, &password(), cheap(), &random).unwrap();
        assert_eq!(file.sealed.0.len(), PLAIN + 16);
        let text = secret.reveal();
        let opened = parse(&file.to_text()).unwrap().open(&password(), here()).unwrap();
        assert_eq!(opened.reveal(), text);
    }
}

/// Changes a key file at random in every way that a seed gives. Whatever comes out, it is never another key.
#[test]
fn a_changed_file_never_gives_another_key() {
    let seed = 0x5eed_0005;
    let mut random = fastrand::Rng::with_seed(seed);
    let key = parse(FIRST).unwrap().info().clone();
    let mut opened = 0;
    for round in 0..1_500 {
        let mut bytes = FIRST.as_bytes().to_vec();
        for _ in 0..random.usize(1..4) {
            let at = random.usize(..bytes.len());
            match random.u8(..5) {
                0 => bytes[at] = random.u8(..),
                1 => bytes[at] = bytes[at].to_ascii_uppercase(),
                2 => drop(bytes.remove(at)),
                3 => bytes.insert(at, if random.bool() { b' ' } else { random.alphanumeric() as u8 }),
                _ => bytes.truncate(at + 1),
            }
            if bytes.is_empty() {
                break;
            }
        }
        let unlocked =
            KeyFile::parse(&bytes, here(), &name()).and_then(|file| file.open(&password(), here()));
        if let Ok(unlocked) = unlocked {
            assert_eq!(
                (unlocked.info(), unlocked.reveal().as_str()),
                (&key, PHRASE),
                "seed {seed}, round {round}"
            );
            opened += 1;
        }
    }
    assert!((1..300).contains(&opened), "{opened} of the files still open, for instance after a space more");
}
