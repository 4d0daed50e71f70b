//! How types lie on the stack.
//!
//! One value is one stack slot. Structs and tuples are flattened; an array is its length and its dictionary;
//! everything else is one slot. An optional is null or its value; a value of other than one slot, or one that can be
//! null itself, is packed into a tuple.

use tsol_sema::hir::{Program, Type};

/// Number of slots of a value.
pub(super) fn slots(program: &Program, ty: &Type) -> usize {
    match ty {
        Type::Struct(id) => {
            program.structs[id.0 as usize].fields.iter().map(|(_, ty)| slots(program, ty)).sum()
        }
        Type::Tuple(types) => types.iter().map(|ty| slots(program, ty)).sum(),
        Type::Array(..) => 2,
        _ => 1,
    }
}

/// Where member `index` of a struct or tuple lies: first slot and number of slots.
pub(super) fn member(program: &Program, ty: &Type, index: usize) -> (usize, usize) {
    let types = members(program, ty);
    let start = types[..index].iter().map(|ty| slots(program, ty)).sum();
    (start, slots(program, &types[index]))
}

/// Types of the members of a struct or tuple; any other type is its own only member.
pub(super) fn members(program: &Program, ty: &Type) -> Vec<Type> {
    match ty {
        Type::Struct(id) => program.structs[id.0 as usize].fields.iter().map(|(_, ty)| ty.clone()).collect(),
        Type::Tuple(types) => types.clone(),
        other => vec![other.clone()],
    }
}

/// Whether a value of the type, in its own form, is one slot that is never null.
pub(super) fn is_plain(program: &Program, ty: &Type) -> bool {
    match ty {
        Type::Mapping(..) | Type::Optional(_) | Type::Stack(_) | Type::Variant => false,
        Type::Struct(_) | Type::Tuple(_) => {
            let members = members(program, ty);
            slots(program, ty) == 1
                && members.iter().all(|ty| slots(program, ty) == 0 || is_plain(program, ty))
        }
        other => slots(program, other) == 1,
    }
}
