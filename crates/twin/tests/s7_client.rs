//! The S7 controller against a client that nobody here wrote: python-snap7.
//!
//! Skips, and says so, where the package is not installed: it is looked for with `$QUAYWATCH_CLIENTS/bin/python`, else
//! with `target/twin-clients/bin/python` of the workspace.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test's helpers may state what must hold")]

use quaywatch_crane::{Value, find};
use quaywatch_model::Timestamp;
use quaywatch_twin::s7::{Cpu, default_program};
use quaywatch_twin::{After, Mode, Plc, Session};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::SystemTime;

/// A Python that has the package.
fn python() -> Option<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = std::env::var_os("QUAYWATCH_CLIENTS").map(PathBuf::from);
    let python = folder.unwrap_or_else(|| workspace.join("target/twin-clients")).join("bin/python");
    let asked = Command::new(&python).args(["-c", "import snap7"]).output();
    asked.is_ok_and(|output| output.status.success()).then_some(python)
}

/// Serves connections one after the other and side by side, each in a thread, on a port of its own.
fn serve(plc: &Arc<Mutex<Plc>>, cpu: Cpu) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let plc = Arc::clone(plc);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let (plc, session) = (Arc::clone(&plc), cpu.session());
            thread::spawn(move || converse(stream, &plc, session));
        }
    });
    port
}

fn converse(mut stream: TcpStream, plc: &Mutex<Plc>, mut session: impl Session) {
    let mut bytes = [0; 4_096];
    while let Ok(count @ 1..) = stream.read(&mut bytes) {
        let mut out = Vec::new();
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let now = Timestamp::from_nanos(since.as_nanos() as i64);
        let after = session.input(&mut plc.lock().unwrap(), now, &bytes[..count], &mut out);
        if stream.write_all(&out).is_err() || after == After::Close {
            break;
        }
    }
}

#[test]
fn a_real_client_reads_writes_loads_and_stops_the_controller() {
    let Some(python) = python() else {
        eprintln!("SKIPPED: no Python with python-snap7 at $QUAYWATCH_CLIENTS or target/twin-clients");
        return;
    };
    let plc = Arc::new(Mutex::new(Plc::new("STS07", default_program())));
    let checksum = |plc: &Mutex<Plc>| plc.lock().unwrap().image.get(find("Id.Prog").unwrap());
    let before = checksum(&plc);
    let (open, closed) = (serve(&plc, Cpu::default()), serve(&plc, Cpu::with_password("quay")));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/s7.py");
    let output =
        Command::new(python).arg(script).args([open.to_string(), closed.to_string()]).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));

    // What the script leaves behind: it loads DB120 anew, deletes DB140, sets the safe working load,
    // stops, and sets the clock ahead.
    let plc_now = plc.lock().unwrap();
    assert_eq!(plc_now.mode, Mode::Stop);
    assert!(plc_now.program().contains_key(&(0x41, 120)) && !plc_now.program().contains_key(&(0x41, 140)));
    assert_eq!(plc_now.image.get(find("Par.SWL").unwrap()), Value::Real(99.5));
    assert!(plc_now.clock_ahead_nanos > 86_000_000_000_000, "a day ahead");
    drop(plc_now);
    assert_ne!(checksum(&plc), before);
}
