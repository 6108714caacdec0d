"""Frames for captures that are made: Ethernet, ARP, IPv4, UDP, TCP, ICMP, and the pcap file around them.

Time goes only as it is told, and nothing is drawn at random: the same calls give the same file, byte for byte.
"""

import dataclasses
import ipaddress
import struct

BROADCAST = "ff:ff:ff:ff:ff:ff"
NOBODY = "00:00:00:00:00:00"
ARP, IPV4, IPV6 = 0x0806, 0x0800, 0x86DD
ICMP, TCP, UDP, ICMPV6, VRRP = 1, 6, 17, 58, 112
SYN, PUSH, ACK, FIN = 0x02, 0x08, 0x10, 0x01
# What two frames of an exchange are apart: a quick answer on a LAN.
ANSWER_NANOS = 400_000


@dataclasses.dataclass(frozen=True)
class Host:
    """One side. `mac` is that of the router for who is behind one; it may send from another than it is sent to."""

    ip: str
    mac: str
    hops: int = 64
    sends_from: str = ""

    def at(self, ip: str) -> "Host":
        """The same machine with another address."""
        return dataclasses.replace(self, ip=ip)


class Capture:
    """Frames in order of time. `kept` is how many bytes of each are captured."""

    def __init__(self, starts: int, kept: int = 0x40000):
        self.now = starts * 1_000_000_000
        self.kept = kept
        self.packets: list[tuple[int, int, bytes]] = []
        self.ids = 0
        self.ports = 49_152

    def wait(self, seconds: float) -> None:
        self.now += round(seconds * 1e9)

    def frame(self, source: str, target: str, ethertype: int, body: bytes) -> None:
        frame = mac(target) + mac(source) + struct.pack("!H", ethertype) + body
        self.packets.append((self.now, max(len(frame), 60), frame.ljust(60, b"\0")[: self.kept]))
        self.now += ANSWER_NANOS

    def pcap(self) -> bytes:
        """Classic pcap, nanoseconds, Ethernet."""
        out = bytearray(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, self.kept, 1))
        for time, length, frame in self.packets:
            out += struct.pack("<IIII", *divmod(time, 1_000_000_000), len(frame), length) + frame
        return bytes(out)

    # ---- ARP (RFC 826) ------------------------------------------------------------------------------------

    def who_has(self, asks: Host, wanted: str) -> None:
        body = mac(asks.mac) + ip(asks.ip) + mac(NOBODY) + ip(wanted)
        self.frame(asks.mac, BROADCAST, ARP, bytes.fromhex("0001080006040001") + body)

    def is_at(self, says: Host, to: Host) -> None:
        body = mac(says.mac) + ip(says.ip) + mac(to.mac) + ip(to.ip)
        self.frame(says.mac, to.mac, ARP, bytes.fromhex("0001080006040002") + body)

    # ---- IPv4 (RFC 791) and what it carries ---------------------------------------------------------------

    def packet(self, source: Host, target: Host, protocol: int, body: bytes) -> None:
        self.ids = (self.ids + 1) & 0xFFFF
        head = struct.pack(
            "!BBHHHBBH4s4s",
            0x45, 0, 20 + len(body), self.ids, 0x4000, source.hops, protocol, 0, ip(source.ip), ip(target.ip),
        )  # fmt: skip
        head = head[:10] + checksum(head) + head[12:]
        self.frame(source.sends_from or source.mac, target.mac, IPV4, head + body)

    def udp(self, source: tuple[Host, int], target: tuple[Host, int], data: bytes) -> None:
        (sender, port), (receiver, other) = source, target
        head = struct.pack("!HHHH", port, other, 8 + len(data), 0)
        self.packet(sender, receiver, UDP, with_checksum(sender, receiver, UDP, head + data, 6))

    def echo(self, asks: Host, answers: Host, number: int, data: bytes, back: bytes | None) -> None:
        """Echo request and reply (RFC 792); no reply where there is nothing to go back."""
        for kind, source, target, payload in ((8, asks, answers, data), (0, answers, asks, back)):
            if payload is None:
                continue
            body = struct.pack("!BBHHH", kind, 0, 0, 0x1A2B, number) + payload
            self.packet(source, target, ICMP, body[:2] + checksum(body) + body[4:])

    def syn(self, client: Host, server: Host, port: int, answer: int = 0) -> None:
        """An attempt to connect that is not answered, or with the flags of `answer`."""
        self.ports += 1
        attempt = Connection(self, client, server, port, self.ports)
        attempt.segment(client, SYN, b"")
        if answer:
            attempt.sent[client] += 1
            attempt.segment(server, answer, b"")

    def connect(self, client: Host, server: Host, port: int) -> "Connection":
        self.ports += 1
        connection = Connection(self, client, server, port, self.ports)
        connection.segment(client, SYN, b"")
        connection.sent[client] += 1
        connection.segment(server, SYN | ACK, b"")
        connection.sent[server] += 1
        connection.segment(client, ACK, b"")
        return connection

    # ---- IPv6 (RFC 8200) ----------------------------------------------------------------------------------

    def icmp6(self, source: Host, target: str, target_mac: str, body: bytes) -> None:
        ends = ipaddress.IPv6Address(source.ip).packed + ipaddress.IPv6Address(target).packed
        sum_ = checksum(ends + struct.pack("!II", len(body), ICMPV6) + body)
        head = struct.pack("!IHBB", 0x60000000, len(body), ICMPV6, 255) + ends
        self.frame(source.mac, target_mac, IPV6, head + body[:2] + sum_ + body[4:])


class Connection:
    """A TCP connection (RFC 9293)."""

    def __init__(self, capture: Capture, client: Host, server: Host, port: int, own: int):
        self.capture, self.client, self.server = capture, client, server
        self.port_of = {client: own, server: port}
        self.sent = {client: 1000, server: 5000}

    def asks(self, data: bytes) -> None:
        self.says(self.client, data)

    def answers(self, data: bytes) -> None:
        self.says(self.server, data)

    def says(self, who: Host, data: bytes) -> None:
        self.segment(who, PUSH | ACK, data)
        self.sent[who] += len(data)

    def acknowledges(self, who: Host) -> None:
        self.segment(who, ACK, b"")

    def close(self) -> None:
        for who in (self.client, self.server):
            self.segment(who, FIN | ACK, b"")
            self.sent[who] += 1
        self.segment(self.client, ACK, b"")

    def segment(self, who: Host, flags: int, data: bytes) -> None:
        other = self.server if who is self.client else self.client
        heard = self.sent[other] & 0xFFFFFFFF if flags & ACK else 0
        head = struct.pack(
            "!HHIIBBHHH", self.port_of[who], self.port_of[other], self.sent[who] & 0xFFFFFFFF, heard, 0x50, flags, 64_240, 0, 0
        )
        self.capture.packet(who, other, TCP, with_checksum(who, other, TCP, head + data, 16))


def with_checksum(source: Host, target: Host, protocol: int, segment: bytes, at: int) -> bytes:
    pseudo = ip(source.ip) + ip(target.ip) + struct.pack("!HH", protocol, len(segment))
    sum_ = checksum(pseudo + segment)
    return segment[:at] + (b"\xff\xff" if sum_ == b"\0\0" and protocol == UDP else sum_) + segment[at + 2 :]


def checksum(data: bytes) -> bytes:
    """The Internet checksum (RFC 1071)."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!H", ~total & 0xFFFF)


def ip(text: str) -> bytes:
    return bytes(map(int, text.split(".")))


def mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))
