//! The plan of the proposal (governance 1.3) and plans of other shapes.

use serde_json::{Value, json};
use ton_abi::Cell;

use crate::books::TON;

/// Stage, item, topic and total in TON; nothing is requested additionally. Source: the proposal's table.
pub(crate) const TABLE: [(u8, u8, u8, u128); 15] = [
    (1, 1, 1, 1_120),
    (1, 2, 2, 112_000),
    (1, 3, 2, 112_000),
    (1, 4, 2, 224_000),
    (1, 5, 5, 224_000),
    (2, 6, 5, 224_000),
    (2, 7, 5, 0),
    (2, 8, 2, 112_000),
    (2, 9, 4, 224_000),
    (3, 10, 2, 112_000),
    (3, 11, 2, 112_000),
    (3, 12, 3, 224_000),
    (4, 13, 2, 224_000),
    (4, 14, 2, 224_000),
    (4, 15, 3, 0),
];

/// Budgets of the four stages in TON.
pub(crate) const BUDGETS: [u128; 4] = [673_120, 560_000, 448_000, 448_000];

/// Stages of items; amounts in nano.
#[derive(Clone, Debug)]
pub(crate) struct Plan(pub(crate) Vec<(u128, Vec<Item>)>);

/// One item.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) number: u8,
    pub(crate) topic: u8,
    pub(crate) total: u128,
    pub(crate) depends_on: Vec<u8>,
    pub(crate) on_request: bool,
}

impl Item {
    /// An item of topic 2 that depends on nothing.
    pub(crate) fn new(number: u8, total: u128) -> Self {
        Self { number, topic: 2, total, depends_on: Vec::new(), on_request: total == 0 }
    }
}

impl Plan {
    /// Stages whose items have these totals in TON, numbered through.
    pub(crate) fn of(stages: &[&[u128]]) -> Self {
        let mut next = 0;
        let stages = stages.iter().map(|totals| {
            let items: Vec<_> = totals
                .iter()
                .map(|total| {
                    next += 1;
                    Item::new(next, total * TON)
                })
                .collect();
            (totals.iter().sum::<u128>() * TON, items)
        });
        Self(stages.collect())
    }

    /// `abi.encode(StagePlan[])`.
    pub(crate) fn cell(&self) -> Cell {
        let item = |item: &Item| {
            let depends: Vec<_> = item.depends_on.iter().map(u8::to_string).collect();
            json!({ "number": item.number.to_string(), "topic": item.topic.to_string(),
                "total": item.total.to_string(), "dependsOn": depends, "onRequest": item.on_request })
        };
        let stages: Vec<Value> = self.0.iter().map(|(budget, items)| {
            json!({ "budget": budget.to_string(), "items": items.iter().map(item).collect::<Vec<_>>() })
        }).collect();
        governance::encoding::encode("StagePlan[]", &stages).expect("a plan")
    }
}

/// The plan of the proposal.
pub(crate) fn seed() -> Plan {
    let mut plan = Plan(BUDGETS.iter().map(|budget| (budget * TON, Vec::new())).collect());
    for (stage, number, topic, total) in TABLE {
        let mut item = Item { topic, ..Item::new(number, total * TON) };
        if number == 15 {
            item.depends_on.push(9);
        }
        plan.0[usize::from(stage) - 1].1.push(item);
    }
    plan
}
