use super::{describe, in_file};
use crate::arguments::TwinRun;
use quaywatch_model::Timestamp;
use quaywatch_twin::{Deaf, Live, Plc, SERVICES, Service, crane, s7};
use std::error::Error;
use std::io::{self, ErrorKind, Write};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, mpsc};
use std::time::{SystemTime, UNIX_EPOCH};

/// Lets a crane run until Ctrl-C.
pub(crate) fn run(arguments: &TwinRun) -> Result<(), Box<dyn Error>> {
    let file = arguments.crane.as_deref();
    let description = describe(file)?;
    let (end, ended) = mpsc::channel();
    ctrlc::set_handler(move || {
        // Whoever does not listen any more is ending already.
        let _ = end.send(());
    })?;
    let mut plc = Plc::new(&description.name, s7::default_program());
    let process = crane(&description, arguments.seed, &mut plc).map_err(|told| in_file(file, &told))?;
    let services: Vec<_> =
        SERVICES.iter().enumerate().map(|(at, service)| (service, address(arguments, at, service))).collect();
    let live = Live::start(&services, Arc::new(Mutex::new(plc)), process, now(), arguments.speed)
        .map_err(|deaf| told(arguments, &deaf))?;
    match print(&live, arguments, &description.name) {
        // Whoever closed the pipe has seen enough: the crane runs on.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
        other => other?,
    }
    ended.recv()?;
    Ok(())
}

/// Where a service listens: at its own port, or at its place among the ports that were given.
fn address(arguments: &TwinRun, at: usize, service: &Service) -> SocketAddr {
    let port = match arguments.ports_from {
        None => service.port,
        Some(0) => 0,
        Some(first) => first.saturating_add(u16::try_from(at).unwrap_or(u16::MAX)),
    };
    (arguments.controller(), port).into()
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_nanos(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}

/// What stands in the way, with the option to change.
fn told(arguments: &TwinRun, deaf: &Deaf) -> String {
    let Deaf { service, address, cause } = deaf;
    let (ip, port, network) = (address.ip(), address.port(), arguments.live);
    let trouble = match cause.kind() {
        ErrorKind::AddrInUse => "is in use",
        ErrorKind::PermissionDenied => "is not allowed for this user",
        ErrorKind::AddrNotAvailable => {
            return format!(
                "--live {network}: this machine has no address {ip}; valid is 127.0.7.0/24, or a network in which it has one"
            );
        }
        _ => return format!("--live {network}: {deaf}"),
    };
    match arguments.ports_from {
        None => {
            format!(
                "port {port} for {service} at {ip} {trouble}; other ports are valid, such as --ports-from 15020"
            )
        }
        Some(first) => format!(
            "--ports-from {first}: port {port} for {service} at {ip} {trouble}; valid is an N from 1024 on with {} free \
             ports, or 0 for any that are free",
            SERVICES.len()
        ),
    }
}

fn print(live: &Live, arguments: &TwinRun, name: &str) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    let TwinRun { live: network, speed, seed, .. } = arguments;
    writeln!(
        out,
        "Crane {name} on {network}, at {speed} times real time, with seed {seed}. Ctrl-C ends it.\n"
    )?;
    let rows: Vec<_> = live
        .listening()
        .iter()
        .map(|(service, address)| (service.name, address.to_string(), (service.try_it)(*address)))
        .collect();
    let header = [("protocol", "listens at".to_owned(), "to try it".to_owned())];
    for (protocol, address, try_it) in header.iter().chain(&rows) {
        writeln!(out, "{protocol:<12} {address:<21} {try_it}")?;
    }
    out.flush()
}
