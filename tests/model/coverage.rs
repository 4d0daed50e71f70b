//! What the sequences met: functions that succeeded, codes that came up.

use std::collections::{BTreeMap, BTreeSet};

use chain::Executed;
use governance::codes;
use ton_abi::{ContractAbi, MessageKind, MessageView};
use workspace_tests::compiled::artifact;

/// Contracts whose functions are counted.
const CONTRACTS: [&str; 6] =
    ["MemberRegistry", "Proposal", "Treasury", "ContestEscrow", "JuryPool", "Multisig"];

/// Successes that every function in scope needs.
const ENOUGH: usize = 20;

/// Functions and codes that came up.
pub(crate) struct Coverage {
    functions: BTreeMap<String, usize>,
    codes: BTreeSet<i32>,
    /// Id of `done`, by which all contracts answer.
    done: u32,
}

impl Default for Coverage {
    fn default() -> Self {
        let abi = ContractAbi::parse(&artifact("MemberRegistry.tsol").abi).expect("a valid ABI");
        let done = abi.function("done").expect("the registry takes answers").input_id;
        Self { functions: BTreeMap::new(), codes: BTreeSet::new(), done }
    }
}

impl Coverage {
    /// A function succeeded.
    pub(crate) fn success(&mut self, function: &str) {
        *self.functions.entry(function.to_owned()).or_default() += 1;
    }

    /// An exit code, the code of an answer or of an event.
    pub(crate) fn code(&mut self, code: i32) {
        self.codes.insert(code);
    }

    /// What a transaction of a contract shows: the function of an internal message, codes of answers and of events.
    pub(crate) fn transaction(&mut self, contract: &str, abi: &ContractAbi, executed: &Executed) {
        let code = executed.view.exit_code().unwrap_or(-1);
        self.code(code);
        for out in executed.out_messages() {
            self.sent(abi, &MessageView::parse(out).expect("our own messages are readable"));
        }
        let Some(message) = executed.view.in_msg.as_ref() else { return };
        let message = MessageView::parse(message).expect("our own messages are readable");
        if message.kind != MessageKind::Internal || message.bounced {
            return;
        }
        let Some(body) = message.body else { return };
        let mut data = body.as_slice().expect("an ordinary cell");
        let Ok(id) = data.load_u32() else { return };
        let Some(function) = abi.function_by_id(id) else { return };
        let name = function.name.as_ref();
        if code == 0 {
            self.success(&format!("{contract}.{name}"));
        }
        if name == "executed" {
            let answer = data.load_u32().and_then(|_| data.load_u16());
            self.code(answer.expect("a whole message").into());
        }
    }

    /// Codes in what a contract sends: of an answer, and of the event of an invalid card.
    fn sent(&mut self, abi: &ContractAbi, message: &MessageView) {
        let Some(body) = &message.body else { return };
        let mut data = body.as_slice().expect("an ordinary cell");
        let id = data.load_u32().unwrap_or_default();
        if message.kind == MessageKind::Internal {
            if id == self.done {
                let answer = data.load_u64().and_then(|_| data.load_u16());
                self.code(answer.expect("a whole message").into());
            }
        } else if abi.event_by_id(id).is_some_and(|event| event.name.as_ref() == "CardInvalid") {
            let event = abi.decode_event(body).expect("the event that it names");
            let reason = event.get_json("reason").expect("an invalid card has its reason");
            self.code(i32::try_from(workspace_tests::community::number(&reason)).expect("a code"));
        }
    }

    /// Adds what another sequence met.
    pub(crate) fn merge(&mut self, other: Coverage) {
        for (name, count) in other.functions {
            *self.functions.entry(name).or_default() += count;
        }
        self.codes.extend(other.codes);
    }

    /// Functions in scope that succeeded too rarely, with their counts.
    pub(crate) fn rare(&self) -> Vec<(String, usize)> {
        let mut rare = Vec::new();
        for contract in CONTRACTS {
            let abi = ContractAbi::parse(&artifact(&format!("{contract}.tsol")).abi).expect("a valid ABI");
            let getters: BTreeSet<_> = abi.getters().map(|getter| getter.name.to_string()).collect();
            for function in abi.functions().iter().filter(|f| !getters.contains(f.name.as_ref())) {
                let name = format!("{contract}.{}", function.name);
                let count = self.functions.get(&name).copied().unwrap_or_default();
                if count < ENOUGH && !ELSEWHERE.contains(&name.as_str()) {
                    rare.push((name, count));
                }
            }
        }
        rare
    }

    /// Codes that came up although they are said to be out of scope.
    pub(crate) fn unexpected(&self) -> Vec<i32> {
        let excluded = OUT_OF_SCOPE.iter().map(|(code, _)| *code);
        excluded.filter(|code| self.codes.contains(code)).collect()
    }

    /// Codes in scope that never came up.
    pub(crate) fn unmet(&self) -> Vec<(i32, &'static str)> {
        let out = |number: i32| OUT_OF_SCOPE.iter().any(|(code, _)| *code == number);
        let all = codes::TABLE.iter().filter(|code| !out(code.number));
        all.filter(|code| !self.codes.contains(&code.number)).map(|code| (code.number, code.name)).collect()
    }
}

/// Functions that these sequences do not call, each with the place of its tests.
const ELSEWHERE: &[&str] = &[
    // A controlled wallet refuses them: tests/multisig/wallet.rs, updates.rs, queue.rs, policy.rs.
    "Multisig.sendTransaction",
    "Multisig.submitTransactionExt",
    "Multisig.executeTransaction",
    "Multisig.submitUpdate",
    "Multisig.confirmUpdate",
    "Multisig.executeUpdate",
    "Multisig.applyUpdate",
    "Multisig.acceptTransfer",
];

/// Codes that no message of these sequences can meet, with the reason.
const OUT_OF_SCOPE: &[(i32, &str)] = &[
    (101, "the giver of the local network"),
    (115, "updates of a wallet without a controller"),
    (116, "updates of a wallet without a controller"),
    (117, "updates of a wallet without a controller"),
    (119, "updates of a wallet without a controller"),
    (125, "updates of a wallet without a controller"),
    (128, "updates of a wallet without a controller"),
    (136, "updates of a wallet without a controller"),
    (209, "cycles are not in this round"),
    (213, "the sequences begin with a live registry"),
    (405, "plans are not amended in this round"),
    (506, "rounds with tickets are not in this round"),
    (
        512,
        "no contract refuses with it any more: a held payout can be confirmed, and waits for the end of the hold",
    ),
];
