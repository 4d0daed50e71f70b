//! Control flow: where two ways meet, both must leave the same values in the same places.

use std::collections::HashSet;

use super::{Context, Emitter, Frame, FrameKind, Save, StackError, Target, breaks, leaves, nonlocal, slot};
use crate::ir::{Block, End, ScopeId, Value};
use crate::opcode::Op;
use crate::stack::arrange::{Arg, How};
use crate::stack::shape::Slot;
use crate::stack::{Branch, Insn, StackOp};

/// A slot of a joint layout.
#[derive(Clone, Copy)]
enum Joint {
    Keep(Slot),
    Dst(usize),
    Junk,
}

impl<'a> Emitter<'a> {
    pub(super) fn branch(
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
    pub(super) fn join(
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

    pub(super) fn looped(
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

    pub(super) fn scope(
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

    pub(super) fn guarded(
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
            return Err(StackError::TryTooWide { function, count: width, span: self.source_span() });
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
    pub(super) fn free(&self, block: &Block) -> Vec<Slot> {
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
