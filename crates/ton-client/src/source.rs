//! Where in a contract's sources something went wrong: runs are done again, step by step, and looked up in source maps.
//!
//! A past transaction is told by a node that can ([`Transport::trace`]); of others the contract is run on its present
//! state, and what comes out counts only if exit code and gas are those of the transaction. Where neither is possible
//! there is no place, and the table of exit codes has to do.
//!
//! [`Transport::trace`]: crate::net::Transport::trace

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use chain::{ExecContext, Location, Trace, trace};
use ton_abi::{Address, Cell, Hash, Lt, UnixTime};

pub use chain::{BadSourceMap, LineCost, SourceMap};

use crate::Client;
use crate::processing::{FailureKind, Step};

/// Source maps and texts of contracts.
pub trait Sources: fmt::Debug + Send + Sync {
    /// The source map of the contract with that code.
    fn map(&self, code: &Hash) -> Option<Arc<SourceMap>>;

    /// Text of a file that a source map names.
    fn text(&self, file: &str) -> Option<&str>;
}

/// The place where a contract ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Name of the contract.
    pub contract: String,
    /// The place in its sources, if the run was there at all.
    pub location: Option<Location>,
    /// What the compiler made and the run ended in, called from `location`: for example `main$external`, which checks
    /// signature, time and expiry of messages from the outside.
    pub made: Option<String>,
    /// Further places that `location` may be instead: equal code of several places is one cell, and mostly, but not always,
    /// the way that led there tells them apart.
    pub others: Vec<Location>,
    /// The line at `location`, without the blanks around it; empty if the text is not known.
    pub line: String,
    /// The statement or condition that begins at `location`, in one line; empty if the text is not known.
    pub statement: String,
}

/// How a run is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// The network told it.
    Told,
    /// Done again on the account's present state, with the same exit code and gas.
    Repeated,
}

/// The run of a past transaction.
#[derive(Debug, Clone)]
pub struct Run {
    /// Step by step.
    pub trace: Trace,
    /// How it is known.
    pub proof: Proof,
}

impl Run {
    /// Hash of the code that ran.
    #[must_use]
    pub fn code(&self) -> Option<Hash> {
        code_of(&self.trace)
    }
}

impl Client {
    /// The run of the contract in a past transaction; `None` if the contract did not run, or if nobody can tell how.
    ///
    /// Nothing that goes wrong on the way is an error: there is no run then.
    pub async fn run_of(&self, step: &Step) -> Option<Run> {
        let run = step.tx.run()?;
        let fits = |trace: &Trace| trace.exit_code == run.exit_code && trace.gas_used == run.gas_used;
        if let Ok(Some(trace)) = self.transport().trace(&step.hash).await
            && fits(&trace)
        {
            return Some(Run { trace, proof: Proof::Told });
        }
        let account = self.transport().account(step.account()).await.ok()?;
        let config = self.transport().config().await.ok()?;
        let time = step.tx.now.max(account.last_paid());
        let mut context = ExecContext::new(time, step.tx.lt);
        context.block_lt = Lt(step.tx.lt.0 / 1_000_000 * 1_000_000);
        context.any_signature = self.transport().is_simulation();
        let trace = trace(&config, &account, step.tx.in_msg.as_ref()?, &context).ok().filter(fits)?;
        Some(Run { trace, proof: Proof::Repeated })
    }

    /// Where the contract ended in a past transaction that failed, or where it asked for the action that failed; `None`
    /// where nobody can tell.
    pub async fn fault_of(&self, step: &Step) -> Option<Fault> {
        // Without sources there is nothing to look up, and no need to ask the network.
        self.registry().sources()?;
        match step.failure.as_ref()? {
            FailureKind::Compute { .. } | FailureKind::AfterCommit { .. } => {
                self.fault_in(&self.run_of(step).await?.trace)
            }
            FailureKind::Action { action: Some(action), .. } => {
                let mut trace = self.run_of(step).await?.trace;
                let account = self.transport().account(step.account()).await.ok()?;
                let code = account.code().filter(|code| Some(*code.repr_hash()) == code_of(&trace))?;
                let asked = *actions(&code, &trace).get(usize::try_from(*action).ok()?)?;
                trace.steps.truncate(asked + 1);
                self.fault_in(&trace)
            }
            FailureKind::Action { .. } | FailureKind::Skipped(_) => None,
        }
    }

    /// Where an external message is turned down with that exit code at `time`, on the account's present state.
    pub(crate) async fn fault_now(
        &self,
        address: &Address,
        message: &Cell,
        (exit_code, time): (i32, UnixTime),
    ) -> Option<Fault> {
        self.registry().sources()?;
        let account = self.transport().account(address).await.ok()?;
        let config = self.transport().config().await.ok()?;
        let mut context = ExecContext::new(time.max(account.last_paid()), Lt(0));
        context.any_signature = self.transport().is_simulation();
        let trace = trace(&config, &account, message, &context).ok()?;
        if trace.exit_code == exit_code { self.fault_in(&trace) } else { None }
    }

    /// Where a run ended; `None` if the sources of its code are not known.
    #[must_use]
    pub fn fault_in(&self, trace: &Trace) -> Option<Fault> {
        let registry = self.registry();
        let sources = registry.sources()?;
        let map = sources.map(&code_of(trace)?)?;
        let (location, made) = map.end(trace);
        let text = location.as_ref().and_then(|location| sources.text(&location.file));
        let found = location.as_ref().zip(text);
        let others = map.others(trace, location.as_ref());
        Some(Fault {
            contract: map.contract().to_owned(),
            made: made.map(|made| made.to_string()),
            others,
            line: found.map(|(at, text)| line(text, at).trim().to_owned()).unwrap_or_default(),
            statement: found.map(|(at, text)| statement(text, at)).unwrap_or_default(),
            location,
        })
    }

    /// What each line of the sources used in a run, most gas first; `None` if the sources of its code are not known.
    #[must_use]
    pub fn profile_of(&self, trace: &Trace) -> Option<Vec<LineCost>> {
        let map = self.registry().sources()?.map(&code_of(trace)?)?;
        Some(map.profile(trace))
    }
}

/// The steps of a run that ask for an action, in the order of the action list.
fn actions(code: &Cell, trace: &Trace) -> Vec<usize> {
    let mut cells: HashMap<Hash, Cell> = HashMap::new();
    let mut todo = vec![code.clone()];
    while let Some(cell) = todo.pop() {
        if !cells.contains_key(cell.repr_hash()) {
            todo.extend((0..cell.reference_count()).filter_map(|i| cell.reference_cloned(i)));
            cells.insert(*cell.repr_hash(), cell);
        }
    }
    let asks = |(index, step): (usize, &chain::Step)| {
        let mut slice = cells.get(&step.place.cell)?.as_slice().ok()?;
        slice.skip_first(step.place.bits, 0).ok()?;
        // SENDRAWMSG, RAWRESERVE, RAWRESERVEX, SETCODE, SETLIBCODE, CHANGELIB, SENDMSG. Source: TON's list of instructions.
        let asks = matches!(slice.load_u16(), Ok(0xFB00 | 0xFB02..=0xFB04 | 0xFB06..=0xFB08));
        asks.then_some(index)
    };
    trace.steps.iter().enumerate().filter_map(asks).collect()
}

/// The first instruction stands in the root of the code.
fn code_of(trace: &Trace) -> Option<Hash> {
    trace.steps.first().map(|step| step.place.cell)
}

/// Text of a line, without its line break.
#[must_use]
pub fn line<'a>(text: &'a str, at: &Location) -> &'a str {
    text.lines().nth((at.line as usize).saturating_sub(1)).unwrap_or_default()
}

/// The longest statement that is told in full, in characters.
const LONGEST: usize = 240;

/// The statement that begins at a place: up to its semicolon or the brace that opens its body, blanks joined, comments
/// left out; a bracket that was open before it ends it, too.
#[must_use]
pub fn statement(text: &str, at: &Location) -> String {
    let from: usize =
        text.split_inclusive('\n').take((at.line as usize).saturating_sub(1)).map(str::len).sum();
    let rest = text.get(from..).unwrap_or_default();
    let mut letters = rest.chars().skip((at.column as usize).saturating_sub(1)).peekable();
    let (mut out, mut depth, mut quote) = (String::new(), 0usize, None);
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(_), '\\') => {
                out.push(letter);
                out.extend(letters.next());
                continue;
            }
            (Some(end), _) if letter == end => quote = None,
            (Some(_), _) => {}
            (None, '/') if letters.peek() == Some(&'/') => {
                letters.by_ref().take_while(|letter| *letter != '\n').for_each(drop);
                out.push(' ');
                continue;
            }
            (None, '"' | '\'') => quote = Some(letter),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') if depth == 0 => break,
            (None, ')' | ']') => depth -= 1,
            (None, ';') => break,
            (None, '{') if depth == 0 => break,
            _ => {}
        }
        out.push(letter);
        if out.len() > 4 * LONGEST {
            break;
        }
    }
    let words = out.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
}

/// `abstract/MultisigVoting.tsol:40:9 in MultisigVoting.confirm: require(…)`
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(location) = &self.location else {
            return match &self.made {
                Some(made) => write!(f, "{} in what the compiler made for {made}", self.contract),
                None => f.write_str(&self.contract),
            };
        };
        write!(f, "{location}")?;
        if !location.function.is_empty() {
            write!(f, " in {}", location.function)?;
        }
        if let Some(made) = &self.made {
            write!(f, " (in {made})")?;
        }
        if !self.statement.is_empty() {
            write!(f, ": {}", self.statement)?;
        }
        for other in &self.others {
            write!(f, ", or {other} (equal code)")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_told_in_one_line() {
        let text = "contract C {\n    function f(uint a) public {\n        require(\n            a > 1, // not one;\n            \
                    E.X[\"a;)\"]\n        );\n        if (a == 2) { g(a + 1); }\n    }\n}\n";
        let at = |line, column| Location { file: "a".into(), line, column, function: "".into() };
        assert_eq!(statement(text, &at(3, 9)), "require( a > 1, E.X[\"a;)\"] )");
        assert_eq!(statement(text, &at(7, 9)), "if (a == 2)");
        assert_eq!(statement(text, &at(7, 25)), "a + 1");
        assert_eq!(line(text, &at(7, 9)).trim(), "if (a == 2) { g(a + 1); }");
        assert_eq!((statement(text, &at(99, 1)), line(text, &at(0, 0))), (String::new(), "contract C {"));
        let long = format!("x = \"{}\";", "ä".repeat(2000));
        assert_eq!(statement(&long, &at(1, 1)).chars().count(), LONGEST + 1);
    }

    #[test]
    fn a_fault_is_one_line_of_text() {
        let location = Location { file: "a.tsol".into(), line: 4, column: 9, function: "C.f".into() };
        let mut fault = Fault {
            contract: "C".to_owned(),
            location: Some(location),
            made: None,
            others: Vec::new(),
            line: "require(x);".to_owned(),
            statement: "require(x)".to_owned(),
        };
        assert_eq!(fault.to_string(), "a.tsol:4:9 in C.f: require(x)");
        fault.made = Some("Concat".to_owned());
        assert_eq!(fault.to_string(), "a.tsol:4:9 in C.f (in Concat): require(x)");
        fault.location = None;
        assert_eq!(fault.to_string(), "C in what the compiler made for Concat");
    }
}
