//! Worlds for tests: an embedded network, a client, development keys, and checks.
//!
//! Place in the map: used by tests only, may use every other crate.
//!
//! - [`World`] holds the network and does everything in plain synchronous calls;
//! - [`Artifact`] is a contract as the compiler wrote it: ABI and image;
//! - [`Expect`] turns outcomes into checks: [`Expect::expect_exit`], [`Expect::expect_event`]; a check that fails
//!   prints the whole message tree.
//!
//! # Invariants
//! - Worlds are deterministic: no wall clock, no randomness, no network, no disk.
//! - Every world checks at its end that not one nanotoken appeared or vanished, and fails the test otherwise.
//!
//! # Example
//! ```
//! use testkit::World;
//! use ton_abi::Nano;
//!
//! let world = World::new();
//! let someone = format!("0:{}", "11".repeat(32)).parse().unwrap();
//! world.expect_balance_diff(&someone, Nano::tokens(3).0 as i128, || world.fund(&someone, Nano::tokens(3)));
//! world.advance(3600);
//! world.finish();
//! ```

mod artifact;
mod expect;
mod render;
mod world;

pub use self::artifact::Artifact;
pub use self::expect::Expect;
pub use self::render::render_tree;
pub use self::world::{World, WorldBuilder, block_on};
