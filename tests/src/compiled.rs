//! Contracts of `contracts/`, compiled from their sources once per test program.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

use ed25519_dalek::SigningKey;
use serde_json::Value;
use tsolc::{Artifact, DiskLoader, Settings, TvmVersion, render};

use crate::workspace;
use crate::world::Contract;

/// What the contracts of this test program are built for, if not for our own machine.
static MACHINE: OnceLock<TvmVersion> = OnceLock::new();

/// Builds all contracts of this test program for another machine; called before the first one is built.
pub fn build_for(machine: TvmVersion) {
    MACHINE
        .set(machine)
        .or_else(|_| if MACHINE.get() == Some(&machine) { Ok(()) } else { Err(()) })
        .expect("one machine");
}

/// The contract in `contracts/PATH`, which is named like its file: `MemberRegistry.tsol`, `test/Bouncer.tsol`.
///
/// # Panics
/// If it does not compile: the message holds the compiler's errors.
pub fn artifact(path: &str) -> Arc<Artifact> {
    static DONE: OnceLock<Mutex<BTreeMap<String, Arc<Artifact>>>> = OnceLock::new();
    let mut done = DONE.get_or_init(Mutex::default).lock().expect("no test panics while it compiles");
    done.entry(path.to_owned()).or_insert_with(|| Arc::new(compile(path))).clone()
}

fn compile(path: &str) -> Artifact {
    let loader = DiskLoader::new(workspace("contracts"), Vec::new());
    let text = loader.read(path).unwrap_or_else(|error| panic!("contracts/{path}: {error}"));
    let settings =
        Settings { tvm_version: MACHINE.get().copied().unwrap_or_default(), ..Settings::default() };
    let compilation = tsolc::compile(path, &text, &loader, &settings);
    let Ok(artifacts) = compilation.artifacts else {
        let errors = compilation.diagnostics.iter().map(|d| render::text(d, &compilation.sources, false));
        panic!("contracts/{path} does not compile:\n{}", errors.collect::<String>());
    };
    artifacts.into_iter().next().unwrap_or_else(|| panic!("contracts/{path} has no contract"))
}

/// That contract with these static variables, deployed by `key` (or by nobody's key, with public key 0).
pub fn contract(path: &str, key: Option<&SigningKey>, statics: &Value) -> Contract {
    let artifact = artifact(path);
    match key {
        Some(key) => Contract::new(&artifact.abi, &artifact.tvc, key, statics),
        None => Contract::without_key(&artifact.abi, &artifact.tvc, statics),
    }
}
