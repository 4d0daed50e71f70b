//! Small things that several test modules need.

use serde_json::{Value, json};
use ton_abi::{Address, Cell, CellBuilder, Hash, Nano};

use crate::cards::scores;
use crate::support::{Contest, Sent, Step, jurors, number};

/// States of a payout item.
pub(crate) const DUE: u8 = 1;
pub(crate) const SENT: u8 = 2;
pub(crate) const FAILED: u8 = 3;
pub(crate) const SWEPT: u8 = 4;

/// Ten minutes: `Limits.RESEND_AFTER`.
pub(crate) const WAIT: u32 = 600;

/// Nothing is changed in spec and Setup.
pub(crate) fn plain(_: &mut Value, _: &mut Value) {}

/// Three equal cards that give entries 1, 2, ... these scores.
pub(crate) fn agreed(given: &[u8]) -> Vec<Cell> {
    let lines: Vec<_> = (1..).zip(given.iter().copied()).collect();
    vec![scores(&lines); 3]
}

/// An entry's or item's number as parameter.
pub(crate) fn entry(n: u8) -> Value {
    json!({ "entry": n })
}

/// See [`entry`].
pub(crate) fn item(n: u8) -> Value {
    json!({ "item": n })
}

/// Amount and state of a payout item; (0, 0) when there is none.
pub(crate) fn state(contest: &Contest, item: u8) -> (u128, u8) {
    let items = contest.items();
    items.iter().find(|known| known.0 == item).map_or((0, 0), |known| (known.2, known.3))
}

/// The network brings a message back with this value.
pub(crate) fn bounce_with(contest: &mut Contest, sent: &Sent, value: u128) -> Step {
    let mut sent = sent.clone();
    sent.view.value = Nano(value);
    contest.bounce(&sent)
}

/// A message that somebody else sends back instead.
pub(crate) fn bounce_from(contest: &mut Contest, sent: &Sent, from: &Address) -> Step {
    let mut sent = sent.clone();
    sent.view.dst = Some(from.clone());
    contest.bounce(&sent)
}

/// Gas money: the balance above what is owed.
pub(crate) fn spare(contest: &Contest) -> u128 {
    contest.balance() - number(&contest.get("getLedger", &json!({}))["owed"])
}

/// Requests of the registry that cost the contest its gas money, until it refuses them.
#[track_caller]
pub(crate) fn exhaust(contest: &mut Contest) {
    for _ in 0..100 {
        if contest.order("announce", json!({})).ok().answer() == 160 {
            return;
        }
    }
    panic!("the gas money does not end");
}

/// The nonce of the only request without an answer.
#[track_caller]
pub(crate) fn pending(contest: &Contest) -> Value {
    let pending = contest.get("getPending", &json!({}));
    let requests = pending["requests"].as_array().expect("a list");
    assert_eq!(requests.len(), 1, "{pending}");
    requests[0]["nonce"].clone()
}

/// An account of the masterchain.
pub(crate) fn master() -> Address {
    Address::new(-1, Hash([0x55; 32]))
}

/// Jury contest with jurors 0 to `count` - 1 brought along.
pub(crate) fn bootstrap(spec: &mut Value, count: u8) {
    spec["kind"] = json!(1);
    spec["topic"] = json!(1);
    spec["seats"] = json!(2);
    spec["bootstrapJury"] = jurors(0..count);
}

/// The cell with every cell of that content replaced.
pub(crate) fn replaced(cell: &Cell, content: &[u8], by: &Cell) -> Cell {
    let bits = cell.bit_len();
    if usize::from(bits) == content.len() * 8
        && cell.reference_count() == 0
        && cell.data()[..content.len()] == *content
    {
        return by.clone();
    }
    let mut builder = CellBuilder::new();
    builder.store_raw(cell.data(), bits).expect("fits");
    for index in 0..cell.reference_count() {
        builder
            .store_reference(replaced(&cell.reference_cloned(index).expect("it is there"), content, by))
            .expect("fits");
    }
    builder.build().expect("a cell")
}

/// A tower of `height` different cells without any bits.
pub(crate) fn tower(height: usize) -> Cell {
    let mut cell = Cell::default();
    for _ in 1..height {
        let mut builder = CellBuilder::new();
        builder.store_reference(cell).expect("fits");
        cell = builder.build().expect("a cell");
    }
    cell
}
