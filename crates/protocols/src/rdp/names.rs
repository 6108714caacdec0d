//! Names of RDP's numbers, spelled as Zeek's `rdp.log` spells them.

use std::borrow::Cow;

/// Client builds and the RDP version they speak.
pub(super) fn build(number: u32) -> Cow<'static, str> {
    let name = match number {
        419 => "RDP 4.0",
        2195 | 2221 => "RDP 5.0",
        2600 => "RDP 5.1",
        3790 => "RDP 5.2",
        6000 => "RDP 6.0",
        6001 => "RDP 6.1",
        6002 => "RDP 6.2",
        7600 => "RDP 7.0",
        7601 => "RDP 7.1",
        9200 => "RDP 8.0",
        9600 => "RDP 8.1",
        25189 | 25282 => "RDP 8.0 (Mac)",
        _ => return format!("client_build-{number}").into(),
    };
    name.into()
}

/// MS-RDPBCGR 2.2.1.1.1.
pub(super) fn security_protocol(number: u32) -> Cow<'static, str> {
    let name = match number {
        0 => "RDP",
        1 => "SSL",
        2 => "HYBRID",
        8 => "HYBRID_EX",
        _ => return format!("security_protocol-{number}").into(),
    };
    name.into()
}

/// MS-RDPBCGR 2.2.1.2.2.
pub(super) fn failure(number: u32) -> Cow<'static, str> {
    let name = match number {
        1 => "SSL_REQUIRED_BY_SERVER",
        2 => "SSL_NOT_ALLOWED_BY_SERVER",
        3 => "SSL_CERT_NOT_ON_SERVER",
        4 => "INCONSISTENT_FLAGS",
        5 => "HYBRID_REQUIRED_BY_SERVER",
        6 => "SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER",
        _ => return format!("failure_code-{number}").into(),
    };
    name.into()
}

/// T.124: the result of creating a conference.
pub(super) fn result(number: u8) -> Cow<'static, str> {
    let name = match number {
        0 => "Success",
        1 => "User rejected",
        2 => "Resources not available",
        3 => "Rejected for symmetry breaking",
        4 => "Locked conference",
        _ => return format!("result-{number}").into(),
    };
    name.into()
}

/// MS-RDPBCGR 2.2.1.4.3. Zeek writes FIPS for 10, which is 0x10 in the standard.
pub(super) fn encryption_method(number: u32) -> Cow<'static, str> {
    let name = match number {
        0 => "None",
        1 => "40bit",
        2 => "128bit",
        8 => "56bit",
        10 => "FIPS",
        _ => return format!("encryption_method-{number}").into(),
    };
    name.into()
}

/// MS-RDPBCGR 2.2.1.4.3.
pub(super) fn encryption_level(number: u32) -> Cow<'static, str> {
    let name = match number {
        0 => "None",
        1 => "Low",
        2 => "Client compatible",
        3 => "High",
        4 => "FIPS",
        _ => return format!("encryption_level-{number}").into(),
    };
    name.into()
}

/// MS-RDPBCGR 2.2.1.4.3.1.
pub(super) fn certificate(number: u32) -> Cow<'static, str> {
    match number {
        1 => "RSA".into(),
        2 => "X.509".into(),
        _ => format!("cert_type-{number}").into(),
    }
}

/// MS-RDPBCGR 2.2.1.3.2, `highColorDepth`.
pub(super) fn colour_depth(number: u16) -> Cow<'static, str> {
    match number {
        4 | 8 | 15 | 16 | 24 => format!("{number}bit").into(),
        _ => format!("high_color_depth-{number}").into(),
    }
}

/// The keyboard layout; where only its language is known, that as a guess.
pub(super) fn keyboard(number: u32) -> Cow<'static, str> {
    if let Some(name) = language(number) {
        return name.into();
    }
    match language(number & 0xFFFF) {
        Some(name) => format!("{name} (Best Guess for {number})").into(),
        None => format!("keyboard-{number}").into(),
    }
}

/// Windows language identifiers (MS-LCID), those with a keyboard in common use, and a few layouts of their own.
fn language(number: u32) -> Option<&'static str> {
    let at = LANGUAGES.binary_search_by_key(&number, |&(known, _)| known).ok()?;
    LANGUAGES.get(at).map(|&(_, name)| name)
}

static LANGUAGES: [(u32, &str); 83] = [
    (1025, "Arabic - Saudi Arabia"),
    (1026, "Bulgarian"),
    (1027, "Catalan"),
    (1028, "Chinese - Taiwan"),
    (1029, "Czech"),
    (1030, "Danish"),
    (1031, "German - Germany"),
    (1032, "Greek"),
    (1033, "English - United States"),
    (1034, "Spanish - Spain (Traditional Sort)"),
    (1035, "Finnish"),
    (1036, "French - France"),
    (1037, "Hebrew"),
    (1038, "Hungarian"),
    (1039, "Icelandic"),
    (1040, "Italian - Italy"),
    (1041, "Japanese"),
    (1042, "Korean"),
    (1043, "Dutch - Netherlands"),
    (1044, "Norwegian (Bokmal)"),
    (1045, "Polish"),
    (1046, "Portuguese - Brazil"),
    (1048, "Romanian"),
    (1049, "Russian"),
    (1050, "Croatian"),
    (1051, "Slovak"),
    (1052, "Albanian - Albania"),
    (1053, "Swedish"),
    (1054, "Thai"),
    (1055, "Turkish"),
    (1056, "Urdu"),
    (1057, "Indonesian"),
    (1058, "Ukrainian"),
    (1059, "Belarusian"),
    (1060, "Slovenian"),
    (1061, "Estonian"),
    (1062, "Latvian"),
    (1063, "Lithuanian"),
    (1065, "Farsi"),
    (1066, "Vietnamese"),
    (1067, "Armenian - Armenia"),
    (1068, "Azeri (Latin)"),
    (1069, "Basque"),
    (1071, "FYRO Macedonian"),
    (1078, "Afrikaans - South Africa"),
    (1079, "Georgian"),
    (1080, "Faroese"),
    (1081, "Hindi"),
    (1082, "Maltese"),
    (1086, "Malay - Malaysia"),
    (1087, "Kazakh"),
    (1089, "Swahili"),
    (1093, "Bengali (India)"),
    (1097, "Tamil"),
    (1106, "Welsh"),
    (1110, "Galician"),
    (2052, "Chinese - People's Republic of China"),
    (2055, "German - Switzerland"),
    (2057, "English - United Kingdom"),
    (2058, "Spanish - Mexico"),
    (2060, "French - Belgium"),
    (2064, "Italian - Switzerland"),
    (2067, "Dutch - Belgium"),
    (2068, "Norwegian (Nynorsk)"),
    (2070, "Portuguese - Portugal"),
    (2074, "Serbian (Latin)"),
    (2077, "Swedish - Finland"),
    (3076, "Chinese - Hong Kong SAR"),
    (3079, "German - Austria"),
    (3081, "English - Australia"),
    (3082, "Spanish - Spain (Modern Sort)"),
    (3084, "French - Canada"),
    (4100, "Chinese - Singapore"),
    (4105, "English - Canada"),
    (4108, "French - Switzerland"),
    (5129, "English - New Zealand"),
    (6153, "English - Ireland"),
    (7177, "English - South Africa"),
    (13321, "English - Philippines"),
    (16393, "English - India"),
    (18441, "English - Singapore"),
    (66569, "English - United States (Dvorak)"),
    (132105, "English - United States (International)"),
];
