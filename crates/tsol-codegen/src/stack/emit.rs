//! Walks a function and writes its code, keeping track of where every value is. Branches, loops, scopes and guarded
//! blocks are in [`control`].

mod control;

use std::collections::{HashMap, HashSet};

use tsol_syntax::span::Span;

use super::arrange::{Arg, How, Step, arrange, steps_cost};
use super::shape::{ShapeError, Slot, shape};
use super::{Code, Insn, StackOp};
use crate::ir::{Block, Const, End, Function, Inst, ScopeId, Value, made_for};
use crate::opcode::Op;

/// Why a function cannot be scheduled.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StackError {
    /// More than 255 values are alive at once.
    #[error("{function} needs more than 255 stack slots at once")]
    TooDeep {
        /// Function name.
        function: String,
        /// Where.
        span: Option<Span>,
    },
    /// A `try` needs more values inside than the instruction takes.
    #[error("a try statement in {function} uses {count} values of its surroundings, 15 are possible")]
    TryTooWide {
        /// Function name.
        function: String,
        /// How many.
        count: usize,
        /// Where.
        span: Option<Span>,
    },
    /// A defect of the compiler.
    #[error("internal error while scheduling {function}: {problem}")]
    Internal {
        /// Function name.
        function: String,
        /// What was wrong.
        problem: String,
    },
}

/// Schedules one function. `entry` functions end the contract's run, so they leave what is on the
/// stack where it is.
///
/// # Errors
/// [`StackError`]; the input must have passed [`verify`](crate::ir::verify) and hold no `Switch`.
pub fn compile_function(function: &Function, entry: bool) -> Result<Code, StackError> {
    let mut emitter = Emitter {
        function,
        entry: entry && function.results == 0,
        consts: HashMap::new(),
        stack: function.params.iter().map(|&v| slot(v)).collect(),
        code: Code { insns: Vec::new(), cold: function.cold },
        span: function.span,
        frames: Vec::new(),
    };
    emitter.collect_constants();
    let alt = nonlocal(&function.body, true, Target::Return);
    emitter.frames.push(Frame {
        kind: FrameKind::Function,
        layout: Vec::new(),
        save: if alt { Save::Alt } else { Save::None },
    });
    if alt {
        emitter.insn(Insn::SameAltSave);
    }
    match emitter.block(&function.body, Some(0), HashSet::new())? {
        None => Ok(emitter.code),
        Some(_) => emitter.internal("function body yields"),
    }
}

fn slot(value: Value) -> Slot {
    Slot::Value(value.0)
}

/// A piece of code with a continuation of its own.
struct Frame {
    kind: FrameKind,
    /// What stands below the results when the frame is left.
    layout: Vec<Slot>,
    save: Save,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum FrameKind {
    Function,
    Scope(ScopeId),
    Loop,
}

/// How the frame is left from places where c0 is another continuation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Save {
    /// Never.
    None,
    /// c1 holds the continuation.
    Alt,
    /// The continuation is on the stack.
    Slot,
}

/// What [`nonlocal`] looks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    Return,
    Leave(ScopeId),
    Continue,
}

/// True when the target is left from a place where falling off the end does not lead there.
///
/// INVARIANT: `level` changes here exactly as in [`Emitter::inst`].
fn nonlocal(block: &Block, level: bool, target: Target) -> bool {
    let here = match block.end {
        End::Return(_) => target == Target::Return,
        End::Leave(id, _) => target == Target::Leave(id),
        End::Continue(_) => target == Target::Continue,
        _ => false,
    };
    if here && !level {
        return true;
    }
    block.insts.iter().any(|inst| match inst {
        Inst::If { then, els, .. } => {
            let level = level && !(then.yields() && els.yields());
            nonlocal(then, level, target) || nonlocal(els, level, target)
        }
        Inst::Scope { id, body, .. } => nonlocal(body, level && !leaves(body, *id), target),
        _ => false,
    })
}

/// True when the scope is left early somewhere in `block`.
fn leaves(block: &Block, id: ScopeId) -> bool {
    let mut found = matches!(block.end, End::Leave(to, _) if to == id);
    block.for_each_inst(&mut |inst| {
        found |= inst.blocks().iter().any(|b| matches!(b.end, End::Leave(to, _) if to == id));
    });
    found
}

/// True when the loop with this body is left by `Break`.
fn breaks(block: &Block) -> bool {
    matches!(block.end, End::Break(_))
        || block
            .insts
            .iter()
            .any(|inst| !matches!(inst, Inst::Loop { .. }) && inst.blocks().into_iter().any(breaks))
}

/// What is known while one block is written.
struct Context {
    last_use: HashMap<Slot, usize>,
    pinned: HashSet<Slot>,
    index: usize,
    level: Option<usize>,
    lazy: bool,
}

impl Context {
    fn live(&self, slot: Slot) -> bool {
        matches!(slot, Slot::Exit(_))
            || self.pinned.contains(&slot)
            || self.last_use.get(&slot).is_some_and(|&last| last > self.index)
    }
}

struct Emitter<'a> {
    function: &'a Function,
    entry: bool,
    /// Constants that are pushed where they are used.
    consts: HashMap<Value, &'a Const>,
    stack: Vec<Slot>,
    code: Code,
    span: Option<Span>,
    frames: Vec<Frame>,
}

impl<'a> Emitter<'a> {
    fn internal<T>(&self, problem: impl Into<String>) -> Result<T, StackError> {
        Err(StackError::Internal { function: self.function.name.clone(), problem: problem.into() })
    }

    fn shape_error<T>(&self, error: ShapeError) -> Result<T, StackError> {
        match error {
            ShapeError::TooDeep => {
                Err(StackError::TooDeep { function: self.function.name.clone(), span: self.source_span() })
            }
            ShapeError::Missing(slot) => {
                self.internal(format!("{slot:?} is not on the stack {:?}", self.stack))
            }
        }
    }

    /// Where in the source, if it is there.
    fn source_span(&self) -> Option<Span> {
        self.span.or(self.function.span).filter(|span| made_for(*span).is_none())
    }

    fn insn(&mut self, insn: Insn) {
        self.code.push(insn, self.span);
    }

    fn stack_op(&mut self, op: StackOp) {
        op.apply(&mut self.stack);
        self.insn(Insn::Stack(op));
    }

    /// Small constants are pushed wherever they are used; a cell that is used twice is loaded once.
    fn collect_constants(&mut self) {
        let mut uses: HashMap<Value, usize> = HashMap::new();
        self.function.body.for_each_use(&mut |v| *uses.entry(v).or_default() += 1);
        let mut consts = HashMap::new();
        each_inst(&self.function.body, &mut |inst: &'a Inst| {
            if let Inst::Const { dst, value, .. } = inst {
                let large = match value {
                    Const::Cell(_) => true,
                    Const::Slice(cell) => cell.bit_len() > 123 || cell.reference_count() > 0,
                    _ => false,
                };
                if !large || uses.get(dst).copied().unwrap_or(0) < 2 {
                    consts.insert(*dst, value);
                }
            }
        });
        self.consts = consts;
    }

    fn is_const(&self, slot: Slot) -> bool {
        matches!(slot, Slot::Value(id) if self.consts.contains_key(&Value(id)))
    }

    fn push_const(&mut self, slot: Slot) -> Result<(), StackError> {
        let Slot::Value(id) = slot else { return self.internal("constant slot expected") };
        let Some(&value) = self.consts.get(&Value(id)) else { return self.internal("constant expected") };
        self.insn(Insn::Const(value.clone()));
        self.stack.push(slot);
        Ok(())
    }

    /// Runs `f` with a fresh code list; gives that list.
    fn nested<T>(
        &mut self,
        f: impl FnOnce(&mut Self) -> Result<T, StackError>,
    ) -> Result<(Code, T), StackError> {
        let outer = std::mem::take(&mut self.code);
        let span = self.span;
        let result = f(self)?;
        self.span = span;
        Ok((std::mem::replace(&mut self.code, outer), result))
    }

    fn check_depth(&self) -> Result<(), StackError> {
        if self.stack.len() > 255 { self.shape_error(ShapeError::TooDeep) } else { Ok(()) }
    }

    // Liveness

    fn last_uses(&self, block: &Block) -> HashMap<Slot, usize> {
        let mut last = HashMap::new();
        for (i, inst) in block.insts.iter().enumerate() {
            for &arg in inst.args() {
                last.insert(slot(arg), i);
            }
            for inner in inst.blocks() {
                let own_loop = matches!(inst, Inst::Loop { .. });
                self.deep_uses(inner, own_loop, &mut |s| {
                    last.insert(s, i);
                });
            }
        }
        for s in self.needs_of(&block.end, false) {
            last.insert(s, block.insts.len());
        }
        last
    }

    /// What the way out needs: its values, and what stands below them.
    fn needs_of(&self, end: &End, own_loop: bool) -> Vec<Slot> {
        let mut needs: Vec<Slot> = end.values().iter().map(|&v| slot(v)).collect();
        let frame = match end {
            End::Leave(id, _) => self.frames.iter().rfind(|f| f.kind == FrameKind::Scope(*id)),
            End::Break(_) | End::Continue(_) if !own_loop => {
                self.frames.iter().rfind(|f| f.kind == FrameKind::Loop)
            }
            _ => None,
        };
        needs.extend(frame.iter().flat_map(|f| f.layout.iter().copied()));
        needs
    }

    fn deep_uses(&self, block: &Block, own_loop: bool, f: &mut impl FnMut(Slot)) {
        for inst in &block.insts {
            inst.args().iter().for_each(|&arg| f(slot(arg)));
            let inner_loop = own_loop || matches!(inst, Inst::Loop { .. });
            for inner in inst.blocks() {
                self.deep_uses(inner, inner_loop, f);
            }
        }
        self.needs_of(&block.end, own_loop).into_iter().for_each(f);
    }

    // Blocks and their ends

    /// Writes a block. `pinned` must survive it. Gives what it yields, or nothing when it left.
    fn block(
        &mut self,
        block: &'a Block,
        level: Option<usize>,
        pinned: HashSet<Slot>,
    ) -> Result<Option<&'a [Value]>, StackError> {
        let lazy = match block.end {
            End::Unreachable => true,
            End::Return(_) => self.entry,
            _ => false,
        };
        let last_use = self.last_uses(block);
        let mut ctx = Context { last_use, pinned, index: 0, level, lazy };
        for (i, inst) in block.insts.iter().enumerate() {
            ctx.index = i;
            self.span = inst.span().or(self.span);
            if !self.inst(inst, &ctx)? {
                return Ok(None);
            }
            self.check_depth()?;
        }
        ctx.index = block.insts.len();
        match &block.end {
            End::Yield(values) => return Ok(Some(values)),
            End::Unreachable => {}
            End::Return(values) => self.exit(0, values, level)?,
            End::Leave(id, values) => {
                let frame = self.frames.iter().rposition(|f| f.kind == FrameKind::Scope(*id));
                match frame {
                    Some(frame) => self.exit(frame, values, level)?,
                    None => return self.internal("leave without scope"),
                }
            }
            End::Break(values) | End::Continue(values) => {
                let Some(frame) = self.frames.iter().rposition(|f| f.kind == FrameKind::Loop) else {
                    return self.internal("break without loop");
                };
                if matches!(block.end, End::Break(_)) {
                    self.reach(frame, values, &[])?;
                    self.insn(Insn::RetAlt);
                } else {
                    self.exit(frame, values, level)?;
                }
            }
        }
        Ok(None)
    }

    /// Layout of a frame's end, with `extra` on top.
    fn reach(&mut self, frame: usize, values: &[Value], extra: &[Slot]) -> Result<(), StackError> {
        let mut target = self.frames[frame].layout.clone();
        target.extend(values.iter().map(|&v| slot(v)));
        target.extend_from_slice(extra);
        self.shape_to(&target)
    }

    fn exit(&mut self, frame: usize, values: &[Value], level: Option<usize>) -> Result<(), StackError> {
        let local = level == Some(frame);
        if self.entry && frame == 0 {
            match (local, self.frames[0].save) {
                (true, _) => {}
                (false, Save::Alt) => self.insn(Insn::RetAlt),
                (false, _) => return self.internal("no way out of the entry"),
            }
            return Ok(());
        }
        match (local, self.frames[frame].save) {
            (true, _) => self.reach(frame, values, &[]),
            (false, Save::Alt) => {
                self.reach(frame, values, &[])?;
                self.insn(Insn::RetAlt);
                Ok(())
            }
            (false, Save::Slot) => {
                self.reach(frame, values, &[Slot::Exit(frame as u32)])?;
                self.insn(Insn::JmpX);
                Ok(())
            }
            (false, Save::None) => self.internal("no way out of the frame"),
        }
    }

    /// Brings the whole stack into `target`, pushing constants that it names.
    fn shape_to(&mut self, target: &[Slot]) -> Result<(), StackError> {
        let tail = target.iter().rev().take_while(|&&s| self.is_const(s)).count();
        let (head, tail) = target.split_at(target.len() - tail);
        for &s in head {
            if self.is_const(s) && !self.stack.contains(&s) {
                self.push_const(s)?;
            }
        }
        if self.stack.is_empty() && head.contains(&Slot::Junk) {
            // Something to fill the place of a slot that the other way does not care about either.
            self.insn(Insn::Const(Const::Null));
            self.stack.push(Slot::Junk);
        }
        match shape(&self.stack, head) {
            Ok(ops) => ops.into_iter().for_each(|op| self.stack_op(op)),
            Err(error) => return self.shape_error(error),
        }
        tail.iter().try_for_each(|&s| self.push_const(s))
    }

    // Operands

    fn operands(&self, args: &[Value], ctx: &Context) -> Vec<Arg> {
        args.iter()
            .enumerate()
            .map(|(i, &value)| {
                let s = slot(value);
                let how = if self.is_const(s) {
                    How::Const
                } else if ctx.live(s) || args[..i].contains(&value) {
                    How::Copy
                } else {
                    How::Move
                };
                Arg { slot: s, how }
            })
            .collect()
    }

    fn plan(&self, args: &[Arg]) -> Result<Vec<Step>, StackError> {
        arrange(&self.stack, args).or_else(|error| self.shape_error(error))
    }

    fn perform(&mut self, steps: Vec<Step>) -> Result<(), StackError> {
        for step in steps {
            match step {
                Step::Stack(op) => self.stack_op(op),
                Step::Const(s) => self.push_const(s)?,
            }
        }
        Ok(())
    }

    /// Takes the operands away and puts the results in their place.
    fn replace(&mut self, args: usize, dsts: &[Value]) {
        let n = self.stack.len();
        self.stack.truncate(n - args);
        self.stack.extend(dsts.iter().map(|&v| slot(v)));
    }

    fn drop_unused(&mut self, dsts: &[Value], ctx: &Context) -> Result<(), StackError> {
        let unused = |s: &Slot| dsts.iter().any(|&v| slot(v) == *s) && !ctx.live(*s);
        if ctx.lazy || !self.stack.iter().any(unused) {
            return Ok(());
        }
        let target: Vec<Slot> = self.stack.iter().copied().filter(|s| !unused(s)).collect();
        self.shape_to(&target)
    }

    fn op(&mut self, op: Op, args: &[Value], dsts: &[Value], ctx: &Context) -> Result<(), StackError> {
        let operands = self.operands(args, ctx);
        let mut steps = self.plan(&operands)?;
        let mut chosen = op;
        if let Some(flipped) = op.flipped()
            && args.len() >= 2
        {
            let mut turned = args.to_vec();
            let n = turned.len();
            turned.swap(n - 1, n - 2);
            let other = self.plan(&self.operands(&turned, ctx))?;
            if steps_cost(&other) + flipped.gas() < steps_cost(&steps) + op.gas() {
                steps = other;
                chosen = flipped;
            }
        }
        self.perform(steps)?;
        self.insn(Insn::Op(chosen));
        self.replace(args.len(), dsts);
        self.drop_unused(dsts, ctx)
    }

    /// Gives the slots of `values` the names `dsts`, copying what is needed or is a constant.
    fn bind(&mut self, values: &[Value], dsts: &[Value], ctx: &Context) -> Result<(), StackError> {
        for (i, (&value, &dst)) in values.iter().zip(dsts).enumerate() {
            if !ctx.live(slot(dst)) {
                continue;
            }
            let from = slot(value);
            if self.is_const(from) {
                self.push_const(from)?;
                self.replace(1, &[dst]);
            } else if ctx.live(from) || values[i + 1..].contains(&value) {
                let Some(depth) = self.stack.iter().rev().position(|&s| s == from) else {
                    return self.shape_error(ShapeError::Missing(from));
                };
                self.stack_op(StackOp::Push(depth as u8));
                self.replace(1, &[dst]);
            } else {
                let Some(s) = self.stack.iter_mut().rfind(|s| **s == from) else {
                    return self.shape_error(ShapeError::Missing(from));
                };
                *s = slot(dst);
            }
        }
        Ok(())
    }

    // Instructions

    /// Writes one instruction; false when the code after it is never reached.
    fn inst(&mut self, inst: &'a Inst, ctx: &Context) -> Result<bool, StackError> {
        match inst {
            Inst::Const { dst, value, .. } => {
                if !self.consts.contains_key(dst) && ctx.live(slot(*dst)) {
                    self.insn(Insn::Const(value.clone()));
                    self.stack.push(slot(*dst));
                }
                Ok(true)
            }
            Inst::Op { op, args, dsts, .. } => {
                self.op(*op, args, dsts, ctx)?;
                Ok(!op.never_returns())
            }
            Inst::Call { func, args, dsts, .. } => {
                let steps = self.plan(&self.operands(args, ctx))?;
                self.perform(steps)?;
                self.insn(Insn::Call(*func));
                self.replace(args.len(), dsts);
                self.drop_unused(dsts, ctx)?;
                Ok(true)
            }
            Inst::If { cond, then, els, dsts, .. } => self.branch(*cond, then, els, dsts, ctx),
            Inst::Switch { .. } => self.internal("switch is still there"),
            Inst::Loop { inits, params, cond, body, dsts, .. } => {
                self.looped(inits, params, cond.as_ref(), body, dsts, ctx)?;
                Ok(cond.is_some() || breaks(body))
            }
            Inst::Scope { id, body, dsts, .. } => self.scope(*id, body, dsts, ctx),
            Inst::Try { body, catch, thrown, dsts, .. } => {
                self.guarded(body, catch, thrown, dsts, ctx)?;
                Ok(true)
            }
        }
    }

    fn live_slots(&self, ctx: &Context) -> HashSet<Slot> {
        self.stack.iter().copied().filter(|&s| ctx.live(s)).collect()
    }

    /// Drops what a branch does not need from the top of the stack, where it costs least.
    fn drop_dead_top(&mut self, block: &Block, pinned: &HashSet<Slot>) {
        let lazy = match block.end {
            End::Unreachable => true,
            End::Return(_) => self.entry,
            _ => false,
        };
        if lazy {
            return;
        }
        let used = self.last_uses(block);
        let needed = |s: &Slot| matches!(s, Slot::Exit(_)) || pinned.contains(s) || used.contains_key(s);
        let dead = self.stack.iter().rev().take_while(|s| !needed(s)).count().min(15);
        match dead {
            0 => {}
            1 => self.stack_op(StackOp::Pop(0)),
            2 => self.stack_op(StackOp::Drop2),
            n => self.stack_op(StackOp::BlkDrop(n as u8)),
        }
    }

    /// What must survive a branch block until its end.
    fn pinned_for(&self, block: &Block, ctx: &Context) -> HashSet<Slot> {
        if block.yields() { self.live_slots(ctx) } else { HashSet::new() }
    }
}

/// All instructions, outer ones first, with the block's lifetime.
fn each_inst<'a>(block: &'a Block, f: &mut impl FnMut(&'a Inst)) {
    for inst in &block.insts {
        f(inst);
        for inner in inst.blocks() {
            each_inst(inner, f);
        }
    }
}
