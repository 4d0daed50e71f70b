//! Names and types of the schema are those of q-server.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::world::World;

/// See its first lines.
const FACTS: &str = include_str!("facts.txt");

const TYPES: &str = "{ __schema { types { kind name fields { name args { name type { ...T } } type { ...T } }
    inputFields { name type { ...T } } enumValues { name } } } }
    fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }";

fn type_name(ty: &Value) -> String {
    match ty["kind"].as_str().unwrap() {
        "NON_NULL" => format!("{}!", type_name(&ty["ofType"])),
        "LIST" => format!("[{}]", type_name(&ty["ofType"])),
        _ => ty["name"].as_str().unwrap().to_owned(),
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn facts(ty: &Value, all: &mut BTreeSet<String>) {
    let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
    let of = name(ty);
    for field in list(&ty["fields"]) {
        let mut arguments: Vec<_> =
            list(&field["args"]).map(|one| format!("{}: {}", name(one), type_name(&one["type"]))).collect();
        arguments.sort();
        let arguments =
            if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
        all.insert(format!("{of}.{}{arguments}: {}", name(field), type_name(&field["type"])));
    }
    all.extend(
        list(&ty["inputFields"]).map(|one| format!("{of}.{}: {}", name(one), type_name(&one["type"]))),
    );
    all.extend(list(&ty["enumValues"]).map(|one| format!("{of}.{}", name(one))));
}

#[tokio::test]
async fn fields_have_the_names_and_types_that_clients_know() {
    let world = World::new().await;
    let data = world.ask(TYPES).await;
    let mut all = BTreeSet::new();
    list(&data["__schema"]["types"]).for_each(|ty| facts(ty, &mut all));
    let known: Vec<_> = FACTS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let missing: Vec<_> = known.iter().filter(|fact| !all.contains(**fact)).collect();
    assert_eq!(missing, Vec::<&&str>::new());
    assert!(known.len() > 1_000, "only {} facts", known.len());
}
