//! The configuration in documents: parameters that this network has or may be given.

use tycho_types::models::{BlockchainConfigParams, ValidatorSet, WorkchainFormat};

use super::table::{Kind, Shape};
use super::{Value, config_prices};

pub(super) fn shapes() -> Vec<Shape> {
    use Kind::{Big, Float, Hash, Int, List, Object, Time};
    let mut shapes = vec![
        Shape::part(
            "Config",
            "Parameters of the configuration by number.",
            &[
                ("p0", Hash),
                ("p1", Hash),
                ("p2", Hash),
                ("p3", Hash),
                ("p8", Object("ConfigP8")),
                ("p9", List(&Float)),
                ("p10", List(&Float)),
                ("p12", List(&Object("ConfigP12"))),
                ("p14", Object("ConfigP14")),
                ("p15", Object("ConfigP15")),
                ("p16", Object("ConfigP16")),
                ("p17", Object("ConfigP17")),
                ("p18", List(&Object("ConfigP18"))),
                ("p20", Object("GasLimitsPrices")),
                ("p21", Object("GasLimitsPrices")),
                ("p22", Object("BlockLimits")),
                ("p23", Object("BlockLimits")),
                ("p24", Object("MsgForwardPrices")),
                ("p25", Object("MsgForwardPrices")),
                ("p31", List(&Hash)),
                ("p32", Object("ValidatorSet")),
                ("p34", Object("ValidatorSet")),
                ("p36", Object("ValidatorSet")),
            ],
        ),
        Shape::part("ConfigP8", "Global version.", &[("capabilities", Big), ("version", Float)]),
        workchain_shape(),
        Shape::part(
            "ValidatorSetList",
            "A validator.",
            &[("adnl_addr", Hash), ("public_key", Hash), ("weight", Big)],
        ),
        Shape::part(
            "ValidatorSet",
            "Validators of a time.",
            &[
                ("list", List(&Object("ValidatorSetList"))),
                ("main", Int),
                ("total", Int),
                ("total_weight", Big),
                ("utime_since", Time),
                ("utime_until", Time),
            ],
        ),
    ];
    shapes.extend(config_prices::shapes());
    shapes
}

fn workchain_shape() -> Shape {
    use Kind::{Bool, Float, Hash, Int, Text};
    Shape::part(
        "ConfigP12",
        "A workchain.",
        &[
            ("accept_msgs", Bool),
            ("active", Bool),
            ("actual_min_split", Int),
            ("basic", Bool),
            ("enabled_since", Float),
            ("max_split", Int),
            ("min_split", Int),
            ("version", Float),
            ("vm_mode", Text),
            ("vm_version", Int),
            ("workchain_id", Int),
            ("zerostate_file_hash", Hash),
            ("zerostate_root_hash", Hash),
        ],
    )
}

/// The parameters; absent where the configuration has none or cannot be read.
pub(super) fn value(params: &BlockchainConfigParams) -> Value {
    let fees = |masterchain: bool| params.get_gas_prices(masterchain).ok().map(config_prices::gas);
    let limits = |masterchain: bool| params.get_block_limits(masterchain).ok().map(config_prices::limits);
    let forward =
        |masterchain: bool| params.get_msg_forward_prices(masterchain).ok().map(config_prices::forward);
    let address = |id: u32| {
        let slice = params.get_raw(id).ok().flatten();
        Value::maybe(slice.and_then(|mut slice| slice.load_u256().ok()))
    };
    let numbers = |dict: Option<tycho_types::dict::Dict<u32, ()>>| {
        dict.map_or(Value::Null, |dict| Value::list(dict.keys().filter_map(Result::ok)))
    };
    let mut fields = vec![
        ("p0", address(0)),
        ("p1", address(1)),
        ("p2", address(2)),
        ("p3", address(3)),
        ("p8", version(params)),
        ("p9", numbers(params.get_mandatory_params().ok())),
        ("p10", numbers(params.get_critical_params().ok())),
        ("p12", workchains(params)),
        ("p20", Value::maybe(fees(true))),
        ("p21", Value::maybe(fees(false))),
        ("p22", Value::maybe(limits(true))),
        ("p23", Value::maybe(limits(false))),
        ("p24", Value::maybe(forward(true))),
        ("p25", Value::maybe(forward(false))),
        ("p32", Value::maybe(params.get_previous_validator_set().ok().flatten().map(validators))),
        ("p34", Value::maybe(params.get_current_validator_set().ok().map(validators))),
        ("p36", Value::maybe(params.get_next_validator_set().ok().flatten().map(validators))),
    ];
    if let Ok(special) = params.get_fundamental_addresses() {
        fields.push(("p31", Value::list(special.keys().filter_map(Result::ok))));
    }
    fields.extend(config_prices::rewards_and_elections(params));
    Value::object(fields)
}

fn version(params: &BlockchainConfigParams) -> Value {
    params.get_global_version().map_or(Value::Null, |version| {
        Value::object([
            ("capabilities", version.capabilities.into_inner().into()),
            ("version", version.version.into()),
        ])
    })
}

fn workchains(params: &BlockchainConfigParams) -> Value {
    let Ok(dict) = params.get_workchains() else { return Value::Null };
    Value::list(dict.iter().filter_map(Result::ok).map(|(id, workchain)| {
        let mut fields = vec![
            ("workchain_id", id.into()),
            ("accept_msgs", workchain.accept_msgs.into()),
            ("active", workchain.active.into()),
            ("actual_min_split", workchain.actual_min_split.into()),
            ("basic", matches!(workchain.format, WorkchainFormat::Basic(_)).into()),
            ("enabled_since", workchain.enabled_since.into()),
            ("max_split", workchain.max_split.into()),
            ("min_split", workchain.min_split.into()),
            ("version", workchain.version.into()),
            ("zerostate_file_hash", workchain.zerostate_file_hash.into()),
            ("zerostate_root_hash", workchain.zerostate_root_hash.into()),
        ];
        if let WorkchainFormat::Basic(format) = workchain.format {
            fields.push(("vm_version", format.vm_version.into()));
            fields.push(("vm_mode", format!("{:x}", format.vm_mode).into()));
        }
        Value::object(fields)
    }))
}

fn validators(set: ValidatorSet) -> Value {
    let list = set.list.iter().map(|validator| {
        Value::object([
            ("adnl_addr", Value::maybe(validator.adnl_addr)),
            ("public_key", validator.public_key.into()),
            ("weight", validator.weight.into()),
        ])
    });
    Value::object([
        ("list", Value::List(list.collect())),
        ("main", set.main.get().into()),
        ("total", Value::Int(set.list.len() as i64)),
        ("total_weight", set.total_weight.into()),
        ("utime_since", set.utime_since.into()),
        ("utime_until", set.utime_until.into()),
    ])
}
