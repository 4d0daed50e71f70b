//! ton-abi
