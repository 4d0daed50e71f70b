//! What the store has.

use keys::{Path, Signer};
use keystore::{KeyInfo, KeyName, Secret, StoreArgs};
use serde_json::{Value, json};

use super::{Chosen, Paths, bad, keep, member_with};
use crate::error::{CliError, Status};
use crate::output::Answer;
use crate::store::from_store;
use crate::table::{Column, table};

pub(super) fn list(args: &StoreArgs) -> Result<Answer, CliError> {
    let failed = |error| from_store("the keys cannot be listed", error);
    let store = args.store().map_err(failed)?;
    let listing = store.list().map_err(failed)?;
    let directory = store.directory().display().to_string();
    let text = if listing.keys.is_empty() {
        format!("There are no keys in {directory}; make one with `subgov key new NAME`.\n")
    } else {
        let columns =
            [Column::Text("name"), Column::Text("public key"), Column::Text("kept"), Column::Text("whose")];
        let rows = listing.keys.iter().map(|key| {
            vec![key.name.to_string(), key.public_key.to_string(), place(key), whose(key).unwrap_or_default()]
        });
        table(&columns, rows)
    };
    let broken = |broken: &keystore::Broken| json!({ "name": broken.name, "code": broken.error.code(), "why": broken.error.to_string() });
    Ok(Answer {
        text,
        data: json!({
            "directory": directory,
            "keys": listing.keys.iter().map(key_json).collect::<Vec<_>>(),
            "broken": listing.broken.iter().map(broken).collect::<Vec<_>>(),
        }),
        warnings: listing
            .broken
            .iter()
            .map(|broken| format!("[{}] {}: {}", broken.error.code(), broken.error, broken.error.hint()))
            .collect(),
    })
}

pub(super) fn show(args: &Chosen) -> Result<Answer, CliError> {
    let what = "the key cannot be shown";
    let failed = |error| from_store(what, error);
    let info = args.store.store().and_then(|store| store.info(&args.name.parse()?)).map_err(failed)?;
    Ok(Answer { text: key_text(&info), data: json!({ "key": key_json(&info) }), warnings: Vec::new() })
}

pub(super) fn paths(args: &Paths) -> Result<Answer, CliError> {
    let what = "the keys of the phrase cannot be shown";
    let failed = |error| from_store(what, error);
    let name = args.key.name(what)?;
    let save = args.save.as_deref().map(str::parse::<KeyName>).transpose().map_err(failed)?;
    let store = keep::store(&args.key.store, &args.sealing).map_err(failed)?;
    store.info(&name).map_err(failed)?;
    let end = args.from.checked_add(args.count).filter(|end| *end <= 1 << 31);
    let end = end.ok_or_else(|| {
        bad(
            Status::Usage,
            "bad-path",
            keys::Error::IndexRange { index: args.from.saturating_add(args.count) },
        )
    })?;
    if let Some(save) = &save {
        store.check_free(save).map_err(failed)?;
    }
    let password = args.key.store.password(&name).map_err(failed)?;
    let unlocked = store.unlock(&name, &password).map_err(failed)?;
    let Some(phrase) = unlocked.phrase() else {
        let why = format!("the key {name} was imported as a secret key, which has no phrase");
        return Err(CliError::new(Status::Keys, "no-phrase", what, why, "take a key with a phrase"));
    };
    if let Some(save) = save {
        let account = Path::account(args.from).map_err(|error| bad(Status::Usage, "bad-path", error))?;
        let secret =
            Secret::phrase(unlocked.copy_phrase().expect("it has a phrase"), account).map_err(failed)?;
        // Whoever put the phrase there has said that it may be a development one.
        let info = store.add(&save, &secret.for_development(), &password).map_err(failed)?;
        return Ok(Answer {
            text: key_text(&info),
            data: json!({ "key": key_json(&info) }),
            warnings: Vec::new(),
        });
    }
    let pairs = phrase.accounts(args.from..end).map_err(|error| bad(Status::Keys, "no-key", error))?;
    let keys: Vec<_> = (args.from..end).zip(pairs.iter().map(Signer::public_key)).collect();
    let rows = keys.iter().map(|(index, key)| {
        vec![format!("m/44'/396'/0'/0/{index}"), key.to_string(), member_with(key).unwrap_or_default()]
    });
    let text = table(&[Column::Text("path"), Column::Text("public key"), Column::Text("whose")], rows);
    let json = |(index, key): &(u32, keys::PublicKey)| json!({ "index": index, "path": format!("m/44'/396'/0'/0/{index}"), "public_key": key, "member": member_with(key) });
    Ok(Answer {
        text,
        data: json!({ "keys": keys.iter().map(json).collect::<Vec<_>>() }),
        warnings: Vec::new(),
    })
}

pub(super) fn key_text(key: &KeyInfo) -> String {
    let whose = whose(key).unwrap_or_else(|| "no member of the proposal".to_owned());
    format!(
        "{}\n  public key: {}\n  kept:       {}\n  whose:      {whose}\n",
        key.name,
        key.public_key,
        place(key)
    )
}

pub(super) fn key_json(key: &KeyInfo) -> Value {
    json!({
        "name": key.name,
        "public_key": key.public_key,
        "kind": key.kind.word(),
        "path": key.path.as_ref().map(Path::to_string),
        "development": key.development,
        "member": member_with(&key.public_key),
    })
}

fn place(key: &KeyInfo) -> String {
    key.path.as_ref().map_or_else(|| "secret key".to_owned(), |path| format!("phrase, {path}"))
}

fn whose(key: &KeyInfo) -> Option<String> {
    if key.development { Some("everybody's (development)".to_owned()) } else { member_with(&key.public_key) }
}
