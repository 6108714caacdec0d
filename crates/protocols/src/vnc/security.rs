//! The security types of RFB (IANA, RFB Security Types).

use std::borrow::Cow;

/// A security type. Open: one without a name keeps its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Security(pub(super) u8);

impl Security {
    pub(super) const INVALID: Self = Self(0);
    pub(super) const NONE: Self = Self(1);
    pub(super) const VNC: Self = Self(2);
    pub(super) const TIGHT: Self = Self(16);
    pub(super) const VENCRYPT: Self = Self(19);
    pub(super) const APPLE: Self = Self(30);

    /// Everything after the choice is encrypted: TLS, and RealVNC's RA2 and RA2-256.
    pub(super) const fn is_encrypted(self) -> bool {
        matches!(self.0, 5 | 18 | 129)
    }

    /// How a client shows who it is, in a word.
    pub(super) fn word(self) -> Cow<'static, str> {
        let word = match self.0 {
            0 => "invalid",
            1 => "none",
            2 => "vnc",
            5 | 6 | 13 | 129 | 130 | 133 => "realvnc",
            16 => "tight",
            17 => "ultra",
            18 => "tls",
            19 => "vencrypt",
            20 => "sasl",
            30 | 33 | 35 | 36 => "apple",
            113 => "ms_logon",
            number => return format!("security_type_{number}").into(),
        };
        word.into()
    }

    /// The word of Zeek's `rfb.log`.
    pub(super) const fn zeek(self) -> &'static str {
        match self.0 {
            0 => "Invalid",
            1 => "None",
            2 => "VNC",
            16 => "Tight",
            17 => "Ultra",
            18 => "TLS",
            19 => "VeNCrypt",
            20 => "GTK-VNC SASL",
            21 => "MD5 hash authentication",
            22 => "Colin Dean xvp",
            30 => "Apple Remote Desktop",
            _ => "RealVNC",
        }
    }
}
