"""What machines say to each other in captures that are made, message for message as the standards have it."""

import struct

from frames import BROADCAST, VRRP, Capture, Connection, Host, checksum, ip, mac

DHCP_SERVER, DHCP_CLIENT = 67, 68
ALL_ROUTERS = Host("224.0.0.18", "01:00:5e:00:00:12")
NANOS_1900_TO_1970 = 2_208_988_800_000_000_000


def exchange(connection: Connection, question: bytes, answer: bytes) -> None:
    connection.asks(question)
    connection.answers(answer)


# ---- Modbus (MODBUS Application Protocol V1.1b3) ----------------------------------------------------------


def modbus(number: int, pdu: bytes) -> bytes:
    return struct.pack("!HHHB", number, 0, 1 + len(pdu), 1) + pdu


def modbus_read(connection, number, first, count, values):
    answer = struct.pack(f"!BB{count}H", 3, 2 * count, *(value & 0xFFFF for value in values))
    exchange(connection, modbus(number, struct.pack("!BHH", 3, first, count)), modbus(number, answer))


def modbus_write(connection, number, register, value):
    message = modbus(number, struct.pack("!BHH", 6, register, value))
    exchange(connection, message, message)


def modbus_identify(connection, *objects):
    told = b"".join(bytes([at, len(text)]) + text for at, text in enumerate(objects))
    answer = b"\x2b\x0e\x01\x01\x00\x00" + bytes([len(objects)]) + told
    exchange(connection, modbus(1, b"\x2b\x0e\x01\x00"), modbus(1, answer))


def umas(connection, number: int, question: bytes, answer: bytes, session: int = 0):
    """A request to a Schneider controller that says yes."""
    asked = modbus(number, bytes([0x5A, session]) + question)
    exchange(connection, asked, modbus(number, bytes([0x5A, session, 0xFE]) + answer))


# ---- S7 (RFC 1006, ISO 8073, and what is known of S7comm) -------------------------------------------------


def tpkt(body: bytes) -> bytes:
    return struct.pack("!BBH", 3, 0, 4 + len(body)) + body


def s7_job(number: int, parameter: bytes) -> bytes:
    return tpkt(b"\x02\xf0\x80" + struct.pack("!BBHHHH", 0x32, 1, 0, number, len(parameter), 0) + parameter)


def s7_done(number: int, parameter: bytes) -> bytes:
    return tpkt(b"\x02\xf0\x80" + struct.pack("!BBHHHHH", 0x32, 3, 0, number, len(parameter), 0, 0) + parameter)


def s7_delete(connection, block: str):
    """Deletes a block, `0800001B`: kind, number, and `B` for the passive file system."""
    ends = b"\xc0\x01\x0a\xc1\x02\x01\x00\xc2\x02\x01\x02"
    exchange(
        connection, tpkt(b"\x11\xe0\x00\x00\x00\x01\x00" + ends), tpkt(b"\x11\xd0\x00\x01\x00\x02\x00" + ends)
    )
    setup = b"\xf0\x00\x00\x01\x00\x01\x01\xe0"
    exchange(connection, s7_job(1, setup), s7_done(1, setup[:-2] + b"\x00\xf0"))
    names = b"\x01\x00" + block.encode()
    service = b"\x28" + bytes(6) + b"\xfd" + struct.pack("!H", len(names)) + names + b"\x05_DELE"
    exchange(connection, s7_job(2, service), s7_done(2, b"\x28"))


# ---- EtherNet/IP (CIP Networks Library, volumes 1 and 2; Logix data access, 1756-PM020) -------------------

SESSION = 0x00070A42


def enip(command: int, body: bytes, session: int = SESSION) -> bytes:
    return struct.pack("<HHIIQI", command, len(body), session, 0, 0x1122334455667788, 0) + body


def enip_register(connection):
    exchange(connection, enip(0x65, b"\x01\x00\x00\x00", 0), enip(0x65, b"\x01\x00\x00\x00"))


def unconnected(cip: bytes) -> bytes:
    """SendRRData with a null address and an unconnected message."""
    return enip(0x6F, struct.pack("<IHHHHHH", 0, 5, 2, 0, 0, 0xB2, len(cip)) + cip)


def enip_list_tag(connection, instance: int, name: bytes):
    """Get Instance Attribute List (0x55) of class Symbol (0x6B): name and type of one tag, and there is more (6)."""
    path = b"\x20\x6b\x25\x00" + struct.pack("<H", instance)
    question = b"\x55\x03" + path + struct.pack("<HHH", 2, 1, 2)
    tag = struct.pack("<IH", instance + 1, len(name)) + name + struct.pack("<H", 0x00C4)
    exchange(connection, unconnected(question), unconnected(b"\xd5\x00\x06\x00" + tag))


# ---- FTP (RFC 959), HTTP (RFC 9112), RTSP (RFC 2326), VNC (RFC 6143) --------------------------------------


def ftp_login(connection, user: bytes, password: bytes):
    connection.answers(b"220 backup ready\r\n")
    exchange(connection, b"USER " + user + b"\r\n", b"331 Password required\r\n")
    exchange(connection, b"PASS " + password + b"\r\n", b"230 Logged in\r\n")
    exchange(connection, b"QUIT\r\n", b"221 Goodbye\r\n")
    connection.close()


def ftp_store(cap, client, server, name: bytes, content: bytes):
    """A file is given to the server, over a passive data connection."""
    control = cap.connect(client, server, 21)
    control.answers(b"220 ready\r\n")
    exchange(control, b"USER service\r\n", b"331 Password required\r\n")
    exchange(control, b"PASS Q7!wv-20\r\n", b"230 Logged in\r\n")
    exchange(control, b"TYPE I\r\n", b"200 Binary\r\n")
    where = server.ip.replace(".", ",").encode()
    exchange(control, b"PASV\r\n", b"227 Entering Passive Mode (" + where + b",200,10)\r\n")
    control.asks(b"STOR " + name + b"\r\n")
    data = cap.connect(client, server, 200 * 256 + 10)
    control.answers(b"150 Send it\r\n")
    for at in range(0, len(content), 1400):
        data.asks(content[at : at + 1400])
    data.close()
    control.answers(b"226 Stored\r\n")
    exchange(control, b"QUIT\r\n", b"221 Goodbye\r\n")
    control.close()


def http_post(connection, host: bytes, path: bytes, body: bytes):
    head = b"POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    exchange(
        connection, head % (path, host, len(body)) + body, b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
    )


def http_page(connection, host: bytes, path: bytes, page: bytes):
    exchange(
        connection,
        b"GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: Mozilla/5.0\r\n\r\n" % (path, host),
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(page) + page,
    )


def rtsp_play(connection):
    url = b"rtsp://camera.example/main"
    head = b"%s %s RTSP/1.0\r\nCSeq: %d\r\n%s\r\n"
    inside = b"Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
    session = b"Session: 4711\r\n"
    ok = b"RTSP/1.0 200 OK\r\nCSeq: %d\r\n%s\r\n"
    exchange(connection, head % (b"OPTIONS", url, 1, b""), ok % (1, b"Public: OPTIONS, SETUP, PLAY\r\n"))
    exchange(connection, head % (b"SETUP", url + b"/track1", 2, inside), ok % (2, inside + session))
    exchange(connection, head % (b"PLAY", url, 3, session), ok % (3, session))


def interleaved_rtp(number: int, length: int) -> bytes:
    """The begin of a packet of H.264 in RTP (RFC 3550), in an RTSP connection (RFC 2326, section 10.12)."""
    rtp = struct.pack("!BBHII", 0x80, 96, number, 3_600 * number, 0x57E05707)
    return b"$\0" + struct.pack("!H", length) + rtp + b"\x65"


def vnc(connection, name: bytes):
    """Version 3.8, no authentication, and one small picture."""
    connection.answers(b"RFB 003.008\n")
    exchange(connection, b"RFB 003.008\n", b"\x01\x01")
    exchange(connection, b"\x01", bytes(4))
    pixels = struct.pack("!BBBBHHHBBBxxx", 32, 24, 0, 1, 255, 255, 255, 16, 8, 0)
    exchange(connection, b"\x01", struct.pack("!HH", 1024, 768) + pixels + struct.pack("!I", len(name)) + name)
    connection.asks(struct.pack("!BxHi", 2, 1, 0))
    picture = struct.pack("!BxHHHHHi", 0, 1, 0, 0, 8, 8, 0) + bytes(range(64)) * 4
    exchange(connection, struct.pack("!BBHHHH", 3, 0, 0, 0, 1024, 768), picture)
    connection.asks(struct.pack("!BBHH", 5, 1, 512, 384))


# ---- SNMP (RFC 1157), DNS (RFC 1035), NTP (RFC 5905) ------------------------------------------------------


def ber(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return bytes([tag, len(body)]) + body


def snmp_description(cap: Capture, client: Host, agent: Host):
    description = bytes.fromhex("2b06010201010100")  # 1.3.6.1.2.1.1.1.0

    def message(kind: int, value: bytes) -> bytes:
        binding = ber(0x30, ber(0x30, ber(6, description), value))
        pdu = ber(kind, ber(2, b"\x2a"), ber(2, b"\0"), ber(2, b"\0"), binding)
        return ber(0x30, ber(2, b"\0"), ber(4, b"public"), pdu)

    cap.udp((client, 50_161), (agent, 161), message(0xA0, ber(5)))
    cap.udp((agent, 161), (client, 50_161), message(0xA2, ber(4, b"Switch in the e-house")))


def dns(cap: Capture, client: Host, server: Host, port: int, name: list, kind: int, answer: bytes):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name) + b"\0"
    question = labels + struct.pack("!HH", kind, 1)
    record = b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 60, len(answer)) + answer
    cap.udp((client, port), (server, 53), struct.pack("!HHHHHH", port, 0x0100, 1, 0, 0, 0) + question)
    cap.udp((server, 53), (client, port), struct.pack("!HHHHHH", port, 0x8180, 1, 1, 0, 0) + question + record)


def ntp(cap: Capture, client: Host, server: Host, number: int, rest: bytes):
    """A request and its answer, with `rest` behind both: extension fields or a digest."""

    def stamp() -> bytes:
        seconds, nanos = divmod(cap.now + NANOS_1900_TO_1970, 1_000_000_000)
        return struct.pack("!II", seconds, (nanos << 32) // 1_000_000_000)

    asked = stamp()
    cap.udp((client, 123), (server, 123), struct.pack("!BBbb", 0x23, 0, 6, -20) + bytes(36) + asked + rest)
    now = stamp()
    head = struct.pack("!BBbbII4s", 0x24, 2, 6, -20, 0x100, 0x200, bytes([10, 70, 7, 1]))
    cap.udp((server, 123), (client, 123), head + now + asked + now + now + rest)


# ---- DHCP (RFC 2131, 2132), VRRP (RFC 3768), router advertisements (RFC 4861) ----------------------------


def dhcp(cap: Capture, client: Host, servers: list, router: str):
    """A lease: all servers offer, the first is taken."""
    nobody, everybody = Host("0.0.0.0", client.mac), Host("255.255.255.255", BROADCAST)
    transaction = 0x3903F326 + int.from_bytes(ip(client.ip))

    def message(operation: int, kind: int, given: str, options: bytes) -> bytes:
        head = struct.pack("!BBBBIHH", operation, 1, 6, 0, transaction & 0xFFFFFFFF, 0, 0x8000)
        addresses = bytes(4) + ip(given) + bytes(8)
        body = head + addresses + mac(client.mac) + bytes(10 + 64 + 128) + b"\x63\x82\x53\x63"
        return body + bytes([53, 1, kind]) + options + b"\xff"

    def asks(kind: int, options: bytes):
        data = message(1, kind, "0.0.0.0", options)
        cap.udp((nobody, DHCP_CLIENT), (everybody, DHCP_SERVER), data)

    def answers(server: Host, kind: int):
        options = b"\x36\x04" + ip(server.ip) + b"\x33\x04\x00\x01\x51\x80\x01\x04\xff\xff\xff\x00\x03\x04" + ip(router)
        data = message(2, kind, client.ip, options)
        cap.udp((server, DHCP_SERVER), (everybody, DHCP_CLIENT), data)

    asks(1, b"\x37\x03\x01\x03\x06")
    for server in servers:
        answers(server, 2)
    asks(3, b"\x32\x04" + ip(client.ip) + b"\x36\x04" + ip(servers[0].ip))
    answers(servers[0], 5)


def vrrp(cap: Capture, master: Host, shared: Host, priority: int):
    body = struct.pack("!BBBBBBH", 0x21, 7, priority, 1, 0, 1, 0) + ip(shared.ip) + bytes(8)
    body = body[:6] + checksum(body) + body[8:]
    cap.packet(Host(master.ip, shared.mac, 255), ALL_ROUTERS, VRRP, body)


def router_advertisement(cap: Capture, router: Host):
    body = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0) + b"\x01\x01" + mac(router.mac)
    cap.icmp6(router, "ff02::1", "33:33:00:00:00:01", body)


# ---- SMB 2 with calls in a pipe (MS-SMB2, C706 chapter 12, MS-SCMR) ------------------------------------------

PIPE = bytes([7]) * 16
SVCCTL = bytes.fromhex("81bb7a364498f135ad3298f038001003")
NDR = bytes.fromhex("045d888aeb1cc9119fe808002b104860")
MANAGER = bytes([9]) * 20
SERVICE = bytes([8]) * 20


def smb(command: int, number: int, body: bytes, answer: bool = False) -> bytes:
    head = struct.pack("<4sHHIHHIIQIIQ16x", b"\xfeSMB", 64, 1, 0, command, 1, int(answer), 0, number, 0xFEFF, 5, 9)
    return struct.pack(">I", len(head) + len(body)) + head + body


def smb_open_services(connection, server: str):
    """Connects to the share of pipes and opens the one of services, binds to their interface and opens its manager."""
    path = f"\\\\{server}\\IPC$".encode("utf-16le")
    share = struct.pack("<HHHH", 9, 0, 72, len(path)) + path
    exchange(connection, smb(3, 1, share), smb(3, 1, struct.pack("<HBBIII", 16, 2, 0, 0, 0, 0x1F01FF), True))
    name = "svcctl".encode("utf-16le")
    create = struct.pack("<HBBIQQIIIIIHHII", 57, 0, 0, 2, 0, 0, 0x12019F, 0, 3, 1, 0x40, 120, len(name), 0, 0) + name
    created = struct.pack("<HBBI32xQQII16sII", 89, 0, 0, 1, 4096, 0, 0x80, 0, PIPE, 0, 0)
    exchange(connection, smb(5, 2, create), smb(5, 2, created, True))
    bind = struct.pack("<HHIB3xHBx", 4280, 4280, 0, 1, 0, 1) + SVCCTL + struct.pack("<I", 2) + NDR + struct.pack("<I", 2)
    bound = struct.pack("<HHIH13sxB3xHH", 4280, 4280, 0x53F0, 13, b"\\PIPE\\ntsvcs\0", 1, 0, 0) + NDR + struct.pack("<I", 2)
    transceive(connection, 3, pdu(11, 1, bind), pdu(12, 1, bound))
    call(connection, 4, 15, ndr_pointed("10.70.7.20") + bytes(4) + struct.pack("<I", 0xF003F), MANAGER + bytes(4))


def pdu(kind: int, number: int, body: bytes) -> bytes:
    return struct.pack("<BBBBIHHI", 5, 0, kind, 3, 0x10, 16 + len(body), 0, number) + body


def transceive(connection, number: int, question: bytes, answer: bytes):
    ask = struct.pack("<HHI16sIIIIIIII", 57, 0, 0x11C017, PIPE, 120, len(question), 0, 0, 0, 1024, 1, 0) + question
    told = struct.pack("<HHI16sIIIIII", 49, 0, 0x11C017, PIPE, 112, 0, 112, len(answer), 0, 0) + answer
    exchange(connection, smb(11, number, ask), smb(11, number, told, True))


def call(connection, number: int, operation: int, question: bytes, answer: bytes):
    """A call of the interface, and its answer."""
    asked = struct.pack("<IHH", len(question), 0, operation) + question
    transceive(connection, number, pdu(0, number, asked), pdu(2, number, struct.pack("<IHBx", len(answer), 0, 0) + answer))


def ndr(text: str) -> bytes:
    """A string of 16-bit characters, filled up to four bytes (C706, section 14.3.4.2)."""
    units = len(text) + 1
    told = struct.pack("<III", units, 0, units) + text.encode("utf-16le") + b"\0\0"
    return told + bytes(-len(told) % 4)


def ndr_pointed(text: str) -> bytes:
    return struct.pack("<I", 0x20000) + ndr(text)


def service_installed(connection, name: str, program: str):
    """CreateServiceW and StartServiceW (MS-SCMR 3.1.4.12 and 3.1.4.19)."""
    kind = struct.pack("<IIII", 0xF01FF, 0x10, 3, 0)
    create = MANAGER + ndr(name) + ndr_pointed(name) + kind + ndr(program) + bytes(28)
    call(connection, 5, 12, create, bytes(4) + SERVICE + bytes(4))
    call(connection, 6, 19, SERVICE + bytes(8), bytes(4))


def services_listed(connection):
    """EnumServicesStatusW and QueryServiceStatus of one of them (MS-SCMR 3.1.4.11 and 3.1.4.7)."""
    call(connection, 5, 14, MANAGER + struct.pack("<IIII", 0x30, 3, 1024, 0), bytes(36))
    call(connection, 6, 16, MANAGER + ndr("Spooler") + struct.pack("<I", 4), SERVICE + bytes(4))
    call(connection, 7, 6, SERVICE, struct.pack("<IIIIIII", 0x110, 4, 1, 0, 0, 0, 0) + bytes(4))


# ---- PostgreSQL (its documentation, Message Formats) ----------------------------------------------------------


def postgresql(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!I", len(body) + 4) + body


READY = postgresql(b"Z", b"I")


def postgresql_login(connection, user: bytes):
    """Without a password."""
    names = b"user\0" + user + b"\0database\0moves\0\0"
    start = struct.pack("!II", len(names) + 8, 3 << 16) + names
    exchange(connection, start, postgresql(b"R", bytes(4)) + READY)


def postgresql_query(connection, statement: bytes, done: bytes):
    exchange(connection, postgresql(b"Q", statement + b"\0"), postgresql(b"C", done + b"\0") + READY)
