"""A developer's day with nekoton: `nekoton_flow.py URL graphql|jrpc`.

Prints one JSON object a line: {"fact": ..., "value": ...}. The package polls every few seconds, so steps that do not
depend on each other run side by side.
"""

import asyncio
import json
import os
import pathlib
import sys

import nekoton as nt
from nekoton.contracts import GiverV2

URL, KIND = sys.argv[1:3]
IMAGES = pathlib.Path(__file__).resolve().parents[3] / "target" / "foreign" / "images"
STRANGER = nt.Address("0:" + "51" * 32)
SAFE = nt.ContractAbi((IMAGES / "SafeMultisigWallet.abi.json").read_text())
SEND = SAFE.function("sendTransaction")
# Life of a message that nobody will take, in seconds.
SHORT = 2


def report(fact, value):
    print(json.dumps({"fact": fact, "value": value}), flush=True)


def connect():
    if KIND == "graphql":
        return nt.GqlTransport([URL], local=False)
    return nt.JrpcTransport(f"{URL}/rpc")


class Wallet:
    """A SafeMultisigWallet of one custodian."""

    def __init__(self, transport):
        self.transport = transport
        self.keys = nt.KeyPair.generate()
        image = nt.StateInit.from_bytes((IMAGES / "SafeMultisigWallet.tvc").read_bytes())
        self.image = nt.StateInit(image.code, SAFE.encode_init_data(data={}, public_key=self.keys.public_key, existing_data=image.data))
        self.address = self.image.compute_address()

    async def sign(self, unsigned, keys=None):
        return unsigned.sign(keys or self.keys, await self.transport.get_signature_context())

    async def deploy_message(self):
        owner = int(self.keys.public_key.to_int())
        return await self.sign(SAFE.function("constructor").encode_external_message(
            self.address, {"owners": [owner], "reqConfirms": 1}, self.keys.public_key, self.image,
        ))

    async def transfer(self, tokens, flags=1, keys=None, **more):
        params = {"dest": STRANGER, "value": nt.Tokens(tokens), "bounce": False, "flags": flags, "payload": nt.Cell()}
        key = (keys or self.keys).public_key
        return await self.sign(SEND.encode_external_message(self.address, params, key, **more), keys)

    async def state(self):
        return await self.transport.get_account_state(self.address)


async def top_up(transport, wallet):
    report("before", await wallet.state() is None)
    giver = GiverV2(transport, nt.KeyPair(bytes.fromhex("172af540e43a524763dd53b26a066d472a97c4de37d5498170564510608250c3")))
    await giver.give(wallet.address, nt.Tokens(50))
    state = await wallet.state()
    report("giver", [str(giver.address), str(state.balance), state.status == nt.AccountStatus.Uninit])


async def deploy(transport, wallet):
    message = await wallet.deploy_message()
    done = await transport.send_external_message(message)
    report("deploy", {"aborted": done.aborted, "code": done.compute_phase.exit_code, "by": done.in_msg_hash == message.hash})
    state = await wallet.state()
    report("deployed", state.status == nt.AccountStatus.Active and state.state_init.code_hash == wallet.image.code_hash)
    config = await transport.get_blockchain_config()
    found = SAFE.function("getCustodians").call(state, {}, config=config)
    report("getter", [found.exit_code, found.output["custodians"][0]["pubkey"] == wallet.keys.public_key.to_int()])
    listed = await transport.get_accounts_by_code_hash(wallet.image.code_hash)
    report("by code", wallet.address in listed)


async def call(transport, wallet):
    """A transfer, watched by both iterators, forecast by the local executor."""
    config = await transport.get_blockchain_config()
    message = await wallet.transfer(1)
    forecast, _ = nt.TransactionExecutor(config).execute(message, await wallet.state())

    async def watch():
        async with transport.account_transactions(wallet.address) as batches:
            async for transactions, _info in batches:
                if any(one.in_msg_hash == message.hash for one in transactions):
                    return True

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0)
    done = await transport.send_external_message(message)
    report("call", {"aborted": done.aborted, "code": done.compute_phase.exit_code, "messages": done.out_msgs_len})
    report("gas as predicted", forecast.compute_phase.gas_used == done.compute_phase.gas_used)
    report("subscription", await asyncio.wait_for(watching, 60))
    # Version 0.1.25 yields the last one twice.
    tree = {one.hash: one async for one in transport.trace_transaction(done)}
    report("tree", [[one.aborted, one.out_msgs_len] for one in tree.values()])
    again = await transport.get_transaction(done.hash)
    report("by hash", again.hash == done.hash and again.lt == done.lt)
    found = await transport.get_dst_transaction(message.hash)
    report("by message", found.hash == done.hash)
    history = await transport.get_transactions(wallet.address)
    report("history", [len(history), history[0].hash == done.hash, history[0].prev_trans_hash == history[1].hash])
    arrived = await transport.get_account_state(STRANGER)
    report("arrived", arrived.balance >= nt.Tokens(1))


async def queries(transport, wallet):
    if KIND != "graphql":
        return
    found = await transport.query_transactions(f'account_addr:{{eq:"{wallet.address}"}}', '{path:"lt",direction:DESC}', 2)
    report("query transactions", [len(found), found[0].lt > found[1].lt])
    sent = await transport.query_messages(f'src:{{eq:"{wallet.address}"}},msg_type:{{eq:0}}')
    report("query messages", [len(sent), str(sent[0].value)])
    accounts = await transport.query_accounts(f'id:{{eq:"{wallet.address}"}}')
    report("query accounts", [str(address) == str(wallet.address) for address, _state in accounts])


async def wrong_key(transport, wallet):
    keys = nt.KeyPair.generate()
    message = await wallet.transfer(1, keys=keys, timeout=SHORT)
    config = await transport.get_blockchain_config()
    try:
        nt.TransactionExecutor(config).execute(message, await wallet.state())
        why = "accepted"
    except RuntimeError as error:
        why = str(error)
    report("wrong key explained", why)
    report("wrong key", await transport.send_external_message(message) is None)


async def expired(transport, wallet):
    hour_ago = nt.Clock(-3_600_000)
    message = await wallet.transfer(1, timeout=SHORT, clock=hour_ago)
    try:
        report("expired", await transport.send_external_message(message) is None)
    except RuntimeError as error:
        report("expired", str(error))


async def aborted(transport, wallet):
    done = await transport.send_external_message(await wallet.transfer(10_000, flags=0))
    report("aborted", [done.aborted, done.compute_phase.success, done.action_phase.result_code, done.action_phase.no_funds])


async def main():
    transport = connect()
    await transport.check_connection()
    config = await transport.get_blockchain_config()
    report("config", [config.global_id, config.contains_param(34), await transport.get_signature_id()])
    wallet = Wallet(transport)
    await top_up(transport, wallet)
    await deploy(transport, wallet)
    await call(transport, wallet)
    await queries(transport, wallet)
    await aborted(transport, wallet)
    await asyncio.gather(wrong_key(transport, wallet), expired(transport, wallet))


asyncio.run(main())
# The library's own threads may still run, and end the interpreter by a signal while it is taken apart.
sys.stdout.flush()
os._exit(0)
