//! The table of fields.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use super::enums::Enum;
use super::{AccountDoc, BlockDoc, Doc, MessageDoc, Object, TransactionDoc, Value};

/// A collection of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Collection {
    /// Accounts as they are now.
    Accounts,
    /// Transactions of all accounts.
    Transactions,
    /// Messages that a transaction created or took in.
    Messages,
    /// Blocks of both chains, without zero states.
    Blocks,
    /// Signatures under blocks.
    BlocksSignatures,
    /// Zero states of both chains.
    Zerostates,
}

impl Collection {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Accounts,
        Self::Transactions,
        Self::Messages,
        Self::Blocks,
        Self::BlocksSignatures,
        Self::Zerostates,
    ];

    /// Name of the query field.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Transactions => "transactions",
            Self::Messages => "messages",
            Self::Blocks => "blocks",
            Self::BlocksSignatures => "blocks_signatures",
            Self::Zerostates => "zerostates",
        }
    }

    /// Name of the document type.
    #[must_use]
    pub fn type_name(self) -> &'static str {
        match self {
            Self::Accounts => "Account",
            Self::Transactions => "Transaction",
            Self::Messages => "Message",
            Self::Blocks => "Block",
            Self::BlocksSignatures => "BlockSignatures",
            Self::Zerostates => "Zerostate",
        }
    }

    /// Fields of its documents.
    #[must_use]
    pub fn shape(self) -> &'static Shape {
        shape(self.type_name()).expect("every collection has a shape, see the test")
    }
}

/// Type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text that is compared as it is, bags of cells included.
    Text,
    /// Lower-case hexadecimal digits; operands in upper case match, too.
    Hash,
    /// An address, with `(format: AddressFormat)`; operands may have any format.
    Address,
    /// `Boolean`.
    Bool,
    /// `Int`.
    Int,
    /// `Float` that holds a whole number.
    Float,
    /// `Float` with Unix seconds and a `…_string` twin.
    Time,
    /// `String` with `(format: BigIntFormat)`, compared as a number.
    Big,
    /// `Int` with a `…_name` twin.
    Enum(&'static Enum),
    /// A part with fields of its own: name of its [`Shape`].
    Object(&'static str),
    /// Several of the same kind.
    List(&'static Kind),
    /// One document of a collection.
    Join(Collection),
    /// Several documents of a collection.
    Joins(Collection),
}

impl PartialEq for Enum {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Enum {}

impl Kind {
    /// Whether values of this kind can be compared.
    #[must_use]
    pub fn is_scalar(self) -> bool {
        !matches!(self, Self::Object(_) | Self::List(_) | Self::Join(_) | Self::Joins(_))
    }
}

#[derive(Clone, Copy)]
enum Getter {
    Account(fn(&AccountDoc) -> Value),
    Block(fn(&BlockDoc) -> Value),
    Message(fn(&MessageDoc) -> Value),
    Transaction(fn(&TransactionDoc) -> Value),
    Part,
}

/// One row of the table.
pub struct Field {
    /// GraphQL name.
    pub name: &'static str,
    /// GraphQL type.
    pub kind: Kind,
    /// What it means; empty where the name says it.
    pub doc: &'static str,
    getter: Getter,
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}", self.name, self.kind)
    }
}

impl Field {
    /// A field of accounts.
    pub(super) fn account(
        name: &'static str,
        kind: Kind,
        doc: &'static str,
        get: fn(&AccountDoc) -> Value,
    ) -> Self {
        Self { name, kind, doc, getter: Getter::Account(get) }
    }

    /// A field of blocks, their signatures and zero states.
    pub(super) fn block(
        name: &'static str,
        kind: Kind,
        doc: &'static str,
        get: fn(&BlockDoc) -> Value,
    ) -> Self {
        Self { name, kind, doc, getter: Getter::Block(get) }
    }

    /// A field of messages.
    pub(super) fn message(
        name: &'static str,
        kind: Kind,
        doc: &'static str,
        get: fn(&MessageDoc) -> Value,
    ) -> Self {
        Self { name, kind, doc, getter: Getter::Message(get) }
    }

    /// A field of transactions.
    pub(super) fn transaction(
        name: &'static str,
        kind: Kind,
        doc: &'static str,
        get: fn(&TransactionDoc) -> Value,
    ) -> Self {
        Self { name, kind, doc, getter: Getter::Transaction(get) }
    }

    /// Its value in a document, absent in documents of another collection.
    #[must_use]
    pub fn of_doc(&self, doc: &Doc) -> Value {
        match (self.getter, doc) {
            (Getter::Account(get), Doc::Account(doc)) => get(doc),
            (Getter::Block(get), Doc::Block(doc) | Doc::Signatures(doc) | Doc::Zerostate(doc)) => get(doc),
            (Getter::Message(get), Doc::Message(doc)) => get(doc),
            (Getter::Transaction(get), Doc::Transaction(doc)) => get(doc),
            _ => Value::Null,
        }
        .force()
    }

    /// Its value in a part of a document.
    #[must_use]
    pub fn of_part(&self, part: &Object) -> Value {
        part.get(self.name)
    }
}

/// Fields of documents or of parts of documents.
#[derive(Debug)]
pub struct Shape {
    /// GraphQL type.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// Its fields.
    pub fields: Vec<Field>,
    /// The collection, if these are whole documents.
    pub collection: Option<Collection>,
}

impl Shape {
    /// Documents of a collection.
    pub(super) fn documents(collection: Collection, doc: &'static str, fields: Vec<Field>) -> Self {
        Self { name: collection.type_name(), doc, fields, collection: Some(collection) }
    }

    /// Parts of documents, by names and kinds of their fields.
    pub(super) fn part(name: &'static str, doc: &'static str, fields: &[(&'static str, Kind)]) -> Self {
        let fields =
            fields.iter().map(|&(name, kind)| Field { name, kind, doc: "", getter: Getter::Part }).collect();
        Self { name, doc, fields, collection: None }
    }

    /// A field by its name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The field whose number has this name twin (`status` for `status_name`).
    #[must_use]
    pub fn enum_behind(&self, twin: &str) -> Option<(&Field, &'static Enum)> {
        let field = self.field(twin.strip_suffix("_name")?)?;
        let Kind::Enum(names) = field.kind else { return None };
        Some((field, names))
    }
}

static SHAPES: LazyLock<BTreeMap<&'static str, Shape>> = LazyLock::new(|| {
    let mut shapes = vec![
        super::account::shape(),
        super::block::shape(),
        super::message::shape(),
        super::transaction::shape(),
        super::signatures::shape(),
        super::zerostate::shape(),
    ];
    shapes.extend(super::block_parts::shapes());
    shapes.extend(super::config::shapes());
    shapes.extend(super::phases::shapes());
    shapes.extend(super::signatures::part_shapes());
    shapes.extend(super::zerostate::part_shapes());
    shapes.into_iter().map(|shape| (shape.name, shape)).collect()
});

/// All shapes by name.
pub fn shapes() -> impl Iterator<Item = &'static Shape> {
    SHAPES.values()
}

/// A shape by name.
#[must_use]
pub fn shape(name: &str) -> Option<&'static Shape> {
    SHAPES.get(name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn check(kind: Kind, place: &str) {
        match kind {
            Kind::Object(name) => assert!(shape(name).is_some(), "{place}: no shape {name}"),
            Kind::List(item) => check(*item, place),
            _ => {}
        }
    }

    #[test]
    fn every_part_has_a_shape_and_no_name_stands_twice() {
        for collection in Collection::ALL {
            assert_eq!(collection.shape().collection, Some(collection));
        }
        for shape in shapes() {
            let mut names = BTreeSet::new();
            for field in &shape.fields {
                assert!(names.insert(field.name), "{}.{} stands twice", shape.name, field.name);
                check(field.kind, &format!("{}.{}", shape.name, field.name));
            }
        }
    }
}
