//! Reading an organisation from the chain.

mod contests;
mod money;

use std::collections::BTreeSet;

use governance::registry::ContestStatus;
use governance::{Organs, Roster, jury_pool, multisig, proposal, registry, treasury};
use ton_abi::{Address, Hash, UnixTime};
use ton_client::{Client, Error as ClientError};

use crate::error::Error;
use crate::facts::{Account, Facts, ProposalFacts};
use crate::history::History;

/// How often an organisation that changes is read again.
const TRIES: u32 = 4;

/// Reads everything public of an organisation.
///
/// `name` and `roster` are the only things that do not come from the chain. Everything is read from one state: if an
/// account changed meanwhile, all is read again.
///
/// # Errors
/// [`Error::Client`]; [`Error::Moving`] if the organisation never stood still.
pub async fn collect(organs: &Organs<'_>, name: &str, roster: &Roster) -> Result<Facts, Error> {
    for _ in 0..TRIES {
        let facts = read(organs, name, roster).await?;
        if is_unchanged(organs.client(), &facts).await? {
            return Ok(facts);
        }
    }
    Err(Error::Moving { tries: TRIES })
}

async fn read(organs: &Organs<'_>, name: &str, roster: &Roster) -> Result<Facts, Error> {
    let client = organs.client();
    let history = |address, contract| History::read(client, address, contract);
    // Histories come first: what happens while the rest is read shows as another newest transaction.
    let registry_history = history(organs.registry.address(), registry::CONTRACT).await?;
    let treasury_history = history(organs.treasury.address(), treasury::CONTRACT).await?;
    let mut stages = Vec::new();
    for (number, stage) in (1..).zip(organs.treasury.stages().await?) {
        stages.push((stage, organs.treasury.items(number).await?));
    }
    let status = organs.registry.status().await?;
    let directory = organs.registry.contests().await?;
    let mut contests = Vec::new();
    for record in directory.into_iter().filter(|record| record.status != ContestStatus::Reserved) {
        contests.push(contests::read(organs, record).await?);
    }
    let mut proposals = Vec::new();
    for id in 1..status.next_proposal {
        proposals.extend(read_proposal(organs, id).await?);
    }
    let mut facts = Facts {
        organisation: name.to_owned(),
        roster: roster.clone(),
        global_id: client.transport().config().await.map_err(ClientError::from)?.global_id(),
        at: UnixTime(0),
        organs: [
            account(client, organs.registry.address(), registry::CONTRACT).await?,
            account(client, organs.treasury.address(), treasury::CONTRACT).await?,
            account(client, organs.jury_pool.address(), jury_pool::CONTRACT).await?,
            account(client, organs.multisig.address(), multisig::CONTRACT).await?,
        ],
        addresses: organs.registry.addresses().await?,
        threshold: organs.registry.threshold().await?,
        codes: organs.registry.codes().await?,
        members: organs.registry.members().await?,
        candidates: organs.registry.candidates().await?,
        custodians: organs.multisig.custodians().await?,
        jurors: organs.jury_pool.jurors().await?,
        books: organs.treasury.ledger().await?,
        published: organs.registry.catalog().await?,
        org_payments: money::org_payments(client, &treasury_history).await?,
        registry: registry_history,
        treasury: treasury_history,
        status,
        stages,
        contests,
        proposals,
    };
    facts.at = newest(&facts);
    Ok(facts)
}

/// A contract with the hash of its code.
async fn account(client: &Client, address: &Address, contract: &'static str) -> Result<Account, Error> {
    let code = client.account(address).await?.code();
    let code = code.map(|code| *code.repr_hash()).unwrap_or_default();
    Ok(Account { contract, address: address.clone(), code })
}

/// A proposal; none if its payload was malformed, so that it was never deployed.
async fn read_proposal(organs: &Organs<'_>, id: u32) -> Result<Option<ProposalFacts>, Error> {
    let proposal = organs.proposal(id).await?;
    let history = History::read(organs.client(), proposal.address(), proposal::CONTRACT).await?;
    let info = match proposal.info().await {
        Ok(info) => info,
        Err(ClientError::AccountMissing { .. } | ClientError::NotActive { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let account = account(organs.client(), proposal.address(), proposal::CONTRACT).await?;
    let (votes, tally) = (proposal.votes().await?, proposal.tally().await?);
    Ok(Some(ProposalFacts { id, account, info, votes, tally, history }))
}

/// Histories of all accounts.
fn histories(facts: &Facts) -> impl Iterator<Item = &History> {
    let contests = facts.contests.iter().map(|contest| &contest.history);
    let proposals = facts.proposals.iter().map(|proposal| &proposal.history);
    [&facts.registry, &facts.treasury].into_iter().chain(contests).chain(proposals)
}

fn newest(facts: &Facts) -> UnixTime {
    histories(facts).filter_map(History::newest).max().unwrap_or_default()
}

/// Whether the newest transactions are still the newest.
async fn is_unchanged(client: &Client, facts: &Facts) -> Result<bool, Error> {
    let mut seen = BTreeSet::new();
    for history in histories(facts).filter(|history| seen.insert(history.account.to_string())) {
        let now = client.transport().transactions(&history.account, None, 1).await;
        let now = now.map_err(ClientError::from)?.first().map(|found| found.hash());
        if now != history.steps.last().map(|step| step.hash) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A hash that is not there.
pub(crate) const NO_CODE: Hash = Hash([0; 32]);
