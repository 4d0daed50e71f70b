//! `abi/` is what the compiler makes of `contracts/`, byte for byte.

use std::collections::BTreeSet;

use workspace_tests::workspace;

#[test]
fn committed_outputs_come_from_the_committed_sources() {
    let project = tsolc::project::build(&workspace("contracts"), "").expect("the contracts compile");
    assert_eq!(project.warnings, "", "the contracts compile without warnings");
    let fresh = |name: &str, built: &[u8]| {
        let path = workspace("abi").join(name);
        let committed = std::fs::read(&path).unwrap_or_default();
        assert!(
            committed == built,
            "abi/{name} is not what contracts/ compiles to: run scripts/contracts and commit it"
        );
    };
    let mut expected = BTreeSet::from(["manifest.json".to_owned()]);
    for artifact in &project.artifacts {
        let name = &artifact.name;
        let [abi, tvc, map] = ["abi.json", "tvc", "map.json"].map(|end| format!("{name}.{end}"));
        fresh(&abi, artifact.abi.as_bytes());
        fresh(&tvc, &artifact.tvc);
        fresh(&map, artifact.map.as_bytes());
        expected.extend([abi, tvc, map]);
    }
    fresh("manifest.json", project.manifest.as_bytes());
    let entries = std::fs::read_dir(workspace("abi")).expect("abi/ is there");
    let found = entries.map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned());
    assert_eq!(found.collect::<BTreeSet<_>>(), expected, "abi/ holds nothing else");
}

#[test]
fn only_the_giver_speaks_an_older_abi() {
    let text = std::fs::read_to_string(workspace("abi/manifest.json")).expect("readable");
    let manifest: serde_json::Value = serde_json::from_str(&text).expect("the manifest is JSON");
    for (name, entry) in manifest["contracts"].as_object().expect("contracts by name") {
        let version = if name == "Giver" { "2.2" } else { "2.3" };
        assert_eq!(entry["abiVersion"], version, "{name}");
    }
}
