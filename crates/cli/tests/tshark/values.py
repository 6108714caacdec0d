"""What messages are about and what they hold, told twice: from tshark's fields (`theirs`) and from a row (`ours`).

Both give (kind, code) pairs: an `item`, `object` or `attribute` is what is asked for, a `value` what is read or written,
a `code` what the device says to one item. A frame of which tshark tells no pair of a kind is not compared in that kind; where a frame
holds several messages of a protocol tshark's fields do not say whose they are, and nothing is told.
"""

import itertools
import re
import struct

# ------------------------------------------------------------------ Modbus

MODBUS_FIELDS = "modbus.regval_uint16 modbus.bitval modbus.data".split()
READ_BITS, READ_REGISTERS = {1, 2}, {3, 4}
WRITE_COIL, WRITE_REGISTER, WRITE_REGISTERS = 5, 6, 16
COIL_ON = "ff00"


def modbus_theirs(row, function, is_request):
    values = None
    if function in READ_BITS and not is_request:
        values = [int(bit) for bit in row.numbers("modbus.bitval")]
    elif (function in READ_REGISTERS and not is_request) or (function == WRITE_REGISTERS and is_request):
        values = row.numbers("modbus.regval_uint16")
    elif function in (WRITE_COIL, WRITE_REGISTER) and is_request:
        data = row.all("modbus.data")
        if len(data) == 1 and len(data[0]) == 4:
            values = [int(data[0] == COIL_ON) if function == WRITE_COIL else int(data[0], 16)]
    if values:
        yield "value", " ".join(map(str, values))


def modbus_ours(row, function, is_request):
    """Reads tell in the reply, writes in the request."""
    if (function in READ_BITS | READ_REGISTERS) == is_request:
        return
    for item in row.get("items", []):
        values = item.get("value")
        values = values if isinstance(values, list) else [values]
        if all(isinstance(value, int) for value in values):
            yield "value", " ".join(str(int(value)) for value in values)


# ------------------------------------------------------------------ S7comm

S7_FIELDS = """s7comm.param.item.syntaxid s7comm.param.item.transp_size s7comm.param.item.address
s7comm.data.transportsize s7comm.resp.data""".split()
JOB, ACK_DATA, READ_VAR, WRITE_VAR = 1, 3, 4, 5
ITEM_FINE, AS_ANY, OF_BITS, OF_OCTETS = 0xFF, 0x10, 1, 9
S7_AREAS = {0x80: "P", 0x81: "I", 0x82: "Q", 0x83: "M", 0x84: "DB", 0x85: "DI", 0x1C: "C", 0x1D: "T"}
S7_OBJECT = re.compile(r"(DB|DI)(\d+)\.(?:DB|DI)([XBWD])(\d+)(?:\.(\d))?|([IQMP])([BWD]?)(\d+)(?:\.(\d))?|([TC])(\d+)")
BYTES_OF = {"B": 1, "W": 2, "D": 4}


def s7comm_theirs(row):
    roles, functions = row.numbers("s7comm.header.rosctr"), row.numbers("s7comm.param.func")
    if len(roles) != 1 or functions not in ([READ_VAR], [WRITE_VAR]):
        return
    if roles == [JOB]:
        yield from s7comm_addresses(row)
    sizes, data = row.numbers("s7comm.data.transportsize"), iter(row.all("s7comm.resp.data"))
    codes = row.numbers("s7comm.data.returncode")
    if roles == [ACK_DATA]:
        yield from (("code", f"{place}: 0x{code:02X}") for place, code in enumerate(codes))
    for place, (code, size) in enumerate(zip(codes, sizes)):
        if roles == [JOB] or code == ITEM_FINE:
            told = next(data, None)
            # Timers, counters and ranges of several data blocks: ours are decoded further.
            if told is not None and size != OF_OCTETS:
                yield "value", f"{place}: {told}"


def s7comm_addresses(row):
    names = "area db address syntaxid transp_size".split()
    columns = [row.numbers(f"s7comm.param.item.{name}") for name in names]
    if len({len(column) for column in columns}) != 1 or set(columns[3]) != {AS_ANY}:
        return
    for area, block, address, _, size in zip(*columns):
        name = S7_AREAS.get(area, f"area {area}")
        if name in ("T", "C"):
            yield "item", f"{name} {address}"
            continue
        bit = f" bit {address & 7}" if size == OF_BITS else ""
        yield "item", f"{name}{block if name in ('DB', 'DI') else ''} byte {address >> 3}{bit}"


def s7comm_ours(row, is_request):
    is_write = "(0x05)" in row["function"]
    for place, item in enumerate(row.get("items", [])):
        found = S7_OBJECT.match(item["object"])
        if is_request and found:
            yield "item", s7comm_place(found)
        if not is_request:
            code = re.search(r"0x[0-9A-F]{2}", item.get("code", ""))
            yield "code", f"{place}: {code.group() if code else '0xFF'}"
        if is_write == is_request and found and not found.group(10) and "value" in item:
            yield "value", f"{place}: {s7comm_bytes(found.group(3) or found.group(7), item['value'])}"


def s7comm_place(found):
    block, number, _, start, bit, area, _, area_start, area_bit, counted, count = found.groups()
    if counted:
        return f"{counted} {count}"
    bit = bit or area_bit
    return f"{block or area}{number or ''} byte {start or area_start}" + (f" bit {bit}" if bit else "")


def s7comm_bytes(size, value):
    """The bytes on the wire that a value was decoded from."""
    if isinstance(value, list):
        return "".join(s7comm_bytes(size, one) for one in value)
    if isinstance(value, bool):
        return f"{int(value):02x}"
    if isinstance(value, float):
        return struct.pack(">f", value).hex()
    if isinstance(value, int):
        length = BYTES_OF.get(size, 1)
        return (value & (1 << 8 * length) - 1).to_bytes(length, "big").hex()
    return value


# ------------------------------------------------------------------ CIP

CIP_FIELDS = "cip.attribute cip.data".split()
MULTIPLE, UNCONNECTED_SEND = 0x0A, 0x52
CONNECTED = 0x70
# Of a list of attributes to be set (0x04) tshark tells the first: it does not know how long an attribute's value is.
CIP_ATTRIBUTES, DATA_TABLE_READ = {0x03, 0x0E, 0x10}, 0x4C
# This service of this class holds PCCC, which is told instead.
PCCC = 0x4B, 0x67
CIP_OBJECT = re.compile(r"(?:.*\(0x([0-9A-F]+)\)|class 0x([0-9A-F]+)) instance (\d+)")
CIP_ATTRIBUTE = re.compile(r" attribute (\d+)$")


def cip_theirs(row):
    services = row.numbers("cip.service")
    if not services:
        return
    if all(service & 0x80 for service in services):
        if set(services) <= {MULTIPLE | 0x80, DATA_TABLE_READ | 0x80}:
            yield from (("value", data) for data in row.all("cip.data"))
        return
    classes, instances = row.numbers("cip.class"), row.numbers("cip.instance")
    # In a connection tshark tells what it was opened to before what the message is to.
    if row.numbers("enip.command") == [CONNECTED] and len(classes) == len(services) + 1:
        classes, instances = classes[1:], instances[1:]
    # With symbols and with what a connection is opened to, tshark does not tell which path a class is of.
    if row.all("cip.symbol") or not len(classes) == len(instances) == len(services):
        return
    for service, member, instance in zip(services, classes, instances):
        if service not in (MULTIPLE, UNCONNECTED_SEND) and (service, member) != PCCC:
            yield "object", f"class 0x{member:02X} instance {instance}"
    if set(services) <= CIP_ATTRIBUTES | {MULTIPLE, UNCONNECTED_SEND}:
        yield from (("attribute", str(number)) for number in row.numbers("cip.attribute"))


def cip_ours(row, function, is_request):
    items = row.get("items", [])
    if is_request and items:
        found = CIP_OBJECT.match(items[0]["object"])
        if found:
            yield "object", f"class 0x{int(found.group(1) or found.group(2), 16):02X} instance {found.group(3)}"
        attributes = map(CIP_ATTRIBUTE.search, (item["object"] for item in items))
        yield from (("attribute", found.group(1)) for found in attributes if found)
    if not is_request and function == DATA_TABLE_READ:
        yield from (("value", item["value"]) for item in items if isinstance(item.get("value"), str))


# ------------------------------------------------------------------ OPC UA

OPCUA_FIELDS = """opcua.nodeid.encodingmask opcua.nodeid.nsindex opcua.nodeid.numeric opcua.nodeid.string opcua.nodeid.guid
opcua.nodeid.bytestring opcua.AttributeId""".split()
OPCUA_READ, OPCUA_WRITE = 631, 673
# A header names the session's token and the type of what may follow it.
NODES_IN_HEADER = 2
OPCUA_NODE = re.compile(r"(?:ns=\d+;)?[isgb]=\S+")


def opcua_theirs(row):
    if row.numbers("opcua.servicenodeid.numeric") in ([OPCUA_READ], [OPCUA_WRITE]):
        # Behind the nodes of a write, what is written may hold nodes, too.
        asked = len(row.all("opcua.AttributeId"))
        nodes = itertools.islice(opcua_nodes(row), NODES_IN_HEADER, NODES_IN_HEADER + asked)
        yield from (("item", node) for node in nodes)


def opcua_nodes(row):
    """All node ids of a message, as part 6, section 5.2.2.9 encodes them."""
    kinds = "numeric string guid bytestring".split()
    spaces, told = iter(row.all("opcua.nodeid.nsindex")), {kind: iter(row.all(f"opcua.nodeid.{kind}")) for kind in kinds}
    for mask in row.numbers("opcua.nodeid.encodingmask"):
        space = "0" if mask == 0 else next(spaces, "0")
        letter, kind = NODE_KINDS[mask & 0x0F]
        name = next(told[kind], "")
        yield f"{letter}={name}" if space == "0" else f"ns={space};{letter}={name}"


NODE_KINDS = {0: ("i", "numeric"), 1: ("i", "numeric"), 2: ("i", "numeric"), 3: ("s", "string"), 4: ("g", "guid"),
              5: ("b", "bytestring")}


def opcua_ours(row, code, is_request):
    if is_request and code in (f"i={OPCUA_READ}", f"i={OPCUA_WRITE}"):
        found = (OPCUA_NODE.match(item["object"]) for item in row.get("items", []))
        yield from (("item", node.group()) for node in found if node)


# ------------------------------------------------------------------ PROFINET DCP

DCP_OPTIONS = {1: "ip", 2: "device", 3: "dhcp", 5: "control", 6: "deviceinitiative", 255: "all"}
DCP_FIELDS = ["pn_dcp.option", *(f"pn_dcp.suboption_{name}" for name in DCP_OPTIONS.values())]
DCP_SET, DCP_IDENTIFY, DCP_REQUEST = 4, 5, 0
# Ours, as options and suboptions of IEC 61158-6-10.
DCP_BLOCKS = {
    "mac address": "1/1", "ip parameter": "1/2", "ip address": "1/2", "type of station": "2/1", "name of station": "2/2",
    "device id": "2/3", "vendor id": "2/3", "device role": "2/4", "device options": "2/5", "device instance": "2/7",
    "dhcp client identifier": "3/61", "start transaction": "5/1", "end transaction": "5/2", "signal": "5/3",
    "response": "5/4", "all": "255/255",
}


def dcp_theirs(row):
    services, kinds = row.numbers("pn_dcp.service_id"), row.numbers("pn_dcp.service_type")
    if services == [DCP_SET] and kinds == [DCP_REQUEST] or services == [DCP_IDENTIFY] and kinds != [DCP_REQUEST]:
        options = row.numbers("pn_dcp.option")
        if set(options) <= DCP_OPTIONS.keys():
            members = {number: iter(row.numbers(f"pn_dcp.suboption_{name}")) for number, name in DCP_OPTIONS.items()}
            yield from (("item", block) for block in sorted({f"{one}/{next(members[one], '?')}" for one in options}))


def dcp_ours(row, service, is_request):
    if (service == DCP_SET) == is_request and service in (DCP_SET, DCP_IDENTIFY):
        items = row.get("items", [])
        # A device tells its own options as blocks, too; tshark gives them in the same fields.
        options = [one for item in items if item["object"] == "device options" for one in item.get("value", [])]
        names = [item["object"] for item in items] + options
        yield from (("item", block) for block in sorted({DCP_BLOCKS[name] for name in names if name in DCP_BLOCKS}))


FIELDS = MODBUS_FIELDS + S7_FIELDS + CIP_FIELDS + OPCUA_FIELDS + DCP_FIELDS
