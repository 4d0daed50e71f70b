//! Amounts that messages carry for gas, as in `libraries/Gas.tsol`; what is left of them comes back.

use ton_abi::Nano;

/// A call from one contract to another, on top of the money that it brings.
pub const CALL: Nano = Nano::tokens(1);
/// An entry, above its deposit.
pub const ENTRY: Nano = Nano(500_000_000);
/// Another call by an entrant or payee.
pub const DESK: Nano = Nano(200_000_000);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_those_of_the_contracts() {
        let library = include_str!("../../../contracts/libraries/Gas.tsol").replace('_', "");
        for (name, amount) in [("CALL", CALL), ("ENTRY", ENTRY), ("DESK", DESK)] {
            let line = format!("uint128 constant {name} = {};", amount.0);
            assert!(library.contains(&line), "{line}");
        }
    }
}
