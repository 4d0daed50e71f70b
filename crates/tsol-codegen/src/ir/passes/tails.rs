//! Moves what follows a branch into its only way that comes back.
//!
//! `if (c) { return a; } rest` becomes `if (c) { return a; } else { rest }`: then every return stands at
//! the end of the function, where it costs nothing.

use std::collections::HashMap;

use crate::ir::{Block, End, Function, Inst, Value};

/// Nests the whole function.
pub(super) fn nest(function: &mut Function) {
    block(&mut function.body);
}

fn block(code: &mut Block) {
    let place = code.insts.iter().position(|inst| single_way(inst).is_some());
    if let Some(place) = place {
        let rest = code.insts.split_off(place + 1);
        let end = std::mem::replace(&mut code.end, End::Unreachable);
        if let Some(inst) = code.insts.last_mut() {
            // A yield belongs to the instruction around this block, so it must stay at this level.
            match end {
                End::Yield(values) if !rest.is_empty() || !values.is_empty() || !inst.dsts().is_empty() => {
                    code.insts.extend(rest);
                    code.end = End::Yield(values);
                    return inner(code);
                }
                End::Yield(values) => code.end = End::Yield(values),
                end => sink(inst, rest, end),
            }
        }
    }
    inner(code);
}

fn inner(code: &mut Block) {
    for inst in &mut code.insts {
        for nested in inst.blocks_mut() {
            block(nested);
        }
    }
}

/// Number of the only block that yields, if others leave for good.
fn single_way(inst: &Inst) -> Option<usize> {
    let Inst::If { then, els, .. } = inst else { return None };
    let leaves = |block: &Block| matches!(block.end, End::Return(_) | End::Leave(..));
    match (then.yields(), els.yields()) {
        (true, false) if leaves(els) => Some(0),
        (false, true) if leaves(then) => Some(1),
        _ => None,
    }
}

/// Puts `rest` and `end` behind the way that comes back.
fn sink(inst: &mut Inst, rest: Vec<Inst>, end: End) {
    let Some(way) = single_way(inst) else { return };
    let Inst::If { then, els, dsts, .. } = inst else { return };
    let target = if way == 0 { then } else { els };
    let yielded = match std::mem::replace(&mut target.end, End::Unreachable) {
        End::Yield(values) => values,
        other => {
            target.end = other;
            return;
        }
    };
    let renamed: HashMap<Value, Value> = dsts.drain(..).zip(yielded).collect();
    let mut tail = Block { insts: rest, end };
    tail.map_uses(&mut |value| renamed.get(&value).copied().unwrap_or(value));
    target.insts.append(&mut tail.insts);
    target.end = tail.end;
}
