//! `http.log`, and that the files in it are those of `files.log`.

use crate::{Difference, Expected, compare, compare_columns, corpus, rows, written};
use std::fs;

const KEY: [&str; 3] = ["id.orig_h", "id.orig_p", "trans_depth"];

/// What every line differs in.
const APART: [Difference; 3] = [
    ("orig_fuids", "Zeek's are random, and it takes every body for a file; here only what is a file is one"),
    ("resp_fuids", "likewise"),
    ("password", "passwords are never told"),
];

const TUNNELS: &str = "Teredo and GTP are not opened: what is inside them is no conversation";
const SEPARATOR: &str = "Zeek counts the end of line that should separate the head from this body";
const INTERLEAVED: &str = "Zeek drops the name of a file whose head stands between others";

#[test]
fn http_log_is_zeeks() {
    compare("http.log", &KEY, &APART, &LOGS);
}

#[test]
fn http_log_has_zeeks_columns() {
    compare_columns("http.log", "http/zeek__http-100-continue.pcap", "zeek__http-100-continue/http.log");
}

/// Every file of HTTP in `files.log` is in one line of `http.log`, on its side and with its type, and no other file is.
#[test]
fn the_files_of_http_log_are_those_of_files_log() {
    let Some(root) = corpus() else { return };
    let mut seen = 0;
    let captures = ["http", "smb", "dns", "malformed"].map(|folder| fs::read_dir(root.join(folder)).unwrap());
    for capture in captures.into_iter().flatten().map(|entry| entry.unwrap().path()) {
        if capture.is_dir() {
            continue;
        }
        let [files, lines] = ["files.log", "http.log"].map(|log| rows(&written(&capture, log), ""));
        let mut told = Vec::new();
        for line in &lines {
            for (side, is_orig) in [("orig", "T"), ("resp", "F")] {
                let column = |name: &str| line[&format!("{side}_{name}")].clone();
                let (fuids, types) = (column("fuids"), column("mime_types"));
                let types: Vec<_> = types.split(',').filter(|kind| *kind != "-").collect();
                let fuids: Vec<_> = fuids.split(',').filter(|fuid| *fuid != "-").collect();
                let mut found = Vec::new();
                for fuid in &fuids {
                    let file = files.iter().find(|file| file["fuid"] == **fuid).unwrap();
                    assert_eq!((&file["uid"], &*file["is_orig"]), (&line["uid"], is_orig), "{capture:?}");
                    found.extend(Some(file["mime_type"].as_str()).filter(|kind| *kind != "-"));
                }
                assert!(fuids.is_empty() || found == types, "{capture:?}: {found:?}, {types:?}");
                told.extend(fuids.iter().map(|fuid| (*fuid).to_owned()));
            }
        }
        let mut of_http: Vec<_> =
            files.iter().filter(|file| file["source"] == "HTTP").map(|file| file["fuid"].clone()).collect();
        told.sort();
        of_http.sort();
        assert_eq!(told, of_http, "{capture:?}");
        of_http.dedup();
        assert_eq!(told.len(), of_http.len(), "{capture:?}: no two files have one name");
        seen += told.len();
    }
    assert!(seen > 10, "{seen} files");
}

const fn whole(capture: &'static str, log: &'static str, differences: &'static [Difference]) -> Expected {
    Expected { capture, log, columns: "", differences }
}

const LOGS: [Expected; 10] = [
    whole("http/zeek__http-100-continue.pcap", "zeek__http-100-continue/http.log", &[]),
    whole("http/zeek__http-basic-auth-with-colon.pcap", "zeek__http-basic-auth-with-colon/http.log", &[]),
    whole(
        "http/zeek__http-basic-auth-with-extra-space.pcap",
        "zeek__http-basic-auth-with-extra-space/http.log",
        &[],
    ),
    whole(
        "http/zeek__http-concurrent-range-requests.pcap",
        "zeek__http-concurrent-range-requests/http.log",
        &[],
    ),
    whole(
        "http/zeek__http-interleaved-http-entity.pcap",
        "zeek__http-interleaved-http-entity/http.log",
        &[("127.0.0.1 35474 1: resp_filenames test.txt, not -", INTERLEAVED)],
    ),
    whole("http/zeek__http-websocket.pcap", "zeek__http-websocket/http.log", &[]),
    whole(
        "ssh/zeek__http-http-single-conn-22.pcap",
        "zeek__http-http-single-conn-22/scripts.base.protocols.ssh.http-port-22/http.log",
        &[("10.0.0.1 51889 1: response_body_len 12630, not 12632", SEPARATOR)],
    ),
    whole(
        "dns/zeek__tunnels-Teredo.pcap",
        "zeek__tunnels-Teredo/core.tunnels.teredo/http.log",
        &[
            ("2001:0:4137:9e50:8000:f12a:b9c8:2815 1286 1: not here", TUNNELS),
            ("2001:0:4137:9e50:8000:f12a:b9c8:2815 1286 2: not here", TUNNELS),
        ],
    ),
    whole(
        "tunnel_vlan/zeek__tunnels-teredo_bubble_with_payload.pcap",
        "zeek__tunnels-teredo_bubble_with_payload/http.log",
        &[
            ("2001:0:4137:9e50:8000:f12a:b9c8:2815 1286 1: not here", TUNNELS),
            ("2001:0:4137:9e50:8000:f12a:b9c8:2815 1286 2: not here", TUNNELS),
        ],
    ),
    whole(
        "malformed/zeek__tunnels-gtp-gtp1_gn_normal_incl_fragmentation.pcap",
        "zeek__tunnels-gtp-gtp1_gn_normal_incl_fragmentation/http.log",
        &[("10.131.47.185 1923 1: not here", TUNNELS)],
    ),
];
