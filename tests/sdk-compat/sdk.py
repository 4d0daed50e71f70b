"""Answers requests to the official SDK library, one JSON object a line.

Reads {"method": "abi.encode_message", "params": {...}} from standard input and writes
{"result": ...} or {"error": ...} for each line. The library is the native one that the package
ton-client-py carries; it is called through its C interface, so nothing of the Python bindings
stands between the test and the SDK. Without endpoints the client never touches a network.
"""

import ctypes
import importlib.util
import json
import pathlib
import sys


class StringData(ctypes.Structure):
    """A length-delimited string of the C interface."""

    _fields_ = [("content", ctypes.c_void_p), ("len", ctypes.c_uint32)]

    @classmethod
    def of(cls, text):
        """Wraps `text`; the caller keeps the returned buffer alive during the call."""
        raw = text.encode()
        buffer = ctypes.create_string_buffer(raw, len(raw))
        return cls(ctypes.cast(buffer, ctypes.c_void_p), len(raw)), buffer


def load():
    """Opens the native library without importing the package around it."""
    package = pathlib.Path(importlib.util.find_spec("tonclient").submodule_search_locations[0])
    library = ctypes.CDLL(str(package / "bin" / "ton-rust-client.so"))
    library.tc_create_context.argtypes = [StringData]
    library.tc_create_context.restype = ctypes.c_void_p
    library.tc_request_sync.argtypes = [ctypes.c_uint32, StringData, StringData]
    library.tc_request_sync.restype = ctypes.c_void_p
    library.tc_read_string.argtypes = [ctypes.c_void_p]
    library.tc_read_string.restype = StringData
    library.tc_destroy_string.argtypes = [ctypes.c_void_p]
    return library


def read(library, handle):
    """Takes the answer out of the library's hands."""
    data = library.tc_read_string(handle)
    answer = json.loads(ctypes.string_at(data.content, data.len))
    library.tc_destroy_string(handle)
    return answer


def main():
    """Serves requests until standard input ends."""
    library = load()
    config, _keep = StringData.of("{}")
    context = read(library, library.tc_create_context(config))["result"]
    for line in sys.stdin:
        request = json.loads(line)
        method, _keep_method = StringData.of(request["method"])
        params, _keep_params = StringData.of(json.dumps(request.get("params", {})))
        answer = read(library, library.tc_request_sync(context, method, params))
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
