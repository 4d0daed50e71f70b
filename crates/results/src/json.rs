//! The JSON form, as it is written.

use serde::Serialize;

use crate::error::Error;
use crate::text::acts;

/// A value as JSON for people and programs: indented, with a line break at the end, and without characters that act on
/// a terminal or editor, which are written as `\u` escapes and read as what they were.
///
/// # Errors
/// [`Error::Json`].
pub fn to_json(value: &impl Serialize) -> Result<String, Error> {
    let text = serde_json::to_string_pretty(value)?;
    let mut safe = String::with_capacity(text.len() + 1);
    let mut units = [0; 2];
    for character in text.chars() {
        // Line breaks stand between values only: inside of texts they are escaped already.
        if character == '\n' || !acts(character) {
            safe.push(character);
        } else {
            for unit in character.encode_utf16(&mut units) {
                safe.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    safe.push('\n');
    Ok(safe)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_acts_is_escaped_and_read_back_as_it_was() {
        let value = json!({ "link": "a\u{202e}\u{9b}31m\u{feff}\u{e0041}ä\n\"" });
        let text = to_json(&value).unwrap();
        assert!(text.contains(r#""a\u202e\u009b31m\ufeff\udb40\udc41ä\n\"""#), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
