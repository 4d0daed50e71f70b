//! Transformations that keep the meaning.
//!
//! Invariants: what has an effect or may throw keeps its order and number; every pass leaves a
//! module that [`verify`](crate::ir::verify) accepts; nothing depends on the order of a hash map.

mod cut;
mod dead;
mod fold;
mod inline;
mod range;
mod simplify;
mod tails;

use super::{Function, Module};

/// How often the passes over a function are repeated at most; each round works on what the last one opened.
const ROUNDS: usize = 4;

/// Makes every block end where it really ends; what follows relies on it.
pub fn normalize(module: &mut Module) {
    for function in &mut module.functions {
        cut::cut(&mut function.body);
    }
}

/// All optimising passes.
pub fn optimize(module: &mut Module) {
    for function in &mut module.functions {
        tidy(function);
    }
    inline::inline(module);
    for function in &mut module.functions {
        tidy(function);
    }
    dead::unreachable_functions(module);
}

/// The passes that look at one function alone, until they find nothing more.
fn tidy(function: &mut Function) {
    for _ in 0..ROUNDS {
        let before = function.body.size();
        tails::nest(function);
        simplify::simplify(function);
        dead::remove(function);
        if function.body.size() == before {
            break;
        }
    }
}

/// The last passes before scheduling, when no `Switch` is left.
pub fn finish(module: &mut Module, _optimize: bool) {
    normalize(module);
}
