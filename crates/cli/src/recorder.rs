//! What runs workflows on a network: it notes what happens, tells it, and moves the clock.

use governance::Roster;
use governance::workflow::{self, Host};
use keys::PublicKey;
use ton_abi::{Address, Nano, UnixTime};
use ton_client::processing::Tree;

use crate::error::CliError;
use crate::ledger::Ledger;
use crate::local::Local;
use crate::output::Progress;
use crate::utc::utc;

/// Notes, tells, and moves the clock.
pub(crate) struct Recorder<'a> {
    pub(crate) local: &'a Local,
    pub(crate) roster: Roster,
    pub(crate) progress: Progress,
    pub(crate) ledger: Ledger,
}

impl<'a> Recorder<'a> {
    pub(crate) fn new(local: &'a Local, roster: Roster, progress: Progress) -> Self {
        Self { local, roster, progress, ledger: Ledger::default() }
    }

    /// Begins an act and tells its title and the chain's time.
    pub(crate) fn act(&mut self, title: &str) {
        self.ledger.begin(title);
        let now = self.local.embedded().map(|node| format!(" ({} UTC)", utc(node.lock().now())));
        self.progress.say(format!("{title}{}", now.unwrap_or_default()));
    }

    /// One line of progress inside an act.
    pub(crate) fn say(&self, line: impl AsRef<str>) {
        self.progress.say(format!("  {}", line.as_ref()));
    }

    /// Lets the giver send money.
    pub(crate) async fn give(&mut self, to: &Address, value: Nano) -> Result<(), CliError> {
        let tree = self.local.give(to, value).await?;
        self.ledger.note(format!("giver gives {value:#} TON"), "giver", &tree);
        Ok(())
    }
}

impl Host for Recorder<'_> {
    fn note(&mut self, step: &str, who: Option<PublicKey>, tree: &Tree) {
        let who = who.map(|key| self.roster.label(&key)).unwrap_or_default();
        self.ledger.note(step, who, tree);
    }

    async fn wait_until(&mut self, time: UnixTime) -> workflow::Result<()> {
        let waited = self.local.wait_until(time).await;
        waited.map_err(|error| workflow::Error::Host(error.why.into()))
    }
}
