"""What messages are about and what they hold, told twice: from tshark's fields (`theirs`) and from a row (`ours`).

Both give (kind, code) pairs: an `item`, `object` or `attribute` is what is asked for, a `value` what is read or written,
a `code` what the device says to one item. A frame of which tshark tells no pair of a kind is not compared in that kind. tshark's
fields do not say which of several messages in a frame they are of: they are dealt out by the counts that each message
states, and where that is not possible nothing is told.
"""

import itertools
import re
import struct

# ------------------------------------------------------------------ Modbus

MODBUS_FIELDS = """modbus.regval_uint16 modbus.bitval modbus.data modbus.byte_cnt modbus.and_mask modbus.or_mask""".split()
READ_BITS, READ_REGISTERS = {1, 2}, {3, 4}
WRITE_COIL, WRITE_REGISTER, WRITE_COILS, WRITE_REGISTERS, MASK_WRITE, READ_WRITE = 5, 6, 15, 16, 22, 23
MODBUS_VALUED = READ_BITS | READ_REGISTERS | {WRITE_COIL, WRITE_REGISTER, WRITE_COILS, WRITE_REGISTERS, MASK_WRITE, READ_WRITE}
COIL_ON, HEX_DIGITS = b"\xff\x00", set("0123456789abcdef")


def modbus_theirs(row, functions, is_request, asked):
    """What each message of a frame holds. `asked` keeps how many bits were asked for, and in which conversation."""
    whose = [(row.last("tcp.stream") or row.ports(), *one)
             for one in zip(row.all("mbtcp.trans_id"), row.all("mbtcp.unit_id"), functions)]
    if is_request and len(row.all("modbus.bit_cnt")) == sum(function in READ_BITS | {WRITE_COILS} for function in functions):
        counts = iter(row.numbers("modbus.bit_cnt"))
        asked.update({key: next(counts) for key in whose if key[-1] in READ_BITS | {WRITE_COILS}})
    # Where one of several is of another kind, or a refusal, the fields do not say whose they are.
    if len(functions) > 1 and (not MODBUS_VALUED.issuperset(functions) or row.all("modbus.exception_code")):
        return
    # What is not there is told as `<MISSING>`.
    data = (bytes.fromhex(one) if set(one) <= HEX_DIGITS else b"" for one in row.all("modbus.data"))
    bits, registers, lengths = (iter(row.all(f"modbus.{name}")) for name in ("bitval", "regval_uint16", "byte_cnt"))
    for place, function in enumerate(functions):
        values = None
        if function in READ_BITS and not is_request:
            count = 8 * int(next(lengths, 0))
            if len(functions) > 1:
                count = asked.get(whose[place], count)
            values = [int(bit) for bit in itertools.islice(bits, count)]
        elif (function in READ_REGISTERS and not is_request) or (function == WRITE_REGISTERS and is_request):
            values = list(itertools.islice(registers, int(next(lengths, 0)) // 2))
        elif function in (WRITE_COIL, WRITE_REGISTER):
            written = next(data, b"")
            if is_request and len(written) == 2:
                values = [int(written == COIL_ON) if function == WRITE_COIL else int.from_bytes(written, "big")]
        elif function == WRITE_COILS and is_request:
            written = next(data, b"")
            count = asked.get(whose[place], 0) if place < len(whose) else 0
            if count <= 8 * len(written):
                values = [written[bit // 8] >> bit % 8 & 1 for bit in range(count)]
        elif function == READ_WRITE:
            moved = next(data, b"")
            if len(moved) == int(next(lengths, -1)):
                values = struct.unpack(f">{len(moved) // 2}H", moved[:len(moved) & ~1])
        elif function == MASK_WRITE and is_request and row.all("modbus.or_mask"):
            masks = (row.numbers(f"modbus.{name}_mask")[functions[:place].count(MASK_WRITE)] for name in ("and", "or"))
            values = ["and 0x{:04X} or 0x{:04X}".format(*masks)]
        if values:
            yield "value", " ".join(map(str, values))


def modbus_ours(row, function, is_request):
    """Reads tell in the reply, writes in the request, and function 23 does both."""
    if function not in MODBUS_VALUED:
        return
    for item in row.get("items", []):
        is_read = function in READ_BITS | READ_REGISTERS or item["object"].endswith("(read)")
        values = item.get("value")
        values = values if isinstance(values, list) else [values]
        if is_read != is_request and (function == MASK_WRITE or all(isinstance(value, int) for value in values)):
            yield "value", " ".join(value if isinstance(value, str) else str(int(value)) for value in values)


# ------------------------------------------------------------------ S7comm

S7_FIELDS = """s7comm.param.itemcount s7comm.param.item.syntaxid s7comm.param.item.transp_size s7comm.param.item.address
s7comm.param.item.dbread.numareas s7comm.param.item.dbread.length s7comm.data.transportsize s7comm.resp.data""".split()
JOB, ACK_DATA, READ_VAR, WRITE_VAR = 1, 3, 4, 5
ITEM_FINE, AS_ANY, OF_RANGES, OF_BITS, OF_OCTETS = 0xFF, 0x10, 0xB0, 1, 9
TIMER, COUNTER = 0x1D, 0x1C
S7_AREAS = {0x80: "P", 0x81: "I", 0x82: "Q", 0x83: "M", 0x84: "DB", 0x85: "DI", COUNTER: "C", TIMER: "T"}
S7_OBJECT = re.compile(r"(DB|DI)(\d+)\.(?:DB|DI)([XBWD])(\d+)(?:\.(\d))?|([IQMP])([BWD]?)(\d+)(?:\.(\d))?|([TC])(\d+)")
BYTES_OF = {"B": 1, "W": 2, "D": 4}


def s7comm_theirs(row, asked):
    """What each message of a frame holds, where all read or write variables. `asked` keeps what the items of requests are."""
    roles, functions = row.numbers("s7comm.header.rosctr"), row.numbers("s7comm.param.func")
    counts, numbers = row.numbers("s7comm.param.itemcount"), row.all("s7comm.header.pduref")
    if not len(roles) == len(functions) == len(counts) or not {JOB, ACK_DATA}.issuperset(roles) \
            or not {READ_VAR, WRITE_VAR}.issuperset(functions):
        return
    items, told = iter(s7comm_items(row)), []
    sizes, codes = iter(row.numbers("s7comm.data.transportsize")), iter(row.numbers("s7comm.data.returncode"))
    data = iter(row.all("s7comm.resp.data"))
    for role, function, count, number in zip(roles, functions, counts, numbers):
        whose = row.last("tcp.stream"), number
        if role == JOB:
            asked[whose] = list(itertools.islice(items, count))
            told += (("item", item.place) for item in asked[whose] if item.place)
            if function == READ_VAR:
                continue
        kinds = asked.get(whose, [UNKNOWN] * count)
        place = itertools.count()
        for kind, code in zip(kinds, itertools.islice(codes, count)):
            size = next(sizes, None) if (role, function) != (ACK_DATA, WRITE_VAR) else None
            value = next(data, None) if size is not None and (role == JOB or code == ITEM_FINE) else None
            if kind is UNKNOWN and size == OF_OCTETS and value is not None:
                return  # What it is stands in the request, which was not captured.
            for code, value in kind.parts(code, value):
                at = next(place)
                if role == ACK_DATA:
                    told.append(("code", f"{at}: 0x{code:02X}"))
                if value is not None:
                    told.append(("value", f"{at}: {value}"))
    yield from told


class S7Item:
    """An item of a request: what tshark tells of where it is, its area, and how long its ranges are if it has several."""

    def __init__(self, place=None, area=None, ranges=()):
        self.place, self.area, self.ranges = place, area, ranges

    def parts(self, code, value):
        """The codes and values that the data of this item holds, as ours are told."""
        if value is None:
            return [(code, None)]
        if self.ranges:
            return list(self.split(bytes.fromhex(value)))
        if self.area in (TIMER, COUNTER):
            words = struct.iter_unpack(">H", bytes.fromhex(value))
            return [(code, " ".join(str(s7comm_timer(word) if self.area == TIMER else bcd(word)) for word, in words))]
        return [(code, value)]

    def split(self, data):
        """Of syntax 0xB0: a code for each range and, where it says so, its bytes."""
        for length in self.ranges:
            code, data = data[0], data[1:]
            fine = code == ITEM_FINE
            yield code, data[:length].hex() if fine else None
            data = data[length:] if fine else data


UNKNOWN = S7Item()


def s7comm_timer(word):
    """Milliseconds of a SIMATIC timer: three BCD digits of 10 ms, 100 ms, 1 s or 10 s."""
    return bcd(word & 0x0FFF) * 10 ** (1 + (word >> 12 & 3))


def bcd(word):
    return int(f"{word & 0x0FFF:x}")


def s7comm_items(row):
    columns = {name: iter(row.numbers(f"s7comm.param.item.{name}"))
               for name in ("area", "db", "address", "transp_size", "dbread.numareas", "dbread.length")}
    for syntax in row.numbers("s7comm.param.item.syntaxid"):
        if syntax == OF_RANGES:
            count = next(columns["dbread.numareas"], 0)
            yield S7Item(ranges=list(itertools.islice(columns["dbread.length"], count)))
        elif syntax == AS_ANY:
            area, block, address, size = (next(columns[name], 0) for name in ("area", "db", "address", "transp_size"))
            yield S7Item(s7comm_address(area, block, address, size), area)
        else:
            yield S7Item()


def s7comm_address(area, block, address, size):
    name = S7_AREAS.get(area, f"area {area}")
    if name in ("T", "C"):
        return f"{name} {address}"
    bit = f" bit {address & 7}" if size == OF_BITS else ""
    return f"{name}{block if name in ('DB', 'DI') else ''} byte {address >> 3}{bit}"


def s7comm_ours(row, is_request):
    is_write = "(0x05)" in row["function"]
    for place, item in enumerate(row.get("items", [])):
        found = S7_OBJECT.match(item["object"])
        if is_request and found:
            yield "item", s7comm_place(found)
        if not is_request:
            code = re.search(r"0x[0-9A-F]{2}", item.get("code", ""))
            yield "code", f"{place}: {code.group() if code else '0xFF'}"
        if is_write == is_request and found and "value" in item:
            yield "value", f"{place}: {s7comm_value(found, item['value'])}"


def s7comm_value(found, value):
    """Timers and counters as they are told, all else as the bytes on the wire that it was decoded from."""
    if found.group(10):
        return " ".join(map(str, value)) if isinstance(value, list) else str(value)
    return s7comm_bytes(found.group(3) or found.group(7), value)


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

# The built-in types whose values are compared, by number (part 6, section 5.1.2), as tshark calls their fields.
OPCUA_TYPES = {1: "Boolean", 2: "SByte", 3: "Byte", 4: "Int16", 5: "UInt16", 6: "Int32", 7: "UInt32", 8: "Int64", 9: "UInt64",
               10: "Float", 11: "Double", 12: "String"}
OPCUA_FIELDS = """opcua.nodeid.encodingmask opcua.nodeid.nsindex opcua.nodeid.numeric opcua.nodeid.string opcua.nodeid.guid
opcua.nodeid.bytestring opcua.AttributeId opcua.variant.has_value""".split() + [f"opcua.{name}" for name in OPCUA_TYPES.values()]
OPCUA_READ, OPCUA_WRITE, OPCUA_READ_REPLY = 631, 673, 634
# A variant's encoding byte (section 5.2.2.16).
OPCUA_ARRAY, OPCUA_DIMENSIONS, OPCUA_TYPE_BITS = 0x80, 0x40, 0x3F
# A header names the session's token and the type of what may follow it.
NODES_IN_HEADER = 2
OPCUA_NODE = re.compile(r"(?:ns=\d+;)?[isgb]=\S+")


def opcua_theirs(row):
    services = row.numbers("opcua.servicenodeid.numeric")
    if services in ([OPCUA_READ], [OPCUA_WRITE]):
        # Behind the nodes of a write, what is written may hold nodes, too.
        asked = len(row.all("opcua.AttributeId"))
        nodes = itertools.islice(opcua_nodes(row), NODES_IN_HEADER, NODES_IN_HEADER + asked)
        yield from (("item", node) for node in nodes)
    # All values of a frame, whosever they are: tshark tells them by type, not by message.
    kinds = row.numbers("opcua.variant.has_value")
    types = {kind & OPCUA_TYPE_BITS for kind in kinds}
    # Dimensions are told as an Int32, too.
    is_clear = OPCUA_TYPES.keys() >= types and not (INT32 in types and any(kind & OPCUA_DIMENSIONS for kind in kinds))
    if services and {OPCUA_WRITE, OPCUA_READ_REPLY}.issuperset(services) and is_clear:
        for kind in types:
            told = row.all(f"opcua.{OPCUA_TYPES[kind]}")
            if kind == BYTE and len(kinds) == 1 and kinds[0] & OPCUA_ARRAY:
                told = [bytes(map(int, told)).hex()]
            elif kind in FLOATS:
                told = map(opcua_number, map(float, told))
            yield from (("value", value[:LONGEST_TEXT]) for value in told)


BYTE, INT32, FLOATS = 3, 6, (10, 11)
# tshark prints six digits of a Float, and so does this of anything that is no integer.
LONGEST_TEXT = 60


def opcua_number(value):
    return f"{value:.6g}" if isinstance(value, float) else str(int(value))


def opcua_values(value):
    if isinstance(value, list):
        for one in value:
            yield from opcua_values(one)
    elif isinstance(value, str):
        yield FLOAT_WORDS.get(value, value[:LONGEST_TEXT])
    elif isinstance(value, (int, float)):
        yield opcua_number(value)


FLOAT_WORDS = {"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}


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
    # A read tells in the reply, a write in the request.
    if code == f"i={OPCUA_WRITE if is_request else OPCUA_READ}":
        for item in row.get("items", []):
            yield from (("value", value) for value in opcua_values(item.get("value")))


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
