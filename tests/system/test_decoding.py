"""Documents as values of a type, from many threads at once."""

import subprocess
import sys

import pytest

MANY_THREADS = """
import sys
from threading import Barrier, Thread
import msgspec
from ccsetup.system import decoding

sys.setswitchinterval(1e-6)
DOCUMENTS = {
    "from_json": b'{"x0": {"a0": {"b": ["c"]}}}',
    "from_toml": b'[x0.a0]\\nb = ["c"]',
    "convert": {"x0": {"a0": {"b": ("c",)}}},
}
for name, document in list(DOCUMENTS.items()) * 100:
    fields = [(f"a{i}", dict[str, tuple[str, ...]], msgspec.field(default_factory=dict)) for i in range(30)]
    inner = [msgspec.defstruct(f"Inner{i}", fields) for i in range(5)]
    outer = msgspec.defstruct("Outer", [(f"x{i}", kind | None, None) for i, kind in enumerate(inner)])
    together, found = Barrier(8), []

    def decode():
        together.wait()
        found.append(getattr(decoding, name)(document, outer).x0.a0)

    threads = [Thread(target=decode) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [{"b": ("c",)}] * 8, found
print("done")
"""


@pytest.mark.thorough
def test_threads_may_decode_a_type_for_the_first_time_together() -> None:
    """msgspec alone ends this with SIGSEGV."""
    done = subprocess.run([sys.executable, "-c", MANY_THREADS], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
