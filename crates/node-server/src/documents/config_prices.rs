//! Prices, limits and terms of the configuration.

use tycho_types::models::{
    BlockLimits, BlockParamLimits, BlockchainConfigParams, GasLimitsPrices, MsgForwardPrices,
};

use super::Value;
use super::table::{Kind, Shape};

pub(super) fn shapes() -> Vec<Shape> {
    use Kind::{Big, Float, Int, Object};
    let limits = [("hard_limit", Float), ("soft_limit", Float), ("underload", Float)];
    vec![
        Shape::part(
            "ConfigP14",
            "Rewards for blocks.",
            &[("basechain_block_fee", Big), ("masterchain_block_fee", Big)],
        ),
        Shape::part(
            "ConfigP15",
            "Times of elections.",
            &[
                ("elections_end_before", Float),
                ("elections_start_before", Float),
                ("stake_held_for", Float),
                ("validators_elected_for", Float),
            ],
        ),
        Shape::part(
            "ConfigP16",
            "Numbers of validators.",
            &[("max_main_validators", Int), ("max_validators", Int), ("min_validators", Int)],
        ),
        Shape::part(
            "ConfigP17",
            "Stakes of validators.",
            &[("max_stake", Big), ("max_stake_factor", Float), ("min_stake", Big), ("min_total_stake", Big)],
        ),
        Shape::part(
            "ConfigP18",
            "Storage prices.",
            &[
                ("bit_price_ps", Big),
                ("cell_price_ps", Big),
                ("mc_bit_price_ps", Big),
                ("mc_cell_price_ps", Big),
                ("utime_since", Kind::Time),
            ],
        ),
        Shape::part("GasLimitsPrices", "Limits and prices of gas.", &GAS.map(|name| (name, Big))),
        Shape::part("BlockLimitsBytes", "Limits of bytes.", &limits),
        Shape::part("BlockLimitsGas", "Limits of gas.", &limits),
        Shape::part("BlockLimitsLtDelta", "Limits of logical time.", &limits),
        Shape::part(
            "BlockLimits",
            "Limits of a block.",
            &[
                ("bytes", Object("BlockLimitsBytes")),
                ("gas", Object("BlockLimitsGas")),
                ("lt_delta", Object("BlockLimitsLtDelta")),
            ],
        ),
        Shape::part(
            "MsgForwardPrices",
            "Prices of messages.",
            &[
                ("bit_price", Big),
                ("cell_price", Big),
                ("first_frac", Int),
                ("ihr_price_factor", Float),
                ("lump_price", Big),
                ("next_frac", Int),
            ],
        ),
    ]
}

const GAS: [&str; 9] = [
    "block_gas_limit",
    "delete_due_limit",
    "flat_gas_limit",
    "flat_gas_price",
    "freeze_due_limit",
    "gas_credit",
    "gas_limit",
    "gas_price",
    "special_gas_limit",
];

pub(super) fn gas(prices: GasLimitsPrices) -> Value {
    let values = [
        prices.block_gas_limit,
        prices.delete_due_limit,
        prices.flat_gas_limit,
        prices.flat_gas_price,
        prices.freeze_due_limit,
        prices.gas_credit,
        prices.gas_limit,
        prices.gas_price,
        prices.special_gas_limit,
    ];
    Value::object(GAS.into_iter().zip(values.map(Value::from)).collect::<Vec<_>>())
}

pub(super) fn limits(limits: BlockLimits) -> Value {
    let one = |limits: BlockParamLimits| {
        Value::object([
            ("hard_limit", limits.hard_limit.into()),
            ("soft_limit", limits.soft_limit.into()),
            ("underload", limits.underload.into()),
        ])
    };
    Value::object([
        ("bytes", one(limits.bytes)),
        ("gas", one(limits.gas)),
        ("lt_delta", one(limits.lt_delta)),
    ])
}

pub(super) fn forward(prices: MsgForwardPrices) -> Value {
    Value::object([
        ("bit_price", prices.bit_price.into()),
        ("cell_price", prices.cell_price.into()),
        ("first_frac", prices.first_frac.into()),
        ("ihr_price_factor", prices.ihr_price_factor.into()),
        ("lump_price", prices.lump_price.into()),
        ("next_frac", prices.next_frac.into()),
    ])
}

/// Parameters 14 to 18, as far as they are there.
pub(super) fn rewards_and_elections(params: &BlockchainConfigParams) -> Vec<(&'static str, Value)> {
    let mut fields = Vec::new();
    if let Ok(rewards) = params.get_block_creation_rewards() {
        let values = [
            ("basechain_block_fee", rewards.basechain_block_fee.into()),
            ("masterchain_block_fee", rewards.masterchain_block_fee.into()),
        ];
        fields.push(("p14", Value::object(values)));
    }
    if let Ok(times) = params.get_election_timings() {
        let values = [
            ("elections_end_before", times.elections_end_before.into()),
            ("elections_start_before", times.elections_start_before.into()),
            ("stake_held_for", times.stake_held_for.into()),
            ("validators_elected_for", times.validators_elected_for.into()),
        ];
        fields.push(("p15", Value::object(values)));
    }
    if let Ok(counts) = params.get_validator_count_params() {
        let values = [
            ("max_main_validators", counts.max_main_validators.into()),
            ("max_validators", counts.max_validators.into()),
            ("min_validators", counts.min_validators.into()),
        ];
        fields.push(("p16", Value::object(values)));
    }
    if let Ok(stakes) = params.get_validator_stake_params() {
        let values = [
            ("max_stake", stakes.max_stake.into()),
            ("max_stake_factor", stakes.max_stake_factor.into()),
            ("min_stake", stakes.min_stake.into()),
            ("min_total_stake", stakes.min_total_stake.into()),
        ];
        fields.push(("p17", Value::object(values)));
    }
    if let Ok(prices) = params.get_storage_prices() {
        fields.push(("p18", storage(&prices)));
    }
    fields
}

fn storage(prices: &tycho_types::dict::Dict<u32, tycho_types::models::StoragePrices>) -> Value {
    Value::list(prices.values().filter_map(Result::ok).map(|price| {
        Value::object([
            ("bit_price_ps", price.bit_price_ps.into()),
            ("cell_price_ps", price.cell_price_ps.into()),
            ("mc_bit_price_ps", price.mc_bit_price_ps.into()),
            ("mc_cell_price_ps", price.mc_cell_price_ps.into()),
            ("utime_since", price.utime_since.into()),
        ])
    }))
}
