//! Local improvements of scheduled code.
//!
//! Each rule replaces neighbours by something with the same effect and less gas; the rules run
//! until none applies, in the bodies first.

use super::{Branch, Code, Insn, Placed, StackOp as S};
use crate::opcode::Op;

/// Improves a function's code in place.
pub(crate) fn peephole(code: &mut Code) {
    for placed in &mut code.insns {
        for body in placed.insn.bodies_mut() {
            peephole(body);
        }
    }
    tail(code);
    let mut out: Vec<Placed> = Vec::with_capacity(code.insns.len());
    for placed in code.insns.drain(..) {
        out.push(placed);
        while improve(&mut out) {}
    }
    code.insns = out;
    merge_pushes(code);
}

/// At the end of a sequence the machine returns anyway, so nothing needs to come back there.
fn tail(code: &mut Code) {
    while let Some(Placed { insn, span }) = code.insns.pop() {
        match insn {
            Insn::Call(func) => code.push(Insn::Jump(func), span),
            Insn::Execute(body) => {
                code.insns.extend(body.insns);
                continue;
            }
            Insn::Branch(Branch::If, body) => code.push(Insn::Branch(Branch::IfJmp, body), span),
            Insn::Branch(Branch::IfNot, body) => code.push(Insn::Branch(Branch::IfNotJmp, body), span),
            Insn::IfElse(then, els) => {
                // The colder side goes into the continuation.
                if els.cold && !then.cold {
                    code.push(Insn::Branch(Branch::IfNotJmp, els), span);
                    code.insns.extend(then.insns);
                } else {
                    code.push(Insn::Branch(Branch::IfJmp, then), span);
                    code.insns.extend(els.insns);
                }
                continue;
            }
            insn => code.push(insn, span),
        }
        return;
    }
}

/// Tries the rules on the end of the list; true when it changed.
fn improve(out: &mut Vec<Placed>) -> bool {
    let n = out.len();
    if n < 2 {
        return false;
    }
    let span = out[n - 1].span.or(out[n - 2].span);
    if let Some(new) = pair(&out[n - 2].insn, &out[n - 1].insn) {
        out.truncate(n - 2);
        out.extend(new.into_iter().map(|insn| Placed { insn, span }));
        return true;
    }
    false
}

/// What two neighbours become, if there is something better.
fn pair(first: &Insn, second: &Insn) -> Option<Vec<Insn>> {
    match (first, second) {
        (Insn::Stack(a), Insn::Stack(b)) => {
            stack_pair(*a, *b).map(|ops| ops.into_iter().map(Insn::Stack).collect())
        }
        (Insn::Const(_), Insn::Stack(S::Pop(0))) => Some(Vec::new()),
        (Insn::Const(value), Insn::Stack(S::Pop(1))) => {
            Some(vec![Insn::Stack(S::Pop(0)), Insn::Const(value.clone())])
        }
        (Insn::Stack(S::Xchg(0, 1)), Insn::Op(op)) => {
            let flipped = op.flipped()?;
            (flipped.gas() < op.gas() + 18).then(|| vec![Insn::Op(flipped)])
        }
        (Insn::Op(Op::EqInt(0)), Insn::Branch(branch, body)) => {
            Some(vec![Insn::Branch(opposite(*branch), body.clone())])
        }
        (Insn::Op(Op::NeqInt(0)), Insn::Branch(..) | Insn::IfElse(..)) => Some(vec![second.clone()]),
        (Insn::Op(Op::EqInt(0)), Insn::IfElse(a, b)) => Some(vec![Insn::IfElse(b.clone(), a.clone())]),
        (Insn::Op(Op::EqInt(0)), Insn::Op(Op::ThrowIf(n))) => Some(vec![Insn::Op(Op::ThrowIfNot(*n))]),
        (Insn::Op(Op::EqInt(0)), Insn::Op(Op::ThrowIfNot(n))) => Some(vec![Insn::Op(Op::ThrowIf(*n))]),
        (Insn::Op(Op::NeqInt(0)), Insn::Op(Op::ThrowIf(_) | Op::ThrowIfNot(_))) => Some(vec![second.clone()]),
        (Insn::Op(Op::Index(i @ 0..4)), Insn::Op(Op::Index(j @ 0..4))) => {
            Some(vec![Insn::Op(Op::Index2(i << 2 | j))])
        }
        (Insn::Op(op), Insn::Op(Op::ThrowIfNot(_))) if padding(*op).is_some_and(|(when, _)| !when) => {
            Some(vec![Insn::Bare(*op), second.clone()])
        }
        (Insn::Op(op), Insn::Op(Op::ThrowIf(_))) if padding(*op).is_some_and(|(when, _)| when) => {
            Some(vec![Insn::Bare(*op), second.clone()])
        }
        (Insn::Op(op), Insn::Branch(branch, body)) => {
            let (when, nulls) = padding(*op)?;
            // The body runs exactly when the padding is there, and throws it away at once.
            let runs = matches!(branch, Branch::If | Branch::IfJmp) == when;
            let body = runs.then(|| without_drops(body, nulls)).flatten()?;
            // Otherwise the padded slots stay for the code behind, which must not see a difference.
            matches!(branch, Branch::IfJmp | Branch::IfNotJmp)
                .then(|| vec![Insn::Bare(*op), Insn::Branch(*branch, body)])
        }
        (Insn::Op(op), Insn::IfElse(then, els)) => {
            let (when, nulls) = padding(*op)?;
            if when {
                let then = without_drops(then, nulls)?;
                Some(vec![Insn::Bare(*op), Insn::IfElse(then, els.clone())])
            } else {
                let els = without_drops(els, nulls)?;
                Some(vec![Insn::Bare(*op), Insn::IfElse(then.clone(), els)])
            }
        }
        _ => None,
    }
}

fn opposite(branch: Branch) -> Branch {
    match branch {
        Branch::If => Branch::IfNot,
        Branch::IfNot => Branch::If,
        Branch::IfJmp => Branch::IfNotJmp,
        Branch::IfNotJmp => Branch::IfJmp,
    }
}

/// For which flag an operation pads with nulls, and with how many.
fn padding(op: Op) -> Option<(bool, u8)> {
    let mut words = op.row().mnemonic.split(' ').skip(1);
    let padding = match words.next()? {
        "NULLSWAPIFNOT" => (false, 1),
        "NULLSWAPIF" => (true, 1),
        "NULLSWAPIFNOT2" => (false, 2),
        _ => return None,
    };
    words.next().is_none().then_some(padding)
}

/// The body without its first act, dropping `nulls` slots.
fn without_drops(body: &Code, nulls: u8) -> Option<Code> {
    let Insn::Stack(op) = &body.insns.first()?.insn else { return None };
    let dropped = match op {
        S::Pop(0) => 1,
        S::Drop2 => 2,
        S::BlkDrop(n) => *n,
        _ => return None,
    };
    let left = dropped.checked_sub(nulls)?;
    let mut body = body.clone();
    let span = body.insns[0].span;
    body.insns.remove(0);
    if left > 0 {
        body.insns.insert(0, Placed { insn: Insn::Stack(drop_top(left)), span });
    }
    Some(body)
}

fn drop_top(n: u8) -> S {
    match n {
        1 => S::Pop(0),
        2 => S::Drop2,
        n => S::BlkDrop(n),
    }
}

fn stack_pair(a: S, b: S) -> Option<Vec<S>> {
    let dropped = |op: S| match op {
        S::Pop(0) => Some(1),
        S::Drop2 => Some(2),
        S::BlkDrop(n) => Some(n),
        _ => None,
    };
    if let (Some(x), Some(y)) = (dropped(a), dropped(b))
        && x + y <= 15
    {
        return Some(vec![drop_top(x + y)]);
    }
    let better = |new: S| (new.fits() && new.gas() < a.gas() + b.gas()).then(|| vec![new]);
    match (a, b) {
        (S::Xchg(i, j), S::Xchg(k, l)) if (i.min(j), i.max(j)) == (k.min(l), k.max(l)) => Some(Vec::new()),
        (S::Xchg(0, 1), S::Pop(0)) => Some(vec![S::Pop(1)]),
        (S::Xchg(0, 1), S::Pop(1)) => Some(vec![S::Pop(0)]),
        (S::Xchg(0, 1), S::Push(1)) => Some(vec![S::Tuck]),
        (S::Push(0), S::Xchg(0, 1)) => Some(vec![S::Push(0)]),
        (S::Push(_), S::Pop(0)) => Some(Vec::new()),
        (S::Push(0), S::Pop(1)) => Some(Vec::new()),
        (S::Pop(1), S::Pop(1)) => better(S::BlkDrop2(2, 1)),
        (S::BlkDrop2(n, 1), S::Pop(1)) if n < 15 => better(S::BlkDrop2(n + 1, 1)),
        (S::Xchg(0, i), S::Push(j)) => better(S::Xcpu(i, j)),
        (S::Xchg(1, i), S::Xchg(0, j)) => better(S::Xchg2(i, j)),
        (S::Rot, S::Rot) => Some(vec![S::RotRev]),
        (S::RotRev, S::RotRev) => Some(vec![S::Rot]),
        (S::Rot, S::RotRev) | (S::RotRev, S::Rot) => Some(Vec::new()),
        (S::Xchg(0, 1), S::Rot) => Some(vec![S::Xchg(0, 2)]),
        (S::Rot, S::Xchg(0, 1)) => Some(vec![S::Xchg(1, 2)]),
        (S::RotRev, S::Xchg(0, 1)) => Some(vec![S::Xchg(0, 2)]),
        (S::Xchg(0, 1), S::RotRev) => Some(vec![S::Xchg(1, 2)]),
        _ => None,
    }
}

/// Runs of pushes become `PUSH2` and `PUSH3`; done last, as it hides the single pushes.
fn merge_pushes(code: &mut Code) {
    let push = |code: &Code, i: usize| match code.insns.get(i).map(|p| &p.insn) {
        Some(Insn::Stack(S::Push(n))) => Some(*n),
        _ => None,
    };
    let mut i = 0;
    while i < code.insns.len() {
        let (a, b, c) = (push(code, i), push(code, i + 1), push(code, i + 2));
        let merged = match (a, b, c) {
            (Some(a), Some(b), Some(c)) if b >= 1 && c >= 2 && S::Push3(a, b - 1, c - 2).fits() => {
                Some((3, S::Push3(a, b - 1, c - 2)))
            }
            (Some(1), Some(1), _) => Some((2, S::Dup2)),
            (Some(3), Some(3), _) => Some((2, S::Over2)),
            (Some(a), Some(b), _) if b >= 1 && S::Push2(a, b - 1).fits() => Some((2, S::Push2(a, b - 1))),
            _ => None,
        };
        if let Some((n, op)) = merged {
            code.insns[i].insn = Insn::Stack(op);
            code.insns.drain(i + 1..i + n);
        }
        i += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::{S, stack_pair};

    #[test]
    fn stack_rules_keep_the_effect() {
        let mut ops = vec![S::Rot, S::RotRev, S::Tuck, S::Drop2];
        for i in 0..5u8 {
            ops.extend([S::Push(i), S::Pop(i), S::BlkDrop(i + 1)]);
            for j in 0..5u8 {
                ops.extend([S::Xchg(i, j), S::BlkDrop2(i, j), S::Xcpu(i, j)]);
            }
        }
        ops.retain(|op| op.fits());
        let mut applied = 0;
        for &a in &ops {
            for &b in &ops {
                let Some(new) = stack_pair(a, b) else { continue };
                let start: Vec<u32> = (0..30).collect();
                let (mut old, mut now) = (start.clone(), start);
                a.apply(&mut old);
                b.apply(&mut old);
                new.iter().for_each(|op| op.apply(&mut now));
                assert_eq!(old, now, "{a}; {b}");
                applied += 1;
            }
        }
        assert!(applied > 50, "{applied}");
    }
}
