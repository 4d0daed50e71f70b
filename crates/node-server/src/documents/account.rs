//! Documents of accounts.

use std::sync::OnceLock;

use chain::Account;
use ton_abi::Address;
use tycho_types::cell::Cell;
use tycho_types::models::{Account as AccountModel, AccountState, AccountStatus, StateInit, StorageUsed};

use super::table::{Collection, Field, Kind, Shape};
use super::transaction::status;
use super::{Value, enums};

/// Cells that are counted for an account that no transaction has touched yet; a larger one shows no size.
const COUNT_LIMIT: usize = 65_536;

/// An account, also one that does not exist.
pub struct AccountDoc {
    account: Account,
    model: OnceLock<Option<AccountModel>>,
}

impl AccountDoc {
    /// An account of a snapshot.
    #[must_use]
    pub fn new(account: Account) -> Self {
        Self { account, model: OnceLock::new() }
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> &Address {
        self.account.address()
    }

    /// Whether there is an account.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.model().is_some()
    }

    fn model(&self) -> Option<&AccountModel> {
        self.model.get_or_init(|| self.account.load()).as_ref()
    }

    fn of_model<T: Into<Value>>(&self, get: impl Fn(&AccountModel) -> T) -> Value {
        Value::maybe(self.model().map(get))
    }

    fn state(&self) -> Option<&StateInit> {
        match &self.model()?.state {
            AccountState::Active(state) => Some(state),
            AccountState::Uninit | AccountState::Frozen(_) => None,
        }
    }

    fn of_state<T: Into<Value>>(&self, get: impl Fn(&StateInit) -> Option<T>) -> Value {
        Value::maybe(self.state().and_then(get))
    }

    /// Cells and bits; the executor counts them at the first transaction.
    fn used(&self) -> Option<StorageUsed> {
        let model = self.model()?;
        if model.storage_stat.used.cells.into_inner() != 0 {
            return Some(model.storage_stat.used.clone());
        }
        StorageUsed::compute(model, COUNT_LIMIT).ok()
    }

    fn libraries(&self) -> Option<&Cell> {
        self.state()?.libraries.root().as_ref()
    }
}

pub(super) fn shape() -> Shape {
    let mut fields = balance_fields();
    fields.extend(state_fields());
    Shape::documents(Collection::Accounts, "An account as it is now.", fields)
}

fn balance_fields() -> Vec<Field> {
    use Kind::{Address, Big, Enum, Float, Int, List, Object, Text};
    vec![
        Field::account("id", Address, "Its address.", |a| Value::address(a.address())),
        Field::account("acc_type", Enum(&enums::ACCOUNT_STATUS), "State.", |a| {
            status(a.model().map_or(AccountStatus::NotExists, |model| model.state.status()))
        }),
        Field::account("balance", Big, "Nanotokens; 0 if it does not exist.", |a| {
            a.model().map_or(Value::Big(0), |model| Value::tokens(&model.balance))
        }),
        Field::account("balance_other", List(&Object("OtherCurrency")), "", |a| {
            a.of_model(|model| Value::others(&model.balance))
        }),
        Field::account("bits", Big, "Bits of its cells.", |a| {
            Value::maybe(a.used().map(|u| u.bits.into_inner()))
        }),
        Field::account("boc", Text, "The account as a bag of cells in base64.", |a| {
            a.of_model(|_| Value::boc(a.account.cell()))
        }),
        Field::account("cells", Big, "Its cells.", |a| {
            Value::maybe(a.used().map(|used| used.cells.into_inner()))
        }),
        Field::account("due_payment", Big, "Rent that it owes.", |a| {
            a.of_model(|model| Value::maybe(model.storage_stat.due_payment))
        }),
        Field::account("last_paid", Float, "When rent was paid last, Unix seconds.", |a| {
            a.of_model(|model| model.storage_stat.last_paid)
        }),
        Field::account("last_trans_lt", Big, "Logical time after its last transaction.", |a| {
            a.of_model(|model| model.last_trans_lt)
        }),
        Field::account("workchain_id", Int, "Workchain of the address.", |a| a.address().workchain.into()),
    ]
}

fn state_fields() -> Vec<Field> {
    use Kind::{Bool, Hash, Int, Text};
    vec![
        Field::account("code", Text, "Code as a bag of cells in base64.", |a| {
            a.of_state(|state| state.code.as_ref().map(Value::boc))
        }),
        Field::account("code_hash", Hash, "Hash of the code.", |a| {
            a.of_state(|state| state.code.as_ref().map(Value::hash_of))
        }),
        Field::account("data", Text, "Data as a bag of cells in base64.", |a| {
            a.of_state(|state| state.data.as_ref().map(Value::boc))
        }),
        Field::account("data_hash", Hash, "Hash of the data.", |a| {
            a.of_state(|state| state.data.as_ref().map(Value::hash_of))
        }),
        Field::account("init_code_hash", Hash, "Not recorded under this network's capabilities.", |_| {
            Value::Null
        }),
        Field::account("library", Text, "Libraries as a bag of cells in base64.", |a| {
            Value::maybe(a.libraries().map(Value::boc))
        }),
        Field::account("library_hash", Hash, "Hash of the libraries.", |a| {
            Value::maybe(a.libraries().map(Value::hash_of))
        }),
        Field::account("prev_code_hash", Hash, "Not recorded.", |_| Value::Null),
        Field::account("proof", Text, "Never there: nothing is proved here.", |_| Value::Null),
        Field::account("public_cells", Kind::Big, "Not counted.", |_| Value::Null),
        Field::account("split_depth", Int, "", |a| {
            a.of_state(|state| state.split_depth.map(|depth| Value::Int(depth.into_bit_len().into())))
        }),
        Field::account("state_hash", Hash, "Hash of the state of a frozen account.", |a| {
            match a.model().map(|model| &model.state) {
                Some(AccountState::Frozen(hash)) => (*hash).into(),
                _ => Value::Null,
            }
        }),
        Field::account("tick", Bool, "", |a| a.of_state(|state| state.special.map(|special| special.tick))),
        Field::account("tock", Bool, "", |a| a.of_state(|state| state.special.map(|special| special.tock))),
    ]
}
