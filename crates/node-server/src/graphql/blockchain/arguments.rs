//! Arguments of pages.

use async_graphql::dynamic::{Field, InputObject, InputValue, ResolverContext, Type, TypeRef};

use super::super::Failure;
use super::super::filter::big;
use super::super::limits::LIST;
use crate::documents::{ChainOrder, Place};

/// Which way a page goes, from where, how far, and within which masterchain blocks.
#[derive(Debug, Clone)]
pub(super) struct PageArgs {
    pub(super) backward: bool,
    pub(super) limit: usize,
    pub(super) after: Option<String>,
    pub(super) before: Option<String>,
    /// First round, included.
    pub(super) start: u32,
    /// Last round, not included.
    pub(super) end: u32,
}

/// Adds the arguments that all pages have.
pub(super) fn paged(field: Field) -> Field {
    field
        .argument(InputValue::new("first", TypeRef::named(TypeRef::INT)))
        .argument(InputValue::new("after", TypeRef::named(TypeRef::STRING)))
        .argument(InputValue::new("last", TypeRef::named(TypeRef::INT)))
        .argument(InputValue::new("before", TypeRef::named(TypeRef::STRING)))
        .argument(inconsistent())
        .argument(archive())
}

/// Adds `master_seq_no_range`.
pub(super) fn ranged(field: Field) -> Field {
    field.argument(InputValue::new("master_seq_no_range", TypeRef::named("BlockchainMasterSeqNoFilter")))
}

/// `archive`: the whole history is here, so it changes nothing.
pub(super) fn archive() -> InputValue {
    InputValue::new("archive", TypeRef::named(TypeRef::BOOLEAN))
        .description("The whole history is always searched.")
}

fn inconsistent() -> InputValue {
    InputValue::new("allow_latest_inconsistent_data", TypeRef::named(TypeRef::BOOLEAN))
        .description("The newest data are always consistent.")
}

pub(super) fn types() -> Vec<Type> {
    let range = InputObject::new("BlockchainMasterSeqNoFilter")
        .field(InputValue::new("start", TypeRef::named(TypeRef::INT)).description("First number, included."))
        .field(
            InputValue::new("end", TypeRef::named(TypeRef::INT)).description("Last number, not included."),
        );
    vec![range.into()]
}

impl PageArgs {
    /// Reads the arguments of a page.
    ///
    /// # Errors
    /// [`Failure::InvalidQuery`] for arguments that exclude each other, or a cursor that is none.
    pub(super) fn parse(ctx: &ResolverContext<'_>) -> Result<Self, Failure> {
        let invalid = |text: &str| Err(Failure::InvalidQuery(text.to_owned()));
        let (first, last) = (integer(ctx, "first"), integer(ctx, "last"));
        let (after, before) = (text(ctx, "after"), text(ctx, "before"));
        if first.is_some() && last.is_some() {
            return invalid("\"first\" and \"last\" shouldn't be used simultaneously");
        }
        if first.is_some() && before.is_some() {
            return invalid("\"first\" should not be used with \"before\"");
        }
        if last.is_some() && after.is_some() {
            return invalid("\"last\" should not be used with \"after\"");
        }
        let wanted = first.or(last);
        if wanted.is_some_and(|wanted| wanted < 1) {
            return invalid("\"first\" and \"last\" are 1 at least");
        }
        let limit =
            wanted.and_then(|wanted| usize::try_from(wanted).ok()).map_or(LIST, |wanted| wanted.min(LIST));
        let (start, end) = master_range(ctx);
        Ok(Self { backward: last.is_some() || before.is_some(), limit, after, before, start, end })
    }

    /// Checks that the cursors are places, and narrows the rounds to them.
    ///
    /// # Errors
    /// [`Failure::InvalidQuery`].
    pub(super) fn with_places(mut self) -> Result<Self, Failure> {
        let place = |cursor: &Option<String>| match cursor.as_deref() {
            None | Some("") => Ok(None),
            Some(cursor) => Place::parse(cursor)
                .map(Some)
                .ok_or_else(|| Failure::InvalidQuery("the cursor is none of this network".to_owned())),
        };
        if let Some(after) = place(&self.after)? {
            self.start = self.start.max(after.seq_no);
        }
        if let Some(before) = place(&self.before)? {
            self.end = self.end.min(before.seq_no.saturating_add(1));
        }
        Ok(self)
    }

    /// Whether a place lies between the cursors.
    pub(super) fn contains(&self, place: Place) -> bool {
        let text = ChainOrder(place).to_string();
        (self.start..self.end).contains(&place.seq_no) && self.between(&text)
    }

    /// Whether a text lies between the cursors.
    fn between(&self, text: &str) -> bool {
        self.after.as_deref().is_none_or(|after| text > after)
            && self.before.as_deref().is_none_or(|before| before.is_empty() || text < before)
    }
}

fn master_range(ctx: &ResolverContext<'_>) -> (u32, u32) {
    let range = ctx.args.get("master_seq_no_range");
    let bound = |name: &str| {
        let number = range.as_ref()?.object().ok()?.get(name)?.i64().ok()?;
        Some(u32::try_from(number.max(0)).unwrap_or(u32::MAX))
    };
    // Zero means no bound, as in q-server.
    let end = bound("end").filter(|&end| end != 0);
    (bound("start").unwrap_or(0), end.unwrap_or(u32::MAX))
}

pub(super) fn integer(ctx: &ResolverContext<'_>, name: &str) -> Option<i64> {
    ctx.args.get(name)?.i64().ok()
}

pub(super) fn flag(ctx: &ResolverContext<'_>, name: &str) -> Option<bool> {
    ctx.args.get(name)?.boolean().ok()
}

pub(super) fn text(ctx: &ResolverContext<'_>, name: &str) -> Option<String> {
    ctx.args.get(name)?.string().ok().map(str::to_owned)
}

/// A big number in text.
///
/// # Errors
/// [`Failure::InvalidQuery`].
pub(super) fn amount(ctx: &ResolverContext<'_>, name: &str) -> Result<Option<i128>, Failure> {
    let Some(text) = text(ctx, name) else { return Ok(None) };
    let number = big(&text).ok_or_else(|| Failure::InvalidQuery(format!("{name} is no number")))?;
    Ok(Some(number))
}
