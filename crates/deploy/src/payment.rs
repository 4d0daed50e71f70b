//! A payment of the members' wallet as a file.

use governance::multisig::Payment;
use serde::{Deserialize, Serialize};
use ton_abi::{Address, Nano};

/// Name and version of the file's form.
const SCHEMA: &str = "subgov-payment/1";

/// A payment that a custodian may submit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentFile {
    /// What is paid.
    pub payment: Payment,
    /// What it is, for people.
    pub title: String,
    /// Why, for people.
    pub reason: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shape {
    schema: String,
    to: Address,
    value: Nano,
    bounce: bool,
    payload: String,
    title: String,
    reason: String,
}

impl PaymentFile {
    /// The body of the message in base64, empty without one.
    #[must_use]
    pub fn payload(&self) -> String {
        self.payment.payload.as_ref().map(ton_client::boc::encode_base64).unwrap_or_default()
    }

    /// The file as JSON, with a line break at the end.
    ///
    /// # Errors
    /// [`ton_abi::Error::Binding`].
    pub fn to_json(&self) -> Result<String, ton_abi::Error> {
        let shape = Shape {
            schema: SCHEMA.to_owned(),
            to: self.payment.to.clone(),
            value: self.payment.value,
            bounce: self.payment.bounce,
            payload: self.payload(),
            title: self.title.clone(),
            reason: self.reason.clone(),
        };
        Ok(serde_json::to_string_pretty(&shape).map_err(ton_abi::Error::Binding)? + "\n")
    }

    /// The arguments of `subgov multisig submit` that submit it.
    #[must_use]
    pub fn arguments(&self) -> String {
        let Payment { to, value, bounce, .. } = &self.payment;
        let payload = self.payload();
        let payload = if payload.is_empty() { payload } else { format!(" --payload {payload}") };
        let bounce = if *bounce { "" } else { " --no-bounce" };
        format!("--to {to} --value {value}{bounce}{payload}")
    }
}
