//! What is said of inputs that cannot be read at all.

use crate::build::{MICROSECONDS, Order, gzip, pcap_header, section, some_pcap, some_pcapng, zstd};
use crate::told::{Trickle, open};
use quaywatch_capture::{Batch, CaptureError, Captures, Source};
use std::io::{self, Read};
use std::path::Path;

fn message(bytes: &[u8]) -> String {
    open(&[bytes], &[]).err().unwrap().to_string()
}

#[test]
fn what_is_no_capture_is_named_where_it_is_known() {
    assert_eq!(
        message(b"PK\x03\x04 and more"),
        "input 0 is not a capture: at byte 0 it starts with 50 4B 03 04 20 61 6E 64 (a zip archive); expected a pcap \
         or pcapng header"
    );
    assert!(message(b"once upon a time").contains("starts with 6F 6E 63 65 20 75 70 6F (text)"));
    assert!(message(&[0, 1, 2]).contains("starts with 00 01 02; expected"));
    assert_eq!(
        message(&gzip(b"{\"json\": true}")),
        "input 0 is not a capture: at byte 0 inside the gzip data it starts with 7B 22 6A 73 6F 6E 22 3A (JSON text); \
         expected a pcap or pcapng header"
    );
}

#[test]
fn empty_inputs_are_called_empty() {
    assert_eq!(message(&[]), "input 0 is empty: 0 bytes; expected a pcap or pcapng header");
    let inside = "input 0 is empty: 0 bytes inside the zstd data; expected a pcap or pcapng header";
    assert_eq!(message(&zstd(&[])), inside);
}

#[test]
fn a_header_that_is_cut_short_says_where_and_what_it_needs() {
    let expected = "input 0 ends at byte 23, inside its pcap file header; expected at least 24 bytes";
    assert_eq!(message(&some_pcap(1)[..23]), expected);
    let expected = "input 0 ends at byte 12, inside its pcapng section header; expected at least 24 bytes";
    assert_eq!(message(&some_pcapng(Order::Big, 1)[..12]), expected);
    let cut = gzip(&some_pcap(0));
    assert!(message(&cut[..14]).contains("inside the gzip data"), "{}", message(&cut[..14]));
}

#[test]
fn unknown_versions_and_headers_that_cannot_be_are_told_with_offset_and_expectation() {
    assert_eq!(
        message(&pcap_header(Order::Big, MICROSECONDS, (3, 0), 1)),
        "input 0 says at byte 4 that it is pcap version 3.0; expected 2.4 or an older 2.x"
    );
    assert_eq!(
        message(&section(Order::Little, (1, 1), &[])),
        "input 0 says at byte 12 that it is pcapng version 1.1; expected 1.0 or 1.2"
    );
    let mut bytes = section(Order::Little, (1, 0), &[]);
    bytes[4] = 27;
    assert_eq!(
        message(&bytes),
        "input 0 has a pcapng section header of 27 bytes at byte 4; expected a multiple of 4, at least 28"
    );
    bytes[8] = 0;
    assert_eq!(
        message(&bytes),
        "input 0 has no byte-order magic of pcapng at byte 8; expected 1A 2B 3C 4D or 4D 3C 2B 1A"
    );
}

#[test]
fn paths_that_cannot_be_opened_say_why() {
    let open = |path: &Path| Captures::open(&[Source::Path(path.into())]).err().unwrap();
    let folder = std::env::temp_dir();
    assert!(matches!(open(&folder), CaptureError::Directory { .. }));
    assert!(open(&folder).to_string().contains("is a directory; expected a pcap or pcapng file"));
    let missing = open(&folder.join("quaywatch there is no such file.pcap"));
    assert!(matches!(missing, CaptureError::Unopened { .. }), "{missing}");
    assert!(missing.to_string().contains("no such file.pcap cannot be opened: "));
}

#[test]
fn names_cannot_steer_a_terminal() {
    let source = Source::from_argument("a\u{1b}[2Jb");
    assert_eq!(source.name(), "a\\u{1b}[2Jb");
    assert_eq!(Source::from_argument("-"), Source::Stdin);
    assert_eq!(Source::Stdin.name(), "standard input");
}

/// Fails where the bytes end.
struct Failing(Trickle);

impl Read for Failing {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self.0.read(out)? {
            0 => Err(io::Error::other("the disk is gone")),
            count => Ok(count),
        }
    }
}

#[test]
fn a_system_error_comes_after_the_packets_before_it() {
    for cut in [0, 10] {
        let bytes = some_pcap(5);
        let kept = bytes.len() - cut;
        let reader = Box::new(Failing(Trickle::new(&bytes[..kept], &[])));
        let mut captures = Captures::from_readers(vec![("disk".into(), reader)]).unwrap();
        let mut batch = Batch::new();
        assert!(captures.next_batch(&mut batch).unwrap());
        assert_eq!(batch.len(), if cut == 0 { 5 } else { 4 });
        let error = captures.next_batch(&mut batch).unwrap_err().to_string();
        let expected = format!(
            "disk cannot be read past byte {kept}: the disk is gone; expected more of the capture or its end"
        );
        assert_eq!(error, expected);
        assert!(!captures.next_batch(&mut batch).unwrap());
    }
}
