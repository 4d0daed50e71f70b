//! Cells inside of arguments: messages that a wallet sends on, parameters of decisions.

use ton_abi::{Body, Cell, Decoder, MessageKind};

use super::argument::{Argument, Inside, arguments};
use crate::actions;
use crate::contracts::built_in;
use ton_abi::printable;

/// How deep calls inside of calls are read.
const DEPTH: u8 = 4;

/// Reads what the cells of a call hold. `contract` is the one that is called, if it is known.
pub(super) fn read(arguments: &mut [Argument], function: &str, contract: Option<&str>) {
    let action = if (contract, function) == (Some("MemberRegistry"), "propose") {
        arguments.iter().find(|it| it.name == "kind").and_then(|kind| kind.value.as_str()?.parse().ok())
    } else {
        None
    };
    if let Some(kind) = action
        && let Some(name) = actions::name(kind)
    {
        for argument in arguments.iter_mut() {
            match argument.name.as_str() {
                "kind" => argument.words = format!("{kind}, {name}"),
                "payload" => argument.inside = argument.cell.as_ref().map(|cell| decision(kind, name, cell)),
                _ => {}
            }
        }
    }
    if (contract, function) == (Some("Proposal"), "vote") {
        for choice in arguments.iter_mut().filter(|argument| argument.name == "choice") {
            let word = match choice.value.as_str() {
                Some("1") => "yes",
                Some("2") => "no",
                Some("3") => "abstain",
                _ => "no choice that the contract has",
            };
            choice.words = format!("{}, {word}", choice.words);
        }
    }
    read_calls(arguments, DEPTH);
}

fn decision(kind: u8, name: &'static str, cell: &Cell) -> Inside {
    match actions::decode(kind, cell) {
        Some(values) => Inside::Action { name, arguments: arguments(&values, true) },
        None => unknown(cell),
    }
}

/// Cells as messages of contracts, at any depth of the arguments.
fn read_calls(arguments: &mut [Argument], depth: u8) {
    for argument in arguments {
        read_calls(&mut argument.parts, depth);
        if let Some(cell) = &argument.cell
            && argument.inside.is_none()
        {
            argument.inside = Some(message(cell, depth));
        }
    }
}

fn message(cell: &Cell, depth: u8) -> Inside {
    if cell.bit_len() == 0 && cell.reference_count() == 0 {
        return Inside::Nothing;
    }
    let known: Vec<_> = built_in()
        .iter()
        .filter_map(|contract| Some((contract.name, contract.abi.decode_internal_call(cell).ok()?)))
        .collect();
    let Some((_, call)) = known.first() else {
        return match Decoder::new().decode(cell, MessageKind::Internal, None) {
            Body::Comment(text) => Inside::Comment(printable(&text)),
            _ => unknown(cell),
        };
    };
    let mut arguments = arguments(&call.values, true);
    if depth > 0 {
        read_calls(&mut arguments, depth - 1);
    }
    let contracts = known.iter().map(|(name, _)| *name).collect();
    Inside::Call { contracts, function: call.name.to_string(), arguments }
}

fn unknown(cell: &Cell) -> Inside {
    Inside::Unknown { hash: *cell.repr_hash() }
}
