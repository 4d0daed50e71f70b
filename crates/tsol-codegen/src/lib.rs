//! tsol-codegen

// front end of the back end: ABI and lowering
mod abi;
pub mod codes;
pub mod lower;
mod compile;
mod settings;

pub use abi::FunctionSignature;
pub use compile::{Output, compile};
pub use settings::{AbiVersion, Settings};

// back end
pub mod backend;
pub mod encode;
pub mod ir;
mod listing;
pub mod opcode;
pub mod stack;
