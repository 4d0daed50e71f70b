//! One contest: its whole budget in escrow, its entries, its jury, its payouts.

mod card;
mod phase;
mod types;

use keys::Signer;
use serde::Deserialize;
use serde_json::{Value, json};
use ton_abi::{Address, Boc, Cell, PublicKey};
use ton_client::boc;
use ton_client::processing::Tree;

pub use crate::model::limits::PAYOUTS_PER_CALL;
pub use card::{Card, Line, SealedCard, commitment, entry_hash, sign_entry};
pub use phase::{Ending, ItemState, Kind, Phase, Verdict};
pub use types::{Entry, Juror, Ledger, Money, Payout, Rank, Request, RevealedCard, Standing};

use crate::handle::{Handle, Result, handle};
use crate::model::tally::Stats;
use crate::payload::Spec;
use crate::text::Digest;

/// A contest on a network.
pub struct ContestEscrow<'a>(Handle<'a>);

handle!(ContestEscrow, "ContestEscrow");

/// Page length of getters that answer page by page.
const PAGE: u8 = 16;

/// What somebody enters a contest with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryForm {
    /// SHA-256 of the work.
    pub content: Digest,
    /// Where the work is.
    pub link: String,
    /// SHA-256 of the accepted terms.
    pub terms: Digest,
}

impl ContestEscrow<'_> {
    // Bodies of messages that contestants' wallets send.

    /// Body of an entry, to be sent by `wallet` with the deposit and [`crate::gas::ENTRY`].
    ///
    /// `entrant` signs that the entry is theirs; the key becomes that of a member or juror.
    ///
    /// # Errors
    /// [`ton_client::Error::Keys`] if the signer refuses.
    pub fn submit_entry(&self, form: &EntryForm, wallet: &Address, entrant: &dyn Signer) -> Result<Cell> {
        let none = Digest::default();
        let params = json!({
            "key": entrant.public_key().to_uint256(),
            "keySig": sign_entry(self.address(), wallet, entrant)?,
            "contentHash": form.content,
            "link": form.link,
            "commitment": none,
            "termsHash": form.terms,
            "dodHash": none,
            "dodSig": "",
        });
        self.0.body("submitEntry", &params)
    }

    /// Body that gives an entry another work, to be sent by its wallet with [`crate::gas::DESK`].
    ///
    /// # Errors
    /// [`ton_client::Error::Abi`].
    pub fn replace_entry(&self, entry: u8, content: Digest, link: &str) -> Result<Cell> {
        let params = json!({
            "entry": entry.to_string(),
            "contentHash": content,
            "link": link,
            "commitment": Digest::default(),
        });
        self.0.body("replaceEntry", &params)
    }

    /// Body that withdraws an entry, to be sent by its wallet with [`crate::gas::DESK`].
    ///
    /// # Errors
    /// [`ton_client::Error::Abi`].
    pub fn withdraw_entry(&self, entry: u8) -> Result<Cell> {
        self.0.body("withdrawEntry", &json!({ "entry": entry.to_string() }))
    }

    /// Body that claims a payout item.
    ///
    /// # Errors
    /// [`ton_client::Error::Abi`].
    pub fn claim(&self, item: u8) -> Result<Cell> {
        self.0.body("claim", &json!({ "item": item.to_string() }))
    }

    // What jurors and entrants do.

    /// Commits to a card.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::call`].
    pub async fn commit_card(&self, hash: Digest, juror: &dyn Signer) -> Result<Tree> {
        self.0.call("commitCard", &json!({ "cardHash": hash }), juror).await
    }

    /// Reveals a card.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::call`].
    pub async fn reveal_card(&self, sealed: &SealedCard, juror: &dyn Signer) -> Result<Tree> {
        let card = Boc::encode_base64(sealed.card.cell()?);
        let params = json!({ "card": card, "salt": Digest(sealed.salt) });
        self.0.call("revealCard", &params, juror).await
    }

    /// Asks for a seat among the members, by the key of the entry.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::call`].
    pub async fn nominate(&self, entry: u8, entrant: &dyn Signer) -> Result<Tree> {
        self.0.call("nominate", &json!({ "entry": entry.to_string() }), entrant).await
    }

    // What anybody does.

    /// Records the phase and starts what it begins with.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::process_message`].
    pub async fn advance(&self) -> Result<Tree> {
        self.0.poke("advance", &json!({})).await
    }

    /// Asks for the jury.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::process_message`].
    pub async fn draw_jury(&self) -> Result<Tree> {
        self.0.poke("drawJury", &json!({})).await
    }

    /// Sends payout items that are due, at most [`PAYOUTS_PER_CALL`].
    ///
    /// # Errors
    /// Those of [`ton_client::Client::process_message`].
    pub async fn pay_next(&self, count: u8) -> Result<Tree> {
        self.0.poke("payNext", &json!({ "n": count.to_string() })).await
    }

    /// Ends the contest.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::process_message`].
    pub async fn settle(&self) -> Result<Tree> {
        self.0.poke("settle", &json!({})).await
    }

    /// Gives payouts back that were never claimed.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::process_message`].
    pub async fn sweep(&self) -> Result<Tree> {
        self.0.poke("sweep", &json!({})).await
    }

    /// Repeats a request without an answer.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::process_message`].
    pub async fn resend(&self, nonce: u64) -> Result<Tree> {
        self.0.poke("resend", &json!({ "nonce": nonce.to_string() })).await
    }

    // What it says.

    /// What the members voted on.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::run_getter`].
    pub async fn spec(&self) -> Result<Spec> {
        self.0.ask_one("getSpec", &json!({}), "spec").await
    }

    /// Where it stands.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::run_getter`].
    pub async fn standing(&self) -> Result<Standing> {
        self.0.ask_one("getPhase", &json!({}), "info").await
    }

    /// All entries by number.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::run_getter`].
    pub async fn entries(&self) -> Result<Vec<Entry>> {
        self.pages("getEntries", "entries", |entry: &Entry| entry.id).await
    }

    /// The jury by key.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::run_getter`].
    pub async fn jury(&self) -> Result<Vec<Juror>> {
        self.0.ask_one("getJury", &json!({}), "jurors").await
    }

    /// Valid cards that were revealed, by the place of their jurors.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::run_getter`].
    pub async fn cards(&self) -> Result<Vec<RevealedCard>> {
        let jury = self.jury().await?;
        let mut revealed: Vec<_> = jury.iter().filter(|juror| juror.has_revealed()).collect();
        revealed.sort_by_key(|juror| juror.index);
        let mut all = Vec::new();
        // One card an answer: a card of 64 lines is long.
        for juror in revealed {
            let params = json!({ "from": juror.index.to_string(), "n": "1" });
            all.extend(self.0.ask_one::<Vec<RevealedCard>>("getCards", &params, "cards").await?);
        }
        Ok(all)
    }

    /// What the jurors' cards add up to for an entry.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::run_getter`].
    pub async fn stats(&self, entry: u8) -> Result<Stats> {
        self.0.ask_one("getStats", &json!({ "entry": entry.to_string() }), "stats").await
    }

    /// The ranking, best first, and its hash; empty before the tally.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::run_getter`].
    pub async fn ranking(&self) -> Result<(Vec<Rank>, Digest)> {
        let Ranking { ranking, results_hash } = self.0.ask("getRanking", &json!({})).await?;
        Ok((ranking, results_hash))
    }

    /// All payout items by number.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::run_getter`].
    pub async fn payouts(&self) -> Result<Vec<Payout>> {
        self.pages("getPayouts", "items", |payout: &Payout| payout.item).await
    }

    /// Hash of the payout list, which the members confirm.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::run_getter`].
    pub async fn payout_hash(&self) -> Result<Digest> {
        self.0.ask_one("getPayouts", &json!({ "from": "0", "n": "1" }), "payoutHash").await
    }

    /// The books.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::run_getter`].
    pub async fn ledger(&self) -> Result<Ledger> {
        self.0.ask("getLedger", &json!({})).await
    }

    /// Requests that wait for an answer.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::run_getter`].
    pub async fn pending(&self) -> Result<Vec<Request>> {
        self.0.ask_one("getPending", &json!({}), "requests").await
    }

    /// The card that the contract builds of the lines.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::run_getter`].
    pub async fn build_card(&self, card: &Card) -> Result<Cell> {
        let text: String = self.0.ask_one("buildCard", &json!({ "lines": card.lines }), "card").await?;
        boc::decode_base64(&text).map_err(|source| {
            ton_abi::Error::BadBoc { what: "card".to_owned(), source: Box::new(source) }.into()
        })
    }

    /// What an entrant's key signs, as the contract sees it.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::run_getter`].
    pub async fn entry_hash(&self, wallet: &Address) -> Result<Digest> {
        self.0.ask_one("entryHash", &json!({ "wallet": wallet.to_string() }), "hash").await
    }

    /// The hash that a juror commits to, as the contract computes it.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::run_getter`].
    pub async fn hash_card(&self, juror: &PublicKey, sealed: &SealedCard) -> Result<Digest> {
        let card = Boc::encode_base64(sealed.card.cell()?);
        let params = json!({ "juror": juror.to_uint256(), "salt": Digest(sealed.salt), "card": card });
        self.0.ask_one("hashCard", &params, "cardHash").await
    }

    async fn pages<T: serde::de::DeserializeOwned>(
        &self,
        getter: &str,
        value: &str,
        id: impl Fn(&T) -> u8,
    ) -> Result<Vec<T>> {
        let mut all: Vec<T> = Vec::new();
        loop {
            let from = all.last().map_or(0, |last| u16::from(id(last)) + 1);
            let params: Value = json!({ "from": from.to_string(), "n": PAGE.to_string() });
            let page: Vec<T> = self.0.ask_one(getter, &params, value).await?;
            let is_last = page.len() < usize::from(PAGE);
            all.extend(page);
            if is_last {
                return Ok(all);
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ranking {
    ranking: Vec<Rank>,
    results_hash: Digest,
}
