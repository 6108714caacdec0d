//! Who logs in, from where, to what: the same in all versions.

use crate::Context;
use crate::ntlm::{Machine, Ntlm};
use quaywatch_model::{Attribute, Side, Topic, Value};

/// Object identifiers of Kerberos in a token (MS-SPNG, RFC 4121): Microsoft's and the standard's.
const KERBEROS: [&[u8]; 2] = [
    &[0x2A, 0x86, 0x48, 0x82, 0xF7, 0x12, 0x01, 0x02, 0x02],
    &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x12, 0x01, 0x02, 0x02],
];
/// What a wrapped Kerberos token has after its identifier: the number of an AP-REQ.
const AP_REQUEST: [u8; 2] = [0x01, 0x00];

/// Reads a client's token: notes how and who, gives the user.
pub(super) fn from_client(cx: &mut Context<'_>, client: Side, token: &[u8]) -> Option<String> {
    if let Some(Ntlm::Authenticate { user, domain, machine }) = Ntlm::find(token) {
        tell_machine(cx, client, &machine);
        if !machine.name.is_empty() {
            cx.note(client, Topic::ClientName, Value::Text(&machine.name));
        }
        if user.is_empty() {
            cx.note(client, Topic::Authentication, Value::Text("anonymous"));
            return Some(user);
        }
        cx.note(client, Topic::Authentication, Value::Text("ntlm"));
        let user = if domain.is_empty() { user } else { format!("{domain}\\{user}") };
        cx.note(client, Topic::User, Value::Text(&user));
        return Some(user);
    }
    let has_ticket = |name: &&&[u8]| {
        let at = memchr::memmem::rfind(token, name).map(|at| at + name.len());
        at.and_then(|at| token.get(at..)).is_some_and(|rest| rest.starts_with(&AP_REQUEST))
    };
    if KERBEROS.iter().any(|name| has_ticket(&name)) {
        cx.note(client, Topic::Authentication, Value::Text("kerberos"));
        return Some(String::new());
    }
    None
}

/// Reads a server's token.
pub(super) fn from_server(cx: &mut Context<'_>, server: Side, token: &[u8]) {
    if let Some(Ntlm::Challenge(machine)) = Ntlm::find(token) {
        tell_machine(cx, server, &machine);
    }
}

fn tell_machine(cx: &mut Context<'_>, side: Side, machine: &Machine) {
    cx.fact(side, Attribute::Name, &machine.name);
    cx.fact(side, Attribute::DomainName, &machine.dns_name);
    cx.fact(side, Attribute::OperatingSystem, &machine.system);
}

/// Notes what became of a log-in.
pub(super) fn outcome(cx: &mut Context<'_>, server: Side, accepted: bool) {
    cx.note(server, Topic::Login, Value::Text(if accepted { "accepted" } else { "refused" }));
}
