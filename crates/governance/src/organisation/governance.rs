//! `governance.toml`: how the organisation decides and what it starts with.

use serde::{Deserialize, Serialize};
use ton_abi::{Nano, UnixTime};

use super::{Error, FileKind, Organisation, Span};
use crate::model::limits;

/// How the organisation decides and what it starts with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Governance {
    /// Parameters of the member registry.
    pub params: Params,
    /// Boundaries of the cycles: cycle n lasts from the n-th to the next, counted from 0.
    pub cycle_bounds: Vec<UnixTime>,
    /// Gas money from the deployer.
    pub gas: GasMoney,
    /// What every entrant accepts (the hash of it is on the chain).
    pub terms: String,
    /// What every member signs (the hash of it is on the chain).
    pub declaration: String,
}

/// Parameters of the member registry, all within its bounds. In JSON they are `IMemberRegistry.Params`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Params {
    /// From proposing to the start of voting.
    pub voting_delay: Span,
    /// Length of voting.
    pub voting_period: Span,
    /// How long a passed decision can be carried out.
    pub grace: Span,
    /// Fewest members for normal work.
    #[serde(with = "ton_abi::number")]
    pub min_members: u8,
    /// Most members.
    #[serde(with = "ton_abi::number")]
    pub max_members: u8,
    /// Lowest place whose winner may become candidate.
    #[serde(with = "ton_abi::number")]
    pub max_place: u8,
    /// Cycles that a candidacy lives.
    #[serde(with = "ton_abi::number")]
    pub candidacy_cycles: u8,
    /// Before the end of a mandate in which it can be renewed.
    pub renew_window: Span,
    /// Greatest jury share in 1/10000 of the participants' reward.
    #[serde(with = "ton_abi::number")]
    pub jury_bps_max: u16,
    /// Greatest share of the organisation in 1/10000 of the participants' reward.
    #[serde(with = "ton_abi::number")]
    pub org_bps_max: u16,
    /// Least time for the confirmation of a payout.
    pub confirm_window: Span,
    /// Longest hold of a payout.
    pub hold_max: Span,
    /// Whether contests refuse entries of members.
    pub forbid_members: bool,
}

/// What the deployer gives to each contract for gas; no part of any grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GasMoney {
    /// To the member registry, which pays for proposals and contests.
    pub registry: Nano,
    /// To the members' multisig.
    pub multisig: Nano,
    /// To the treasury.
    pub treasury: Nano,
    /// To the jury pool.
    pub jury_pool: Nano,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GovernanceFile {
    params: ParamsEntry,
    cycles: CyclesEntry,
    gas: GasEntry,
    texts: TextsEntry,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ParamsEntry {
    #[serde(deserialize_with = "Span::from_text")]
    voting_delay: Span,
    #[serde(deserialize_with = "Span::from_text")]
    voting_period: Span,
    #[serde(deserialize_with = "Span::from_text")]
    grace: Span,
    min_members: u8,
    max_members: u8,
    max_place: u8,
    candidacy_cycles: u8,
    #[serde(deserialize_with = "Span::from_text")]
    renew_window: Span,
    jury_bps_max: u16,
    org_bps_max: u16,
    #[serde(deserialize_with = "Span::from_text")]
    confirm_window: Span,
    #[serde(deserialize_with = "Span::from_text")]
    hold_max: Span,
    forbid_members: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CyclesEntry {
    bounds: Vec<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GasEntry {
    registry: u64,
    multisig: u64,
    treasury: u64,
    jury_pool: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TextsEntry {
    terms: String,
    declaration: String,
}

pub(super) fn read(text: &str) -> Result<Governance, Error> {
    let GovernanceFile { params, cycles, gas, texts } = super::file::syntax(FileKind::Governance, text)?;
    let ParamsEntry {
        voting_delay,
        voting_period,
        grace,
        min_members,
        max_members,
        max_place,
        candidacy_cycles,
        renew_window,
        jury_bps_max,
        org_bps_max,
        confirm_window,
        hold_max,
        forbid_members,
    } = params;
    Ok(Governance {
        params: Params {
            voting_delay,
            voting_period,
            grace,
            min_members,
            max_members,
            max_place,
            candidacy_cycles,
            renew_window,
            jury_bps_max,
            org_bps_max,
            confirm_window,
            hold_max,
            forbid_members,
        },
        cycle_bounds: cycles.bounds.into_iter().map(UnixTime).collect(),
        gas: GasMoney {
            registry: Nano::tokens(gas.registry),
            multisig: Nano::tokens(gas.multisig),
            treasury: Nano::tokens(gas.treasury),
            jury_pool: Nano::tokens(gas.jury_pool),
        },
        terms: texts.terms,
        declaration: texts.declaration,
    })
}

impl Params {
    /// Checks the bounds that the registry holds them to.
    ///
    /// # Errors
    /// [`Error::Parameter`] with the first that is out of its bounds.
    pub fn check(&self) -> Result<(), Error> {
        let wrong = bounded(self).into_iter().find(|(_, found, min, max)| !(min..=max).contains(&found));
        wrong.map_or(Ok(()), |(name, found, min, max)| Err(Error::Parameter { name, found, min, max }))
    }
}

/// A parameter with its bounds, all as numbers.
type Bounded = (&'static str, u32, u32, u32);

/// Bounds of the parameters. Source: `_inBounds` of the registry.
fn bounded(params: &Params) -> [Bounded; 12] {
    let (day, month) = (limits::SPAN_MIN, limits::SPAN_MAX);
    let members = [limits::MIN_MEMBERS, limits::MAX_MEMBERS].map(u32::from);
    let (cycles, share) = (u32::from(limits::CANDIDACY_CYCLES), u32::from(limits::SHARE_MAX));
    [
        ("voting_delay", params.voting_delay.0, 0, limits::VOTING_DELAY_MAX),
        ("voting_period", params.voting_period.0, day, month),
        ("grace", params.grace.0, day, month),
        ("min_members", params.min_members.into(), members[0], params.max_members.into()),
        ("max_members", params.max_members.into(), members[0], members[1]),
        ("max_place", params.max_place.into(), 1, u32::from(limits::WINNER_PLACES)),
        ("candidacy_cycles", params.candidacy_cycles.into(), 1, cycles),
        ("renew_window", params.renew_window.0, day, month),
        ("jury_bps_max", params.jury_bps_max.into(), 0, share),
        ("org_bps_max", params.org_bps_max.into(), 0, share),
        ("confirm_window", params.confirm_window.0, limits::CONFIRM_MIN, month),
        ("hold_max", params.hold_max.0, limits::QUICK_HOLD, month),
    ]
}

pub(super) fn check(organisation: &Organisation) -> Result<(), Error> {
    let Governance { params, cycle_bounds, terms, declaration, .. } = &organisation.governance;
    params.check()?;
    let grows = cycle_bounds.windows(2).all(|pair| pair[0] < pair[1]);
    if cycle_bounds.len() < 2 || !grows || cycle_bounds[1] != organisation.mandate_end {
        return Err(Error::CycleBounds { mandate_end: organisation.mandate_end });
    }
    if [terms, declaration].iter().any(|text| text.trim().is_empty()) {
        return Err(Error::EmptyText);
    }
    Ok(())
}
