"""What tshark sees in a capture, as plain counts that `inspect`'s records can be compared with.

An event is (protocol, frame, kind, code):
    protocol  modbus, s7comm, cip, enip, opcua, pn_dcp, pn_io
    frame     the frame that completes the message, as tshark numbers them
    kind      request or reply; `refused` is told beside the reply that says no, and beside either what it is about and
              holds: `item` and the kinds of `values.py`
    code      the protocol's own number as a string: 0x10, 4/1, i=673; of an item, what it is about
"""

import gzip
import hashlib
import pathlib
import subprocess

import values

COMMON = """frame.number frame.len eth.src eth.dst ip.src ip.dst ipv6.src ipv6.dst ip.proto ipv6.nxt tcp.srcport
tcp.dstport udp.srcport udp.dstport tcp.stream tcp.len udp.length communityid tcp.analysis.retransmission
tcp.analysis.fast_retransmission tcp.analysis.spurious_retransmission tcp.analysis.lost_segment _ws.malformed
frame.protocols vlan.id""".split()
MODBUS = "modbus.func_code modbus.exception_code mbtcp.trans_id mbtcp.unit_id modbus.reference_num modbus.word_cnt modbus.bit_cnt".split()
S7 = """s7comm.header.rosctr s7comm.header.pduref s7comm.header.parlg s7comm.param.func s7comm.param.userdata.type
s7comm.param.userdata.funcgroup s7comm.param.userdata.subfunc s7comm.param.userdata.lastdataunit
s7comm.param.userdata.dataunitref s7comm.header.errcls s7comm.header.errcod s7comm.param.errcod
s7comm.data.returncode cotp.type s7comm.param.item.area s7comm.param.item.db s7comm.param.item.address.byte
s7comm.param.item.address.bit""".split()
CIP = "enip.command enip.status enip.session cip.service cip.class cip.genstat cip.symbol cip.instance".split()
OPCUA = "opcua.transport.type opcua.servicenodeid.numeric opcua.ServiceResult".split()
PROFINET = "pn_dcp.service_id pn_dcp.service_type pn_dcp.xid dcerpc.opnum dcerpc.pkt_type dcerpc.dg_if_id dcerpc.dg_flags1_frag dcerpc.dg_flags1_last_frag".split()
FIELDS = COMMON + MODBUS + S7 + CIP + OPCUA + PROFINET + values.FIELDS

# The protocols that are compared; what this tshark does not decode (S7comm-plus) cannot be.
PROTOCOLS = {"modbus", "cotp", "s7comm", "cip", "enip", "opcua", "pn_dcp", "pn_io"}
# Not tcp.reassemble_out_of_order: past a segment that was not captured it would show nothing any more.
OPTIONS = "--enable-protocol communityid".split()
SEPARATOR, AGGREGATOR = "\t", "\x1f"

# OPC UA services, by the number of the request's binary encoding; the response is 3 more.
OPCUA_FAULT = 397


def tshark_version():
    """The first line `tshark --version` prints, or None where there is no tshark."""
    try:
        return subprocess.run(["tshark", "--version"], capture_output=True, text=True).stdout.partition("\n")[0]
    except OSError:
        return None


class Oracle:
    """Asks tshark once per capture and keeps its words, by the capture's contents."""

    def __init__(self, cache):
        self.cache = pathlib.Path(cache)
        self.cache.mkdir(parents=True, exist_ok=True)
        question = " ".join([tshark_version(), *OPTIONS, *FIELDS])
        self.key = hashlib.sha256(question.encode()).hexdigest()[:12]

    def ask(self, path):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        kept = self.cache / f"{digest[:32]}-{self.key}.gz"
        if not kept.exists():
            part = kept.with_suffix(f".{path.name}.part")
            part.write_bytes(gzip.compress(ask_tshark(path), 1))
            part.rename(kept)
        return understand(gzip.decompress(kept.read_bytes()).decode("utf-8", "replace"))


def ask_tshark(path):
    command = ["tshark", "-n", "-r", str(path), *OPTIONS, "-T", "fields", "-E", f"separator={SEPARATOR}",
               "-E", f"aggregator={AGGREGATOR}"]
    for field in FIELDS:
        command += ["-e", field]
    return subprocess.run(command, capture_output=True).stdout


def understand(text):
    events, flows, repeated, malformed, frames = [], {}, [], [], 0
    asked = {}  # What replies are told by: what their requests asked for.
    for line in text.split("\n"):
        if not line:
            continue
        row = Row(line)
        frames += 1
        frame = int(row.first("frame.number"))
        if row.repeated():
            repeated.append(frame)
        if row.all("_ws.malformed"):
            malformed.append(frame)
        for protocol, kind, code in (*modbus(row, asked), *cotp(row), *s7comm(row, asked), *cip(row), *opcua(row),
                                     *profinet(row)):
            events.append((protocol, frame, kind, code))
        count_flow(row, flows)
    return {"frames": frames, "events": events, "repeated": repeated, "malformed": malformed,
            "flows": [flow for flow in flows.values() if "transport" in flow],
            "fragments": {key[1:]: flow["count"] for key, flow in flows.items() if key[0] == "fragments"}}


class Row:
    """One frame's fields."""

    PLACE = {name: place for place, name in enumerate(FIELDS)}

    def __init__(self, line):
        self.columns = line.split(SEPARATOR)

    def all(self, field):
        place = self.PLACE[field]
        value = self.columns[place] if place < len(self.columns) else ""
        return value.split(AGGREGATOR) if value else []

    def first(self, field):
        values = self.all(field)
        return values[0] if values else None

    def last(self, field):
        values = self.all(field)
        return values[-1] if values else None

    def numbers(self, field):
        return [int(value, 0) for value in self.all(field)]

    def ports(self):
        for layer in ("tcp", "udp"):
            source, destination = self.last(f"{layer}.srcport"), self.last(f"{layer}.dstport")
            if source:
                return int(source), int(destination)
        return 0, 0

    def repeated(self):
        return any(self.all(f"tcp.analysis.{kind}retransmission") for kind in ("", "fast_", "spurious_"))


def hex8(number):
    return f"0x{number:02X}"


def modbus(row, asked):
    """tshark tells queries from responses by port 502."""
    functions = row.numbers("modbus.func_code")
    if not functions:
        return
    source, destination = row.ports()
    kind = "request" if destination in (502, 802) else "reply"
    for function in functions:
        yield "modbus", kind, hex8(function)
    for exception in row.numbers("modbus.exception_code"):
        if exception != MODBUS_ACKNOWLEDGE:
            yield "modbus", "refused", hex8(exception)
    units, addresses = row.numbers("mbtcp.unit_id"), row.numbers("modbus.reference_num")
    if kind == "request" and MODBUS_ADDRESSED.issuperset(functions) and len(units) == len(addresses) == len(functions):
        for unit, address in zip(units, addresses):
            yield "modbus", "item", f"unit {unit} address {address}"
    for told, code in values.modbus_theirs(row, functions, kind == "request", asked):
        yield "modbus", told, code


# The exception that is no refusal: accepted, and it takes a while.
MODBUS_ACKNOWLEDGE = 5
# Functions with one address at the front.
MODBUS_ADDRESSED = {1, 2, 3, 4, 5, 6, 15, 16}


COTP_CONNECT, COTP_CONFIRM = 0x0E, 0x0D
JOB, ACK, ACK_DATA, USERDATA = 1, 2, 3, 7
# A request for the next part of a reply has as long a parameter as a reply has; so has every programmer command.
USERDATA_CONTINUED, PROGRAMMER = 12, 1
ITEM_FINE = 0xFF
USERDATA_KIND = {4: "request", 8: "reply", 0: "push"}


def cotp(row):
    for kind in row.numbers("cotp.type"):
        if kind == COTP_CONNECT:
            yield "cotp", "request", "0xE0"
        elif kind == COTP_CONFIRM:
            yield "cotp", "reply", "0xE0"


def s7comm(row, asked):
    functions, kinds = iter(row.numbers("s7comm.param.func")), iter(row.numbers("s7comm.param.userdata.type"))
    groups, members = (iter(row.numbers(f"s7comm.param.userdata.{name}")) for name in ("funcgroup", "subfunc"))
    lengths, more = (iter(row.numbers(f"s7comm.{name}")) for name in ("header.parlg", "param.userdata.lastdataunit"))
    classes, codes = iter(row.numbers("s7comm.header.errcls")), iter(row.numbers("s7comm.header.errcod"))
    for role in row.numbers("s7comm.header.rosctr"):
        length = next(lengths, 0)
        if role in (ACK, ACK_DATA):
            error = next(classes, 0) << 8 | next(codes, 0)
            if error:
                yield "s7comm", "refused", f"0x{error:04X}"
        if role in (JOB, ACK_DATA) and length:
            yield "s7comm", "request" if role == JOB else "reply", hex8(next(functions, -1))
        elif role in (ACK, ACK_DATA):
            yield "s7comm", "reply", "any"
        elif role == USERDATA:
            kind = USERDATA_KIND.get(next(kinds, -1), "other")
            group = next(groups, -1)
            # Mode transitions have their member in another field.
            function = f"{group}/{next(members, -1) if group else 0}"
            if kind == "reply" and next(more, 0) == 1:
                # All but the last part of a long reply, and the requests for more, belong to one operation.
                continue
            if kind == "request" and length == USERDATA_CONTINUED and group != PROGRAMMER:
                continue
            yield "s7comm", kind, function
    yield from s7comm_refusals(row)
    for told, code in values.s7comm_theirs(row, asked):
        yield "s7comm", told, code


def s7comm_refusals(row):
    """Refusals that stand outside of the header, where the frame holds one message only."""
    if len(row.all("s7comm.header.rosctr")) != 1:
        return
    role, functions = row.numbers("s7comm.header.rosctr")[0], row.numbers("s7comm.param.func")
    error = (row.numbers("s7comm.param.errcod") or [0])[0]
    if role == USERDATA and error:
        yield "s7comm", "refused", f"0x{error:04X}"
    codes = row.numbers("s7comm.data.returncode")
    if role == ACK_DATA and functions in ([4], [5]) and codes and ITEM_FINE not in codes:
        yield "s7comm", "refused", hex8(codes[0])


# Wrappers are no operations: Multiple Service Packet, Unconnected Send.
CIP_WRAPPERS = {0x0A, 0x52}
# Where the wrapper itself answers, it did not reach the device: the reply to the request inside.
UNCONNECTED_SEND_FAILED = 0xD2
ENIP_CARRIERS = {0x6F, 0x70, 0x00}


def cip(row):
    source, _ = row.ports()
    for command in row.numbers("enip.command"):
        if command not in ENIP_CARRIERS:
            yield "enip", "reply" if source in (44818, 2222) else "request", f"0x{command:04X}"
    for service in row.numbers("cip.service"):
        if service & 0x7F in CIP_WRAPPERS:
            if service == UNCONNECTED_SEND_FAILED:
                yield "cip", "reply", "any"
            continue
        yield "cip", "reply" if service & 0x80 else "request", hex8(service & 0x7F)
    if not any(service & 0x80 for service in row.numbers("cip.service")):
        for symbol in row.all("cip.symbol"):
            yield "cip", "item", symbol
    for status in row.numbers("cip.genstat"):
        if status not in (0, 6):
            yield "cip", "refused", hex8(status)
    for told, code in values.cip_theirs(row):
        yield "cip", told, code


def opcua(row):
    for number in row.numbers("opcua.servicenodeid.numeric"):
        if number == OPCUA_FAULT:
            yield "opcua", "reply", "any"
        elif number in OPCUA_REQUESTS:
            yield "opcua", "request", f"i={number}"
        elif number - 3 in OPCUA_REQUESTS:
            yield "opcua", "reply", f"i={number - 3}"
        else:
            yield "opcua", "other", f"i={number}"
    for result in row.numbers("opcua.ServiceResult"):
        if result & 0x80000000:
            yield "opcua", "refused", f"0x{result:08X}"
    for kind in row.all("opcua.transport.type"):
        if kind in ("HEL", "ACK"):
            yield "opcua", "request" if kind == "HEL" else "reply", "HEL"
    for told, code in values.opcua_theirs(row):
        yield "opcua", told, code


# From the OPC Foundation's NodeIds.csv: <Service>Request_Encoding_DefaultBinary.
OPCUA_REQUESTS = {
    422, 428, 437, 446, 452, 461, 467, 473, 479, 488, 494, 500, 506, 527, 533, 554, 560, 566, 615, 621, 631,
    664, 673, 700, 712, 751, 763, 769, 775, 781, 787, 793, 799, 826, 832, 841, 847,
}


def profinet(row):
    kinds = row.numbers("pn_dcp.service_type")
    for service, kind in zip(row.numbers("pn_dcp.service_id"), kinds):
        yield "pn_dcp", "request" if kind == 0 else "reply", hex8(service)
    for told, code in values.dcp_theirs(row):
        yield "pn_dcp", told, code
    if (row.first("dcerpc.dg_if_id") or "").endswith(PROFINET_INTERFACES):
        whole = row.first("dcerpc.dg_flags1_frag") != "1" or row.first("dcerpc.dg_flags1_last_frag") == "1"
        for operation, kind in zip(row.numbers("dcerpc.opnum"), row.numbers("dcerpc.pkt_type")):
            if kind in (0, 2) and whole:
                yield "pn_io", "request" if kind == 0 else "reply", hex8(operation)


# IEC 61158-6-10: the interfaces of an IO device, controller, supervisor and parameter server.
PROFINET_INTERFACES = "-6c97-11d1-8271-00a02442df7d"


def count_flow(row, flows):
    """Packets and payload bytes of both directions, by transport and endpoints; inside tunnels too."""
    layers = (row.first("frame.protocols") or "").split(":")
    take = {name: iter(row.all(name)) for name in FIELDS}
    hosts, walked = None, 0
    for place, layer in enumerate(layers):
        if layer in ("icmp", "icmpv6"):
            break  # What follows is quoted.
        if layer in ("ip", "ipv6"):
            hosts = next(take[f"{layer}.src"], None), next(take[f"{layer}.dst"], None)
            if None not in hosts and is_fragment(row, layers[place + 1:]):
                flows.setdefault(("fragments", *sorted(hosts)), {"count": 0})["count"] += 1
        elif layer in ("tcp", "udp") and hosts and None not in hosts:
            ports = next(take[f"{layer}.srcport"], None), next(take[f"{layer}.dstport"], None)
            size = next(take["tcp.len"], 0) if layer == "tcp" else int(next(take["udp.length"], 8)) - 8
            if None not in ports:
                add_packet(flows, row, layer, hosts, ports, max(int(size), 0), walked)
                walked += 1


def is_fragment(row, above):
    """Whether a frame holds a part of a datagram whose rest is in other frames."""
    carried = (row.first("ip.proto") or row.first("ipv6.nxt")) in ("6", "17", "44")
    return carried and above in ([], ["data"], ["ipv6.fraghdr"], ["ipv6.fraghdr", "data"])


def add_packet(flows, row, transport, hosts, ports, size, depth):
    ends = (hosts[0], int(ports[0])), (hosts[1], int(ports[1]))
    key = (transport, row.first("vlan.id") or "", *sorted(ends))
    flow = flows.get(key)
    if flow is None:
        flow = flows[key] = {"transport": transport, "vlan": key[1], "a": list(key[2]), "b": list(key[3]),
                             "packets": [0, 0], "bytes": [0, 0], "community_id": None}
    side = 0 if ends[0] == key[2] else 1
    flow["packets"][side] += 1
    flow["bytes"][side] += size
    if depth == 0 and len(row.all("tcp.srcport")) + len(row.all("udp.srcport")) == 1:
        flow["community_id"] = row.first("communityid")
