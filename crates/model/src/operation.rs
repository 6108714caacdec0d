use crate::{Coded, Digits, Moment, Side};
use std::fmt;

/// What an operation does, in the one vocabulary that policy, findings, work orders and reports speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Verb {
    /// Asks a device what it is.
    Identify,
    /// Reads values.
    Read,
    /// Lists what there is to read.
    Browse,
    /// Asks for, or is, cyclic or event-driven delivery of values.
    Subscribe,
    /// Sets a process value.
    Write,
    /// Overrides an input, output or debug value.
    Force,
    /// Starts a controller or program.
    Start,
    /// Stops a controller or program.
    Stop,
    /// Restarts or resets a device.
    Reset,
    /// Changes the operating mode.
    ChangeMode,
    /// Moves program from the controller to the station: a backup or a theft.
    UploadProgram,
    /// Moves program from the station to the controller.
    DownloadProgram,
    /// Makes a program that was moved take effect.
    ActivateProgram,
    /// Deletes program.
    DeleteProgram,
    /// Changes a device's firmware.
    UpdateFirmware,
    /// Sets a clock.
    SetClock,
    /// Changes an address or a name.
    SetNetwork,
    /// Changes passwords, certificates, locks or access rights.
    ChangeSecurity,
    /// Opens a session or connection.
    OpenSession,
    /// Closes a session or connection.
    CloseSession,
    /// Shows who is there.
    Authenticate,
    /// Cannot be read: encrypted, or a function nobody documents.
    Opaque,
}

impl Verb {
    /// The word used in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Identify => "Identify",
            Self::Read => "Read",
            Self::Browse => "Browse",
            Self::Subscribe => "Subscribe",
            Self::Write => "Write",
            Self::Force => "Force",
            Self::Start => "Start",
            Self::Stop => "Stop",
            Self::Reset => "Reset",
            Self::ChangeMode => "ChangeMode",
            Self::UploadProgram => "UploadProgram",
            Self::DownloadProgram => "DownloadProgram",
            Self::ActivateProgram => "ActivateProgram",
            Self::DeleteProgram => "DeleteProgram",
            Self::UpdateFirmware => "UpdateFirmware",
            Self::SetClock => "SetClock",
            Self::SetNetwork => "SetNetwork",
            Self::ChangeSecurity => "ChangeSecurity",
            Self::OpenSession => "OpenSession",
            Self::CloseSession => "CloseSession",
            Self::Authenticate => "Authenticate",
            Self::Opaque => "Opaque",
        }
    }

    /// Whether an operation with this verb, if it is accepted, leaves the device other than it was.
    #[must_use]
    pub const fn changes(self) -> bool {
        matches!(
            self,
            Self::Write
                | Self::Force
                | Self::Start
                | Self::Stop
                | Self::Reset
                | Self::ChangeMode
                | Self::DownloadProgram
                | Self::ActivateProgram
                | Self::DeleteProgram
                | Self::UpdateFirmware
                | Self::SetClock
                | Self::SetNetwork
                | Self::ChangeSecurity
        )
    }
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Outcome {
    /// The device said yes.
    Accepted,
    /// The device said no, with a code of its own.
    Refused,
    /// An answer was looked for and did not come.
    Unanswered,
    /// The answer was not captured: a gap, one direction only, or the capture's end.
    Unseen,
}

impl Outcome {
    /// The word used in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Unanswered => "unanswered",
            Self::Unseen => "unseen",
        }
    }
}

/// A value as it was on the wire. Keeps its type: numbers stay numbers.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    /// A switch.
    Bool(bool),
    /// A number without sign.
    Unsigned(u64),
    /// A number with sign.
    Signed(i64),
    /// A number with fraction, single precision: shown as short as tells it from its neighbours.
    Float32(f32),
    /// A number with fraction, double precision.
    Float(f64),
    /// Text. Of the peer's making: escape it wherever it is shown.
    Text(&'a str),
    /// Text that is put together when it is shown, such as a date. Escape it too.
    Shown(&'a dyn fmt::Display),
    /// Bytes whose meaning is not known.
    Bytes(&'a [u8]),
    /// Several values.
    List(&'a dyn Scalars),
    /// A secret. Was there, is not told.
    Secret,
}

/// The members of a [`Value::List`].
pub trait Scalars {
    /// Tells every member in order.
    fn each(&self, tell: &mut dyn FnMut(Value<'_>));
}

impl Scalars for [u64] {
    fn each(&self, tell: &mut dyn FnMut(Value<'_>)) {
        self.iter().for_each(|&n| tell(Value::Unsigned(n)));
    }
}

/// One thing an operation was about.
#[derive(Clone, Copy)]
pub struct Item<'a> {
    /// What: `holding 100..101`, `DB120.DBD4`, `symbol Par.OverloadPct`, `ns=2;s=STS07/Load/Net`.
    pub object: &'a dyn fmt::Display,
    /// The value that was read or written.
    pub value: Option<Value<'a>>,
    /// The value before, where the exchange tells it.
    pub previous: Option<Value<'a>>,
    /// The device's own code for this item, where it has one of its own.
    pub code: Option<Coded<'a>>,
    /// The tags it covers, by the site's own tag map. No protocol knows them.
    pub tag: Option<&'a dyn fmt::Display>,
}

impl<'a> Item<'a> {
    /// An item that is only named.
    #[must_use]
    pub const fn named(object: &'a dyn fmt::Display) -> Self {
        Self { object, value: None, previous: None, code: None, tag: None }
    }

    /// An item with its value.
    #[must_use]
    pub const fn valued(object: &'a dyn fmt::Display, value: Value<'a>) -> Self {
        Self { object, value: Some(value), previous: None, code: None, tag: None }
    }
}

/// The items of an operation, told when somebody asks.
pub trait Items {
    /// Tells every item in order.
    fn each(&self, tell: &mut dyn FnMut(Item<'_>));
}

impl Items for () {
    fn each(&self, _: &mut dyn FnMut(Item<'_>)) {}
}

/// The wrappers and routes an operation came through, outermost first.
pub trait Steps {
    /// Tells every step in order.
    fn each(&self, tell: &mut dyn FnMut(&dyn fmt::Display));
}

impl Steps for () {
    fn each(&self, _: &mut dyn FnMut(&dyn fmt::Display)) {}
}

/// One request to a device, with its answer.
///
/// A wrapper is no operation: each member is, with the wrapper in `via`. A message that no one asked for is an
/// operation of its sender with verb [`Verb::Subscribe`] and only a `reply`.
#[derive(Clone, Copy)]
pub struct Operation<'a> {
    /// Who asked. The other side is the server.
    pub client: Side,
    /// When the request was complete on the wire; `None` where it was not captured.
    pub request: Option<Moment>,
    /// When the answer was complete on the wire; `None` where there was none.
    pub reply: Option<Moment>,
    /// The protocol it belongs to, where that is more precise than, or other than, the conversation's.
    pub protocol: Option<&'static str>,
    /// What it does.
    pub verb: Verb,
    /// The protocol's own name and number for it.
    pub function: Coded<'a>,
    /// Wrappers and routes.
    pub via: &'a dyn Steps,
    /// What it was about.
    pub items: &'a dyn Items,
    /// What became of it.
    pub outcome: Outcome,
    /// The device's own code, where it gave one.
    pub code: Option<Coded<'a>>,
    /// How many bytes of value or program it moved, where that is what it is for.
    pub bytes: Option<u64>,
    /// The unit, slot or station behind the address, where the protocol has one.
    pub unit: Option<u32>,
}

impl<'a> Operation<'a> {
    /// An operation without items, wrappers, code, size or unit; fill in what there is with `..`.
    #[must_use]
    pub fn new(client: Side, verb: Verb, function: Coded<'a>, outcome: Outcome) -> Self {
        Self {
            client,
            request: None,
            reply: None,
            protocol: None,
            verb,
            function,
            via: &(),
            items: &(),
            outcome,
            code: None,
            bytes: None,
            unit: None,
        }
    }

    /// The moment the record is filed under: the request's, or the answer's where only that was captured.
    #[must_use]
    pub fn moment(&self) -> Moment {
        self.request.or(self.reply).unwrap_or_default()
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Bool(v) => write!(f, "{v}"),
            Self::Unsigned(v) => f.decimal(v),
            Self::Signed(v) => write!(f, "{v}"),
            Self::Float32(v) => write!(f, "{v}"),
            Self::Float(v) => write!(f, "{v}"),
            Self::Text(v) => write!(f, "{v:?}"),
            Self::Shown(v) => write!(f, "{v}"),
            Self::Bytes(v) => v.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
            Self::Secret => f.write_str("(masked)"),
            Self::List(list) => {
                let mut result = f.write_str("[");
                let mut first = true;
                list.each(&mut |value| {
                    let comma = if std::mem::take(&mut first) { "" } else { ", " };
                    result = result.and_then(|()| write!(f, "{comma}{value}"));
                });
                result.and_then(|()| f.write_str("]"))
            }
        }
    }
}

/// One line: `Write write_single_register (0x06) unit 1: holding 100 = 7 -> accepted`.
///
/// Peer text inside is quoted as Rust quotes strings, so that it cannot steer a terminal.
impl fmt::Display for Operation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb.as_str(), self.function)?;
        let mut result = Ok(());
        self.via.each(&mut |step| result = result.and_then(|()| write!(f, " via {step}")));
        result?;
        if let Some(unit) = self.unit {
            write!(f, " unit {unit}")?;
        }
        let mut result = Ok(());
        let mut separator = ": ";
        self.items.each(&mut |item| {
            result = result.and_then(|()| {
                write!(f, "{}{}", std::mem::replace(&mut separator, "; "), item.object)?;
                if let Some(value) = item.value {
                    write!(f, " = {value}")?;
                }
                if let Some(previous) = item.previous {
                    write!(f, " (was {previous})")?;
                }
                item.code.map_or(Ok(()), |code| write!(f, " [{code}]"))
            });
        });
        result?;
        if let Some(bytes) = self.bytes {
            write!(f, " {bytes} bytes")?;
        }
        write!(f, " -> {}", self.outcome.as_str())?;
        self.code.map_or(Ok(()), |code| write!(f, " {code}"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Item, Items, Operation, Outcome, Value, Verb};
    use crate::{Coded, Number, Side};

    struct OneRegister;
    impl Items for OneRegister {
        fn each(&self, tell: &mut dyn FnMut(Item<'_>)) {
            tell(Item::valued(&"holding 100", Value::Unsigned(7)));
        }
    }

    #[test]
    fn an_operation_displays_as_one_line() {
        let function = Coded::new("write_single_register", Number::Hex8(6));
        let operation = Operation {
            items: &OneRegister,
            unit: Some(1),
            ..Operation::new(Side::A, Verb::Write, function, Outcome::Accepted)
        };
        assert_eq!(
            operation.to_string(),
            "Write write_single_register (0x06) unit 1: holding 100 = 7 -> accepted"
        );
    }
}
