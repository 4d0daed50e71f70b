//! The local configuration.

use chain::{Config, ConfigOptions};
use tycho_types::models::WorkchainFormat;

#[test]
fn local_config_has_the_documented_numbers() {
    let config = Config::local();
    let params = &config.raw().params;
    let ids: Vec<u32> = params.as_dict().keys().map(|id| id.expect("readable")).collect();
    assert_eq!(ids, [0, 1, 2, 8, 12, 15, 18, 19, 20, 21, 24, 25, 31, 34, 43]);

    let version = params.get_global_version().expect("parameter 8");
    assert_eq!((version.version, version.capabilities.into_inner()), (5, 0x0012_042e));
    let workchain = params.get_workchains().expect("parameter 12").get(0).expect("readable").expect("base");
    assert_eq!((workchain.active, workchain.accept_msgs, workchain.max_split), (true, true, 8));
    assert!(matches!(workchain.format, WorkchainFormat::Basic(format) if format.vm_version == -1));
    assert_eq!(config.global_id(), 42);

    let storage =
        params.get_storage_prices().expect("parameter 18").get(0).expect("readable").expect("one entry");
    let prices =
        (storage.bit_price_ps, storage.cell_price_ps, storage.mc_bit_price_ps, storage.mc_cell_price_ps);
    assert_eq!(prices, (1, 500, 1000, 500_000));
    for (workchain, price, limits) in
        [(0, 65_536_000, (1_000_000, 1_000_000)), (-1, 655_360_000, (1_000_000, 100_000_000))]
    {
        let gas = config.gas_prices(workchain);
        assert_eq!((gas.gas_price, gas.gas_limit, gas.special_gas_limit), (price, limits.0, limits.1));
        assert_eq!((gas.gas_credit, gas.flat_gas_limit), (10_000, 1000));
        assert_eq!((gas.freeze_due_limit, gas.delete_due_limit), (100_000_000, 1_000_000_000));
    }
    assert_eq!(
        (config.gas_prices(0).flat_gas_price, config.gas_prices(-1).flat_gas_price),
        (1_000_000, 10_000_000)
    );
    let forward = |masterchain| {
        let prices = config.forward_prices(masterchain);
        (prices.lump_price, prices.bit_price, prices.cell_price, prices.first_frac)
    };
    assert_eq!(forward(false), (1_000_000, 65_536_000, 6_553_600_000, 21_845));
    assert_eq!(forward(true), (10_000_000, 655_360_000, 65_536_000_000, 21_845));

    let validators = params.get_current_validator_set().expect("parameter 34");
    assert_eq!((validators.list.len(), validators.total_weight), (1, 1));
}

#[test]
fn the_config_cell_can_be_read_back() {
    let config = Config::with_options(&ConfigOptions { global_id: 2000, ..Default::default() });
    let again = Config::from_cell(&config.cell()).expect("readable");
    assert_eq!(again.cell(), config.cell());
    assert_eq!(again.global_id(), 2000);
    assert_ne!(Config::local().cell(), config.cell());
}

#[test]
fn a_config_without_prices_is_refused() {
    let mut raw = Config::local().raw().clone();
    raw.params.remove(21).expect("it was there");
    assert!(Config::from_raw(raw).is_err());
}
