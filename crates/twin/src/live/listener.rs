use super::connection::serve;
use super::{Opening, Service, Stage};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, Builder, JoinHandle};
use std::time::Duration;

/// So many clients a service serves at once, as controllers do; one more is turned away.
pub const MOST_CONNECTIONS: usize = 32;
/// How long to wait where the system has no more sockets to give.
const BREATH: Duration = Duration::from_millis(50);
/// How long it may take to knock at a door of one's own.
const KNOCK: Duration = Duration::from_secs(1);

/// Takes in clients until the end, then waits for those that are there to be gone.
pub(super) fn accept(listener: &TcpListener, service: &'static Service, stage: &Arc<Stage>) {
    let mut connections: Vec<JoinHandle<()>> = Vec::new();
    for client in listener.incoming() {
        if stage.ends() {
            break;
        }
        let Ok(client) = client else {
            thread::sleep(BREATH);
            continue;
        };
        connections.retain(|connection| !connection.is_finished());
        if connections.len() < MOST_CONNECTIONS {
            let stage = Arc::clone(stage);
            // Whatever ends a connection ends it: there is nobody to tell but the client. So it does where there is no thread.
            let thread = Builder::new().spawn(move || {
                let at = client.local_addr().unwrap_or_else(|_| (Ipv4Addr::UNSPECIFIED, service.port).into());
                let opening =
                    Opening { at, number: stage.next_connection(), began: stage.began, cpu: &stage.cpu };
                let session = (service.open)(&opening);
                drop(serve(client, session, &stage));
            });
            connections.extend(thread);
        }
    }
    for connection in connections {
        // One that panicked has said so already.
        let _ = connection.join();
    }
}

/// Makes whoever waits for clients at this address look up.
pub(super) fn wake(address: SocketAddr) {
    // Where there is no room for another client, there are clients to look up for.
    let _ = TcpStream::connect_timeout(&address, KNOCK);
}
