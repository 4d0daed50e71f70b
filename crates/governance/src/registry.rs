//! The member registry: members, decisions and the directory of contests.

mod types;

use keys::Signer;
use serde::Deserialize;
use serde_json::json;
use ton_abi::{Address, Boc, Cell, ContractAbi, Hash, Image, Nano, PublicKey, UnixTime};
use ton_client::processing::Tree;
use ton_client::{Client, Deploy};

pub use types::{
    Addresses, Candidate, CodeKind, Codes, ContestRecord, ContestStatus, Member, OpenProposal, Pending,
    Published, Status, Step, Threshold,
};

use crate::handle::{Handle, Result, handle};
use crate::organisation::Params;
use crate::payload::Action;
use crate::text::Digest;

/// Page length of getters that answer page by page.
const PAGE: u8 = 16;

/// The member registry on a network.
pub struct MemberRegistry<'a>(Handle<'a>);

handle!(MemberRegistry, "MemberRegistry");

/// What the deployer fixes for ever.
#[derive(Debug, Clone)]
pub struct Founding {
    /// Keys of the initial members, in the order of their seats.
    pub members: Vec<PublicKey>,
    /// Parameters to start with.
    pub params: Params,
    /// Boundaries of the cycles.
    pub cycle_bounds: Vec<UnixTime>,
    /// Hashes of the codes that it deploys, in the order of [`CodeKind`].
    pub code_hashes: Vec<Hash>,
    /// Hash of the plan.
    pub plan_hash: Hash,
    /// Where grants come from and returned money goes.
    pub main_giver: Address,
    /// Wallet that the proposal names.
    pub declared_wallet: Address,
}

impl<'a> MemberRegistry<'a> {
    /// What deploys a registry; its address is known from it before anything is sent.
    ///
    /// `deploy_key` signs the deployment and has no power once the registry is live; `nonce` makes addresses of equal
    /// deploy keys differ.
    ///
    /// # Errors
    /// [`ton_client::Error::Abi`] if the image does not fit the ABI.
    pub fn deployment(
        image: Image,
        abi: ContractAbi,
        deploy_key: &PublicKey,
        nonce: u64,
        founding: &Founding,
    ) -> Result<Deploy> {
        let image = image.with_init_data(&abi, Some(deploy_key), &json!({ "nonce": nonce.to_string() }))?;
        let uint256 = |hash: &Hash| format!("0x{hash}");
        let params = json!({
            "keys": founding.members.iter().map(PublicKey::to_uint256).collect::<Vec<_>>(),
            "params": founding.params,
            "cycleBounds": founding.cycle_bounds,
            "codeHashes": founding.code_hashes.iter().map(uint256).collect::<Vec<_>>(),
            "planHash": uint256(&founding.plan_hash),
            "mainGiver": founding.main_giver.to_string(),
            "declaredWallet": founding.declared_wallet.to_string(),
        });
        let mut deploy = Deploy::new(image, abi, params);
        deploy.name = Some(CONTRACT.to_owned());
        Ok(deploy)
    }

    /// Deploys a registry; its address must have money.
    ///
    /// # Errors
    /// Those of [`Client::deploy`].
    pub async fn deploy(
        client: &'a Client,
        deployment: &Deploy,
        deploy_key: &dyn Signer,
    ) -> Result<(Self, Tree)> {
        let (contract, tree) = client.deploy(deployment, deploy_key).await?;
        Ok((Self(Handle { client, contract }), tree))
    }

    // What anybody does.

    /// Hands over a code whose hash was fixed.
    ///
    /// # Errors
    /// Those of [`Client::process_message`].
    pub async fn set_code(&self, kind: CodeKind, code: &Cell) -> Result<Tree> {
        let params = json!({ "kind": kind, "code": Boc::encode_base64(code) });
        self.0.poke("setCode", &params).await
    }

    /// Hands over the plan whose hash was fixed.
    ///
    /// # Errors
    /// Those of [`Client::process_message`].
    pub async fn set_plan(&self, plan: &Cell) -> Result<Tree> {
        self.0.poke("setPlan", &json!({ "plan": Boc::encode_base64(plan) })).await
    }

    /// Sends a request again that has no answer.
    ///
    /// # Errors
    /// Those of [`Client::process_message`].
    pub async fn resend(&self, nonce: u64) -> Result<Tree> {
        self.0.poke("resend", &json!({ "nonce": nonce.to_string() })).await
    }

    /// Sends the members to the multisig again.
    ///
    /// # Errors
    /// Those of [`Client::process_message`].
    pub async fn resync(&self) -> Result<Tree> {
        self.0.poke("resync", &json!({})).await
    }

    /// Body of a message that brings gas money.
    ///
    /// # Errors
    /// [`ton_client::Error::Abi`].
    pub fn top_up(&self) -> Result<Cell> {
        self.0.body("topUp", &json!({}))
    }

    // What members do.

    /// Proposes a decision.
    ///
    /// # Errors
    /// Those of [`Client::call`]; [`ton_client::Error::Abi`] if the action does not fit its cell.
    pub async fn propose(
        &self,
        action: &Action,
        link: &str,
        document: Digest,
        member: &dyn Signer,
    ) -> Result<Tree> {
        let params = json!({
            "kind": action.kind().to_string(),
            "payload": Boc::encode_base64(action.encode()?),
            "link": link,
            "docHash": document,
        });
        self.0.call("propose", &params, member).await
    }

    /// Signs the declaration with this hash.
    ///
    /// # Errors
    /// Those of [`Client::call`].
    pub async fn attest(&self, document: Digest, member: &dyn Signer) -> Result<Tree> {
        self.0.call("attest", &json!({ "docHash": document }), member).await
    }

    /// Sets payout address and hash of the profile.
    ///
    /// # Errors
    /// Those of [`Client::call`].
    pub async fn set_profile(&self, payout: &Address, profile: Digest, member: &dyn Signer) -> Result<Tree> {
        let params = json!({ "payout": payout.to_string(), "profileHash": profile });
        self.0.call("setProfile", &params, member).await
    }

    /// Leaves at once.
    ///
    /// # Errors
    /// Those of [`Client::call`].
    pub async fn resign(&self, member: &dyn Signer) -> Result<Tree> {
        self.0.call("resign", &json!({}), member).await
    }

    /// Asks to hold a payout.
    ///
    /// # Errors
    /// Those of [`Client::call`].
    pub async fn quick_hold(&self, contest: u32, member: &dyn Signer) -> Result<Tree> {
        self.0.call("quickHold", &json!({ "contestId": contest.to_string() }), member).await
    }

    /// Puts the record of a contest into the catalog.
    ///
    /// # Errors
    /// Those of [`Client::call`].
    pub async fn publish(
        &self,
        contest: u32,
        record: Digest,
        link: &str,
        member: &dyn Signer,
    ) -> Result<Tree> {
        let params = json!({ "contestId": contest.to_string(), "recordHash": record, "link": link });
        self.0.call("publish", &params, member).await
    }

    // What it says.

    /// Status and numbers.
    ///
    /// # Errors
    /// Those of [`Client::run_getter`].
    pub async fn status(&self) -> Result<Status> {
        self.0.ask("getStatus", &json!({})).await
    }

    /// All members by index.
    ///
    /// # Errors
    /// Those of [`Client::run_getter`].
    pub async fn members(&self) -> Result<Vec<Member>> {
        self.0.ask_one("getMembers", &json!({}), "members").await
    }

    /// One member.
    ///
    /// # Errors
    /// Those of [`Client::run_getter`].
    pub async fn member(&self, key: &PublicKey) -> Result<Member> {
        self.0.ask_one("getMember", &json!({ "key": key.to_uint256() }), "member").await
    }

    /// Votes that a decision needs.
    ///
    /// # Errors
    /// Those of [`Client::run_getter`].
    pub async fn threshold(&self) -> Result<Threshold> {
        self.0.ask("getThreshold", &json!({})).await
    }

    /// Parameters in force.
    ///
    /// # Errors
    /// Those of [`Client::run_getter`].
    pub async fn params(&self) -> Result<Params> {
        self.0.ask_one("getParams", &json!({}), "params").await
    }

    /// Number of the cycle, and the boundaries of all.
    ///
    /// # Errors
    /// Those of [`Client::run_getter`].
    pub async fn cycle(&self) -> Result<(u8, Vec<UnixTime>)> {
        let Cycle { cycle, bounds } = self.0.ask("getCycle", &json!({})).await?;
        Ok((cycle, bounds))
    }

    /// All candidates, oldest first.
    ///
    /// # Errors
    /// Those of [`Client::run_getter`].
    pub async fn candidates(&self) -> Result<Vec<Candidate>> {
        self.pages("getCandidates", "afterId", "candidates", |it: &Candidate| it.number.into()).await
    }

    /// The directory of contests, oldest first.
    ///
    /// # Errors
    /// Those of [`Client::run_getter`].
    pub async fn contests(&self) -> Result<Vec<ContestRecord>> {
        self.pages("getContests", "afterId", "contests", |it: &ContestRecord| it.id.into()).await
    }

    /// One contest.
    ///
    /// # Errors
    /// Those of [`Client::run_getter`].
    pub async fn contest(&self, id: u32) -> Result<ContestRecord> {
        self.0.ask_one("getContest", &json!({ "contestId": id.to_string() }), "contest").await
    }

    /// All open proposals, oldest first.
    ///
    /// # Errors
    /// Those of [`Client::run_getter`].
    pub async fn open_proposals(&self) -> Result<Vec<OpenProposal>> {
        self.pages("getOpenProposals", "afterId", "proposals", |it: &OpenProposal| it.id.into()).await
    }

    /// Published records, by contest.
    ///
    /// # Errors
    /// Those of [`Client::run_getter`].
    pub async fn catalog(&self) -> Result<Vec<Published>> {
        let contests = self.status().await?.contests;
        let limit = contests.min(u8::MAX.into());
        let mut all = Vec::new();
        for after in (0..contests).step_by(usize::from(limit.max(1))) {
            let params = json!({ "afterId": after.to_string(), "limit": limit.to_string() });
            all.extend(self.0.ask_one::<Vec<Published>>("getCatalog", &params, "records").await?);
        }
        Ok(all)
    }

    /// Open requests and confirmations, oldest first.
    ///
    /// # Errors
    /// Those of [`Client::run_getter`].
    pub async fn pending(&self) -> Result<Vec<Pending>> {
        self.pages("getPending", "afterNonce", "requests", |it: &Pending| it.nonce).await
    }

    /// Funded contests of a stage without a published record.
    ///
    /// # Errors
    /// Those of [`Client::run_getter`].
    pub async fn unpublished(&self, stage: u8) -> Result<u16> {
        let Count { count } = self.0.ask("getUnpublished", &json!({ "stage": stage.to_string() })).await?;
        Ok(count)
    }

    /// Address of a proposal, open or not.
    ///
    /// # Errors
    /// Those of [`Client::run_getter`].
    pub async fn proposal_address(&self, id: u32) -> Result<Address> {
        self.0.ask_one("proposalAddress", &json!({ "id": id.to_string() }), "addr").await
    }

    /// Address of a contest, deployed or not.
    ///
    /// # Errors
    /// Those of [`Client::run_getter`].
    pub async fn contest_address(&self, id: u32) -> Result<Address> {
        self.0.ask_one("contestAddress", &json!({ "contestId": id.to_string() }), "addr").await
    }

    /// Addresses of the governance. Those of the children are there once the registry is live.
    ///
    /// # Errors
    /// Those of [`Client::run_getter`].
    pub async fn addresses(&self) -> Result<Addresses> {
        self.0.ask("getAddresses", &json!({})).await
    }

    /// Codes that it deploys, and the plan.
    ///
    /// # Errors
    /// Those of [`Client::run_getter`].
    pub async fn codes(&self) -> Result<Codes> {
        self.0.ask("getCodes", &json!({})).await
    }

    /// What its balance has above its floor.
    ///
    /// # Errors
    /// Those of [`Client::run_getter`].
    pub async fn free_funds(&self) -> Result<Nano> {
        self.0.ask_one("getReserve", &json!({}), "freeFunds").await
    }

    async fn pages<T: serde::de::DeserializeOwned>(
        &self,
        getter: &str,
        cursor: &str,
        value: &str,
        id: impl Fn(&T) -> u64,
    ) -> Result<Vec<T>> {
        let mut all: Vec<T> = Vec::new();
        loop {
            let after = all.last().map_or(0, &id);
            let params = json!({ cursor: after.to_string(), "limit": PAGE.to_string() });
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
struct Cycle {
    #[serde(with = "ton_abi::number")]
    cycle: u8,
    bounds: Vec<UnixTime>,
}

#[derive(Deserialize)]
struct Count {
    #[serde(with = "ton_abi::number")]
    count: u16,
}
