use super::path::{ElectronicKey, Logical, Object, Path, Route, Segment, Width};
use super::pccc::Pccc;
use super::wire::{
    ConnectionTriad, ForwardClose, ForwardOpen, ForwardOpened, Members, Reply, Request, UnconnectedSend, Way,
};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{prop_assert, prop_assert_eq, proptest};

fn shown(bytes: &[u8]) -> String {
    Object::of(Path::padded(bytes)).to_string()
}

#[test]
fn logical_segments_of_every_width_are_read() {
    // The form of volume 1, appendix C: class 5, instance 2, attribute 1.
    assert_eq!(shown(&[0x20, 0x05, 0x24, 0x02, 0x30, 0x01]), "Connection (0x05) instance 2 attribute 1");
    assert_eq!(shown(&[0x21, 0, 0x38, 0x03, 0x25, 0, 0x2C, 0x01]), "class 0x338 instance 300");
    assert_eq!(shown(&[0x20, 0x6B, 0x26, 0, 1, 0, 1, 0]), "Symbol (0x6B) instance 65537");
    assert_eq!(
        shown(&[0x20, 0x04, 0x24, 0x64, 0x2C, 0x65]),
        "Assembly (0x04) instance 100 connection point 101"
    );
    assert_eq!(Object::of(Path::packed(&[0x21, 5, 0, 0x24, 2])).to_string(), "Connection (0x05) instance 2");
}

#[test]
fn tag_names_read_as_programmers_write_them() {
    let mut path = Vec::new();
    let member = |value, width| Segment::Logical { kind: Logical::MEMBER, value, width };
    for segment in [
        Segment::Symbol(b"Program:Main"),
        Segment::Symbol(b"Par"),
        member(3, Width::Bits8),
        Segment::Symbol(b"X"),
    ] {
        segment.encode(true, &mut path);
    }
    assert_eq!(shown(&path), "symbol Program:Main.Par[3].X");
    let mut path = Vec::new();
    for segment in [Segment::Symbol(b"Grid"), member(1, Width::Bits8), member(70_000, Width::Bits32)] {
        segment.encode(true, &mut path);
    }
    assert_eq!(shown(&path), "symbol Grid[1,70000]");
    assert_eq!(shown(b"\x91\x04a\x1b\\b"), "symbol a\\x1b\\\\b");
    assert_eq!(shown(&[0x20, 0x6B, 0x25, 0, 9, 0, 0x28, 2]), "Symbol (0x6B) instance 9[2]");
}

#[test]
fn routes_name_every_hop() {
    let route = |bytes| Route(Path::padded(bytes)).to_string();
    assert_eq!(route(&[0x01, 0x00]), "1/0");
    assert_eq!(route(b"\x01\x01\x12\x0d192.168.10.20\x00\x01\x02"), "1/1,2/192.168.10.20,1/2");
    assert_eq!(route(&[0x0F, 0x12, 0x00, 0x07]), "18/7");
    assert_eq!(Path::padded(b"\x01\x01\x12\x01x\x00\x01\x02").slot(), Some(2));
}

#[test]
fn what_cannot_be_read_of_a_path_is_said() {
    assert_eq!(shown(&[0x20, 0x01, 0xE0, 0x00]), "Identity (0x01) unreadable path");
    assert_eq!(shown(&[0x91, 0x20, b'x']), "unreadable path");
    assert_eq!(shown(&[]), "object not told");
}

#[test]
fn a_key_a_safety_segment_and_an_inhibit_time_do_not_hide_the_application() {
    let path = [
        0x34, 0x04, 0x01, 0x00, 0x0E, 0x00, 0x36, 0x00, 0x10, 0x14, 0x43, 0x0A, 0x50, 0x01, 0xAA, 0xBB, 0x51,
        0x02, 1, 2, 3, 4, 0x20, 0x04, 0x24, 0x01, 0x2C, 0x64, 0x80, 0x01, 0x11, 0x22,
    ];
    assert_eq!(shown(&path), "Assembly (0x04) instance 1 connection point 100");
    let key =
        ElectronicKey { vendor: 1, device_type: 14, product_code: 54, major: 16, minor: 20, serial: None };
    assert_eq!(Path::padded(&path).segments().next(), Some(Segment::Key(key)));
}

fn name() -> impl Strategy<Value = &'static [u8]> {
    prop_oneof![Just(&b"Load"[..]), Just(&b"Net"[..]), Just(&b"Program:Main"[..])]
}

fn segment() -> impl Strategy<Value = Segment<'static>> {
    let width = |value: u32| match value {
        0..=0xFF => Width::Bits8,
        0x100..=0xFFFF => Width::Bits16,
        _ => Width::Bits32,
    };
    prop_oneof![
        (0..5_u8, any::<u32>(), 0..4_u32).prop_map(move |(kind, value, shift)| {
            let value = value >> (8 * shift);
            Segment::Logical { kind: Logical(kind), value, width: width(value) }
        }),
        (1..100_u16, name()).prop_map(|(port, link)| Segment::Port { port, link, extended: true }),
        (1..100_u16).prop_map(|port| Segment::Port { port, link: &[4], extended: false }),
        name().prop_map(Segment::Symbol),
        name().prop_map(Segment::ShortSymbol),
        Just(Segment::Data(&[1, 2, 3, 4])),
        Just(Segment::Network { subtype: 3, data: &[9] }),
        Just(Segment::Network { subtype: 0x11, data: &[1, 2, 3, 4] }),
        Just(Segment::Service(0x4C)),
        Just(Segment::OtherSymbol { format: 0xC7, data: &[1, 2] }),
        Just(Segment::OtherSymbol { format: 0x22, data: &[1, 2, 3, 4] }),
        (1..7_u8, any::<u16>()).prop_map(|(kind, value)| Segment::ExtendedLogical {
            kind,
            value: value.into(),
            width: Width::Bits16
        }),
        (any::<u16>(), any::<Option<u32>>()).prop_map(|(vendor, serial)| {
            let key =
                ElectronicKey { vendor, device_type: 14, product_code: 1, major: 0x81, minor: 2, serial };
            Segment::Key(key)
        }),
    ]
}

fn triad() -> impl Strategy<Value = ConnectionTriad> {
    (any::<u16>(), any::<u16>(), any::<u32>())
        .prop_map(|(serial, vendor, originator_serial)| ConnectionTriad { serial, vendor, originator_serial })
}

proptest! {
    #[test]
    fn paths_decode_to_the_segments_they_were_made_of(segments in vec(segment(), 0..8), packed: bool) {
        let mut bytes = Vec::new();
        segments.iter().for_each(|segment| segment.encode(!packed, &mut bytes));
        let path = Path { bytes: &bytes, packed };
        prop_assert_eq!(path.segments().collect::<Vec<_>>(), segments);
        prop_assert!(path.is_whole());
        prop_assert!(packed || bytes.len().is_multiple_of(2), "padded segments fill whole words");
    }

    #[test]
    fn any_path_is_walked_to_an_end(bytes in vec(any::<u8>(), 0..80), packed: bool) {
        let path = Path { bytes: &bytes, packed };
        prop_assert!(path.segments().count() <= bytes.len());
        let _ = (Object { path, attribute: Some(1) }.to_string(), Route(path).to_string(), path.slot());
    }

    #[test]
    fn requests_and_replies_encode_to_what_they_decode_from(bytes in vec(any::<u8>(), 0..60)) {
        let mut again = Vec::new();
        if let Ok(request) = Request::decode(&bytes) {
            request.encode(&mut again);
            prop_assert_eq!(&again, &bytes);
        } else if let Ok(reply) = Reply::decode(&bytes) {
            reply.encode(&mut again);
            prop_assert_eq!(&again, &bytes);
        }
    }

    #[test]
    fn wrapped_messages_encode_to_what_they_decode_from(message in vec(any::<u8>(), 0..40), ticks: u8) {
        let send = UnconnectedSend { priority: 7, ticks, message: &message, route: Path::padded(&[1, 0]) };
        let mut bytes = Vec::new();
        send.encode(&mut bytes);
        prop_assert_eq!(UnconnectedSend::decode(&bytes), Ok(send));
    }

    #[test]
    fn members_decode_to_what_they_were_made_of(members in vec(vec(any::<u8>(), 1..20), 0..9)) {
        let members: Vec<&[u8]> = members.iter().map(Vec::as_slice).collect();
        let mut bytes = Vec::new();
        Members::encode(&members, &mut bytes);
        prop_assert_eq!(Members::new(&bytes).collect::<Vec<_>>(), members);
    }

    #[test]
    fn members_of_any_bytes_never_hold_more_bytes_than_there_are(bytes in vec(any::<u8>(), 0..80)) {
        let held: usize = Members::new(&bytes).map(<[u8]>::len).sum();
        prop_assert!(held <= bytes.len());
    }

    #[test]
    fn opened_and_closed_connections_encode_to_what_they_decode_from(
        triad in triad(), ids: (u32, u32), rpi: u32, parameters: u16, large: bool, transport: u8,
    ) {
        let path = Path::padded(&[0x01, 0x00, 0x20, 0x02, 0x24, 0x01]);
        let parameters = if large { u32::from(parameters) << 8 } else { parameters.into() };
        let way = |id| Way { id, rpi, parameters };
        let (o_t, t_o) = (way(ids.0), way(ids.1));
        let open =
            ForwardOpen { large, priority: 7, ticks: 9, o_t, t_o, triad, multiplier: 1, transport, path };
        let mut bytes = Vec::new();
        open.encode(&mut bytes);
        prop_assert_eq!(ForwardOpen::decode(&bytes, large), Ok(open));
        let close = ForwardClose { priority: 7, ticks: 9, triad, path };
        bytes.clear();
        close.encode(&mut bytes);
        prop_assert_eq!(ForwardClose::decode(&bytes), Ok(close));
        let opened = ForwardOpened {
            o_t_id: ids.0, t_o_id: ids.1, triad, o_t_api: rpi, t_o_api: rpi, application: &[1, 2],
        };
        bytes.clear();
        opened.encode(&mut bytes);
        prop_assert_eq!(ForwardOpened::decode(&bytes), Ok(opened));
    }

    #[test]
    fn pccc_encodes_to_what_it_decodes_from(bytes in vec(any::<u8>(), 0..60)) {
        if let Ok(pccc) = Pccc::decode(&bytes) {
            let mut again = Vec::new();
            pccc.encode(&mut again);
            prop_assert_eq!(again, bytes);
        }
    }
}
