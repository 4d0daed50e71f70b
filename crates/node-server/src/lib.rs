//! The node as a service: a running [`localnet`] node behind one port that unmodified TON SDK clients can use.
