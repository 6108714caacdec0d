#!/usr/bin/env python3
"""Compares what `quaywatch inspect` records with what tshark sees, capture by capture.

    differential.py --quaywatch target/debug/quaywatch --cache FOLDER [--only 'modbus/*'] FOLDER...

Every message that tshark decodes must be an operation's request or reply in the same frame and with the same
number, and the other way round; what it asks for and the values it holds are the same, where tshark tells them;
every conversation must have the same packets, bytes and Community ID. What differs on
purpose stands in known.toml with its reason and count; what is ours to mend stands there as `open`.
Anything else fails, and so does an entry that is not needed any more.
"""

import argparse
import collections
import concurrent.futures
import fnmatch
import os
import pathlib
import sys
import tomllib

import records
from difference import Difference
from oracle import Oracle, tshark_version
from zeek import compare_zeek

HERE = pathlib.Path(__file__).resolve().parent


def compare_messages(file, theirs, rows):
    """Differences in messages, grouped by function."""
    left = collections.Counter((protocol, frame, kind, code) for protocol, frame, kind, code in theirs["events"])
    right = collections.Counter(records.events(rows))
    # tshark has other fields for some kinds of items; where it tells none, ours are not compared.
    told = {(protocol, frame, kind) for protocol, frame, kind, _ in left}
    right = collections.Counter({event: count for event, count in right.items()
                                 if event[2] not in records.DETAILS or event[:3] in told})
    left, right = left - right, right - left
    match_wildcards(left, right)
    groups = collections.defaultdict(list)
    for only, counter in (("tshark", left), ("quaywatch", right)):
        for (protocol, frame, kind, code), count in sorted(counter.items(), key=lambda item: item[0][1]):
            if count > 0:
                groups[file, protocol, only, kind, code] += [frame] * count
    return [Difference(*key, frames) for key, frames in sorted(groups.items())]


def match_wildcards(left, right):
    """A reply that does not say to what (a fault, an empty acknowledgement) matches any reply in its frame."""
    for protocol, frame, kind, code in [key for key in left if key[3] == "any"]:
        for other in [key for key in right if key[:3] == (protocol, frame, kind)]:
            matched = min(left[protocol, frame, kind, code], right[other])
            left[protocol, frame, kind, code] -= matched
            right[other] -= matched


def compare_conversations(file, theirs, rows):
    ours, found = records.conversations(rows), []
    for flow in theirs["flows"]:
        ends = tuple(flow["a"]), tuple(flow["b"])
        key = flow["transport"], flow["vlan"], *ends
        mine = ours.pop(key, None)
        name = f"{flow['transport']} {ends[0][0]}:{ends[0][1]} {ends[1][0]}:{ends[1][1]}"
        if mine is None:
            found.append(Difference(file, "flow", "tshark", "conversation", name, [1]))
            continue
        # tshark tells ports only where a datagram is complete; we count every fragment as a packet.
        fragments = theirs["fragments"].get(tuple(sorted((ends[0][0], ends[1][0]))), 0)
        extra = sum(mine["packets"]) - sum(flow["packets"])
        for what in ("packets", "bytes"):
            if flow[what] != mine[what] and not (what == "packets" and 0 < extra <= fragments):
                code = f"{name} tshark {flow[what]} quaywatch {mine[what]}"
                found.append(Difference(file, "flow", "both", what, code, [1]))
        if flow["community_id"] and mine["community_id"] != {flow["community_id"]}:
            code = f"{name} tshark {flow['community_id']} quaywatch {sorted(mine['community_id'])}"
            found.append(Difference(file, "flow", "both", "community_id", code, [1]))
    for transport, _, low, high in ours:
        name = f"{transport} {low[0]}:{low[1]} {high[0]}:{high[1]}"
        found.append(Difference(file, "flow", "quaywatch", "conversation", name, [1]))
    return found


class Known:
    """The differences that are meant to be."""

    def __init__(self, path):
        self.entries = tomllib.loads(path.read_text()).get("difference", []) if path.exists() else []
        self.seen = collections.Counter()

    def covers(self, difference):
        for place, entry in enumerate(self.entries):
            if all(self.matches(entry, difference, name) for name in ("file", "protocol", "only", "kind", "code")):
                self.seen[place] += len(difference.frames)
                return True
        return False

    @staticmethod
    def matches(entry, difference, name):
        wanted = entry.get(name)
        wanted = wanted if isinstance(wanted, list) or wanted is None else [wanted]
        return wanted is None or any(fnmatch.fnmatchcase(getattr(difference, name), one) for one in wanted)

    def wrong(self, files):
        """Entries whose count is not what was found, where their captures were read."""
        for place, entry in enumerate(self.entries):
            patterns = entry["file"] if isinstance(entry["file"], list) else [entry["file"]]
            read = any(fnmatch.fnmatchcase(file, pattern) for file in files for pattern in patterns)
            if read and self.seen[place] != entry["count"]:
                yield f"known.toml lists {entry['count']} and there are {self.seen[place]}: {entry}"

    def open_defects(self):
        return [entry["reason"] for place, entry in enumerate(self.entries) if entry.get("open") and self.seen[place]]


def compare(job):
    oracle, quaywatch, file, path = job
    theirs = oracle.ask(path)
    try:
        tables = records.inspect(quaywatch, path)
    except records.Failed as failure:
        return theirs, [Difference(file, "inspect", "quaywatch", "failed", str(failure), [0])], 0
    operations = tables.get("operations", [])
    found = compare_messages(file, theirs, operations)
    found += compare_conversations(file, theirs, tables.get("conversations", []))
    found += compare_zeek(file, path, tables.get("conversations", []))
    return theirs, found, len(operations)


def captures(folders, only):
    """Names, as known.toml has them, with paths."""
    paths = sorted((str(path.relative_to(folder)), path) for folder in folders for path in folder.glob("*/*.pcap*"))
    return [(file, path) for file, path in paths
            if path.suffix in (".pcap", ".pcapng") and fnmatch.fnmatchcase(file, only)]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=pathlib.Path, nargs="+", metavar="FOLDER", help="of folders of captures")
    parser.add_argument("--quaywatch", type=pathlib.Path, required=True)
    parser.add_argument("--cache", type=pathlib.Path, required=True, help="where tshark's answers are kept")
    parser.add_argument("--only", default="*", help="pattern of captures, such as 'modbus/*'")
    parser.add_argument("--all", action="store_true", help="tell the known differences too")
    return parser.parse_args()


def main():
    options = arguments()
    oracle, known = Oracle(options.cache), Known(HERE / "known.toml")
    jobs = [(oracle, options.quaywatch, *capture) for capture in captures(options.folders, options.only)]
    unexplained, messages, conversations, operations = [], 0, 0, 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for theirs, found, rows in pool.map(compare, jobs):
            messages += len(theirs["events"])
            conversations += len(theirs["flows"])
            operations += rows
            unexplained += [one for one in found if not known.covers(one) or options.all]
    if options.only == "*":
        unexplained += known.wrong([file for _, _, file, _ in jobs])
    for difference in unexplained:
        print(difference)
    for defect in known.open_defects():
        print(f"open: {defect}")
    print(f"{len(jobs)} captures: {messages} messages and {conversations} conversations seen by "
          f"{tshark_version()}, {operations} operations recorded; {sum(known.seen.values())} known differences, "
          f"{len(unexplained)} unexplained")
    return 1 if unexplained or not jobs else 0


if __name__ == "__main__":
    sys.exit(main())
