//! Score cards and the commitment to them.

use keys::Signer;
use ton_abi::{Address, Cell, CellBuilder, Error, PublicKey};

use super::Verdict;
use crate::text::Digest;

/// Lines in one cell of a card. Source: `IContestEscrow.CardLine`, 280 bits a line.
const LINES_PER_CELL: usize = 3;

/// A juror's card: what the juror says about each entry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Card {
    /// Lines, entries ascending.
    pub lines: Vec<Line>,
}

/// One line of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Line {
    /// Number of the entry.
    #[serde(with = "ton_abi::number")]
    pub entry: u8,
    /// The verdict.
    pub verdict: Verdict,
    /// 1 to 10 with [`Verdict::For`], else 0.
    #[serde(with = "ton_abi::number")]
    pub score: u8,
    /// SHA-256 of the published comment, not zero.
    pub comment: Digest,
}

/// A card with its salt: what a juror must keep between commit and reveal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedCard {
    /// The card.
    pub card: Card,
    /// 256 random bits.
    pub salt: [u8; 32],
}

impl Line {
    /// A score with a comment.
    pub fn score(entry: u8, score: u8, comment: &str) -> Self {
        Self { entry, verdict: Verdict::For, score, comment: Digest::of(comment) }
    }

    /// A verdict without a score, with a comment.
    pub fn without_score(entry: u8, verdict: Verdict, comment: &str) -> Self {
        Self { entry, verdict, score: 0, comment: Digest::of(comment) }
    }
}

impl Card {
    /// The card as a cell: up to three lines in each cell, the rest in its reference.
    ///
    /// # Errors
    /// [`Error::Encode`].
    pub fn cell(&self) -> Result<Cell, Error> {
        let mut rest: Option<Cell> = None;
        for lines in self.lines.chunks(LINES_PER_CELL).rev() {
            let mut builder = CellBuilder::new();
            for line in lines {
                store(builder.store_u8(line.entry))?;
                store(builder.store_u8(line.verdict as u8))?;
                store(builder.store_u8(line.score))?;
                store(builder.store_raw(&line.comment.0, 256))?;
            }
            if let Some(rest) = rest {
                store(builder.store_reference(rest))?;
            }
            rest = Some(store(builder.build())?);
        }
        Ok(rest.unwrap_or_default())
    }

    /// The lines in a cell, laid out as contracts read it; `None` if it is no card.
    pub fn read(card: &Cell) -> Option<Self> {
        let mut lines = Vec::new();
        let mut next = Some(card.clone());
        while let Some(cell) = next {
            let mut slice = cell.as_slice().ok()?;
            while slice.size_bits() > 0 {
                let (entry, verdict, score) = (slice.load_u8(), slice.load_u8(), slice.load_u8());
                let verdict = *Verdict::ALL.get(usize::from(verdict.ok()?))?;
                let comment = Digest(slice.load_u256().ok()?.0);
                lines.push(Line { entry: entry.ok()?, verdict, score: score.ok()?, comment });
            }
            next = (slice.size_refs() == 1).then(|| slice.load_reference_cloned().ok()).flatten();
        }
        Some(Self { lines })
    }
}

impl SealedCard {
    /// What the juror commits to: nobody else can reveal it, and not in another contest.
    ///
    /// # Errors
    /// [`Error::Encode`].
    pub fn hash(&self, contest: &Address, juror: &PublicKey) -> Result<Digest, Error> {
        commitment(contest, juror, &self.salt, self.card.cell()?)
    }
}

/// What a juror commits to with the cell of a card, as [`SealedCard::hash`].
///
/// # Errors
/// [`Error::Encode`].
pub fn commitment(
    contest: &Address,
    juror: &PublicKey,
    salt: &[u8; 32],
    card: Cell,
) -> Result<Digest, Error> {
    let mut builder = CellBuilder::new();
    store_address(&mut builder, contest)?;
    store(builder.store_raw(&juror.0, 256))?;
    store(builder.store_raw(salt, 256))?;
    store(builder.store_reference(card))?;
    Ok(Digest::from(*store(builder.build())?.repr_hash()))
}

/// What an entrant's key signs: the contest and the wallet that sends the entry.
///
/// # Errors
/// [`Error::Encode`].
pub fn entry_hash(contest: &Address, wallet: &Address) -> Result<[u8; 32], Error> {
    let mut builder = CellBuilder::new();
    store_address(&mut builder, contest)?;
    store_address(&mut builder, wallet)?;
    Ok(store(builder.build())?.repr_hash().0)
}

/// The signature of an entrant's key, 64 bytes in hexadecimal digits.
///
/// # Errors
/// [`ton_client::Error::Keys`] if the signer refuses.
pub fn sign_entry(
    contest: &Address,
    wallet: &Address,
    entrant: &dyn Signer,
) -> Result<String, ton_client::Error> {
    let signature = entrant.sign(&entry_hash(contest, wallet)?)?;
    Ok(ton_abi::Signature(signature).to_string())
}

/// `addr_std` without anycast.
fn store_address(builder: &mut CellBuilder, address: &Address) -> Result<(), Error> {
    store(builder.store_small_uint(0b100, 3))?;
    store(builder.store_u8(address.workchain as u8))?;
    store(builder.store_raw(&address.address.0, 256))
}

fn store<T, E: std::error::Error + Send + Sync + 'static>(done: Result<T, E>) -> Result<T, Error> {
    done.map_err(|source| Error::Encode { what: "card".to_owned(), source: Box::new(source) })
}
