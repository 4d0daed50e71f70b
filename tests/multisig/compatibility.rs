//! Tools of SafeMultisig work with our wallet (governance D10, T21).

use crate::wallet::{ours, published};

#[test]
fn t21_function_ids_are_those_of_the_published_wallet() {
    let (ours, published) = (ours().abi, published().abi);
    assert!(published.functions().len() >= 10);
    for theirs in published.functions() {
        let own = ours.function(&theirs.name).unwrap_or_else(|e| panic!("{}: {e}", theirs.name));
        assert_eq!((own.input_id, own.output_id), (theirs.input_id, theirs.output_id), "{}", theirs.name);
        let names =
            |list: &[ton_abi::NamedAbiType]| list.iter().map(|t| t.name.to_string()).collect::<Vec<_>>();
        assert_eq!(names(&own.inputs), names(&theirs.inputs), "inputs of {}", theirs.name);
        assert_eq!(names(&own.outputs), names(&theirs.outputs), "outputs of {}", theirs.name);
    }
    for theirs in published.events() {
        let own = ours.event_by_id(theirs.id).unwrap_or_else(|| panic!("event {}", theirs.name));
        assert_eq!(own.name, theirs.name);
    }
}
