//! Plans and findings in words and for programs.

use deploy::{CostsFrom, Finding, Plan, Planned, Remedy};
use serde_json::{Value, json};
use ton_abi::{Address, Nano};

use crate::table::{Column, table};

/// The plan of a founding for people.
pub(crate) fn plan_to_text(plan: &Plan) -> String {
    let Plan { network, deployer, places, main_giver, money, balance, .. } = plan;
    let mut text = format!(
        "network   {} (number {})\ndeployer  {deployer}\n\nAddresses, known before anything is sent\n",
        network.name, network.global_id
    );
    for (name, address) in [
        ("deployer's wallet", &places.purse),
        ("registry", &places.registry),
        ("multisig", &places.multisig),
        ("treasury", &places.treasury),
        ("jury pool", &places.jury_pool),
        ("main giver", main_giver),
    ] {
        text += &format!("  {name:<18} {address}\n");
    }
    text += "\nSteps: each stands below those that it needs\n";
    let columns = [
        Column::Text("Step"),
        Column::Text("Signed by"),
        Column::Number("Gives, TON"),
        Column::Number("Fees, TON"),
        Column::Text("State"),
    ];
    let tree = plan.tree();
    let rows = tree.iter().map(|(depth, it)| row(*depth, it));
    let given: Nano = plan.steps.iter().map(given).sum();
    let total =
        vec!["Total".to_owned(), String::new(), given.to_string(), plan.fees().to_string(), String::new()];
    text += &table(&columns, rows.chain([total]));
    text += match plan.costs {
        CostsFrom::Rehearsal => {
            "Fees were measured: the founding was played on a network in this program with the same prices.\n"
        }
        CostsFrom::Figures => "Fees are estimates from earlier foundings, not measured on this network.\n",
    };
    text + &format!("The deployer's wallet needs {money:#} TON and has {balance:#} TON.\n")
}

/// What the deployer's wallet gives away; its own money is not counted twice.
fn given(planned: &Planned) -> Nano {
    if planned.signer.is_some() { planned.value } else { Nano::ZERO }
}

fn row(depth: usize, planned: &Planned) -> Vec<String> {
    let who = match planned.signer {
        Some(_) => "deployer",
        None if planned.value > Nano::ZERO => "whoever pays",
        None if planned.fees > Nano::ZERO => "nobody",
        None => "",
    };
    let amount = |nano: Nano| if nano.is_zero() { String::new() } else { nano.to_string() };
    let state = if planned.done { "done" } else { "to do" };
    vec![
        format!("{}{}", "  ".repeat(depth), planned.step),
        who.to_owned(),
        amount(planned.value),
        amount(planned.fees),
        state.to_owned(),
    ]
}

/// The plan for programs.
pub(crate) fn plan_to_json(plan: &Plan) -> Value {
    let Plan { network, deployer, places, main_giver, money, balance, .. } = plan;
    let address = |address: &Address| address.to_string();
    let steps = plan.steps.iter().map(|it| {
        json!({
            "step": it.step.id(),
            "title": it.step.to_string(),
            "needs": it.needs.iter().map(|need| need.id()).collect::<Vec<_>>(),
            "signer": it.signer.map(|key| key.to_string()),
            "target": address(&it.target),
            "value": it.value,
            "fees": it.fees,
            "done": it.done,
        })
    });
    json!({
        "live": plan.is_live(),
        "network": { "name": network.name, "global_id": network.global_id },
        "deployer": deployer.to_string(),
        "addresses": {
            "purse": address(&places.purse),
            "registry": address(&places.registry),
            "multisig": address(&places.multisig),
            "treasury": address(&places.treasury),
            "jury_pool": address(&places.jury_pool),
            "main_giver": address(main_giver),
        },
        "steps": steps.collect::<Vec<_>>(),
        "fees": plan.fees(),
        "fees_from": match plan.costs { CostsFrom::Rehearsal => "rehearsal", CostsFrom::Figures => "figures" },
        "money": money,
        "balance": balance,
    })
}

/// What differs, and what can be done about it, for people.
pub(crate) fn findings_to_text(findings: &[Finding]) -> String {
    if findings.is_empty() {
        return "The chain says what the files say.\n".to_owned();
    }
    let mut text = String::new();
    for (number, finding) in findings.iter().enumerate() {
        text += &format!("{}. {}\n", number + 1, finding.what);
        for remedy in &finding.remedies {
            text += &format!("   {}\n", remedy_to_text(remedy));
        }
    }
    text
}

fn remedy_to_text(remedy: &Remedy) -> String {
    match remedy {
        Remedy::Proposal(file) => format!("members can decide it: {} ({})", file.title, file.action.name()),
        Remedy::Payment(file) => {
            format!("custodians can pay it: {}, {:#} TON", file.title, file.payment.value)
        }
        Remedy::Anybody(what) => format!("anybody can do it: {what}"),
        Remedy::Files(why) => format!("the files are older than the chain: {why}"),
        Remedy::Nothing(why) => format!("nothing can be done: {why}"),
    }
}

/// The same for programs.
pub(crate) fn findings_to_json(findings: &[Finding]) -> Value {
    let finding = |it: &Finding| {
        let differences = it.differences.iter().map(difference_to_json).collect::<Vec<_>>();
        let remedies = it.remedies.iter().map(remedy_to_json).collect::<Vec<_>>();
        json!({ "what": it.what, "differences": differences, "remedies": remedies })
    };
    findings.iter().map(finding).collect()
}

pub(crate) fn difference_to_json(it: &governance::workflow::founding::Difference) -> Value {
    json!({
        "contract": it.contract,
        "getter": it.getter,
        "what": it.what,
        "expected": it.expected,
        "found": it.found,
    })
}

fn remedy_to_json(remedy: &Remedy) -> Value {
    let (kind, text) = match remedy {
        Remedy::Proposal(file) => {
            return json!({ "kind": "proposal", "text": file.title, "action": file.action.name() });
        }
        Remedy::Payment(file) => {
            let to = file.payment.to.to_string();
            return json!({ "kind": "payment", "text": file.title, "to": to, "value": file.payment.value });
        }
        Remedy::Anybody(text) => ("anybody", text),
        Remedy::Files(text) => ("files", text),
        Remedy::Nothing(text) => ("nothing", text),
    };
    json!({ "kind": kind, "text": text })
}
