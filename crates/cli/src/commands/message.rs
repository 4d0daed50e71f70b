//! `subgov message …`

use std::io::Read;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use clap::Subcommand;
use governance::{codes, sources};
use serde_json::json;
use ton_abi::{Body, Cell, ContractAbi, MessageKind, MessageView};
use ton_client::{Registry, boc};

use crate::body;
use crate::error::{CliError, Status};
use crate::output::Answer;
use crate::utc::utc;
use crate::view::built_in;

#[derive(Debug, Subcommand)]
pub(crate) enum Message {
    Decode(Decode),
}

/// Read a message: who sends what to whom, and what it asks for. Needs no network.
#[derive(Debug, clap::Args)]
pub(crate) struct Decode {
    /// The message as a bag of cells: a file, base64, hexadecimal digits, or - for standard input.
    #[arg(value_name = "FILE|BASE64|HEX|-")]
    message: String,
    /// Interface of a contract that is asked before the known ones.
    #[arg(long, value_name = "FILE")]
    abi: Option<PathBuf>,
}

/// The most that is read of a file or of standard input, as text. The largest message of a network has 64 KiB.
const MAX_INPUT: u64 = 1 << 20;

/// Name of the contract behind `--abi`.
const GIVEN: &str = "given";

pub(crate) fn run(command: &Message) -> Result<Answer, CliError> {
    match command {
        Message::Decode(args) => decode(args),
    }
}

fn decode(args: &Decode) -> Result<Answer, CliError> {
    let cell = read_cell(&read_input(&args.message)?)?;
    let view = MessageView::parse(&cell).map_err(|error| {
        let hint = "give a whole message; a body alone does not say who sends it to whom";
        bad("it is a bag of cells, but no message between standard addresses", hint).caused_by(error)
    })?;
    let registry = registry(args.abi.as_deref())?;
    let body = registry.decode(&view, args.abi.as_ref().map(|_| GIVEN));
    let large = view.body.as_ref().is_some_and(boc::is_bomb);
    let warnings =
        large.then(|| format!("its body unfolds to more than {} cells and was not read", boc::MAX_TREE));
    let deploys = view.init.as_ref().and_then(|init| init.code.as_ref()).map(|code| {
        let name = sources::BuiltIn.name_of(code.repr_hash());
        (code.repr_hash().to_string(), name)
    });
    let mut data = body::message_to_json(&view, &body);
    data["deploys_contract"] = json!(deploys.as_ref().and_then(|(_, name)| *name));
    let text = to_text(&view, &body, deploys.as_ref().map(|(hash, name)| (hash.as_str(), *name)));
    Ok(Answer { text, data, warnings: warnings.into_iter().collect() })
}

fn registry(abi: Option<&Path>) -> Result<Registry, CliError> {
    let mut registry = Registry::new();
    if let Some(path) = abi {
        let text = std::fs::read_to_string(path).map_err(|error| cannot_read(path, &error))?;
        registry.add_contract(GIVEN, parse_abi(path, &text)?, Vec::new());
    }
    let abis = built_in().abis();
    for name in governance::contracts::NAMES {
        registry.add_contract(name, abis.get(name).clone(), codes::exit_codes());
    }
    let giver = ContractAbi::parse(include_str!("../../../../abi/Giver.abi.json"));
    registry.add_contract("Giver", giver.expect("the compiler wrote it"), Vec::new());
    Ok(registry)
}

/// An interface from a file.
pub(crate) fn parse_abi(path: &Path, text: &str) -> Result<ContractAbi, CliError> {
    ContractAbi::parse(text).map_err(|error| {
        let what = format!("{} is no interface of a contract", path.display());
        let hint = "give a NAME.abi.json as compilers write it (ABI version 2.x)";
        CliError::new(Status::Usage, "bad-abi", what, error.to_string(), hint).caused_by(error)
    })
}

pub(crate) fn cannot_read(path: &Path, error: &std::io::Error) -> CliError {
    let what = format!("cannot read {}", path.display());
    CliError::new(Status::Usage, "missing-file", what, error.to_string(), "check the name of the file")
}

fn bad(why: impl Into<String>, hint: &str) -> CliError {
    CliError::new(Status::Usage, "bad-message", "the message cannot be read", why, hint)
}

/// Bytes of a file or of standard input; a word that is neither is the message itself.
fn read_input(word: &str) -> Result<Vec<u8>, CliError> {
    let path = Path::new(word);
    let (source, name): (Box<dyn Read>, &str) = match word {
        "-" => (Box::new(std::io::stdin()), "standard input"),
        _ if path.is_file() => {
            let file = std::fs::File::open(path).map_err(|error| cannot_read(path, &error))?;
            (Box::new(file), word)
        }
        _ => return Ok(word.as_bytes().to_vec()),
    };
    let mut bytes = Vec::new();
    source
        .take(MAX_INPUT + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| cannot_read(Path::new(name), &error))?;
    if bytes.len() as u64 > MAX_INPUT {
        let why = format!("{name} has more than {MAX_INPUT} bytes, and no message is so large");
        return Err(bad(why, "give a single message"));
    }
    Ok(bytes)
}

/// A cell from the bytes of a bag, or from its text in hexadecimal digits or base64.
fn read_cell(bytes: &[u8]) -> Result<Cell, CliError> {
    let hint = "give a file, or base64 or hexadecimal text of a bag of cells (it begins with te6c or b5ee)";
    let text = std::str::from_utf8(bytes).map(|text| text.split_whitespace().collect::<String>());
    let raw = match &text {
        Ok(text) if text.is_empty() => return Err(bad("there is nothing in it", hint)),
        Ok(text) if text.len() % 2 == 0 && text.chars().all(|letter| letter.is_ascii_hexdigit()) => {
            let byte = |at: usize| u8::from_str_radix(&text[at..at + 2], 16);
            (0..text.len()).step_by(2).map(byte).collect::<Result<Vec<_>, _>>().unwrap_or_default()
        }
        Ok(text) => {
            match STANDARD.decode(text).or_else(|_| URL_SAFE_NO_PAD.decode(text.trim_end_matches('='))) {
                Ok(raw) => raw,
                Err(_) => return Err(bad("it is no file, no base64 and no hexadecimal text", hint)),
            }
        }
        Err(_) => bytes.to_vec(),
    };
    boc::decode(&raw).map_err(|error| bad(error.to_string(), hint))
}

fn to_text(view: &MessageView, body: &Body, deploys: Option<(&str, Option<&str>)>) -> String {
    let kind = match view.kind {
        MessageKind::Internal => "internal",
        MessageKind::ExternalIn => "from outside",
        MessageKind::ExternalOut => "to the outside",
    };
    let mut rows = vec![("message", format!("{} ({kind})", view.hash))];
    rows.extend(view.src.as_ref().map(|address| ("from", address.to_string())));
    rows.extend(view.dst.as_ref().map(|address| ("to", address.to_string())));
    if view.kind == MessageKind::Internal {
        let bounce = match (view.bounced, view.bounce) {
            (true, _) => ", came back",
            (false, true) => ", comes back if it fails",
            (false, false) => "",
        };
        rows.push(("value", format!("{:#} TON{bounce}", view.value)));
    }
    if let Some((hash, name)) = deploys {
        let name = name.map_or_else(|| "a contract that is not known here".to_owned(), str::to_owned);
        rows.push(("deploys", format!("{name} (code {hash})")));
    }
    let contract = match body {
        Body::Call { contract, .. } | Body::Answer { contract, .. } | Body::Event { contract, .. } => {
            if &**contract == GIVEN {
                String::new()
            } else {
                format!("{contract}.")
            }
        }
        _ => String::new(),
    };
    rows.push(("says", format!("{contract}{}", body::to_text(body))));
    if let Body::Call { header: Some(header), .. } = body {
        let signed = match (header.signature.is_some(), header.pubkey) {
            (true, Some(key)) => format!("by {key}"),
            (true, None) => "by the key in the contract's data".to_owned(),
            (false, _) => "by nobody".to_owned(),
        };
        rows.push(("signed", signed));
        rows.extend(header.expire.map(|expire| ("expires", format!("{} UTC ({expire})", utc(expire)))));
    }
    rows.iter().map(|(name, value)| format!("{name:8} {value}\n")).collect()
}

#[cfg(test)]
mod tests {
    use ton_abi::{Address, CellBuilder, Hash, InternalMessage, Nano};

    use super::*;

    fn message() -> Cell {
        let address = |n| Address::new(0, Hash([n; 32]));
        InternalMessage::transfer(address(1), address(2), Nano::tokens(5)).build().expect("a plain transfer")
    }

    #[test]
    fn every_form_of_a_bag_is_read() {
        let cell = message();
        let raw = boc::encode(&cell);
        let hex: String = raw.iter().map(|byte| format!("{byte:02X}")).collect();
        let base64 = boc::encode_base64(&cell);
        let folded = format!("{}\n {}\n", &base64[..10], &base64[10..]);
        for form in [raw, hex.into_bytes(), base64.into_bytes(), folded.into_bytes()] {
            assert_eq!(read_cell(&form).expect("readable").repr_hash(), cell.repr_hash());
        }
        for form in ["", "zz%", "abc", "te6c", "b5ee9c"] {
            assert_eq!(read_cell(form.as_bytes()).expect_err("unreadable").code, "bad-message", "{form}");
        }
    }

    #[test]
    fn a_body_that_unfolds_without_end_is_not_read() {
        let mut cell = CellBuilder::build_from(1u8).expect("a byte");
        for _ in 0..100 {
            let mut builder = CellBuilder::new();
            builder.store_reference(cell.clone()).expect("room");
            builder.store_reference(cell).expect("room");
            cell = builder.build().expect("two references");
        }
        assert!(boc::is_bomb(&cell), "2^100 cells");
        assert!(!boc::is_bomb(&message()));
    }
}
