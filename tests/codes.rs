//! The error constants of the contracts are those of the table of exit codes.

use workspace_tests::snapshot;

#[test]
fn the_error_library_is_written_from_the_table() {
    snapshot("contracts/libraries/Errors.tsol", &governance::codes::solidity());
}
