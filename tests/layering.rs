//! The arrows between our crates point one way, and the pure crates stay pure.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId};

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
            "signing",
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

/// Crates that open sockets, or are there for those that do; and our own ones that use them.
const NETWORK: &[&str] = &[
    "async-graphql",
    "async-std",
    "axum",
    "curl",
    "governance",
    "h2",
    "hickory-resolver",
    "hyper",
    "hyper-util",
    "isahc",
    "localnet",
    "mio",
    "native-tls",
    "node-server",
    "openssl",
    "quinn",
    "reqwest",
    "rustls",
    "smol",
    "socket2",
    "subgov",
    "tokio",
    "tokio-rustls",
    "tokio-tungstenite",
    "ton-client",
    "tower-http",
    "tungstenite",
    "ureq",
];

/// Everything that a crate is built on, with itself.
fn closure(resolved: &Metadata, name: &str) -> BTreeSet<String> {
    let graph = resolved.resolve.as_ref().expect("cargo resolves the workspace");
    let package = |id: &PackageId| {
        resolved.packages.iter().find(|package| package.id == *id).expect("every node is a package")
    };
    let start =
        resolved.packages.iter().find(|package| package.name.as_str() == name && package.source.is_none());
    let mut open = vec![start.expect("it is one of our crates").id.clone()];
    let mut reached = BTreeSet::new();
    let mut names = BTreeSet::new();
    while let Some(id) = open.pop() {
        if !reached.insert(id.clone()) {
            continue;
        }
        names.insert(package(&id).name.to_string());
        let node = graph.nodes.iter().find(|node| node.id == id).expect("every package is a node");
        let built = |dep: &&cargo_metadata::NodeDep| {
            dep.dep_kinds.iter().any(|kind| kind.kind != DependencyKind::Development)
        };
        open.extend(node.deps.iter().filter(built).map(|dep| dep.pkg.clone()));
    }
    names
}

#[test]
fn offline_custodian_is_built_on_no_network() {
    let arguments = ["--offline", "--filter-platform", "x86_64-unknown-linux-gnu"].map(str::to_owned);
    let resolved =
        MetadataCommand::new().other_options(arguments).exec().expect("cargo resolves what was fetched");
    let network = |name: &str| -> Vec<String> {
        closure(&resolved, name).into_iter().filter(|name| NETWORK.contains(&name.as_str())).collect()
    };
    assert!(closure(&resolved, "signing").contains("keystore"), "the graph is walked");
    for name in ["signing", "keystore", "keys", "ton-abi"] {
        assert_eq!(network(name), [] as [&str; 0], "{name} has nothing to do with a network");
    }
    // The same question has an answer where there is one.
    for name in ["tokio", "reqwest", "socket2", "ton-client"] {
        assert!(network("subgov").iter().any(|found| found == name), "the command line is built on {name}");
    }
}

#[test]
fn offline_custodian_uses_no_socket_of_the_standard_library() {
    let root =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the workspace");
    let mut open: Vec<_> = ["signing", "keystore", "keys", "ton-abi"]
        .iter()
        .map(|name| root.join("crates").join(name).join("src"))
        .collect();
    let mut files = 0;
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(path.read_dir().expect("readable").map(|entry| entry.expect("readable").path()));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = std::fs::read_to_string(&path).expect("our sources are text");
            for word in ["std::net", "TcpStream", "UdpSocket", "UnixStream"] {
                assert!(!text.contains(word), "{} speaks of {word}", path.display());
            }
            files += 1;
        }
    }
    assert!(files > 30, "the sources are read");
}
