"""Reads and writes the crane's tags with cpppo: cip_cpppo.py ADDRESS:PORT"""

import sys

from cpppo.server.enip import client, get_attribute

HOST, PORT = sys.argv[1].split(":")
PORT = int(PORT)


def operate(connection, *tags, **how):
    operations = client.parse_operations(tags)
    return [value for _, _, _, _, _, value in connection.pipeline(operations=operations, timeout=5, **how)]


def identity(udp):
    with client.client(host=HOST, port=PORT, udp=udp) as connection:
        connection.list_identity(timeout=5)
        response, _ = client.await_response(connection, timeout=5)
        item = response.enip.CIP.list_identity.CPF.item[0].identity_object
        assert item.product_name == "1756-L61/B LOGIX5561", item
        connection.list_services(timeout=5)
        response, _ = client.await_response(connection, timeout=5)
        assert response.enip.CIP.list_services.CPF.item[0].communications_service.service_name == "Communications"


identity(udp=False)
identity(udp=True)
with client.connector(host=HOST, port=PORT, timeout=5) as connection:
    assert operate(connection, "STS.Par.SWL=(REAL)55.5", depth=1) == [True]
    assert operate(connection, "STS.Par.SWL", "STS.Job.Bay=(INT)9", "STS.Job.Bay", depth=4) == [[55.5], True, [9]]
    assert operate(connection, "STS.Load.LC[1-2]=(REAL)1.5,2.5", "STS.Load.LC[0-4]", depth=2) == [
        True,
        [0.0, 1.5, 2.5, 0.0, 0.0],
    ]
    # In one packet, and in fragments.
    assert operate(connection, "STS.Par.SWL", "STS.Job.Bay", multiple=500) == [[55.5], [9]]
    assert operate(connection, "STS.Par.SWL", fragment=True) == [[55.5]]
    # No such tag; a value of the wrong type.
    assert operate(connection, "STS.Nope") == [None]
    assert operate(connection, "STS.Par.SWL=(DINT)1") == [None]
    attributes = get_attribute.attribute_operations(["@1/1/1", "@0xF4/1/1", "@1/1"])
    vendor, nothing, identity = [value for *_, value in connection.pipeline(operations=attributes, depth=2, timeout=5)]
    assert vendor == [1, 0] and nothing is None and bytes(identity[-20:]) == b"1756-L61/B LOGIX5561", identity
print("all done")
