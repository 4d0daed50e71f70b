//! Source maps: every failure leads to its line, and every instruction to a line or to a named piece of the compiler's.

mod coverage;
mod lines;
