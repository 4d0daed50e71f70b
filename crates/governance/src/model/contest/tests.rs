//! Phases, entries, cards, holds, payouts (T54 to T62, T66, T68 to T72).

use ton_abi::Hash;

use super::*;
use crate::contest::{Line, Verdict};
use crate::model::Signed;
use crate::model::contest::Contest;
use crate::model::entry::Form;
use crate::model::fixture::{DAY, ENTRANT, JUROR, START, card_hash, digest, form, key, line, spec, wallet};
use crate::model::judging::CardState;
use crate::model::payout::ItemState;
use crate::organisation::Span;
use crate::payload::SpecJuror;

/// Members 0 to 14 with wallets, stage money here, entries open.
fn open() -> Contest {
    with(spec(2, 100_000, START))
}

fn with(spec: Spec) -> Contest {
    let members = (0..15).map(|n| (key(n), Some(wallet(n)))).collect();
    let mut contest = Contest::new(spec, members, false, 30 * DAY);
    contest.fund(START).expect("it is new");
    contest
}

fn enter(contest: &mut Contest, count: u8) {
    for n in 0..count {
        assert_eq!(contest.submit_entry(&form(ENTRANT + n), START), Ok((n + 1, None)));
    }
}

fn jurors(count: u8) -> Vec<SpecJuror> {
    (JUROR..JUROR + count).map(|n| SpecJuror { key: key(n), addr: wallet(n) }).collect()
}

/// So many entries, and the jury is seated at the end of entries.
fn judging(entries: u8, jury: u8) -> Contest {
    let mut contest = open();
    enter(&mut contest, entries);
    let end = contest.entries_end;
    contest.draw_jury(end).expect("it waits for its jury");
    assert!(contest.seat_jury(&jurors(jury), end));
    contest
}

fn by(n: u8, at: UnixTime, millis: u64) -> Signed {
    Signed { key: key(n), time: ton_abi::UnixMillis(at.millis().0 + millis), expire: at.plus(60) }
}

/// Jurors commit, and reveal these cards.
fn judge(contest: &mut Contest, cards: &[(u8, Vec<Line>)]) {
    let at = contest.entries_end;
    for (n, _) in cards {
        contest.commit_card(&by(*n, at, 1), card_hash(*n), at).expect("a juror commits");
    }
    let at = contest.commit_end;
    for (n, lines) in cards {
        let read = contest.reveal_card(&by(*n, at, 1), card_hash(*n), Some(lines), at);
        assert!(matches!(read, Ok(Ok(_))), "{read:?}");
    }
}

/// Three entries, three jurors with equal cards, tallied at the end of reveals.
fn tallied() -> Contest {
    let mut contest = judging(3, 3);
    let card = vec![line(1, 9), line(2, 7), line(3, 5)];
    judge(&mut contest, &[(JUROR, card.clone()), (JUROR + 1, card.clone()), (JUROR + 2, card)]);
    let end = contest.reveal_end;
    assert_eq!(contest.advance(end), Ok(Advance::Tallied));
    contest.announce_result(end);
    contest
}

#[test]
fn phases_follow_the_clock() {
    let mut contest = Contest::new(spec(2, 1_000, START.plus(60)), BTreeMap::new(), false, 0);
    assert_eq!(contest.phase(START), Phase::Created);
    contest.fund(START).expect("it is new");
    assert_eq!(contest.fund(START), Err(Refusal::BAD_PHASE), "once");
    assert_eq!(contest.phase(START.plus(59)), Phase::Funded);
    assert_eq!(contest.phase(START.plus(60)), Phase::Open);
    contest.submit_entry(&form(ENTRANT), START.plus(60)).expect("it is open");
    let end = contest.entries_end;
    assert_eq!(contest.phase(UnixTime(end.0 - 1)), Phase::Open);
    assert_eq!(contest.phase(end), Phase::Drawing);
    contest.draw_jury(end).expect("it waits for its jury");
    assert!(contest.seat_jury(&jurors(3), end));
    let (commit, reveal) = (end.plus(3 * DAY), end.plus(5 * DAY));
    for (at, phase) in [
        (end, Phase::Commit),
        (UnixTime(commit.0 - 1), Phase::Commit),
        (commit, Phase::Reveal),
        (UnixTime(reveal.0 - 1), Phase::Reveal),
        (reveal, Phase::Reveal),
    ] {
        assert_eq!(contest.phase(at), phase);
    }
}

#[test]
fn without_entries_the_budget_goes_back() {
    let mut contest = open();
    let end = contest.entries_end;
    assert_eq!(contest.phase(end), Phase::Tallied);
    assert_eq!(contest.advance(end), Ok(Advance::Tallied));
    contest.announce_result(end);
    assert!(!contest.books.has_due());
    let by_itself = contest.confirm_by.plus(1);
    let settlement = contest.settle(by_itself).expect("nothing is due");
    assert_eq!((settlement.org, settlement.refund), (Nano::ZERO, contest.total()));
    assert_eq!(settlement.ending, Ending::NoQuorum);
    assert_eq!(contest.phase(by_itself), Phase::Closed);
}

#[test]
fn without_a_jury_there_is_no_quorum_after_sixty_days() {
    let mut contest = open();
    enter(&mut contest, 2);
    let last = UnixTime(contest.entries_end.0 + 60 * DAY - 1);
    assert_eq!(contest.phase(last), Phase::Drawing);
    let over = last.plus(1);
    assert_eq!(contest.phase(over), Phase::Cancelled);
    assert_eq!(contest.draw_jury(over).err(), Some(Refusal::BAD_PHASE));
    assert_eq!(contest.settle(over).err(), Some(Refusal::BAD_PHASE), "it must be recorded first");
    assert_eq!(contest.advance(over), Ok(Advance::Recorded(Phase::Cancelled)));
    assert_eq!(contest.settle(over).err(), Some(Refusal::ITEM_STATE), "deposits are due");
    assert_eq!(contest.pay_next(20, over), Ok(vec![101, 102]));
    assert_eq!(contest.settle(over).err(), Some(Refusal::BAD_TIME));
    let settlement = contest.settle(over.plus(DAY)).expect("a day later");
    assert_eq!(settlement.refund, contest.total());
    assert_eq!(contest.books.deposits.sent, Nano::tokens(10));
}

#[test]
fn t62_a_lazy_jury_gets_a_second_chance_and_then_there_is_no_quorum() {
    let mut contest = judging(2, 3);
    judge(&mut contest, &[(JUROR, vec![line(1, 5)]), (JUROR + 1, vec![line(1, 5)])]);
    let end = contest.reveal_end;
    assert_eq!(contest.advance(UnixTime(end.0 - 1)).err(), Some(Refusal::BAD_PHASE));
    assert_eq!(contest.advance(end), Ok(Advance::Repeated));
    assert_eq!((contest.commit_end, contest.reveal_end), (end.plus(3 * DAY), end.plus(5 * DAY)));
    assert_eq!(contest.phase(end), Phase::Commit);
    assert_eq!(contest.revealed(), 2, "what was revealed counts");
    let end = contest.reveal_end;
    assert_eq!(contest.advance(end), Ok(Advance::Recorded(Phase::Cancelled)));
    assert_eq!(contest.ending, Ending::NoQuorum);
    assert_eq!(contest.books.deposits.due, Nano::tokens(10));
}

#[test]
fn t62_the_third_juror_saves_the_contest_in_the_second_round() {
    let mut contest = judging(2, 3);
    judge(&mut contest, &[(JUROR, vec![line(1, 5)]), (JUROR + 1, vec![line(1, 5)])]);
    let end = contest.reveal_end;
    contest.advance(end).expect("it is repeated");
    contest.commit_card(&by(JUROR + 2, end, 1), card_hash(9), end).expect("a juror commits");
    let at = contest.commit_end;
    let read = contest.reveal_card(&by(JUROR + 2, at, 1), card_hash(9), Some(&[line(1, 8)]), at);
    assert_eq!(read, Ok(Ok(1)));
    let end = contest.reveal_end;
    assert_eq!(contest.advance(end), Ok(Advance::Tallied));
    assert_eq!(contest.ranking[0].points, 18);
}

#[test]
fn t54_entries_are_refused_in_the_order_of_the_contract() {
    let jury = vec![SpecJuror { key: key(50), addr: wallet(50) }];
    let mut contest = with(Spec { max_entries: 2, bootstrap_jury: jury, ..spec(1, 1_000, START.plus(60)) });
    let entrant = form(ENTRANT);
    let bad = Form { terms_accepted: false, link_bytes: 257, fits_seal: false, ..entrant.clone() };
    assert_eq!(contest.submit_entry(&bad, START), Err(Refusal::ENTRIES_CLOSED));
    let now = START.plus(60);
    assert_eq!(contest.submit_entry(&bad, now), Err(Refusal::BAD_TERMS));
    let bad = Form { terms_accepted: true, ..bad };
    assert_eq!(contest.submit_entry(&bad, now), Err(Refusal::TOO_LONG));
    let bad = Form { link_bytes: 256, ..bad };
    assert_eq!(contest.submit_entry(&bad, now), Err(Refusal::HASH_MISMATCH));
    let by_key = Form { key: key(50), ..entrant.clone() };
    let by_wallet = Form { wallet: wallet(50), ..entrant.clone() };
    assert_eq!(contest.submit_entry(&by_key, now), Err(Refusal::JUROR_CONFLICT), "T61");
    assert_eq!(contest.submit_entry(&by_wallet, now), Err(Refusal::JUROR_CONFLICT), "T61");
    assert_eq!(contest.submit_entry(&entrant, now), Ok((1, None)));
    let same_key = Form { wallet: wallet(120), ..entrant.clone() };
    assert_eq!(contest.submit_entry(&same_key, now), Err(Refusal::DUPLICATE_ENTRY));
    assert_eq!(contest.submit_entry(&form(ENTRANT + 1), now), Ok((2, None)));
    assert_eq!(contest.submit_entry(&form(ENTRANT + 2), now), Err(Refusal::ENTRIES_FULL));
    assert_eq!(contest.books.deposits.pot, Nano::tokens(10));
    let end = contest.entries_end;
    assert_eq!(contest.submit_entry(&form(ENTRANT + 2), end), Err(Refusal::ENTRIES_CLOSED));
}

#[test]
fn members_may_enter_flagged_or_not_at_all() {
    let mut contest = open();
    assert_eq!(contest.submit_entry(&form(3), START), Ok((1, Some(key(3)))), "by key");
    let by_wallet = Form { wallet: wallet(4), ..form(ENTRANT) };
    assert_eq!(contest.submit_entry(&by_wallet, START), Ok((2, Some(key(4)))), "by payout address");
    contest.forbid_members = true;
    assert_eq!(contest.submit_entry(&form(5), START), Err(Refusal::MEMBER_ENTRY));
}

#[test]
fn an_entry_is_withdrawn_by_its_wallet_and_its_number_given_again() {
    let mut contest = open();
    enter(&mut contest, 3);
    assert_eq!(contest.withdraw_entry(2, &wallet(ENTRANT), START), Err(Refusal::NOT_PAYEE));
    assert_eq!(contest.withdraw_entry(9, &wallet(ENTRANT), START), Err(Refusal::NOT_FOUND));
    assert_eq!(contest.withdraw_entry(2, &wallet(ENTRANT + 1), START), Ok(Nano::tokens(5)));
    assert!(contest.books.deposits.holds());
    assert_eq!(contest.submit_entry(&form(ENTRANT + 7), START), Ok((2, None)));
    assert_eq!(contest.replace_entry(2, &wallet(ENTRANT + 7), 257, true, START), Err(Refusal::TOO_LONG));
    assert_eq!(contest.replace_entry(2, &wallet(ENTRANT + 7), 20, true, START), Ok(()));
    let end = contest.entries_end;
    let late = contest.withdraw_entry(2, &wallet(ENTRANT + 7), end);
    assert_eq!(late, Err(Refusal::ENTRIES_CLOSED));
}

#[test]
fn t76_sealed_entries_that_nobody_opens_are_not_judged() {
    let mut contest = with(Spec { is_sealed: true, ..spec(2, 1_000, START) });
    enter(&mut contest, 2);
    let (end, wallet) = (contest.entries_end, wallet(ENTRANT));
    assert_eq!(contest.open_entry(1, &wallet, 9, true, UnixTime(end.0 - 1)), Err(Refusal::BAD_TIME));
    assert_eq!(contest.open_entry(1, &wallet, 9, false, end), Err(Refusal::HASH_MISMATCH));
    assert_eq!(contest.open_entry(1, &wallet, 9, true, end), Ok(()));
    assert_eq!(contest.open_entry(1, &wallet, 9, true, end), Err(Refusal::DUPLICATE));
    assert_eq!(contest.open_entry(2, &wallet, 9, true, end), Err(Refusal::NOT_PAYEE));
    let opened = end.plus(DAY);
    assert_eq!(contest.draw_jury(UnixTime(opened.0 - 1)).err(), Some(Refusal::BAD_TIME));
    assert_eq!(contest.open_entry(1, &wallet, 9, true, opened), Err(Refusal::BAD_TIME));
    assert!(contest.draw_jury(opened).is_ok());
    assert_eq!(contest.judged().into_iter().collect::<Vec<_>>(), [1]);
    let mut unopened = with(Spec { is_sealed: true, ..spec(2, 1_000, START) });
    enter(&mut unopened, 2);
    assert_eq!(unopened.phase(opened), Phase::Tallied, "there is nothing to judge");
    assert_eq!(open().open_entry(1, &wallet, 9, true, end), Err(Refusal::BAD_PHASE));
}

#[test]
fn t61_entrants_and_members_are_dropped_from_the_jury() {
    let mut contest = open();
    let by_key = Form { key: key(JUROR), ..form(ENTRANT) };
    let by_wallet = Form { wallet: wallet(JUROR + 1), ..form(ENTRANT + 1) };
    contest.submit_entry(&by_key, START).expect("it is open");
    contest.submit_entry(&by_wallet, START).expect("it is open");
    let end = contest.entries_end;
    contest.draw_jury(end).expect("it waits for its jury");
    let mut drawn = jurors(4);
    drawn.push(SpecJuror { key: key(3), addr: wallet(90) });
    assert!(!contest.seat_jury(&drawn, end), "two are left, three are needed");
    assert_eq!(contest.draw_jury(end.plus(599)).err(), Some(Refusal::BAD_TIME));
    contest.draw_jury(end.plus(600)).expect("ten minutes later");
    assert_eq!(contest.draw_jury(end.plus(600 + 1199)).err(), Some(Refusal::BAD_TIME));
    assert!(contest.seat_jury(&jurors(6), end.plus(600)));
    let seated: Vec<_> = contest.jury.iter().map(|(key, seat)| (*key, seat.index)).collect();
    assert_eq!(seated, (0..4).map(|n| (key(JUROR + 2 + n), n)).collect::<Vec<_>>());
}

#[test]
fn t74_a_member_who_names_a_jurors_wallet_keeps_nobody_out() {
    let mut contest = open();
    contest.submit_entry(&form(ENTRANT), START).expect("it is open");
    let end = contest.entries_end;
    contest.draw_jury(end).expect("it waits for its jury");
    let named = SpecJuror { key: key(90), addr: wallet(3) };
    assert!(contest.seat_jury(&[jurors(2), vec![named]].concat(), end));
    assert_eq!(contest.jury.len(), 3);
}

#[test]
fn t60_cards_are_taken_in_their_phases_alone() {
    let mut contest = judging(2, 3);
    let (start, commit, reveal) = (contest.entries_end, contest.commit_end, contest.reveal_end);
    let card = [line(1, 5)];
    let early = contest.reveal_card(&by(JUROR, start, 1), card_hash(1), Some(&card), start);
    assert_eq!(early, Err(Refusal::BAD_PHASE));
    let last = UnixTime(commit.0 - 1);
    assert_eq!(contest.commit_card(&by(JUROR, last, 1), card_hash(1), last), Ok(()));
    assert_eq!(contest.commit_card(&by(JUROR, commit, 1), card_hash(1), commit), Err(Refusal::BAD_PHASE));
    let late = contest.reveal_card(&by(JUROR, reveal, 1), card_hash(1), Some(&card), reveal);
    assert_eq!(late, Err(Refusal::BAD_PHASE));
    let last = UnixTime(reveal.0 - 1);
    assert_eq!(contest.reveal_card(&by(JUROR, last, 1), card_hash(1), Some(&card), last), Ok(Ok(1)));
}

#[test]
fn t57_t59_a_card_counts_once_and_only_as_committed() {
    let mut contest = judging(2, 3);
    let at = contest.entries_end;
    let stranger = contest.commit_card(&by(1, at, 1), card_hash(1), at);
    assert_eq!(stranger, Err(Refusal::NOT_JUROR));
    assert_eq!(contest.commit_card(&by(JUROR, at, 0), card_hash(1), at), Err(Refusal::REPLAYED));
    assert_eq!(contest.commit_card(&by(JUROR, at, 1), Hash([0; 32]), at), Err(Refusal::LIMIT));
    for millis in 1..=5 {
        assert_eq!(contest.commit_card(&by(JUROR, at, millis), card_hash(1), at), Ok(()));
    }
    assert_eq!(contest.commit_card(&by(JUROR, at, 6), card_hash(1), at), Err(Refusal::LIMIT), "T81");
    let (at, card) = (contest.commit_end, [line(1, 5)]);
    let copied = contest.reveal_card(&by(JUROR, at, 1), card_hash(2), Some(&card), at);
    assert_eq!(copied, Err(Refusal::BAD_COMMIT));
    let silent = contest.reveal_card(&by(JUROR + 1, at, 1), card_hash(1), Some(&card), at);
    assert_eq!(silent, Err(Refusal::BAD_COMMIT));
    assert_eq!(contest.reveal_card(&by(JUROR, at, 2), card_hash(1), Some(&card), at), Ok(Ok(1)));
    let again = contest.reveal_card(&by(JUROR, at, 3), card_hash(1), Some(&card), at);
    assert_eq!(again, Err(Refusal::ALREADY_REVEALED));
    assert_eq!((contest.stats(1).points, contest.stats(1).votes), (5, 1));
}

#[test]
fn t56_a_malformed_card_is_consumed_and_counts_for_nothing() {
    let verdict = |entry, verdict, score| Line { verdict, score, ..line(entry, 1) };
    let no_comment = Line { comment: digest(0), ..line(1, 5) };
    let cards = [
        (vec![], 509),
        (vec![line(3, 5)], 509),
        (vec![line(0, 5)], 509),
        (vec![line(1, 5), line(1, 5)], 509),
        (vec![line(2, 5), line(1, 5)], 509),
        (vec![no_comment], 509),
        (vec![line(1, 0)], 510),
        (vec![line(1, 11)], 510),
        (vec![verdict(1, Verdict::Abstain, 3)], 510),
        (vec![verdict(1, Verdict::Reject, 11)], 510),
    ];
    for (card, reason) in cards {
        let mut contest = judging(2, 3);
        let at = contest.entries_end;
        contest.commit_card(&by(JUROR, at, 1), card_hash(1), at).expect("a juror commits");
        let at = contest.commit_end;
        let read = contest.reveal_card(&by(JUROR, at, 1), card_hash(1), Some(&card), at);
        assert_eq!(read, Ok(Err(reason)), "{card:?}");
        assert_eq!(contest.jury[&key(JUROR)].state, CardState::Invalid);
        assert!(contest.scores.is_empty());
        let again = contest.reveal_card(&by(JUROR, at, 2), card_hash(1), Some(&[line(1, 5)]), at);
        assert_eq!(again, Err(Refusal::ALREADY_REVEALED));
    }
}

#[test]
fn verdicts_are_counted_apart_and_recusals_are_not_paid() {
    let mut contest = judging(4, 3);
    let say = |entry, verdict| Line { verdict, score: 0, ..line(entry, 1) };
    let card = vec![line(1, 10), say(2, Verdict::Abstain), say(3, Verdict::Reject), say(4, Verdict::Recuse)];
    judge(&mut contest, &[(JUROR, card)]);
    let counts = |entry| {
        let stats = contest.stats(entry);
        (stats.votes, stats.abstained, stats.rejected, stats.recused)
    };
    assert_eq!(
        (1..=4).map(counts).collect::<Vec<_>>(),
        [(1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)]
    );
    assert_eq!(contest.jury[&key(JUROR)].comments, 3);
}

#[test]
fn a_tally_turns_the_budget_into_items() {
    let contest = tallied();
    let amount = |item| contest.books.items.get(&item).map(|item| item.amount);
    assert_eq!(amount(1), Some(Nano::tokens(40_000)));
    assert_eq!(amount(3), Some(Nano::tokens(15_000)));
    assert_eq!(amount(65), Some(Nano(Nano::tokens(10_000).0 / 3)));
    assert_eq!(amount(101), Some(Nano::tokens(5)));
    assert_eq!(contest.books.budget.org_share, Nano::tokens(2_000));
    assert!(contest.books.budget.holds() && contest.books.deposits.holds());
}

#[test]
fn the_deposit_of_a_rejected_entry_is_forfeited() {
    let mut contest = judging(2, 3);
    let reject = Line { verdict: Verdict::Reject, score: 0, ..line(2, 1) };
    let card = vec![line(1, 9), reject];
    judge(&mut contest, &[(JUROR, card.clone()), (JUROR + 1, card.clone()), (JUROR + 2, card)]);
    let end = contest.reveal_end;
    contest.advance(end).expect("it is tallied");
    assert!(!contest.books.items.contains_key(&102));
    assert_eq!((contest.books.deposits.due, contest.books.deposits.pot), (Nano::tokens(5), Nano::tokens(5)));
}

#[test]
fn i16_before_payable_only_deposits_leave() {
    let mut contest = tallied();
    let now = contest.reveal_end;
    assert_eq!(contest.phase(now), Phase::Confirm);
    assert_eq!(contest.pay_next(20, now), Ok(vec![101, 102, 103]));
    assert_eq!(contest.pay_next(20, now), Err(Refusal::NOT_PAYABLE));
    assert_eq!(contest.claim(1, &wallet(ENTRANT), now), Err(Refusal::NOT_PAYABLE));
    assert_eq!(contest.confirm(now), Ok(()));
    assert_eq!(contest.pay_next(2, now), Ok(vec![1, 2]));
    assert_eq!(contest.pay_next(0, now), Err(Refusal::LIMIT));
    assert_eq!(contest.pay_next(21, now), Err(Refusal::LIMIT));
    assert_eq!(contest.pay_next(20, now), Ok(vec![3, 65, 66, 67]));
}

#[test]
fn t72_nothing_is_confirmed_before_the_tally_and_a_hold_outlives_a_confirmation() {
    let mut contest = judging(1, 3);
    assert_eq!(contest.confirm(contest.entries_end), Err(Refusal::NOT_PAYABLE));
    let mut contest = tallied();
    let now = contest.reveal_end;
    contest.hold(now.plus(DAY), now).expect("it waits for confirmation");
    assert_eq!(contest.confirm(now), Ok(()));
    assert_eq!(contest.phase(now.plus(DAY - 1)), Phase::Held);
    assert_eq!(contest.phase(now.plus(DAY)), Phase::Payable);
    assert_eq!(contest.confirm(now.plus(DAY)), Ok(()), "it is open already");
}

#[test]
fn t71_an_unconfirmed_payout_opens_by_itself_and_holds_are_bounded() {
    let mut contest = tallied();
    let now = contest.reveal_end;
    assert_eq!(contest.phase(contest.confirm_by), Phase::Confirm);
    assert_eq!(contest.phase(contest.confirm_by.plus(1)), Phase::Payable);
    assert_eq!(contest.hold(now, now), Err(Refusal::BAD_TIME));
    assert_eq!(contest.hold(now.plus(30 * DAY + 1), now), Err(Refusal::LIMIT));
    assert_eq!(contest.hold(now.plus(20 * DAY), now), Ok(()));
    assert_eq!(contest.hold(now.plus(20 * DAY), now), Ok(()), "the same again");
    assert_eq!(contest.hold(now.plus(19 * DAY), now), Err(Refusal::BAD_TIME));
    assert_eq!(contest.hold(now.plus(30 * DAY), now), Ok(()));
    assert_eq!(contest.hold(now.plus(31 * DAY), now), Err(Refusal::LIMIT));
    let over = now.plus(30 * DAY);
    assert_eq!(contest.phase(UnixTime(over.0 - 1)), Phase::Held);
    assert_eq!(contest.phase(over), Phase::Payable, "its window passed meanwhile");
    assert_eq!(contest.hold(over.plus(DAY), over), Err(Refusal::BAD_PHASE));
}

#[test]
fn t65_t66_deadlines_only_move_to_later_times() {
    let mut contest = open();
    let end = contest.entries_end;
    assert_eq!(contest.extend(Phase::Open, UnixTime(end.0 - 1), START), Err(Refusal::BAD_TIME));
    assert_eq!(contest.extend(Phase::Open, START.plus(90 * DAY + 1), START), Err(Refusal::BAD_TIME));
    assert_eq!(contest.extend(Phase::Commit, end, START), Err(Refusal::BAD_PHASE));
    assert_eq!(contest.extend(Phase::Open, end.plus(DAY), START), Ok(()));
    assert_eq!(contest.extend(Phase::Open, end.plus(DAY), START), Ok(()), "the same again");
    assert_eq!(contest.phase(end), Phase::Open);
    assert_eq!(contest.extend(Phase::Tallied, end.plus(DAY), START), Err(Refusal::BAD_PHASE));
    let mut contest = judging(1, 3);
    let (now, commit, reveal) = (contest.entries_end, contest.commit_end, contest.reveal_end);
    assert_eq!(contest.extend(Phase::Open, now.plus(DAY), now), Err(Refusal::BAD_PHASE));
    assert_eq!(contest.extend(Phase::Commit, commit.plus(DAY), now), Ok(()));
    assert_eq!(contest.reveal_end, reveal.plus(DAY), "reveals keep their length");
    assert_eq!(contest.extend(Phase::Reveal, reveal.plus(2 * DAY), now), Ok(()));
    let over = reveal.plus(2 * DAY);
    assert_eq!(contest.extend(Phase::Reveal, over.plus(DAY), over), Err(Refusal::BAD_PHASE));
}

/// Everything but the prize of entry 1, which came back, is paid; settled.
fn settled() -> Contest {
    let mut contest = tallied();
    let now = contest.reveal_end;
    contest.confirm(now).expect("it waits for confirmation");
    contest.pay_next(20, now).expect("items are due");
    assert!(contest.books.bounced(1, Nano::tokens(40_000)));
    contest.settle(now.plus(DAY)).expect("nothing is due");
    contest
}

#[test]
fn t68_a_payout_that_came_back_is_claimed_by_its_payee_once() {
    let mut contest = settled();
    let now = contest.reveal_end.plus(2 * DAY);
    assert_eq!(contest.books.items[&1].state, ItemState::Failed);
    assert!(!contest.books.bounced(1, Nano::tokens(40_000)), "it came back once");
    assert_eq!(contest.claim(1, &wallet(7), now), Err(Refusal::NOT_PAYEE));
    assert_eq!(contest.claim(1, &wallet(ENTRANT), now), Ok(Nano::tokens(40_000)));
    assert_eq!(contest.claim(1, &wallet(ENTRANT), now), Err(Refusal::ITEM_STATE), "T69");
    assert_eq!(contest.claim(60, &wallet(ENTRANT), now), Err(Refusal::ITEM_STATE));
    assert!(contest.books.bounced(1, Nano::tokens(39_999)), "its wallet burned a token");
    assert_eq!(contest.claim(1, &wallet(ENTRANT), now), Ok(Nano::tokens(39_999)));
    assert!(contest.books.budget.holds());
}

#[test]
fn unclaimed_payouts_go_back_after_180_days() {
    let mut contest = settled();
    let settled_at = contest.reveal_end.plus(DAY);
    assert_eq!(tallied().sweep(settled_at), Err(Refusal::BAD_PHASE));
    let due = settled_at.plus(180 * DAY);
    assert_eq!(contest.sweep(UnixTime(due.0 - 1)), Err(Refusal::BAD_TIME));
    assert_eq!(contest.sweep(due), Ok(Nano::tokens(40_000)));
    assert_eq!(contest.sweep(due.plus(1_199)), Err(Refusal::BAD_TIME), "twice 10 min after the first time");
    assert_eq!(contest.sweep(due.plus(1_200)), Err(Refusal::NOT_FOUND));
    assert_eq!(contest.claim(1, &wallet(ENTRANT), due), Err(Refusal::ITEM_STATE));
    assert!(contest.books.budget.holds());
}

#[test]
fn only_the_first_three_places_may_ask_for_a_seat() {
    let mut contest = judging(5, 3);
    let card: Vec<_> = (1..=5).map(|entry| line(entry, 10 - entry)).collect();
    judge(&mut contest, &[(JUROR, card.clone()), (JUROR + 1, card.clone()), (JUROR + 2, card)]);
    let end = contest.reveal_end;
    let early = contest.nominate(1, &key(ENTRANT), None, end);
    assert_eq!(early, Err(Refusal::BAD_PHASE));
    contest.advance(end).expect("it is tallied");
    contest.announce_result(end);
    let place =
        |contest: &mut Contest, n: u8| contest.nominate(n + 1, &key(ENTRANT + n), None, end).map(|it| it.0);
    assert_eq!(place(&mut contest, 0), Ok(1));
    assert_eq!(place(&mut contest, 0), Err(Refusal::DUPLICATE));
    assert_eq!(place(&mut contest, 2), Ok(3));
    assert_eq!(place(&mut contest, 3), Err(Refusal::NOT_WINNER));
    assert_eq!(contest.nominate(2, &key(ENTRANT), None, end), Err(Refusal::NOT_PAYEE));
    assert_eq!(contest.nominate(9, &key(ENTRANT), None, end), Err(Refusal::NOT_FOUND));
    let by_wallet = contest.nominate(2, &key(0), Some(&wallet(ENTRANT + 1)), end);
    assert_eq!(by_wallet.map(|it| it.0), Ok(2));
}

#[test]
fn spans_of_the_proposal_are_used() {
    let contest = with(Spec { commit_span: Span::days(9), ..spec(2, 1_000, START) });
    assert_eq!(contest.spec.commit_span.0, 9 * DAY);
}
