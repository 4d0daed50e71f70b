//! From nothing to a live organisation.

use keys::{PublicKey, Signer};
use ton_abi::{Address, Cell, Hash, Nano};
use ton_client::Client;

use super::{Error, Host, Result, ensure, expect, wallet};
use crate::contracts::Contracts;
use crate::organisation::Organisation;
use crate::payload;
use crate::registry::{CodeKind, Founding};
use crate::text::Digest;
use crate::{MemberRegistry, Multisig, Organs, registry, rules};

/// What an organisation is founded from.
pub struct Charter<'a> {
    /// Its files.
    pub organisation: &'a Organisation,
    /// Its contracts.
    pub contracts: &'a Contracts,
    /// Keys of the initial members in the order of the files.
    pub members: Vec<PublicKey>,
    /// Where grants come from.
    pub main_giver: Address,
    /// Makes the address differ from that of another organisation of the same deployer.
    pub nonce: u64,
}

impl Charter<'_> {
    fn plan(&self) -> Result<Cell> {
        Ok(payload::plan_cell(self.organisation).map_err(ton_client::Error::from)?)
    }

    fn codes(&self) -> Result<Vec<(CodeKind, Cell)>> {
        let code = |kind: CodeKind| {
            let code = self.contracts.code(kind).cloned();
            code.map(|code| (kind, code)).ok_or_else(|| Error::found("code of the image", "there", kind))
        };
        CodeKind::ALL.iter().copied().map(code).collect()
    }

    fn founding(&self) -> Result<Founding> {
        let governance = &self.organisation.governance;
        Ok(Founding {
            members: self.members.clone(),
            params: governance.params,
            cycle_bounds: governance.cycle_bounds.clone(),
            code_hashes: self.codes()?.iter().map(|(_, code)| *code.repr_hash()).collect(),
            plan_hash: *self.plan()?.repr_hash(),
            main_giver: self.main_giver.clone(),
            declared_wallet: self.organisation.declared_wallet.clone(),
        })
    }
}

/// Founds an organisation: deploys the registry, hands over codes and plan, waits until it is live, checks
/// everything against the files, and gives each organ its gas money.
///
/// `purse` is the deployer's own wallet, which pays; `deployer` signs the deployment and has no power afterwards.
///
/// # Errors
/// [`Error::Found`] where a getter does not say what the files say, and those of messages.
pub async fn found<'a>(
    client: &'a Client,
    charter: &Charter<'_>,
    deployer: &dyn Signer,
    purse: &Multisig<'_>,
    host: &mut impl Host,
) -> Result<Organs<'a>> {
    let gas = charter.organisation.governance.gas;
    let built = charter.contracts.get(registry::CONTRACT);
    charter.contracts.register(client);
    let key = deployer.public_key();
    let founding = charter.founding()?;
    let deployment =
        MemberRegistry::deployment(built.image.clone(), built.abi.clone(), &key, charter.nonce, &founding)?;
    let address = deployment.contract()?.address;
    let tree = wallet::send(purse, deployer, &address, gas.registry, None).await?;
    host.note("gas money for the registry", Some(key), &tree);
    let (registry, tree) = MemberRegistry::deploy(client, &deployment, deployer).await?;
    host.note("deploy the registry", Some(key), &tree);
    for (kind, code) in charter.codes()? {
        let tree = registry.set_code(kind, &code).await?.expect_success()?;
        host.note(&format!("code of {kind}"), None, &tree);
    }
    let tree = registry.set_plan(&charter.plan()?).await?.expect_success()?;
    host.note("the plan", None, &tree);
    ensure("the registry is live", registry.status().await?.is_live(), "no")?;

    let organs = Organs::open(client, charter.contracts.abis(), address).await?;
    verify(&organs, charter).await?;
    let jury_pool = organs.jury_pool.address();
    let bodies = [
        ("gas money for the multisig", organs.multisig.address(), gas.multisig, None),
        (
            "gas money for the treasury",
            organs.treasury.address(),
            gas.treasury,
            Some(organs.treasury.top_up()?),
        ),
        ("gas money for the jury pool", jury_pool, gas.jury_pool, Some(organs.jury_pool.top_up()?)),
    ];
    for (step, to, value, body) in bodies {
        let tree = wallet::send(purse, deployer, to, value, body).await?;
        host.note(step, Some(key), &tree);
    }
    for (what, balance, least) in [
        ("gas money of the multisig", organs.multisig.balance().await?, gas.multisig),
        ("gas money of the treasury", organs.treasury.balance().await?, gas.treasury),
        ("gas money of the jury pool", organs.jury_pool.balance().await?, gas.jury_pool),
    ] {
        ensure(what, balance >= least, format!("{balance:#} TON"))?;
    }
    Ok(organs)
}

/// Checks a live organisation against its files: members, parameters, cycles, codes, plan, addresses.
///
/// # Errors
/// [`Error::Found`] with the first difference.
pub async fn verify(organs: &Organs<'_>, charter: &Charter<'_>) -> Result<()> {
    let founding = charter.founding()?;
    let registry = &organs.registry;
    let members = registry.members().await?;
    let keys: Vec<_> = members.iter().map(|member| member.key).collect();
    ensure("members of the registry are those of the files", keys == founding.members, format!("{keys:?}"))?;
    let threshold = registry.threshold().await?;
    expect("votes for a decision", rules::threshold(keys.len()), threshold.threshold.into())?;
    let params = registry.params().await?;
    ensure("parameters are those of the files", params == founding.params, format!("{params:?}"))?;
    let (_, bounds) = registry.cycle().await?;
    ensure("cycles are those of the files", bounds == founding.cycle_bounds, format!("{bounds:?}"))?;
    let codes = registry.codes().await?;
    expect("hash of the plan", Digest::from(founding.plan_hash), codes.plan_hash)?;
    let hashes: Vec<Digest> = founding.code_hashes.iter().copied().map(Hash::into).collect();
    ensure("codes are those of the images", codes.code_hashes == hashes, format!("{:?}", codes.code_hashes))?;
    let addresses = registry.addresses().await?;
    expect("main giver", charter.main_giver.clone(), addresses.main_giver)?;
    expect("declared wallet", founding.declared_wallet, addresses.declared_wallet)?;
    verify_children(organs, charter, &keys).await
}

async fn verify_children(organs: &Organs<'_>, charter: &Charter<'_>, keys: &[PublicKey]) -> Result<()> {
    let custodians = organs.multisig.custodians().await?;
    let found: Vec<_> = custodians.iter().map(|custodian| custodian.key).collect();
    ensure("custodians are the members", found == keys, format!("{found:?}"))?;
    let required = organs.multisig.parameters().await?.required_txn_confirms;
    expect("confirmations for a payment", rules::threshold(keys.len()), required.into())?;
    let policy = organs.multisig.policy().await?;
    let payees = policy.treasury.as_ref() == Some(organs.treasury.address())
        && policy.main_giver.as_ref() == Some(&charter.main_giver)
        && policy.allowlist.is_empty();
    ensure("the multisig pays treasury and main giver only", payees, format!("{policy:?}"))?;
    let mut mirror = organs.jury_pool.mirror().await?;
    let mut sorted = keys.to_vec();
    sorted.sort_unstable();
    mirror.sort_unstable();
    ensure("members that the jury pool knows", mirror == sorted, format!("{mirror:?}"))?;
    let stages = organs.treasury.stages().await?;
    expect("stages of the treasury", charter.organisation.stages.len(), stages.len())?;
    for (planned, stage) in charter.organisation.stages.iter().zip(&stages) {
        let what = format!("budget of stage {}", planned.number);
        expect(&what, tokens(planned.total), tokens(stage.plan_budget))?;
        let items = organs.treasury.items(planned.number).await?;
        for (contest, item) in planned.contests.iter().zip(&items) {
            let total = contest.budget.map_or(Nano::ZERO, |budget| budget.total());
            let what = format!("budget of contest {}", contest.number);
            expect(&what, tokens(total), tokens(item.total))?;
            ensure(&what, (contest.number, contest.topic) == (item.number, item.topic), item.number)?;
        }
        expect("contests of the stage", planned.contests.len(), items.len())?;
    }
    let [registry, multisig, main_giver] = organs.treasury.addresses().await?;
    expect("registry of the treasury", organs.registry.address().clone(), registry)?;
    expect("multisig of the treasury", organs.multisig.address().clone(), multisig)?;
    expect("main giver of the treasury", charter.main_giver.clone(), main_giver)
}

fn tokens(amount: Nano) -> String {
    format!("{amount:#} TON")
}
