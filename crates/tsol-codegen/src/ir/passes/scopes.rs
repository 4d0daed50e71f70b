//! Untangles early exits: scopes become plain code or branches where that is free.

use super::rename::Renaming;
use crate::ir::{Block, End, Function, Inst, ScopeId, Value};

/// Removes scopes that are left only at their end, and turns `if (c) leave; rest` into
/// `if (c) {} else {rest}`.
pub(super) fn flatten(function: &mut Function) {
    let mut names = Renaming::default();
    let mut counter = function.values;
    block(&mut function.body, &mut names, &mut counter);
    function.values = counter;
    if !names.is_empty() {
        function.body.map_uses(&mut |v| names.get(v));
    }
}

fn block(b: &mut Block, names: &mut Renaming, counter: &mut u32) {
    let mut out = Vec::with_capacity(b.insts.len());
    let insts = std::mem::take(&mut b.insts);
    let count = insts.len();
    for (i, mut inst) in insts.into_iter().enumerate() {
        for inner in inst.blocks_mut() {
            block(inner, names, counter);
        }
        let Inst::Scope { id, mut body, dsts, span } = inst else {
            out.push(inst);
            continue;
        };
        // The names must be resolved first: what they lead to may be renamed below.
        if !names.is_empty() {
            body.map_uses(&mut |v| names.get(v));
        }
        structure(&mut body, id, dsts.len(), counter);
        if !mentions(&body, id) {
            // Everything inside now belongs to the outer block.
            let Block { insts, end } = body;
            out.extend(insts);
            match end {
                End::Yield(values) => {
                    for (&dst, &value) in dsts.iter().zip(&values) {
                        if dst != value {
                            names.set(dst, value);
                        }
                    }
                }
                end => {
                    b.insts = out;
                    b.end = end;
                    return;
                }
            }
            continue;
        }
        if i + 1 == count && !matches!(b.end, End::Yield(_) | End::Unreachable) {
            // The last thing in the block: leaving the scope is what the block does next.
            let end = b.end.clone();
            replace_leaves(&mut body, id, &dsts, &end);
            let Block { insts, end: last } = body;
            out.extend(insts);
            b.insts = out;
            b.end = match last {
                End::Yield(values) => with_values(&end, &dsts, &values),
                other => other,
            };
            // What was moved up may end in scopes of its own.
            return;
        }
        out.push(Inst::Scope { id, body, dsts, span });
    }
    b.insts = out;
}

fn mentions(b: &Block, id: ScopeId) -> bool {
    matches!(b.end, End::Leave(to, _) if to == id)
        || b.insts.iter().any(|inst| inst.blocks().iter().any(|inner| mentions(inner, id)))
}

/// `end` with the scope's results replaced.
fn with_values(end: &End, dsts: &[Value], values: &[Value]) -> End {
    let mut end = end.clone();
    if let Some(list) = end.values_mut() {
        for value in list {
            if let Some(i) = dsts.iter().position(|dst| dst == value) {
                *value = values[i];
            }
        }
    }
    end
}

fn replace_leaves(b: &mut Block, id: ScopeId, dsts: &[Value], end: &End) {
    if let End::Leave(to, values) = &b.end
        && *to == id
    {
        b.end = with_values(end, dsts, values);
    }
    for inst in &mut b.insts {
        for inner in inst.blocks_mut() {
            replace_leaves(inner, id, dsts, end);
        }
    }
}

/// Turns leaves of `id` into yields where the shape of the code allows it: `if (c) leave; rest`
/// becomes a branch with the rest on its other side.
fn structure(b: &mut Block, id: ScopeId, count: usize, counter: &mut u32) {
    if let End::Leave(to, values) = &mut b.end
        && *to == id
    {
        b.end = End::Yield(std::mem::take(values));
    }
    let inside = |inst: &Inst| inst.blocks().iter().any(|inner| mentions(inner, id));
    let Some(at) = b.insts.iter().position(inside) else { return };
    if !matches!(b.end, End::Yield(_) | End::Unreachable) {
        return;
    }
    let Inst::If { then, els, .. } = &b.insts[at] else { return };
    let leaves = |block: &Block| matches!(block.end, End::Leave(to, _) if to == id);
    let plain = |block: &Block| !block.insts.iter().any(inside);
    let comes_here = |block: &Block| block.yields() || matches!(block.end, End::Unreachable);
    let sides = plain(then) && plain(els) && (leaves(then) || leaves(els));
    if !sides || !(leaves(then) || comes_here(then)) || !(leaves(els) || comes_here(els)) {
        return;
    }
    let rest = b.insts.split_off(at + 1);
    let end = std::mem::replace(&mut b.end, End::Unreachable);
    let mut rest = Some(Block { insts: rest, end });
    let Some(Inst::If { then, els, dsts, .. }) = b.insts.last_mut() else { return };
    for side in [then, els] {
        match &mut side.end {
            End::Leave(_, values) => side.end = End::Yield(std::mem::take(values)),
            End::Yield(values) => {
                // INVARIANT: one side at most comes here, so the rest is moved and not copied.
                let Some(mut moved) = rest.take() else { return };
                let values = std::mem::take(values);
                moved.map_uses(&mut |v| dsts.iter().position(|&d| d == v).map_or(v, |i| values[i]));
                side.insts.extend(moved.insts);
                side.end = moved.end;
                structure(side, id, count, counter);
            }
            _ => {}
        }
    }
    let fresh: Vec<Value> = (0..count as u32).map(|i| Value(*counter + i)).collect();
    *counter += count as u32;
    dsts.clone_from(&fresh);
    b.end = End::Yield(fresh);
}

/// Moves the end of a block into a branch that stands last: both sides then go their own way.
pub(super) fn push_ends(b: &mut Block) {
    let movable = matches!(b.end, End::Return(_) | End::Leave(..) | End::Break(_) | End::Continue(_));
    if movable
        && let Some(Inst::If { then, els, dsts, .. }) = b.insts.last_mut()
        && (then.yields() || els.yields())
        && !(then.insts.is_empty() && els.insts.is_empty())
    {
        for side in [then, els] {
            if let End::Yield(values) = &side.end {
                side.end = with_values(&b.end, dsts, values);
            }
        }
        dsts.clear();
        b.end = End::Unreachable;
    }
    for inst in &mut b.insts {
        for inner in inst.blocks_mut() {
            push_ends(inner);
        }
    }
}
