//! The executor of the official SDK library, `tvm.run_executor`, asked for one message at a time.

use base64::{Engine, prelude::BASE64_STANDARD};
use chain::{Account, Config};
use serde_json::{Value, json};
use ton_abi::{Boc, Cell, Lt};
use workspace_tests::sdk::Sdk;

/// Code of the official SDK for a contract that refused or failed.
const CONTRACT_ERROR: i64 = 414;

/// What the official executor made of a message.
#[derive(Debug)]
pub(crate) enum Answer {
    /// A transaction.
    Done(Box<Done>),
    /// None: the message is rejected.
    Refused {
        /// Exit code of the contract, if it ran.
        exit_code: Option<i64>,
    },
}

/// A transaction of the official executor.
#[derive(Debug)]
pub(crate) struct Done {
    /// The account cell after it.
    pub(crate) account: Cell,
    /// The transaction cell.
    pub(crate) transaction: Cell,
}

/// The official library with our configuration.
pub(crate) struct Peer {
    sdk: Sdk,
    config: String,
}

impl Peer {
    /// Starts the library; it never uses a network.
    pub(crate) fn start(config: &Config) -> Self {
        Self { sdk: Sdk::start(), config: base64(&config.cell()) }
    }

    /// Runs `message` on `account` at that time, the transaction having that logical time or a later one.
    pub(crate) fn run(&mut self, account: &Account, message: &Cell, now: u32, lt: Lt) -> Answer {
        let before = match account.exists() {
            true => json!({ "type": "Account", "boc": base64(account.cell()) }),
            false => json!({ "type": "None" }),
        };
        let params = json!({
            "message": base64(message),
            "account": before,
            "execution_options": {
                "blockchain_config": self.config, "block_time": now, "block_lt": lt.0, "transaction_lt": lt.0,
            },
            "skip_transaction_check": true,
            "return_updated_account": true,
        });
        match self.sdk.call("tvm.run_executor", params) {
            Ok(answer) => Answer::Done(Box::new(Done {
                account: cell(&answer["account"]),
                transaction: cell(&answer["transaction"]["boc"]),
            })),
            Err(error) => {
                let code = &error["data"]["exit_code"];
                let exit_code = (error["code"] == CONTRACT_ERROR).then(|| code.as_i64()).flatten();
                Answer::Refused { exit_code }
            }
        }
    }
}

fn base64(cell: &Cell) -> String {
    BASE64_STANDARD.encode(Boc::encode(cell))
}

fn cell(boc: &Value) -> Cell {
    let text = boc.as_str().expect("the SDK gives a bag of cells");
    Boc::decode_base64(text).expect("a valid bag of cells")
}
