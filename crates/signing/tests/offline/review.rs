//! What is shown: from the message and the built-in interfaces alone.

use serde_json::json;
use signing::{BadMessage, Error, Inside, Level, Network, Prepared, Review, Signed, review};
use ton_abi::{
    Address, Boc, Cell, CellBuilder, ContractAbi, Hash, Header, Image, UnixMillis, UnixTime, UnsignedMessage,
    external_message,
};
use tycho_types::cell::{CellFamily, Store};

use crate::support::{
    EXPIRE, NOW, changed, claims, codes, confirmation, giver, header, key, multisig, network, payment,
    prepared, proposal, registry, wallet,
};

fn shown(prepared: &Prepared) -> Review {
    review(prepared, NOW).expect("it can be read")
}

#[test]
fn a_payment_is_shown_with_its_amount_and_what_it_calls() {
    let review = shown(&payment());
    assert_eq!(
        (review.contracts.as_slice(), review.function.as_str()),
        (&["Multisig"][..], "submitTransaction")
    );
    let text = review.to_text();
    for part in [
        "Network      main (global id 42), as the file says; a signature does not name its network\n",
        "To           0:f92be05a0ff2aab349a0681c8f08d92e1d6dbd0ab791aa53b877c020c9c07202\n",
        "Contract     Multisig, by its function",
        "value       673 121 TON (673121000000000 nano)\n",
        "allBalance  no\n",
        "payload     calls fundStage of Treasury\n",
        "amount  673 120 TON (673120000000000 nano)\n",
        "Made         2020-12-01 00:00:00 UTC\n",
        "Expires      2020-12-01 01:00:00 UTC, 60 minutes left by the clock of this machine\n",
        "claims (nobody can check this offline):\n  | confirms transaction 7\n  | pays 5 TON\n",
    ] {
        assert!(text.contains(part), "\"{part}\" is in\n{text}");
    }
    assert_eq!(codes(&review), [] as [&str; 0]);
    let json = review.to_json();
    let payload = &json["arguments"][4];
    assert_eq!((&payload["name"], &payload["inside"]["function"]), (&json!("payload"), &json!("fundStage")));
    assert_eq!(payload["inside"]["arguments"][2]["value"], "673120000000000");
    assert_eq!((&json["expire"], &json["expired"]), (&json!(EXPIRE.0), &json!(false)));
}

#[test]
fn the_hash_is_that_of_the_message_and_its_address() {
    let file = confirmation();
    let (abi, header) = (multisig(), header(Some(keys::Signer::public_key(&key()))));
    let other = Address::new(0, Hash([9; 32]));
    let params = json!({ "transactionId": 7 });
    let hash = |to: &Address| abi.call_message(to, "confirmTransaction", &params, &header).unwrap().call.hash;
    assert_eq!(*file.hash(), hash(&wallet()));
    assert_ne!(*file.hash(), hash(&other));
    assert_eq!(shown(&file).hash, *file.hash());
}

#[test]
fn a_number_alone_is_a_blind_call() {
    let review = shown(&confirmation());
    assert_eq!(codes(&review), ["blind"]);
    assert!(
        review
            .to_text()
            .contains("WARNING [blind] this message cannot tell what the transaction pays, and to whom")
    );
    let vote = json!({ "choice": 2, "reasonHash": "0x0" });
    let review = shown(&prepared(&proposal(), "vote", &vote));
    assert_eq!(codes(&review), ["blind"]);
    assert!(review.to_text().contains("choice      2, no\n"), "{}", review.to_text());
}

#[test]
fn what_is_overlooked_easily_is_said() {
    let all = |function: &str, params| codes(&shown(&prepared(&multisig(), function, &params)));
    let dest = wallet().to_string();
    let sent = json!({ "dest": dest, "value": 1, "bounce": true, "flags": 130, "payload": "" });
    assert_eq!(all("sendTransaction", sent), ["all-balance", "at-once"]);
    let everything = json!({ "dest": dest, "value": 1, "bounce": true, "allBalance": true, "payload": "" });
    assert_eq!(all("submitTransaction", everything), ["all-balance"]);
    let update = json!({ "codeHash": null, "owners": ["0x1"], "reqConfirms": 1, "lifetime": null });
    assert_eq!(all("submitUpdate", update), ["takes-over"]);
    let unknown = CellBuilder::build_from(0x1234_5678_u32).unwrap();
    let payload = Boc::encode_base64(&unknown);
    let strange =
        json!({ "dest": dest, "value": 1, "bounce": true, "allBalance": false, "payload": payload });
    assert_eq!(all("submitTransaction", strange), ["unknown-payload"]);
}

#[test]
fn comments_are_shown_and_cannot_paint_over_lines() {
    let mut comment = CellBuilder::new();
    comment.store_u32(0).unwrap();
    let text = "thanks\r\u{1b}[2K\u{202e}";
    comment.store_raw(text.as_bytes(), u16::try_from(text.len() * 8).unwrap()).unwrap();
    let payload = Boc::encode_base64(comment.build().unwrap());
    let params = json!({ "dest": wallet().to_string(), "value": 1, "bounce": true, "allBalance": false, "payload": payload });
    let review = shown(&prepared(&multisig(), "submitTransaction", &params));
    let expected = "thanks\\u{d}\\u{1b}[2K\\u{202e}";
    assert_eq!(review.arguments[4].inside, Some(Inside::Comment(expected.to_owned())));
    assert!(review.to_text().contains(&format!("comment \"{expected}\"\n")));
}

#[test]
fn claims_cannot_paint_over_lines_either() {
    let mut claims = claims();
    claims.title = "fine\n\u{1b}[1A\u{1b}[2KTo 0:00".to_owned();
    let mut network = network();
    network.name = "main\u{9b}31m".to_owned();
    let message = confirmation();
    let file = Prepared::new(message.message(), message.abi(), network, claims).unwrap();
    let text = shown(&file).to_text();
    assert!(!text.contains(['\u{1b}', '\u{9b}']), "{text}");
    assert!(text.contains("  | fine\\u{a}\\u{1b}[1A\\u{1b}[2KTo 0:00\n"), "{text}");
}

/// An interface that nobody knows but the file.
fn strange() -> ContractAbi {
    ContractAbi::from_value(&json!({
        "version": "2.3",
        "header": ["pubkey", "time", "expire"],
        "functions": [{ "name": "harmless", "inputs": [{ "name": "n", "type": "uint128" }], "outputs": [] }],
        "events": [],
    }))
    .unwrap()
}

#[test]
fn an_interface_that_only_the_file_knows_must_be_accepted() {
    let review = shown(&prepared(&strange(), "harmless", &json!({ "n": 5 })));
    assert_eq!((codes(&review), review.contracts.len()), (vec!["unknown-interface"], 0));
    assert_eq!(review.arguments[0].words, "5", "nobody knows that it is money");
    assert_eq!(review.not_accepted(&[]).len(), 1);
    assert!(review.not_accepted(&["unknown-interface".to_owned()]).is_empty());
    assert!(review.to_text().contains("DANGER [unknown-interface]"));
}

#[test]
fn an_interface_that_gives_a_known_function_another_name_is_told_apart() {
    // The file says that the call of the wallet is "ping".
    let id = multisig().function("confirmTransaction").unwrap().input_id;
    let liar = changed(&multisig(), |document| {
        for function in document["functions"].as_array_mut().unwrap() {
            if function["name"] == "confirmTransaction" {
                function["name"] = "ping".into();
                function["id"] = format!("0x{id:08x}").into();
            }
        }
    });
    let review = shown(&prepared(&liar, "ping", &json!({ "transactionId": 7 })));
    assert_eq!(review.function, "confirmTransaction");
    assert_eq!(codes(&review), ["other-interface", "blind"]);
    assert_eq!(review.warnings[0].level, Level::Accept);
}

#[test]
fn an_old_wallet_is_known_and_its_weakness_is_said() {
    let old = changed(&multisig(), |document| document["version"] = "2.0".into());
    let review = shown(&prepared(&old, "confirmTransaction", &json!({ "transactionId": 7 })));
    assert_eq!((review.contracts[0], review.function.as_str()), ("Multisig", "confirmTransaction"));
    assert_eq!(codes(&review), ["address-not-signed", "blind"]);
    assert_eq!(review.not_accepted(&[]).len(), 1);

    let give = json!({ "dest": wallet().to_string(), "value": 1, "bounce": false });
    let review = shown(&prepared(&giver(), "sendTransaction", &give));
    assert_eq!(review.contracts, ["Giver"]);
    assert!(review.not_accepted(&[]).is_empty(), "the giver is as it is built in");
}

#[test]
fn a_call_that_several_contracts_have_says_so() {
    let review = shown(&prepared(&registry(), "resign", &json!({})));
    assert_eq!(review.contracts, ["MemberRegistry", "JuryPool"], "that of the file comes first");
    assert_eq!(codes(&review), ["several-contracts"]);
}

/// The bytes of `signed` as an unsigned message to `to`, read by `abi`.
fn passed_off(signed: &Cell, to: &Address, abi: &ContractAbi) -> Result<Review, Error> {
    let mut body = CellBuilder::new();
    body.store_bit_zero().unwrap();
    body.store_slice(signed.as_slice().unwrap()).unwrap();
    let message = external_message(to, None, Some(body.build().unwrap())).unwrap();
    let message = UnsignedMessage::parse(&message, abi).unwrap();
    let file = Prepared::new(&message, abi, network(), claims())?;
    review(&file, NOW)
}

#[test]
fn a_call_of_the_wallet_cannot_pass_for_one_of_an_old_contract() {
    // What a contract of ABI 2.3 checks: its address, then the call.
    let file = confirmation();
    let mut signed = CellBuilder::new();
    wallet().store_into(&mut signed, Cell::empty_context()).unwrap();
    signed.store_slice(file.message().call.payload.as_slice().unwrap()).unwrap();
    let signed = signed.build().unwrap();
    assert_eq!(signed.repr_hash(), file.hash());

    // The first 32 bits of it are the "function" of an old contract, the rest its "arguments".
    let bits = usize::from(signed.bit_len()) - 32;
    let id = signed.as_slice().unwrap().load_u32().unwrap();
    let sizes = [256, 256, bits - 512];
    let mut inputs: Vec<_> = sizes
        .iter()
        .enumerate()
        .map(|(i, bits)| json!({ "name": format!("n{i}"), "type": format!("uint{bits}") }))
        .collect();
    if signed.reference_count() == 1 {
        inputs.push(json!({ "name": "rest", "type": "cell" }));
    }
    let old = ContractAbi::from_value(&json!({
        "version": "2.2",
        "header": [],
        "functions": [{ "name": "ping", "id": format!("0x{id:08x}"), "inputs": inputs, "outputs": [] }],
        "events": [],
    }))
    .unwrap();
    let error = passed_off(&signed, &Address::new(0, Hash([1; 32])), &old).unwrap_err();
    let Error::Disguised { contract, function, address } = error else { panic!("{error:?}") };
    assert_eq!(
        (contract.as_str(), function.as_str(), address),
        ("Multisig", "confirmTransaction", Some(wallet()))
    );
}

#[test]
fn a_call_of_an_old_wallet_cannot_pass_for_one_of_a_new_contract() {
    // A key that begins with two zero bits, so that the old call begins like an address of ABI 2.3.
    let old = changed(&multisig(), |document| document["version"] = "2.0".into());
    let pubkey = Some(ton_abi::PublicKey([0x05; 32]));
    let call = old
        .call_message(&wallet(), "confirmTransaction", &json!({ "transactionId": 7 }), &header(pubkey))
        .unwrap();
    let mut rest = call.call.payload.as_slice().unwrap();
    let address =
        <Address as tycho_types::cell::Load>::load_from(&mut rest).expect("it begins like an address");
    let payload = CellBuilder::build_from(rest).unwrap();
    let mut head = rest;
    let id = head.load_u32().unwrap();
    let bits = rest.size_bits() - 32;
    let new = ContractAbi::from_value(&json!({
        "version": "2.3",
        "header": [],
        "functions": [{
            "name": "ping", "id": format!("0x{id:08x}"), "inputs": [{ "name": "n", "type": format!("uint{bits}") }],
            "outputs": [],
        }],
        "events": [],
    }))
    .unwrap();
    let error = passed_off(&payload, &address, &new).unwrap_err();
    assert!(
        matches!(error, Error::Disguised { ref function, address: None, .. } if function == "confirmTransaction"),
        "{error}"
    );
}

#[test]
fn cells_that_stand_for_others_are_refused() {
    // A pruned branch: descriptor of an exotic cell of level 1, then its kind, mask, hash and depth.
    let mut pruned = vec![0xb5, 0xee, 0x9c, 0x72, 1, 1, 2, 1, 0];
    let root = [1, 0, 1];
    let branch: Vec<u8> = [0x28, 72, 1, 1].into_iter().chain([7; 32]).chain([0, 0]).collect();
    pruned.push(u8::try_from(root.len() + branch.len()).unwrap());
    pruned.push(0);
    pruned.extend(root.into_iter().chain(branch));
    let bag = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, pruned);
    let mut file: serde_json::Value = serde_json::from_str(&confirmation().to_json().unwrap()).unwrap();
    file["message"] = bag.into();
    let error = Prepared::parse(file.to_string().as_bytes()).unwrap_err();
    assert!(matches!(error, Error::Message(BadMessage::Exotic)), "{error}");
}

#[test]
fn a_deployment_is_known_by_its_code() {
    let image = Image::from_tvc(include_bytes!("../../../../abi/Multisig.tvc")).unwrap();
    let image =
        image.with_init_data(&multisig(), Some(&keys::Signer::public_key(&key())), &json!({})).unwrap();
    let params = json!({ "owners": ["0x1"], "reqConfirms": 1 });
    let header = header(Some(keys::Signer::public_key(&key())));
    let message = multisig().deploy_message(&image, 0, &params, &header).unwrap();
    let prepare = |message: &UnsignedMessage| Prepared::new(message, &multisig(), network(), claims());
    let review = shown(&prepare(&message).unwrap());
    assert_eq!(review.deploys.map(|(name, _)| name), Some(Some("Multisig")));
    assert_eq!(review.function, "constructor");

    let elsewhere = UnsignedMessage { dst: wallet(), ..message.clone() };
    assert!(matches!(prepare(&elsewhere).unwrap_err(), Error::OtherAddress { .. }));

    let unknown = Image::new(CellBuilder::build_from(7_u8).unwrap(), image.state_init.data.clone().unwrap());
    let message = multisig().deploy_message(&unknown, 0, &params, &header).unwrap();
    let review = shown(&prepare(&message).unwrap());
    assert!(codes(&review).contains(&"unknown-code"), "{:?}", codes(&review));
    assert_eq!(review.not_accepted(&[]).len(), 1);
}

#[test]
fn time_is_judged_by_the_clock_of_this_machine() {
    let file = confirmation();
    let at = |seconds: u32| review(&file, UnixTime(seconds)).unwrap();
    assert!(at(EXPIRE.0 - 1).check_expiry().is_ok());
    let late = at(EXPIRE.0);
    assert!(matches!(late.check_expiry(), Err(Error::Expired { expire }) if expire == EXPIRE));
    assert_eq!(codes(&late), ["blind", "expired"]);
    assert_eq!(codes(&at(NOW.0 - 601)), ["blind", "clock"]);
    assert_eq!(codes(&at(NOW.0 - 600)), ["blind"]);
    assert_eq!(codes(&at(EXPIRE.0 - 7 * 86_400 - 1)), ["blind", "long-lived", "clock"]);
}

#[test]
fn a_message_that_names_no_key_or_never_expires_says_so() {
    let bare = changed(&multisig(), |document| document["header"] = json!(["time"]));
    let review = shown(&prepared(&bare, "confirmTransaction", &json!({ "transactionId": 7 })));
    let told = codes(&review);
    for code in ["unknown-interface", "no-expiry", "key-not-named"] {
        assert!(told.contains(&code), "{told:?}");
    }
}

#[test]
fn only_the_key_of_the_message_signs_it() {
    let file = confirmation();
    let stranger = keys::KeyPair::from_secret(&[3; 32]);
    assert!(matches!(Signed::sign(file.clone(), &stranger), Err(Error::OtherKey { .. })));
    let signature = keys::Signer::sign(&stranger, &file.hash().0).unwrap();
    let own = keys::Signer::public_key(&key());
    let error = Signed::attach(file, own, ton_abi::Signature(signature)).unwrap_err();
    assert!(matches!(error, Error::BadSignature { .. }));
}

#[test]
fn development_keys_sign_for_development_only() {
    let signer = keys::development::signer(4);
    let pubkey = Some(keys::Signer::public_key(&signer));
    let header = Header { time: UnixMillis(1), expire: EXPIRE, pubkey };
    let params = json!({ "transactionId": 7 });
    let message = multisig().call_message(&wallet(), "confirmTransaction", &params, &header).unwrap();
    let on = |development| {
        let network = Network { development, ..network() };
        Prepared::new(&message, &multisig(), network, claims()).unwrap()
    };
    assert!(matches!(Signed::sign(on(false), &signer), Err(Error::DevelopmentKey { .. })));
    // The mark is not lost with the wrapper around the key.
    let bare = signer.key_pair();
    let signature = ton_abi::Signature(keys::Signer::sign(bare, &on(false).hash().0).unwrap());
    assert!(matches!(
        Signed::attach(on(false), keys::Signer::public_key(&signer), signature),
        Err(Error::DevelopmentKey { .. })
    ));
    assert!(Signed::sign(on(true), &signer).is_ok());
    assert!(codes(&shown(&on(true))).contains(&"development"));
}
