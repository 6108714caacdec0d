use crate::{Watcher, kind};
use quaywatch_model::{
    Address, Asset, Attribute, DataClass, Ended, KeptNote, Mac, Moment, Reach, RemoteAccess, Role, Scope,
    Side, Subject, Timestamp, Topic,
};

const PANEL: Address = Address::v4([10, 0, 7, 20]);
const PLC: Address = Address::v4([10, 0, 7, 10]);
const BOX: Address = Address::v4([10, 0, 7, 250]);
const FAR: Address = Address::v4([203, 0, 113, 9]);
const PANEL_MAC: Mac = Mac([0x00, 0x0e, 0x8c, 1, 2, 3]);
const GATEWAY_MAC: Mac = Mac([0x00, 0x1d, 0x9c, 1, 2, 3]);
/// Of the block of Teltonika.
const MODEM_MAC: Mac = Mac([0x00, 0x1e, 0x42, 1, 2, 3]);

fn at(frame: u64) -> Moment {
    Moment { time: Timestamp::from_nanos(frame as i64 * 1_000_000_000), frame }
}

fn scope(address: Address) -> Scope {
    if address == FAR { Scope::Internet } else { Scope::Private }
}

fn scopes(ends: [Address; 2]) -> [Scope; 2] {
    ends.map(scope)
}

fn ended(addresses: [Address; 2], macs: [Mac; 2], protocol: &'static str, frame: u64) -> Ended<'static> {
    Ended {
        uid: &"C1",
        addresses,
        ports: [50_000, 443],
        macs,
        vlan: None,
        ip_protocol: 6,
        ethertype: 0,
        protocol,
        carries: DataClass::Encrypted,
        client: Side::A,
        beginning_seen: true,
        tunnelled: false,
        first: at(frame),
        last: at(frame + 5).time,
        packets: [3, 3],
        bytes: [100, 50],
        state: "SF",
        hops_left: [64, 64],
        handshake_micros: [200, 300],
        notes: &[],
    }
}

fn finish(watcher: &Watcher, assets: &[Asset]) -> Vec<RemoteAccess> {
    watcher.finish(assets, &scopes)
}

fn boxed(mac: Mac, ip: Address) -> Asset {
    Asset { mac: Some(mac), addresses: vec![ip, Address::mac(mac)], ..Asset::default() }
}

#[test]
fn sessions_of_one_kind_between_two_machines_are_one_channel() {
    let mut watcher = Watcher::default();
    for frame in [9, 4] {
        watcher.ended(&ended([PANEL, PLC], [PANEL_MAC, MODEM_MAC], "vnc", frame), &scopes);
    }
    let rows = finish(&watcher, &[]);
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].kind, rows[0].conversations, rows[0].bytes), ("vnc", 2, [200, 100]));
    assert_eq!((rows[0].start.frame, rows[0].direction), (4, Reach::Internal));
    assert_eq!(rows[0].evidence, ["vnc recognised by its content (frame 4)"]);
}

#[test]
fn a_tunnel_is_one_channel_from_its_negotiation_to_its_packets() {
    let mut watcher = Watcher::default();
    let negotiated = ended([PANEL, FAR], [PANEL_MAC, GATEWAY_MAC], "ipsec", 4);
    // Of what it carries nobody says who is the client.
    let mut carried = ended([FAR, PANEL], [GATEWAY_MAC, PANEL_MAC], "ipsec", 9);
    (carried.ports, carried.ip_protocol) = ([4500, 4500], 17);
    let bare = Ended { ip_protocol: 50, ..ended([FAR, PANEL], [GATEWAY_MAC, PANEL_MAC], "esp", 2) };
    for part in [carried, Ended { ports: [500, 500], ip_protocol: 17, ..negotiated }, bare] {
        watcher.ended(&part, &scopes);
    }
    let rows = finish(&watcher, &[]);
    assert_eq!(rows.iter().filter(|row| row.kind == "ipsec").count(), 1, "{rows:#?}");
    let row = rows.iter().find(|row| row.kind == "ipsec").unwrap();
    assert_eq!((row.client, row.server, row.server_port), (PANEL, FAR, 500));
    assert_eq!((row.conversations, row.bytes, row.start.frame), (3, [200, 250], 2));
}

#[test]
fn a_vendors_cloud_is_known_by_the_name_that_is_asked_for() {
    let notes = [KeptNote {
        from: Side::A,
        topic: Topic::ServerName,
        text: "device.vpn7.talk2m.com".into(),
        frame: 3,
    }];
    let mut watcher = Watcher::default();
    watcher
        .ended(&Ended { notes: &notes, ..ended([PANEL, FAR], [PANEL_MAC, GATEWAY_MAC], "tls", 2) }, &scopes);
    let rows = finish(&watcher, &[]);
    assert_eq!((rows[0].kind, rows[0].direction), ("vendor_cloud", Reach::Outbound));
    assert!(rows[0].evidence.iter().any(|line| line.contains("Ewon Talk2M")), "{:?}", rows[0].evidence);
    assert_eq!(kind::service("nottalk2m.com"), None, "another domain that ends alike");
}

fn certificate(text: &str, server: Address) -> Option<kind::Kind> {
    let note = KeptNote { from: Side::B, topic: Topic::CertificateSubject, text: text.into(), frame: 3 };
    kind::of(&Ended { notes: &[note], ..ended([PANEL, server], [PANEL_MAC, GATEWAY_MAC], "tls", 2) })
}

#[test]
fn a_program_for_remote_work_is_known_by_its_certificate() {
    for (text, word) in [
        ("CN=AnyNet Relay,O=philandro Software GmbH,C=DE", "anydesk"),
        ("CN=AnyDesk Client", "anydesk"),
        ("CN=*.teamviewer.com", "teamviewer"),
        ("O=TeamViewer Germany GmbH,L=Goeppingen", "teamviewer"),
        ("CN=relay.talk2m.com", "vendor_cloud"),
    ] {
        assert_eq!(certificate(text, FAR).map(|kind| kind.word), Some(word), "{text}");
    }
    for text in ["CN=anydesktop.example", "CN=crane,OU=AnyDesk Client", "CN=nottalk2m.com", "AnyDesk Client"]
    {
        assert_eq!(certificate(text, FAR), None, "{text}");
    }
    assert_eq!(certificate("CN=www.moxa.com", PLC), None, "a device's own page");
}

#[test]
fn a_controller_reached_from_a_public_address_is_a_channel() {
    let mut watcher = Watcher::default();
    watcher.ended(&ended([FAR, PLC], [GATEWAY_MAC, PANEL_MAC], "s7comm", 1), &scopes);
    watcher.ended(&ended([PANEL, PLC], [MODEM_MAC, PANEL_MAC], "s7comm", 1), &scopes);
    let rows = finish(&watcher, &[]);
    assert_eq!(rows.len(), 1, "operation from inside is no channel");
    assert_eq!((rows[0].kind, rows[0].direction), ("engineering", Reach::Inbound));
}

#[test]
fn one_sign_is_nothing_and_two_are_a_hidden_path() {
    let mut watcher = Watcher::default();
    watcher.ended(
        &Ended { bytes: [90_000, 90_000], ..ended([PANEL, FAR], [PANEL_MAC, GATEWAY_MAC], "tls", 1) },
        &scopes,
    );
    watcher.ended(&ended([BOX, PLC], [MODEM_MAC, PANEL_MAC], "unknown", 2), &scopes);
    let assets = [boxed(MODEM_MAC, BOX)];
    assert!(finish(&watcher, &assets).is_empty(), "a maker's prefix alone");
    watcher.ended(&ended([PANEL, FAR], [PANEL_MAC, MODEM_MAC], "unknown", 7), &scopes);
    let rows = finish(&watcher, &assets);
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (rows[0].kind, rows[0].client, rows[0].server),
        ("hidden_path", PANEL, Address::mac(MODEM_MAC))
    );
    assert_eq!((rows[0].direction, rows[0].bytes), (Reach::Outbound, [100, 50]));
    let told = rows[0].evidence.join("\n");
    assert!(told.contains("TELTONIKA") || told.contains("Teltonika"), "{told}");
    assert!(told.contains("beside the main gateway") && told.contains("cannot be seen"), "{told}");
}

#[test]
fn a_modem_that_asked_for_its_address_is_not_taken_for_the_site_s_router() {
    let mut watcher = Watcher::default();
    for host in [11, 12] {
        let shore = Address::v4([10, 20, 0, host]);
        watcher.ended(&ended([PANEL, shore], [PANEL_MAC, GATEWAY_MAC], "tds", 1), &scopes);
    }
    let nobody_yet = Address::v4([0; 4]);
    watcher.ended(&ended([nobody_yet, BOX], [MODEM_MAC, GATEWAY_MAC], "dhcp", 2), &scopes);
    watcher.ended(&ended([BOX, PANEL], [MODEM_MAC, PANEL_MAC], "dhcp", 3), &scopes);
    watcher.fact(&[BOX, PLC], "dhcp", at(3), Subject::Address(BOX), Attribute::Role, "router");
    watcher.ended(&ended([PANEL, FAR], [PANEL_MAC, MODEM_MAC], "tls", 7), &scopes);
    let rows = finish(&watcher, &[boxed(MODEM_MAC, BOX)]);
    let hidden = rows.iter().filter(|row| row.kind == "hidden_path").map(|row| row.server);
    assert_eq!(hidden.collect::<Vec<_>>(), [Address::mac(MODEM_MAC)]);
}

#[test]
fn a_hidden_path_that_only_lets_in_leads_from_the_device_to_whom_it_reaches() {
    let mut watcher = Watcher::default();
    watcher.ended(
        &Ended { bytes: [90_000, 90_000], ..ended([PANEL, FAR], [PANEL_MAC, GATEWAY_MAC], "tls", 1) },
        &scopes,
    );
    watcher.ended(&ended([FAR, PLC], [MODEM_MAC, PANEL_MAC], "unknown", 7), &scopes);
    let rows = finish(&watcher, &[]);
    let path = rows.iter().find(|row| row.kind == "hidden_path").unwrap();
    assert_eq!((path.client, path.server, path.direction), (Address::mac(MODEM_MAC), PLC, Reach::Inbound));
    assert_eq!(path.bytes, [100, 50], "as the client sees it");
}

#[test]
fn an_address_server_with_mixed_hop_limits_is_a_hidden_path_but_a_plain_router_is_not() {
    let mut watcher = Watcher::default();
    watcher.fact(&[BOX, PLC], "dhcp", at(3), Subject::Address(BOX), Attribute::Role, "address server");
    for hops in [64, 128] {
        watcher.ended(
            &Ended { hops_left: [hops, 64], ..ended([BOX, PLC], [MODEM_MAC, PANEL_MAC], "http", 4) },
            &scopes,
        );
    }
    let mac = Mac([0x00, 0x0e, 0x8c, 9, 9, 9]);
    for host in 1..5 {
        let behind = Address::v4([10, 0, 9, host]);
        let hops_left = [if host % 2 == 0 { 63 } else { 127 }, 64];
        watcher.ended(&Ended { hops_left, ..ended([behind, PLC], [mac, PANEL_MAC], "s7comm", 5) }, &scopes);
    }
    let rows = finish(&watcher, &[boxed(MODEM_MAC, BOX)]);
    assert_eq!(rows.iter().map(|row| row.server).collect::<Vec<_>>(), [Address::mac(MODEM_MAC)]);
}

#[test]
fn round_trips_of_a_mobile_network_behind_a_lan_address_are_a_sign() {
    let mut watcher = Watcher::default();
    for frame in 1..6 {
        let slow = Ended {
            handshake_micros: [200, 61_000],
            hops_left: [63, 64],
            ..ended([BOX, PLC], [PANEL_MAC, MODEM_MAC], "tls", frame)
        };
        watcher.ended(&slow, &scopes);
    }
    let rows = finish(&watcher, &[]);
    assert_eq!(rows.len(), 1);
    assert!(rows[0].evidence.iter().any(|line| line.starts_with("5 of 5 round trips took over 20 ms")));
}

#[test]
fn routers_that_stand_in_for_each_other_are_no_second_way_out() {
    let mut watcher = Watcher::default();
    watcher.ended(
        &Ended { bytes: [90_000, 90_000], ..ended([PANEL, FAR], [PANEL_MAC, GATEWAY_MAC], "tls", 1) },
        &scopes,
    );
    watcher.ended(&ended([PANEL, FAR], [PANEL_MAC, MODEM_MAC], "tls", 7), &scopes);
    let about = Subject::Address(BOX);
    watcher.fact(&[BOX, PLC], "icmp6", at(3), about, Attribute::Capability, "router advertisement");
    assert_eq!(finish(&watcher, &[boxed(MODEM_MAC, BOX)]).len(), 1);
    let redundant = Asset { protocols_used: vec!["vrrp"], ..boxed(MODEM_MAC, BOX) };
    assert!(finish(&watcher, &[redundant]).is_empty());
}

#[test]
fn a_machine_with_a_public_address_of_its_own_is_no_way_out() {
    let mut watcher = Watcher::default();
    watcher.ended(
        &Ended { bytes: [90_000, 90_000], ..ended([PANEL, FAR], [PANEL_MAC, GATEWAY_MAC], "tls", 1) },
        &|_| [Scope::Internet; 2],
    );
    let other = Address::v4([203, 0, 113, 40]);
    let outside = |ends: [Address; 2]| {
        ends.map(|address| if address == PANEL { Scope::Private } else { Scope::Internet })
    };
    watcher.ended(
        &Ended { bytes: [90_000, 90_000], ..ended([PANEL, FAR], [PANEL_MAC, GATEWAY_MAC], "tls", 2) },
        &outside,
    );
    watcher.ended(&ended([PANEL, other], [PANEL_MAC, MODEM_MAC], "tls", 3), &outside);
    assert_eq!(watcher.finish(&[], &outside).len(), 1);
    assert!(watcher.finish(&[boxed(MODEM_MAC, other)], &outside).is_empty());
}

#[test]
fn a_virtual_machine_that_gives_addresses_is_no_way_out_unless_it_gives_itself_as_one() {
    let made_up = Mac([0x52, 0x54, 0, 1, 2, 3]);
    let mut watcher = Watcher::default();
    let about = Subject::Address(BOX);
    watcher.fact(&[BOX, PLC], "dhcp", at(3), about, Attribute::Role, "address server");
    watcher.ended(&ended([BOX, PLC], [made_up, PANEL_MAC], "http", 4), &scopes);
    let assets = [boxed(made_up, BOX)];
    assert!(finish(&watcher, &assets).is_empty());
    watcher.fact(&[BOX, PLC], "dhcp", at(5), about, Attribute::Role, "router");
    assert_eq!(finish(&watcher, &assets).len(), 1);
}

#[test]
fn between_public_addresses_it_depends_on_whose_they_are_which_way_it_goes() {
    let [near, far] = [Address::v4([141, 81, 0, 10]), Address::v4([141, 81, 9, 9])];
    let told = |near_is: Scope, far_is: Scope| {
        let mut watcher = Watcher::default();
        for protocol in ["s7comm", "vnc", "snmp"] {
            let ended = ended([far, near], [PANEL_MAC, GATEWAY_MAC], protocol, 1);
            watcher.ended(&ended, &|_| [Scope::Internet; 2]);
        }
        let scope = |address| if address == near { near_is } else { far_is };
        let rows = watcher.finish(&[], &|ends| ends.map(scope));
        rows.iter().map(|row| (row.kind, row.direction)).collect::<Vec<_>>()
    };
    let all = |way| vec![("engineering", way), ("management", way), ("vnc", way)];
    assert_eq!(told(Scope::Internet, Scope::Internet), all(Reach::Unknown));
    assert_eq!(told(Scope::Private, Scope::Internet), all(Reach::Inbound));
    assert_eq!(told(Scope::Internet, Scope::Private), all(Reach::Outbound));
    assert_eq!(told(Scope::Private, Scope::Private), [("vnc", Reach::Internal)]);
}

#[test]
fn how_the_work_is_shared_does_not_show() {
    let conversations: Vec<Ended<'static>> = (1..40)
        .map(|n| {
            let host = Address::v4([10, 0, 7, n % 7]);
            let to = if n % 3 == 0 { FAR } else { PLC };
            let mac = if n % 5 == 0 { MODEM_MAC } else { GATEWAY_MAC };
            ended([host, to], [PANEL_MAC, mac], if n % 2 == 0 { "ssh" } else { "vnc" }, n.into())
        })
        .collect();
    let mut one = Watcher::default();
    let mut two = [Watcher::default(), Watcher::default()];
    for (at, conversation) in conversations.iter().enumerate() {
        one.ended(conversation, &scopes);
        two[at % 2].ended(conversation, &scopes);
    }
    let [mut first, second] = two;
    first.merge(second);
    assert_eq!(finish(&first, &[]), finish(&one, &[]));
}

/// A controller, as far as that is known.
fn controller(address: Address) -> Asset {
    Asset { addresses: vec![address], roles: vec![Role::Controller], ..Asset::default() }
}

#[test]
fn a_controllers_web_pages_are_a_channel_where_they_are_used_from_another_network() {
    let mut watcher = Watcher::default();
    let browsing = |client, hops_left, frame| Ended {
        hops_left: [hops_left, 64],
        ..ended([client, PLC], [PANEL_MAC, GATEWAY_MAC], "http", frame)
    };
    watcher.ended(&browsing(PANEL, 128, 1), &scopes);
    watcher.ended(&browsing(FAR, 64, 2), &scopes);
    watcher.ended(&browsing(BOX, 62, 3), &scopes);
    watcher.ended(&Ended { bytes: [100, 0], ..browsing(Address::v4([10, 9, 9, 9]), 62, 4) }, &scopes);
    let office = Address::v4([10, 200, 1, 86]);
    watcher.ended(&browsing(office, 64, 5), &scopes);
    let rows = finish(&watcher, &[controller(PLC)]);
    let told: Vec<_> = rows.iter().map(|row| (row.client, row.direction)).collect();
    assert_eq!(told, [(FAR, Reach::Inbound), (BOX, Reach::Internal), (office, Reach::Internal)]);
    assert!(rows.iter().all(|row| row.kind == "web_hmi"));
    assert_eq!(
        rows[1].evidence,
        [
            "http recognised by its content (frame 3)",
            "the client's packets came through a router, with 62 hops left (frame 3)",
            "the server acts as controller"
        ]
    );
    assert!(finish(&watcher, &[]).is_empty(), "nobody knows what the server is");
    let server = Asset { roles: vec![Role::Database], ..controller(PLC) };
    assert!(finish(&watcher, &[server]).is_empty(), "pages of other servers are no interface of a crane");
}

#[test]
fn a_web_interface_inside_tls_is_known_by_the_protocol_that_both_ends_agree_on() {
    let mut watcher = Watcher::default();
    let alpn = |text: &str| [KeptNote { from: Side::B, topic: Topic::Alpn, text: text.into(), frame: 3 }];
    let (web, other) = (alpn("http/1.1"), alpn("mqtt"));
    let secured = |server, notes| Ended { notes, ..ended([FAR, server], [PANEL_MAC, GATEWAY_MAC], "tls", 2) };
    watcher.ended(&secured(PLC, &web), &scopes);
    watcher.ended(&secured(BOX, &other), &scopes);
    let rows = finish(&watcher, &[controller(PLC), controller(BOX)]);
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].kind, rows[0].server), ("web_hmi", PLC));
}
