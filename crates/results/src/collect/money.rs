//! Messages that carried money, and where they arrived.

use ton_abi::{Body, Cell, Nano};
use ton_client::processing::{Step, StepMessage};
use ton_client::{Client, Error as ClientError, MsgHash};

use crate::error::Error;
use crate::facts::{Arrival, Payment, Returned, Transfer};
use crate::history::History;

/// First 32 bits of a message that came back.
const BOUNCED: u32 = u32::MAX;

/// Payments of items by a contest: op 0 and the number of the item, see `ContestPayouts.tsol`.
pub(super) async fn payouts(client: &Client, history: &History) -> Result<Vec<Payment>, Error> {
    let name = |words: &[u32]| match words {
        [0, item] => Some((0, *item)),
        _ => None,
    };
    payments(client, history, 2, name).await
}

/// Payments of the org fund: op 0, the list, and the place in it, see `TreasuryOrg.tsol`.
pub(super) async fn org_payments(client: &Client, history: &History) -> Result<Vec<Payment>, Error> {
    // The place takes eight bits, so it stands in the highest ones of the word.
    let name = |words: &[u32]| match words {
        [0, list, place] => Some((*list, place >> 24)),
        _ => None,
    };
    payments(client, history, 3, name).await
}

/// Plain payments whose body `name` understands, with those that came back.
async fn payments(
    client: &Client,
    history: &History,
    words: usize,
    name: impl Fn(&[u32]) -> Option<(u32, u32)>,
) -> Result<Vec<Payment>, Error> {
    let mut all: Vec<Payment> = Vec::new();
    for step in &history.steps {
        if let Some(message) = step.in_msg.as_ref().filter(|message| message.view.bounced) {
            note_return(&mut all, step, message, words, &name);
        }
        for message in step.internal_messages().filter(|message| !message.view.bounced) {
            let body = message.view.body.as_ref().map(|body| read_words(body, words)).unwrap_or_default();
            let Some((list, item)) = name(&body) else { continue };
            if let Some(transfer) = transfer(client, step, message, "payout", message.view.value).await? {
                all.push(Payment { item, list, transfer, returned: None });
            }
        }
    }
    Ok(all)
}

/// Finds the payment that came back.
fn note_return(
    all: &mut [Payment],
    step: &Step,
    message: &StepMessage,
    words: usize,
    name: impl Fn(&[u32]) -> Option<(u32, u32)>,
) {
    let body = message.view.body.as_ref().map(|body| read_words(body, words + 1)).unwrap_or_default();
    let Some((BOUNCED, rest)) = body.split_first().map(|(first, rest)| (*first, rest)) else { return };
    let named = name(rest);
    let fits = |payment: &&mut Payment| {
        let is_open = payment.returned.is_none() && step.is_success();
        is_open
            && Some((payment.list, payment.item)) == named
            && message.view.src.as_ref() == Some(&payment.transfer.to)
    };
    if let Some(payment) = all.iter_mut().rev().find(fits) {
        payment.returned =
            Some(Returned { value: message.view.value, transaction: step.hash, lt: step.tx.lt });
    }
}

/// Money that a contest gave the treasury.
pub(super) async fn returns(client: &Client, history: &History) -> Result<Vec<Transfer>, Error> {
    let mut all = Vec::new();
    for step in &history.steps {
        for message in step.internal_messages() {
            let Body::Call { call, .. } = &message.body else { continue };
            let what = match &*call.name {
                "orgShare" => "orgShare",
                "refund" => "refund",
                _ => continue,
            };
            let amount = call.get_json("amount").and_then(|amount| serde_json::from_value(amount).ok());
            all.extend(transfer(client, step, message, what, amount.unwrap_or_default()).await?);
        }
    }
    Ok(all)
}

async fn transfer(
    client: &Client,
    step: &Step,
    message: &StepMessage,
    what: &'static str,
    amount: Nano,
) -> Result<Option<Transfer>, Error> {
    let Some(to) = message.view.dst.clone() else { return Ok(None) };
    let arrived_in = arrival(client, message.hash, &to).await?;
    Ok(Some(Transfer {
        what,
        message: message.hash,
        sent_in: step.hash,
        at: step.tx.now,
        lt: step.tx.lt,
        value: message.view.value,
        amount,
        to,
        arrived_in,
    }))
}

/// The transaction that took a message in. What it says of itself is compared with the message.
async fn arrival(client: &Client, message: MsgHash, to: &ton_abi::Address) -> Result<Option<Arrival>, Error> {
    let found = client.transport().transaction_of(&message).await.map_err(ClientError::from)?;
    let Some(found) = found else { return Ok(None) };
    let step = Step::decode(&found, None, &client.registry())?;
    let fits = found.account == *to && step.in_msg.as_ref().is_some_and(|it| it.hash == message);
    let bounced = step.internal_messages().any(|it| it.view.bounced);
    Ok(Some(Arrival { transaction: step.hash, fits, bounced }))
}

/// The first words of a body; the last one may have fewer bits and is filled up with zeros. Fewer than `count` if the
/// body is shorter.
fn read_words(body: &Cell, count: usize) -> Vec<u32> {
    let mut words = Vec::new();
    let Ok(mut slice) = body.as_slice() else { return words };
    while words.len() < count && slice.size_bits() > 0 {
        let bits = slice.size_bits().min(32);
        let Ok(word) = slice.load_uint(bits) else { break };
        words.push((word << (32 - bits)) as u32);
    }
    // What is longer than expected is another message.
    if slice.size_bits() > 0 && words.first() != Some(&BOUNCED) { Vec::new() } else { words }
}
