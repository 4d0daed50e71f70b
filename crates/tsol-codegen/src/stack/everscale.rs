//! Code for the machine of Everscale, which lacks instructions that the one of TON has.
//!
//! TON's version 12 opens and hashes a builder at once (`BTOS`, `HASHBU`); Everscale's machine, and with it the
//! executor of the official SDK, ends with "invalid opcode" there. The cell is built first, for 518 gas more.

use super::{Code, Insn, Placed};
use crate::opcode::Op;

/// Replaces what only TON's machine knows.
pub(crate) fn for_everscale(code: &mut Code) {
    let mut out = Vec::with_capacity(code.insns.len());
    for mut placed in code.insns.drain(..) {
        for body in placed.insn.bodies_mut() {
            for_everscale(body);
        }
        let after = match &placed.insn {
            Insn::Op(Op::HashBU) => Op::HashCU,
            Insn::Op(Op::BToS) => Op::CToS,
            _ => {
                out.push(placed);
                continue;
            }
        };
        out.push(Placed { insn: Insn::Op(Op::EndC), span: placed.span });
        out.push(Placed { insn: Insn::Op(after), span: placed.span });
    }
    code.insns = out;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::Branch;

    #[test]
    fn builders_become_cells_in_bodies_too() {
        let mut body = Code::default();
        body.push(Insn::Op(Op::HashBU), None);
        let mut code = Code::default();
        code.push(Insn::Op(Op::BToS), None);
        code.push(Insn::Branch(Branch::If, body), None);
        for_everscale(&mut code);
        let mut wanted_body = Code::default();
        wanted_body.push(Insn::Op(Op::EndC), None);
        wanted_body.push(Insn::Op(Op::HashCU), None);
        let mut wanted = Code::default();
        wanted.push(Insn::Op(Op::EndC), None);
        wanted.push(Insn::Op(Op::CToS), None);
        wanted.push(Insn::Branch(Branch::If, wanted_body), None);
        assert_eq!(code, wanted);
    }
}
