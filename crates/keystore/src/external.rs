//! Signers whose secret is not in a key file: another program, a person with another device, the environment.

use std::fmt;
use std::io::{self, BufRead, Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use keys::{KeyPair, Path, Phrase, PublicKey, Signer, verify};
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::secret::Secret;

/// Bytes that a program may answer: a signature with white space around it has room.
const LONGEST_ANSWER: u64 = 4096;

/// Another program signs: an agent, a hardware token's tool, a script that asks a safe.
///
/// It is started without a shell. On standard input it gets one line of JSON, `{"public_key": …, "hash": …}`, both as 64
/// hexadecimal digits; on standard output it gives the signature as 128 digits and ends with status 0. Its standard error
/// is the terminal's.
#[derive(Debug, Clone)]
pub struct CommandSigner {
    program: PathBuf,
    key: PublicKey,
}

impl CommandSigner {
    /// The program that signs for this key.
    pub fn new(program: impl Into<PathBuf>, key: PublicKey) -> Self {
        Self { program: program.into(), key }
    }

    fn run(&self, hash: &[u8; 32]) -> io::Result<String> {
        let request = format!("{{\"public_key\": \"{}\", \"hash\": \"{}\"}}\n", self.key, hex::encode(hash));
        let mut child = Command::new(&self.program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        if let Some(mut input) = child.stdin.take() {
            // A program that knows what to sign without reading is fine.
            let _ = input.write_all(request.as_bytes());
        }
        let mut answer = Vec::new();
        if let Some(output) = child.stdout.take() {
            output.take(LONGEST_ANSWER + 1).read_to_end(&mut answer)?;
        }
        if answer.len() as u64 > LONGEST_ANSWER {
            // It may write for ever.
            child.kill()?;
            child.wait()?;
            return Err(io::Error::other("its answer is too long"));
        }
        let status = child.wait()?;
        if !status.success() {
            return Err(io::Error::other(format!("it ended with {status}")));
        }
        String::from_utf8(answer).map_err(|_| io::Error::other("its answer is no text"))
    }
}

impl Signer for CommandSigner {
    fn public_key(&self) -> PublicKey {
        self.key
    }

    fn sign(&self, hash: &[u8; 32]) -> Result<[u8; 64], keys::Error> {
        let program = self.program.display();
        let refused = |why: String| keys::Error::Refused { reason: format!("{program}: {why}") };
        let answer = self.run(hash).map_err(|error| refused(error.to_string()))?;
        checked(&self.key, hash, &answer).map_err(|why| refused(why.to_owned()))
    }

    fn is_development(&self) -> bool {
        keys::development::is_known(&self.key)
    }
}

/// Asks for the signature of a hash and gives what was answered.
type Ask = dyn Fn(&PublicKey, &[u8; 32]) -> io::Result<String> + Send + Sync;

/// A person signs on another device and types the signature, or scans it.
pub struct DetachedSigner {
    key: PublicKey,
    ask: Box<Ask>,
}

impl DetachedSigner {
    /// Signatures of this key, which `ask` gets.
    pub fn new(
        key: PublicKey,
        ask: impl Fn(&PublicKey, &[u8; 32]) -> io::Result<String> + Send + Sync + 'static,
    ) -> Self {
        Self { key, ask: Box::new(ask) }
    }

    /// Shows key and hash on standard error and reads the signature from a line of standard input.
    pub fn terminal(key: PublicKey) -> Self {
        Self::new(key, |key, hash| {
            let hash = hex::encode(hash);
            writeln!(io::stderr(), "to sign: {hash}\nby:      {key}\nsignature (128 digits):")?;
            let mut line = String::new();
            io::stdin().lock().read_line(&mut line)?;
            Ok(line)
        })
    }
}

impl fmt::Debug for DetachedSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DetachedSigner({})", self.key)
    }
}

impl Signer for DetachedSigner {
    fn public_key(&self) -> PublicKey {
        self.key
    }

    fn sign(&self, hash: &[u8; 32]) -> Result<[u8; 64], keys::Error> {
        let refused = |why: String| keys::Error::Refused { reason: why };
        let answer = (self.ask)(&self.key, hash).map_err(|error| refused(error.to_string()))?;
        checked(&self.key, hash, &answer).map_err(|why| refused(why.to_owned()))
    }

    fn is_development(&self) -> bool {
        keys::development::is_known(&self.key)
    }
}

/// The signature in an answer, if it is one of the key.
fn checked(key: &PublicKey, hash: &[u8; 32], answer: &str) -> Result<[u8; 64], &'static str> {
    let mut signature = [0; 64];
    hex::decode_to_slice(answer.trim(), &mut signature)
        .map_err(|_| "the answer is no signature of 128 hexadecimal digits")?;
    if verify(key, hash, &signature) {
        Ok(signature)
    } else {
        Err("the signature is not one of this key for this hash")
    }
}

/// The key in the environment, for automatic runs: the secret key in `SUBGOV_SECRET`, or else the phrase in
/// `SUBGOV_PHRASE`, with its key at `path`.
///
/// # Errors
/// [`Error::Key`] if the phrase or key there is wrong.
pub fn from_environment(path: &Path) -> Result<Option<Secret>> {
    from_variables(path, |name| std::env::var(name).ok().filter(|text| !text.is_empty()).map(Zeroizing::new))
}

fn from_variables(
    path: &Path,
    variable: impl Fn(&str) -> Option<Zeroizing<String>>,
) -> Result<Option<Secret>, Error> {
    if let Some(text) = variable("SUBGOV_SECRET") {
        return Ok(Some(Secret::key(KeyPair::from_secret_hex(text.trim())?)));
    }
    let Some(text) = variable("SUBGOV_PHRASE") else { return Ok(None) };
    Ok(Some(Secret::phrase(Phrase::parse(&text)?, path.clone())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHRASE: &str = "abandon math mimic master filter design carbon crystal rookie group knife young";

    fn pair() -> KeyPair {
        Phrase::parse(PHRASE).unwrap().key(0).unwrap()
    }

    #[test]
    fn the_environment_gives_a_phrase_or_a_secret() {
        let path = Path::account(0).unwrap();
        let with = |set: &'static str, value: String| {
            from_variables(&path, move |name| (name == set).then(|| Zeroizing::new(value.clone())))
        };
        assert!(from_variables(&path, |_| None).unwrap().is_none());
        let secret = pair().reveal_secret().to_string();
        for found in [with("SUBGOV_PHRASE", PHRASE.to_owned()), with("SUBGOV_SECRET", secret)] {
            let found = found.unwrap().unwrap();
            assert_eq!((found.public_key(), found.is_development()), (pair().public_key(), false));
            assert_eq!(found.sign(&[1; 32]), pair().sign(&[1; 32]));
        }
        let error = with("SUBGOV_SECRET", "zz".to_owned()).unwrap_err();
        assert_eq!(error.code(), "bad-key");
        let dev = with("SUBGOV_PHRASE", keys::development::PHRASE.to_owned()).unwrap().unwrap();
        assert!(dev.is_development());
    }

    #[test]
    fn a_detached_signature_is_checked() {
        let right = hex::encode(pair().sign(&[1; 32]).unwrap());
        for (answer, fine) in [
            (right.clone(), true),
            (format!(" {}\n", right.to_uppercase()), true),
            (right[1..].to_owned(), false),
        ] {
            let signer = DetachedSigner::new(pair().public_key(), move |_, _| Ok(answer.clone()));
            assert_eq!(signer.sign(&[1; 32]).is_ok(), fine);
            assert!(
                matches!(signer.sign(&[2; 32]), Err(keys::Error::Refused { .. })),
                "it is of another hash"
            );
        }
        let away = DetachedSigner::new(pair().public_key(), |_, _| Err(io::Error::other("nobody there")));
        assert_eq!(away.sign(&[1; 32]), Err(keys::Error::Refused { reason: "nobody there".into() }));
    }

    #[cfg(unix)]
    #[test]
    fn another_program_signs_or_refuses() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let script = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
            CommandSigner::new(path, pair().public_key())
        };
        let signature = pair().sign(&[1; 32]).unwrap();
        let request = format!("*'\"hash\": \"{}\"'*", "01".repeat(32));
        let answer = format!("read line; case $line in {request}) echo {};; esac", hex::encode(signature));
        assert_eq!(script("fine", &answer).sign(&[1; 32]), Ok(signature));
        for (name, text, why) in [
            ("wrong", "echo 00", "no signature"),
            ("other", &*format!("echo {}", hex::encode([7; 64])), "not one of this key"),
            ("failing", "exit 3", "it ended with exit status: 3"),
            ("endless", "exec yes", "its answer is too long"),
        ] {
            let error = script(name, text).sign(&[1; 32]).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
        let error = CommandSigner::new(folder.path().join("missing"), pair().public_key()).sign(&[1; 32]);
        assert!(matches!(error, Err(keys::Error::Refused { .. })));
    }
}
