//! Act 2: the deployer founds the organisation and loses all power over it.

use governance::Organs;

use super::Play;
use crate::error::CliError;
use crate::failure::from_client;
use crate::members;

pub(super) async fn play<'a>(play: &mut Play<'a>) -> Result<Organs<'a>, CliError> {
    play.recorder.act("Act 2. The organisation is founded");
    let organs = members::found(play.local, play.contracts, play.organisation, &mut play.recorder).await?;
    let failed = |error| from_client("the new organisation cannot be read", error);
    let threshold = organs.registry.threshold().await.map_err(failed)?;
    for (name, address) in [
        ("registry", organs.registry.address()),
        ("treasury", organs.treasury.address()),
        ("jury pool", organs.jury_pool.address()),
        ("multisig", organs.multisig.address()),
    ] {
        play.recorder.say(format!("{name:<9} {address}"));
    }
    let declared = &play.organisation.declared_wallet;
    play.recorder.say(format!("the proposal declares {declared}: an address is the hash of"));
    play.recorder.say("code and data, so this wallet has its own");
    play.recorder.say(format!(
        "{} members, {} votes decide; members, parameters, codes and plan are those of the files",
        threshold.members, threshold.threshold
    ));
    Ok(organs)
}
