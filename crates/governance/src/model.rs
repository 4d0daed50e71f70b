//! The reference model: what the contracts must do, in plain Rust.
//!
//! It is what a random test runs beside the real contracts: the same actions in the same order give the same state
//! and the same refusals. Source: the functional specification (sections 5.4 to 5.12) and, for order of checks and
//! comparisons of times, the contracts' sources.
//!
//! Invariants:
//! - pure: no clock, no input or output; the time comes in as an argument;
//! - a function changes the state or returns a [`Refusal`] and changes nothing;
//! - every function ends what it starts: the messages between contracts that it causes are delivered before it returns,
//!   unless they are held ([`wire::Wire::held`]) and delivered one by one, as a test wants it;
//! - gas and balances are not modelled: a contract that has too little gas money refuses what this model accepts.
//!
//! Not here, as in the contracts of this round: rounds with tickets, disqualification, redirection, cycles, amended
//! plans, extra grants, cancelled contests, upgrades, dissolution.
//!
//! ```
//! use governance::model::{Model, invariants};
//! use governance::{Organisation, payload};
//! use ton_abi::{PublicKey, UnixTime};
//!
//! let organisation = Organisation::of_proposal();
//! let keys: Vec<_> = organisation.members.iter().map(|member| member.public_key).collect();
//! let now = UnixTime(1_606_780_800);
//! let model = Model::new(&keys, organisation.governance.params, payload::plan(&organisation), Vec::new(), now);
//! assert!(invariants::broken(&model, now).is_empty());
//! ```

pub mod contest;
pub mod decision;
pub mod desk;
pub mod directory;
pub mod entry;
#[cfg(test)]
mod fixture;
pub mod invariants;
pub mod judging;
pub mod jury;
pub mod launch;
pub mod limits;
pub mod members;
pub mod org;
pub mod payout;
pub mod proposal;
mod refusal;
pub mod requests;
pub mod settlement;
mod signer;
pub mod tally;
#[cfg(test)]
mod tests;
pub mod treasury;
pub mod wallet;
pub mod wire;

use std::collections::{BTreeMap, BTreeSet};

use ton_abi::{PublicKey, UnixTime};

pub use refusal::Refusal;
pub use signer::{Signed, Signer, check_header};

use crate::organisation::Params;
use crate::payload::StagePlan;

/// The whole governance: registry, proposals, treasury, contests, jury pool, and the confirmations in the wallet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// Parameters in force.
    pub params: Params,
    /// Boundaries of cycles, ascending; they end candidacies.
    pub cycle_bounds: Vec<UnixTime>,
    /// Seats and candidates.
    pub members: members::Members,
    /// All proposals that ever opened, by id.
    pub proposals: BTreeMap<u32, proposal::Proposal>,
    /// Proposals that hold a slot, by id.
    pub open: BTreeMap<u32, decision::Open>,
    /// Id of the next proposal.
    pub next_proposal: u32,
    /// Stage budgets and the org fund.
    pub treasury: treasury::Treasury,
    /// What the registry knows about contests, by id.
    pub directory: BTreeMap<u32, directory::Listing>,
    /// Number of the last contest that got one.
    pub last_contest: u32,
    /// Escrows that were deployed, by id.
    pub contests: BTreeMap<u32, contest::Contest>,
    /// Items of the plan that a contest closed with a ranking.
    pub won: BTreeSet<u8>,
    /// The independent jury.
    pub pool: jury::JuryPool,
    /// Confirmations of the members' wallet.
    pub wallet: wallet::Wallet,
    /// The plan, as the registry checks launches against it.
    pub plan: Vec<StagePlan>,
    /// Requests of the registry.
    pub requests: requests::Requests,
    /// Messages under way.
    pub wire: wire::Wire,
}

impl Model {
    /// A live governance of these members, in index order, with nothing funded.
    pub fn new(
        keys: &[PublicKey],
        params: Params,
        plan: Vec<StagePlan>,
        cycle_bounds: Vec<UnixTime>,
        now: UnixTime,
    ) -> Self {
        let members = members::Members::new(keys, now);
        Self {
            params,
            cycle_bounds,
            wallet: wallet::Wallet::new(keys, members.threshold(), now),
            pool: jury::JuryPool::new(keys),
            treasury: treasury::Treasury::new(&plan),
            members,
            proposals: BTreeMap::new(),
            open: BTreeMap::new(),
            next_proposal: 1,
            directory: BTreeMap::new(),
            last_contest: 0,
            contests: BTreeMap::new(),
            won: BTreeSet::new(),
            plan,
            requests: requests::Requests {
                sets: BTreeMap::from([(0, keys.iter().copied().collect())]),
                ..requests::Requests::default()
            },
            wire: wire::Wire::default(),
        }
    }
}
