//! What the wallet's functions take and give.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use ton_abi::{Address, Boc, Cell, Nano, PublicKey, UnixTime};

use crate::Roster;

/// Identity of a queued transaction, given by the wallet; later ones are larger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
pub struct TransactionId(#[serde(with = "ton_abi::number")] pub u64);

impl fmt::Display for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A decimal number, or a hexadecimal one after `0x`.
impl FromStr for TransactionId {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        match text.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16),
            None => text.parse(),
        }
        .map(Self)
    }
}

/// A set of custodians: bit `i` stands for the one with index `i`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub struct Mask(#[serde(with = "ton_abi::number")] pub u32);

impl Mask {
    /// Whether the custodian with this index is in the set.
    pub fn has(self, index: u8) -> bool {
        self.0.checked_shr(index.into()).is_some_and(|bits| bits & 1 == 1)
    }

    /// The custodians in the set, in the order given.
    pub fn of(self, custodians: &[Custodian]) -> impl Iterator<Item = &Custodian> {
        custodians.iter().filter(move |custodian| self.has(custodian.index))
    }

    /// Names of the custodians in the set.
    pub fn names(self, custodians: &[Custodian], roster: &Roster) -> Vec<String> {
        self.of(custodians).map(|custodian| roster.label(&custodian.key)).collect()
    }
}

/// A payment that custodians decide on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Recipient.
    pub to: Address,
    /// Amount; ignored if `all_balance`.
    pub value: Nano,
    /// Whether the money comes back when the recipient cannot take it.
    pub bounce: bool,
    /// Whether the whole balance is sent.
    pub all_balance: bool,
    /// Body of the message.
    pub payload: Option<Cell>,
}

impl Payment {
    /// A plain payment. It does not come back if there is no contract at the recipient's address yet.
    pub fn new(to: Address, value: Nano) -> Self {
        Self { to, value, bounce: false, all_balance: false, payload: None }
    }

    /// Parameters of `submitTransaction`.
    pub(crate) fn params(&self) -> Value {
        json!({
            "dest": self.to.to_string(),
            "value": self.value,
            "bounce": self.bounce,
            "allBalance": self.all_balance,
            "payload": self.payload.as_ref().map(Boc::encode_base64).unwrap_or_default(),
        })
    }
}

/// A custodian of a wallet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Custodian {
    /// Place in the masks.
    #[serde(with = "ton_abi::number")]
    pub index: u8,
    /// Public key.
    #[serde(rename = "pubkey")]
    pub key: PublicKey,
}

/// Limits and settings of a wallet.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Parameters {
    /// Waiting transactions of one custodian at most.
    #[serde(with = "ton_abi::number")]
    pub max_queued_transactions: u8,
    /// Custodians at most.
    #[serde(with = "ton_abi::number")]
    pub max_custodian_count: u8,
    /// Life of a transaction in seconds.
    #[serde(with = "ton_abi::number")]
    pub expiration_time: u64,
    /// Least amount that can be submitted.
    pub min_value: Nano,
    /// Confirmations that a transaction needs.
    #[serde(with = "ton_abi::number")]
    pub required_txn_confirms: u8,
}

/// What the custodians of a controlled wallet may pay.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Policy {
    /// May be paid any amount; none for a wallet without a controller.
    #[serde(with = "crate::text::optional_address")]
    pub treasury: Option<Address>,
    /// May be paid any amount.
    #[serde(with = "crate::text::optional_address")]
    pub main_giver: Option<Address>,
    /// May be paid within the free limit.
    pub allowlist: Vec<Address>,
    /// Limit of one transaction and of 24 h together.
    pub free_limit: Nano,
    /// What was spent under the limit in the present 24 h.
    pub spent: Nano,
}

/// A transaction that waits.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QueuedTransaction {
    /// Its identity.
    pub id: TransactionId,
    /// Who confirmed.
    #[serde(rename = "confirmationsMask")]
    pub confirmations: Mask,
    /// Confirmations that it needs.
    #[serde(rename = "signsRequired", with = "ton_abi::number")]
    pub required: u8,
    /// Confirmations that it has.
    #[serde(rename = "signsReceived", with = "ton_abi::number")]
    pub received: u8,
    /// Key of the submitter.
    pub creator: PublicKey,
    /// Recipient.
    pub dest: Address,
    /// Amount; 0 when the whole balance is sent.
    pub value: Nano,
    /// Flags of the message that the wallet will send.
    #[serde(with = "ton_abi::number")]
    pub send_flags: u16,
    /// Body of the message, a base64 bag of cells.
    pub payload: String,
    /// Whether the money comes back when the recipient cannot take it.
    pub bounce: bool,
    /// Rejections, state and end of life; `None` from wallets that do not tell.
    #[serde(skip)]
    pub votes: Option<Votes>,
}

/// Where a transaction stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Nano")]
pub enum State {
    /// It waits for confirmations.
    Pending,
    /// It has its confirmations and waits for money or another try.
    Ready,
    /// It was paid.
    Executed,
    /// It cannot get its confirmations any more.
    Rejected,
    /// Its time is over.
    Expired,
    /// It was submitted to an earlier set of custodians.
    Stale,
}

/// A wallet told a state that this program does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a state of a transaction")]
pub struct UnknownState(u128);

/// From the number in the getter's answer. Source: `IMultisig.TxState`.
impl TryFrom<Nano> for State {
    type Error = UnknownState;

    fn try_from(Nano(number): Nano) -> Result<Self, UnknownState> {
        use State::{Executed, Expired, Pending, Ready, Rejected, Stale};
        let states = [Pending, Ready, Executed, Rejected, Expired, Stale];
        usize::try_from(number).ok().and_then(|n| states.get(n).copied()).ok_or(UnknownState(number))
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pending => "pending",
            Self::Ready => "ready",
            Self::Executed => "executed",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Stale => "stale",
        })
    }
}

/// The voting side of a queued transaction, from wallets of this project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Votes {
    /// Its identity.
    pub id: TransactionId,
    /// Where it stands at the time of the question.
    pub state: State,
    /// Who rejected.
    #[serde(rename = "rejectionsMask")]
    pub rejections: Mask,
    /// Who may not confirm.
    #[serde(rename = "excludedMask")]
    pub excluded: Mask,
    /// End of its life.
    pub until: UnixTime,
    /// Times that its execution was tried.
    #[serde(with = "ton_abi::number")]
    pub tries: u8,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_name_their_custodians() {
        let organisation = crate::Organisation::of_proposal();
        let roster = Roster::of(&organisation);
        let custodians: Vec<_> = organisation
            .members
            .iter()
            .zip(0..)
            .map(|(member, index)| Custodian { index, key: member.public_key })
            .collect();
        let names = Mask(0b100_0000_0000_0101).names(&custodians, &roster);
        assert_eq!(names, ["Renat Skitsan", "Artem Ryabov", "Ekaterina Pantaz"]);
        assert!(Mask(u32::MAX).has(31) && !Mask(u32::MAX).has(32) && !Mask(u32::MAX).has(255));
    }

    #[test]
    fn getters_answers_are_read() {
        let zero = "0".repeat(63);
        let transaction: QueuedTransaction = serde_json::from_value(json!({
            "id": "6896136929411072001",
            "confirmationsMask": "3",
            "signsRequired": "8",
            "signsReceived": "2",
            "creator": format!("0x{zero}7"),
            "index": "0",
            "dest": format!("0:{zero}9"),
            "value": "1120000000000",
            "sendFlags": "3",
            "payload": "te6ccgEBAQEAAgAAAA==",
            "bounce": false,
        }))
        .unwrap();
        assert_eq!(transaction.id, TransactionId(6_896_136_929_411_072_001));
        assert_eq!((transaction.confirmations, transaction.received, transaction.required), (Mask(3), 2, 8));
        assert_eq!(transaction.value, Nano::tokens(1_120));

        let state = |number: &str| serde_json::from_value::<State>(json!(number));
        assert_eq!(state("1").unwrap(), State::Ready);
        assert_eq!(state("5").unwrap(), State::Stale);
        assert!(state("6").unwrap_err().to_string().contains("6 is not a state"));
    }

    #[test]
    fn ids_are_decimal_or_hexadecimal() {
        assert_eq!("17".parse(), Ok(TransactionId(17)));
        assert_eq!("0x11".parse(), Ok(TransactionId(17)));
        assert!("17x".parse::<TransactionId>().is_err());
    }

    #[test]
    fn a_payment_becomes_the_parameters_of_the_function() {
        let to: Address = format!("0:{}", "12".repeat(32)).parse().unwrap();
        let params = Payment::new(to.clone(), Nano::tokens(1_120)).params();
        assert_eq!(
            params,
            json!({
                "dest": to.to_string(),
                "value": "1120000000000",
                "bounce": false,
                "allBalance": false,
                "payload": "",
            })
        );
    }
}
