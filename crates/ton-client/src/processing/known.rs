//! What a network knows of a message tree at this moment: nothing is waited for.

use std::collections::VecDeque;

use chain::TransactionView;
use ton_abi::{MessageKind, MessageView};

use super::step::StepMessage;
use super::{Awaited, Client, Tree, await_children, in_order};
use crate::ids::{MsgHash, TxHash};
use crate::net::{FoundTransaction, Rejection};
use crate::{Error, Result};

/// How a tree begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Beginning {
    /// With a message from the outside: this is the whole tree.
    Outside,
    /// With a message whose sender's transaction the network does not know (any more): there was more before it.
    Middle {
        /// The message.
        message: MsgHash,
    },
}

/// A message of a tree that has arrived nowhere yet.
#[derive(Debug, Clone)]
pub struct Underway {
    /// The message.
    pub message: StepMessage,
    /// Place of the transaction that sent it in [`Tree::steps`].
    pub parent: usize,
}

/// A tree as far as it is known.
#[derive(Debug, Clone)]
pub struct KnownTree {
    /// Its transactions.
    pub tree: Tree,
    /// How it begins.
    pub beginning: Beginning,
    /// Messages that have not arrived.
    pub underway: Vec<Underway>,
}

/// What a hash of a transaction or of a message leads to.
#[derive(Debug, Clone)]
pub enum Found {
    /// A transaction: that of the hash, or the one that the message caused.
    Transaction(FoundTransaction),
    /// A message that has arrived nowhere yet.
    Underway(Box<StepMessage>),
    /// A message that was turned down.
    Rejected(Rejection),
}

impl Client {
    /// The transaction or message with that hash; `None` if the network knows neither.
    ///
    /// # Errors
    /// [`Error::Transport`].
    pub async fn find(&self, hash: &str) -> Result<Option<Found>> {
        if let Ok(transaction) = hash.parse::<TxHash>()
            && let Some(found) = self.transport().transaction(&transaction).await?
        {
            return Ok(Some(Found::Transaction(found)));
        }
        let Ok(message) = hash.parse::<MsgHash>() else { return Ok(None) };
        if let Some(found) = self.transport().transaction_of(&message).await? {
            return Ok(Some(Found::Transaction(found)));
        }
        if let Some(rejection) = self.transport().rejection(&message).await? {
            return Ok(Some(Found::Rejected(rejection)));
        }
        let Some(cell) = self.transport().message(&message).await? else { return Ok(None) };
        let view = MessageView::parse(&cell)?;
        let body = self.registry().decode(&view, None);
        Ok(Some(Found::Underway(Box::new(StepMessage { hash: message, view, body }))))
    }

    /// Goes from a transaction to the one that its tree begins with.
    ///
    /// # Errors
    /// [`Error::Transport`], [`Error::BadTransaction`], [`Error::TreeTooLarge`].
    pub async fn beginning(&self, from: FoundTransaction) -> Result<(FoundTransaction, Beginning)> {
        let mut at = from;
        for _ in 0..self.settings().tree_limit {
            let view = TransactionView::parse(&at.cell, at.account.workchain)?;
            let Some(cell) = view.in_msg else { return Ok((at, Beginning::Outside)) };
            let message = MessageView::parse(&cell)?;
            if message.kind != MessageKind::Internal {
                return Ok((at, Beginning::Outside));
            }
            match self.sender_of(&message).await? {
                Some(sender) => at = sender,
                None => return Ok((at, Beginning::Middle { message: message.hash.into() })),
            }
        }
        let message = MsgHash(at.hash().0);
        Err(Error::TreeTooLarge { message, limit: self.settings().tree_limit })
    }

    /// The transaction that sent an internal message: the last one of its sender before the message was made.
    async fn sender_of(&self, message: &MessageView) -> Result<Option<FoundTransaction>> {
        let Some(sender) = &message.src else { return Ok(None) };
        let last = self.transport().transactions(sender, Some(message.created_lt), 1).await?;
        let Some(found) = last.into_iter().next() else { return Ok(None) };
        let view = TransactionView::parse(&found.cell, found.account.workchain)?;
        let sent = view.out_msgs.iter().any(|cell| *cell.repr_hash() == message.hash);
        Ok(sent.then_some(found))
    }

    /// The tree that begins with this transaction, as far as the network knows it.
    ///
    /// # Errors
    /// [`Error::TreeTooLarge`], [`Error::Transport`], [`Error::BadTransaction`].
    pub async fn known_tree(&self, first: FoundTransaction, beginning: Beginning) -> Result<KnownTree> {
        let view = TransactionView::parse(&first.cell, first.account.workchain)?;
        let message = view.in_msg.map(|cell| MsgHash::from(cell.repr_hash())).unwrap_or_default();
        let limit = self.settings().tree_limit;
        let mut steps = vec![self.decode(&first).await?];
        let mut awaited = VecDeque::new();
        let mut missing: Vec<MsgHash> = Vec::new();
        await_children(&mut awaited, &steps, 0);
        while let Some(Awaited { message: next, parent, depth, .. }) = awaited.pop_front() {
            let Some(found) = self.transport().transaction_of(&next).await? else {
                missing.push(next);
                continue;
            };
            if steps.len() >= limit {
                return Err(Error::TreeTooLarge { message, limit });
            }
            let mut step = self.decode(&found).await?;
            step.parent = Some(parent);
            step.depth = depth;
            steps.push(step);
            await_children(&mut awaited, &steps, steps.len() - 1);
        }
        let steps = in_order(steps);
        let underway = steps.iter().enumerate().flat_map(|(parent, step)| {
            let of = step.internal_messages().filter(|message| missing.contains(&message.hash));
            of.map(move |message| Underway { message: message.clone(), parent })
        });
        let underway = underway.collect();
        Ok(KnownTree { tree: Tree { message, steps }, beginning, underway })
    }
}
