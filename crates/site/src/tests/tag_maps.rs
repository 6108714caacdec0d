//! Which tags an operation's items cover, and what their values are.

use super::{Numbers, address, parse_with, party};
use crate::{Permit, Site, Why};
use quaywatch_model::{Scalars, Value, Verb};

const SITE: &str = "[pattern.sts.asset.plc]\nrole = \"controller\"\naddresses = \".10\"\n\
                    [pattern.sts.asset.hmi]\nrole = \"hmi\"\naddresses = \".20\"\n\
                    [crane.STS07]\npattern = \"sts\"\nnetworks = \"10.70.7.0/24\"\n\
                    [crane.STS08]\npattern = \"sts\"\nnetworks = \"10.70.8.0/24\"\n\
                    [[writer]]\nwho = \"hmi\"\non = \"plc\"\ntags = \"Par.*\"\n\
                    [[tag_map]]\nof = \"plc\"\nfile = \"tags.csv\"\n";

const TAGS: &str = "\u{feff}tag,protocol,address,type,endianness,scale,offset,unit,min,max,description,writable_by\r\n\
    Load.Net,modbus,holding 100,float32,,,,t,-2,75,\"under the ropes, net\",none\r\n\
    Hoist.Pos,modbus,40103,int16,,0.01,-20,m,,,,\r\n\
    Swapped,modbus,holding 103..104,uint32,CDAB,,,,,,,\r\n\
    Alm.Overload,modbus,holding 105.3,,,,,,,,,\r\n\
    Job.Cntr,modbus,holding 106,chars[11],,,,,,,,\r\n\
    Cmd.Lock,modbus,coil 1,,,,,,,,,role:hmi\r\n\
    Par.OverloadPct,s7,DB120.DBD4,real,,,,%,100,110,,\r\n\
    Par.WdMs,s7,DB120.DBW84,int,,,,ms,500,1000,,\r\n\
    Spr.Locked,s7,DB100.DBX300.7,,,,,,,,,\r\n\
    Job.Id,s7,DB140.DBB4,string[11],,,,,,,,\r\n\
    Flag,s7,M10.0,bool,,,,,,,,\r\n\
    Stop,s7,E0.1,bool,,,,,,,,\r\n\
    Par.SWL,cip,Program:Main.Par.SWL,,,,,t,41,65,,\r\n\
    Load.LC1,cip,Load.LC[1],,,,,,,,,\r\n\
    Load.LC2,cip,Load.LC[2],,,,,,,,,\r\n\
    Speed,cip,class 0x04 instance 100 attribute 3,int16,,0.1,,,,,,\r\n\
    Word,cip,N7:0,,,,,,,,,\r\n\
    Ua.Net,opcua,ns=2;s={crane}/Load/Net,,,,,,,,,\r\n\
    Ua.State,opcua,i=2259,,,,,,,,,\r\n";

fn site() -> Site {
    parse_with(SITE, &[("tags.csv", TAGS)]).unwrap_or_else(|errors| panic!("{errors}"))
}

/// `name = value`, a tag of which only a part is covered in brackets.
fn covered(server: &str, protocol: &str, object: &str, value: Option<Value<'_>>) -> String {
    let site = site();
    let mut all = Vec::new();
    site.tags(&site.party(address(server)), protocol, None, object, value.as_ref(), &mut |hit| {
        let mut text = hit.tag.name.clone();
        if !hit.whole {
            text = format!("({text})");
        }
        hit.value(&mut |value| text = format!("{text} = {value}"));
        all.push(text);
    });
    all.join(", ")
}

const PLC: &str = "10.70.7.10";

fn registers(values: &[u64]) -> String {
    covered(
        PLC,
        "modbus",
        &format!("holding 100..{}", 99 + values.len()),
        Some(Value::List(&Numbers(values))),
    )
}

#[test]
fn a_read_of_many_registers_covers_many_tags_and_parts() {
    let container = [0x4d53, 0x4b55, 0x3132, 0x3334, 0x3536, 0x3700];
    let mut values = vec![0x41f3, 0xd70a, 2150, 0x0001, 0x0002, 0b1000];
    values.extend(container);
    assert_eq!(
        registers(&values),
        "Load.Net = 30.48, Hoist.Pos = 1.5, Swapped = 131073, Alm.Overload = true, Job.Cntr = \"MSKU1234567\""
    );
    assert_eq!(registers(&[0x41f3]), "(Load.Net)");
    assert_eq!(covered(PLC, "modbus", "holding 101..102", None), "(Load.Net), Hoist.Pos");
    assert_eq!(covered(PLC, "modbus", "holding 102", Some(Value::Unsigned(0xffff))), "Hoist.Pos = -20.01");
    assert_eq!(covered(PLC, "modbus", "holding 100..101 (read)", None), "Load.Net");
    assert_eq!(covered(PLC, "modbus", "holding 90..99", None), "");
    assert_eq!(covered(PLC, "modbus", "input 100..101", None), "");
}

struct Switches(&'static [bool]);
impl Scalars for Switches {
    fn each(&self, tell: &mut dyn FnMut(Value<'_>)) {
        self.0.iter().for_each(|&on| tell(Value::Bool(on)));
    }
}

#[test]
fn coils_are_switches() {
    let three = Value::List(&Switches(&[false, true, false]));
    assert_eq!(covered(PLC, "modbus", "coil 0..2", Some(three)), "Cmd.Lock = true");
    assert_eq!(covered(PLC, "modbus", "coil 1", Some(Value::Bool(false))), "Cmd.Lock = false");
}

#[test]
fn values_of_s7_are_found_in_bytes_words_and_bits() {
    let percent = Value::Float32(110.0);
    assert_eq!(covered(PLC, "s7comm", "DB120.DBD4", Some(percent)), "Par.OverloadPct = 110");
    let bytes = [0, 0, 0x42, 0xdc, 0, 0, 9];
    assert_eq!(covered(PLC, "s7comm", "DB120.DBB2..8", Some(Value::Bytes(&bytes))), "Par.OverloadPct = 110");
    assert_eq!(covered(PLC, "s7comm", "DB120.DBW84", Some(Value::Signed(-5))), "Par.WdMs = -5");
    assert_eq!(covered(PLC, "s7comm", "DB120.DBD84", Some(Value::Unsigned(0x0064_0000))), "Par.WdMs = 100");
    assert_eq!(covered(PLC, "s7comm", "DB120.DBB84", None), "(Par.WdMs)");
    assert_eq!(covered(PLC, "s7comm", "DB100.DBX300.7", Some(Value::Bool(true))), "Spr.Locked = true");
    assert_eq!(covered(PLC, "s7comm", "DB100.DBB300", Some(Value::Unsigned(0x7f))), "Spr.Locked = false");
    assert_eq!(covered(PLC, "s7comm", "MW10", Some(Value::Unsigned(0x0100))), "Flag = true");
    assert_eq!(covered(PLC, "s7comm", "I0.1", Some(Value::Bool(true))), "Stop = true");
    assert_eq!(covered(PLC, "s7comm", "DB1.DBD4", None), "");
    let id = *b"\x0b\x04MSKU       ";
    assert_eq!(covered(PLC, "s7comm", "DB140.DBB4..16", Some(Value::Bytes(&id))), "Job.Id = \"MSKU\"");
}

#[test]
fn symbols_are_told_whole_by_element_and_by_member() {
    let par = "symbol program:main.par.swl";
    assert_eq!(covered(PLC, "cip", par, Some(Value::Float32(65.0))), "Par.SWL = 65");
    assert_eq!(covered(PLC, "cip", "symbol Program:Main.Par", Some(Value::Bytes(&[1, 2]))), "Par.SWL");
    assert_eq!(covered(PLC, "cip", "symbol Program:Main.Pa", None), "");
    let list = Value::List(&Numbers(&[7, 8, 9]));
    assert_eq!(covered(PLC, "cip", "symbol Load.LC", Some(list)), "Load.LC1 = 8, Load.LC2 = 9");
    assert_eq!(covered(PLC, "cip", "symbol Load.LC[1]", Some(list)), "Load.LC1 = 7, Load.LC2 = 8");
    assert_eq!(covered(PLC, "cip", "symbol Load.LC[2]", Some(Value::Signed(3))), "Load.LC2 = 3");
    let speed = Value::Bytes(&[0x2c, 0x01]);
    assert_eq!(covered(PLC, "cip", "Assembly (0x04) instance 100 attribute 3", Some(speed)), "Speed = 30");
    assert_eq!(covered(PLC, "cip", "class 0x05 instance 100 attribute 3", None), "");
    assert_eq!(covered(PLC, "cip", "N7:0", Some(Value::Signed(-3))), "Word = -3");
}

#[test]
fn nodes_carry_the_name_of_their_crane() {
    assert_eq!(covered(PLC, "opcua", "ns=2;s=STS07/Load/Net", Some(Value::Float(30.5))), "Ua.Net = 30.5");
    assert_eq!(covered(PLC, "opcua", "ns=2;s=STS08/Load/Net", None), "");
    assert_eq!(covered("10.70.8.10", "opcua", "ns=2;s=STS08/Load/Net", None), "Ua.Net");
    assert_eq!(covered(PLC, "opcua", "ns=2;s=STS07/Load/Net AccessLevel", None), "");
    assert_eq!(covered(PLC, "opcua", "i=2259", None), "Ua.State");
}

#[test]
fn who_has_no_map_has_no_tags() {
    assert_eq!(covered("10.70.7.11", "modbus", "holding 100..101", None), "");
    assert_eq!(covered(PLC, "umas", "holding 100..101", None), "");
}

#[test]
fn what_a_tag_says_of_its_writers_and_range_decides_first() {
    let site = site();
    let tag = |name: &str| site.all_tags().find(|tag| tag.name == name).unwrap();
    let (hmi, plc, other) = (party(&site, "10.70.7.20"), party(&site, PLC), party(&site, "10.70.7.66"));
    let ask = |from, name, value| site.may_write(from, &plc, Verb::Write, Some(tag(name)), value);
    assert!(matches!(ask(&hmi, "Load.Net", Some(1.0)), Permit::Denied(Why::ReadOnly(_))));
    assert!(ask(&hmi, "Cmd.Lock", Some(1.0)).is_allowed());
    assert!(matches!(ask(&other, "Cmd.Lock", None), Permit::Denied(Why::TagOfOthers(_))));
    assert!(ask(&hmi, "Par.OverloadPct", Some(110.0)).is_allowed());
    assert!(matches!(ask(&hmi, "Par.OverloadPct", Some(150.0)), Permit::Denied(Why::OutsideTag(_))));
    assert!(matches!(ask(&hmi, "Par.OverloadPct", Some(f64::NAN)), Permit::Denied(Why::OutsideTag(_))));
    assert!(matches!(ask(&other, "Par.OverloadPct", Some(105.0)), Permit::Denied(Why::OnlyOthers)));
    assert_eq!(
        Why::OutsideTag(tag("Par.OverloadPct")).to_string(),
        "\"Par.OverloadPct\" has values from 100 to 110"
    );
}

#[test]
fn a_value_that_is_a_secret_or_not_the_size_it_should_be_is_not_told() {
    assert_eq!(covered(PLC, "modbus", "holding 100..101", Some(Value::Secret)), "Load.Net");
    assert_eq!(covered(PLC, "modbus", "holding 100..101", Some(Value::List(&Numbers(&[])))), "Load.Net");
    assert_eq!(covered(PLC, "s7comm", "DB120.DBD4", Some(Value::Bytes(&[1]))), "Par.OverloadPct");
}

#[test]
fn spreadsheets_of_other_countries_are_read() {
    let tags = "Tag\tProtocol\t(cabinet)\tAddress\tData type\tScale\tMinimum\tMaximum\rA\tModbus/TCP\t=E1+S2\t40001\tINT\t0,5\t-1,5\t2\r";
    let site = parse_with(SITE, &[("tags.csv", tags)]).unwrap_or_else(|errors| panic!("{errors}"));
    let tag = site.all_tags().next().unwrap();
    assert_eq!((tag.scale, tag.min, tag.max), (0.5, Some(-1.5), Some(2.0)));
}
