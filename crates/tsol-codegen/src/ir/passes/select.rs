//! Picks cheaper operations: constants inside the opcode, loads whose rest nobody wants.

use std::collections::HashMap;

use num_bigint::BigInt;
use num_traits::{One, Signed, ToPrimitive, Zero};

use crate::ir::{Block, Const, Function, Inst, Value};
use crate::opcode::{Op, ShortBits};

pub(super) fn select(function: &mut Function) {
    let mut uses: HashMap<Value, usize> = HashMap::new();
    function.body.for_each_use(&mut |v| *uses.entry(v).or_default() += 1);
    let mut ints = HashMap::new();
    function.body.for_each_inst(&mut |inst| {
        if let Inst::Const { dst, value: Const::Int(n), .. } = inst {
            ints.insert(*dst, n.clone());
        }
    });
    block(&mut function.body, &uses, &ints);
    without_cells(&mut function.body, &uses);
    merge_stores(&mut function.body, &uses);
}

fn block(b: &mut Block, uses: &HashMap<Value, usize>, ints: &HashMap<Value, BigInt>) {
    for inst in &mut b.insts {
        for inner in inst.blocks_mut() {
            block(inner, uses, ints);
        }
        if let Inst::Op { op, args, dsts, .. } = inst {
            immediate(op, args, ints);
            shorter(op, args, dsts, uses);
        }
    }
}

fn immediate(op: &mut Op, args: &mut Vec<Value>, ints: &HashMap<Value, BigInt>) {
    // A constant first operand goes last, if the operation can be turned round.
    if args.len() == 2
        && ints.contains_key(&args[0])
        && !ints.contains_key(&args[1])
        && !matches!(op, Op::StU(_) | Op::StI(_))
        && let Some(flipped) = op.flipped()
    {
        args.swap(0, 1);
        *op = flipped;
    }
    if let (Op::StU(n) | Op::StI(n), Some(value)) = (&*op, args.first().and_then(|v| ints.get(v))) {
        if let Some(bits) = stored(value, *n, matches!(op, Op::StI(_))) {
            *op = Op::StSliceConst(bits);
            args.remove(0);
        }
        return;
    }
    let Some(n) = args.last().and_then(|v| ints.get(v)) else { return };
    let byte = |n: &BigInt| n.to_i8();
    let width = |n: &BigInt| n.to_u16().filter(|n| (1..=256).contains(n));
    let power = |n: &BigInt| {
        let zeros = n.trailing_zeros()?;
        (n.is_positive() && *n == BigInt::one() << zeros && (1..=256).contains(&zeros))
            .then_some(zeros as u16)
    };
    let new = match *op {
        Op::Add => byte(n).map(Op::AddConst),
        Op::Sub => byte(&-n).map(Op::AddConst),
        Op::QAdd => byte(n).map(Op::QAddConst),
        Op::QSub => byte(&-n).map(Op::QAddConst),
        Op::Mul => byte(n).map(Op::MulConst),
        Op::Equal => byte(n).map(Op::EqInt),
        Op::Neq => byte(n).map(Op::NeqInt),
        Op::Less => byte(n).map(Op::LessInt),
        Op::Greater => byte(n).map(Op::GtInt),
        Op::Leq => byte(&(n + 1)).map(Op::LessInt),
        Op::Geq => byte(&(n - 1)).map(Op::GtInt),
        Op::LShift => width(n).map(Op::LShiftConst),
        Op::RShift => width(n).map(Op::RShiftConst),
        Op::QLShift => width(n).map(Op::QLShiftConst),
        Op::QRShift => width(n).map(Op::QRShiftConst),
        Op::ModPow2 => width(n).map(Op::ModPow2Const),
        Op::LdUX => width(n).map(Op::LdU),
        Op::LdIX => width(n).map(Op::LdI),
        Op::PldUX => width(n).map(Op::PldU),
        Op::PldIX => width(n).map(Op::PldI),
        Op::LdSliceX => width(n).map(Op::LdSlice),
        Op::PldSliceX => width(n).map(Op::PldSlice),
        Op::LdSliceXQ => width(n).map(Op::LdSliceQ),
        Op::LdUXQ => width(n).map(Op::LdUQ),
        Op::StUX => width(n).map(Op::StU),
        Op::StIX => width(n).map(Op::StI),
        Op::FitsX => width(n).map(Op::Fits),
        Op::UFitsX => width(n).map(Op::UFits),
        Op::StZeroes => n
            .to_u8()
            .filter(|&n| n <= ShortBits::MAX)
            .and_then(|n| ShortBits::new(0, n))
            .map(Op::StSliceConst),
        Op::MulRShift => width(n).map(Op::MulRShiftConst),
        Op::MulModPow2 => width(n).map(Op::MulModPow2Const),
        Op::Mod => power(n).map(Op::ModPow2Const),
        Op::Div => power(n).map(Op::RShiftConst),
        Op::MulDiv => power(n).map(Op::MulRShiftConst),
        _ => None,
    };
    if let Some(new) = new {
        args.pop();
        *op = match new {
            Op::AddConst(1) => Op::Inc,
            Op::AddConst(-1) => Op::Dec,
            other => other,
        };
    }
}

/// The bits that a store of a constant writes, unless it throws or is too long.
fn stored(value: &BigInt, n: u16, signed: bool) -> Option<ShortBits> {
    let good = if signed { super::eval::fits(value, n.into()) } else { super::eval::ufits(value, n.into()) };
    if !good || n > u16::from(ShortBits::MAX) {
        return None;
    }
    let wrapped = if value.is_negative() { value + (BigInt::one() << n) } else { value.clone() };
    ShortBits::new(wrapped.to_u64()?, n as u8)
}

/// Loads without the part that nobody uses.
fn shorter(op: &mut Op, args: &[Value], dsts: &mut Vec<Value>, uses: &HashMap<Value, usize>) {
    let unused = |v: &Value| uses.get(v).is_none_or(Zero::is_zero);
    let rest_unused = dsts.len() == 2 && unused(&dsts[1]) && !unused(&dsts[0]);
    let first_unused = dsts.len() == 2 && unused(&dsts[0]) && !unused(&dsts[1]);
    let new = match *op {
        Op::LdU(n) if rest_unused => Some(Op::PldU(n)),
        Op::LdI(n) if rest_unused => Some(Op::PldI(n)),
        Op::LdSlice(n) if rest_unused => Some(Op::PldSlice(n)),
        Op::LdSliceX if rest_unused => Some(Op::PldSliceX),
        Op::LdUX if rest_unused => Some(Op::PldUX),
        Op::LdIX if rest_unused => Some(Op::PldIX),
        Op::LdRef if rest_unused => Some(Op::PldRefIdx(0)),
        Op::LdDict if rest_unused => Some(Op::PldDict),
        Op::LdDictS if rest_unused => Some(Op::PldDictS),
        Op::DivMod if rest_unused => Some(Op::Div),
        _ => None,
    };
    let _ = args;
    if let Some(new) = new {
        *op = new;
        dsts.pop();
        return;
    }
    let new = match *op {
        Op::LdDict if first_unused => Some(Op::SkipDict),
        Op::DivMod if first_unused => Some(Op::Mod),
        _ => None,
    };
    if let Some(new) = new {
        *op = new;
        dsts.remove(0);
    }
}

/// A cell that is built only to be opened, hashed or stored need not be built.
fn without_cells(b: &mut Block, uses: &HashMap<Value, usize>) {
    let mut built: HashMap<Value, (usize, Value)> = HashMap::new();
    for i in 0..b.insts.len() {
        for inner in b.insts[i].blocks_mut() {
            without_cells(inner, uses);
        }
        let Inst::Op { op, args, dsts, .. } = &mut b.insts[i] else { continue };
        if *op == Op::EndC && uses.get(&dsts[0]) == Some(&1) {
            built.insert(dsts[0], (i, args[0]));
            continue;
        }
        let new = match op {
            Op::CToS => Op::BToS,
            Op::HashCU => Op::HashBU,
            Op::StRef => Op::StBRef,
            _ => continue,
        };
        let Some((at, builder)) = args.first().and_then(|v| built.remove(v)) else { continue };
        *op = new;
        let old = std::mem::replace(&mut args[0], builder);
        b.insts[at] = Inst::Const { dst: old, value: Const::Null, span: None };
    }
}

/// Nothing that others could notice happens here.
fn quiet(inst: &Inst) -> bool {
    match inst {
        Inst::Const { .. } => true,
        Inst::Op { op, .. } => op.class() != crate::opcode::Class::Effect,
        _ => false,
    }
}

/// Joins constant stores that follow each other.
fn merge_stores(b: &mut Block, uses: &HashMap<Value, usize>) {
    let mut at: HashMap<Value, usize> = HashMap::new();
    for i in 0..b.insts.len() {
        for inner in b.insts[i].blocks_mut() {
            merge_stores(inner, uses);
        }
        let Inst::Op { op: Op::StSliceConst(second), args, dsts, .. } = &b.insts[i] else { continue };
        let (from, to, second) = (args[0], dsts[0], *second);
        if uses.get(&from) == Some(&1)
            && let Some(&j) = at.get(&from)
            && let Inst::Op { op: Op::StSliceConst(first), args, .. } = &b.insts[j]
            && let Some(both) = first.concat(second)
            && b.insts[j..i].iter().all(quiet)
        {
            let source = args[0];
            if let Inst::Op { op, args, .. } = &mut b.insts[i] {
                *op = Op::StSliceConst(both);
                args[0] = source;
            }
            // The first store has no use any more and may throw only where the second does; the
            // builder is full there as well.
            b.insts[j] = Inst::Const { dst: from, value: Const::Null, span: None };
        }
        at.insert(to, i);
    }
}
