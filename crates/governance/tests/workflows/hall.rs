//! A founded organisation on a network of its own, with development keys for everybody.

use std::sync::OnceLock;

use governance::contracts::{Built, Contracts};
use governance::payload::{Launch, Spec, SpecJuror};
use governance::workflow::founding::Blueprint;
use governance::workflow::{self, Charter, Host};
use governance::{Multisig, Organisation, Organs, multisig};
use keys::development::{self, Development};
use keys::{PublicKey, Signer};
use localnet::NodeOptions;
use testkit::{World, block_on};
use ton_abi::{Address, ContractAbi, Hash, Image, Nano, UnixTime};
use ton_client::processing::Tree;

/// Development key of the deployer; members have 0 to 14.
const DEPLOYER: u32 = 20;

/// The contracts, compiled once for all tests.
pub(crate) fn contracts() -> &'static Contracts {
    static CONTRACTS: OnceLock<Contracts> = OnceLock::new();
    CONTRACTS.get_or_init(|| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../contracts");
        let project = tsolc::project::build(folder.as_ref(), "").expect("the contracts compile");
        Contracts::find(|name| -> Result<Built, ton_abi::Error> {
            let artifact = project.artifacts.iter().find(|artifact| artifact.name == name);
            let artifact = artifact.unwrap_or_else(|| panic!("there is no contract {name}"));
            Ok(Built { abi: ContractAbi::parse(&artifact.abi)?, image: Image::from_tvc(&artifact.tvc)? })
        })
        .expect("built contracts can be read")
    })
}

/// Notes what workflows do, and moves the clock of the world.
pub(crate) struct Clerk<'a> {
    world: &'a World,
    pub(crate) notes: Vec<(String, Option<PublicKey>)>,
}

impl Host for Clerk<'_> {
    fn note(&mut self, step: &str, who: Option<PublicKey>, _tree: &Tree) {
        self.notes.push((step.to_owned(), who));
    }

    async fn wait_until(&mut self, time: UnixTime) -> workflow::Result<()> {
        let wait = time.0.saturating_sub(self.world.now().0);
        self.world.advance(wait);
        Ok(())
    }
}

/// A live organisation.
pub(crate) struct Hall<'a> {
    pub(crate) world: &'a World,
    pub(crate) organisation: Organisation,
    pub(crate) organs: Organs<'a>,
    pub(crate) clerk: Clerk<'a>,
}

/// A world whose blocks take a second.
pub(crate) fn world() -> World {
    World::builder().options(NodeOptions { seconds_per_block: 1, ..NodeOptions::default() }).build()
}

pub(crate) fn main_giver() -> Address {
    Address::new(0, Hash([0x77; 32]))
}

/// Keys of the first `count` members.
pub(crate) fn members(count: u32) -> Vec<Development> {
    (0..count).map(development::signer).collect()
}

/// Keys as workflows take them.
pub(crate) fn signers(keys: &[Development]) -> Vec<&dyn Signer> {
    keys.iter().map(|key| key as &dyn Signer).collect()
}

pub(crate) fn charter(organisation: &Organisation) -> Charter<'_> {
    let members = members(15).iter().map(Signer::public_key).collect();
    Charter { organisation, contracts: contracts(), members, main_giver: main_giver(), nonce: 7 }
}

impl<'a> Hall<'a> {
    /// Founds the organisation of the proposal.
    pub(crate) fn found(world: &'a World) -> Self {
        let organisation = Organisation::of_proposal();
        let mut clerk = Clerk { world, notes: Vec::new() };
        let deployer = development::signer(DEPLOYER);
        let charter = charter(&organisation);
        let blueprint = Blueprint::draw(charter.clone(), deployer.public_key()).expect("contracts fit");
        world.fund(&blueprint.places().purse, Nano::tokens(500));
        let founded = block_on(workflow::found(world.client(), &charter, &deployer, &mut clerk));
        let organs = founded.expect("the organisation is founded");
        Self { world, organisation, organs, clerk }
    }

    /// The same with stage 1 funded.
    pub(crate) fn funded(world: &'a World) -> Self {
        let mut hall = Self::found(world);
        hall.grant(Nano::tokens(673_120));
        let (grant, keys) = (Nano::tokens(673_120), members(8));
        block_on(workflow::fund_stage(&hall.organs, 1, grant, &signers(&keys), &mut hall.clerk))
            .expect("stage 1 is funded");
        hall
    }

    /// Money for the members' wallet.
    pub(crate) fn grant(&self, amount: Nano) {
        self.world.fund(self.organs.multisig.address(), amount);
    }

    /// Launches the Jury Contest with an outside jury of three; gives its id and what was voted on.
    pub(crate) fn jury_contest(&mut self) -> (u32, Spec) {
        let jury = (100..103).map(|index| {
            let key = development::signer(index);
            let wallet = open_wallet(self.world, &key, Nano::tokens(5), &mut self.clerk);
            SpecJuror { key: key.public_key(), addr: wallet.address().clone() }
        });
        let launch = Launch { item: 1, bootstrap_jury: jury.collect(), ..Launch::default() };
        let keys = members(8);
        let (organs, clerk) = (&self.organs, &mut self.clerk);
        block_on(async {
            let proposed =
                workflow::propose_launch(organs, &self.organisation, launch, &keys[0], clerk).await;
            let (id, spec) = proposed.expect("a member may propose it");
            workflow::vote(organs, id, &signers(&keys), clerk).await.expect("members vote");
            workflow::carry_out(organs, id, clerk).await.expect("it is carried out");
            (workflow::launched(organs, id, &spec).await.expect("it is launched"), spec)
        })
    }
}

/// Somebody's own wallet with money.
pub(crate) fn open_wallet<'a>(
    world: &'a World,
    owner: &Development,
    money: Nano,
    clerk: &mut Clerk<'_>,
) -> Multisig<'a> {
    let built = contracts().get(multisig::CONTRACT);
    let address = workflow::wallet_address(built, owner).expect("an address");
    world.fund(&address, money);
    block_on(workflow::open_wallet(world.client(), built, owner, clerk)).expect("the wallet opens")
}
