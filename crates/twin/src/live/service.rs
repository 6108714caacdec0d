use crate::{Modbus, Session};
use std::net::SocketAddr;

/// A protocol that the controller answers in.
#[derive(Debug)]
pub struct Service {
    /// As people call it.
    pub name: &'static str,
    /// The port it is registered for.
    pub port: u16,
    /// Begins a client's session.
    pub open: fn() -> Box<dyn Session>,
    /// A command with a common client that shows the service, for one that listens there.
    pub try_it: fn(SocketAddr) -> String,
}

/// All protocols, in the order of their ports.
pub static SERVICES: &[Service] = &[Service {
    name: "Modbus/TCP",
    port: 502,
    open: || Box::<Modbus>::default(),
    try_it: |at| format!("mbpoll -1 -0 -B -a 1 -t 3:float -r 32 -p {} {}", at.port(), at.ip()),
}];
