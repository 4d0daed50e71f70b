//! The transports of `ton-client` against the node over real sockets: GraphQL over HTTP and WebSocket, JSON-RPC over
//! HTTP/1.1 and HTTP/2.
//!
//! Chain time moves with the blocks alone (five seconds each), so nothing depends on how fast the test runs.

#![allow(clippy::unwrap_used)] // a panic is how a test fails

mod proxy;
mod scene;

use std::time::Duration;

use localnet::giver;
use node_server::service::{Change, Mode};
use proxy::Proxy;
use scene::{LIFETIME_BLOCKS, Network, Way, far, key, pay, transport, wallet};
use serde_json::json;
use ton_abi::{Address, Nano, UnixTime};
use ton_client::net::{LocalProof, RejectReason, Transport};
use ton_client::processing::FailureKind;
use ton_client::{Error, NotIncludedCause};

#[tokio::test]
async fn wallet_is_deployed_and_pays_over_every_transport() {
    for way in Way::ALL {
        let network = Network::start(Mode::Instant, true).await;
        let client = network.client(way);
        let (wallet, deployed) = wallet(&client, 1).await;
        assert_eq!(deployed.steps.len(), 1, "{way:?}");
        let to = far(7);
        let tree = pay(&client, &wallet, &to, Nano::tokens(3), &key(1)).await.unwrap();
        assert_eq!(tree.steps.len(), 2, "{way:?}");
        assert_eq!(tree.steps[1].tx.account, to);
        assert_eq!(client.balance(&to).await.unwrap(), Nano::tokens(3));
        // The getter runs here on what the network says.
        let messages = client.run_getter(&wallet, "getMessages", &json!({})).await.unwrap().json();
        assert_eq!(messages["messages"].as_array().unwrap().len(), 1, "{way:?}");
        // The same transactions in all look-ups, and the same as in the node itself.
        let history = client.history(&wallet.address, None, 10).await.unwrap();
        let hashes: Vec<_> = history.iter().map(|step| step.hash).collect();
        let node = network.service().snapshot();
        let own: Vec<_> = node.transactions(&wallet.address, ton_abi::Lt(u64::MAX)).map(|t| t.hash).collect();
        assert_eq!((hashes.len(), &hashes), (3, &own), "{way:?}");
        assert_eq!(hashes[0], tree.root().hash);
        let older = client.history(&wallet.address, Some(history[1].tx.lt), 1).await.unwrap();
        assert_eq!(older[0].hash, hashes[1]);
        let traced = client.trace(&tree.root().hash).await.unwrap();
        assert_eq!(traced.steps.len(), 2);
        let account = client.account(&wallet.address).await.unwrap();
        assert_eq!(account.cell(), node.account(&wallet.address).cell(), "{way:?}");
        let message = client.transport().message(&tree.message).await.unwrap();
        assert_eq!(message.is_some(), way.is_graphql(), "{way:?}");
        let config = client.transport().config().await.unwrap();
        assert_eq!(config.cell(), node.config().cell(), "{way:?}");
        network.stop().await;
    }
}

#[tokio::test]
async fn long_history_comes_in_pages() {
    for way in [Way::Graphql, Way::Jrpc] {
        let network = Network::start(Mode::Instant, true).await;
        let client = network.client(way);
        let (wallet, _) = wallet(&client, 1).await;
        for _ in 0..60 {
            pay(&client, &wallet, &far(7), Nano::tokens(1), &key(1)).await.unwrap();
        }
        let history = client.history(&wallet.address, None, 1000).await.unwrap();
        assert_eq!(history.len(), 62, "{way:?}");
        assert!(history.windows(2).all(|pair| pair[0].tx.prev_hash == ton_abi::Hash(pair[1].hash.0)));
        assert_eq!(client.history(&wallet.address, None, 55).await.unwrap().len(), 55);
        network.stop().await;
    }
}

#[tokio::test]
async fn wrong_key_is_explained_with_and_without_receipts() {
    for (way, remp) in
        [(Way::Graphql, true), (Way::GraphqlWs, true), (Way::Graphql, false), (Way::Jrpc, true)]
    {
        let network = Network::start(Mode::Instant, remp).await;
        let client = network.client(way);
        let (wallet, _) = wallet(&client, 1).await;
        network.outlive_next();
        let error = pay(&client, &wallet, &far(7), Nano::tokens(1), &key(2)).await.unwrap_err();
        let Error::NotIncluded(it) = &error else { panic!("{way:?}: {error}") };
        let reason = RejectReason::ExitCode(40);
        match &it.cause {
            NotIncludedCause::Rejected(found) => {
                assert!(remp && way.is_graphql() && *found == reason, "{found}")
            }
            NotIncludedCause::Expired { diagnosis, .. } => {
                assert!(!(remp && way.is_graphql()), "{way:?}");
                assert_eq!(diagnosis, &Some(reason), "{way:?}");
            }
        }
        assert_eq!(client.history(&wallet.address, None, 9).await.unwrap().len(), 2, "{way:?}");
        network.stop().await;
    }
}

#[tokio::test]
async fn message_that_is_too_old_is_not_included() {
    for way in [Way::Graphql, Way::Jrpc] {
        let network = Network::start(Mode::Instant, false).await;
        let client = network.client(way);
        let (wallet, _) = wallet(&client, 1).await;
        let mut header = client.header(&wallet.address, None).await.unwrap();
        header.expire = UnixTime(header.expire.0 - 3600);
        let params = json!({ "dest": far(7).to_string(), "value": "1000", "bounce": false });
        let message =
            client.call_message(&wallet, "sendTransaction", &params, &header, &key(1)).await.unwrap();
        let error = client.process_message(&message).await.unwrap_err();
        let Error::NotIncluded(it) = &error else { panic!("{way:?}: {error}") };
        assert!(
            matches!(it.cause, NotIncludedCause::Expired { expire, .. } if expire == header.expire),
            "{error}"
        );
        network.stop().await;
    }
}

#[tokio::test]
async fn transaction_that_failed_is_told_from_one_that_never_was() {
    for way in [Way::Graphql, Way::Jrpc] {
        let network = Network::start(Mode::Instant, true).await;
        let client = network.client(way);
        let (wallet, _) = wallet(&client, 1).await;
        let params = json!({ "dest": far(7).to_string(), "value": "1000000000000", "bounce": false });
        // More than the wallet has: the action is ignored (flag 2), the transaction stands.
        let tree = client.call(&wallet, "sendTransaction", &params, &key(1)).await.unwrap();
        assert_eq!((tree.steps.len(), tree.root().is_success()), (1, true), "{way:?}");
        // New code that cannot run: paid for, undone, and told as a failure with its code.
        let newcode = ton_client::boc::encode_base64(&ton_abi::CellBuilder::build_from(0xffff_u16).unwrap());
        let error =
            client.call(&wallet, "upgrade", &json!({ "newcode": newcode }), &key(1)).await.unwrap_err();
        let Error::Failed(failure) = &error else { panic!("{way:?}: {error}") };
        let FailureKind::AfterCommit { exit_code } = failure.kind else { panic!("{:?}", failure.kind) };
        assert_eq!(error.exit_code(), Some(exit_code), "{way:?}");
        network.stop().await;
    }
}

#[tokio::test]
async fn connection_that_breaks_in_the_middle_is_taken_up_again() {
    for way in Way::ALL {
        let network = Network::start(Mode::Instant, true).await;
        let direct = network.client(Way::Graphql);
        let (wallet, _) = wallet(&direct, 1).await;
        network.service().set_mode(Mode::Manual).await.unwrap();

        let proxy = Proxy::start(network.addr()).await;
        let client = network.client_at(way, &proxy.url());
        let mut changes = network.service().changes();
        let paying = tokio::spawn({
            let wallet = wallet.clone();
            async move { pay(&client, &wallet, &far(7), Nano::tokens(1), &key(1)).await }
        });
        while !matches!(*changes.recv().await.unwrap(), Change::Posted(_)) {}
        // Nobody has made a block with it yet.
        proxy.cut();
        network.service().set_mode(Mode::Instant).await.unwrap();
        let tree = paying.await.unwrap().unwrap();
        assert_eq!(tree.steps.len(), 2, "{way:?}");
        assert_eq!(direct.balance(&far(7)).await.unwrap(), Nano::tokens(1), "{way:?}");
        network.stop().await;
    }
}

#[tokio::test]
async fn node_that_restarts_loses_waiting_messages_and_nothing_is_paid_twice() {
    for way in [Way::Graphql, Way::GraphqlWs, Way::Jrpc] {
        let folder = tempfile::tempdir().unwrap();
        let network = Network::open(folder.path(), Mode::Instant, 0).await;
        let addr = network.addr();
        let (wallet, _) = wallet(&network.client(Way::Graphql), 1).await;
        network.stop().await;

        let network = Network::open(folder.path(), Mode::Manual, addr.port()).await;
        let client = network.client(way);
        let mut changes = network.service().changes();
        let paying = tokio::spawn({
            let wallet = wallet.clone();
            async move {
                let outcome = pay(&client, &wallet, &far(7), Nano::tokens(1), &key(1)).await;
                (outcome, client)
            }
        });
        while !matches!(*changes.recv().await.unwrap(), Change::Posted(_)) {}
        network.stop().await;
        let network = Network::open(folder.path(), Mode::Instant, addr.port()).await;
        network.service().produce_many(LIFETIME_BLOCKS).await.unwrap();
        // The first message died with the node: after its end of life it was made anew.
        let (outcome, client) = paying.await.unwrap();
        assert_eq!(outcome.unwrap().steps.len(), 2, "{way:?}");
        assert_eq!(client.balance(&far(7)).await.unwrap(), Nano::tokens(1), "{way:?}");
        assert_eq!(client.history(&wallet.address, None, 9).await.unwrap().len(), 3, "{way:?}");
        network.stop().await;
    }
}

#[tokio::test]
async fn network_is_local_by_its_giver_and_not_by_its_address() {
    let network = Network::start(Mode::Instant, true).await;
    for way in Way::ALL {
        let proof =
            LocalProof { giver: giver::ADDRESS, key: giver::PUBLIC_KEY, least: Nano::tokens(1_000_000) };
        let (graphql, jrpc) = transport(way, &network.url());
        let prove = async |proof: &LocalProof| match (&graphql, &jrpc) {
            (Some(transport), _) => (transport.prove_local(proof).await.unwrap(), transport.is_local()),
            (_, Some(transport)) => (transport.prove_local(proof).await.unwrap(), transport.is_local()),
            _ => unreachable!(),
        };
        assert_eq!(prove(&proof).await, (true, true), "{way:?}");
        for wrong in [
            LocalProof { giver: far(3), ..proof.clone() },
            LocalProof { key: ton_abi::PublicKey([7; 32]), ..proof.clone() },
            LocalProof { least: Nano::tokens(900_000_000_000), ..proof.clone() },
        ] {
            assert_eq!(prove(&wrong).await, (false, false), "{way:?}");
        }
    }
    network.stop().await;
}

#[tokio::test]
async fn clock_moves_by_the_control_that_all_nodes_have() {
    let network = Network::start(Mode::Interval(Duration::from_millis(10)), true).await;
    let (graphql, _) = transport(Way::Graphql, &network.url());
    let graphql = graphql.unwrap();
    let address = Address::default();
    let before = graphql.head(&address).await.unwrap();
    graphql.rest("/se/increase-time", Some("delta=86400"), true).await.unwrap().unwrap();
    let mut head = before;
    while head.gen_utime < before.gen_utime.plus(86_400) {
        head = graphql.wait_block(&address, &head, Duration::from_secs(60)).await.unwrap().unwrap();
    }
    assert_eq!(graphql.rest("/nothing/here", None, false).await.unwrap(), None);
    network.stop().await;
}
