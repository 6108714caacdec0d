//! What the name of a field or column says of its value. How names are compared is in `names.rs`.

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// A weight; whether its name says that it is one of a container, or only where a container or place is near.
    Weight {
        /// Whether the name alone says so.
        sure: bool,
    },
    /// A container's number.
    Container,
    /// Where a container stands or how it is moved.
    Place,
    /// A ship's IMO number.
    Imo,
    /// A ship's radio number.
    Mmsi,
    /// A ship's name, call sign or voyage.
    Vessel,
    /// A password, key or token.
    Secret,
    /// What a machine is.
    Identity,
}

/// Weights of containers by their name alone.
const WEIGHTS_SURE: &[&str] = &[
    "vgm",
    "vgmkg",
    "vgmt",
    "vgmweight",
    "verifiedgrossmass",
    "verifiedgrossmasskg",
    "grossweight",
    "grossweightkg",
    "grossweightt",
    "grosskg",
    "grosst",
    "grosston",
    "grosstons",
    "grossmass",
    "netweight",
    "netweightkg",
    "netkg",
    "netmass",
    "tareweight",
    "tareweightkg",
    "tarekg",
    "containerweight",
    "cntrweight",
    "containerweightkg",
    "cargoweight",
    "cargoweightkg",
    "spreaderload",
    "spreaderloadt",
    "netload",
    "netloadt",
    "netloadkg",
];
/// Weights of anything.
const WEIGHTS: &[&str] = &[
    "weight", "weightkg", "weightt", "gross", "net", "tare", "kg", "mass", "masskg", "load", "loadkg",
    "loadt", "ton", "tons", "tonnes",
];
/// Numbers of containers.
const CONTAINERS: &[&str] = &[
    "container",
    "containerno",
    "containernr",
    "containernumber",
    "containerid",
    "containers",
    "containernos",
    "cntr",
    "cntrno",
    "cntrnr",
    "cntrid",
    "cntrnumber",
    "ctr",
    "ctrno",
    "unitno",
    "unitid",
    "unitnr",
    "unitnumber",
    "equipmentno",
    "equipmentid",
    "equipmentnumber",
    "equipment",
    "boxno",
    "boxid",
    "containernummer",
];
/// Places and moves of containers.
const PLACES: &[&str] = &[
    "bay",
    "bayno",
    "tier",
    "tierno",
    "row",
    "rowno",
    "bayrowtier",
    "brt",
    "stowage",
    "stowageposition",
    "stowagecell",
    "stowpos",
    "cell",
    "moveid",
    "moveno",
    "movetype",
    "movekind",
    "move",
    "isocode",
    "isotype",
    "sizetype",
    "spreader",
    "sealno",
    "sealnumber",
];
/// Numbers of ships.
const IMO: &[&str] =
    &["imo", "imono", "imonr", "imonumber", "vesselimo", "shipimo", "lloydsno", "lloydsnumber"];
/// Radio numbers of ships.
const MMSI: &[&str] = &["mmsi", "vesselmmsi", "mmsino"];
/// Names, call signs and voyages of ships.
const VESSELS: &[&str] = &[
    "vesselname",
    "shipname",
    "callsign",
    "vesselcallsign",
    "voyage",
    "voyageno",
    "voyagenr",
    "voyagenumber",
    "voyageid",
    "voyno",
    "voynr",
    "invoyage",
    "outvoyage",
    "vesselvoyage",
    "inboundvoyage",
    "outboundvoyage",
];
/// Credentials.
const SECRETS: &[&str] = &[
    "authorization",
    "proxyauthorization",
    "pwd",
    "pass",
    "userpass",
    "apitoken",
    "authtoken",
    "accesstoken",
    "refreshtoken",
    "bearertoken",
    "sessiontoken",
    "privatekey",
    "accountkey",
    "sharedaccesskey",
    "passphrase",
];
/// What a machine is.
const IDENTITIES: &[&str] = &[
    "serialnumber",
    "serialno",
    "serialnr",
    "firmwareversion",
    "fwversion",
    "firmware",
    "ordernumber",
    "orderno",
    "mlfb",
    "articlenumber",
    "plctype",
    "cputype",
    "plcname",
    "macaddress",
];
/// Words that say it wherever they end a name: `db_password`, `measuredWeight`.
const ENDINGS: [(&[&str], Key, bool); 2] = [
    (&["password", "passwd", "secret", "apikey", "accesskey", "secretkey"], Key::Secret, true),
    (&["weight", "weightkg", "grosskg", "vgm"], Key::Weight { sure: false }, true),
];
/// What names mean.
const MEANINGS: [(&[&str], Key); 9] = [
    (WEIGHTS_SURE, Key::Weight { sure: true }),
    (WEIGHTS, Key::Weight { sure: false }),
    (CONTAINERS, Key::Container),
    (PLACES, Key::Place),
    (IMO, Key::Imo),
    (MMSI, Key::Mmsi),
    (VESSELS, Key::Vessel),
    (SECRETS, Key::Secret),
    (IDENTITIES, Key::Identity),
];

/// All names that are known, in lower case, and what ends names; the first before the others, and what is told first of
/// a name with two endings before the other.
pub(crate) fn names() -> impl Iterator<Item = (&'static [u8], Key, bool)> {
    let whole = MEANINGS.into_iter().map(|(names, key)| (names, key, false));
    whole
        .chain(ENDINGS)
        .flat_map(|(names, key, ends)| names.iter().map(move |name| (name.as_bytes(), key, ends)))
}
