//! What will be done, before anything is sent.

use governance::workflow::founding::{Blueprint, Places, Step};
use keys::PublicKey;
use ton_abi::{Address, Nano};
use ton_client::Client;

use crate::{Costs, CostsFrom, NetworkId, Result};

/// A step with everything that is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The step.
    pub step: Step,
    /// What must be taken before it.
    pub needs: Vec<Step>,
    /// Who signs its message; nobody signs one that anybody may send.
    pub signer: Option<PublicKey>,
    /// The account that it changes.
    pub target: Address,
    /// The money that it gives to this account.
    pub value: Nano,
    /// What it costs besides.
    pub fees: Nano,
    /// Whether the chain shows its outcome.
    pub done: bool,
}

/// The plan of a founding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The network.
    pub network: NetworkId,
    /// Who signs.
    pub deployer: PublicKey,
    /// Where everything will be.
    pub places: Places,
    /// Where grants come from.
    pub main_giver: Address,
    /// All steps in order.
    pub steps: Vec<Planned>,
    /// How the costs are known.
    pub costs: CostsFrom,
    /// What the deployer's wallet must be given.
    pub money: Nano,
    /// What it has now.
    pub balance: Nano,
}

impl Plan {
    /// Draws the plan of a founding on a network.
    ///
    /// # Errors
    /// Those of getters.
    pub async fn draw(client: &Client, blueprint: &Blueprint<'_>, costs: &Costs) -> Result<Self> {
        blueprint.register(client);
        let main_giver = blueprint.charter().main_giver.clone();
        let network = NetworkId::of(client, &main_giver).await?;
        let mut steps = Vec::new();
        for step in Step::all() {
            steps.push(Planned {
                step,
                needs: step.needs(),
                signer: blueprint.is_signed(step).then(|| blueprint.deployer()),
                target: blueprint.target(step).clone(),
                value: blueprint.value(step),
                fees: costs.of(step),
                done: blueprint.is_done(client, step).await?,
            });
        }
        // Nothing can be seen of the comparison itself.
        let all = steps.iter().all(|it| it.done || it.step == Step::Verify);
        if let Some(last) = steps.last_mut() {
            last.done = all;
        }
        Ok(Self {
            network,
            deployer: blueprint.deployer(),
            places: blueprint.places().clone(),
            main_giver,
            steps,
            costs: costs.from,
            money: blueprint.money(),
            balance: client.balance(&blueprint.places().purse).await?,
        })
    }

    /// Whether the organisation is live, so that its members decide what changes.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.steps.iter().any(|it| it.step == Step::Live && it.done)
    }

    /// Fees of all steps.
    #[must_use]
    pub fn fees(&self) -> Nano {
        self.steps.iter().map(|it| it.fees).sum()
    }

    /// The steps as a tree for people: each below the last of those that it needs. Gives depth and step, in order.
    #[must_use]
    pub fn tree(&self) -> Vec<(usize, &Planned)> {
        let mut depths: Vec<(Step, usize)> = Vec::new();
        let mut rows = Vec::new();
        for planned in &self.steps {
            let depth = planned.needs.iter().filter_map(|need| {
                let (_, depth) = depths.iter().find(|(step, _)| step == need)?;
                Some(depth + 1)
            });
            let depth = depth.max().unwrap_or(0);
            depths.push((planned.step, depth));
            rows.push((depth, planned));
        }
        rows
    }
}
