//! The one way out of the store.

use keystore::{Error, write_descriptor, write_new};
use serde_json::json;
use zeroize::Zeroizing;

use super::Export;
use crate::error::{CliError, Status};
use crate::output::Answer;
use crate::store::from_store;

/// Standard output and standard error, which programs and logs read.
const SHARED: [u32; 2] = [1, 2];

pub(super) fn export(args: &Export, json: bool) -> Result<Answer, CliError> {
    let what = "the secret was not written";
    let failed = |error| from_store(what, error);
    let name = args.key.name(what)?;
    if json && args.to_fd.is_some_and(|descriptor| SHARED.contains(&descriptor)) {
        return Err(CliError::new(
            Status::Usage,
            "secret-in-json",
            what,
            "descriptors 1 and 2 carry the JSON answer, in which a secret has no place",
            "open another descriptor, or take --out FILE",
        ));
    }
    let store = args.key.store.store().map_err(failed)?;
    let info = store.info(&name).map_err(failed)?;
    if args.phrase && info.path.is_none() {
        let why = format!("the key {name} was imported as a secret key, which has no phrase");
        return Err(CliError::new(Status::Keys, "no-phrase", what, why, "take --secret"));
    }
    let password = args.key.store.password(&name).map_err(failed)?;
    let unlocked = store.unlock(&name, &password).map_err(failed)?;
    let mut text = Zeroizing::new(String::with_capacity(256));
    text.push_str(&if args.phrase { unlocked.reveal() } else { unlocked.reveal_secret_key() });
    text.push('\n');
    let place = match (&args.out, args.to_fd) {
        (Some(file), _) => {
            write_new(file, text.as_bytes()).map_err(|error| already_there(what, error))?;
            file.display().to_string()
        }
        (None, Some(descriptor)) => {
            write_descriptor(descriptor, &text).map_err(failed)?;
            format!("file descriptor {descriptor}")
        }
        (None, None) => unreachable!("clap asks for one of the two"),
    };
    let kind = if args.phrase { "phrase" } else { "secret" };
    let quiet = args.to_fd.is_some_and(|descriptor| SHARED.contains(&descriptor));
    Ok(Answer {
        // Nothing else on the stream that carries the secret.
        text: if quiet { String::new() } else { format!("the {kind} of the key {name} is in {place}\n") },
        data: json!({ "name": name, "exported": kind, "to": place }),
        warnings: Vec::new(),
    })
}

fn already_there(what: &str, error: Error) -> CliError {
    match &error {
        Error::File { path, source, .. } if source.kind() == std::io::ErrorKind::AlreadyExists => {
            CliError::new(
                Status::Safety,
                "file-exists",
                what,
                format!("there is something at {} already", path.display()),
                "take another name",
            )
        }
        _ => from_store(what, error),
    }
}
