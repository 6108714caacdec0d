//! What an answer costs: one crane of twelve, 500 tags a controller, ten writers.

use quaywatch_model::{Address, Scalars, Value, Verb};
use quaywatch_site::{Host, Party, Site};
use std::fmt::Write;
use std::hint::black_box;

fn main() {
    divan::main();
}

fn site() -> Site {
    let mut text = String::from("[pattern.sts.zone.control]\nnetworks = \".0/26\"\n");
    for host in 1..60 {
        let _ = writeln!(text, "[pattern.sts.asset.a{host}]\nrole = \"controller\"\naddresses = \".{host}\"");
    }
    for crane in 1..=12 {
        let _ = writeln!(text, "[crane.STS{crane}]\npattern = \"sts\"\nnetworks = \"10.70.{crane}.0/24\"");
    }
    for writer in 1..=10 {
        let _ = writeln!(text, "[[writer]]\nwho = \"a{writer}\"\non = \"a10\"\ntags = \"Par.{writer}*\"");
    }
    text.push_str("[[tag_map]]\nof = \"a10\"\nfile = \"tags.csv\"\n");
    let mut tags = String::from("tag,protocol,address,type\n");
    for at in 0..500 {
        let _ = writeln!(tags, "Par.{at},modbus,holding {},float32", at * 2);
        let _ = writeln!(tags, "Node.{at},opcua,ns=2;s={{crane}}/Par/{at},");
    }
    Site::parse("site.toml", &text, &mut |_| Ok(tags.clone())).unwrap_or_default()
}

fn host(last: u8) -> Host {
    Address::v4([10, 70, 7, last]).into()
}

struct Registers;
impl Scalars for Registers {
    fn each(&self, tell: &mut dyn FnMut(Value<'_>)) {
        (0..20).for_each(|number| tell(Value::Unsigned(number)));
    }
}

#[divan::bench]
fn who_is_it(bencher: divan::Bencher<'_, '_>) {
    let site = site();
    bencher.bench_local(|| site.party(black_box(host(10))));
}

fn tags(bencher: divan::Bencher<'_, '_>, protocol: &str, object: &str, value: Option<Value<'_>>) {
    let site = site();
    let server: Party = site.party(host(10));
    bencher.bench_local(|| {
        let mut sum = 0.0;
        site.tags(&server, protocol, None, black_box(object), value.as_ref(), &mut |hit| {
            sum += hit.number().unwrap_or(1.0);
        });
        sum
    });
}

#[divan::bench]
fn a_register_nobody_mapped(bencher: divan::Bencher<'_, '_>) {
    tags(bencher, "modbus", "holding 5000", None);
}

#[divan::bench]
fn a_node(bencher: divan::Bencher<'_, '_>) {
    tags(bencher, "opcua", "ns=2;s=STS7/Par/77", Some(Value::Float32(1.5)));
}

#[divan::bench]
fn ten_floats_in_twenty_registers(bencher: divan::Bencher<'_, '_>) {
    tags(bencher, "modbus", "holding 100..119", Some(Value::List(&Registers)));
}

#[divan::bench]
fn may_it_write(bencher: divan::Bencher<'_, '_>) {
    let site = site();
    let (client, server) = (site.party(host(9)), site.party(host(10)));
    bencher.bench_local(|| site.may_write(black_box(&client), &server, Verb::Write, None, None).is_denied());
}

#[divan::bench]
fn reading_it_all(bencher: divan::Bencher<'_, '_>) {
    bencher.bench_local(site);
}
