//! A story with everything that can become of a contest: a tie, a rejected entry, a payout that its payee does not
//! take, a contest without a quorum, one that waits for its payout, a payment of the org fund, an open vote.

use std::sync::{Arc, OnceLock};

use governance::contest::{Card, EntryForm, Line, Phase, SealedCard, Verdict};
use governance::contracts::Contracts;
use governance::payload::{Action, Launch, OrgPayment, PayOrg, Signal, Spec, SpecJuror};
use governance::text::Digest;
use governance::workflow::founding::Blueprint;
use governance::workflow::{self, Charter, Host};
use governance::{Multisig, Organisation, Organs, Roster, multisig};
use keys::development::{self, Development};
use keys::{PublicKey, Signer};
use localnet::{Node, SharedNode};
use results::{Facts, collect};
use testkit::{Artifact, World, block_on};
use ton_abi::{Address, CellBuilder, Nano, UnixTime};
use ton_client::net::Transport;
use ton_client::processing::Tree;
use ton_client::{Client, Registry};

/// Development keys besides those of the members.
const DEPLOYER: u32 = 20;
pub(crate) const OUTSIDERS: [u32; 3] = [100, 101, 102];
pub(crate) const APPLICANTS: [u32; 4] = [200, 201, 202, 203];
pub(crate) const DEVELOPERS: [u32; 2] = [300, 301];

/// Links that the applicants enter with: what strangers write.
pub(crate) const LINKS: [&str; 4] = [
    "https://example.org/tools?a=1&b=2",
    "<script>alert(1)</script>",
    "=HYPERLINK(\"https://evil.example\") | [x](javascript:alert(1))",
    "https://example.org/\u{202e}gpj.exe\u{1b}[31m",
];
/// Title of the second contest.
pub(crate) const TITLE: &str = "=1+1 <b>bold</b> [link](https://evil.example) | `code` \u{202e}cba";

/// The network at the end of the story.
pub(crate) struct Story {
    node: Arc<Node>,
    pub(crate) registry: Address,
}

/// The story, told once.
pub(crate) fn story() -> &'static Story {
    static STORY: OnceLock<Story> = OnceLock::new();
    STORY.get_or_init(tell)
}

/// What was read of it, once.
pub(crate) fn facts() -> &'static Facts {
    static FACTS: OnceLock<Facts> = OnceLock::new();
    FACTS.get_or_init(|| story().collect(Arc::new(story().network())))
}

impl Story {
    /// A network of one's own in the state of the story's end.
    pub(crate) fn network(&self) -> SharedNode {
        SharedNode::new((*self.node).clone())
    }

    /// Reads the organisation through a transport.
    pub(crate) fn collect(&self, transport: Arc<dyn Transport>) -> Facts {
        let client = Client::new(transport, Registry::new());
        let abis = contracts().abis();
        let organs = block_on(Organs::open(&client, abis, self.registry.clone())).expect("it is live");
        block_on(collect(&organs, "DevOps", &roster())).expect("the organisation can be read")
    }
}

pub(crate) fn contracts() -> &'static Contracts {
    static CONTRACTS: OnceLock<Contracts> = OnceLock::new();
    CONTRACTS.get_or_init(|| Contracts::built_in().expect("the committed builds can be read"))
}

fn roster() -> Roster {
    let organisation = Organisation::of_proposal();
    let mut roster = Roster::with_keys(&organisation, (0..15).map(|n| development::signer(n).public_key()));
    for (number, index) in (1..).zip(APPLICANTS) {
        roster.add(development::signer(index).public_key(), &format!("applicant {number}"));
    }
    roster
}

/// Lets the world's clock run as far as a workflow wants.
struct Clock<'a>(&'a World);

impl Host for Clock<'_> {
    fn note(&mut self, _: &str, _: Option<PublicKey>, _: &Tree) {}

    async fn wait_until(&mut self, time: UnixTime) -> workflow::Result<()> {
        let now = self.0.now();
        if now < time {
            self.0.advance(time.0 - now.0);
        }
        Ok(())
    }
}

/// Everybody and everything while the story is told.
struct Teller<'a> {
    world: &'a World,
    organs: Organs<'a>,
    organisation: Organisation,
    members: Vec<Development>,
}

fn tell() -> Story {
    let world = World::builder().time(UnixTime(1_606_780_800)).giver(&Artifact::committed("Giver")).build();
    let organisation = Organisation::of_proposal();
    let organs = found(&world, &organisation);
    let registry = organs.registry.address().clone();
    let members = (0..8).map(development::signer).collect();
    let teller = Teller { world: &world, organs, organisation, members };
    block_on(teller.tell());
    drop(teller);
    Story { node: world.node(), registry }
}

fn found<'a>(world: &'a World, organisation: &Organisation) -> Organs<'a> {
    let deployer = development::signer(DEPLOYER);
    let charter = Charter {
        organisation,
        contracts: contracts(),
        members: (0..15).map(|n| development::signer(n).public_key()).collect(),
        main_giver: localnet::giver::ADDRESS,
        nonce: 0,
    };
    let blueprint = Blueprint::draw(charter.clone(), deployer.public_key()).expect("contracts fit");
    world.give(&blueprint.places().purse, Nano::tokens(500)).expect("the giver pays");
    let mut clock = Clock(world);
    let founded = workflow::found(world.client(), &charter, &deployer, &mut clock);
    block_on(founded).expect("the organisation is founded")
}

/// A wallet with money.
fn open<'a>(world: &'a World, owner: &Development, money: Nano) -> Multisig<'a> {
    let built = contracts().get(multisig::CONTRACT);
    let address = workflow::wallet_address(built, owner).expect("the image fits");
    world.give(&address, money).expect("the giver pays");
    let mut clock = Clock(world);
    block_on(workflow::open_wallet(world.client(), built, owner, &mut clock)).expect("it opens")
}

impl<'a> Teller<'a> {
    fn signers(&self) -> Vec<&dyn Signer> {
        self.members.iter().map(|key| key as &dyn Signer).collect()
    }

    fn clock(&self) -> Clock<'a> {
        Clock(self.world)
    }

    async fn tell(&self) {
        let people: Vec<_> = OUTSIDERS.iter().chain(&APPLICANTS).chain(&DEVELOPERS).copied().collect();
        let wallets: Vec<_> = people
            .iter()
            .map(|index| open(self.world, &development::signer(*index), Nano::tokens(60)))
            .collect();
        let wallet = |index: u32| {
            let at = people.iter().position(|known| *known == index).expect("somebody of the story");
            &wallets[at]
        };
        self.fund().await;
        let jury = OUTSIDERS.map(|index| SpecJuror {
            key: development::signer(index).public_key(),
            addr: wallet(index).address().clone(),
        });
        let first = self.launch(1, jury.to_vec(), |spec| {
            spec.prizes = [500, 300, 200].map(Nano::tokens).to_vec();
            spec.seats = 3;
        });
        let first = first.await;
        let second = self.launch(2, Vec::new(), |spec| spec.title = TITLE.to_owned()).await;
        let third = self.launch(3, Vec::new(), |spec| spec.entry_deposit = Nano::tokens(2)).await;
        for (index, link) in APPLICANTS.into_iter().zip(LINKS) {
            self.enter(first, index, wallet(index), link).await;
        }
        for index in DEVELOPERS {
            self.enter(second, index, wallet(index), "ipfs://bafy/work").await;
            self.enter(third, index, wallet(index), "https://example.org/work").await;
        }
        self.jury_contest(first, wallet(APPLICANTS[2]).address()).await;
        self.without_quorum(second).await;
        let cards = |_: u32| vec![Line::score(1, 7, "third, one"), Line::score(2, 8, "third, two")];
        self.judge(third, &APPLICANTS[..3], cards).await;
        self.org_payment(wallet(DEVELOPERS[0]).address()).await;
        self.publish(first).await;
        self.open_vote().await;
    }

    async fn fund(&self) {
        let stage = Nano::tokens(673_120);
        self.world
            .give(self.organs.multisig.address(), Nano(stage.0 + Nano::tokens(2).0))
            .expect("the grant");
        workflow::fund_stage(&self.organs, 1, stage, &self.signers(), &mut self.clock())
            .await
            .expect("funded");
        let declaration = Digest::of("declaration");
        workflow::attest(&self.organs, declaration, &self.members[0], &mut self.clock())
            .await
            .expect("signed");
    }

    async fn launch(&self, item: u8, jury: Vec<SpecJuror>, change: impl FnOnce(&mut Spec)) -> u32 {
        let proposed_at = self.organs.now().await.expect("a time");
        let launch = Launch { item, proposed_at, bootstrap_jury: jury, ..Launch::default() };
        let mut spec = Spec::of(&self.organisation, &launch).expect("the plan has it");
        spec.min_jurors = 3;
        change(&mut spec);
        let action = Action::LaunchContest(Box::new(spec.clone()));
        let (link, document) = (spec.doc_link.clone(), spec.doc_hash);
        let (signers, mut clock) = (self.signers(), self.clock());
        let decided = workflow::decide(&self.organs, &action, &link, document, &signers, &mut clock).await;
        let proposal = decided.expect("decided");
        workflow::launched(&self.organs, proposal, &spec).await.expect("launched")
    }

    async fn enter(&self, contest: u32, index: u32, purse: &Multisig<'_>, link: &str) {
        let escrow = self.organs.contest(contest).await.expect("a contest");
        let spec = escrow.spec().await.expect("terms");
        self.clock().wait_until(spec.open_at).await.expect("time passes");
        let form = EntryForm {
            content: Digest::of(&format!("work {contest} {index}")),
            link: link.to_owned(),
            terms: spec.terms_hash,
        };
        let key = development::signer(index);
        let entered =
            workflow::enter(&escrow, &form, spec.entry_deposit, purse, &key, &mut self.clock()).await;
        entered.expect("entered");
    }

    /// Entries 1 and 2 share the first place, 3 is third, 4 is rejected. The payee of entry 3 takes no money.
    async fn jury_contest(&self, contest: u32, refusing: &Address) {
        let cards = |juror: u32| {
            let comment = |entry: u8| format!("comment of {juror} on {entry}");
            let two = if juror == OUTSIDERS[0] { 10 } else { 8 };
            let one = if juror == OUTSIDERS[1] { 10 } else { 8 };
            let four = match juror {
                100 => Line::score(4, 1, &comment(4)),
                _ => Line::without_score(4, Verdict::Reject, &comment(4)),
            };
            let three = match juror {
                102 => Line::without_score(3, Verdict::Abstain, &comment(3)),
                _ => Line::score(3, 5, &comment(3)),
            };
            vec![Line::score(1, one, &comment(1)), Line::score(2, two, &comment(2)), three, four]
        };
        self.judge(contest, &OUTSIDERS, cards).await;
        let (signers, mut clock) = (self.signers(), self.clock());
        workflow::confirm_payout(&self.organs, contest, &signers, &mut clock).await.expect("confirmed");
        // A code that throws on everything. Source: TVM, THROW 33.
        let throws = CellBuilder::build_from(0xf221_u16).expect("two bytes");
        self.world.edit(|node| node.set_code(refusing, throws)).expect("a contract is there");
        let escrow = self.organs.contest(contest).await.expect("a contest");
        // Two of the payouts come back, so the tree as a whole is no success.
        escrow.pay_next(governance::contest::PAYOUTS_PER_CALL).await.expect("paid");
        workflow::settle(&self.organs, contest, &mut clock).await.expect("settled");
    }

    async fn judge(&self, contest: u32, jurors: &[u32], lines: impl Fn(u32) -> Vec<Line>) {
        let (escrow, mut clock) = (self.organs.contest(contest).await.expect("a contest"), self.clock());
        let standing = workflow::draw(&escrow, &mut clock).await.expect("a jury");
        assert_eq!(standing.phase, Phase::Commit);
        let sealed = |juror: &u32| SealedCard {
            card: Card { lines: lines(*juror) },
            salt: Digest::of(&format!("salt {contest} {juror}")).0,
        };
        for juror in jurors {
            let key = development::signer(*juror);
            workflow::commit(&escrow, &sealed(juror), &key, &mut clock).await.expect("committed");
        }
        for juror in jurors {
            let key = development::signer(*juror);
            workflow::reveal(&escrow, &sealed(juror), &key, &mut clock).await.expect("revealed");
        }
        workflow::tally(&escrow, &mut clock).await.expect("ranked");
    }

    /// Nobody judges, twice.
    async fn without_quorum(&self, contest: u32) {
        let (escrow, mut clock) = (self.organs.contest(contest).await.expect("a contest"), self.clock());
        workflow::draw(&escrow, &mut clock).await.expect("a jury");
        for _ in 0..2 {
            let standing = escrow.standing().await.expect("a phase");
            clock.wait_until(standing.reveal_end).await.expect("time passes");
            escrow.advance().await.expect("advanced").expect_success().expect("advanced");
        }
        workflow::pay(&escrow, &mut clock).await.expect("deposits go back");
        workflow::settle(&self.organs, contest, &mut clock).await.expect("settled");
    }

    async fn org_payment(&self, to: &Address) {
        let payment = OrgPayment { to: to.clone(), amount: Nano::tokens(5) };
        let action =
            Action::PayOrg(PayOrg { payments: vec![payment], memo_hash: Digest::of("announcements") });
        let (signers, mut clock) = (self.signers(), self.clock());
        let memo = Digest::of("announcements");
        workflow::decide(&self.organs, &action, "ipfs://memo", memo, &signers, &mut clock)
            .await
            .expect("decided");
        let queue = self.organs.multisig.transactions().await.expect("a queue");
        let last = queue.iter().map(|waiting| waiting.id).max().expect("a confirmation waits");
        workflow::confirm(&self.organs, last, &signers, &mut clock).await.expect("confirmed");
    }

    async fn publish(&self, contest: u32) {
        let record = workflow::report(&self.organs, contest).await.expect("a record");
        let (hash, link) = (Digest::of(&record), "https://example.org/records/1");
        let published =
            workflow::publish(&self.organs, contest, hash, link, &self.members[1], &mut self.clock()).await;
        published.expect("published");
    }

    async fn open_vote(&self) {
        let signal =
            Signal { doc_hash: Digest::of("question"), link: "javascript:alert(2)".to_owned(), soft: false };
        let (action, link) = (Action::Signal(signal), "@SUM(A1:A9)<img src=x onerror=alert(3)>");
        let hash = Digest::of("question");
        let proposed =
            workflow::propose(&self.organs, &action, link, hash, &self.members[2], &mut self.clock()).await;
        let id = proposed.expect("proposed");
        for member in &self.members[..2] {
            let voted = workflow::vote(&self.organs, id, &[member as &dyn Signer], &mut self.clock()).await;
            voted.expect("voted");
        }
    }
}
