"""A developer's day with the official SDK library: `official.py URL`.

Connect, money from the giver, deploy of the published SafeMultisigWallet, calls, getters, queries, subscriptions,
the tree of a message, and everything that goes wrong. Prints one JSON object a line: {"fact": ..., "value": ...}.
"""

import json
import sys
import urllib.request

from library import GIVER, Client, Subscription, finish, giver_keys, image, report

URL = sys.argv[1]
TOKEN = 1_000_000_000
STRANGER = "0:" + "51" * 32
EMPTY_CELL = "te6ccgEBAQEAAgAAAA=="
# Short times, so that what cannot succeed fails soon.
NETWORK = {
    "endpoints": [f"{URL}/graphql"],
    "message_retries_count": 0,
    "message_processing_timeout": 20_000,
    "wait_for_timeout": 20_000,
}
SAFE, SAFE_TVC = image("SafeMultisigWallet")
GIVER_ABI, _ = image("GiverV2")


class Wallet:
    """A SafeMultisigWallet of one custodian."""

    def __init__(self, client):
        self.client = client
        self.keys = client.call("crypto.generate_random_sign_keys")
        self.address = client.call("abi.encode_message", self.deploy_params())["address"]

    def deploy_params(self):
        return {
            "abi": SAFE,
            "deploy_set": {"tvc": SAFE_TVC},
            "call_set": {
                "function_name": "constructor",
                "input": {"owners": ["0x" + self.keys["public"]], "reqConfirms": 1},
            },
            "signer": {"type": "Keys", "keys": self.keys},
        }

    def call_params(self, function, params, keys=None, header=None):
        call_set = {"function_name": function, "input": params}
        if header:
            call_set["header"] = header
        return {
            "abi": SAFE,
            "address": self.address,
            "call_set": call_set,
            "signer": {"type": "Keys", "keys": keys or self.keys},
        }

    def transfer(self, value, flags=1, bounce=False, dest=STRANGER, **more):
        params = {"dest": dest, "value": str(value), "bounce": bounce, "flags": flags, "payload": EMPTY_CELL}
        return self.call_params("sendTransaction", params, **more)

    def boc(self):
        where = {"id": {"eq": self.address}}
        rows = self.client.call("net.query_collection", {"collection": "accounts", "filter": where, "result": "boc"})
        return rows["result"][0]["boc"]

    def getter(self, function, params):
        message = self.client.call("abi.encode_message", {
            "abi": SAFE, "address": self.address, "signer": {"type": "None"},
            "call_set": {"function_name": function, "input": params},
        })["message"]
        answer = self.client.call("tvm.run_tvm", {"message": message, "account": self.boc(), "abi": SAFE})
        return answer["decoded"]["output"]


def process(client, message, events=None):
    """Sends a message and waits for its transaction; names of the events go to `events`."""
    params = {"message_encode_params": message, "send_events": events is not None}
    return client.call("processing.process_message", params, lambda event: events.append(event["type"]))


def connect():
    client = Client({"network": NETWORK})
    report("version", client.call("client.version")["version"])
    info = client.call("net.query", {"query": "{info{version rempEnabled}}"})["result"]["data"]["info"]
    report("info", info)
    report("signature id", client.call("net.get_signature_id"))
    return client


def impatient():
    """A client whose messages live for two seconds: that is how long it takes to learn of a rejection without REMP."""
    return Client({"network": NETWORK, "abi": {"message_expiration_timeout": 2_000}})


def top_up(client, wallet, tokens):
    give = {
        "abi": GIVER_ABI,
        "address": GIVER,
        "call_set": {
            "function_name": "sendTransaction",
            "input": {"dest": wallet.address, "value": str(tokens * TOKEN), "bounce": False},
        },
        "signer": {"type": "Keys", "keys": giver_keys()},
    }
    done = process(client, give)
    report("giver", {"aborted": done["transaction"]["aborted"], "messages": len(done["out_messages"])})
    where = {"id": {"eq": wallet.address}, "balance": {"ge": str(tokens * TOKEN)}}
    found = client.call("net.wait_for_collection", {
        "collection": "accounts", "filter": where, "result": "balance(format:DEC) acc_type acc_type_name",
    })
    report("topped up", found["result"])
    return done


def deploy(client, wallet):
    events = []
    done = process(client, wallet.deploy_params(), events)
    report("deploy", {"status": done["transaction"]["end_status_name"], "code": done["transaction"]["compute"]["exit_code"]})
    report("deploy events", sorted(set(events)))
    report("custodians", wallet.getter("getCustodians", {})["custodians"][0]["pubkey"] == "0x" + wallet.keys["public"])
    again = impatient().fails("processing.process_message", {"message_encode_params": wallet.deploy_params(), "send_events": False})
    report("deploy again", [again["code"], local_code(again)])


def call(client, wallet):
    """A transfer, seen by a subscription, in the account and in the fees that the library predicts."""
    account = {"account_addr": {"eq": wallet.address}}
    watch = Subscription(client, "transactions", account, "id lt(format:DEC) aborted")
    # The library says so before it has asked the server, and this server is quick.
    while b"localnet_subscriptions 0\n" in urllib.request.urlopen(f"{URL}/metrics").read():
        pass
    message = client.call("abi.encode_message", wallet.transfer(TOKEN))
    forecast = client.call("tvm.run_executor", {
        "message": message["message"], "account": {"type": "Account", "boc": wallet.boc()}, "abi": SAFE,
    })
    sent = client.call("processing.send_message", {"message": message["message"], "abi": SAFE, "send_events": False})
    done = client.call("processing.wait_for_transaction", {
        "abi": SAFE, "message": message["message"], "shard_block_id": sent["shard_block_id"],
        "sending_endpoints": sent["sending_endpoints"], "send_events": False,
    })
    report("call", {"code": done["transaction"]["compute"]["exit_code"], "messages": len(done["out_messages"])})
    seen = watch.next()
    report("subscription", seen["id"] == done["transaction"]["id"] and not seen["aborted"])
    watch.close()
    gas = [fees["gas_fee"] for fees in (forecast["fees"], done["fees"])]
    report("gas as predicted", gas[0] == gas[1] and gas[0] > 0)
    # The account's BOC is what the transaction says: its hash is the new hash of the state.
    report("state", client.call("boc.get_boc_hash", {"boc": wallet.boc()})["hash"] == done["transaction"]["new_hash"])
    return done


def queries(client, wallet, transaction):
    where = {"account_addr": {"eq": wallet.address}}
    order = [{"path": "lt", "direction": "DESC"}]
    rows = client.call("net.query_collection", {
        "collection": "transactions", "filter": where, "order": order, "limit": 2, "result": "id lt boc block_id",
    })["result"]
    report("newest transaction", rows[0]["id"] == transaction["id"])
    count = client.call("net.aggregate_collection", {
        "collection": "transactions", "filter": where, "fields": [{"field": "id", "fn": "COUNT"}],
    })["values"]
    report("transactions", count)
    batch = client.call("net.batch_query", {"operations": [
        {"type": "QueryCollection", "collection": "accounts", "filter": {"id": {"eq": GIVER}}, "result": "acc_type_name"},
        {"type": "WaitForCollection", "collection": "transactions", "filter": {"id": {"eq": transaction["id"]}}, "result": "aborted"},
        {"type": "AggregateCollection", "collection": "accounts", "filter": {"id": {"eq": wallet.address}}},
    ]})["results"]
    report("batch", batch)
    query = 'query($a:String!){blockchain{account(address:$a){info{acc_type_name balance(format:DEC)}}}}'
    answer = client.call("net.query", {"query": query, "variables": {"a": wallet.address}})["result"]
    info = answer["data"]["blockchain"]["account"]["info"]
    report("blockchain", [info["acc_type_name"], int(info["balance"]) > TOKEN])
    parsed = client.call("boc.parse_transaction", {"boc": rows[0]["boc"]})["parsed"]
    fields = "id lt account_addr in_msg out_msgs aborted now total_fees old_hash new_hash end_status_name outmsg_cnt"
    same = client.call("net.query_collection", {
        "collection": "transactions", "filter": {"id": {"eq": transaction["id"]}}, "result": fields,
    })["result"][0]
    report("transaction as parsed", [name for name in fields.split() if same[name] != parsed[name]])


def blocks(client, transaction):
    """Blocks: the parser of the library, and the walk over the chain."""
    fields = "id seq_no workchain_id shard gen_utime start_lt end_lt prev_ref{root_hash seq_no end_lt} key_block tr_count global_id version boc"
    where = {"id": {"eq": transaction["block_id"]}} if transaction.get("block_id") else {"workchain_id": {"eq": 0}, "tr_count": {"gt": 0}}
    for name, filtered in (("block", where), ("masterchain block", {"workchain_id": {"eq": -1}, "seq_no": {"ge": 3}})):
        row = client.call("net.query_collection", {"collection": "blocks", "filter": filtered, "limit": 1, "result": fields})["result"][0]
        parsed = client.call("boc.parse_block", {"boc": row["boc"]})["parsed"]
        names = ["id", "seq_no", "workchain_id", "shard", "gen_utime", "start_lt", "end_lt", "key_block", "tr_count", "global_id", "version"]
        report(f"{name} as parsed", [(key, row[key], parsed.get(key)) for key in names if row[key] != parsed.get(key)])
        report(f"{name} before", row["prev_ref"]["root_hash"] == parsed["prev_ref"]["root_hash"])
    iterator = client.call("net.create_block_iterator", {})["handle"]
    chain = []
    while len(chain) < 3:
        chain += client.call("net.iterator_next", {"iterator": iterator, "limit": 1})["items"]
    client.call("net.remove_iterator", {"handle": iterator})
    report("block iterator", all(one["workchain_id"] in (0, -1) for one in chain))


def tree(client, given):
    message = given["transaction"]["in_msg"]
    found = client.call("net.query_transaction_tree", {"in_msg": message, "abi_registry": [GIVER_ABI]})
    report("tree", {
        "messages": len(found["messages"]), "transactions": len(found["transactions"]),
        "call": found["messages"][0]["decoded_body"]["name"],
        "aborted": [one["aborted"] for one in found["transactions"]],
    })


def failures(client, wallet):
    stranger = client.call("crypto.generate_random_sign_keys")
    wrong = impatient().fails("processing.process_message", {
        "message_encode_params": wallet.transfer(TOKEN, keys=stranger), "send_events": False,
    })
    report("wrong key", [wrong["code"], local_code(wrong)])
    report("wrong key in words", "100" in json.dumps(wrong))
    late = client.fails("processing.process_message", {
        "message_encode_params": wallet.transfer(TOKEN, header={"expire": 1}), "send_events": False,
    })
    report("expired before it is sent", late["code"])
    aborted = client.fails("processing.process_message", {
        "message_encode_params": wallet.transfer(10_000 * TOKEN, flags=0), "send_events": False,
    })
    data = aborted["data"].get("local_error", {}).get("data") or aborted["data"]
    report("aborted", {"code": aborted["code"], "phase": data.get("phase"), "has transaction": "transaction_id" in aborted["data"]})
    lost = client.fails("net.wait_for_collection", {
        "collection": "accounts", "filter": {"id": {"eq": "0:" + "ab" * 32}}, "result": "id", "timeout": 200,
    })
    report("nothing comes", lost["code"])
    broken = client.fails("net.query_collection", {"collection": "accounts", "result": "no_such_field"})
    report("unknown field", broken["code"])


def expired(client, wallet):
    """The clock of the network runs ahead: what is signed now is too old when it arrives."""
    urllib.request.urlopen(urllib.request.Request(f"{URL}/se/increase-time?delta=3600", method="POST")).read()
    patient = Client({"network": NETWORK})
    late = patient.fails("processing.process_message", {
        "message_encode_params": wallet.transfer(TOKEN), "send_events": False,
    })
    report("expired on the way", [late["code"], local_code(late)])


def local_code(error):
    """Exit code that the library found when it replayed the message."""
    local = error.get("data", {}).get("local_error") or error
    return local.get("data", {}).get("exit_code")


def main():
    client = connect()
    wallet = Wallet(client)
    given = top_up(client, wallet, 50)
    deploy(client, wallet)
    done = call(client, wallet)
    queries(client, wallet, done["transaction"])
    blocks(client, done["transaction"])
    tree(client, given)
    failures(client, wallet)
    expired(client, wallet)


main()
finish()
