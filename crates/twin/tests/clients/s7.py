"""What a user of python-snap7 does with the controller. Two ports: one open, one behind the password "quay"."""

import datetime
import itertools
import struct
import sys

from snap7 import Area, Block, Client
from snap7.error import S7Error
from snap7.type import Parameter

OPEN, CLOSED = (int(port) for port in sys.argv[1:3])


def connected(port, pdu=480):
    client = Client()
    client.set_param(Parameter.PDURequest, pdu)
    client.connect("127.0.0.1", 0, 2, port)
    return client


def refused(call, code):
    """Header errors are an attribute of the error, all others are in its text."""
    try:
        call()
    except (S7Error, RuntimeError) as error:
        told = f"0x{getattr(error, 'error_code', None) or 0:04x} {error}".lower()
        assert f"0x{code:02x}" in told, told
    else:
        raise AssertionError(f"not refused with 0x{code:02x}")


def szl(client, number, index):
    """An SZL's records: this client leaves record length and count at the start of the data."""
    answer = client.read_szl(number, index)
    data = bytes(byte & 0xFF for byte in answer.Data[: answer.Header.LengthDR])
    length, count = struct.unpack(">HH", data[:4])
    assert len(data) == 4 + length * count, (length, count, len(data))
    return [data[4 + length * at : 4 + length * (at + 1)] for at in range(count)]


def invoke(client, service, argument):
    """A program invocation as programming devices send it: this client's own `delete` has lengths in other places."""
    parameters = bytes.fromhex("28000000000000fd") + struct.pack(">H", len(argument)) + argument
    parameters += bytes([len(service)]) + service
    pdu = struct.pack(">BBHHHH", 0x32, 1, 0, 0x7777, len(parameters), 0) + parameters
    answer = client.iso_exchange_buffer(bytearray(pdu))
    return struct.unpack(">H", answer[10:12])[0]


def sizes():
    for asked, agreed in ((240, 240), (480, 480), (960, 960), (2000, 960)):
        client = connected(OPEN, asked)
        assert client.get_pdu_length() == agreed, (asked, client.get_pdu_length())
        # DB100 is longer than the smallest PDU: the client reads it in two.
        assert len(client.db_read(100, 0, 304)) == 304
        client.disconnect()


def variables(client):
    client.db_write(120, 4, bytearray(struct.pack(">f", 65.0)))
    assert client.db_read_real(120, 4) == 65.0
    client.db_write_real(120, 0, 99.5)
    assert bytes(client.db_read(120, 0, 4)) == struct.pack(">f", 99.5)
    client.db_write_bool(110, 0, 3, True)
    assert client.db_read_bool(110, 0, 3) and not client.db_read_bool(110, 0, 2)
    client.db_write_bool(110, 0, 3, False)
    client.db_write_int(140, 28, -7)
    assert client.db_read_int(140, 28) == -7
    client.db_write_string(140, 4, "MSKU1234565", 11)
    assert client.db_read_string(140, 4) == "MSKU1234565"
    assert len(client.db_get(100)) == 304
    whole = bytearray(range(200)) + bytearray(104)
    client.db_write(100, 0, whole)
    assert client.db_read(100, 0, 304) == whole
    refused(lambda: client.db_read(99, 0, 1), 0x0a)
    refused(lambda: client.db_read(120, 86, 1), 0x05)
    refused(lambda: client.db_write(120, 85, bytearray(2)), 0x05)


def areas(client):
    client.mb_write(10, 2, bytearray(b"\x12\x34"))
    assert client.mb_read(10, 2) == bytearray(b"\x12\x34")
    client.ab_write(0, bytearray(b"\x55"))
    client.eb_write(1, 1, bytearray(b"\xaa"))
    assert client.ab_read(0, 1) == bytearray(b"\x55") and client.eb_read(1, 1) == bytearray(b"\xaa")
    client.write_area(Area.TM, 0, 3, bytearray(b"\x25\x04"))
    client.write_area(Area.CT, 0, 4, bytearray(b"\x00\x11"))
    assert client.read_area(Area.TM, 0, 3, 1) == bytearray(b"\x25\x04")
    assert client.read_area(Area.CT, 0, 4, 1) == bytearray(b"\x00\x11")
    # Another connection sees the same memory.
    other = connected(OPEN)
    assert other.mb_read(10, 2) == bytearray(b"\x12\x34")
    other.disconnect()


def several(client):
    items = [{"area": Area.DB, "db_number": 120, "start": at, "data": bytearray([at])} for at in range(8, 14)]
    assert client.write_multi_vars(items) == 0
    asked = [{"area": Area.DB, "db_number": 120, "start": at, "size": 1} for at in range(8, 14)]
    asked.append({"area": Area.MK, "db_number": 0, "start": 10, "size": 2})
    code, values = client.read_multi_vars(asked)
    assert code == 0
    assert [bytes(value) for value in values] == [bytes([at]) for at in range(8, 14)] + [b"\x12\x34"]


def blocks(client):
    counts = client.list_blocks()
    assert (counts.OBCount, counts.FCCount, counts.DBCount, counts.FBCount) == (1, 3, 5, 0), counts
    assert client.list_blocks_of_type(Block.DB, 100) == [100, 110, 120, 140, 150]
    assert client.list_blocks_of_type(Block.FC, 100) == [1, 2, 3]
    refused(lambda: client.list_blocks_of_type(Block.SFB, 100), 0xd20e)
    info = client.get_block_info(Block.DB, 120)
    assert (info.BlkNumber, info.MC7Size, info.Author) == (120, 86, b"QUAY"), info
    assert info.LoadSize == len(client.full_upload(Block.DB, 120)[0])
    refused(lambda: client.get_block_info(Block.DB, 99), 0xd209)
    refused(lambda: client.full_upload(Block.FC, 99), 0xd209)


def loading(client):
    block, size = client.full_upload(Block.FC, 1)
    assert size == client.get_block_info(Block.FC, 1).LoadSize and block[:2] == b"pp"
    checksum = client.db_read(150, 28, 4)
    block, _ = client.full_upload(Block.DB, 120)
    block[40:44] = struct.pack(">f", 61.0)
    client.download(block, 120)
    assert client.db_read(150, 28, 4) != checksum
    assert client.full_upload(Block.DB, 120)[0] == block
    assert client.upload(120)[4:8] == struct.pack(">f", 61.0)
    # A new block, longer than one PDU, then activated.
    new = bytearray(block)
    new[6:8] = struct.pack(">H", 200)
    new[36:36] = bytes(2000)
    new[8:12] = struct.pack(">I", len(new))
    client.download(new, 200)
    assert invoke(client, b"_INSE", b"\x01\x000A00200P") == 0
    assert client.list_blocks_of_type(Block.DB, 100) == [100, 110, 120, 140, 150, 200]
    # What its own head does not agree with is not loaded.
    client.download(new, 201)
    assert 201 not in client.list_blocks_of_type(Block.DB, 100)
    assert invoke(client, b"_INSE", b"\x01\x000A00201P") == 0xD209


def deleting(client):
    refused(lambda: client.delete(Block.DB, 140), 0x8104)
    assert invoke(client, b"_DELE", b"\x02\x000A00140B0A00200B") == 0
    assert client.list_blocks_of_type(Block.DB, 100) == [100, 110, 120, 150]
    assert invoke(client, b"_DELE", b"\x01\x000A00140B") == 0xD209


def status(client):
    cpu = client.get_cpu_info()
    assert (cpu.ASName, cpu.ModuleTypeName) == (b"STS07", b"CPU 315-2 PN/DP"), cpu
    order = client.get_order_code()
    assert order.OrderCode.startswith(b"6ES7 315-2EH14") and (order.V1, order.V2, order.V3) == (3, 2, 6), order
    lists = [struct.unpack(">H", record)[0] for record in szl(client, 0x0000, 0)]
    for number in lists:
        index = {0x0111: 1, 0x011C: 1, 0x0131: 1, 0x0132: 4, 0x0232: 4}.get(number, 0)
        assert szl(client, number, index), hex(number)
    assert {0x0011, 0x001C, 0x0131, 0x0132, 0x0424} <= set(lists)
    (communication,) = szl(client, 0x0131, 1)
    assert struct.unpack(">HHH", communication[:6]) == (1, 960, 16)
    (protection,) = szl(client, 0x0132, 4)
    assert struct.unpack(">HHHH", protection[:8]) == (4, 1, 0, 1)
    client.get_cp_info()
    client.get_protection()
    # This client asks for the state with a read that has no items, and takes any answer for RUN.
    refused(client.get_cpu_state, 0x8104)
    refused(lambda: client.read_szl(0x0F99, 0), 0xd401)
    refused(lambda: client.read_szl(0x0111, 99), 0xd402)


def clock(client):
    told = client.get_plc_datetime()
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    assert abs(told - now) < datetime.timedelta(seconds=5), (told, now)
    client.set_plc_datetime(now + datetime.timedelta(days=1))
    assert client.get_plc_datetime() - now > datetime.timedelta(hours=23)


def running(client):
    state = lambda: szl(client, 0x0424, 0)[0][3]
    assert state() == 0x08
    client.plc_stop()
    assert state() == 0x04
    client.plc_hot_start()
    assert state() == 0x08
    client.plc_stop()
    client.plc_cold_start()
    assert state() == 0x08
    client.compress(1000)
    client.copy_ram_to_rom(1000)
    client.plc_stop()
    assert state() == 0x04


def protection():
    client = connected(CLOSED)
    assert client.db_read(120, 0, 4)
    (levels,) = szl(client, 0x0132, 4)
    assert struct.unpack(">HHHH", levels[:8]) == (4, 1, 3, 3)
    for call in (lambda: client.full_upload(Block.DB, 120), client.plc_stop, client.plc_hot_start):
        refused(call, 0xD241)
    refused(lambda: client.set_session_password("wrong"), 0xd602)
    client.set_session_password("quay")
    client.full_upload(Block.DB, 120)
    client.clear_session_password()
    refused(lambda: client.full_upload(Block.DB, 120), 0xD241)
    client.disconnect()


def main():
    sizes()
    steps = (variables, areas, several, blocks, loading, deleting, status, clock, running)
    for step, pdu in zip(steps, itertools.cycle((240, 480, 960))):
        client = connected(OPEN, pdu)
        step(client)
        client.disconnect()
        print(step.__name__, "done")
    protection()


main()
