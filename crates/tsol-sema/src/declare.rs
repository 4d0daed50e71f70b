//! Resolving declarations: bases, types of members and parameters.

use std::collections::{HashMap, HashSet};

use tsol_syntax::ast::{ContractKind, Param};

use crate::codes::{E0202, E0210, E0211, E0212, E0213, E0301, E0302};
use crate::cx::{Cx, R};
use crate::defs::{Home, Signature};
use crate::hir::{StructId, Type};
use crate::linear::linearize;
use crate::types;

/// Most members of a struct, those of inner structs counted in. The machine's stack has room for fewer.
const MAX_MEMBERS: usize = 1000;
/// Most structs inside of each other.
const MAX_LEVELS: usize = 32;

/// Size of a struct.
#[derive(Clone, Copy, Default)]
struct Size {
    /// Members with those of inner structs.
    members: usize,
    /// Structs inside of each other, itself included.
    levels: usize,
}

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
        let inner: Vec<Vec<usize>> =
            (0..self.defs.structs.len()).map(|index| self.structs_of(index)).collect();
        let endless: Vec<usize> =
            (0..self.defs.structs.len()).filter(|index| contains_itself(*index, &inner)).collect();
        for index in endless {
            let name = &self.defs.structs[index].0.name;
            let message = format!("struct `{name}` contains itself");
            let _ = self.error(E0213, name.span, message).note("structs are values: they have an end").emit();
            self.program.structs[index].fields.clear();
        }
        self.bound_structs();
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

    /// The structs directly inside of a struct, as often as they are there.
    fn structs_of(&self, index: usize) -> Vec<usize> {
        let mut inner = Vec::new();
        for (_, ty) in &self.program.structs[index].fields {
            structs_in(ty, &mut inner);
        }
        inner.into_iter().map(|id| id.0 as usize).collect()
    }

    /// Later passes visit structs inside of structs again and again: what they visit is bounded here.
    fn bound_structs(&mut self) {
        let mut known = HashMap::new();
        for index in 0..self.defs.structs.len() {
            if self.measure(index, 0, &mut known).is_some() {
                continue;
            }
            let name = &self.defs.structs[index].0.name;
            let note = format!("at most {MAX_MEMBERS} with those of inner structs, and {MAX_LEVELS} levels");
            let error = self.error(E0213, name.span, format!("struct `{name}` has too many members"));
            let _ = error.note(note).emit();
            self.program.structs[index].fields.clear();
            known.insert(index, Size::default());
        }
    }

    /// Size of a struct that lies `level` structs deep; `None` if it, or one inside of it, is too large.
    fn measure(&self, index: usize, level: usize, known: &mut HashMap<usize, Size>) -> Option<Size> {
        if let Some(size) = known.get(&index) {
            return (level + size.levels <= MAX_LEVELS).then_some(*size);
        }
        if level >= MAX_LEVELS {
            return None;
        }
        let mut size = Size { members: self.program.structs[index].fields.len(), levels: 1 };
        for inner in self.structs_of(index) {
            let inside = self.measure(inner, level + 1, known)?;
            size.members += inside.members;
            size.levels = size.levels.max(inside.levels + 1);
        }
        (size.members <= MAX_MEMBERS).then(|| *known.entry(index).or_insert(size))
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

/// Whether a struct is found among its own members, at any depth; `inner` has the structs directly inside of each.
fn contains_itself(wanted: usize, inner: &[Vec<usize>]) -> bool {
    let mut seen = vec![false; inner.len()];
    let mut queue = inner[wanted].clone();
    while let Some(at) = queue.pop() {
        if at == wanted {
            return true;
        }
        if !std::mem::replace(&mut seen[at], true) {
            queue.extend(&inner[at]);
        }
    }
    false
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
