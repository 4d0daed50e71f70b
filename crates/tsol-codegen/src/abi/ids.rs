//! Function ids: the first 32 bits of SHA-256 of the signature text.

use sha2::{Digest, Sha256};
use tsol_sema::hir::{Contract, EventId, Extern, ExternId, Function, Program, Type};

use super::types::signature_of;

/// One line of `--function-ids`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FunctionSignature {
    /// Name of the function, getter or event.
    pub name: String,
    /// The text, such as `f(uint8)()v2`, whose hash is the id unless the attribute `functionID` gives it.
    pub signature: String,
    /// Id in requests; answers have bit 31 set.
    pub id: u32,
}

const ANSWER: u32 = 1 << 31;

fn hash(text: &str) -> u32 {
    let digest = Sha256::digest(text.as_bytes());
    u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
}

fn signature<'t>(
    program: &Program,
    name: &str,
    inputs: impl Iterator<Item = &'t Type>,
    outputs: Option<&mut dyn Iterator<Item = &'t Type>>,
) -> String {
    let join = |types: Vec<String>| format!("({})", types.join(","));
    let inputs = join(inputs.map(|ty| signature_of(program, ty)).collect());
    let outputs = outputs.map(|types| join(types.map(|ty| signature_of(program, ty)).collect()));
    format!("{name}{inputs}{}v2", outputs.unwrap_or_default())
}

fn extern_signature(program: &Program, function: &Extern) -> String {
    let answer_id = function.responsible.then_some(&Type::UINT32);
    let inputs = answer_id.into_iter().chain(function.params.iter().map(|(_, ty)| ty));
    signature(program, &function.name, inputs, Some(&mut function.returns.iter().map(|(_, ty)| ty)))
}

/// Id of a request to `function`.
pub(crate) fn extern_id(program: &Program, function: ExternId) -> u32 {
    let function = &program.externs[function.0 as usize];
    function.function_id.unwrap_or_else(|| hash(&extern_signature(program, function)) & !ANSWER)
}

/// Request and answer id of a public function, and the text that the ids are the hash of unless `functionID` gives
/// them.
pub(crate) fn getter_answer(program: &Program, function: &Function) -> (u32, u32, String) {
    let types = |ids: &[tsol_sema::hir::LocalId]| -> Vec<Type> {
        ids.iter().map(|id| function.locals[id.0 as usize].ty.clone()).collect()
    };
    let mut inputs = types(&function.params);
    if function.responsible {
        inputs.insert(0, Type::UINT32);
    }
    let outputs = types(&function.returns);
    let text = signature(program, &function.name, inputs.iter(), Some(&mut outputs.iter()));
    match function.function_id {
        Some(id) => (id, id, text),
        None => (hash(&text) & !ANSWER, hash(&text) | ANSWER, text),
    }
}

/// The text an event's id is computed from.
pub(crate) fn event_signature(program: &Program, event: EventId) -> String {
    let event = &program.events[event.0 as usize];
    signature(program, &event.name, event.params.iter().map(|(_, ty)| ty), None)
}

/// Id of an event.
pub(crate) fn event_id(program: &Program, event: EventId) -> u32 {
    hash(&event_signature(program, event)) & !ANSWER
}

/// Ids of everything that the ABI of `contract` lists, in its order.
pub(crate) fn function_ids(program: &Program, contract: &Contract) -> Vec<FunctionSignature> {
    let mut list = Vec::new();
    let constructor = contract.entries.constructor.iter();
    for id in constructor.chain(&contract.entries.public) {
        let function = &contract.functions[id.0 as usize];
        let (id, _, signature) = getter_answer(program, function);
        list.push(FunctionSignature { name: function.name.clone(), signature, id });
    }
    for id in &contract.events {
        let name = program.events[id.0 as usize].name.clone();
        list.push(FunctionSignature {
            name,
            signature: event_signature(program, *id),
            id: event_id(program, *id),
        });
    }
    list
}

#[cfg(test)]
mod tests {
    use super::hash;

    #[test]
    fn ids_are_those_of_the_published_wallet() {
        // ids in messages of the published SafeMultisigWallet
        let id = |text| hash(text) & !super::ANSWER;
        assert_eq!(id("sendTransaction(address,uint128,bool,uint8,cell)()v2"), 0x4cee_646c);
        assert_eq!(id("submitTransaction(address,uint128,bool,bool,cell)(uint64)v2"), 0x131d_82cd);
    }
}
