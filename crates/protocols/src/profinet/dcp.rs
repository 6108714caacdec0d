use super::wire::FrameId;
use quaywatch_wire::{ReadError, Reader};

/// What a DCP message asks or answers. Open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Service(pub u8);

impl Service {
    /// Reads parameters.
    pub const GET: Self = Self(3);
    /// Sets parameters, or makes the device do something.
    pub const SET: Self = Self(4);
    /// Asks who is there.
    pub const IDENTIFY: Self = Self(5);
    /// A device says that it is there.
    pub const HELLO: Self = Self(6);
}

/// Request or response. Open: a bit field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ServiceType(pub u8);

impl ServiceType {
    /// A request.
    pub const REQUEST: Self = Self(0);
    /// A response.
    pub const RESPONSE: Self = Self(1);
    /// The response that the request is not supported.
    pub const NOT_SUPPORTED: Self = Self(5);

    /// Whether this is a response.
    #[must_use]
    pub const fn is_response(self) -> bool {
        self.0 & 1 != 0
    }

    /// Whether this is the response that the request is not supported.
    #[must_use]
    pub const fn is_refusal(self) -> bool {
        self.0 & Self::NOT_SUPPORTED.0 == Self::NOT_SUPPORTED.0
    }
}

/// Which parameter: an option and its suboption. Open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Selector {
    /// The group.
    pub option: u8,
    /// The member.
    pub suboption: u8,
}

impl Selector {
    /// The station's MAC address.
    pub const MAC_ADDRESS: Self = Self::new(1, 1);
    /// Address, subnet mask, gateway.
    pub const IP_PARAMETER: Self = Self::new(1, 2);
    /// Address, subnet mask, gateway, four name servers.
    pub const FULL_IP_SUITE: Self = Self::new(1, 3);
    /// The maker's name for the type of station.
    pub const TYPE_OF_STATION: Self = Self::new(2, 1);
    /// The name a controller finds the device by.
    pub const NAME_OF_STATION: Self = Self::new(2, 2);
    /// Vendor and device number.
    pub const DEVICE_ID: Self = Self::new(2, 3);
    /// Device, controller, supervisor.
    pub const DEVICE_ROLE: Self = Self::new(2, 4);
    /// The options the device has.
    pub const DEVICE_OPTIONS: Self = Self::new(2, 5);
    /// Another name, from the neighbour's port.
    pub const ALIAS_NAME: Self = Self::new(2, 6);
    /// Which of several of one kind.
    pub const DEVICE_INSTANCE: Self = Self::new(2, 7);
    /// Vendor and device number of the brand it is sold under.
    pub const OEM_DEVICE_ID: Self = Self::new(2, 8);
    /// The gateway alone.
    pub const STANDARD_GATEWAY: Self = Self::new(2, 9);
    /// What its remote service interface can do.
    pub const RSI_PROPERTIES: Self = Self::new(2, 10);
    /// Brackets a set of several parameters: begin.
    pub const START_TRANSACTION: Self = Self::new(5, 1);
    /// Brackets a set of several parameters: end.
    pub const END_TRANSACTION: Self = Self::new(5, 2);
    /// Blink.
    pub const SIGNAL: Self = Self::new(5, 3);
    /// Tells how a set, or the reading of one parameter, ended.
    pub const RESPONSE: Self = Self::new(5, 4);
    /// Back to factory settings, as the first editions ask for it.
    pub const FACTORY_RESET: Self = Self::new(5, 5);
    /// Back to factory settings, telling which.
    pub const RESET_TO_FACTORY: Self = Self::new(5, 6);
    /// Whether the device says hello when it is switched on.
    pub const DEVICE_INITIATIVE: Self = Self::new(6, 1);
    /// All of them.
    pub const ALL: Self = Self::new(0xFF, 0xFF);
    /// The group of DHCP parameters; the suboption is the DHCP option's number.
    pub const DHCP_OPTION: u8 = 3;
    /// The group of time-sensitive networking.
    pub const TSN_OPTION: u8 = 7;

    /// A selector.
    #[must_use]
    pub const fn new(option: u8, suboption: u8) -> Self {
        Self { option, suboption }
    }

    /// Whether the group is one that makers fill as they like.
    #[must_use]
    pub const fn is_makers_own(self) -> bool {
        matches!(self.option, 0x80..=0xFE)
    }
}

/// How the blocks of a message are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layout {
    /// Option and suboption only, without length: a get request.
    Selectors,
    /// The value follows the length: the filter of an identify request, and control responses.
    Bare,
    /// Two bytes `BlockInfo` before the value: get and identify responses, hello.
    Info,
    /// Two bytes `BlockQualifier` before the value: a set request.
    Qualifier,
}

/// A view of one DCP message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message<'a> {
    /// The `FrameID` it came with.
    pub frame_id: FrameId,
    /// What it asks or answers.
    pub service: Service,
    /// Request or response.
    pub kind: ServiceType,
    /// Chosen by the requester; its response has the same.
    pub xid: u32,
    /// Identify request: over how many steps of 10 ms the answers are to be spread. 0 elsewhere.
    pub response_delay: u16,
    /// All blocks, as they lie in the message.
    pub data: &'a [u8],
}

impl<'a> Message<'a> {
    /// Reads a message from its `FrameID`. Bytes behind its `DataLength` are Ethernet padding and left alone.
    ///
    /// # Errors
    /// The frame is shorter than it says.
    pub fn decode(frame: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(frame);
        let frame_id = FrameId(reader.u16_be("FrameID")?);
        let service = Service(reader.u8("ServiceID")?);
        let kind = ServiceType(reader.u8("ServiceType")?);
        let xid = reader.u32_be("Xid")?;
        let response_delay = reader.u16_be("ResponseDelay")?;
        let length = reader.u16_be("DCPDataLength")?;
        let data = reader.take(length.into(), "DCP blocks")?;
        Ok(Self { frame_id, service, kind, xid, response_delay, data })
    }

    /// Writes the message from its `FrameID`, without Ethernet padding.
    ///
    /// Blocks longer than a `DCPDataLength` can say (65 535 bytes) are cut there.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let length = u16::try_from(self.data.len()).unwrap_or(u16::MAX);
        out.extend_from_slice(&self.frame_id.0.to_be_bytes());
        out.extend_from_slice(&[self.service.0, self.kind.0]);
        out.extend_from_slice(&self.xid.to_be_bytes());
        out.extend_from_slice(&self.response_delay.to_be_bytes());
        out.extend_from_slice(&length.to_be_bytes());
        out.extend(self.data.iter().take(length.into()));
    }

    /// How its blocks are laid out.
    #[must_use]
    pub const fn layout(&self) -> Layout {
        match (self.service, self.kind.is_response()) {
            (Service::GET, false) => Layout::Selectors,
            (Service::SET, false) => Layout::Qualifier,
            (Service::GET | Service::IDENTIFY, true) | (Service::HELLO, _) => Layout::Info,
            _ => Layout::Bare,
        }
    }

    /// Its blocks in order. After an error there are no more.
    #[must_use]
    pub const fn blocks(&self) -> Blocks<'a> {
        Blocks { left: Reader::new(self.data), layout: self.layout() }
    }

    /// Whether `FrameID` and `ServiceID` say the same.
    #[must_use]
    pub const fn is_consistent(&self) -> bool {
        match self.frame_id {
            FrameId::HELLO => matches!(self.service, Service::HELLO),
            FrameId::IDENTIFY => matches!(self.service, Service::IDENTIFY) && !self.kind.is_response(),
            FrameId::IDENTIFY_RESPONSE => {
                matches!(self.service, Service::IDENTIFY) && self.kind.is_response()
            }
            _ => !matches!(self.service, Service::HELLO | Service::IDENTIFY),
        }
    }
}

/// One block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block<'a> {
    /// Which parameter.
    pub selector: Selector,
    /// `BlockInfo` or `BlockQualifier`, where the layout has one and the block is long enough for it.
    pub info: Option<u16>,
    /// The value.
    pub value: &'a [u8],
}

impl Block<'_> {
    /// The parameter and code that a control response tells of.
    #[must_use]
    pub fn response(&self) -> Option<(Selector, u8)> {
        match (self.selector, self.value) {
            (Selector::RESPONSE, &[option, suboption, code, ..]) => {
                Some((Selector { option, suboption }, code))
            }
            _ => None,
        }
    }
}

/// The blocks of a message.
#[derive(Debug, Clone)]
pub struct Blocks<'a> {
    left: Reader<'a>,
    layout: Layout,
}

impl<'a> Iterator for Blocks<'a> {
    type Item = Result<Block<'a>, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left.is_empty() {
            return None;
        }
        let block = self.block();
        if block.is_err() {
            self.left.rest();
        }
        Some(block)
    }
}

impl<'a> Blocks<'a> {
    fn block(&mut self) -> Result<Block<'a>, ReadError> {
        let [option, suboption] = self.left.array("Option")?;
        let selector = Selector { option, suboption };
        if self.layout == Layout::Selectors {
            return Ok(Block { selector, info: None, value: &[] });
        }
        let length = self.left.u16_be("DCPBlockLength")?;
        let mut body = self.left.sub(length.into(), "DCP block")?;
        if length % 2 == 1 && !self.left.is_empty() {
            self.left.skip(1, "padding")?;
        }
        let has_info =
            matches!(self.layout, Layout::Info | Layout::Qualifier) && selector != Selector::RESPONSE;
        let info = if has_info { body.u16_be("BlockInfo").ok() } else { None };
        Ok(Block { selector, info, value: body.rest() })
    }
}

/// Writes one block, padded to an even length. `info` is the `BlockInfo` or `BlockQualifier`, where there is one.
///
/// A value longer than a `DCPBlockLength` can say is cut there.
pub fn push_block(out: &mut Vec<u8>, selector: Selector, info: Option<u16>, value: &[u8]) {
    let info = info.map(u16::to_be_bytes);
    let info: &[u8] = info.as_ref().map_or(&[], |info| info);
    let room = usize::from(u16::MAX) - info.len();
    let value = value.get(..room).unwrap_or(value);
    let length = (info.len() + value.len()) as u16;
    out.extend_from_slice(&[selector.option, selector.suboption]);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(info);
    out.extend_from_slice(value);
    if length % 2 == 1 {
        out.push(0);
    }
}
