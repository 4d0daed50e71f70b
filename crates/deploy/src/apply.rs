//! Taking the steps, from wherever an earlier run stopped.

use governance::Organs;
use governance::workflow::founding::{Blueprint, Step};
use keys::Signer;
use serde_json::json;
use ton_abi::{Header, Nano};
use ton_client::processing::{Outgoing, Tree};
use ton_client::{Client, Contract, MsgHash, NotIncludedCause, TxHash};

use crate::journal::Sent;
use crate::{Binding, Entry, Error, Journal, NetworkId, Progress, Result, Store};

/// What the deployer's wallet keeps above a payment: the wallet queues what it cannot pay at once.
const MARGIN: Nano = Nano::tokens(1);

/// Who gives the deployer's wallet its money, where somebody does so without being asked: the giver of a network for
/// development.
pub struct Payer<'a> {
    /// A contract with `sendTransaction(address dest, uint128 value, bool bounce)`.
    pub contract: Contract,
    /// Its owner.
    pub signer: &'a dyn Signer,
}

/// What happens with a step.
#[derive(Debug)]
pub enum Event<'e> {
    /// The chain shows its outcome already.
    Found,
    /// A new message is in the journal and about to be posted.
    Sending(&'e Outgoing),
    /// A message of an earlier run is followed up.
    Resumed(&'e Outgoing),
    /// Its message landed with everything that followed; not yet in the journal.
    Landed(&'e Tree),
    /// Its message can never land any more.
    Void(MsgHash),
}

/// The program that runs a deployment.
pub trait Observer {
    /// Something happened. An error stops the deployment; a later run goes on.
    ///
    /// # Errors
    /// Whatever keeps the program from going on.
    fn event(
        &mut self,
        step: Step,
        event: &Event<'_>,
    ) -> std::result::Result<(), Box<dyn std::error::Error + Send + Sync>>;
}

/// How a step was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// In an earlier run.
    Before,
    /// By somebody else, or in a run whose journal is lost.
    Found,
    /// By a message in this run.
    Now {
        /// Its transaction.
        transaction: TxHash,
    },
    /// By looking.
    Checked,
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// All steps in order.
    pub steps: Vec<(Step, Taken)>,
}

/// Founds an organisation, from wherever the journal says that earlier runs stopped.
///
/// `payer` fills the deployer's wallet; without one the wallet must have its money.
///
/// # Errors
/// [`Error`]. Whatever it is, the same call may be made again and goes on.
pub async fn apply<'c, S: Store>(
    client: &'c Client,
    blueprint: &Blueprint<'_>,
    deployer: &dyn Signer,
    payer: Option<&Payer<'_>>,
    journal: &mut Journal<S>,
    observer: &mut impl Observer,
) -> Result<(Organs<'c>, Report)> {
    let (expected, found) = (blueprint.deployer(), deployer.public_key());
    if expected != found {
        return Err(Error::WrongSigner { expected, found });
    }
    blueprint.register(client);
    begin(client, blueprint, journal).await?;
    let mut run = Run { client, blueprint, deployer, payer, journal, observer };
    let mut steps = Vec::new();
    for step in Step::all() {
        steps.push((step, run.take(step).await?));
    }
    if !run.journal.is_done() {
        run.journal.append(&Entry::Done)?;
    }
    Ok((blueprint.organs(client).await?, Report { steps }))
}

/// Binds a new journal, and checks an old one.
async fn begin<S: Store>(client: &Client, blueprint: &Blueprint<'_>, journal: &mut Journal<S>) -> Result<()> {
    let network = NetworkId::of(client, &blueprint.charter().main_giver).await?;
    let now = Binding::of(blueprint, network)?;
    let Some(binding) = journal.binding() else {
        return Ok(journal.append(&Entry::Begin(Box::new(now)))?);
    };
    let mismatches = binding.mismatches(&now, client).await?;
    if !mismatches.is_empty() {
        return Err(Error::Mismatch(mismatches));
    }
    for entry in journal.entries() {
        let Entry::Landed { step, transaction, .. } = entry else { continue };
        let known = client.transport().transaction(transaction).await.map_err(ton_client::Error::from)?;
        // A network may forget old transactions, but not what they did.
        if known.is_none() && !blueprint.is_done(client, *step).await? {
            return Err(Error::Forgotten { step: *step, transaction: *transaction });
        }
    }
    Ok(())
}

/// One run.
struct Run<'r, S, O> {
    client: &'r Client,
    blueprint: &'r Blueprint<'r>,
    deployer: &'r dyn Signer,
    payer: Option<&'r Payer<'r>>,
    journal: &'r mut Journal<S>,
    observer: &'r mut O,
}

impl<S: Store, O: Observer> Run<'_, S, O> {
    async fn take(&mut self, step: Step) -> Result<Taken> {
        match self.journal.progress(step)? {
            Progress::Over => Ok(Taken::Before),
            Progress::Sent(sent) => {
                self.tell(step, &Event::Resumed(&sent.message))?;
                self.settle(step, *sent, true).await
            }
            Progress::Open { attempts } => self.start(step, attempts).await,
        }
    }

    /// A step of which nothing is under way.
    async fn start(&mut self, step: Step, attempt: u32) -> Result<Taken> {
        if matches!(step, Step::Live | Step::Verify) {
            self.check(step).await?;
            return Ok(Taken::Checked);
        }
        if self.blueprint.is_done(self.client, step).await? {
            return self.found(step);
        }
        let sent = self.announce(step, attempt).await?;
        self.settle(step, sent, false).await
    }

    /// Makes the message of a step and writes it down; only then may it be posted.
    async fn announce(&mut self, step: Step, attempt: u32) -> Result<Sent> {
        let message = self.make(step, attempt).await?;
        self.journal.append(&Entry::Sending {
            step,
            message: message.hash,
            expire: message.expire,
            boc: ton_client::boc::encode_base64(&message.cell),
        })?;
        self.tell(step, &Event::Sending(&message))?;
        Ok(Sent { message, attempt })
    }

    fn found(&mut self, step: Step) -> Result<Taken> {
        self.journal.append(&Entry::Found { step })?;
        self.tell(step, &Event::Found)?;
        Ok(Taken::Found)
    }

    /// Makes the message of a step.
    async fn make(&self, step: Step, attempt: u32) -> Result<Outgoing> {
        let Some(address) = self.blueprint.destination(step) else { return self.fill(step, attempt).await };
        if let Step::Feed(_) = step {
            let (balance, needed) =
                (self.client.balance(address).await?, Nano(self.blueprint.value(step).0 + MARGIN.0));
            if balance < needed {
                return Err(Error::Waiting { step, address: address.clone(), balance, needed });
            }
        }
        let key = self.blueprint.is_signed(step).then(|| self.blueprint.deployer());
        let header = self.client.header(address, key).await?;
        let header = self.prolonged(header, attempt);
        let message = self.blueprint.message(self.client, step, &header, self.deployer).await?;
        // INVARIANT: a step with a destination has a message.
        Ok(message.expect("every step with a destination has a message"))
    }

    /// The payer's message that fills the deployer's wallet.
    async fn fill(&self, step: Step, attempt: u32) -> Result<Outgoing> {
        let (address, needed) = (self.blueprint.places().purse.clone(), self.blueprint.money());
        let balance = self.client.balance(&address).await?;
        let Some(Payer { contract, signer }) = self.payer else {
            return Err(Error::Waiting { step, address, balance, needed });
        };
        let value = needed.saturating_sub(balance);
        let params = json!({ "dest": address.to_string(), "value": value, "bounce": false });
        let header = self.client.header(&contract.address, Some(signer.public_key())).await?;
        let header = self.prolonged(header, attempt);
        Ok(self.client.call_message(contract, "sendTransaction", &params, &header, *signer).await?)
    }

    /// Later messages of a step live longer.
    fn prolonged(&self, header: Header, attempt: u32) -> Header {
        let life = self.client.settings().lifetime_of(attempt);
        Header { expire: header.time.seconds().plus(life), ..header }
    }

    /// Finds out what becomes of a message, and makes another one when it is void.
    async fn settle(&mut self, step: Step, sent: Sent, is_old: bool) -> Result<Taken> {
        let (mut sent, mut is_old) = (sent, is_old);
        loop {
            let Sent { message, attempt } = &sent;
            let error = match self.follow(message, is_old).await {
                Ok(tree) => return self.landed(step, message, tree),
                Err(ton_client::Error::Failed(failure)) => {
                    let reason = failure.to_string();
                    return self.failed(step, message, &failure.tree, reason);
                }
                Err(error) => error,
            };
            if !self.is_void(message, &error).await? {
                // Somebody else may have taken the step. A message that may still land is not given up, unless its contract
                // takes the step only once.
                let only_once = !matches!(step, Step::FillPurse | Step::Feed(_));
                let refused = matches!(error, ton_client::Error::NotIncluded(_));
                if refused && only_once && self.blueprint.is_done(self.client, step).await? {
                    return self.found(step);
                }
                return Err(error.into());
            }
            self.journal.append(&Entry::Void { step, message: message.hash, reason: error.to_string() })?;
            self.tell(step, &Event::Void(message.hash))?;
            if self.blueprint.is_done(self.client, step).await? {
                return self.found(step);
            }
            let attempt = attempt + 1;
            // The first run after an interruption always makes another one.
            if !is_old && !self.client.settings().retries_after(&error, attempt) {
                return Err(error.into());
            }
            (sent, is_old) = (self.announce(step, attempt).await?, false);
        }
    }

    /// Posts a message and follows everything it causes. One of an earlier run is asked for first, and posted again (the same
    /// bytes) only while it may still be executed.
    async fn follow(&self, message: &Outgoing, is_old: bool) -> std::result::Result<Tree, ton_client::Error> {
        if is_old {
            let transport = self.client.transport();
            let known = transport.transaction_of(&message.hash).await?.is_some();
            let now = transport.head(&message.address).await?.gen_utime;
            if known || message.expire.is_some_and(|expire| now >= expire) {
                return self.client.resume_message(message).await;
            }
        }
        self.client.process_message(message).await
    }

    fn landed(&mut self, step: Step, message: &Outgoing, tree: Tree) -> Result<Taken> {
        let target = self.blueprint.target(step);
        let arrived = tree.steps.iter().any(|it| it.account() == target && it.is_success());
        let failure = tree.failures().next().map(|failed| {
            let kind = failed.failure.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{kind} in transaction {} of {}", failed.hash, failed.account())
        });
        let failure = failure.or_else(|| (!arrived).then(|| format!("nothing arrived at {target}")));
        if let Some(reason) = failure {
            return self.failed(step, message, &tree, reason);
        }
        let transaction = tree.root().hash;
        self.tell(step, &Event::Landed(&tree))?;
        let fees = tree.total_fees();
        self.journal.append(&Entry::Landed { step, message: message.hash, transaction, fees })?;
        Ok(Taken::Now { transaction })
    }

    fn failed(&mut self, step: Step, message: &Outgoing, tree: &Tree, reason: String) -> Result<Taken> {
        let (message, transaction) = (message.hash, tree.root().hash);
        self.journal.append(&Entry::Failed { step, message, transaction, reason: reason.clone() })?;
        Err(Error::Failed { step, message, reason })
    }

    /// A step that only looks; the registry may be busy with its children for a few blocks.
    async fn check(&self, step: Step) -> Result<()> {
        let registry = &self.blueprint.places().registry;
        for _ in 0..self.client.settings().patience {
            if step != Step::Live || self.blueprint.is_done(self.client, step).await? {
                break;
            }
            let transport = self.client.transport();
            let head = transport.head(registry).await.map_err(ton_client::Error::from)?;
            let wait = self.client.settings().block_wait;
            let next = transport.wait_block(registry, &head, wait).await;
            if next.map_err(ton_client::Error::from)?.is_none() {
                break;
            }
        }
        Ok(self.blueprint.check(self.client, step).await?)
    }

    /// Whether a message is known to be void for ever: its time is over, and its absence is proven. One that a block left out
    /// may be in a later one.
    async fn is_void(&self, message: &Outgoing, error: &ton_client::Error) -> Result<bool> {
        let ton_client::Error::NotIncluded(it) = error else { return Ok(false) };
        match it.cause {
            NotIncludedCause::Expired { .. } => Ok(true),
            NotIncludedCause::Rejected(_) => self.becomes_void(message).await,
        }
    }

    /// Waits for the proof if a rejected message's time is just over.
    async fn becomes_void(&self, message: &Outgoing) -> Result<bool> {
        let settings = self.client.settings();
        let transport = self.client.transport();
        for _ in 0..=settings.grace.max(settings.patience) {
            if self.client.is_void(message).await? {
                return Ok(true);
            }
            let head = transport.head(&message.address).await.map_err(ton_client::Error::from)?;
            if message.expire.is_none_or(|expire| head.gen_utime < expire) {
                return Ok(false);
            }
            let next = transport.wait_block(&message.address, &head, settings.block_wait).await;
            if next.map_err(ton_client::Error::from)?.is_none() {
                return Ok(false);
            }
        }
        Ok(false)
    }

    fn tell(&mut self, step: Step, event: &Event<'_>) -> Result<()> {
        self.observer.event(step, event).map_err(Error::Observer)
    }
}
