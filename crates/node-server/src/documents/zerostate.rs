//! Documents of zero states.

use tycho_types::models::ShardStateUnsplit;

use super::Value;
use super::block::BlockDoc;
use super::config;
use super::table::{Collection, Field, Kind, Shape};

pub(super) fn shape() -> Shape {
    use Kind::{Big, Hash, Int, List, Object, Text};
    let fields = vec![
        Field::block("id", Text, "`zerostate:` with the workchain.", |b| {
            format!("zerostate:{}", b.block().workchain).into()
        }),
        Field::block("boc", Text, "The state as a bag of cells in base64.", |b| Value::boc(&b.block().cell)),
        Field::block("file_hash", Hash, "SHA-256 of the bag of cells.", |b| {
            Value::hex(b.block().file_hash.0)
        }),
        Field::block("global_id", Int, "Identity of the network.", |b| {
            Value::maybe(state(b).map(|state| state.global_id))
        }),
        Field::block("master", Object("ZerostateMaster"), "What the masterchain's state adds.", master),
        Field::block("root_hash", Hash, "Hash of the root cell.", |b| Value::hex(b.block().id.0)),
        Field::block("total_balance", Big, "Balance of all its accounts.", |b| {
            state(b).map_or(Value::Null, |state| Value::tokens(&state.total_balance))
        }),
        Field::block("total_balance_other", List(&Object("OtherCurrency")), "", |b| {
            state(b).map_or(Value::Null, |state| Value::others(&state.total_balance))
        }),
        Field::block("workchain_id", Int, "0, or -1 for the masterchain.", |b| b.block().workchain.into()),
    ];
    Shape::documents(Collection::Zerostates, "The state before the first block of a chain.", fields)
}

pub(super) fn part_shapes() -> Vec<Shape> {
    use Kind::{Big, Hash, List, Object};
    let fields = [
        ("config", Object("Config")),
        ("config_addr", Hash),
        ("global_balance", Big),
        ("global_balance_other", List(&Object("OtherCurrency"))),
    ];
    vec![Shape::part("ZerostateMaster", "What the masterchain's zero state adds.", &fields)]
}

fn state(doc: &BlockDoc) -> Option<ShardStateUnsplit> {
    doc.block().cell.parse().ok()
}

fn master(doc: &BlockDoc) -> Value {
    let Some(extra) = state(doc).and_then(|state| state.load_custom().ok()?) else { return Value::Null };
    let params = extra.config.params.clone();
    Value::object([
        ("config_addr", extra.config.address.into()),
        ("config", Value::later(move || config::value(&params))),
        ("global_balance", Value::tokens(&extra.global_balance)),
        ("global_balance_other", Value::others(&extra.global_balance)),
    ])
}
