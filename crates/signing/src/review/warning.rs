use ton_abi::AbiHeaderType;

use super::argument::{Argument, Inside};
use super::{Reading, Review};

/// Something that the reader of a message has to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Stable name.
    pub code: &'static str,
    /// How grave it is.
    pub level: Level,
    /// What it is, in a sentence.
    pub text: String,
}

/// How grave a warning is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing is signed unless it is accepted by its name.
    Accept,
    /// To be read.
    Note,
}

/// Calls of the built-in contracts that say by a number only what they are about.
const BLIND: &[(&str, &str, &str)] = &[
    ("Multisig", "confirmTransaction", "what the transaction pays, and to whom"),
    ("Multisig", "executeTransaction", "what the transaction pays, and to whom"),
    ("Multisig", "rejectTransaction", "what the transaction pays, and to whom"),
    ("Multisig", "revokeConfirmation", "what the transaction pays, and to whom"),
    ("Multisig", "confirmUpdate", "which custodians or which code the update gives to the wallet"),
    ("Multisig", "executeUpdate", "which custodians the update gives to the wallet"),
    ("Proposal", "vote", "what the proposal at this address decides"),
    ("ContestEscrow", "commitCard", "which scores the card has: it is a hash"),
];

/// Spans in seconds.
const BEHIND: u32 = 600;
const LONG: u32 = 7 * 86_400;

pub(super) fn all(review: &Review, own: &Reading<'_>, best: &Reading<'_>) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut say = |level, code, text: String| warnings.push(Warning { code, level, text });
    interface(review, own, best, &mut say);
    meaning(review, &mut say);
    time(review, best, &mut say);
    if !best.abi.has_header(AbiHeaderType::PublicKey) || review.public_key.is_none() {
        say(Level::Note, "key-not-named", "the message does not say whose signature it needs".into());
    }
    if review.network.development {
        let text =
            "the file says that its network is one for development: only there may development keys sign";
        say(Level::Note, "development", text.into());
    }
    warnings.sort_by_key(|warning| warning.level);
    warnings
}

/// Whether the interface in the file can be believed, and what it changes.
fn interface(
    review: &Review,
    own: &Reading<'_>,
    best: &Reading<'_>,
    say: &mut impl FnMut(Level, &'static str, String),
) {
    if review.contracts.is_empty() {
        let text =
            "no built-in contract has this function: its name and arguments are what the file says they are";
        say(Level::Accept, "unknown-interface", text.into());
    } else if own.call.name != best.call.name
        || own.call.json() != best.call.json()
        || own.header != best.header
    {
        let text = format!(
            "the interface in the file reads the same bytes differently, as a call of {}: the built-in one is shown",
            ton_abi::printable(&own.call.name)
        );
        say(Level::Accept, "other-interface", text);
    }
    if !own.signs_address() {
        let known = own.signs_address() == best.signs_address() && !review.contracts.is_empty();
        let text = "the address is not part of what is signed: the signature is good for every such contract with this key";
        say(if known { Level::Note } else { Level::Accept }, "address-not-signed", text.into());
    }
    if let [_, others @ ..] = review.contracts.as_slice()
        && !others.is_empty()
    {
        let text =
            format!("the same call exists in {}: which one it is, the address decides", others.join(", "));
        say(Level::Note, "several-contracts", text);
    }
    match review.deploys {
        Some((None, hash)) => {
            let text = format!("the message deploys code that is not built in, with the hash {hash}");
            say(Level::Accept, "unknown-code", text);
        }
        Some((Some(name), _)) if !review.contracts.contains(&name) => {
            let text = format!("the code that is deployed is that of {name}, which has no such function");
            say(Level::Accept, "other-code", text);
        }
        _ => {}
    }
}

/// What the call does that a reader may overlook, or that nobody can see in it.
fn meaning(review: &Review, say: &mut impl FnMut(Level, &'static str, String)) {
    let contract = review.contracts.first().copied().unwrap_or_default();
    let called =
        |(name, function, _): &&(&str, &str, &str)| (*name, *function) == (contract, &*review.function);
    if let Some((.., what)) = BLIND.iter().find(called) {
        let text = format!("this message cannot tell {what}: only the claims of the preparing machine do");
        say(Level::Note, "blind", text);
    }
    if contract == "Multisig" {
        if sends_everything(review) {
            say(
                Level::Note,
                "all-balance",
                "everything that the wallet has is sent, whatever the value says".into(),
            );
        }
        if review.function == "sendTransaction" {
            let text = "the wallet pays at once, without the confirmations of other custodians";
            say(Level::Note, "at-once", text.into());
        }
        if review.function.ends_with("Update") {
            say(Level::Note, "takes-over", "it is about who controls the wallet, or about its code".into());
        }
    }
    if has_unknown(&review.arguments) {
        let text = "a part of the message is known to no built-in interface: what its receiver does with it, nobody can tell here";
        say(Level::Note, "unknown-payload", text.into());
    }
    if review.arguments.iter().any(|it| it.name == "stateInit" && it.cell.is_some()) {
        say(Level::Note, "deploys", "the payment puts code at its destination".into());
    }
}

/// Flag 128 of a message, or the switch that stands for it.
fn sends_everything(review: &Review) -> bool {
    review.arguments.iter().any(|argument| match argument.name.as_str() {
        "allBalance" | "flag128" => argument.value == true,
        "flags" => argument
            .value
            .as_str()
            .and_then(|flags| flags.parse::<u8>().ok())
            .is_some_and(|flags| flags & 128 != 0),
        _ => false,
    })
}

fn has_unknown(arguments: &[Argument]) -> bool {
    arguments.iter().any(|argument| {
        let inside = match &argument.inside {
            Some(Inside::Unknown { .. }) => true,
            Some(Inside::Call { arguments, .. } | Inside::Action { arguments, .. }) => has_unknown(arguments),
            _ => false,
        };
        inside || has_unknown(&argument.parts)
    })
}

fn time(review: &Review, best: &Reading<'_>, say: &mut impl FnMut(Level, &'static str, String)) {
    let (now, clock) = (review.clock.now.0, review.clock.words());
    match review.expire.filter(|_| best.abi.has_header(AbiHeaderType::Expire)) {
        None => {
            let text = "the message never expires: whoever has the signature can send it at any later time";
            say(Level::Accept, "no-expiry", text.into());
        }
        Some(expire) if expire.0 <= now => {
            let text = format!("it expired at {} UTC, by {clock}", expire.utc());
            say(Level::Note, "expired", text);
        }
        Some(expire) if expire.0 - now > LONG => {
            let text = format!(
                "it stays good for {} days; until then whoever has the signature can send it",
                (expire.0 - now) / 86_400
            );
            say(Level::Note, "long-lived", text);
        }
        Some(_) => {}
    }
    if review.claims.prepared_at.0 > now.saturating_add(BEHIND) {
        let text = format!(
            "the file says that it was prepared at {} UTC, which is later than {clock} ({} UTC)",
            review.claims.prepared_at.utc(),
            review.clock.now.utc()
        );
        say(Level::Note, "clock", text);
    }
}
