//! Input types: filters, orders, formats.

use async_graphql::dynamic::{Enum, InputObject, InputValue, Type, TypeRef};

use crate::documents::enums::{self, Enum as Names};
use crate::documents::{AddressFormat, Collection, Kind, Shape, shapes};

/// All input types of the table.
pub(super) fn types() -> Vec<Type> {
    let mut types = vec![
        scalar_filter("StringFilter", TypeRef::STRING).into(),
        scalar_filter("BooleanFilter", TypeRef::BOOLEAN).into(),
        scalar_filter("IntFilter", TypeRef::INT).into(),
        scalar_filter("FloatFilter", TypeRef::FLOAT).into(),
        array_filter("String").into(),
        array_filter("Float").into(),
        order_by().into(),
        enum_type("QueryOrderByDirection", &["ASC", "DESC"]).into(),
        enum_type("BigIntFormat", &["HEX", "DEC"]).into(),
        enum_type("AddressFormat", &AddressFormat::NAMES.map(|(name, _)| name)).into(),
    ];
    for names in enums::ALL {
        let values: Vec<_> = names.values.iter().map(|(name, _)| *name).collect();
        types.push(enum_type(names.name, &values).into());
        types.push(scalar_filter(&enum_filter(names), names.name).into());
    }
    for shape in shapes() {
        types.push(shape_filter(shape).into());
        types.push(array_filter(shape.name).into());
    }
    types
}

/// Name of the filter type of a collection.
pub(super) fn filter_name(collection: Collection) -> String {
    format!("{}Filter", collection.type_name())
}

/// An enumeration.
pub(super) fn enum_type(name: &str, values: &[&str]) -> Enum {
    values.iter().fold(Enum::new(name), |names, value| names.item(*value))
}

fn enum_filter(names: &Names) -> String {
    format!("{}Filter", names.name)
}

fn scalar_filter(name: &str, operand: &str) -> InputObject {
    let filter = InputObject::new(name);
    let filter = ["eq", "ne", "gt", "lt", "ge", "le"]
        .into_iter()
        .fold(filter, |filter, operator| filter.field(InputValue::new(operator, TypeRef::named(operand))));
    ["in", "notIn"].into_iter().fold(filter, |filter, operator| {
        filter.field(InputValue::new(operator, TypeRef::named_list(operand)))
    })
}

fn array_filter(item: &str) -> InputObject {
    let item_filter = format!("{item}Filter");
    InputObject::new(format!("{item}ArrayFilter"))
        .field(InputValue::new("any", TypeRef::named(&item_filter)))
        .field(InputValue::new("all", TypeRef::named(&item_filter)))
}

fn shape_filter(shape: &Shape) -> InputObject {
    let name = format!("{}Filter", shape.name);
    let mut filter = InputObject::new(&name);
    for field in &shape.fields {
        let value = InputValue::new(field.name, TypeRef::named(filter_of(field.kind)));
        filter = filter.field(value.description(field.doc));
        if let Kind::Enum(names) = field.kind {
            let twin = format!("{}_name", field.name);
            filter = filter.field(InputValue::new(twin, TypeRef::named(enum_filter(names))));
        }
    }
    filter
        .field(InputValue::new("OR", TypeRef::named(name)).description("An alternative to all of the above."))
}

/// Name of the filter type of a kind.
fn filter_of(kind: Kind) -> String {
    match kind {
        Kind::Text | Kind::Hash | Kind::Address | Kind::Big => "StringFilter".to_owned(),
        Kind::Bool => "BooleanFilter".to_owned(),
        Kind::Int | Kind::Enum(_) => "IntFilter".to_owned(),
        Kind::Float | Kind::Time => "FloatFilter".to_owned(),
        Kind::Object(name) => format!("{name}Filter"),
        Kind::Join(collection) => filter_name(collection),
        Kind::Joins(collection) => format!("{}ArrayFilter", collection.type_name()),
        Kind::List(item) => filter_of(*item).replace("Filter", "ArrayFilter"),
    }
}

fn order_by() -> InputObject {
    InputObject::new("QueryOrderBy")
        .field(
            InputValue::new("path", TypeRef::named(TypeRef::STRING)).description("A field, or `part.field`."),
        )
        .field(InputValue::new("direction", TypeRef::named("QueryOrderByDirection")))
}
