//! Answers allocate nothing: they are asked on every item of every operation.

use quaywatch_model::{Address, Value, Verb};
use quaywatch_site::Site;
use std::path::Path;

#[test]
fn no_answer_allocates() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/mixed-crane/site.toml");
    let site = Site::load(&path).unwrap_or_else(|errors| panic!("{errors}"));
    let address = |last| Address::v4([10, 70, 7, last]);
    let mut hits = 0;
    let allocated = allocation_counter::measure(|| {
        for last in 0..=255 {
            let (client, server) = (site.party(address(last)), site.party(address(10)));
            let value = Value::Unsigned(7);
            for (protocol, object) in [
                ("s7comm", "MD0"),
                ("s7comm", "DB1.DBD0"),
                ("modbus", "holding 100..101"),
                ("opcua", "ns=2;s=nobody"),
                ("cip", "symbol Nobody.Mapped[3]"),
            ] {
                for party in [&client, &server] {
                    site.tags(party, protocol, None, object, Some(&value), &mut |hit| {
                        let number = hit.number();
                        hits += 1;
                        let _ = site.may_write(&client, party, Verb::Write, Some(hit.tag), number);
                    });
                }
            }
            let _ = site.may_write(&client, &server, Verb::Stop, None, None);
            let _ = site.may_pass(&client, &server, "s7comm", Some(Verb::Read));
            let _ = site.scope(address(last));
            let _ = site.recipient_of(address(last), Some("files.maker.example"));
            let _ = site.vendor_link("rdp", &client, &server);
        }
    });
    assert!(hits > 0);
    assert_eq!(allocated.count_total, 0);
}
