//! Where the messages of a [`World`](crate::world::World) are executed.
//!
//! A world decides which message is next; a backend executes it. The variable `SUBGOV_WORLD` chooses for a whole
//! test run:
//!
//! | value | backend |
//! |---|---|
//! | `chain`, unset | [`Direct`]: the `chain` crate, one account after the other |
//! | `node` | [`Embedded`]: the embedded node, one block for each message |
//! | `socket` | [`Socket`]: the same node as a server, over its API and its controls |

mod direct;
mod embedded;
mod outcome;
mod socket;

use chain::{Account, ExecError, Executed};
use ton_abi::{Address, Cell, InternalMessage, UnixTime};

pub use self::direct::Direct;
pub use self::embedded::Embedded;
pub use self::socket::Socket;

/// The variable that chooses the backend of a test run.
pub const VARIABLE: &str = "SUBGOV_WORLD";

/// When, and under which rules, a message is executed.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Unix time; never goes back.
    pub now: UnixTime,
    /// Whether failed actions bounce and bounces carry whole bodies, as on SE and mainnet.
    pub mainnet_bounces: bool,
    /// Whether the receiver runs out of gas at once: nothing happens there, and the message bounces if it can.
    pub starved: bool,
}

/// A network that executes one message at a time.
pub trait Backend: Send {
    /// An account as it is now.
    fn account(&self, address: &Address) -> Account;

    /// Puts an internal message made by hand under way, its money minted; the message as it travels.
    ///
    /// # Panics
    /// If it does not fit.
    fn inject(&mut self, message: &InternalMessage) -> Cell {
        message.build().expect("a message that fits")
    }

    /// Executes an external message, or an internal one that is under way.
    ///
    /// # Errors
    /// The refusal of an external message.
    fn execute(&mut self, message: &Cell, moment: Moment) -> Result<Executed, ExecError>;

    /// Proves the network's own books, if it keeps any.
    fn check(&self) {}
}

/// The backend that [`VARIABLE`] names.
///
/// # Panics
/// If it names none.
pub fn chosen() -> Box<dyn Backend> {
    match std::env::var(VARIABLE).as_deref() {
        Err(_) | Ok("chain") => Box::new(Direct::default()),
        Ok("node") => Box::new(Embedded::start()),
        Ok("socket") => Box::new(Socket::start()),
        Ok(other) => panic!("{VARIABLE} is {other}: use chain, node or socket"),
    }
}
