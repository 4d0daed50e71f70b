//! Checks the invariants of the representation.

use std::collections::HashSet;

use super::{Block, End, Function, Inst, Module, ScopeId, Value};

/// A broken invariant: a defect of a pass or of the lowering, never of the user's source.
#[derive(Debug, Clone, thiserror::Error)]
#[error("invalid intermediate code in {function}: {problem}: {place}")]
pub struct VerifyError {
    /// Function name.
    pub function: String,
    /// Which rule is broken.
    pub problem: String,
    /// Text of the instruction or end.
    pub place: String,
}

/// Checks every function of a module.
///
/// # Errors
/// The first broken invariant, with the function and the instruction.
pub fn verify(module: &Module) -> Result<(), VerifyError> {
    let mut names = HashSet::new();
    for function in &module.functions {
        if !names.insert(&function.name) {
            return Err(VerifyError {
                function: function.name.clone(),
                problem: "two functions of this name".into(),
                place: String::new(),
            });
        }
        verify_function(module, function)?;
    }
    match module.functions.get(module.entry.0 as usize) {
        Some(_) => Ok(()),
        None => Err(VerifyError {
            function: module.name.clone(),
            problem: "no entry function".into(),
            place: String::new(),
        }),
    }
}

/// Checks one function.
///
/// # Errors
/// The first broken invariant.
pub fn verify_function(module: &Module, function: &Function) -> Result<(), VerifyError> {
    let mut checker = Checker { module, function, visible: HashSet::new(), defined: HashSet::new() };
    for &param in &function.params {
        checker.define(param, &"parameters")?;
    }
    checker.block(&function.body, &Place { yields: None, ..Place::default() })
}

/// What the ends of a block may do.
#[derive(Clone, Default)]
struct Place {
    yields: Option<usize>,
    loop_params: Option<usize>,
    inside_border: bool,
    scopes: Vec<(ScopeId, usize)>,
}

struct Checker<'a> {
    module: &'a Module,
    function: &'a Function,
    visible: HashSet<Value>,
    defined: HashSet<Value>,
}

impl Checker<'_> {
    fn fail<T>(&self, problem: impl Into<String>, place: &dyn std::fmt::Debug) -> Result<T, VerifyError> {
        let mut place = format!("{place:?}");
        place.truncate(300);
        Err(VerifyError { function: self.function.name.clone(), problem: problem.into(), place })
    }

    fn define(&mut self, value: Value, place: &dyn std::fmt::Debug) -> Result<(), VerifyError> {
        if value.0 >= self.function.values {
            return self.fail(format!("value v{} beyond the counter", value.0), place);
        }
        if !self.defined.insert(value) {
            return self.fail(format!("value v{} defined twice", value.0), place);
        }
        self.visible.insert(value);
        Ok(())
    }

    fn uses(&self, values: &[Value], place: &dyn std::fmt::Debug) -> Result<(), VerifyError> {
        match values.iter().find(|value| !self.visible.contains(value)) {
            Some(value) => self.fail(format!("value v{} is not visible here", value.0), place),
            None => Ok(()),
        }
    }

    fn count(
        &self,
        what: &str,
        got: usize,
        want: usize,
        at: &dyn std::fmt::Debug,
    ) -> Result<(), VerifyError> {
        if got == want { Ok(()) } else { self.fail(format!("{got} {what}, {want} expected"), at) }
    }

    fn nested(&mut self, block: &Block, params: &[Value], place: &Place) -> Result<(), VerifyError> {
        let outer = self.visible.clone();
        for &param in params {
            self.define(param, &block.end)?;
        }
        self.block(block, place)?;
        self.visible = outer;
        Ok(())
    }

    fn block(&mut self, block: &Block, place: &Place) -> Result<(), VerifyError> {
        for inst in &block.insts {
            self.inst(inst, place)?;
            for &dst in inst.dsts() {
                self.define(dst, inst)?;
            }
        }
        self.end(&block.end, place)
    }

    fn end(&self, end: &End, place: &Place) -> Result<(), VerifyError> {
        self.uses(end.values(), end)?;
        let want = match end {
            End::Unreachable => return Ok(()),
            End::Yield(_) => place.yields,
            End::Return(_) if place.inside_border => return self.fail("return crosses a loop or try", end),
            End::Return(_) => Some(self.function.results),
            End::Leave(id, _) => place.scopes.iter().find(|(scope, _)| scope == id).map(|&(_, n)| n),
            End::Break(_) | End::Continue(_) => place.loop_params,
        };
        match want {
            Some(want) => self.count("values", end.values().len(), want, end),
            None => self.fail("this end has no target", end),
        }
    }

    fn inst(&mut self, inst: &Inst, place: &Place) -> Result<(), VerifyError> {
        self.uses(inst.args(), inst)?;
        let yields = Place { yields: Some(inst.dsts().len()), ..place.clone() };
        match inst {
            Inst::Const { .. } => Ok(()),
            Inst::Op { op, args, dsts, .. } => {
                if !op.check() {
                    return self.fail("operand out of range", inst);
                }
                self.count("operands", args.len(), op.args(), inst)?;
                self.count("results", dsts.len(), op.results(), inst)
            }
            Inst::Call { func, args, dsts, .. } => {
                let Some(callee) = self.module.functions.get(func.0 as usize) else {
                    return self.fail("unknown function", inst);
                };
                self.count("arguments", args.len(), callee.params.len(), inst)?;
                self.count("results", dsts.len(), callee.results, inst)
            }
            Inst::If { then, els, .. } => {
                self.nested(then, &[], &yields)?;
                self.nested(els, &[], &yields)
            }
            Inst::Switch { cases, default, .. } => {
                let mut keys = HashSet::new();
                for (key, block) in cases {
                    if !keys.insert(key) {
                        return self.fail(format!("case {key} twice"), inst);
                    }
                    self.nested(block, &[], &yields)?;
                }
                self.nested(default, &[], &yields)
            }
            Inst::Loop { inits, params, cond, body, dsts, .. } => {
                self.count("initial values", inits.len(), params.len(), inst)?;
                self.count("results", dsts.len(), params.len(), inst)?;
                let border = Place { inside_border: true, ..Place::default() };
                let outer = self.visible.clone();
                for &param in params {
                    self.define(param, inst)?;
                }
                if let Some(cond) = cond {
                    self.nested(cond, &[], &Place { yields: Some(1), ..border.clone() })?;
                }
                self.nested(body, &[], &Place { loop_params: Some(params.len()), ..border })?;
                self.visible = outer;
                Ok(())
            }
            Inst::Scope { id, body, dsts, .. } => {
                let mut inner = yields;
                inner.scopes.push((*id, dsts.len()));
                self.nested(body, &[], &inner)
            }
            Inst::Try { body, catch, thrown, dsts, .. } => {
                let border = Place { yields: Some(dsts.len()), inside_border: true, ..Place::default() };
                self.nested(body, &[], &border)?;
                self.nested(catch, thrown, &border)
            }
        }
    }
}
