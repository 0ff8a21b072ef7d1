"""Takes `ailoopctl serve` through its work with a real language model, shows what is seen, and checks it.

usage: real-model-tour.py PROGRAM MODEL_SERVER    called by .ci/real-model, with the Python that has the model's packages

Ends with 1 at the first expectation that does not hold.
"""

import json
import os
import pty
import re
import select
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

PROGRAM, MODEL_SERVER = sys.argv[1:]
KEY = "the-right-key"
WRONG_KEY = "a-wrong-key"
SHORT_ANSWER_TOKENS = 60
LONG_ANSWER_TOKENS = 1500
# No step waits longer. Only a machine that is far too busy comes near it.
LIMIT_SECONDS = 120

processes = []


def fail(message: str) -> None:
    sys.exit(f"real-model: NOT AS EXPECTED: {message}")


def expect(condition: bool, what: str, seen: str = "") -> None:
    if not condition:
        fail(f"{what}; seen:\n{seen}" if seen else what)
    print(f"  ok: {what}")


def await_that(condition, what: str) -> None:
    end = time.monotonic() + LIMIT_SECONDS
    while not condition():
        if time.monotonic() > end:
            fail(f"waited {LIMIT_SECONDS} s in vain for: {what}")
        time.sleep(0.02)


class Service:
    """A process that says on one of its streams where it listens, and whose output is kept."""

    def __init__(self, arguments: list[str], environment: dict[str, str], pattern: str):
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            arguments, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            cwd=WORK)
        processes.append(self.process)
        threading.Thread(target=self._read, daemon=True).start()
        await_that(lambda: self._find(pattern) or self.process.poll() is not None, f"{arguments[0]} to listen")
        found = self._find(pattern)
        if found is None:
            fail(f"{' '.join(arguments)} ended:\n{self.output}")
        self.address = found[1]

    def _read(self) -> None:
        for line in self.process.stdout:
            self.lines.append(line.decode(errors="replace"))

    def _find(self, pattern: str):
        return re.search(pattern, self.output)

    @property
    def output(self) -> str:
        return "".join(list(self.lines))

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            fail("a process does not end on SIGTERM")


def start_model(port: int = 0) -> Service:
    environment = dict(os.environ, MODEL_SERVER_KEY=KEY)
    return Service([sys.executable, MODEL_SERVER, str(port)], environment, r"listening on (http://\S+)\n")


def start_server(model: str, key: str) -> Service:
    environment = {
        "PATH": os.environ["PATH"],
        "AILOOP_AI_SERVICE": "openrouter",
        "AILOOP_OPENROUTER__BASE_URL": f"{model}/v1",
        "AILOOP_OPENROUTER__MODEL": "smollm2-135m",
        "AILOOP_OPENROUTER__API_KEY": key,
        "AILOOP_OPENROUTER__PARAMS": json.dumps({"temperature": 0.3, "max_tokens": SHORT_ANSWER_TOKENS}),
        "AILOOP_OPENROUTER__RETRY_BASE_SECONDS": "0.1",
        "AILOOP_SERVER__PORT": "0",
    }
    return Service([PROGRAM, "serve"], environment, r"listening on ws://(\S+)/ws")


def get(url: str, key: str | None = None) -> str:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {key}"} if key else {})
    with urllib.request.urlopen(request, timeout=LIMIT_SECONDS) as answer:
        return answer.read().decode()


def slots_at_work(model: Service) -> int:
    return sum(slot["is_processing"] for slot in json.loads(get(f"{model.address}/slots", KEY)))


def calls(server: Service, outcome: str) -> int:
    found = re.search(
        rf'^ailoop_upstream_requests_total{{outcome="{outcome}"}} (\d+)$', get(f"http://{server.address}/metrics"),
        re.MULTILINE)
    return int(found[1]) if found else 0


class Chat:
    """`chat --url` with one question, its output read as it comes."""

    def __init__(self, server: Service, message: str, options: list[str] | None = None):
        arguments = ["chat", "--url", f"ws://{server.address}/ws"] + (options or []) + [message]
        print(f"$ ailoopctl {shlex.join(arguments)}")
        self.process = subprocess.Popen(
            [PROGRAM] + arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=WORK,
            env={"PATH": os.environ["PATH"], "NO_COLOR": "1"})
        processes.append(self.process)
        self.pieces: list[str] = []

    def read_piece(self) -> bool:
        ready, _, _ = select.select([self.process.stdout], [], [], LIMIT_SECONDS)
        if not ready:
            fail(f"nothing came for {LIMIT_SECONDS} s")
        piece = os.read(self.process.stdout.fileno(), 65536).decode(errors="replace")
        print(piece, end="", flush=True)
        if piece:
            self.pieces.append(piece)
        return bool(piece)

    def end(self) -> tuple[int, str]:
        while self.read_piece():
            pass
        errors = self.process.stderr.read().decode()
        print(errors, end="")
        return self.process.wait(LIMIT_SECONDS), errors

    @property
    def text(self) -> str:
        return "".join(self.pieces)


class Conversation:
    """`chat --url` on a terminal."""

    def __init__(self, server: Service):
        print(f"$ ailoopctl chat --url ws://{server.address}/ws")
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(WORK)
            environment = {"PATH": os.environ["PATH"], "TERM": "dumb", "NO_COLOR": "1"}
            os.execve(PROGRAM, [PROGRAM, "chat", "--url", f"ws://{server.address}/ws"], environment)
        self.shown = ""
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while True:
            try:
                piece = os.read(self.terminal, 65536).decode(errors="replace").replace("\r", "")
            except OSError:
                return
            if not piece:
                return
            self.shown += piece
            print(piece, end="", flush=True)

    def say(self, line: str) -> int:
        """Types a line; returns how much was shown before."""
        before = len(self.shown)
        os.write(self.terminal, (line + "\r").encode())
        return before + len(line)

    def leave(self) -> int:
        os.write(self.terminal, b"\x04")
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)


def streamed_answer(server: Service) -> None:
    print("\n== A streamed answer")
    chat = Chat(server, "Write three sentences about the sea.")
    code, _ = chat.end()
    expect(code == 0, "chat ends with 0")
    expect(len(chat.pieces) >= 10, f"the answer came in at least 10 pieces ({len(chat.pieces)})")
    expect(sum(letter.isalpha() for letter in chat.text) >= 40, "it is a text", chat.text)
    expect(calls(server, "success") == 1, "the server counts one call that succeeded")


def cancelled_answer(server: Service, model: Service) -> None:
    print("\n== Ctrl-C in the middle of an answer")
    options = ["--param", f"max_tokens={LONG_ANSWER_TOKENS}", "--param", "ignore_eos=true"]
    chat = Chat(server, "Tell me a very long story.", options)
    while len(chat.pieces) < 10:
        if not chat.read_piece():
            fail(f"the answer ended before it could be stopped: {chat.text}")
    print()
    expect(slots_at_work(model) == 1, "one slot of the model is at work")
    chat.process.send_signal(signal.SIGINT)
    print("^C")
    code, _ = chat.end()
    expect(code == 130, f"chat ends with 130 ({code})")
    await_that(lambda: slots_at_work(model) == 0, "the slot to become free")
    expect(True, "the slot is free again")
    expect(calls(server, "cancelled") == 1, "the server counts one call that was cancelled")


def wrong_key(model: Service) -> None:
    print("\n== A wrong key")
    server = start_server(model.address, WRONG_KEY)
    chat = Chat(server, "Hello?")
    code, errors = chat.end()
    expect(code == 1, f"chat ends with 1 ({code})")
    expect(chat.text == "", "there is no answer", chat.text)
    expect("401" in errors, "the error names the status 401", errors)
    expect(WRONG_KEY not in errors + server.output, "the key is in no message", errors + server.output)
    expect(calls(server, "error") == 1, "a refused key is not tried again")
    expect(server.end() == 0, "the server ends with 0 on SIGTERM")


def dead_upstream(server: Service, model: Service) -> Service:
    print("\n== The model dies and comes back, in one session")
    port = int(model.address.rsplit(":", 1)[1])
    succeeded, failed = calls(server, "success"), calls(server, "error")
    chat = Conversation(server)
    start = chat.say("What colour is the sky? Answer in one word.")
    await_that(lambda: calls(server, "success") == succeeded + 1, "the first answer")
    await_that(lambda: any(c.isalpha() for c in chat.shown[start:].partition("\n")[2]), "its text")
    expect("error" not in chat.shown, "an answer first", chat.shown)

    model.end()
    start = chat.say("And the sea?")
    await_that(lambda: calls(server, "error") > failed, "the call to fail")
    await_that(lambda: "error" in chat.shown[start:], "the error to be shown")
    await_that(lambda: chat.shown[start:].endswith("\n> "), "the next prompt")
    expect("Connection refused" in chat.shown[start:], "the error says that the model cannot be reached", chat.shown[start:])

    model = start_model(port)
    start = chat.say("And the grass?")
    await_that(lambda: calls(server, "success") == succeeded + 2, "the last answer")
    await_that(lambda: any(c.isalpha() for c in chat.shown[start:]), "its text")
    code = chat.leave()
    print()
    expect(code == 0, f"chat ends with 0 ({code})")
    expect("error" not in chat.shown[start:], "the same session answers again", chat.shown[start:])
    return model


def main() -> None:
    print("== The model")
    model = start_model()
    print(f"listening on {model.address}")
    server = start_server(model.address, KEY)
    print(f"ailoopctl serve: listening on ws://{server.address}/ws")
    streamed_answer(server)
    cancelled_answer(server, model)
    wrong_key(model)
    model = dead_upstream(server, model)
    print("\n== The end")
    await_that(lambda: slots_at_work(model) == 0, "the model to be idle")
    expect("ailoop_sessions_active 0" in get(f"http://{server.address}/metrics"), "no session is left on the server")
    expect(server.end() == 0, "the server ends with 0 on SIGTERM")
    expect(KEY not in server.output, "the key is in none of its messages")
    model.end()


with tempfile.TemporaryDirectory() as WORK:
    try:
        main()
    finally:
        for process in processes:
            if process.poll() is None:
                process.kill()
