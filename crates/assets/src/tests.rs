use crate::Gatherer;
use proptest::prelude::*;
use quaywatch_model::{
    Address, Asset, Attribute, DataClass, Ended, Entry, Mac, Moment, Role, Side, Subject, Timestamp, Verb,
};

const PLC: Address = Address::v4([10, 0, 7, 10]);
const PANEL: Address = Address::v4([10, 0, 7, 20]);
const FAR: Address = Address::v4([8, 8, 8, 8]);
const PLC_MAC: Mac = Mac([0x00, 0x1b, 0x1b, 1, 2, 3]);
const PANEL_MAC: Mac = Mac([0x00, 0x0e, 0x8c, 1, 2, 3]);
const ROUTER_MAC: Mac = Mac([0x00, 0x1e, 0x42, 1, 2, 3]);

fn at(frame: u64) -> Moment {
    Moment { time: Timestamp::from_nanos(frame as i64 * 1_000_000_000), frame }
}

fn ended<'a>(addresses: [Address; 2], macs: [Mac; 2], protocol: &'static str, frame: u64) -> Ended<'a> {
    Ended {
        uid: &"C1",
        addresses,
        ports: [50_000, 102],
        macs,
        vlan: None,
        ip_protocol: 6,
        ethertype: 0,
        protocol,
        carries: DataClass::ProcessValues,
        client: Side::A,
        beginning_seen: true,
        tunnelled: false,
        first: at(frame),
        last: at(frame + 5).time,
        packets: [3, 3],
        bytes: [10, 10],
        state: "SF",
        hops_left: [64, 64],
        handshake_micros: [0, 0],
        notes: &[],
    }
}

fn fact(
    gatherer: &mut Gatherer,
    frame: u64,
    address: Address,
    protocol: &'static str,
    what: Attribute,
    value: &str,
) {
    gatherer.fact(&[PANEL, PLC], protocol, at(frame), Subject::Address(address), what, value);
}

fn with_address(assets: &[Asset], address: Address) -> &Asset {
    assets.iter().find(|asset| asset.addresses.contains(&address)).expect("an asset with this address")
}

#[test]
fn an_ip_and_a_mac_address_that_arp_ties_together_are_one_box() {
    let mut gatherer = Gatherer::default();
    fact(&mut gatherer, 1, PLC, "arp", Attribute::Mac, "00:1b:1b:01:02:03");
    fact(&mut gatherer, 2, Address::mac(PLC_MAC), "profinet", Attribute::Name, "sts07-plc");
    gatherer.ended(&ended([PANEL, PLC], [PANEL_MAC, PLC_MAC], "s7comm", 3));
    let assets = gatherer.finish(&[]);
    let plc = with_address(&assets, PLC);
    assert_eq!(plc.addresses, [PLC, Address::mac(PLC_MAC)]);
    assert_eq!(
        (plc.names.as_slice(), plc.maker.as_deref()),
        (&["sts07-plc".to_owned()][..], Some("Siemens AG"))
    );
    assert_eq!(plc.protocols_served, ["s7comm"]);
}

#[test]
fn what_a_device_says_of_itself_counts_more_than_its_prefix() {
    let mut gatherer = Gatherer::default();
    fact(&mut gatherer, 1, PLC, "arp", Attribute::Mac, "00:1b:1b:01:02:03");
    fact(&mut gatherer, 2, PLC, "http", Attribute::Maker, "A shop");
    fact(&mut gatherer, 9, PLC, "s7comm", Attribute::Maker, "Original Siemens Equipment");
    let assets = gatherer.finish(&[]);
    assert_eq!(with_address(&assets, PLC).maker.as_deref(), Some("Original Siemens Equipment"));
}

#[test]
fn what_comes_through_a_router_is_not_the_router() {
    let mut gatherer = Gatherer::default();
    for n in 0..9 {
        let behind = Address::v4([192, 168, 1, n + 1]);
        gatherer.ended(&ended([behind, PLC], [ROUTER_MAC, PLC_MAC], "modbus", 1));
    }
    gatherer.ended(&ended(
        [Address::mac(ROUTER_MAC), Address::mac(PLC_MAC)],
        [ROUTER_MAC, PLC_MAC],
        "lldp",
        1,
    ));
    let assets = gatherer.finish(&[]);
    let router = with_address(&assets, Address::mac(ROUTER_MAC));
    assert_eq!(router.addresses.len(), 1);
    assert!(router.roles.contains(&Role::Router));
    assert_eq!(with_address(&assets, PLC).addresses, [PLC, Address::mac(PLC_MAC)], "alone behind its MAC");
}

#[test]
fn equal_serial_numbers_are_one_box_but_not_equal_defaults() {
    let mut gatherer = Gatherer::default();
    let (a, b) = (Address::v4([10, 0, 7, 1]), Address::v4([10, 0, 8, 1]));
    let (c, d) = (Address::v4([10, 0, 7, 2]), Address::v4([10, 0, 8, 2]));
    for (address, serial) in [(a, "S C-X4U421302009"), (b, "S C-X4U421302009"), (c, "000000"), (d, "000000")]
    {
        fact(&mut gatherer, 1, address, "s7comm", Attribute::Serial, serial);
    }
    let assets = gatherer.finish(&[]);
    assert_eq!(with_address(&assets, a).addresses, [a, b]);
    assert_eq!(with_address(&assets, c).addresses, [c]);
}

#[test]
fn whoever_is_only_scanned_or_far_away_is_no_asset() {
    let mut gatherer = Gatherer::default();
    let scan =
        Ended { packets: [1, 0], state: "S0", ..ended([PANEL, PLC], [PANEL_MAC, PLC_MAC], "unknown", 1) };
    gatherer.ended(&scan);
    gatherer.ended(&ended([PANEL, FAR], [PANEL_MAC, ROUTER_MAC], "dns", 2));
    fact(&mut gatherer, 3, Address::v4([10, 0, 7, 99]), "dns", Attribute::DomainName, "nobody.example");
    let assets = gatherer.finish(&[]);
    assert_eq!(assets.len(), 1);
    assert_eq!(assets[0].addresses, [PANEL]);
}

#[test]
fn roles_come_from_what_is_done() {
    let entry = |client, server, verb| Entry {
        client,
        server,
        protocol: "s7comm",
        verb,
        function: String::new(),
        outcomes: [5, 0, 0, 0],
        refused_reads: None,
        bytes: 0,
        first: Moment::default(),
        last: Moment::default(),
    };
    let laptop = Address::v4([10, 0, 7, 66]);
    let mut gatherer = Gatherer::default();
    gatherer.ended(&ended([PANEL, PLC], [PANEL_MAC, PLC_MAC], "s7comm", 1));
    gatherer.ended(&ended([laptop, PLC], [PANEL_MAC, PLC_MAC], "s7comm", 1));
    let modem = Address::v4([10, 0, 7, 98]);
    gatherer.ended(&ended([modem, PLC], [ROUTER_MAC, PLC_MAC], "s7comm", 1));
    fact(&mut gatherer, 1, modem, "arp", Attribute::Mac, "00:1e:42:01:02:03");
    let entries = [(PANEL, Verb::Read), (laptop, Verb::DownloadProgram), (modem, Verb::Read)];
    let assets = gatherer.finish(&entries.map(|(client, verb)| entry(client, PLC, verb)));
    assert_eq!(with_address(&assets, PLC).roles, [Role::Controller]);
    assert_eq!(with_address(&assets, PANEL).roles, [Role::Hmi]);
    assert_eq!(with_address(&assets, laptop).roles, [Role::EngineeringStation]);
    let modems = &with_address(&assets, modem).roles;
    assert_eq!(modems, &[Role::Modem], "its maker makes modems: who reads through it is elsewhere");
}

#[test]
fn both_claims_to_one_address_are_kept_with_their_times() {
    let mut gatherer = Gatherer::default();
    fact(&mut gatherer, 1, PLC, "arp", Attribute::Mac, "00:1b:1b:01:02:03");
    fact(&mut gatherer, 7, PLC, "arp", Attribute::Mac, "00-1e-42-01-02-03");
    let claims = gatherer.bindings().of(PLC);
    assert_eq!(
        claims.iter().map(|(mac, claim)| (*mac, claim.first.frame)).collect::<Vec<_>>(),
        [(PLC_MAC, 1), (ROUTER_MAC, 7)]
    );
}

proptest! {
    #[test]
    fn how_the_work_is_shared_does_not_show(
        facts in prop::collection::vec((0_u8..12, 0_u8..6, "[a-c]{1,2}", 1_u64..50, any::<bool>()), 0..60)
    ) {
        let attributes = [
            Attribute::Name, Attribute::Serial, Attribute::Mac, Attribute::Maker, Attribute::Ip, Attribute::Firmware,
        ];
        let play = |gatherer: &mut Gatherer, (host, attribute, value, frame, is_mac): &(u8, u8, String, u64, bool)| {
            let address = if *is_mac { Address::mac(Mac([0, 0, 0, 0, 0, *host])) } else { Address::v4([10, 0, 0, *host]) };
            let attribute = attributes[usize::from(*attribute)];
            let value = match attribute {
                Attribute::Mac => format!("00:00:00:00:00:0{:x}", value.len()),
                Attribute::Ip => format!("10.0.0.{}", value.len()),
                _ => value.clone(),
            };
            fact(gatherer, *frame, address, "arp", attribute, &value);
        };
        let mut one = Gatherer::default();
        let mut two = [Gatherer::default(), Gatherer::default()];
        for (at, step) in facts.iter().enumerate() {
            play(&mut one, step);
            play(&mut two[at % 2], step);
        }
        let [mut first, second] = two;
        first.merge(second);
        prop_assert_eq!(first.finish(&[]), one.finish(&[]));
    }
}
