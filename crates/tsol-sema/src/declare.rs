//! Resolving declarations: bases, types of members and parameters.

use std::collections::HashSet;

use tsol_syntax::ast::{ContractKind, Param};

use crate::codes::{E0202, E0210, E0211, E0212, E0213, E0301, E0302};
use crate::cx::{Cx, R};
use crate::defs::{Home, Signature};
use crate::hir::{StructId, Type};
use crate::linear::linearize;
use crate::types;

impl Cx<'_> {
    /// Finds the bases of all contracts and their order.
    pub(crate) fn linearize_all(&mut self) {
        for contract in 0..self.defs.contracts.len() {
            self.resolve_bases(contract);
        }
        let mut done = vec![false; self.defs.contracts.len()];
        for contract in 0..self.defs.contracts.len() {
            self.linearize_one(contract, &mut done, &mut Vec::new());
        }
    }

    fn resolve_bases(&mut self, contract: usize) {
        let info = &self.defs.contracts[contract];
        let (def, home) = (info.def, Home { file: info.file, contract: None });
        let mut bases = Vec::new();
        for spec in &def.bases {
            let Ok(base) = self.resolve_contract(&spec.path, home) else { continue };
            let base_kind = self.defs.contracts[base].def.kind;
            let problem = match (def.kind, base_kind) {
                (ContractKind::Library, _) => Some("a library has no bases"),
                (_, ContractKind::Library) => Some("a library cannot be a base"),
                (ContractKind::Interface, ContractKind::Contract) => {
                    Some("an interface can only have interfaces as bases")
                }
                _ => None,
            };
            if let Some(problem) = problem {
                let _ = self.error(E0210, spec.span, problem).emit();
                continue;
            }
            if bases.iter().any(|(other, _)| *other == base) {
                let _ = self.error(E0210, spec.span, format!("`{}` is a base twice", spec.path)).emit();
                continue;
            }
            bases.push((base, spec));
        }
        self.defs.contracts[contract].bases = bases;
    }

    fn linearize_one(&mut self, contract: usize, done: &mut [bool], path: &mut Vec<usize>) {
        if done[contract] {
            return;
        }
        let def = self.defs.contracts[contract].def;
        if path.contains(&contract) {
            let _ = self.error(E0211, def.name.span, format!("`{}` is among its own bases", def.name)).emit();
            done[contract] = true;
            return;
        }
        path.push(contract);
        let bases: Vec<usize> = self.defs.contracts[contract].bases.iter().map(|(base, _)| *base).collect();
        for base in &bases {
            self.linearize_one(*base, done, path);
        }
        path.pop();
        if done[contract] {
            return; // part of a cycle, reported
        }
        done[contract] = true;
        let lists: Vec<Vec<usize>> =
            bases.iter().map(|base| self.defs.contracts[*base].linear.clone()).collect();
        match linearize(contract, &lists) {
            Some(order) => self.defs.contracts[contract].linear = order,
            None => {
                let _ = self
                    .error(E0212, def.name.span, format!("the bases of `{}` contradict each other", def.name))
                    .note("a base must stand in front of the contracts that are derived from it")
                    .help("write the most basic contracts first")
                    .emit();
            }
        }
    }

    /// Resolves the types of all declarations.
    pub(crate) fn resolve_types(&mut self) {
        self.resolve_structs();
        for event in 0..self.defs.events.len() {
            let (def, home) = self.defs.events[event];
            let mut params = Vec::new();
            for param in &def.params {
                if let Ok(ty) = self.ty(&param.ty, home) {
                    let name = param.name.as_ref().map_or(String::new(), |name| name.name.clone());
                    params.push((name, ty));
                }
            }
            self.program.events[event].params = params;
        }
        for func in 0..self.defs.funcs.len() {
            let (def, home) = (self.defs.funcs[func].def, self.defs.funcs[func].home);
            let params = self.params(&def.params, home);
            let returns = self.params(&def.returns, home);
            let signature = params.and_then(|params| Ok(Signature { params, returns: returns? }));
            self.defs.funcs[func].signature = signature;
        }
        for modifier in 0..self.defs.mods.len() {
            let (def, home) = (self.defs.mods[modifier].def, self.defs.mods[modifier].home);
            self.defs.mods[modifier].params = self.params(&def.params, home);
        }
        for var in 0..self.defs.vars.len() {
            let (def, home) = (self.defs.vars[var].def, self.defs.vars[var].home);
            self.defs.vars[var].ty = self.ty(&def.ty, home);
        }
    }

    fn params(&mut self, list: &[Param], home: Home) -> R<Vec<(String, Type)>> {
        let mut params = Vec::new();
        let mut failed = None;
        for param in list {
            let name = param.name.as_ref().map_or(String::new(), |name| name.name.clone());
            match self.ty(&param.ty, home) {
                Ok(ty) => params.push((name, ty)),
                Err(reported) => failed = Some(reported),
            }
        }
        failed.map_or(Ok(params), Err)
    }

    fn resolve_structs(&mut self) {
        for index in 0..self.defs.structs.len() {
            let (def, home) = self.defs.structs[index];
            let mut fields: Vec<(String, Type)> = Vec::new();
            let mut seen = HashSet::new();
            for field in &def.fields {
                if !seen.insert(field.name.name.as_str()) {
                    let message = format!("member `{}` is declared twice", field.name);
                    let _ = self.error(E0202, field.name.span, message).emit();
                    continue;
                }
                if let Ok(ty) = self.ty(&field.ty, home) {
                    fields.push((field.name.name.clone(), ty));
                }
            }
            if def.fields.is_empty() {
                let _ = self.error(E0213, def.name.span, "a struct has at least one member").emit();
            }
            self.program.structs[index].fields = fields;
        }
        let endless: Vec<usize> = (0..self.defs.structs.len())
            .filter(|index| self.contains_struct(*index, *index, &mut HashSet::new()))
            .collect();
        for index in endless {
            let name = &self.defs.structs[index].0.name;
            let message = format!("struct `{name}` contains itself");
            let _ = self.error(E0213, name.span, message).note("structs are values: they have an end").emit();
            self.program.structs[index].fields.clear();
        }
        self.structs_done = true;
        for index in 0..self.defs.structs.len() {
            let (def, _) = self.defs.structs[index];
            for (field, (_, ty)) in def.fields.iter().zip(self.program.structs[index].fields.clone()) {
                let _ = self.check_keys(&ty, field.ty.span);
            }
        }
        for (def, _) in &self.defs.enums {
            let mut seen = HashSet::new();
            for variant in &def.variants {
                if !seen.insert(variant.name.as_str()) {
                    let message = format!("member `{variant}` is declared twice");
                    let _ = self.diags.error(E0202, variant.span, message).emit();
                }
            }
            if def.variants.len() > 256 {
                let _ = self.diags.error(E0302, def.name.span, "an enum has at most 256 members").emit();
            }
        }
    }

    fn contains_struct(&self, wanted: usize, at: usize, seen: &mut HashSet<usize>) -> bool {
        let mut inner = Vec::new();
        for (_, ty) in &self.program.structs[at].fields {
            structs_in(ty, &mut inner);
        }
        inner.iter().any(|id| {
            let index = id.0 as usize;
            index == wanted || (seen.insert(index) && self.contains_struct(wanted, index, seen))
        })
    }

    /// Struct keys can be judged only when all structs are known.
    pub(crate) fn check_keys(&self, ty: &Type, span: tsol_syntax::span::Span) -> R<()> {
        match ty {
            Type::Mapping(key, value) => {
                if !types::is_key(key, &self.program) {
                    let message = format!("`{}` cannot be the key of a mapping", self.show(key));
                    let note = "a struct key has only integers, bool, enums and bytesN, of at most 1023 bits";
                    return Err(self.error(E0301, span, message).note(note).emit());
                }
                self.check_keys(value, span)
            }
            Type::Array(inner, _) | Type::Optional(inner) | Type::Vector(inner) | Type::Stack(inner) => {
                self.check_keys(inner, span)
            }
            Type::Tuple(parts) => parts.iter().try_for_each(|part| self.check_keys(part, span)),
            _ => Ok(()),
        }
    }
}

fn structs_in(ty: &Type, out: &mut Vec<StructId>) {
    match ty {
        Type::Struct(id) => out.push(*id),
        Type::Mapping(key, value) => {
            structs_in(key, out);
            structs_in(value, out);
        }
        Type::Array(inner, _) | Type::Optional(inner) | Type::Vector(inner) | Type::Stack(inner) => {
            structs_in(inner, out);
        }
        Type::Tuple(parts) => parts.iter().for_each(|part| structs_in(part, out)),
        _ => {}
    }
}
