//! The table: what the play noted, by contract and function.

use std::collections::BTreeMap;
use std::fmt::Write;

use ton_abi::{Address, Boc, Image, MessageKind, Nano};
use workspace_tests::community::{Community, number};
use workspace_tests::compiled::artifact;
use workspace_tests::world::{Contract, Note, World};

/// The contracts of the table.
pub(crate) const CONTRACTS: [&str; 6] =
    ["MemberRegistry", "Proposal", "Treasury", "ContestEscrow", "JuryPool", "Multisig"];
/// Steps of a contest, by their numbers.
const JOBS: [&str; 8] = ["none", "draw", "tally", "pay", "settle", "sweep", "resend", "nominate"];

/// `Gas.NEWS`: an answer with this value ends no request.
const NEWS: Nano = Nano(100_000_000);

/// A line of the table: contract, function, and how it was called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Row {
    pub(crate) contract: String,
    pub(crate) function: String,
    pub(crate) kind: &'static str,
}

impl Row {
    pub(crate) fn new(contract: &str, function: &str, kind: &'static str) -> Self {
        Self { contract: contract.to_owned(), function: function.to_owned(), kind }
    }
}

/// The dearest call of a line; each figure by itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cost {
    pub(crate) gas: u64,
    pub(crate) steps: usize,
    /// Gas before acceptance; none for other than external messages.
    pub(crate) before_accept: Option<u64>,
    /// Gas, the import of an external message and the forward fees of what it sends, in nano.
    pub(crate) nano: u128,
    /// How often it was called.
    pub(crate) calls: usize,
}

impl Cost {
    /// Keeps the larger figures.
    pub(crate) fn add(&mut self, other: Cost) {
        self.gas = self.gas.max(other.gas);
        self.steps = self.steps.max(other.steps);
        self.before_accept = self.before_accept.max(other.before_accept);
        self.nano = self.nano.max(other.nano);
        self.calls += other.calls;
    }
}

/// The accounts of the play with the names of their contracts.
pub(crate) fn accounts(community: &Community) -> BTreeMap<Address, (&'static str, Contract)> {
    let status = community.get(&community.registry, "getStatus", &serde_json::json!({}));
    let mut all = vec![
        ("MemberRegistry", community.registry.clone()),
        ("Treasury", community.treasury.clone()),
        ("JuryPool", community.jury_pool.clone()),
        ("Multisig", community.multisig.clone()),
    ];
    all.extend((1..number(&status["nextProposal"])).map(|id| ("Proposal", community.proposal(id))));
    all.extend((1..=number(&status["contests"])).map(|id| ("ContestEscrow", community.contest(id))));
    all.into_iter().map(|(name, contract)| (contract.address.clone(), (name, contract))).collect()
}

/// Adds what a world noted of these accounts.
pub(crate) fn collect(
    world: &World,
    accounts: &BTreeMap<Address, (&'static str, Contract)>,
    rows: &mut BTreeMap<Row, Cost>,
) {
    for note in world.notes.as_ref().expect("the play is noted") {
        let view = &note.executed.view;
        let Some((name, contract)) = accounts.get(&view.account) else { continue };
        let (true, Some(run)) = (view.is_success(), view.run()) else { continue };
        let cost = Cost {
            gas: run.gas_used,
            steps: usize::try_from(run.vm_steps).expect("fits"),
            before_accept: note.before_accept,
            nano: run.gas_fees.0 + forward_fees(note) + view.fees.import.0,
            calls: 1,
        };
        rows.entry(row(name, contract, note)).or_default().add(cost);
    }
}

/// Forward fees of everything that a transaction sent, in nano.
fn forward_fees(note: &Note) -> u128 {
    let action = note.executed.view.action.as_ref();
    action.and_then(|action| action.total_fwd_fees).map_or(0, |fees| fees.into_inner())
}

fn row(name: &str, contract: &Contract, note: &Note) -> Row {
    let message = &note.message;
    let external = message.kind == MessageKind::ExternalIn;
    let Some(body) = message.body.as_ref().filter(|_| !message.bounced) else {
        return Row::new(name, if message.bounced { "(bounce)" } else { "(transfer)" }, "internal");
    };
    if external {
        let (header, call) = contract.abi.decode_call(body).expect("our own call");
        let kind = if header.pubkey.is_some() { "signed" } else { "poke" };
        // One vote, the deciding one, has a second event.
        let decides = &*call.name == "vote" && note.executed.out_messages().len() > 1;
        return Row::new(name, if decides { "vote, deciding" } else { &call.name }, kind);
    }
    // The answer to a payment of the wallet is no function of the wallet.
    let Ok(call) = contract.abi.decode_internal_call(body) else {
        return Row::new(name, "(fallback)", "internal");
    };
    let function = match call.get_json("job").filter(|_| &*call.name == "work") {
        Some(job) => format!("work, {}", JOBS[usize::try_from(number(&job)).expect("a step")]),
        None if &*call.name == "done" && message.value == NEWS => "done, news".to_owned(),
        None => call.name.to_string(),
    };
    Row::new(name, &function, "internal")
}

/// Functions of the ABI that no line measures.
pub(crate) fn missing(rows: &BTreeMap<Row, Cost>) -> Vec<String> {
    let mut missing = Vec::new();
    for name in CONTRACTS {
        let abi = ton_abi::ContractAbi::parse(&artifact(&format!("{name}.tsol")).abi).expect("a valid ABI");
        for function in abi.functions() {
            let measured =
                |row: &Row| row.contract == name && row.function.split(',').next() == Some(&*function.name);
            if !rows.keys().any(measured) {
                missing.push(format!("{name}.{}", function.name));
            }
        }
    }
    missing
}

/// The whole file.
pub(crate) fn render(header: &str, rows: &BTreeMap<Row, Cost>) -> String {
    let mut text = format!("{header}\n");
    for name in CONTRACTS {
        let artifact = artifact(&format!("{name}.tsol"));
        let code = Image::from_tvc(&artifact.tvc).expect("a valid image").state_init.code;
        let code = code.expect("an image has code");
        let size = code.compute_unique_stats(usize::MAX).expect("no limit");
        let bytes = Boc::encode(&code).len();
        writeln!(
            text,
            "\n{name}: {} cells, {} bits, code {bytes} bytes, image {} bytes",
            size.cell_count,
            size.bit_count,
            artifact.tvc.len()
        )
        .expect("text grows");
        writeln!(
            text,
            "{:<24}{:<10}{:>10}{:>10}{:>16}",
            "function", "called", "gas", "steps", "before accept"
        )
        .expect("text grows");
        for (row, cost) in rows.iter().filter(|(row, _)| row.contract == name) {
            let before = cost.before_accept.map_or_else(|| "-".to_owned(), |gas| gas.to_string());
            writeln!(
                text,
                "{:<24}{:<10}{:>10}{:>10}{before:>16}",
                row.function, row.kind, cost.gas, cost.steps
            )
            .expect("text grows");
        }
    }
    text
}
