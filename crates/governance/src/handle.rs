//! What all handles on contracts share: signed calls, pokes, getters, bodies for wallets.

use keys::Signer;
use serde::de::DeserializeOwned;
use serde_json::Value;
use ton_abi::{Address, Cell, ContractAbi, Header, external_message};
use ton_client::processing::{Outgoing, Tree};
use ton_client::{Client, Contract};

/// Result with [`ton_client::Error`].
pub(crate) type Result<T, E = ton_client::Error> = std::result::Result<T, E>;

/// A contract on a network.
pub(crate) struct Handle<'a> {
    pub(crate) client: &'a Client,
    pub(crate) contract: Contract,
}

impl<'a> Handle<'a> {
    /// The contract at an address; nothing is asked yet.
    pub(crate) fn at(client: &'a Client, name: &str, address: Address, abi: ContractAbi) -> Self {
        client.update_registry(|registry| {
            registry.add_account(address.clone(), name);
        });
        Self { client, contract: Contract { address, abi } }
    }

    pub(crate) fn address(&self) -> &Address {
        &self.contract.address
    }

    /// A signed call and everything it causes.
    pub(crate) async fn call(&self, function: &str, params: &Value, signer: &dyn Signer) -> Result<Tree> {
        self.client.call(&self.contract, function, params, signer).await
    }

    /// An unsigned call and everything it causes.
    pub(crate) async fn poke(&self, function: &str, params: &Value) -> Result<Tree> {
        let header = self.client.header(self.address(), None).await?;
        self.client.process_message(&poke_message(&self.contract, function, params, &header)?).await
    }

    /// What a getter returns, as a whole.
    pub(crate) async fn ask<T: DeserializeOwned>(&self, getter: &str, params: &Value) -> Result<T> {
        Ok(self.client.run_getter(&self.contract, getter, params).await?.to()?)
    }

    /// One of the values that a getter returns.
    pub(crate) async fn ask_one<T: DeserializeOwned>(
        &self,
        getter: &str,
        params: &Value,
        value: &str,
    ) -> Result<T> {
        let answer = self.client.run_getter(&self.contract, getter, params).await?;
        let found = answer.get_json(value).unwrap_or_default();
        serde_json::from_value(found).map_err(|error| ton_abi::Error::Binding(error).into())
    }

    /// The body of an internal call, for a wallet to send.
    pub(crate) fn body(&self, function: &str, params: &Value) -> Result<Cell> {
        Ok(self.contract.abi.encode_internal_body(function, params)?)
    }
}

/// An unsigned call, not yet posted. Headers as given: equal arguments give an equal message.
pub(crate) fn poke_message(
    contract: &Contract,
    function: &str,
    params: &Value,
    header: &Header,
) -> Result<Outgoing> {
    let body = contract.abi.encode_unsigned_call(function, params, header)?;
    let message = external_message(&contract.address, None, Some(body))?;
    Outgoing::new(message, Some(header.expire))
}

/// Implements what every public handle has: the way to it and its address.
macro_rules! handle {
    ($name:ident, $contract:literal) => {
        /// Name of the contract in registries, messages and trees.
        pub const CONTRACT: &str = $contract;

        impl<'a> $name<'a> {
            /// The contract at an address; nothing is asked yet.
            pub fn at(
                client: &'a ton_client::Client,
                address: ton_abi::Address,
                abi: ton_abi::ContractAbi,
            ) -> Self {
                Self($crate::handle::Handle::at(client, CONTRACT, address, abi))
            }

            /// Its address.
            pub fn address(&self) -> &ton_abi::Address {
                self.0.address()
            }

            /// Its balance.
            ///
            /// # Errors
            /// Those of [`ton_client::Client::balance`].
            pub async fn balance(&self) -> $crate::handle::Result<ton_abi::Nano> {
                self.0.client.balance(self.address()).await
            }
        }
    };
}

pub(crate) use handle;
