//! QUIC in `quic.log` and in `ssl.log`.

use crate::{Expected, compare, compare_columns};

const KEY: [&str; 4] = ["id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p"];

const HANDSHAKE: &str = "quic/zeek__quic-interop-quic-go_quic-go-handshake.pcap";
const ZERO_RTT: &str = "quic/zeek__quic-interop-quic-go_quic-go-zerortt.pcap";
const RETRY: &str = "quic/zeek__ppp-quic-interop-retry.pcap";

#[test]
fn quic_log_is_zeeks() {
    let logs = [
        expected(HANDSHAKE, "zeek__quic-interop-quic-go_quic-go-handshake/quic.log"),
        expected(ZERO_RTT, "zeek__quic-interop-quic-go_quic-go-zerortt/quic.log"),
        expected(RETRY, RETRIED_QUIC),
    ];
    compare("quic.log", &KEY, &[], &logs);
}

#[test]
fn ssl_log_has_the_lines_that_zeek_writes_for_quic() {
    let logs = [
        expected(HANDSHAKE, "zeek__quic-interop-quic-go_quic-go-handshake/ssl.log"),
        expected(ZERO_RTT, "zeek__quic-interop-quic-go_quic-go-zerortt/ssl.log"),
        expected(RETRY, RETRIED_SSL),
    ];
    compare("ssl.log", &KEY, &[], &logs);
}

#[test]
fn both_logs_have_zeeks_columns() {
    compare_columns("quic.log", ZERO_RTT, "zeek__quic-interop-quic-go_quic-go-zerortt/quic.log");
    compare_columns("ssl.log", ZERO_RTT, "zeek__quic-interop-quic-go_quic-go-zerortt/ssl.log");
}

const RETRIED_QUIC: &str =
    "zeek__ppp-quic-interop-retry/scripts.base.protocols.quic.interop.quic-go_quic-go.retry/quic.log";
const RETRIED_SSL: &str =
    "zeek__ppp-quic-interop-retry/scripts.base.protocols.quic.interop.quic-go_quic-go.retry/ssl.log";

const fn expected(capture: &'static str, log: &'static str) -> Expected {
    Expected { capture, log, columns: "", differences: &[] }
}
