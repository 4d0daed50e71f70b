//! The back end against an interpreter of the intermediate code: random programs and fixed ones
//! run on the real machine and must do the same.

#![allow(clippy::unwrap_used)] // helpers of tests, outside of test functions

mod gen_programs;
mod interp;
mod machine;
mod shapes;

use gen_programs::random_module;
use interp::{Outcome, V, interpret};
use machine::run;
use num_bigint::BigInt;
use tsol_codegen::backend::{Options, compile};
use tsol_codegen::ir::Module;

/// Compares the two on one module for some arguments.
fn check(module: &Module, seed: u64, optimize: bool) -> bool {
    let program = match compile(module.clone(), Options { optimize, ..Options::default() }) {
        Ok(program) => program,
        Err(error) => panic!("seed {seed}: {error}\n{module}"),
    };
    let params = module.functions[module.entry.0 as usize].params.len();
    let mut finished = false;
    for round in 0..3i64 {
        let args: Vec<V> = (0..params)
            .map(|i| V::Int(BigInt::from((seed as i64 % 97 + round * 31) * (i as i64 - 1) % 23)))
            .collect();
        let want = interpret(module, args.clone());
        let Some(want) = want else { continue };
        let got = run(&program.code, &args);
        finished |= want.exit == 0;
        if want != got {
            let listing = program.listing(&|_| None);
            panic!(
                "seed {seed} round {round} optimize {optimize}\nwant {want:?}\ngot  {got:?}\n{module}\n{listing}"
            );
        }
    }
    finished
}

#[test]
fn random_programs_do_the_same_on_the_machine() {
    const PROGRAMS: u64 = 3_000;
    let first: u64 = std::env::var("TSOL_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(1);
    let only = std::env::var("TSOL_SEED").is_ok();
    println!("programs from seed {first}; set TSOL_SEED to run one");
    let mut finished = 0u64;
    for seed in first..if only { first + 1 } else { first + PROGRAMS } {
        let module = random_module(seed);
        let plain = check(&module, seed, false);
        let optimized = check(&module, seed, true);
        assert_eq!(plain, optimized);
        finished += u64::from(plain);
    }
    println!("{finished} programs ended without an exception");
    assert!(only || finished > PROGRAMS / 3, "too few programs end normally: {finished}");
}

#[test]
fn outcomes_compare_by_value() {
    let a = Outcome { exit: 0, stack: vec![V::Int(1.into())], globals: Vec::new() };
    let b = Outcome { exit: 0, stack: vec![V::Int(2.into())], globals: Vec::new() };
    assert_ne!(a, b);
}
