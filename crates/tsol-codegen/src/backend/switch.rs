//! Turns `Switch` into comparisons.

use num_bigint::BigInt;

use crate::ir::{Block, Const, End, Function, Inst, Module, Value};
use crate::opcode::Op;

/// Cases tested one after the other before a split pays.
const LINEAR: usize = 4;

pub(super) fn lower(module: &mut Module) {
    for function in &mut module.functions {
        let mut body = std::mem::take(&mut function.body);
        block(&mut body, function);
        function.body = body;
    }
}

fn fresh(function: &mut Function) -> Value {
    function.values += 1;
    Value(function.values - 1)
}

fn block(b: &mut Block, function: &mut Function) {
    for inst in &mut b.insts {
        for inner in inst.blocks_mut() {
            block(inner, function);
        }
        if let Inst::Switch { .. } = inst {
            replace(inst, function);
        }
    }
}

fn replace(inst: &mut Inst, function: &mut Function) {
    let placeholder = Inst::Const { dst: Value(0), value: Const::Null, span: None };
    let Inst::Switch { on, mut cases, default, dsts, span } = std::mem::replace(inst, placeholder) else {
        return;
    };
    // The first cases are the hot ones; the rest is searched by halves.
    let tail = if cases.len() > 2 * LINEAR { cases.split_off(LINEAR) } else { Vec::new() };
    let mut rest = default;
    if !tail.is_empty() {
        rest = search(on, tail, rest, dsts.len(), function, span);
    }
    let built = chain(on, cases, rest, dsts.len(), function, span);
    // The outermost If gets the real results: the chain block holds it and yields its values.
    *inst = Inst::Scope { id: crate::ir::ScopeId(function.scopes), body: built, dsts, span };
    function.scopes += 1;
}

/// `rest` with tests of the cases in front.
fn chain(
    on: Value,
    cases: Vec<(u64, Block)>,
    rest: Block,
    results: usize,
    function: &mut Function,
    span: Option<tsol_syntax::span::Span>,
) -> Block {
    cases
        .into_iter()
        .rev()
        .fold(rest, |els, (key, then)| test(on, key, Op::Equal, then, els, results, function, span))
}

#[allow(clippy::too_many_arguments)]
fn test(
    on: Value,
    key: u64,
    op: Op,
    then: Block,
    els: Block,
    results: usize,
    function: &mut Function,
    span: Option<tsol_syntax::span::Span>,
) -> Block {
    let (constant, cond) = (fresh(function), fresh(function));
    let dsts: Vec<Value> = (0..results).map(|_| fresh(function)).collect();
    let ends = then.yields() || els.yields();
    let insts = vec![
        Inst::Const { dst: constant, value: Const::Int(BigInt::from(key)), span },
        Inst::Op { op, args: vec![on, constant], dsts: vec![cond], span },
        Inst::If { cond, then, els, dsts: dsts.clone(), span },
    ];
    Block { insts, end: if ends { End::Yield(dsts) } else { End::Unreachable } }
}

/// Binary search. A small default stands at every end of it, so that no half comes back; a large
/// one stands once, behind all.
fn search(
    on: Value,
    mut cases: Vec<(u64, Block)>,
    default: Block,
    results: usize,
    function: &mut Function,
    span: Option<tsol_syntax::span::Span>,
) -> Block {
    cases.sort_by_key(|(key, _)| *key);
    let comes_back = cases.iter().any(|(_, b)| b.yields()) || default.yields();
    if comes_back || cases.len() <= LINEAR {
        return chain(on, cases, default, results, function, span);
    }
    if plain(&default) {
        return halves(on, cases, &default, function, span);
    }
    // No case comes back, so a half can be left at its end and the default stands behind all.
    let nothing = Block { insts: Vec::new(), end: End::Yield(Vec::new()) };
    let mut block = halves(on, cases, &nothing, function, span);
    block.insts.extend(default.insts);
    block.end = default.end;
    block
}

/// Small, and without definitions that a copy would repeat.
fn plain(block: &Block) -> bool {
    block.insts.len() <= 3
        && block.insts.iter().all(|inst| inst.dsts().is_empty() && inst.blocks().is_empty())
}

/// Tests all cases, and does `otherwise` when none fits.
fn halves(
    on: Value,
    mut cases: Vec<(u64, Block)>,
    otherwise: &Block,
    function: &mut Function,
    span: Option<tsol_syntax::span::Span>,
) -> Block {
    if cases.len() <= LINEAR {
        return chain(on, cases, otherwise.clone(), 0, function, span);
    }
    let high = cases.split_off(cases.len() / 2);
    let middle = high.first().map_or(0, |(key, _)| *key);
    let low = halves(on, cases, otherwise, function, span);
    let high = halves(on, high, otherwise, function, span);
    test(on, middle, Op::Less, low, high, 0, function, span)
}
