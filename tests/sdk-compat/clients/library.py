"""The official SDK library through its C interface, with a network.

Loads the library as `sdk.py` does. Requests run on the library's own threads, so that events of a request and
subscriptions arrive while it is under way.
"""

import base64
import ctypes
import json
import os
import pathlib
import queue
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from sdk import StringData, load, read  # noqa: E402

IMAGES = HERE.parents[2] / "target" / "foreign" / "images"
GIVER = "0:ece57bcc6c530283becbbd8a3b24d3c5987cdddc3c8b7b33be6e4a6312490415"
# Kinds of answers of the C interface.
SUCCESS, ERROR, NOP = 0, 1, 2
CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_uint32, StringData, ctypes.c_uint32, ctypes.c_bool)


class SdkError(Exception):
    """An error of the SDK, as its JSON."""

    def __init__(self, error):
        super().__init__(json.dumps(error))
        self.error = error


class Client:
    """A context of the library."""

    def __init__(self, config):
        self.library = load()
        self.library.tc_request.argtypes = [
            ctypes.c_uint32, StringData, StringData, ctypes.c_uint32, CALLBACK,
        ]
        self.requests = {}
        self.numbers = iter(range(1, 1 << 32))
        self.callback = CALLBACK(self.answered)
        text, _keep = StringData.of(json.dumps(config))
        created = read(self.library, self.library.tc_create_context(text))
        if "error" in created:
            raise SdkError(created["error"])
        self.context = created["result"]

    def answered(self, number, data, kind, finished):
        """Called on a thread of the library."""
        text = ctypes.string_at(data.content, data.len) if data.len else b"null"
        self.requests[number].put((kind, json.loads(text)))

    def start(self, method, params):
        """Starts a request; its answers come through the queue."""
        number = next(self.numbers)
        answers = self.requests[number] = queue.Queue()
        name, _keep_name = StringData.of(method)
        text, _keep_text = StringData.of(json.dumps(params))
        self.library.tc_request(self.context, name, text, number, self.callback)
        return answers

    def call(self, method, params=None, on_event=None):
        """Runs a request; events go to `on_event`."""
        answers = self.start(method, {} if params is None else params)
        while True:
            kind, value = answers.get(timeout=100)
            if kind == SUCCESS:
                return value
            if kind == ERROR:
                raise SdkError(value)
            if kind != NOP and on_event:
                on_event(value)

    def fails(self, method, params, on_event=None):
        """The error that a request ends with."""
        try:
            result = self.call(method, params, on_event)
        except SdkError as failure:
            return failure.error
        raise AssertionError(f"{method} succeeds: {result}")


class Subscription:
    """A subscription of a collection."""

    def __init__(self, client, collection, where, result):
        self.client = client
        self.answers = client.start(
            "net.subscribe_collection", {"collection": collection, "filter": where, "result": result}
        )
        kind, value = self.answers.get(timeout=30)
        if kind != SUCCESS:
            raise SdkError(value)
        self.handle = value

    def next(self):
        """The next document."""
        while True:
            kind, value = self.answers.get(timeout=30)
            if kind == ERROR:
                raise SdkError(value)
            if kind != NOP and "result" in value:
                return value["result"]

    def close(self):
        """Ends it."""
        self.client.call("net.unsubscribe", self.handle)


def image(name):
    """Published ABI and image of a contract."""
    abi = json.loads((IMAGES / f"{name}.abi.json").read_text())
    tvc = IMAGES / f"{name}.tvc"
    return {"type": "Contract", "value": abi}, base64.b64encode(tvc.read_bytes()).decode() if tvc.exists() else None


def giver_keys():
    """The published key pair of the giver."""
    return json.loads((IMAGES / "seGiver.keys.json").read_text())


def report(fact, value):
    """Writes a fact for the test to check."""
    print(json.dumps({"fact": fact, "value": value}), flush=True)



def finish():
    """Ends the process without waiting for the threads of the library, which call back into Python."""
    sys.stdout.flush()
    os._exit(0)
