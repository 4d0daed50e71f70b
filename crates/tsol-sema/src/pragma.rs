//! Pragmas: version requirements, ABI headers, defaults of a file.

use tsol_syntax::ast::{Pragma, PragmaWord};
use tsol_syntax::diag::Diagnostics;

use crate::codes::{E0205, E0206, E0207, E0501, E0502};
use crate::hir::Headers;

/// The version that tsolc answers to.
pub const LANGUAGE_VERSION: (u32, u32, u32) = (0, 77, 0);

/// What the pragmas of one file say.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pragmas {
    pub(crate) pubkey: bool,
    pub(crate) expire: bool,
    pub(crate) no_time: bool,
    pub(crate) ignore_overflow: bool,
}

impl Pragmas {
    pub(crate) fn headers(self) -> Headers {
        Headers { pubkey: self.pubkey, time: !self.no_time, expire: self.expire }
    }

    /// Adds what one pragma says.
    pub(crate) fn read(&mut self, pragma: &Pragma, diags: &Diagnostics) {
        match pragma.name.as_str() {
            "tvm-solidity" | "ton-solidity" | "ever-solidity" | "solidity" => check_version(pragma, diags),
            "AbiHeader" => self.read_header(pragma, diags),
            "ignoreIntOverflow" => self.ignore_overflow = true,
            "msgValue" => {} // its value is an expression: see `Cx::message_value`
            "copyleft" => {
                let _ = diags.error(E0501, pragma.span, "`pragma copyleft` is not supported").emit();
            }
            "upgrade" => {
                let _ = diags.error(E0502, pragma.span, "`pragma upgrade` is not supported").emit();
            }
            // Accepted and without meaning, as in the official compiler.
            "abicoder" | "experimental" | "AbiVersion" | "stdlib" => {}
            other => {
                let message = format!("unknown pragma `{other}`");
                let _ = diags.error(E0205, pragma.name.span, message).emit();
            }
        }
    }

    fn read_header(&mut self, pragma: &Pragma, diags: &Diagnostics) {
        match pragma.value().as_str() {
            "pubkey" => self.pubkey = true,
            "expire" => self.expire = true,
            "notime" => self.no_time = true,
            "time" => {
                let _ = diags
                    .error(E0206, pragma.span, "header `time` cannot be asked for")
                    .help("it is there by default: delete this line, or write `pragma AbiHeader notime;`")
                    .emit();
            }
            other => {
                let _ = diags
                    .error(E0206, pragma.span, format!("unknown ABI header `{other}`"))
                    .note("the headers are `pubkey`, `expire` and `notime`")
                    .emit();
            }
        }
    }
}

type Version = (u32, u32, u32);

fn check_version(pragma: &Pragma, diags: &Diagnostics) {
    match satisfies(&pragma.words, LANGUAGE_VERSION) {
        Some(true) => {}
        Some(false) => {
            let (major, minor, patch) = LANGUAGE_VERSION;
            let _ = diags
                .error(E0207, pragma.span, "this file asks for another version of the language")
                .note(format!("tsolc implements TVM Solidity {major}.{minor}.{patch}"))
                .emit();
        }
        None => {
            let message = "this is not a version requirement";
            let help = "write it as in `pragma tvm-solidity >= 0.72.0;`";
            let _ = diags.error(E0207, pragma.span, message).help(help).emit();
        }
    }
}

/// Reads `>= 0.35.5 < 0.35.7 || ^0.40.0`; `None` if it makes no sense.
fn satisfies(words: &[PragmaWord], version: Version) -> Option<bool> {
    let mut any = false;
    for alternative in words.split(|word| word.text == "||") {
        let mut all = true;
        let mut operator = "";
        let mut seen = false;
        for word in alternative {
            if word.text.starts_with(|c: char| c.is_ascii_digit()) {
                all &= compare(operator, parse_version(&word.text)?, version)?;
                (operator, seen) = ("", true);
            } else if operator.is_empty() {
                operator = word.text.as_str();
            } else {
                return None;
            }
        }
        if !seen || !operator.is_empty() {
            return None;
        }
        any |= all;
    }
    Some(any)
}

fn compare(operator: &str, wanted: Version, version: Version) -> Option<bool> {
    Some(match operator {
        "" | "=" => version == wanted,
        ">=" => version >= wanted,
        "<=" => version <= wanted,
        ">" => version > wanted,
        "<" => version < wanted,
        "^" if wanted.0 == 0 => version >= wanted && version < (0, wanted.1 + 1, 0),
        "^" => version >= wanted && version < (wanted.0 + 1, 0, 0),
        "~" => version >= wanted && version < (wanted.0, wanted.1 + 1, 0),
        _ => return None,
    })
}

fn parse_version(text: &str) -> Option<Version> {
    let mut parts = text.split('.').map(|part| part.parse::<u32>().ok());
    let major = parts.next()??;
    let minor = parts.next().unwrap_or(Some(0))?;
    let patch = parts.next().unwrap_or(Some(0))?;
    parts.next().is_none().then_some((major, minor, patch))
}

#[cfg(test)]
mod tests {
    use tsol_syntax::ast::PragmaWord;
    use tsol_syntax::span::Span;

    use super::satisfies;

    fn holds(text: &str) -> Option<bool> {
        let words: Vec<PragmaWord> = text
            .split_whitespace()
            .map(|word| PragmaWord { text: word.to_owned(), span: Span::default() })
            .collect();
        satisfies(&words, (0, 77, 0))
    }

    #[test]
    fn version_requirements_read_as_api_md_says() {
        assert_eq!(holds(">= 0.72.0"), Some(true));
        assert_eq!(holds("^ 0.77.0"), Some(true));
        assert_eq!(holds("^ 0.76.0"), Some(false));
        assert_eq!(holds(">= 0.35.5 < 0.35.7"), Some(false));
        assert_eq!(holds("0.77.0"), Some(true));
        assert_eq!(holds("< 0.50.0 || >= 0.70.0"), Some(true));
        assert_eq!(holds(">= >="), None);
        assert_eq!(holds(">= 0.x"), None);
    }
}
