//! tsolc
