//! Real clients, which nobody here wrote, against the session on a loopback socket: pycomm3 and cpppo from PyPI. They are
//! looked for in the Python environment `$QUAYWATCH_CLIENTS`, else in `target/twin-clients`.

use quaywatch_model::Timestamp;
use quaywatch_twin::enip::{EtherNetIp, datagram};
use quaywatch_twin::{After, Plc, Program, Session};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

#[test]
fn pycomm3_lists_reads_and_writes_the_crane() {
    run("pycomm3", "cip_pycomm3.py");
}

#[test]
fn cpppo_identifies_reads_and_writes_the_crane() {
    run("cpppo", "cip_cpppo.py");
}

/// Runs a script against a controller of its own, or says why not.
fn run(package: &str, script: &str) {
    let python = python();
    let there = Command::new(&python).args(["-c", &format!("import {package}")]).output();
    if !there.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: {} has no {package}", python.display());
        return;
    }
    let address = serve();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(script);
    let output = Command::new(&python).arg(script).arg(address.to_string()).output().unwrap();
    let (said, complained) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.ends_with("all done\n"), "{said}\n{complained}");
}

fn python() -> PathBuf {
    let home = std::env::var_os("QUAYWATCH_CLIENTS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/twin-clients"),
        PathBuf::from,
    );
    home.join("bin/python")
}

/// A controller on a free port, for as long as the test's process lives.
fn serve() -> SocketAddrV4 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = SocketAddrV4::new(Ipv4Addr::LOCALHOST, listener.local_addr().unwrap().port());
    let plc = Arc::new(Mutex::new(Plc::new("STS07", Program::default())));
    let datagrams = UdpSocket::bind(address).unwrap();
    let shared = Arc::clone(&plc);
    thread::spawn(move || {
        let mut buffer = [0; 2_048];
        while let Ok((length, from)) = datagrams.recv_from(&mut buffer) {
            let mut out = Vec::new();
            datagram(&shared.lock().unwrap(), address, &buffer[..length], &mut out);
            datagrams.send_to(&out, from).unwrap();
        }
    });
    thread::spawn(move || {
        for (handle, stream) in (1..).zip(listener.incoming()) {
            let (plc, session) = (Arc::clone(&plc), EtherNetIp::new(address, handle));
            thread::spawn(move || converse(stream.unwrap(), &plc, session));
        }
    });
    address
}

fn converse(mut stream: TcpStream, plc: &Mutex<Plc>, mut session: EtherNetIp) {
    let mut buffer = [0; 4_096];
    while let Ok(length @ 1..) = stream.read(&mut buffer) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
        let mut out = Vec::new();
        let now = Timestamp::from_nanos(i64::try_from(now).unwrap());
        let after = session.input(&mut plc.lock().unwrap(), now, &buffer[..length], &mut out);
        if stream.write_all(&out).is_err() || after == After::Close {
            return;
        }
    }
}
