//! Devices, links, channels, disclosures and findings as objects, with the keys of the record tables.

use super::put;
use quaywatch_model::{Address, Asset, Disclosure, Finding, Link, Mac, RemoteAccess};
use serde_json::{Map, Value, json};
use std::fmt::Display;

pub(super) fn asset(asset: &Asset) -> Value {
    let mut object = Map::new();
    put(&mut object, "mac", asset.mac);
    list(&mut object, "addresses", &asset.addresses);
    list(&mut object, "names", &asset.names);
    put(&mut object, "crane", asset.crane.as_ref());
    put(&mut object, "zone", asset.zone.as_ref());
    for (key, text) in [
        ("maker", &asset.maker),
        ("product", &asset.product),
        ("order_number", &asset.order_number),
        ("serial", &asset.serial),
        ("firmware", &asset.firmware),
        ("operating_system", &asset.operating_system),
    ] {
        put(&mut object, key, text.as_ref());
    }
    let roles: Vec<&str> = asset.roles.iter().map(|role| role.as_str()).collect();
    list(&mut object, "roles", &roles);
    list(&mut object, "protocols_served", &asset.protocols_served);
    list(&mut object, "protocols_used", &asset.protocols_used);
    put(&mut object, "first_seen", Some(asset.first_seen));
    put(&mut object, "last_seen", Some(asset.last_seen));
    put(&mut object, "declared", Some(declared(asset.declared)));
    let evidence: Vec<Value> = asset
        .evidence
        .iter()
        .map(|evidence| {
            json!({
                "protocol": evidence.protocol, "attribute": evidence.attribute.as_str(), "value": evidence.value,
                "frame": evidence.frame,
            })
        })
        .collect();
    object.insert("evidence".into(), evidence.into());
    object.into()
}

pub(super) fn link(link: &Link) -> Value {
    let [packets_out, packets_in] = link.packets;
    let [bytes_out, bytes_in] = link.bytes;
    let mut object = Map::new();
    put(&mut object, "client", Some(link.client));
    put(&mut object, "server", Some(link.server));
    let [client_scope, server_scope] = link.scopes;
    put(&mut object, "client_scope", Some(client_scope.as_str()));
    put(&mut object, "server_scope", Some(server_scope.as_str()));
    let [client_mac, server_mac] = link.macs.map(|mac| (mac != Mac::default()).then_some(mac));
    put(&mut object, "client_mac", client_mac);
    put(&mut object, "server_mac", server_mac);
    if link.server_port > 0 {
        object.insert("server_port".into(), link.server_port.into());
    }
    put(&mut object, "protocol", Some(link.protocol));
    for (key, number) in [
        ("conversations", link.conversations),
        ("failed", link.failed),
        ("packets_out", packets_out),
        ("packets_in", packets_in),
        ("bytes_out", bytes_out),
        ("bytes_in", bytes_in),
        ("first_frame", link.first.frame),
    ] {
        object.insert(key.into(), number.into());
    }
    put(&mut object, "first", Some(link.first.time));
    put(&mut object, "last", Some(link.last));
    let notes: Vec<Value> = link
        .notes
        .iter()
        .map(|note| json!({"topic": note.topic.as_str(), "value": note.text, "frame": note.frame}))
        .collect();
    if !notes.is_empty() {
        object.insert("notes".into(), notes.into());
    }
    object.into()
}

pub(super) fn remote_access(channel: &RemoteAccess) -> Value {
    let [bytes_out, bytes_in] = channel.bytes;
    let mut object = Map::new();
    put(&mut object, "start", Some(channel.start.time));
    put(&mut object, "end", Some(channel.end));
    put(&mut object, "uid", Some(&channel.uid).filter(|uid| !uid.is_empty()));
    put(&mut object, "client", Some(channel.client));
    put(&mut object, "server", Some(channel.server));
    if channel.server_port > 0 {
        object.insert("server_port".into(), channel.server_port.into());
    }
    put(&mut object, "kind", Some(channel.kind));
    put(&mut object, "direction", Some(channel.direction.as_str()));
    for (key, number) in
        [("conversations", channel.conversations), ("bytes_out", bytes_out), ("bytes_in", bytes_in)]
    {
        object.insert(key.into(), number.into());
    }
    put(&mut object, "declared", Some(declared(channel.declared)));
    list(&mut object, "evidence", &channel.evidence);
    object.into()
}

pub(super) fn disclosure(told: &Disclosure) -> Value {
    let mut object = Map::new();
    put(&mut object, "start", Some(told.start.time));
    put(&mut object, "end", Some(told.end));
    object.insert("frame".into(), told.start.frame.into());
    put(&mut object, "client", Some(told.client));
    put(&mut object, "recipient", Some(told.recipient));
    if told.recipient_port > 0 {
        object.insert("recipient_port".into(), told.recipient_port.into());
    }
    put(&mut object, "recipient_name", told.recipient_name.as_ref());
    put(&mut object, "tried", told.tried);
    put(&mut object, "recipient_scope", Some(told.recipient_scope.as_str()));
    put(&mut object, "protocol", Some(told.protocol));
    put(&mut object, "data_class", Some(told.data_class.as_str()));
    object.insert("conversations".into(), told.conversations.into());
    if let Some(count) = told.count {
        object.insert("count".into(), count.into());
    }
    object.insert("bytes".into(), told.bytes.into());
    list(&mut object, "samples", &told.samples);
    put(&mut object, "declared", Some(declared(told.declared)));
    object.into()
}

pub(super) fn finding(finding: &Finding) -> Value {
    let mut object = Map::new();
    put(&mut object, "time", Some(finding.time));
    put(&mut object, "severity", Some(finding.severity.as_str()));
    put(&mut object, "kind", Some(finding.kind.as_str()));
    put(&mut object, "rule", Some(finding.rule));
    put(&mut object, "title", Some(&finding.title));
    put(&mut object, "explanation", Some(&finding.explanation));
    put(&mut object, "crane", finding.crane.as_ref());
    let subjects: Vec<Address> = finding.subjects.clone();
    list(&mut object, "subjects", &subjects);
    list(&mut object, "techniques", finding.techniques);
    list(&mut object, "controls", finding.controls);
    object.insert("evidence".into(), finding.frames.clone().into());
    object.insert("count".into(), finding.count.into());
    put(&mut object, "advice", Some(finding.advice));
    object.into()
}

fn list(object: &mut Map<String, Value>, key: &str, members: &[impl Display]) {
    if !members.is_empty() {
        let texts: Vec<String> = members.iter().map(ToString::to_string).collect();
        object.insert(key.into(), texts.into());
    }
}

const fn declared(declared: Option<bool>) -> &'static str {
    match declared {
        Some(true) => "true",
        Some(false) => "false",
        None => "unknown",
    }
}
