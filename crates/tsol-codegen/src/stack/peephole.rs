//! Local improvements of scheduled code.

use super::Code;

/// Improves a function's code in place.
pub(crate) fn peephole(_code: &mut Code) {}
