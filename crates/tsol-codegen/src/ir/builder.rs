//! Builds one [`Function`]: hands out values and collects instructions into the current block.

use num_bigint::BigInt;
use tsol_syntax::span::Span;

use super::{Block, Const, End, FuncId, Function, Inline, Inst, ScopeId, Value};
use crate::opcode::Op;

/// Collects the code of one function.
///
/// Nested blocks are built with [`open`](Builder::open) and [`close`](Builder::close): everything
/// pushed between the two lands in the block that `close` returns.
#[derive(Debug)]
pub struct Builder {
    name: String,
    params: Vec<Value>,
    blocks: Vec<Vec<Inst>>,
    values: u32,
    scopes: u32,
    span: Option<Span>,
}

impl Builder {
    /// Starts a function with `params` fresh parameters.
    pub fn new(name: impl Into<String>, params: usize) -> Self {
        let mut this = Self {
            name: name.into(),
            params: Vec::new(),
            blocks: vec![Vec::new()],
            values: 0,
            scopes: 0,
            span: None,
        };
        this.params = (0..params).map(|_| this.value()).collect();
        this
    }

    /// The parameters, first is deepest.
    pub fn params(&self) -> &[Value] {
        &self.params
    }

    /// A fresh value without a definition yet.
    pub fn value(&mut self) -> Value {
        self.values += 1;
        Value(self.values - 1)
    }

    /// `n` fresh values.
    pub fn values(&mut self, n: usize) -> Vec<Value> {
        (0..n).map(|_| self.value()).collect()
    }

    /// A fresh scope name.
    pub fn scope(&mut self) -> ScopeId {
        self.scopes += 1;
        ScopeId(self.scopes - 1)
    }

    /// Source position of what is pushed from now on; returns the previous one.
    pub fn set_span(&mut self, span: Option<Span>) -> Option<Span> {
        std::mem::replace(&mut self.span, span)
    }

    /// The current source position.
    pub fn span(&self) -> Option<Span> {
        self.span
    }

    /// Appends an instruction to the current block.
    pub fn push(&mut self, inst: Inst) {
        if let Some(block) = self.blocks.last_mut() {
            block.push(inst);
        }
    }

    /// Pushes a constant.
    pub fn constant(&mut self, value: Const) -> Value {
        let dst = self.value();
        self.push(Inst::Const { dst, value, span: self.span });
        dst
    }

    /// Pushes an integer.
    pub fn int(&mut self, value: impl Into<BigInt>) -> Value {
        self.constant(Const::Int(value.into()))
    }

    /// An operation with any number of results.
    pub fn op(&mut self, op: Op, args: &[Value]) -> Vec<Value> {
        let dsts = self.values(op.results());
        self.push(Inst::Op { op, args: args.to_vec(), dsts: dsts.clone(), span: self.span });
        dsts
    }

    /// An operation with exactly one result.
    ///
    /// # Panics
    /// If `op` has another number of results: a mistake of the caller, not of the input.
    pub fn op1(&mut self, op: Op, args: &[Value]) -> Value {
        let dsts = self.op(op, args);
        assert_eq!(dsts.len(), 1, "one result expected");
        dsts[0]
    }

    /// Calls `func`, which has `results` results.
    pub fn call(&mut self, func: FuncId, args: Vec<Value>, results: usize) -> Vec<Value> {
        let dsts = self.values(results);
        self.push(Inst::Call { func, args, dsts: dsts.clone(), span: self.span });
        dsts
    }

    /// Starts a nested block.
    pub fn open(&mut self) {
        self.blocks.push(Vec::new());
    }

    /// Ends the block that the latest [`open`](Builder::open) started.
    pub fn close(&mut self, end: End) -> Block {
        Block { insts: self.blocks.pop().unwrap_or_default(), end }
    }

    /// Ends the function.
    pub fn finish(mut self, results: usize, end: End, inline: Inline, span: Option<Span>) -> Function {
        let body = self.close(end);
        Function {
            name: self.name,
            params: self.params,
            results,
            body,
            inline,
            cold: false,
            span,
            values: self.values,
            scopes: self.scopes,
        }
    }
}
