//! ton-client
