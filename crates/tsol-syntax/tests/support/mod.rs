//! Sources that together use the whole grammar, and comparing of trees without places.

use tsol_syntax::ast::SourceUnit;
use tsol_syntax::diag::{Diagnostic, Diagnostics};
use tsol_syntax::parse;
use tsol_syntax::span::FileId;

pub(crate) const CORPUS: [(&str, &str); 5] = [
    ("declarations", include_str!("../corpus/declarations.tsol")),
    ("statements", include_str!("../corpus/statements.tsol")),
    ("expressions", include_str!("../corpus/expressions.tsol")),
    ("types", include_str!("../corpus/types.tsol")),
    ("wallet", include_str!("../corpus/wallet.tsol")),
];

pub(crate) fn parsed(text: &str) -> (SourceUnit, Vec<Diagnostic>) {
    let diags = Diagnostics::new();
    let unit = parse(FileId(0), text, &diags);
    (unit, diags.into_sorted())
}

/// The tree as text without its spans, which are written `@file:start..end`.
pub(crate) fn shape(unit: &SourceUnit) -> String {
    let debug = format!("{unit:?}");
    let mut shape = String::with_capacity(debug.len());
    let mut rest = debug.as_str();
    while let Some(at) = rest.find('@') {
        let (before, after) = rest.split_at(at + 1);
        shape.push_str(before);
        rest = after.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':' || c == '.');
    }
    shape.push_str(rest);
    shape
}
