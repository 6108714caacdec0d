//! The closed vocabularies of `site.toml`. Hyphens, underscores, blanks and case make no difference.

use quaywatch_model::{DataClass, Role, Verb};
use std::fmt;

/// Whether two words are the same but for case, hyphens, underscores, slashes and blanks.
pub(crate) fn same(a: &str, b: &str) -> bool {
    fn letters(word: &str) -> impl Iterator<Item = u8> + '_ {
        let word = word.trim().bytes().filter(|byte| !matches!(byte, b'-' | b'_' | b' ' | b'/'));
        word.map(|byte| byte.to_ascii_lowercase())
    }
    letters(a).eq(letters(b))
}

/// A word out of a closed list.
pub(crate) trait Word: Sized + Copy + 'static {
    /// All there are, in the order they are listed.
    const ALL: &'static [Self];
    /// How it is written.
    fn text(self) -> &'static str;
    /// From how people write it.
    fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|word| same(word.text(), text))
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$member_doc:meta])* $member:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$member_doc])* $member,)+ }

        impl $name {
            /// The word used in files and records.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$member => $text,)+ }
            }

            /// All there are.
            pub const ALL: &'static [Self] = &[$(Self::$member,)+];

            /// From how people write it.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                <Self as Word>::parse(text)
            }
        }

        impl Word for $name {
            const ALL: &'static [Self] = $name::ALL;
            fn text(self) -> &'static str {
                self.as_str()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// What a zone is for.
    ZoneKind {
        /// The controllers and what they talk to in real time.
        CraneControl = "crane-control",
        /// Drives.
        Drives = "drives",
        /// Safety controllers and their inputs and outputs.
        Safety = "safety",
        /// Remote inputs and outputs, field devices.
        Field = "field",
        /// Crane management system, engineering station, local HMI.
        Supervision = "supervision",
        /// Cameras and recorders.
        Cctv = "cctv",
        /// Container number recognition and positioning by picture.
        Ocr = "ocr",
        /// Remote operation desks.
        RemoteOperation = "remote-operation",
        /// Servers and clients of the terminal.
        Terminal = "terminal",
        /// A demilitarised zone: jump hosts, gateways, relays.
        Dmz = "dmz",
        /// A maker's or service company's network.
        Vendor = "vendor",
        /// Offices.
        Office = "office",
        /// What the site does not own.
        Internet = "internet",
        /// Something else.
        Other = "other",
    }
}

impl ZoneKind {
    /// Whether such a zone is part of the site.
    #[must_use]
    pub const fn is_own(self) -> bool {
        !matches!(self, Self::Vendor | Self::Internet)
    }
}

words! {
    /// How a vendor's link is meant to be used.
    LinkPattern {
        /// Connected all the time.
        Always = "always",
        /// Switched on for a service that somebody asked for.
        OnDemand = "on-demand",
        /// Not connected: whoever comes is on site.
        Never = "never",
    }
}

/// What people call roles beside the words of records.
const ROLE_ALIASES: &[(&str, Role)] = &[
    ("plc", Role::Controller),
    ("safety plc", Role::SafetyController),
    ("inverter", Role::Drive),
    ("spreader", Role::RemoteIo),
    ("ocr", Role::Sensor),
    ("panel", Role::Hmi),
    ("remote desk", Role::Hmi),
    ("ews", Role::EngineeringStation),
    ("recorder", Role::Server),
    ("cms", Role::Server),
    ("historian", Role::Database),
    ("firewall", Role::Router),
    ("gateway", Role::Router),
    ("radio", Role::AccessPoint),
    ("laptop", Role::Workstation),
    ("jump host", Role::Workstation),
];

impl Word for Role {
    const ALL: &'static [Self] = &Self::ALL;

    fn text(self) -> &'static str {
        self.as_str()
    }

    fn parse(text: &str) -> Option<Self> {
        let word = Self::ALL.into_iter().find(|role| same(role.as_str(), text));
        let alias = || ROLE_ALIASES.iter().find(|(alias, _)| same(alias, text)).map(|&(_, role)| role);
        word.or_else(alias)
    }
}

impl Word for DataClass {
    const ALL: &'static [Self] = &Self::ALL;

    fn text(self) -> &'static str {
        self.as_str()
    }
}

/// The kinds of remote access that can be declared, as `remote_access.kind` names them.
pub const LINK_KINDS: &[&str] = &[
    "vnc",
    "rdp",
    "ssh",
    "telnet",
    "teamviewer",
    "anydesk",
    "remote_desktop_service",
    "openvpn",
    "wireguard",
    "ipsec",
    "pptp",
    "l2tp",
    "gre",
    "overlay_vpn",
    "tunnel_service",
    "socks",
    "web_hmi",
    "vendor_cloud",
    "engineering",
    "management",
    "hidden_path",
];

/// Products by the kind they are told as.
const LINK_ALIASES: &[(&str, &str)] = &[
    ("screenconnect", "remote_desktop_service"),
    ("splashtop", "remote_desktop_service"),
    ("rustdesk", "remote_desktop_service"),
    ("logmein", "remote_desktop_service"),
    ("tailscale", "overlay_vpn"),
    ("zerotier", "overlay_vpn"),
    ("ike", "ipsec"),
    ("ewon", "vendor_cloud"),
    ("talk2m", "vendor_cloud"),
    ("secomea", "vendor_cloud"),
];

/// The kind of remote access of this name.
pub(crate) fn link_kind(name: &str) -> Option<&'static str> {
    let alias = LINK_ALIASES.iter().find(|(alias, _)| same(alias, name)).map(|&(_, kind)| kind);
    alias.or_else(|| LINK_KINDS.iter().copied().find(|kind| same(kind, name)))
}

/// A set of verbs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Verbs(u32);

impl Verbs {
    /// Every verb.
    pub const ANY: Self = Self(u32::MAX);
    /// No verb.
    pub const NONE: Self = Self(0);

    /// Just this one.
    #[must_use]
    pub const fn of(verb: Verb) -> Self {
        Self(1 << verb as u8)
    }

    /// These.
    #[must_use]
    pub fn from_slice(verbs: &[Verb]) -> Self {
        verbs.iter().fold(Self::NONE, |set, &verb| set.with(Self::of(verb)))
    }

    /// Both sets.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the verb is in the set.
    #[must_use]
    pub const fn contains(self, verb: Verb) -> bool {
        self.0 & Self::of(verb).0 != 0
    }

    /// A verb's name, or one of the groups in [`VERB_GROUPS`].
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let verb = VERBS.iter().find(|verb| same(verb.as_str(), word)).map(|&verb| Self::of(verb));
        let group = || VERB_GROUPS.iter().find(|(name, _)| same(name, word));
        verb.or_else(|| {
            let (name, verbs) = group()?;
            Some(match *name {
                "any" => Self::ANY,
                "change" => Self::from_slice(&VERBS.map(|v| if v.changes() { v } else { Verb::Write })),
                _ => Self::from_slice(verbs),
            })
        })
    }
}

/// All verbs.
pub(crate) const VERBS: [Verb; 22] = [
    Verb::Identify,
    Verb::Read,
    Verb::Browse,
    Verb::Subscribe,
    Verb::Write,
    Verb::Force,
    Verb::Start,
    Verb::Stop,
    Verb::Reset,
    Verb::ChangeMode,
    Verb::UploadProgram,
    Verb::DownloadProgram,
    Verb::ActivateProgram,
    Verb::DeleteProgram,
    Verb::UpdateFirmware,
    Verb::SetClock,
    Verb::SetNetwork,
    Verb::ChangeSecurity,
    Verb::OpenSession,
    Verb::CloseSession,
    Verb::Authenticate,
    Verb::Opaque,
];

/// Words that stand for several verbs. `change` is every verb that leaves the device other than it was, `any` all.
pub const VERB_GROUPS: &[(&str, &[Verb])] = &[
    ("observe", &[Verb::Identify, Verb::Read, Verb::Browse, Verb::Subscribe]),
    ("operate", &[Verb::Start, Verb::Stop, Verb::Reset, Verb::ChangeMode]),
    ("program", &[Verb::UploadProgram, Verb::DownloadProgram, Verb::ActivateProgram, Verb::DeleteProgram]),
    ("session", &[Verb::OpenSession, Verb::CloseSession, Verb::Authenticate]),
    ("change", &[]),
    ("any", &[]),
];

/// Protocols by names that people use and this software does not.
const PROTOCOL_ALIASES: &[(&str, &str)] = &[
    ("s7", "s7comm"),
    ("s7plus", "s7comm-plus"),
    ("ethernet/ip", "enip"),
    ("modbus/tcp", "modbus"),
    ("opc", "opcua"),
    ("pn", "profinet"),
    ("logix", "cip"),
];

/// A protocol as this software calls it.
pub(crate) fn protocol(name: &str) -> &str {
    PROTOCOL_ALIASES.iter().find(|(alias, _)| same(alias, name)).map_or(name, |&(_, name)| name)
}
