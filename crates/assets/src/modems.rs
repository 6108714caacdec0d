//! Makers of modems and of routers that are bought in a shop, by what the IEEE's registry calls them. Makers of industrial
//! switches are left out: every crane is full of them.

/// Parts of the names of makers of modems and routers for mobile networks, who make little else.
const MOBILE: &[&str] = &[
    "teltonika",
    "sierra wireless",
    "cradlepoint",
    "quectel",
    "inhand",
    "robustel",
    "peplink",
    "pepwave",
    "four-faith",
    "hongdian",
    "option nv",
    "telit",
    "fibocom",
    "simcom",
    "franklin wireless",
    "novatel wireless",
    "inseego",
    "airspan",
    "baicells",
    "proscend",
    "multi-tech",
    "multitech",
];

/// The same of makers of routers, remote-service boxes and small computers that are often made into one.
const ROUTERS: &[&str] = &[
    "digi international",
    "mikrotik",
    "routerboard",
    "tp-link",
    "d-link",
    "netgear",
    "zyxel",
    "huawei",
    "zte",
    "tenda",
    "ewon",
    "netbiter",
    "secomea",
    "tosibox",
    "mb connect",
    "ixon",
    "milesight",
    "gl technologies",
    "gl.inet",
    "bluetooth",
    "xiaomi",
    "raspberry pi",
    "u-blox",
];

/// Whether this maker's devices may be a way out: a modem, a router, a box for remote service.
#[must_use]
pub fn makes_modems(maker: &str) -> bool {
    is_among(MOBILE, maker) || is_among(ROUTERS, maker)
}

/// Whether what this maker makes is modems for mobile networks.
pub(crate) fn makes_mobile_modems(maker: &str) -> bool {
    is_among(MOBILE, maker)
}

fn is_among(parts: &[&str], maker: &str) -> bool {
    let maker = maker.to_ascii_lowercase();
    parts.iter().any(|part| maker.contains(part))
}
