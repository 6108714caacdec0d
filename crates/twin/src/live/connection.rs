use super::Stage;
use crate::{After, Session};
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// So often a connection looks up: whether the end has come, and whether its session has something to say unasked.
const TURN: Duration = Duration::from_millis(100);
/// A client that takes nothing for so long is not there any more.
const PATIENCE: Duration = Duration::from_secs(10);
/// A client to which there was nothing to answer for so long after it came takes somebody else's place.
const SILENCE: Duration = Duration::from_secs(60);
/// As much as is read at once.
const ROOM_BYTES: usize = 4096;

/// Serves one client until it goes, its session ends, or all ends.
pub(super) fn serve(mut client: TcpStream, mut session: Box<dyn Session>, stage: &Stage) -> io::Result<()> {
    client.set_nodelay(true)?;
    client.set_read_timeout(Some(TURN))?;
    client.set_write_timeout(Some(TURN))?;
    let (mut bytes, mut out) = ([0; ROOM_BYTES], Vec::new());
    let (came_at, mut was_answered) = (Instant::now(), false);
    while !stage.ends() && (was_answered || came_at.elapsed() < SILENCE) {
        let count = match client.read(&mut bytes) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if is_passing(&error) => 0,
            Err(error) => return Err(error),
        };
        let came = bytes.get(..count).unwrap_or_default();
        let after = {
            let (mut plc, now) = (stage.plc(), stage.now());
            match session.input(&mut plc, now, came, &mut out) {
                After::Open => session.due(&mut plc, now, &mut out),
                After::Close => After::Close,
            }
        };
        was_answered |= !out.is_empty();
        send(&mut client, &out, stage)?;
        out.clear();
        if after == After::Close {
            break;
        }
    }
    Ok(())
}

/// Sends all of it, while the client takes it.
fn send(client: &mut TcpStream, mut left: &[u8], stage: &Stage) -> io::Result<()> {
    let mut last = Instant::now();
    while !left.is_empty() && !stage.ends() {
        match client.write(left) {
            Ok(count) => {
                left = left.get(count..).unwrap_or_default();
                last = Instant::now();
            }
            Err(error) if is_passing(&error) && last.elapsed() < PATIENCE => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Whether one may simply try again: time-outs have either name, by system.
fn is_passing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}
