//! Optional values that are tested at once.
//!
//! A lookup yields a tuple or null, and the next thing is a throw when it is null. The throw then
//! moves in front of the branch, and the tuple need not be made.

use std::collections::{HashMap, HashSet};

use crate::ir::{Block, Const, End, Inst, Value};
use crate::opcode::{Class, Op};

/// Rewrites `r = if c {A; yield v} else {yield null}; ...; throw_if n is_null(r)` to
/// `throw_if_not n c; A; r := v; ...`, where nothing in between is noticed by others.
pub(super) fn guard(block: &mut Block) {
    let mut nulls = HashSet::new();
    collect_nulls(block, &mut nulls);
    walk(block, &nulls);
}

fn collect_nulls(block: &Block, nulls: &mut HashSet<Value>) {
    block.for_each_inst(&mut |inst| {
        if let Inst::Const { dst, value: Const::Null, .. } = inst {
            nulls.insert(*dst);
        }
    });
}

fn walk(block: &mut Block, nulls: &HashSet<Value>) {
    for inst in &mut block.insts {
        for inner in inst.blocks_mut() {
            walk(inner, nulls);
        }
    }
    let mut i = 0;
    while i < block.insts.len() {
        if let Some((throw, code)) = guarded(block, i, nulls) {
            rewrite(block, i, throw, code);
        }
        i += 1;
    }
}

/// Position and number of the throw that tests the result of the branch at `at`.
fn guarded(block: &Block, at: usize, nulls: &HashSet<Value>) -> Option<(usize, u16)> {
    let Inst::If { then, els, dsts, .. } = &block.insts[at] else { return None };
    let ([result], End::Yield(some), End::Yield(none)) = (&dsts[..], &then.end, &els.end) else {
        return None;
    };
    let only_null =
        els.insts.iter().all(|inst| matches!(inst, Inst::Const { .. })) && nulls.contains(&none[0]);
    if !only_null || nulls.contains(&some[0]) {
        return None;
    }
    let mut tests: HashMap<Value, bool> = HashMap::new();
    for (i, inst) in block.insts.iter().enumerate().skip(at + 1) {
        match inst {
            Inst::Op { op: Op::IsNull, args, dsts, .. } if args[0] == *result => {
                tests.insert(dsts[0], true);
            }
            Inst::Op { op: Op::EqInt(0), args, dsts, .. } if tests.contains_key(&args[0]) => {
                let sense = tests[&args[0]];
                tests.insert(dsts[0], !sense);
            }
            Inst::Op { op: Op::ThrowIf(n), args, .. } if tests.get(&args[0]) == Some(&true) => {
                return Some((i, *n));
            }
            Inst::Op { op: Op::ThrowIfNot(n), args, .. } if tests.get(&args[0]) == Some(&false) => {
                return Some((i, *n));
            }
            Inst::Const { .. } => {}
            Inst::Op { op, .. } if op.class() == Class::Pure => {}
            _ => return None,
        }
    }
    None
}

fn rewrite(block: &mut Block, at: usize, throw: usize, code: u16) {
    let mut rest = block.insts.split_off(at);
    let tail = rest.split_off(throw - at);
    let mut between = rest.split_off(1);
    let Some(Inst::If { cond, then, els, dsts, span }) = rest.pop() else { return };
    let span = tail.first().and_then(Inst::span).or(span);
    block.insts.push(Inst::Op { op: Op::ThrowIfNot(code), args: vec![cond], dsts: Vec::new(), span });
    // The null may be used elsewhere below: it stays a constant.
    block.insts.extend(els.insts);
    let End::Yield(values) = then.end else { return };
    block.insts.extend(then.insts);
    let (from, to) = (dsts[0], values[0]);
    between.extend(tail.into_iter().skip(1));
    let mut rest = Block { insts: between, end: std::mem::take(&mut block.end) };
    rest.map_uses(&mut |v| if v == from { to } else { v });
    block.insts.extend(rest.insts);
    block.end = rest.end;
}
