use crate::{Difference, Expected, compare, compare_columns};

const KEY: [&str; 5] = ["source", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p"];

/// What Zeek does only where a script asks for it, or guesses.
const APART: [Difference; 5] = [
    ("analyzers", "here every file is hashed and carved"),
    ("sha256", "here every file is hashed"),
    ("extracted", "here every file is carved"),
    ("extracted_cutoff", "here every file is carved"),
    ("extracted_size", "carving has no limit that Zeek's test sets"),
];

const NAMED: &str = "the name is the one that was asked for; Zeek takes only what the answer itself says";
const COMPLETE: &str = "that all was moved is known by the end that the protocol tells";
const RANGES: &str =
    "Zeek puts the ranges of one name together, whoever fetched them; here each answer is one transfer";

#[test]
fn files_log_is_zeeks() {
    compare("files.log", &KEY, &APART, &LOGS);
}

#[test]
fn files_log_has_zeeks_columns() {
    const LOG: &str = "zeek__smb-smb2readwrite/scripts.base.protocols.smb.smb2-read-write/files.log";
    compare_columns("files.log", "smb/zeek__smb-smb2readwrite.pcap", LOG);
}

const LOGS: [Expected; 3] = [
    Expected {
        capture: "ftp/zeek__ftp-retr.pcap",
        log: "zeek__ftp-retr/scripts.base.files.extract.limit/files.log",
        columns: "",
        differences: &[
            ("FTP_DATA 141.142.228.5 50737 141.142.192.162 38141: filename /README, not -", NAMED),
            ("FTP_DATA 141.142.228.5 50737 141.142.192.162 38141: total_bytes 16557, not -", COMPLETE),
        ],
    },
    Expected {
        capture: "http/zeek__http-concurrent-range-requests.pcap",
        log: "zeek__http-concurrent-range-requests/files.log",
        columns: "",
        differences: &[
            ("HTTP 192.168.0.107 58716 88.198.248.254 80:", RANGES),
            ("HTTP 192.168.0.107 58718 88.198.248.254 80:", RANGES),
            ("HTTP 192.168.0.107 58720 88.198.248.254 80:", RANGES),
        ],
    },
    Expected {
        capture: "smb/zeek__smb-smb2readwrite.pcap",
        log: "zeek__smb-smb2readwrite/scripts.base.protocols.smb.smb2-read-write/files.log",
        columns: "",
        differences: &[("SMB 169.254.128.18 49155 169.254.128.15 445: total_bytes 7000, not -", COMPLETE)],
    },
];
