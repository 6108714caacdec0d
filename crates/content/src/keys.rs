//! What the name of a field or column says of its value.
//!
//! Names are compared as people mean them: without case, and without what stands between their words
//! (`GrossWeightKg`, `gross_weight_kg`, `Gross Weight (kg)`).

use std::sync::LazyLock;

/// Longer names are not compared: none of the known is.
const LONGEST: usize = 28;

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

/// A name as it is compared.
pub(crate) struct Name {
    text: [u8; LONGEST],
    length: usize,
}

impl Name {
    /// `None` where nothing is left of it, or too much.
    pub(crate) fn new<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Option<Self> {
        let mut name = Self { text: [0; LONGEST], length: 0 };
        for part in parts {
            // With what stands between its words, too, it is longer than any.
            if part.len() > 2 * LONGEST {
                return None;
            }
            for &byte in part {
                if byte.is_ascii_alphanumeric() {
                    *name.text.get_mut(name.length)? = byte | 0x20;
                    name.length += 1;
                }
            }
        }
        (name.length > 0).then_some(name)
    }

    fn text(&self) -> &[u8] {
        self.text.get(..self.length).unwrap_or_default()
    }

    /// What a field of this name holds, if that is known.
    pub(crate) fn key(&self) -> Option<Key> {
        let text = self.text();
        known(text).or_else(|| by_ending(text))
    }
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
/// What ends the name of a credential, whatever is before it.
const SECRET_ENDINGS: &[&str] = &["password", "passwd", "secret", "apikey", "accesskey", "secretkey"];
/// What ends the name of a weight.
const WEIGHT_ENDINGS: &[&str] = &["weight", "weightkg", "grosskg", "vgm"];
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

/// The first bytes as a number, all bytes, and what they mean.
type Known = (u64, &'static [u8], Key);

/// Names by their length, so that few are compared.
static KNOWN: LazyLock<[Vec<Known>; LONGEST + 1]> = LazyLock::new(|| {
    std::array::from_fn(|length| {
        let of_length = |(names, key): (&'static [&'static str], Key)| {
            names
                .iter()
                .filter(move |name| name.len() == length)
                .map(move |name| (first_bytes(name.as_bytes()), name.as_bytes(), key))
        };
        MEANINGS.into_iter().flat_map(of_length).collect()
    })
});

/// All names and endings of names that are known.
pub(crate) fn names() -> impl Iterator<Item = &'static [u8]> {
    let whole = MEANINGS.into_iter().map(|(names, _)| names);
    whole.chain([SECRET_ENDINGS, WEIGHT_ENDINGS]).flatten().map(|name| name.as_bytes())
}

fn known(name: &[u8]) -> Option<Key> {
    let (begin, same) = (first_bytes(name), KNOWN.get(name.len())?);
    same.iter().find(|(first, known, _)| *first == begin && *known == name).map(|(.., key)| *key)
}

fn first_bytes(name: &[u8]) -> u64 {
    match name.first_chunk() {
        Some(first) => u64::from_le_bytes(*first),
        None => name.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte)),
    }
}

/// Words that say it wherever they end a name: `db_password`, `measuredWeight`.
fn by_ending(name: &[u8]) -> Option<Key> {
    // The last two letters of any of them.
    let ending = name.last_chunk::<2>();
    if !matches!(ending, Some(b"rd" | b"wd" | b"et" | b"ey" | b"ht" | b"kg" | b"gm")) {
        return None;
    }
    let ends = |words: &[&str]| words.iter().any(|word| name.ends_with(word.as_bytes()));
    if ends(SECRET_ENDINGS) {
        return Some(Key::Secret);
    }
    ends(WEIGHT_ENDINGS).then_some(Key::Weight { sure: false })
}

#[cfg(test)]
mod tests {
    use super::{Key, Name};

    fn key(name: &str) -> Option<Key> {
        Name::new([name.as_bytes()])?.key()
    }

    #[test]
    fn names_mean_the_same_however_they_are_written() {
        for name in ["GrossWeightKg", "gross_weight_kg", "Gross Weight (kg)", "GROSS-WEIGHT-KG"] {
            assert_eq!(key(name), Some(Key::Weight { sure: true }), "{name}");
        }
        assert_eq!(key("db_password"), Some(Key::Secret));
        assert_eq!(key("font-weight"), Some(Key::Weight { sure: false }));
        assert_eq!(key("passwordless"), None);
        assert_eq!(key(&"weight".repeat(9)), None);
    }
}
