//! The constants of `contracts/libraries/Gas.tsol` beside what they pay: each is at least a fifth more than the
//! dearest handler of the play.

use std::collections::BTreeMap;

use workspace_tests::workspace;

use crate::table::{Cost, Row};

/// Nano for a unit of gas.
const PRICE: u128 = 1_000;
/// Votes of one proposal: fifteen electors, each with five changes.
const VOTES: u128 = 15 * 6;
/// How often a proposal is executed: its money must suffice for some failures.
const EXECUTIONS: u128 = 5;
/// Jurors of a contest, commits of each, and pokes that pay its 120 payouts.
const JURORS: u128 = 24;
const COMMITS: u128 = 5;
const PAYING: u128 = 8;

/// What the constants pay.
pub(crate) struct Bill {
    constants: BTreeMap<String, u128>,
    /// Constant, what it pays, and what that costs in nano.
    lines: Vec<(&'static str, String, u128)>,
}

impl Bill {
    /// The bill of a play, and of a wallet of the largest size.
    pub(crate) fn of(rows: &BTreeMap<Row, Cost>, wallet: &BTreeMap<Row, Cost>) -> Self {
        let mut bill = Self { constants: constants(), lines: Vec::new() };
        bill.steps(rows);
        bill.requests(rows);
        bill.desk(rows);
        bill.lives(rows);
        bill.floors(rows);
        bill.wallet(wallet);
        bill
    }

    /// Every constant covers its lines, and has some.
    pub(crate) fn check(&self) {
        for (constant, what, cost) in &self.lines {
            let value = self.constants[*constant];
            println!("{constant:<16}{value:>16}{cost:>16}  {what}");
        }
        for (constant, what, cost) in &self.lines {
            let value = self.constants[*constant];
            assert!(*cost > 0, "{what} costs something");
            assert!(value * 10 >= cost * 12, "{constant} is {value}, but {what} costs {cost} nano");
        }
        for name in self.constants.keys() {
            assert!(self.lines.iter().any(|line| line.0 == name), "{name} pays for nothing here");
        }
    }

    fn add(&mut self, constant: &'static str, what: &str, cost: u128) {
        self.lines.push((constant, what.to_owned(), cost));
    }

    /// Messages of a contract to itself, whose gas is in their value; what they send is paid from the balance.
    fn steps(&mut self, rows: &BTreeMap<Row, Cost>) {
        let steps = [
            ("MemberRegistry", "deployOne"),
            ("MemberRegistry", "sendOne"),
            ("MemberRegistry", "syncOne"),
            ("MemberRegistry", "initOne"),
            ("Proposal", "executeOne"),
            ("Proposal", "closeOne"),
        ];
        for (contract, function) in steps {
            self.add("STEP", function, gas(rows, contract, function));
        }
        self.add("EXECUTE", "executeOne", gas(rows, "Multisig", "executeOne"));
        for job in ["draw", "tally", "pay", "settle", "sweep", "resend", "nominate"] {
            let function = format!("work, {job}");
            self.add("CALL", &function, gas(rows, "ContestEscrow", &function));
        }
    }

    /// Requests between contracts: the value pays the callee, its answer and what the answer does.
    fn requests(&mut self, rows: &BTreeMap<Row, Cost>) {
        for function in ["syncCustodians", "enqueue", "setPolicy"] {
            self.add("STEP", function, nano(rows, "Multisig", function));
        }
        for function in ["reserve", "release", "payOrg", "close", "confirmed"] {
            self.add("STEP", function, nano(rows, "Treasury", function));
        }
        let pool =
            ["authorizeContest", "snapshotFor", "reportWork", "admitJuror", "reserveMember", "releaseMember"];
        for function in pool {
            self.add("JURY_REQUEST", function, nano(rows, "JuryPool", function));
        }
        let answers =
            gas(rows, "MemberRegistry", "done").max(gas(rows, "MemberRegistry", "onMemberReserved"));
        for (contract, functions) in [
            ("Treasury", &["reserve", "release", "payOrg", "close"][..]),
            ("JuryPool", &["authorizeContest", "reserveMember", "releaseMember"]),
            ("ContestEscrow", &["extend", "hold", "announce"]),
        ] {
            for function in functions {
                let cost = nano(rows, contract, function) + answers;
                self.add("CALL", &format!("{function} and its answer"), cost);
            }
        }
        let settling = gas(rows, "ContestEscrow", "done");
        for (contract, functions) in [
            ("Treasury", &["orgShare", "refund", "query"][..]),
            ("JuryPool", &["reportWork", "admitJuror"]),
            ("MemberRegistry", &["onFinalized", "registerCandidate"]),
        ] {
            for function in functions {
                let cost = nano(rows, contract, function) + settling;
                self.add("CALL", &format!("{function} and its answer"), cost);
            }
        }
        for function in ["onFunded", "onMemberEntry", "onPassed"] {
            self.add("CALL", function, gas(rows, "MemberRegistry", function));
        }
        self.add("NEWS", "done of a paid list", gas(rows, "MemberRegistry", "done, news"));
        self.add("TALLY", "a tally of five steps", 5 * nano(rows, "ContestEscrow", "work, tally"));
        self.add("CALL", "executed", nano(rows, "Proposal", "executed"));
        self.add("CALL", "confirmed", nano(rows, "ContestEscrow", "confirmed"));
        self.add("CALL", "fundStage", nano(rows, "Treasury", "fundStage"));
        self.add("CALL", "snapshotFor", nano(rows, "JuryPool", "snapshotFor"));
        let funding = nano(rows, "ContestEscrow", "fund") + nano(rows, "Treasury", "fundAck");
        self.add("FUND", "fund and fundAck", funding);
    }

    /// What entrants, payees and donors pay themselves.
    fn desk(&mut self, rows: &BTreeMap<Row, Cost>) {
        self.add("ENTRY", "submitEntry", nano(rows, "ContestEscrow", "submitEntry"));
        for function in ["replaceEntry", "withdrawEntry", "openEntry", "claim", "nominate", "topUp"] {
            self.add("DESK", function, nano(rows, "ContestEscrow", function));
        }
        for function in ["topUp", "(transfer)", "fundAck", "query"] {
            self.add("BOOK", function, nano(rows, "Treasury", function));
        }
        self.add("EVENT", "topUp", nano(rows, "MemberRegistry", "topUp"));
        self.add("EVENT", "topUp", nano(rows, "JuryPool", "topUp"));
        let contest = nano(rows, "ContestEscrow", "(bounce)");
        self.add("BOUNCE_LOSS", "a payout that came back", contest);
        self.add("CLAIM_COST", "a payout that came back", contest);
        self.add("BOUNCE_LOSS", "an org payment that came back", nano(rows, "Treasury", "(bounce)"));
    }

    /// Money that contracts get for their whole life.
    fn lives(&mut self, rows: &BTreeMap<Row, Cost>) {
        let of = |function| nano(rows, "Proposal", function);
        let execution = of("execute") + of("executeOne") + of("executed");
        let votes = of("constructor") + (VOTES - 1) * of("vote") + of("vote, deciding");
        let kept = self.constants["PROPOSAL_FLOOR"] + self.constants["CALL"] + self.constants["EXECUTE"];
        let needed = votes + EXECUTIONS * execution + of("close") + of("closeOne") + kept;
        self.add("PROPOSAL", "a proposal with all its votes", needed);
        let of = |function| nano(rows, "ContestEscrow", function);
        let jury = of("drawJury") + of("work, draw") + of("onJury");
        let cards = JURORS * (COMMITS * of("commitCard") + of("revealCard"));
        let tally = of("advance") * 3 + 6 * of("work, tally");
        let paying = PAYING * (of("payNext") + of("work, pay"));
        let settling = of("settle") + of("work, settle") + JURORS * of("done");
        let needed = of("constructor") + jury + cards + tally + paying + settling;
        let needed = needed + self.constants["CONTEST_FLOOR"] + 4 * self.constants["CALL"];
        self.add("CONTEST", "a contest of full size", needed);
        for contract in ["Treasury", "JuryPool", "Multisig"] {
            self.add("CHILD", &format!("constructor of {contract}"), nano(rows, contract, "constructor"));
        }
    }

    /// Below its floor a contract accepts nothing from outside: the floor covers what it accepted last.
    fn floors(&mut self, rows: &BTreeMap<Row, Cost>) {
        for (contract, floor) in [
            ("MemberRegistry", "REGISTRY_FLOOR"),
            ("Treasury", "TREASURY_FLOOR"),
            ("ContestEscrow", "CONTEST_FLOOR"),
            ("JuryPool", "JURY_POOL_FLOOR"),
            ("Proposal", "PROPOSAL_FLOOR"),
            ("Multisig", "MIN_BALANCE"),
        ] {
            let dearest = external(rows, contract);
            let own = if contract == "Multisig" { self.constants["EXECUTE"] } else { 0 };
            self.add(floor, "the dearest external message", dearest + own);
        }
        self.add("LOW_BALANCE", "the least balance", self.constants["MIN_BALANCE"]);
        self.add("JURY_POOL_LOW", "the least balance", self.constants["JURY_POOL_FLOOR"]);
    }

    /// What a wallet needs above its floor for its largest messages.
    fn wallet(&mut self, rows: &BTreeMap<Row, Cost>) {
        let of = |function| nano(rows, "Multisig", function);
        self.add("APPLY_UPDATE", "applyUpdate, 32 keys and code", of("applyUpdate"));
        self.add("CUSTODIAN_SET", "submitUpdate, 32 keys", of("submitUpdate"));
        let large = of("submitTransactionExt").max(of("executeOne"));
        self.add("LARGE_MESSAGE", "a payload of 250 cells", large);
    }
}

/// Amounts of the library, in nano.
fn constants() -> BTreeMap<String, u128> {
    let text = std::fs::read_to_string(workspace("contracts/libraries/Gas.tsol")).expect("the library");
    let line = |line: &str| {
        let (name, value) = line.trim().strip_prefix("uint128 constant ")?.split_once(" = ")?;
        let digits = value.trim_end_matches(';').replace('_', "");
        Some((name.to_owned(), digits.parse().unwrap_or_else(|_| panic!("{name} is a number"))))
    };
    text.lines().filter_map(line).collect()
}

/// The dearest line of a function, however it is called.
fn dearest(
    rows: &BTreeMap<Row, Cost>,
    contract: &str,
    function: &str,
    figure: impl Fn(&Cost) -> u128,
) -> u128 {
    let lines = rows.iter().filter(|(row, _)| row.contract == contract && row.function == function);
    let found = lines.map(|(_, cost)| figure(cost)).max();
    found.unwrap_or_else(|| panic!("the play never calls {contract}.{function}"))
}

/// Price of its gas alone, in nano.
fn gas(rows: &BTreeMap<Row, Cost>, contract: &str, function: &str) -> u128 {
    dearest(rows, contract, function, |cost| u128::from(cost.gas) * PRICE)
}

/// All its fees, in nano.
fn nano(rows: &BTreeMap<Row, Cost>, contract: &str, function: &str) -> u128 {
    dearest(rows, contract, function, |cost| cost.nano)
}

/// Fees of the dearest external message, in nano.
fn external(rows: &BTreeMap<Row, Cost>, contract: &str) -> u128 {
    let lines =
        rows.iter().filter(|(row, _)| row.contract == contract && matches!(row.kind, "signed" | "poke"));
    lines.map(|(_, cost)| cost.nano).max().expect("external messages")
}
