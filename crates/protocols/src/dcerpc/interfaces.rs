use std::fmt;

/// A UUID as it lies in little-endian PDUs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Uuid(pub(crate) [u8; 16]);

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g, h, i, rest @ ..] = self.0;
        let first = u32::from_le_bytes([a, b, c, d]);
        write!(f, "{first:08x}-{:04x}-{:04x}-", u16::from_le_bytes([e, g]), u16::from_le_bytes([h, i]))?;
        for (number, byte) in rest.iter().enumerate() {
            write!(f, "{}{byte:02x}", if number == 2 { "-" } else { "" })?;
        }
        Ok(())
    }
}

impl Uuid {
    /// The name of the interface, of those that are met on networks of machines (MS-RPCE and the documents of each; OPC
    /// Foundation for DA).
    pub(crate) fn name(self) -> Option<&'static str> {
        let text = self.to_string();
        KNOWN.iter().find(|(known, _)| *known == text).map(|&(_, name)| name)
    }
}

const KNOWN: [(&str, &str); 32] = [
    ("e1af8308-5d1f-11c9-91a4-08002b14a0fa", "epmapper"),
    ("12345778-1234-abcd-ef00-0123456789ab", "lsarpc"),
    ("12345778-1234-abcd-ef00-0123456789ac", "samr"),
    ("12345678-1234-abcd-ef00-01234567cffb", "netlogon"),
    ("12345678-1234-abcd-ef00-0123456789ab", "spoolss"),
    ("367abb81-9844-35f1-ad32-98f038001003", "svcctl"),
    ("338cd001-2244-31f1-aaaa-900038001003", "winreg"),
    ("1ff70682-0a51-30e8-076d-740be8cee98b", "atsvc"),
    ("86d35949-83c9-4044-b424-db363231fd0c", "ITaskSchedulerService"),
    ("4b324fc8-1670-01d3-1278-5a47bf6ee188", "srvsvc"),
    ("6bffd098-a112-3610-9833-46c3f87e345a", "wkssvc"),
    ("82273fdc-e32a-18c3-3f78-827929dc23ea", "eventlog"),
    ("e3514235-4b06-11d1-ab04-00c04fc2dcd2", "drsuapi"),
    ("3919286a-b10c-11d0-9ba8-00c04fd92ef5", "dssetup"),
    ("c681d488-d850-11d0-8c52-00c04fd90f7e", "efsrpc"),
    ("894de0c0-0d55-11d3-a322-00c04fa321a1", "initshutdown"),
    ("99fcfec4-5260-101b-bbcb-00aa0021347a", "IOXIDResolver"),
    ("00000143-0000-0000-c000-000000000046", "IRemUnknown2"),
    ("00000131-0000-0000-c000-000000000046", "IRemUnknown"),
    ("000001a0-0000-0000-c000-000000000046", "ISystemActivator"),
    ("4d9f4ab8-7d1c-11cf-861e-0020af6e7c57", "IActivation"),
    ("9556dc99-828c-11cf-a37e-00aa003240c7", "IWbemServices"),
    ("f309ad18-d86a-11d0-a075-00c04fb68820", "IWbemLevel1Login"),
    ("d4781cd6-e5d3-44df-ad94-930efe48a887", "IWbemLoginClientID"),
    ("39c13a4d-011e-11d0-9675-0020afd8adb3", "IOPCServer"),
    ("39c13a50-011e-11d0-9675-0020afd8adb3", "IOPCGroupStateMgt"),
    ("39c13a52-011e-11d0-9675-0020afd8adb3", "IOPCSyncIO"),
    ("39c13a54-011e-11d0-9675-0020afd8adb3", "IOPCItemMgt"),
    ("39c13a70-011e-11d0-9675-0020afd8adb3", "IOPCDataCallback"),
    ("39c13a71-011e-11d0-9675-0020afd8adb3", "IOPCAsyncIO2"),
    ("f31dfde2-07b6-11d2-b2d8-0060083ba1fb", "IOPCCommon"),
    ("906b0ce0-c70b-1067-b317-00dd010662da", "IXnRemote"),
];
