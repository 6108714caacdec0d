//! What Windows does by itself: tickets, policies of the domain, updates.

use super::{DOMAIN, Place, is_up, repeat};
use crate::lan::HostId;
use crate::lines::http;
use crate::lines::kerberos::Ticket;
use crate::lines::{ldap, smb};
use crate::party::{Line, Scripted};
use crate::world::{World, seconds};
use std::collections::VecDeque;

/// How often policies are asked for: Windows does it each 90 minutes and up to 30 more.
const POLICY_S: [f64; 2] = [5400.0, 7200.0];
/// How often updates are.
const UPDATES_S: [f64; 2] = [4.0 * 3600.0, 6.0 * 3600.0];
const MEMBERS: [&str; 5] = ["cms", "hmi1", "hmi2", "hmi3", "ews"];
const REALM: &str = "QUAY.EXAMPLE";
const UPDATES: &str = "http://schemas.xmlsoap.org/soap/envelope/";

/// Lets a crane's computers be members of their domain.
pub(super) fn work(world: &mut World, place: &Place) {
    let Some(ad) = world.lan.named("ad") else { return };
    for name in MEMBERS {
        let Some(host) = place.host(world, name) else { continue };
        let account = format!("{}-{name}$", place.crane).to_ascii_uppercase();
        // One of them is at it soon after the beginning, whoever it is.
        repeat(world, POLICY_S[0] / 2.0, move |world| {
            if is_up(world, host) {
                policies(world, host, ad, &account);
            }
            Some(seconds(world.chance.between(POLICY_S[0], POLICY_S[1])))
        });
        repeat(world, UPDATES_S[0], move |world| {
            if is_up(world, host) {
                world.play(host, ad, 8530, Scripted::both(updates()));
            }
            Some(seconds(world.chance.between(UPDATES_S[0], UPDATES_S[1])))
        });
    }
}

/// Tickets, a look into the directory, and the share with the policies: each needs what was given before.
fn policies(world: &mut World, host: HostId, ad: HostId, account: &str) {
    let seed = world.chance.next();
    let server = format!("ad.{DOMAIN}");
    let first = Ticket { realm: REALM, user: account, service: ["krbtgt", REALM], seed };
    let files = Ticket { service: ["cifs", &server], seed: seed ^ 1, ..first };
    let asked = |ticket: &Ticket<'_>, question: Vec<u8>, is_first| {
        vec![Line::client(question), Line::server(ticket.granted(is_first)).after_ms(2)]
    };
    let attributes = [
        ("defaultNamingContext", "DC=quay,DC=example"),
        ("dnsHostName", server.as_str()),
        ("domainFunctionality", "7"),
    ];
    let shares = [format!("\\\\{server}\\IPC$"), format!("\\\\{server}\\SysVol")];
    let visits = VecDeque::from([
        (88, asked(&first, first.first(), true)),
        (88, asked(&files, files.next(), false)),
        (389, ldap::search("", &attributes)),
        (445, smb::visit(world.now(), &files, &shares)),
    ]);
    one_after_another(world, [host, ad], visits);
}

/// How often it is looked whether a conversation is over.
const LOOK_S: f64 = 0.004;

/// Conversations at these ports, each when the one before is over.
fn one_after_another(world: &mut World, [from, to]: [HostId; 2], mut visits: VecDeque<(u16, Vec<Line>)>) {
    let mut talk = None;
    let work = move |world: &mut World| {
        if talk.is_none_or(|talk| world.is_over(talk)) {
            let (port, lines) = visits.pop_front().filter(|_| is_up(world, from))?;
            talk = Some(world.play(from, to, port, Scripted::both(lines)));
        }
        Some(world.about(LOOK_S))
    };
    world.adopt(Box::new(work), world.lan.label, world.now());
}

/// Asks the update service whether there is something new, and there is not.
fn updates() -> Vec<Line> {
    let soap = |content: &str| {
        format!("<s:Envelope xmlns:s=\"{UPDATES}\"><s:Body>{content}</s:Body></s:Envelope>").into_bytes()
    };
    let (agent, kind) = ("Windows-Update-Agent/10.0.10011.16384", "text/xml; charset=utf-8");
    let asked =
        soap("<SyncUpdates><parameters><ExpressQuery>false</ExpressQuery></parameters></SyncUpdates>");
    let told = soap("<SyncUpdatesResponse><Truncated>false</Truncated></SyncUpdatesResponse>");
    let host = format!("ad.{DOMAIN}:8530");
    let target = "/ClientWebService/client.asmx";
    vec![
        Line::client(http::request("POST", &host, target, agent, kind, &asked)),
        Line::server(http::response("200 OK", "Microsoft-IIS/10.0", kind, &told)).after_ms(14),
    ]
}
