//! The order of everything on the chain, as text that sorts: `chain_order` fields and cursors.
//!
//! q-server writes a number as one hexadecimal digit with its length minus one, then its digits, so that text sorts
//! like numbers. An order starts with the number of the masterchain block. Then comes the chain (`0` workchain, `m`
//! masterchain, which commits the workchain block), for a transaction its index in the block, for a message its
//! index there: 0 the inbound message, 1 and up the created ones.

use std::fmt;

use localnet::{Node, TransactionRecord};

/// Place of a block, transaction or message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Number of the block, the same in both chains.
    pub seq_no: u32,
    /// Whether the block is one of the masterchain, which comes after that of the workchain.
    pub master: bool,
    /// Index of the transaction in the block.
    pub transaction: Option<usize>,
    /// Index of the message: 0 for the inbound one.
    pub message: Option<usize>,
}

/// The text of a [`Place`].
#[derive(Debug, Clone, Copy)]
pub struct ChainOrder(pub Place);

impl Place {
    /// Of a block.
    #[must_use]
    pub fn block(workchain: i8, seq_no: u32) -> Self {
        Self { seq_no, master: workchain == -1, transaction: None, message: None }
    }

    /// Of a transaction; `None` if the node does not have it.
    #[must_use]
    pub fn of_transaction(node: &Node, record: &TransactionRecord) -> Option<Self> {
        let block = node.block_of(record);
        let index = block.transactions.iter().position(|other| other.hash == record.hash)?;
        Some(Self { transaction: Some(index), ..Self::block(record.account.workchain, block.seq_no) })
    }

    /// Of a message at that index of this transaction.
    #[must_use]
    pub fn with_message(self, index: usize) -> Self {
        Self { message: Some(index), ..self }
    }

    /// Reads the text back, also one that was cut after any part; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (seq_no, rest) = take_number(text)?;
        let seq_no = u32::try_from(seq_no).ok()?;
        let (master, mut rest) = match rest.split_at_checked(1) {
            None => return Some(Self { seq_no, master: false, transaction: None, message: None }),
            Some(("0", rest)) => (false, rest),
            Some(("m", rest)) => (true, rest),
            Some(_) => return None,
        };
        let mut indexes = [None; 2];
        for index in &mut indexes {
            if rest.is_empty() {
                break;
            }
            let (number, tail) = take_number(rest)?;
            *index = Some(usize::try_from(number).ok()?);
            rest = tail;
        }
        let [transaction, message] = indexes;
        rest.is_empty().then_some(Self { seq_no, master, transaction, message })
    }
}

impl fmt::Display for ChainOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { seq_no, master, transaction, message } = self.0;
        f.write_str(&number(seq_no.into()))?;
        f.write_str(if master { "m" } else { "0" })?;
        for index in [transaction, message].into_iter().flatten() {
            f.write_str(&number(index as u64))?;
        }
        Ok(())
    }
}

impl ChainOrder {
    /// What comes after everything up to that round.
    #[must_use]
    pub fn after(seq_no: u32) -> String {
        number(u64::from(seq_no) + 1)
    }
}

/// A number as text that sorts.
fn number(value: u64) -> String {
    let digits = format!("{value:x}");
    format!("{:x}{digits}", digits.len() - 1)
}

fn take_number(text: &str) -> Option<(u64, &str)> {
    let digit = text.get(..1).and_then(|digit| u8::from_str_radix(digit, 16).ok())?;
    let length = usize::from(digit) + 1;
    let digits = text.get(1..=length)?;
    let value = u64::from_str_radix(digits, 16).ok().filter(|&value| number(value) == text[..=length])?;
    Some((value, &text[length + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(seq_no: u32, master: bool, transaction: Option<usize>, message: Option<usize>) -> Place {
        Place { seq_no, master, transaction, message }
    }

    #[test]
    fn text_sorts_like_places_and_reads_back() {
        let mut places = Vec::new();
        for seq_no in [0, 1, 15, 16, 255, 0x1000, u32::MAX] {
            for master in [false, true] {
                places.push(place(seq_no, master, None, None));
                for transaction in [0, 1, 9, 16, 300] {
                    places.push(place(seq_no, master, Some(transaction), None));
                    for message in [0, 1, 255] {
                        places.push(place(seq_no, master, Some(transaction), Some(message)));
                    }
                }
            }
        }
        assert!(places.is_sorted());
        let texts: Vec<_> = places.iter().map(|&place| ChainOrder(place).to_string()).collect();
        assert!(texts.is_sorted(), "{texts:?}");
        for (place, text) in places.iter().zip(&texts) {
            assert_eq!(Place::parse(text).as_ref(), Some(place), "{text}");
        }
    }

    #[test]
    fn other_text_is_no_place() {
        for bad in ["", "x", "1", "15z", "0112", "f0", "15m1", "15m0x", "15mé", "100", "150000000"] {
            assert_eq!(Place::parse(bad), None, "{bad}");
        }
        assert_eq!(Place::parse("115"), Some(place(0x15, false, None, None)));
    }
}
