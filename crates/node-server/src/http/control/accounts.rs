//! Accounts by hand, and internal messages from nowhere.

use axum::extract::{Path, Request, State};
use chain::{Account, AccountStatus};
use localnet::Node;
use serde::Deserialize;
use serde_json::{Value, json};
use ton_abi::{Address, Cell, Image, InternalMessage, Nano};
use ton_client::{TxHash, boc};

use super::{Outcome, address, cell, read};
use crate::http::App;
use crate::http::failure::Failure;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fund {
    address: Address,
    value: Nano,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Set {
    balance: Option<Nano>,
    code: Option<String>,
    data: Option<String>,
    boc: Option<String>,
}

/// An internal message that no contract made; code and data go together, to deploy with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Inject {
    src: Address,
    dst: Address,
    #[serde(default)]
    value: Nano,
    #[serde(default = "yes")]
    bounce: bool,
    /// Whether it is itself one that came back.
    #[serde(default)]
    bounced: bool,
    body: Option<String>,
    code: Option<String>,
    data: Option<String>,
}

fn yes() -> bool {
    true
}

/// An account in JSON.
fn shown(node: &Node, address: &Address) -> Value {
    let account = node.account(address);
    let hash = |cell: Option<Cell>| cell.map(|cell| TxHash::from(cell.repr_hash()).to_string());
    let status = match account.status() {
        AccountStatus::Uninit => "uninit",
        AccountStatus::Frozen => "frozen",
        AccountStatus::Active => "active",
        AccountStatus::NotExists => "absent",
    };
    json!({
        "address": address.to_string(),
        "status": status,
        "balance": account.balance(),
        "last_paid": account.last_paid().0,
        "last_trans_lt": account.last_trans_lt().0.to_string(),
        "last_trans_hash": TxHash(account.last_trans_hash().0).to_string(),
        "code_hash": hash(account.code()),
        "data_hash": hash(account.data()),
        "boc": account.exists().then(|| boc::encode_base64(account.cell())),
    })
}

pub(in crate::http) async fn fund(State(app): State<App>, request: Request) -> Outcome {
    async {
        let Fund { address, value } = read(&app, request).await?;
        let to = address.clone();
        app.service
            .edit(move |node| {
                let sum = node.balance(&to).checked_add(value).ok_or(localnet::Error::AmountOverflow)?;
                node.set_balance(&to, sum)
            })
            .await?;
        Ok(shown(&app.service.snapshot(), &address))
    }
    .await
    .into()
}

pub(in crate::http) async fn show(State(app): State<App>, Path(text): Path<String>) -> Outcome {
    address(&text).map(|address| shown(&app.service.snapshot(), &address)).into()
}

pub(in crate::http) async fn set(
    State(app): State<App>,
    Path(text): Path<String>,
    request: Request,
) -> Outcome {
    async {
        let at = address(&text)?;
        let edit = Edit::decode(read(&app, request).await?, &at)?;
        let to = at.clone();
        app.service.edit(move |node| edit.apply(node, &to)).await?;
        Ok(shown(&app.service.snapshot(), &at))
    }
    .await
    .into()
}

pub(in crate::http) async fn delete(State(app): State<App>, Path(text): Path<String>) -> Outcome {
    async {
        let at = address(&text)?;
        let gone = at.clone();
        app.service.edit(move |node| node.set_account(Account::none(gone))).await?;
        Ok(shown(&app.service.snapshot(), &at))
    }
    .await
    .into()
}

/// What is to be done to an account.
enum Edit {
    Whole(Account),
    Parts { balance: Option<Nano>, code: Option<Cell>, data: Option<Cell> },
}

impl Edit {
    fn decode(set: Set, at: &Address) -> Result<Self, Failure> {
        match set {
            Set { boc: Some(boc), balance: None, code: None, data: None } => {
                let account = Account::from_cell(&cell(&boc)?);
                let account = account.map_err(|error| Failure::bad("bad-account", error.to_string()))?;
                if account.address() != at {
                    let why = format!("the account says that its address is {}", account.address());
                    return Err(Failure::bad("bad-account", why));
                }
                Ok(Self::Whole(account))
            }
            Set { boc: Some(_), .. } => {
                Err(Failure::bad("bad-request", "boc is the whole account, nothing goes with it"))
            }
            Set { balance: None, code: None, data: None, .. } => {
                Err(Failure::bad("bad-request", "one of balance, code, data and boc is needed"))
            }
            Set { balance, code, data, .. } => {
                let part = |text: Option<String>| text.map(|text| cell(&text)).transpose();
                Ok(Self::Parts { balance, code: part(code)?, data: part(data)? })
            }
        }
    }

    fn apply(self, node: &mut Node, at: &Address) -> Result<(), localnet::Error> {
        match self {
            Self::Whole(account) => node.set_account(account),
            Self::Parts { balance, code, data } => {
                match (node.account(at).status(), code, data) {
                    (AccountStatus::Active, code, data) => {
                        code.map_or(Ok(()), |code| node.set_code(at, code))?;
                        data.map_or(Ok(()), |data| node.set_data(at, data))?;
                    }
                    (_, None, None) => {}
                    (_, code, data) => {
                        let image = Image::new(code.unwrap_or_default(), data.unwrap_or_default());
                        node.set_account(Account::active(at.clone(), node.balance(at), &image)?)?;
                    }
                }
                balance.map_or(Ok(()), |balance| node.set_balance(at, balance))
            }
        }
    }
}

pub(in crate::http) async fn inject(State(app): State<App>, request: Request) -> Outcome {
    async {
        let Inject { src, dst, value, bounce, bounced, body, code, data } = read(&app, request).await?;
        let init = match (code, data) {
            (None, None) => None,
            (Some(code), Some(data)) => Some(Image::new(cell(&code)?, cell(&data)?)),
            _ => return Err(Failure::bad("bad-request", "code and data go together")),
        };
        let body = body.map(|text| cell(&text)).transpose()?;
        let transfer = InternalMessage::transfer(src, dst, value);
        let message = InternalMessage { bounce, bounced, body, init, ..transfer };
        let hash = app.service.edit(move |node| node.inject(&message)).await?;
        Ok(json!({ "message": hash.to_string() }))
    }
    .await
    .into()
}
