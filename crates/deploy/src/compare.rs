//! A live organisation beside its files, and what its members can do about the differences.
//!
//! Once an organisation is live the deployer has no power over it: what differs is either decided by the members
//! (a proposal), paid by them (the multisig), or cannot be changed by anybody.

use governance::multisig::{Payment, Policy};
use governance::payload::{Action, AdmitMember, ProposalFile, RemoveMember, RotateKey, SetPolicy};
use governance::registry::{Candidate, Member};
use governance::text::Digest;
use governance::workflow::founding::{Charter, Difference, Organ, Subject, differences, gas_money};
use governance::{Organs, Roster};
use keys::PublicKey;
use ton_abi::{Cell, Nano};

use crate::{PaymentFile, Result};

/// What can be done about a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// The members decide it.
    Proposal(Box<ProposalFile>),
    /// The custodians pay it.
    Payment(Box<PaymentFile>),
    /// Somebody does what the text says; no decision is needed.
    Anybody(String),
    /// The organisation decided so: the files are older than the chain.
    Files(String),
    /// Nothing, and why.
    Nothing(String),
}

/// Something that is not as the files say, with everything that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// It, in words.
    pub what: String,
    /// What was read; empty for what the files do not fix.
    pub differences: Vec<Difference>,
    /// What can be done, in this order.
    pub remedies: Vec<Remedy>,
}

/// Lays a live organisation beside its files. Empty if nothing is to be done.
///
/// # Errors
/// Those of getters; [`ton_client::Error::Abi`] if a remedy cannot be written down.
pub async fn compare(organs: &Organs<'_>, charter: &Charter<'_>) -> Result<Vec<Finding>> {
    let all = differences(organs, charter).await?;
    let candidates = organs.registry.candidates().await?;
    let roster = Roster::with_keys(charter.organisation, charter.members.iter().copied());
    let mut findings = Vec::new();
    let (params, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|it| it.subject == Subject::Params);
    if !params.is_empty() {
        findings.push(parameters(params, charter));
    }
    for difference in others {
        let remedy = match &difference.subject {
            Subject::Seat { expected, found } => seat(*expected, found.as_ref(), &candidates, &roster),
            Subject::Policy => policy(organs.multisig.policy().await?),
            subject => fixed(subject),
        };
        let what = difference.to_string();
        findings.push(Finding { what, differences: vec![difference], remedies: vec![remedy] });
    }
    findings.extend(gas(organs, charter).await?);
    Ok(findings)
}

fn proposal(action: Action, title: String, reason: &str) -> Remedy {
    let (link, document, reason) = (String::new(), Digest::default(), reason.to_owned());
    Remedy::Proposal(Box::new(ProposalFile { action, link, document, title, reason }))
}

fn parameters(differences: Vec<Difference>, charter: &Charter<'_>) -> Finding {
    let names: Vec<_> = differences.iter().map(|it| it.what.trim_start_matches("parameter ")).collect();
    let what = differences.iter().map(Difference::to_string).collect::<Vec<_>>().join("; ");
    let title = format!("Set parameters of the registry: {}", names.join(", "));
    let action = Action::SetParams(charter.organisation.governance.params);
    let remedies = vec![proposal(action, title, "governance.toml has other parameters than the registry")];
    Finding { what, differences, remedies }
}

fn seat(
    expected: Option<PublicKey>,
    found: Option<&Member>,
    candidates: &[Candidate],
    roster: &Roster,
) -> Remedy {
    match (expected, found) {
        (_, Some(member)) if member.from_contest != 0 => Remedy::Files(format!(
            "a winner of contest {} was admitted to this seat; the files name the initial members",
            member.from_contest
        )),
        (Some(key), Some(member)) if member.origin == key => {
            Remedy::Files("the members decided on another key for this seat after the founding".to_owned())
        }
        (Some(new_key), Some(member)) => {
            let title = format!("Give the seat of {} another key", roster.label(&new_key));
            let action = Action::RotateKey(RotateKey { old_key: member.key, new_key });
            proposal(action, title, "members.toml has another key for this member")
        }
        (Some(key), None) => match candidates.iter().find(|candidate| candidate.key == key) {
            Some(candidate) => {
                let title = format!("Admit {} (candidate {})", roster.label(&key), candidate.number);
                let action = Action::AdmitMember(AdmitMember { candidate: candidate.number });
                proposal(action, title, "members.toml has a member who is a candidate")
            }
            None => Remedy::Nothing(
                "only a winner of a contest who became candidate can be admitted, and this key is no candidate"
                    .to_owned(),
            ),
        },
        (None, Some(member)) => {
            let title = format!("Remove the member {}", roster.label(&member.key));
            let reason = "members.toml does not have this member";
            let action =
                Action::RemoveMember(RemoveMember { key: member.key, reason_hash: Digest::of(reason) });
            proposal(action, title, reason)
        }
        (None, None) => Remedy::Nothing("there is nobody".to_owned()),
    }
}

fn policy(policy: Policy) -> Remedy {
    let action = Action::SetPolicy(SetPolicy { allowlist: Vec::new(), free_limit: policy.free_limit });
    let title = "Let custodians pay nobody but treasury and main giver".to_owned();
    proposal(action, title, "the files name no other payees")
}

fn fixed(subject: &Subject) -> Remedy {
    match subject {
        Subject::Mirror => Remedy::Anybody(
            "call `resync` of the registry, which anybody may: it tells multisig and jury pool who the members are"
                .to_owned(),
        ),
        Subject::Code => {
            Remedy::Nothing("no decision that these contracts carry out replaces a code".to_owned())
        }
        Subject::Plan => Remedy::Nothing(
            "the plan was fixed by its hash, and no decision that these contracts carry out amends it".to_owned(),
        ),
        Subject::Founding => {
            Remedy::Nothing("it was fixed for ever when the registry was deployed".to_owned())
        }
        _ => Remedy::Nothing("a contract contradicts itself: report this".to_owned()),
    }
}

/// Organs that have less than half of the gas money that the files give them.
async fn gas(organs: &Organs<'_>, charter: &Charter<'_>) -> Result<Vec<Finding>> {
    let planned = charter.organisation.governance.gas;
    let policy = organs.multisig.policy().await?;
    let mut findings = Vec::new();
    for organ in Organ::ALL {
        let (planned, body) = match organ {
            Organ::Registry => (planned.registry, Some(organs.registry.top_up()?)),
            Organ::Multisig => (planned.multisig, None),
            Organ::Treasury => (planned.treasury, Some(organs.treasury.top_up()?)),
            Organ::JuryPool => (planned.jury_pool, Some(organs.jury_pool.top_up()?)),
        };
        let found = gas_money(organs, organ).await?;
        if found.0 < planned.0 / 2 {
            let what =
                format!("gas money of the {organ}: {found:#} TON are left of {planned:#} TON in the files");
            let missing = planned.saturating_sub(found);
            let remedies = top_up(organs, organ, missing, body, &policy);
            findings.push(Finding { what, differences: Vec::new(), remedies });
        }
    }
    Ok(findings)
}

/// How the members' wallet gives an organ gas money. The treasury may be paid at any time; others must be named by the
/// wallet's policy first, and get no more than its free limit a day.
fn top_up(
    organs: &Organs<'_>,
    organ: Organ,
    missing: Nano,
    body: Option<Cell>,
    policy: &Policy,
) -> Vec<Remedy> {
    let Some(body) = body else {
        let address = organs.multisig.address();
        return vec![Remedy::Anybody(format!("send {missing:#} TON to the multisig {address}"))];
    };
    let (to, limited) = match organ {
        Organ::Treasury => (organs.treasury.address().clone(), false),
        Organ::JuryPool => (organs.jury_pool.address().clone(), true),
        _ => (organs.registry.address().clone(), true),
    };
    let mut remedies = Vec::new();
    if limited && !policy.allowlist.contains(&to) {
        let allowlist = policy.allowlist.iter().chain([&to]).cloned().collect();
        let action = Action::SetPolicy(SetPolicy { allowlist, free_limit: policy.free_limit });
        let title = format!("Let custodians pay the {organ}");
        remedies.push(proposal(
            action,
            title,
            "the multisig pays gas money only to those whom its policy names",
        ));
    }
    let value = if limited { missing.min(policy.free_limit) } else { missing };
    let payment = Payment { bounce: true, payload: Some(body), ..Payment::new(to, value) };
    let title = format!("Gas money for the {organ}");
    let reason = if value < missing {
        format!(
            "it has less than half of its gas money; {missing:#} TON are missing, and the free limit of a day is less"
        )
    } else {
        "it has less than half of its gas money".to_owned()
    };
    remedies.push(Remedy::Payment(Box::new(PaymentFile { payment, title, reason })));
    remedies
}
