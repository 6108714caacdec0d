use crate::{Found, Picture, Rule};
use quaywatch_model::{Address, Asset, FindingKind, Reach, RemoteAccess, Severity, Timestamp};
use quaywatch_site::LinkPattern;

pub(super) static USED: Rule = Rule {
    name: "remote_access.used",
    title: "A remote-service channel",
    kind: FindingKind::Activity,
    severity: "Critical where a controller's own protocol is reached from a public address; high for other channels from \
               outside in, and between two public addresses of which nobody knows whose they are; medium for channels from \
               inside out, and for questions of management (SNMP) that nobody answered; low between machines inside. Declared \
               channels are not told.",
    meaning: "A program for remote work, a VPN, or a maker's cloud service was in use. Each is a way to the crane that \
              somebody has to answer for.",
    limits: "Silent for channels that the site declares; those on demand have a finding of their own. Web interfaces of controllers and panels are told where they are used \
             from another network, inside TLS only where the ends agree on HTTP by name. What is done inside a tunnel is not seen.",
    advice: "Match it with a work order and the list of declared vendor links; close what has neither.",
    techniques: &["T0822", "T0886"],
    controls: &[
        "33 CFR 101.650(a)(4)",
        "33 CFR 101.650(e)(3)(v)",
        "33 CFR 101.650(f)(3)",
        "IEC 62443-3-3 SR 1.13",
    ],
    shown_by: "cases/finding-remote-access-used",
    silent_in: "cases/s7comm-identify",
    look: |picture, found| {
        let rows = picture
            .remote_access
            .iter()
            .filter(|row| row.kind != "hidden_path" && row.declared != Some(true));
        for row in rows {
            let severity = match (row.direction, row.kind) {
                (Reach::Inbound, "engineering") => Severity::Critical,
                // Asked and not answered: a knock at the door.
                (Reach::Inbound | Reach::Unknown, "management") if row.bytes[1] == 0 => Severity::Medium,
                (Reach::Inbound | Reach::Unknown, _) => Severity::High,
                (Reach::Outbound, _) => Severity::Medium,
                (Reach::Internal, _) => Severity::Low,
            };
            let (client, server) = (picture.named(row.client), picture.named(row.server));
            let way = match row.direction {
                Reach::Unknown => "which way is not known",
                known => known.as_str(),
            };
            let title = format!("{} channel ({way}) from {client} to {server}", row.kind);
            found.push(told(row, severity, title));
        }
    },
};

/// A capture of so many nanoseconds, an hour, is long enough for it to matter that a link was there all the time.
const LONG_CAPTURE_NANOS: i64 = 3_600_000_000_000;

pub(super) static ON_DEMAND: Rule = Rule {
    name: "remote_access.on_demand",
    title: "A link on demand in use",
    kind: FindingKind::Activity,
    severity: "Low; medium where it was connected all the time of a capture of an hour or more.",
    meaning: "Somebody came in, or a machine went out, by a link that the site declares as on demand: switched on for a service \
              that somebody asked for, and off again.",
    limits: "Only with a site file that declares such links. Whether somebody asked for it is not on the wire. Connected all the \
             time is a link whose first and last packets are within a tenth of the capture from its beginning and end; it may \
             have been off in between.",
    advice: "Match it with the request or work order for that time; switch the link off when the work is done.",
    techniques: &["T0822", "T0886"],
    controls: &["33 CFR 101.650(f)(3)", "IEC 62443-3-3 SR 1.13"],
    shown_by: "cases/finding-remote-access-on-demand",
    silent_in: "cases/quiet-vendor-link",
    look: |picture, found| {
        for row in picture.remote_access.iter().filter(|row| row.declared == Some(true)) {
            let [from, to] = [row.client, row.server].map(|address| picture.site.party(address));
            let link = picture.site.vendor_link(row.kind, &from, &to);
            let Some(link) = link.filter(|link| link.pattern == LinkPattern::OnDemand) else { continue };
            let stays = is_always_there(picture.span, row);
            let severity = if stays { Severity::Medium } else { Severity::Low };
            let how = if stays { "is connected all the time" } else { "was in use" };
            let (client, server) = (picture.named(row.client), picture.named(row.server));
            let title =
                format!("the link {:?}, on demand, {how}: {} from {client} to {server}", link.name, row.kind);
            found.push(told(row, severity, title));
        }
    },
};

/// Whether the channel was there from the beginning of a long capture to its end, but for a tenth.
const fn is_always_there((first, last): (Timestamp, Timestamp), row: &RemoteAccess) -> bool {
    let span = last.since(first);
    span >= LONG_CAPTURE_NANOS && row.start.time.since(first) <= span / 10 && last.since(row.end) <= span / 10
}

pub(super) static HIDDEN: Rule = Rule {
    name: "remote_access.hidden_path",
    title: "Signs of a way out that nobody declared",
    kind: FindingKind::Exposure,
    severity: "High.",
    meaning: "A machine shows two or more signs of being a modem or router, or of hiding one: a maker's prefix, public traffic \
              beside the main gateway, address offers, hop counts, round trips of a mobile network.",
    limits: "A modem's own radio cannot be seen, nor one on a serial line; no signs do not mean no modem. Silent for \
             routers that stand in for each other by VRRP or HSRP, and for virtual machines that only hide others. Laptops that \
             share a connection show some of the signs.",
    advice: "Go and look: find the device by its MAC address in the switch, and follow its cables and antennas.",
    techniques: &["T0822", "T0860", "T0884"],
    controls: &[
        "33 CFR 101.650(b)(1)",
        "33 CFR 101.650(e)(3)(v)",
        "IEC 62443-3-3 SR 1.6",
        "IEC 62443-3-3 SR 5.2",
    ],
    shown_by: "cases/finding-remote-access-hidden-path",
    silent_in: "cases/quiet-virtual-machine",
    look: |picture, found| {
        for row in picture.remote_access.iter().filter(|row| row.kind == "hidden_path") {
            let (device, user) = ends(row);
            let is_own =
                |user: &Address| asset(picture, device).is_some_and(|asset| asset.addresses.contains(user));
            let title = format!("{} shows signs of a hidden path", named(picture, device));
            let mut told = told(row, Severity::High, title);
            if let Some(user) = user.filter(|user| !is_own(user)) {
                told.explanation.push_str(&format!(" Used most by {}.", picture.named(user)));
            }
            told.subjects = std::iter::once(device).chain(user).collect();
            found.push(told);
        }
    },
};

/// The suspected device, which is known by its MAC address, and who uses it, where somebody was seen to.
fn ends(row: &RemoteAccess) -> (Address, Option<Address>) {
    let (device, user) = match row.direction {
        Reach::Inbound => (row.client, row.server),
        Reach::Outbound | Reach::Internal | Reach::Unknown => (row.server, row.client),
    };
    (device, (user != device).then_some(user))
}

fn asset<'a>(picture: &Picture<'a>, device: Address) -> Option<&'a Asset> {
    picture.assets.iter().find(|asset| asset.mac.map(Address::mac) == Some(device))
}

/// The device by its IP address, if it has one.
fn named(picture: &Picture<'_>, device: Address) -> String {
    let addresses = asset(picture, device).map(|asset| &*asset.addresses).unwrap_or_default();
    match addresses.iter().find(|address| address.ip().is_some()) {
        Some(ip) => format!("{} at {device}", picture.named(*ip)),
        None => device.to_string(),
    }
}

fn told(row: &RemoteAccess, severity: Severity, title: String) -> Found {
    let [sent, back] = row.bytes;
    Found {
        time: row.start.time,
        severity,
        title,
        explanation: format!("{}. {sent} bytes out, {back} bytes back.", row.evidence.join("; ")),
        subjects: vec![row.client, row.server],
        frames: vec![row.start.frame],
        count: row.conversations,
    }
}
