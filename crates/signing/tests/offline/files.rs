//! Files of both forms: what is refused, and that no change gives another message.

use serde_json::{Value, json};
use signing::{BadMessage, Error, Prepared, Signed, review};

use crate::support::{NOW, confirmation, key, payment};

fn document() -> Value {
    serde_json::from_str(&confirmation().to_json().unwrap()).unwrap()
}

fn parse(document: &Value) -> Result<Prepared, Error> {
    Prepared::parse(document.to_string().as_bytes())
}

#[test]
fn a_file_is_read_back_as_it_was() {
    for prepared in [confirmation(), payment()] {
        let again = Prepared::parse(prepared.to_json().unwrap().as_bytes()).unwrap();
        assert_eq!(again.hash(), prepared.hash());
        assert_eq!((again.network(), again.claims()), (prepared.network(), prepared.claims()));
        assert_eq!((again.function(), again.expire()), (prepared.function(), prepared.expire()));
        let signed = Signed::sign(again, &key()).unwrap();
        let read = Signed::parse(signed.to_json().unwrap().as_bytes()).unwrap();
        assert_eq!(read.message_hash(), signed.message_hash());
        let data = prepared.abi().signature_data(&message_body(&signed), Some(prepared.destination()));
        let (signature, hash) = data.unwrap().unwrap();
        assert_eq!((signature, hash), (signed.signature(), *prepared.hash()));
    }
}

fn message_body(signed: &Signed) -> ton_abi::Cell {
    ton_abi::MessageView::parse(signed.message()).unwrap().body.unwrap()
}

/// The file that the transcripts of `subgov sign` show; `UPDATE_SNAPSHOTS=1` writes it anew.
#[test]
fn the_file_of_the_transcripts_is_what_is_prepared_today() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../cli/tests/transcripts/files/payment.prepared.json");
    let text = payment().to_json().unwrap();
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    assert!(std::fs::read_to_string(path).unwrap() == text, "{path} is old");
}

#[test]
fn other_members_and_other_forms_are_refused() {
    let code = |change: &dyn Fn(&mut Value)| {
        let mut document = document();
        change(&mut document);
        parse(&document).err().map(|error| error.code())
    };
    assert_eq!(code(&|_| ()), None);
    assert_eq!(code(&|file| file["hash"] = "00".into()), Some("bad-file"));
    assert_eq!(code(&|file| file["network"]["url"] = "http://x".into()), Some("bad-file"));
    assert_eq!(code(&|file| file["claims"]["author"] = "me".into()), Some("bad-file"));
    assert_eq!(code(&|file| drop(file.as_object_mut().unwrap().remove("claims"))), Some("bad-file"));
    assert_eq!(code(&|file| file["schema"] = "subgov-prepared/2".into()), Some("other-form"));
    assert_eq!(code(&|file| file["schema"] = "subgov-signed/1".into()), Some("other-form"));
    assert_eq!(code(&|file| file["message"] = "!".into()), Some("bad-message"));
    assert_eq!(code(&|file| file["abi"]["version"] = "1.0".into()), Some("bad-message"));
    let deep = "optional(".repeat(200);
    assert_eq!(
        code(&|file| file["abi"]["fields"] = json!([{ "name": "x", "type": deep }])),
        Some("bad-file")
    );

    let signed = Signed::sign(confirmation(), &key()).unwrap().to_json().unwrap();
    assert_eq!(Prepared::parse(signed.as_bytes()).unwrap_err().code(), "other-form");
    assert_eq!(Signed::parse(confirmation().to_json().unwrap().as_bytes()).unwrap_err().code(), "other-form");
    let twice = signed.replacen("\"public_key\"", "\"schema\": \"subgov-signed/1\", \"public_key\"", 1);
    assert_eq!(Signed::parse(twice.as_bytes()).unwrap_err().code(), "bad-file");
}

#[test]
fn long_files_and_messages_are_refused() {
    let mut text = confirmation().to_json().unwrap();
    text.push_str(&" ".repeat(512 * 1024));
    assert!(matches!(Prepared::parse(text.as_bytes()), Err(Error::TooLong { .. })));
    let mut document = document();
    document["message"] = "A".repeat(87_388).into();
    assert!(matches!(parse(&document), Err(Error::Message(BadMessage::TooLong))));
}

#[test]
fn a_message_that_is_signed_already_is_not_prepared() {
    let signed = Signed::sign(confirmation(), &key()).unwrap();
    let mut document = document();
    document["message"] = signed.message_base64().into();
    assert_eq!(parse(&document).unwrap_err().code(), "bad-message");
}

#[test]
fn parts_of_two_signed_files_do_not_go_together() {
    let file = |prepared: Prepared| -> Value {
        serde_json::from_str(&Signed::sign(prepared, &key()).unwrap().to_json().unwrap()).unwrap()
    };
    let (one, other) = (file(confirmation()), file(payment()));
    for part in ["signature", "message", "prepared", "public_key"] {
        let mut mixed = one.clone();
        mixed[part] = if part == "public_key" { "00".repeat(32).into() } else { other[part].clone() };
        let error = Signed::parse(mixed.to_string().as_bytes()).unwrap_err();
        let expected = match part {
            "message" => "other-message",
            "public_key" => "other-key",
            _ => "bad-signature",
        };
        assert_eq!(error.code(), expected, "{part}");
    }
}

/// Changes files at random in every way that a seed gives. Nothing panics; what is still read as prepared is shown or
/// refused, and what is still read as signed has the message and the key of the file that was written.
#[test]
fn changed_files_never_panic_and_never_give_another_message() {
    let seed = 0x5eed_0051;
    let mut random = fastrand::Rng::with_seed(seed);
    let signed = Signed::sign(payment(), &key()).unwrap();
    let files = [payment().to_json().unwrap(), signed.to_json().unwrap()];
    let (mut read, mut refused) = (0, 0);
    for round in 0..500 {
        let bytes = changed(&mut random, files[round % 2].as_bytes());
        if round % 2 == 0 {
            match Prepared::parse(&bytes) {
                Ok(prepared) => {
                    read += 1;
                    if let Ok(review) = review(&prepared, NOW) {
                        assert_eq!(review.hash, *prepared.hash(), "seed {seed}, round {round}");
                        assert!(!review.to_text().contains('\u{1b}') && review.to_json().is_object());
                    }
                }
                Err(_) => refused += 1,
            }
        } else if let Ok(again) = Signed::parse(&bytes) {
            assert_eq!(again.message_hash(), signed.message_hash(), "seed {seed}, round {round}");
            assert_eq!(again.public_key(), signed.public_key(), "seed {seed}, round {round}");
        }
    }
    assert!(read > 10 && refused > 10, "{read} were read, {refused} refused");
}

fn changed(random: &mut fastrand::Rng, file: &[u8]) -> Vec<u8> {
    let mut bytes = file.to_vec();
    for _ in 0..random.usize(1..4) {
        let at = random.usize(..bytes.len());
        match random.u8(..6) {
            0 => bytes[at] = random.u8(..),
            1 => bytes[at] = random.alphanumeric() as u8,
            2 => drop(bytes.remove(at)),
            3 => bytes.insert(at, random.alphanumeric() as u8),
            4 => {
                // A piece of the file once more, somewhere else.
                let end = (at + random.usize(1..40)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                let to = random.usize(..bytes.len());
                bytes.splice(to..to, piece);
            }
            _ if random.u8(..8) == 0 => bytes.truncate(at + 1),
            _ => {}
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

/// The same for the cells of the message, which JSON's grammar protects from most changes above.
#[test]
fn changed_cells_never_panic() {
    let mut random = fastrand::Rng::with_seed(0x5eed_0052);
    let mut document: Value = serde_json::from_str(&payment().to_json().unwrap()).unwrap();
    let engine = base64::engine::general_purpose::STANDARD;
    let message = base64::Engine::decode(&engine, document["message"].as_str().unwrap()).unwrap();
    let mut read = 0;
    for _ in 0..500 {
        let mut bytes = message.clone();
        for _ in 0..random.usize(1..3) {
            let at = random.usize(..bytes.len());
            bytes[at] = if random.bool() { random.u8(..) } else { bytes[at] ^ (1 << random.u8(..8)) };
        }
        document["message"] = base64::Engine::encode(&engine, &bytes).into();
        if let Ok(prepared) = parse(&document) {
            read += 1;
            let _ = review(&prepared, NOW).map(|review| review.to_text());
        }
    }
    assert!(read > 10, "{read} were still messages");
}
