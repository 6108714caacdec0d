"""Asks a crane's controller by pymodbus: modbus.py HOST PORT. Exit status 0 where every answer is as it must be."""

import sys

from pymodbus.client import ModbusTcpClient
from pymodbus.pdu.pdu import ModbusPDU

REAL, DINT, TEXT = (ModbusTcpClient.DATATYPE[name] for name in ("FLOAT32", "INT32", "STRING"))


def as_number(registers, kind):
    return ModbusTcpClient.convert_from_registers(registers, kind)


def is_refused(answer: ModbusPDU, code):
    assert answer.isError(), f"not refused: {answer}"
    assert answer.exception_code == code, answer
    return True


def read(client):
    load = client.read_input_registers(32, count=2)
    assert round(as_number(load.registers, REAL), 2) == 30.48, load
    brakes = client.read_discrete_inputs(0, count=29)
    assert brakes.bits[:29] == [True, False] + [False] * 26 + [True], brakes
    everything = client.read_input_registers(0, count=104)
    assert len(everything.registers) == 104 and everything.registers[32:34] == load.registers
    assert client.read_holding_registers(0, count=67).registers[66] == 0
    assert len(client.read_coils(0, count=7).bits) == 8


def write(client):
    for value, kind, register in ((150.0, REAL, 8), (4711, DINT, 49)):
        written = client.write_registers(register, client.convert_to_registers(value, kind))
        assert not written.isError() and (written.address, written.count) == (register, 2), written
        assert as_number(client.read_holding_registers(register, count=2).registers, kind) == value
    # An S7 string: its room and its length, then eleven letters.
    container = [0x0B0B] + client.convert_to_registers("CSQU3054383\0", TEXT)
    assert not client.write_registers(51, container).isError()
    assert client.read_holding_registers(51, count=7).registers == container

    assert client.write_register(48, 0x12).registers == [0x12]
    assert not client.mask_write_register(address=48, and_mask=0xF2, or_mask=0x25).isError()
    assert client.read_holding_registers(48, count=1).registers == [0x17]
    exchanged = client.readwrite_registers(read_address=47, read_count=2, write_address=48, values=[750])
    assert exchanged.registers == [0, 750], exchanged

    assert client.write_coil(5, True).bits[0]
    assert not client.write_coils(0, [True, False, False, True]).isError()
    assert client.read_coils(0, count=7).bits[:7] == [True, False, False, True, False, True, False]


def identify(client):
    basic = client.read_device_information(read_code=1)
    assert basic.information[0] == b"Quaywatch" and sorted(basic.information) == [0, 1, 2], basic.information
    extended = client.read_device_information(read_code=3)
    assert extended.information[6] == b"STS07" and 0x80 in extended.information, extended.information
    assert extended.conformity == 0x83 and extended.more_follows == 0
    assert client.read_device_information(read_code=4, object_id=6).information == {6: b"STS07"}
    device = client.report_device_id()
    assert device.identifier == b"STS07" and device.status, device


def diagnose(client):
    assert client.diag_query_data(b"\xa5\x37").message == b"\xa5\x37"
    assert client.diag_read_diagnostic_register().message == 0
    before = client.diag_read_bus_message_count().message
    assert client.diag_read_device_message_count().message == before + 1
    refused = client.diag_read_bus_exception_error_count().message
    assert is_refused(client.read_coils(100, count=1), 2)
    assert client.diag_read_bus_exception_error_count().message == refused + 1
    assert not client.diag_clear_counters().isError()
    assert client.diag_read_bus_message_count().message == 1


def be_refused(client):
    assert is_refused(client.read_exception_status(), 1)
    assert is_refused(client.read_fifo_queue(address=0), 1)
    assert is_refused(client.read_input_registers(103, count=2), 2)
    assert is_refused(client.write_register(67, 1), 2)
    assert is_refused(client.write_coil(7, True), 2)
    assert is_refused(client.read_device_information(read_code=4, object_id=0x70), 2)
    assert is_refused(client.read_device_information(read_code=9), 3)
    assert is_refused(client.read_holding_registers(0, count=1, device_id=2), 11)
    for device in (0, 1, 255):
        assert not client.read_holding_registers(0, count=1, device_id=device).isError()


def main(host, port):
    client = ModbusTcpClient(host, port=int(port), retries=0)
    assert client.connect(), f"nobody listens at {host}:{port}"
    for step in (read, write, identify, diagnose, be_refused):
        step(client)
        print(step.__name__)
    client.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
