//! Contests by the hands of contestants and jurors.

use governance::ContestEscrow;
use governance::contest::{Card, EntryForm, ItemState, Line, Phase, SealedCard, Verdict, entry_hash};
use governance::payload::Spec;
use governance::text::Digest;
use governance::workflow::{self, Error, Host as _};
use keys::development::{self, Development};
use keys::{PublicKey, Signer};
use testkit::block_on;
use ton_abi::Nano;

use crate::hall::{Clerk, Hall, members, open_wallet, signers, world};

fn sealed(lines: Vec<Line>, salt: u8) -> SealedCard {
    SealedCard { card: Card { lines }, salt: [salt; 32] }
}

fn form(spec: &Spec, work: &str) -> EntryForm {
    EntryForm { content: Digest::of(work), link: "https://example.org/work".into(), terms: spec.terms_hash }
}

/// Enters with a key of its own and a new wallet.
fn enter(
    hall: &mut Hall<'_>,
    contest: &ContestEscrow<'_>,
    form: &EntryForm,
    index: u32,
) -> Result<(u8, Development), Error> {
    let key = development::signer(index);
    let wallet = open_wallet(hall.world, &key, Nano::tokens(20), &mut hall.clerk);
    let entered = workflow::enter(contest, form, Nano::tokens(5), &wallet, &key, &mut hall.clerk);
    block_on(entered).map(|entry| (entry, key))
}

#[test]
fn cards_and_signatures_are_hashed_as_the_contract_does() {
    let world = world();
    let mut hall = Hall::funded(&world);
    let (id, spec) = hall.jury_contest();
    let contest = block_on(hall.organs.contest(id)).unwrap();
    assert_eq!(block_on(contest.spec()).unwrap(), spec);
    let juror = PublicKey([0x5a; 32]);
    for count in 1..=64 {
        let lines: Vec<_> = (1..=count).map(|entry| Line::score(entry, entry % 10 + 1, "comment")).collect();
        let sealed = sealed(lines, count);
        let ours = sealed.hash(contest.address(), &juror).unwrap();
        assert_eq!(block_on(contest.hash_card(&juror, &sealed)).unwrap(), ours, "{count} lines");
        assert_eq!(
            block_on(contest.build_card(&sealed.card)).unwrap(),
            sealed.card.cell().unwrap(),
            "{count} lines"
        );
    }
    let wallet = hall.organs.multisig.address();
    let ours = entry_hash(contest.address(), wallet).unwrap();
    assert_eq!(block_on(contest.entry_hash(wallet)).unwrap(), Digest(ours));
    world.finish();
}

#[test]
fn an_entry_with_other_terms_or_before_the_opening_comes_back() {
    let world = world();
    let mut hall = Hall::funded(&world);
    let (id, spec) = hall.jury_contest();
    let contest = block_on(hall.organs.contest(id)).unwrap();
    let early = enter(&mut hall, &contest, &form(&spec, "early"), 200).unwrap_err();
    assert_exit(&early, 501);
    block_on(hall.clerk.wait_until(spec.open_at)).unwrap();
    let other = EntryForm { terms: Digest::of("other terms"), ..form(&spec, "work") };
    assert_exit(&enter(&mut hall, &contest, &other, 201).unwrap_err(), 505);
    let (entry, key) = enter(&mut hall, &contest, &form(&spec, "work"), 202).unwrap();
    let entries = block_on(contest.entries()).unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!((entries[0].id, entries[0].key, entries[0].member), (entry, key.public_key(), false));
    world.finish();
}

fn assert_exit(error: &Error, code: i32) {
    assert!(matches!(error, Error::Client(error) if error.exit_code() == Some(code)), "{code}: {error}");
}

/// Lets all three outside jurors commit to cards and reveal them.
fn judge(contest: &ContestEscrow<'_>, lines: impl Fn(u32) -> Vec<Line>, clerk: &mut Clerk<'_>) {
    let cards: Vec<_> = (0..3).map(|n| (development::signer(100 + n), sealed(lines(n), n as u8))).collect();
    for (juror, card) in &cards {
        block_on(workflow::commit(contest, card, juror, clerk)).expect("the contest goes on");
    }
    for (juror, card) in &cards {
        block_on(workflow::reveal(contest, card, juror, clerk)).expect("the contest goes on");
    }
}

/// A Jury Contest with a ranking: entries 2 and 1 win, entry 3 is rejected. Gives its id and the winners' keys.
pub(crate) fn ranked_jury_contest(hall: &mut Hall<'_>) -> (u32, Vec<Development>) {
    let (id, spec) = hall.jury_contest();
    let contest = block_on(hall.organs.contest(id)).expect("the contest goes on");
    block_on(hall.clerk.wait_until(spec.open_at)).expect("the contest goes on");
    for index in 200..203 {
        enter(hall, &contest, &form(&spec, &index.to_string()), index).expect("the contest goes on");
    }
    let clerk = &mut hall.clerk;
    assert_eq!(block_on(workflow::draw(&contest, clerk)).expect("the contest goes on").phase, Phase::Commit);
    let lines = |juror| {
        let third = Line::without_score(3, Verdict::Reject, "copied");
        vec![Line::score(1, 5 + juror as u8, "fair"), Line::score(2, 9, "good"), third]
    };
    judge(&contest, lines, clerk);
    let ranking = block_on(workflow::tally(&contest, clerk)).expect("the contest goes on");
    let places: Vec<_> = ranking.iter().map(|rank| (rank.place, rank.entry, rank.prize)).collect();
    assert_eq!(places, [(1, 2, Nano::tokens(250)), (2, 1, Nano::tokens(200))]);
    (id, vec![development::signer(201), development::signer(200)])
}

/// The same, paid and settled.
pub(crate) fn jury_contest_with_two_winners(hall: &mut Hall<'_>) -> (u32, Vec<Development>) {
    let (id, winners) = ranked_jury_contest(hall);
    let contest = block_on(hall.organs.contest(id)).expect("the contest goes on");
    let (eight, clerk) = (members(8), &mut hall.clerk);
    block_on(workflow::confirm_payout(&hall.organs, id, &signers(&eight), clerk))
        .expect("the contest goes on");
    let items = block_on(workflow::pay(&contest, clerk)).expect("the contest goes on");
    assert!(items.iter().all(|item| item.state == ItemState::Sent));
    block_on(workflow::settle(&hall.organs, id, clerk)).expect("the contest goes on");
    (id, winners)
}

#[test]
fn a_rejected_entry_wins_nothing_and_what_nobody_wins_goes_home() {
    let world = world();
    let mut hall = Hall::funded(&world);
    let (id, _) = jury_contest_with_two_winners(&mut hall);
    let contest = block_on(hall.organs.contest(id)).unwrap();
    let spec = block_on(contest.spec()).unwrap();
    let ledger = block_on(contest.ledger()).unwrap();
    let jury = Nano(spec.jury_reward().0 / 3 * 3);
    assert_eq!(ledger.budget.sent.0, Nano::tokens(450).0 + jury.0, "prizes, and thirds of the jury reward");
    assert_eq!(ledger.budget.org_share, Nano::tokens(20));
    assert_eq!(ledger.budget.refunded.0, Nano::tokens(1_120).0 - Nano::tokens(470).0 - jury.0);
    let jurors = block_on(hall.organs.jury_pool.jurors()).unwrap();
    assert_eq!(jurors.len(), 2, "the ranked entrants are jurors now");
    let stage = block_on(hall.organs.treasury.stage(1)).unwrap();
    assert!(stage.refunded >= ledger.budget.refunded);
    assert!(block_on(hall.organs.treasury.ledger()).unwrap().holds);
    world.finish();
}

#[test]
fn t72_a_payout_is_not_confirmed_before_there_is_a_ranking() {
    let world = world();
    let mut hall = Hall::funded(&world);
    let (id, _) = hall.jury_contest();
    let eight = members(8);
    let keys = signers(&eight);
    let error = block_on(workflow::confirm_payout(&hall.organs, id, &keys, &mut hall.clerk)).unwrap_err();
    assert!(error.to_string().starts_with("phase of the contest: funded"), "{error}");
    world.finish();
}

#[test]
fn a_winner_nominates_and_the_full_house_waits() {
    let world = world();
    let mut hall = Hall::funded(&world);
    let (id, spec) = hall.jury_contest();
    let contest = block_on(hall.organs.contest(id)).unwrap();
    block_on(hall.clerk.wait_until(spec.open_at)).unwrap();
    let (entry, key) = enter(&mut hall, &contest, &form(&spec, "work"), 200).unwrap();
    block_on(workflow::draw(&contest, &mut hall.clerk)).unwrap();
    judge(&contest, |_| vec![Line::score(entry, 9, "good")], &mut hall.clerk);
    block_on(workflow::tally(&contest, &mut hall.clerk)).unwrap();
    block_on(contest.nominate(entry, &key)).unwrap().expect_success().unwrap();
    let candidates = block_on(hall.organs.registry.candidates()).unwrap();
    assert_eq!(candidates.len(), 1);
    assert_eq!((candidates[0].key, candidates[0].place, candidates[0].contest_id), (key.public_key(), 1, id));
    world.finish();
}
