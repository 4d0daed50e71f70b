//! The ABI file of a contract.

use serde_json::{Map, Value, json};
use tsol_sema::hir::{Contract, Function, LocalId, Program, Storage, Type};

use super::types::describe;

/// The ABI json of `contract` as pretty text with a final line break.
///
/// Key order is that of the ABI 2.3 specification: version, header, functions, data, events, fields.
pub(crate) fn abi_json(program: &Program, contract: &Contract, version: &str) -> String {
    let mut root = Map::new();
    root.insert("ABI version".into(), json!(2));
    root.insert("version".into(), json!(version));
    root.insert("header".into(), header(contract));
    let entries = &contract.entries;
    let functions = entries.constructor.iter().chain(&entries.public);
    let functions: Vec<_> =
        functions.map(|id| function(program, &contract.functions[id.0 as usize])).collect();
    root.insert("functions".into(), Value::Array(functions));
    root.insert("data".into(), data(program, contract));
    let events = contract.events.iter().map(|id| {
        let event = &program.events[id.0 as usize];
        json!({ "name": event.name, "inputs": params(program, &event.params), "outputs": [] })
    });
    root.insert("events".into(), Value::Array(events.collect()));
    root.insert("fields".into(), fields(program, contract));
    let text = serde_json::to_string_pretty(&Value::Object(root)).unwrap_or_default();
    text + "\n"
}

fn header(contract: &Contract) -> Value {
    let headers = contract.headers;
    let names = [("pubkey", headers.pubkey), ("time", headers.time), ("expire", headers.expire)];
    names.iter().filter(|(_, present)| *present).map(|(name, _)| json!(name)).collect()
}

fn params(program: &Program, params: &[(String, Type)]) -> Value {
    let list = params.iter().enumerate().map(|(i, (name, ty))| {
        let fallback = format!("value{i}");
        Value::Object(describe(program, if name.is_empty() { &fallback } else { name }, ty))
    });
    Value::Array(list.collect())
}

fn function(program: &Program, function: &Function) -> Value {
    let named = |ids: &[LocalId]| -> Vec<(String, Type)> {
        let locals = ids.iter().map(|id| &function.locals[id.0 as usize]);
        locals.map(|local| (local.name.clone(), local.ty.clone())).collect()
    };
    let mut inputs = params(program, &named(&function.params));
    if let (true, Value::Array(list)) = (function.responsible, &mut inputs) {
        list.insert(0, json!({ "name": "answerId", "type": "uint32" }));
    }
    let mut map = Map::new();
    map.insert("name".into(), json!(function.name));
    if let Some(id) = function.function_id {
        map.insert("id".into(), json!(format!("0x{id:X}")));
    }
    map.insert("inputs".into(), inputs);
    map.insert("outputs".into(), params(program, &named(&function.returns)));
    Value::Object(map)
}

fn data(program: &Program, contract: &Contract) -> Value {
    let statics = contract.state.iter().filter(|var| var.storage == Storage::Static);
    let list = statics.enumerate().map(|(i, var)| {
        let mut entry = Map::new();
        entry.insert("key".into(), json!(i + 1));
        entry.extend(describe(program, &var.name, &var.ty));
        Value::Object(entry)
    });
    Value::Array(list.collect())
}

fn fields(program: &Program, contract: &Contract) -> Value {
    let mut list = vec![json!({ "name": "_pubkey", "type": "uint256" })];
    if contract.headers.time && contract.entries.after_signature_check.is_none() {
        list.push(json!({ "name": "_timestamp", "type": "uint64" }));
    }
    if contract.entries.constructor.is_some() {
        list.push(json!({ "name": "_constructorFlag", "type": "bool" }));
    }
    let stored: Vec<_> = contract.state.iter().filter(|var| var.storage != Storage::NoStorage).collect();
    for (i, var) in stored.iter().enumerate() {
        // the last of several private variables with one name keeps it
        let shadowed = stored[i + 1..].iter().filter(|later| later.name == var.name).count();
        let name = if shadowed == 0 { var.name.clone() } else { format!("{}${shadowed}", var.name) };
        list.push(Value::Object(describe(program, &name, &var.ty)));
    }
    Value::Array(list)
}
