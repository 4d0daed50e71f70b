//! Starting a node from the command line: the binary `localnet` and `subgov node start` share all of it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chain::Config;
use clap::{Args, ValueEnum};
use localnet::{Db, Genesis, Node, NodeOptions, StateFile, giver};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use ton_abi::{Nano, UnixTime};

use crate::config_file::{BadConfig, ConfigFile};
use crate::graphql::GraphqlOptions;
use crate::http::{BindError, Limits, Running, Server, ServerOptions};
use crate::service::{self, Clock, Mode, Service, Settings};

/// The port unless another one is given.
pub const DEFAULT_PORT: u16 = 8080;

/// Time between blocks in the mode interval unless given, in milliseconds.
const DEFAULT_BLOCK_TIME: u64 = 1_000;

/// When blocks are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModeName {
    /// At once when a message waits; empty ones every second.
    #[default]
    Instant,
    /// At a fixed interval.
    Interval,
    /// Only when asked over /control/mine.
    Manual,
}

/// How to start a node.
#[derive(Debug, Clone, Default, Args)]
pub struct StartArgs {
    /// Port to listen on; 0 takes a free one. [default: 8080]
    #[arg(long, value_name = "PORT", env = "LOCALNET_PORT")]
    pub port: Option<u16>,
    /// Address to listen on; anybody who reaches it controls the node. [default: 127.0.0.1]
    #[arg(long, value_name = "ADDRESS")]
    pub host: Option<IpAddr>,
    /// Keep everything in this database; without it all is forgotten at the end.
    #[arg(long, value_name = "DIR")]
    pub db: Option<PathBuf>,
    /// Configuration file in TOML; what stands on the command line wins.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Begin with a state that /control/dump wrote, instead of an empty network with a giver.
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// When blocks are made. [default: instant]
    #[arg(long, value_name = "MODE")]
    pub mode: Option<ModeName>,
    /// Milliseconds between blocks: of all in the mode interval, of empty ones in the mode instant. [default: 1000]
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u64).range(10..=86_400_000))]
    pub block_time: Option<u64>,
    /// Let the clock stand still until told: equal inputs then give an equal state.
    #[arg(long)]
    pub frozen: bool,
    /// Chain time at the start, seconds since 1970. [default: now; of a frozen clock 2020-12-01]
    #[arg(long, value_name = "SECONDS")]
    pub time: Option<u32>,
    /// Do not report rejected messages at once (REMP), as networks without it.
    #[arg(long)]
    pub no_remp: bool,
    /// Text that the randomness of contracts comes from.
    #[arg(long, value_name = "TEXT")]
    pub seed: Option<String>,
}

/// Why a node does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The configuration file is wrong.
    #[error("the configuration file {path} cannot be used: {reason}")]
    Config {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: BadConfig,
    },
    /// The database or the state file cannot be used.
    #[error(transparent)]
    Node(#[from] localnet::Error),
    /// There is no such state file.
    #[error("there is no state file {path}")]
    NoState {
        /// The file.
        path: PathBuf,
    },
    /// A state to begin with, and a database that began already.
    #[error(
        "the database {path} holds a network already: a state to begin with goes with a new database only"
    )]
    StateAndDb {
        /// The database.
        path: PathBuf,
    },
    /// The driver does not start or its first block fails.
    #[error(transparent)]
    Service(#[from] service::Error),
    /// The port cannot be served.
    #[error(transparent)]
    Bind(#[from] BindError),
}

impl StartArgs {
    /// Starts the node and its server. Needs a tokio runtime with I/O and time.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(&self) -> Result<Running, StartError> {
        let file = self.file()?;
        let service = self.service().await?;
        let host = self.host.or(file.host).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let addr = SocketAddr::new(host, self.port.or(file.port).unwrap_or(DEFAULT_PORT));
        let graphql = GraphqlOptions { remp: service.info().remp_enabled, ..GraphqlOptions::default() };
        let options = ServerOptions { addr, graphql, limits: Limits::default() };
        Ok(Server::bind(service, options).await?)
    }

    /// Starts the node alone; [`Server::bind`] takes it from there.
    ///
    /// # Errors
    /// [`StartError`] but [`StartError::Bind`].
    pub async fn service(&self) -> Result<Service, StartError> {
        let file = self.file()?;
        let bad_chain = |reason| StartError::Config { path: self.config.clone().unwrap_or_default(), reason };
        let plan = Plan::new(self, &file, file.chain().map_err(bad_chain)?);
        let (node, db) = self.open(&file, &plan)?;
        let service = Service::start(node, db, plan.settings(self, &file))?;
        if service.snapshot().head().seq_no == 0 {
            // Clients read the configuration from the newest key block before they sign anything.
            service.produce().await?;
        }
        Ok(service)
    }

    fn file(&self) -> Result<ConfigFile, StartError> {
        let Some(path) = &self.config else { return Ok(ConfigFile::default()) };
        ConfigFile::open(path).map_err(|reason| StartError::Config { path: path.clone(), reason })
    }

    fn open(&self, file: &ConfigFile, plan: &Plan) -> Result<(Node, Option<Db>), StartError> {
        let begin = || match &self.state {
            None => plan.genesis().map_err(StartError::Node),
            Some(path) => match StateFile::open(path)? {
                (_, Some(node)) => Ok(node),
                (_, None) => Err(StartError::NoState { path: path.clone() }),
            },
        };
        let Some(path) = self.db.as_ref().or(file.db.as_ref()) else {
            return Ok((begin()?, None));
        };
        let beginning = if self.state.is_some() { Some(begin()?) } else { None };
        let mut new = false;
        let (db, node) = Db::open(path, || {
            new = true;
            beginning.map_or_else(|| plan.genesis(), Ok)
        })?;
        if self.state.is_some() && !new {
            return Err(StartError::StateAndDb { path: path.clone() });
        }
        Ok((node, Some(db)))
    }
}

/// What a network begins with.
#[derive(Clone)]
struct Plan {
    config: Config,
    options: NodeOptions,
    time: UnixTime,
    seed: [u8; 32],
    balance: Nano,
    frozen: bool,
}

impl Plan {
    fn new(args: &StartArgs, file: &ConfigFile, config: Config) -> Self {
        let frozen = args.frozen || file.frozen;
        let seed = args.seed.as_ref().or(file.seed.as_ref());
        let usual = if frozen { Genesis::DEFAULT_TIME } else { wall_clock() };
        Self {
            config,
            options: file.blocks(),
            time: args.time.or(file.time).map_or(usual, UnixTime),
            seed: seed.map_or([0; 32], |text| Sha256::digest(text.as_bytes()).into()),
            balance: file.giver_balance.unwrap_or(giver::BALANCE),
            frozen,
        }
    }

    fn genesis(&self) -> Result<Node, localnet::Error> {
        let mut genesis = Genesis::new(self.config.clone());
        genesis.options = self.options.clone();
        genesis.time = self.time;
        genesis.seed = self.seed;
        Node::new(crate::giver::fund(genesis, self.balance)?)
    }

    fn settings(&self, args: &StartArgs, file: &ConfigFile) -> Settings {
        let block_time = args.block_time.or(file.block_time);
        let pause = Duration::from_millis(block_time.unwrap_or(DEFAULT_BLOCK_TIME));
        let pause = pause.clamp(Settings::MIN_INTERVAL, Settings::MAX_INTERVAL);
        let mut clock = Clock::running();
        if self.frozen {
            clock = Clock::frozen();
        } else if let Some(time) = args.time.or(file.time) {
            clock.start_at(UnixTime(time));
        }
        let plan = self.clone();
        Settings {
            mode: match args.mode.or(file.mode).unwrap_or_default() {
                ModeName::Instant => Mode::Instant,
                ModeName::Interval => Mode::Interval(pause),
                ModeName::Manual => Mode::Manual,
            },
            clock,
            idle: pause,
            remp: !args.no_remp && file.remp.unwrap_or(true),
            genesis: args.state.is_none().then(|| Arc::new(move || plan.genesis()) as service::MakeGenesis),
            ..Settings::default()
        }
    }
}

fn wall_clock() -> UnixTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixTime(u32::try_from(since.as_secs()).unwrap_or(u32::MAX))
}
