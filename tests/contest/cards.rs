//! Score cards as cells, well-formed and otherwise.

use ton_abi::{Cell, CellBuilder};

/// Verdicts of a line.
pub(crate) const FOR: u8 = 0;
pub(crate) const ABSTAIN: u8 = 1;
pub(crate) const REJECT: u8 = 2;
pub(crate) const RECUSE: u8 = 3;

/// A line: entry, verdict, score; the comment's hash is made of them.
pub(crate) type Line = (u8, u8, u8);

/// Bits of one line, with any comment hash.
pub(crate) fn store(builder: &mut CellBuilder, line: Line, comment: [u8; 32]) {
    builder.store_u8(line.0).expect("fits");
    builder.store_u8(line.1).expect("fits");
    builder.store_u8(line.2).expect("fits");
    builder.store_raw(&comment, 256).expect("fits");
}

/// The card of these lines: three to a cell, the rest in the reference. Nothing is checked.
pub(crate) fn card(lines: &[Line]) -> Cell {
    let mut rest: Option<Cell> = None;
    for chunk in lines.chunks(3).rev() {
        let mut builder = CellBuilder::new();
        for line in chunk {
            store(&mut builder, *line, [line.0 ^ 0x5A; 32]);
        }
        if let Some(rest) = rest.take() {
            builder.store_reference(rest).expect("fits");
        }
        rest = Some(builder.build().expect("a cell"));
    }
    rest.unwrap_or_default()
}

/// A card that gives every entry of the list its score.
pub(crate) fn scores(scores: &[(u8, u8)]) -> Cell {
    card(&scores.iter().map(|(entry, score)| (*entry, FOR, *score)).collect::<Vec<_>>())
}
