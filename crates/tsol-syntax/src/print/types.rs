//! Types.

use super::Printer;
use crate::ast::{FunctionType, MappingType, Param, TypeKind, TypeName};

impl Printer {
    pub(super) fn type_name(&mut self, ty: &TypeName) {
        match &ty.kind {
            TypeKind::Elementary(ty) => self.put(&ty.to_string()),
            TypeKind::User(path) => self.put(&path.to_string()),
            TypeKind::Mapping(mapping) => self.mapping(mapping),
            TypeKind::Array { elem, len } => {
                self.type_name(elem);
                self.put("[");
                if let Some(len) = len {
                    self.expr(len);
                }
                self.put("]");
            }
            TypeKind::Optional(types) => self.type_list("optional", types),
            TypeKind::Vector(types) => self.type_list("vector", types),
            TypeKind::Stack(ty) => self.type_list("stack", std::slice::from_ref(ty)),
            TypeKind::Function(ty) => self.function_type(ty),
            TypeKind::Error(_) => self.put("/* error */"),
        }
    }

    fn type_list(&mut self, word: &str, types: &[TypeName]) {
        self.put(word);
        self.put("(");
        self.list(types, Self::type_name);
        self.put(")");
    }

    fn mapping(&mut self, mapping: &MappingType) {
        self.put("mapping(");
        self.type_name(&mapping.key);
        if let Some(name) = &mapping.key_name {
            self.put(" ");
            self.put(name.as_str());
        }
        self.put(" => ");
        self.type_name(&mapping.value);
        if let Some(name) = &mapping.value_name {
            self.put(" ");
            self.put(name.as_str());
        }
        self.put(")");
    }

    fn function_type(&mut self, ty: &FunctionType) {
        self.put("function ");
        self.params(&ty.params);
        if let Some(visibility) = ty.visibility {
            self.attr(visibility.value.as_str());
        }
        if let Some(mutability) = ty.mutability {
            self.attr(mutability.value.as_str());
        }
        self.returns(&ty.returns);
    }

    pub(super) fn attr(&mut self, word: &str) {
        self.put(" ");
        self.put(word);
    }

    pub(super) fn params(&mut self, params: &[Param]) {
        self.put("(");
        self.list(params, |p, param| {
            p.type_name(&param.ty);
            if let Some(name) = &param.name {
                p.attr(name.as_str());
            }
        });
        self.put(")");
    }

    pub(super) fn returns(&mut self, params: &[Param]) {
        if !params.is_empty() {
            self.put(" returns ");
            self.params(params);
        }
    }
}
