//! `subgov config …`

use clap::Subcommand;
use serde_json::json;

use crate::error::CliError;
use crate::network::{Layers, NetworkArgs};
use crate::output::Answer;
use crate::table::{Column, table};

#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// The networks by their names, and which of them is chosen.
    Show(Show),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    #[command(flatten)]
    network: NetworkArgs,
    /// Say where each value comes from.
    #[arg(long)]
    origin: bool,
}

pub(crate) fn run(command: &Config) -> Result<Answer, CliError> {
    let Config::Show(args) = command;
    let layers = Layers::read()?;
    let chosen = layers.chosen(args.network.network.as_deref());
    if let Some((name, _)) = chosen.as_ref().filter(|(name, _)| name.contains('@')) {
        // Such an address is refused, and not shown.
        layers.place(name)?;
    }
    let profiles = layers.profiles()?;
    let line = match &chosen {
        Some((name, origin)) if args.origin => format!("network: {name} (from {origin})\n"),
        Some((name, _)) => format!("network: {name}\n"),
        None => "network: the one that the directory of --state keeps\n".to_owned(),
    };
    let mut columns = vec![
        Column::Text("Network"),
        Column::Text("Protocol"),
        Column::Text("Endpoints"),
        Column::Text("Key"),
    ];
    if args.origin {
        columns.push(Column::Text("From"));
    }
    let rows = profiles.iter().map(|profile| {
        let key = if profile.auth.is_some() { "set" } else { "none" };
        let mut row = vec![
            profile.name.clone(),
            profile.protocol.name().to_owned(),
            profile.endpoints.join(", "),
            key.to_owned(),
        ];
        if args.origin {
            row.push(profile.origin.to_string());
        }
        row
    });
    let text = format!("{line}{}", table(&columns, rows));
    let networks: Vec<_> = profiles
        .iter()
        .map(|profile| {
            json!({
                "name": profile.name,
                "protocol": profile.protocol.name(),
                "endpoints": profile.endpoints,
                "key": profile.auth.is_some(),
                "origin": profile.origin.to_string(),
            })
        })
        .collect();
    let (name, origin) = chosen.map(|(name, origin)| (name, origin.to_string())).unzip();
    let data = json!({ "network": name, "origin": origin, "networks": networks });
    Ok(Answer { text, data, warnings: Vec::new() })
}
