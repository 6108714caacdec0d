use crate::{Address, Attribute, Mac, Timestamp};

/// One device: everything that was learned of one box, however many addresses it has. A row of `assets`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asset {
    /// Its MAC address, where it is on a network that was captured.
    pub mac: Option<Mac>,
    /// Its addresses, IP before others, in order.
    pub addresses: Vec<Address>,
    /// What it is called, the most telling first.
    pub names: Vec<String>,
    /// Who made it: as it says itself, else the registered owner of its MAC prefix.
    pub maker: Option<String>,
    /// What it is called by its maker.
    pub product: Option<String>,
    /// The maker's order number.
    pub order_number: Option<String>,
    /// Its serial number.
    pub serial: Option<String>,
    /// The version of its firmware.
    pub firmware: Option<String>,
    /// Its operating system, where that is known.
    pub operating_system: Option<String>,
    /// What it does, the surest first.
    pub roles: Vec<Role>,
    /// The protocols it answers.
    pub protocols_served: Vec<&'static str>,
    /// The protocols it asks others with.
    pub protocols_used: Vec<&'static str>,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// In which frame.
    pub first_frame: u64,
    /// When it was last seen.
    pub last_seen: Timestamp,
    /// Which protocol said what of it, and where.
    pub evidence: Vec<Evidence>,
    /// The crane it belongs to, by the site's own declaration.
    pub crane: Option<String>,
    /// The zone it is in, by the site's own declaration.
    pub zone: Option<String>,
    /// Whether the site declares it; `None` without a site.
    pub declared: Option<bool>,
}

impl Asset {
    /// Whether it stands in for another router, or is stood in for: it speaks a protocol of redundant routers.
    #[must_use]
    pub fn is_redundant_router(&self) -> bool {
        let spoken = self.protocols_used.iter().chain(&self.protocols_served);
        spoken.copied().any(|protocol| matches!(protocol, "vrrp" | "hsrp"))
    }
}

/// Why something is believed of an [`Asset`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    /// The protocol that said it; `oui` for the registry of MAC prefixes.
    pub protocol: &'static str,
    /// What kind of thing.
    pub attribute: Attribute,
    /// What. Of the peer's making: escape it.
    pub value: String,
    /// The first frame that said it; 0 where there is none.
    pub frame: u64,
}

/// What a device does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Role {
    /// A programmable controller.
    Controller,
    /// A controller of safety functions.
    SafetyController,
    /// A drive.
    Drive,
    /// Inputs and outputs of a controller, elsewhere.
    RemoteIo,
    /// A sensor or camera system that measures: anti-sway, positions, characters.
    Sensor,
    /// An operator's panel.
    Hmi,
    /// A machine that programs or services controllers.
    EngineeringStation,
    /// A camera.
    Camera,
    /// A switch.
    Switch,
    /// A router, firewall or gateway.
    Router,
    /// A cellular or other modem.
    Modem,
    /// A wireless access point.
    AccessPoint,
    /// A database server.
    Database,
    /// A server that gives names.
    NameServer,
    /// A server that gives time.
    TimeServer,
    /// A server that gives addresses.
    AddressServer,
    /// Another server.
    Server,
    /// Another workstation.
    Workstation,
    /// A printer.
    Printer,
    /// A telephone.
    Phone,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::Controller,
        Self::SafetyController,
        Self::Drive,
        Self::RemoteIo,
        Self::Sensor,
        Self::Hmi,
        Self::EngineeringStation,
        Self::Camera,
        Self::Switch,
        Self::Router,
        Self::Modem,
        Self::AccessPoint,
        Self::Database,
        Self::NameServer,
        Self::TimeServer,
        Self::AddressServer,
        Self::Server,
        Self::Workstation,
        Self::Printer,
        Self::Phone,
    ];

    /// The words used in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Controller => "controller",
            Self::SafetyController => "safety controller",
            Self::Drive => "drive",
            Self::RemoteIo => "remote io",
            Self::Sensor => "sensor",
            Self::Hmi => "hmi",
            Self::EngineeringStation => "engineering station",
            Self::Camera => "camera",
            Self::Switch => "switch",
            Self::Router => "router",
            Self::Modem => "modem",
            Self::AccessPoint => "access point",
            Self::Database => "database",
            Self::NameServer => "name server",
            Self::TimeServer => "time server",
            Self::AddressServer => "address server",
            Self::Server => "server",
            Self::Workstation => "workstation",
            Self::Printer => "printer",
            Self::Phone => "phone",
        }
    }

    /// The role of this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}
