//! What operations that ask who somebody is, or show it, say as facts and notes.
//!
//! Protocols of controllers tell an identity as items of an operation, each under its own name. This is the one table
//! that says which of these names means what, so that no protocol has to say it twice.

use crate::Sink;
use quaywatch_model::{Attribute, Fact, Item, Note, Operation, Outcome, Subject, Topic, Value, Verb};
use std::fmt::Write;

/// The longest name of an item in the tables is shorter than this, in bytes.
const LONGEST_NAME: usize = 32;

/// Tells the facts and notes of an operation, if it is one that says who somebody is.
pub(crate) fn tell(sink: &mut dyn Sink, operation: &Operation<'_>) {
    let shows_server = operation.verb == Verb::Identify && operation.outcome == Outcome::Accepted;
    let shows_client = matches!(operation.verb, Verb::OpenSession | Verb::Authenticate);
    if !shows_server && !shows_client {
        return;
    }
    let (client, server) = (operation.client, operation.client.other());
    let mut name = String::with_capacity(LONGEST_NAME);
    operation.items.each(&mut |item| {
        if !named(&item, &mut name) {
            return;
        }
        let attribute = of_server(&name).filter(|_| shows_server || name.starts_with("server "));
        let told_of_client = of_client(&name).filter(|_| shows_client);
        let topic = topic(&name).filter(|_| shows_client);
        if attribute.is_none() && told_of_client.is_none() && topic.is_none() {
            return;
        }
        let Some(text) = text_of(&item) else { return };
        let value = Value::Text(&text);
        if let Some(attribute) = attribute {
            sink.fact(&Fact { about: Subject::Side(server), attribute, value });
            if let Some(role) = role(&text) {
                let (attribute, value) = (Attribute::Role, Value::Text(role));
                sink.fact(&Fact { about: Subject::Side(server), attribute, value });
            }
        }
        if let Some(attribute) = told_of_client {
            sink.fact(&Fact { about: Subject::Side(client), attribute, value });
        }
        if let Some(topic) = topic {
            sink.note(&Note { from: client, topic, value });
        }
    });
}

/// A value as text, without the number that stands behind a name; `None` for what says nothing.
fn text_of(item: &Item<'_>) -> Option<String> {
    let mut text = match item.value? {
        Value::Text(text) => text.to_owned(),
        Value::Bytes(_) | Value::List(_) | Value::Secret => return None,
        value => value.to_string(),
    };
    if let Some((name, number)) = text.strip_suffix(')').and_then(|text| text.rsplit_once(" ("))
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        text.truncate(name.len());
    }
    let said = text.trim_matches(|letter: char| letter == '\0' || letter.is_whitespace());
    (!said.is_empty() && said != "unknown").then(|| said.to_owned())
}

/// Writes the item's name; `false` where it is longer than any in the tables.
fn named(item: &Item<'_>, name: &mut String) -> bool {
    name.clear();
    struct Short<'a>(&'a mut String);
    impl Write for Short<'_> {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            if self.0.len() + text.len() > LONGEST_NAME {
                return Err(std::fmt::Error);
            }
            self.0.push_str(text);
            Ok(())
        }
    }
    write!(Short(name), "{}", item.object).is_ok()
}

/// Names under which a device tells of itself.
fn of_server(name: &str) -> Option<Attribute> {
    Some(match name {
        // Modbus, device identification (V1.1b3 clause 6.21) and UMAS.
        "VendorName" => Attribute::Maker,
        "ProductCode" => Attribute::OrderNumber,
        "ProductName" | "ModelName" | "name" => Attribute::Product,
        "MajorMinorRevision" | "firmware" => Attribute::Firmware,
        "UserApplicationName" | "host name" => Attribute::Name,
        // S7comm, system status lists 0x11 and 0x1C.
        "order_number" => Attribute::OrderNumber,
        "firmware_version" => Attribute::Firmware,
        "hardware_version" => Attribute::Hardware,
        "automation_system_name" | "module_name" => Attribute::Name,
        "module_type_name" => Attribute::Product,
        "serial_number" => Attribute::Serial,
        "copyright" => Attribute::Maker,
        "plant_designation" | "location" => Attribute::Location,
        // CIP, Identity object.
        "vendor" => Attribute::Maker,
        "device type" => Attribute::Description,
        "product name" => Attribute::Product,
        "revision" => Attribute::Firmware,
        "serial number" => Attribute::Serial,
        "state" => Attribute::State,
        // PROFINET DCP.
        "type of station" => Attribute::Product,
        "name of station" => Attribute::Name,
        "ip address" => Attribute::Ip,
        "gateway" => Attribute::Gateway,
        "device role" => Attribute::Capability,
        // OPC UA, session and endpoint descriptions.
        "server product" => Attribute::Product,
        "server name" => Attribute::Name,
        _ => return None,
    })
}

/// Names under which a client tells of itself.
fn of_client(name: &str) -> Option<Attribute> {
    Some(match name {
        "client product" => Attribute::Software,
        "client name" => Attribute::Software,
        _ => return None,
    })
}

/// Names under which a session tells how it is protected and who is there.
fn topic(name: &str) -> Option<Topic> {
    Some(match name {
        "security mode" => Topic::Protection,
        "security policy" => Topic::Cipher,
        "identity" => Topic::Authentication,
        "user" => Topic::User,
        "endpoint" => Topic::ServerName,
        _ => return None,
    })
}

/// What a device with this kind, or of this role, does; in the words of [`quaywatch_model::Role`].
fn role(text: &str) -> Option<&'static str> {
    // CIP device profiles by name; PROFINET's device roles.
    Some(match text {
        "Programmable Logic Controller" | "io controller" => "controller",
        "AC Drive" | "DC Drive" | "CIP Motion Drive" | "Safety Drive Device" => "drive",
        "General Purpose Discrete I/O" | "Safety Discrete I/O Device" | "io device" => "remote io",
        "Encoder" => "sensor",
        "Human-Machine Interface" => "hmi",
        "Managed Ethernet Switch" => "switch",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::tell;
    use crate::testing::Recorder;
    use quaywatch_model::{Coded, Item, Items, Number, Operation, Outcome, Side, Value, Verb};

    struct Told(&'static [(&'static str, &'static str)]);
    impl Items for Told {
        fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
            self.0.iter().for_each(|(name, value)| tell(Item::valued(name, Value::Text(value))));
        }
    }

    fn told(verb: Verb, outcome: Outcome, items: &'static [(&'static str, &'static str)]) -> Recorder {
        let mut heard = Recorder::default();
        let operation = Operation {
            items: &Told(items),
            ..Operation::new(Side::A, verb, Coded::new("f", Number::None), outcome)
        };
        tell(&mut heard, &operation);
        heard
    }

    #[test]
    fn a_device_that_is_asked_who_it_is_tells_facts_of_itself() {
        let heard = told(
            Verb::Identify,
            Outcome::Accepted,
            &[
                ("vendor", "Siemens (145)"),
                ("device type", "AC Drive (2)"),
                ("serial_number", "S C-X4U421302009\0\0"),
                ("module_name", " "),
                ("something else", "1"),
            ],
        );
        assert_eq!(
            heard.facts,
            [
                "B maker: \"Siemens\"",
                "B description: \"AC Drive\"",
                "B role: \"drive\"",
                "B serial: \"S C-X4U421302009\""
            ]
        );
    }

    #[test]
    fn what_was_refused_or_not_asked_tells_nothing() {
        assert!(told(Verb::Identify, Outcome::Refused, &[("vendor", "X")]).facts.is_empty());
        assert!(told(Verb::Read, Outcome::Accepted, &[("vendor", "X")]).facts.is_empty());
    }

    #[test]
    fn a_session_tells_how_it_is_protected_and_who_is_there() {
        let heard =
            told(Verb::OpenSession, Outcome::Accepted, &[("security mode", "None"), ("server name", "PLC")]);
        assert_eq!(
            (heard.notes, heard.facts),
            (vec!["A protection: \"None\"".to_owned()], vec!["B name: \"PLC\"".to_owned()])
        );
    }
}
