//! Reading, writing, calling.

use super::*;
use quaywatch_crane::{Access, Kind as Storage, TAGS};

fn id(name: &str) -> String {
    format!("STS07/{}", name.replace('.', "/"))
}

#[test]
fn every_signal_is_read_under_its_name_as_its_own_type() {
    let mut client = Client::connected();
    client.set("Load.Net", Value::Real(30.48));
    client.set("Alm.Word[2]", Value::Whole(65_535));
    client.set("Stat.Moves", Value::Whole(-1));
    client.set("Time.Plc", Value::DateTime([0x26, 0x11, 0x30, 0x22, 0x15, 0x00, 0x12, 0x32]));
    let names: Vec<_> = TAGS.iter().map(|tag| id(tag.name)).collect();
    let asked: Vec<_> = names.iter().map(|name| value(name)).collect();
    client.read(&asked, |results| {
        for (tag, result) in TAGS.iter().zip(results) {
            let expected = match tag.kind {
                Storage::Real => 10,
                Storage::Int => 4,
                Storage::Word => 5,
                Storage::Dint => 6,
                Storage::Dword => 7,
                Storage::Bool => 1,
                Storage::Text(_) => 12,
                Storage::DateTime => 13,
            };
            assert_eq!((result.value.kind().0, result.status), (expected, StatusCode::GOOD), "{}", tag.name);
            assert_eq!(result.source_time.timestamp(), Some(Timestamp::from_nanos(BEGIN)));
        }
        let of = |name| {
            let at = TAGS.iter().position(|tag| tag.name == name).unwrap();
            results[at].value.scalars().next().unwrap()
        };
        assert!(matches!(of("Load.Net"), Scalar::Float(30.48)));
        assert!(matches!(of("Alm.Word[2]"), Scalar::UInt16(65_535)));
        assert!(matches!(of("Stat.Moves"), Scalar::Int32(-1)));
        assert!(matches!(of("Time.Plc"), Scalar::DateTime(time)
            if time.timestamp() == Some(Timestamp::from_nanos(BEGIN + 123 * MS))));
    });
}

#[test]
fn times_are_the_controllers_own_and_told_as_they_are_asked_for() {
    let mut client = Client::connected();
    client.plc.clock_ahead_nanos = 60_000 * MS;
    let shown = Timestamp::from_nanos(BEGIN + 60_000 * MS);
    for (asked, source, server) in [(0, true, false), (1, false, true), (2, true, true), (3, false, false)] {
        let bytes = client.ask(631, read(&[value("STS07/Load/Net")], asked)).unwrap();
        let Body::ReadResponse(response) = body(&bytes) else { panic!() };
        let result = response.results.iter().next().unwrap();
        let told = |time: DateTime| time.0 != 0 && time.timestamp() == Some(shown);
        assert_eq!((told(result.source_time), told(result.server_time)), (source, server), "{asked}");
    }
    client.read(&[attribute(NodeId::standard(2258), 13)], |results| {
        assert!(matches!(results[0].value.scalars().next(), Some(Scalar::DateTime(time))
            if time.timestamp() == Some(shown)));
    });
}

#[test]
fn what_cannot_be_read_has_a_status_of_its_own() {
    let mut client = Client::connected();
    let net = value("STS07/Load/Net");
    let named = |name| QualifiedName { namespace: 0, name: Text::new(name) };
    let asked = [
        (value("STS07/Nope"), 0x8034),
        (value("STS08/Load/Net"), 0x8034),
        (attribute(NodeId { namespace: 2, identifier: Identifier::Opaque(Blob(Some(b"x"))) }, 13), 0x8034),
        (value("STS07"), 0x8035),
        (attribute(node("STS07/Load/Net"), 8), 0x8035),
        (attribute(node("STS07/Load/Net"), 0), 0x8035),
        (ReadValueId { index_range: Text::new("0:1"), ..net }, 0x8037),
        (ReadValueId { data_encoding: named("Default XML"), ..net }, 0x8039),
        (ReadValueId { data_encoding: named("Default Binary"), ..net }, 0),
        (ReadValueId { data_encoding: named("Default Binary"), ..attribute(net.node_id, 4) }, 0x8038),
    ];
    client.read(&asked.map(|(asked, _)| asked), |results| {
        for ((asked, code), result) in asked.iter().zip(results) {
            assert_eq!(result.status.0 >> 16, *code, "{asked:?}");
        }
    });
}

fn fitting(storage: Storage) -> Scalar<'static> {
    match storage {
        Storage::Real => Scalar::Float(1.5),
        Storage::Int => Scalar::Int16(-2),
        Storage::Word => Scalar::UInt16(3),
        Storage::Dint => Scalar::Int32(-4),
        Storage::Dword => Scalar::UInt32(5),
        Storage::Bool => Scalar::Boolean(Flag(1)),
        Storage::Text(_) => Scalar::String(Text::new("ABCD")),
        Storage::DateTime => Scalar::DateTime(DateTime::of(Timestamp::from_nanos(BEGIN))),
    }
}

#[test]
fn what_the_tag_map_lets_be_written_is_and_status_is_not() {
    let mut client = Client::connected();
    let before = client.plc.image.clone();
    for tag in TAGS {
        let (name, scalar) = (id(tag.name), fitting(tag.kind));
        let asked = [write_value(node(&name), &scalar)];
        let asked = Body::WriteRequest(WriteRequest { nodes_to_write: Array::of(&asked) });
        let is_status = tag.access == Access::Status;
        assert_eq!(statuses(&client.ask(673, asked).unwrap()), [if is_status { 0x803B } else { 0 }]);
        assert_eq!(client.plc.image.get(tag) == before.get(tag), is_status, "{}", tag.name);
        client.read(&[value(&name), attribute(node(&name), 17)], |results| {
            let [is, access] = [0, 1].map(|at| results[at].value.scalars().next().unwrap());
            assert!(is_status || format!("{is:?}") == format!("{scalar:?}"), "{}", tag.name);
            assert!(matches!(access, Scalar::Byte(bits) if bits == if is_status { 1 } else { 3 }));
        });
    }
}

#[test]
fn what_cannot_be_written_is_refused_and_leaves_all_as_it_was() {
    let mut client = Client::connected();
    let (swl, cntr) = (node("STS07/Par/SWL"), node("STS07/Job/Cntr"));
    let [double, float, long, foreign] = [
        Scalar::Double(1.0),
        Scalar::Float(1.0),
        Scalar::String(Text::new("ABCDEFGHIJKL")),
        Scalar::String(Text::new("Ä")),
    ];
    let good = write_value(swl, &float);
    let array = [float];
    let bad_status = DataValue { mask: 3, status: StatusCode(0x8000_0000), ..good.value };
    let asked = [
        (write_value(node("STS07/Nope"), &float), 0x8034),
        (write_value(swl, &double), 0x8074),
        (write_value(swl, &Scalar::Null), 0x8074),
        (WriteValue { value: DataValue::default(), ..good }, 0x8074),
        (WriteValue { value: DataValue::good(Variant::many(float.kind(), &array)), ..good }, 0x8074),
        (WriteValue { value: bad_status, ..good }, 0x8073),
        (WriteValue { index_range: Text::new("0"), ..good }, 0x8073),
        (WriteValue { attribute_id: 4, ..good }, 0x803B),
        (write_value(node("STS07"), &float), 0x803B),
        (write_value(NodeId::standard(2259), &Scalar::Int32(4)), 0x803B),
        (write_value(cntr, &long), 0x803C),
        (write_value(cntr, &foreign), 0x803C),
    ];
    let before = client.plc.image.clone();
    let (asked, expected): (Vec<_>, Vec<_>) = asked.into_iter().unzip();
    let asked = Body::WriteRequest(WriteRequest { nodes_to_write: Array::of(&asked) });
    assert_eq!(statuses(&client.ask(673, asked).unwrap()), expected);
    assert_eq!(client.plc.image, before);
}

fn call(client: &mut Client, object: &str, method: &str, arguments: &[Variant<'_>]) -> (u32, Vec<u32>) {
    let asked = [CallMethodRequest {
        object_id: node(object),
        method_id: node(method),
        input_arguments: Array::of(arguments),
    }];
    let bytes =
        client.ask(712, Body::CallRequest(CallRequest { methods_to_call: Array::of(&asked) })).unwrap();
    let Body::CallResponse(response) = body(&bytes) else { panic!() };
    let result = response.results.iter().next().unwrap();
    let arguments = result.input_argument_results.iter().map(|StatusCode(code)| code >> 16);
    (result.status_code.0 >> 16, arguments.collect())
}

#[test]
fn methods_set_the_desks_switches_and_look_at_their_arguments() {
    let mut client = Client::connected();
    let (methods, stop, reset) = ("STS07/Methods", "STS07/Methods/StopAll", "STS07/Methods/FaultReset");
    let [on, off, number] = [Scalar::Boolean(Flag(1)), Scalar::Boolean(Flag(0)), Scalar::Int32(1)];
    let [on, off, number] = [&on, &off, &number].map(Variant::one);
    assert_eq!(call(&mut client, methods, stop, &[on]), (0, vec![]));
    assert_eq!(client.get("Cmd.StopAll"), Value::Bool(true));
    assert_eq!(call(&mut client, methods, stop, &[off]), (0, vec![]));
    assert_eq!(client.get("Cmd.StopAll"), Value::Bool(false));
    assert_eq!(call(&mut client, methods, reset, &[]), (0, vec![]));
    assert_eq!(client.get("Cmd.FaultReset"), Value::Bool(true));
    assert_eq!(call(&mut client, methods, stop, &[]).0, 0x8076);
    assert_eq!(call(&mut client, methods, stop, &[on, on]).0, 0x80E5);
    assert_eq!(call(&mut client, methods, stop, &[number]), (0x80AB, vec![0x8074]));
    assert_eq!(call(&mut client, "STS07/Nope", stop, &[on]).0, 0x8034);
    assert_eq!(call(&mut client, "STS07/Hoist", stop, &[on]).0, 0x8075);
    assert_eq!(call(&mut client, methods, "STS07/Hoist/Pos", &[]).0, 0x8075);
    assert_eq!(call(&mut client, "STS07/Cmd", "STS07/Cmd/StopAll", &[on]).0, 0x8075, "a signal of that name");
    assert_eq!(client.get("Cmd.StopAll"), Value::Bool(false));
}
