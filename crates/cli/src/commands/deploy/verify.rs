//! `subgov deploy verify`

use governance::workflow::founding::{Difference, differences};
use governance::{Organs, contracts::NAMES};
use serde_json::json;
use ton_abi::Address;

use super::show::difference_to_json;
use super::site::{Site, SiteArgs};
use crate::error::{CliError, Status};
use crate::failure::{from_client, from_workflow};
use crate::output::{Answer, Progress};
use crate::table::{Column, table};

#[derive(Debug, clap::Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    site: SiteArgs,
    /// Address of the registry, if it does not follow from the deployer's key and the nonce.
    #[arg(long, value_name = "ADDRESS")]
    registry: Option<Address>,
}

pub(super) async fn run(args: &Verify, progress: Progress) -> Result<Answer, CliError> {
    let site = args.site.open(false, progress).await?;
    let registry = match &args.registry {
        Some(address) => address.clone(),
        None => site.blueprint()?.places().registry.clone(),
    };
    let what = format!("the organisation at {registry} cannot be read");
    let (client, abis) = (&site.local.client, site.contracts.organisation.abis());
    let organs = Organs::open(client, abis, registry).await.map_err(|error| from_client(&what, error))?;
    let found = differences(&organs, &site.charter()).await.map_err(|error| from_workflow(&what, error))?;
    conclude(&site, &organs, &found)
}

fn conclude(site: &Site, organs: &Organs<'_>, found: &[Difference]) -> Result<Answer, CliError> {
    let codes: Vec<_> = NAMES
        .iter()
        .map(|name| {
            let hash = site.contracts.organisation.get(name).image.code_hash();
            (*name, hash.map(|hash| hash.to_string()).unwrap_or_default())
        })
        .collect();
    let data = json!({
        "registry": organs.registry.address().to_string(),
        "multisig": organs.multisig.address().to_string(),
        "treasury": organs.treasury.address().to_string(),
        "jury_pool": organs.jury_pool.address().to_string(),
        "contracts": site.contracts.origin,
        "codes": codes.iter().map(|(name, hash)| json!({ "contract": name, "code_hash": hash })).collect::<Vec<_>>(),
        "differences": found.iter().map(difference_to_json).collect::<Vec<_>>(),
    });
    if !found.is_empty() {
        let list: Vec<_> = found.iter().map(|it| format!("\n        {it}")).collect();
        return Err(CliError::new(
            Status::Refused,
            "differs",
            format!("the organisation at {} is not as its files say", organs.registry.address()),
            format!("the chain differs from the files in {} places:{}", found.len(), list.concat()),
            "see with `subgov deploy plan` what members can do about it",
        )
        .with_data(data));
    }
    let mut text = table(
        &[Column::Text("Contract"), Column::Text("Code on the chain, equal to the rebuilt one")],
        codes.into_iter().map(|(name, hash)| vec![name.to_owned(), hash]),
    );
    text += &format!(
        "Everything that registry, multisig, treasury and jury pool say is as in the files.\nregistry  {}\n",
        organs.registry.address()
    );
    Ok(Answer { text, data, warnings: site.contracts.warnings.clone().into_iter().collect() })
}
