//! `msg`, `tx`, `block`, `tvm`, `rnd`, `require` and their kin.

use num_bigint::BigInt;
use num_traits::ToPrimitive;
use tsol_sema::builtin::Builtin;
use tsol_sema::hir::{Expr, Type};

use crate::ir::{End, Value};
use crate::lower::cx::Lowered;
use crate::lower::fx::Fx;
use crate::lower::runtime::Runtime;
use crate::lower::vars::Var;
use crate::opcode::Op;

impl<'p> Fx<'_, 'p> {
    /// `msg.*`, `tx.*`, `block.*`, `this`.
    pub(super) fn message_builtin(&mut self, builtin: &Builtin) -> Lowered<Option<Vec<Value>>> {
        let value = match builtin {
            Builtin::MsgSender => self.get1(Var::Sender)?,
            Builtin::MsgValue => self.get1(Var::MsgValue)?,
            Builtin::MsgPubkey => self.get1(Var::MsgPubkey)?,
            Builtin::MsgIsInternal => self.selector_is(0)?,
            Builtin::MsgIsExternal => self.selector_is(-1)?,
            Builtin::MsgIsTickTock => self.selector_is(-2)?,
            Builtin::MsgData => self.get1(Var::MsgCell)?,
            Builtin::MsgBody => self.get1(Var::MsgBody)?,
            Builtin::MsgCurrencies => self.message_field(Field::Currencies)?,
            Builtin::MsgCreatedAt => self.message_field(Field::CreatedAt)?,
            Builtin::MsgForwardFee => self.message_field(Field::ForwardFee)?,
            Builtin::MsgImportFee => self.message_field(Field::ImportFee)?,
            Builtin::MsgHasStateInit => self.message_field(Field::HasStateInit)?,
            Builtin::TxLogicalTime => self.op1(Op::LTime, &[]),
            Builtin::TxStorageFee => self.op1(Op::StorageFee, &[]),
            Builtin::BlockTimestamp => self.op1(Op::Now, &[]),
            Builtin::BlockLogicalTime => self.op1(Op::BlockLt, &[]),
            Builtin::This => self.op1(Op::MyAddr, &[]),
            Builtin::Balance => {
                let balance = self.op1(Op::Balance, &[]);
                self.op1(Op::Index(0), &[balance])
            }
            Builtin::Currencies => {
                let balance = self.op1(Op::Balance, &[]);
                self.op1(Op::Index(1), &[balance])
            }
            _ => return Ok(None),
        };
        Ok(Some(vec![value]))
    }

    fn selector_is(&mut self, kind: i8) -> Lowered<Value> {
        let selector = self.get1(Var::Selector)?;
        Ok(self.op1(Op::EqInt(kind), &[selector]))
    }

    /// A field of the message header that is rarely used: parsed where it is read.
    fn message_field(&mut self, field: Field) -> Lowered<Value> {
        let selector = self.get1(Var::Selector)?;
        let cell = self.get1(Var::MsgCell)?;
        let out = self.branch(
            selector,
            |fx| fx.external_field(cell, field).map(|value| vec![value]),
            |fx| fx.internal_field(cell, field).map(|value| vec![value]),
        )?;
        Ok(out[0])
    }

    /// int_msg_info$0 flags:3 src dest value currencies ihr_fee fwd_fee created_lt:64 created_at:32, init
    fn internal_field(&mut self, cell: Value, field: Field) -> Lowered<Value> {
        if matches!(field, Field::ImportFee) {
            return Ok(self.int(0));
        }
        let slice = self.op1(Op::CToS, &[cell]);
        let slice = self.op(Op::LdU(4), &[slice])[1];
        let slice = self.op(Op::LdMsgAddr, &[slice])[1];
        let slice = self.op(Op::LdMsgAddr, &[slice])[1];
        let slice = self.op(Op::LdGrams, &[slice])[1];
        let (currencies, slice) = self.op2(Op::LdDict, &[slice]);
        if matches!(field, Field::Currencies) {
            return Ok(currencies);
        }
        let slice = self.op(Op::LdGrams, &[slice])[1];
        let (fee, slice) = self.op2(Op::LdGrams, &[slice]);
        if matches!(field, Field::ForwardFee) {
            return Ok(fee);
        }
        let slice = self.op(Op::LdU(64), &[slice])[1];
        let (created_at, slice) = self.op2(Op::LdU(32), &[slice]);
        match field {
            Field::CreatedAt => Ok(created_at),
            _ => Ok(self.op1(Op::PldI(1), &[slice])),
        }
    }

    /// ext_in_msg_info$10 src dest import_fee, init
    fn external_field(&mut self, cell: Value, field: Field) -> Lowered<Value> {
        match field {
            Field::Currencies => return Ok(self.null()),
            Field::ForwardFee | Field::CreatedAt => return Ok(self.int(0)),
            Field::ImportFee | Field::HasStateInit => {}
        }
        let slice = self.op1(Op::CToS, &[cell]);
        let slice = self.op(Op::LdU(2), &[slice])[1];
        let slice = self.op(Op::LdMsgAddr, &[slice])[1];
        let slice = self.op(Op::LdMsgAddr, &[slice])[1];
        let (fee, slice) = self.op2(Op::LdGrams, &[slice]);
        match field {
            Field::ImportFee => Ok(fee),
            _ => Ok(self.op1(Op::PldI(1), &[slice])),
        }
    }

    /// `tvm.*`, `rnd.*`, `require`, hashes: operands are evaluated here.
    pub(super) fn machine_builtin(
        &mut self,
        builtin: &Builtin,
        args: &'p [Expr],
        e: &'p Expr,
    ) -> Lowered<Option<Vec<Value>>> {
        match builtin {
            Builtin::Require | Builtin::Revert => return self.require(builtin, args).map(Some),
            Builtin::Pubkey => return Ok(Some(self.get(Var::Pubkey)?)),
            Builtin::Commit => {
                self.save_state()?;
                self.op0(Op::Commit, &[]);
                return Ok(Some(Vec::new()));
            }
            Builtin::Exit | Builtin::Exit1 => {
                self.save_state()?;
                self.throw(u16::from(*builtin == Builtin::Exit1));
                return Ok(Some(Vec::new()));
            }
            Builtin::ResetStorage => {
                for index in 0..self.cx.contract.state.len() {
                    let var = Var::State(tsol_sema::hir::StateId(index as u32));
                    let default = self.default(&self.cx.var_type(var));
                    self.set(var, default);
                }
                return Ok(Some(Vec::new()));
            }
            Builtin::InitCodeHash => return Err(self.cx.unsupported(e.span, "`tvm.initCodeHash`")),
            _ => {}
        }
        if !is_machine(builtin) {
            return Ok(None);
        }
        let v = self.exprs(args)?;
        self.machine_op(builtin, &v, e).map(Some)
    }

    fn machine_op(&mut self, builtin: &Builtin, v: &[Value], e: &'p Expr) -> Lowered<Vec<Value>> {
        let plain = match builtin {
            Builtin::Accept => Op::Accept,
            Builtin::SetGasLimit => Op::SetGasLimit,
            Builtin::BuyGas => Op::BuyGas,
            Builtin::RawCommit => Op::Commit,
            Builtin::GetData => Op::PushCtr(4),
            Builtin::SetData => Op::PopCtr(4),
            Builtin::SetCode => Op::SetCode,
            Builtin::RawReserve => Op::RawReserve,
            Builtin::RawReserveExtra => Op::RawReserveX,
            Builtin::HashCell => Op::HashCU,
            Builtin::HashSlice => Op::HashSU,
            Builtin::CheckSignHash => Op::ChkSignU,
            Builtin::CheckSignData => Op::ChkSignS,
            Builtin::Code => Op::MyCode,
            Builtin::SendRawMsg => Op::SendRawMsg,
            Builtin::RndNext => Op::RandU256,
            Builtin::RndNextLimit => Op::Rand,
            Builtin::RndGetSeed => Op::RandSeed,
            Builtin::RndSetSeed => Op::SetRand,
            Builtin::RndShuffle => Op::AddRand,
            Builtin::Sha256Slice => Op::Sha256U,
            _ => return self.machine_sequence(builtin, v, e),
        };
        Ok(self.op(plain, v))
    }

    fn machine_sequence(&mut self, builtin: &Builtin, v: &[Value], e: &'p Expr) -> Lowered<Vec<Value>> {
        let one = |value| Ok(vec![value]);
        match builtin {
            Builtin::SetPubkey => {
                self.set(Var::Pubkey, v.to_vec());
                Ok(Vec::new())
            }
            // the machine has no output in production; the text is still evaluated
            Builtin::Log | Builtin::HexDump | Builtin::BinDump => Ok(Vec::new()),
            Builtin::SetCurrentCode => {
                let slice = self.op1(Op::CToS, &[v[0]]);
                let code = self.op1(Op::Bless, &[slice]);
                self.op0(Op::PopCtr(3), &[code]);
                Ok(Vec::new())
            }
            Builtin::RawConfigParam => {
                let (cell, _) = self.op2(Op::ConfigParam, v);
                one(cell)
            }
            Builtin::CheckSignParts => {
                let builder = self.op1(Op::NewC, &[]);
                let builder = self.op1(Op::StU(256), &[v[1], builder]);
                let builder = self.op1(Op::StU(256), &[v[2], builder]);
                let signature = self.op1(Op::BToS, &[builder]);
                one(self.op1(Op::ChkSignU, &[v[0], signature, v[3]]))
            }
            Builtin::RndShuffleTime => {
                let time = self.op1(Op::LTime, &[]);
                self.op0(Op::AddRand, &[time]);
                Ok(Vec::new())
            }
            Builtin::SelfDestruct => self.self_destruct(v[0]).map(|()| Vec::new()),
            Builtin::Sha256Bytes => {
                let slice = self.op1(Op::CToS, &[v[0]]);
                one(self.op1(Op::Sha256U, &[slice]))
            }
            Builtin::GasToValue if v.len() == 1 => one(self.op1(Op::GasToGram, v)),
            Builtin::ValueToGas if v.len() == 1 => one(self.op1(Op::GramToGas, v)),
            Builtin::GasToValue | Builtin::ValueToGas => {
                let price = self.call_runtime(Runtime::GasPrice, &[v[1]])[0];
                let unit = self.int(1 << 16);
                let value = match builtin {
                    Builtin::GasToValue => self.op1(Op::MulDivC, &[v[0], price, unit]),
                    _ => self.op1(Op::MulDiv, &[v[0], unit, price]),
                };
                one(self.fit(value, &e.ty, true))
            }
            Builtin::StateInitHash => one(self.state_init_hash(v)),
            Builtin::AbiEncode => Err(self.cx.internal(e.span, "`abi.encode` in the wrong place")),
            _ => Err(self.cx.unsupported(e.span, format!("`{builtin:?}`"))),
        }
    }

    /// `require(condition, code, value)` and `revert(code, value)`.
    fn require(&mut self, builtin: &Builtin, args: &'p [Expr]) -> Lowered<Vec<Value>> {
        let (condition, rest) = match builtin {
            Builtin::Require => (args.first(), args.get(1..).unwrap_or_default()),
            _ => (None, args),
        };
        let known = match rest.first() {
            None => Some(100),
            Some(code) => {
                crate::lower::arith::constant(code).and_then(|code| code.to_u16()).filter(|code| *code < 2048)
            }
        };
        let condition = condition.map(|e| self.truth(e)).transpose()?;
        match (known, rest.get(1)) {
            (Some(code), None) => {
                match condition {
                    Some((condition, true)) => self.op0(Op::ThrowIf(code), &[condition]),
                    Some((condition, false)) => self.op0(Op::ThrowIfNot(code), &[condition]),
                    None => self.throw(code),
                }
                Ok(Vec::new())
            }
            (Some(code), Some(value)) => {
                let build = |fx: &mut Self| fx.thrown_value(value);
                match condition {
                    Some((condition, inverted)) => {
                        let fail = |fx: &mut Self| {
                            let value = build(fx)?;
                            fx.op0(Op::ThrowArg(code), &[value]);
                            fx.end_with(End::Unreachable);
                            Ok(())
                        };
                        if inverted { self.when(condition, fail)? } else { self.when_not(condition, fail)? }
                    }
                    None => {
                        let value = build(self)?;
                        self.op0(Op::ThrowArg(code), &[value]);
                        self.end_with(End::Unreachable);
                    }
                }
                Ok(Vec::new())
            }
            (None, value) => {
                let condition = match condition {
                    Some((condition, true)) => Some(self.op1(Op::EqInt(0), &[condition])),
                    Some((condition, false)) => Some(condition),
                    None => None,
                };
                self.require_computed(condition, &rest[0], value)
            }
        }
    }

    /// A code that is only known when it runs: below 2 it becomes 100 (API.md, "require").
    fn require_computed(
        &mut self,
        condition: Option<Value>,
        code: &'p Expr,
        value: Option<&'p Expr>,
    ) -> Lowered<Vec<Value>> {
        let code = self.expr1(code)?;
        let small = self.op1(Op::LessInt(2), &[code]);
        let hundred = self.int(BigInt::from(100));
        let code = self.op1(Op::CondSel, &[small, hundred, code]);
        let value = value.map(|value| self.thrown_value(value)).transpose()?;
        match (condition, value) {
            (Some(condition), None) => self.op0(Op::ThrowAnyIfNot, &[code, condition]),
            (Some(condition), Some(value)) => self.op0(Op::ThrowArgAnyIfNot, &[value, code, condition]),
            (None, None) => {
                self.op0(Op::ThrowAny, &[code]);
                self.end_with(End::Unreachable);
            }
            (None, Some(value)) => {
                self.op0(Op::ThrowArgAny, &[value, code]);
                self.end_with(End::Unreachable);
            }
        }
        Ok(Vec::new())
    }

    fn thrown_value(&mut self, value: &'p Expr) -> Lowered<Value> {
        let values = self.expr(value)?;
        Ok(self.element_pack(&values))
    }
}

/// A field of the message header.
#[derive(Clone, Copy)]
enum Field {
    Currencies,
    CreatedAt,
    ForwardFee,
    ImportFee,
    HasStateInit,
}

fn is_machine(builtin: &Builtin) -> bool {
    use Builtin as B;
    matches!(
        builtin,
        B::Accept | B::SetGasLimit | B::BuyGas | B::RawCommit | B::GetData | B::SetData | B::Log | B::HexDump
    ) || matches!(builtin, B::BinDump | B::SetCode | B::SetCurrentCode | B::RawConfigParam | B::RawReserve)
        || matches!(
            builtin,
            B::RawReserveExtra | B::HashCell | B::HashSlice | B::CheckSignParts | B::CheckSignHash
        )
        || matches!(builtin, B::CheckSignData | B::Code | B::SetPubkey | B::SendRawMsg | B::StateInitHash)
        || matches!(builtin, B::RndNext | B::RndNextLimit | B::RndGetSeed | B::RndSetSeed | B::RndShuffle)
        || matches!(builtin, B::GasToValue | B::ValueToGas)
        || matches!(builtin, B::RndShuffleTime | B::SelfDestruct | B::Sha256Slice | B::Sha256Bytes)
}

/// The type inside an optional.
pub(in crate::lower) fn optional_inner(ty: &Type) -> Type {
    match ty {
        Type::Optional(inner) => (**inner).clone(),
        other => other.clone(),
    }
}
