//! What contracts show to each other: functions that messages reach, constructors, static variables.

use tsol_syntax::ast::{ContractKind, FunctionKind};

use crate::body::{Body, Kind};
use crate::codes::{E0327, E0413};
use crate::cx::{Cx, R};
use crate::hir::{Extern, ExternId, InterfaceId};

impl Cx<'_> {
    /// Makes the externs of all functions and constructors.
    pub(crate) fn make_externs(&mut self) {
        for func in 0..self.defs.funcs.len() {
            let info = &self.defs.funcs[func];
            let Some(contract) = info.home.contract else { continue };
            if !info.is_public() || self.defs.contracts[contract].is_library() {
                continue;
            }
            let Ok(signature) = info.signature.clone() else { continue };
            let def = info.def;
            let function_id = self.function_number(func).unwrap_or_default();
            let id = self.add_extern(Extern {
                interface: InterfaceId(contract as u32),
                name: def.name.name.clone(),
                params: signature.params,
                returns: signature.returns,
                responsible: def.responsible.is_some(),
                function_id,
                external_only: def.external_msg.is_some(),
                span: def.head_span,
            });
            self.externs.insert(func, id);
        }
        for contract in 0..self.defs.contracts.len() {
            self.make_interface(contract);
        }
    }

    fn add_extern(&mut self, entry: Extern) -> ExternId {
        self.program.externs.push(entry);
        ExternId(self.program.externs.len() as u32 - 1)
    }

    /// The number given by `functionID(…)`.
    pub(crate) fn function_number(&mut self, func: usize) -> R<Option<u32>> {
        let (def, home) = (self.defs.funcs[func].def, self.defs.funcs[func].home);
        let Some(attribute) = &def.function_id else { return Ok(None) };
        let number = Body::new(self, home, Kind::Constant).constant_int(&attribute.value)?;
        match u32::try_from(&number) {
            Ok(0) => Err(self.error(E0413, attribute.span, "id 0 belongs to `receive`").emit()),
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(self.error(E0327, attribute.value.span, "an id has 32 bits").emit()),
        }
    }

    fn make_interface(&mut self, contract: usize) {
        let def = self.defs.contracts[contract].def;
        let linear = self.defs.contracts[contract].linear.clone();
        for base in linear.iter().rev() {
            for var in self.defs.contracts[*base].vars.clone() {
                let info = &self.defs.vars[var];
                if let (Some(_), Ok(ty)) = (info.def.is_static, info.ty.clone()) {
                    let name = info.def.name.name.clone();
                    self.program.interfaces[contract].statics.push((name, ty, None));
                }
            }
        }
        if def.kind != ContractKind::Contract || def.is_abstract || !self.needs_constructor(contract) {
            return;
        }
        let own = self.defs.contracts[contract].constructor;
        let params = match own.map(|func| self.defs.funcs[func].signature.clone()) {
            Some(Ok(signature)) => signature.params,
            Some(Err(_)) => return,
            None => Vec::new(),
        };
        let id = self.add_extern(Extern {
            interface: InterfaceId(contract as u32),
            name: FunctionKind::Constructor.as_str().to_owned(),
            params,
            returns: Vec::new(),
            responsible: false,
            function_id: None,
            external_only: own.is_some_and(|func| self.defs.funcs[func].def.external_msg.is_some()),
            span: own.map_or(def.name.span, |func| self.defs.funcs[func].def.head_span),
        });
        self.program.interfaces[contract].constructor = Some(id);
    }

    /// Whether a contract has a constructor: one is written, or state variables have initial values
    /// (API.md, "Deploy the contract with no constructor").
    pub(crate) fn needs_constructor(&self, contract: usize) -> bool {
        self.defs.contracts[contract].linear.iter().any(|base| {
            let info = &self.defs.contracts[*base];
            info.constructor.is_some()
                || info.vars.iter().any(|var| {
                    let def = self.defs.vars[*var].def;
                    def.constant.is_none() && def.init.is_some()
                })
        })
    }
}
