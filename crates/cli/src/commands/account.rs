//! `subgov account …`

use clap::Subcommand;
use governance::sources;
use serde_json::{Map, Value, json};
use ton_abi::{Address, ContractAbi, Nano};
use ton_client::processing::Step;
use ton_client::{Client, Contract};

use crate::body;
use crate::error::{CliError, Status};
use crate::failure::from_client;
use crate::output::Answer;
use crate::table::{Column, table};
use crate::utc::utc;
use crate::view::{View, ViewArgs};

#[derive(Debug, Subcommand)]
pub(crate) enum Account {
    Show(Show),
}

/// Show an account: balance, code, debt for storage, what its contract says of itself, last transactions.
#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// A name, or an address.
    #[arg(value_name = "NAME|ADDRESS")]
    account: String,
    /// How many of the last transactions to show.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(..=200))]
    transactions: u16,
    #[command(flatten)]
    view: ViewArgs,
}

pub(crate) async fn run(command: &Account) -> Result<Answer, CliError> {
    match command {
        Account::Show(args) => show(args).await,
    }
}

/// Name and interface of the contract at an address, as far as its code or its name is known.
fn contract_of(client: &Client, account: &chain::Account) -> Option<(String, ContractAbi)> {
    let registry = client.registry();
    let by_code = account.code().and_then(|code| registry.contract_of_code(code.repr_hash()).cloned());
    let name = by_code.or_else(|| registry.contract_at(account.address()).cloned())?;
    let abi = registry.abi(&name)?.clone();
    Some((name.to_string(), abi))
}

/// The contract at an address; `hint` says what to do if its interface is not known.
pub(super) async fn contract_at(
    client: &Client,
    address: &Address,
    name: &str,
    hint: &str,
) -> Result<Contract, CliError> {
    let account = client.account(address).await;
    let account = account.map_err(|error| from_client(format!("{name} cannot be read"), error))?;
    let known = contract_of(client, &account);
    let (_, abi) = known.ok_or_else(|| {
        let what = format!("the interface of {name} is not known");
        let why = match account.code() {
            Some(code) => format!("its code {} is none of the contracts of this program", code.repr_hash()),
            None => "no contract is there".to_owned(),
        };
        CliError::new(Status::Usage, "unknown-contract", what, why, hint)
    })?;
    Ok(Contract { address: address.clone(), abi })
}

async fn show(args: &Show) -> Result<Answer, CliError> {
    let view = args.view.open().await?;
    let (client, address) = (view.client(), view.account(&args.account).await?);
    let failed = |error| from_client(format!("the account {address} cannot be read"), error);
    let account = client.account(&address).await.map_err(failed)?;
    let history = client.history(&address, None, args.transactions.into()).await.map_err(failed)?;
    let code = account.code().map(|code| *code.repr_hash());
    let kind = contract_of(client, &account);
    let own_build = code.and_then(|code| sources::BuiltIn.name_of(&code));
    let due = account.load().and_then(|account| account.storage_stat.due_payment).map(Nano::from);
    let getters = match &kind {
        Some((_, abi)) if account.code().is_some() => getters(client, &address, abi).await,
        _ => Map::new(),
    };
    let cells = account.load().map(|account| account.storage_stat.used.cells.into_inner());

    let status = format!("{:?}", account.status()).to_lowercase();
    let name = kind.as_ref().map(|(name, _)| name.as_str());
    let built = match (name, own_build) {
        (Some(name), Some(_)) => format!("{name}, as this program was built with"),
        (Some(name), None) => format!("{name}, in another version than this program's"),
        (None, _) => "of a kind that is not known here".to_owned(),
    };
    let mut text = format!("{} is {status}\n", view.label(&address));
    text += &format!("balance  {:#} TON\n", account.balance());
    if let Some(code) = &code {
        text += &format!("code     {code}: {built}\n");
    }
    if account.exists() {
        let debt = due
            .filter(|due| !due.is_zero())
            .map_or_else(|| "no debt".to_owned(), |due| format!("{due:#} TON are owed"));
        let size =
            cells.filter(|cells| *cells > 0).map(|cells| format!(", {cells} cells")).unwrap_or_default();
        text += &format!("storage  {debt}, paid until {} UTC{size}\n", utc(account.last_paid()));
    }
    for (getter, values) in &getters {
        text += &format!("{getter}\n");
        text += &told(values, 1);
    }
    text += &transactions(&view, &history);
    let data = json!({
        "address": address.to_string(),
        "label": view.label(&address),
        "status": status,
        "balance": account.balance(),
        "code_hash": code.map(|code| code.to_string()),
        "contract": name,
        "own_build": own_build.is_some(),
        "storage": { "due": due, "last_paid": account.last_paid().0, "cells": cells },
        "last_lt": account.last_trans_lt().0.to_string(),
        "getters": getters,
        "transactions": history.iter().map(|step| row_to_json(&view, step)).collect::<Vec<_>>(),
    });
    Ok(Answer { text, data, warnings: Vec::new() })
}

/// What the getters without parameters say; one that fails is left out, as some make sense in some phases only.
async fn getters(client: &Client, address: &Address, abi: &ContractAbi) -> Map<String, Value> {
    let contract = Contract { address: address.clone(), abi: abi.clone() };
    let mut answers = Map::new();
    for function in abi.functions() {
        let name = &*function.name;
        let asks = name.starts_with("get") && name.chars().nth(3).is_some_and(char::is_uppercase);
        let alone = function.inputs.iter().all(|input| matches!(&*input.name, "answerId" | "_answer_id"));
        if !asks || !alone || function.outputs.is_empty() {
            continue;
        }
        if let Ok(answer) = client.run_getter(&contract, name, &json!({})).await {
            answers.insert(name.to_owned(), answer.json());
        }
    }
    answers
}

/// A value with one member a line; lists in one line.
fn told(value: &Value, depth: usize) -> String {
    let pad = "  ".repeat(depth);
    let Value::Object(members) = value else { return format!("{pad}{}\n", body::shown(value)) };
    let one = |(name, value): (&String, &Value)| match value {
        Value::Object(members) if !members.is_empty() => format!("{pad}{name}\n{}", told(value, depth + 1)),
        value => format!("{pad}{name}: {}\n", body::shown(value)),
    };
    members.iter().map(one).collect()
}

fn transactions(view: &View, history: &[Step]) -> String {
    if history.is_empty() {
        return "no transactions\n".to_owned();
    }
    let columns = [
        Column::Text("Time, UTC"),
        Column::Text("From"),
        Column::Text("What"),
        Column::Number("TON"),
        Column::Text("Outcome"),
        Column::Text("Transaction"),
    ];
    let row = |step: &Step| {
        let message = step.in_msg.as_ref();
        let from = message.and_then(|message| message.view.src.as_ref());
        let value = message.map(|message| message.view.value).filter(|value| !value.is_zero());
        vec![
            utc(step.tx.now),
            from.map_or_else(|| "outside".to_owned(), |from| view.label(from)),
            message.map_or_else(String::new, |message| name_of(&message.body)),
            value.map_or_else(String::new, |value| format!("{value:#}")),
            outcome(step),
            step.hash.to_string(),
        ]
    };
    table(&columns, history.iter().map(row))
}

fn name_of(body: &ton_abi::Body) -> String {
    let text = body::to_text(body);
    text.split('(').next().unwrap_or_default().to_owned()
}

fn outcome(step: &Step) -> String {
    let name = step.meaning.as_ref().map(|code| format!(" {}", code.name)).unwrap_or_default();
    step.failure.as_ref().map_or_else(|| "ok".to_owned(), |failure| format!("{failure}{name}"))
}

fn row_to_json(view: &View, step: &Step) -> Value {
    let message = step.in_msg.as_ref();
    let from = message.and_then(|message| message.view.src.as_ref());
    json!({
        "hash": step.hash.to_string(),
        "lt": step.tx.lt.0.to_string(),
        "time": step.tx.now.0,
        "from": from.map(ToString::to_string),
        "from_label": from.map(|from| view.label(from)),
        "value": message.map(|message| message.view.value),
        "body": message.map(|message| body::to_json(&message.body)),
        "success": step.is_success(),
        "outcome": outcome(step),
        "gas": step.tx.gas_used(),
        "fees": step.tx.total_fees,
    })
}
