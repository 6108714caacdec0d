//! Drafts: what they say, and that they can be read.

use super::parse;
use crate::ZoneKind;
use crate::draft::{
    Observed, SeenAsset, SeenConduit, SeenCrane, SeenLink, SeenRecipient, SeenTags, SeenWriter, SeenZone,
    draft,
};
use proptest::prelude::*;
use quaywatch_model::{Address, Asset, Attribute, DataClass, Evidence, Mac, Role, Verb};

fn observed() -> Observed {
    let (hmi, plc) = (Address::v4([10, 70, 7, 20]), Address::v4([10, 70, 7, 10]));
    Observed {
        source: vec!["quay.pcap, 05:40 to 06:11 UTC".to_owned()],
        cranes: vec![SeenCrane {
            name: "crane-1".to_owned(),
            networks: vec![(plc, 24)],
            vlans: vec![107],
            evidence: "2 controllers and an HMI in 10.70.7.0/24".to_owned(),
        }],
        assets: vec![
            SeenAsset {
                name: "plc".to_owned(),
                role: Some(Role::Controller),
                addresses: vec![plc],
                macs: vec![Mac([2, 0, 10, 70, 7, 10])],
                evidence: "answers S7comm".to_owned(),
                ..SeenAsset::default()
            },
            SeenAsset {
                name: "x\"\n[evil]\nrole:a".to_owned(),
                addresses: vec![hmi],
                ..SeenAsset::default()
            },
        ],
        writers: vec![SeenWriter {
            client: hmi,
            server: plc,
            verbs: vec![Verb::Write, Verb::Stop],
            tags: vec!["Par.SWL".to_owned()],
            objects: vec!["DB120.DBD0".to_owned(), "evil\n[[writer]]\nwho = \"any\"".to_owned()],
            count: 3,
        }],
        recipients: vec![SeenRecipient {
            name: "cloud".to_owned(),
            addresses: vec![Address::v4([203, 0, 113, 5])],
            domains: vec!["cloud.example".to_owned()],
            data: vec![DataClass::ProcessValues],
            bytes: 12_000,
        }],
        links: vec![SeenLink { kind: "vnc".to_owned(), client: hmi, server: plc, count: 1, seconds: 60 }],
        zones: vec![
            SeenZone {
                name: "crane-1 supervision".to_owned(),
                kind: ZoneKind::Supervision,
                addresses: vec![hmi],
            },
            SeenZone {
                name: "crane-1 crane-control".to_owned(),
                kind: ZoneKind::CraneControl,
                addresses: vec![plc, hmi],
            },
        ],
        conduits: vec![SeenConduit {
            from: 0,
            to: 1,
            protocols: vec!["s7comm".to_owned()],
            conversations: 7,
            unrecognised: 1,
        }],
        tags: vec![SeenTags {
            server: plc,
            protocol: "s7comm".to_owned(),
            objects: vec![("DB120.DBD0".to_owned(), 1), ("M4.0".to_owned(), 9), ("clock".to_owned(), 3)],
        }],
    }
}

/// Agrees with everything: takes the `#` away from every setting.
fn agree(text: &str) -> String {
    let line = |line: &str| match line.strip_prefix('#') {
        Some(setting) if !setting.starts_with('#') => format!("{setting}\n"),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

#[test]
fn a_draft_approves_who_is_there_and_leaves_decisions_to_people() {
    let text = draft(&observed());
    let site = parse(&text).unwrap_or_else(|errors| panic!("{errors}\n{text}"));
    assert_eq!(site.assets().len(), 2);
    assert!(site.writers().is_empty() && site.recipients().is_empty() && site.vendor_links().is_empty());
    assert!(site.zones().is_empty() && site.conduits().is_empty());
    assert!(text.contains("## Seen 3 times: 10.70.7.20 did Write, Stop on 10.70.7.10\n"), "{text}");
    assert!(!text.lines().any(|line| line.starts_with("who") || line.starts_with("[evil")), "{text}");
    let site = parse(&agree(&text)).unwrap_or_else(|errors| panic!("{errors}\n{text}"));
    let counts =
        (site.cranes().len(), site.writers().len(), site.recipients().len(), site.vendor_links().len());
    assert_eq!(counts, (1, 1, 1, 1));
    // Each address is in one zone, and what passed between the two is let through.
    assert_eq!((site.zones().len(), site.conduits().len()), (2, 1));
    let [hmi, plc] = [[10, 70, 7, 20], [10, 70, 7, 10]].map(|at| site.party(Address::v4(at)));
    assert!(hmi.zone.is_some() && plc.zone.is_some() && hmi.zone != plc.zone);
    assert!(site.may_pass(&hmi, &plc, "s7comm", Some(Verb::Read)).is_allowed());
    assert!(site.may_pass(&plc, &hmi, "s7comm", Some(Verb::Read)).is_denied());
}

#[test]
fn a_tag_map_is_begun_with_what_was_written_most() {
    let text = draft(&observed());
    let begun = "##   tag,protocol,address,type,unit,min,max,description,writable_by\n\
                 ##   ,s7,M4.0,,,,,written 9 times,\n##   ,s7,DB120.DBD0,,,,,written once,\n";
    assert!(text.contains(begun), "{text}");
    assert!(!text.contains(",clock,"), "what no tag can be is left out: {text}");
}

#[test]
fn an_asset_that_was_learnt_is_drafted_with_its_evidence() {
    let asset = Asset {
        addresses: vec![Address::v4([10, 70, 7, 10])],
        names: vec!["sps\u{1b}[31m".to_owned()],
        roles: vec![Role::Drive, Role::Hmi],
        evidence: vec![Evidence {
            protocol: "s7comm",
            attribute: Attribute::Name,
            value: "sps\n[evil]".to_owned(),
            frame: 9,
        }],
        ..Asset::default()
    };
    let text = draft(&Observed { assets: vec![SeenAsset::from(&asset)], ..Observed::default() });
    let site = parse(&text).unwrap_or_else(|errors| panic!("{errors}\n{text}"));
    assert_eq!((site.assets()[0].role, &site.assets()[0].names), (Some(Role::Drive), &asset.names));
    assert!(text.contains("## s7comm says name \"sps\\n[evil]\" (frame 9)\n"), "{text}");
    assert!(!text.contains('\u{1b}'));
}

#[test]
fn a_draft_of_nothing_can_be_read() {
    assert!(parse(&draft(&Observed::default())).is_ok());
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof!["\\PC{0,12}", ".{0,12}", "[\"'#\\[\\]\n\r\\\\\u{2028}\u{202e}\u{0}= a-c]{0,24}"]
}

fn any_address() -> impl Strategy<Value = Address> {
    prop_oneof![
        any::<[u8; 4]>().prop_map(Address::v4),
        any::<[u8; 16]>().prop_map(Address::v6),
        any::<[u8; 6]>().prop_map(|bytes| Address::mac(Mac(bytes))),
    ]
}

prop_compose! {
    fn any_asset()(
        name in any_text(),
        addresses in prop::collection::vec(any_address(), 0..3),
        macs in prop::collection::vec(any::<[u8; 6]>().prop_map(Mac), 0..3),
        names in prop::collection::vec(any_text(), 0..3),
        maker in prop::option::of(any_text()),
        evidence in any_text(),
    ) -> SeenAsset {
        SeenAsset { name, role: None, addresses, macs, names, product: maker.clone(), maker, evidence }
    }
}

prop_compose! {
    fn any_observed()(
        source in prop::collection::vec(any_text(), 0..3),
        crane in (any_text(), any_address(), 0_u8..140, any_text(), any::<u16>()),
        assets in prop::collection::vec(any_asset(), 0..6),
        writers in prop::collection::vec((any_address(), any_address(), any_text()), 0..4),
        recipients in prop::collection::vec((any_text(), any_address(), any_text()), 0..4),
        links in prop::collection::vec((any_text(), any_address(), any_address()), 0..4),
        zones in prop::collection::vec((any_text(), any_address()), 0..4),
        conduits in prop::collection::vec((0..5_usize, 0..5_usize, any_text()), 0..4),
        tags in prop::collection::vec((any_address(), any_text(), any_text()), 0..4),
    ) -> Observed {
        let (name, address, length, evidence, vlan) = crane;
        Observed {
            source,
            cranes: vec![SeenCrane { name, networks: vec![(address, length)], vlans: vec![vlan], evidence }],
            assets,
            writers: writers.into_iter().map(|(client, server, text)| SeenWriter {
                client, server, verbs: vec![Verb::Write], tags: vec![text.clone()], objects: vec![text], count: 1,
            }).collect(),
            recipients: recipients.into_iter().map(|(name, address, domain)| SeenRecipient {
                name, addresses: vec![address], domains: vec![domain], data: vec![DataClass::Video], bytes: 1,
            }).collect(),
            links: links.into_iter().map(|(kind, client, server)| SeenLink {
                kind, client, server, count: 1, seconds: 1,
            }).collect(),
            zones: zones.into_iter().map(|(name, address)| SeenZone {
                name, kind: ZoneKind::Field, addresses: vec![address],
            }).collect(),
            conduits: conduits.into_iter().map(|(from, to, text)| SeenConduit {
                from, to, protocols: vec![text], conversations: 1, unrecognised: 0,
            }).collect(),
            tags: tags.into_iter().map(|(server, text, object)| SeenTags {
                server, protocol: text, objects: vec![(object, 1)],
            }).collect(),
        }
    }
}

proptest! {
    #[test]
    fn whatever_was_seen_the_draft_can_be_read_and_holds_it(seen in any_observed()) {
        let text = draft(&seen);
        let site = parse(&text).map_err(|errors| TestCaseError::fail(format!("{errors}\n{text}")))?;
        prop_assert_eq!(site.assets().len(), seen.assets.len());
        prop_assert!(site.writers().is_empty() && site.recipients().is_empty());
        for (asset, seen) in site.assets().iter().zip(&seen.assets) {
            prop_assert_eq!(&asset.names, &seen.names);
            prop_assert_eq!(&asset.maker, &seen.maker);
        }
        let agreed = agree(&text);
        let site = parse(&agreed).map_err(|errors| TestCaseError::fail(format!("{errors}\n{agreed}")))?;
        prop_assert_eq!(site.writers().len(), seen.writers.len());
        prop_assert_eq!(text, draft(&seen));
    }
}
