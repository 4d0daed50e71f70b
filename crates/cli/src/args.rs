//! The command line's shape. A flag has the same name and meaning in every command.

use clap::{Parser, Subcommand};

use crate::commands::{
    account, call, completions, config, contest, contract, demo, deploy, doctor, entry, explain, jury, key,
    member, message, multisig, node, proposal, results, sign, stage, submit, trace,
};

/// Runs a sub-governance of a TON network.
///
/// Exit status: 0 ok, 1 refused by the chain, 2 usage, 3 network, 4 keys, 5 stopped by a safety check.
#[derive(Debug, Parser)]
#[command(name = "subgov", version, propagate_version = true, arg_required_else_help = true)]
pub(crate) struct Args {
    /// Print one JSON envelope {schema, ok, data, errors, warnings} on stdout and nothing else.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Do not tell progress on stderr.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Demo(demo::Demo),
    /// Founding an organisation, and what a live one differs from its files in.
    #[command(subcommand)]
    Deploy(deploy::Deploy),
    /// The contracts: building them, and recognising them on a network.
    #[command(subcommand)]
    Contract(contract::Contract),
    Doctor(doctor::Doctor),
    Completions(completions::Completions),
    /// The local network.
    #[command(subcommand)]
    Node(node::Node),
    /// The members' wallet: fifteen custodians confirm payments.
    #[command(subcommand)]
    Multisig(multisig::Multisig),
    /// The members of the organisation.
    #[command(subcommand)]
    Member(member::Member),
    /// What members decide.
    #[command(subcommand)]
    Proposal(proposal::Proposal),
    /// Contests with their entries, rankings and payouts.
    #[command(subcommand)]
    Contest(contest::Contest),
    /// What contestants do: entries, claims, nominations.
    #[command(subcommand)]
    Entry(entry::Entry),
    /// The independent jury: the pool, commit and reveal.
    #[command(subcommand)]
    Jury(jury::Jury),
    /// The stages of the plan with their contests and budgets.
    #[command(subcommand)]
    Stage(stage::Stage),
    /// The public catalogue of results: shown, written down, checked.
    #[command(subcommand)]
    Results(results::Results),
    /// The networks that commands can work on.
    #[command(subcommand)]
    Config(config::Config),
    /// Keys: seed phrases, the encrypted key store, paths.
    #[command(subcommand)]
    Key(key::Key),
    Sign(sign::Sign),
    Submit(submit::Submit),
    Explain(explain::Explain),
    Trace(trace::Trace),
    /// Messages: what they say.
    #[command(subcommand)]
    Message(message::Message),
    /// Any account of the network.
    #[command(subcommand)]
    Account(account::Account),
    Call(call::Call),
}
