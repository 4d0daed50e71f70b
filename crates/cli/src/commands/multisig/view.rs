//! What the wallet shows about itself and about what a message did.

use governance::multisig::{Custodian, QueuedTransaction, TransactionId};
use serde_json::{Value, json};
use ton_abi::{Address, Body};
use ton_client::{Error as ClientError, boc};

use crate::body;
use crate::error::CliError;
use crate::failure::from_client;
use crate::members::STAND_INS;
use crate::output::Answer;
use crate::state::World;
use crate::table::{Column, facts, table};

fn failed(error: ClientError) -> CliError {
    from_client("the multisig cannot be read", error)
}

pub(super) async fn show(world: &World) -> Result<Answer, CliError> {
    let multisig = world.multisig();
    let balance = multisig.balance().await.map_err(failed)?;
    let parameters = multisig.parameters().await.map_err(failed)?;
    let custodians = multisig.custodians().await.map_err(failed)?;
    let waiting = multisig.transactions().await.map_err(failed)?;
    let roster = world.roster();
    let columns = [Column::Number("#"), Column::Text("Custodian"), Column::Text("Public key")];
    let rows = custodians.iter().map(|custodian| {
        vec![custodian.index.to_string(), roster.label(&custodian.key), custodian.key.to_string()]
    });
    let text = format!(
        "multisig {}\n  balance       {balance:#} TON\n  confirmations {} of {}\n  lifetime      {} s\n{}{}",
        multisig.address(),
        parameters.required_txn_confirms,
        custodians.len(),
        parameters.expiration_time,
        table(&columns, rows),
        waiting_text(world, &waiting, &custodians),
    );
    let data = json!({
        "address": multisig.address().to_string(),
        "balance": balance,
        "required": parameters.required_txn_confirms,
        "lifetime": parameters.expiration_time,
        "min_value": parameters.min_value,
        "custodians": custodians.iter().map(|custodian| json!({
            "index": custodian.index,
            "name": roster.name(&custodian.key),
            "public_key": custodian.key,
        })).collect::<Vec<_>>(),
        "waiting": waiting_json(world, &waiting, &custodians),
    });
    Ok(Answer { text, data, warnings: vec![STAND_INS.to_owned()] })
}

/// The custodians by their index.
pub(super) async fn custodians(world: &World) -> Result<Answer, CliError> {
    let custodians = world.multisig().custodians().await.map_err(failed)?;
    let roster = world.roster();
    let columns = [Column::Number("#"), Column::Text("Custodian"), Column::Text("Public key")];
    let rows = custodians.iter().map(|custodian| {
        vec![custodian.index.to_string(), roster.label(&custodian.key), custodian.key.to_string()]
    });
    let data = custodians.iter().map(|custodian| {
        json!({ "index": custodian.index, "name": roster.name(&custodian.key), "public_key": custodian.key })
    });
    Ok(Answer { text: table(&columns, rows), data: data.collect(), warnings: Vec::new() })
}

/// What may be paid without a decision.
pub(super) async fn policy(world: &World) -> Result<Answer, CliError> {
    let policy = world.multisig().policy().await.map_err(failed)?;
    let label = |address: &Option<Address>| {
        address.as_ref().map_or_else(|| "none".to_owned(), |address| world.label(address))
    };
    let mut lines = vec![
        ("any amount to", label(&policy.treasury)),
        ("any amount to", label(&policy.main_giver)),
        ("free limit", format!("{:#} TON in 24 h", policy.free_limit)),
        ("spent of it", format!("{:#} TON", policy.spent)),
    ];
    lines.extend(policy.allowlist.iter().map(|address| ("within it to", world.label(address))));
    let data = json!({
        "treasury": policy.treasury.as_ref().map(ToString::to_string),
        "main_giver": policy.main_giver.as_ref().map(ToString::to_string),
        "allowlist": policy.allowlist.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "free_limit": policy.free_limit,
        "spent": policy.spent,
    });
    Ok(Answer { text: facts(&lines), data, warnings: Vec::new() })
}

pub(super) async fn list(world: &World) -> Result<Answer, CliError> {
    let multisig = world.multisig();
    let custodians = multisig.custodians().await.map_err(failed)?;
    let waiting = multisig.transactions().await.map_err(failed)?;
    Ok(Answer {
        text: waiting_text(world, &waiting, &custodians),
        data: waiting_json(world, &waiting, &custodians),
        warnings: Vec::new(),
    })
}

/// One transaction as it stands now; says so if it waits no more.
pub(super) async fn transaction(world: &World, id: TransactionId) -> Result<Answer, CliError> {
    let multisig = world.multisig();
    let custodians = multisig.custodians().await.map_err(failed)?;
    let Some(waiting) = multisig.transaction(id).await.map_err(failed)? else {
        let text = format!("transaction {id} waits no more\n");
        return Ok(Answer { text, ..Answer::default() });
    };
    let waiting = [waiting];
    let text = waiting_text(world, &waiting, &custodians);
    let mut data = waiting_json(world, &waiting, &custodians);
    Ok(Answer { text, data: data[0].take(), warnings: Vec::new() })
}

fn waiting_text(world: &World, waiting: &[QueuedTransaction], custodians: &[Custodian]) -> String {
    if waiting.is_empty() {
        return "no transaction waits\n".to_owned();
    }
    let columns = [
        Column::Text("Transaction"),
        Column::Text("To"),
        Column::Number("TON"),
        Column::Text("What"),
        Column::Text("State"),
        Column::Number("Signed"),
        Column::Text("By"),
    ];
    let roster = world.roster();
    let rows = waiting.iter().map(|item| {
        let names = item.confirmations.names(custodians, &roster).join(", ");
        let rejected =
            item.votes.map(|votes| votes.rejections.names(custodians, &roster)).unwrap_or_default();
        let by =
            if rejected.is_empty() { names } else { format!("{names}; rejected: {}", rejected.join(", ")) };
        vec![
            item.id.to_string(),
            world.label(&item.dest),
            if is_all(item) { "all".to_owned() } else { format!("{:#}", item.value) },
            body::to_text(&says(world, item)),
            item.votes.map(|votes| votes.state.to_string()).unwrap_or_default(),
            format!("{} of {}", item.received, item.required),
            by,
        ]
    });
    table(&columns, rows)
}

/// What the payment says to its recipient.
fn says(world: &World, item: &QueuedTransaction) -> Body {
    match boc::decode_base64(&item.payload) {
        Ok(payload) => world.local.client.registry().decode_body(&payload, &item.dest),
        Err(_) => Body::Unknown { id: None },
    }
}

/// Flag 128 of a message: everything the account has. Source: blockchain specification, SENDRAWMSG.
fn is_all(item: &QueuedTransaction) -> bool {
    item.send_flags & 128 != 0
}

fn waiting_json(world: &World, waiting: &[QueuedTransaction], custodians: &[Custodian]) -> Value {
    let roster = world.roster();
    let item = |item: &QueuedTransaction| {
        json!({
            "id": item.id,
            "to": item.dest.to_string(),
            "value": item.value,
            "all_balance": is_all(item),
            "bounce": item.bounce,
            "payload": item.payload,
            "body": body::to_json(&says(world, item)),
            "submitted_by": roster.label(&item.creator),
            "required": item.required,
            "received": item.received,
            "signed": item.confirmations.names(custodians, &roster),
            "state": item.votes.map(|votes| votes.state.to_string()),
            "rejected": item.votes.map(|votes| votes.rejections.names(custodians, &roster)),
            "until": item.votes.map(|votes| votes.until.0),
        })
    };
    waiting.iter().map(item).collect()
}
