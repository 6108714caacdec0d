"""Compares conversations with the conn.log that Zeek's own tests expect for the same capture."""

import collections

from difference import Difference

# Ours, Zeek's column.
COLUMNS = {
    "state": "conn_state",
    "packets_out": "orig_pkts",
    "packets_in": "resp_pkts",
    "bytes_out": "orig_bytes",
    "bytes_in": "resp_bytes",
    "missed_bytes": "missed_bytes",
}


def expected_logs(capture):
    """The conn.log files kept beside a capture."""
    folder = capture.parent / "expected" / capture.stem
    if capture.suffix == ".pcapng" and capture.with_suffix(".pcap").exists():
        return []
    return sorted(folder.rglob("conn.log"))


def read_log(path):
    names, rows = [], []
    for line in path.read_text().splitlines():
        cells = line.split("\t")
        if cells[0] == "#fields":
            names = cells[1:]
        elif not line.startswith("#"):
            rows.append(dict(zip(names, cells)))
    return rows


def compare_zeek(file, capture, rows):
    """The differences to every conn.log of a capture."""
    found = []
    for log in expected_logs(capture):
        lines = read_log(log)
        # Some of Zeek's tests keep only the columns that they are about.
        if not all({"proto", *COLUMNS.values()} <= line.keys() for line in lines):
            continue
        wanted, ours = by_ends(map(from_zeek, lines)), by_ends(map(from_records, rows))
        for key in sorted(set(wanted) | set(ours)):
            found += differences(file, key, wanted.get(key, []), ours.get(key, []))
    return found


def by_ends(rows):
    grouped = collections.defaultdict(list)
    for key, row in filter(None, rows):
        grouped[key].append(row)
    return grouped


def from_zeek(row):
    if row["proto"] not in ("tcp", "udp"):
        return None
    ends = ((row["id.orig_h"], int(row["id.orig_p"])), (row["id.resp_h"], int(row["id.resp_p"])))
    # Zeek writes `-` for the bytes of a conversation that is one packet.
    values = {ours: row[theirs] for ours, theirs in COLUMNS.items() if row[theirs] != "-"}
    return (row["proto"], *sorted(ends)), values | {"originator": ends[0]}


def from_records(row):
    if row["transport"] not in ("tcp", "udp"):
        return None
    ends = ((row["client"], row["client_port"]), (row["server"], row["server_port"]))
    return (row["transport"], *sorted(ends)), {name: str(row[name]) for name in COLUMNS} | {"originator": ends[0]}


def differences(file, key, wanted, ours):
    name = f"{key[0]} {key[1][0]}:{key[1][1]} {key[2][0]}:{key[2][1]}"
    if len(wanted) != len(ours):
        return [Difference(file, "zeek", "both", "conversations", f"{name} zeek {len(wanted)} quaywatch {len(ours)}",
                           [1])]
    found = []
    for theirs, mine in zip(wanted, ours):
        if theirs["originator"] != mine["originator"]:
            mine = turned(mine)
            found.append(Difference(file, "zeek", "both", "originator", f"{name} zeek {theirs['originator'][0]}", [1]))
        for column in COLUMNS:
            if theirs.get(column, mine[column]) != mine[column]:
                code = f"{name} zeek {theirs[column]} quaywatch {mine[column]}"
                found.append(Difference(file, "zeek", "both", column, code, [1]))
    return found


def turned(row):
    """The same conversation, told from the other end."""
    turned = dict(row)
    for name in ("packets", "bytes"):
        turned[f"{name}_out"], turned[f"{name}_in"] = row[f"{name}_in"], row[f"{name}_out"]
    return turned
