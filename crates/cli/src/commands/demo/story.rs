//! The acts. Every figure told here was read from the chain: balances, getters, messages, transactions.

use governance::multisig::{Payment, QueuedTransaction, TransactionId};
use governance::{Multisig, Organisation, Roster};
use keys::{Signer, development};
use ton_abi::{Address, Nano};
use ton_client::Error as ClientError;
use ton_client::processing::Tree;

use crate::contracts::Contracts;
use crate::error::CliError;
use crate::event::words;
use crate::failure::from_client;
use crate::ledger::Ledger;
use crate::local::Local;
use crate::members;
use crate::output::Progress;
use crate::state::short;

/// Development key of the contest winner, far from those of the members.
const WINNER_KEY: u32 = 100;
/// What the winner's own wallet is opened with.
const WINNER_MONEY: Nano = Nano::tokens(5);
/// The contest whose budget is paid out: the Jury Contest, "the first contest to be run".
const CONTEST: u8 = 1;

pub(super) struct Story<'a> {
    pub(super) local: &'a Local,
    pub(super) organisation: &'a Organisation,
    pub(super) progress: Progress,
    pub(super) ledger: Ledger,
}

/// What the chain says at the end.
pub(super) struct Outcome {
    pub(super) id: TransactionId,
    pub(super) required: u8,
    pub(super) custodians: usize,
    /// The transaction if the wallet still waits with it.
    pub(super) waiting: Option<QueuedTransaction>,
    /// Names of those who have confirmed, after each confirmation.
    pub(super) signed: Vec<Vec<String>>,
    pub(super) asked: Nano,
    /// What the winner's wallet was credited with and kept, by its own transactions.
    pub(super) received: Nano,
    pub(super) wallet_balance: Nano,
    pub(super) winner_balance: Nano,
}

impl<'a> Story<'a> {
    fn say(&self, line: impl AsRef<str>) {
        self.progress.say(line);
    }

    /// Tells what stands before anything happens.
    pub(super) async fn introduce(&self, contracts: &Contracts) -> Result<(), CliError> {
        self.say("Act 1. The network");
        self.say(format!("  contracts {}", contracts.origin));
        for (name, built) in [("Giver", &contracts.giver), ("Multisig", &contracts.multisig)] {
            let hash = built.image.code_hash().map(|hash| hash.to_string()).unwrap_or_default();
            self.say(format!("  {name:<8} code {hash}"));
        }
        let giver = &self.local.giver.address;
        let balance = self.balance(giver).await?;
        self.say(format!("  network {} is up, giver {giver} has {balance:#} TON", self.network()));
        self.say(format!("  {}", members::STAND_INS));
        Ok(())
    }

    fn network(&self) -> String {
        self.local.client.transport().name()
    }

    async fn balance(&self, address: &Address) -> Result<Nano, CliError> {
        let balance = self.local.client.balance(address).await;
        balance.map_err(|error| from_client(format!("the balance of {address} cannot be read"), error))
    }

    /// Funds and deploys the members' wallet.
    pub(super) async fn found(&mut self, contracts: &Contracts) -> Result<Multisig<'a>, CliError> {
        let organisation = self.organisation;
        let stage = &organisation.stages[0];
        let (deployment, address) = members::deployment(contracts, organisation)?;
        let failed = |error: ClientError| from_client("the members' multisig cannot be deployed", error);

        self.say(format!("Act 2. The grant for stage {}", stage.number));
        let tree = self.local.give(&address, stage.total).await?;
        self.ledger.note("Giver gives the grant", "giver", &tree);
        self.say(format!("  {address} has {:#} TON", self.balance(&address).await?));

        self.say("Act 3. The members' multisig");
        let deployed = Multisig::deploy(&self.local.client, &deployment, &members::deployer()).await;
        let (multisig, tree) = deployed.map_err(failed)?;
        self.ledger.note("Deploy the multisig", &organisation.members[0].name, &tree);
        let custodians = multisig.custodians().await.map_err(failed)?;
        let parameters = multisig.parameters().await.map_err(failed)?;
        self.say(format!(
            "  it is deployed: {} custodians, {} confirmations for a payment",
            custodians.len(),
            parameters.required_txn_confirms
        ));
        let names: Vec<_> = custodians.iter().map(|custodian| self.roster().label(&custodian.key)).collect();
        self.say(format!("  {}", names.join(", ")));
        self.say(format!("  the proposal declares {}: an address is the hash", organisation.declared_wallet));
        self.say("  of code and data, so this wallet has its own");
        Ok(multisig)
    }

    /// Opens the winner's own wallet: one key, one custodian.
    pub(super) async fn open_winner(&mut self, contracts: &Contracts) -> Result<Address, CliError> {
        let key = development::signer(WINNER_KEY);
        let failed = |error: ClientError| from_client("the winner's wallet cannot be opened", error);
        let (image, abi) = (contracts.multisig.image.clone(), contracts.multisig.abi.clone());
        let deployment = Multisig::deployment(image, abi, &key.public_key(), &[key.public_key()], 1);
        let deployment = deployment.map_err(failed)?;
        let address = deployment.contract().map_err(failed)?.address;
        let tree = self.local.give(&address, WINNER_MONEY).await?;
        self.ledger.note("Giver opens the winner's account", "giver", &tree);
        let (wallet, tree) = Multisig::deploy(&self.local.client, &deployment, &key).await.map_err(failed)?;
        self.ledger.note("Deploy the winner's wallet", "winner", &tree);
        Ok(wallet.address().clone())
    }

    fn roster(&self) -> Roster {
        members::roster(self.organisation)
    }

    /// Submits the payment and lets members confirm it until it should be paid.
    pub(super) async fn pay(
        &mut self,
        multisig: &Multisig<'_>,
        winner: &Address,
        skipped: Option<u8>,
    ) -> Result<Outcome, CliError> {
        let contest = self.organisation.contest(CONTEST).expect("the proposal lists contest 1");
        let budget = contest.budget.expect("the proposal funds contest 1");
        let payment = Payment { bounce: true, ..Payment::new(winner.clone(), budget.total()) };
        let before = self.balance(winner).await?;
        self.say(format!("Act 4. {:#} TON to the winner of \"{}\"", payment.value, contest.title));
        self.say(format!("  the winner's wallet {} has {before:#} TON", short(winner)));

        let failed = |error: ClientError| from_client("the payment cannot be confirmed", error);
        let submitter = &self.organisation.members[0].name;
        let (id, tree) = multisig.submit(&payment, &development::signer(0)).await.map_err(failed)?;
        self.ledger.note("Submit the payment", submitter, &tree);
        self.say(format!("  {submitter} submits transaction {id}"));
        let mut signed = vec![self.signed(multisig, id).await?];
        let mut received = Nano::ZERO;

        let required = multisig.parameters().await.map_err(failed)?.required_txn_confirms;
        for number in (2..=required).filter(|number| Some(*number) != skipped) {
            let name = &self.organisation.members[usize::from(number) - 1].name;
            let signer = development::signer(u32::from(number) - 1);
            let tree = multisig.confirm(id, &signer).await.and_then(Tree::expect_success).map_err(failed)?;
            self.ledger.note(format!("Confirmation of member {number}"), name, &tree);
            received = Nano(received.0 + credited(&tree, winner).0);
            self.say(format!("  {name} confirms"));
            let names = self.signed(multisig, id).await?;
            if names.is_empty() {
                self.tell_execution(&tree);
            } else {
                signed.push(names);
            }
        }
        let waiting = multisig.transaction(id).await.map_err(failed)?;
        let custodians = multisig.custodians().await.map_err(failed)?.len();
        Ok(Outcome {
            id,
            required,
            custodians,
            waiting,
            signed,
            asked: payment.value,
            received,
            wallet_balance: self.balance(multisig.address()).await?,
            winner_balance: self.balance(winner).await?,
        })
    }

    /// Names of those who have confirmed a waiting transaction, told and returned; none if it waits no more.
    async fn signed(&self, multisig: &Multisig<'_>, id: TransactionId) -> Result<Vec<String>, CliError> {
        let failed = |error: ClientError| from_client("the waiting payment cannot be read", error);
        let custodians = multisig.custodians().await.map_err(failed)?;
        let Some(waiting) = multisig.transaction(id).await.map_err(failed)? else { return Ok(Vec::new()) };
        let names = waiting.confirmations.names(&custodians, &self.roster());
        self.say(format!("    signed {} of {}: {}", waiting.received, waiting.required, names.join(", ")));
        Ok(names)
    }

    /// What the last confirmation caused, transaction by transaction.
    fn tell_execution(&self, tree: &Tree) {
        self.say("Act 5. The payment");
        for step in &tree.steps {
            let Some(message) = &step.in_msg else { continue };
            let place = step.contract.as_deref().unwrap_or("account");
            let from = message.view.src.as_ref().map_or_else(|| "outside".to_owned(), short);
            let value = message.view.value;
            self.say(format!(
                "  {place} {} got {value:#} TON from {from}, used {} gas",
                short(step.account()),
                step.tx.gas_used()
            ));
        }
        for (_, event) in tree.events() {
            self.say(format!("  {}", words(event, &self.roster(), short)));
        }
    }
}

/// What an account was credited with in its successful transactions of a tree.
fn credited(tree: &Tree, account: &Address) -> Nano {
    let steps = tree.steps.iter().filter(|step| step.account() == account && step.is_success());
    steps.filter_map(|step| step.tx.credit).sum()
}
