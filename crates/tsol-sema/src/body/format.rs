//! `format("…", values…)`: the template is read at compile time.

use tsol_syntax::ast::{self, CallArgs};
use tsol_syntax::span::Span;

use super::{Body, Operand};
use crate::builtin::{Builtin as B, FormatPart, FormatSpec, Radix};
use crate::codes::{E0316, E0326, E0327};
use crate::cx::R;
use crate::hir::{Expr, ExprKind, Type};
use crate::types;

impl Body<'_, '_> {
    pub(crate) fn format(&mut self, args: &CallArgs, span: Span) -> R<Operand> {
        let list = self.positional(args, span)?;
        let Some((template, values)) = list.split_first() else {
            return Err(self.wrong_count(span, "1 or more", 0));
        };
        let ast::ExprKind::String(text) = &template.unparen().kind else {
            return Err(self.cx.error(E0327, template.span, "the template must be a literal").emit());
        };
        let Some(parts) = parse_format(&text.value) else {
            return Err(self
                .cx
                .error(E0327, template.span, "this is not a template")
                .note("placeholders are `{}` and `{:[0]<width>[x|d|X|t]}`")
                .emit());
        };
        let specs: Vec<FormatSpec> = parts
            .iter()
            .filter_map(|part| match part {
                FormatPart::Value(spec) => Some(*spec),
                FormatPart::Text(_) => None,
            })
            .collect();
        if specs.len() != values.len() {
            let message =
                format!("the template has {} placeholders for {} values", specs.len(), values.len());
            return Err(self.cx.error(E0316, span, message).emit());
        }
        let mut operands = Vec::new();
        for (spec, value) in specs.iter().zip(values) {
            let value = self.value(value)?;
            let number = types::is_plain_int(&value.ty);
            let plain = *spec == FormatSpec::default();
            let shown = matches!(value.ty, Type::Address | Type::String | Type::Bool | Type::Contract(_));
            if !(number || plain && shown) {
                let message = format!("`{}` cannot be printed so", self.cx.show(&value.ty));
                let note =
                    "`{}` shows integers, bool, address and string; a width or a base is for integers only";
                return Err(self.cx.error(E0326, value.span, message).note(note).emit());
            }
            operands.push(value);
        }
        Ok(Operand::Value(Expr {
            kind: ExprKind::Builtin(B::Format(parts), operands),
            ty: Type::String,
            span,
        }))
    }
}

/// Cuts a template; `None` if a placeholder is malformed.
fn parse_format(template: &[u8]) -> Option<Vec<FormatPart>> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.iter().position(|byte| *byte == b'{') {
        let close = open + rest[open..].iter().position(|byte| *byte == b'}')?;
        if open > 0 {
            parts.push(FormatPart::Text(rest[..open].to_vec()));
        }
        parts.push(FormatPart::Value(parse_spec(&rest[open + 1..close])?));
        rest = &rest[close + 1..];
    }
    if !rest.is_empty() {
        parts.push(FormatPart::Text(rest.to_vec()));
    }
    Some(parts)
}

fn parse_spec(spec: &[u8]) -> Option<FormatSpec> {
    if spec.is_empty() {
        return Some(FormatSpec::default());
    }
    let mut rest = spec.strip_prefix(b":")?;
    let radix = match rest.last() {
        Some(b'x') => Some(Radix::LowerHex),
        Some(b'X') => Some(Radix::UpperHex),
        Some(b't') => Some(Radix::Ton),
        Some(b'd') => Some(Radix::Decimal),
        _ => None,
    };
    if radix.is_some() {
        rest = &rest[..rest.len() - 1];
    }
    let zero_pad = rest.first() == Some(&b'0');
    let digits = if zero_pad { &rest[1..] } else { rest };
    let width = match std::str::from_utf8(digits).ok()? {
        "" => 0,
        text => text.parse::<u8>().ok().filter(|width| *width <= 127)?,
    };
    Some(FormatSpec { radix: radix.unwrap_or_default(), zero_pad, width })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_cut_into_parts() {
        let parts = parse_format(b"a {:06X} b{}").unwrap();
        let spec = FormatSpec { radix: Radix::UpperHex, zero_pad: true, width: 6 };
        assert_eq!(
            parts,
            [
                FormatPart::Text(b"a ".to_vec()),
                FormatPart::Value(spec),
                FormatPart::Text(b" b".to_vec()),
                FormatPart::Value(FormatSpec::default()),
            ]
        );
        assert_eq!(parse_format(b"{:q}"), None);
        assert_eq!(parse_format(b"{"), None);
    }
}
