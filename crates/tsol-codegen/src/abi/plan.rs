//! Cutting a list of values into a chain of cells (ABI 2.2, "fixed layout").

use tsol_sema::hir::{Headers, Program, Type};

use super::types::{Size, max_size};

/// One member of the flattened list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Leaf {
    /// Its type: never a struct or tuple.
    pub(crate) ty: Type,
    /// Largest size.
    pub(crate) size: Size,
}

/// The members of `types` in order, structs and tuples opened.
pub(crate) fn leaves<'t>(program: &Program, types: impl IntoIterator<Item = &'t Type>) -> Vec<Leaf> {
    let mut out = Vec::new();
    types.into_iter().for_each(|ty| add_leaves(program, ty, &mut out));
    out
}

fn add_leaves(program: &Program, ty: &Type, out: &mut Vec<Leaf>) {
    match ty {
        Type::Struct(id) => {
            let fields = &program.structs[id.0 as usize].fields;
            fields.iter().for_each(|(_, ty)| add_leaves(program, ty, out));
        }
        Type::Tuple(types) => types.iter().for_each(|ty| add_leaves(program, ty, out)),
        other => out.push(Leaf { ty: other.clone(), size: max_size(program, other) }),
    }
}

/// Which members start a new cell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Plan {
    /// The members.
    pub(crate) leaves: Vec<Leaf>,
    /// For each member: it is the first one of a new cell, the last reference of the cell before.
    pub(crate) breaks: Vec<bool>,
}

impl Plan {
    /// Cuts `leaves` where the first cell has `used` room taken already.
    ///
    /// A member stays when it and all that follow fit, or when it fits and leaves a reference for the next cell.
    pub(crate) fn new(leaves: Vec<Leaf>, used: Size) -> Plan {
        let mut rest = vec![Size::default(); leaves.len() + 1];
        for (i, leaf) in leaves.iter().enumerate().rev() {
            rest[i] = rest[i + 1].add(leaf.size);
        }
        let mut now = used;
        let mut breaks = Vec::with_capacity(leaves.len());
        for (i, leaf) in leaves.iter().enumerate() {
            let next = now.add(leaf.size);
            let stays =
                now.add(rest[i]).fits() || next.bits <= Size::CELL.bits && next.refs < Size::CELL.refs;
            now = if stays { next } else { leaf.size };
            breaks.push(!stays);
        }
        Plan { leaves, breaks }
    }

    /// Whether everything is in the first cell.
    pub(crate) fn is_single(&self) -> bool {
        !self.breaks.contains(&true)
    }
}

/// Bits before the parameters of a function in an external message.
///
/// The place of the signature counts as an address from ABI 2.3 on, which is longer than 1 + 512 bits.
pub(crate) fn header_bits(headers: Headers, signs_address: bool) -> u32 {
    let signature = if signs_address { 591 } else { 513 };
    let pubkey = if headers.pubkey { 257 } else { 0 };
    let time = if headers.time { 64 } else { 0 };
    let expire = if headers.expire { 32 } else { 0 };
    signature + pubkey + time + expire + 32
}

#[cfg(test)]
mod tests {
    use tsol_sema::hir::{Program, Type};

    use super::{Plan, Size, leaves};

    fn breaks(types: &[Type]) -> Vec<usize> {
        let plan = Plan::new(leaves(&Program::default(), types), Size { bits: 32, refs: 0 });
        plan.breaks.iter().enumerate().filter(|(_, b)| **b).map(|(i, _)| i).collect()
    }

    #[test]
    fn the_examples_of_the_specification_are_cut_as_it_says() {
        assert_eq!(breaks(&[Type::Address, Type::Address]), [1]);
        let map = Type::Mapping(Box::new(Type::UINT256), Box::new(Type::UINT256));
        assert_eq!(breaks(&vec![map; 4]), [0usize; 0]);
        let strings = vec![Type::String; 4];
        let five: Vec<_> = strings.iter().cloned().chain([Type::UINT32]).collect();
        assert_eq!(breaks(&five), [0usize; 0]);
        let eight: Vec<_> = strings.into_iter().chain(vec![Type::UINT256; 4]).collect();
        assert_eq!(breaks(&eight), [3, 7]);
    }
}
