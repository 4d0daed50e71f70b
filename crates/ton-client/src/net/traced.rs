//! Traces that a node of ours tells beside the protocols, at `/control/trace/HASH`.

use chain::{Place, Step, Trace};
use serde_json::Value;

/// Steps that are asked for: more than the gas of a transaction pays for.
const STEPS: usize = 100_000;

/// Query of the request.
pub(super) fn query() -> String {
    format!("steps={STEPS}")
}

/// A whole trace; `None` for anything else, parts of one included.
pub(super) fn read(answer: &Value) -> Option<Trace> {
    let number = |value: &Value| value.as_u64();
    let step = |step: &Value| {
        let place = Place {
            cell: step["cell"].as_str()?.parse().ok()?,
            bits: u16::try_from(number(&step["bits"])?).ok()?,
        };
        let stack_depth = usize::try_from(number(&step["stack"])?).ok()?;
        Some(Step { place, gas: number(&step["gas"])?, stack_depth })
    };
    let steps = answer["steps"].as_array()?.iter().map(step).collect::<Option<Vec<_>>>()?;
    let exit_code = i32::try_from(answer["exit_code"].as_i64()?).ok()?;
    let whole = number(&answer["step_count"])? == steps.len() as u64 && !steps.is_empty();
    whole.then_some(Trace { exit_code, gas_used: number(&answer["gas_used"])?, steps })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_whole_traces_are_read() {
        let step = json!({ "cell": "ab".repeat(32), "bits": 16, "gas": 18, "stack": 5 });
        let answer = |steps: &Value, count| json!({ "exit_code": -14, "gas_used": 18, "step_count": count, "steps": steps });
        let trace = read(&answer(&json!([step]), 1)).unwrap();
        assert_eq!((trace.exit_code, trace.gas_used, trace.steps[0].place.bits), (-14, 18, 16));
        assert!(read(&answer(&json!([step]), 2)).is_none(), "a part");
        assert!(read(&answer(&json!([]), 0)).is_none(), "nothing");
        assert!(read(&answer(&json!([{ "cell": "x" }]), 1)).is_none());
        assert!(read(&Value::Null).is_none());
    }
}
