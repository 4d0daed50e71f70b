//! The node in a process of its own.

fn main() {}
