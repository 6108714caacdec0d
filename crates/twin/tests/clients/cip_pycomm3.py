"""Reads, writes and lists the crane's tags with pycomm3, as an engineer's script would: cip_pycomm3.py ADDRESS:PORT"""

import sys

from pycomm3 import CIPDriver, LogixDriver, Services

PLC = sys.argv[1]
NOVEMBER_2026 = 1_796_076_900_000_000


def ok(tag):
    assert tag, f"{tag.tag}: {tag.error}"
    return tag.value


def identity():
    found = CIPDriver.list_identity(PLC)
    assert found["product_name"] == "1756-L61/B LOGIX5561", found
    assert found["vendor"] == "Rockwell Automation/Allen-Bradley", found
    assert found["ip_address"] == "127.0.0.1", found


def information(plc):
    info = plc.get_plc_info()
    assert info["product_type"] == "Programmable Logic Controller", info
    assert info["revision"] == {"major": 20, "minor": 1}, info
    assert info["keyswitch"] == "REMOTE RUN", info
    assert plc.get_plc_name() == "STS07"
    assert plc.get_module_info(0)["product_name"] == info["product_name"]


def tag_list(plc):
    tags = {tag["tag_name"]: tag for tag in plc.get_tag_list("*")}
    assert list(tags) == ["STS"], tags
    groups = tags["STS"]["data_type"]["internal_tags"]
    assert list(groups) == (
        "Hoist Trolley Gantry Boom Load Sway Skew Wind Pwr Hyd Ctrl Cycle Spr Alm Plc Lim Safe Storm Bypass Key "
        "Cmd Par Job Stat Time Id"
    ).split(), list(groups)
    hoist = groups["Hoist"]["data_type"]
    assert hoist["name"] == "STS_Hoist"
    assert hoist["internal_tags"]["Pos"]["data_type"] == "REAL"
    assert hoist["internal_tags"]["BrkOpen"]["data_type"] == "BOOL"
    assert groups["Load"]["data_type"]["internal_tags"]["LC"]["array"] == 5
    assert groups["Job"]["data_type"]["internal_tags"]["Cntr"]["data_type"]["name"] == "STRING"
    assert plc.info["programs"] == {"MainProgram": {"instance_id": 2, "routines": ["MainRoutine"]}}, plc.info
    assert plc.info["tasks"] == {"MainTask": {"instance_id": 3}}


def one_by_one(plc):
    values = {
        "STS.Par.OverloadPct": 150.0,
        "STS.Par.WdMs": 750,
        "STS.Job.OrderId": -5,
        "STS.Job.Cntr": "MSKU1234565",
        "STS.Cmd.Lock": True,
        "STS.Load.LC[3]": 7.25,
        "STS.Time.Plc": NOVEMBER_2026,
        "STS.Alm.Word[8]": 300,
    }
    for name, value in values.items():
        ok(plc.write(name, value))
        assert ok(plc.read(name)) == value, name
    for name, value in values.items():
        assert ok(plc.read(name)) == value, name
    # One bit of a number, and of an array of bits.
    ok(plc.write("STS.Alm.Word[8].4", True))
    ok(plc.write("STS.Alm.Word[8].5", False))
    assert ok(plc.read("STS.Alm.Word[8]")) == 300 & ~32 | 16
    assert ok(plc.read("STS.Alm.Word[8].4")) is True
    ok(plc.write("STS.Spr.Landed[2]", True))
    assert ok(plc.read("STS.Spr.Landed[2]")) is True
    assert ok(plc.read("STS.Spr.Landed[0]{5}")) == [False, False, True, False, False]
    assert ok(plc.read("STS.Load.LC{5}")) == [0.0, 0.0, 0.0, 7.25, 0.0]


def many_at_once(plc):
    names = [f"STS.Par.{name}" for name in ("SWL", "HoistAcc", "TrolV", "WindTrip", "EccMax")]
    written = plc.write(*((name, number + 0.5) for number, name in enumerate(names)))
    assert all(written), written
    read = plc.read(*names, "STS.Job.IsoType", "STS.Hoist.BrkOpen", "STS.Plc.Heartbeat")
    assert all(read), read
    assert [tag.value for tag in read] == [0.5, 1.5, 2.5, 3.5, 4.5, "", False, 0], read
    # More than an answer has room for: every member is read on its own.
    everything = [f"STS.{group}" for group in plc.tags["STS"]["data_type"]["internal_tags"]] * 8
    read = plc.read(*everything)
    assert all(read) and len(read) == 26 * 8, [tag for tag in read if not tag]


def structures(plc):
    hoist = ok(plc.read("STS.Hoist"))
    assert set(hoist) == {"Pos", "Spd", "SpdRef", "Torque", "Power", "MotTemp", "RopeLen", "BrkOpen"}, hoist
    job = ok(plc.read("STS.Job"))
    assert job["Cntr"] == "MSKU1234565" and job["OrderId"] == -5, job
    job.update(Cntr="TGHU9999991", IsoType="45G1", Vgm=24.5, Bay=7)
    ok(plc.write("STS.Job", job))
    assert ok(plc.read("STS.Job")) == job
    whole = ok(plc.read("STS"))
    assert whole["Job"] == job
    assert whole["Time"]["Plc"] == NOVEMBER_2026


def in_fragments(plc):
    """Over a connection too small for the whole, and with small pieces written."""
    before = ok(plc.read("STS"))
    before["Hoist"]["Pos"] = 12.5
    # pycomm3 cannot write hidden members back in nested structures by name, so it is given the bytes.
    encoded = bytes(plc.tags["STS"]["type_class"].encode(before))
    ok(plc.write("STS", encoded))
    assert ok(plc.read("STS")) == before


def clock(plc):
    ok(plc.set_plc_time(NOVEMBER_2026))
    read = ok(plc.get_plc_time())["microseconds"]
    assert 0 <= read - NOVEMBER_2026 < 60_000_000, read


def mode(plc):
    def change(service):
        return plc.generic_message(service=service, class_code=0x8E, instance=1, name="mode")

    assert change(Services.stop)
    assert plc.get_plc_info()["keyswitch"] == "REMOTE PROG", plc.get_plc_info()
    assert change(Services.start)
    assert plc.get_plc_info()["keyswitch"] == "REMOTE RUN"


def refusals(plc):
    assert "doesn't exist" in plc.read("STS.Nope").error
    gone = plc.generic_message(service=0x01, class_code=0xF4, instance=1, name="gone")
    assert not gone and gone.error.startswith("Destination unknown"), gone
    beyond = plc.read("STS.Load.LC[4]{3}")
    assert not beyond and "2105" in beyond.error, beyond


identity()
with LogixDriver(PLC) as plc:
    # pycomm3 addresses by instance from revision 21 on; this controller knows both ways.
    for by_instance in (False, True):
        plc._cfg["use_instance_ids"] = by_instance
        for step in (information, tag_list, one_by_one, many_at_once, structures, clock, mode, refusals):
            step(plc)
            print("did", step.__name__, "by instance" if by_instance else "by name")
        ok(plc.write("STS.Load.LC[3]", 0.0))
        ok(plc.write("STS.Job.IsoType", ""))

plc = LogixDriver(PLC, init_tags=False)
plc._cfg["extended forward open"] = False
plc._cfg["connection_size"] = 500
with plc:
    plc.get_tag_list("*")
    in_fragments(plc)
    print("did in_fragments")
print("all done")
