//! What a site answers.

use super::{QUAY, address, on_vlan, parse, party};
use crate::{By, Host, LinkPattern, Permit, Site, Why};
use quaywatch_model::{Address, DataClass, Mac, Role, Scope, Verb};

fn quay() -> Site {
    parse(QUAY).unwrap_or_else(|errors| panic!("{errors}"))
}

#[test]
fn sister_cranes_follow_one_pattern_in_their_own_networks() {
    let site = quay();
    let names: Vec<_> = site.assets().iter().map(|asset| asset.name.as_str()).collect();
    let wanted = [
        "STS07/plc",
        "STS07/hmi",
        "STS07/cameras",
        "STS08/plc",
        "STS08/hmi",
        "STS08/cameras",
        "STS08/modem",
        "ews",
    ];
    assert_eq!(names, wanted);
    assert_eq!(site.asset_of(address("10.70.8.10")).map(|asset| &*asset.name), Some("STS08/plc"));
    assert_eq!(site.asset_of(address("10.71.7.41")).map(|asset| asset.role), Some(Some(Role::Camera)));
    assert_eq!(site.asset_of(address("10.71.7.71")), None);
    let zone = site.zone_of(address("10.70.7.10")).and_then(|id| site.zone(id)).unwrap();
    assert_eq!(zone.name, "STS07/control");
    let crane = site.crane_of(address("10.70.7.99")).and_then(|id| site.crane(id)).unwrap();
    assert_eq!((crane.name.as_str(), crane.maker.as_deref()), ("STS07", Some("Maker")));
    assert_eq!(site.crane_of(address("10.70.200.30")), None);
    assert_eq!((site.name(), site.utc_offset_minutes()), (Some("North quay"), Some(60)));
}

#[test]
fn the_scope_of_an_address_is_crane_site_private_or_internet() {
    let site = quay();
    let scope = |text| site.scope(address(text));
    assert_eq!(scope("10.70.7.99"), Scope::Crane);
    assert_eq!(scope("10.1.2.3"), Scope::Site);
    assert_eq!(scope("192.168.1.1"), Scope::Private);
    assert_eq!(scope("198.51.100.9"), Scope::Internet);
    assert_eq!(scope("8.8.8.8"), Scope::Internet);
    let nobody = Site::default();
    assert_eq!(nobody.scope(address("10.70.7.99")), Scope::Private);
    assert_eq!(nobody.scope(address("8.8.8.8")), Scope::Internet);
    assert_eq!(nobody.scope(Address::mac(Mac([2, 0, 0, 0, 0, 1]))), Scope::Private);
}

#[test]
fn assets_alone_do_not_make_other_private_addresses_strangers() {
    let asset = "[asset.plc]\naddresses = [\"10.70.7.10\", \"198.51.100.9\"]\n";
    let parse = |text: &str| Site::parse("site.toml", text, &mut |_| Ok(String::new())).unwrap();
    let site = parse(asset);
    assert_eq!(site.scope(address("10.70.7.10")), Scope::Private);
    assert_eq!(site.scope(address("198.51.100.9")), Scope::Site);
    let site = parse(&format!("[site]\nnetworks = [\"10.70.9.0/24\"]\n{asset}"));
    assert_eq!(site.scope(address("10.70.7.10")), Scope::Site);
}

#[test]
fn the_ends_of_networks_are_for_all_who_are_on_them() {
    let text = "[site]\nnetworks = [\"10.70.0.0/16\", \"10.71.0.1-10.71.0.9\"]\n\
                [crane.A]\nnetworks = [\"10.70.7.0/24\", \"10.70.8.4/31\"]\n\
                [crane.A.asset.plc]\naddresses = [\"10.70.255.255\"]\n";
    let site = Site::parse("site.toml", text, &mut |_| Ok(String::new())).unwrap();
    for (text, is) in [
        ("10.70.7.255", true),
        ("10.70.7.0", true),
        ("10.70.0.0", true),
        ("10.70.7.10", false),
        ("10.70.8.5", false),
        ("10.71.0.9", false),
        ("10.70.255.255", false),
    ] {
        assert_eq!(site.is_broadcast(address(text)), is, "{text}");
    }
}

#[test]
fn cranes_with_the_same_addresses_are_told_apart_by_their_vlan_or_hardware_address() {
    let text = r#"
        [pattern.sts.asset.plc]
        addresses = ["192.168.0.10"]
        [crane.A]
        pattern = "sts"
        networks = ["192.168.0.0/24"]
        vlans = [101]
        [crane.A.asset.hmi]
        addresses = [".20"]
        macs = ["02:00:00:00:00:0a"]
        [crane.B]
        pattern = "sts"
        networks = ["192.168.0.0/24"]
        vlans = [102, 202]
        [crane.B.asset.hmi]
        addresses = [".20"]
        macs = ["02:00:00:00:00:0b"]
    "#;
    let site = parse(text).unwrap_or_else(|errors| panic!("{errors}"));
    let name = |host: Host| site.asset_of(host).map(|asset| asset.name.clone());
    assert_eq!(name(on_vlan("192.168.0.10", 101)).as_deref(), Some("A/plc"));
    assert_eq!(name(on_vlan("192.168.0.10", 202)).as_deref(), Some("B/plc"));
    assert_eq!(name(on_vlan("192.168.0.10", 9)), None);
    assert_eq!(name(address("192.168.0.10").into()), None);
    assert_eq!(site.crane_of(address("192.168.0.10")), None);
    assert_eq!(site.scope(address("192.168.0.10")), Scope::Crane);
    let seen = Host { mac: Some(Mac([2, 0, 0, 0, 0, 0x0b])), ..address("192.168.0.20").into() };
    assert_eq!(name(seen).as_deref(), Some("B/hmi"));
}

#[test]
fn a_hardware_address_alone_decides_only_where_no_router_can_stand_between() {
    let site = quay();
    let mac = Mac([2, 0, 0x0a, 0x46, 7, 0x1e]);
    let ews = Some("ews");
    let name = |host: Host| site.asset_of(host).map(|asset| asset.name.as_str());
    assert_eq!(name(Address::mac(mac).into()), ews);
    assert_eq!(name(Host { mac: Some(mac), ..address("169.254.1.1").into() }), ews);
    assert_eq!(name(Host { mac: Some(mac), ..address("203.0.113.9").into() }), None);
    assert_eq!(site.asset_with_mac(mac).map(|asset| asset.name.as_str()), ews);
    let asset = site.asset_of(address("10.70.200.30")).unwrap();
    assert_eq!((asset.owns(mac), asset.owns(Mac([0; 6]))), (Some(true), Some(false)));
}

fn write(site: &Site, from: &str, to: &str, verb: Verb) -> String {
    match site.may_write(&party(site, from), &party(site, to), verb, None, None) {
        Permit::Allowed(By::Writer(rule)) => format!("line {}", rule.at.line),
        Permit::Allowed(_) => "allowed".to_owned(),
        Permit::Denied(why) => why.to_string(),
        Permit::NotStated => "not stated".to_owned(),
    }
}

#[test]
fn who_is_named_may_write_and_where_somebody_is_named_nobody_else_may() {
    let site = quay();
    let (plc, ews) = ("10.70.7.10", "10.70.200.30");
    assert_eq!(write(&site, ews, plc, Verb::DownloadProgram), "line 75");
    assert_eq!(write(&site, ews, plc, Verb::Start), "line 75");
    assert!(write(&site, "10.70.7.66", plc, Verb::Stop).contains("not this client"));
    assert!(write(&site, "10.70.7.20", plc, Verb::Stop).contains("other things here"));
    assert!(write(&site, "10.70.7.20", plc, Verb::Write).contains("other tags"));
    assert!(write(&site, "10.70.7.20", "10.70.8.10", Verb::Write).contains("own crane only"));
    assert_eq!(write(&site, "10.70.7.66", plc, Verb::Read), "not stated");
    assert_eq!(write(&site, "10.70.7.66", "10.70.7.77", Verb::Write), "not stated");
}

#[test]
fn what_passes_between_zones_needs_a_conduit() {
    let site = quay();
    let (plc, terminal, ews) =
        (party(&site, "10.70.7.10"), party(&site, "10.70.200.9"), party(&site, "10.70.200.30"));
    assert!(site.may_pass(&terminal, &plc, "opcua", Some(Verb::Read)).is_allowed());
    assert!(site.may_pass(&terminal, &plc, "s7comm", None).is_allowed());
    assert_eq!(site.may_pass(&terminal, &plc, "opcua", Some(Verb::Write)), Permit::Denied(Why::NoConduit));
    assert!(site.may_pass(&terminal, &plc, "modbus", Some(Verb::Read)).is_denied());
    assert!(site.may_pass(&ews, &plc, "modbus", Some(Verb::Write)).is_allowed());
    assert!(site.may_pass(&plc, &terminal, "opcua", None).is_denied());
    assert_eq!(site.may_pass(&terminal, &ews, "rdp", None), Permit::Allowed(By::SameZone));
    let unknown = party(&site, "192.168.1.1");
    assert_eq!(site.may_pass(&unknown, &plc, "opcua", None), Permit::NotStated);
}

#[test]
fn a_recipient_is_known_by_address_and_name_and_gets_what_was_agreed() {
    let site = quay();
    let name = |to: &str, name: Option<&str>| {
        site.recipient_of(address(to), name).map(|recipient| recipient.name.as_str())
    };
    assert_eq!(name("198.51.100.7", Some("cloud.Maker.example")), Some("maker"));
    assert_eq!(name("198.51.100.7", None), Some("maker"));
    assert_eq!(name("203.0.113.77", Some("cloud.maker.example")), None);
    assert_eq!(name("198.51.100.7", Some("notmaker.example")), None);
    assert_eq!(name("198.51.100.7", Some("maker.example")), None);
    assert_eq!(name("203.0.113.5", None), Some("clock"));
    let (maker, clock) = (&site.recipients()[0], &site.recipients()[1]);
    let plc = party(&site, "10.70.7.10");
    assert!(site.may_have(maker, DataClass::ProcessValues, &plc).is_allowed());
    assert!(site.may_have(maker, DataClass::Weights, &plc).is_denied());
    assert_eq!(site.may_have(clock, DataClass::Weights, &plc), Permit::NotStated);
}

#[test]
fn a_vendor_link_is_found_by_its_kind_and_ends() {
    let site = quay();
    let link = |kind: &str, to: &str| {
        let link = site.vendor_link(kind, &party(&site, "198.51.100.7"), &party(&site, to));
        link.map(|link| (link.name.as_str(), link.pattern))
    };
    assert_eq!(link("openvpn", "10.70.8.222"), Some(("maker", LinkPattern::OnDemand)));
    assert_eq!(link("openvpn", "10.70.7.10"), None);
    assert_eq!(link("TeamViewer", "10.70.7.10"), Some(("nobody", LinkPattern::Never)));
}
