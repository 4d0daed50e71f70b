//! Answers for tests: good ones, and what a hostile endpoint makes of them.

use chain::{Account, Config, ExecContext, execute};
use serde_json::{Map, Value, json};
use ton_abi::{Address, Cell, CellBuilder, Hash, Image, InternalMessage, Lt, Nano, UnixTime};
use tycho_types::cell::{Lazy, LazyExotic};
use tycho_types::merkle::MerkleUpdate;
use tycho_types::models::{Block, BlockExtra, BlockInfo, BlockchainConfig, McBlockExtra, ValueFlow};

use crate::boc::encode_base64;
use crate::ids::{MsgHash, TxHash};

/// An account with code, the message that changed it last, and that message's transaction.
pub(crate) struct Scene {
    pub(crate) address: Address,
    pub(crate) account: Account,
    pub(crate) message: Cell,
    pub(crate) transaction: Cell,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let address = Address::new(0, Hash([2; 32]));
        let word = |number: u64| CellBuilder::build_from(number).unwrap();
        let image = Image::new(word(7), word(9));
        let account = Account::active(address.clone(), Nano::tokens(1), &image).unwrap();
        let giver = Address::new(0, Hash([1; 32]));
        let mut transfer = InternalMessage::transfer(giver, address.clone(), Nano::tokens(5));
        transfer.bounce = false;
        let message = transfer.build().unwrap();
        let context = ExecContext::new(UnixTime(1_700_000_000), Lt(1_000_000));
        let done = execute(&Config::local(), &account, &message, &context).unwrap();
        Self { address, account: done.account, message, transaction: done.transaction }
    }

    pub(crate) fn message_hash(&self) -> MsgHash {
        MsgHash::from(self.message.repr_hash())
    }

    pub(crate) fn transaction_hash(&self) -> TxHash {
        TxHash::from(self.transaction.repr_hash())
    }

    pub(crate) fn transaction_row(&self) -> Value {
        json!({ "boc": encode_base64(&self.transaction), "account_addr": self.address.to_string() })
    }
}

/// A key block with this configuration; `None` for a block without one.
pub(crate) fn key_block(config: Option<BlockchainConfig>) -> Cell {
    let custom = McBlockExtra { config, ..McBlockExtra::default() };
    let extra = BlockExtra { custom: Some(Lazy::new(&custom).unwrap()), ..BlockExtra::default() };
    let info = BlockInfo { key_block: custom.config.is_some(), ..BlockInfo::default() };
    CellBuilder::build_from(&Block {
        global_id: 42,
        info: Lazy::new(&info).unwrap(),
        value_flow: Lazy::new(&ValueFlow::default()).unwrap(),
        state_update: LazyExotic::new(&MerkleUpdate::default()).unwrap(),
        out_msg_queue_updates: None,
        extra: Lazy::new(&extra).unwrap(),
    })
    .unwrap()
}

/// Gives damaged forms of an answer to a decoder, which must take every one of them without a panic.
///
/// `FUZZ_RUNS` sets how many, `FUZZ_SEED` where they start; both are printed by a failing test.
pub(crate) fn fuzz<T>(good: &Value, decode: impl Fn(&Value) -> T) {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let (runs, seed) = (number("FUZZ_RUNS").unwrap_or(3_000), number("FUZZ_SEED").unwrap_or(1));
    println!("FUZZ_RUNS={runs} FUZZ_SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    for _ in 0..runs {
        let mut bad = good.clone();
        for _ in 0..random.u8(1..4) {
            damage(&mut bad, &mut random);
        }
        decode(&bad);
    }
}

/// Changes one place of a value.
fn damage(value: &mut Value, random: &mut fastrand::Rng) {
    // Mostly somewhere inside.
    if random.u8(..8) > 0 {
        match value {
            Value::Object(map) if !map.is_empty() => {
                let key = map.keys().nth(random.usize(..map.len())).unwrap().clone();
                if random.u8(..10) == 0 {
                    map.remove(&key);
                } else {
                    damage(&mut map[&key], random);
                }
                return;
            }
            Value::Array(list) if !list.is_empty() => {
                let index = random.usize(..list.len());
                match random.u8(..10) {
                    0 => drop(list.remove(index)),
                    1 => list.push(list[index].clone()),
                    _ => damage(&mut list[index], random),
                }
                return;
            }
            Value::String(text) => {
                *text = damaged_text(text, random);
                return;
            }
            _ => {}
        }
    }
    *value = match random.u8(..9) {
        0 => Value::Null,
        1 => json!(random.u64(..)),
        2 => json!(-1),
        3 => json!(f64::from_bits(random.u64(..))),
        4 => json!(""),
        5 => json!("0xffffffffffffffffff"),
        6 => Value::Array(vec![value.clone(); 3]),
        7 => Value::Object(Map::new()),
        _ => json!(true),
    };
}

fn damaged_text(text: &str, random: &mut fastrand::Rng) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    // Bags of cells are damaged in their bytes, for base64 hides the interesting places.
    if let Ok(mut bytes) = STANDARD.decode(text)
        && bytes.len() > 4
        && random.u8(..8) > 0
    {
        for _ in 0..random.usize(1..4) {
            let index = random.usize(..bytes.len());
            match random.u8(..4) {
                0 => bytes[index] ^= 1 << random.u8(..8),
                1 => bytes[index] = random.u8(..),
                2 => bytes.truncate(index.max(1)),
                _ => bytes[index] = 0xff,
            }
        }
        return STANDARD.encode(bytes);
    }
    let mut chars: Vec<char> = text.chars().collect();
    match random.u8(..4) {
        0 => chars.truncate(random.usize(..=chars.len())),
        1 => chars.push('é'),
        2 => chars.extend(text.chars()),
        _ => {
            if let Some(char) = chars.first_mut() {
                *char = 'z';
            }
        }
    }
    chars.into_iter().collect()
}
