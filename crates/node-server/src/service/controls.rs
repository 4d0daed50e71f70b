//! Clock and mode of a running node.

use localnet::{Delivery, Error as NodeError, Node, NodeOptions};
use ton_abi::UnixTime;

use super::{Clock, Error, Mode, Service, Settings};

impl Service {
    /// Lets chain time pass at once; gives the new time.
    ///
    /// # Errors
    /// [`NodeError::ClockRange`].
    pub async fn advance(&self, seconds: u32) -> Result<UnixTime, Error> {
        self.clock(move |clock, node| clock.advance(node, seconds)).await
    }

    /// Sets chain time, which a running clock goes on from.
    ///
    /// # Errors
    /// [`NodeError::ClockBackwards`] before the newest block.
    pub async fn set_time(&self, now: UnixTime) -> Result<UnixTime, Error> {
        self.clock(move |clock, node| clock.set(node, now)).await
    }

    /// Stops the clock, at this time if one is given.
    ///
    /// # Errors
    /// As [`Service::set_time`].
    pub async fn freeze(&self, at: Option<UnixTime>) -> Result<UnixTime, Error> {
        self.clock(move |clock, node| {
            clock.freeze(node)?;
            at.map_or(Ok(()), |at| clock.set(node, at))
        })
        .await
    }

    /// Lets the clock run on from where it stands.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn resume(&self) -> Result<UnixTime, Error> {
        self.clock(|clock, node| {
            clock.resume(node);
            Ok(())
        })
        .await
    }

    /// Back to the wall clock: SE's `reset-time`. Blocks keep the time of the newest one until it has caught up.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn reset_time(&self) -> Result<UnixTime, Error> {
        self.clock(|clock, _| {
            clock.reset();
            Ok(())
        })
        .await
    }

    async fn clock(
        &self,
        f: impl FnOnce(&mut Clock, &mut Node) -> Result<(), NodeError> + Send + 'static,
    ) -> Result<UnixTime, Error> {
        self.settings(move |settings, node| {
            f(&mut settings.clock, node)?;
            settings.clock.apply(node)?;
            Ok(node.now())
        })
        .await
    }

    /// Changes when blocks are made.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn set_mode(&self, mode: Mode) -> Result<(), Error> {
        self.settings(move |settings, _| {
            settings.mode = mode;
            Ok(())
        })
        .await
    }

    /// Changes how blocks are filled.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn set_options(
        &self,
        f: impl FnOnce(&mut NodeOptions) + Send + 'static,
    ) -> Result<NodeOptions, Error> {
        self.settings(move |_, node| {
            let mut options = node.options().clone();
            f(&mut options);
            node.set_options(options);
            Ok(node.options().clone())
        })
        .await
    }

    /// SE's sequential mode: a block for each transaction, each a second later than the one before. Switching it
    /// off brings the default filling of blocks and a running clock.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn set_sequential(&self, on: bool) -> Result<(), Error> {
        self.settings(move |settings, node| {
            let usual = NodeOptions::default();
            let mut options = node.options().clone();
            if on {
                settings.clock.freeze(node)?;
                options.block_transactions = 1;
                options.seconds_per_block = 1;
                options.delivery = Delivery::NextBlock;
            } else {
                settings.clock.frozen = false;
                settings.clock.catch_up(node);
                options.block_transactions = usual.block_transactions;
                options.seconds_per_block = usual.seconds_per_block;
                options.delivery = usual.delivery;
            }
            node.set_options(options);
            Ok(())
        })
        .await
    }

    /// Whether blocks are made as in SE's sequential mode.
    #[must_use]
    pub fn is_sequential(&self) -> bool {
        let published = self.published();
        let options = published.node.options();
        published.clock.frozen && options.block_transactions == 1 && options.seconds_per_block == 1
    }

    async fn settings<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Settings, &mut Node) -> Result<T, NodeError> + Send + 'static,
    ) -> Result<T, Error> {
        self.command(move |driver| driver.set(f)).await
    }
}
