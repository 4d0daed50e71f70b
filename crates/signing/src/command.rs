//! The command that both `subgov sign` and `subgov-sign` are: read, show, ask, sign.

use std::fs::File;
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use keys::{PublicKey, Signer};
use keystore::{CommandSigner, KeyName, StoreArgs, write_new};
use serde_json::{Value, json};
use ton_abi::{Signature, UnixTime, Utc};

use crate::error::Error;
use crate::prepared::{FILE_LIMIT, Prepared};
use crate::qr::qr;
use crate::review::{Clock, Review, review};
use crate::signed::{Signed, check_key};

/// Shows what a prepared message does, and signs it. Needs no network and uses none.
///
/// Without --as, --with or --attach it only shows. The file comes from --prepare on a machine with a network; the signed
/// one goes back there, to `subgov submit`.
#[derive(Debug, clap::Args)]
pub struct SignArgs {
    /// The prepared message; - reads it from standard input.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The key of the key store that signs.
    #[arg(long = "as", value_name = "KEY", conflicts_with_all = ["program", "signature"])]
    pub key: Option<String>,
    /// Another program signs: it gets {"public_key", "hash"} as a line of JSON and answers with the signature.
    #[arg(long = "with", value_name = "PROGRAM", conflicts_with = "signature")]
    pub program: Option<PathBuf>,
    /// A signature made on another device, 128 hexadecimal digits; - reads it from standard input.
    #[arg(long = "attach", value_name = "SIGNATURE")]
    pub signature: Option<String>,
    /// The key of --with or --attach, if the message does not name it: 64 hexadecimal digits.
    #[arg(long, value_name = "HEX")]
    pub public_key: Option<PublicKey>,
    /// Where the signed message goes; a file that is there is not overwritten [default: FILE with the ending .signed.json].
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Sign in spite of this danger of the review; the names are shown there. Can be given several times.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub accept: Vec<String>,
    /// What time it is, where this machine's clock is wrong: seconds since 1970, or a date like 2021-01-31T18:00 in UTC.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub now: Option<UnixTime>,
    /// Do not ask whether to sign.
    #[arg(long)]
    pub yes: bool,
    /// Show the signature, and the signed message if it is short enough, as QR codes.
    #[arg(long)]
    pub qr: bool,
    /// The key store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    /// For people; ends with a line break.
    pub text: String,
    /// For programs: `review`, and `signed` with `file`, `public_key`, `signature`, `message_hash`, or null.
    pub data: Value,
    /// The warnings of the review, each with its name in front.
    pub warnings: Vec<String>,
}

/// Why nothing was signed.
#[derive(Debug)]
pub struct Failure {
    /// Stable name for programs.
    pub code: &'static str,
    /// Exit status: 2 usage and files, 4 keys, 5 stopped by a safety check.
    pub status: u8,
    /// What did not work.
    pub what: String,
    /// Why.
    pub why: String,
    /// What to do next.
    pub hint: String,
    /// The error underneath.
    pub source: Option<Error>,
    /// The review, if the message could be read.
    pub review: Option<Value>,
}

/// Who signs.
enum Hand {
    Nobody,
    Store(KeyName, PublicKey, bool),
    Program(CommandSigner),
    Attached(PublicKey, Signature),
}

/// Runs the command. `tell` gets what a person reads before deciding; it is not called for `machine` readers.
///
/// # Errors
/// [`Failure`]; then no file was written.
#[expect(clippy::result_large_err, reason = "a failure is told once a run")]
pub fn run(args: &SignArgs, machine: bool, tell: &dyn Fn(&str)) -> Result<Outcome, Failure> {
    let what = format!("the message in {} is not signed", args.file.display());
    let failed = |error: Error| failure(&what, error);
    let bytes = read(&args.file).map_err(|error| unreadable(&what, &error))?;
    let prepared = Prepared::parse(&bytes).map_err(failed)?;
    let clock = args.now.map_or_else(|| now().into(), |now| Clock { now, given: true });
    let review = review(&prepared, clock).map_err(failed)?;
    let shown = |failure: Failure| Failure { review: Some(review.to_json()), ..failure };

    let hand = hand(args, &prepared).map_err(|error| shown(failed(error)))?;
    if let Hand::Nobody = hand {
        let text = review.to_text() + "Nothing was signed: name a key with --as, --with or --attach.\n";
        return Ok(Outcome {
            text,
            data: json!({ "review": review.to_json(), "signed": null }),
            warnings: warnings(&review),
        });
    }
    if !machine {
        tell(&review.to_text());
    }
    allow(args, &prepared, &review, &hand).map_err(|error| shown(error.into_failure(&what)))?;
    let out = args.out.clone().unwrap_or_else(|| signed_name(&args.file));
    if out.exists() {
        // Before the password is asked for.
        return Err(shown(Stop::FileExists(out).into_failure(&what)));
    }
    let signed = match hand {
        Hand::Nobody => unreachable!("that was the review alone"),
        Hand::Attached(key, signature) => Signed::attach(prepared, key, signature),
        Hand::Program(signer) => Signed::sign(prepared, &signer),
        Hand::Store(name, ..) => unlock_and_sign(args, &name, prepared),
    };
    let signed = signed.map_err(|error| shown(failed(error)))?;
    let text = signed.to_json().map_err(failed)?;
    write_new(&out, text.as_bytes()).map_err(|error| shown(failed(error.into())))?;
    Ok(outcome(args, &review, &signed, &out))
}

/// What stands against signing, in the order in which a person can do something about it.
enum Stop {
    Error(Error),
    NotAccepted(Vec<(&'static str, String)>),
    NotAgreed(&'static str),
    FileExists(PathBuf),
}

fn allow(args: &SignArgs, prepared: &Prepared, review: &Review, hand: &Hand) -> Result<(), Stop> {
    review.check_expiry().map_err(Stop::Error)?;
    let (key, development) = match hand {
        Hand::Store(_, key, development) => (*key, *development),
        Hand::Program(signer) => (signer.public_key(), signer.is_development()),
        Hand::Attached(key, _) => (*key, keys::development::is_known(key)),
        Hand::Nobody => return Ok(()),
    };
    check_key(prepared, &key, development).map_err(Stop::Error)?;
    let missing = review.not_accepted(&args.accept);
    if !missing.is_empty() {
        let missing = missing.into_iter().map(|warning| (warning.code, warning.text.clone())).collect();
        return Err(Stop::NotAccepted(missing));
    }
    if args.yes || matches!(hand, Hand::Attached(..)) {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(Stop::NotAgreed("there is no terminal to ask on, and --yes is missing"));
    }
    if agreed() { Ok(()) } else { Err(Stop::NotAgreed("the answer was not yes")) }
}

fn agreed() -> bool {
    let _ = write!(io::stderr(), "Sign this message? Type yes: ").and_then(|()| io::stderr().flush());
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).is_ok() && line.trim().eq_ignore_ascii_case("yes")
}

fn hand(args: &SignArgs, prepared: &Prepared) -> Result<Hand, Error> {
    let named = || args.public_key.or(prepared.public_key()).ok_or(Error::NoKey);
    if let Some(name) = &args.key {
        let name: KeyName = name.parse()?;
        let info = args.store.store()?.info(&name)?;
        return Ok(Hand::Store(name, info.public_key, info.development));
    }
    if let Some(program) = &args.program {
        return Ok(Hand::Program(CommandSigner::new(program, named()?)));
    }
    let Some(signature) = &args.signature else { return Ok(Hand::Nobody) };
    let text = if signature == "-" {
        let mut text = String::new();
        io::stdin().take(1024).read_to_string(&mut text).map_err(|_| Error::SignatureForm)?;
        text
    } else {
        signature.clone()
    };
    let signature = text.trim().parse().map_err(|_| Error::SignatureForm)?;
    Ok(Hand::Attached(named()?, signature))
}

fn unlock_and_sign(args: &SignArgs, name: &KeyName, prepared: Prepared) -> Result<Signed, Error> {
    let password = args.store.password(name)?;
    let unlocked = args.store.store()?.unlock(name, &password)?;
    Signed::sign(prepared, &unlocked)
}

fn outcome(args: &SignArgs, review: &Review, signed: &Signed, out: &Path) -> Outcome {
    let (key, signature, hash) = (signed.public_key(), signed.signature(), signed.message_hash());
    let mut text = format!(
        "signed by    {key}\nsignature    {signature}\nmessage      {hash}\nwritten to   {}\n",
        out.display()
    );
    if args.qr {
        text += "\nThe signature:\n";
        text += &qr(&signature.to_string().to_uppercase()).expect("128 digits fit into a small code");
        text += &match qr(&signed.message_base64()) {
            Some(code) => format!("\nThe signed message in base64:\n{code}"),
            None => "\nThe signed message is too long for a code.\n".to_owned(),
        };
    }
    let data = json!({
        "review": review.to_json(),
        "signed": {
            "file": out.display().to_string(),
            "public_key": key,
            "signature": signature,
            "message_hash": hash.to_string(),
        },
    });
    Outcome { text, data, warnings: warnings(review) }
}

fn warnings(review: &Review) -> Vec<String> {
    review.warnings.iter().map(|warning| format!("{}: {}", warning.code, warning.text)).collect()
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // One byte more, so that a longer file is noticed.
    let limit = FILE_LIMIT as u64 + 1;
    if file == Path::new("-") {
        io::stdin().take(limit).read_to_end(&mut bytes)?;
    } else {
        File::open(file)?.take(limit).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// `payout.prepared.json` and `payout.json` become `payout.signed.json`.
fn signed_name(file: &Path) -> PathBuf {
    let name = file.file_name().map_or_else(|| "message".into(), |name| name.to_string_lossy().into_owned());
    let name = if name == "-" { "message".to_owned() } else { name };
    let stem = name.strip_suffix(".json").unwrap_or(&name);
    let stem = stem.strip_suffix(".prepared").unwrap_or(stem);
    file.with_file_name(format!("{stem}.signed.json"))
}

fn moment(text: &str) -> Result<UnixTime, String> {
    let date = || text.parse::<Utc>().map_err(|error| error.to_string());
    match text.parse() {
        Ok(seconds) => Ok(UnixTime(seconds)),
        Err(_) => date()?.time().ok_or_else(|| format!("there is no such moment as {text:?}")),
    }
}

/// The clock of this machine.
fn now() -> UnixTime {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs());
    UnixTime(u32::try_from(seconds).unwrap_or(u32::MAX))
}

fn failure(what: &str, error: Error) -> Failure {
    Failure {
        code: error.code(),
        status: error.status(),
        what: what.to_owned(),
        why: error.to_string(),
        hint: error.hint(),
        source: Some(error),
        review: None,
    }
}

fn unreadable(what: &str, error: &io::Error) -> Failure {
    Failure {
        code: "missing-file",
        status: 2,
        what: what.to_owned(),
        why: error.to_string(),
        hint: "check the path and its permissions".to_owned(),
        source: None,
        review: None,
    }
}

impl Stop {
    fn into_failure(self, what: &str) -> Failure {
        let (code, why, hint) = match self {
            Self::Error(error) => return failure(what, error),
            Self::NotAccepted(warnings) => {
                let names: Vec<_> = warnings.iter().map(|(code, _)| *code).collect();
                let texts: Vec<_> = warnings.iter().map(|(code, text)| format!("[{code}] {text}")).collect();
                let hint = format!("if you know better, add --accept {}", names.join(","));
                ("not-accepted", texts.join("; "), hint)
            }
            Self::FileExists(path) => {
                let why = format!("there is something at {} already", path.display());
                ("file-exists", why, "take another name with --out".to_owned())
            }
            Self::NotAgreed(why) => (
                "not-agreed",
                why.to_owned(),
                "read the review, then sign it on a terminal or with --yes".to_owned(),
            ),
        };
        Failure { code, status: 5, what: what.to_owned(), why, hint, source: None, review: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_files_lie_beside_the_prepared_ones() {
        for (file, signed) in [
            ("a/payout.prepared.json", "a/payout.signed.json"),
            ("payout.json", "payout.signed.json"),
            ("payout", "payout.signed.json"),
            ("-", "message.signed.json"),
        ] {
            assert_eq!(signed_name(Path::new(file)), Path::new(signed));
        }
    }
}
