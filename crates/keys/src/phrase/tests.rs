//! The expected values are those of the TON SDK's own tests (`ever_client/src/crypto/tests.rs`, functions
//! `mnemonic` and `hdkey`); where they give a key in the "TON safe" form, the 32 bytes inside are used here.

use super::*;
use crate::{Signer, development};

const SDK_PHRASE: &str = "abandon math mimic master filter design carbon crystal rookie group knife young";

fn public_hex(pair: &KeyPair) -> String {
    hex::encode(pair.public_key().0)
}

fn error_of(text: &str) -> Error {
    Phrase::parse(text).err().expect("the phrase is wrong")
}

#[test]
fn entropy_gives_the_phrase_of_the_sdk() {
    let entropy = hex::decode("00112233445566778899AABBCCDDEEFF").unwrap();
    assert_eq!(*Phrase::from_entropy(&entropy).unwrap().reveal(), SDK_PHRASE);
}

#[test]
fn default_path_gives_the_keys_of_the_sdk() {
    let key = Phrase::parse(SDK_PHRASE).unwrap().key(0).unwrap();
    assert_eq!(public_hex(&key), "61c3c5b97a33c9c0a03af112fbb27e3f44d99e1f804853f9842bb7a6e5de3ff9");

    let entropy = hex::decode("2199ebe996f14d9e4e2595113ad1e627").unwrap();
    let key = Phrase::from_entropy(&entropy).unwrap().key(0).unwrap();
    assert_eq!(public_hex(&key), "5dc3f2b25c8ce8f0892c4eb111377fd6a00a184f22bb3af33ec9a2e4ef5d6c50");
}

#[test]
fn every_path_of_the_sdk_tests_gives_its_keys() {
    let phrase =
        Phrase::parse("abuse boss fly battle rubber wasp afraid hamster guide essence vibrant tattoo")
            .unwrap();
    for (path, secret, public) in [
        (
            "m",
            "0c91e53128fa4d67589d63a6c44049c1068ec28a63069a55ca3de30c57f8b365",
            "7b70008d0c40992283d488b1046739cf827afeabf647a5f07c4ad1e7e45a6f89",
        ),
        (
            "m/0",
            "518afc6489b61d4b738ee9ad9092815fa014ffa6e9a280fa17f84d95f31adb91",
            "b45e1297a5e767341a6eaaac9e20f8ccd7556a0106298316f1272e461b6fbe98",
        ),
        (
            "m/44'/60'/0'/0'",
            "1c566ade41169763b155761406d3cef08b29b31cf8014f51be08c0cb4e67c5e1",
            "302a832bad9e5c9906422a82c28b39ae465dcd60178480f7309e183ee34b5e83",
        ),
    ] {
        let key = phrase.key_at(&path.parse().unwrap()).unwrap();
        assert_eq!(*key.reveal_secret(), secret, "{path}");
        assert_eq!(public_hex(&key), public, "{path}");
    }
}

#[test]
fn spaces_and_capitals_do_not_change_a_phrase() {
    let text = format!("  {} \n", SDK_PHRASE.to_uppercase().replace(' ', "\t  "));
    assert_eq!(*Phrase::parse(&text).unwrap().reveal(), SDK_PHRASE);
}

#[test]
fn twenty_four_words_are_read_back() {
    let phrase = Phrase::from_entropy(&[7; 32]).unwrap();
    assert_eq!(phrase.reveal().split(' ').count(), 24);
    let again = Phrase::parse(&phrase.reveal()).unwrap();
    assert_eq!(public_hex(&again.key(3).unwrap()), public_hex(&phrase.key(3).unwrap()));
}

#[test]
fn wrong_word_gets_its_nearest_neighbour() {
    assert_eq!(
        error_of(&SDK_PHRASE.replace("crystal", "cristal")),
        Error::UnknownWord { position: 8, nearest: "crystal" }
    );
    assert_eq!(
        error_of(&SDK_PHRASE.replace("young", "yuong")),
        Error::UnknownWord { position: 12, nearest: "young" }
    );
}

#[test]
fn swapped_words_fail_by_checksum() {
    assert_eq!(error_of(&SDK_PHRASE.replace("abandon math", "math abandon")), Error::Checksum);
}

#[test]
fn other_lengths_are_refused() {
    assert_eq!(error_of(""), Error::WordCount { found: 0 });
    assert_eq!(error_of(&format!("{SDK_PHRASE} abandon")), Error::WordCount { found: 13 });
    assert_eq!(Phrase::from_entropy(&[0; 20]).err(), Some(Error::EntropySize { found: 20 }));
}

#[test]
fn bad_paths_and_indices_are_refused() {
    assert_eq!("m/44'/x".parse::<Path>(), Err(Error::BadPath { path: "m/44'/x".into() }));
    assert_eq!(Path::account(1 << 31), Err(Error::IndexRange { index: 1 << 31 }));
    assert_eq!(Path::account(14).unwrap().to_string(), "m/44'/396'/0'/0/14");
}

#[test]
fn accounts_are_the_keys_of_their_indices() {
    let phrase = Phrase::parse(SDK_PHRASE).unwrap();
    let together: Vec<_> = phrase.accounts(2..6).unwrap().iter().map(public_hex).collect();
    let each: Vec<_> = (2..6).map(|index| public_hex(&phrase.key(index).unwrap())).collect();
    assert_eq!(together, each);
    let last = (1 << 31) - 1;
    assert_eq!(phrase.accounts(last..last + 2).err(), Some(Error::IndexRange { index: 1 << 31 }));
}

#[test]
fn development_keys_are_known_by_their_public_half() {
    assert!(
        [0, 20, 127].iter().all(|index| development::is_known(&development::signer(*index).public_key()))
    );
    let other = Phrase::parse(SDK_PHRASE).unwrap().key(0).unwrap();
    assert!(!development::is_known(&other.public_key()));
}

#[test]
fn development_signers_are_marked_and_distinct() {
    let keys: std::collections::BTreeSet<_> =
        (0..15).map(|n| development::signer(n).public_key().0).collect();
    assert_eq!(keys.len(), 15);
    assert!(development::signer(4).is_development());
    let plain = KeyPair::from_secret_hex(&development::signer(4).key_pair().reveal_secret()).unwrap();
    assert!(!plain.is_development());
    assert_eq!(plain.public_key().0, development::signer(4).public_key().0);
}

#[test]
fn signatures_verify_and_debug_shows_no_secret() {
    let signer = development::signer(2);
    let hash = [9; 32];
    let signature = ed25519_dalek::Signature::from_bytes(&signer.sign(&hash).unwrap());
    let key = ed25519_dalek::VerifyingKey::from_bytes(&signer.public_key().0).unwrap();
    assert!(key.verify_strict(&hash, &signature).is_ok());
    let secret = signer.key_pair().reveal_secret();
    assert!(!format!("{signer:?}").contains(secret.as_str()));
}

#[test]
fn a_secret_in_another_form_is_refused() {
    assert_eq!(KeyPair::from_secret_hex("00").err(), Some(Error::BadSecret));
    assert_eq!(KeyPair::from_secret_hex(&"zz".repeat(32)).err(), Some(Error::BadSecret));
}
