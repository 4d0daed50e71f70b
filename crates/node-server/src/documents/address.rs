//! Addresses in the forms that clients show and send.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use ton_abi::{Address, Hash};

/// Form of an address in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressFormat {
    /// `workchain:64 hex digits`.
    Raw,
    /// 36 bytes in base64: tag, workchain, hash, checksum.
    Base64 {
        /// Whether `-` and `_` stand for `+` and `/`.
        url: bool,
        /// Whether it is marked as of a test network.
        test: bool,
        /// Whether messages to it should bounce.
        bounce: bool,
    },
}

/// Text that is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an address: `workchain:64 hex digits`, 64 hex digits, or 48 characters of base64")]
pub struct BadAddress(pub String);

/// Tag of a bounceable address; 0x40 more for others, 0x80 more for test networks. Source: the TON address format.
const TAG: u8 = 0x11;
const NO_BOUNCE: u8 = 0x40;
const TEST_ONLY: u8 = 0x80;

impl AddressFormat {
    /// The formats by their GraphQL names.
    pub const NAMES: [(&'static str, Self); 9] = [
        ("RAW", Self::Raw),
        ("BASE64_URL_TEST_BOUNCE", base64(true, true, true)),
        ("BASE64_NOURL_TEST_BOUNCE", base64(false, true, true)),
        ("BASE64_URL_TEST_NOBOUNCE", base64(true, true, false)),
        ("BASE64_URL_NOTEST_BOUNCE", base64(true, false, true)),
        ("BASE64_NOURL_TEST_NOBOUNCE", base64(false, true, false)),
        ("BASE64_URL_NOTEST_NOBOUNCE", base64(true, false, false)),
        ("BASE64_NOURL_NOTEST_BOUNCE", base64(false, false, true)),
        ("BASE64_NOURL_NOTEST_NOBOUNCE", base64(false, false, false)),
    ];

    /// A format by its GraphQL name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
    }

    /// An address in this form.
    #[must_use]
    pub fn show(self, address: &Address) -> String {
        let Self::Base64 { url, test, bounce } = self else { return address.to_string() };
        let mut bytes = Vec::with_capacity(36);
        bytes.push(TAG | if bounce { 0 } else { NO_BOUNCE } | if test { TEST_ONLY } else { 0 });
        bytes.push(address.workchain as u8);
        bytes.extend(address.address.0);
        bytes.extend(checksum(&bytes).to_be_bytes());
        if url { URL_SAFE.encode(bytes) } else { STANDARD.encode(bytes) }
    }
}

const fn base64(url: bool, test: bool, bounce: bool) -> AddressFormat {
    AddressFormat::Base64 { url, test, bounce }
}

/// Reads an address in any form; without a workchain it is of workchain 0.
///
/// # Errors
/// [`BadAddress`].
pub fn parse_address(text: &str) -> Result<Address, BadAddress> {
    let bad = || BadAddress(text.chars().take(80).collect());
    if text.len() == 48 && !text.contains(':') {
        return parse_base64(text).ok_or_else(bad);
    }
    let (workchain, hash) = text.split_once(':').unwrap_or(("0", text));
    let workchain = workchain.parse::<i8>().map_err(|_| bad())?;
    let mut bytes = [0; 32];
    hex::decode_to_slice(hash, &mut bytes).map_err(|_| bad())?;
    Ok(Address::new(workchain, Hash(bytes)))
}

fn parse_base64(text: &str) -> Option<Address> {
    let bytes = URL_SAFE.decode(text.replace('+', "-").replace('/', "_")).ok()?;
    let (body, sum) = bytes.split_at_checked(34)?;
    let known = body[0] & !(NO_BOUNCE | TEST_ONLY) == TAG && sum == checksum(body).to_be_bytes();
    known.then(|| Address::new(body[1] as i8, Hash::from_slice(&body[2..34])))
}

/// CRC-16/XMODEM: polynomial 0x1021, start 0.
fn checksum(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |sum, byte| {
        (0..8).fold(sum ^ (u16::from(*byte) << 8), |sum, _| {
            if sum & 0x8000 == 0 { sum << 1 } else { (sum << 1) ^ 0x1021 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_address_in_all_forms() {
        // The elector, as TON's documentation of addresses shows it.
        let elector = Address::new(-1, Hash([0x33; 32]));
        let text = "Ef8zMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzM0vF";
        assert_eq!(base64(true, false, true).show(&elector), text);
        for (name, format) in AddressFormat::NAMES {
            assert_eq!(parse_address(&format.show(&elector)), Ok(elector.clone()), "{name}");
            assert_eq!(AddressFormat::by_name(name), Some(format));
        }
        assert_eq!(parse_address(&"aB".repeat(32)), Ok(Address::new(0, Hash([0xab; 32]))));
    }

    #[test]
    fn everything_else_is_refused() {
        let short = format!("0:{}", "11".repeat(31));
        let far = format!("200:{}", "11".repeat(32));
        for bad in
            ["", "0:", &short, &far, "Ef8zMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzM0vG", &"é".repeat(24)]
        {
            assert_eq!(parse_address(bad), Err(BadAddress(bad.to_owned())), "{bad}");
        }
    }
}
