//! The OPC UA server against a client that nobody here wrote: asyncua. What both said is then read by our own decoder.
//!
//! `scripts/twin-clients` installs it; where it is not there, the test says so and passes.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's helpers may state what must hold")]

use quaywatch_crane::{Image, Value, find};
use quaywatch_model::{Side, Timestamp};
use quaywatch_protocols::Transport;
use quaywatch_protocols::testing::play_unknown;
use quaywatch_twin::{Live, Plc, Process, Program, SERVICES};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

/// A crane on which nothing moves, so that what is read is what was set.
struct Still;

impl Process for Still {
    fn advance(&mut self, _: &mut Image, _: bool, _: f64) {}

    fn set_clock(&mut self, _: f64) {}
}

fn controller() -> Arc<Mutex<Plc>> {
    let mut plc = Plc::new("STS07", Program::default());
    for (name, value) in [
        ("Load.Net", Value::Real(30.48)),
        ("Hoist.BrkOpen", Value::Bool(true)),
        ("Key.Run", Value::Bool(true)),
        ("Ctrl.Mode", Value::Whole(2)),
        ("Job.Cntr", Value::Text("MSKU1234565".into())),
        ("Time.Plc", Value::DateTime([0x26, 0x11, 0x30, 0x22, 0x15, 0x00, 0x12, 0x02])),
    ] {
        plc.image.set(find(name).unwrap(), &value).unwrap();
    }
    Arc::new(Mutex::new(plc))
}

#[test]
fn asyncua_finds_reads_writes_browses_subscribes_and_calls_and_our_decoder_reads_it_all() {
    let Some(python) = python() else {
        return eprintln!("SKIPPED: asyncua is not installed; scripts/twin-clients does");
    };
    let plc = controller();
    let service = SERVICES.iter().find(|service| service.port == 4840).unwrap();
    let at = [(service, SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))];
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let begin = Timestamp::from_nanos(now.as_nanos() as i64);
    let live = Live::start(&at, Arc::clone(&plc), Box::new(Still), begin, 1.0).unwrap();
    let wire = Wire::tap(live.listening()[0].1);

    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/opcua.py");
    let mut command = Command::new(python);
    command.arg(script).args([wire.address.ip().to_string(), wire.address.port().to_string()]);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success() && said.ends_with("all done\n"), "{said}");

    // What the script leaves behind.
    let left = |name| plc.lock().unwrap().image.get(find(name).unwrap());
    assert_eq!(left("Par.OverloadPct"), Value::Real(150.0));
    assert_eq!(left("Job.Cntr"), Value::Text("CSQU3054383".into()));
    assert_eq!(left("Par.SWL"), Value::Real(64.5));
    assert_eq!((left("Cmd.StopAll"), left("Cmd.FaultReset")), (Value::Bool(false), Value::Bool(true)));

    let operations = wire.operations();
    for expected in [
        "OpenSession Hello (HEL)",
        "OpenSession OpenSecureChannel (i=446): security policy = \"http://opcfoundation.org/UA/SecurityPolicy#None\"",
        "Identify GetEndpoints (i=428)",
        "Identify FindServers (i=422)",
        "user = \"engineer\"; password = (masked)",
        "Read Read (i=631): ns=2;s=STS07/Load/Net = 30.48",
        "Read HistoryRead (i=664)",
        "Write Write (i=673): ns=2;s=STS07/Par/OverloadPct = 150 -> accepted",
        "Write Write (i=673): ns=2;s=STS07/Load/Net = 1 [BadNotWritable",
        "Browse Browse (i=527)",
        "Browse BrowseNext (i=533)",
        "Browse TranslateBrowsePathsToNodeIds (i=554)",
        "Subscribe CreateMonitoredItems (i=751)",
        "Subscribe Publish (i=826)",
        "ns=2;s=STS07/Par/SWL = 62.5",
        "Write Call (i=712)",
        "Write AddNodes (i=488)",
        "CloseSession CloseSession (i=473)",
    ] {
        assert!(operations.iter().any(|told| told.contains(expected)), "{expected} in {operations:#?}");
    }
}

/// A Python that has the client: of `$QUAYWATCH_CLIENTS`, else of `target/twin-clients`.
fn python() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let clients =
        std::env::var_os("QUAYWATCH_CLIENTS").map_or_else(|| root.join("target/twin-clients"), PathBuf::from);
    let python = clients.join("bin/python");
    let asked = Command::new(&python).args(["-c", "import asyncua"]).output();
    asked.is_ok_and(|output| output.status.success()).then_some(python)
}

/// What was said in a connection, in order.
type Turns = Vec<(Side, Vec<u8>)>;

/// A wire to the server, on which everything is written down before it goes on.
struct Wire {
    address: SocketAddr,
    connections: Arc<Mutex<Vec<Turns>>>,
}

impl Wire {
    fn tap(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&connections);
        thread::spawn(move || {
            for (number, client) in listener.incoming().map_while(Result::ok).enumerate() {
                heard.lock().unwrap().push(Turns::new());
                let server = TcpStream::connect(server).unwrap();
                let (back, there) = (server.try_clone().unwrap(), client.try_clone().unwrap());
                let (one, other) = (Arc::clone(&heard), Arc::clone(&heard));
                thread::spawn(move || carry(client, server, Side::A, &one, number));
                thread::spawn(move || carry(back, there, Side::B, &other, number));
            }
        });
        Self { address, connections }
    }

    /// What our decoder says was done.
    fn operations(&self) -> Vec<String> {
        let mut operations = Vec::new();
        for turns in self.connections.lock().unwrap().iter() {
            let turns: Vec<(Side, &[u8])> = turns.iter().map(|(side, bytes)| (*side, &bytes[..])).collect();
            let heard = play_unknown(Transport::Tcp, [50_000, 4_840], &turns);
            assert_eq!(heard.problems, [""; 0]);
            operations.extend(heard.operations);
        }
        operations
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, side: Side, heard: &Mutex<Vec<Turns>>, number: usize) {
    let mut buffer = [0; 4_096];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        heard.lock().unwrap()[number].push((side, buffer[..count].to_vec()));
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    // The other direction may have ended before.
    let _ = to.shutdown(Shutdown::Write);
}
