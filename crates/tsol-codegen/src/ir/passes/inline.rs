//! Replaces calls by the called body.

use std::collections::HashMap;

use super::rename::{Renaming, refresh};
use tsol_syntax::span::Span;

use crate::ir::{Block, End, FuncId, Function, Inline, Inst, Module, ScopeId, made_for};

/// A body of this many instructions costs less than a call wherever it stands.
const SMALL: usize = 8;

pub(super) fn inline(module: &mut Module) {
    let order = callees_first(module);
    let mut calls: HashMap<FuncId, usize> = HashMap::new();
    for function in &module.functions {
        function.body.for_each_inst(&mut |inst| {
            if let Inst::Call { func, .. } = inst {
                *calls.entry(*func).or_default() += 1;
            }
        });
    }
    for id in &order {
        let mut function = module.functions[id.0 as usize].clone();
        let mut body = std::mem::take(&mut function.body);
        let cold = function.cold;
        expand(module, &calls, &order, *id, &mut function, &mut body, cold);
        function.body = body;
        super::cut::cut(&mut function.body);
        super::scopes::flatten(&mut function);
        super::simplify::simplify(&mut function);
        super::cut::cut(&mut function.body);
        super::dead::remove_dead(&mut function);
        module.functions[id.0 as usize] = function;
    }
}

/// Reachable functions, callees before callers; on a cycle some order.
fn callees_first(module: &Module) -> Vec<FuncId> {
    fn visit(module: &Module, id: FuncId, seen: &mut Vec<bool>, out: &mut Vec<FuncId>) {
        if std::mem::replace(&mut seen[id.0 as usize], true) {
            return;
        }
        let mut next = Vec::new();
        module.functions[id.0 as usize].body.for_each_inst(&mut |inst| {
            if let Inst::Call { func, .. } = inst {
                next.push(*func);
            }
        });
        for id in next {
            visit(module, id, seen, out);
        }
        out.push(id);
    }
    let mut out = Vec::new();
    visit(module, module.entry, &mut vec![false; module.functions.len()], &mut out);
    out
}

fn wanted(module: &Module, calls: &HashMap<FuncId, usize>, func: FuncId, cold: bool) -> bool {
    let callee = &module.functions[func.0 as usize];
    let size = callee.body.size();
    match callee.inline {
        Inline::Never => false,
        Inline::Always => true,
        Inline::Auto if cold || callee.cold => size <= 3,
        Inline::Auto => calls.get(&func) == Some(&1) || size <= SMALL,
    }
}

fn expand(
    module: &Module,
    calls: &HashMap<FuncId, usize>,
    order: &[FuncId],
    caller: FuncId,
    function: &mut Function,
    block: &mut Block,
    cold: bool,
) {
    let cold = cold || block.throws();
    let position = |id: FuncId| order.iter().position(|&o| o == id);
    let mut out = Vec::with_capacity(block.insts.len());
    for mut inst in std::mem::take(&mut block.insts) {
        for inner in inst.blocks_mut() {
            expand(module, calls, order, caller, function, inner, cold);
        }
        match inst {
            // A callee that stands later in the order is on a cycle with the caller.
            Inst::Call { func, args, dsts, span }
                if position(func) < position(caller)
                    && !recursive(module, func)
                    && wanted(module, calls, func, cold) =>
            {
                let callee = &module.functions[func.0 as usize];
                let mut body = callee.body.clone();
                if let Some(place) = span.filter(|span| made_for(*span).is_none()) {
                    place_at(&mut body, place);
                }
                let mut names = Renaming::default();
                for (&param, &arg) in callee.params.iter().zip(&args) {
                    names.set(param, arg);
                }
                refresh_with_params(&mut body, function, &names);
                let id = ScopeId(function.scopes);
                function.scopes += 1;
                returns_to_leaves(&mut body, id);
                out.push(Inst::Scope { id, body, dsts, span });
            }
            inst => out.push(inst),
        }
    }
    block.insts = out;
}

fn recursive(module: &Module, func: FuncId) -> bool {
    let mut seen = vec![func];
    let mut next = 0;
    let mut found = false;
    while next < seen.len() {
        module.functions[seen[next].0 as usize].body.for_each_inst(&mut |inst| {
            if let Inst::Call { func: callee, .. } = inst {
                found |= *callee == func;
                if !seen.contains(callee) {
                    seen.push(*callee);
                }
            }
        });
        next += 1;
    }
    found
}

/// Parameters become the arguments only after the definitions have new names: an argument may
/// carry the number of a value of the callee.
fn refresh_with_params(body: &mut Block, function: &mut Function, params: &Renaming) {
    let mut names = Renaming::default();
    let mut shifted = body.clone();
    // First move the callee's own numbers out of the way of the caller's.
    let offset = function.values;
    let mut highest = 0;
    each_value(&mut shifted, &mut |v| {
        highest = highest.max(v.0 + 1);
        v.0 += offset;
    });
    function.values += highest;
    refresh(&mut shifted, function, &mut names);
    shifted.map_uses(&mut |v| {
        if v.0 < offset || v.0 >= offset + highest {
            return v;
        }
        let old = crate::ir::Value(v.0 - offset);
        params.single(old).unwrap_or(v)
    });
    *body = shifted;
}

fn each_value(block: &mut Block, f: &mut impl FnMut(&mut crate::ir::Value)) {
    for inst in &mut block.insts {
        inst.args_mut().iter_mut().for_each(&mut *f);
        inst.dsts_mut().iter_mut().for_each(&mut *f);
        inst.inner_params_mut().iter_mut().for_each(&mut *f);
        for inner in inst.blocks_mut() {
            each_value(inner, f);
        }
    }
    if let Some(values) = block.end.values_mut() {
        values.iter_mut().for_each(f);
    }
}

/// Code of the compiler's own that is called from a source belongs to the place of the call.
fn place_at(block: &mut Block, place: Span) {
    for inst in &mut block.insts {
        let span = inst.span_mut();
        if span.is_none_or(|span| made_for(span).is_some()) {
            *span = Some(place);
        }
        for inner in inst.blocks_mut() {
            place_at(inner, place);
        }
    }
}

fn returns_to_leaves(block: &mut Block, id: ScopeId) {
    if let End::Return(values) = &mut block.end {
        block.end = End::Leave(id, std::mem::take(values));
    }
    for inst in &mut block.insts {
        for inner in inst.blocks_mut() {
            returns_to_leaves(inner, id);
        }
    }
}
