//! The jury pool: the independent jury, which members cannot write to.

use keys::Signer;
use serde::Deserialize;
use serde_json::json;
use ton_abi::{Address, Cell, PublicKey, UnixTime};
use ton_client::processing::Tree;

use crate::contest::Kind;
use crate::handle::{Handle, Result, handle};
use crate::numbered::numbered;

/// The jury pool on a network.
pub struct JuryPool<'a>(Handle<'a>);

handle!(JuryPool, "JuryPool");

/// Page length: so many jurors fit a local run.
const JURORS_PAGE: u8 = 64;

numbered! {
    /// Where a juror stands.
    JurorStatus("status of a juror") {
        /// May be drawn.
        Active = "active",
        /// Missed three contests in a row.
        Suspended = "suspended",
        /// Left.
        Resigned = "resigned",
    }
}

numbered! {
    /// Where a contest stands for the pool.
    DrawState("state of a draw") {
        /// Its jury was not drawn.
        Authorized = "authorized",
        /// Its jurors are booked.
        Drawn = "drawn",
        /// Its jurors are free again.
        Finished = "finished",
    }
}

/// A juror of the pool.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Juror {
    /// Public key.
    pub key: PublicKey,
    /// Payout address.
    pub addr: Address,
    /// Bit n - 1 is topic n.
    #[serde(with = "ton_abi::number")]
    pub topic_mask: u8,
    /// When last admitted.
    pub since: UnixTime,
    /// Contest whose prize the seat was.
    #[serde(with = "ton_abi::number")]
    pub from_contest: u32,
    /// Where the juror stands.
    pub status: JurorStatus,
    /// Contests missed in a row.
    #[serde(with = "ton_abi::number")]
    pub missed: u8,
    /// Contests judged.
    #[serde(with = "ton_abi::number")]
    pub judged: u16,
    /// Unfinished contests that the juror sits in.
    #[serde(with = "ton_abi::number")]
    pub busy: u8,
}

/// A contest as the pool knows it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Draw {
    /// Id of the contest.
    #[serde(with = "ton_abi::number")]
    pub contest_id: u32,
    /// Its address.
    pub escrow: Address,
    /// Kind of contest.
    pub kind: Kind,
    /// 1 to 5.
    #[serde(with = "ton_abi::number")]
    pub topic: u8,
    /// Jurors that it needs.
    #[serde(with = "ton_abi::number")]
    pub min_jurors: u8,
    /// Whether its jury came with it.
    pub bootstrap: bool,
    /// Where it stands.
    pub state: DrawState,
    /// Keys of the jury while it is booked.
    pub jury: Vec<PublicKey>,
    /// Keys of those who do not want to judge it.
    pub recused: Vec<PublicKey>,
}

impl JuryPool<'_> {
    /// Chooses the topics to judge.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::call`].
    pub async fn set_topics(&self, mask: u8, juror: &dyn Signer) -> Result<Tree> {
        self.0.call("setTopics", &json!({ "topicMask": mask.to_string() }), juror).await
    }

    /// Declines to judge a contest, for ever.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::call`].
    pub async fn recuse(&self, contest: u32, juror: &dyn Signer) -> Result<Tree> {
        self.0.call("recuse", &json!({ "contestId": contest.to_string() }), juror).await
    }

    /// Leaves the pool.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::call`].
    pub async fn resign(&self, juror: &dyn Signer) -> Result<Tree> {
        self.0.call("resign", &json!({}), juror).await
    }

    /// Changes the payout address.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::call`].
    pub async fn set_address(&self, address: &Address, juror: &dyn Signer) -> Result<Tree> {
        self.0.call("setAddress", &json!({ "addr": address.to_string() }), juror).await
    }

    /// Body of a message that brings gas money.
    ///
    /// # Errors
    /// [`ton_client::Error::Abi`].
    pub fn top_up(&self) -> Result<Cell> {
        self.0.body("topUp", &json!({}))
    }

    /// All jurors in the order of their keys.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::run_getter`].
    pub async fn jurors(&self) -> Result<Vec<Juror>> {
        let mut all: Vec<Juror> = Vec::new();
        loop {
            let after = all.last().map_or_else(PublicKey::default, |juror| juror.key);
            let params = json!({ "afterKey": after.to_uint256(), "limit": JURORS_PAGE.to_string() });
            let page: Vec<Juror> = self.0.ask_one("getJurors", &params, "jurors").await?;
            let is_last = page.len() < usize::from(JURORS_PAGE);
            all.extend(page);
            if is_last {
                return Ok(all);
            }
        }
    }

    /// One juror.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::run_getter`].
    pub async fn juror(&self, key: &PublicKey) -> Result<Juror> {
        self.0.ask_one("getJuror", &json!({ "key": key.to_uint256() }), "juror").await
    }

    /// What the pool knows of a contest.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::run_getter`].
    pub async fn draw(&self, contest: u32) -> Result<Draw> {
        self.0.ask_one("getContest", &json!({ "contestId": contest.to_string() }), "contest").await
    }

    /// Keys that the pool knows as members.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::run_getter`].
    pub async fn mirror(&self) -> Result<Vec<PublicKey>> {
        self.0.ask_one("getMirror", &json!({}), "keys").await
    }
}
