//! The giver that every TON OS SE tool knows: its address and its published key pair.
//!
//! Source: the giver conventions of the official SDK and TON OS SE (GiverV2).

use chain::{Account, Config, ExecContext};
use serde_json::json;
use ton_abi::{Address, ContractAbi, Hash, Header, Image, Lt, Nano, PublicKey, Signature, UnixTime};

use crate::{Error, Genesis};

/// `0:ece57bcc6c530283becbbd8a3b24d3c5987cdddc3c8b7b33be6e4a6312490415`
pub const ADDRESS: Address = Address::new(
    0,
    Hash([
        0xec, 0xe5, 0x7b, 0xcc, 0x6c, 0x53, 0x02, 0x83, 0xbe, 0xcb, 0xbd, 0x8a, 0x3b, 0x24, 0xd3, 0xc5, 0x98,
        0x7c, 0xdd, 0xdc, 0x3c, 0x8b, 0x7b, 0x33, 0xbe, 0x6e, 0x4a, 0x63, 0x12, 0x49, 0x04, 0x15,
    ]),
);

/// Its public key.
pub const PUBLIC_KEY: PublicKey = PublicKey([
    0x2a, 0xda, 0x2e, 0x65, 0xab, 0x8e, 0xea, 0xb0, 0x94, 0x90, 0xe3, 0x52, 0x14, 0x15, 0xf4, 0x5b, 0x6e,
    0x42, 0xdf, 0x9c, 0x76, 0x0a, 0x63, 0x9b, 0xcf, 0x53, 0x95, 0x75, 0x50, 0xb2, 0x5a, 0x16,
]);

/// Its secret key in hexadecimal digits: public knowledge, worth nothing outside local networks.
pub const SECRET_KEY_HEX: &str = "172af540e43a524763dd53b26a066d472a97c4de37d5498170564510608250c3";

/// What it holds at the start unless the genesis says otherwise.
pub const BALANCE: Nano = Nano::tokens(5_000_000_000);

/// What its constructor is run with; the genesis balance does not depend on what it costs.
const CONSTRUCTOR_MONEY: Nano = Nano::tokens(10);

/// Life of the constructor's message, in seconds.
const CONSTRUCTOR_LIFETIME: u32 = 60;

/// Code and data of a giver as they are after its constructor, for [`Genesis::with_giver`].
///
/// `image` is the compiler's; [`PUBLIC_KEY`] is put into its data and its constructor (without parameters) is
/// run at `time` by a message that `sign` signs with the secret key.
///
/// # Errors
/// [`Error::Giver`] if this is not the ABI of the image, [`Error::GiverRefused`] if the constructor refuses,
/// [`Error::GiverFailed`] if it fails.
pub fn constructed(
    image: &Image,
    abi: &ContractAbi,
    time: UnixTime,
    sign: impl FnOnce(&Hash) -> Signature,
) -> Result<Image, Error> {
    let image = image.clone().with_init_data(abi, Some(&PUBLIC_KEY), &json!({}))?;
    let expire = time.plus(CONSTRUCTOR_LIFETIME);
    let header = Header { time: time.millis(), expire, pubkey: Some(PUBLIC_KEY) };
    let message = abi.deploy_message(&image, ADDRESS.workchain, &json!({}), &header)?;
    let account = Account::uninit(message.dst.clone(), CONSTRUCTOR_MONEY)?;
    let message = message.sign_with(sign)?;
    let context = ExecContext::new(time, Lt(0));
    let done = chain::execute(&Config::local(), &account, &message, &context)
        .map_err(|source| Error::GiverRefused { account: account.address().clone(), source })?;
    match (done.view.is_success(), done.account.code(), done.account.data()) {
        (true, Some(code), Some(data)) => Ok(Image::new(code, data)),
        _ => Err(Error::GiverFailed { exit_code: done.view.exit_code() }),
    }
}

impl Genesis {
    /// The same with the giver at [`ADDRESS`]; `image` is code and data after its constructor, see
    /// [`constructed`], and must know [`PUBLIC_KEY`] as its owner.
    ///
    /// # Errors
    /// As [`Genesis::with_contract`].
    pub fn with_giver(self, image: &Image, balance: Nano) -> Result<Self, Error> {
        self.with_contract(ADDRESS, image, balance)
    }
}
