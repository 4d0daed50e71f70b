//! What is on the network: that it answers, its clock and prices, the contracts and their parameters.

use std::time::SystemTime;

use governance::contracts::Contracts;
use governance::registry::CodeKind;
use governance::{Organs, jury_pool, multisig, registry, treasury};
use localnet::giver;
use serde_json::{Value, json};
use ton_abi::{Address, Hash, Nano};
use ton_client::net::Transport;

use super::Check;
use crate::error::{CliError, Status};
use crate::failure::from_client;
use crate::network::{NetworkArgs, Place, Remote};
use crate::overview::tokens;
use crate::state::{World, short};
use crate::utc::utc;

/// Difference of the clocks from which messages are refused as dated in the future, or expired at once, in seconds.
const CLOCK_LIMIT: u64 = 30;

/// The network that the arguments choose, without an organisation.
pub(super) async fn reachable(args: &NetworkArgs) -> Vec<Check> {
    match args.place(None, true) {
        // Nothing to reach, or the check of the configuration has said why not.
        Ok(Place::Embedded) | Err(_) => Vec::new(),
        Ok(Place::Remote(profile)) => match Remote::open(&profile).await {
            Ok(remote) => of(remote.transport().as_ref(), true).await,
            Err(error) => vec![Check::of("network", &error)],
        },
    }
}

/// The network of an organisation.
pub(super) async fn network(world: &World) -> Vec<Check> {
    of(world.local.client.transport(), world.local.embedded().is_none()).await
}

async fn of(transport: &dyn Transport, has_clock: bool) -> Vec<Check> {
    let failed = |error: ton_client::net::TransportError| {
        let hint = "check the connection and that the network runs, then try again";
        Check::fail("network", Status::Network, error.to_string(), hint)
    };
    let head = match transport.head(&giver::ADDRESS).await {
        Ok(head) => head,
        Err(error) => return vec![failed(error)],
    };
    let kind = if transport.is_local() { "for development" } else { "where money counts" };
    let found = format!("{}, {kind}, block {} of {} UTC", transport.name(), head.seq_no, utc(head.gen_utime));
    let mut checks = vec![Check::ok("network", found)];
    if has_clock {
        match transport.now(&giver::ADDRESS).await {
            Ok(now) => checks.push(clock(now.seconds().0)),
            Err(error) => checks.push(failed(error)),
        }
    }
    match transport.config().await {
        Ok(config) => checks.push(prices(&config)),
        Err(error) => checks.push(failed(error)),
    }
    checks
}

/// The computer's clock does not sign anything, since headers take the chain's time; but people read deadlines by it.
fn clock(chain: u32) -> Check {
    let own = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |passed| passed.as_secs());
    let difference = own.abs_diff(chain.into());
    let subject = "clock";
    if difference <= CLOCK_LIMIT {
        return Check::ok(subject, format!("{difference} s from the network's"));
    }
    let side = if own > chain.into() { "ahead of" } else { "behind" };
    let found = format!("this computer's is {difference} s {side} the network's");
    Check::warn(
        subject,
        found,
        "set the clock, unless the network's was moved on purpose; deadlines count by the network's",
    )
}

/// The prices that the amounts for gas in the contracts were measured under.
fn prices(config: &chain::Config) -> Check {
    let measured = chain::Config::local();
    // All contracts live in workchain 0. Prices are in nanotokens for 65 536 units of gas.
    let price = |config: &chain::Config| config.gas_prices(0).gas_price >> 16;
    let forward = |config: &chain::Config| config.forward_prices(false).lump_price;
    let (gas, most) = (price(config), price(&measured));
    let (lump, most_lump) = (forward(config), forward(&measured));
    let found = format!("gas {gas} nanotokens a unit, {lump} for forwarding a message");
    if gas <= most && lump <= most_lump {
        return Check::ok("prices", found);
    }
    let hint = format!(
        "the contracts' amounts for gas were measured at {most} and {most_lump}: watch balances, and top contracts up"
    );
    Check::warn("prices", found, hint)
}

/// Contracts and parameters of an organisation.
pub(super) async fn organisation(world: &World) -> Vec<Check> {
    let organs = match world.organs().await {
        Ok(organs) => organs,
        Err(error) => return vec![Check::of("organisation", &error)],
    };
    let built = match Contracts::built_in() {
        Ok(built) => built,
        Err(error) => {
            let hint = "install this program again";
            return vec![Check::fail("contracts", Status::Usage, error.to_string(), hint)];
        }
    };
    let mut checks = Vec::new();
    for (name, address) in [
        (registry::CONTRACT, organs.registry.address()),
        (multisig::CONTRACT, organs.multisig.address()),
        (treasury::CONTRACT, organs.treasury.address()),
        (jury_pool::CONTRACT, organs.jury_pool.address()),
    ] {
        let wanted = built.get(name).image.code_hash();
        checks.push(code(world, name, address, wanted).await.unwrap_or_else(|error| Check::of(name, &error)));
    }
    let more = [codes(&organs, &built).await, parameters(world, &organs).await, money(&organs).await];
    checks.extend(
        more.into_iter().map(|check| check.unwrap_or_else(|error| Check::of("organisation", &error))),
    );
    checks
}

/// The code of an account is the one that this program was built with.
async fn code(world: &World, name: &str, address: &Address, wanted: Option<Hash>) -> Result<Check, CliError> {
    let account = world.local.client.account(address).await;
    let account = account.map_err(|error| from_client(format!("{name} cannot be read"), error))?;
    let found = account.code().map(|code| *code.repr_hash());
    let subject = format!("contract {name}");
    let place = short(address);
    Ok(match found {
        None => {
            let hint = "look at the account with `subgov account show`";
            Check::fail(subject, Status::Refused, format!("no code at {place}"), hint)
        }
        found if found == wanted => Check::ok(subject, format!("{place} has the code of this program")),
        Some(found) => {
            let hint = "it was built by another version: check it with `subgov contract verify`";
            Check::warn(subject, format!("{place} has the code {found}"), hint)
        }
    })
}

/// The codes that the registry deploys.
async fn codes(organs: &Organs<'_>, built: &Contracts) -> Result<Check, CliError> {
    let failed = |error| from_client("the registry's codes cannot be read", error);
    let hashes = organs.registry.codes().await.map_err(failed)?.code_hashes;
    let other: Vec<_> = CodeKind::ALL
        .iter()
        .zip(hashes)
        .filter(|(kind, hash)| built.code(**kind).map(|code| code.repr_hash().0) != Some(hash.0))
        .map(|(kind, _)| kind.word())
        .collect();
    let subject = "codes to deploy";
    Ok(if other.is_empty() {
        Check::ok(subject, "proposals and contests get the code of this program")
    } else {
        let found = format!("{} will be another one than this program's", other.join(", "));
        Check::warn(subject, found, "use the version of this program that founded the organisation")
    })
}

/// The registry's parameters, against those of the organisation's files.
async fn parameters(world: &World, organs: &Organs<'_>) -> Result<Check, CliError> {
    let failed = |error| from_client("the registry's parameters cannot be read", error);
    let present = json!(organs.registry.params().await.map_err(failed)?);
    let founded = json!(world.organisation.governance.params);
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let Value::Object(members) = &present else { return Ok(Check::ok("parameters", "none")) };
    let all = members.iter().map(|(name, value)| format!("{name} {}", plain(value)));
    let changed: Vec<_> = members
        .iter()
        .filter(|(name, value)| founded[name.as_str()] != **value)
        .map(|(name, _)| name.as_str())
        .collect();
    let all = all.collect::<Vec<_>>().join(", ");
    Ok(if changed.is_empty() {
        Check::ok("parameters", format!("as founded: {all}"))
    } else {
        Check::ok("parameters", format!("{} changed by decisions: {all}", changed.join(", ")))
    })
}

/// Contracts that run low on gas money.
async fn money(organs: &Organs<'_>) -> Result<Check, CliError> {
    let failed = |error| from_client("the gas money cannot be read", error);
    let free: Nano = organs.registry.free_funds().await.map_err(failed)?;
    let found = format!("the registry has {} TON above its floor", tokens(free));
    Ok(if free.is_zero() {
        Check::fail(
            "gas money",
            Status::Safety,
            found,
            "send it money: without it nobody can propose anything",
        )
    } else {
        Check::ok("gas money", found)
    })
}
