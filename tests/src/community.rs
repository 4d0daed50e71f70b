//! The whole governance on the `chain` crate: every contract of it, fifteen members, and payout wallets that the
//! test plays. Members have the keys of number 0 to 14.

use base64::{Engine, prelude::BASE64_STANDARD};
use ed25519_dalek::Signer;
use governance::encoding::encode;
use serde_json::{Value, json};
use ton_abi::{Address, Boc, Cell, Hash, Image, Nano};

use crate::compiled::{artifact, contract};
use crate::world::{Contract, Outcome, World, key, public_json};

/// One TON in nano.
pub const TON: u128 = 1_000_000_000;
/// Seconds of a day.
pub const DAY: u32 = 86_400;
/// Key that deploys the registry.
pub const DEPLOYER: u8 = 200;
/// Contracts that the registry deploys, in the order of `CodeKind`.
pub const CODES: [&str; 5] = ["Proposal", "Multisig", "Treasury", "ContestEscrow", "JuryPool"];
/// Numbers of the actions, see `IMemberRegistry.Action`.
pub mod action {
    #![allow(missing_docs)]
    pub const ADMIT_MEMBER: u8 = 1;
    pub const ROTATE_KEY: u8 = 2;
    pub const REMOVE_MEMBER: u8 = 3;
    pub const SET_PARAMS: u8 = 4;
    pub const LAUNCH_CONTEST: u8 = 5;
    pub const EXTEND_DEADLINE: u8 = 7;
    pub const HOLD_PAYOUT: u8 = 8;
    pub const CLOSE_STAGE: u8 = 11;
    pub const PAY_ORG: u8 = 13;
    pub const SIGNAL: u8 = 16;
    pub const SET_POLICY: u8 = 17;
}

/// An account that the test plays or that nobody has.
pub fn account(kind: u8, n: u8) -> Address {
    let mut id = [kind; 32];
    id[31] = n;
    Address::new(0, Hash(id))
}

/// A hash that stands for a document.
pub fn document(n: u8) -> String {
    format!("0x{}", hex::encode([n; 32]))
}

/// A cell as the ABI's JSON writes it.
pub fn base64(cell: &Cell) -> String {
    BASE64_STANDARD.encode(Boc::encode(cell))
}

/// A number that the ABI's JSON writes as text.
///
/// # Panics
/// If it is none.
#[track_caller]
pub fn number(value: &Value) -> u128 {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match text.strip_prefix("0x") {
        Some(digits) => u128::from_str_radix(digits, 16).expect("a number"),
        None => text.parse().unwrap_or_else(|_| panic!("{value} is no number")),
    }
}

/// The cell that `abi.encode` makes of a struct of the contracts.
///
/// # Panics
/// If the value does not fit the type.
#[track_caller]
pub fn payload(ty: &str, value: &Value) -> Cell {
    encode(ty, value).unwrap_or_else(|error| panic!("{ty}: {error}"))
}

/// Parameters of the governance as the proposal has them.
pub fn params() -> Value {
    json!({ "votingDelay": 0, "votingPeriod": 7 * DAY, "grace": 14 * DAY, "minMembers": 10, "maxMembers": 15,
        "maxPlace": 3, "candidacyCycles": 2, "renewWindow": 14 * DAY, "juryBpsMax": 1000, "orgBpsMax": 200,
        "confirmWindow": 14 * DAY, "holdMax": 30 * DAY, "forbidMembers": false })
}

/// The plan of the proposal (table 1.3).
pub fn plan() -> Cell {
    governance::payload::plan_cell(&governance::Organisation::of_proposal()).expect("the proposal's plan")
}

/// Everybody and everything.
pub struct Community {
    /// Chain and clock.
    pub world: World,
    /// The root.
    pub registry: Contract,
    /// The members' wallet.
    pub multisig: Contract,
    /// Stage budgets.
    pub treasury: Contract,
    /// Jurors.
    pub jury_pool: Contract,
    /// Where the grant comes from; the test plays it.
    pub main_giver: Address,
}

impl Community {
    /// A live registry with all its children and their gas money.
    pub fn found() -> Self {
        Self::found_with(15, &params(), &plan())
    }

    /// The same with other numbers.
    pub fn found_with(members: u8, params: &Value, plan: &Cell) -> Self {
        Self::found_in(World::default(), members, params, plan)
    }

    /// The same in a world that is already there.
    pub fn found_in(mut world: World, members: u8, params: &Value, plan: &Cell) -> Self {
        let main_giver = account(0xAA, 0);
        world.puppets.insert(main_giver.clone());
        let deployer = key(DEPLOYER);
        let registry = contract("MemberRegistry.tsol", Some(&deployer), &json!({ "nonce": "1" }));
        world.give(&registry.address, Nano(300 * TON));
        let founding = json!({
            "keys": (0..members).map(|n| public_json(&key(n))).collect::<Vec<_>>(),
            "params": params,
            "cycleBounds": [world.now - 30 * DAY, world.now + 90 * DAY, world.now + 210 * DAY],
            "codeHashes": CODES.map(|name| hash_json(&code(name))),
            "planHash": hash_json(plan),
            "mainGiver": main_giver.to_string(),
            "declaredWallet": account(0xAB, 0).to_string(),
        });
        let header = world.header(Some(&deployer));
        world.send(&registry.deploy(&deployer, &founding, &header)).success();
        let root = json!({ "root": id_json(&registry.address) });
        let multisig = contract("Multisig.tsol", None, &json!({ "boot": id_json(&registry.address) }));
        let treasury = contract("Treasury.tsol", None, &root);
        let jury_pool = contract("JuryPool.tsol", None, &root);
        let mut this = Self { world, registry, multisig, treasury, jury_pool, main_giver };
        for (kind, name) in CODES.iter().enumerate() {
            this.poke(
                &this.registry.clone(),
                "setCode",
                &json!({ "kind": kind, "code": base64(&code(name)) }),
            );
        }
        this.poke(&this.registry.clone(), "setPlan", &json!({ "plan": base64(plan) }));
        this.top_up_all();
        this
    }

    fn top_up_all(&mut self) {
        for (to, amount) in [(self.treasury.clone(), 50), (self.jury_pool.clone(), 20)] {
            let message = to.internal(&account(0xAC, 0), Nano(amount * TON), "topUp", &json!({}));
            self.world.send_internal(message);
        }
        self.world.give(&self.multisig.address.clone(), Nano(50 * TON));
    }

    /// A signed call of the key with number `n`.
    pub fn call(&mut self, contract: &Contract, n: u8, function: &str, params: &Value) -> Outcome {
        let key = key(n);
        let header = self.world.header(Some(&key));
        self.world.send(&contract.call(&key, function, params, &header))
    }

    /// An unsigned call that has to succeed.
    #[track_caller]
    pub fn poke(&mut self, contract: &Contract, function: &str, params: &Value) -> Outcome {
        let outcome = self.try_poke(contract, function, params);
        assert!(!outcome.refused() && outcome.code() == 0, "{function}: exit code {}", outcome.code());
        outcome
    }

    /// An unsigned call.
    pub fn try_poke(&mut self, contract: &Contract, function: &str, params: &Value) -> Outcome {
        let header = self.world.header(None);
        self.world.send(&contract.unsigned(function, params, &header))
    }

    /// What a getter answers.
    ///
    /// # Panics
    /// If it fails.
    #[track_caller]
    pub fn get(&self, contract: &Contract, getter: &str, params: &Value) -> Value {
        self.world.getter(contract, getter, params).unwrap_or_else(|error| panic!("{getter}: {error}"))
    }

    /// Lets time pass.
    pub fn wait(&mut self, seconds: u32) {
        self.world.now += seconds;
    }

    /// The proposal with this id.
    pub fn proposal(&self, id: u128) -> Contract {
        let statics = json!({ "root": id_json(&self.registry.address), "id": id.to_string() });
        contract("Proposal.tsol", None, &statics)
    }

    /// The contest with this id.
    pub fn contest(&self, id: u128) -> Contract {
        let statics = json!({ "root": id_json(&self.registry.address), "id": id.to_string() });
        contract("ContestEscrow.tsol", None, &statics)
    }

    /// Member `n` proposes an action; its proposal.
    #[track_caller]
    pub fn propose(&mut self, n: u8, kind: u8, payload: &Cell) -> Contract {
        let id = number(&self.get(&self.registry, "getStatus", &json!({}))["nextProposal"]);
        let registry = self.registry.clone();
        let params = json!({ "kind": kind, "payload": base64(payload), "link": "ipfs://proposal",
            "docHash": document(1) });
        self.call(&registry, n, "propose", &params).success();
        self.proposal(id)
    }

    /// One vote: 1 in favour, 2 against, 3 abstention.
    pub fn vote(&mut self, proposal: &Contract, n: u8, choice: u8) -> Outcome {
        self.call(proposal, n, "vote", &json!({ "choice": choice, "reasonHash": document(2) }))
    }

    /// Proposes, lets `voters` vote in favour, waits for the delay and executes; how it ended.
    #[track_caller]
    pub fn decide(&mut self, kind: u8, payload: &Cell, voters: impl IntoIterator<Item = u8>) -> Value {
        let voters: Vec<u8> = voters.into_iter().collect();
        let proposal = self.propose(voters[0], kind, payload);
        for n in voters {
            self.vote(&proposal, n, 1).success();
        }
        self.execute(&proposal)
    }

    /// Waits for the delay of a passed proposal and executes it; how it ended.
    #[track_caller]
    pub fn execute(&mut self, proposal: &Contract) -> Value {
        let info = self.get(proposal, "getInfo", &json!({}));
        let after = number(&info["info"]["execAfter"]) as u32;
        self.world.now = self.world.now.max(after);
        self.poke(proposal, "execute", &json!({}));
        self.get(proposal, "getOutcome", &json!({}))
    }

    /// The main giver pays the grant of a stage to the members' wallet.
    pub fn grant(&mut self, amount: u128) {
        self.world.give(&self.multisig.address.clone(), Nano(amount));
    }

    /// Custodian 0 submits, custodians up to `confirmations` confirm; the last outcome.
    #[track_caller]
    pub fn pay(&mut self, dest: &Address, value: u128, body: &Cell, confirmations: u8) -> Outcome {
        let multisig = self.multisig.clone();
        let params = json!({ "dest": dest.to_string(), "value": value.to_string(), "bounce": true,
            "allBalance": false, "payload": base64(body) });
        let before = self.get(&multisig, "getTransactionIds", &json!({}));
        let mut outcome = self.call(&multisig, 0, "submitTransaction", &params);
        outcome.success();
        let after = self.get(&multisig, "getTransactionIds", &json!({}));
        let known = before["ids"].as_array().expect("a list");
        let id = after["ids"].as_array().expect("a list").iter().find(|id| !known.contains(id)).cloned();
        let id = id.expect("one more than before");
        for n in 1..confirmations {
            outcome = self.call(&multisig, n, "confirmTransaction", &json!({ "transactionId": id }));
            outcome.success();
        }
        outcome
    }

    /// The members' wallet funds a stage with eight confirmations.
    #[track_caller]
    pub fn fund_stage(&mut self, stage: u8, amount: u128) -> Outcome {
        let params = json!({ "stage": stage, "nonce": stage, "amount": amount.to_string() });
        let body = self.treasury.abi.encode_internal_body("fundStage", &params).expect("encodable");
        self.pay(&self.treasury.address.clone(), amount + TON, &body, 8)
    }

    /// The oldest request of the registry that waits in the wallet, as a parameter of its functions.
    #[track_caller]
    pub fn oldest_confirmation(&self) -> Value {
        let items = self.get(&self.multisig, "getPending", &json!({ "afterId": 0, "limit": 32 }));
        let items = items["items"].as_array().expect("a list").clone();
        let open = items.iter().find(|item| number(&item["nonce"]) != 0 && number(&item["state"]) == 0);
        json!({ "transactionId": open.expect("a confirmation of the registry")["id"] })
    }

    /// Custodians confirm the oldest request of the registry.
    #[track_caller]
    pub fn confirm_oldest(&mut self, custodians: impl IntoIterator<Item = u8>) {
        let (multisig, transaction) = (self.multisig.clone(), self.oldest_confirmation());
        for n in custodians {
            self.call(&multisig, n, "confirmTransaction", &transaction).success();
        }
    }

    /// Launches a contest by the votes of members 0 to 7; the escrow.
    #[track_caller]
    pub fn launch(&mut self, spec: &Value) -> Contract {
        let outcome = self.decide(action::LAUNCH_CONTEST, &payload("Spec", spec), 0..8);
        assert_eq!(outcome["outcome"], json!("4"), "{outcome}");
        let contests = number(&self.get(&self.registry, "getStatus", &json!({}))["contests"]);
        self.contest(contests)
    }

    /// A contestant of number `n` enters from a wallet that the test plays; what the escrow did.
    pub fn enter(&mut self, contest: &Contract, n: u8) -> Vec<chain::Executed> {
        let wallet = wallet(n);
        self.world.puppets.insert(wallet.clone());
        let hash = self.get(contest, "entryHash", &json!({ "wallet": wallet.to_string() }))["hash"].clone();
        let digits = hash.as_str().expect("a hash").trim_start_matches("0x").to_owned();
        let bytes = hex::decode(format!("{digits:0>64}")).expect("a hash");
        let spec = self.get(contest, "getSpec", &json!({}))["spec"].clone();
        let params = json!({
            "key": public_json(&key(n)), "keySig": hex::encode(key(n).sign(&bytes).to_bytes()),
            "contentHash": document(n), "link": format!("ipfs://work-{n}"), "commitment": "0",
            "termsHash": spec["termsHash"], "dodHash": "0", "dodSig": "",
        });
        let value = number(&spec["entryDeposit"]) + 2 * TON;
        let message = contest.internal(&wallet, Nano(value), "submitEntry", &params);
        self.world.send_internal(message)
    }

    /// What has arrived at a wallet that the test plays.
    pub fn received(&self, wallet: &Address) -> u128 {
        let to_it = self.world.inbox.iter().filter(|message| message.dst.as_ref() == Some(wallet));
        to_it.map(|message| message.value.0).sum()
    }

    /// A juror's card over entries with their scores, 0 for a rejection, as a cell.
    pub fn card(&self, contest: &Contract, scores: &[(u8, u8)]) -> String {
        let lines: Vec<_> = scores
            .iter()
            .map(|(entry, score)| {
                let verdict = if *score == 0 { 2 } else { 0 };
                json!({ "entry": entry, "verdict": verdict, "score": score, "comment": document(3) })
            })
            .collect();
        let card = self.get(contest, "buildCard", &json!({ "lines": lines }));
        card["card"].as_str().expect("a cell").to_owned()
    }

    /// A juror commits to a card.
    #[track_caller]
    pub fn commit(&mut self, contest: &Contract, juror: u8, card: &str) {
        let params = json!({ "juror": public_json(&key(juror)), "salt": salt(juror), "card": card });
        let hash = self.get(contest, "hashCard", &params)["cardHash"].clone();
        self.call(contest, juror, "commitCard", &json!({ "cardHash": hash })).success();
    }

    /// A juror reveals a card.
    #[track_caller]
    pub fn reveal(&mut self, contest: &Contract, juror: u8, card: &str) {
        self.call(contest, juror, "revealCard", &json!({ "card": card, "salt": salt(juror) })).success();
    }

    /// The number of the phase that a contest is in.
    pub fn phase(&self, contest: &Contract) -> u128 {
        number(&self.get(contest, "getPhase", &json!({}))["info"]["phase"])
    }
}

/// The payout wallet of contestant or juror `n`.
pub fn wallet(n: u8) -> Address {
    account(0xC0, n)
}

/// The salt of juror `n`.
fn salt(n: u8) -> String {
    format!("0x{}", hex::encode([n ^ 0x5A; 32]))
}

/// The code of a contract.
pub fn code(name: &str) -> Cell {
    let artifact = artifact(&format!("{name}.tsol"));
    Image::from_tvc(&artifact.tvc).expect("a valid image").state_init.code.expect("an image has code")
}

/// Hash of a cell as the ABI's JSON writes it.
pub fn hash_json(cell: &Cell) -> String {
    format!("0x{}", hex::encode(cell.repr_hash().0))
}

/// Account id as the ABI's JSON writes it.
pub fn id_json(address: &Address) -> String {
    format!("0x{}", hex::encode(address.address.0))
}
