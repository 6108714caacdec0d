use super::PROTOCOL;
use crate::testing::play;
use crate::{Answer, Probe, Transport};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::proptest;
use quaywatch_model::Side::{A, B};

const NOTIFY: &[u8] = b"NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nNT: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\n\
    NTS: ssdp:alive\r\nServer: Linux/3.4 UPnP/1.0 Teltonika/1\r\nLOCATION: http://192.168.1.1:1900/rootDesc.xml\r\n\r\n";

#[test]
fn an_announcement_tells_software_kind_and_role() {
    let heard = play(&PROTOCOL, Transport::Udp, [1900, 1900], &[(A, NOTIFY), (A, NOTIFY)]);
    assert_eq!(
        heard.facts,
        [
            "A capability: \"urn:schemas-upnp-org:device:InternetGatewayDevice:1\"",
            "A role: \"router\"",
            "A software: \"Linux/3.4 UPnP/1.0 Teltonika/1\"",
            "A description: \"http://192.168.1.1:1900/rootDesc.xml\"",
        ],
        "and what is repeated is not told again"
    );
}

#[test]
fn the_probe_takes_no_other_http() {
    let ask = |bytes| {
        (PROTOCOL.probe)(&Probe {
            transport: Transport::Udp,
            ports: [50_000, 1900],
            from: A,
            bytes,
            answer: &[],
            expected: None,
        })
    };
    assert_eq!(ask(NOTIFY), Answer::Certain);
    assert_eq!(ask(b"M-SEARCH * HTTP/1.1\r\nMAN: \"ssdp:discover\"\r\n\r\n"), Answer::Certain);
    assert_eq!(ask(b"HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\n\r\n"), Answer::Certain);
    assert_eq!(ask(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nST: "), Answer::No);
    assert_eq!(ask(b"GET * HTTP/1.1\r\n"), Answer::No);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in vec(any::<u8>(), 0..96)) {
        let bytes = [&b"HTTP/1.1 200 OK\r\n"[..], &bytes].concat();
        let _ = play(&PROTOCOL, Transport::Udp, [1, 1900], &[(A, &bytes), (B, &bytes)]);
    }
}
