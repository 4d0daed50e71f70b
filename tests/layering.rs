//! The arrows between our crates point one way, and the pure crates stay pure.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

/// Which of our crates each crate may name in `[dependencies]`: the map in the README, row by row.
const ARROWS: &[(&str, &[&str])] = &[
    ("tsol-syntax", &[]),
    ("tsol-sema", &["tsol-syntax"]),
    ("tsol-codegen", &["tsol-sema", "tsol-syntax"]),
    ("tsolc", &["tsol-codegen", "tsol-sema", "tsol-syntax"]),
    ("ton-abi", &[]),
    ("chain", &["ton-abi"]),
    ("keys", &["ton-abi"]),
    ("keystore", &["keys"]),
    ("signing", &["keys", "keystore", "ton-abi"]),
    ("ton-client", &["chain", "keys", "ton-abi"]),
    ("localnet", &["chain", "ton-abi", "ton-client"]),
    ("governance", &["keys", "ton-abi", "ton-client"]),
    ("deploy", &["governance", "keys", "ton-abi", "ton-client"]),
    ("results", &["governance", "ton-abi", "ton-client"]),
    ("node-server", &["chain", "keys", "localnet", "ton-abi", "ton-client"]),
    (
        "subgov",
        &[
            "chain",
            "deploy",
            "governance",
            "keys",
            "keystore",
            "localnet",
            "node-server",
            "results",
            "ton-abi",
            "ton-client",
            "tsolc",
        ],
    ),
    ("testkit", &["chain", "governance", "keys", "localnet", "ton-abi", "ton-client"]),
    (
        "workspace-tests",
        &["chain", "governance", "localnet", "node-server", "ton-abi", "ton-client", "tsolc"],
    ),
];

/// Crates that take clock, randomness and files as arguments.
const PURE: &[&str] = &["tsol-syntax", "tsol-sema", "tsol-codegen", "ton-abi", "chain"];

/// What a pure crate may not be built on.
const IMPURE: &[&str] = &["tokio", "clap", "anyhow", "tempfile", "rand", "reqwest"];

fn metadata() -> Metadata {
    MetadataCommand::new().no_deps().exec().expect("cargo metadata describes the workspace")
}

fn names(package: &Package, kind: DependencyKind) -> BTreeSet<String> {
    package.dependencies.iter().filter(|d| d.kind == kind).map(|d| d.name.clone()).collect()
}

fn packages(metadata: &Metadata) -> BTreeMap<String, &Package> {
    metadata.packages.iter().map(|p| (p.name.to_string(), p)).collect()
}

#[test]
fn arrows_point_one_way() {
    let metadata = metadata();
    let packages = packages(&metadata);
    let known: BTreeSet<_> = ARROWS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(packages.keys().cloned().collect::<BTreeSet<_>>(), known, "every crate has its row in ARROWS");
    for (name, allowed) in ARROWS {
        for dependency in names(packages[*name], DependencyKind::Normal) {
            if known.contains(&dependency) {
                assert!(allowed.contains(&dependency.as_str()), "{name} may not depend on {dependency}");
            }
        }
    }
}

#[test]
fn test_dependencies_make_no_cycle() {
    let metadata = metadata();
    let packages = packages(&metadata);
    let all = |name: &str| -> BTreeSet<String> {
        let package = packages[name];
        let mut edges = names(package, DependencyKind::Normal);
        edges.extend(names(package, DependencyKind::Development));
        edges.into_iter().filter(|n| packages.contains_key(n)).collect()
    };
    for start in packages.keys() {
        let mut reached = BTreeSet::new();
        let mut open: Vec<_> = all(start).into_iter().collect();
        while let Some(next) = open.pop() {
            assert!(&next != start, "{start} reaches itself through test dependencies");
            if reached.insert(next.clone()) {
                open.extend(all(&next));
            }
        }
    }
}

#[test]
fn pure_crates_stay_pure() {
    let metadata = metadata();
    let packages = packages(&metadata);
    for name in PURE {
        for dependency in names(packages[*name], DependencyKind::Normal) {
            assert!(!IMPURE.contains(&dependency.as_str()), "{name} is pure and may not use {dependency}");
        }
    }
}

#[test]
fn errors_are_typed_outside_binaries() {
    let metadata = metadata();
    for package in &metadata.packages {
        let is_binary = package.targets.iter().any(|t| t.is_bin());
        let uses_anyhow = names(package, DependencyKind::Normal).contains("anyhow");
        assert!(is_binary || !uses_anyhow, "{} is a library and may not use anyhow", package.name);
    }
}
