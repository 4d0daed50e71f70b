//! The command line `subgov`.

fn main() {}
