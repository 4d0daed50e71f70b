//! A written catalogue against the chain.

use serde_json::Value;

use crate::catalogue::SCHEMA;
use crate::check::{Check, Report};
use crate::text::plain;

/// Longest value that is shown.
const SHOWN: usize = 120;
/// Characters shown before a difference.
const BEFORE: usize = 20;
/// Largest file that is read, in bytes.
const LARGEST: usize = 256 << 20;

/// Why a file is no catalogue.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BadFile {
    /// It is too large.
    #[error("it has {bytes} bytes, more than any catalogue")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// It is not JSON.
    #[error("it is not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// It is something else.
    #[error("its schema is {found}, not \"{SCHEMA}\"")]
    Schema {
        /// What it calls itself.
        found: String,
    },
}

/// Name and version of the command line's envelope.
const ENVELOPE: &str = "subgov/1";

/// Reads a written catalogue; also one in the envelope of the command line.
///
/// # Errors
/// [`BadFile`].
pub fn read_file(bytes: &[u8]) -> Result<Value, BadFile> {
    if bytes.len() > LARGEST {
        return Err(BadFile::TooLarge { bytes: bytes.len() });
    }
    let mut value: Value = serde_json::from_slice(bytes)?;
    if is_envelope(&value) {
        value = value["data"].take();
    }
    match value.get("schema") {
        Some(Value::String(schema)) if schema == SCHEMA => Ok(value),
        found => Err(BadFile::Schema { found: found.map_or_else(|| "missing".to_owned(), show) }),
    }
}

/// Whether it is an envelope and nothing else: a catalogue beside the one in it would be what others read.
fn is_envelope(value: &Value) -> bool {
    let Value::Object(members) = value else { return false };
    let names = ["schema", "ok", "data", "errors", "warnings"];
    members.len() == names.len()
        && names.iter().all(|name| members.contains_key(*name))
        && (&value["schema"], &value["ok"]) == (&ENVELOPE.into(), &true.into())
}

/// Holds what was written against what the chain says: each value that differs, is missing or is too much is named by
/// its way from the top, lists by the number, id or key that their items have.
pub fn compare(chain: &Value, written: &Value) -> Report {
    let mut report = Report::default();
    values(&mut report, "", chain, written);
    report
}

fn values(report: &mut Report, path: &str, chain: &Value, written: &Value) {
    match (chain, written) {
        (Value::Object(chain), Value::Object(written)) => {
            for (name, value) in chain {
                let path = join(path, name);
                match written.get(name) {
                    Some(found) => values(report, &path, value, found),
                    None => differs(report, &path, &show(value), "nothing"),
                }
            }
            for name in written.keys().filter(|name| !chain.contains_key(*name)) {
                differs(report, &join(path, &plain(name)), "nothing", &show(&written[name]));
            }
        }
        (Value::Array(chain), Value::Array(written)) => lists(report, path, chain, written),
        _ => report.holds(Check::File, &place(path), leaf(path), chain == written, || pair(chain, written)),
    }
}

fn lists(report: &mut Report, path: &str, chain: &[Value], written: &[Value]) {
    for index in 0..chain.len().max(written.len()) {
        let item = chain.get(index).or_else(|| written.get(index));
        let path = format!("{path}[{}]", item.map_or_else(|| index.to_string(), |item| label(item, index)));
        match (chain.get(index), written.get(index)) {
            (Some(chain), Some(written)) => values(report, &path, chain, written),
            (Some(chain), None) => differs(report, &path, &show(chain), "nothing"),
            (None, Some(written)) => differs(report, &path, "nothing", &show(written)),
            (None, None) => {}
        }
    }
}

/// What an item of a list is called: its place, and the first of its members that names it.
fn label(item: &Value, index: usize) -> String {
    let names = ["id", "number", "item", "name", "key", "message", "contract"];
    let found = names.iter().find_map(|name| Some((name, item.get(name)?)));
    found.map_or_else(
        || index.to_string(),
        |(name, value)| format!("{index}: {name} {}", show(value).trim_matches('"')),
    )
}

fn differs(report: &mut Report, path: &str, expected: &str, found: &str) {
    let values = || (expected.to_owned(), found.to_owned());
    report.holds(Check::File, &place(path), leaf(path), false, values);
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// Everything but the last part of a way.
fn place(path: &str) -> String {
    let place = cut(path).0;
    if place.is_empty() { "catalogue".to_owned() } else { place.to_owned() }
}

/// The last part of a way.
fn leaf(path: &str) -> &str {
    cut(path).1
}

/// A way without and with its last part; a dot inside of brackets is part of a label.
fn cut(path: &str) -> (&str, &str) {
    let mut depth = 0;
    for (at, character) in path.char_indices().rev() {
        match character {
            ']' => depth += 1,
            '[' => depth -= 1,
            '.' if depth == 0 => return (&path[..at], &path[at + 1..]),
            _ => {}
        }
    }
    ("", path)
}

/// Two values that differ, each as it is shown: long texts from a little before the first difference on.
fn pair(chain: &Value, written: &Value) -> (String, String) {
    let (expected, found) = (show(chain), show(written));
    let (Value::String(one), Value::String(other)) = (chain, written) else { return (expected, found) };
    if expected != found {
        return (expected, found);
    }
    let same = one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
    let part = |text: &str| {
        let part: String = text.chars().skip(same.saturating_sub(BEFORE)).take(SHOWN - BEFORE).collect();
        format!("…{}… from character {same} on", plain(&part))
    };
    let (expected, found) = (part(one), part(other));
    // Characters that act look alike: their escapes do not.
    if expected == found { (format!("{one:?}"), format!("{other:?}")) } else { (expected, found) }
}

/// A value as it is shown: short, on one line.
fn show(value: &Value) -> String {
    let text = match value {
        Value::Object(members) => format!("{} members", members.len()),
        Value::Array(items) => format!("{} items", items.len()),
        other => plain(&other.to_string()),
    };
    if text.chars().count() <= SHOWN { text } else { text.chars().take(SHOWN).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_an_envelope_is_opened() {
        let read = |value: Value| read_file(value.to_string().as_bytes());
        let catalogue = json!({ "schema": SCHEMA, "contests": [] });
        let envelope =
            json!({ "schema": ENVELOPE, "ok": true, "data": catalogue, "errors": [], "warnings": [] });
        assert_eq!(read(catalogue.clone()).unwrap(), catalogue);
        assert_eq!(read(envelope.clone()).unwrap(), catalogue);

        // What others read is what is compared, not a true catalogue beside it.
        let lie = json!({ "schema": SCHEMA, "contests": ["a lie"], "ok": true, "data": catalogue });
        assert_eq!(read(lie.clone()).unwrap(), lie);
        let mut more = envelope.clone();
        more["contests"] = json!(["a lie"]);
        assert!(matches!(read(more), Err(BadFile::Schema { .. })));
        let mut failed = envelope;
        failed["ok"] = json!(false);
        assert!(matches!(read(failed), Err(BadFile::Schema { .. })));
    }
}
