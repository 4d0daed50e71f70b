//! What is known about a contract while its functions are lowered, and the module that they go to.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use tsol_sema::hir::{Contract, Function, FunctionId, Program, Storage, Type};
use tsol_syntax::diag::{Diagnostics, Reported};
use tsol_syntax::span::Span;

use super::effects::{self, Effects};
use super::entry::FrameKey;
use super::runtime::Runtime;
use super::vars::{Var, VarSet};
use crate::Settings;
use crate::codes::E0601;
use crate::ir;

/// Result of lowering a piece; the error has been reported.
pub(super) type Lowered<T> = Result<T, Reported>;

/// The contract that is lowered.
pub(super) struct Cx<'p> {
    pub(super) program: &'p Program,
    pub(super) contract: &'p Contract,
    pub(super) settings: &'p Settings,
    pub(super) diags: &'p Diagnostics,
    pub(super) effects: Vec<Effects>,
    /// Variables of c4 that any function which saves the state may have to store.
    pub(super) saved: VarSet,
    module: RefCell<ModuleState>,
}

/// A function of the contract in one of its two forms.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Instance {
    pub(super) function: FunctionId,
    /// Called by `using for`: also gives back its first parameter.
    pub(super) bound: bool,
}

#[derive(Default)]
struct ModuleState {
    functions: Vec<Option<ir::Function>>,
    lowered: BTreeMap<Instance, ir::FuncId>,
    pending: Vec<Instance>,
    runtime: BTreeMap<Runtime, ir::FuncId>,
    pending_runtime: Vec<Runtime>,
    names: BTreeSet<String>,
    frames: BTreeMap<FrameKey, ir::FuncId>,
}

impl<'p> Cx<'p> {
    pub(super) fn new(
        program: &'p Program,
        contract: &'p Contract,
        settings: &'p Settings,
        diags: &'p Diagnostics,
    ) -> Self {
        let (effects, saved) = effects::analyse(contract);
        Self { program, contract, settings, diags, effects, saved, module: RefCell::default() }
    }

    pub(super) fn function(&self, id: FunctionId) -> &'p Function {
        &self.contract.functions[id.0 as usize]
    }

    /// Number of stack slots of a type.
    pub(super) fn slots(&self, ty: &Type) -> usize {
        super::slots::slots(self.program, ty)
    }

    /// Name for listings.
    pub(super) fn listing_name(&self, function: &Function) -> String {
        if function.scope.is_empty() {
            function.name.clone()
        } else {
            format!("{}.{}", function.scope, function.name)
        }
    }

    pub(super) fn effects(&self, id: FunctionId) -> &Effects {
        &self.effects[id.0 as usize]
    }

    /// What cannot be compiled yet.
    pub(super) fn unsupported(&self, span: Span, what: impl Into<String>) -> Reported {
        let text = format!("tsolc does not compile {}", what.into());
        self.diags.error(E0601, span, text).emit()
    }

    /// A contradiction in the typed tree or in this crate.
    pub(super) fn internal(&self, span: Span, what: impl Into<String>) -> Reported {
        let text = format!("internal error of the compiler: {}", what.into());
        self.diags.error(crate::codes::E0699, span, text).emit()
    }

    /// Room for a function that is built later.
    pub(super) fn reserve(&self) -> ir::FuncId {
        let mut module = self.module.borrow_mut();
        module.functions.push(None);
        ir::FuncId(module.functions.len() as u32 - 1)
    }

    /// Puts a function into its room; gives it a name of its own.
    pub(super) fn define(&self, id: ir::FuncId, mut function: ir::Function) {
        let mut module = self.module.borrow_mut();
        let base = function.name.clone();
        let mut n = 1;
        while !module.names.insert(function.name.clone()) {
            n += 1;
            function.name = format!("{base}.{n}");
        }
        module.functions[id.0 as usize] = Some(function);
    }

    /// The function of the module for a function of the contract; lowered later if it was not yet.
    pub(super) fn func(&self, id: Instance) -> ir::FuncId {
        if let Some(func) = self.module.borrow().lowered.get(&id) {
            return *func;
        }
        let func = self.reserve();
        let mut module = self.module.borrow_mut();
        module.lowered.insert(id, func);
        module.pending.push(id);
        func
    }

    /// The function of the module for a runtime routine; built later if it was not yet.
    pub(super) fn runtime(&self, routine: Runtime) -> ir::FuncId {
        if let Some(func) = self.module.borrow().runtime.get(&routine) {
            return *func;
        }
        let func = self.reserve();
        let mut module = self.module.borrow_mut();
        module.runtime.insert(routine, func);
        module.pending_runtime.push(routine);
        func
    }

    /// A frame that has been built, or is being built.
    pub(super) fn frame(&self, key: FrameKey) -> Option<ir::FuncId> {
        self.module.borrow().frames.get(&key).copied()
    }

    pub(super) fn set_frame(&self, key: FrameKey, func: ir::FuncId) {
        self.module.borrow_mut().frames.insert(key, func);
    }

    pub(super) fn next_pending(&self) -> Option<(Instance, ir::FuncId)> {
        let mut module = self.module.borrow_mut();
        let id = module.pending.pop()?;
        Some((id, module.lowered[&id]))
    }

    pub(super) fn next_runtime(&self) -> Option<(Runtime, ir::FuncId)> {
        let mut module = self.module.borrow_mut();
        let routine = module.pending_runtime.pop()?;
        Some((routine, module.runtime[&routine]))
    }

    /// The finished module.
    pub(super) fn finish(self, entry: ir::FuncId) -> Lowered<ir::Module> {
        let functions: Option<Vec<_>> = self.module.into_inner().functions.into_iter().collect();
        match functions {
            Some(functions) => Ok(ir::Module { name: self.contract.name.clone(), functions, entry }),
            None => {
                let text = "internal error of the compiler: a function was not lowered";
                Err(self.diags.error(crate::codes::E0699, self.contract.span, text).emit())
            }
        }
    }

    /// Type of a state variable and of the hidden ones.
    pub(super) fn var_type(&self, var: Var) -> Type {
        match var {
            Var::State(id) => self.contract.state[id.0 as usize].ty.clone(),
            Var::Pubkey | Var::MsgPubkey => Type::UINT256,
            Var::Timestamp => Type::UINT64,
            Var::ConstructorFlag => Type::Bool,
            Var::Sender => Type::Address,
            Var::MsgCell => Type::Cell,
            Var::MsgBody => Type::Slice,
            Var::Answer(super::vars::AnswerOption::Currencies) => {
                Type::Mapping(Box::new(Type::UINT32), Box::new(Type::VarInt { signed: false, size: 32 }))
            }
            _ => Type::INT256,
        }
    }

    /// Whether the variable is in c4.
    pub(super) fn is_stored(&self, var: Var) -> bool {
        match var {
            Var::State(id) => self.contract.state[id.0 as usize].storage != Storage::NoStorage,
            Var::Pubkey => true,
            Var::Timestamp => self.has_timestamp(),
            Var::ConstructorFlag => self.contract.entries.constructor.is_some(),
            _ => false,
        }
    }

    /// The built-in replay protection is in force.
    pub(super) fn has_timestamp(&self) -> bool {
        self.contract.headers.time && self.contract.entries.after_signature_check.is_none()
    }

    /// The members of `set` that are in c4.
    pub(super) fn stored_of(&self, set: &VarSet) -> VarSet {
        set.iter().copied().filter(|var| self.is_stored(*var)).collect()
    }
}
