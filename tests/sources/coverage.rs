//! A whole contest, step by step of the machine: every instruction leads to a line or to a named piece of the
//! compiler's own code.

#[path = "../stories/arena.rs"]
#[allow(dead_code)] // the stories use all of it
mod arena;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use chain::{Account, Config, ExecContext, ExecError, Executed, SourceMap, trace};
use ton_abi::{Address, Cell, Hash, Lt, MessageView};
use workspace_tests::backend::{Backend, Direct, Moment};
use workspace_tests::community::{CODES, Community, TON, params, plan};
use workspace_tests::compiled::artifact;
use workspace_tests::world::World;

/// Least part of the steps that leads to lines of the sources, in percent: measured, and held.
const LINES: f64 = 90.0;

/// All that the compiler makes beside the sources.
const MADE: [&str; 3] = ["main", "main$external", "main$internal"];

/// What the runs of a story led to.
#[derive(Default)]
struct Tally {
    steps: u64,
    /// Steps in code that the compiler made, by its name.
    made: BTreeMap<String, u64>,
    /// Places of known contracts that lead nowhere.
    lost: BTreeSet<String>,
    /// Distinct lines that were run.
    lines: BTreeSet<(String, u32)>,
    contracts: BTreeSet<String>,
}

/// Traces every message before it is executed.
struct Traced {
    inner: Direct,
    maps: HashMap<Hash, SourceMap>,
    tally: Arc<Mutex<Tally>>,
}

impl Traced {
    fn note(&self, account: &Account, message: &Cell, moment: Moment) {
        let Some(code) = account.code().or_else(|| code_of(message)) else { return };
        let Some(map) = self.maps.get(code.repr_hash()) else { return };
        let mut context = ExecContext::new(moment.now, account.next_lt().max(Lt(1_000_000)));
        context.block_lt = Lt(1_000_000);
        let Ok(trace) = trace(&Config::local(), account, message, &context) else { return };
        let mut tally = self.tally.lock().expect("one test");
        tally.contracts.insert(map.contract().to_owned());
        for (step, location) in trace.steps.iter().zip(map.along(&trace)) {
            tally.steps += 1;
            match location {
                None => {
                    let place = format!("{}: {:?}", map.contract(), step.place);
                    tally.lost.insert(place);
                }
                Some(location) if location.is_made() => {
                    *tally.made.entry(location.to_string()).or_default() += 1;
                }
                Some(location) => {
                    tally.lines.insert((location.file.to_string(), location.line));
                }
            }
        }
    }
}

fn code_of(message: &Cell) -> Option<Cell> {
    MessageView::parse(message).ok()?.init?.code
}

impl Backend for Traced {
    fn account(&self, address: &Address) -> Account {
        self.inner.account(address)
    }

    fn execute(&mut self, message: &Cell, moment: Moment) -> Result<Executed, ExecError> {
        let to = MessageView::parse(message).expect("readable").dst.expect("a message to an account");
        self.note(&self.inner.account(&to), message, moment);
        self.inner.execute(message, moment)
    }
}

#[test]
fn every_step_of_a_story_leads_to_a_line_or_to_a_named_piece_of_the_compiler() {
    let names = CODES.into_iter().chain(["MemberRegistry"]);
    let maps = names.map(|name| {
        let map = SourceMap::parse(&artifact(&format!("{name}.tsol")).map).expect("the compiler's own map");
        (*map.code(), map)
    });
    let tally = Arc::new(Mutex::new(Tally::default()));
    let traced = Traced { inner: Direct::default(), maps: maps.collect(), tally: tally.clone() };
    let world = World::on(Box::new(traced));
    let mut community = Community::found_in(world, 15, &params(), &plan());
    community.grant(673_120 * TON);
    community.fund_stage(1, 673_120 * TON);
    community.fund_stage(2, TON);
    arena::with_jury(&mut community);

    let tally = tally.lock().expect("one test");
    assert_eq!(tally.contracts.len(), 6, "{:?}", tally.contracts);
    assert!(tally.lost.is_empty(), "places without a line: {:#?}", tally.lost);
    let unknown: Vec<_> = tally.made.keys().filter(|name| !MADE.contains(&name.as_str())).collect();
    assert!(unknown.is_empty(), "code of the compiler that nobody named: {unknown:?}");
    let made: u64 = tally.made.values().sum();
    let share = 100.0 * (tally.steps - made) as f64 / tally.steps as f64;
    println!(
        "{} steps, {share:.2} % in {} lines; by the compiler {:?}",
        tally.steps,
        tally.lines.len(),
        tally.made
    );
    assert!(
        tally.steps > 50_000 && tally.lines.len() > 500,
        "{} steps, {} lines",
        tally.steps,
        tally.lines.len()
    );
    assert!(share >= LINES, "{share:.2} % of the steps lead to lines; by the compiler {:?}", tally.made);
}
