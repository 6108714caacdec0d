//! The names Zeek's `dns.log` gives the numbers of the IANA registry *Domain Name System (DNS) Parameters*.

use std::borrow::Cow;

fn or_number(name: Option<&'static str>, what: &str, number: u16) -> Cow<'static, str> {
    name.map_or_else(|| format!("{what}-{number}").into(), Cow::Borrowed)
}

/// A query type.
pub(super) fn kind(number: u16) -> Cow<'static, str> {
    let name = match number {
        1..=65 => usize::from(number)
            .checked_sub(1)
            .and_then(|at| FIRST.get(at))
            .copied()
            .filter(|name| !name.is_empty()),
        99..=109 => usize::from(number).checked_sub(99).and_then(|at| HUNDREDS.get(at)).copied(),
        249..=257 => usize::from(number).checked_sub(249).and_then(|at| QUESTIONS.get(at)).copied(),
        32768 => Some("TA"),
        32769 => Some("DLV"),
        65281 => Some("WINS"),
        65282 => Some("WINS-R"),
        65422 => Some("XPF"),
        65521 => Some("INTEGRITY"),
        _ => None,
    };
    or_number(name, "query", number)
}

/// Types 1 to 65; empty where there is none.
#[rustfmt::skip]
const FIRST: [&str; 65] = [
    "A", "NS", "MD", "MF", "CNAME", "SOA", "MB", "MG", "MR", "NULL",
    "WKS", "PTR", "HINFO", "MINFO", "MX", "TXT", "RP", "AFSDB", "X25", "ISDN",
    "RT", "NSAP", "NSAP-PTR", "SIG", "KEY", "PX", "GPOS", "AAAA", "LOC", "NXT",
    "EID", "NIMLOC", "SRV", "ATMA", "NAPTR", "KX", "CERT", "A6", "DNAME", "SINK",
    "OPT", "APL", "DS", "SSHFP", "IPSECKEY", "RRSIG", "NSEC", "DNSKEY", "DHCID", "NSEC3",
    "NSEC3PARAM", "TLSA", "SMIMEA", "", "HIP", "NINFO", "RKEY", "TALINK", "CDS", "CDNSKEY",
    "OPENPGPKEY", "CSYNC", "ZONEMD", "SVCB", "HTTPS",
];
/// Types 99 to 109.
const HUNDREDS: [&str; 11] =
    ["SPF", "UINFO", "UID", "GID", "UNSPEC", "NID", "L32", "L64", "LP", "EUI48", "EUI64"];
/// Types 249 to 257.
const QUESTIONS: [&str; 9] = ["TKEY", "TSIG", "IXFR", "AXFR", "MAILB", "MAILA", "*", "URI", "CAA"];

/// A class.
pub(super) fn class(number: u16) -> Cow<'static, str> {
    let name = match number {
        1 => Some("C_INTERNET"),
        2 => Some("C_CSNET"),
        3 => Some("C_CHAOS"),
        4 => Some("C_HESIOD"),
        254 => Some("C_NONE"),
        255 => Some("C_ANY"),
        _ => None,
    };
    or_number(name, "qclass", number)
}

/// A response code of the header, 0 to 15.
pub(super) fn rcode(number: u16) -> Cow<'static, str> {
    const NAMES: [&str; 11] = [
        "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSet",
        "NOTAUTH", "NOTZONE",
    ];
    or_number(NAMES.get(usize::from(number)).copied(), "unassigned", number)
}

/// An opcode.
pub(super) fn opcode(number: u8, netbios: bool) -> Cow<'static, str> {
    let (name, what) = if netbios {
        let name = match number {
            0 => Some("netbios-query"),
            5 => Some("netbios-registration"),
            6 => Some("netbios-release"),
            7 => Some("netbios-wack"),
            8 => Some("netbios-refresh"),
            _ => None,
        };
        (name, "netbios-opcode")
    } else {
        let name = match number {
            0 => Some("query"),
            1 => Some("iquery"),
            2 => Some("server-status"),
            4 => Some("notify"),
            5 => Some("dynamic-update"),
            6 => Some("dso"),
            _ => None,
        };
        (name, "opcode")
    };
    or_number(name, what, number.into())
}
