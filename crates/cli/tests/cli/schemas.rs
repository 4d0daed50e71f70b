//! The schemas in `schemas/`, and what is wrong with a value.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use jsonschema::{Registry, Validator};
use serde_json::Value;

const SCHEMAS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas");
/// What the schemas' own addresses begin with.
const BASE: &str = "https://subgov.invalid/schemas/";

/// The schemas by their file names without ending.
pub(crate) struct Schemas(BTreeMap<String, Validator>);

impl Schemas {
    /// Reads all of them; each must say what it is.
    fn read() -> Self {
        let read = |path: PathBuf| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).expect("a schema is text");
            let schema: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{name}");
            assert_eq!(schema["$id"], format!("{BASE}{name}.json"), "{name}");
            assert!(schema["description"].as_str().is_some_and(|text| text.ends_with('.')), "{name}");
            (name, schema)
        };
        let schemas: BTreeMap<_, _> = files(SCHEMAS).into_iter().map(read).collect();
        let resources = schemas.iter().map(|(name, schema)| (format!("{BASE}{name}.json"), schema.clone()));
        let registry = resources.fold(Registry::new(), |registry, (address, schema)| {
            registry.add(address, schema).expect("addresses are URIs")
        });
        let registry = registry.prepare().expect("references have a target");
        let validator = |(name, schema): (String, Value)| {
            let built = jsonschema::options().with_registry(&registry).offline().build(&schema);
            let validator = built.unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, validator)
        };
        Self(schemas.into_iter().map(validator).collect())
    }

    /// All schemas, read once.
    pub(crate) fn get() -> &'static Self {
        static SCHEMAS: OnceLock<Schemas> = OnceLock::new();
        SCHEMAS.get_or_init(Self::read)
    }

    /// What is wrong with the answer to a command line that begins with the noun.
    pub(crate) fn wrong(&self, args: &[&str], status: i32, envelope: &Value) -> Vec<String> {
        let mut wrong = self.errors("envelope", envelope);
        if envelope["ok"] != (status == 0) {
            wrong.push(format!("`ok` does not go with exit status {status}"));
        }
        if status == 0 {
            let both = args.get(..2).map(|words| words.join("-")).filter(|name| self.has(name));
            let name = both.unwrap_or_else(|| args.first().copied().unwrap_or_default().to_owned());
            wrong.extend(self.errors(&name, &envelope["data"]));
        } else if envelope["errors"][0]["status"] != status {
            wrong.push(format!("the error does not say exit status {status}"));
        }
        wrong
    }

    /// Whether there is a schema of that name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// What is wrong with a value.
    pub(crate) fn errors(&self, name: &str, value: &Value) -> Vec<String> {
        let Some(schema) = self.0.get(name) else { return vec![format!("there is no schemas/{name}.json")] };
        schema.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
    }
}

/// Files of a directory, by name.
pub(crate) fn files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the directory is there");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("a readable entry").path()).collect();
    files.sort();
    files
}
