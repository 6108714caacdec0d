//! Vectors of OPC 10000-6, 5.2.2, and how values are told.

use super::super::builtin::{DateTime, DiagnosticInfo, Guid, NodeId, StatusCode, Text};
use super::super::codec::{Decoder, FlawKind, MAX_DEPTH, Wire};
use super::super::variant::{DataValue, Scalar, Variant};
use super::hex;
use quaywatch_model::Timestamp;

fn read<'a, T: Wire<'a>>(bytes: &'a [u8]) -> T {
    let mut from = Decoder::new(bytes);
    let value = T::read(&mut from, "value");
    assert_eq!(from.finish(), Ok(()));
    value
}

fn told(variant: &Variant<'_>) -> String {
    let mut text = String::new();
    variant.tell(&mut |value| text = value.map_or("nothing".to_owned(), |value| value.to_string()));
    text
}

#[test]
fn node_ids_read_and_show_as_the_standard_writes_them() {
    // 5.2.2.9, the tables of examples.
    let shown = |text| read::<NodeId<'_>>(&hex(text)).to_string();
    assert_eq!(shown("00 48"), "i=72");
    assert_eq!(shown("01 05 01 04"), "ns=5;i=1025");
    assert_eq!(shown("03 01 00 06 00 00 00 48 6f 74 e6 b0 b4"), "ns=1;s=Hot\u{6c34}");
    assert_eq!(
        shown("04 02 00 91 2b 96 72 75 fa e6 4a 8d 28 b4 04 dc 7d af 63"),
        "ns=2;g=72962b91-fa75-4ae6-8d28-b404dc7daf63"
    );
    assert_eq!(shown("02 03 00 ff ff ff ff"), "ns=3;i=4294967295");
    assert_eq!(shown("05 01 00 04 00 00 00 4d 61 6e 79"), "ns=1;b=TWFueQ==");
}

#[test]
fn strings_floats_and_guids_read_as_in_the_standard() {
    // 5.2.2.3, 5.2.2.4, 5.2.2.6.
    assert_eq!(read::<f32>(&hex("00 00 d0 c0")), -6.5);
    assert_eq!(read::<u32>(&hex("00 ca 9a 3b")), 1_000_000_000);
    assert_eq!(read::<Text<'_>>(&hex("06 00 00 00 e6 b0 b4 42 6f 79")).to_string(), "\u{6c34}Boy");
    assert_eq!(read::<Text<'_>>(&hex("ff ff ff ff")), Text(None));
    let guid = read::<Guid>(&hex("91 2b 96 72 75 fa e6 4a 8d 28 b4 04 dc 7d af 63"));
    assert_eq!(guid.to_string(), "72962b91-fa75-4ae6-8d28-b404dc7daf63");
}

#[test]
fn times_count_from_1601() {
    assert_eq!(DateTime(116_444_736_000_000_000).to_string(), "1970-01-01T00:00:00.000000000Z");
    assert_eq!(DateTime(132_223_104_000_000_001).to_string(), "2020-01-01T00:00:00.000000100Z");
    assert_eq!(DateTime(0).to_string(), "0 ticks since 1601");
    for nanos in [0, -1_800, 1_577_836_800_000_000_100] {
        let time = Timestamp::from_nanos(nanos);
        assert_eq!(DateTime::of(time).timestamp(), Some(time));
    }
    assert_eq!(DateTime(i64::MAX).to_string(), "9223372036854775807 ticks since 1601");
}

#[test]
fn text_of_a_peer_cannot_steer_a_terminal() {
    assert_eq!(Text(Some(b"a\x1b[2J\xff")).to_string(), "a\\u{1b}[2J\u{fffd}");
}

#[test]
fn status_codes_are_named_by_their_upper_half() {
    assert_eq!(StatusCode(0x801f_0000).to_string(), "BadUserAccessDenied (0x801F0000)");
    assert_eq!(StatusCode(0x0030_0480).to_string(), "GoodClamped (0x00300480)");
    assert_eq!(StatusCode(0x8fff_0000).to_string(), "unknown (0x8FFF0000)");
}

#[test]
fn values_keep_their_type() {
    let told = |text: &str| told(&read::<Variant<'_>>(&hex(text)));
    assert_eq!(told("00"), "nothing");
    assert_eq!(told("01 01"), "true");
    assert_eq!(told("02 ff"), "-1");
    assert_eq!(told("06 d6 ff ff ff"), "-42");
    assert_eq!(told("07 2a 00 00 00"), "42");
    assert_eq!(told("0a 00 00 d0 c0"), "-6.5");
    assert_eq!(told("0c 02 00 00 00 68 69"), "\"hi\"");
    assert_eq!(told("0f 02 00 00 00 68 69"), "6869");
    assert_eq!(told("11 01 05 01 04"), "ns=5;i=1025");
    assert_eq!(told("14 02 00 02 00 00 00 68 69"), "2:hi");
    assert_eq!(told("15 02 02 00 00 00 68 69"), "\"hi\"");
    assert_eq!(told("13 00 00 34 80"), "BadNodeIdUnknown (0x80340000)");
}

#[test]
fn arrays_matrices_and_nested_variants_are_told_in_order() {
    let told = |text: &str| told(&read::<Variant<'_>>(&hex(text)));
    assert_eq!(told("85 02 00 00 00 01 00 02 00"), "[1, 2]");
    assert_eq!(told("85 ff ff ff ff"), "[]");
    assert_eq!(told("83 03 00 00 00 01 02 ff"), "0102ff");
    assert_eq!(told("c3 02 00 00 00 01 02 02 00 00 00 01 00 00 00 02 00 00 00"), "0102");
    assert_eq!(told("98 02 00 00 00 01 00 82 01 00 00 00 ff"), "[false, [-1]]");
    assert_eq!(told("17 03 05 07 00 00 00 00 40"), "7");
    assert_eq!(told("16 01 00 2a 00 01 02 00 00 00 be ef"), "[i=42, beef]");
}

#[test]
fn a_data_value_has_its_fields_in_the_standards_order() {
    // 5.2.2.17: value, status, source time, source picoseconds, server time, server picoseconds.
    let bytes = hex("3f 01 01 00 00 00 40 0100000000000000 0200 0300000000000000 0400");
    let value: DataValue<'_> = read(&bytes);
    assert_eq!((value.status, value.source_time.0, value.server_time.0), (StatusCode(0x4000_0000), 1, 3));
    assert_eq!((value.source_picoseconds, value.server_picoseconds), (2, 4));
}

#[test]
fn diagnostics_inside_diagnostics_are_passed_over() {
    let bytes = hex("7f 01000000 02000000 03000000 04000000 02000000 6869 00003480 40 10 ffffffff");
    let info: DiagnosticInfo<'_> = read(&bytes);
    assert_eq!(info.to_string(), "diagnostics: BadNodeIdUnknown (0x80340000) hi");
    let mut again = Vec::new();
    info.write(&mut again);
    assert_eq!(again, bytes);
}

#[test]
fn nesting_is_bounded() {
    let mut bytes = vec![0x40; usize::from(MAX_DEPTH) + 1];
    bytes.push(0);
    let mut from = Decoder::new(&bytes);
    DiagnosticInfo::read(&mut from, "DiagnosticInfo");
    assert_eq!(from.flaw().map(|flaw| flaw.kind), Some(FlawKind::TooDeep));
    bytes.remove(0);
    let mut from = Decoder::new(&bytes);
    DiagnosticInfo::read(&mut from, "DiagnosticInfo");
    assert_eq!(from.finish(), Ok(()));
}

#[test]
fn variants_in_variants_are_told_to_a_bounded_depth() {
    let mut bytes = Vec::new();
    for _ in 0..20 {
        bytes.extend_from_slice(&hex("98 01 00 00 00"));
    }
    bytes.push(0);
    let variant: Variant<'_> = read(&bytes);
    assert_eq!(told(&variant), "[[[[[[[[\"(nested deeper than is told)\"]]]]]]]]");
}

#[test]
fn a_count_larger_than_the_bytes_is_a_flaw_and_keeps_what_is_whole() {
    let bytes = hex("85 ff ff ff 7f 01 00 02 00 03");
    let mut from = Decoder::new(&bytes);
    let variant = Variant::read(&mut from, "Value");
    assert_eq!(from.flaw().map(|flaw| flaw.kind), Some(FlawKind::CutShort));
    assert_eq!(told(&variant), "[1, 2]");
}

#[test]
fn values_to_be_sent_are_built_from_slices() {
    let values = [Scalar::UInt16(1), Scalar::UInt16(2)];
    let mut bytes = Vec::new();
    Variant::many(values[0].kind(), &values).write(&mut bytes);
    assert_eq!(bytes, hex("85 02 00 00 00 01 00 02 00"));
    bytes.clear();
    DataValue::good(Variant::one(&values[1])).write(&mut bytes);
    assert_eq!(bytes, hex("01 05 02 00"));
}
