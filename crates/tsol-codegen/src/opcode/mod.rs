//! The machine operations that the intermediate representation may use, generated from one table.
//!
//! Every operation has a fixed number of operands and results. Where the machine answers with a
//! varying number (`DICTUGET`, `LDUQ`, ...) the table holds the operation together with the null
//! padding that evens it out, and gas counts both.
//!
//! Not here, because tycho-vm 0.3.7 does not run them: `COPYLEFT`, `STCONT`, `LDCONT`, `DIFF*`,
//! `ZIP`, `UNZIP`, `TRYKEEP`, `GASREMAINING` (use [`Op::GasConsumed`]), `PFXDICT*`, `SUBDICT*`,
//! `INITCODEHASH`, `BLS_*`. Not here, because they move the stack or the control: see
//! [`crate::stack`]. `EXPLODE` has no fixed number of results; use `TLEN` and `UNTUPLE`.

use std::fmt;

use tycho_types::cell::{Cell, CellBuilder};

/// What the optimiser may do with an operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// Depends on the operands alone and never throws for operands of the right kind.
    Pure,
    /// Depends on the operands alone; throws for some of them.
    MayThrow,
    /// Reads what an [`Class::Effect`] can change; never throws.
    ReadsRegister,
    /// Changes something outside of the stack, or always keeps its place.
    Effect,
}

/// Up to 57 bits, the operand of [`Op::StSliceConst`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ShortBits {
    /// The bits, last one in the lowest position.
    pub bits: u64,
    /// How many, 0..=57.
    pub len: u8,
}

impl ShortBits {
    /// The most bits that one instruction stores.
    pub const MAX: u8 = 57;

    /// `len` bits of `bits`, or nothing when they are too many.
    pub fn new(bits: u64, len: u8) -> Option<Self> {
        (len <= Self::MAX).then_some(Self { bits: bits & ((1 << len) - 1), len })
    }

    /// The two one after the other, if they fit.
    pub fn concat(self, other: Self) -> Option<Self> {
        let len = self.len + other.len;
        (len <= Self::MAX).then(|| Self { bits: self.bits << other.len | other.bits, len })
    }
}

/// Operand of [`Op::CallC3`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct CallC3 {
    /// Number of values handed over.
    pub args: u8,
    /// Function number, below 2^14.
    pub id: u16,
}

/// The part of an instruction that is not on the stack.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Imm {
    /// Eight bits, two's complement.
    Signed8(i8),
    /// Eight bits, one less than the number (1..=256).
    Minus1(u16),
    /// Four bits.
    Low4(u8),
    /// Added to the last byte of the code.
    Plus(u8),
    /// Number of bits, a multiple of 32 up to 256, in the low nibble.
    Words8(u16),
    /// Exception number with a short (6 bits) and a long (11 bits) form.
    Throw(u16),
    /// Exception number of 11 bits.
    Throw11(u16),
    /// Low nibble below 16, else a byte behind F881.
    Param(u8),
    /// Written by hand in [`Op::parts`].
    Special(Special),
}

/// Operands with an encoding of their own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Special {
    Bits(ShortBits),
    CallC3(CallC3),
}

impl From<ShortBits> for Special {
    fn from(value: ShortBits) -> Self {
        Special::Bits(value)
    }
}

impl From<CallC3> for Special {
    fn from(value: CallC3) -> Self {
        Special::CallC3(value)
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Instruction names, one a word.
    pub mnemonic: &'static str,
    /// Operands and results: see the head of the table.
    pub signature: &'static str,
    /// What the optimiser may do.
    pub class: Class,
    /// Code of each instruction in hexadecimal, one a word.
    pub(crate) code: &'static str,
    pub(crate) imm: Option<Imm>,
}

macro_rules! ops {
    ($($(#[$doc:meta])* $name:ident $(($n:ident : $ty:ty as $imm:ident))? =
        $mnemonic:literal, $signature:literal, $class:ident, $code:literal;)*) => {
        /// A machine operation with its immediate operands.
        ///
        /// The variants are the machine's names in camel case (`DICTUGETREF` is
        /// [`Op::DictUGetRef`]); a number inside is the operand as a person writes it: the width of
        /// `LDU`, the index of `INDEX`, the code of `THROW`. Operands, results and class of each
        /// are in its [`Row`].
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Op {
            $(
                $(#[$doc])*
                #[doc = concat!("`", $mnemonic, "` (", $signature, ")")]
                $name $(($ty))?,
            )*
        }

        impl Op {
            /// The row of the table.
            pub fn row(self) -> Row {
                match self {
                    $(Op::$name $(($n))? => Row {
                        mnemonic: $mnemonic,
                        signature: $signature,
                        class: Class::$class,
                        code: $code,
                        imm: None $(.or(Some(Imm::$imm($n.into()))))?,
                    },)*
                }
            }

            /// One operation of each row, with small operands, for tests of the whole table.
            pub fn samples() -> Vec<Op> {
                vec![$(Op::$name $((<$ty as Sample>::sample(stringify!($imm))))?,)*]
            }
        }
    };
}

#[path = "table.rs"]
mod table;

pub use table::Op;

/// Operands for [`Op::samples`].
trait Sample {
    fn sample(imm: &str) -> Self;
}

impl Sample for i8 {
    fn sample(_: &str) -> Self {
        -3
    }
}

impl Sample for u8 {
    fn sample(imm: &str) -> Self {
        if imm == "Low4" { 4 } else { 1 }
    }
}

impl Sample for u16 {
    fn sample(imm: &str) -> Self {
        match imm {
            "Words8" => 64,
            "Throw" => 700,
            _ => 8,
        }
    }
}

impl Sample for ShortBits {
    fn sample(_: &str) -> Self {
        ShortBits { bits: 5, len: 3 }
    }
}

impl Sample for CallC3 {
    fn sample(_: &str) -> Self {
        CallC3 { args: 2, id: 2 }
    }
}

impl Op {
    /// Number of operands.
    pub fn args(self) -> usize {
        self.count(self.row().signature.split('-').next().unwrap_or_default())
    }

    /// Number of results.
    pub fn results(self) -> usize {
        self.count(self.row().signature.split('-').nth(1).unwrap_or_default())
    }

    /// What the optimiser may do.
    pub fn class(self) -> Class {
        self.row().class
    }

    fn count(self, letters: &str) -> usize {
        if letters != "N" {
            return letters.len();
        }
        match self.row().imm {
            Some(Imm::Low4(n)) => n.into(),
            Some(Imm::Special(Special::CallC3(call))) => call.args.into(),
            _ => 0,
        }
    }

    /// Always ends the block: nothing after it runs.
    pub fn never_returns(self) -> bool {
        matches!(self, Op::Throw(_) | Op::ThrowArg(_) | Op::ThrowAny | Op::ThrowArgAny)
    }

    /// The encoding as `(value, bits)` pieces, one list for each machine instruction.
    ///
    /// Operands out of range are cut to their width; [`check`](Op::check) finds them.
    pub fn parts(self) -> Vec<Vec<(u64, u16)>> {
        let row = self.row();
        match row.imm {
            Some(Imm::Special(Special::Bits(bits))) => return vec![store_const_parts(bits)],
            Some(Imm::Special(Special::CallC3(call))) if call.id < 256 => {
                return vec![vec![(0xF000 | u64::from(call.id), 16)]];
            }
            Some(Imm::Special(Special::CallC3(call))) => {
                return vec![vec![(0xF1_0000 | u64::from(call.id & 0x3FFF), 24)]];
            }
            _ => {}
        }
        let mut parts: Vec<_> = row
            .code
            .split(' ')
            .map(|word| vec![(u64::from_str_radix(word, 16).unwrap_or(0), 4 * word.len() as u16)])
            .collect();
        if let (Some(imm), Some(first)) = (row.imm, parts.first_mut()) {
            let (code, bits) = first[0];
            *first = vec![imm.append(code, bits)];
        }
        parts
    }

    /// True when the operands fit their fields.
    pub fn check(self) -> bool {
        match self.row().imm {
            None | Some(Imm::Signed8(_) | Imm::Param(_)) => true,
            Some(Imm::Minus1(n)) => (1..=256).contains(&n),
            Some(Imm::Low4(n)) => n < 16,
            Some(Imm::Plus(n)) => match self {
                Op::PldRefIdx(_) => n < 4,
                _ => (1..32).contains(&n),
            },
            Some(Imm::Words8(n)) => n % 32 == 0 && (32..=256).contains(&n),
            Some(Imm::Throw(n) | Imm::Throw11(n)) => n < 2048,
            Some(Imm::Special(Special::Bits(bits))) => bits.len <= ShortBits::MAX,
            Some(Imm::Special(Special::CallC3(call))) => call.id < 1 << 14,
        }
    }

    /// The same with the two top operands exchanged, if there is such an operation.
    pub fn flipped(self) -> Option<Op> {
        Some(match self {
            Op::Add | Op::QAdd | Op::Mul | Op::QMul | Op::And | Op::Or | Op::Xor => self,
            Op::QAnd | Op::QOr | Op::QXor | Op::Equal | Op::Neq | Op::QEqual | Op::QNeq => self,
            Op::Min | Op::Max | Op::MinMax | Op::SdEq => self,
            Op::Sub => Op::SubR,
            Op::SubR => Op::Sub,
            Op::QSub => Op::QSubR,
            Op::QSubR => Op::QSub,
            Op::Less => Op::Greater,
            Op::Greater => Op::Less,
            Op::Leq => Op::Geq,
            Op::Geq => Op::Leq,
            Op::QLess => Op::QGreater,
            Op::QGreater => Op::QLess,
            Op::QLeq => Op::QGeq,
            Op::QGeq => Op::QLeq,
            Op::StU(n) => Op::StUR(n),
            Op::StUR(n) => Op::StU(n),
            Op::StI(n) => Op::StIR(n),
            Op::StIR(n) => Op::StI(n),
            Op::StRef => Op::StRefR,
            Op::StRefR => Op::StRef,
            Op::StSlice => Op::StSliceR,
            Op::StSliceR => Op::StSlice,
            Op::StB => Op::StBR,
            Op::StBR => Op::StB,
            Op::StBRef => Op::StBRefR,
            Op::StBRefR => Op::StBRef,
            Op::SdPfx => Op::SdPfxRev,
            Op::SdPfxRev => Op::SdPfx,
            _ => return None,
        })
    }

    /// Gas for the instructions themselves: 10 each and one for each bit.
    pub fn gas(self) -> u64 {
        self.parts().iter().map(|part| 10 + part.iter().map(|&(_, bits)| u64::from(bits)).sum::<u64>()).sum()
    }

    /// Number of bits.
    pub fn bits(self) -> u16 {
        self.parts().iter().flatten().map(|&(_, bits)| bits).sum()
    }
}

impl Imm {
    /// The code with this operand behind or inside.
    fn append(self, code: u64, bits: u16) -> (u64, u16) {
        match self {
            Imm::Signed8(n) => (code << 8 | u64::from(n.cast_unsigned()), bits + 8),
            Imm::Minus1(n) => (code << 8 | u64::from(n.wrapping_sub(1) & 0xFF), bits + 8),
            Imm::Low4(n) => (code << 4 | u64::from(n & 15), bits + 4),
            Imm::Plus(n) => (code + u64::from(n & 31), bits),
            Imm::Words8(n) => (code << 4 | u64::from((n / 32).wrapping_sub(1) & 7), bits + 4),
            Imm::Throw(n) if n < 64 => (code | u64::from(n), bits),
            Imm::Throw(n) => {
                let long = 0xF2C0 + (code - 0xF200) / 0x40 * 0x10;
                (long << 8 | u64::from(n & 0x7FF), bits + 8)
            }
            Imm::Throw11(n) => (code << 8 | u64::from(n & 0x7FF), bits + 8),
            Imm::Param(n) if n < 16 => (code << 4 | u64::from(n), bits + 4),
            Imm::Param(n) => (0xF8_8100 | u64::from(n), 24),
            Imm::Special(_) => (code, bits),
        }
    }
}

/// `STSLICECONST`: nine bits of code, no references, three bits of length, the data, a one and zeroes.
fn store_const_parts(bits: ShortBits) -> Vec<(u64, u16)> {
    let len = u16::from(bits.len);
    let words = (len.saturating_sub(1)).div_ceil(8);
    let room = words * 8 + 2 - len;
    vec![(0xCF80 >> 7, 9), (u64::from(words), 5), ((bits.bits << 1 | 1) << (room - 1), words * 8 + 2)]
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = self.row();
        let mut words = row.mnemonic.split(' ');
        f.write_str(words.next().unwrap_or_default())?;
        match (self, row.imm) {
            (Op::Index2(n), _) => write!(f, " {}, {}", n >> 2, n & 3)?,
            (Op::PushCtr(n) | Op::PopCtr(n), _) => write!(f, " c{n}")?,
            (_, None) => {}
            (_, Some(Imm::Signed8(n))) => write!(f, " {n}")?,
            (_, Some(Imm::Minus1(n) | Imm::Words8(n) | Imm::Throw(n) | Imm::Throw11(n))) => {
                write!(f, " {n}")?
            }
            (_, Some(Imm::Low4(n) | Imm::Plus(n) | Imm::Param(n))) => write!(f, " {n}")?,
            (_, Some(Imm::Special(Special::CallC3(call)))) => write!(f, " {}", call.id)?,
            (_, Some(Imm::Special(Special::Bits(bits)))) if bits.len == 0 => f.write_str(" b{}")?,
            (_, Some(Imm::Special(Special::Bits(bits)))) => {
                write!(f, " b{{{:0width$b}}}", bits.bits, width = usize::from(bits.len))?;
            }
        }
        words.try_for_each(|word| write!(f, " {word}"))
    }
}

/// The operation alone in a cell, for tests of the table.
pub fn single(op: Op) -> Option<Cell> {
    let mut builder = CellBuilder::new();
    for (value, bits) in op.parts().into_iter().flatten() {
        builder.store_uint(value, bits).ok()?;
    }
    builder.build().ok()
}

#[cfg(test)]
mod tests;
