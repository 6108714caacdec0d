//! Clients that nobody here wrote, against a live controller: pymodbus and mbpoll (which is libmodbus).
//!
//! `scripts/twin-clients` installs them; where one is not there, its test says so and passes.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets what cannot be is to fail"
)]

use quaywatch_crane::{Image, Value, find};
use quaywatch_model::Timestamp;
use quaywatch_twin::{Live, Plc, Process, Program, SERVICES};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

/// A crane on which nothing moves, so that what is read is what was set.
struct Still;

impl Process for Still {
    fn advance(&mut self, _: &mut Image, _: bool, _: f64) {}

    fn set_clock(&mut self, _: f64) {}
}

/// A controller that listens for Modbus, and where.
fn live() -> (Live, Arc<Mutex<Plc>>, SocketAddr) {
    let mut plc = Plc::new("STS07", Program::default());
    for (name, value) in [
        ("Load.Net", Value::Real(30.48)),
        ("Hoist.BrkOpen", Value::Bool(true)),
        ("Key.Run", Value::Bool(true)),
    ] {
        plc.image.set(find(name).unwrap(), &value).unwrap();
    }
    let plc = Arc::new(Mutex::new(plc));
    let modbus = SERVICES.iter().find(|service| service.port == 502).unwrap();
    let at = [(modbus, SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))];
    let live = Live::start(&at, Arc::clone(&plc), Box::new(Still), Timestamp::default(), 1.0).unwrap();
    let address = live.listening()[0].1;
    (live, plc, address)
}

fn value(plc: &Mutex<Plc>, name: &str) -> Value {
    plc.lock().unwrap().image.get(find(name).unwrap())
}

/// The Python that has the clients: of `$QUAYWATCH_CLIENTS`, else of `target/twin-clients`.
fn python() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let clients =
        std::env::var_os("QUAYWATCH_CLIENTS").map_or_else(|| root.join("target/twin-clients"), PathBuf::from);
    Some(clients.join("bin/python")).filter(|python| python.exists())
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

#[test]
fn pymodbus_reads_writes_identifies_diagnoses_and_is_refused() {
    let has_package = |python: &PathBuf| {
        Command::new(python).args(["-c", "import pymodbus"]).status().is_ok_and(|it| it.success())
    };
    let Some(python) = python().filter(has_package) else {
        return eprintln!("SKIPPED: pymodbus is not installed; scripts/twin-clients does");
    };
    let (_live, plc, address) = live();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/modbus.py");
    let mut command = Command::new(python);
    command.arg(script).args([address.ip().to_string(), address.port().to_string()]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(said(&output).lines().count(), 5, "five steps: {}", said(&output));
    for (name, expected) in [
        ("Par.OverloadPct", Value::Real(150.0)),
        ("Job.OrderId", Value::Whole(4711)),
        ("Job.Cntr", Value::Text("CSQU3054383".into())),
        ("Par.WdMs", Value::Whole(750)),
        ("Cmd.ControlOn", Value::Bool(true)),
        ("Cmd.Lock", Value::Bool(false)),
        ("Cmd.AntiSwayOn", Value::Bool(true)),
        ("Cmd.BypassReq", Value::Bool(true)),
        ("Load.Net", Value::Real(30.48)),
    ] {
        assert_eq!(value(&plc, name), expected, "{name}");
    }
}

#[test]
fn mbpoll_reads_and_writes_what_people_type() {
    let (_live, plc, address) = live();
    let mbpoll = |arguments: &[&str]| {
        let (host, port) = (address.ip().to_string(), address.port().to_string());
        let (options, values) =
            arguments.split_at(arguments.iter().position(|it| *it == "--").unwrap_or(arguments.len()));
        let mut command = Command::new("mbpoll");
        command.args(["-1", "-0", "-B", "-a", "1", "-p", &port]).args(options).arg(host).args(values).output()
    };
    let Ok(output) = mbpoll(&["-t", "3:float", "-r", "32"]) else {
        return eprintln!("SKIPPED: mbpoll is not installed; scripts/twin-clients does");
    };
    assert!(said(&output).contains("[32]: \t30.48"), "{}", said(&output));
    let output = mbpoll(&["-t", "1", "-r", "27", "-c", "2"]).unwrap();
    assert!(said(&output).contains("[27]: \t0\n[28]: \t1"), "{}", said(&output));
    let output = mbpoll(&["-t", "4:float", "-r", "8", "--", "150"]).unwrap();
    assert!(said(&output).contains("Written 1 references"), "{}", said(&output));
    assert_eq!(value(&plc, "Par.OverloadPct"), Value::Real(150.0));
    let output = mbpoll(&["-t", "0", "-r", "5", "--", "1"]).unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(value(&plc, "Cmd.BypassReq"), Value::Bool(true));
    let output = mbpoll(&["-t", "4", "-r", "67"]).unwrap();
    assert!(said(&output).contains("Illegal data address"), "{}", said(&output));
    let output = mbpoll(&["-a", "9", "-t", "4", "-r", "0"]).unwrap();
    assert!(said(&output).contains("Target device failed to respond"), "{}", said(&output));
}
