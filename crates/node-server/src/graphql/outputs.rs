//! Output types of documents and their parts.

use async_graphql::dynamic::{
    Field, FieldFuture, FieldValue, InputValue, Object, ResolverContext, Type, TypeRef,
};
use async_graphql::{Name, Value as Output};

use super::inputs::filter_name;
use super::limits::Budget;
use super::{Failure, budget, join};
use crate::documents::{
    AddressFormat, Collection, Doc, Field as Row, Kind, Object as Part, Shape, Value, parse_address, shapes,
};

/// Output types of the whole table.
pub(super) fn types() -> Vec<Type> {
    shapes().map(|shape| object(shape).into()).collect()
}

fn object(shape: &'static Shape) -> Object {
    let object = Object::new(shape.name).description(shape.doc);
    shape.fields.iter().fold(object, |object, row| match (row.kind, shape.collection) {
        (Kind::Join(_) | Kind::Joins(_), Some(collection)) => object.field(joined(row, collection)),
        _ => with_row(object, row),
    })
}

/// Adds the field of a row, and its twin if it has one.
pub(super) fn with_row(mut object: Object, row: &'static Row) -> Object {
    let output = Field::new(
        row.name,
        type_of(row.kind, &|collection| collection.type_name().to_owned()),
        move |ctx| finish(shown(&ctx, row)),
    );
    object = object.field(with_format(output, row.kind).description(row.doc));
    match row.kind {
        Kind::Enum(names) => {
            object.field(Field::new(format!("{}_name", row.name), TypeRef::named(names.name), move |ctx| {
                let name = match value(&ctx, row) {
                    Value::Int(number) => names.name_of(number),
                    _ => None,
                };
                FieldFuture::Value(name.map(|name| FieldValue::value(Output::Enum(Name::new(name)))))
            }))
        }
        Kind::Time => object.field(Field::new(
            format!("{}_string", row.name),
            TypeRef::named(TypeRef::STRING),
            move |ctx| {
                let text = match value(&ctx, row) {
                    Value::Int(seconds) => Some(time_text(seconds)),
                    _ => None,
                };
                FieldFuture::Value(text.map(FieldValue::value))
            },
        )),
        _ => object,
    }
}

/// Adds the `format` argument.
pub(super) fn with_format(field: Field, kind: Kind) -> Field {
    match kind {
        Kind::Big => field.argument(InputValue::new("format", TypeRef::named("BigIntFormat"))),
        Kind::Address => field.argument(InputValue::new("format", TypeRef::named("AddressFormat"))),
        _ => field,
    }
}

fn joined(row: &'static Row, collection: Collection) -> Field {
    let ty = type_of(row.kind, &|collection| collection.type_name().to_owned());
    let field = Field::new(row.name, ty, move |ctx| match join::wanted(&ctx, collection) {
        Ok(join::Wanted::Now) => finish(shown(&ctx, row)),
        Ok(join::Wanted::Nothing) => FieldFuture::Value(None),
        Ok(join::Wanted::Within(time)) => FieldFuture::new(join::wait(ctx, row, time)),
        Err(failure) => finish(Err(failure)),
    });
    let when = InputValue::new("when", TypeRef::named(filter_name(collection)));
    field
        .argument(
            InputValue::new("timeout", TypeRef::named(TypeRef::INT))
                .description("Milliseconds to wait for it."),
        )
        .argument(when.description("Joined only if the document passes."))
        .description(row.doc)
}

/// GraphQL type of a kind; `name` gives the type of joined documents.
pub(super) fn type_of(kind: Kind, name: &dyn Fn(Collection) -> String) -> TypeRef {
    match kind {
        Kind::Text | Kind::Hash | Kind::Address | Kind::Big => TypeRef::named(TypeRef::STRING),
        Kind::Bool => TypeRef::named(TypeRef::BOOLEAN),
        Kind::Int | Kind::Enum(_) => TypeRef::named(TypeRef::INT),
        Kind::Float | Kind::Time => TypeRef::named(TypeRef::FLOAT),
        Kind::Object(name) => TypeRef::named(name),
        Kind::Join(collection) => TypeRef::named(name(collection)),
        Kind::Joins(collection) => TypeRef::named_list(name(collection)),
        Kind::List(item) => TypeRef::List(Box::new(type_of(*item, name))),
    }
}

/// The value of a row in the document or part at hand.
fn value(ctx: &ResolverContext<'_>, row: &Row) -> Value {
    if let Some(doc) = ctx.parent_value.downcast_ref::<Doc>() {
        return doc.value(row);
    }
    ctx.parent_value.downcast_ref::<Part>().map_or(Value::Null, |part| row.of_part(part))
}

/// The value of a row as GraphQL shows it.
pub(super) fn shown<'a>(ctx: &ResolverContext<'_>, row: &Row) -> Result<Option<FieldValue<'a>>, Failure> {
    let format = ctx.args.get("format");
    let format = format.as_ref().and_then(|format| format.enum_name().ok());
    show(value(ctx, row), row.kind, format, &budget(ctx))
}

/// A value as GraphQL shows it; counted.
pub(super) fn show<'a>(
    value: Value,
    kind: Kind,
    format: Option<&str>,
    budget: &Budget,
) -> Result<Option<FieldValue<'a>>, Failure> {
    let text = |text: String| {
        budget.show_value(text.len())?;
        Ok(FieldValue::value(text))
    };
    let count = || budget.show_value(0);
    if budget.is_spent() {
        // The error that says so is in the answer already.
        return Ok(None);
    }
    Ok(Some(match value.force() {
        Value::Null | Value::Later(_) => return Ok(None),
        Value::Bool(flag) => {
            count()?;
            FieldValue::value(flag)
        }
        Value::Int(number) => {
            count()?;
            FieldValue::value(number)
        }
        Value::Big(number) => text(big_text(number, format == Some("DEC")))?,
        Value::Text(raw) if kind == Kind::Address => text(address_text(raw, format))?,
        Value::Text(raw) => text(raw)?,
        Value::Object(part) => {
            count()?;
            FieldValue::owned_any(part)
        }
        Value::Doc(doc) => {
            budget.show_documents(1)?;
            FieldValue::owned_any(doc)
        }
        Value::List(items) => {
            let item = match kind {
                Kind::List(item) => *item,
                kind => kind,
            };
            let shown = items.into_iter().map(|value| show(value, item, format, budget));
            // A list of documents cannot hold null; every joined document exists.
            FieldValue::list(shown.filter_map(Result::transpose).collect::<Result<Vec<_>, _>>()?)
        }
    }))
}

/// Documents as a list; counted.
pub(super) fn show_docs<'a>(docs: Vec<Doc>, budget: &Budget) -> Result<Option<FieldValue<'a>>, Failure> {
    budget.show_documents(docs.len())?;
    Ok(Some(FieldValue::list(docs.into_iter().map(FieldValue::owned_any))))
}

/// Ends a resolver that had nothing to wait for.
pub(super) fn finish<'a>(shown: Result<Option<FieldValue<'a>>, Failure>) -> FieldFuture<'a> {
    match shown {
        Ok(value) => FieldFuture::Value(value),
        Err(failure) => FieldFuture::new(std::future::ready(Err::<Option<FieldValue<'_>>, _>(
            async_graphql::Error::from(failure),
        ))),
    }
}

/// `0x…` in lower case, or decimal digits.
pub(super) fn big_text(number: i128, decimal: bool) -> String {
    match (decimal, number < 0) {
        (true, _) => number.to_string(),
        (false, true) => format!("-0x{:x}", number.unsigned_abs()),
        (false, false) => format!("0x{number:x}"),
    }
}

/// An address in a format; what is no address of an account stays as it is.
pub(super) fn address_text(raw: String, format: Option<&str>) -> String {
    match format.and_then(AddressFormat::by_name) {
        None | Some(AddressFormat::Raw) => raw,
        Some(format) => parse_address(&raw).map_or(raw, |address| format.show(&address)),
    }
}

/// `2026-11-22 18:00:00.000`, as q-server writes a time.
pub(super) fn time_text(seconds: i64) -> String {
    const DAY: i64 = 86_400;
    let (days, rest) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.000")
}

/// Date of a day since 1970. Source: the usual algorithm over eras of 400 years that begin in March.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_dates() {
        assert_eq!(time_text(0), "1970-01-01 00:00:00.000");
        assert_eq!(time_text(951_782_399), "2000-02-28 23:59:59.000");
        assert_eq!(time_text(951_782_400), "2000-02-29 00:00:00.000");
        assert_eq!(time_text(1_795_337_573), "2026-11-22 08:52:53.000");
        assert_eq!(time_text(u32::MAX.into()), "2106-02-07 06:28:15.000");
    }

    #[test]
    fn big_numbers_in_both_formats() {
        assert_eq!(big_text(255, false), "0xff");
        assert_eq!(big_text(255, true), "255");
        assert_eq!(big_text(-255, false), "-0xff");
        assert_eq!(big_text(i128::MIN, true), i128::MIN.to_string());
        assert_eq!(big_text(0, false), "0x0");
    }
}
