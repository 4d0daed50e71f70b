//! Act 3: every member signs the Declaration of Decentralization.

use governance::text::Digest;
use governance::{Organs, workflow};
use keys::development;

use super::Play;
use crate::error::CliError;
use crate::failure::from_workflow;

pub(super) async fn play(play: &mut Play<'_>, organs: &Organs<'_>) -> Result<(), CliError> {
    play.recorder.act("Act 3. The declaration");
    let declaration = Digest::of(&play.organisation.governance.declaration);
    let names: Vec<_> = play.organisation.members.iter().map(|member| member.name.clone()).collect();
    for (index, name) in (0..).zip(&names) {
        let signed =
            workflow::attest(organs, declaration, &development::signer(index), &mut play.recorder).await;
        signed.map_err(|error| from_workflow(format!("{name} cannot sign the declaration"), error))?;
    }
    play.recorder.say(format!("signed by {}", names.join(", ")));
    Ok(())
}
