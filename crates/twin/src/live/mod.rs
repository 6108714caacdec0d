//! The simulated crane in real time: real sockets, the wall clock, plain threads.
//!
//! ```text
//!   a thread ticks ──► Process (the crane) ──► Plc ◄── Session ◄── a thread a connection ◄── a thread a service
//! ```
//!
//! All of them share the controller behind one lock, which is held for one step of the crane or for one piece of what a
//! client sent, and never while somebody waits for a socket.

mod connection;
mod datagrams;
mod listener;
mod process;
mod service;
#[cfg(test)]
mod tests;
mod ticking;

pub use listener::MOST_CONNECTIONS;
pub use process::{Process, crane};
pub use service::{Answer, Opening, SERVICES, Service};

use crate::{Plc, s7};
use quaywatch_model::Timestamp;
use std::io;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

/// A service could not begin to listen.
#[derive(Debug, thiserror::Error)]
#[error("{service} cannot listen on {address}: {cause}")]
pub struct Deaf {
    /// Which one.
    pub service: &'static str,
    /// Where it was to listen.
    pub address: SocketAddr,
    /// Why not.
    #[source]
    pub cause: io::Error,
}

/// A crane that runs. It stops, with all its connections, when this is dropped.
#[derive(Debug)]
pub struct Live {
    listening: Vec<(&'static Service, SocketAddr)>,
    stage: Arc<Stage>,
    threads: Vec<JoinHandle<()>>,
}

/// What all threads share.
#[derive(Debug)]
struct Stage {
    plc: Arc<Mutex<Plc>>,
    cpu: s7::Cpu,
    connections: AtomicU32,
    began: Timestamp,
    /// The time at the crane, in nanoseconds since 1970.
    now_nanos: AtomicI64,
    ends: AtomicBool,
}

impl Live {
    /// Listens at these addresses (port 0: any that is free) and lets the crane run, from the time `begin` on, `speed`
    /// times as fast as the wall clock. Either all services listen or none.
    ///
    /// # Errors
    /// An address is not this machine's, or a port is taken or not allowed.
    pub fn start(
        services: &[(&'static Service, SocketAddr)],
        plc: Arc<Mutex<Plc>>,
        process: Box<dyn Process>,
        begin: Timestamp,
        speed: f64,
    ) -> Result<Self, Deaf> {
        let mut listeners = Vec::new();
        for &(service, address) in services {
            let deaf = |cause| Deaf { service: service.name, address, cause };
            let listener = TcpListener::bind(address).map_err(deaf)?;
            let address = listener.local_addr().map_err(deaf)?;
            let datagrams = service.datagram.map(|answer| Ok((UdpSocket::bind(address)?, answer)));
            listeners.push((service, address, listener, datagrams.transpose().map_err(deaf)?));
        }
        let stage = Arc::new(Stage {
            plc,
            cpu: s7::Cpu::default(),
            connections: AtomicU32::new(0),
            began: begin,
            now_nanos: AtomicI64::new(begin.nanos()),
            ends: AtomicBool::new(false),
        });
        let mut live = Self { listening: Vec::new(), stage: Arc::clone(&stage), threads: Vec::new() };
        live.threads.push(thread::spawn(move || ticking::tick(&stage, process, speed)));
        for (service, address, listener, datagrams) in listeners {
            live.listening.push((service, address));
            if let Some((socket, answer)) = datagrams {
                let stage = Arc::clone(&live.stage);
                live.threads.push(thread::spawn(move || datagrams::answer(&socket, answer, &stage)));
            }
            let stage = Arc::clone(&live.stage);
            live.threads.push(thread::spawn(move || listener::accept(&listener, service, &stage)));
        }
        Ok(live)
    }

    /// What listens where.
    #[must_use]
    pub fn listening(&self) -> &[(&'static Service, SocketAddr)] {
        &self.listening
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.stage.ends.store(true, Ordering::Relaxed);
        self.listening.iter().for_each(|(_, address)| listener::wake(*address));
        for thread in self.threads.drain(..) {
            // One that panicked has said so already.
            let _ = thread.join();
        }
    }
}

impl Stage {
    /// The controller. Where a thread panicked while it had it, the others go on with what it left.
    fn plc(&self) -> MutexGuard<'_, Plc> {
        self.plc.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of one more connection, which is never 0.
    fn next_connection(&self) -> u32 {
        self.connections.fetch_add(1, Ordering::Relaxed).wrapping_add(1).max(1)
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_nanos(self.now_nanos.load(Ordering::Relaxed))
    }

    fn ends(&self) -> bool {
        self.ends.load(Ordering::Relaxed)
    }
}
