//! The constants of the contracts, written from the table.

use std::fmt::Write;

use super::{BANDS, Band};

const HEAD: &str = "\
pragma tvm-solidity >= 0.72.0;

/// @title Exit codes of the contracts of this repository.
/// @notice A number has one meaning for ever; it is never reused.
/// @dev Written from the table in crates/governance/src/codes/table.rs: change the table, then run
/// `UPDATE_SNAPSHOTS=1 cargo test -p workspace-tests --test codes`.
library Errors {
";

/// The text of `contracts/libraries/Errors.tsol`: a constant for every code, band after band.
pub fn solidity() -> String {
    let bands: Vec<_> = BANDS.iter().map(constants).collect();
    format!("{HEAD}{}}}\n", bands.join("\n"))
}

fn constants(band: &Band) -> String {
    let mut text = format!("    // {} to {}: {}.\n", band.first, band.last, band.title);
    for code in band.codes() {
        let line = (code.sentence(), code.name, code.number);
        let _infallible =
            write!(text, "    /// @dev {}\n    uint16 constant {} = {};\n", line.0, line.1, line.2);
    }
    text
}
