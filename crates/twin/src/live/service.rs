use crate::enip::{self, EtherNetIp};
use crate::{Modbus, OpcUa, Plc, Session, s7};
use quaywatch_model::Timestamp;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

/// A protocol that the controller answers in.
#[derive(Debug)]
pub struct Service {
    /// As people call it.
    pub name: &'static str,
    /// The port it is registered for.
    pub port: u16,
    /// Begins a client's session.
    pub open: fn(&Opening<'_>) -> Box<dyn Session>,
    /// Answers what comes to the same port in a datagram; none: nobody listens there.
    pub datagram: Option<Answer>,
    /// A command with a common client that shows the service, for one that listens there.
    pub try_it: fn(SocketAddr) -> String,
}

/// Answers a datagram that came to this address, or says nothing.
pub type Answer = fn(&Plc, SocketAddrV4, &[u8], &mut Vec<u8>);

/// What a session begins with.
#[derive(Debug, Clone, Copy)]
pub struct Opening<'a> {
    /// Where the controller was reached.
    pub at: SocketAddr,
    /// Which connection this is, counted over all services from 1.
    pub number: u32,
    /// When the crane began to run.
    pub began: Timestamp,
    /// What all S7 connections share.
    pub cpu: &'a s7::Cpu,
}

/// All protocols, in the order of their ports.
pub static SERVICES: &[Service] = &[
    Service {
        name: "S7comm",
        port: 102,
        open: |opening| Box::new(opening.cpu.session()),
        datagram: None,
        try_it: |at| {
            let (ip, port) = (at.ip(), at.port());
            format!(
                "python3 -c \"import snap7; c=snap7.client.Client(); c.connect('{ip}',0,2,{port}); print(c.db_read(100,64,4))\""
            )
        },
    },
    Service {
        name: "Modbus/TCP",
        port: 502,
        open: |_| Box::<Modbus>::default(),
        datagram: None,
        try_it: |at| format!("mbpoll -1 -0 -B -a 1 -t 3:float -r 32 -p {} {}", at.port(), at.ip()),
    },
    Service {
        name: "OPC UA",
        port: 4840,
        open: |opening| Box::new(OpcUa::new(opening.number, opening.began)),
        datagram: None,
        try_it: |at| format!("uaread -u opc.tcp://{at} -n \"ns=2;s=STS07/Load/Net\""),
    },
    Service {
        name: "EtherNet/IP",
        port: 44818,
        open: |opening| {
            let ip = match opening.at.ip() {
                std::net::IpAddr::V4(ip) => ip,
                std::net::IpAddr::V6(_) => Ipv4Addr::UNSPECIFIED,
            };
            Box::new(EtherNetIp::new(SocketAddrV4::new(ip, opening.at.port()), opening.number))
        },
        datagram: Some(enip::datagram),
        try_it: |at| format!("python3 -m cpppo.server.enip.client -a {at} STS.Load.Net"),
    },
];
