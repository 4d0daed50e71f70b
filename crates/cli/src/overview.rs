//! What an organisation on a network says about itself: one table and one list for programs of each kind.

mod contests;
mod jurors;
mod members;
mod proposals;
mod stages;

pub(crate) use contests::Contests;
pub(crate) use jurors::Jurors;
pub(crate) use members::Members;
pub(crate) use proposals::Proposals;
pub(crate) use stages::Stages;

use ton_abi::Nano;
use ton_client::Error as ClientError;

use crate::error::CliError;
use crate::failure::from_client;

/// Whole tokens in groups of three digits, as in the proposal.
pub(crate) fn tokens(amount: Nano) -> String {
    let digits = format!("{amount:#}");
    let (whole, part) = digits.split_once('.').map_or((digits.as_str(), None), |(a, b)| (a, Some(b)));
    let groups: Vec<_> = whole.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    let whole = groups.join(" ");
    part.map_or(whole.clone(), |part| format!("{whole}.{part}"))
}

fn unread(what: &'static str) -> impl Fn(ClientError) -> CliError {
    move |error| from_client(format!("the {what} cannot be read"), error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_as_in_the_proposal() {
        assert_eq!(tokens(Nano::tokens(673_120)), "673 120");
        assert_eq!(tokens(Nano::tokens(20)), "20");
        assert_eq!(tokens(Nano(1_000_500_000_000)), "1 000.5");
        assert_eq!(tokens(Nano::ZERO), "0");
    }
}
