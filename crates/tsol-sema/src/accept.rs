//! Warning of functions that external messages call and that never accept them.

use crate::builtin::Builtin;
use crate::codes::W0206;
use crate::cx::Cx;
use crate::hir::{ExprKind, Function, Messages};
use crate::walk;

impl Cx<'_> {
    /// An external message brings no money: a function that does not buy gas runs on 10 000 units of credit and
    /// leaves nothing behind.
    pub(crate) fn warn_missing_accept(&self, functions: &[Function]) {
        if self.diags.has_errors() {
            return;
        }
        let calls: Vec<Vec<usize>> = functions.iter().map(walk::called).collect();
        let accepts: Vec<bool> = functions.iter().map(accepts).collect();
        for (start, function) in functions.iter().enumerate() {
            if !function.public || function.messages != Messages::External {
                continue;
            }
            let mut seen = vec![false; functions.len()];
            let mut queue = vec![start];
            let mut found = false;
            while let Some(next) = queue.pop() {
                if !std::mem::replace(&mut seen[next], true) {
                    found |= accepts[next];
                    queue.extend(&calls[next]);
                }
            }
            if !found {
                self.warn(W0206, function.span, format!("`{}` never accepts the message", function.name))
                    .help("call `tvm.accept()` behind the checks")
                    .emit();
            }
        }
    }
}

fn accepts(function: &Function) -> bool {
    let mut found = false;
    walk::each_expr(function, &mut |expr| {
        if let ExprKind::Builtin(builtin, _) = &expr.kind {
            found |= matches!(builtin, Builtin::Accept | Builtin::SetGasLimit | Builtin::BuyGas);
        }
    });
    found
}
