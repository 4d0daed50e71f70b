//! `subgov call CONTRACT METHOD [JSON]`

use std::path::PathBuf;

use serde_json::{Value, json};
use ton_abi::ContractAbi;
use ton_client::Contract;

use super::account::contract_at;
use super::message::{cannot_read, parse_abi};
use crate::body;
use crate::error::{CliError, Status};
use crate::failure::from_client;
use crate::output::Answer;
use crate::view::{View, ViewArgs};

/// Ask a contract: run one of its functions here, on its present state, and show what it returns. Nothing is sent.
#[derive(Debug, clap::Args)]
pub(crate) struct Call {
    /// The contract: a name, or an address.
    #[arg(value_name = "NAME|ADDRESS")]
    contract: String,
    /// The function; without it those of the contract are listed.
    method: Option<String>,
    /// Its parameters as a JSON object: numbers may be decimal strings, cells are base64.
    #[arg(value_name = "JSON")]
    params: Option<String>,
    /// Interface of the contract, if its code is not known here.
    #[arg(long, value_name = "FILE")]
    abi: Option<PathBuf>,
    #[command(flatten)]
    view: ViewArgs,
}

pub(crate) async fn run(args: &Call) -> Result<Answer, CliError> {
    let params = parameters(args.params.as_deref().unwrap_or("{}"))?;
    let view = args.view.open().await?;
    let (contract, name) = contract(&view, args).await?;
    let Some(method) = &args.method else { return Ok(list(&contract.abi, &name)) };
    let answer = view.client().run_getter(&contract, method, &params).await;
    let answer = answer.map_err(|error| from_client(format!("{method} of {name} gives no answer"), error))?;
    let values = answer.json();
    let text = match &values {
        Value::Object(members) => {
            members.iter().map(|(name, value)| format!("{name}: {}\n", pretty(value))).collect()
        }
        value => format!("{}\n", pretty(value)),
    };
    let data = json!({ "contract": contract.address.to_string(), "method": method, "answer": values });
    Ok(Answer { text, data, warnings: Vec::new() })
}

/// A single value as it is, structures as JSON on several lines.
fn pretty(value: &Value) -> String {
    match value {
        Value::Object(_) | Value::Array(_) => format!("{value:#}"),
        value => body::shown(value),
    }
}

async fn contract(view: &View, args: &Call) -> Result<(Contract, String), CliError> {
    let address = view.account(&args.contract).await?;
    let name = view.label(&address);
    if let Some(path) = &args.abi {
        let text = std::fs::read_to_string(path).map_err(|error| cannot_read(path, &error))?;
        return Ok((Contract { address, abi: parse_abi(path, &text)? }, name));
    }
    let hint = "give its interface with --abi NAME.abi.json";
    Ok((contract_at(view.client(), &address, &name, hint).await?, name))
}

/// Parameters of a function.
pub(super) fn parameters(text: &str) -> Result<Value, CliError> {
    serde_json::from_str(text).map_err(|error| {
        let (what, hint) = ("the parameters are not understood", "give a JSON object like '{\"id\": \"1\"}'");
        CliError::new(Status::Usage, "bad-json", what, error.to_string(), hint)
    })
}

/// The functions that answer, with their parameters.
fn list(abi: &ContractAbi, name: &str) -> Answer {
    let typed = |list: &[ton_abi::NamedAbiType]| {
        let one = |item: &ton_abi::NamedAbiType| format!("{} {}", item.ty, item.name);
        list.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    let asked: Vec<_> = abi.functions().iter().filter(|function| !function.outputs.is_empty()).collect();
    let lines = asked.iter().map(|function| {
        format!("  {}({}) -> ({})\n", function.name, typed(&function.inputs), typed(&function.outputs))
    });
    let text = format!("{name} answers\n{}", lines.collect::<String>());
    let methods: Vec<_> = asked
        .iter()
        .map(|function| {
            json!({
                "name": function.name.as_ref(),
                "inputs": typed(&function.inputs),
                "outputs": typed(&function.outputs),
            })
        })
        .collect();
    Answer { text, data: json!({ "contract": name, "methods": methods }), warnings: Vec::new() }
}
