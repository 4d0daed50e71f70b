//! Writes instructions as bits.

use std::collections::HashMap;
use std::rc::Rc;

use num_bigint::{BigInt, Sign};
use num_traits::{One, ToPrimitive};

use super::layout::{Form, Forms, TooLarge, in_place, split};
use super::{Built, Mark, Piece};
use crate::ir::{Const, FuncId};
use crate::opcode::Op;
use crate::stack::{Branch, Code, Insn, Placed};

/// Why code cannot be written.
#[derive(Debug, Clone, thiserror::Error)]
pub enum EncodeError {
    /// An integer constant outside of 257 bits.
    #[error("integer constant {value} does not fit into 257 bits")]
    IntTooLarge {
        /// The constant.
        value: BigInt,
    },
    /// The code tree is too deep for the machine.
    #[error("code is {depth} cells deep, {limit} are allowed")]
    TooDeep {
        /// Depth of the tree.
        depth: u16,
        /// The most that the network takes.
        limit: u16,
    },
    /// An instruction larger than a cell: a defect.
    #[error("internal error: an instruction of {function} is larger than a cell")]
    InsnTooLarge {
        /// Function name.
        function: String,
    },
    /// Cells cannot be built: a defect.
    #[error("internal error: cannot build a cell of {function}")]
    Cell {
        /// Function name.
        function: String,
        /// What the cell builder says.
        #[source]
        source: tycho_types::error::Error,
    },
    /// A called function has no code yet: a defect.
    #[error("internal error: {function} calls a function without code")]
    MissingCallee {
        /// Function name.
        function: String,
    },
}

/// How a function of the module is reached.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// Its code.
    Cell(Rc<Built>),
    /// Its number in the dictionary behind c3.
    Dict(u16),
}

/// Writes the code of one function after the other.
pub(crate) struct Encoder<'a> {
    pub(crate) targets: &'a HashMap<FuncId, Target>,
    pub(crate) function: u32,
    pub(crate) name: &'a str,
}

const COLD_PERCENT: u64 = 2;
const BRANCH_PERCENT: u64 = 50;
const CELL_LOAD: u64 = 100;

impl Encoder<'_> {
    /// The cell that holds a whole sequence (and refers to its continuation).
    pub(crate) fn cell(&self, code: &Code) -> Result<Rc<Built>, EncodeError> {
        self.cell_with(code, &Piece::default())
    }

    /// The same with some bits in front.
    pub(crate) fn cell_with(&self, code: &Code, head: &Piece) -> Result<Rc<Built>, EncodeError> {
        let mut sequence = self.forms(code)?;
        if head.len() > 0 {
            let mut piece = head.clone();
            piece.marks.push(Mark { offset: 0, function: self.function, span: None });
            sequence.insert(0, vec![Form { piece, gas: 0 }]);
        }
        self.chain(&sequence, code.cold)
    }

    fn chain(&self, sequence: &[Forms], cold: bool) -> Result<Rc<Built>, EncodeError> {
        let hot = if cold { COLD_PERCENT } else { 100 };
        let pieces = split(sequence, hot)
            .map_err(|TooLarge| EncodeError::InsnTooLarge { function: self.name.to_owned() })?;
        let mut next = None;
        for piece in pieces.into_iter().rev() {
            let cell = self.build(&piece, next)?;
            next = Some(cell);
        }
        next.ok_or_else(|| EncodeError::InsnTooLarge { function: self.name.to_owned() })
    }

    fn build(&self, piece: &Piece, next: Option<Rc<Built>>) -> Result<Rc<Built>, EncodeError> {
        piece.build(next).map_err(|source| EncodeError::Cell { function: self.name.to_owned(), source })
    }

    fn forms(&self, code: &Code) -> Result<Vec<Forms>, EncodeError> {
        code.insns
            .iter()
            .map(|placed| {
                let mut forms = self.insn(&placed.insn)?;
                for form in &mut forms {
                    self.mark(form, placed);
                }
                Ok(forms)
            })
            .collect()
    }

    fn mark(&self, form: &mut Form, placed: &Placed) {
        let mark = |offset| Mark { offset, function: self.function, span: placed.span };
        let own = std::mem::take(&mut form.piece.resumes);
        form.piece.marks.insert(0, mark(0));
        form.piece.marks.extend(own.into_iter().map(mark));
        form.piece.marks.sort_by_key(|mark| mark.offset);
    }

    fn plain(value: u64, bits: u16) -> Forms {
        let mut piece = Piece::default();
        piece.put(value, bits);
        vec![Form { piece, gas: 10 + u64::from(bits) }]
    }

    fn insn(&self, insn: &Insn) -> Result<Forms, EncodeError> {
        Ok(match insn {
            Insn::Op(op) => self.op(op.parts(), op.gas()),
            Insn::Bare(op) => {
                let mut parts = op.parts();
                parts.truncate(1);
                self.op(parts, Op::gas(*op))
            }
            Insn::Const(value) => vec![Form { piece: self.constant(value)?, gas: 20 }],
            Insn::Stack(op) => {
                let (value, bits) = op.encode();
                Self::plain(value, bits)
            }
            Insn::RetAlt => Self::plain(0xDB31, 16),
            Insn::Ret => Self::plain(0xDB30, 16),
            Insn::SameAltSave => Self::plain(0xEDFB, 16),
            Insn::PushC0 => Self::plain(0xED40, 16),
            Insn::JmpX => Self::plain(0xD9, 8),
            Insn::Call(func) => self.call(*func, 0xDB3C, 0)?,
            Insn::Jump(func) => self.call(*func, 0xDB3D, 1)?,
            Insn::Branch(branch, body) => {
                let (short, long) = match branch {
                    Branch::If => (0xDE, 0xE300),
                    Branch::IfNot => (0xDF, 0xE301),
                    Branch::IfJmp => (0xE0, 0xE302),
                    Branch::IfNotJmp => (0xE1, 0xE303),
                };
                let percent = if body.cold { COLD_PERCENT } else { BRANCH_PERCENT };
                let body = self.body(body)?;
                let mut forms = body.pushed_in_place();
                for form in &mut forms {
                    form.piece.put(short, 8);
                    form.gas += 18;
                }
                forms.push(body.referred(long, percent));
                forms
            }
            Insn::Execute(body) => {
                let body = self.body(body)?;
                let mut forms = body.pushed_in_place();
                for form in &mut forms {
                    form.piece.put(0xD8, 8);
                    form.gas += 18;
                }
                forms.push(body.referred(0xDB3C, 100));
                forms
            }
            Insn::IfElse(then, els) => self.if_else(then, els)?,
            Insn::Until(body, brk) => self.loops(&[body], if *brk { (0xE316, 16) } else { (0xE6, 8) })?,
            Insn::Again(body, brk) => self.loops(&[body], if *brk { (0xE31A, 16) } else { (0xEA, 8) })?,
            Insn::While(cond, body, brk) => {
                self.loops(&[cond, body], if *brk { (0xE318, 16) } else { (0xE8, 8) })?
            }
            Insn::Try { body, catch, captured, args, results } => {
                let mut forms = self.body(catch)?.pushed();
                if *captured > 0 {
                    for form in &mut forms {
                        form.piece.put(0xEC0F | u64::from(*captured) << 4, 16);
                        form.gas += 26;
                    }
                }
                let bodies = self.body(body)?.pushed();
                let mut forms = join(&forms, &bodies);
                for form in &mut forms {
                    form.piece.put(0x01, 8);
                    form.piece.put(0xF300 | u64::from(*args) << 4 | u64::from(*results), 16);
                    form.gas += 44;
                }
                forms
            }
        })
    }

    fn op(&self, parts: Vec<Vec<(u64, u16)>>, gas: u64) -> Forms {
        let mut piece = Piece::default();
        for (value, bits) in parts.into_iter().flatten() {
            piece.put(value, bits);
        }
        vec![Form { piece, gas }]
    }

    fn call(&self, func: FuncId, code: u64, jump: u64) -> Result<Forms, EncodeError> {
        match self.targets.get(&func) {
            Some(Target::Cell(cell)) => {
                let mut piece = Piece::default();
                piece.put(code, 16).put_code(cell.clone());
                Ok(vec![Form { piece, gas: 126 }])
            }
            Some(Target::Dict(id)) if *id < 256 && jump == 0 => Ok(Self::plain(0xF000 | u64::from(*id), 16)),
            Some(Target::Dict(id)) => Ok(Self::plain(0xF1_0000 | jump << 14 | u64::from(*id), 24)),
            None => Err(EncodeError::MissingCallee { function: self.name.to_owned() }),
        }
    }

    /// Both ways to write a body.
    fn body(&self, body: &Code) -> Result<Body, EncodeError> {
        let sequence = self.forms(body)?;
        Ok(Body { in_place: in_place(&sequence), cell: self.chain(&sequence, body.cold)? })
    }

    fn loops(&self, bodies: &[&Code], (code, bits): (u64, u16)) -> Result<Forms, EncodeError> {
        let mut forms = vec![Form { piece: Piece::default(), gas: 0 }];
        for body in bodies {
            forms = join(&forms, &self.body(body)?.pushed());
        }
        for form in &mut forms {
            form.piece.put(code, bits);
            form.gas += 10 + u64::from(bits);
        }
        Ok(forms)
    }

    fn if_else(&self, then: &Code, els: &Code) -> Result<Forms, EncodeError> {
        let percent = |code: &Code, other: &Code| match (code.cold, other.cold) {
            (true, false) => COLD_PERCENT,
            (false, true) => 100 - COLD_PERCENT,
            _ => BRANCH_PERCENT,
        };
        let then_load = CELL_LOAD * percent(then, els) / 100;
        let els_load = CELL_LOAD * percent(els, then) / 100;
        let (then, els) = (self.body(then)?, self.body(els)?);
        let (then_in, els_in) = (then.pushed_in_place(), els.pushed_in_place());
        let (then_cell, els_cell) = (then.cell, els.cell);
        let mut forms = join(&then_in, &els_in);
        for form in &mut forms {
            form.piece.put(0xE2, 8);
            form.gas += 18;
        }
        for form in &els_in {
            // IFREFELSE: the continuation on the stack runs when the condition is false.
            let mut form = form.clone();
            form.piece.put(0xE30D, 16).put_code(then_cell.clone());
            form.gas += 26 + then_load;
            forms.push(form);
        }
        for form in &then_in {
            let mut form = form.clone();
            form.piece.put(0xE30E, 16).put_code(els_cell.clone());
            form.gas += 26 + els_load;
            forms.push(form);
        }
        let mut piece = Piece::default();
        piece.put(0xE30F, 16).put_code(then_cell).put_code(els_cell);
        forms.push(Form { piece, gas: 26 + then_load + els_load });
        Ok(forms)
    }

    fn constant(&self, value: &Const) -> Result<Piece, EncodeError> {
        let mut piece = Piece::default();
        match value {
            Const::Int(n) => put_int(&mut piece, n)?,
            Const::Null => {
                piece.put(0x6D, 8);
            }
            Const::NaN => {
                piece.put(0x83FF, 16);
            }
            Const::EmptyTuple => {
                piece.put(0x6F00, 16);
            }
            Const::Cell(cell) => {
                piece.put(0x88, 8).put_ref(cell.clone());
            }
            Const::Slice(cell) => {
                put_slice(&mut piece, cell)
                    .map_err(|source| EncodeError::Cell { function: self.name.to_owned(), source })?;
            }
        }
        Ok(piece)
    }
}

/// A body in its two possible places.
struct Body {
    in_place: Option<Form>,
    cell: Rc<Built>,
}

impl Body {
    /// `PUSHCONT` with the body in place; empty if it does not fit.
    fn pushed_in_place(&self) -> Forms {
        let Some(form) = &self.in_place else { return Vec::new() };
        let bytes = (form.piece.len() / 8) as u64;
        let refs = form.piece.refs.len() as u64;
        let mut piece = Piece::default();
        let gas = if bytes < 16 && refs == 0 {
            piece.put(0x90 | bytes, 8);
            18
        } else {
            piece.put(0x8E00 | refs << 7 | bytes, 16);
            26
        };
        piece.append(&form.piece);
        piece.resumes.push(piece.len() as u16);
        vec![Form { piece, gas }]
    }

    /// Every way to have the body as a continuation on the stack.
    fn pushed(&self) -> Forms {
        let mut forms = self.pushed_in_place();
        let mut piece = Piece::default();
        piece.put(0x8A, 8).put_code(self.cell.clone());
        forms.push(Form { piece, gas: 18 + CELL_LOAD });
        forms
    }

    /// An instruction that takes the body from a reference, when it runs at all.
    fn referred(&self, code: u64, percent: u64) -> Form {
        let mut piece = Piece::default();
        piece.put(code, 16).put_code(self.cell.clone());
        Form { piece, gas: 26 + CELL_LOAD * percent / 100 }
    }
}

/// Every combination of a form of `a` followed by one of `b`.
fn join(a: &[Form], b: &[Form]) -> Forms {
    let mut forms = Vec::new();
    for x in a {
        for y in b {
            let mut piece = x.piece.clone();
            piece.append(&y.piece);
            forms.push(Form { piece, gas: x.gas + y.gas });
        }
    }
    forms
}

/// The shortest `PUSHINT` form; long ones cost no gas for their digits.
fn put_int(piece: &mut Piece, n: &BigInt) -> Result<(), EncodeError> {
    if let Some(small) = n.to_i64() {
        match small {
            -5..=10 => {
                piece.put(0x70 | (small & 15).cast_unsigned(), 8);
                return Ok(());
            }
            -128..=127 => {
                piece.put(0x8000 | (small & 0xFF).cast_unsigned(), 16);
                return Ok(());
            }
            -0x8000..=0x7FFF => {
                piece.put(0x81_0000 | (small & 0xFFFF).cast_unsigned(), 24);
                return Ok(());
            }
            _ => {}
        }
    }
    let magnitude = n.magnitude();
    if let Some(power) = magnitude.trailing_zeros().filter(|&z| *magnitude == num_bigint::BigUint::one() << z)
    {
        match (n.sign(), power) {
            (Sign::Plus, 1..=255) => {
                piece.put(0x8300 | (power - 1), 16);
                return Ok(());
            }
            (Sign::Minus, 1..=256) => {
                piece.put(0x8500 | (power - 1), 16);
                return Ok(());
            }
            _ => {}
        }
    }
    let above: BigInt = n + 1;
    if n.sign() == Sign::Plus
        && let Some(power) = above.trailing_zeros().filter(|&z| above == BigInt::one() << z)
        && (1..=256).contains(&power)
    {
        piece.put(0x8400 | (power - 1), 16);
        return Ok(());
    }
    // 257 bits with sign
    let bits = if n.sign() == Sign::Minus { above.bits() + 1 } else { n.bits() + 1 };
    if bits > 257 {
        return Err(EncodeError::IntTooLarge { value: n.clone() });
    }
    let words = (bits.saturating_sub(19)).div_ceil(8);
    piece.put(0x82, 8).put(words, 5);
    piece.put_big(n, 8 * words as usize + 19);
    Ok(())
}

/// `PUSHSLICE` in its three lengths, or `PUSHREFSLICE`.
fn put_slice(piece: &mut Piece, cell: &tycho_types::cell::Cell) -> Result<(), tycho_types::error::Error> {
    let data = cell.as_slice_allow_exotic();
    let (bits, refs) = (usize::from(data.size_bits()), data.size_refs());
    if refs == 0 && bits <= 123 {
        let words = (bits + 1).saturating_sub(4).div_ceil(8);
        piece.put(0x8B, 8).put(words as u64, 4);
        return piece.put_tagged(&data, words * 8 + 4);
    }
    if refs == 0 && bits <= 500 {
        let words = (bits + 1).saturating_sub(6).div_ceil(8);
        piece.put(0x8D, 8).put(0, 3).put(words as u64, 7);
        return piece.put_tagged(&data, words * 8 + 6);
    }
    piece.put(0x89, 8).put_ref(cell.clone());
    Ok(())
}
