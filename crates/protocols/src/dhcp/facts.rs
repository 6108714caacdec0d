use super::{Kind, Message, code};
use crate::Context;
use quaywatch_model::{Address, Attribute, Mac, Role, Side, Subject};
use quaywatch_wire::{ReadError, Reader};

/// A network has two or three of each.
const MOST_SERVERS: usize = 8;
/// Ethernet (RFC 1700).
const ETHERNET: u8 = 1;
/// The circuit id in what a relay adds (RFC 3046).
const CIRCUIT_ID: u8 = 1;

/// Reads one message.
pub(super) fn read(cx: &mut Context<'_>, from: Side, bytes: &[u8]) -> Result<Option<Side>, ReadError> {
    let message = Message::decode(bytes)?;
    let asks = message.operation == 1;
    let relay = Address::v4(message.relay);
    if message.relay != [0; 4] {
        cx.fact_of(Subject::Address(relay), Attribute::Capability, "dhcp relay");
    }
    let mac = Mac(message.mac);
    let has_mac = message.hardware == ETHERNET && message.hardware_length == 6 && mac != Mac::default();
    if asks {
        if has_mac && !mac.is_group() {
            client(cx, Subject::Address(Address::mac(mac)), &message);
        }
        return Ok(Some(from));
    }
    let server = message.option(code::SERVER).and_then(addresses_first).filter(is_host);
    let server = server.map_or(Subject::Side(from), Subject::Address);
    cx.fact_of(server, Attribute::Role, Role::AddressServer.as_str());
    offered(cx, &message);
    if message.kind() == Some(Kind::ACK) {
        granted(cx, (has_mac && !mac.is_group()).then_some(mac), &message);
    }
    // What a server sends to all goes to a client that has no address yet; it is no one's who could have asked.
    let to_all = !is_host(from.other().of(&cx.addresses));
    Ok(Some(if to_all { from } else { from.other() }))
}

/// What a client says of itself.
fn client(cx: &mut Context<'_>, about: Subject, message: &Message<'_>) {
    for (code, value) in message.options() {
        match code {
            code::HOST_NAME => cx.fact_of(about, Attribute::Name, &String::from_utf8_lossy(value)),
            code::FQDN => cx.fact_of(about, Attribute::Name, &fqdn(value)),
            code::VENDOR_CLASS => cx.fact_of(about, Attribute::Capability, &String::from_utf8_lossy(value)),
            code::PARAMETERS => {
                let numbers: Vec<String> = value.iter().map(u8::to_string).collect();
                let list = format!("dhcp parameters {}", numbers.join(","));
                cx.fact_of(about, Attribute::Capability, &list);
            }
            code::RELAY => {
                if let Some(port) = circuit(value) {
                    cx.fact_of(about, Attribute::NeighbourPort, &port);
                }
            }
            _ => {}
        }
    }
}

/// The name behind flags and two return codes, as text or as labels (RFC 4702 section 2).
fn fqdn(value: &[u8]) -> String {
    const ENCODED: u8 = 0x04;
    let [flags, _, _, name @ ..] = value else { return String::new() };
    if flags & ENCODED == 0 {
        return String::from_utf8_lossy(name).into_owned();
    }
    let mut reader = Reader::new(name);
    let mut labels = Vec::new();
    while let Ok(length @ 1..=63) = reader.u8("label length") {
        let Ok(label) = reader.take(length.into(), "label") else { break };
        labels.push(String::from_utf8_lossy(label).into_owned());
    }
    labels.join(".")
}

/// The port a relay says the client is plugged into: text as it is, else as hexadecimal digits.
fn circuit(value: &[u8]) -> Option<String> {
    let mut reader = Reader::new(value);
    loop {
        let kind = reader.u8("sub-option").ok()?;
        let length = reader.u8("sub-option length").ok()?;
        let value = reader.take(length.into(), "sub-option value").ok()?;
        if kind == CIRCUIT_ID {
            let is_text = value.iter().all(|byte| (0x20..0x7f).contains(byte));
            let hex = || value.iter().map(|byte| format!("{byte:02x}")).collect();
            return Some(if is_text { String::from_utf8_lossy(value).into_owned() } else { hex() });
        }
    }
}

/// That whoever is offered for a purpose serves it.
fn offered(cx: &mut Context<'_>, message: &Message<'_>) {
    let serving = [
        (code::ROUTERS, Role::Router),
        (code::NAME_SERVERS, Role::NameServer),
        (code::TIME_SERVERS, Role::TimeServer),
    ];
    for (code, role) in serving {
        for server in addresses(message.option(code)) {
            cx.fact_of(Subject::Address(server), Attribute::Role, role.as_str());
        }
    }
}

/// What the client has from now on.
fn granted(cx: &mut Context<'_>, mac: Option<Mac>, message: &Message<'_>) {
    // An acknowledgement of a mere question for parameters gives no address: the client has one.
    let address = if message.yours == [0; 4] { message.client } else { message.yours };
    let address = Address::v4(address);
    if !is_host(&address) {
        return;
    }
    let about = Subject::Address(address);
    if let Some(mac) = mac {
        cx.fact_of(about, Attribute::Mac, &mac.to_string());
    }
    if let (Some(name), false) = (message.option(code::HOST_NAME), message.yours == [0; 4]) {
        cx.fact_of(about, Attribute::Name, &String::from_utf8_lossy(name));
    }
    if let (Some(mask), Some(ip)) =
        (message.option(code::SUBNET_MASK).and_then(|mask| mask.try_into().ok()), address.ipv4())
    {
        let mask = u32::from_be_bytes(mask);
        let network = Address::v4((ip.to_bits() & mask).to_be_bytes());
        cx.fact_of(about, Attribute::Network, &format!("{network}/{}", mask.count_ones()));
    }
    let used = [
        (code::ROUTERS, Attribute::Gateway),
        (code::NAME_SERVERS, Attribute::NameServer),
        (code::TIME_SERVERS, Attribute::TimeServer),
    ];
    for (code, attribute) in used {
        for server in addresses(message.option(code)) {
            cx.fact_of(about, attribute, &server.to_string());
        }
    }
}

fn addresses(value: Option<&[u8]>) -> impl Iterator<Item = Address> {
    let chunks = value.unwrap_or_default().as_chunks::<4>().0;
    chunks.iter().take(MOST_SERVERS).map(|bytes| Address::v4(*bytes)).filter(is_host)
}

fn addresses_first(value: &[u8]) -> Option<Address> {
    addresses(Some(value)).next()
}

fn is_host(address: &Address) -> bool {
    address.ipv4().is_some_and(|ip| !ip.is_unspecified() && !ip.is_broadcast() && !ip.is_multicast())
}
