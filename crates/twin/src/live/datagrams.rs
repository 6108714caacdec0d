use super::Stage;
use super::service::Answer;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

/// How long is waited for a datagram before it is looked whether the end has come.
const PATIENCE: Duration = Duration::from_millis(100);
/// No question that is answered here is longer.
const MOST_BYTES: usize = 2048;

/// Answers datagrams until the end. One that cannot be answered is lost, as datagrams are.
pub(super) fn answer(socket: &UdpSocket, answer: Answer, stage: &Arc<Stage>) {
    let Ok(SocketAddr::V4(own)) = socket.local_addr() else { return };
    if socket.set_read_timeout(Some(PATIENCE)).is_err() {
        return;
    }
    let (mut room, mut out) = ([0; MOST_BYTES], Vec::new());
    while !stage.ends() {
        let Ok((count, from)) = socket.recv_from(&mut room) else { continue };
        out.clear();
        answer(&stage.plc(), own, room.get(..count).unwrap_or_default(), &mut out);
        if !out.is_empty() {
            let _ = socket.send_to(&out, from);
        }
    }
}
