//! Removes what nobody uses.

use std::collections::HashMap;

use super::rename::Renaming;
use crate::ir::{Block, End, Function, Inst, Value};

/// Unused removable instructions, unused results of branches and loops, loop parameters that
/// never change.
pub(super) fn remove_dead(function: &mut Function) {
    let mut body = std::mem::take(&mut function.body);
    loop {
        let mut uses: HashMap<Value, usize> = HashMap::new();
        body.for_each_use(&mut |v| *uses.entry(v).or_default() += 1);
        let mut names = Renaming::default();
        let changed = block(&mut body, &uses, &mut names);
        if !names.is_empty() {
            body.map_uses(&mut |v| names.get(v));
        }
        if !changed && names.is_empty() {
            break;
        }
    }
    function.body = body;
}

fn block(b: &mut Block, uses: &HashMap<Value, usize>, names: &mut Renaming) -> bool {
    let mut changed = false;
    let used = |v: &Value| uses.get(v).is_some_and(|&n| n > 0);
    let before = b.insts.len();
    b.insts.retain(|inst| inst.dsts().iter().any(used) || !inst.is_removable());
    changed |= b.insts.len() != before;
    for inst in &mut b.insts {
        changed |= results(inst, &used);
        changed |= loop_params(inst, &used, names);
        for inner in inst.blocks_mut() {
            changed |= block(inner, uses, names);
        }
    }
    changed
}

/// Drops unused results of an instruction with blocks.
fn results(inst: &mut Inst, used: &impl Fn(&Value) -> bool) -> bool {
    let (dsts, keep) = match inst {
        Inst::If { dsts, .. }
        | Inst::Switch { dsts, .. }
        | Inst::Scope { dsts, .. }
        | Inst::Try { dsts, .. } => {
            let keep: Vec<bool> = dsts.iter().map(used).collect();
            (dsts, keep)
        }
        _ => return false,
    };
    if keep.iter().all(|&k| k) {
        return false;
    }
    retain(dsts, &keep);
    let leave = if let Inst::Scope { id, .. } = inst { Some(*id) } else { None };
    for inner in inst.blocks_mut() {
        if let End::Yield(values) = &mut inner.end {
            retain(values, &keep);
        }
        if let Some(id) = leave {
            each_block(inner, &mut |b| {
                if let End::Leave(to, values) = &mut b.end
                    && *to == id
                {
                    retain(values, &keep);
                }
            });
        }
    }
    true
}

fn retain(values: &mut Vec<Value>, keep: &[bool]) {
    let mut keep = keep.iter();
    values.retain(|_| keep.next().copied().unwrap_or(true));
}

fn each_block(block: &mut Block, f: &mut impl FnMut(&mut Block)) {
    f(block);
    for inst in &mut block.insts {
        for inner in inst.blocks_mut() {
            each_block(inner, f);
        }
    }
}

/// Calls `f` for the blocks that end a round of the loop with this body.
fn each_round_end(block: &mut Block, f: &mut impl FnMut(&mut Vec<Value>)) {
    if let End::Break(values) | End::Continue(values) = &mut block.end {
        f(values);
    }
    for inst in &mut block.insts {
        if !matches!(inst, Inst::Loop { .. }) {
            for inner in inst.blocks_mut() {
                each_round_end(inner, f);
            }
        }
    }
}

fn loop_params(inst: &mut Inst, used: &impl Fn(&Value) -> bool, names: &mut Renaming) -> bool {
    let Inst::Loop { inits, params, cond, body, dsts, .. } = inst else { return false };
    let n = params.len();
    let mut fixed = vec![true; n];
    each_round_end(body, &mut |values| {
        for i in 0..n {
            fixed[i] &= values[i] == params[i];
        }
    });
    // Used only to hand itself (or a computation nobody sees) on.
    let mut counts: HashMap<Value, usize> = HashMap::new();
    for block in cond.iter().chain([&*body]) {
        block.for_each_use(&mut |v| *counts.entry(v).or_default() += 1);
    }
    let mut own: Vec<usize> = vec![0; n];
    each_round_end(body, &mut |values| {
        for i in 0..n {
            own[i] += usize::from(values[i] == params[i]);
        }
    });
    let mut keep = vec![true; n];
    for i in 0..n {
        let idle = counts.get(&params[i]).copied().unwrap_or(0) == own[i] && !used(&dsts[i]);
        if fixed[i] && !idle {
            names.set(params[i], inits[i]);
            names.set(dsts[i], inits[i]);
        }
        keep[i] = !(fixed[i] || idle);
    }
    if keep.iter().all(|&k| k) {
        return false;
    }
    retain(inits, &keep);
    retain(params, &keep);
    retain(dsts, &keep);
    each_round_end(body, &mut |values| retain(values, &keep));
    true
}
