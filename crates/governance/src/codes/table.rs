//! The table itself. Source: the bands of the specification, and SafeMultisig for the multisig's first band.

use super::{Area, Band, Code};

const fn code(
    area: Area,
    number: i32,
    name: &'static str,
    meaning: &'static str,
    hint: &'static str,
) -> Code {
    Code { number, name, area, meaning, hint }
}

use Area::{Common, Contest, Giver, JuryPool, Multisig, Proposal, Registry, Treasury};

const fn band(first: i32, last: i32, title: &'static str) -> Band {
    Band { first, last, title }
}

/// The bands of numbers, lowest first; every code lies in one.
pub const BANDS: &[Band] = &[
    band(52, 57, "every contract: numbers that clients know"),
    band(100, 136, "multisig and giver: the numbers of SafeMultisig where they have the same case"),
    band(150, 169, "common to all contracts"),
    band(200, 239, "member registry"),
    band(300, 319, "proposal"),
    band(400, 429, "treasury"),
    band(500, 549, "contest"),
    band(600, 609, "jury pool"),
];

/// All codes in the order of their numbers.
#[rustfmt::skip]
pub const TABLE: &[Code] = &[
    code(Common, 52, "REPLAYED", "the message was already taken, or its time is not newer than the signer's last one", "send it again with a new time"),
    code(Common, 57, "EXPIRED", "the message is expired, lives too long or is dated in the future", "sign it again with an expiry in the near future"),

    code(Multisig, 100, "NOT_CUSTODIAN", "the message is not signed by a custodian", "sign with the key of one of the wallet's custodians"),
    code(Giver, 101, "NOT_OWNER", "the message is not signed by the giver's owner", "sign with the giver's key"),
    code(Multisig, 102, "NO_TRANSACTION", "no transaction with this id is waiting (the giver: the message was already taken)", "list the waiting transactions; it may be executed, rejected or expired"),
    code(Multisig, 103, "ALREADY_CONFIRMED", "this custodian has already confirmed it", "another custodian has to confirm"),
    code(Multisig, 107, "VALUE_TOO_LOW", "the value is below the least that can be sent", "send more"),
    code(Multisig, 108, "NOT_SINGLE_CUSTODIAN", "only a wallet with one custodian can send at once", "submit the transaction and let the others confirm"),
    code(Multisig, 113, "TOO_MANY_REQUESTS", "this custodian already has the greatest number of waiting transactions", "wait until one is done or expired, or clean up"),
    code(Multisig, 115, "NO_UPDATE", "no update with this id is waiting", "list the waiting updates"),
    code(Multisig, 116, "UPDATE_ALREADY_CONFIRMED", "this custodian has already confirmed the update", "another custodian has to confirm"),
    code(Multisig, 117, "BAD_CUSTODIANS", "the list of custodians is empty, too long or names a key twice or the key 0", "give 1 to 32 distinct keys"),
    code(Multisig, 119, "CODE_HASH_MISMATCH", "the code does not have the hash that was confirmed, or is missing", "send the code that the custodians confirmed"),
    code(Multisig, 120, "NOT_CONFIRMED", "what the call needs is not confirmed by enough custodians", "let more custodians confirm it; only an own confirmation can be taken back"),
    code(Multisig, 121, "PAYLOAD_TOO_BIG", "the payload has too many cells or bits", "shorten the payload"),
    code(Multisig, 125, "CODE_NOT_EXPECTED", "code was sent for an update that does not change the code", "send the update without code"),
    code(Multisig, 128, "BAD_THRESHOLD", "the number of confirmations is 0 or above the number of custodians", "choose between 1 and the number of custodians"),
    code(Multisig, 129, "NOT_CONTROLLER", "only the controller of the wallet may do this, and not every wallet may have one", "act through the registry"),
    code(Multisig, 130, "STALE_EPOCH", "the request was made for an earlier set of custodians", "submit it again for the set of today"),
    code(Multisig, 131, "POLICY", "the wallet's policy forbids these flags or this destination", "pay to an allowed address with plain flags"),
    code(Multisig, 132, "EXCLUDED_SIGNER", "this custodian has an interest in the payment and may not confirm it", "another custodian has to confirm"),
    code(Multisig, 133, "ALREADY_REJECTED", "this custodian has already rejected it", "another custodian has to act"),
    code(Multisig, 134, "NOT_READY", "the transaction has too few confirmations to be executed", "let more custodians confirm it"),
    code(Multisig, 135, "LIFETIME_OVER", "the time to confirm is over", "submit the transaction again"),
    code(Multisig, 136, "DOWNGRADE", "the new code is older than the state it would take over", "update to a newer code"),

    code(Common, 150, "BAD_SENDER", "the message does not come from the contract that may send it", "nothing to do by hand: the right contract has to send it"),
    code(Common, 151, "LOW_VALUE", "the message carries too little money", "attach more"),
    code(Common, 152, "BAD_PHASE", "the contract is in another phase", "look at the phase and wait for the right one"),
    code(Common, 153, "BAD_TIME", "it is too early or too late for this", "look at the deadlines"),
    code(Common, 154, "TOO_LONG", "a text, a list or a payload is too long", "shorten it"),
    code(Common, 155, "LIMIT", "a count or a value is out of its limits", "stay within the limits, or wait until a used up one is renewed"),
    code(Common, 156, "DUPLICATE", "this was already given", "nothing to do: it is there"),
    code(Common, 157, "NOT_FOUND", "there is nothing with this id, or nothing to do", "check the id"),
    code(Common, 160, "LOW_BALANCE", "the contract's balance is too low to act", "send it some money for gas"),
    code(Common, 161, "BAD_ADDRESS", "the address is not a standard one of workchain 0, or is the zero address", "give a full address like 0: and 64 hexadecimal digits"),
    code(Common, 162, "HASH_MISMATCH", "the content does not have the expected hash", "send exactly what was announced"),

    code(Registry, 200, "NOT_MEMBER", "the signer is not a member", "sign with a member's key"),
    code(Registry, 201, "UNDER_MIN", "there are fewer members than the minimum", "admit members first"),
    code(Registry, 202, "FULL", "all seats are taken", "wait for the next cycle"),
    code(Registry, 203, "TOO_MANY_OPEN", "too many proposals are open", "wait until one is closed"),
    code(Registry, 204, "BAD_ACTION", "the proposal's action is unknown or malformed", "build it with these tools"),
    code(Registry, 205, "PARAMS_BOUND", "a parameter is out of its bounds", "choose a value within the bounds"),
    code(Registry, 206, "ALREADY_CANDIDATE", "this key is already a candidate", "nothing to do"),
    code(Registry, 207, "PLACE_TOO_LOW", "only places 1 to 3 may propose themselves", "win a better place"),
    code(Registry, 208, "CANDIDACY_EXPIRED", "the candidacy is expired", "nominate again after another contest"),
    code(Registry, 209, "CYCLE_NOT_OVER", "the cycle is not over", "wait for its end"),
    code(Registry, 210, "JUROR_CANNOT_BE_MEMBER", "a juror cannot be a member at the same time", "leave the jury pool first"),
    code(Registry, 211, "ALREADY_INIT", "this was already set up", "nothing to do"),
    code(Registry, 212, "UPGRADE_NOT_APPROVED", "no approved upgrade fits", "pass a proposal and wait for its delay"),
    code(Registry, 213, "NOT_LIVE", "the registry is not live yet", "wait until its founders have finished the set-up"),

    code(Proposal, 300, "NOT_ELECTOR", "the signer had no vote when the proposal was made", "sign with an elector's key"),
    code(Proposal, 301, "CLOSED", "the proposal is closed", "see how it stands with `subgov proposal show`; one that others have voted on cannot be taken back"),
    code(Proposal, 302, "NOT_PASSED", "the proposal is not passed", "see how it stands with `subgov proposal show`: it may lack votes, or be carried out already"),
    code(Proposal, 303, "DELAY", "the delay before execution is not over", "wait for its end"),
    code(Proposal, 304, "GRACE_OVER", "the time for execution is over", "propose again"),
    code(Proposal, 305, "RECOUNT_FAILED", "counted over the members of today, the votes are too few", "let more members vote"),
    code(Proposal, 306, "IN_PROGRESS", "an execution is already under way", "wait for its answer"),
    code(Proposal, 307, "NOT_PROPOSER", "only the proposer may do this", "ask the proposer"),
    code(Proposal, 308, "EXCLUDED_ELECTOR", "this member has an interest in the proposal and has no vote on it", "other members have to vote"),

    code(Treasury, 400, "STAGE_GATE", "the previous stage is not closed", "close the previous stage first"),
    code(Treasury, 401, "STAGE_NOT_ACTIVE", "the stage is not active", "fund the stage first"),
    code(Treasury, 402, "INSUFFICIENT", "the fund does not hold that much", "ask for less, or fund it"),
    code(Treasury, 403, "OPEN_CONTESTS", "a contest of the stage is still open", "wait until it is closed"),
    code(Treasury, 404, "UNPUBLISHED", "results of a contest are not published", "publish them"),
    code(Treasury, 405, "PLAN_LOCKED", "the plan of this stage cannot change any more", "amend a later stage"),
    code(Treasury, 406, "UNKNOWN_ESCROW", "the sender is not an escrow of this treasury", "nothing to do by hand"),
    code(Treasury, 407, "OVER_PLAN", "the sum is above the plan", "ask for less, or amend the plan"),

    code(Contest, 500, "NOT_FUNDED", "the contest's money is not there yet", "wait for the treasury"),
    code(Contest, 501, "ENTRIES_CLOSED", "the contest takes no entries now", "look at its deadlines"),
    code(Contest, 502, "DUPLICATE_ENTRY", "there is an entry with this content or from this sender", "replace the entry"),
    code(Contest, 503, "JUROR_CONFLICT", "a juror of this contest cannot take part in it", "recuse before entries close"),
    code(Contest, 504, "MEMBER_ENTRY", "members may not take part in this contest", "nothing to do"),
    code(Contest, 505, "BAD_TERMS", "the accepted terms or the key signature are wrong", "accept the terms of this contest and sign with the entry's key"),
    code(Contest, 506, "NO_TICKET", "this round is open to winners of the round before only", "request a ticket from that contest"),
    code(Contest, 507, "NOT_JUROR", "the signer is not a juror of this contest", "sign with a juror's key"),
    code(Contest, 508, "BAD_COMMIT", "card and salt do not give the committed hash", "reveal exactly what was committed"),
    code(Contest, 509, "BAD_CARD", "the score card is malformed (reason in the event CardInvalid, never an exit code)", "score every entry once"),
    code(Contest, 510, "BAD_SCORE", "a score is out of range (reason in the event CardInvalid, never an exit code)", "score from the lowest to the highest mark"),
    code(Contest, 511, "ALREADY_REVEALED", "this juror's card is already revealed", "nothing to do"),
    code(Contest, 512, "HELD", "the payout is held", "wait for the end of the hold"),
    code(Contest, 513, "NOT_PAYABLE", "payouts are not open yet", "wait for confirmation or its time-out"),
    code(Contest, 514, "ITEM_STATE", "the payout item is in another state", "look at the item"),
    code(Contest, 515, "NOT_PAYEE", "only the payee may do this", "act from the payee's wallet or key"),
    code(Contest, 516, "NOT_WINNER", "the entry has no winning place", "nothing to do"),
    code(Contest, 517, "ENTRIES_FULL", "the contest has the greatest number of entries", "nothing to do"),

    code(JuryPool, 600, "NOT_AUTHORISED", "this contest may not use the jury pool", "the registry has to authorise it"),
    code(JuryPool, 601, "NOT_IN_POOL", "the signer is not in the jury pool", "sign with a juror's key"),
    code(JuryPool, 602, "IS_MEMBER", "a member cannot be a juror", "leave the member's seat first"),
    code(JuryPool, 603, "SUSPENDED", "this juror is suspended", "win a place in a jury contest again: time alone does not end it"),
];
