//! Brings the operands of an instruction to the top of the stack.

use super::StackOp;
use super::shape::{ShapeError, Slot, xchg};

/// How an operand gets to the top.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum How {
    /// Not needed afterwards: the slot itself moves.
    Move,
    /// Needed afterwards: a copy.
    Copy,
    /// A constant, pushed afresh.
    Const,
}

/// An operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Arg {
    pub(crate) slot: Slot,
    pub(crate) how: How,
}

/// A stack instruction, or the push of a constant value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Step {
    Stack(StackOp),
    Const(Slot),
}

impl Step {
    pub(crate) fn apply(self, stack: &mut Vec<Slot>) {
        match self {
            Step::Stack(op) => op.apply(stack),
            Step::Const(slot) => stack.push(slot),
        }
    }
}

/// Gas of the stack instructions in `steps`; neighbours that merge into one count once.
pub(crate) fn steps_cost(steps: &[Step]) -> u64 {
    steps.iter().map(|step| if let Step::Stack(op) = step { op.gas() } else { 0 }).sum()
}

/// The cheapest known way to have `args` on top (the last one uppermost).
///
/// Copies and constants are new slots; moved ones leave their place to others, so the order of
/// what stays may change.
pub(crate) fn arrange(stack: &[Slot], args: &[Arg]) -> Result<Vec<Step>, ShapeError> {
    let mut best: Option<(u64, Vec<Step>)> = None;
    let mut consider = |steps: Option<Vec<Step>>| {
        let Some(steps) = steps else { return };
        if !reaches(stack, args, &steps) {
            return;
        }
        let cost = steps_cost(&steps);
        if best.as_ref().is_none_or(|(least, _)| cost < *least) {
            best = Some((cost, steps));
        }
    };
    consider(in_sequence(stack, args));
    for op in single_candidates(stack, args) {
        consider(Some(vec![Step::Stack(op)]));
    }
    // Constants at the end are simply pushed last, whatever brought the others there.
    let plain = args.iter().take_while(|arg| arg.how != How::Const).count();
    if args[plain..].iter().all(|arg| arg.how == How::Const) && plain > 0 {
        for op in single_candidates(stack, &args[..plain]).into_iter().chain(compound(stack, &args[..plain]))
        {
            let mut steps = vec![Step::Stack(op)];
            steps.extend(args[plain..].iter().map(|arg| Step::Const(arg.slot)));
            consider(Some(steps));
        }
    }
    consider(compound(stack, args).map(|op| vec![Step::Stack(op)]));
    for upwards in [true, false] {
        consider(permute(stack, args, upwards)?);
    }
    match best {
        Some((_, steps)) => Ok(steps),
        None => Err(args.first().map_or(ShapeError::TooDeep, |arg| ShapeError::Missing(arg.slot))),
    }
}

fn reaches(stack: &[Slot], args: &[Arg], steps: &[Step]) -> bool {
    let mut now = stack.to_vec();
    for step in steps {
        if let Step::Stack(op) = step
            && (!op.fits() || op.reach() > now.len())
        {
            return false;
        }
        step.apply(&mut now);
    }
    if now.len() < args.len()
        || now[now.len() - args.len()..].iter().zip(args).any(|(have, want)| *have != want.slot)
    {
        return false;
    }
    // Nothing else was doubled or lost.
    let mut wanted = stack.to_vec();
    wanted.extend(args.iter().filter(|arg| arg.how != How::Move).map(|arg| arg.slot));
    wanted.sort_unstable();
    now.sort_unstable();
    wanted == now
}

fn depth_of(stack: &[Slot], slot: Slot) -> Option<u8> {
    let position = stack.iter().rposition(|&s| s == slot)?;
    u8::try_from(stack.len() - 1 - position).ok()
}

/// One after the other: pushes, and rolls of what moves.
fn in_sequence(stack: &[Slot], args: &[Arg]) -> Option<Vec<Step>> {
    let mut now = stack.to_vec();
    let mut steps = Vec::new();
    let mut emit = |now: &mut Vec<Slot>, step: Step| {
        step.apply(now);
        steps.push(step);
    };
    // The longest beginning that is on top already.
    let ready = (0..=args.len().min(now.len()))
        .rev()
        .find(|&k| {
            now[now.len() - k..].iter().zip(args).all(|(have, arg)| *have == arg.slot && arg.how == How::Move)
        })
        .unwrap_or(0);
    for arg in &args[ready..] {
        match arg.how {
            How::Const => emit(&mut now, Step::Const(arg.slot)),
            How::Copy => {
                let depth = depth_of(&now, arg.slot)?;
                emit(&mut now, Step::Stack(StackOp::Push(depth)));
            }
            How::Move => {
                let op = match depth_of(&now, arg.slot)? {
                    0 => continue,
                    1 => StackOp::Xchg(0, 1),
                    2 => StackOp::Rot,
                    depth @ 3..=16 => StackOp::BlkSwap(1, depth),
                    _ => return None,
                };
                emit(&mut now, Step::Stack(op));
            }
        }
    }
    Some(steps)
}

/// Single instructions that might do everything.
fn single_candidates(stack: &[Slot], args: &[Arg]) -> Vec<StackOp> {
    let n = args.len() as u8;
    let mut ops =
        vec![StackOp::Rot, StackOp::RotRev, StackOp::Swap2, StackOp::Dup2, StackOp::Over2, StackOp::Tuck];
    if (2..=6).contains(&n) && stack.len() >= args.len() {
        ops.extend((1..n).map(|i| StackOp::BlkSwap(i, n - i)));
        ops.push(StackOp::Reverse(n, 0));
    }
    ops
}

/// The compound instruction for the pattern of moves and copies.
fn compound(stack: &[Slot], args: &[Arg]) -> Option<StackOp> {
    use How::{Copy as C, Move as M};
    let mut now = stack.to_vec();
    let how: Vec<How> = args.iter().map(|arg| arg.how).collect();
    let slot = |i: usize| args[i].slot;
    // Each helper performs one part and gives the index that it used.
    fn swap_in(now: &mut Vec<Slot>, place: u8, slot: Slot) -> Option<u8> {
        let i = depth_of(now, slot)?;
        if usize::from(place) >= now.len() {
            return None;
        }
        StackOp::Xchg(place, i).apply(now);
        Some(i)
    }
    fn push(now: &mut Vec<Slot>, slot: Slot) -> Option<u8> {
        let i = depth_of(now, slot)?;
        StackOp::Push(i).apply(now);
        Some(i)
    }
    fn under(now: &mut Vec<Slot>, place: u8) -> Option<()> {
        (usize::from(place) < now.len()).then(|| StackOp::Xchg(0, place).apply(now))
    }
    Some(match how.as_slice() {
        [M] => StackOp::Xchg(0, depth_of(&now, slot(0))?),
        [C] => StackOp::Push(depth_of(&now, slot(0))?),
        [M, M] => StackOp::Xchg2(swap_in(&mut now, 1, slot(0))?, swap_in(&mut now, 0, slot(1))?),
        [M, C] => StackOp::Xcpu(swap_in(&mut now, 0, slot(0))?, push(&mut now, slot(1))?),
        [C, M] => {
            let i = push(&mut now, slot(0))?;
            under(&mut now, 1)?;
            StackOp::Puxc(i, swap_in(&mut now, 0, slot(1))?)
        }
        [C, C] => StackOp::Push2(depth_of(&now, slot(0))?, depth_of(&now, slot(1))?),
        [M, M, M] => StackOp::Xchg3(
            swap_in(&mut now, 2, slot(0))?,
            swap_in(&mut now, 1, slot(1))?,
            swap_in(&mut now, 0, slot(2))?,
        ),
        [M, M, C] => StackOp::Xc2pu(
            swap_in(&mut now, 1, slot(0))?,
            swap_in(&mut now, 0, slot(1))?,
            push(&mut now, slot(2))?,
        ),
        [M, C, M] => {
            let i = swap_in(&mut now, 1, slot(0))?;
            let j = push(&mut now, slot(1))?;
            under(&mut now, 1)?;
            StackOp::Xcpuxc(i, j, swap_in(&mut now, 0, slot(2))?)
        }
        [M, C, C] => {
            let i = swap_in(&mut now, 0, slot(0))?;
            StackOp::Xcpu2(i, depth_of(&now, slot(1))?, depth_of(&now, slot(2))?)
        }
        [C, M, M] => {
            let i = push(&mut now, slot(0))?;
            under(&mut now, 2)?;
            StackOp::Puxc2(i, swap_in(&mut now, 1, slot(1))?, swap_in(&mut now, 0, slot(2))?)
        }
        [C, M, C] => {
            let i = push(&mut now, slot(0))?;
            under(&mut now, 1)?;
            let j = swap_in(&mut now, 0, slot(1))?;
            StackOp::Puxcpu(i, j, push(&mut now, slot(2))?)
        }
        [C, C, M] => {
            let i = push(&mut now, slot(0))?;
            under(&mut now, 1)?;
            let j = push(&mut now, slot(1))?;
            under(&mut now, 1)?;
            StackOp::Pu2xc(i, j, swap_in(&mut now, 0, slot(2))?)
        }
        [C, C, C] => {
            StackOp::Push3(depth_of(&now, slot(0))?, depth_of(&now, slot(1))?, depth_of(&now, slot(2))?)
        }
        _ => return None,
    })
}

/// Works for anything: pushes what is new, then exchanges each operand into its place.
fn permute(stack: &[Slot], args: &[Arg], upwards: bool) -> Result<Option<Vec<Step>>, ShapeError> {
    let mut now = stack.to_vec();
    let mut steps = Vec::new();
    for arg in args {
        let step = match arg.how {
            How::Move => continue,
            How::Const => Step::Const(arg.slot),
            How::Copy => {
                let depth = depth_of(&now, arg.slot).ok_or(ShapeError::Missing(arg.slot))?;
                Step::Stack(StackOp::Push(depth))
            }
        };
        step.apply(&mut now);
        steps.push(step);
    }
    if now.len() < args.len() {
        return Err(ShapeError::Missing(Slot::Junk));
    }
    let n = now.len();
    let base = n - args.len();
    let mut settled = vec![false; args.len()];
    let order: Vec<usize> = if upwards { (0..args.len()).collect() } else { (0..args.len()).rev().collect() };
    for i in order {
        let place = base + i;
        if now[place] != args[i].slot {
            // Prefer a slot among the operands, so that originals below stay where they are.
            let free = |q: &usize| now[*q] == args[i].slot && (*q < base || !settled[*q - base]);
            let from = (base..n).find(free).or_else(|| (0..base).rev().find(free));
            let from = from.ok_or(ShapeError::Missing(args[i].slot))?;
            let mut ops = Vec::new();
            xchg(&mut ops, n - 1 - place, n - 1 - from)?;
            for op in ops {
                op.apply(&mut now);
                steps.push(Step::Stack(op));
            }
        }
        settled[i] = true;
    }
    Ok(Some(steps))
}

#[cfg(test)]
mod tests {
    use super::{Arg, How, arrange, reaches, steps_cost};
    use crate::stack::StackOp;
    use crate::stack::shape::Slot;

    fn values(ids: &[u32]) -> Vec<Slot> {
        ids.iter().map(|&id| Slot::Value(id)).collect()
    }

    fn arg(id: u32, how: How) -> Arg {
        Arg { slot: Slot::Value(id), how }
    }

    #[test]
    fn every_pattern_reaches_its_goal() {
        let mut n = 0u64;
        for len in [1usize, 2, 3, 5, 17, 40] {
            let stack = values(&(0..len as u32).collect::<Vec<_>>());
            for count in 1..=4usize.min(len) {
                for round in 0..200u32 {
                    let mut ids: Vec<u32> = (0..len as u32).collect();
                    let mut args = Vec::new();
                    for i in 0..count as u32 {
                        let pick = (round.wrapping_mul(2_654_435_761) >> (i * 7)) as usize % ids.len();
                        let how =
                            [How::Move, How::Copy, How::Const][(round as usize / (1 + i as usize * 3)) % 3];
                        let id = ids.swap_remove(pick);
                        args.push(if how == How::Const { arg(1000 + i, how) } else { arg(id, how) });
                    }
                    let steps = arrange(&stack, &args).unwrap();
                    assert!(reaches(&stack, &args, &steps), "{stack:?} {args:?} {steps:?}");
                    n += steps_cost(&steps);
                }
            }
        }
        assert!(n > 0);
    }

    #[test]
    fn one_instruction_is_found_where_one_is_enough() {
        let stack = values(&[0, 1, 2, 3, 4]);
        let cost = |args: &[Arg]| steps_cost(&arrange(&stack, args).unwrap());
        assert_eq!(cost(&[arg(3, How::Move), arg(4, How::Move)]), 0);
        assert_eq!(cost(&[arg(3, How::Move), arg(4, How::Copy)]), StackOp::Tuck.gas());
        assert_eq!(cost(&[arg(4, How::Move), arg(1, How::Copy)]), 18);
        assert_eq!(cost(&[arg(0, How::Copy), arg(1, How::Copy)]), 26);
        assert_eq!(cost(&[arg(0, How::Copy), arg(1, How::Move), arg(2, How::Copy)]), 34);
        assert_eq!(cost(&[arg(4, How::Move), arg(2, How::Move), arg(3, How::Move)]), 18);
    }
}
