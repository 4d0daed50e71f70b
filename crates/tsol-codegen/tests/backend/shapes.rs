//! Hand-written programs: limits, errors, costs and what comes with the code.

use num_bigint::BigInt;
use tsol_codegen::backend::{BackendError, Options, compile};
use tsol_codegen::ir::{Block, Builder, End, Inst, Module, Value};
use tsol_codegen::opcode::Op;
use tsol_codegen::stack::StackError;
use tsol_syntax::span::{FileId, Span};

use crate::gen_programs::{null, single};
use crate::interp::V;
use crate::machine::{gas_of, run};

fn ints(values: &[i64]) -> Vec<V> {
    values.iter().map(|&n| V::Int(BigInt::from(n))).collect()
}

fn result(module: Module, args: &[i64]) -> Vec<V> {
    let program = compile(module, Options::default()).unwrap();
    let outcome = run(&program.code, &ints(args));
    assert_eq!(outcome.exit, 0);
    outcome.stack
}

/// `n` values that are all alive until the end, which adds them up.
fn wide(n: usize) -> Module {
    let mut b = Builder::new("wide", 1);
    let x = b.params()[0];
    let mut values: Vec<Value> = Vec::new();
    for _ in 0..n {
        // Randomness keeps the optimiser from sharing them.
        let v = b.op1(Op::RandU256, &[]);
        let v = b.op1(Op::Min, &[v, x]);
        values.push(v);
    }
    let mut sum = values[0];
    for &v in &values[1..] {
        sum = b.op1(Op::Add, &[sum, v]);
    }
    single(b, 1, End::Return(vec![sum]))
}

#[test]
fn two_hundred_live_values_work_and_three_hundred_are_refused() {
    let program = compile(wide(200), Options::default()).unwrap();
    assert!(program.stats.cells > 1);
    // No contract information: the random source throws, which is after the stack is checked.
    assert_ne!(run(&program.code, &ints(&[1])).exit, 2);
    match compile(wide(300), Options::default()) {
        Err(BackendError::Stack(StackError::TooDeep { function, .. })) => assert_eq!(function, "wide"),
        other => panic!("{:?}", other.map(|p| p.stats)),
    }
}

#[test]
fn a_try_with_too_many_values_is_refused() {
    let mut b = Builder::new("f", 20);
    let params = b.params().to_vec();
    b.open();
    let mut sum = params[0];
    for &p in &params[1..] {
        sum = b.op1(Op::Add, &[sum, p]);
    }
    let body = b.close(End::Yield(vec![sum]));
    let thrown = [b.value(), b.value()];
    let catch = Block { insts: Vec::new(), end: End::Yield(vec![thrown[1]]) };
    let dst = b.value();
    b.push(Inst::Try { body, catch, thrown, dsts: vec![dst], span: None });
    let module = single(b, 1, End::Return(vec![dst]));
    match compile(module, Options::default()) {
        Err(BackendError::Stack(StackError::TryTooWide { count: 20, .. })) => {}
        other => panic!("{:?}", other.map(|p| p.stats)),
    }
}

#[test]
fn a_broken_module_is_refused_with_its_function() {
    let b = Builder::new("broken", 0);
    let module = single(b, 1, End::Return(vec![Value(7)]));
    let error = compile(module, Options::default()).map(|p| p.stats).unwrap_err();
    assert!(error.to_string().contains("broken"), "{error}");
}

#[test]
fn constants_of_every_size_come_out_right() {
    let mut wanted = Vec::new();
    for bits in [0u32, 3, 4, 6, 7, 8, 14, 15, 16, 17, 18, 19, 20, 31, 63, 64, 127, 254, 255, 256] {
        let power = BigInt::from(1) << bits;
        for n in [power.clone(), &power - 1, &power - 2, -power.clone(), -&power - 1, 1 - power.clone()] {
            let limit = BigInt::from(1) << 256;
            if n < limit && n >= -limit {
                wanted.push(n);
            }
        }
    }
    for n in wanted {
        let mut b = Builder::new("f", 0);
        let v = b.int(n.clone());
        assert_eq!(result(single(b, 1, End::Return(vec![v])), &[]), [V::Int(n)]);
    }
}

#[test]
fn null_and_branches_meet_in_one_layout() {
    let make = || {
        let mut b = Builder::new("f", 2);
        let (x, y) = (b.params()[0], b.params()[1]);
        b.open();
        let n = null(&mut b);
        let then = b.close(End::Yield(vec![n, x]));
        b.open();
        let s = b.op1(Op::Add, &[x, y]);
        let els = b.close(End::Yield(vec![s, y]));
        let dsts = b.values(2);
        b.push(Inst::If { cond: x, then, els, dsts: dsts.clone(), span: None });
        single(b, 2, End::Return(dsts))
    };
    assert_eq!(result(make(), &[5, 6]), [V::Null, V::Int(5.into())]);
    assert_eq!(result(make(), &[0, 6]), ints(&[6, 6]));
}

#[test]
fn a_loop_costs_little_more_than_its_operations() {
    // sum of 1..=100
    let mut b = Builder::new("sum", 1);
    let n = b.params()[0];
    let zero = b.int(0);
    let (i, sum) = (b.value(), b.value());
    b.open();
    let more = b.op1(Op::Less, &[i, n]);
    let cond = b.close(End::Yield(vec![more]));
    b.open();
    let next = b.op1(Op::Inc, &[i]);
    let total = b.op1(Op::Add, &[sum, next]);
    let body = b.close(End::Continue(vec![next, total]));
    let dsts = b.values(2);
    b.push(Inst::Loop {
        inits: vec![zero, zero],
        params: vec![i, sum],
        cond: Some(cond),
        body,
        dsts: dsts.clone(),
        span: None,
    });
    let program = compile(single(b, 1, End::Return(vec![dsts[1]])), Options::default()).unwrap();
    let (outcome, gas) = gas_of(&program.code, &ints(&[100]));
    assert_eq!(outcome.stack, ints(&[5050]));
    // LESS, INC and ADD with their operands, two returns: about 130 a round.
    assert!(gas < 100 * 150 + 200, "{gas}");
}

#[test]
fn a_throwing_branch_is_one_instruction() {
    let mut b = Builder::new("f", 1);
    let x = b.params()[0];
    b.open();
    b.op(Op::Throw(101), &[]);
    let then = b.close(End::Unreachable);
    b.push(Inst::If { cond: x, then, els: Block::default(), dsts: Vec::new(), span: None });
    let program = compile(single(b, 0, End::Return(Vec::new())), Options::default()).unwrap();
    assert!(program.listing(&|_| None).contains("THROWIF 101"));
    assert_eq!(run(&program.code, &ints(&[1])).exit, 101);
    assert_eq!(gas_of(&program.code, &ints(&[0])).1, 26 + 34 + 5);
}

#[test]
fn places_in_the_source_are_found_again() {
    let span = Span { file: FileId(0), start: 10, end: 20 };
    let mut b = Builder::new("placed", 1);
    let x = b.params()[0];
    b.set_span(Some(span));
    let y = b.op1(Op::Not, &[x]);
    let program = compile(single(b, 1, End::Return(vec![y])), Options::default()).unwrap();
    let mark = program.source_map.find(program.code.repr_hash(), 16).unwrap();
    assert_eq!(mark.span, Some(span));
    let listing = program.listing(&|span| Some(("a.tsol".into(), span.start)));
    assert!(listing.contains("; a.tsol:10"), "{listing}");
    assert!(listing.contains("placed:"), "{listing}");
}

#[test]
fn output_is_the_same_every_time() {
    for seed in [3u64, 77, 4242] {
        let code = |_: u8| {
            let module = crate::gen_programs::random_module(seed);
            compile(module, Options::default()).unwrap().code
        };
        assert_eq!(code(0).repr_hash(), code(1).repr_hash());
    }
}
