//! What may differ between the two executors, why, and how often it did.
//!
//! A transaction is reduced to facts. Each [`Cause`] says which facts it explains and recognises its transactions;
//! a fact that differs and that no recognised cause explains fails the test.

use std::collections::BTreeMap;

use chain::{Account, AccountStatus, BouncePhase, Executed, Rejected, TransactionView};
use ton_abi::MessageView;
use tycho_types::cell::{CellBuilder, Lazy};
use tycho_types::models::{ComputePhase, OptionalAccount, Transaction, TxInfo};

use crate::peer::{Answer, Done};

/// A message on an account.
pub(crate) struct Case<'a> {
    pub(crate) before: &'a Account,
    pub(crate) message: &'a MessageView,
    pub(crate) now: u32,
}

/// Everything about a transaction and the account after it that is compared, by name.
type Facts = BTreeMap<&'static str, String>;

/// A known reason for differing facts.
struct Cause {
    /// What it is called in the table of the tests.
    name: &'static str,
    /// Facts that it may change.
    explains: &'static [&'static str],
    /// Whether it is at work here: case, our facts, their facts.
    applies: fn(&Case<'_>, &Facts, &Facts) -> bool,
}

/// All causes. "They" are the official library, 1.44.3; ours is the machine and executor of TON 12.
const CAUSES: [Cause; 13] = [
    // Theirs never names the failed action.
    Cause {
        name: "the number of a failed action is not noted by them",
        explains: &["action argument"],
        applies: |_, ours, theirs| {
            ours["action argument"] != "Some(None)" && theirs["action argument"] == "Some(None)"
        },
    },
    // TON counts a message that flag 2 lets pass, they do not.
    Cause {
        name: "a failed action that may be ignored is not counted by them",
        explains: &["skipped"],
        applies: |_, ours, theirs| ours["skipped"] != "Some(0)" && theirs["skipped"] == "Some(0)",
    },
    // TON takes a fine for the cells of a message that could not be paid.
    Cause {
        name: "an unpaid message costs no fine there",
        explains: &["action fees", "total fees", "balance", "account"],
        applies: |_, ours, theirs| {
            ours["messages"] == theirs["messages"] && action_fees(ours) > action_fees(theirs)
        },
    },
    // They leave the fees of the messages before the failed one in the phase; nobody pays them.
    Cause {
        name: "fees of a failed list of actions are noted by them",
        explains: &["action fees", "forward fees", "message size"],
        applies: |_, ours, theirs| {
            failed_actions(ours) && action_fees(ours) == 0 && ours["total fees"] == theirs["total fees"]
        },
    },
    // Flag 16 of TON 4 (bounce if the action fails) is an unknown mode there: result 34.
    Cause {
        name: "send flag 16 is unknown to them",
        explains: &ACTION_PHASE,
        applies: |_, _, theirs| theirs["action"].contains("true, false, 34"),
    },
    // A cell that is no message: TON fails at its place in the list, they find the whole list invalid.
    Cause {
        name: "a cell that is no message makes the whole list invalid there",
        explains: &["action", "actions", "action argument"],
        applies: |_, ours, theirs| {
            ours["action"].contains("true, false, 34") && theirs["action"].contains("false, false, 34")
        },
    },
    // Flag 2 lets a message with a source or destination that is not allowed pass in TON.
    Cause {
        name: "flag 2 does not excuse a wrong address there",
        explains: &["action", "aborted", "account", "action argument"],
        applies: |_, ours, theirs| ours["skipped"] != "Some(0)" && theirs["action"].contains("35"),
    },
    // Two messages with the whole balance: the second one has nothing to pay its fee with in TON; they send it empty.
    Cause {
        name: "a second message with the whole balance is sent by them",
        explains: &ACTION_PHASE,
        applies: |_, ours, theirs| {
            ours["action"].contains("37") && succeeded(theirs) && theirs["balance"] == "0"
        },
    },
    // RAWRESERVE takes flag 16 in TON only.
    Cause {
        name: "reserve flag 16 is out of range there",
        explains: &EVERYTHING,
        applies: |_, ours, theirs| ours["exit code"] == "Some(0)" && theirs["exit code"] == "Some(5)",
    },
    // RANDU256 writes the seed back into c7, which costs gas by its length; TON's has five values more.
    Cause {
        name: "random numbers are 5 gas cheaper there",
        explains: &["gas", "total fees", "balance", "account"],
        applies: |_, ours, theirs| gas_used(ours) == gas_used(theirs) + 5 && ours["steps"] == theirs["steps"],
    },
    // What a bounce lacks: TON notes the missing rest, they the whole price.
    Cause {
        name: "a bounce without money notes its whole price there",
        explains: &["bounce"],
        applies: |_, ours, theirs| {
            ours["bounce"].starts_with("needs") && theirs["bounce"].starts_with("needs")
        },
    },
    // Out of gas: the moment of the check inside an instruction, and so the number in the exception, is another. They
    // look only after ACCEPT has raised the limit.
    Cause {
        name: "the limit of gas is looked at earlier by us",
        explains: &EVERYTHING,
        applies: |_, ours, theirs| {
            ours["exit code"] == "Some(-14)"
                && (ours["gas"] == theirs["gas"] || theirs["exit code"] != "Some(-14)")
        },
    },
    // They take a debt for rent out of the arriving money at once, TON leaves the debt and lets the message have it.
    Cause {
        name: "a debt for rent is paid from the message by them",
        explains: &EVERYTHING,
        applies: |case, ours, theirs| {
            ours["credit"] != theirs["credit"] && (debt(case) || !ours["storage"].contains("None"))
        },
    },
];

/// Facts of a transaction whose actions ended otherwise.
const ACTION_PHASE: [&str; 12] = [
    "aborted",
    "account",
    "action",
    "action argument",
    "action fees",
    "actions",
    "balance",
    "forward fees",
    "message size",
    "messages",
    "skipped",
    "total fees",
];

/// Facts of a transaction that went another way.
const EVERYTHING: [&str; 22] = [
    "aborted",
    "account",
    "action",
    "action argument",
    "action fees",
    "actions",
    "balance",
    "bounce",
    "compute",
    "credit",
    "due",
    "exit argument",
    "exit code",
    "forward fees",
    "gas",
    "message size",
    "messages",
    "skipped",
    "status",
    "steps",
    "storage",
    "total fees",
];

fn failed_actions(facts: &Facts) -> bool {
    facts["action"].starts_with("Some((false")
}

fn succeeded(facts: &Facts) -> bool {
    facts["action"].starts_with("Some((true")
}

/// The first number in a fact, 0 if there is none.
fn number(fact: &str) -> u64 {
    let digits = fact.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit);
    digits.collect::<String>().parse().unwrap_or(0)
}

fn gas_used(facts: &Facts) -> u64 {
    number(&facts["gas"])
}

fn action_fees(facts: &Facts) -> u64 {
    number(&facts["action fees"])
}

fn debt(case: &Case<'_>) -> bool {
    case.before.load().is_some_and(|account| account.storage_stat.due_payment.is_some())
}

/// Counts of everything that was met.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Transactions that both made.
    pub(crate) transactions: usize,
    /// Messages that both rejected, with the same exit code.
    pub(crate) rejections: usize,
    /// Transactions with at least one named difference.
    pub(crate) differing: usize,
    /// What kinds of transactions were among them.
    pub(crate) kinds: BTreeMap<&'static str, usize>,
    /// Transactions by the cause of a difference.
    pub(crate) differences: BTreeMap<&'static str, usize>,
    /// Differences without a cause.
    unexplained: Vec<String>,
}

impl Tally {
    /// Adds the counts of another one.
    pub(crate) fn merge(&mut self, other: Self) {
        self.transactions += other.transactions;
        self.rejections += other.rejections;
        self.differing += other.differing;
        for (kind, count) in other.kinds {
            *self.kinds.entry(kind).or_default() += count;
        }
        for (cause, count) in other.differences {
            *self.differences.entry(cause).or_default() += count;
        }
        self.unexplained.extend(other.unexplained);
    }

    /// Fails if there is a difference without a cause.
    #[track_caller]
    pub(crate) fn check(&self) {
        let first: Vec<_> = self.unexplained.iter().take(5).cloned().collect();
        assert!(
            first.is_empty(),
            "{} differ without a known cause:\n{}",
            self.unexplained.len(),
            first.join("\n")
        );
    }

    /// Compares what came out of one message.
    pub(crate) fn compare(&mut self, case: &Case<'_>, ours: &Result<Executed, Rejected>, theirs: &Answer) {
        match (ours, theirs) {
            (Ok(ours), Answer::Done(theirs)) => self.transaction(case, ours, theirs),
            (Err(ours), Answer::Refused { exit_code }) if ours.exit_code.map(i64::from) == *exit_code => {
                self.rejections += 1;
            }
            _ => self.unexplained.push(format!("{}\n  ours {ours:?}\n  theirs {theirs:?}", describe(case))),
        }
    }

    fn transaction(&mut self, case: &Case<'_>, ours: &Executed, theirs: &Done) {
        self.transactions += 1;
        for kind in kinds(case, ours) {
            *self.kinds.entry(kind).or_default() += 1;
        }
        let (our_facts, their_facts) = (facts(&ours.view, &ours.account), their_facts(case, ours, theirs));
        let differing =
            our_facts.iter().filter(|(name, fact)| their_facts[*name] != **fact).map(|(name, _)| *name);
        let mut open: Vec<_> = differing.collect();
        if open.is_empty() {
            return;
        }
        self.differing += 1;
        let (all, hashes_only) = (open.clone(), open == ["hashes"]);
        for cause in CAUSES.iter().filter(|cause| (cause.applies)(case, &our_facts, &their_facts)) {
            if !all.iter().any(|name| cause.explains.contains(name)) {
                continue;
            }
            *self.differences.entry(cause.name).or_default() += 1;
            open.retain(|name| !cause.explains.contains(name));
        }
        // The hashes differ whenever a fact does, and never alone.
        open.retain(|name| *name != "hashes" || hashes_only);
        if !open.is_empty() {
            let list =
                open.iter().map(|name| format!("  {name}: {} | {}\n", our_facts[name], their_facts[name]));
            self.unexplained.push(format!("{}\n{}", describe(case), list.collect::<String>()));
        }
    }
}

fn describe(case: &Case<'_>) -> String {
    let Case { before, message, now } = case;
    format!(
        "at {now}, account {:?} with {} due {:?}, message {:?} of {} bounce {} init {}",
        before.status(),
        before.balance().0,
        before.load().and_then(|a| a.storage_stat.due_payment),
        message.kind,
        message.value.0,
        message.bounce,
        message.init.is_some()
    )
}

/// Words for the coverage of the workload.
fn kinds(case: &Case<'_>, done: &Executed) -> Vec<&'static str> {
    let (from, to) = (case.before.status(), done.account.status());
    let view = &done.view;
    let all = [
        ("bounced", matches!(view.bounce, Some(BouncePhase::Executed(_)))),
        ("bounce without money", matches!(view.bounce, Some(BouncePhase::NoFunds(_)))),
        ("bounce arrived", case.message.bounced),
        ("frozen", to == AccountStatus::Frozen && from != AccountStatus::Frozen),
        ("on a frozen account", from == AccountStatus::Frozen),
        ("woken up", to == AccountStatus::Active && from == AccountStatus::Frozen),
        ("deleted", to == AccountStatus::NotExists && from != AccountStatus::NotExists),
        ("deployed", to == AccountStatus::Active && from != AccountStatus::Active),
        ("no code", view.run().is_none()),
        ("failed", view.exit_code().is_some_and(|code| code > 1)),
        ("out of gas", view.exit_code() == Some(-14)),
        ("action failed", view.action_code().is_some_and(|code| code != 0)),
        ("masterchain", view.account.workchain == -1),
        ("in debt", view.storage_due.is_some()),
    ];
    all.into_iter().filter(|(_, met)| *met).map(|(kind, _)| kind).collect()
}

/// The facts of the official executor's transaction, after three fields that it cannot fill are filled in:
/// hash and lt of the transaction before, which are not in the account that it is given, and two marks of deploys,
/// which it never sets.
fn their_facts(case: &Case<'_>, ours: &Executed, theirs: &Done) -> Facts {
    let mut transaction = theirs.transaction.parse::<Transaction>().expect("a transaction");
    (transaction.prev_trans_hash, transaction.prev_trans_lt) = (ours.view.prev_hash, ours.view.prev_lt.0);
    let mut info = transaction.load_info().expect("an ordinary transaction");
    if let TxInfo::Ordinary(info) = &mut info
        && let ComputePhase::Executed(run) = &mut info.compute_phase
        && let Some(our_run) = ours.view.run()
    {
        run.msg_state_used = our_run.msg_state_used;
        run.account_activated = our_run.account_activated;
    }
    transaction.info = Lazy::new(&info).expect("it fits");
    let cell = CellBuilder::build_from(transaction).expect("it fits");
    let workchain = case.before.address().workchain;
    let view = TransactionView::parse(&cell, workchain).expect("readable");
    let account = theirs.account.parse::<OptionalAccount>().expect("an account");
    let mut shard = ours.account.shard().clone();
    shard.account = Lazy::new(&account).expect("it fits");
    let account = Account::from_shard(case.before.address().clone(), shard).expect("readable");
    facts(&view, &account)
}

fn facts(view: &TransactionView, account: &Account) -> Facts {
    let action = view.action.as_ref();
    let run = view.run();
    let state = account.load();
    let due = state.as_ref().and_then(|state| state.storage_stat.due_payment).map_or(0, u128::from);
    let bounce = match &view.bounce {
        None => "none".to_owned(),
        Some(BouncePhase::NoFunds(phase)) => format!("needs {}", phase.req_fwd_fees),
        Some(BouncePhase::Executed(phase)) => format!("paid {} {}", phase.msg_fees, phase.fwd_fees),
        Some(other) => format!("{other:?}"),
    };
    let storage = format!(
        "{:?} {:?} {:?}",
        view.fees.storage.0,
        view.storage_due.map(|due| due.0),
        view.storage_status_change
    );
    BTreeMap::from([
        ("hashes", format!("{} {}", view.hash, account.cell().repr_hash())),
        ("account", account.cell().repr_hash().to_string()),
        ("status", format!("{:?}", account.status())),
        ("balance", account.balance().0.to_string()),
        ("due", due.to_string()),
        ("total fees", view.total_fees.0.to_string()),
        ("storage", storage),
        ("credit", format!("{:?}", view.credit.map(|credit| credit.0))),
        ("exit code", format!("{:?}", view.exit_code())),
        ("gas", format!("{:?}", run.map(|run| (run.gas_used, run.gas_limit, run.gas_fees.0)))),
        ("steps", format!("{:?}", run.map(|run| run.vm_steps))),
        ("exit argument", format!("{:?}", run.map(|run| run.exit_arg))),
        ("compute", format!("{:?}", run.map(|run| (run.committed, run.gas_credit, run.mode)))),
        ("aborted", format!("{} {}", view.aborted, view.destroyed)),
        ("action", format!("{:?}", action.map(|a| (a.success, a.valid, a.no_funds, a.result_code)))),
        ("action argument", format!("{:?}", action.map(|a| a.result_arg))),
        (
            "actions",
            format!("{:?}", action.map(|a| (a.total_actions, a.special_actions, a.messages_created))),
        ),
        ("skipped", format!("{:?}", action.map(|a| a.skipped_actions))),
        ("forward fees", format!("{:?}", action.map(|a| a.total_fwd_fees))),
        ("action fees", format!("{:?}", action.map(|a| a.total_action_fees))),
        ("message size", format!("{:?}", action.map(|a| a.total_message_size))),
        ("bounce", bounce),
        ("messages", format!("{:?}", view.out_msgs.iter().map(|m| *m.repr_hash()).collect::<Vec<_>>())),
    ])
}
