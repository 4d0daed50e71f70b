//! What all parts of the checker share: tables, the program being made, look-up of names and types.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;
use tsol_syntax::ast::{ElementaryType, Ident, MappingType, Path, TypeKind, TypeName};
use tsol_syntax::diag::{Builder, Code, Diagnostics, Reported};
use tsol_syntax::span::Span;

use crate::codes::{E0208, E0209, E0301, E0302, E0504, E0505, E0506, E0507};
use crate::defs::{Defs, Home, Sym};
use crate::hir::{Expr, ExternId, FunctionId, InterfaceId, Program, StateId, Type};
use crate::types;

/// Result of everything that can fail with a reported problem.
pub(crate) type R<T> = Result<T, Reported>;

/// A function that a contract needs, whoever declares it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum FnKey {
    /// A declared function, by index.
    Func(usize),
    /// The getter of a public state variable, by index of the variable.
    Getter(usize),
    /// The constructor that runs everything.
    Constructor,
}

/// The contract whose functions are being checked.
#[derive(Debug, Default)]
pub(crate) struct Build {
    /// The contract; `None` for free functions on their own.
    pub(crate) contract: Option<usize>,
    /// Functions asked for so far, in order; the index is the [`FunctionId`].
    pub(crate) keys: IndexMap<FnKey, ()>,
    /// State variables by index of their declaration.
    pub(crate) state: HashMap<usize, StateId>,
    /// Events that are emitted.
    pub(crate) events: Vec<crate::hir::EventId>,
}

impl Build {
    pub(crate) fn function(&mut self, key: FnKey) -> FunctionId {
        let index = self.keys.get_index_of(&key).unwrap_or_else(|| self.keys.insert_full(key, ()).0);
        FunctionId(index as u32)
    }
}

/// State of a constant during evaluation.
#[derive(Clone, Debug)]
pub(crate) enum Constant {
    Running,
    Done(R<Expr>),
}

pub(crate) struct Cx<'a> {
    pub(crate) diags: &'a Diagnostics,
    pub(crate) defs: Defs<'a>,
    pub(crate) program: Program,
    pub(crate) constants: HashMap<usize, Constant>,
    pub(crate) build: Build,
    /// Extern of each function that messages reach, by index of the function.
    pub(crate) externs: HashMap<usize, ExternId>,
    /// Whether the members of structs are known.
    pub(crate) structs_done: bool,
    /// Constants that are being evaluated because another one needs them.
    pub(crate) constant_depth: usize,
    /// Functions whose bodies were checked in some contract.
    pub(crate) checked: HashSet<usize>,
}

impl<'a> Cx<'a> {
    pub(crate) fn error(&self, code: Code, span: Span, message: impl Into<String>) -> Builder<'a, Reported> {
        self.diags.error(code, span, message)
    }

    pub(crate) fn warn(&self, code: Code, span: Span, message: impl Into<String>) -> Builder<'a, ()> {
        self.diags.warning(code, span, message)
    }

    pub(crate) fn show(&self, ty: &Type) -> String {
        types::display(ty, &self.program)
    }

    /// Whether contract `derived` has `base` among its bases.
    pub(crate) fn derives(&self, derived: u32, base: u32) -> bool {
        self.defs.contracts[derived as usize].linear.contains(&(base as usize))
    }

    pub(crate) fn converts(&self, from: &Type, to: &Type) -> bool {
        types::converts(from, to, &|a, b| self.derives(a, b))
    }

    pub(crate) fn converts_explicitly(&self, from: &Type, to: &Type) -> bool {
        types::converts_explicitly(from, to, &|a, b| self.derives(a, b))
    }

    // --- names

    /// Everything that a plain name means at a place; empty if nothing.
    pub(crate) fn lookup(&self, home: Home, name: &str) -> Vec<Sym> {
        if let Some(contract) = home.contract {
            let found = self.lookup_member(contract, name, Some(contract));
            if !found.is_empty() {
                return found;
            }
            let own = &self.defs.contracts[contract];
            if own.def.name.name == name {
                return vec![Sym::Contract(contract)];
            }
        }
        self.defs.files[home.file].scope.get(name).cloned().unwrap_or_default()
    }

    /// What a name means as a member of a contract, its bases included. Private members of bases are seen
    /// only by `viewer` itself. Overridden functions are left out.
    pub(crate) fn lookup_member(&self, contract: usize, name: &str, viewer: Option<usize>) -> Vec<Sym> {
        let mut found: Vec<Sym> = Vec::new();
        for base in &self.defs.contracts[contract].linear {
            for sym in self.defs.contracts[*base].scope.get(name).into_iter().flatten() {
                if viewer != Some(*base) && self.is_private(*sym) {
                    continue;
                }
                match sym {
                    Sym::Func(func) if found.iter().any(|other| self.hides(*other, *func)) => {}
                    Sym::Func(_) => found.push(*sym),
                    _ if found.is_empty() => return vec![*sym],
                    _ => {}
                }
            }
        }
        found
    }

    fn hides(&self, other: Sym, func: usize) -> bool {
        match other {
            Sym::Func(other) => self.same_params(other, func),
            _ => true,
        }
    }

    /// Whether two functions have equal names and parameter types.
    pub(crate) fn same_params(&self, a: usize, b: usize) -> bool {
        let (a, b) = (&self.defs.funcs[a], &self.defs.funcs[b]);
        match (&a.signature, &b.signature) {
            (Ok(x), Ok(y)) => a.def.name.name == b.def.name.name && x.param_types() == y.param_types(),
            _ => a.def.name.name == b.def.name.name && a.def.params.len() == b.def.params.len(),
        }
    }

    pub(crate) fn is_private(&self, sym: Sym) -> bool {
        use tsol_syntax::ast::Visibility::Private;
        match sym {
            Sym::Func(func) => self.defs.funcs[func].is_private(),
            Sym::Var(var) => self.defs.vars[var].def.visibility.is_some_and(|v| v.value == Private),
            _ => false,
        }
    }

    /// What a dotted name means. The error is reported.
    pub(crate) fn resolve_path(&self, path: &Path, home: Home) -> R<Vec<Sym>> {
        let (first, rest) = match path.segments.split_first() {
            Some(parts) => parts,
            None => return Err(self.error(E0208, path.span, "name expected").emit()),
        };
        let mut syms = self.lookup(home, &first.name);
        if syms.is_empty() {
            return Err(self.unknown_name(first, home));
        }
        for segment in rest {
            syms = match syms.as_slice() {
                [Sym::Contract(contract)] => self.lookup_member(*contract, &segment.name, home.contract),
                [Sym::Module(file)] => {
                    self.defs.files[*file].scope.get(&segment.name).cloned().unwrap_or_default()
                }
                _ => Vec::new(),
            };
            if syms.is_empty() {
                let message = format!("`{path}` does not exist");
                return Err(self.error(E0208, segment.span, message).emit());
            }
        }
        Ok(syms)
    }

    /// Reports a name that means nothing, with the nearest one that does.
    pub(crate) fn unknown_name(&self, name: &Ident, home: Home) -> Reported {
        if let Some(base) = self.private_in_base(name, home) {
            let message = format!("`{name}` is private in `{}`", self.defs.contracts[base].def.name);
            return self.error(E0208, name.span, message).help("declare it `internal` there").emit();
        }
        let mut error = self.error(E0208, name.span, format!("`{name}` does not exist here"));
        let file = self.defs.files[home.file].scope.keys();
        let bases = home.contract.into_iter().flat_map(|c| self.defs.contracts[c].linear.iter());
        let members = bases.flat_map(|base| self.defs.contracts[*base].scope.keys());
        if let Some(near) = crate::names::nearest(&name.name, file.chain(members).map(String::as_str)) {
            error = error.help(format!("perhaps `{near}` is meant"));
        }
        error.emit()
    }

    /// The base that keeps a name for itself.
    fn private_in_base(&self, name: &Ident, home: Home) -> Option<usize> {
        let bases = home.contract.into_iter().flat_map(|c| &self.defs.contracts[c].linear);
        bases.copied().find(|base| self.defs.contracts[*base].scope.contains_key(&name.name))
    }

    // --- types

    /// The contract that a dotted name means.
    pub(crate) fn resolve_contract(&self, path: &Path, home: Home) -> R<usize> {
        match self.resolve_path(path, home)?.as_slice() {
            [Sym::Contract(contract)] => Ok(*contract),
            _ => Err(self.error(E0209, path.span, format!("`{path}` is not a contract")).emit()),
        }
    }

    /// The type that was written.
    pub(crate) fn ty(&mut self, name: &TypeName, home: Home) -> R<Type> {
        let ty = self.ty_unchecked(name, home)?;
        if self.structs_done {
            self.check_keys(&ty, name.span)?;
        }
        Ok(ty)
    }

    fn ty_unchecked(&mut self, name: &TypeName, home: Home) -> R<Type> {
        match &name.kind {
            TypeKind::Elementary(elementary) => self.elementary(*elementary, name.span),
            TypeKind::User(path) => self.user_type(path, home),
            TypeKind::Mapping(mapping) => self.mapping(mapping, home),
            TypeKind::Array { elem, len: None } => {
                let element = self.ty(elem, home)?;
                self.no_transient(&element, elem.span, "the element of an array")?;
                Ok(Type::Array(Box::new(element), None))
            }
            TypeKind::Array { len: Some(_), .. } => Err(self
                .error(E0504, name.span, "arrays of a fixed length are not supported")
                .help("leave the length out: `T[]`")
                .emit()),
            TypeKind::Optional(parts) => {
                let inner = self.one_or_tuple(parts, home)?;
                Ok(types::optional(inner))
            }
            TypeKind::Vector(parts) => {
                let inner = self.one_or_tuple(parts, home)?;
                Ok(Type::Vector(Box::new(inner)))
            }
            TypeKind::Stack(inner) => Ok(Type::Stack(Box::new(self.ty(inner, home)?))),
            TypeKind::Function(_) => {
                Err(self.error(E0505, name.span, "values of function type are not supported").emit())
            }
            TypeKind::Error(reported) => Err(*reported),
        }
    }

    fn one_or_tuple(&mut self, parts: &[TypeName], home: Home) -> R<Type> {
        let mut inner = Vec::new();
        for part in parts {
            inner.push(self.ty(part, home)?);
        }
        match <[Type; 1]>::try_from(inner) {
            Ok([only]) => Ok(only),
            Err(many) => Ok(Type::Tuple(many)),
        }
    }

    fn mapping(&mut self, mapping: &MappingType, home: Home) -> R<Type> {
        let key = self.ty(&mapping.key, home);
        let value = self.ty(&mapping.value, home)?;
        let key = key?;
        if !types::is_key(&key, &self.program) && !matches!(key, Type::Struct(_)) {
            let message = format!("`{}` cannot be the key of a mapping", self.show(&key));
            return Err(self
                .error(E0301, mapping.key.span, message)
                .note("keys are integers, addresses, contracts, bool, enums, bytesN, bytes, string, TvmCell and flat structs")
                .emit());
        }
        if value != Type::Slice {
            self.no_transient(&value, mapping.value.span, "the value of a mapping")?;
        }
        Ok(Type::Mapping(Box::new(key), Box::new(value)))
    }

    fn no_transient(&self, ty: &Type, span: Span, place: &str) -> R<()> {
        let lives_on_stack = matches!(
            ty,
            Type::Vector(_)
                | Type::Stack(_)
                | Type::Slice
                | Type::Builder
                | Type::Variant
                | Type::QuietInt { .. }
                | Type::QuietBool
        );
        if lives_on_stack {
            let message = format!("`{}` cannot be {place}", self.show(ty));
            return Err(self.error(E0302, span, message).emit());
        }
        Ok(())
    }

    fn user_type(&mut self, path: &Path, home: Home) -> R<Type> {
        match self.resolve_path(path, home)?.as_slice() {
            [Sym::Contract(contract)] => Ok(Type::Contract(InterfaceId(*contract as u32))),
            [Sym::Struct(id)] => Ok(Type::Struct(*id)),
            [Sym::Enum(id)] => Ok(Type::Enum(*id)),
            _ => Err(self.error(E0209, path.span, format!("`{path}` is not a type")).emit()),
        }
    }

    /// A built-in type of one word.
    pub(crate) fn elementary(&self, ty: ElementaryType, span: Span) -> R<Type> {
        Ok(match ty {
            ElementaryType::Bool => Type::Bool,
            ElementaryType::QBool => Type::QuietBool,
            ElementaryType::Uint(bits) => Type::Int { signed: false, bits },
            ElementaryType::Int(bits) => Type::Int { signed: true, bits },
            ElementaryType::QUint(bits) => Type::QuietInt { signed: false, bits },
            ElementaryType::QInt(bits) => Type::QuietInt { signed: true, bits },
            ElementaryType::VarUint(size) => Type::VarInt { signed: false, size },
            ElementaryType::VarInt(size) => Type::VarInt { signed: true, size },
            ElementaryType::Coins => types::COINS,
            ElementaryType::FixedBytes(bytes) => Type::FixedBytes(bytes),
            ElementaryType::Bytes => Type::Bytes,
            ElementaryType::String => Type::String,
            ElementaryType::Address => Type::Address,
            ElementaryType::TvmCell => Type::Cell,
            ElementaryType::TvmSlice => Type::Slice,
            ElementaryType::TvmBuilder => Type::Builder,
            ElementaryType::Variant => Type::Variant,
            ElementaryType::AddressStd => {
                let error = self.error(E0506, span, "`address_std` is not supported");
                return Err(error.help("use `address` and `isStdAddrWithoutAnyCast()`").emit());
            }
            ElementaryType::StringBuilder => {
                let error = self.error(E0506, span, "`StringBuilder` is not supported");
                return Err(error.help("use `string` and `append`").emit());
            }
            ElementaryType::Ufixed(..) | ElementaryType::Fixed(..) => {
                let error = self.error(E0507, span, "fixed point numbers are not supported");
                return Err(error.help("use integers with a fixed scale, such as nano").emit());
            }
        })
    }
}
