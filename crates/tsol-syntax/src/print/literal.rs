//! Strings with their escapes.

use std::fmt::Write;

use super::Printer;
use crate::ast::{StringKind, StringLit};

impl Printer {
    pub(super) fn string(&mut self, lit: &StringLit) {
        match lit.kind {
            StringKind::Hex => {
                self.put("hex\"");
                for byte in &lit.value {
                    self.escape("", u32::from(*byte));
                }
            }
            StringKind::Plain => {
                self.put("\"");
                for byte in &lit.value {
                    self.char(char::from(*byte), u32::from(*byte), byte.is_ascii());
                }
            }
            StringKind::Unicode => {
                self.put("unicode\"");
                for chunk in lit.value.utf8_chunks() {
                    for c in chunk.valid().chars() {
                        self.char(c, c as u32, !is_direction_mark(c));
                    }
                    for byte in chunk.invalid() {
                        self.escape("\\x", u32::from(*byte));
                    }
                }
            }
        }
        self.put("\"");
    }

    fn char(&mut self, c: char, code: u32, plain: bool) {
        match c {
            '"' => self.put("\\\""),
            '\\' => self.put("\\\\"),
            '\n' => self.put("\\n"),
            '\r' => self.put("\\r"),
            '\t' => self.put("\\t"),
            _ if plain && !c.is_control() => self.out.push(c),
            _ if code > 0xff => {
                let _ = write!(self.out, "\\u{code:04x}");
            }
            // U+0080 to U+00FF is two bytes in a Unicode string and only reached there by control marks.
            _ if code > 0x7f && plain => {
                let _ = write!(self.out, "\\u{code:04x}");
            }
            _ => self.escape("\\x", code),
        }
    }

    fn escape(&mut self, prefix: &str, byte: u32) {
        let _ = write!(self.out, "{prefix}{byte:02x}");
    }
}

/// Marks that the lexer refuses when they do not pair up.
fn is_direction_mark(c: char) -> bool {
    ('\u{202a}'..='\u{202e}').contains(&c)
}
