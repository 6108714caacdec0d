//! Plays any bytes as a conversation of EtherNet/IP: the first byte says whether over a stream or datagrams.
#![no_main]

use libfuzzer_sys::fuzz_target;
use quaywatch_protocols::testing::fuzz_conversation;
use quaywatch_protocols::{PROTOCOLS, Transport};

fuzz_target!(|data: &[u8]| {
    let Some((&transport, data)) = data.split_first() else { return };
    let transport = if transport & 1 == 0 { Transport::Tcp } else { Transport::Udp };
    for protocol in PROTOCOLS.iter().filter(|protocol| protocol.name == "enip") {
        fuzz_conversation(protocol, transport, [50_000, 44_818], data);
    }
});
