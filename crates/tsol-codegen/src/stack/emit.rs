//! Walks a function and writes its code, keeping track of where every value is.

use std::collections::{HashMap, HashSet};

use tsol_syntax::span::Span;

use super::arrange::{Arg, How, Step, arrange, steps_cost};
use super::shape::{ShapeError, Slot, shape};
use super::{Branch, Code, Insn, StackOp};
use crate::ir::{Block, Const, End, Function, Inst, ScopeId, Value};
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

/// A slot of a joint layout.
#[derive(Clone, Copy)]
enum Joint {
    Keep(Slot),
    Dst(usize),
    Junk,
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
                Err(StackError::TooDeep { function: self.function.name.clone(), span: self.span })
            }
            ShapeError::Missing(slot) => {
                self.internal(format!("{slot:?} is not on the stack {:?}", self.stack))
            }
        }
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

    fn branch(
        &mut self,
        cond: Value,
        then: &'a Block,
        els: &'a Block,
        dsts: &'a [Value],
        ctx: &Context,
    ) -> Result<bool, StackError> {
        if let ([], [], [dst]) = (&then.insts[..], &els.insts[..], dsts)
            && let (End::Yield(a), End::Yield(b)) = (&then.end, &els.end)
        {
            self.op(Op::CondSel, &[cond, a[0], b[0]], std::slice::from_ref(dst), ctx)?;
            return Ok(true);
        }
        // The condition may also be used inside the blocks.
        let mut inside = ctx.live(slot(cond));
        for block in [then, els] {
            self.deep_uses(block, false, &mut |s| inside |= s == slot(cond));
        }
        let how = match (self.is_const(slot(cond)), inside) {
            (true, _) => How::Const,
            (false, true) => How::Copy,
            (false, false) => How::Move,
        };
        let steps = self.plan(&[Arg { slot: slot(cond), how }])?;
        self.perform(steps)?;
        self.stack.pop();
        if then.yields() && els.yields() {
            self.join(then, els, dsts, ctx)?;
            return Ok(true);
        }
        let (jump, away, stay) =
            if then.yields() { (Branch::IfNotJmp, els, then) } else { (Branch::IfJmp, then, els) };
        let start = self.stack.clone();
        let (mut code, _) = self.nested(|this| {
            this.drop_dead_top(away, &HashSet::new());
            this.block(away, ctx.level, HashSet::new())
        })?;
        code.cold |= away.throws();
        self.stack = start;
        self.insn(Insn::Branch(jump, code));
        let pinned = self.pinned_for(stay, ctx);
        self.drop_dead_top(stay, &pinned);
        match self.block(stay, ctx.level, pinned)? {
            Some(values) => {
                self.bind(values, dsts, ctx)?;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    /// Both ways come back: they must leave the same layout.
    fn join(
        &mut self,
        then: &'a Block,
        els: &'a Block,
        dsts: &'a [Value],
        ctx: &Context,
    ) -> Result<(), StackError> {
        let live = self.live_slots(ctx);
        let start = self.stack.clone();
        let wanted: Vec<usize> = (0..dsts.len()).filter(|&k| ctx.live(slot(dsts[k]))).collect();
        for (empty, full, kind) in [(els, then, Branch::If), (then, els, Branch::IfNot)] {
            if empty.insts.is_empty() && wanted.is_empty() {
                let target: Vec<Slot> =
                    start.iter().map(|s| if live.contains(s) { *s } else { Slot::Junk }).collect();
                let (code, _) = self.nested(|this| {
                    this.block(full, None, live.clone())?;
                    this.shape_to(&target)
                })?;
                if !code.insns.is_empty() {
                    self.insn(Insn::Branch(kind, code));
                } else {
                    self.insn(Insn::Stack(StackOp::Pop(0)));
                }
                self.stack = target;
                return Ok(());
            }
        }
        let (first, mut layout) = self.nested(|this| {
            this.drop_dead_top(then, &live);
            let values = this.block(then, None, live.clone())?.unwrap_or_default();
            let layout = this.joint_layout(&start, values, &wanted, &live);
            this.shape_to(&joint_target(&layout, values))?;
            Ok(layout)
        })?;
        self.stack = start;
        let (second, _) = self.nested(|this| {
            this.drop_dead_top(els, &live);
            let values = this.block(els, None, live.clone())?.unwrap_or_default();
            this.shape_to(&joint_target(&layout, values))
        })?;
        self.stack = layout
            .drain(..)
            .map(|joint| match joint {
                Joint::Keep(s) => s,
                Joint::Dst(k) => slot(dsts[k]),
                Joint::Junk => Slot::Junk,
            })
            .collect();
        match (first.insns.is_empty(), second.insns.is_empty()) {
            (true, true) => self.insn(Insn::Stack(StackOp::Pop(0))),
            (false, true) => self.insn(Insn::Branch(Branch::If, first)),
            (true, false) => self.insn(Insn::Branch(Branch::IfNot, second)),
            (false, false) => self.insn(Insn::IfElse(first, second)),
        }
        Ok(())
    }

    /// The layout that costs the first way least: what is alive stays where it is, results keep
    /// their slots, untouched dead slots at the bottom stay as junk.
    fn joint_layout(
        &self,
        start: &[Slot],
        values: &[Value],
        wanted: &[usize],
        live: &HashSet<Slot>,
    ) -> Vec<Joint> {
        let prefix = self.stack.iter().zip(start).take_while(|(a, b)| a == b).count();
        let mut placed = HashSet::new();
        let mut seen = HashSet::new();
        let mut layout = Vec::new();
        for (p, &s) in self.stack.iter().enumerate() {
            let k = wanted.iter().copied().find(|&k| slot(values[k]) == s && !placed.contains(&k));
            match k {
                _ if live.contains(&s) && seen.insert(s) => layout.push(Joint::Keep(s)),
                Some(k) if !self.is_const(s) && !live.contains(&s) => {
                    placed.insert(k);
                    layout.push(Joint::Dst(k));
                }
                _ if p < prefix => layout.push(Joint::Junk),
                _ => {}
            }
        }
        layout.extend(wanted.iter().filter(|k| !placed.contains(k)).map(|&k| Joint::Dst(k)));
        layout
    }

    fn looped(
        &mut self,
        inits: &[Value],
        params: &[Value],
        cond: Option<&'a Block>,
        body: &'a Block,
        dsts: &[Value],
        ctx: &Context,
    ) -> Result<(), StackError> {
        let mut inside = HashSet::new();
        for block in cond.iter().copied().chain([body]) {
            self.deep_uses(block, true, &mut |s| {
                inside.insert(s);
            });
        }
        let base: Vec<Slot> =
            self.stack.iter().copied().filter(|s| ctx.live(*s) || inside.contains(s)).collect();
        let mut target = base.clone();
        target.extend(inits.iter().map(|&v| slot(v)));
        self.shape_to(&target)?;
        let mut start = base.clone();
        start.extend(params.iter().map(|&v| slot(v)));
        let frame = self.frames.len();
        let save = if nonlocal(body, true, Target::Continue) { Save::Slot } else { Save::None };
        self.frames.push(Frame { kind: FrameKind::Loop, layout: base.clone(), save });

        let test = match cond {
            None => None,
            Some(cond) => {
                self.stack.clone_from(&start);
                let pinned = start.iter().copied().collect();
                let (code, ()) = self.nested(|this| {
                    let values = this.block(cond, None, pinned)?.unwrap_or_default();
                    let mut target = start.clone();
                    target.extend(values.iter().map(|&v| slot(v)));
                    this.shape_to(&target)
                })?;
                Some(code)
            }
        };
        self.stack = start;
        let pinned = base.iter().copied().collect();
        let (code, _) = self.nested(|this| {
            if save == Save::Slot {
                this.insn(Insn::PushC0);
                this.stack.push(Slot::Exit(frame as u32));
            }
            this.block(body, Some(frame), pinned)
        })?;
        self.frames.pop();
        let brk = breaks(body);
        self.insn(match test {
            Some(test) => Insn::While(test, code, brk),
            None => Insn::Again(code, brk),
        });
        self.stack = base;
        self.stack.extend(dsts.iter().map(|&v| slot(v)));
        self.drop_unused(dsts, ctx)
    }

    fn scope(
        &mut self,
        id: ScopeId,
        body: &'a Block,
        dsts: &[Value],
        ctx: &Context,
    ) -> Result<bool, StackError> {
        if !leaves(body, id) {
            let pinned = self.pinned_for(body, ctx);
            return match self.block(body, ctx.level, pinned)? {
                Some(values) => self.bind(values, dsts, ctx).map(|()| true),
                None => Ok(false),
            };
        }
        let layout: Vec<Slot> = self.stack.iter().copied().filter(|&s| ctx.live(s)).collect();
        let frame = self.frames.len();
        let save = if nonlocal(body, true, Target::Leave(id)) { Save::Slot } else { Save::None };
        self.frames.push(Frame { kind: FrameKind::Scope(id), layout: layout.clone(), save });
        let pinned = layout.iter().copied().collect();
        let (code, ()) = self.nested(|this| {
            if save == Save::Slot {
                this.insn(Insn::PushC0);
                this.stack.push(Slot::Exit(frame as u32));
            }
            match this.block(body, Some(frame), pinned)? {
                Some(values) => this.exit(frame, values, Some(frame)),
                None => Ok(()),
            }
        })?;
        self.frames.pop();
        self.insn(Insn::Execute(code));
        self.stack = layout;
        self.stack.extend(dsts.iter().map(|&v| slot(v)));
        self.drop_unused(dsts, ctx)?;
        Ok(true)
    }

    fn guarded(
        &mut self,
        body: &'a Block,
        catch: &'a Block,
        thrown: &[Value; 2],
        dsts: &[Value],
        ctx: &Context,
    ) -> Result<(), StackError> {
        let body_free = self.free(body);
        let catch_free = self.free(catch);
        let args: Vec<Arg> = body_free
            .iter()
            .chain(&catch_free)
            .enumerate()
            .map(|(i, &s)| {
                let again = i >= body_free.len() && body_free.contains(&s);
                let how = if ctx.live(s) || again { How::Copy } else { How::Move };
                Arg { slot: s, how }
            })
            .collect();
        let width = body_free.len().max(catch_free.len()).max(dsts.len());
        if width > 15 {
            let function = self.function.name.clone();
            return Err(StackError::TryTooWide { function, count: width, span: self.span });
        }
        let steps = self.plan(&args)?;
        self.perform(steps)?;
        let n = self.stack.len() - args.len();
        self.stack.truncate(n);
        let below = std::mem::take(&mut self.stack);
        let frames = std::mem::take(&mut self.frames);
        let mut codes = Vec::new();
        let mut caught = catch_free.clone();
        caught.extend(thrown.iter().map(|&v| slot(v)));
        for (block, stack) in [(body, body_free.clone()), (catch, caught)] {
            self.stack = stack;
            let (code, ()) = self.nested(|this| match this.block(block, None, HashSet::new())? {
                Some(values) => {
                    let target: Vec<Slot> = values.iter().map(|&v| slot(v)).collect();
                    this.shape_to(&target)
                }
                None => Ok(()),
            })?;
            codes.push(code);
        }
        self.frames = frames;
        self.stack = below;
        self.stack.extend(dsts.iter().map(|&v| slot(v)));
        let (Some(catch), Some(body)) = (codes.pop(), codes.pop()) else {
            return self.internal("try without blocks");
        };
        self.insn(Insn::Try {
            body,
            catch,
            captured: catch_free.len() as u8,
            args: body_free.len() as u8,
            results: dsts.len() as u8,
        });
        self.drop_unused(dsts, ctx)
    }

    /// Values from outside that a block uses, in stack order.
    fn free(&self, block: &Block) -> Vec<Slot> {
        let mut used = HashSet::new();
        block.for_each_use(&mut |v| {
            used.insert(slot(v));
        });
        self.stack.iter().copied().filter(|s| used.contains(s)).collect()
    }
}

fn joint_target(layout: &[Joint], values: &[Value]) -> Vec<Slot> {
    layout
        .iter()
        .map(|joint| match *joint {
            Joint::Keep(s) => s,
            Joint::Dst(k) => slot(values[k]),
            Joint::Junk => Slot::Junk,
        })
        .collect()
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
