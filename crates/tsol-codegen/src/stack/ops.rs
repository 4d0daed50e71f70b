//! Stack manipulation instructions: what they do, what they cost and how they are written.

use std::fmt;

/// One instruction that moves stack slots; indices count from the top, which is 0.
///
/// Meanings follow the whitepaper's appendix A.2; [`apply`](StackOp::apply) states each one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)] // the names are the machine's
pub enum StackOp {
    Xchg(u8, u8),
    Push(u8),
    Pop(u8),
    Xchg2(u8, u8),
    Xchg3(u8, u8, u8),
    Xcpu(u8, u8),
    /// `PUSH i; SWAP; XCHG s0, s(j)`.
    Puxc(u8, u8),
    Push2(u8, u8),
    Xc2pu(u8, u8, u8),
    Xcpuxc(u8, u8, u8),
    Xcpu2(u8, u8, u8),
    Puxc2(u8, u8, u8),
    Puxcpu(u8, u8, u8),
    Pu2xc(u8, u8, u8),
    Push3(u8, u8, u8),
    /// Exchanges the top `j` slots with the `i` slots below them.
    BlkSwap(u8, u8),
    /// Reverses `i` slots below the top `j`.
    Reverse(u8, u8),
    BlkDrop(u8),
    /// Drops `i` slots below the top `j`.
    BlkDrop2(u8, u8),
    Rot,
    RotRev,
    Swap2,
    Drop2,
    Dup2,
    Over2,
    Tuck,
}

use StackOp as S;

impl StackOp {
    /// Does to `stack` (top last) what the machine does; the indices must be inside.
    pub fn apply<T: Clone>(self, stack: &mut Vec<T>) {
        let n = stack.len();
        let at = |i: u8| n - 1 - usize::from(i);
        let seq = |stack: &mut Vec<T>, ops: &[StackOp]| ops.iter().for_each(|op| op.apply(stack));
        match self {
            S::Xchg(i, j) => stack.swap(at(i), at(j)),
            S::Push(i) => stack.push(stack[at(i)].clone()),
            S::Pop(i) => {
                stack.swap(at(i), at(0));
                stack.pop();
            }
            S::Xchg2(i, j) => seq(stack, &[S::Xchg(1, i), S::Xchg(0, j)]),
            S::Xchg3(i, j, k) => seq(stack, &[S::Xchg(2, i), S::Xchg(1, j), S::Xchg(0, k)]),
            S::Xcpu(i, j) => seq(stack, &[S::Xchg(0, i), S::Push(j)]),
            S::Puxc(i, j) => seq(stack, &[S::Push(i), S::Xchg(0, 1), S::Xchg(0, j)]),
            S::Push2(i, j) => seq(stack, &[S::Push(i), S::Push(j + 1)]),
            S::Xc2pu(i, j, k) => seq(stack, &[S::Xchg2(i, j), S::Push(k)]),
            S::Xcpuxc(i, j, k) => seq(stack, &[S::Xchg(1, i), S::Puxc(j, k)]),
            S::Xcpu2(i, j, k) => seq(stack, &[S::Xchg(0, i), S::Push2(j, k)]),
            S::Puxc2(i, j, k) => seq(stack, &[S::Push(i), S::Xchg(0, 2), S::Xchg2(j, k)]),
            S::Puxcpu(i, j, k) => seq(stack, &[S::Puxc(i, j), S::Push(k)]),
            S::Pu2xc(i, j, k) => seq(stack, &[S::Push(i), S::Xchg(0, 1), S::Puxc(j, k)]),
            S::Push3(i, j, k) => seq(stack, &[S::Push(i), S::Push2(j + 1, k + 1)]),
            S::BlkSwap(i, j) => {
                let (i, j) = (usize::from(i), usize::from(j));
                stack[n - i - j..].rotate_left(i);
            }
            S::Reverse(i, j) => {
                let (i, j) = (usize::from(i), usize::from(j));
                stack[n - i - j..n - j].reverse();
            }
            S::BlkDrop(i) => stack.truncate(n - usize::from(i)),
            S::BlkDrop2(i, j) => {
                let (i, j) = (usize::from(i), usize::from(j));
                stack.drain(n - i - j..n - j);
            }
            S::Rot => S::BlkSwap(1, 2).apply(stack),
            S::RotRev => S::BlkSwap(2, 1).apply(stack),
            S::Swap2 => S::BlkSwap(2, 2).apply(stack),
            S::Drop2 => S::BlkDrop(2).apply(stack),
            S::Dup2 => S::Push2(1, 0).apply(stack),
            S::Over2 => seq(stack, &[S::Push(3), S::Push(3)]),
            S::Tuck => seq(stack, &[S::Xchg(0, 1), S::Push(1)]),
        }
    }

    /// Slots that must be there.
    pub fn reach(self) -> usize {
        let reach = match self {
            S::Xchg(i, j) => i.max(j) + 1,
            S::Push(i) | S::Pop(i) => i + 1,
            S::Xchg2(i, j) => i.max(j).max(1) + 1,
            S::Xchg3(i, j, k) => i.max(j).max(k).max(2) + 1,
            S::Xcpu(i, j) | S::Push2(i, j) => i.max(j) + 1,
            S::Puxc(i, j) => (i + 1).max(j).max(1),
            S::Xc2pu(i, j, k) => i.max(j).max(k).max(1) + 1,
            S::Xcpuxc(i, j, k) => (i + 1).max(j + 1).max(k).max(2),
            S::Xcpu2(i, j, k) | S::Push3(i, j, k) => i.max(j).max(k) + 1,
            S::Puxc2(i, j, k) => (i + 1).max(j).max(k).max(2),
            S::Puxcpu(i, j, k) => (i + 1).max(j).max(k).max(1),
            S::Pu2xc(i, j, k) => (i + 1).max(j).max(k.saturating_sub(1)).max(1),
            S::BlkSwap(i, j) | S::Reverse(i, j) | S::BlkDrop2(i, j) => i + j,
            S::BlkDrop(i) => i,
            S::Rot | S::RotRev => 3,
            S::Swap2 | S::Over2 => 4,
            S::Drop2 | S::Dup2 | S::Tuck => 2,
        };
        usize::from(reach)
    }

    /// `(value, bits)` of the encoding; the short form where there is one.
    pub fn encode(self) -> (u64, u16) {
        let pair = |code: u64, i: u8, j: u8| (code << 8 | u64::from(i) << 4 | u64::from(j), 16);
        let triple = |code: u64, i: u8, j: u8, k: u8| {
            (code << 12 | u64::from(i) << 8 | u64::from(j) << 4 | u64::from(k), 24)
        };
        match self {
            S::Xchg(i, j) if i > j => S::Xchg(j, i).encode(),
            S::Xchg(0, i @ 0..16) => (u64::from(i), 8),
            S::Xchg(0, i) => (0x1100 | u64::from(i), 16),
            S::Xchg(1, i @ 2..16) => (0x10 | u64::from(i), 8),
            S::Xchg(i, j) => pair(0x10, i, j),
            S::Push(i @ 0..16) => (0x20 | u64::from(i), 8),
            S::Push(i) => (0x5600 | u64::from(i), 16),
            S::Pop(i @ 0..16) => (0x30 | u64::from(i), 8),
            S::Pop(i) => (0x5700 | u64::from(i), 16),
            S::Xchg3(i, j, k) => (0x4000 | u64::from(i) << 8 | u64::from(j) << 4 | u64::from(k), 16),
            S::Xchg2(i, j) => pair(0x50, i, j),
            S::Xcpu(i, j) => pair(0x51, i, j),
            S::Puxc(i, j) => pair(0x52, i, j),
            S::Push2(i, j) => pair(0x53, i, j),
            S::Xc2pu(i, j, k) => triple(0x541, i, j, k),
            S::Xcpuxc(i, j, k) => triple(0x542, i, j, k),
            S::Xcpu2(i, j, k) => triple(0x543, i, j, k),
            S::Puxc2(i, j, k) => triple(0x544, i, j, k),
            S::Puxcpu(i, j, k) => triple(0x545, i, j, k),
            S::Pu2xc(i, j, k) => triple(0x546, i, j, k),
            S::Push3(i, j, k) => triple(0x547, i, j, k),
            S::BlkSwap(i, j) => pair(0x55, i - 1, j - 1),
            S::Reverse(i, j) => pair(0x5E, i - 2, j),
            S::BlkDrop(i) => pair(0x5F, 0, i),
            S::BlkDrop2(i, j) => pair(0x6C, i, j),
            S::Rot => (0x58, 8),
            S::RotRev => (0x59, 8),
            S::Swap2 => (0x5A, 8),
            S::Drop2 => (0x5B, 8),
            S::Dup2 => (0x5C, 8),
            S::Over2 => (0x5D, 8),
            S::Tuck => (0x66, 8),
        }
    }

    /// Gas.
    pub fn gas(self) -> u64 {
        10 + u64::from(self.encode().1)
    }

    /// True when every index fits the encoding.
    pub fn fits(self) -> bool {
        let small = |i: u8| i < 16;
        match self {
            S::Xchg(i, j) => i != j && (i.min(j) == 0 || (small(i) && small(j))),
            S::Push(_) | S::Pop(_) => true,
            S::Xchg2(i, j) | S::Xcpu(i, j) | S::Puxc(i, j) | S::Push2(i, j) => small(i) && small(j),
            S::Xchg3(i, j, k)
            | S::Xc2pu(i, j, k)
            | S::Xcpuxc(i, j, k)
            | S::Xcpu2(i, j, k)
            | S::Puxc2(i, j, k)
            | S::Puxcpu(i, j, k)
            | S::Pu2xc(i, j, k)
            | S::Push3(i, j, k) => small(i) && small(j) && small(k),
            S::BlkSwap(i, j) => (1..=16).contains(&i) && (1..=16).contains(&j),
            S::Reverse(i, j) => (2..=17).contains(&i) && small(j),
            S::BlkDrop(i) => (1..16).contains(&i),
            S::BlkDrop2(i, j) => (1..16).contains(&i) && small(j),
            S::Rot | S::RotRev | S::Swap2 | S::Drop2 | S::Dup2 | S::Over2 | S::Tuck => true,
        }
    }
}

impl fmt::Display for StackOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            S::Xchg(0, 1) | S::Xchg(1, 0) => f.write_str("SWAP"),
            S::Xchg(i, j) => write!(f, "XCHG s{}, s{}", i.min(j), i.max(j)),
            S::Push(0) => f.write_str("DUP"),
            S::Push(1) => f.write_str("OVER"),
            S::Push(i) => write!(f, "PUSH s{i}"),
            S::Pop(0) => f.write_str("DROP"),
            S::Pop(1) => f.write_str("NIP"),
            S::Pop(i) => write!(f, "POP s{i}"),
            S::Xchg2(i, j) => write!(f, "XCHG2 s{i}, s{j}"),
            S::Xchg3(i, j, k) => write!(f, "XCHG3 s{i}, s{j}, s{k}"),
            S::Xcpu(i, j) => write!(f, "XCPU s{i}, s{j}"),
            S::Puxc(i, j) => write!(f, "PUXC s{i}, s{}", i16::from(j) - 1),
            S::Push2(i, j) => write!(f, "PUSH2 s{i}, s{j}"),
            S::Xc2pu(i, j, k) => write!(f, "XC2PU s{i}, s{j}, s{k}"),
            S::Xcpuxc(i, j, k) => write!(f, "XCPUXC s{i}, s{j}, s{}", i16::from(k) - 1),
            S::Xcpu2(i, j, k) => write!(f, "XCPU2 s{i}, s{j}, s{k}"),
            S::Puxc2(i, j, k) => write!(f, "PUXC2 s{i}, s{}, s{}", i16::from(j) - 1, i16::from(k) - 1),
            S::Puxcpu(i, j, k) => write!(f, "PUXCPU s{i}, s{}, s{}", i16::from(j) - 1, i16::from(k) - 1),
            S::Pu2xc(i, j, k) => write!(f, "PU2XC s{i}, s{}, s{}", i16::from(j) - 1, i16::from(k) - 2),
            S::Push3(i, j, k) => write!(f, "PUSH3 s{i}, s{j}, s{k}"),
            S::BlkSwap(i, j) => write!(f, "BLKSWAP {i}, {j}"),
            S::Reverse(i, j) => write!(f, "REVERSE {i}, {j}"),
            S::BlkDrop(i) => write!(f, "BLKDROP {i}"),
            S::BlkDrop2(i, j) => write!(f, "BLKDROP2 {i}, {j}"),
            S::Rot => f.write_str("ROT"),
            S::RotRev => f.write_str("ROTREV"),
            S::Swap2 => f.write_str("SWAP2"),
            S::Drop2 => f.write_str("DROP2"),
            S::Dup2 => f.write_str("DUP2"),
            S::Over2 => f.write_str("OVER2"),
            S::Tuck => f.write_str("TUCK"),
        }
    }
}

#[cfg(test)]
mod tests {
    use num_bigint::BigInt;
    use tycho_types::cell::CellBuilder;
    use tycho_vm::{RcStackValue, VmState};

    use super::StackOp as S;

    /// Every instruction with many indices: the model and the machine leave the same stack.
    #[test]
    fn model_agrees_with_the_machine() {
        let mut ops = vec![S::Rot, S::RotRev, S::Swap2, S::Drop2, S::Dup2, S::Over2, S::Tuck];
        for i in 0..6u8 {
            ops.extend([
                S::Push(i),
                S::Pop(i),
                S::Push(i * 4),
                S::Pop(i * 4),
                S::Xchg(0, i * 4),
                S::BlkDrop(i),
            ]);
            for j in 0..6u8 {
                ops.extend([S::Xchg(i, j), S::Xchg2(i, j), S::Xcpu(i, j), S::Puxc(i, j), S::Push2(i, j)]);
                ops.extend([S::BlkSwap(i, j), S::Reverse(i, j), S::BlkDrop2(i, j)]);
                for k in 0..6u8 {
                    ops.extend([S::Xchg3(i, j, k), S::Xc2pu(i, j, k), S::Xcpuxc(i, j, k), S::Xcpu2(i, j, k)]);
                    ops.extend([S::Puxc2(i, j, k), S::Puxcpu(i, j, k), S::Pu2xc(i, j, k), S::Push3(i, j, k)]);
                }
            }
        }
        let mut checked = 0;
        for op in ops.into_iter().filter(|op| op.fits()) {
            let mut model: Vec<i32> = (0..30).collect();
            op.apply(&mut model);
            let mut code = CellBuilder::new();
            let (value, bits) = op.encode();
            code.store_uint(value, bits).unwrap();
            let stack = (0..30).map(|n| RcStackValue::new_dyn_value(BigInt::from(n)));
            let mut vm = VmState::builder().with_code(code.build().unwrap()).with_stack(stack).build();
            assert_eq!(!vm.run(), 0, "{op}");
            let real: Vec<BigInt> =
                vm.stack.items.iter().map(|item| item.try_as_int().unwrap().clone()).collect();
            assert_eq!(real, model.into_iter().map(BigInt::from).collect::<Vec<_>>(), "{op}");
            checked += 1;
        }
        assert!(checked > 1500, "{checked}");
    }
}
