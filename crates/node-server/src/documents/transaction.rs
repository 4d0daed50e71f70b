//! Documents of transactions.

use std::sync::{Arc, OnceLock};

use chain::TransactionView;
use localnet::{Node, TransactionRecord};
use ton_abi::Address;
use tycho_types::cell::Cell;
use tycho_types::models::{
    AccountStatus, CurrencyCollection, HashUpdate, MsgInfo, OrdinaryTxInfo, Transaction, TxInfo,
};

use super::order::{ChainOrder, Place};
use super::table::{Collection, Field, Kind, Shape};
use super::{Doc, Value, enums, phases};

/// A transaction.
pub struct TransactionDoc {
    node: Arc<Node>,
    record: Arc<TransactionRecord>,
    model: OnceLock<Option<Transaction>>,
    info: OnceLock<Option<OrdinaryTxInfo>>,
    place: OnceLock<Option<Place>>,
}

impl TransactionDoc {
    /// A transaction of a snapshot.
    #[must_use]
    pub fn new(node: Arc<Node>, record: Arc<TransactionRecord>) -> Self {
        let (model, info, place) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Self { node, record, model, info, place }
    }

    /// A transaction whose place is known.
    #[must_use]
    pub fn at(node: Arc<Node>, record: Arc<TransactionRecord>, place: Place) -> Self {
        Self { place: Some(place).into(), ..Self::new(node, record) }
    }

    /// The record.
    #[must_use]
    pub fn record(&self) -> &Arc<TransactionRecord> {
        &self.record
    }

    /// Place in the history; `None` if its block does not have it, which no node lets happen.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        *self.place.get_or_init(|| Place::of_transaction(&self.node, &self.record))
    }

    fn model(&self) -> Option<&Transaction> {
        self.model.get_or_init(|| self.record.cell.parse().ok()).as_ref()
    }

    pub(super) fn info(&self) -> Option<&OrdinaryTxInfo> {
        let load = || match self.model()?.load_info().ok()? {
            TxInfo::Ordinary(info) => Some(info),
            TxInfo::TickTock(_) => None,
        };
        self.info.get_or_init(load).as_ref()
    }

    fn of_model<T: Into<Value>>(&self, get: impl Fn(&Transaction) -> T) -> Value {
        Value::maybe(self.model().map(get))
    }

    fn of_info<T: Into<Value>>(&self, get: impl Fn(&OrdinaryTxInfo) -> T) -> Value {
        Value::maybe(self.info().map(get))
    }

    fn update(&self) -> Option<HashUpdate> {
        self.model()?.state_update.load().ok()
    }

    fn out_cells(&self) -> Vec<Cell> {
        self.model().map_or_else(Vec::new, |model| model.out_msgs.values().filter_map(Result::ok).collect())
    }

    /// What the account gained: the inbound value less fees and what the created messages carry and cost.
    fn balance_delta(&self) -> Value {
        let Some(model) = self.model() else { return Value::Null };
        let value = |amount: &CurrencyCollection| amount.tokens.into_inner() as i128;
        let info = |cell: &Cell| cell.parse::<MsgInfo>().ok();
        let mut delta = -value(&model.total_fees);
        if let Some(MsgInfo::Int(message)) = model.in_msg.as_ref().and_then(info) {
            delta += value(&message.value);
        }
        for cell in self.out_cells() {
            if let Some(MsgInfo::Int(message)) = info(&cell) {
                delta -= value(&message.value) + message.fwd_fee.into_inner() as i128;
            }
        }
        Value::Big(delta)
    }

    /// Price of taking in an external message.
    fn import_fee(&self) -> Value {
        let external = |cell: &Cell| matches!(cell.parse::<MsgInfo>(), Ok(MsgInfo::ExtIn(_)));
        if !self.model().and_then(|model| model.in_msg.as_ref()).is_some_and(external) {
            return Value::Null;
        }
        TransactionView::parse(&self.record.cell, self.record.account.workchain)
            .map_or(Value::Null, |view| Value::Big(view.fees.import.0 as i128))
    }
}

/// Number of an account's status in q-server's enumeration.
pub(super) fn status(status: AccountStatus) -> Value {
    Value::Int(match status {
        AccountStatus::Uninit => 0,
        AccountStatus::Active => 1,
        AccountStatus::Frozen => 2,
        AccountStatus::NotExists => 3,
    })
}

pub(super) fn account_join(node: &Arc<Node>, address: &Address) -> Value {
    let doc = Doc::account(node, address);
    match &doc {
        Doc::Account(account) if !account.exists() => Value::Null,
        _ => doc.into(),
    }
}

pub(super) fn shape() -> Shape {
    let mut fields = identity_fields();
    fields.extend(state_fields());
    fields.extend(phase_fields());
    fields.extend(join_fields());
    fields.extend(foreign_fields());
    Shape::documents(Collection::Transactions, "A transaction: one message executed by one account.", fields)
}

fn identity_fields() -> Vec<Field> {
    use Kind::{Address, Big, Enum, Float, Hash, Int, List, Text, Time};
    vec![
        Field::transaction("id", Hash, "Hash of the transaction.", |t| Value::hex(t.record.hash.0)),
        Field::transaction("account_addr", Address, "The account.", |t| Value::address(&t.record.account)),
        Field::transaction("block_id", Hash, "Root hash of its block.", |t| {
            Value::hex(t.node.block_of(&t.record).id.0)
        }),
        Field::transaction("boc", Text, "The transaction as a bag of cells in base64.", |t| {
            Value::boc(&t.record.cell)
        }),
        Field::transaction("chain_order", Text, "Place in the whole history, sorts as text.", |t| {
            Value::maybe(t.place().map(|place| ChainOrder(place).to_string()))
        }),
        Field::transaction("in_msg", Hash, "Hash of the message that caused it.", |t| {
            Value::maybe(t.record.in_msg.map(|hash| hash.to_string()))
        }),
        Field::transaction("lt", Big, "Logical time.", |t| t.record.lt.0.into()),
        Field::transaction("master_seq_no", Float, "Number of the masterchain block that commits it.", |t| {
            t.record.block_seq_no.into()
        }),
        Field::transaction("now", Time, "Time of its block, Unix seconds.", |t| {
            t.of_model(|model| model.now)
        }),
        Field::transaction("out_msgs", List(&Hash), "Hashes of the messages it created.", |t| {
            Value::list(t.record.out_msgs.iter().map(ToString::to_string))
        }),
        Field::transaction("outmsg_cnt", Int, "How many messages it created.", |t| {
            Value::Int(t.record.out_msgs.len() as i64)
        }),
        Field::transaction("status", Enum(&enums::TRANSACTION_STATUS), "Always finalized.", |_| {
            Value::Int(3)
        }),
        Field::transaction("tr_type", Enum(&enums::TRANSACTION_TYPE), "Always ordinary.", |_| Value::Int(0)),
        Field::transaction("workchain_id", Int, "Workchain of the account.", |t| {
            t.record.account.workchain.into()
        }),
    ]
}

fn state_fields() -> Vec<Field> {
    use Kind::{Big, Bool, Enum, Hash, List, Object};
    let status_enum = Enum(&enums::ACCOUNT_STATUS);
    let other = List(&Object("OtherCurrency"));
    vec![
        Field::transaction("aborted", Bool, "Whether the state was put back.", |t| t.of_info(|i| i.aborted)),
        Field::transaction("balance_delta", Big, "Change of the balance.", TransactionDoc::balance_delta),
        Field::transaction("destroyed", Bool, "Whether the account is gone.", |t| t.of_info(|i| i.destroyed)),
        Field::transaction("end_status", status_enum, "The account afterwards.", |t| {
            t.of_model(|model| status(model.end_status))
        }),
        Field::transaction("ext_in_msg_fee", Big, "Price of taking in an external message.", |t| {
            t.import_fee()
        }),
        Field::transaction("new_hash", Hash, "Hash of the account afterwards.", |t| {
            Value::maybe(t.update().map(|update| update.new))
        }),
        Field::transaction("old_hash", Hash, "Hash of the account before.", |t| {
            Value::maybe(t.update().map(|update| update.old))
        }),
        Field::transaction("orig_status", status_enum, "The account before.", |t| {
            t.of_model(|model| status(model.orig_status))
        }),
        Field::transaction("prev_trans_hash", Hash, "The account's transaction before.", |t| {
            t.of_model(|model| model.prev_trans_hash)
        }),
        Field::transaction("prev_trans_lt", Big, "Logical time of the account's transaction before.", |t| {
            t.of_model(|model| model.prev_trans_lt)
        }),
        Field::transaction("total_fees", Big, "All fees that it collected.", |t| {
            t.of_model(|model| model.total_fees.tokens)
        }),
        Field::transaction("total_fees_other", other, "", |t| {
            t.of_model(|model| Value::others(&model.total_fees))
        }),
    ]
}

fn phase_fields() -> Vec<Field> {
    use Kind::{Bool, Object};
    vec![
        Field::transaction("action", Object("TransactionAction"), "The actions.", phases::action),
        Field::transaction(
            "bounce",
            Object("TransactionBounce"),
            "The bounce of the message.",
            phases::bounce,
        ),
        Field::transaction(
            "compute",
            Object("TransactionCompute"),
            "The run of the contract.",
            phases::compute,
        ),
        Field::transaction("credit", Object("TransactionCredit"), "The money that came.", phases::credit),
        Field::transaction("credit_first", Bool, "Whether money came before rent went.", |t| {
            t.of_info(|i| i.credit_first)
        }),
        Field::transaction("storage", Object("TransactionStorage"), "The rent.", phases::storage),
    ]
}

/// What transactions of this network never have: clients that list every field they know still get an answer.
fn foreign_fields() -> Vec<Field> {
    use Kind::{Bool, List, Object, Text};
    const NEVER: &str = "Never there: only other kinds of transactions, or other networks, have it.";
    vec![
        Field::transaction("balance_delta_other", List(&Object("OtherCurrency")), NEVER, |_| Value::Null),
        Field::transaction("installed", Bool, NEVER, |_| Value::Null),
        Field::transaction("prepare_transaction", Text, NEVER, |_| Value::Null),
        Field::transaction("proof", Text, NEVER, |_| Value::Null),
        Field::transaction("split_info", Object("TransactionSplitInfo"), NEVER, |_| Value::Null),
        Field::transaction("trace", List(&Object("TransactionTrace")), NEVER, |_| Value::Null),
        Field::transaction("tt", Text, NEVER, |_| Value::Null),
    ]
}

fn join_fields() -> Vec<Field> {
    use Kind::{Join, Joins};
    vec![
        Field::transaction("account", Join(Collection::Accounts), "The account as it is now.", |t| {
            account_join(&t.node, &t.record.account)
        }),
        Field::transaction("block", Join(Collection::Blocks), "Its block.", |t| {
            Value::maybe(Doc::block(&t.node, &t.node.block_of(&t.record).id))
        }),
        Field::transaction("in_message", Join(Collection::Messages), "The message that caused it.", |t| {
            Value::maybe(t.record.in_msg.and_then(|hash| Doc::message(&t.node, &hash)))
        }),
        Field::transaction("out_messages", Joins(Collection::Messages), "The messages it created.", |t| {
            Value::List(
                t.record.out_msgs.iter().map(|hash| Value::maybe(Doc::message(&t.node, hash))).collect(),
            )
        }),
    ]
}
