//! The treasury: stage budgets, each released only when the one before is closed.

use serde::Deserialize;
use serde_json::json;
use ton_abi::{Address, Cell, Nano};
use ton_client::processing::Tree;

use crate::handle::{Handle, Result, handle};
use crate::numbered::numbered;
use crate::text::Digest;

/// The treasury on a network.
pub struct Treasury<'a>(Handle<'a>);

handle!(Treasury, "Treasury");

numbered! {
    /// Status of a stage.
    StageStatus("status of a stage") {
        /// Its money is not there.
        Planned = "planned",
        /// Its contests can be launched.
        Active = "active",
        /// It is over.
        Closed = "closed",
    }
}

/// A stage with its money. `received + carry_in + refunded = available + reserved + sent + allocated + carry_out +
/// returned` always.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stage {
    /// Its status.
    pub status: StageStatus,
    /// Version of its plan.
    #[serde(with = "ton_abi::number")]
    pub version: u16,
    /// Budget of the plan.
    pub plan_budget: Nano,
    /// Extra grants.
    pub extra: Nano,
    /// What was granted.
    pub received: Nano,
    /// Rest of the stage before.
    pub carry_in: Nano,
    /// Rest that went to the next stage.
    pub carry_out: Nano,
    /// What went back to the main giver.
    pub returned: Nano,
    /// What its contests took.
    pub allocated: Nano,
    /// What its contests gave back.
    pub refunded: Nano,
    /// What its contests can use.
    pub available: Nano,
    /// Promised to contests.
    pub reserved: Nano,
    /// On its way to contests.
    pub sent: Nano,
    /// Contests that are not over.
    #[serde(with = "ton_abi::number")]
    pub open: u16,
    /// SHA-256 of the report.
    pub report_hash: Digest,
    /// Where the report is.
    pub link: String,
}

impl Stage {
    /// What is missing until it is active.
    pub fn needs(&self) -> Nano {
        Nano(self.plan_budget.0 + self.extra.0).saturating_sub(Nano(self.received.0 + self.carry_in.0))
    }
}

/// An item of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// 1 to 15.
    #[serde(with = "ton_abi::number")]
    pub number: u8,
    /// Its stage.
    #[serde(with = "ton_abi::number")]
    pub stage: u8,
    /// 1 to 5.
    #[serde(with = "ton_abi::number")]
    pub topic: u8,
    /// Participants, jury and organisation.
    pub total: Nano,
    /// What can still be launched.
    pub left: Nano,
    /// Items that must be closed with a winner first.
    #[serde(with = "crate::text::numbers")]
    pub depends_on: Vec<u8>,
    /// "will be requested additionally".
    pub on_request: bool,
}

/// All terms of the books.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ledger {
    /// What stages have free.
    pub available: Nano,
    /// Promised to contests.
    pub reserved: Nano,
    /// On its way to contests.
    pub sent: Nano,
    /// Org fund that can be spent.
    pub org_available: Nano,
    /// Org fund that waits for a confirmation.
    pub org_reserved: Nano,
    /// Donations and the rest of the last stage.
    pub unassigned: Nano,
    /// The running sum of what is in the account.
    pub booked: Nano,
    /// Balance of the account.
    pub balance: Nano,
    /// Whether all of it adds up.
    pub holds: bool,
}

impl Treasury<'_> {
    /// Body of the message that funds a stage; its value must be `amount` and [`crate::gas::CALL`] more, with the bounce flag.
    ///
    /// # Errors
    /// [`ton_client::Error::Abi`].
    pub fn fund_stage(&self, stage: u8, nonce: u64, amount: Nano) -> Result<Cell> {
        let params = json!({ "stage": stage.to_string(), "nonce": nonce.to_string(), "amount": amount });
        self.0.body("fundStage", &params)
    }

    /// Body of a message that brings gas money.
    ///
    /// # Errors
    /// [`ton_client::Error::Abi`].
    pub fn top_up(&self) -> Result<Cell> {
        self.0.body("topUp", &json!({}))
    }

    /// Gives a list of org payments back that nobody confirmed.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::process_message`].
    pub async fn release_reserve(&self, nonce: u64) -> Result<Tree> {
        self.0.poke("releaseReserve", &json!({ "nonce": nonce.to_string() })).await
    }

    /// Books money that no book knows.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::process_message`].
    pub async fn reconcile(&self) -> Result<Tree> {
        self.0.poke("reconcile", &json!({})).await
    }

    /// All stages, number 1 first.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::run_getter`].
    pub async fn stages(&self) -> Result<Vec<Stage>> {
        self.0.ask_one("getStages", &json!({}), "stages").await
    }

    /// One stage.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::run_getter`].
    pub async fn stage(&self, number: u8) -> Result<Stage> {
        self.0.ask_one("getStage", &json!({ "number": number.to_string() }), "stage").await
    }

    /// Items of a stage.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::run_getter`].
    pub async fn items(&self, stage: u8) -> Result<Vec<Item>> {
        self.0.ask_one("getItems", &json!({ "stage": stage.to_string() }), "items").await
    }

    /// All terms of the books.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::run_getter`].
    pub async fn ledger(&self) -> Result<Ledger> {
        self.0.ask_one("getLedger", &json!({}), "ledger").await
    }

    /// Registry, multisig and main giver, as it knows them.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::run_getter`].
    pub async fn addresses(&self) -> Result<[Address; 3]> {
        let Addresses { registry, multisig, main_giver } = self.0.ask("getAddresses", &json!({})).await?;
        Ok([registry, multisig, main_giver])
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Addresses {
    registry: Address,
    multisig: Address,
    main_giver: Address,
}
