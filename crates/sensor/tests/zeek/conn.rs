use crate::{Difference, Expected, compare, compare_columns};

const KEY: [&str; 5] = ["proto", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p"];

/// The columns that the tests of ICSNPP's PROFINET package keep.
const ENDS_AND_SERVICE: &str = "id.orig_h id.orig_p id.resp_h id.resp_p proto service";

const TUNNELS: &str = "Teredo, GTP and GENEVE are not opened: what is inside them is no conversation";
const TIME_OUTS: &str = "Zeek forgets a half-seen close after 5 s and a DNS exchange after 10 s, and what comes later is \
                         another row; here a connection is told until it is over or idle for long";
const CHECKSUMS: &str = "Zeek's test ignores checksums (-C), without which it would drop these packets; here they are \
                         read, and told as bad";
const FRAGMENTS: &str = "Zeek counts a packet that came in fragments once, here every frame counts";
const GIVEN_UP: &str =
    "Zeek's decoder gave up, which it tells as X, and as a service that was not one after all";
const ON_TOP: &str = "one conversation has one protocol here; that it goes on in TLS is in ssl.log";
const RECOGNISED: &str = "recognised by content, on any port and from one side alone";
const TURNED: &str = "both ports are 123: Zeek's decoder turns the direction after the first packet was counted for the \
                      other side, which leaves an answer without a responder";
const GROUPS: &str = "what is sent to a group on the link stays on it";
const ICMP_HEADERS: &str =
    "Zeek takes eight bytes of every ICMP message for its header; neighbour discovery's has four";

#[test]
fn conn_log_is_zeeks() {
    compare("conn.log", &KEY, &[], &LOGS);
}

#[test]
fn conn_log_has_zeeks_columns() {
    compare_columns("conn.log", "dhcp/zeek__dhcp-dhcp.pcap", "zeek__dhcp-dhcp/conn.log");
}

const fn whole(capture: &'static str, log: &'static str, differences: &'static [Difference]) -> Expected {
    Expected { capture, log, columns: "", differences }
}

const fn profinet(capture: &'static str, log: &'static str) -> Expected {
    Expected { capture, log, columns: ENDS_AND_SERVICE, differences: &[] }
}

const LOGS: [Expected; 23] = [
    whole("dhcp/zeek__dhcp-dhcp.pcap", "zeek__dhcp-dhcp/conn.log", &[]),
    whole(
        "dns/zeek__tunnels-Teredo.pcap",
        "zeek__tunnels-Teredo/core.tunnels.teredo/conn.log",
        &[
            ("icmp 2001:0:4137:9e50:8000:f12a:b9c8:2815 128 2001:4860:0:2001::68 129: not here", TUNNELS),
            ("icmp fe80::8000:f227:bec8:61af 134 fe80::8000:ffff:ffff:fffd 133: not here", TUNNELS),
            ("icmp fe80::8000:ffff:ffff:fffd 133 ff02::2 134: not here", TUNNELS),
            ("tcp 2001:0:4137:9e50:8000:f12a:b9c8:2815 1286 2001:4860:0:2001::68 80: not here", TUNNELS),
            ("udp 192.168.2.16 3797 65.55.158.80 3544: service -, not teredo", TUNNELS),
            ("udp 192.168.2.16 3797 83.170.1.38 32900: service -, not teredo", TUNNELS),
            ("tcp 192.168.2.16 1576 75.126.130.163 80:", TIME_OUTS),
            ("tcp 192.168.2.16 1577 75.126.203.78 80:", TIME_OUTS),
            ("udp 192.168.2.16 1920 192.168.2.1 53:", TIME_OUTS),
        ],
    ),
    whole(
        "ftp/zeek__ftp-fake-long-commands.pcap",
        "zeek__ftp-fake-long-commands/conn.log",
        &[("tcp 127.0.0.1 58634 127.0.0.1 21: history ShAdDaFf, not ShAdDaXFf", GIVEN_UP)],
    ),
    whole("ftp/zeek__ftp-fake-server-delays-all.pcap", "zeek__ftp-fake-server-delays-all/conn.log", &[]),
    whole(
        "ftp/zeek__ftp-ftp-invalid-reply-code.pcap",
        "zeek__ftp-ftp-invalid-reply-code/scripts.base.frameworks.analyzer.dpd-logging-configuration/conn.log",
        &[
            ("tcp 127.0.0.1 51354 127.0.0.1 21: failed_service (no column), not ftp", GIVEN_UP),
            ("tcp 127.0.0.1 51354 127.0.0.1 21: service ftp, not ftp,-ftp", GIVEN_UP),
        ],
    ),
    whole(
        "ftp/zeek__ftp-ftp-invalid-reply-code.pcap",
        "zeek__ftp-ftp-invalid-reply-code/scripts.base.protocols.ftp.ftp-invalid-reply-code/conn.log",
        &[("tcp 127.0.0.1 51354 127.0.0.1 21: service ftp, not -", GIVEN_UP)],
    ),
    whole(
        "http/zeek__http-concurrent-range-requests.pcap",
        "zeek__http-concurrent-range-requests/conn.log",
        &[],
    ),
    whole(
        "ldap_krb/zeek__ldap-ldap-starttls.pcap",
        "zeek__ldap-ldap-starttls/conn.log",
        &[("tcp 127.0.0.1 45936 127.0.1.1 389: service ldap_tcp, not ldap_tcp,ssl", ON_TOP)],
    ),
    whole(
        "malformed/zeek__tunnels-geneve-truncated.pcapng",
        "zeek__tunnels-geneve-truncated/conn.log",
        &[("udp 20.0.0.1 50901 20.0.0.2 6081: service -, not geneve", TUNNELS)],
    ),
    whole(
        "malformed/zeek__tunnels-gtp-gtp1_gn_normal_incl_fragmentation.pcap",
        "zeek__tunnels-gtp-gtp1_gn_normal_incl_fragmentation/conn.log",
        &[
            ("tcp 10.131.47.185 1923 79.101.110.141 80: not here", TUNNELS),
            ("udp 239.114.155.111 2152 63.94.149.181 2152: service -, not gtpv1", TUNNELS),
            ("udp 239.114.155.111 2152 63.94.149.181 2152: history DdCcc, not Dd", CHECKSUMS),
            ("udp 239.114.155.111 2152 63.94.149.181 2152: orig_pkts 28, not 27", FRAGMENTS),
            ("udp 239.114.155.111 2152 63.94.149.181 2152: resp_pkts 76, not 41", FRAGMENTS),
            ("udp 63.94.149.181 0 239.114.155.111 0: only here", FRAGMENTS),
        ],
    ),
    whole(
        "modbus/zeek__modbus-modbus-and-non-modbus-p502.pcap",
        "zeek__modbus-modbus-and-non-modbus-p502/conn.log",
        &[
            ("tcp 198.74.56.135 60293 192.168.10.111 502: service http, not -", RECOGNISED),
            ("tcp 62.122.184.123 7488 192.168.10.111 502: service rdp, not -", RECOGNISED),
        ],
    ),
    whole(
        "ntp_ptp/zeek__ntp-misordered-ntp.pcap",
        "zeek__ntp-misordered-ntp/conn.log",
        &[
            ("udp 192.168.1.95 123 17.253.4.253 123: not here", TURNED),
            ("udp 17.253.4.253 123 192.168.1.95 123: only here", TURNED),
        ],
    ),
    whole(
        "opcua/icsnpp-opcua-binary__open62541_client-server_mainloop.pcap",
        "icsnpp-opcua-binary__open62541_client-server_mainloop/conn.log",
        &[
            ("tcp ::1 56321 ::1 4840: history SChcAaDdFCcf, not ShAaDdFf", CHECKSUMS),
            ("tcp ::1 56322 ::1 4840: history SChcAaDdcCFf, not ShAaDdFf", CHECKSUMS),
            ("udp 127.0.0.1 62228 127.0.0.1 63329: history CDcd, not Dd", CHECKSUMS),
            ("udp 127.0.0.1 63974 127.0.0.1 58543: history CDcd, not Dd", CHECKSUMS),
            ("udp 127.0.0.1 62228 127.0.0.1 63329: service ntp, not -", RECOGNISED),
            ("udp 127.0.0.1 63974 127.0.0.1 58543: service dns, not -", RECOGNISED),
        ],
    ),
    profinet(
        "profinet/icsnpp-profinet-io-cm__profinet_io_cm_connect.pcapng",
        "icsnpp-profinet-io-cm__profinet_io_cm_connect/conn.log",
    ),
    profinet(
        "profinet/icsnpp-profinet-io-cm__profinet_io_cm_connect_minimal.pcapng",
        "icsnpp-profinet-io-cm__profinet_io_cm_connect_minimal/conn.log",
    ),
    profinet(
        "profinet/icsnpp-profinet-io-cm__profinet_io_cm_write.pcapng",
        "icsnpp-profinet-io-cm__profinet_io_cm_write/conn.log",
    ),
    whole(
        "quic/zeek__ppp-quic-interop-retry.pcap",
        "zeek__ppp-quic-interop-retry/core.ppp/conn.log",
        &[
            ("icmp :: 135 ff02::1:ff00:3 136: local_resp T, not F", GROUPS),
            ("icmp :: 135 ff02::1:ff00:4 136: local_resp T, not F", GROUPS),
            ("icmp :: 135 ff02::1:ff00:3 136: orig_bytes 56, not 48", ICMP_HEADERS),
            ("icmp :: 135 ff02::1:ff00:4 136: orig_bytes 56, not 48", ICMP_HEADERS),
            ("udp 193.167.0.100 42834 193.167.100.100 443: service quic, not -", RECOGNISED),
        ],
    ),
    whole("rdp/zeek__rdp-rdpeudp-handshake-fail.pcap", "zeek__rdp-rdpeudp-handshake-fail/conn.log", &[]),
    whole(
        "ssh/zeek__http-http-single-conn-22.pcap",
        "zeek__http-http-single-conn-22/scripts.base.protocols.ssh.http-port-22/conn.log",
        &[],
    ),
    whole(
        "ssh/zeek__http-http-single-conn-22.pcap",
        "zeek__http-http-single-conn-22/scripts.policy.frameworks.analyzer.detect-protocols/conn.log",
        &[],
    ),
    whole("ssh/zeek__ssh-server-pre-banner-data.pcap", "zeek__ssh-server-pre-banner-data/conn.log", &[]),
    whole(
        "tunnel_vlan/zeek__postgresql-greenhouse-app.pcap",
        "zeek__postgresql-greenhouse-app/conn.log",
        &[
            ("172.21.0.8 59060 172.21.0.6 5432: history SChcADadCcC, not ShADad", CHECKSUMS),
            ("172.21.0.9 52960 172.21.0.6 5432: history SChcADadCc, not ShADad", CHECKSUMS),
        ],
    ),
    whole(
        "tunnel_vlan/zeek__tunnels-teredo_bubble_with_payload.pcap",
        "zeek__tunnels-teredo_bubble_with_payload/conn.log",
        &[
            ("icmp 2001:0:4137:9e50:8000:f12a:b9c8:2815 128 2001:4860:0:2001::68 129: not here", TUNNELS),
            ("icmp fe80::8000:f227:bec8:61af 134 fe80::8000:ffff:ffff:fffd 133: not here", TUNNELS),
            ("icmp fe80::8000:ffff:ffff:fffd 133 ff02::2 134: not here", TUNNELS),
            ("tcp 2001:0:4137:9e50:8000:f12a:b9c8:2815 1286 2001:4860:0:2001::68 80: not here", TUNNELS),
            ("udp 192.168.2.16 3797 65.55.158.80 3544: service -, not teredo", TUNNELS),
            ("udp 192.168.2.16 3797 83.170.1.38 32900: service -, not teredo", TUNNELS),
        ],
    ),
];
