//! Picks the form of each instruction and the cell borders.

use super::bits::Piece;

/// Gas of an implicit jump into a cell that was not loaded before.
pub(crate) const NEXT_CELL: u64 = 110;
const CELL_BYTES: usize = 127;

/// One way to write an instruction.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) piece: Piece,
    /// Expected gas, comparable between the forms of one instruction.
    pub(crate) gas: u64,
}

/// Forms of one instruction; never empty.
pub(crate) type Forms = Vec<Form>;

/// No form of an instruction fits into an empty cell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TooLarge;

#[derive(Clone, Copy)]
struct Step {
    gas: u64,
    form: u16,
    new_cell: bool,
    from: (u8, u8),
}

/// Splits a sequence into cells with the least expected gas; gives the content of each cell.
///
/// `hot` is how often later code is reached, in percent: what a cell border costs.
pub(crate) fn split(sequence: &[Forms], hot: u64) -> Result<Vec<Piece>, TooLarge> {
    // best[bytes used][references used] after each instruction
    const REFS: usize = 5;
    let empty = || vec![[None::<Step>; REFS]; CELL_BYTES + 1];
    let mut tables: Vec<Vec<[Option<Step>; REFS]>> = Vec::with_capacity(sequence.len() + 1);
    let mut first = empty();
    first[0][0] = Some(Step { gas: 0, form: 0, new_cell: false, from: (0, 0) });
    tables.push(first);
    for forms in sequence {
        let mut next = empty();
        let current = &tables[tables.len() - 1];
        for (bytes, row) in current.iter().enumerate() {
            for (refs, step) in row.iter().enumerate() {
                let Some(step) = step else { continue };
                for (i, form) in forms.iter().enumerate() {
                    let (size, links) = (form.piece.len().div_ceil(8), form.piece.refs.len());
                    let here = (bytes + size, refs + links, 0, false);
                    let fresh = (size, links, NEXT_CELL * hot / 100 + 1, true);
                    for (b, r, extra, new_cell) in [here, fresh] {
                        if b > CELL_BYTES || r >= REFS || (new_cell && refs == REFS - 1) {
                            continue;
                        }
                        let gas = step.gas + form.gas + extra;
                        let better = next[b][r].is_none_or(|old: Step| gas < old.gas);
                        if better {
                            let from = (bytes as u8, refs as u8);
                            next[b][r] = Some(Step { gas, form: i as u16, new_cell, from });
                        }
                    }
                }
            }
        }
        tables.push(next);
    }
    let end = tables[sequence.len()]
        .iter()
        .enumerate()
        .flat_map(|(b, row)| row.iter().enumerate().filter_map(move |(r, s)| s.map(|s| (s.gas, b, r))))
        .min()
        .ok_or(TooLarge)?;
    let mut at = (end.1, end.2);
    let mut choices = Vec::with_capacity(sequence.len());
    for i in (0..sequence.len()).rev() {
        let step = tables[i + 1][at.0][at.1].ok_or(TooLarge)?;
        choices.push(step);
        at = (step.from.0.into(), step.from.1.into());
    }
    let mut cells = vec![Piece::default()];
    for (forms, step) in sequence.iter().zip(choices.into_iter().rev()) {
        if step.new_cell {
            cells.push(Piece::default());
        }
        if let Some(cell) = cells.last_mut() {
            cell.append(&forms[usize::from(step.form)].piece);
        }
    }
    Ok(cells)
}

/// The cheapest content that fits into one continuation in place, if any does.
pub(crate) fn in_place(sequence: &[Forms]) -> Option<Form> {
    const REFS: usize = 4;
    let least = |forms: &Forms| forms.iter().map(|form| form.piece.len() / 8).min().unwrap_or(0);
    if sequence.iter().map(least).sum::<usize>() > CELL_BYTES {
        return None;
    }
    let empty = || vec![[None::<(u64, u16, (u8, u8))>; REFS]; CELL_BYTES + 1];
    let mut tables = vec![empty()];
    tables[0][0][0] = Some((0, 0, (0, 0)));
    for forms in sequence {
        let mut next = empty();
        for (bytes, row) in tables[tables.len() - 1].iter().enumerate() {
            for (refs, step) in row.iter().enumerate() {
                let Some((gas, ..)) = *step else { continue };
                for (i, form) in forms.iter().enumerate() {
                    let b = bytes + form.piece.len().div_ceil(8);
                    let r = refs + form.piece.refs.len();
                    if b > CELL_BYTES || r >= REFS {
                        continue;
                    }
                    let gas = gas + form.gas;
                    if next[b][r].is_none_or(|(old, ..)| gas < old) {
                        next[b][r] = Some((gas, i as u16, (bytes as u8, refs as u8)));
                    }
                }
            }
        }
        tables.push(next);
    }
    // A byte in place is worth a part of a cell: 110 gas for 127 bytes.
    let (_, b, r) = tables[sequence.len()]
        .iter()
        .enumerate()
        .flat_map(|(b, row)| {
            row.iter().enumerate().filter_map(move |(r, s)| s.map(|s| (s.0 + b as u64, b, r)))
        })
        .min()?;
    let gas = tables[sequence.len()][b][r]?.0;
    let mut at = (b, r);
    let mut choices = Vec::new();
    for i in (0..sequence.len()).rev() {
        let (_, form, from) = tables[i + 1][at.0][at.1]?;
        choices.push(form);
        at = (from.0.into(), from.1.into());
    }
    let mut piece = Piece::default();
    for (forms, form) in sequence.iter().zip(choices.into_iter().rev()) {
        piece.append(&forms[usize::from(form)].piece);
    }
    Some(Form { piece, gas })
}
