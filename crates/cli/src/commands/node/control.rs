//! Controls of a running node: `subgov node info/time/mine/checkpoint/restore/dump/load/config --network URL`.

use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use ton_abi::{Address, Nano};
use ton_client::MsgHash;

use crate::error::{CliError, Status};
use crate::network::{NetworkArgs, Place};
use crate::output::Answer;

/// How long a control may take: loading a large state is the longest.
const PATIENCE: Duration = Duration::from_secs(600);

#[derive(Debug, clap::Args)]
pub(crate) struct Info {
    #[command(flatten)]
    network: NetworkArgs,
}

#[derive(Debug, clap::Args)]
#[group(id = "change", multiple = false)]
pub(crate) struct Change {
    /// Let so many seconds pass at once.
    #[arg(long, value_name = "SECONDS")]
    advance: Option<u32>,
    /// Set the time, seconds since 1970; chain time does not go back.
    #[arg(long, value_name = "TIME")]
    set: Option<u32>,
    /// Let the clock stand still.
    #[arg(long)]
    freeze: bool,
    /// Let the clock run on from where it stands.
    #[arg(long)]
    resume: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Time {
    #[command(flatten)]
    network: NetworkArgs,
    #[command(flatten)]
    change: Change,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Mine {
    #[command(flatten)]
    network: NetworkArgs,
    /// How many blocks.
    #[arg(default_value_t = 1, conflicts_with_all = ["settle", "only"])]
    blocks: u32,
    /// Make blocks until no message waits.
    #[arg(long, conflicts_with = "only")]
    settle: bool,
    /// Make one block of these waiting messages only.
    #[arg(long, value_name = "HASH")]
    only: Vec<MsgHash>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Checkpoint {
    #[command(flatten)]
    network: NetworkArgs,
    /// Name of the new checkpoint; without it the checkpoints are listed.
    name: Option<String>,
    /// Forget the checkpoint of this name instead.
    #[arg(long, requires = "name")]
    delete: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Restore {
    #[command(flatten)]
    network: NetworkArgs,
    /// Name of the checkpoint.
    name: String,
}

#[derive(Debug, clap::Args)]
pub(crate) struct StateFile {
    #[command(flatten)]
    network: NetworkArgs,
    /// The state file.
    file: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Config {
    #[command(flatten)]
    network: NetworkArgs,
    /// Show or replace this parameter only.
    #[arg(long, value_name = "NUMBER")]
    param: Option<u32>,
    /// File with a bag of cells to put in its place; without it the configuration is shown.
    #[arg(long, value_name = "FILE")]
    boc: Option<PathBuf>,
}

/// The controls of a running node.
struct Controls {
    http: reqwest::Client,
    base: String,
}

impl Controls {
    fn open(network: &NetworkArgs) -> Result<Self, CliError> {
        let Place::Remote(profile) = network.place(None, false)? else {
            return Err(CliError::new(
                Status::Usage,
                "no-node",
                "no running node is named",
                "this command works on a node that was started with `subgov node start`",
                "name it with --network http://127.0.0.1:8080",
            ));
        };
        let endpoint = profile.endpoints.first().cloned().unwrap_or_default();
        let http = reqwest::Client::builder().timeout(PATIENCE).build();
        let http = http.map_err(|error| unreachable(&endpoint, &error.to_string()))?;
        Ok(Self { http, base: base_of(&endpoint) })
    }

    async fn get(&self, path: &str) -> Result<Value, CliError> {
        self.json(self.http.get(self.url(path))).await
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value, CliError> {
        self.json(self.http.post(self.url(path)).body(body.to_string())).await
    }

    fn url(&self, path: &str) -> String {
        format!("{}/control/{path}", self.base)
    }

    async fn bytes(&self, request: reqwest::RequestBuilder) -> Result<Vec<u8>, CliError> {
        let lost = |error: reqwest::Error| unreachable(&self.base, &error.without_url().to_string());
        let answer = request.send().await.map_err(lost)?;
        let good = answer.status().is_success();
        let bytes = answer.bytes().await.map_err(lost)?.to_vec();
        if good { Ok(bytes) } else { Err(refused(&self.base, &bytes)) }
    }

    async fn json(&self, request: reqwest::RequestBuilder) -> Result<Value, CliError> {
        let bytes = self.bytes(request).await?;
        serde_json::from_slice(&bytes).map_err(|error| unreachable(&self.base, &error.to_string()))
    }
}

/// Where the controls are, given any of the node's endpoints.
fn base_of(endpoint: &str) -> String {
    let mut base = endpoint.trim_end_matches('/').to_owned();
    for path in ["/graphql", "/rpc"] {
        while base.ends_with(path) {
            base.truncate(base.len() - path.len());
        }
    }
    match base.split_once("://") {
        Some(("ws", rest)) => format!("http://{rest}"),
        Some(("wss", rest)) => format!("https://{rest}"),
        Some(_) => base,
        None => format!("http://{base}"),
    }
}

fn unreachable(base: &str, why: &str) -> CliError {
    let hint = "start the node with `subgov node start`, or name another with --network";
    CliError::new(Status::Network, "network", format!("the node at {base} does not answer"), why, hint)
}

fn refused(base: &str, answer: &[u8]) -> CliError {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let error = &answer["error"];
    let why = error["message"].as_str().unwrap_or("its answer is not that of a localnet").to_owned();
    let hint = "give what the message asks for; the crate page of node-server lists all controls";
    let what = format!("the node at {base} refuses");
    CliError::new(Status::Refused, "control", what, why, hint).with_data(answer)
}

fn answer(text: String, data: Value) -> Answer {
    Answer { text, data, warnings: Vec::new() }
}

pub(crate) async fn info(args: &Info) -> Result<Answer, CliError> {
    let data = Controls::open(&args.network)?.get("info").await?;
    let text = format!(
        "block {} of {} (Unix seconds), mode {}, {} messages wait\nstate {}\n",
        data["block"]["seq_no"],
        data["block"]["time"],
        data["mode"].as_str().unwrap_or_default(),
        data["waiting"],
        data["state_hash"].as_str().unwrap_or_default(),
    );
    Ok(answer(text, data))
}

pub(crate) async fn time(args: &Time) -> Result<Answer, CliError> {
    let controls = Controls::open(&args.network)?;
    let data = match args.change {
        Change { advance: Some(seconds), .. } => {
            controls.post("time/advance", &json!({ "seconds": seconds })).await?
        }
        Change { set: Some(time), .. } => controls.post("time/set", &json!({ "time": time })).await?,
        Change { freeze: true, .. } => controls.post("time/freeze", &json!({})).await?,
        Change { resume: true, .. } => controls.post("time/resume", &json!({})).await?,
        Change { .. } => controls.get("time").await?,
    };
    let state = if data["frozen"] == true { "stands still" } else { "runs" };
    let text = format!("the network's time is {} (Unix seconds), its clock {state}\n", data["time"]);
    Ok(answer(text, data))
}

pub(crate) async fn mine(args: &Mine) -> Result<Answer, CliError> {
    let body = match args {
        Mine { settle: true, .. } => json!({ "settle": true }),
        Mine { only, .. } if !only.is_empty() => {
            json!({ "only": only.iter().map(ToString::to_string).collect::<Vec<_>>() })
        }
        Mine { blocks, .. } => json!({ "blocks": blocks }),
    };
    let data = Controls::open(&args.network)?.post("mine", &body).await?;
    let count = |list: &Value| list.as_array().map_or(0, Vec::len);
    let mut text = format!("the newest block is {}\n", data["seq_no"]);
    if !args.settle {
        let (done, refused) = (count(&data["transactions"]), count(&data["rejected"]));
        text += &format!("it has {done} transactions and left out {refused} messages\n");
    }
    Ok(answer(text, data))
}

pub(crate) async fn checkpoint(args: &Checkpoint) -> Result<Answer, CliError> {
    let controls = Controls::open(&args.network)?;
    let Some(name) = &args.name else {
        let data = controls.get("checkpoints").await?;
        let list = data["checkpoints"].as_array().cloned().unwrap_or_default();
        let line =
            |one: &Value| format!("{}: block {}\n", one["name"].as_str().unwrap_or_default(), one["seq_no"]);
        return Ok(answer(list.iter().map(line).collect(), data));
    };
    let (data, done) = if args.delete {
        let request = controls.http.delete(controls.url(&format!("checkpoints/{name}")));
        (controls.json(request).await?, "forgotten")
    } else {
        (controls.post("checkpoints", &json!({ "name": name })).await?, "taken")
    };
    Ok(answer(format!("checkpoint {name} of block {} is {done}\n", data["seq_no"]), data))
}

pub(crate) async fn restore(args: &Restore) -> Result<Answer, CliError> {
    let path = format!("checkpoints/{}/restore", args.name);
    let data = Controls::open(&args.network)?.post(&path, &json!({})).await?;
    Ok(answer(format!("the network is back at block {}\n", data["seq_no"]), data))
}

pub(crate) async fn dump(args: &StateFile) -> Result<Answer, CliError> {
    let controls = Controls::open(&args.network)?;
    let bytes = controls.bytes(controls.http.get(controls.url("dump"))).await?;
    let written = File::create_new(&args.file).and_then(|mut file| file.write_all(&bytes));
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            let what = format!("{} cannot be written", args.file.display());
            let why = "there is something of that name already";
            CliError::new(
                Status::Safety,
                "file-exists",
                what,
                why,
                "take another name, or move the file away first",
            )
        }
        _ => file_failed("written", args, &error),
    })?;
    let text = format!("{} has {} bytes of state\n", args.file.display(), bytes.len());
    Ok(answer(text, json!({ "file": args.file, "bytes": bytes.len() })))
}

pub(crate) async fn load(args: &StateFile) -> Result<Answer, CliError> {
    let bytes = std::fs::read(&args.file).map_err(|error| file_failed("read", args, &error))?;
    let controls = Controls::open(&args.network)?;
    let data = controls.json(controls.http.post(controls.url("load")).body(bytes)).await?;
    Ok(answer(format!("the network goes on from block {}\n", data["seq_no"]), data))
}

fn file_failed(what: &str, args: &StateFile, error: &std::io::Error) -> CliError {
    let what = format!("{} cannot be {what}", args.file.display());
    CliError::new(Status::Usage, "state-file", what, error.to_string(), "check the path and its permissions")
}

pub(crate) async fn config(args: &Config) -> Result<Answer, CliError> {
    use base64::Engine as _;
    let controls = Controls::open(&args.network)?;
    let data = match &args.boc {
        None => controls.get("config").await?,
        Some(path) => {
            let failed = |error: std::io::Error| {
                let what = format!("{} cannot be read", path.display());
                CliError::new(Status::Usage, "missing-file", what, error.to_string(), "check the path")
            };
            let boc = base64::engine::general_purpose::STANDARD.encode(std::fs::read(path).map_err(failed)?);
            let mut body = json!({ "boc": boc });
            if let Some(number) = args.param {
                body["param"] = number.into();
            }
            controls.post("config", &body).await?
        }
    };
    let text = match args.param {
        Some(number) => {
            let param = data["params"][number.to_string()].as_str();
            format!("parameter {number}: {}\n", param.unwrap_or("absent"))
        }
        None => format!(
            "global id {}, {} parameters\n",
            data["global_id"],
            data["params"].as_object().map_or(0, |all| all.len())
        ),
    };
    Ok(answer(text, data))
}

/// Puts money on an account of a running node.
pub(crate) async fn fund(network: &NetworkArgs, to: &str, value: Nano) -> Result<Answer, CliError> {
    let address: Address = to.parse().map_err(|_| {
        let what = format!("{to:?} is no address");
        let why = "without --state there are no names";
        CliError::new(Status::Usage, "address", what, why, "give the address as 0:…, or --state for names")
    })?;
    let body = json!({ "address": address.to_string(), "value": value });
    let data = Controls::open(network)?.post("fund", &body).await?;
    let balance: Nano = serde_json::from_value(data["balance"].clone()).unwrap_or_default();
    Ok(answer(format!("{address} has {balance:#} TON\n"), data))
}

#[cfg(test)]
mod tests {
    use super::base_of;

    #[test]
    fn controls_are_beside_every_endpoint_of_a_node() {
        let base = "http://localhost:8080";
        for path in ["", "/", "/graphql", "/graphql/graphql", "/rpc"] {
            assert_eq!(base_of(&format!("{base}{path}")), base);
        }
        assert_eq!(base_of("ws://localhost:8080/graphql"), base);
        assert_eq!(base_of("localhost:8080"), base);
    }
}
