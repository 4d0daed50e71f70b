//! One sequence: chain and model side by side, and what every step has in common.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Debug;

use chain::Executed;
use ed25519_dalek::SigningKey;
use fastrand::Rng;
use governance::model::wallet::Subject;
use governance::model::{Model, Refusal, Signed};
use governance::payload;
use governance::{Organisation, contest::SealedCard};
use serde_json::Value;
use ton_abi::{Address, Cell, Header, InternalMessage, MessageView, Nano, PublicKey, UnixMillis, UnixTime};
use workspace_tests::community::{Community, DAY, TON};
use workspace_tests::world::{Contract, Outcome, key, public};

use crate::coverage::Coverage;

/// Steps whose description a failure shows.
const REMEMBERED: usize = 40;
/// Accepted signed messages that may be sent again.
const KEPT: usize = 60;
/// See [`Run::lazy`].
pub(crate) const STRIKE: u8 = 7;
/// Gas money that keeps a contract going.
const GAS: u128 = 400 * TON;

/// A contract of the governance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Registry,
    Multisig,
    Treasury,
    Pool,
    Proposal(u32),
    Contest(u32),
}

impl Place {
    /// Name of the contract.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Place::Registry => "MemberRegistry",
            Place::Multisig => "Multisig",
            Place::Treasury => "Treasury",
            Place::Pool => "JuryPool",
            Place::Proposal(_) => "Proposal",
            Place::Contest(_) => "ContestEscrow",
        }
    }
}

/// A payment of a custodian that waits in the wallet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Payment {
    /// Stage that it funds and with how much; nothing for a payment to the main giver.
    pub(crate) funds: Option<(u8, u128)>,
    /// Key of its creator.
    pub(crate) creator: u8,
}

/// A payout that arrived at a wallet and can still come back.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    /// Who paid.
    pub(crate) from: Place,
    /// The message.
    pub(crate) message: MessageView,
}

/// Chain and model, and what the test remembers.
pub(crate) struct Run {
    pub(crate) rng: Rng,
    pub(crate) community: Community,
    pub(crate) model: Model,
    pub(crate) coverage: Coverage,
    pub(crate) keys: Vec<SigningKey>,
    pub(crate) numbers: BTreeMap<PublicKey, u8>,
    places: BTreeMap<Address, Place>,
    contracts: BTreeMap<Place, Contract>,
    stamp: u64,
    /// Cards by contest and juror.
    pub(crate) cards: BTreeMap<(u32, u8), SealedCard>,
    /// Confirmations of the registry by their nonce.
    pub(crate) orders: BTreeMap<u64, Subject>,
    /// Payments by their id in the wallet.
    pub(crate) payments: BTreeMap<u64, Payment>,
    /// A payment whose id is not known before the wallet gives it.
    pub(crate) submitting: Option<(Signed, Payment)>,
    /// Jurors whose number leaves this rest by three never act; from [`STRIKE`] on no juror of the pool does.
    pub(crate) lazy: u8,
    /// A poke that is sent again before anything else is delivered.
    again: Option<Cell>,
    pub(crate) arrivals: Vec<Arrival>,
    /// Accepted signed messages.
    pub(crate) accepted: VecDeque<(Place, Cell)>,
    log: VecDeque<String>,
    pub(crate) touched: BTreeSet<Place>,
    /// Whether others act while messages are under way.
    pub(crate) rush: bool,
    /// Whether contracts run out of gas now and then.
    pub(crate) faulty: bool,
    /// How often they did.
    pub(crate) faults: usize,
}

/// A message from outside or from an address that the test plays.
pub(crate) enum Message {
    Outside(Cell),
    Inside(Box<InternalMessage>),
}

/// What a message led to.
pub(crate) struct Delivered {
    /// Exit code.
    pub(crate) code: i32,
    /// Whether there was no transaction.
    pub(crate) refused: bool,
}

impl Run {
    /// A founded governance with the keys and the plan of the tests.
    pub(crate) fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let members = [10, 12, 15, 15][rng.usize(0..4)];
        let lazy = rng.u8(0..10);
        let community = Community::found_with(
            members,
            &workspace_tests::community::params(),
            &workspace_tests::community::plan(),
        );
        let organisation = Organisation::of_proposal();
        let params = serde_json::from_value(workspace_tests::community::params()).expect("parameters");
        let keys: Vec<_> = (0..=u8::MAX).map(key).collect();
        let numbers: BTreeMap<_, _> = (0..=u8::MAX).map(|n| (public(&keys[usize::from(n)]), n)).collect();
        let founders: Vec<_> = keys[..usize::from(members)].iter().map(public).collect();
        let now = UnixTime(community.world.now);
        let bounds = [now.0 - 30 * DAY, now.0 + 90 * DAY, now.0 + 210 * DAY].map(UnixTime).to_vec();
        let mut model = Model::new(&founders, params, payload::plan(&organisation), bounds, now);
        // The model waits for the order in which the chain delivers.
        model.wire.held = true;
        let mut this = Self {
            rng,
            model,
            coverage: Coverage::default(),
            keys,
            numbers,
            places: BTreeMap::new(),
            contracts: BTreeMap::new(),
            stamp: u64::from(now.0) * 1000,
            cards: BTreeMap::new(),
            orders: BTreeMap::new(),
            payments: BTreeMap::new(),
            submitting: None,
            again: None,
            lazy,
            arrivals: Vec::new(),
            accepted: VecDeque::new(),
            log: VecDeque::new(),
            touched: BTreeSet::new(),
            rush: false,
            faulty: false,
            faults: 0,
            community,
        };
        let c = &this.community;
        for (place, contract) in [
            (Place::Registry, c.registry.clone()),
            (Place::Multisig, c.multisig.clone()),
            (Place::Treasury, c.treasury.clone()),
            (Place::Pool, c.jury_pool.clone()),
        ] {
            this.places.insert(contract.address.clone(), place);
            this.contracts.insert(place, contract);
        }
        this.community.world.puppets.extend((0..=u8::MAX).map(workspace_tests::community::wallet));
        this.founded();
        this.community.world.deliver = false;
        // The deploy message has a time a little later than the block: nobody signs before it.
        this.community.wait(1);
        this.top_up(Place::Registry);
        this
    }

    /// The set-up is no step: its functions are counted here.
    fn founded(&mut self) {
        for _ in workspace_tests::community::CODES {
            self.coverage.success("MemberRegistry.setCode");
        }
        for function in ["MemberRegistry.setPlan", "MemberRegistry.constructor", "MemberRegistry.initOne"] {
            self.coverage.success(function);
        }
        for child in ["Multisig", "Treasury", "JuryPool"] {
            self.coverage.success(&format!("{child}.constructor"));
        }
    }

    /// The present moment.
    pub(crate) fn now(&self) -> UnixTime {
        UnixTime(self.community.world.now)
    }

    /// Key number `n`.
    pub(crate) fn public(&self, n: u8) -> PublicKey {
        public(&self.keys[usize::from(n)])
    }

    /// A contract; its address is known before it is deployed.
    pub(crate) fn contract(&mut self, place: Place) -> Contract {
        if let Some(known) = self.contracts.get(&place) {
            return known.clone();
        }
        let contract = match place {
            Place::Proposal(id) => self.community.proposal(id.into()),
            Place::Contest(id) => self.community.contest(id.into()),
            _ => unreachable!("the others are known from the start"),
        };
        self.places.insert(contract.address.clone(), place);
        self.contracts.insert(place, contract.clone());
        contract
    }

    /// Who lives at an address.
    pub(crate) fn place(&self, address: &Address) -> Option<Place> {
        self.places.get(address).copied()
    }

    /// What a getter answers.
    #[track_caller]
    pub(crate) fn get(&self, place: Place, getter: &str, params: &Value) -> Value {
        let contract = &self.contracts[&place];
        self.community
            .world
            .getter(contract, getter, params)
            .unwrap_or_else(|error| panic!("{place:?}.{getter}: {error}"))
    }

    /// One of these, if there is one.
    pub(crate) fn pick<T: Clone>(&mut self, list: &[T]) -> Option<T> {
        if list.is_empty() { None } else { Some(list[self.rng.usize(0..list.len())].clone()) }
    }

    /// True once in `n` times.
    pub(crate) fn one_in(&mut self, n: u8) -> bool {
        self.rng.u8(0..n) == 0
    }

    /// Header of a message of key `n` that is newer than all before.
    pub(crate) fn by(&mut self, n: u8) -> Signed {
        self.stamp = (self.stamp + 1).max(self.now().millis().0);
        Signed { key: self.public(n), time: UnixMillis(self.stamp), expire: self.now().plus(60) }
    }

    /// The same, now and then with a header that is too old, expired, too long-lived or from the future.
    pub(crate) fn by_odd(&mut self, n: u8) -> Signed {
        let mut by = self.by(n);
        let now = self.now();
        match self.rng.u8(0..120) {
            0 => by.time = UnixMillis(1),
            1 => by.expire = now,
            2 => by.expire = now.plus(3_601),
            3 => by.expire = now.plus(86_401),
            4 => by.time = now.plus(300).millis(),
            5 => by.expire = now.plus(3_600),
            6 => by.time = UnixMillis(now.millis().0 + 5_000),
            _ => {}
        }
        by
    }

    /// A signed call.
    pub(crate) fn signed_cell(&mut self, to: Place, by: &Signed, function: &str, params: &Value) -> Cell {
        let n = self.numbers[&by.key];
        let header = Header { time: by.time, expire: by.expire, pubkey: Some(by.key) };
        self.contract(to).call(&self.keys[usize::from(n)], function, params, &header)
    }

    /// A signed call on both sides.
    #[track_caller]
    pub(crate) fn signed<T: Debug>(
        &mut self,
        to: Place,
        by: &Signed,
        function: &'static str,
        params: &Value,
        model: impl FnOnce(&mut Model, UnixTime) -> Result<T, Refusal>,
    ) -> Option<T> {
        let cell = self.signed_cell(to, by, function, params);
        let done = self.play(to, function, Message::Outside(cell.clone()), model);
        if done.is_some() {
            self.accepted.push_back((to, cell));
            if self.accepted.len() > KEPT {
                self.accepted.pop_front();
            }
        }
        done
    }

    /// An unsigned call on both sides. It is never accepted twice for the same: while what it started is under way it is
    /// sometimes sent again, and refused (C3).
    #[track_caller]
    pub(crate) fn poke<T: Debug>(
        &mut self,
        to: Place,
        function: &'static str,
        params: &Value,
        model: impl FnOnce(&mut Model, UnixTime) -> Result<T, Refusal>,
    ) -> Option<T> {
        let now = self.now();
        let header = Header { time: now.millis(), expire: now.plus(60), pubkey: None };
        let cell = self.contract(to).unsigned(function, params, &header);
        self.again = Some(cell.clone()).filter(|_| self.one_in(4));
        let done = self.play(to, function, Message::Outside(cell), model);
        self.again = None;
        done
    }

    /// A call from an address that the test plays, on both sides.
    #[track_caller]
    pub(crate) fn inside<T: Debug>(
        &mut self,
        (from, value): (&Address, u128),
        to: Place,
        function: &'static str,
        params: &Value,
        model: impl FnOnce(&mut Model, UnixTime) -> Result<T, Refusal>,
    ) -> Option<T> {
        self.community.world.puppets.insert(from.clone());
        let message = self.contract(to).internal(from, Nano(value), function, params);
        self.play(to, function, Message::Inside(Box::new(message)), model)
    }

    /// Sends a message, delivers all that follows in some order, and compares: the exit code with the model's refusal,
    /// the state of every contract that was touched with the model's state, and the invariants.
    #[track_caller]
    pub(crate) fn play<T: Debug>(
        &mut self,
        to: Place,
        function: &'static str,
        message: Message,
        model: impl FnOnce(&mut Model, UnixTime) -> Result<T, Refusal>,
    ) -> Option<T> {
        let now = self.now();
        self.expect_children();
        let before = self.model.clone();
        let expected = model(&mut self.model, now);
        self.note(format!("{} {to:?}.{function}: {expected:?}", now.0));
        let found = self.enter_chain(message);
        self.coverage.code(found.code);
        if found.code == i32::from(LOW_BALANCE.0) {
            self.model = before;
            self.again = None;
            self.go_on();
            self.refuel(to);
            return None;
        }
        match expected {
            Ok(value) => {
                assert_eq!(
                    found.code,
                    0,
                    "{to:?}.{function}: the model accepts it ({value:?}){}",
                    self.story()
                );
                self.coverage.success(&format!("{}.{function}", to.name()));
                self.go_on();
                self.settle_down((&before, now));
                Some(value)
            }
            Err(refusal) => {
                let stale = self.is_forgotten(to, refusal, found.code);
                assert!(
                    found.code == i32::from(refusal.0) || stale,
                    "{to:?}.{function}: exit code {} instead of {refusal:?}{}",
                    found.code,
                    self.story()
                );
                assert!(
                    self.model == before,
                    "{to:?}.{function}: a refusal changed the model{}",
                    self.story()
                );
                self.go_on();
                None
            }
        }
    }

    /// A dead confirmation may be gone from the wallet: then it is not found instead of stale or over.
    fn is_forgotten(&self, to: Place, refusal: Refusal, code: i32) -> bool {
        let dead = matches!(refusal, Refusal::STALE_EPOCH | Refusal::LIFETIME_OVER);
        to == Place::Multisig && dead && code == i32::from(Refusal::NO_TRANSACTION.0)
    }

    /// Compares what was touched, once the world is quiet, and checks the invariants of the state and of the step.
    #[track_caller]
    pub(crate) fn settle_down(&mut self, before: (&Model, UnixTime)) {
        self.collect();
        self.note_orders();
        if let Some((by, payment)) = self.submitting.take() {
            self.submitted(&by, payment);
        }
        if !self.rush {
            for place in std::mem::take(&mut self.touched) {
                self.compare(place);
            }
        }
        self.check_invariants(before);
    }

    /// Sends a message; unless others are to act meanwhile, everything that follows is delivered.
    pub(crate) fn send(&mut self, message: Message) -> Delivered {
        let delivered = self.enter_chain(message);
        self.go_on();
        delivered
    }

    fn go_on(&mut self) {
        if !self.rush {
            self.deliver_all();
        }
    }

    /// Sends a message and executes it alone.
    fn enter_chain(&mut self, message: Message) -> Delivered {
        let world = &mut self.community.world;
        let first = match message {
            Message::Outside(cell) => match world.send(&cell) {
                refused @ Outcome::Refused { .. } => {
                    return Delivered { code: refused.code(), refused: true };
                }
                Outcome::Done(all) => all.into_iter().next().expect("an accepted message has a transaction"),
            },
            Message::Inside(message) => {
                world.send_internal(*message);
                world.deliver_at(0).expect("the contract executes it")
            }
        };
        let code = first.view.exit_code().unwrap_or(-1);
        self.saw(&first);
        if let Some(cell) = self.again.take() {
            let second = self.community.world.send(&cell);
            assert!(second.refused(), "the same poke is accepted twice: {}{}", second.code(), self.story());
            self.coverage.code(second.code());
        }
        Delivered { code, refused: false }
    }

    /// Remembers which number each confirmation of the registry has.
    pub(crate) fn note_orders(&mut self) {
        self.orders.extend(self.model.wallet.wishes.iter().map(|(subject, wish)| (wish.nonce, *subject)));
    }

    /// Contracts that do not exist yet, but may soon.
    pub(crate) fn expect_children(&mut self) {
        self.contract(Place::Proposal(self.model.next_proposal));
        self.contract(Place::Contest(self.model.last_contest + 1));
    }

    /// Interface of a contract.
    pub(crate) fn abi(&self, place: Place) -> &ton_abi::ContractAbi {
        &self.contracts[&place].abi
    }

    /// Proposals that are deployed and hold a slot.
    pub(crate) fn open_ids(&self) -> Vec<u32> {
        self.model.open.keys().copied().filter(|id| self.model.proposals.contains_key(id)).collect()
    }

    /// Notes what a transaction shows.
    pub(crate) fn saw(&mut self, executed: &Executed) {
        let Some(place) = self.place(&executed.view.account) else { return };
        self.touched.insert(place);
        let contract = &self.contracts[&place];
        self.coverage.transaction(place.name(), &contract.abi, executed);
    }

    /// Keeps payouts that arrived at wallets: they can come back later.
    fn collect(&mut self) {
        for message in std::mem::take(&mut self.community.world.inbox) {
            let from = message.src.as_ref().and_then(|src| self.place(src));
            // The bounce of a tiny payment could not pay the gas of its booking.
            let payout = crate::payouts::is_payout(&message) && message.value.0 >= TON / 5;
            if let Some(from) = from.filter(|_| payout && !message.bounced) {
                self.arrivals.push(Arrival { from, message });
            }
        }
    }

    /// A contract has too little gas money: true, and then it gets some.
    #[track_caller]
    fn refuel(&mut self, place: Place) {
        let reserve = self.get(place, "getReserve", &serde_json::json!({}));
        let free = workspace_tests::community::number(&reserve["freeFunds"]);
        assert!(free < 45 * TON, "{place:?} refuses for lack of gas, but has {free}{}", self.story());
        self.top_up(place);
    }

    /// Brings gas money.
    pub(crate) fn top_up(&mut self, place: Place) {
        let from = workspace_tests::community::account(0xAC, 0);
        let contract = self.contract(place);
        let message = match place {
            Place::Multisig | Place::Proposal(_) => {
                let mut transfer = InternalMessage::transfer(from, contract.address, Nano(GAS));
                transfer.bounce = true;
                transfer
            }
            _ => contract.internal(&from, Nano(GAS), "topUp", &serde_json::json!({})),
        };
        let found = self.send(Message::Inside(Box::new(message)));
        assert_eq!(found.code, 0, "{place:?} takes gas money");
        if !matches!(place, Place::Multisig | Place::Proposal(_)) {
            self.coverage.success(&format!("{}.topUp", place.name()));
        }
    }

    /// Remembers what happens.
    pub(crate) fn note(&mut self, line: String) {
        if self.log.len() == REMEMBERED {
            self.log.pop_front();
        }
        self.log.push_back(line.chars().take(400).collect());
    }

    /// The last steps.
    pub(crate) fn story(&self) -> String {
        self.log.iter().fold(String::from("\nlast steps:"), |all, line| all + "\n  " + line)
    }
}

/// The balance is too low for gas: the one refusal that the model does not know.
pub(crate) const LOW_BALANCE: Refusal = Refusal(160);
/// The message carries too little: gas is not in the model.
pub(crate) const LOW_VALUE: Refusal = Refusal(151);
