//! External messages: signature, replay protection, function id.

use super::cx::{Cx, Lowered};
use super::entry::Kind;
use super::func;
use super::fx::Fx;
use super::vars::{Var, VarSet};
use crate::ir::{FuncId, Inline, Value};
use crate::opcode::Op;

/// API.md, "Contract execution": a message may be at most 30 minutes ahead.
const REPLAY_INTERVAL_MS: u32 = 1_800_000;

/// External messages: `[message, body]`.
pub(super) fn main_external(cx: &Cx<'_>, func: FuncId) -> Lowered<()> {
    func::build(cx, func, "main$external", 2, (Inline::Auto, false), |fx, v| {
        fx.set_defaults();
        let (cell, body) = (v[0], v[1]);
        let (selector, value) = (fx.int(-1), fx.int(0));
        fx.set(Var::MsgValue, vec![value]);
        fx.set(Var::MsgCell, vec![cell]);
        fx.set(Var::MsgBody, vec![body]);
        fx.set(Var::Selector, vec![selector]);
        let rest = fx.check_signature(body)?;
        let rest = fx.check_replay(cell, rest)?;
        let (id, args) = fx.op2(Op::LdU(32), &[rest]);
        fx.dispatch(Kind::External, id, args, Fx::unknown_function)?;
        Ok(Vec::new())
    })
}

impl Fx<'_, '_> {
    /// Checks the signature and sets the key; gives the body behind both.
    fn check_signature(&mut self, body: Value) -> Lowered<Value> {
        let has_key = self.cx.contract.headers.pubkey;
        let (signed, rest) = self.op2(Op::LdU(1), &[body]);
        let out = self.branch(
            signed,
            |fx| {
                let width = fx.int(512);
                let (signature, rest) = fx.op2(Op::LdSliceX, &[rest, width]);
                let hash = fx.signed_hash(rest);
                let (key, rest) = if has_key {
                    let (given, rest) = fx.op2(Op::LdU(1), &[rest]);
                    let out = fx.branch(
                        given,
                        |fx| Ok(fx.op(Op::LdU(256), &[rest])),
                        |fx| Ok(vec![fx.stored_pubkey()?, rest]),
                    )?;
                    (out[0], out[1])
                } else {
                    (fx.stored_pubkey()?, rest)
                };
                let valid = fx.op1(Op::ChkSignU, &[hash, signature, key]);
                fx.op0(Op::ThrowIfNot(40), &[valid]);
                Ok(vec![key, rest])
            },
            |fx| {
                let rest = if has_key {
                    let (given, rest) = fx.op2(Op::LdU(1), &[rest]);
                    fx.op0(Op::ThrowIf(58), &[given]);
                    rest
                } else {
                    rest
                };
                Ok(vec![fx.int(0), rest])
            },
        )?;
        self.set(Var::MsgPubkey, vec![out[0]]);
        Ok(out[1])
    }

    /// Hash of what is signed: from ABI 2.3 on with the address in front.
    fn signed_hash(&mut self, rest: Value) -> Value {
        if !self.cx.settings.signs_address() {
            return self.op1(Op::HashSU, &[rest]);
        }
        let address = self.op1(Op::MyAddr, &[]);
        let b = self.op1(Op::NewC, &[]);
        let b = self.op1(Op::StSlice, &[address, b]);
        let b = self.op1(Op::StSlice, &[rest, b]);
        self.op1(Op::HashBU, &[b])
    }

    /// `_pubkey`, also from initial data.
    fn stored_pubkey(&mut self) -> Lowered<Value> {
        let slice = self.open_state();
        let expanded = self.is_expanded(slice);
        let out = self.branch(
            expanded,
            |fx| Ok(vec![fx.op1(Op::PldU(256), &[slice])]),
            |fx| {
                let dict = fx.op1(Op::PldDict, &[slice]);
                let (key, width) = (fx.int(0), fx.int(64));
                let (item, found) = fx.op2(Op::DictUGet, &[key, dict, width]);
                fx.op0(Op::ThrowIfNot(61), &[found]);
                Ok(vec![fx.op1(Op::PldU(256), &[item])])
            },
        )?;
        Ok(out[0])
    }

    /// `afterSignatureCheck`, or the built-in protection; gives the body at the function id.
    fn check_replay(&mut self, cell: Value, rest: Value) -> Lowered<Value> {
        if let Some(id) = self.cx.contract.entries.after_signature_check {
            return self.after_signature_check(id, cell, rest);
        }
        let mut rest = rest;
        if self.cx.contract.headers.time {
            let (time, after) = self.op2(Op::LdU(64), &[rest]);
            self.check_time(time)?;
            self.set(Var::Timestamp, vec![time]);
            rest = after;
        }
        if self.cx.contract.headers.expire {
            let (expire, after) = self.op2(Op::LdU(32), &[rest]);
            let now = self.op1(Op::Now, &[]);
            let alive = self.op1(Op::Greater, &[expire, now]);
            self.op0(Op::ThrowIfNot(57), &[alive]);
            rest = after;
        }
        Ok(rest)
    }

    /// `_timestamp < time < now + 30 min`, else 52; c4 gets the new time.
    fn check_time(&mut self, time: Value) -> Lowered<()> {
        let now = self.op1(Op::Now, &[]);
        let thousand = self.int(1000);
        let now = self.op1(Op::Mul, &[now, thousand]);
        let ahead = self.int(REPLAY_INTERVAL_MS);
        let limit = self.op1(Op::Add, &[now, ahead]);
        let near = self.op1(Op::Less, &[time, limit]);
        self.op0(Op::ThrowIfNot(52), &[near]);
        let mut slice = self.open_state();
        let has_constructor = self.cx.contract.entries.constructor.is_some();
        if !has_constructor {
            slice = self.expanded_state(slice)?;
            return self.replace_time(slice, time);
        }
        let expanded = self.is_expanded(slice);
        self.branch(
            expanded,
            |fx| fx.replace_time(slice, time).map(|()| Vec::new()),
            |fx| {
                // the constructor stores it; zero is the time before any message
                fx.op0(Op::ThrowIfNot(52), &[time]);
                Ok(Vec::new())
            },
        )?;
        Ok(())
    }

    fn replace_time(&mut self, slice: Value, time: Value) -> Lowered<()> {
        let (pubkey, slice) = self.op2(Op::LdSlice(256), &[slice]);
        let (old, rest) = self.op2(Op::LdU(64), &[slice]);
        let newer = self.op1(Op::Greater, &[time, old]);
        self.op0(Op::ThrowIfNot(52), &[newer]);
        let b = self.op1(Op::NewC, &[]);
        let b = self.op1(Op::StSlice, &[pubkey, b]);
        let b = self.op1(Op::StU(64), &[time, b]);
        let b = self.op1(Op::StSlice, &[rest, b]);
        let cell = self.op1(Op::EndC, &[b]);
        self.op0(Op::PopCtr(4), &[cell]);
        Ok(())
    }

    /// Runs `afterSignatureCheck(body, message)`.
    ///
    /// It comes before the constructor: stored variables that it uses have their defaults then.
    fn after_signature_check(
        &mut self,
        id: tsol_sema::hir::FunctionId,
        cell: Value,
        rest: Value,
    ) -> Lowered<Value> {
        let effects = self.cx.effects(id);
        let needed = self.cx.stored_of(&effects.inputs());
        let written = self.cx.stored_of(&effects.writes);
        if !needed.is_empty() {
            self.load_before_constructor(&needed)?;
        }
        if effects.reads.contains(&Var::Sender) {
            let sender = self.address_const(0, &num_bigint::BigInt::ZERO);
            self.set(Var::Sender, vec![sender]);
        }
        let results = self.in_place(id, vec![rest, cell])?;
        if !written.is_empty() {
            self.store_before_constructor(&written)?;
        }
        for var in needed {
            self.env.vars.remove(&var);
        }
        Ok(results[0])
    }

    fn load_before_constructor(&mut self, needed: &VarSet) -> Lowered<()> {
        let slice = self.open_state();
        let expanded = self.is_expanded(slice);
        let vars: Vec<_> = needed.iter().copied().collect();
        let values = self.branch(
            expanded,
            |fx| {
                fx.load_state(slice, needed, false, None)?;
                Ok(fx.values_of(&vars))
            },
            |fx| {
                fx.load_initial(slice)?;
                Ok(fx.values_of(&vars))
            },
        )?;
        self.set_all(&vars, &values);
        Ok(())
    }

    fn store_before_constructor(&mut self, written: &VarSet) -> Lowered<()> {
        let slice = self.open_state();
        let expanded = self.is_expanded(slice);
        let written = written.clone();
        self.when(expanded, |fx| fx.replace_state(slice, &written))
    }
}
