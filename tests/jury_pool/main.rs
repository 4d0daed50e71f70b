//! The independent jury, alone with a registry and contests that the test plays (governance 5.10; T35, T61, T74,
//! T77, T81).

mod authority;
mod contests;
mod gas;
mod jurors;
mod pool;
mod random;
mod seats;
