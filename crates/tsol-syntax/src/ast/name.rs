//! Names and the comments attached to declarations.

use std::fmt;

use crate::span::Span;

/// A name at a place.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Ident {
    /// The name. Empty only where a name was expected and not found (reported).
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

impl Ident {
    /// A name at a place.
    pub fn new(name: impl Into<String>, span: Span) -> Self {
        Self { name: name.into(), span }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl PartialEq<str> for Ident {
    fn eq(&self, other: &str) -> bool {
        self.name == other
    }
}

impl PartialEq<&str> for Ident {
    fn eq(&self, other: &&str) -> bool {
        self.name == *other
    }
}

/// A dotted name, such as `Lib.Item`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Path {
    /// At least one part.
    pub segments: Vec<Ident>,
    /// From the first part to the last.
    pub span: Span,
}

impl Path {
    /// A path of one part.
    pub fn single(ident: Ident) -> Self {
        Self { span: ident.span, segments: vec![ident] }
    }

    /// The only part, if there is only one.
    pub fn as_ident(&self) -> Option<&Ident> {
        match self.segments.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, segment) in self.segments.iter().enumerate() {
            if i > 0 {
                f.write_str(".")?;
            }
            f.write_str(&segment.name)?;
        }
        Ok(())
    }
}

/// A NatSpec comment (`/// ...` lines or `/** ... */`) in front of a declaration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Doc {
    /// Text without comment marks and without the leading blank and `*` of each line; lines end in `\n`
    /// except the last one.
    pub text: String,
    /// From the first mark to the last.
    pub span: Span,
}

impl Doc {
    /// The parts of the comment: `(tag, text)` with the tag without `@`.
    ///
    /// Text in front of the first tag belongs to `notice`, as NatSpec defines it. Lines of one part are
    /// joined by a blank.
    pub fn tags(&self) -> Vec<(String, String)> {
        let mut tags: Vec<(String, String)> = Vec::new();
        for line in self.text.lines().map(str::trim) {
            if let Some(rest) = line.strip_prefix('@') {
                let (tag, text) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
                tags.push((tag.to_owned(), text.trim().to_owned()));
            } else if !line.is_empty() {
                if tags.is_empty() {
                    tags.push(("notice".to_owned(), String::new()));
                }
                if let Some((_, text)) = tags.last_mut() {
                    if !text.is_empty() {
                        text.push(' ');
                    }
                    text.push_str(line);
                }
            }
        }
        tags
    }
}
