//! Reading answers that nobody vouches for: every field is checked for its presence, form and size, every bag of
//! cells against the hash it was asked by.

use std::fmt::Write as _;

use chain::{Account, AccountError, ConfigError, TransactionView, ViewError};
use serde_json::Value;
use ton_abi::{Address, Cell, MessageView};
use tycho_types::error::Error as CellError;
use tycho_types::models::Block;

use super::FoundTransaction;
use crate::boc::{self, BadBoc};
use crate::ids::{BlockId, MsgHash, TxHash};

/// Characters of a server's own words that are repeated in errors.
const MAX_WORDS: usize = 300;

/// Most gas that a configuration may allow in one run: no network has a thousandth part of it for ordinary
/// accounts, and a run here must end.
const MAX_GAS: u64 = 1_000_000_000;

/// Most gas before acceptance, for the same reason.
const MAX_CREDIT: u64 = 10_000_000;

/// What is wrong with an answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// More bytes than the client takes.
    #[error("it has more than {limit} bytes")]
    TooLong {
        /// How many it takes.
        limit: usize,
    },
    /// Not JSON, or nested too deep.
    #[error("it is not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A part that must be there is not.
    #[error("it has no {0}")]
    Missing(&'static str),
    /// A part has another form.
    #[error("its {field} is not {wanted}")]
    Wrong {
        /// Name of the part.
        field: &'static str,
        /// What it should be.
        wanted: &'static str,
    },
    /// A part is no bag of cells.
    #[error("its {field} is unusable")]
    Boc {
        /// Name of the part.
        field: &'static str,
        /// Why.
        #[source]
        source: BadBoc,
    },
    /// Something else than what was asked for.
    #[error("it tells of another {0} than the one asked for")]
    Other(&'static str),
    /// A cell does not hold what it should.
    #[error("its {field} cannot be read")]
    Cell {
        /// Name of the part.
        field: &'static str,
        /// Why.
        #[source]
        source: CellError,
    },
    /// The cell is no account.
    #[error("its account cannot be read")]
    Account(#[source] AccountError),
    /// The cell is no transaction.
    #[error("its transaction cannot be read")]
    Transaction(#[source] ViewError),
    /// The cell is no message.
    #[error("its message cannot be read")]
    Message(#[source] ton_abi::Error),
    /// The configuration cannot be used.
    #[error("its configuration cannot be used")]
    Config(#[source] ConfigError),
    /// The configuration allows more gas than a local run can be given.
    #[error("its configuration allows {gas} gas in one run, {limit} are the most a client gives")]
    Gas {
        /// What it allows.
        gas: u64,
        /// What is taken.
        limit: u64,
    },
    /// The server spoke a WebSocket protocol wrongly.
    #[error("it breaks the WebSocket protocol: {0}")]
    Socket(&'static str),
}

/// A server's own words, cut and without characters that move a terminal's cursor.
pub(crate) fn words(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().take(MAX_WORDS) {
        match c {
            _ if c.is_control() => out.push(' '),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => drop(write!(out, "\\u{:04x}", u32::from(c))),
            _ => out.push(c),
        }
    }
    if text.chars().nth(MAX_WORDS).is_some() {
        out.push('…');
    }
    out.trim().to_owned()
}

/// A field; `null` counts as missing.
pub(crate) fn field<'a>(value: &'a Value, name: &'static str) -> Result<&'a Value, Malformed> {
    maybe(value, name).ok_or(Malformed::Missing(name))
}

/// A field that may be missing.
pub(crate) fn maybe<'a>(value: &'a Value, name: &'static str) -> Option<&'a Value> {
    value.get(name).filter(|value| !value.is_null())
}

pub(crate) fn list<'a>(value: &'a Value, name: &'static str) -> Result<&'a [Value], Malformed> {
    let wrong = Malformed::Wrong { field: name, wanted: "a list" };
    field(value, name)?.as_array().map(Vec::as_slice).ok_or(wrong)
}

pub(crate) fn text<'a>(value: &'a Value, name: &'static str) -> Result<&'a str, Malformed> {
    field(value, name)?.as_str().ok_or(Malformed::Wrong { field: name, wanted: "a text" })
}

/// A whole number: as such, as a decimal text, or as a hexadecimal one after `0x`.
pub(crate) fn number(value: &Value, name: &'static str) -> Result<u64, Malformed> {
    let wrong = Malformed::Wrong { field: name, wanted: "a whole number of 64 bits" };
    let digits = |text: &str, radix: u32| {
        // `from_str_radix` alone would take a sign.
        text.chars().all(|c| c.is_digit(radix)).then(|| u64::from_str_radix(text, radix).ok()).flatten()
    };
    let value = field(value, name)?;
    let number = match value {
        Value::String(text) => match text.strip_prefix("0x") {
            Some(text) => digits(text, 16),
            None => digits(text, 10),
        },
        // Times are floats in some answers: whole ones are meant.
        value => value.as_u64().or_else(|| value.as_f64().and_then(whole)),
    };
    number.ok_or(wrong)
}

/// The whole part of a number that is not negative and exact in 53 bits.
fn whole(float: f64) -> Option<u64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    // The range was checked, so the conversion loses the fraction only.
    (0.0..=EXACT).contains(&float).then_some(float as u64)
}

pub(crate) fn number32(value: &Value, name: &'static str) -> Result<u32, Malformed> {
    let wrong = |_| Malformed::Wrong { field: name, wanted: "a whole number of 32 bits" };
    u32::try_from(number(value, name)?).map_err(wrong)
}

pub(crate) fn block_id(value: &Value, name: &'static str) -> Result<BlockId, Malformed> {
    text(value, name)?.parse().map_err(|_| Malformed::Wrong { field: name, wanted: "a hash" })
}

pub(crate) fn address(value: &Value, name: &'static str) -> Result<Address, Malformed> {
    text(value, name)?.parse().map_err(|_| Malformed::Wrong { field: name, wanted: "an address" })
}

/// A bag of cells in base64.
pub(crate) fn cell(value: &Value, name: &'static str) -> Result<Cell, Malformed> {
    boc_of(text(value, name)?, name)
}

/// A bag of cells in base64, from a value that is the text itself.
pub(crate) fn bare_cell(value: &Value, name: &'static str) -> Result<Cell, Malformed> {
    let text = value.as_str().ok_or(Malformed::Wrong { field: name, wanted: "a text" })?;
    boc_of(text, name)
}

fn boc_of(text: &str, field: &'static str) -> Result<Cell, Malformed> {
    boc::decode_base64(text).map_err(|source| Malformed::Boc { field, source })
}

/// The account in a cell, which must be the one asked for.
pub(crate) fn account(cell: &Cell, wanted: &Address) -> Result<Account, Malformed> {
    // Of an account that does not exist there is one bit.
    if cell.bit_len() == 1 && cell.reference_count() == 0 {
        return Ok(Account::none(wanted.clone()));
    }
    let account = Account::from_cell(cell).map_err(Malformed::Account)?;
    if account.address() != wanted {
        return Err(Malformed::Other("account"));
    }
    Ok(account)
}

/// A transaction, with the hash and the inbound message that it was asked by.
pub(crate) fn transaction(
    cell: Cell,
    account: Option<Address>,
    hash: Option<&TxHash>,
    in_msg: Option<&MsgHash>,
) -> Result<FoundTransaction, Malformed> {
    if hash.is_some_and(|hash| *hash != TxHash::from(cell.repr_hash())) {
        return Err(Malformed::Other("transaction"));
    }
    let workchain = account.as_ref().map_or(0, |account| account.workchain);
    let view = TransactionView::parse(&cell, workchain).map_err(Malformed::Transaction)?;
    if let Some(wanted) = in_msg {
        let found = view.in_msg.as_ref().map(|cell| MsgHash::from(cell.repr_hash()));
        if found.as_ref() != Some(wanted) {
            return Err(Malformed::Other("message"));
        }
    }
    let account = match account {
        Some(account) if account.address == view.account.address => account,
        Some(_) => return Err(Malformed::Other("account")),
        None => Address::new(workchain_of(&view)?, view.account.address),
    };
    Ok(FoundTransaction { account, cell })
}

/// The workchain, which the cell of a transaction does not name: its messages do. Those without any are the
/// masterchain's own.
fn workchain_of(view: &TransactionView) -> Result<i8, Malformed> {
    let ends =
        view.in_msg.iter().map(|cell| (cell, true)).chain(view.out_msgs.iter().map(|cell| (cell, false)));
    for (cell, inbound) in ends.take(2) {
        let message = MessageView::parse(cell).map_err(Malformed::Message)?;
        let own = if inbound { message.dst } else { message.src };
        if let Some(own) = own {
            let same = own.address == view.account.address;
            return if same { Ok(own.workchain) } else { Err(Malformed::Other("account")) };
        }
    }
    Ok(-1)
}

/// A message that was asked for by its hash.
pub(crate) fn message(cell: Cell, wanted: &MsgHash) -> Result<Cell, Malformed> {
    if MsgHash::from(cell.repr_hash()) != *wanted {
        return Err(Malformed::Other("message"));
    }
    MessageView::parse(&cell).map_err(Malformed::Message)?;
    Ok(cell)
}

/// The configuration that a key block of the masterchain carries.
pub(crate) fn config_of_block(cell: &Cell) -> Result<chain::Config, Malformed> {
    let bad = |source| Malformed::Cell { field: "key block", source };
    let block = cell.parse::<Block>().map_err(bad)?;
    let custom = block.load_extra().map_err(bad)?.load_custom().map_err(bad)?;
    let config = custom.and_then(|custom| custom.config).ok_or(Malformed::Missing("configuration"))?;
    sane(chain::Config::from_raw(config).map_err(Malformed::Config)?)
}

/// The configuration in a cell of its own.
pub(crate) fn config_of_cell(cell: &Cell) -> Result<chain::Config, Malformed> {
    sane(chain::Config::from_cell(cell).map_err(Malformed::Config)?)
}

/// A configuration under which a local run ends in reasonable time.
fn sane(config: chain::Config) -> Result<chain::Config, Malformed> {
    for workchain in [0, -1] {
        let prices = config.gas_prices(workchain);
        let limits = [
            (prices.gas_limit, MAX_GAS),
            (prices.special_gas_limit, MAX_GAS),
            (prices.gas_credit, MAX_CREDIT),
        ];
        if let Some(&(gas, limit)) = limits.iter().find(|(gas, limit)| gas > limit) {
            return Err(Malformed::Gas { gas, limit });
        }
    }
    Ok(config)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_servers_words_are_cut_and_cannot_move_the_cursor() {
        assert_eq!(words("a\u{1b}[2Jb\nc"), "a [2Jb c");
        assert_eq!(words("\u{202e}x"), "\\u202ex");
        let long = "é".repeat(1000);
        assert_eq!(words(&long).chars().count(), MAX_WORDS + 1);
    }

    #[test]
    fn numbers_are_read_in_all_their_notations() {
        for (value, expected) in [
            (json!(7), Some(7)),
            (json!("7"), Some(7)),
            (json!("0x1f"), Some(31)),
            (json!("18446744073709551615"), Some(u64::MAX)),
            (json!(7.0), Some(7)),
            (json!("18446744073709551616"), None),
            (json!("-7"), None),
            (json!(""), None),
            (json!("0x"), None),
            (json!("0x+1"), None),
            (json!(-7), None),
            (json!(1e300), None),
            (json!([7]), None),
        ] {
            assert_eq!(number(&json!({ "n": value }), "n").ok(), expected, "{value}");
        }
        assert_eq!(number(&json!({ "n": null }), "n").unwrap_err().to_string(), "it has no n");
    }

    proptest! {
        #[test]
        fn any_text_is_a_bag_of_cells_or_an_error(text in ".{0,200}") {
            let _ = bare_cell(&json!(text), "boc");
        }

        #[test]
        fn any_bytes_are_a_bag_of_cells_or_an_error(mut bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = boc::decode(&bytes);
            bytes.splice(0..0, [0xb5, 0xee, 0x9c, 0x72, 1, 1]);
            let _ = boc::decode(&bytes);
        }
    }
}
