//! Act 1: what stands before anything happens.

use super::Play;
use crate::error::CliError;
use crate::failure::from_client;
use crate::members;

pub(super) async fn play(play: &mut Play<'_>) -> Result<(), CliError> {
    play.recorder.act("Act 1. The network");
    play.recorder.say(format!("contracts {}", play.contracts.origin));
    for name in governance::contracts::NAMES {
        let hash = play.contracts.organisation.get(name).image.code_hash();
        let hash = hash.map(|hash| hash.to_string()).unwrap_or_default();
        play.recorder.say(format!("{name:<14} code {hash}"));
    }
    let giver = &play.local.giver.address;
    let balance = play.local.client.balance(giver).await;
    let balance = balance.map_err(|error| from_client("the giver's balance cannot be read", error))?;
    let network = play.local.client.transport().name();
    play.recorder.say(format!("network {network} is up, giver {giver} has {balance:#} TON"));
    play.recorder.say(members::STAND_INS);
    Ok(())
}
