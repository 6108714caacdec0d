//! What the writers write is what the reader reads.

use crate::told::{Told, open, packets, packets_of_any_time};
use proptest::prelude::*;
use quaywatch_capture::{MAXIMUM_SNAPLEN, pcap, pcapng};
use quaywatch_model::Timestamp;
use quaywatch_wire::LinkType;
use std::io::ErrorKind;

#[test]
fn a_written_pcapng_says_who_wrote_it_and_why() {
    let mut writer = pcapng::Writer::new(Vec::new(), "quaywatch", "cut around one operation").unwrap();
    let lan = writer.interface(LinkType::ETHERNET, "lan").unwrap();
    let raw = writer.interface(LinkType::RAW, "").unwrap();
    writer.packet(raw, Timestamp::from_nanos(7), &[1, 2, 3], "the stop").unwrap();
    writer.packet_cut(lan, Timestamp::from_nanos(8), &[4], 1_500, "").unwrap();
    let bytes = writer.finish().unwrap();
    let expected = [
        Told { frame: 1, nanos: 7, link: 101, bytes: vec![1, 2, 3], original: 3 },
        Told { frame: 2, nanos: 8, link: 1, bytes: vec![4], original: 1_500 },
    ];
    assert_eq!(packets(&bytes), expected);
    for text in ["quaywatch", "cut around one operation", "lan", "the stop"] {
        assert!(bytes.windows(text.len()).any(|window| window == text.as_bytes()), "{text}");
    }
}

#[test]
fn what_a_format_cannot_hold_is_refused_and_not_written() {
    let too_long = vec![0; MAXIMUM_SNAPLEN as usize + 1];
    let (epoch, before) = (Timestamp::from_nanos(0), Timestamp::from_nanos(-1));
    let past_2106 = Timestamp::from_nanos((1 << 32) * 1_000_000_000);
    let mut writer = pcap::Writer::new(Vec::new(), LinkType::ETHERNET).unwrap();
    for error in [
        writer.packet(epoch, &too_long),
        writer.packet(before, &[]),
        writer.packet(past_2106, &[]),
        writer.packet_cut(epoch, &[], 1 << 32),
    ] {
        assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidInput);
    }
    assert_eq!(writer.finish().unwrap().len(), 24);

    let long_text = "x".repeat(65_536);
    assert!(pcapng::Writer::new(Vec::new(), &long_text, "").is_err());
    let mut writer = pcapng::Writer::new(Vec::new(), "", "").unwrap();
    assert!(writer.interface(LinkType::ETHERNET, &long_text).is_err());
    let interface = writer.interface(LinkType::ETHERNET, "").unwrap();
    for error in [
        writer.packet(interface, epoch, &too_long, ""),
        writer.packet(interface, before, &[], ""),
        writer.packet(interface, epoch, &[], &long_text),
        writer.packet_cut(interface, epoch, &[], 1 << 32, ""),
    ] {
        assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidInput);
    }
    writer.packet(interface, past_2106, &[1], "").unwrap();
    assert_eq!(packets(&writer.finish().unwrap())[0].nanos, past_2106.nanos());
}

type Written = (u32, u32, Vec<u8>, u16, bool);

fn some_packets() -> impl Strategy<Value = Vec<Written>> {
    let bytes = prop_oneof![
        8 => prop::collection::vec(any::<u8>(), 0..200),
        1 => (0_usize..=262_144).prop_map(|length| vec![7; length]),
    ];
    prop::collection::vec((any::<u32>(), 0_u32..1_000_000_000, bytes, any::<u16>(), any::<bool>()), 0..40)
}

fn nanos(packet: &Written) -> i64 {
    i64::from(packet.0) * 1_000_000_000 + i64::from(packet.1)
}

fn expected(written: &[Written], link: impl Fn(&Written) -> u16) -> Vec<Told> {
    let told = |(packet, frame): (&Written, u64)| Told {
        frame,
        nanos: nanos(packet),
        link: link(packet),
        bytes: packet.2.clone(),
        original: packet.2.len() as u32 + u32::from(packet.3),
    };
    written.iter().zip(1..).map(told).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_packets_written_as_pcap_are_read_back(written in some_packets(), link in any::<u16>()) {
        let mut writer = pcap::Writer::new(Vec::new(), LinkType(link)).unwrap();
        for packet in &written {
            let original = packet.2.len() as u64 + u64::from(packet.3);
            writer.packet_cut(Timestamp::from_nanos(nanos(packet)), &packet.2, original).unwrap();
        }
        let bytes = writer.finish().unwrap();
        prop_assert!(packets_of_any_time(&bytes) == expected(&written, |_| link));
    }

    #[test]
    fn any_packets_written_as_pcapng_are_read_back(
        written in some_packets(),
        links in any::<[u16; 2]>(),
        texts in prop::array::uniform3("\\PC{0,20}"),
    ) {
        let [application, comment, note] = &texts;
        let mut writer = pcapng::Writer::new(Vec::new(), application, comment).unwrap();
        let interfaces = links.map(|link| writer.interface(LinkType(link), note).unwrap());
        for packet in &written {
            let original = packet.2.len() as u64 + u64::from(packet.3);
            let (interface, time) = (interfaces[usize::from(packet.4)], Timestamp::from_nanos(nanos(packet)));
            writer.packet_cut(interface, time, &packet.2, original, note).unwrap();
        }
        let bytes = writer.finish().unwrap();
        prop_assert!(packets_of_any_time(&bytes) == expected(&written, |packet| links[usize::from(packet.4)]));
        prop_assert!(open(&[&bytes, &bytes], &[]).is_ok());
    }
}
