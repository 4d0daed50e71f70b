//! Documents of signatures: nobody signs the blocks of this network, so a document names its block and no more.

use std::sync::Arc;

use super::block::{BlockDoc, identity};
use super::table::{Collection, Field, Kind, Shape};
use super::{Doc, Value};

pub(super) fn shape() -> Shape {
    let mut fields = identity();
    fields.extend([
        Field::block("block", Kind::Join(Collection::Blocks), "The block.", |b| {
            Doc::Block(Arc::new(BlockDoc::new(b.node().clone(), b.block().clone()))).into()
        }),
        Field::block("catchain_seqno", Kind::Float, "Never there: no validators agree here.", |_| {
            Value::Null
        }),
        Field::block("proof", Kind::Text, "Never there.", |_| Value::Null),
        Field::block("validator_list_hash_short", Kind::Float, "Never there.", |_| Value::Null),
        Field::block("sig_weight", Kind::Big, "Weight of the signatures: 0.", |_| Value::Big(0)),
        Field::block(
            "signatures",
            Kind::List(&Kind::Object("BlockSignaturesSignatures")),
            "Always empty.",
            |_| Value::List(Vec::new()),
        ),
    ]);
    Shape::documents(Collection::BlocksSignatures, "Signatures under a block.", fields)
}

pub(super) fn part_shapes() -> Vec<Shape> {
    use Kind::{Hash, Text};
    let fields = [("node_id", Hash), ("r", Text), ("s", Text)];
    vec![Shape::part("BlockSignaturesSignatures", "One signature.", &fields)]
}
