//! A random crowd of wallets, givers and probes: they pay each other, fail, starve, freeze, wake up and end.

use chain::{AccountStatus, Config};
use ed25519_dalek::SigningKey;
use fastrand::Rng;
use serde_json::{Value, json};
use ton_abi::{
    Address, Cell, CellBuilder, Hash, Header, Image, InternalMessage, Nano, UnixMillis, UnixTime,
    external_message,
};
use tsolc::{DiskLoader, Settings, TvmVersion};
use workspace_tests::foreign;
use workspace_tests::world::{Contract, key, public, public_json};

use crate::pair::Pair;

const TON: u64 = 1_000_000_000;
const YEAR: u32 = 365 * 86_400;
/// Jumps in time end here: 32 bits of seconds do so a little later.
const LATEST: u32 = 4_200_000_000;
/// A send mode that the machine does not know.
const UNKNOWN_MODE: u16 = 16;

/// What a contract is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Safe,
    MsigV2,
    GiverV2,
    GiverV3,
    Probe,
}

const KINDS: [Kind; 5] = [Kind::Safe, Kind::MsigV2, Kind::GiverV2, Kind::GiverV3, Kind::Probe];

/// A contract and the keys that own it; the first one deploys it.
struct Actor {
    kind: Kind,
    contract: Contract,
    keys: Vec<SigningKey>,
    required: u8,
}

/// A crowd, and the random numbers that drive it.
pub(crate) struct Workload {
    pub(crate) pair: Pair,
    rng: Rng,
    actors: Vec<Actor>,
    /// Addresses that nobody has a contract for.
    strangers: Vec<Address>,
    /// The latest external messages, to be sent again.
    sent: Vec<Cell>,
    stamp: u64,
}

impl Workload {
    /// A crowd that consists of one contract of each kind.
    pub(crate) fn new(seed: u64, config: Config) -> Self {
        let mut rng = Rng::with_seed(seed);
        let strangers = (0..6).map(|_| Address::new(0, Hash(std::array::from_fn(|_| rng.u8(..))))).collect();
        let pair = Pair::new(config);
        let mut this = Self { pair, rng, actors: Vec::new(), strangers, sent: Vec::new(), stamp: 0 };
        for kind in KINDS {
            this.recruit(kind, 100 * TON);
        }
        this
    }

    /// Does something.
    pub(crate) fn step(&mut self) {
        match self.rng.u32(0..100) {
            0..28 => self.pay(),
            28..48 => self.probe(),
            48..62 => self.transfer(),
            62..68 => {
                let kind = KINDS[self.rng.usize(0..KINDS.len())];
                let money = self.amount();
                self.recruit(kind, money);
            }
            68..78 => self.nonsense(),
            78..84 => self.wake(),
            84..90 => self.confirm(),
            90 => self.pair.now = self.pair.now.saturating_add(self.rng.u32(YEAR..10 * YEAR)).min(LATEST),
            _ => self.pair.now += self.rng.u32(1..10_000),
        }
        self.pair.now += 1;
    }

    // Actors.

    /// Funds an address and deploys a contract there, or tries to.
    fn recruit(&mut self, kind: Kind, money: u64) {
        let keys: Vec<_> = match kind {
            Kind::Safe | Kind::MsigV2 => (0..self.rng.u8(1..5)).map(|_| self.new_key()).collect(),
            _ => vec![self.new_key()],
        };
        let required = self.rng.u8(1..=keys.len() as u8);
        let contract = self.contract(kind, &keys[0]);
        let actor = Actor { kind, contract, keys, required };
        if self.rng.u8(0..10) > 0 {
            let mut gift =
                InternalMessage::transfer(self.nowhere(), actor.contract.address.clone(), Nano(money.into()));
            gift.bounce = false;
            self.pair.send_internal(gift);
        }
        let header = self.header(Some(&actor.keys[0]));
        let message = actor.contract.deploy(&actor.keys[0], &constructor(&actor), &header);
        self.send(message);
        self.actors.push(actor);
    }

    fn contract(&mut self, kind: Kind, key: &SigningKey) -> Contract {
        let published = |name: &str| {
            let abi = std::fs::read_to_string(foreign(&format!("images/{name}.abi.json"))).expect("readable");
            let tvc = std::fs::read(foreign(&format!("images/{name}.tvc"))).expect("readable");
            Contract::new(&abi, &tvc, key, &json!({}))
        };
        match kind {
            Kind::Safe => published("SafeMultisigWallet"),
            Kind::MsigV2 => published("MsigV2"),
            Kind::GiverV2 => published("GiverV2"),
            Kind::GiverV3 => published("GiverV3"),
            Kind::Probe => probe(key, self.rng.u64(..)),
        }
    }

    fn new_key(&mut self) -> SigningKey {
        SigningKey::from_bytes(&std::array::from_fn(|_| self.rng.u8(..)))
    }

    fn header(&mut self, key: Option<&SigningKey>) -> Header {
        self.stamp += 1;
        Header {
            time: UnixMillis(u64::from(self.pair.now) * 1000 + self.stamp % 1000),
            expire: UnixTime(self.pair.now + 60),
            pubkey: key.map(public),
        }
    }

    fn send(&mut self, message: Cell) -> bool {
        let done = self.pair.send(&message);
        self.sent.push(message);
        done
    }

    /// A signed call of actor `at` by its owner number `owner`.
    fn call(&mut self, at: usize, owner: usize, function: &str, params: &Value) -> bool {
        let key = self.actors[at].keys[owner].clone();
        let header = self.header(Some(&key));
        let message = self.actors[at].contract.call(&key, function, params, &header);
        self.send(message)
    }

    // Choices.

    fn nowhere(&self) -> Address {
        Address::new(0, Hash([0x99; 32]))
    }

    fn actor(&mut self, wanted: impl Fn(Kind) -> bool) -> usize {
        let fitting: Vec<_> = (0..self.actors.len()).filter(|&at| wanted(self.actors[at].kind)).collect();
        fitting[self.rng.usize(0..fitting.len())]
    }

    fn anybody(&mut self) -> Address {
        match self.rng.u8(0..20) {
            0 => Address::new(0, Hash(std::array::from_fn(|_| self.rng.u8(..)))),
            1 => Address::new(-1, Hash(std::array::from_fn(|_| self.rng.u8(..)))),
            2..8 => self.strangers[self.rng.usize(0..self.strangers.len())].clone(),
            _ => self.actors[self.rng.usize(0..self.actors.len())].contract.address.clone(),
        }
    }

    /// From less than the gas of a run to more than most accounts have.
    fn amount(&mut self) -> u64 {
        match self.rng.u8(0..8) {
            0 => self.rng.u64(0..2_000_000),
            1 | 2 => self.rng.u64(1_000_000..100_000_000),
            3..7 => self.rng.u64(100_000_000..3 * TON),
            _ => self.rng.u64(50 * TON..500 * TON),
        }
    }

    fn body(&mut self) -> Cell {
        let mut body = CellBuilder::new();
        match self.rng.u8(0..4) {
            0 => {}
            1 => body.store_u32(0).and_then(|()| body.store_raw(b"thank you", 72)).expect("fits"),
            2 => body.store_u32(self.rng.u32(..)).expect("fits"),
            _ => {
                body.store_raw(&[0x5a; 100], 800).expect("fits");
                let mut tail = CellBuilder::new();
                tail.store_u64(self.rng.u64(..)).expect("fits");
                body.store_reference(tail.build().expect("fits")).expect("fits");
            }
        }
        body.build().expect("fits")
    }

    fn flags(&mut self, all: bool) -> u16 {
        let modes: &[u16] = &[0, 1, 2, 3, 64, 128, 130, 160, 162, 65, 32, UNKNOWN_MODE];
        if all { modes[self.rng.usize(0..modes.len())] } else { [0, 1, 2, 3][self.rng.usize(0..4)] }
    }

    // Steps.

    fn pay(&mut self) {
        let at = self.actor(|kind| kind != Kind::Probe);
        let (dest, value, bounce) = (self.anybody().to_string(), self.amount(), self.rng.bool());
        let flags = if self.rng.u8(0..10) == 0 { self.flags(true) } else { self.flags(false) };
        let payload = workspace_tests::community::base64(&self.body());
        let owner = self.rng.usize(0..self.actors[at].keys.len());
        let (function, params) = match self.actors[at].kind {
            Kind::GiverV2 | Kind::GiverV3 => {
                ("sendTransaction", json!({ "dest": dest, "value": value, "bounce": bounce }))
            }
            kind if self.actors[at].keys.len() > 1 => {
                let mut params = json!({ "dest": dest, "value": value, "bounce": bounce,
                    "allBalance": self.rng.u8(0..10) == 0, "payload": payload });
                if kind == Kind::MsigV2 {
                    params["stateInit"] = Value::Null;
                }
                ("submitTransaction", params)
            }
            _ => {
                let params = json!({ "dest": dest, "value": value, "bounce": bounce, "flags": flags, "payload": payload });
                ("sendTransaction", params)
            }
        };
        self.call(at, owner, function, &params);
    }

    /// Owners confirm what waits in a wallet of several.
    fn confirm(&mut self) {
        let at = self.actor(|kind| matches!(kind, Kind::Safe | Kind::MsigV2));
        let contract = self.actors[at].contract.clone();
        let context = chain::LocalContext::new(UnixTime(self.pair.now));
        let account = self.pair.account(&contract.address);
        let waiting = chain::run_getter(
            &self.pair.config,
            &account,
            &contract.abi,
            "getTransactions",
            &json!({}),
            &context,
        );
        let Ok(waiting) = waiting.map(|found| found.json()) else { return };
        let ids: Vec<_> =
            waiting["transactions"].as_array().into_iter().flatten().map(|t| t["id"].clone()).collect();
        let id = if ids.is_empty() { json!("1") } else { ids[self.rng.usize(0..ids.len())].clone() };
        for owner in 0..self.actors[at].keys.len() {
            self.call(at, owner, "confirmTransaction", &json!({ "transactionId": id }));
        }
    }

    fn probe(&mut self) {
        let at = self.actor(|kind| kind == Kind::Probe);
        let (dest, value) = (self.anybody().to_string(), self.amount());
        let flags = self.flags(true);
        let body = workspace_tests::community::base64(&self.body());
        let code = self.rng.u16(100..1000);
        let (function, params) = match self.rng.u8(0..14) {
            0..3 => (
                "send",
                json!({ "dest": dest, "value": value, "bounce": true, "flags": flags, "body": body }),
            ),
            3 => (
                "sendMany",
                json!({ "dest": dest, "value": value / 100, "flags": flags, "count": self.rng.u16(0..300).min(255) }),
            ),
            4 | 5 => {
                let reserve = [0, 1, 2, 3, 4, 8, 12, 14, 16, 32][self.rng.usize(0..10)];
                ("reserve", json!({ "value": value, "reserveFlags": reserve, "dest": dest, "flags": flags }))
            }
            6 | 7 => {
                let message = self.odd_message();
                (
                    "sendCell",
                    json!({ "message": workspace_tests::community::base64(&message), "flags": flags }),
                )
            }
            8 => ("fail", json!({ "code": code })),
            9 => ("commitAndFail", json!({ "code": code })),
            10 => ("burn", json!({})),
            11 => match self.rng.u8(0..3) {
                0 => ("refuse", json!({ "code": code })),
                1 => ("setCode", json!({ "code": body })),
                _ => ("destroy", json!({ "dest": dest })),
            },
            12 => {
                let cells = self.rng.usize(1..200);
                ("grow", json!({ "cell": workspace_tests::community::base64(&ballast(cells)) }))
            }
            _ => ("environment", json!({})),
        };
        let header = self.header(None);
        let message = self.actors[at].contract.unsigned(function, &params, &header);
        self.send(message);
    }

    /// A cell that is no message, or one that no contract may send.
    fn odd_message(&mut self) -> Cell {
        let mut message =
            InternalMessage::transfer(self.anybody(), self.anybody(), Nano(self.amount().into()));
        match self.rng.u8(0..6) {
            0 => return self.body(),
            1 => message.dst.workchain = 5,
            2 => message.bounced = true,
            3 => message.body = Some(ballast(300)),
            4 => return external_message(&self.anybody(), None, Some(self.body())).expect("fits"),
            _ => {
                let code = self.body();
                message.init = Some(Image::new(code.clone(), code));
            }
        }
        message.build().expect("fits")
    }

    /// A plain transfer to anybody, sometimes with the wrong code, sometimes for a call of a probe.
    fn transfer(&mut self) {
        let to = self.anybody();
        let mut message = InternalMessage::transfer(self.nowhere(), to, Nano(self.amount().into()));
        message.bounce = self.rng.u8(0..3) > 0;
        message.bounced = self.rng.u8(0..10) == 0;
        message.body = self.rng.bool().then(|| self.body());
        if self.rng.u8(0..4) == 0 {
            let at = self.actor(|kind| kind == Kind::Probe);
            message.dst = self.actors[at].contract.address.clone();
            let (function, params) = match self.rng.u8(0..4) {
                0 => ("fail", json!({ "code": 321 })),
                1 => ("commitAndFail", json!({ "code": 322 })),
                2 => ("burn", json!({})),
                _ => {
                    let (dest, value) = (self.anybody().to_string(), self.amount());
                    let (flags, body) = (self.flags(true), workspace_tests::community::base64(&self.body()));
                    (
                        "send",
                        json!({ "dest": dest, "value": value, "bounce": true, "flags": flags, "body": body }),
                    )
                }
            };
            message.body = Some(
                self.actors[at].contract.abi.encode_internal_body(function, &params).expect("encodable"),
            );
        }
        self.pair.send_internal(message);
    }

    /// Code and data for somebody who has none: a frozen account, or an address that was only paid so far.
    fn wake(&mut self) {
        let frozen = self.pair.with_status(AccountStatus::Frozen);
        let target = match frozen.is_empty() || self.rng.u8(0..5) == 0 {
            true => self.anybody(),
            false => frozen[self.rng.usize(0..frozen.len())].clone(),
        };
        let mut message =
            InternalMessage::transfer(self.nowhere(), target.clone(), Nano(self.amount().into()));
        message.bounce = self.rng.bool();
        message.init = match self.rng.u8(0..5) {
            0 => self.actors.last().map(|actor| actor.contract.image.clone()),
            _ => self.pair.last_image(&target),
        };
        self.pair.send_internal(message);
    }

    /// Messages that no contract should accept.
    fn nonsense(&mut self) {
        let at = self.actor(|_| true);
        let contract = self.actors[at].contract.clone();
        let owner = self.actors[at].keys[0].clone();
        let function = match self.actors[at].kind {
            Kind::Probe => "burn",
            Kind::GiverV2 | Kind::GiverV3 => "sendTransaction",
            _ => "confirmTransaction",
        };
        let params = match function {
            "burn" => json!({}),
            "sendTransaction" => json!({ "dest": self.nowhere().to_string(), "value": TON, "bounce": false }),
            _ => json!({ "transactionId": "77" }),
        };
        let mut header = self.header(Some(&owner));
        let message = match self.rng.u8(0..6) {
            0 => contract.call(&key(201), function, &params, &header),
            1 => {
                header.pubkey = Some(public(&key(201)));
                contract.call(&key(201), function, &params, &header)
            }
            2 => {
                header.expire = UnixTime(self.pair.now - self.rng.u32(0..100));
                contract.call(&owner, function, &params, &header)
            }
            3 if !self.sent.is_empty() => self.sent[self.rng.usize(0..self.sent.len())].clone(),
            4 => {
                let body = self.body();
                external_message(&self.anybody(), None, Some(body)).expect("fits")
            }
            _ => {
                header.pubkey = None;
                contract.unsigned(function, &params, &header)
            }
        };
        self.pair.send(&message);
    }
}

fn constructor(actor: &Actor) -> Value {
    let owners: Vec<_> = actor.keys.iter().map(public_json).collect();
    match actor.kind {
        Kind::Safe => json!({ "owners": owners, "reqConfirms": actor.required }),
        Kind::MsigV2 => json!({ "owners": owners, "reqConfirms": actor.required, "lifetime": 86_400 }),
        _ => json!({}),
    }
}

/// The contract of this folder.
fn probe(key: &SigningKey, number: u64) -> Contract {
    static DONE: std::sync::OnceLock<(String, Vec<u8>)> = std::sync::OnceLock::new();
    let (abi, tvc) = DONE.get_or_init(|| {
        let loader = DiskLoader::new(workspace_tests::workspace("contracts"), Vec::new());
        let settings = Settings { tvm_version: TvmVersion::Ever, ..Settings::default() };
        let compiled = tsolc::compile("Probe.tsol", include_str!("Probe.tsol"), &loader, &settings);
        let artifact = compiled.artifacts.expect("the probe compiles").remove(0);
        (artifact.abi.clone(), artifact.tvc.clone())
    });
    Contract::new(abi, tvc, key, &json!({ "number": number.to_string() }))
}

/// A chain of cells, each with its own content.
fn ballast(cells: usize) -> Cell {
    let mut cell = Cell::default();
    for depth in 1..cells {
        let mut builder = CellBuilder::new();
        builder.store_u32(depth as u32).and_then(|()| builder.store_reference(cell)).expect("fits");
        cell = builder.build().expect("fits");
    }
    cell
}
