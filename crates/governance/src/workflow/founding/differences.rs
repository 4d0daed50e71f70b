//! What a live organisation says about itself, beside what its files say.

use std::fmt::{self, Display};

use keys::PublicKey;
use serde_json::Value;
use ton_abi::{Address, Hash, Nano};

use super::{Charter, Organ};
use crate::organisation::{Organisation, Stage};
use crate::registry::{CodeKind, ContestStatus, Founding, Member};
use crate::text::Digest;
use crate::treasury::Item;
use crate::workflow::{Error, Result};
use crate::{Organs, contest, jury_pool, multisig, payload, proposal, registry, rules, treasury};

/// Something that the chain says otherwise than the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The contract that was asked.
    pub contract: &'static str,
    /// Its getter; `code` for the account's code itself.
    pub getter: &'static str,
    /// What was compared.
    pub what: String,
    /// What the files say.
    pub expected: String,
    /// What the chain says.
    pub found: String,
    /// What it is about.
    pub subject: Subject,
}

/// What a difference is about: it decides who can do something about it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "there are a handful of differences")]
pub enum Subject {
    /// A seat of the registry: the key of the files, the member of the chain. Not both are missing.
    Seat {
        /// Key that the files have for the seat.
        expected: Option<PublicKey>,
        /// Who has it.
        found: Option<Member>,
    },
    /// A parameter of the registry.
    Params,
    /// What custodians may pay.
    Policy,
    /// Whom the multisig or the jury pool takes for members, or how many must agree there: the registry tells them.
    Mirror,
    /// A code.
    Code,
    /// Fixed when the registry was deployed.
    Founding,
    /// The plan, of which the treasury works.
    Plan,
    /// A contract contradicts itself.
    Books,
}

impl Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { contract, getter, what, expected, found, .. } = self;
        write!(f, "{what} ({contract}.{getter}): {found} on the chain, {expected} in the files")
    }
}

/// Checks a live organisation against its files, see [`differences`].
///
/// # Errors
/// [`Error::Differs`] with all differences, and those of getters.
pub async fn verify(organs: &Organs<'_>, charter: &Charter<'_>) -> Result<()> {
    let found = differences(organs, charter).await?;
    if found.is_empty() { Ok(()) } else { Err(Error::Differs(found)) }
}

/// Compares everything that a live organisation says about itself with its files: members, parameters, cycles, codes, plan,
/// addresses, custodians, payees, stages, items, and the code of every account. Empty if there is no difference.
///
/// # Errors
/// Those of getters.
pub async fn differences(organs: &Organs<'_>, charter: &Charter<'_>) -> Result<Vec<Difference>> {
    let founding = charter.founding()?;
    let mut list = List::default();
    registry(&mut list, organs, &founding).await?;
    codes(&mut list, organs, charter).await?;
    children(&mut list, organs, charter).await?;
    plan(&mut list, organs, charter.organisation).await?;
    Ok(list.0)
}

/// What an organ has for gas: its balance without the money that its books know.
///
/// # Errors
/// Those of getters.
pub async fn gas_money(organs: &Organs<'_>, organ: Organ) -> Result<Nano> {
    Ok(match organ {
        Organ::Registry => organs.registry.balance().await?,
        Organ::Multisig => organs.multisig.balance().await?,
        Organ::JuryPool => organs.jury_pool.balance().await?,
        Organ::Treasury => {
            let ledger = organs.treasury.ledger().await?;
            ledger.balance.saturating_sub(ledger.booked)
        }
    })
}

/// Collects differences.
#[derive(Default)]
struct List(Vec<Difference>);

/// Where something was read.
#[derive(Clone, Copy)]
struct From(&'static str, &'static str);

impl List {
    fn push(&mut self, From(contract, getter): From, subject: Subject, what: &str, parts: [String; 2]) {
        let [expected, found] = parts;
        self.0.push(Difference { contract, getter, what: what.to_owned(), expected, found, subject });
    }

    /// Notes two values if they differ.
    fn compare<T: PartialEq + Display>(
        &mut self,
        from: From,
        subject: Subject,
        what: &str,
        expected: &T,
        found: &T,
    ) {
        if expected != found {
            self.push(from, subject, what, [expected.to_string(), found.to_string()]);
        }
    }
}

async fn registry(list: &mut List, organs: &Organs<'_>, founding: &Founding) -> Result<()> {
    let registry = &organs.registry;
    let from = |getter| From(registry::CONTRACT, getter);
    seats(list, from("getMembers"), &founding.members, registry.members().await?);
    let threshold = registry.threshold().await?;
    let votes = rules::threshold(threshold.members.into());
    list.compare(
        from("getThreshold"),
        Subject::Books,
        "votes for a decision",
        &votes,
        &threshold.threshold.into(),
    );
    let json = |params| serde_json::to_value(params).map_err(ton_abi::Error::Binding);
    let [expected, found] = [founding.params, registry.params().await?].map(json);
    let (expected, found) =
        (expected.map_err(ton_client::Error::from)?, found.map_err(ton_client::Error::from)?);
    for (name, value) in expected.as_object().into_iter().flatten() {
        let parts = [value, &found[name]].map(plain);
        list.compare(from("getParams"), Subject::Params, &format!("parameter {name}"), &parts[0], &parts[1]);
    }
    let (_, bounds) = registry.cycle().await?;
    let [expected, found] = [&founding.cycle_bounds, &bounds].map(|bounds| words(bounds));
    list.compare(from("getCycle"), Subject::Founding, "boundaries of the cycles", &expected, &found);
    let addresses = registry.addresses().await?;
    let what = "main giver";
    list.compare(from("getAddresses"), Subject::Founding, what, &founding.main_giver, &addresses.main_giver);
    let what = "declared wallet";
    let (expected, found) = (&founding.declared_wallet, &addresses.declared_wallet);
    list.compare(from("getAddresses"), Subject::Founding, what, expected, found);
    Ok(())
}

/// Pairs keys of the files with members of the chain: first those who are the same, then those in the same seat.
fn seats(list: &mut List, from: From, expected: &[PublicKey], members: Vec<Member>) {
    let missing = |key: &PublicKey| !members.iter().any(|member| member.key == *key);
    let mut strangers: Vec<_> =
        members.iter().filter(|member| !expected.contains(&member.key)).cloned().collect();
    for (seat, key) in expected.iter().enumerate().filter(|(_, key)| missing(key)) {
        let place = strangers.iter().position(|member| usize::from(member.index) == seat);
        let found = place.map(|place| strangers.remove(place));
        let words = found.as_ref().map_or_else(|| "nobody".to_owned(), |member| member.key.to_string());
        let subject = Subject::Seat { expected: Some(*key), found };
        list.push(from, subject, &format!("member in seat {seat}"), [key.to_string(), words]);
    }
    for member in strangers {
        let what = format!("member in seat {}", member.index);
        let parts = ["nobody".to_owned(), member.key.to_string()];
        list.push(from, Subject::Seat { expected: None, found: Some(member) }, &what, parts);
    }
    for (seat, key) in expected.iter().enumerate() {
        let found = members.iter().find(|member| member.key == *key);
        if let Some(member) = found.filter(|member| usize::from(member.index) != seat) {
            let what = format!("seat of member {key}");
            list.compare(from, Subject::Founding, &what, &seat, &member.index.into());
        }
    }
}

async fn codes(list: &mut List, organs: &Organs<'_>, charter: &Charter<'_>) -> Result<()> {
    let from = From(registry::CONTRACT, "getCodes");
    let codes = organs.registry.codes().await?;
    for ((kind, code), found) in charter.codes()?.iter().zip(&codes.code_hashes) {
        let expected = Digest::from(*code.repr_hash());
        list.compare(from, Subject::Code, &format!("code of {kind} for new contracts"), &expected, found);
        list.compare(from, Subject::Code, &format!("code of {kind} is stored"), &true, &codes.has(*kind));
    }
    let expected = Digest::from(*charter.plan()?.repr_hash());
    list.compare(from, Subject::Plan, "hash of the plan", &expected, &codes.plan_hash);
    let known = charter.contracts;
    for (name, address) in [
        (registry::CONTRACT, organs.registry.address()),
        (multisig::CONTRACT, organs.multisig.address()),
        (treasury::CONTRACT, organs.treasury.address()),
        (jury_pool::CONTRACT, organs.jury_pool.address()),
    ] {
        let expected = known.get(name).image.code_hash();
        code(list, organs, name, &format!("code of the {name}"), address, expected).await?;
    }
    let expected = known.code(CodeKind::Proposal).map(|code| *code.repr_hash());
    for open in organs.registry.open_proposals().await? {
        if let Some(address) = &open.addr {
            let what = format!("code of proposal {}", open.id);
            code(list, organs, proposal::CONTRACT, &what, address, expected).await?;
        }
    }
    let expected = known.code(CodeKind::ContestEscrow).map(|code| *code.repr_hash());
    for record in organs.registry.contests().await? {
        // Before it is deployed and after it is over nobody is promised an account.
        if matches!(record.status, ContestStatus::Deployed | ContestStatus::Funded | ContestStatus::Finalized)
        {
            let what = format!("code of contest {}", record.id);
            code(list, organs, contest::CONTRACT, &what, &record.addr, expected).await?;
        }
    }
    Ok(())
}

/// Compares the code of an account.
async fn code(
    list: &mut List,
    organs: &Organs<'_>,
    contract: &'static str,
    what: &str,
    address: &Address,
    expected: Option<Hash>,
) -> Result<()> {
    let account = organs.client().account(address).await?;
    let found = account.code().map(|code| *code.repr_hash());
    let parts = [expected, found].map(|hash| hash.map_or_else(|| "none".to_owned(), |hash| hash.to_string()));
    list.compare(From(contract, "code"), Subject::Code, what, &parts[0], &parts[1]);
    Ok(())
}

async fn children(list: &mut List, organs: &Organs<'_>, charter: &Charter<'_>) -> Result<()> {
    let from = |getter| From(multisig::CONTRACT, getter);
    let members = organs.registry.members().await?;
    let mut keys: Vec<_> = members.iter().map(|member| member.key).collect();
    keys.sort_unstable();
    let mut custodians: Vec<_> =
        organs.multisig.custodians().await?.iter().map(|custodian| custodian.key).collect();
    custodians.sort_unstable();
    list.compare(from("getCustodians"), Subject::Mirror, "custodians", &words(&keys), &words(&custodians));
    let required = organs.multisig.parameters().await?.required_txn_confirms;
    let threshold = organs.registry.threshold().await?.threshold;
    let what = "confirmations for a payment";
    list.compare(from("getParameters"), Subject::Mirror, what, &threshold, &required);
    let policy = organs.multisig.policy().await?;
    let show = |address: &Option<Address>| address.as_ref().map(Address::to_string).unwrap_or_default();
    let treasury = organs.treasury.address().to_string();
    let what = "treasury that custodians may pay";
    list.compare(from("getPolicy"), Subject::Founding, what, &treasury, &show(&policy.treasury));
    let (what, giver) = ("main giver that custodians may pay", charter.main_giver.to_string());
    list.compare(from("getPolicy"), Subject::Founding, what, &giver, &show(&policy.main_giver));
    let none = words::<Address>(&[]);
    list.compare(
        from("getPolicy"),
        Subject::Policy,
        "others whom custodians may pay",
        &none,
        &words(&policy.allowlist),
    );
    let mut mirror = organs.jury_pool.mirror().await?;
    mirror.sort_unstable();
    let what = "members that the jury pool knows";
    list.compare(
        From(jury_pool::CONTRACT, "getMirror"),
        Subject::Mirror,
        what,
        &words(&keys),
        &words(&mirror),
    );
    let expected = [organs.registry.address(), organs.multisig.address(), &charter.main_giver];
    let found = organs.treasury.addresses().await?;
    for ((what, expected), found) in ["registry", "multisig", "main giver"].iter().zip(expected).zip(&found) {
        let what = format!("{what} of the treasury");
        list.compare(
            From(treasury::CONTRACT, "getAddresses"),
            Subject::Founding,
            &what,
            &expected.to_string(),
            &found.to_string(),
        );
    }
    let holds = organs.treasury.ledger().await?.holds;
    let what = "books of the treasury add up";
    list.compare(From(treasury::CONTRACT, "getLedger"), Subject::Books, what, &true, &holds);
    Ok(())
}

async fn plan(list: &mut List, organs: &Organs<'_>, organisation: &Organisation) -> Result<()> {
    let from = From(treasury::CONTRACT, "getStages");
    let stages = organs.treasury.stages().await?;
    list.compare(from, Subject::Plan, "number of stages", &organisation.stages.len(), &stages.len());
    for (planned, stage) in organisation.stages.iter().zip(&stages) {
        let what = format!("budget of stage {}", planned.number);
        list.compare(from, Subject::Plan, &what, &tokens(planned.total), &tokens(stage.plan_budget));
        let items = organs.treasury.items(planned.number).await?;
        items_of_stage(list, planned, &items);
    }
    Ok(())
}

fn items_of_stage(list: &mut List, stage: &Stage, items: &[Item]) {
    let from = From(treasury::CONTRACT, "getItems");
    let what = format!("contests of stage {}", stage.number);
    list.compare(from, Subject::Plan, &what, &stage.contests.len(), &items.len());
    for (contest, item) in stage.contests.iter().zip(items) {
        let on_request = contest.budget.is_none();
        let total = contest.budget.map_or(Nano::ZERO, |budget| budget.total());
        let topic = payload::PlanItem {
            number: contest.number,
            topic: contest.topic,
            total,
            depends_on: contest.depends_on.clone(),
            on_request,
        };
        let found = payload::PlanItem {
            number: item.number,
            topic: item.topic,
            total: item.total,
            depends_on: item.depends_on.clone(),
            on_request: item.on_request,
        };
        let what = format!("contest {} of the plan", contest.number);
        list.compare(from, Subject::Plan, &what, &describe(&topic), &describe(&found));
    }
}

fn describe(item: &payload::PlanItem) -> String {
    let payload::PlanItem { number, topic, total, depends_on, on_request } = item;
    let request = if *on_request { ", on request" } else { "" };
    format!("number {number}, topic {topic}, {}, after {}{request}", tokens(*total), words(depends_on))
}

/// A value of JSON as people write it.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn words<T: Display>(all: &[T]) -> String {
    if all.is_empty() {
        return "nobody".to_owned();
    }
    all.iter().map(T::to_string).collect::<Vec<_>>().join(", ")
}

fn tokens(amount: Nano) -> String {
    format!("{amount:#} TON")
}
