use super::{Kind, MOST_RELAYS, Message, code, options};
use crate::Context;
use quaywatch_model::{Address, Attribute, Role, Side, Subject};
use quaywatch_wire::{ReadError, Reader};

/// A network has two or three of each.
const MOST_SERVERS: usize = 8;
/// Time server sub-option: its address (RFC 5908).
const TIME_SERVER_ADDRESS: u16 = 1;

/// Reads one message, out of the relays around it.
pub(super) fn read(cx: &mut Context<'_>, from: Side, bytes: &[u8]) -> Result<Option<Side>, ReadError> {
    let mut message = Message::decode(bytes)?;
    let is_of_server = message.is_of_server();
    let client_side = if is_of_server { from.other() } else { from };
    let mut client = Subject::Side(client_side);
    for _ in 0..MOST_RELAYS {
        let Some(peer) = message.peer else { break };
        let relay = if matches!(client, Subject::Side(_)) { Subject::Side(client_side) } else { client };
        cx.fact_of(relay, Attribute::Capability, "dhcp relay");
        client = Subject::Address(peer);
        let Some((_, inner)) = message.options().find(|(code, _)| *code == code::RELAYED) else { break };
        message = Message::decode(inner)?;
    }
    if message.peer.is_none() {
        if is_of_server {
            cx.fact(from, Attribute::Role, Role::AddressServer.as_str());
            given(cx, client, &message);
        } else {
            asked(cx, client, &message);
        }
    }
    Ok(Some(client_side))
}

/// What a client says of itself.
fn asked(cx: &mut Context<'_>, client: Subject, message: &Message<'_>) {
    for (code, value) in message.options() {
        match code {
            code::FQDN => cx.fact_of(client, Attribute::Name, &labels(value.get(1..).unwrap_or_default())),
            code::VENDOR_CLASS => {
                // The maker's number, then texts with a length each.
                let mut reader = Reader::new(value.get(4..).unwrap_or_default());
                while let Ok(length) = reader.u16_be("class length") {
                    let Ok(text) = reader.take(length.into(), "class data") else { break };
                    cx.fact_of(client, Attribute::Capability, &String::from_utf8_lossy(text));
                }
            }
            code::REQUESTED => {
                let numbers =
                    value.as_chunks::<2>().0.iter().map(|pair| u16::from_be_bytes(*pair).to_string());
                let list = numbers.collect::<Vec<_>>().join(",");
                cx.fact_of(client, Attribute::Capability, &format!("dhcpv6 options {list}"));
            }
            _ => {}
        }
    }
}

/// What a server offers, and with a reply what the client has from now on.
fn given(cx: &mut Context<'_>, client: Subject, message: &Message<'_>) {
    let is_reply = message.kind == Kind::REPLY;
    for (code, value) in message.options() {
        match code {
            // An identity and two times stand before the addresses of the one, only an identity before the other's.
            code::ADDRESSES if is_reply => addresses(cx, client, value.get(12..).unwrap_or_default()),
            code::TEMPORARY_ADDRESSES if is_reply => {
                addresses(cx, client, value.get(4..).unwrap_or_default());
            }
            code::NAME_SERVERS => {
                for server in value.as_chunks::<16>().0.iter().take(MOST_SERVERS) {
                    let server = Address::v6(*server);
                    serves(cx, client, is_reply, server, (Attribute::NameServer, Role::NameServer));
                }
            }
            code::TIME_SERVERS => {
                for (kind, value) in options(value).take(MOST_SERVERS) {
                    if let (TIME_SERVER_ADDRESS, Ok(server)) = (kind, value.try_into()) {
                        let server = Address::v6(server);
                        serves(cx, client, is_reply, server, (Attribute::TimeServer, Role::TimeServer));
                    }
                }
            }
            _ => {}
        }
    }
}

fn serves(
    cx: &mut Context<'_>,
    client: Subject,
    is_reply: bool,
    server: Address,
    (attribute, role): (Attribute, Role),
) {
    cx.fact_of(Subject::Address(server), Attribute::Role, role.as_str());
    if is_reply {
        cx.fact_of(client, attribute, &server.to_string());
    }
}

fn addresses(cx: &mut Context<'_>, client: Subject, bytes: &[u8]) {
    for (code, value) in options(bytes).take(MOST_SERVERS) {
        if let (code::ADDRESS, Some(address)) = (code, value.first_chunk()) {
            cx.fact_of(client, Attribute::Ip, &Address::v6(*address).to_string());
        }
    }
}

/// A domain name as labels (RFC 1035 section 3.1), without compression.
fn labels(bytes: &[u8]) -> String {
    let mut reader = Reader::new(bytes);
    let mut labels = Vec::new();
    while let Ok(length @ 1..=63) = reader.u8("label length") {
        let Ok(label) = reader.take(length.into(), "label") else { break };
        labels.push(String::from_utf8_lossy(label).into_owned());
    }
    labels.join(".")
}
