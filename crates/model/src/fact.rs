use crate::{Address, Side, Value};

/// Something that was learned about who somebody is.
///
/// Which protocol said it, and in which frame, is known to whoever passes it on.
#[derive(Clone, Copy)]
pub struct Fact<'a> {
    /// About whom.
    pub about: Subject,
    /// What kind of thing.
    pub attribute: Attribute,
    /// What. Of the peer's making: escape it wherever it is shown.
    pub value: Value<'a>,
}

/// Who a [`Fact`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// One end of the conversation.
    Side(Side),
    /// Somebody the conversation speaks of, by an IP or MAC address: the host in a DNS answer, the lease in a DHCP
    /// offer, the sender in an ARP request.
    Address(Address),
}

/// What kind of thing a [`Fact`] tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Attribute {
    /// Who made it.
    Maker,
    /// What it is called by its maker.
    Product,
    /// The maker's order or catalogue number.
    OrderNumber,
    /// Its serial number.
    Serial,
    /// The version of its firmware.
    Firmware,
    /// The version of its hardware.
    Hardware,
    /// What its owner calls it: host name, station name, module name.
    Name,
    /// The name under which others look its address up: a DNS name.
    DomainName,
    /// The software that speaks: a banner, a user agent, a server header.
    Software,
    /// The operating system.
    OperatingSystem,
    /// What it does, in a word of [`Role`](crate::Role), where a protocol tells.
    Role,
    /// Its MAC address.
    Mac,
    /// Its IP address.
    Ip,
    /// The network it is in, with prefix length.
    Network,
    /// The router it uses.
    Gateway,
    /// The name server it uses.
    NameServer,
    /// The time server it uses.
    TimeServer,
    /// The neighbour's port it is plugged into.
    NeighbourPort,
    /// Where it stands, as configured in it.
    Location,
    /// Whom to call, as configured in it.
    Contact,
    /// What it says of itself in its own words.
    Description,
    /// What it says it can do: capabilities of LLDP and CDP, vendor class of DHCP.
    Capability,
    /// Its operating state: run, stop, program.
    State,
}

impl Attribute {
    /// The word used in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Maker => "maker",
            Self::Product => "product",
            Self::OrderNumber => "order_number",
            Self::Serial => "serial",
            Self::Firmware => "firmware",
            Self::Hardware => "hardware",
            Self::Name => "name",
            Self::DomainName => "domain_name",
            Self::Software => "software",
            Self::OperatingSystem => "operating_system",
            Self::Role => "role",
            Self::Mac => "mac",
            Self::Ip => "ip",
            Self::Network => "network",
            Self::Gateway => "gateway",
            Self::NameServer => "name_server",
            Self::TimeServer => "time_server",
            Self::NeighbourPort => "neighbour_port",
            Self::Location => "location",
            Self::Contact => "contact",
            Self::Description => "description",
            Self::Capability => "capability",
            Self::State => "state",
        }
    }
}
