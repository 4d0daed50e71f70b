//! `msg.x`, `tvm.f()`, `math.f()` and free builtins such as `require`.

use num_bigint::BigInt;
use tsol_syntax::ast::{self, CallArgs};
use tsol_syntax::span::Span;

use super::method::Method;
use super::operand::Ns;
use super::{Body, Kind, Operand};
use crate::builtin::Builtin as B;
use crate::codes::{E0310, E0316, E0320, E0326, E0327, E0328, E0508, E0510};
use crate::cx::R;
use crate::features;
use crate::hir::{Expr, ExprKind, Mutability, Type};
use crate::names::nearest;
use crate::types::{self, COINS, INT257, int_shape, optional};

/// Whether a name is a free builtin function.
pub(crate) fn is_free_function(name: &str) -> bool {
    matches!(
        name,
        "require"
            | "revert"
            | "assert"
            | "sha256"
            | "gasToValue"
            | "valueToGas"
            | "gasleft"
            | "selfdestruct"
            | "format"
            | "stoi"
            | "bitSize"
            | "uBitSize"
            | "logtvm"
    )
}

fn form(builtin: B, params: &[Type], result: Type) -> Method {
    Method { builtin, params: params.to_vec(), result }
}

/// Functions of namespaces with fixed parameters.
fn functions(ns: Ns, name: &str) -> Vec<Method> {
    let nothing = Type::void;
    let word = Type::UINT256;
    let reserve = [Type::UINT256, types::currencies(), Type::UINT8];
    match (ns, name) {
        (Ns::Msg, "pubkey") => vec![form(B::MsgPubkey, &[], word)],
        (Ns::Tvm, "accept") => vec![form(B::Accept, &[], nothing())],
        (Ns::Tvm, "setGasLimit") => vec![form(B::SetGasLimit, &[word], nothing())],
        (Ns::Tvm, "buyGas") => vec![form(B::BuyGas, &[word], nothing())],
        (Ns::Tvm, "commit") => vec![form(B::Commit, &[], nothing())],
        (Ns::Tvm, "rawCommit") => vec![form(B::RawCommit, &[], nothing())],
        (Ns::Tvm, "getData") => vec![form(B::GetData, &[], Type::Cell)],
        (Ns::Tvm, "setData") => vec![form(B::SetData, &[Type::Cell], nothing())],
        (Ns::Tvm, "log") => vec![form(B::Log, &[Type::String], nothing())],
        (Ns::Tvm, "setcode") => vec![form(B::SetCode, &[Type::Cell], nothing())],
        (Ns::Tvm, "setCurrentCode") => vec![form(B::SetCurrentCode, &[Type::Cell], nothing())],
        (Ns::Tvm, "rawConfigParam") => {
            vec![form(B::RawConfigParam, &[Type::Int { signed: true, bits: 32 }], optional(Type::Cell))]
        }
        (Ns::Tvm, "rawReserve") => vec![
            form(B::RawReserve, &[word, Type::UINT8], nothing()),
            form(B::RawReserveExtra, &reserve, nothing()),
        ],
        (Ns::Tvm, "initCodeHash") => vec![form(B::InitCodeHash, &[], word)],
        (Ns::Tvm, "hash") => vec![
            form(B::HashCell, &[Type::Cell], word.clone()),
            form(B::HashCell, &[Type::String], word.clone()),
            form(B::HashCell, &[Type::Bytes], word.clone()),
            form(B::HashSlice, &[Type::Slice], word),
        ],
        (Ns::Tvm, "checkSign") => vec![
            form(B::CheckSignParts, &[word.clone(), word.clone(), word.clone(), word.clone()], Type::Bool),
            form(B::CheckSignHash, &[word.clone(), Type::Slice, word.clone()], Type::Bool),
            form(B::CheckSignData, &[Type::Slice, Type::Slice, word], Type::Bool),
        ],
        (Ns::Tvm, "code") => vec![form(B::Code, &[], Type::Cell)],
        (Ns::Tvm, "pubkey") => vec![form(B::Pubkey, &[], word)],
        (Ns::Tvm, "setPubkey") => vec![form(B::SetPubkey, &[word], nothing())],
        (Ns::Tvm, "resetStorage") => vec![form(B::ResetStorage, &[], nothing())],
        (Ns::Tvm, "exit") => vec![form(B::Exit, &[], nothing())],
        (Ns::Tvm, "exit1") => vec![form(B::Exit1, &[], nothing())],
        (Ns::Tvm, "sendrawmsg") => vec![form(B::SendRawMsg, &[Type::Cell, Type::UINT8], nothing())],
        (Ns::Abi, "stateInitHash") => {
            let params = [word.clone(), word.clone(), Type::UINT16, Type::UINT16];
            vec![form(B::StateInitHash, &params, word)]
        }
        (Ns::Abi, "codeSalt") => vec![form(B::CodeSalt, &[Type::Cell], optional(Type::Cell))],
        (Ns::Abi, "setCodeSalt") => vec![form(B::SetCodeSalt, &[Type::Cell, Type::Cell], Type::Cell)],
        (Ns::Rnd, "getSeed") => vec![form(B::RndGetSeed, &[], word)],
        (Ns::Rnd, "setSeed") => vec![form(B::RndSetSeed, &[word], nothing())],
        (Ns::Rnd, "shuffle") => {
            vec![form(B::RndShuffle, &[word], nothing()), form(B::RndShuffleTime, &[], nothing())]
        }
        _ => Vec::new(),
    }
}

/// What a builtin may do to the state.
fn mutability(builtin: &B) -> Mutability {
    match builtin {
        B::Commit | B::RawCommit | B::SetData | B::ResetStorage | B::SetPubkey => Mutability::Default,
        B::Pubkey | B::GetData => Mutability::View,
        _ => Mutability::Pure,
    }
}

impl Body<'_, '_> {
    /// `msg.sender` and the like.
    pub(crate) fn namespace_value(&mut self, ns: Ns, name: &ast::Ident, span: Span) -> R<Operand> {
        let (builtin, ty) = match (ns, name.as_str()) {
            (Ns::Msg, "sender") => (B::MsgSender, Type::Address),
            (Ns::Msg, "value") => (B::MsgValue, COINS),
            (Ns::Msg, "currencies") => (B::MsgCurrencies, types::currencies()),
            (Ns::Msg, "isInternal") => (B::MsgIsInternal, Type::Bool),
            (Ns::Msg, "isExternal") => (B::MsgIsExternal, Type::Bool),
            (Ns::Msg, "isTickTock") => (B::MsgIsTickTock, Type::Bool),
            (Ns::Msg, "createdAt") => (B::MsgCreatedAt, Type::UINT32),
            (Ns::Msg, "data") => (B::MsgData, Type::Cell),
            (Ns::Msg, "forwardFee") => (B::MsgForwardFee, COINS),
            (Ns::Msg, "importFee") => (B::MsgImportFee, COINS),
            (Ns::Msg, "body") => (B::MsgBody, Type::Slice),
            (Ns::Msg, "hasStateInit") => (B::MsgHasStateInit, Type::Bool),
            (Ns::Tx, "logicaltime") => (B::TxLogicalTime, Type::UINT64),
            (Ns::Tx, "storageFee") => (B::TxStorageFee, COINS),
            (Ns::Block, "timestamp") => (B::BlockTimestamp, Type::UINT32),
            (Ns::Block, "logicaltime") => (B::BlockLogicalTime, Type::UINT64),
            _ => return Err(self.no_namespace_member(ns, name)),
        };
        if self.kind == Kind::Constant {
            return Err(self.not_constant(span));
        }
        Ok(Operand::Value(Expr { kind: ExprKind::Builtin(builtin, Vec::new()), ty, span }))
    }

    pub(crate) fn no_namespace_member(&self, ns: Ns, name: &ast::Ident) -> tsol_syntax::diag::Reported {
        let full = format!("`{}.{name}`", ns.name());
        if matches!(ns, Ns::Gosh | Ns::Bls) {
            let message =
                format!("{full} is not supported: namespace `{}` needs a special network", ns.name());
            return self.cx.error(E0508, name.span, message).emit();
        }
        if !functions(ns, &name.name).is_empty() {
            let message = format!("{full} is a function");
            return self
                .cx
                .error(E0320, name.span, message)
                .help(format!("call it: `{}.{name}(…)`", ns.name()))
                .emit();
        }
        let mut error = self.cx.error(E0320, name.span, format!("{full} does not exist"));
        if let Some(near) = nearest(&name.name, MEMBERS.iter().copied()) {
            error = error.help(format!("perhaps `{near}` is meant"));
        }
        error.emit()
    }

    /// `tvm.f(…)` and the like.
    pub(crate) fn namespace_call(
        &mut self,
        ns: Ns,
        name: &ast::Ident,
        args: &CallArgs,
        span: Span,
    ) -> R<Operand> {
        match (ns, name.as_str()) {
            (Ns::Abi, _) => self.abi_call(name, args, span),
            (Ns::Math, _) => self.math_call(name, args, span),
            (Ns::Tvm, "hexdump" | "bindump") => self.dump(name, args, span),
            (Ns::Tvm, "configParam") => {
                let error = self.cx.error(E0510, name.span, "`tvm.configParam` is not supported");
                Err(error.help("use `tvm.rawConfigParam` and read the cell").emit())
            }
            (Ns::Rnd, "next") => self.rnd_next(args, span),
            _ => self.namespace_function(ns, name, args, span),
        }
    }

    pub(crate) fn namespace_function(
        &mut self,
        ns: Ns,
        name: &ast::Ident,
        args: &CallArgs,
        span: Span,
    ) -> R<Operand> {
        let forms = functions(ns, &name.name);
        if forms.is_empty() {
            return Err(self.no_namespace_member(ns, name));
        }
        self.call_forms(&forms, Vec::new(), &format!("`{}.{name}`", ns.name()), args, span)
    }

    /// Calls the form that takes the arguments.
    pub(crate) fn call_forms(
        &mut self,
        forms: &[Method],
        mut operands: Vec<Expr>,
        what: &str,
        args: &CallArgs,
        span: Span,
    ) -> R<Operand> {
        if let CallArgs::Named(_) = args {
            let message = format!("arguments of {what} have no names");
            return Err(self.cx.error(E0310, span, message).help("write the values in order").emit());
        }
        let args = self.args(args, span)?;
        let params = |form: &Method| form.params.iter().map(|ty| (String::new(), ty.clone())).collect();
        let candidates: Vec<Vec<(String, Type)>> = forms.iter().map(params).collect();
        let chosen = self.choose(&args, &candidates, what)?;
        operands.extend(self.bind_args(args, &candidates[chosen], what)?);
        let Method { builtin, result, .. } = forms[chosen].clone();
        if let Some(heading) = features::heading_of(&builtin) {
            self.allowed(heading, span)?;
        }
        self.calls(mutability(&builtin), span);
        Ok(Operand::Value(Expr { kind: ExprKind::Builtin(builtin, operands), ty: result, span }))
    }

    /// Refuses what stands under a refused heading of API.md.
    pub(crate) fn allowed(&self, heading: &str, span: Span) -> R<()> {
        match features::refusal(heading) {
            None => Ok(()),
            Some(code) => Err(self.cx.error(code, span, format!("`{heading}` is not supported")).emit()),
        }
    }

    fn dump(&mut self, name: &ast::Ident, args: &CallArgs, span: Span) -> R<Operand> {
        let list = self.positional(args, span)?;
        let [value] = list else { return Err(self.wrong_count(span, "1", list.len())) };
        let value = self.value(value)?;
        if value.ty != Type::Cell && int_shape(&value.ty).is_none() {
            let message = format!("`tvm.{name}` takes an integer or a TvmCell");
            return Err(self.cx.error(E0326, value.span, message).emit());
        }
        let builtin = if name.name == "hexdump" { B::HexDump } else { B::BinDump };
        Ok(Operand::Value(Expr { kind: ExprKind::Builtin(builtin, vec![value]), ty: Type::void(), span }))
    }

    pub(crate) fn wrong_count(&self, span: Span, wanted: &str, given: usize) -> tsol_syntax::diag::Reported {
        let words = if wanted == "1" { "argument is" } else { "arguments are" };
        self.cx.error(E0316, span, format!("{wanted} {words} wanted, not {given}")).emit()
    }

    fn rnd_next(&mut self, args: &CallArgs, span: Span) -> R<Operand> {
        let list = self.positional(args, span)?;
        let (builtin, operands, ty) = match list {
            [] => (B::RndNext, Vec::new(), Type::UINT256),
            [limit] => {
                let limit = self.value(limit)?;
                if !types::is_plain_int(&limit.ty) {
                    return Err(self.cx.error(E0326, limit.span, "an integer is wanted").emit());
                }
                let ty = limit.ty.clone();
                (B::RndNextLimit, vec![limit], ty)
            }
            _ => return Err(self.wrong_count(span, "0 or 1", list.len())),
        };
        Ok(Operand::Value(Expr { kind: ExprKind::Builtin(builtin, operands), ty, span }))
    }

    /// A whole number known at compile time.
    pub(crate) fn constant_int(&mut self, expr: &ast::Expr) -> R<BigInt> {
        let operand = self.operand(expr)?;
        let value = match operand {
            Operand::Number { value, .. } => value.as_integer().cloned(),
            Operand::Value(value) => match crate::consteval::fold(self.cx, value)?.kind {
                ExprKind::Int(value) => Some(value),
                _ => None,
            },
            _ => None,
        };
        value.ok_or_else(|| self.cx.error(E0327, expr.span, "a constant whole number is wanted").emit())
    }

    // --- free functions

    pub(crate) fn free_builtin(&mut self, name: &ast::Ident, args: &CallArgs, span: Span) -> R<Operand> {
        let word = Type::UINT256;
        let gas = |builtin: B| {
            vec![
                form(builtin.clone(), &[Type::UINT128], Type::UINT128),
                form(builtin, &[Type::UINT128, Type::INT8], Type::UINT128),
            ]
        };
        let forms = match name.as_str() {
            "require" | "revert" => return self.require(name.name == "require", args, span),
            "format" => return self.format(args, span),
            "sha256" => vec![
                form(B::Sha256Slice, &[Type::Slice], word.clone()),
                form(B::Sha256Bytes, &[Type::Bytes], word.clone()),
                form(B::Sha256Bytes, &[Type::String], word),
            ],
            "gasToValue" => gas(B::GasToValue),
            "valueToGas" => gas(B::ValueToGas),
            "gasleft" => vec![form(B::GasLeft, &[], Type::UINT64)],
            "selfdestruct" => vec![form(B::SelfDestruct, &[Type::Address], Type::void())],
            "stoi" => vec![form(B::Stoi, &[Type::String], optional(Type::INT256))],
            "bitSize" => vec![form(B::BitSize, &[INT257], Type::UINT16)],
            "uBitSize" => vec![form(B::UBitSize, &[word], Type::UINT16)],
            "logtvm" => vec![form(B::Log, &[Type::String], Type::void())],
            _ => {
                let error = self.cx.error(E0510, name.span, format!("`{name}` is not supported"));
                return Err(error.help("use `require` with an error code").emit());
            }
        };
        self.call_forms(&forms, Vec::new(), &format!("`{name}`"), args, span)
    }

    /// `require(bool[, code[, value]])`, `require(bool, text)`, `revert([code[, value]])`.
    fn require(&mut self, conditional: bool, args: &CallArgs, span: Span) -> R<Operand> {
        let list = self.positional(args, span)?;
        let first = usize::from(conditional);
        if list.len() < first || list.len() > first + 2 {
            let wanted = if conditional { "1 to 3" } else { "0 to 2" };
            return Err(self.wrong_count(span, wanted, list.len()));
        }
        let mut operands = Vec::new();
        if conditional {
            operands.push(self.condition(&list[0])?);
        }
        let rest = &list[first..];
        let hundred = Expr { kind: ExprKind::Int(BigInt::from(100)), ty: Type::UINT16, span };
        let text = match rest {
            [only] if conditional => matches!(only.unparen().kind, ast::ExprKind::String(_)),
            _ => false,
        };
        match rest {
            [] => operands.push(hundred),
            [message] if text => operands.extend([hundred, self.typed(message, &Type::String)?]),
            [code] => operands.push(self.error_code(code)?),
            [code, value, ..] => {
                let code = self.error_code(code)?;
                let value = self.value(value)?;
                operands.extend([code, value]);
            }
        }
        let builtin = if conditional { B::Require } else { B::Revert };
        Ok(Operand::Value(Expr { kind: ExprKind::Builtin(builtin, operands), ty: Type::void(), span }))
    }

    fn error_code(&mut self, code: &ast::Expr) -> R<Expr> {
        let code = self.value(code)?;
        let unsigned = matches!(int_shape(&code.ty), Some((false, _))) && types::is_plain_int(&code.ty);
        if !unsigned {
            let message = format!("an exit code is an unsigned integer, not `{}`", self.cx.show(&code.ty));
            return Err(self.cx.error(E0326, code.span, message).emit());
        }
        if let ExprKind::Int(value) = &code.kind
            && (*value < BigInt::from(2) || *value > BigInt::from(65535))
        {
            return Err(self
                .cx
                .error(E0328, code.span, format!("{value} is not an exit code"))
                .note("exit codes go from 2 to 65535; those below 100 belong to the machine and the compiler")
                .emit());
        }
        Ok(code)
    }
}

const MEMBERS: &[&str] = &[
    "sender",
    "value",
    "currencies",
    "isInternal",
    "isExternal",
    "isTickTock",
    "createdAt",
    "data",
    "forwardFee",
    "importFee",
    "body",
    "hasStateInit",
    "pubkey",
    "logicaltime",
    "storageFee",
    "timestamp",
    "accept",
    "setGasLimit",
    "buyGas",
    "commit",
    "rawCommit",
    "getData",
    "setData",
    "log",
    "setcode",
    "setCurrentCode",
    "rawConfigParam",
    "rawReserve",
    "initCodeHash",
    "hash",
    "checkSign",
    "code",
    "setPubkey",
    "resetStorage",
    "exit",
    "exit1",
    "sendrawmsg",
    "stateInitHash",
    "codeSalt",
    "setCodeSalt",
    "encode",
    "decode",
    "encodeBody",
    "encodeStateInit",
    "encodeIntMsg",
    "functionId",
    "decodeFunctionParams",
    "getSeed",
    "setSeed",
    "shuffle",
    "next",
    "min",
    "max",
    "minmax",
    "abs",
    "modpow2",
    "divr",
    "divc",
    "divmod",
    "muldiv",
    "muldivr",
    "muldivc",
    "muldivmod",
    "mulmod",
    "sign",
];
