//! The contracts of `contracts/test`, compiled once for all tests.

use std::sync::OnceLock;

use serde_json::Value;
use tsolc::project::{Project, build};
use workspace_tests::workspace;
use workspace_tests::world::{Contract, key};

use crate::wallet::DEPLOYER;

/// A test contract with these initial values of its static variables.
pub(crate) fn test_contract(name: &str, statics: &Value) -> Contract {
    static PROJECT: OnceLock<Project> = OnceLock::new();
    let project =
        PROJECT.get_or_init(|| build(&workspace("contracts"), "test").expect("contracts/test compiles"));
    let artifact = project.artifacts.iter().find(|a| a.name == name).expect("a contract of contracts/test");
    Contract::new(&artifact.abi, &artifact.tvc, &key(DEPLOYER), statics)
}
