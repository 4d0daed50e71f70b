//! What the steps cost.

use std::collections::BTreeMap;

use governance::workflow::founding::{Blueprint, Step};
use governance::workflow::{self, Host};
use keys::{PublicKey, Signer};
use ton_abi::{Nano, UnixTime};
use ton_client::Client;
use ton_client::processing::Tree;

use crate::Result;

/// How the costs are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CostsFrom {
    /// The founding was played on a network of its own with the same prices.
    Rehearsal,
    /// Figures of an earlier founding under the prices of the Free TON mainnet.
    Figures,
}

/// What the steps cost: fees of all transactions that a step causes, and what its messages pay on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Costs {
    /// How it is known.
    pub from: CostsFrom,
    fees: BTreeMap<Step, Nano>,
}

impl Costs {
    /// Figures for want of something better: measured once under the prices of the Free TON mainnet, rounded up.
    #[must_use]
    pub fn figures() -> Self {
        let milli = |step: &Step| match step {
            Step::FillPurse => 20,
            Step::OpenPurse => 60,
            Step::Feed(_) => 60,
            Step::DeployRegistry => 400,
            Step::SetCode(_) => 600,
            Step::SetPlan => 1_200,
            Step::Live | Step::Verify => 0,
        };
        let fees = Step::all().into_iter().map(|step| (step, Nano(milli(&step) * 1_000_000))).collect();
        Self { from: CostsFrom::Figures, fees }
    }

    /// Fees of a step.
    #[must_use]
    pub fn of(&self, step: Step) -> Nano {
        self.fees.get(&step).copied().unwrap_or_default()
    }

    /// Fees of all steps.
    #[must_use]
    pub fn total(&self) -> Nano {
        self.fees.values().copied().sum()
    }
}

/// Plays the founding on a network of its own and notes what each step costs there. The deployer's wallet must have its
/// money already; what that costs is `filling`.
///
/// # Errors
/// Those of [`workflow::found`].
pub async fn rehearse(
    client: &Client,
    blueprint: &Blueprint<'_>,
    deployer: &dyn Signer,
    filling: Nano,
) -> Result<Costs> {
    let mut clerk = Clerk(BTreeMap::from([(Step::FillPurse, filling)]));
    workflow::found(client, blueprint.charter(), deployer, &mut clerk).await?;
    Ok(Costs { from: CostsFrom::Rehearsal, fees: clerk.0 })
}

/// Notes fees.
struct Clerk(BTreeMap<Step, Nano>);

impl Host for Clerk {
    fn note(&mut self, step: &str, _who: Option<PublicKey>, tree: &Tree) {
        if let Some(step) = Step::all().into_iter().find(|known| known.to_string() == step) {
            self.0.insert(step, tree.total_fees());
        }
    }

    async fn wait_until(&mut self, _time: UnixTime) -> workflow::Result<()> {
        Ok(())
    }
}
