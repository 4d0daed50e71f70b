//! Lines: `{"sum":"<64 hexadecimal digits>","entry":{…}}` and a line break.
//!
//! The sum is SHA-256 over the sum of the line before (32 zero bytes for the first) and the text of the entry, so that a line
//! can neither be changed nor moved nor left out unseen, except at the end.

use governance::text::Digest;
use ton_client::crypto::sha256;

use super::{Entry, JournalError};

const BEFORE_SUM: &str = "{\"sum\":\"";
const BEFORE_ENTRY: &str = "\",\"entry\":";
const DIGITS: usize = 64;

/// The checksum of a line.
pub(super) type Sum = [u8; 32];

/// What was read.
pub(super) struct Read {
    pub(super) entries: Vec<Entry>,
    pub(super) sum: Sum,
    /// Bytes of whole lines; what follows was not finished.
    pub(super) whole: usize,
    /// Whether the last whole line lacks its line break.
    pub(super) missing_end: bool,
}

/// The line of an entry, and the sum up to it.
pub(super) fn write(entry: &Entry, before: &Sum) -> (String, Sum) {
    let text = serde_json::to_string(entry).expect("texts, numbers and lists are always JSON");
    let sum = sum_of(before, &text);
    (format!("{BEFORE_SUM}{}{BEFORE_ENTRY}{text}}}\n", Digest(sum)), sum)
}

/// Reads all lines.
pub(super) fn read(bytes: &[u8]) -> Result<Read, JournalError> {
    let mut done = Read { entries: Vec::new(), sum: Sum::default(), whole: 0, missing_end: false };
    while done.whole < bytes.len() {
        let rest = &bytes[done.whole..];
        let end = rest.iter().position(|byte| *byte == b'\n');
        let line = &rest[..end.unwrap_or(rest.len())];
        match (parse(line, &done.sum), end) {
            (Ok((entry, sum)), end) => {
                done.entries.push(entry);
                done.sum = sum;
                done.whole += line.len() + usize::from(end.is_some());
                done.missing_end = end.is_none();
            }
            (Err(why), Some(_)) => {
                return Err(JournalError::Altered { line: done.entries.len() + 1, why });
            }
            // The last run did not get to its end.
            (Err(_), None) => break,
        }
    }
    Ok(done)
}

fn parse(line: &[u8], before: &Sum) -> Result<(Entry, Sum), String> {
    let line = std::str::from_utf8(line).map_err(|_| "it is no text".to_owned())?;
    let parts = line.strip_prefix(BEFORE_SUM).and_then(|rest| {
        let (digits, rest) = rest.split_at_checked(DIGITS)?;
        let text = rest.strip_prefix(BEFORE_ENTRY)?.strip_suffix('}')?;
        Some((digits, text))
    });
    let (digits, text) = parts.ok_or("it has another form")?;
    let sum = sum_of(before, text);
    if Digest(sum).to_string() != digits {
        return Err("its checksum does not fit".to_owned());
    }
    let entry = serde_json::from_str(text).map_err(|error| format!("its entry is unknown: {error}"))?;
    Ok((entry, sum))
}

fn sum_of(before: &Sum, text: &str) -> Sum {
    sha256(&[&before[..], text.as_bytes()].concat())
}
