//! All transactions that a message caused.

use serde_json::Value;
use ton_abi::{Address, Body, Decoded, Nano};

use super::step::{Step, StepMessage};
use crate::Error;
use crate::error::Failure;
use crate::ids::MsgHash;

/// All transactions that a message caused, directly or through other messages, in the order of their logical
/// time: a transaction stands behind the one that sent its message.
#[derive(Debug, Clone)]
pub struct Tree {
    /// The message.
    pub message: MsgHash,
    /// Its transactions; the first is the message's own.
    pub steps: Vec<Step>,
}

impl Tree {
    /// The transaction of the message itself.
    #[must_use]
    pub fn root(&self) -> &Step {
        // INVARIANT: a tree is built from its first transaction.
        &self.steps[0]
    }

    /// Gas of all steps.
    #[must_use]
    pub fn gas_used(&self) -> u64 {
        self.steps.iter().map(|step| step.tx.gas_used()).sum()
    }

    /// What the tree cost all accounts together, nanotokens: fees of all transactions and the forwarding fees
    /// collected at import.
    #[must_use]
    pub fn total_fees(&self) -> Nano {
        self.steps.iter().map(|step| Nano(step.tx.total_fees.0 + step.forward_ahead().0)).sum()
    }

    /// Steps that failed, in order.
    pub fn failures(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| !step.is_success())
    }

    /// The tree itself if every step succeeded.
    ///
    /// # Errors
    /// [`Error::Failed`] with the first failed step.
    pub fn expect_success(self) -> Result<Self, Error> {
        match self.steps.iter().position(|step| !step.is_success()) {
            None => Ok(self),
            Some(index) => Err(Failure::new(self, index).into()),
        }
    }

    /// The tree itself if the message's own transaction succeeded.
    ///
    /// # Errors
    /// [`Error::Failed`] with the first step.
    pub(crate) fn expect_accepted(self) -> Result<Self, Error> {
        if self.root().is_success() { Ok(self) } else { Err(Failure::new(self, 0).into()) }
    }

    /// Events of all steps in order, with the account that emitted each.
    pub fn events(&self) -> impl Iterator<Item = (&Address, &Decoded)> {
        self.outbound().filter_map(|(step, message)| match &message.body {
            Body::Event { event, .. } => Some((step.account(), event)),
            _ => None,
        })
    }

    /// The first event of that name.
    #[must_use]
    pub fn event(&self, name: &str) -> Option<&Decoded> {
        self.events().map(|(_, event)| event).find(|event| &*event.name == name)
    }

    /// Calls of all steps in order: the step that executes the call, and the call.
    pub fn calls(&self) -> impl Iterator<Item = (&Step, &Decoded)> {
        self.steps.iter().filter_map(|step| match &step.in_msg.as_ref()?.body {
            Body::Call { call, .. } => Some((step, call)),
            _ => None,
        })
    }

    /// The first step that executes a call of that function.
    #[must_use]
    pub fn call(&self, function: &str) -> Option<(&Step, &Decoded)> {
        self.calls().find(|(_, call)| &*call.name == function)
    }

    /// What the called function returned to the outside, if it did.
    #[must_use]
    pub fn answer(&self) -> Option<&Decoded> {
        self.root().external_messages().find_map(|message| match &message.body {
            Body::Answer { answer, .. } => Some(answer),
            _ => None,
        })
    }

    /// [`Tree::answer`] as JSON in the official SDK's form.
    #[must_use]
    pub fn answer_json(&self) -> Option<Value> {
        self.answer().map(Decoded::json)
    }

    fn outbound(&self) -> impl Iterator<Item = (&Step, &StepMessage)> {
        self.steps.iter().flat_map(|step| step.external_messages().map(move |message| (step, message)))
    }
}
