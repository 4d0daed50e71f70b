//! The ways into a contract: dispatch by message and function id, and the frame around every public function.

use tsol_sema::hir::{Entries, Function, FunctionId, Messages, Type};

use super::codec::{Form, Trust};
use super::cx::{Cx, Lowered};
use super::func;
use super::fx::Fx;
use super::header;
use super::message::{Body, Bounce, Call, Dest, Header, Id};
use super::state::{self, Saving};
use super::vars::{AnswerOption, Var, VarSet};
use crate::abi::{Plan, Size, getter_answer, header_bits, leaves};
use crate::ir::{Block, End, FuncId, Inline, Inst, Value};
use crate::opcode::Op;

/// Kind of message that an entry answers to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Internal,
    External,
}

/// Hidden inputs that dispatch hands to the frame of a function, in this order.
const CONTEXT: [Var; 6] =
    [Var::MsgPubkey, Var::Sender, Var::MsgValue, Var::MsgCell, Var::MsgBody, Var::Selector];

/// Everything that is reached from the machine.
pub(super) fn lower(cx: &Cx<'_>) -> Lowered<FuncId> {
    let entry = cx.reserve();
    let internal = cx.reserve();
    let external = cx.reserve();
    main_internal(cx, internal)?;
    header::main_external(cx, external)?;
    func::build(cx, entry, "main", 5, (Inline::Never, false), |fx, v| {
        let selector = v[4];
        fx.branch(
            selector,
            |fx| fx.not_internal(v, external).map(|()| Vec::new()),
            |fx| {
                fx.call_func(internal, v[1..4].to_vec(), 0);
                Ok(Vec::new())
            },
        )?;
        Ok(Vec::new())
    })?;
    Ok(entry)
}

/// Variables of a frame's environment that dispatch has to provide.
pub(super) fn context_of(cx: &Cx<'_>, inputs: &VarSet) -> Vec<Var> {
    let mut list: Vec<_> = CONTEXT.into_iter().filter(|var| inputs.contains(var)).collect();
    // what `afterSignatureCheck` left in variables that are not stored
    list.extend(inputs.iter().copied().filter(|var| matches!(var, Var::State(_)) && !cx.is_stored(*var)));
    list
}

impl<'p> Fx<'_, 'p> {
    /// External messages, tick-tock, and calls by an older code.
    fn not_internal(&mut self, v: &[Value], external: FuncId) -> Lowered<()> {
        let Entries { on_tick_tock, on_code_upgrade, .. } = &self.cx.contract.entries;
        let (tick_tock, upgrade) = (*on_tick_tock, *on_code_upgrade);
        if tick_tock.is_none() && upgrade.is_none() {
            self.call_func(external, v[2..4].to_vec(), 0);
            return Ok(());
        }
        let is_external = self.op1(Op::EqInt(-1), &[v[4]]);
        self.branch(
            is_external,
            |fx| {
                fx.call_func(external, v[2..4].to_vec(), 0);
                Ok(Vec::new())
            },
            |fx| {
                if let Some(id) = tick_tock {
                    let tick = fx.op1(Op::EqInt(-2), &[v[4]]);
                    fx.when(tick, |fx| {
                        let func = special(fx.cx, id, Special::TickTock)?;
                        fx.call_func(func, vec![v[3]], 0);
                        fx.end_with(End::Return(Vec::new()));
                        Ok(())
                    })?;
                }
                if let Some(id) = upgrade {
                    let number = fx.int(state::upgrade_id(fx.cx, id));
                    let known = fx.op1(Op::Equal, &[v[4], number]);
                    // exit code of API.md: there is no private function with this id
                    fx.op0(Op::ThrowIfNot(78), &[known]);
                    let func = upgrade_entry(fx.cx, id)?;
                    fx.call_func(func, vec![v[3]], 0);
                }
                Ok(Vec::new())
            },
        )?;
        Ok(())
    }

    /// Calls the frame with the values that it wants, and ends the run.
    pub(super) fn enter(&mut self, func: FuncId, context: &[Var], args: &[Value]) -> Lowered<()> {
        let mut values = Vec::new();
        for var in context {
            if *var == Var::Sender && !self.env.vars.contains_key(var) {
                // external messages have none; the constant is made where it is wanted
                values.push(self.address_const(0, &num_bigint::BigInt::ZERO));
                continue;
            }
            values.extend(self.get(*var)?);
        }
        values.extend(args);
        self.call_func(func, values, 0);
        Ok(())
    }

    /// A choice by function id.
    pub(super) fn dispatch(
        &mut self,
        kind: Kind,
        id: Value,
        args: Value,
        otherwise: impl FnOnce(&mut Self) -> Lowered<()>,
    ) -> Lowered<()> {
        let entries = &self.cx.contract.entries;
        let mut cases: Vec<(u64, Block)> = Vec::new();
        for function in entries.public.iter().chain(&entries.constructor) {
            let number = getter_answer(self.cx.program, self.cx.function(*function)).0;
            if cases.iter().any(|(key, _)| *key == u64::from(number)) {
                let span = self.cx.function(*function).span;
                let text = format!("function id {number:#x} is used twice");
                let error = self.cx.diags.error(crate::codes::E0602, span, text);
                let error = error.note("an id is given by `functionID`, or is the hash of the signature");
                return Err(error.help("give this function another name or `functionID`").emit());
            }
            self.b.open();
            let saved = self.env.clone();
            let result = self.enter_public(*function, kind, args);
            self.env = saved;
            let block = self.b.close(End::Return(Vec::new()));
            result?;
            cases.push((u64::from(number), block));
        }
        self.b.open();
        let saved = self.env.clone();
        let result = otherwise(self);
        let env = std::mem::replace(&mut self.env, saved);
        let default = self.b.close(env.end.unwrap_or(End::Return(Vec::new())));
        result?;
        let span = self.b.span();
        self.b.push(Inst::Switch { on: id, cases, default, dsts: Vec::new(), span });
        self.env.end = Some(End::Unreachable);
        Ok(())
    }

    fn enter_public(&mut self, id: FunctionId, kind: Kind, args: Value) -> Lowered<()> {
        let function = self.cx.function(id);
        match (function.messages, kind) {
            (Messages::External, Kind::Internal) => self.throw(71),
            (Messages::Internal, Kind::External) => self.throw(72),
            _ => {
                let (func, context) = public_frame(self.cx, id, kind)?;
                self.enter(func, &context, &[args])?;
            }
        }
        Ok(())
    }
}

/// The frame of a public function for one kind of message: context and body slice behind the function id.
fn public_frame(cx: &Cx<'_>, id: FunctionId, kind: Kind) -> Lowered<(FuncId, Vec<Var>)> {
    let function = cx.function(id);
    let frame = Frame::new(cx, id);
    let context = frame.context.clone();
    let types: Vec<_> = function.params.iter().map(|id| function.locals[id.0 as usize].ty.clone()).collect();
    if function.messages != Messages::Both || same_cut(cx, function, &types) {
        // parameters lie in the same way in every message that may come: one frame does all
        let key = FrameKey { function: id, kind: None };
        if let Some(func) = cx.frame(key) {
            return Ok((func, context));
        }
        let func = cx.reserve();
        cx.set_frame(key, func);
        let width = frame.width(cx);
        func::build(
            cx,
            func,
            &frame_name(cx, function, ""),
            width + 1,
            (Inline::Auto, frame.is_cold()),
            |fx, v| {
                fx.b.set_span(Some(function.span));
                fx.set_all(&frame.context, &v[..width]);
                fx.kind_is_checked = function.messages != Messages::Both;
                frame.open(fx)?;
                let args = frame.decode(fx, v[width], kind, &types)?;
                frame.run(fx, args)
            },
        )?;
        return Ok((func, context));
    }
    let run = shared_run(cx, &frame)?;
    let func = cx.reserve();
    let suffix = if kind == Kind::Internal { "int" } else { "ext" };
    let width = frame.width(cx);
    func::build(cx, func, &frame_name(cx, function, suffix), width + 1, (Inline::Auto, false), |fx, v| {
        fx.b.set_span(Some(function.span));
        let args = frame.decode(fx, v[width], kind, &types)?;
        let values: Vec<_> = v[..width].iter().copied().chain(args).collect();
        fx.call_func(run, values, 0);
        Ok(Vec::new())
    })?;
    Ok((func, context))
}

/// The part of a frame that both kinds of messages share: context and decoded parameters.
fn shared_run(cx: &Cx<'_>, frame: &Frame<'_>) -> Lowered<FuncId> {
    let key = FrameKey { function: frame.id, kind: None };
    if let Some(func) = cx.frame(key) {
        return Ok(func);
    }
    let func = cx.reserve();
    cx.set_frame(key, func);
    let width = frame.width(cx);
    let function = frame.function;
    let mut args: usize = function.params.iter().map(|id| cx.slots(&function.locals[id.0 as usize].ty)).sum();
    args += usize::from(function.responsible);
    let name = frame_name(cx, function, "run");
    func::build(cx, func, &name, width + args, (Inline::Never, frame.is_cold()), |fx, v| {
        fx.b.set_span(Some(function.span));
        fx.set_all(&frame.context, &v[..width]);
        frame.open(fx)?;
        frame.run(fx, v[width..].to_vec())
    })?;
    Ok(func)
}

fn frame_name(cx: &Cx<'_>, function: &Function, suffix: &str) -> String {
    let name = cx.listing_name(function);
    if suffix.is_empty() { format!("{name}$entry") } else { format!("{name}${suffix}") }
}

/// Whether internal and external messages cut the parameters in the same way.
fn same_cut(cx: &Cx<'_>, function: &Function, types: &[Type]) -> bool {
    let plan =
        |kind| Plan::new(leaves(cx.program, types), Size { bits: used_bits(cx, function, kind), refs: 0 });
    plan(Kind::Internal).breaks == plan(Kind::External).breaks
}

/// Bits in front of the parameters.
fn used_bits(cx: &Cx<'_>, function: &Function, kind: Kind) -> u32 {
    let answer = if function.responsible { 32 } else { 0 };
    answer
        + match kind {
            Kind::Internal => 32,
            Kind::External => header_bits(cx.contract.headers, cx.settings.signs_address()),
        }
}

/// Names a frame that has been built.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct FrameKey {
    pub(super) function: FunctionId,
    pub(super) kind: Option<bool>,
}

/// Loading the state, running a function, answering, storing the state.
struct Frame<'p> {
    id: FunctionId,
    function: &'p Function,
    /// Variables of c4 that the function may read or write.
    needed: VarSet,
    /// Variables of c4 that it may write.
    dirty: VarSet,
    /// What dispatch provides.
    context: Vec<Var>,
    is_constructor: bool,
}

impl<'p> Frame<'p> {
    fn new(cx: &Cx<'p>, id: FunctionId) -> Self {
        let function = cx.function(id);
        let effects = cx.effects(id);
        let is_constructor = cx.contract.entries.constructor == Some(id);
        let mut inputs = effects.inputs();
        if function.public && (function.responsible || !function.returns.is_empty()) {
            inputs.insert(Var::Selector);
            inputs.insert(if function.responsible { Var::Sender } else { Var::Selector });
            inputs.insert(Var::MsgCell);
        }
        if function.messages != Messages::Both {
            // dispatch has chosen by it already
            let answers = !function.returns.is_empty();
            if !answers && !reads_selector(cx, id) {
                inputs.remove(&Var::Selector);
            }
        }
        let mut context = context_of(cx, &inputs);
        if is_constructor && cx.has_timestamp() {
            context.push(Var::Timestamp);
        }
        let needed = cx.stored_of(&inputs);
        let dirty = cx.stored_of(&effects.writes);
        Self { id, function, needed, dirty, context, is_constructor }
    }

    fn width(&self, cx: &Cx<'_>) -> usize {
        self.context.iter().map(|var| cx.slots(&cx.var_type(*var))).sum()
    }

    fn is_cold(&self) -> bool {
        self.is_constructor
    }

    /// Loads the state that the function needs.
    fn open(&self, fx: &mut Fx<'_, 'p>) -> Lowered<()> {
        fx.set_defaults();
        if self.is_constructor {
            let slice = fx.open_state();
            let expanded = fx.is_expanded(slice);
            fx.op0(Op::ThrowIf(51), &[expanded]);
            fx.load_initial(slice)?;
            if fx.cx.effects(self.id).saves {
                // a function that saves cuts what is there
                fx.store_whole()?;
            }
            fx.saving = Saving::Whole;
            return Ok(());
        }
        let has_constructor = fx.cx.contract.entries.constructor.is_some();
        if self.needed.is_empty() && !has_constructor {
            return Ok(());
        }
        let mut slice = fx.open_state();
        if !has_constructor {
            slice = fx.expanded_state(slice)?;
        }
        let check = has_constructor.then_some(76);
        let pieces = fx.load_state(slice, &self.needed, !self.dirty.is_empty(), check)?;
        if !self.dirty.is_empty() {
            fx.saving = Saving::Pieces(pieces);
        }
        Ok(())
    }

    /// Parameters (and the answer id in front of them) from the body behind the function id.
    fn decode(&self, fx: &mut Fx<'_, 'p>, slice: Value, kind: Kind, types: &[Type]) -> Lowered<Vec<Value>> {
        let mut slice = slice;
        let mut args = Vec::new();
        if self.function.responsible {
            let (answer, rest) = fx.op2(Op::LdU(32), &[slice]);
            args.push(answer);
            slice = rest;
        }
        let used = Size { bits: used_bits(fx.cx, self.function, kind), refs: 0 };
        let (values, rest) = fx.decode(types, slice, used, Form::Abi, Trust::Foreign)?;
        fx.op0(Op::EndS, &[rest]);
        args.extend(values);
        Ok(args)
    }

    /// The function itself and what follows it.
    fn run(&self, fx: &mut Fx<'_, 'p>, mut args: Vec<Value>) -> Lowered<Vec<Value>> {
        let answer = self.function.responsible.then(|| args.remove(0));
        let results = fx.in_place(self.id, args)?;
        if fx.env.is_alive() {
            self.answer(fx, answer, &results)?;
            if self.is_constructor || !self.dirty.is_empty() {
                fx.save_state()?;
            }
        }
        Ok(Vec::new())
    }

    /// Sends the results: to the outside for external messages, to the caller for responsible functions.
    fn answer(&self, fx: &mut Fx<'_, 'p>, answer: Option<Value>, results: &[Value]) -> Lowered<()> {
        let function = self.function;
        if !function.public || function.returns.is_empty() || self.is_constructor {
            return Ok(());
        }
        let types: Vec<_> =
            function.returns.iter().map(|id| function.locals[id.0 as usize].ty.clone()).collect();
        let selector = fx.get1(Var::Selector)?;
        let id = Id::Known(getter_answer(fx.cx.program, function).1);
        fx.branch(
            selector,
            |fx| {
                let dest = fx.external_sender()?;
                fx.external_message(
                    Some(dest),
                    &Call { id, callback: None, types: &types, values: results },
                )?;
                Ok(Vec::new())
            },
            |fx| {
                if let Some(answer) = answer {
                    let call = Call { id: Id::Value(answer), callback: None, types: &types, values: results };
                    fx.answer_message(&call)?;
                }
                Ok(Vec::new())
            },
        )?;
        Ok(())
    }
}

/// Whether the function's own code looks at the kind of message.
fn reads_selector(cx: &Cx<'_>, id: FunctionId) -> bool {
    let function = cx.function(id);
    let mut found = false;
    let mut visit = |node: super::walk::Node<'_>| {
        if let super::walk::Node::Expr(e) = node {
            use tsol_sema::builtin::Builtin as B;
            use tsol_sema::hir::ExprKind;
            found |= match &e.kind {
                ExprKind::Builtin(B::MsgIsInternal | B::MsgIsExternal | B::MsgIsTickTock, _) => true,
                ExprKind::Builtin(B::MsgCurrencies | B::MsgCreatedAt | B::MsgForwardFee, _) => true,
                ExprKind::Builtin(B::MsgImportFee | B::MsgHasStateInit, _) => true,
                ExprKind::Call(id, _) | ExprKind::CallBound(id, _) => {
                    cx.effects(*id).inputs().contains(&Var::Selector)
                }
                _ => false,
            };
        }
    };
    super::walk::stmts(&function.body, &mut visit);
    for modifier in &function.modifiers {
        modifier.args.iter().for_each(|arg| super::walk::expr(arg, &mut visit));
        super::walk::stmts(&modifier.body, &mut visit);
    }
    found
}

impl Fx<'_, '_> {
    /// Variables that are not stored start with their defaults, answers with their options.
    pub(super) fn set_defaults(&mut self) {
        for (i, state) in self.cx.contract.state.iter().enumerate() {
            let var = Var::State(tsol_sema::hir::StateId(i as u32));
            if !self.cx.is_stored(var) && !self.env.vars.contains_key(&var) {
                let default = self.default(&state.ty);
                self.set(var, default);
            }
        }
        let (value, bounce) = (self.default_answer_value(), self.bool(true));
        let (flag, currencies) = (self.int(0), self.null());
        self.set(Var::Answer(AnswerOption::Value), vec![value]);
        self.set(Var::Answer(AnswerOption::Bounce), vec![bounce]);
        self.set(Var::Answer(AnswerOption::Flag), vec![flag]);
        self.set(Var::Answer(AnswerOption::Currencies), vec![currencies]);
    }

    /// An opened c4 with variables, also where a contract without constructor still has its initial data.
    pub(super) fn expanded_state(&mut self, slice: Value) -> Lowered<Value> {
        let expanded = self.is_expanded(slice);
        let expand = expand_func(self.cx)?;
        let out =
            self.branch(expanded, |_| Ok(vec![slice]), |fx| Ok(fx.call_func(expand, vec![slice], 1)))?;
        Ok(out[0])
    }

    /// Source address of the external message.
    fn external_sender(&mut self) -> Lowered<Value> {
        let cell = self.get1(Var::MsgCell)?;
        let slice = self.op1(Op::CToS, &[cell]);
        let (_, slice) = self.op2(Op::LdU(2), &[slice]);
        Ok(self.op2(Op::LdMsgAddr, &[slice]).0)
    }

    /// The answer of a responsible function to its caller.
    fn answer_message(&mut self, call: &Call<'_>) -> Lowered<()> {
        let dest = self.get1(Var::Sender)?;
        let value = self.get1(Var::Answer(AnswerOption::Value))?;
        let bounce = Bounce::Value(self.get1(Var::Answer(AnswerOption::Bounce))?);
        let currencies = self.get1(Var::Answer(AnswerOption::Currencies))?;
        let flag = self.get1(Var::Answer(AnswerOption::Flag))?;
        let header =
            Header { dest: Dest::Slice(dest), value, bounce, currencies: Some(currencies), state_init: None };
        let id = call.id;
        let body = Body::Call(Call { id, callback: None, types: call.types, values: call.values });
        let message = self.internal_message(&header, &body)?;
        self.op0(Op::SendRawMsg, &[message, flag]);
        Ok(())
    }
}

/// Initial data (opened) to variables (opened).
fn expand_func(cx: &Cx<'_>) -> Lowered<FuncId> {
    let key = FrameKey { function: FunctionId(u32::MAX), kind: Some(true) };
    if let Some(func) = cx.frame(key) {
        return Ok(func);
    }
    let func = cx.reserve();
    cx.set_frame(key, func);
    func::build(cx, func, "expand$state", 1, (Inline::Never, true), |fx, v| {
        fx.load_initial(v[0])?;
        fx.store_whole()?;
        Ok(vec![fx.open_state()])
    })?;
    Ok(func)
}

/// Functions that are started by something else than a function id.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Special {
    /// `receive` and `fallback`.
    Plain,
    /// `onBounce(body)`.
    Bounce,
    /// `onTickTock(isTock)`.
    TickTock,
}

fn special(cx: &Cx<'_>, id: FunctionId, what: Special) -> Lowered<FuncId> {
    let key = FrameKey { function: id, kind: Some(false) };
    if let Some(func) = cx.frame(key) {
        return Ok(func);
    }
    let func = cx.reserve();
    cx.set_frame(key, func);
    let frame = Frame::new(cx, id);
    let width = frame.width(cx);
    let args = usize::from(what != Special::Plain);
    let name = frame_name(cx, frame.function, "");
    let context = if what == Special::TickTock { 0 } else { width };
    func::build(cx, func, &name, context + args, (Inline::Auto, false), |fx, v| {
        fx.b.set_span(Some(frame.function.span));
        if what == Special::TickTock {
            fx.no_message(&frame.context)?;
        } else {
            fx.set_all(&frame.context, &v[..context]);
        }
        frame.open(fx)?;
        frame.run(fx, v[context..].to_vec())
    })?;
    Ok(func)
}

impl Fx<'_, '_> {
    /// Values of the context where there is no message.
    fn no_message(&mut self, context: &[Var]) -> Lowered<()> {
        for var in context {
            let values = match var {
                Var::Sender => vec![self.address_const(0, &num_bigint::BigInt::ZERO)],
                Var::Selector => vec![self.int(-2)],
                other => self.default(&self.cx.var_type(*other)),
            };
            self.set(*var, values);
        }
        Ok(())
    }

    /// Calls a special function with its context.
    pub(super) fn enter_special(&mut self, id: FunctionId, body: Option<Value>) -> Lowered<()> {
        let what = if body.is_some() { Special::Bounce } else { Special::Plain };
        let func = special(self.cx, id, what)?;
        let context = Frame::new(self.cx, id).context;
        let args: Vec<_> = body.into_iter().collect();
        self.enter(func, &context, &args)
    }

    /// Throws 76 where the constructor has not run.
    fn check_constructed(&mut self) {
        if self.cx.contract.entries.constructor.is_some() {
            let slice = self.open_state();
            let expanded = self.is_expanded(slice);
            self.op0(Op::ThrowIfNot(76), &[expanded]);
        }
    }
}

/// `onCodeUpgrade` as the first thing that new code runs: its values come packed.
fn upgrade_entry(cx: &Cx<'_>, id: FunctionId) -> Lowered<FuncId> {
    let func = cx.reserve();
    let frame = Frame::new(cx, id);
    let function = frame.function;
    let count: usize = function.params.iter().map(|id| cx.slots(&function.locals[id.0 as usize].ty)).sum();
    let name = frame_name(cx, function, "");
    func::build(cx, func, &name, 1, (Inline::Never, true), |fx, v| {
        fx.b.set_span(Some(function.span));
        fx.no_message(&frame.context)?;
        fx.set_defaults();
        let slice = fx.open_state();
        let all: VarSet = state::stored_vars(cx).into_iter().collect();
        if super::upgrade::resets_first(cx, id)? {
            // the layout of the old code may be another one: only the header is read
            let header: VarSet = all.iter().copied().filter(|var| !matches!(var, Var::State(_))).collect();
            fx.load_state(slice, &header, false, None)?;
            for (i, state) in cx.contract.state.iter().enumerate() {
                let default = fx.default(&state.ty);
                fx.set(Var::State(tsol_sema::hir::StateId(i as u32)), default);
            }
        } else {
            fx.load_state(slice, &all, false, None)?;
        }
        fx.saving = Saving::Whole;
        let args = match count {
            0 => Vec::new(),
            1 => vec![v[0]],
            _ => fx.unpack(v[0], count),
        };
        fx.in_place(id, args)?;
        if fx.env.is_alive() {
            fx.store_whole()?;
            fx.op0(Op::Commit, &[]);
            fx.throw(0);
        }
        Ok(Vec::new())
    })?;
    Ok(func)
}

/// Internal messages: `[value, message, body]`.
fn main_internal(cx: &Cx<'_>, func: FuncId) -> Lowered<()> {
    func::build(cx, func, "main$internal", 3, (Inline::Auto, false), |fx, v| {
        fx.set_defaults();
        let (cell, body) = (v[1], v[2]);
        let (selector, key) = (fx.int(0), fx.int(0));
        fx.set(Var::MsgValue, vec![v[0]]);
        fx.set(Var::MsgCell, vec![cell]);
        fx.set(Var::MsgBody, vec![body]);
        fx.set(Var::Selector, vec![selector]);
        fx.set(Var::MsgPubkey, vec![key]);
        if cx.has_timestamp() {
            let zero = fx.int(0);
            fx.set(Var::Timestamp, vec![zero]);
        }
        // int_msg_info$0 ihr_disabled bounce bounced src
        let slice = fx.op1(Op::CToS, &[cell]);
        let (flags, slice) = fx.op2(Op::LdU(4), &[slice]);
        let sender = fx.op(Op::LdMsgAddr, &[slice])[0];
        fx.set(Var::Sender, vec![sender]);
        let one = fx.int(1);
        let bounced = fx.op1(Op::And, &[flags, one]);
        let on_bounce = cx.contract.entries.on_bounce;
        fx.when(bounced, |fx| {
            if let Some(id) = on_bounce {
                // the network puts 32 ones in front of the body
                let width = fx.int(32);
                let rest = fx.op1(Op::SdSkipFirst, &[body, width]);
                fx.enter_special(id, Some(rest))?;
            }
            fx.end_with(End::Return(Vec::new()));
            Ok(())
        })?;
        let empty = fx.op1(Op::SEmpty, &[body]);
        fx.when(empty, Fx::received)?;
        let out = fx.op(Op::LdUQ(32), &[body]);
        let (id, rest, loaded) = (out[0], out[1], out[2]);
        if let Some(fallback) = cx.contract.entries.fallback {
            let short = fx.op1(Op::Not, &[loaded]);
            fx.when(short, |fx| {
                fx.enter_special(fallback, None)?;
                fx.end_with(End::Return(Vec::new()));
                Ok(())
            })?;
        } else {
            fx.op0(Op::ThrowIfNot(60), &[loaded]);
        }
        fx.dispatch_internal(id, rest)?;
        Ok(Vec::new())
    })
}

impl Fx<'_, '_> {
    /// An empty body, or one that begins with 32 zeroes.
    fn received(&mut self) -> Lowered<()> {
        match self.cx.contract.entries.receive {
            Some(id) => self.enter_special(id, None)?,
            None => self.check_constructed(),
        }
        self.end_with(End::Return(Vec::new()));
        Ok(())
    }

    fn dispatch_internal(&mut self, id: Value, rest: Value) -> Lowered<()> {
        self.dispatch(Kind::Internal, id, rest, |fx| {
            fx.when_not(id, Fx::received)?;
            fx.unknown_function()
        })
    }

    pub(super) fn when_not(&mut self, cond: Value, f: impl FnOnce(&mut Self) -> Lowered<()>) -> Lowered<()> {
        self.branch(cond, |_| Ok(Vec::new()), |fx| f(fx).map(|()| Vec::new()))?;
        Ok(())
    }

    /// No function has this id.
    pub(super) fn unknown_function(&mut self) -> Lowered<()> {
        match self.cx.contract.entries.fallback {
            Some(id) => self.enter_special(id, None),
            None => {
                self.throw(60);
                Ok(())
            }
        }
    }
}
