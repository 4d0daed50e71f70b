//! Executing a batch of messages: accounts in parallel, each account's messages in order.
//!
//! INVARIANT: the outcome of a batch does not depend on the number of threads: accounts share nothing while they
//! execute, and results come back in the order of the batch.

use std::collections::HashMap;

use chain::{Account, Config, ExecContext, ExecError, Executed};
use rayon::prelude::*;
use ton_abi::{Address, Cell, Lt, Nano};
use ton_client::MsgHash;

use crate::Error;
use crate::message::Queued;
use crate::state::{Facts, State};

/// A message to execute.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) hash: MsgHash,
    pub(crate) message: Cell,
    /// `None` if no account can take it.
    pub(crate) destination: Option<Address>,
    /// What it brings along; zero for external messages.
    pub(crate) value: Nano,
    pub(crate) prepaid: Nano,
    /// Whether a fault sends it back.
    pub(crate) force_bounce: bool,
}

impl Job {
    pub(crate) fn internal(force_bounce: bool, message: Queued) -> Self {
        let Queued { hash, cell, destination, value, prepaid, .. } = message;
        Self { hash, message: cell, destination, value, prepaid, force_bounce }
    }
}

/// A transaction with everything that the books and indexes need of it.
pub(crate) struct Outcome {
    pub(crate) executed: Executed,
    /// The account before.
    pub(crate) before: Account,
    pub(crate) facts: Facts,
    /// Outgoing messages: hashes, and the headers of internal ones.
    pub(crate) out: Vec<(MsgHash, Option<Queued>)>,
    /// What disappeared from the accounts.
    pub(crate) burned: Nano,
}

/// Why a message led to no transaction: the executor's reason with the account as it was.
pub(crate) struct Refusal {
    pub(crate) error: ExecError,
    pub(crate) account: Account,
}

pub(crate) type Ran = Result<Box<Outcome>, Box<Refusal>>;

/// What executions of one block have in common.
pub(crate) struct Bench<'a> {
    pub(crate) config: &'a Config,
    pub(crate) context: &'a ExecContext,
    pub(crate) state: &'a State,
    /// Least lt of a transaction in the block.
    pub(crate) floor: Lt,
    /// The same for accounts that had one: a deleted account forgets its own lt.
    pub(crate) floors: &'a HashMap<Address, Lt>,
}

impl Bench<'_> {
    /// Executes the batch; results in its order, `None` for messages without destination.
    ///
    /// # Errors
    /// [`Error::MoneyNotConserved`] and [`Error::BadCell`] on a defect of the executor.
    pub(crate) fn run(&self, jobs: &[Job]) -> Result<Vec<Option<Ran>>, Error> {
        let mut places: HashMap<&Address, usize, ahash::RandomState> = HashMap::default();
        let mut runs: Vec<(&Address, Vec<usize>)> = Vec::new();
        for (number, job) in jobs.iter().enumerate() {
            let Some(address) = &job.destination else { continue };
            let place = *places.entry(address).or_insert(runs.len());
            match runs.get_mut(place) {
                Some((_, run)) => run.push(number),
                None => runs.push((address, vec![number])),
            }
        }
        let run = |(address, run): (&Address, Vec<usize>)| self.run_account(address, run, jobs);
        let done: Vec<_> = if runs.len() > 1 && rayon::current_num_threads() > 1 {
            runs.into_par_iter().map(run).collect::<Result<_, _>>()?
        } else {
            runs.into_iter().map(run).collect::<Result<_, _>>()?
        };
        let mut results: Vec<_> = jobs.iter().map(|_| None).collect();
        for (number, ran) in done.into_iter().flatten() {
            results[number] = Some(ran);
        }
        Ok(results)
    }

    fn run_account(
        &self,
        address: &Address,
        run: Vec<usize>,
        jobs: &[Job],
    ) -> Result<Vec<(usize, Ran)>, Error> {
        let mut account = self.state.account(address);
        let mut balance = self.state.accounts.get(address).map_or(Nano::ZERO, |entry| entry.facts.balance);
        let mut context = self.context.clone();
        context.min_lt = self.floors.get(address).copied().unwrap_or(self.floor);
        let mut results = Vec::with_capacity(run.len());
        for number in run {
            let job = &jobs[number];
            context.force_bounce = job.force_bounce;
            match chain::execute(self.config, &account, &job.message, &context) {
                Ok(executed) => {
                    let before = std::mem::replace(&mut account, executed.account.clone());
                    context.min_lt = executed.next_lt;
                    let outcome = Outcome::new(executed, before, balance, job)?;
                    balance = outcome.facts.balance;
                    if !outcome.facts.exists {
                        // As in the next batch: a deleted account has forgotten its past.
                        account = Account::none(address.clone());
                    }
                    results.push((number, Ok(Box::new(outcome))));
                }
                Err(error) => {
                    results.push((number, Err(Box::new(Refusal { error, account: account.clone() }))));
                }
            }
        }
        Ok(results)
    }
}

impl Outcome {
    fn new(executed: Executed, before: Account, balance: Nano, job: &Job) -> Result<Self, Error> {
        let mut sent = Nano::ZERO;
        let mut out = Vec::with_capacity(executed.out_messages().len());
        for cell in executed.out_messages() {
            let header = Queued::parse_internal(cell)?;
            if let Some(header) = &header {
                sent = add(add(sent, header.value)?, header.prepaid)?;
            }
            out.push((MsgHash::from(cell.repr_hash()), header));
        }
        let facts = Facts::of(&executed.account);
        let burned = balance_books(add(balance, job.value)?, sent, facts, &executed)?;
        Ok(Self { before, executed, facts, out, burned })
    }
}

/// Checks that one transaction neither made nor lost money; gives what it burned.
///
/// `before` is the old balance with the message's value, `sent` what the new messages carry. The executor drops
/// what is left on an account that storage debt deletes: that counts as burned too.
fn balance_books(before: Nano, sent: Nano, facts: Facts, executed: &Executed) -> Result<Nano, Error> {
    let kept = add(add(facts.balance, executed.collected_fees)?, sent)?;
    let after = add(kept, executed.burned)?;
    match before.checked_sub(after) {
        Some(lost) if lost.is_zero() || !facts.exists => add(executed.burned, lost),
        _ => Err(Error::MoneyNotConserved { account: executed.account.address().clone(), before, after }),
    }
}

/// A sum that must fit.
///
/// # Errors
/// [`Error::AmountOverflow`].
pub(crate) fn add(a: Nano, b: Nano) -> Result<Nano, Error> {
    a.checked_add(b).ok_or(Error::AmountOverflow)
}
