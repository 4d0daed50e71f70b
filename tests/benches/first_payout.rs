//! Speed of the way from source to money: `cargo bench -p workspace-tests`.
//!
//! - `compile_contracts`: everything in `contracts/`, from text to images;
//! - `execute_*`: one payout confirmed by eight of fifteen members (submission, seven confirmations, execution, payment)
//!   on accounts in memory, by the `chain` crate and by the bare executor below it: compare the two medians of one run;
//! - `encode_and_sign`: one signed call from JSON parameters.

use chain::{Account, Config, ExecContext, execute};
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use serde_json::{Value, json};
use ton_abi::{Address, Cell, Hash, Lt, MessageView, Nano, UnixTime};
use tycho_executor::{Executor, ExecutorParams};
use workspace_tests::workspace;
use workspace_tests::world::{Contract, World, key, public_json};

fn main() {
    divan::main();
}

#[divan::bench]
fn compile_contracts() -> usize {
    let project = tsolc::project::build(&workspace("contracts"), "").expect("the contracts compile");
    project.artifacts.len()
}

#[divan::bench]
fn encode_and_sign(bencher: Bencher<'_, '_>) {
    let wallet = multisig();
    let header = World::default().header(Some(&key(0)));
    let params = payment();
    bencher.bench_local(|| wallet.call(&key(0), "submitTransaction", black_box(&params), &header));
}

#[divan::bench]
fn execute_with_chain(bencher: Bencher<'_, '_>) {
    let round = Round::record();
    bencher.counter(ItemsCount::new(round.steps.len())).bench_local(|| round.with_chain());
}

#[divan::bench]
fn execute_with_bare_executor(bencher: Bencher<'_, '_>) {
    let round = Round::record();
    bencher.counter(ItemsCount::new(round.steps.len())).bench_local(|| round.with_bare_executor());
}

fn multisig() -> Contract {
    let read = |name: &str| std::fs::read(workspace("abi").join(name)).expect("abi/ is built");
    let abi = String::from_utf8(read("Multisig.abi.json")).expect("an ABI is text");
    Contract::new(&abi, &read("Multisig.tvc"), &key(0), &json!({ "boot": "0" }))
}

fn payment() -> Value {
    let dest = Address::new(0, Hash([7; 32])).to_string();
    let payload = "te6ccgEBAQEAAgAAAA==";
    json!({ "dest": dest, "value": 1_120_000_000_000_u64, "bounce": false, "allBalance": false, "payload": payload })
}

/// One message, and the account that it meets.
struct Step {
    account: Address,
    message: Cell,
    lt: Lt,
}

/// The transactions of one payout, ready to be run again and again from the same state.
struct Round {
    config: Config,
    now: UnixTime,
    wallet: Account,
    steps: Vec<Step>,
}

impl Round {
    fn record() -> Self {
        let (mut world, contract) = (World::default(), multisig());
        world.give(&contract.address, Nano::tokens(10_000));
        let owners: Vec<_> = (0..15).map(|n| public_json(&key(n))).collect();
        let header = world.header(Some(&key(0)));
        let params = json!({ "owners": owners, "reqConfirms": 8 });
        world.send(&contract.deploy(&key(0), &params, &header)).success();
        let mut round = Self {
            config: Config::local(),
            now: UnixTime(world.now),
            wallet: world.account(&contract.address),
            steps: Vec::new(),
        };
        let id = round.play(&mut world, &contract, 0, "submitTransaction", &payment());
        for member in 1..8 {
            round.play(&mut world, &contract, member, "confirmTransaction", &json!({ "transactionId": id }));
        }
        round
    }

    /// Sends one call and notes every transaction that follows; gives the transaction id of a submission.
    fn play(
        &mut self,
        world: &mut World,
        wallet: &Contract,
        member: u8,
        function: &str,
        params: &Value,
    ) -> Value {
        let header = world.header(Some(&key(member)));
        let outcome = world.send(&wallet.call(&key(member), function, params, &header));
        for done in outcome.success() {
            let message = done.view.in_msg.clone().expect("every transaction here has a message");
            let account = MessageView::parse(&message).expect("readable").dst.expect("to an account");
            self.steps.push(Step { account, message, lt: done.view.lt });
        }
        let answers = outcome.events();
        let answer = answers.iter().find_map(|body| wallet.abi.decode_answer(function, body).ok());
        answer.map_or(Value::Null, |answer| answer.json()["transId"].clone())
    }

    fn state_of(&self, address: &Address) -> Account {
        if address == self.wallet.address() { self.wallet.clone() } else { Account::none(address.clone()) }
    }

    fn with_chain(&self) -> usize {
        let mut wallet = self.wallet.clone();
        for step in &self.steps {
            let own = step.account == *wallet.address();
            let account = if own { wallet.clone() } else { self.state_of(&step.account) };
            let context = ExecContext::new(self.now, step.lt);
            let done =
                execute(&self.config, &account, &step.message, &context).expect("recorded from a success");
            if own {
                wallet = done.account;
            }
        }
        self.steps.len()
    }

    fn with_bare_executor(&self) -> usize {
        let mut wallet = self.wallet.shard().clone();
        for step in &self.steps {
            let own = step.account == *self.wallet.address();
            let state = if own { wallet.clone() } else { self.state_of(&step.account).shard().clone() };
            let params = ExecutorParams { block_unixtime: self.now.0, ..ExecutorParams::default() };
            let external = MessageView::parse(&step.message).is_ok_and(|view| view.src.is_none());
            let done = Executor::new(&params, self.config.parsed())
                .with_min_lt(step.lt.0)
                .begin_ordinary(&step.account, external, step.message.clone(), &state)
                .and_then(|uncommitted| uncommitted.commit().map_err(Into::into))
                .expect("recorded from a success");
            if own {
                wallet = done.new_state;
            }
        }
        self.steps.len()
    }
}
