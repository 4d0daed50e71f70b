//! Values of numbers and strings.

use num_bigint::BigUint;
use num_traits::{One, Pow, Zero};

use super::{PResult, Parser};
use crate::ast::{NumberLit, StringKind, StringLit, Unit};
use crate::codes::{E0104, E0105, E0106, E0107, E0108, E0126};
use crate::diag::{Code, Reported};
use crate::span::Span;
use crate::token::{Keyword, TokenKind};

/// Most digits of a number, written out or by its exponent.
const MAX_DIGITS: usize = 1000;

impl Parser<'_> {
    /// The number at the current token, with the unit behind it.
    pub(super) fn number(&mut self) -> PResult<NumberLit> {
        let span = self.bump().span;
        let text = self.snippet(span);
        let (mut numerator, denominator) = match text.strip_prefix("0x") {
            Some(digits) => (self.hex_value(digits, span)?, BigUint::one()),
            None => self.decimal_value(text, span)?,
        };
        let mut unit = None;
        if let TokenKind::Unit(found) = self.kind() {
            let unit_span = self.bump().span;
            if text.starts_with("0x") {
                return Err(self.literal_error(E0107, unit_span, "hexadecimal numbers take no unit"));
            }
            numerator *= Unit::factor(found);
            unit = Some(found);
        } else if self.kind() == TokenKind::Keyword(Keyword::Years) {
            let word = self.bump().span;
            let error = self.diags.error(E0126, word, "`years` was removed from the language");
            return Err(error.help("count in `days`").emit());
        }
        let (numerator, denominator) = if (&numerator % &denominator).is_zero() {
            (numerator / denominator, BigUint::one())
        } else {
            (numerator, denominator)
        };
        Ok(NumberLit { numerator, denominator, text: text.to_owned(), unit })
    }

    fn hex_value(&self, digits: &str, span: Span) -> PResult<BigUint> {
        self.check_underscores(digits, span)?;
        let digits = digits.replace('_', "");
        if digits.len() > MAX_DIGITS {
            return Err(self.literal_error(E0108, span, "number is too long"));
        }
        BigUint::parse_bytes(digits.as_bytes(), 16).ok_or_else(|| self.malformed(span))
    }

    fn decimal_value(&self, text: &str, span: Span) -> PResult<(BigUint, BigUint)> {
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        for part in [whole, fraction, exponent.trim_start_matches(['+', '-'])] {
            self.check_underscores(part, span)?;
        }
        if whole.len() > 1 && whole.starts_with('0') {
            return Err(self.literal_error(E0107, span, "decimal number begins with zero"));
        }
        let digits = format!("{whole}{fraction}").replace('_', "");
        let places = fraction.bytes().filter(|b| *b != b'_').count() as i64;
        // An exponent that does not fit is far above the limit anyway.
        let exponent: i64 = exponent.replace('_', "").parse().unwrap_or(i64::MAX).min(1 << 32);
        let scale = exponent - places;
        if digits.len() > MAX_DIGITS || scale.unsigned_abs() > MAX_DIGITS as u64 {
            return Err(self.literal_error(E0108, span, "number is too long"));
        }
        let value = BigUint::parse_bytes(digits.as_bytes(), 10).ok_or_else(|| self.malformed(span))?;
        let power = BigUint::from(10u8).pow(scale.unsigned_abs());
        Ok(if scale >= 0 { (value * power, BigUint::one()) } else { (value, power) })
    }

    /// Underscores stand between two digits only.
    fn check_underscores(&self, digits: &str, span: Span) -> PResult<()> {
        if digits.starts_with('_') || digits.ends_with('_') || digits.contains("__") {
            return Err(self.literal_error(E0107, span, "underscore is not between two digits"));
        }
        Ok(())
    }

    fn malformed(&self, span: Span) -> Reported {
        self.literal_error(E0107, span, "malformed number")
    }

    fn literal_error(&self, code: Code, span: Span, message: &str) -> Reported {
        self.diags.error(code, span, message).emit()
    }

    /// The string at the current token, joined with its neighbours of the same kind.
    pub(super) fn string(&mut self, kind: StringKind) -> PResult<StringLit> {
        let mut value = Vec::new();
        while self.kind() == TokenKind::String(kind) {
            let span = self.bump().span;
            let text = self.snippet(span);
            // INVARIANT: the lexer makes string tokens of a prefix, a quote, the body and the same quote.
            let open = text.find(['"', '\'']).unwrap_or_default();
            let body = text.get(open + 1..text.len() - 1).unwrap_or_default();
            let decoder = Decoder { parser: self, body, start: span.start + open as u32 + 1, span };
            match kind {
                StringKind::Hex => decoder.hex(&mut value)?,
                StringKind::Plain | StringKind::Unicode => decoder.text(kind, &mut value)?,
            }
        }
        Ok(StringLit { value, kind })
    }
}

struct Decoder<'p, 'a> {
    parser: &'p Parser<'a>,
    body: &'a str,
    /// Offset of the body in the file.
    start: u32,
    span: Span,
}

impl Decoder<'_, '_> {
    fn error(&self, code: Code, from: usize, to: usize, message: &str) -> Reported {
        let span = Span::new(self.span.file, self.start + from as u32, self.start + to as u32);
        self.parser.literal_error(code, span, message)
    }

    fn hex(&self, out: &mut Vec<u8>) -> PResult<()> {
        let bytes = self.body.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            if bytes[at] == b'_' {
                let between = at > 0 && at + 1 < bytes.len() && bytes[at - 1] != b'_';
                if !between {
                    return Err(self.error(
                        E0106,
                        at,
                        at + 1,
                        "underscore is not between two pairs of digits",
                    ));
                }
                at += 1;
                continue;
            }
            let pair = self.body.get(at..at + 2).and_then(hex_number);
            let Some(byte) = pair else {
                return Err(self.error(E0106, at, self.body.len(), "expected pairs of hexadecimal digits"));
            };
            out.push(byte as u8);
            at += 2;
        }
        Ok(())
    }

    fn text(&self, kind: StringKind, out: &mut Vec<u8>) -> PResult<()> {
        let mut at = 0;
        while let Some(c) = self.body[at..].chars().next() {
            if c == '\\' {
                at += self.escape(at, out)?;
                continue;
            }
            if kind == StringKind::Plain && !(' '..='~').contains(&c) {
                let to = at + c.len_utf8();
                let message =
                    format!("character {c:?} is not allowed in a plain string: write `unicode\"…\"`");
                return Err(self.error(E0105, at, to, &message));
            }
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            at += c.len_utf8();
        }
        Ok(())
    }

    /// Decodes the escape at an offset and returns its length.
    fn escape(&self, at: usize, out: &mut Vec<u8>) -> PResult<usize> {
        let rest = &self.body[at + 1..];
        let letter = rest.chars().next().unwrap_or('\\');
        let simple = match letter {
            '\\' | '\'' | '"' => letter as u8,
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            '\n' => return Ok(2),
            '\r' => return Ok(if rest.starts_with("\r\n") { 3 } else { 2 }),
            'x' => match rest.get(1..3).and_then(hex_number) {
                Some(byte) => {
                    out.push(byte as u8);
                    return Ok(4);
                }
                None => return Err(self.error(E0104, at, at + 2, "`\\x` needs two hexadecimal digits")),
            },
            'u' => match rest.get(1..5).and_then(hex_number).and_then(char::from_u32) {
                Some(c) => {
                    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                    return Ok(6);
                }
                None => {
                    return Err(self.error(
                        E0104,
                        at,
                        at + 2,
                        "`\\u` needs the four hexadecimal digits of a character",
                    ));
                }
            },
            _ => {
                let message = format!("unknown escape `\\{letter}`");
                return Err(self.error(E0104, at, at + 1 + letter.len_utf8(), &message));
            }
        };
        out.push(simple);
        Ok(2)
    }
}

/// The number written by these digits, if all are hexadecimal digits.
fn hex_number(digits: &str) -> Option<u32> {
    let all = digits.bytes().all(|b| b.is_ascii_hexdigit());
    if all { u32::from_str_radix(digits, 16).ok() } else { None }
}
