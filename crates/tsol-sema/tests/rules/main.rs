//! One source for each rule. `//~ E0303` at the end of a line says that exactly this problem is reported there;
//! everything that is not marked must not be reported.

mod declarations;
mod expressions;
mod features;
mod functions;
mod inheritance;
mod support;
mod tree;
mod warnings;
