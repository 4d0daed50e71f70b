//! tsol-codegen

// front end of the back end: ABI and lowering
mod abi;
pub mod codes;
pub mod lower;
mod settings;

pub use abi::FunctionSignature;
pub use settings::{AbiVersion, Settings};

// back end
pub mod ir;
pub mod opcode;
