//! Transformations that keep the meaning.
//!
//! Invariants: what has an effect or may throw keeps its order and number (a throw that provably
//! does not happen may go); every pass leaves a module that [`verify`](crate::ir::verify) accepts;
//! nothing depends on the order of a hash map.

mod cut;
mod dead;
mod eval;
mod guard;
mod inline;
mod range;
mod rename;
mod scopes;
mod select;
mod simplify;

pub use eval::eval;

use super::Module;

/// Makes every block end where it really ends; what follows relies on it.
pub fn normalize(module: &mut Module) {
    for function in &mut module.functions {
        cut::cut(&mut function.body);
    }
}

/// All optimising passes.
pub fn optimize(module: &mut Module) {
    clean(module);
    inline::inline(module);
    normalize(module);
    clean(module);
    clean(module);
}

fn clean(module: &mut Module) {
    for function in &mut module.functions {
        scopes::flatten(function);
        simplify::simplify(function);
        cut::cut(&mut function.body);
        dead::remove_dead(function);
    }
}

/// The last passes before scheduling, when no `Switch` is left.
pub fn finish(module: &mut Module, optimize: bool) {
    normalize(module);
    if optimize {
        clean(module);
        for function in &mut module.functions {
            // Ends in the branches first: a scope in last position there needs no leaving.
            for _ in 0..3 {
                scopes::push_ends(&mut function.body);
                cut::cut(&mut function.body);
                scopes::flatten(function);
            }
            guard::guard(&mut function.body);
            simplify::simplify(function);
            cut::cut(&mut function.body);
            select::select(function);
            dead::remove_dead(function);
            scopes::push_ends(&mut function.body);
            cut::cut(&mut function.body);
        }
    }
}
