//! Brings the stack into a wanted layout.

use super::StackOp;

/// What stands in a stack slot.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub(crate) enum Slot {
    /// A value of the function.
    Value(u32),
    /// The continuation that leaves the frame of this number.
    Exit(u32),
    /// As a present slot: of no use. As a wanted slot: anything will do.
    Junk,
}

/// A layout cannot be reached: too deep, or a wanted slot is absent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ShapeError {
    /// More than 255 slots.
    TooDeep,
    /// A defect: the wanted slot is not on the stack.
    Missing(Slot),
}

/// Appends `XCHG s(i), s(j)` in forms that exist for any depth.
pub(crate) fn xchg(ops: &mut Vec<StackOp>, i: usize, j: usize) -> Result<(), ShapeError> {
    let (i, j) = (i.min(j), i.max(j));
    if i == j {
        return Ok(());
    }
    let deep = |n: usize| u8::try_from(n).map_err(|_| ShapeError::TooDeep);
    if i == 0 || j < 16 {
        ops.push(StackOp::Xchg(deep(i)?, deep(j)?));
    } else {
        ops.push(StackOp::Xchg(0, deep(i)?));
        ops.push(StackOp::Xchg(0, deep(j)?));
        ops.push(StackOp::Xchg(0, deep(i)?));
    }
    Ok(())
}

/// Gas of a sequence.
pub(crate) fn cost(ops: &[StackOp]) -> u64 {
    ops.iter().map(|op| op.gas()).sum()
}

/// Instructions that turn `current` into `target`, the cheapest of a few strategies.
pub(crate) fn shape(current: &[Slot], target: &[Slot]) -> Result<Vec<StackOp>, ShapeError> {
    let plain = Shaper::new(current, target).run(false);
    let blocks = Shaper::new(current, target).run(true);
    match (plain, blocks) {
        (Ok(a), Ok(b)) => Ok(if cost(&b) < cost(&a) { b } else { a }),
        (Ok(a), Err(_)) => Ok(a),
        (_, b) => b,
    }
}

struct Shaper<'a> {
    stack: Vec<Slot>,
    target: &'a [Slot],
    ops: Vec<StackOp>,
}

/// Where each present slot goes (`None`: away), and which wanted slots need a copy.
struct Plan {
    goes: Vec<Option<usize>>,
    copies: Vec<usize>,
}

impl<'a> Shaper<'a> {
    fn new(current: &[Slot], target: &'a [Slot]) -> Self {
        Self { stack: current.to_vec(), target, ops: Vec::new() }
    }

    fn emit(&mut self, op: StackOp) {
        op.apply(&mut self.stack);
        self.ops.push(op);
    }

    /// Slots stay where they are if they can; then equal slots are matched; then what is left over
    /// serves as junk.
    fn plan(&self) -> Plan {
        let mut goes = vec![None; self.stack.len()];
        let mut copies = Vec::new();
        let mut open = Vec::new();
        for (p, &want) in self.target.iter().enumerate() {
            match self.stack.get(p) {
                Some(&have) if have == want => goes[p] = Some(p),
                _ => open.push(p),
            }
        }
        for pass_junk in [false, true] {
            open.retain(|&p| {
                let want = self.target[p];
                if (want == Slot::Junk) != pass_junk {
                    return true;
                }
                let free = |q: &usize| goes[*q].is_none() && (pass_junk || self.stack[*q] == want);
                let found = Some(p)
                    .filter(|q| *q < goes.len() && free(q))
                    .or_else(|| (0..self.stack.len()).rev().find(free));
                match found {
                    Some(q) => goes[q] = Some(p),
                    None => copies.push(p),
                }
                false
            });
        }
        copies.sort_unstable();
        Plan { goes, copies }
    }

    /// Drops runs of useless slots from below the useful ones.
    fn drop_runs(&mut self) {
        loop {
            let n = self.stack.len();
            let goes = self.plan().goes;
            let useless = |p: &usize| goes[*p].is_none();
            let Some(end) = (0..n).rev().find(useless) else { return };
            let start = (0..=end).rev().take_while(useless).last().unwrap_or(end);
            let (run, above) = (end + 1 - start, n - 1 - end);
            if (run < 2 && above > 0) || above > 15 {
                return;
            }
            let run = run.min(15) as u8;
            match (run, above) {
                (1, _) => self.emit(StackOp::Pop(0)),
                (2, 0) => self.emit(StackOp::Drop2),
                (_, 0) => self.emit(StackOp::BlkDrop(run)),
                _ => self.emit(StackOp::BlkDrop2(run, above as u8)),
            }
        }
    }

    fn run(mut self, runs: bool) -> Result<Vec<StackOp>, ShapeError> {
        if runs {
            self.drop_runs();
        }
        let Plan { mut goes, mut copies } = self.plan();
        // Copies that stay on top are pushed last, the others before everything moves.
        let mut last = Vec::new();
        while copies.last().is_some_and(|&p| p + 1 + last.len() == self.target.len()) {
            last.extend(copies.pop());
        }
        for p in copies {
            self.copy(self.target[p])?;
            goes.push(Some(p));
        }
        self.settle(&mut goes)?;
        for p in last.into_iter().rev() {
            self.copy(self.target[p])?;
        }
        Ok(self.ops)
    }

    /// Moves every slot to its place; slots without one are dropped on the way.
    fn settle(&mut self, goes: &mut Vec<Option<usize>>) -> Result<(), ShapeError> {
        while let Some(top) = goes.len().checked_sub(1) {
            let position = match goes[top] {
                None => top,
                Some(p) if p != top => p,
                // The top is in place, so nothing is useless: go on with another cycle.
                Some(_) => match (0..top).find(|&p| goes[p] != Some(p)) {
                    Some(p) => p,
                    None => return Ok(()),
                },
            };
            let depth = u8::try_from(top - position).map_err(|_| ShapeError::TooDeep)?;
            if goes[position].is_none() {
                self.emit(StackOp::Pop(depth));
                goes.swap_remove(position);
            } else {
                self.emit(StackOp::Xchg(0, depth));
                goes.swap(position, top);
            }
        }
        Ok(())
    }

    fn copy(&mut self, want: Slot) -> Result<(), ShapeError> {
        let from = match want {
            Slot::Junk => self.stack.len().checked_sub(1),
            _ => self.stack.iter().rposition(|&slot| slot == want),
        };
        let from = from.ok_or(ShapeError::Missing(want))?;
        let depth = u8::try_from(self.stack.len() - 1 - from).map_err(|_| ShapeError::TooDeep)?;
        self.emit(StackOp::Push(depth));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Slot, shape};

    /// A small generator of numbers, so that every run is the same.
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, n: usize) -> usize {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((self.0 >> 33) as usize) % n
        }
    }

    #[test]
    fn random_layouts_are_reached() {
        for seed in 0..20_000u64 {
            let mut numbers = Numbers(seed);
            let kinds = 1 + numbers.below(12);
            let n = 1 + numbers.below(if seed % 50 == 0 { 60 } else { 12 });
            let mut current: Vec<Slot> = (0..n).map(|_| Slot::Value(numbers.below(kinds) as u32)).collect();
            if seed % 3 == 0 {
                let at = numbers.below(n);
                current[at] = Slot::Junk;
            }
            let m = numbers.below(n + 4);
            let target: Vec<Slot> = (0..m)
                .map(|_| match numbers.below(8) {
                    0 => Slot::Junk,
                    _ => match current[numbers.below(n)] {
                        Slot::Junk => Slot::Junk,
                        slot => slot,
                    },
                })
                .collect();
            let ops = shape(&current, &target)
                .unwrap_or_else(|e| panic!("seed {seed}: {e:?}\n{current:?}\n{target:?}"));
            let mut stack = current.clone();
            for op in &ops {
                assert!(op.fits() && op.reach() <= stack.len(), "seed {seed}: {op}");
                op.apply(&mut stack);
            }
            let same = stack.len() == target.len()
                && stack.iter().zip(&target).all(|(have, want)| have == want || *want == Slot::Junk);
            assert!(same, "seed {seed}: {current:?} -> {target:?} gave {stack:?}");
        }
    }
}
