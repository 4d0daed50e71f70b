//! What the language provides.

mod cells;
mod containers;
mod machine;
mod numbers;
mod texts;

use tsol_sema::builtin::Builtin;
use tsol_sema::hir::Expr;

use super::cx::Lowered;
use super::fx::Fx;
use crate::ir::Value;

impl<'p> Fx<'_, 'p> {
    /// A builtin operation; the families take it in turn.
    pub(super) fn builtin(
        &mut self,
        builtin: &'p Builtin,
        args: &'p [Expr],
        e: &'p Expr,
    ) -> Lowered<Vec<Value>> {
        if builtin.writes_receiver() {
            return self.writing_builtin(builtin, args, e);
        }
        if let Some(values) = self.message_builtin(builtin)? {
            return Ok(values);
        }
        if let Some(values) = self.machine_builtin(builtin, args, e)? {
            return Ok(values);
        }
        let values = self.exprs(args)?;
        if let Some(out) = self.number_builtin(builtin, &values, args, e)? {
            return Ok(out);
        }
        if let Some(out) = self.address_builtin(builtin, &values)? {
            return Ok(out);
        }
        if let Some(out) = self.cell_builtin(builtin, &values, e)? {
            return Ok(out);
        }
        if let Some(out) = self.container_builtin(builtin, &values, args, e)? {
            return Ok(out);
        }
        if let Some(out) = self.text_builtin(builtin, &values, args)? {
            return Ok(out);
        }
        Err(self.cx.unsupported(e.span, format!("`{builtin:?}`")))
    }

    fn writing_builtin(
        &mut self,
        builtin: &'p Builtin,
        args: &'p [Expr],
        e: &'p Expr,
    ) -> Lowered<Vec<Value>> {
        self.change(&args[0], |fx, receiver| {
            let mut values = Vec::new();
            let mut groups = Vec::new();
            for arg in &args[1..] {
                let part = fx.expr(arg)?;
                values.extend(part.iter().copied());
                groups.push(part);
            }
            if let Some(out) = fx.slice_change(builtin, &receiver, &values, e)? {
                return Ok(out);
            }
            if let Some(out) = fx.builder_change(builtin, &receiver, &groups, args)? {
                return Ok(out);
            }
            if let Some(out) = fx.container_change(builtin, &receiver, &groups, args)? {
                return Ok(out);
            }
            Err(fx.cx.unsupported(e.span, format!("`{builtin:?}`")))
        })
    }
}
