"""What `quaywatch inspect --out` says of a capture, in the same words as `oracle.py`."""

import json
import pathlib
import re
import subprocess
import tempfile

import values
from oracle import MODBUS_ADDRESSED, PROTOCOLS, hex8

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
        if protocol not in PROTOCOLS:
            continue
        request, reply = moments(row)
        if request is not None:
            yield protocol, request, "request", code
            for item in items(protocol, code, row):
                yield protocol, request, "item", item
            for told, detail in details(protocol, code, row, True):
                yield protocol, request, told, detail
        if reply is not None:
            kind = "push" if row["verb"] == "Subscribe" and request is None and protocol == "s7comm" else "reply"
            yield protocol, reply, kind, code
            refusal = refused_with(protocol, row) if row["outcome"] == "refused" else None
            if refusal is not None:
                yield protocol, reply, "refused", refusal
            for told, detail in details(protocol, code, row, False):
                yield protocol, reply, told, detail


def items(protocol, code, row):
    """What a request is about, in the oracle's words, for the functions that it tells them of."""
    objects = [item["object"] for item in row.get("items", [])]
    if protocol == "modbus" and int(code, 16) in MODBUS_ADDRESSED and objects and objects[0] != "malformed request":
        yield f"unit {row.get('unit')} address {first_number(objects[0])}"
    elif protocol == "cip":
        # One tag may give several items, such as the two masks of a read-modify-write.
        for symbol in dict.fromkeys(found.group(1) for found in map(SYMBOL.match, objects) if found):
            yield from (part for part in INDEX.sub("", symbol).split(".") if not part.isdigit())


# What is compared only where the oracle tells it.
DETAILS = ("item", "object", "attribute", "value", "code")


def details(protocol, code, row, is_request):
    """What a message holds, in the oracle's words."""
    if protocol == "modbus" and not row["function"].startswith("umas"):
        return values.modbus_ours(row, int(code, 16), is_request)
    if protocol == "s7comm" and code in ("0x04", "0x05"):
        return values.s7comm_ours(row, is_request)
    if protocol == "cip" and not row["function"].startswith("pccc_"):
        return values.cip_ours(row, int(code, 16), is_request)
    if protocol == "opcua":
        return values.opcua_ours(row, code, is_request)
    if protocol == "pn_dcp":
        return values.dcp_ours(row, int(code, 16), is_request)
    return ()


# What these go in; tshark's field is the Modbus function and the CIP service.
UMAS, PCCC = "0x5A", "0x4B"


def first_number(text):
    """`holding 100..101` is at 100."""
    found = re.search(r"\d+", text)
    return found.group() if found else text


SYMBOL = re.compile(r"symbol (\S+)")
INDEX = re.compile(r"\[[^]]*\]")


def refused_with(protocol, row):
    """The code that the oracle's field for it has; None where it has none."""
    code = number(row.get("code"))
    if protocol == "opcua" and any(item.get("code") == row.get("code") for item in row.get("items", [])):
        return None  # The service said yes and every item no; the field is the service's.
    if protocol == "cotp" and len(code) > len("0x00"):
        return None  # A refusal in RDP's own words, inside of a connection confirm.
    if protocol == "modbus" and len(code) > len("0x00"):
        return None  # A refusal in UMAS's own words, inside of a good reply.
    if protocol == "pn_io":
        return None  # The status is in the body; the oracle's field is of DCE/RPC.
    if protocol == "cip" and "/" in code:
        return hex8(int(code.split("/")[0]))  # General and extended status; the field is the general one.
    return code


def translated(row):
    """The oracle's names for an operation's protocol and function."""
    protocol, code = row["protocol"], number(row["function"])
    if protocol in ("modbus", "umas"):
        if row["function"].startswith("umas"):
            return "modbus", UMAS
        # A function with its sub-function; tshark's field is the function.
        return "modbus", hex8(int(code.split("/")[0])) if "/" in code else code
    if protocol == "cip" and row["function"].startswith("pccc_"):
        return protocol, PCCC
    if row["function"] == "connection_request (0xE0)":
        # RDP's, which COTP hands over; tshark tells it under the layer that carries it.
        return "cotp", code
    if protocol == "profinet":
        # DCP services have two digits; cyclic data and alarms have frame ids.
        return ("pn_dcp", code) if len(code) == 4 else (None, None)
    if protocol == "profinet-cm":
        return "pn_io", hex8(int(code, 16))
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
