//! The giver of the zero state: our own contract at the address and with the keys that every tool knows.

use keys::{KeyPair, Signer};
use localnet::{Error, Genesis, giver};
use ton_abi::{ContractAbi, Hash, Image, Nano, Signature};

/// The giver as the project's contracts build makes it; the node needs no compiler.
const IMAGE: &[u8] = include_bytes!("../../../abi/Giver.tvc");
const ABI: &str = include_str!("../../../abi/Giver.abi.json");

/// Puts the giver into a genesis.
pub(crate) fn fund(genesis: Genesis, balance: Nano) -> Result<Genesis, Error> {
    let abi = ContractAbi::parse(ABI)?;
    let image = giver::constructed(&Image::from_tvc(IMAGE)?, &abi, genesis.time, sign)?;
    genesis.with_giver(&image, balance)
}

/// Signs with the published key, worth nothing outside local networks.
fn sign(hash: &Hash) -> Signature {
    let key =
        KeyPair::from_secret_hex(giver::SECRET_KEY_HEX).expect("the published key is 64 hexadecimal digits");
    Signature(key.sign(&hash.0).expect("a key in memory never refuses"))
}
