//! Outgoing messages: calls, transfers, events, answers, deployment.

use num_bigint::BigInt;
use tsol_sema::hir::{CallOptions, EventId, Expr, ExternId, InterfaceId, NewOptions, Type};

use super::codec::{Form, Trust};
use super::cx::Lowered;
use super::fx::Fx;
use super::runtime::Runtime;
use crate::abi::{Plan, Size, event_id, extern_id, leaves};
use crate::ir::Value;
use crate::opcode::Op;

/// Value of a call where the source gives none: API.md, "External function calls".
const DEFAULT_VALUE: u32 = 10_000_000;

/// Header of an internal message with this destination, in the order of the cell.
pub(super) struct Header {
    pub(super) dest: Dest,
    pub(super) value: Value,
    pub(super) bounce: Bounce,
    pub(super) currencies: Option<Value>,
    pub(super) state_init: Option<Value>,
}

/// Where a message goes.
#[derive(Clone, Copy)]
pub(super) enum Dest {
    /// A slice with the address.
    Slice(Value),
    /// Workchain and hash, of a new account.
    Std(Value, Value),
}

/// Whether a failed message comes back.
#[derive(Clone, Copy)]
pub(super) enum Bounce {
    Known(bool),
    Value(Value),
}

/// What a message carries.
pub(super) enum Body<'a> {
    /// Nothing.
    Empty,
    /// A cell, in a reference.
    Cell(Value),
    /// Id and values.
    Call(Call<'a>),
}

/// Function id, callback and values of a body.
pub(super) struct Call<'a> {
    pub(super) id: Id,
    pub(super) callback: Option<u32>,
    pub(super) types: &'a [Type],
    pub(super) values: &'a [Value],
}

/// First 32 bits of a body.
#[derive(Clone, Copy)]
pub(super) enum Id {
    Known(u32),
    Value(Value),
}

impl<'p> Fx<'_, 'p> {
    // --- pieces

    fn store_id(&mut self, builder: Value, id: Id) -> Value {
        match id {
            Id::Known(id) => self.store_bits(builder, u64::from(id), 32),
            Id::Value(id) => self.op1(Op::StU(32), &[id, builder]),
        }
    }

    /// Id, callback and values into `builder`, of which `used` is taken.
    fn store_call(&mut self, builder: Value, call: &Call<'_>, used: u32) -> Lowered<Value> {
        let mut builder = self.store_id(builder, call.id);
        let mut bits = used + 32;
        if let Some(callback) = call.callback {
            builder = self.store_bits(builder, u64::from(callback), 32);
            bits += 32;
        }
        self.encode(call.types, call.values, builder, Size { bits, refs: 0 }, Form::Abi)
    }

    /// `Either` body: in place where it surely fits, else in a reference. `used` is taken in `builder`.
    fn store_body(&mut self, builder: Value, body: &Body<'_>, used: Size) -> Lowered<Value> {
        match body {
            Body::Empty => Ok(self.store_bits(builder, 0, 1)),
            Body::Cell(cell) => {
                let builder = self.store_bits(builder, 1, 1);
                Ok(self.op1(Op::StRef, &[*cell, builder]))
            }
            Body::Call(call) => {
                let head = 32 + if call.callback.is_some() { 32 } else { 0 };
                let start = Size { bits: used.bits + 1 + head, refs: used.refs };
                let plan = Plan::new(leaves(self.cx.program, call.types), start);
                if plan.is_single() {
                    let builder = self.store_bits(builder, 0, 1);
                    let builder = self.store_id(builder, call.id);
                    let builder = match call.callback {
                        Some(callback) => self.store_bits(builder, u64::from(callback), 32),
                        None => builder,
                    };
                    return self.encode_plan(&plan, call.values, builder, Form::Abi);
                }
                let builder = self.store_bits(builder, 1, 1);
                let inner = self.op1(Op::NewC, &[]);
                let inner = self.store_call(inner, call, 0)?;
                Ok(self.op1(Op::StBRefR, &[builder, inner]))
            }
        }
    }

    /// An internal message as a cell.
    pub(super) fn internal_message(&mut self, header: &Header, body: &Body<'_>) -> Lowered<Value> {
        let mut b = self.op1(Op::NewC, &[]);
        // int_msg_info$0 ihr_disabled:1 bounce bounced:0 src:addr_none
        // TON sets the first bit itself; Everscale takes 2.5 times the fee without it.
        b = match header.bounce {
            Bounce::Known(bounce) => self.store_bits(b, if bounce { 0b011_000 } else { 0b010_000 }, 6),
            Bounce::Value(bounce) => {
                let b = self.store_bits(b, 0b01, 2);
                let b = self.op1(Op::StI(1), &[bounce, b]);
                self.store_bits(b, 0, 3)
            }
        };
        let mut used = 6;
        b = match header.dest {
            Dest::Slice(dest) => {
                used += 591;
                self.op1(Op::StSlice, &[dest, b])
            }
            Dest::Std(workchain, hash) => {
                used += 267;
                let b = self.store_bits(b, 0b100, 3);
                let b = self.op1(Op::StI(8), &[workchain, b]);
                self.op1(Op::StU(256), &[hash, b])
            }
        };
        b = self.op1(Op::StGrams, &[b, header.value]);
        // extra currencies, ihr_fee:0 fwd_fee:0 created_lt:0 created_at:0
        let mut refs = 0;
        used += 124 + 1 + 4 + 4 + 64 + 32;
        let zeroes = match header.currencies {
            None => 1 + 4 + 4 + 64 + 32,
            Some(currencies) => {
                b = self.op1(Op::StDict, &[currencies, b]);
                refs += 1;
                4 + 4 + 64 + 32
            }
        };
        used += 2;
        b = match header.state_init {
            None => self.store_zeroes(b, zeroes + 1),
            Some(init) => {
                let b = self.store_zeroes(b, zeroes);
                refs += 1;
                // init:(Maybe (Either StateInit ^StateInit)) in a reference
                let b = self.store_bits(b, 0b11, 2);
                self.op1(Op::StRef, &[init, b])
            }
        };
        let b = self.store_body(b, body, Size { bits: used, refs })?;
        Ok(self.op1(Op::EndC, &[b]))
    }

    fn store_zeroes(&mut self, builder: Value, count: u32) -> Value {
        let count = self.int(count);
        self.op1(Op::StZeroes, &[builder, count])
    }

    fn send(&mut self, message: Value, flag: Option<Value>) {
        let flag = match flag {
            Some(flag) => flag,
            None => self.int(0),
        };
        self.op0(Op::SendRawMsg, &[message, flag]);
    }

    fn option(&mut self, value: &'p Option<Box<Expr>>) -> Lowered<Option<Value>> {
        value.as_deref().map(|e| self.expr1(e)).transpose()
    }

    fn bounce(&mut self, value: &'p Option<Box<Expr>>) -> Lowered<Bounce> {
        Ok(match value.as_deref() {
            None => Bounce::Known(true),
            Some(Expr { kind: tsol_sema::hir::ExprKind::Bool(known), .. }) => Bounce::Known(*known),
            Some(e) => Bounce::Value(self.expr1(e)?),
        })
    }

    /// Evaluates the options of a message; gives its header and flag.
    fn header(&mut self, dest: Dest, options: &'p CallOptions) -> Lowered<(Header, Option<Value>)> {
        let value = match self.option(&options.value)? {
            Some(value) => value,
            None => self.int(DEFAULT_VALUE),
        };
        let bounce = self.bounce(&options.bounce)?;
        let currencies = self.option(&options.currencies)?;
        let flag = self.option(&options.flag)?;
        let state_init = self.option(&options.state_init)?;
        Ok((Header { dest, value, bounce, currencies, state_init }, flag))
    }

    // --- calls and transfers

    fn callback(&self, callback: Option<ExternId>) -> Option<u32> {
        callback.map(|id| extern_id(self.cx.program, id))
    }

    fn param_types(&self, function: ExternId) -> Vec<Type> {
        self.cx.program.externs[function.0 as usize].params.iter().map(|(_, ty)| ty.clone()).collect()
    }

    pub(super) fn message_call(
        &mut self,
        target: &'p Expr,
        function: ExternId,
        args: &'p [Expr],
        options: &'p CallOptions,
    ) -> Lowered<()> {
        if options.external {
            return Err(self.cx.unsupported(target.span, "`extMsg`"));
        }
        let dest = self.expr1(target)?;
        let values = self.exprs(args)?;
        let (header, flag) = self.header(Dest::Slice(dest), options)?;
        let types = self.param_types(function);
        let id = Id::Known(extern_id(self.cx.program, function));
        let callback = self.callback(options.callback);
        let body = Body::Call(Call { id, callback, types: &types, values: &values });
        let message = self.internal_message(&header, &body)?;
        self.send(message, flag);
        Ok(())
    }

    pub(super) fn transfer(
        &mut self,
        target: &'p Expr,
        body: Option<&'p Expr>,
        options: &'p CallOptions,
    ) -> Lowered<()> {
        let dest = self.expr1(target)?;
        let (header, flag) = self.header(Dest::Slice(dest), options)?;
        let body = match body {
            Some(body) => Body::Cell(self.expr1(body)?),
            None => Body::Empty,
        };
        let message = self.internal_message(&header, &body)?;
        self.send(message, flag);
        Ok(())
    }

    pub(super) fn encode_int_msg(
        &mut self,
        target: &'p Expr,
        function: ExternId,
        args: &'p [Expr],
        options: &'p CallOptions,
    ) -> Lowered<Vec<Value>> {
        let dest = self.expr1(target)?;
        let values = self.exprs(args)?;
        let (header, _) = self.header(Dest::Slice(dest), options)?;
        let types = self.param_types(function);
        let id = Id::Known(extern_id(self.cx.program, function));
        let callback = self.callback(options.callback);
        let body = Body::Call(Call { id, callback, types: &types, values: &values });
        Ok(vec![self.internal_message(&header, &body)?])
    }

    /// `abi.encodeBody`.
    pub(super) fn encode_body(
        &mut self,
        function: ExternId,
        callback: Option<ExternId>,
        args: &'p [Expr],
    ) -> Lowered<Vec<Value>> {
        let values = self.exprs(args)?;
        let types = self.param_types(function);
        let id = Id::Known(extern_id(self.cx.program, function));
        let callback = self.callback(callback);
        let builder = self.op1(Op::NewC, &[]);
        let builder = self.store_call(builder, &Call { id, callback, types: &types, values: &values }, 0)?;
        Ok(vec![self.op1(Op::EndC, &[builder])])
    }

    /// `abi.decodeFunctionParams(C.f, slice)` on a slice behind the function id.
    pub(super) fn decode_function_params(
        &mut self,
        function: ExternId,
        slice: &'p Expr,
    ) -> Lowered<Vec<Value>> {
        let responsible = self.cx.program.externs[function.0 as usize].responsible;
        let types = self.param_types(function);
        let mut slice = self.expr1(slice)?;
        let mut out = Vec::new();
        let mut bits = 32;
        if responsible {
            let (id, rest) = self.op2(Op::LdU(32), &[slice]);
            out.push(id);
            slice = rest;
            bits += 32;
        }
        let (values, rest) = self.decode(&types, slice, Size { bits, refs: 0 }, Form::Abi, Trust::Foreign)?;
        self.op0(Op::EndS, &[rest]);
        out.extend(values);
        Ok(out)
    }

    // --- external outgoing messages

    /// `emit`.
    pub(super) fn emit(&mut self, event: EventId, args: &'p [Expr], dest: Option<&'p Expr>) -> Lowered<()> {
        let program = self.cx.program;
        let values = self.exprs(args)?;
        let dest = dest.map(|dest| self.expr1(dest)).transpose()?;
        let types: Vec<_> =
            program.events[event.0 as usize].params.iter().map(|(_, ty)| ty.clone()).collect();
        let id = Id::Known(event_id(program, event));
        self.external_message(dest, &Call { id, callback: None, types: &types, values: &values })
    }

    /// Sends `ext_out_msg_info`; without `dest` to nobody.
    pub(super) fn external_message(&mut self, dest: Option<Value>, call: &Call<'_>) -> Lowered<()> {
        let mut b = self.op1(Op::NewC, &[]);
        let used = match dest {
            // $11 src:00 dest:00 created_lt:64 created_at:32 init:0
            None => {
                b = self.store_bits(b, 0b11 << 4, 6);
                b = self.store_zeroes(b, 64 + 32 + 1);
                6 + 97
            }
            Some(dest) => {
                b = self.store_bits(b, 0b1100, 4);
                b = self.op1(Op::StSlice, &[dest, b]);
                b = self.store_zeroes(b, 64 + 32 + 1);
                4 + 591 + 97
            }
        };
        let builder = b;
        let plan_used = Size { bits: used, refs: 0 };
        let body = Body::Call(Call { id: call.id, callback: None, types: call.types, values: call.values });
        let b = self.store_body(builder, &body, plan_used)?;
        let message = self.op1(Op::EndC, &[b]);
        self.send(message, None);
        Ok(())
    }

    // --- deployment

    /// `abi.encodeStateInit`.
    pub(super) fn encode_state_init(
        &mut self,
        interface: Option<InterfaceId>,
        options: &'p NewOptions,
        data: Option<&'p Expr>,
        split_depth: Option<&'p Expr>,
    ) -> Lowered<Vec<Value>> {
        let code = self.option(&options.code)?;
        let split_depth = split_depth.map(|e| self.expr1(e)).transpose()?;
        let data = match data {
            Some(data) => self.expr1(data)?,
            None => self.initial_data(interface, options)?,
        };
        Ok(vec![self.state_init(code, data, split_depth)])
    }

    fn state_init(&mut self, code: Option<Value>, data: Value, split_depth: Option<Value>) -> Value {
        let mut b = self.op1(Op::NewC, &[]);
        let has_code = u64::from(code.is_some());
        // split_depth special:0 code data:1 library:0
        b = match split_depth {
            None => self.store_bits(b, has_code << 2 | 0b10, 5),
            Some(depth) => {
                let b = self.store_bits(b, 1, 1);
                let b = self.op1(Op::StU(5), &[depth, b]);
                self.store_bits(b, has_code << 2 | 0b10, 4)
            }
        };
        if let Some(code) = code {
            b = self.op1(Op::StRef, &[code, b]);
        }
        b = self.op1(Op::StRef, &[data, b]);
        self.op1(Op::EndC, &[b])
    }

    /// ABI 2.3 initial data: a dictionary of 64-bit keys, 0 is the public key, then the static variables.
    fn initial_data(&mut self, interface: Option<InterfaceId>, options: &'p NewOptions) -> Lowered<Value> {
        let pubkey = match self.option(&options.pubkey)? {
            Some(pubkey) => pubkey,
            None => self.int(0),
        };
        let program = self.cx.program;
        let statics =
            interface.map(|id| program.interfaces[id.0 as usize].statics.as_slice()).unwrap_or_default();
        let mut given = Vec::new();
        for (index, value) in &options.var_init {
            given.push((*index, self.expr(value)?));
        }
        let mut dict = self.null();
        let builder = self.op1(Op::NewC, &[]);
        let builder = self.op1(Op::StU(256), &[pubkey, builder]);
        dict = self.set_data(dict, 0, builder);
        for (index, (_, ty, init)) in statics.iter().enumerate() {
            let values = match given.iter().find(|(i, _)| *i == index) {
                Some((_, values)) => values.clone(),
                None => match init {
                    Some(init) => self.expr(init)?,
                    None => self.default(ty),
                },
            };
            let builder = self.op1(Op::NewC, &[]);
            let builder =
                self.encode(std::slice::from_ref(ty), &values, builder, Size::default(), Form::Abi)?;
            dict = self.set_data(dict, index as u64 + 1, builder);
        }
        let b = self.op1(Op::NewC, &[]);
        let b = self.op1(Op::StDict, &[dict, b]);
        Ok(self.op1(Op::EndC, &[b]))
    }

    fn set_data(&mut self, dict: Value, key: u64, builder: Value) -> Value {
        let (key, width) = (self.int(key), self.int(64));
        self.op1(Op::DictUSetB, &[builder, key, dict, width])
    }

    /// `new C{…}(…)`: sends the message and gives the address.
    pub(super) fn deploy(
        &mut self,
        interface: InterfaceId,
        args: &'p [Expr],
        options: &'p NewOptions,
    ) -> Lowered<Vec<Value>> {
        let program = self.cx.program;
        let values = self.exprs(args)?;
        let init = match self.option(&options.state_init)? {
            Some(init) => init,
            None => {
                let code = self.option(&options.code)?;
                let data = self.initial_data(Some(interface), options)?;
                self.state_init(code, data, None)
            }
        };
        let workchain = match self.option(&options.wid)? {
            Some(workchain) => workchain,
            None => self.int(0),
        };
        let hash = self.op1(Op::HashCU, &[init]);
        let (mut header, flag) = self.header(Dest::Std(workchain, hash), &options.call)?;
        header.state_init = Some(init);
        let constructor = program.interfaces[interface.0 as usize].constructor;
        let types = constructor.map(|id| self.param_types(id)).unwrap_or_default();
        let body = match constructor {
            Some(id) => {
                let id = Id::Known(extern_id(program, id));
                Body::Call(Call { id, callback: None, types: &types, values: &values })
            }
            None => Body::Empty,
        };
        let message = self.internal_message(&header, &body)?;
        self.send(message, flag);
        Ok(vec![self.address_of(workchain, hash)])
    }

    /// `addr_std`.
    pub(super) fn address_of(&mut self, workchain: Value, hash: Value) -> Value {
        let b = self.op1(Op::NewC, &[]);
        let b = self.store_bits(b, 0b100, 3);
        let b = self.op1(Op::StI(8), &[workchain, b]);
        let b = self.op1(Op::StU(256), &[hash, b]);
        self.op1(Op::BToS, &[b])
    }

    /// Default options of an answer: as for calls.
    pub(super) fn default_answer_value(&mut self) -> Value {
        self.int(BigInt::from(DEFAULT_VALUE))
    }

    /// `selfdestruct`: everything, and the account with it.
    pub(super) fn self_destruct(&mut self, dest: Value) -> Lowered<()> {
        let value = self.int(0);
        let bounce = Bounce::Known(false);
        let header = Header { dest: Dest::Slice(dest), value, bounce, currencies: None, state_init: None };
        let message = self.internal_message(&header, &Body::Empty)?;
        let flag = self.int(160);
        self.send(message, Some(flag));
        Ok(())
    }

    /// `abi.stateInitHash` without building the cells: API.md.
    pub(super) fn state_init_hash(&mut self, values: &[Value]) -> Value {
        self.call_runtime(Runtime::StateInitHash, values)[0]
    }
}
