"""What `quaywatch inspect --out` says of a capture, in the same words as `oracle.py`."""

import json
import pathlib
import re
import subprocess
import tempfile

# The last parenthesis of `write_multiple_registers (0x10)`, `read_szl (4/1)`, `Write (i=673)`.
NUMBER = re.compile(r"\(([^()]*)\)$")


class Failed(Exception):
    """`inspect` did not read a capture to its end."""


def inspect(quaywatch, path):
    """All rows of all tables."""
    with tempfile.TemporaryDirectory(prefix="quaywatch-tshark-") as folder:
        command = [str(quaywatch), "inspect", str(path), "--out", folder, "--quiet", "--threads", "1"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise Failed(f"exit code {done.returncode}: {done.stderr.strip()[-500:]}")
        return {table.stem: [json.loads(line) for line in table.read_text().splitlines()]
                for table in pathlib.Path(folder).glob("*.ndjson")}


def number(text):
    """The protocol's own number, as it stands in a record."""
    found = NUMBER.search(text or "")
    return found.group(1) if found else text or ""


def moments(row):
    """The request's frame and the reply's; None where it was not captured."""
    frames = row["frames"]
    if len(frames) == 2:
        return frames[0], frames[1]
    if not frames:
        return None, None
    # One frame: an answer if there is an outcome that only an answer tells.
    return (None, frames[0]) if row["outcome"] in ("accepted", "refused") else (frames[0], None)


def events(rows):
    for row in rows:
        protocol, code = translated(row)
        if protocol is None:
            continue
        request, reply = moments(row)
        if request is not None:
            yield protocol, request, "request", code
        if reply is not None:
            kind = "push" if row["verb"] == "Subscribe" and request is None and protocol == "s7comm" else "reply"
            yield protocol, reply, kind, code
            if row["outcome"] == "refused":
                yield protocol, reply, "refused", number(row.get("code"))


def translated(row):
    """The oracle's names for an operation's protocol and function."""
    protocol, code = row["protocol"], number(row["function"])
    if protocol == "umas":
        return "modbus", "0x5A"
    if protocol in ("enip", "ethernet_ip"):
        return "enip", code
    return protocol, code


def conversations(rows):
    """Packets and bytes by transport, VLAN and endpoints, in the oracle's order of endpoints."""
    flows = {}
    for row in rows:
        if row["transport"] not in ("tcp", "udp"):
            continue
        ends = (row["client"], row["client_port"]), (row["server"], row["server_port"])
        low, high = sorted(ends)
        key = row["transport"], str(row.get("vlan", "")), low, high
        flow = flows.setdefault(key, {"packets": [0, 0], "bytes": [0, 0], "rows": 0, "community_id": set()})
        first = 0 if ends[0] == low else 1
        for name in ("packets", "bytes"):
            flow[name][first] += row[f"{name}_out"]
            flow[name][1 - first] += row[f"{name}_in"]
        flow["rows"] += 1
        flow["community_id"].add(row["community_id"])
    return flows
