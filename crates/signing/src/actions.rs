//! What members decide on: the actions of the registry and the structs of their payloads.
//!
//! Source: `IMemberRegistry` and `IContestEscrow` in `contracts/interfaces`; a test compares them with what the crate
//! `governance` encodes.

use serde_json::{Value, json};
use ton_abi::{Cell, ContractAbi, Decoded, NamedAbiValue};

/// Names of `IMemberRegistry.Action`, in the order of their numbers.
const NAMES: [&str; 19] = [
    "None",
    "AdmitMember",
    "RotateKey",
    "RemoveMember",
    "SetParams",
    "LaunchContest",
    "CancelContest",
    "ExtendDeadline",
    "HoldPayout",
    "DisqualifyEntry",
    "AmendStage",
    "CloseStage",
    "ExtraGrant",
    "PayOrg",
    "ReturnFunds",
    "UpgradeCode",
    "Signal",
    "SetPolicy",
    "Dissolve",
];

/// Members of the payloads by the actions' numbers, as `name type`; `Name[]` is a list of one of [`LISTS`].
const PAYLOADS: &[(u8, &str)] = &[
    (1, "candidate uint32"),
    (2, "oldKey uint256, newKey uint256"),
    (3, "key uint256, reasonHash uint256"),
    (
        4,
        "votingDelay uint32, votingPeriod uint32, grace uint32, minMembers uint8, maxMembers uint8, maxPlace uint8, \
         candidacyCycles uint8, renewWindow uint32, juryBpsMax uint16, orgBpsMax uint16, confirmWindow uint32, \
         holdMax uint32, forbidMembers bool",
    ),
    (
        5,
        "kind uint8, stage uint8, item uint8, topic uint8, title string, docLink string, docHash uint256, \
         termsHash uint256, needDod bool, prizes uint128[], proRata bool, fund uint128, juryBps uint16, orgBps uint16, \
         openAt uint32, entriesEnd uint32, commitSpan uint32, revealSpan uint32, confirmWindow uint32, minJurors uint8, \
         minScores uint8, maxEntries uint8, entryDeposit uint128, isSealed bool, seats uint8, author address, \
         dependsOn uint32[], bootstrapJury Juror[]",
    ),
    (7, "contestId uint32, phase uint8, time uint32"),
    (8, "contestId uint32, until uint32"),
    (11, "stage uint8, reportHash uint256, link string"),
    (13, "payments Payment[], memoHash uint256"),
    (16, "docHash uint256, link string, soft bool"),
    (17, "allowlist address[], freeLimit uint128"),
];

/// Structs that lists consist of.
const LISTS: &[(&str, &str)] =
    &[("Juror[]", "key uint256, addr address"), ("Payment[]", "to address, amount uint128")];

/// Name of the action with this number.
pub(crate) fn name(kind: u8) -> Option<&'static str> {
    NAMES.get(usize::from(kind)).copied()
}

/// The parameters in a payload; `None` if the action is not known here, or the cell holds something else.
pub(crate) fn decode(kind: u8, payload: &Cell) -> Option<Vec<NamedAbiValue>> {
    let (_, members) = PAYLOADS.iter().find(|(number, _)| *number == kind)?;
    let document = json!({
        "version": "2.3",
        "header": [],
        "functions": [],
        "events": [],
        "fields": components(members),
    });
    let Decoded { values, .. } = ContractAbi::from_value(&document).ok()?.decode_fields(payload).ok()?;
    Some(values)
}

fn components(members: &str) -> Value {
    members
        .split(',')
        .filter_map(|member| member.trim().split_once(' '))
        .map(|(name, ty)| match LISTS.iter().find(|(list, _)| *list == ty) {
            Some((_, members)) => {
                json!({ "name": name, "type": "tuple[]", "components": components(members) })
            }
            None => json!({ "name": name, "type": ty }),
        })
        .collect()
}
