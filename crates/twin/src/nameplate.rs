/// Who a controller says it is where a protocol does not fix it: Modbus functions 17 and 43/14, and OPC UA's server. S7 and
/// EtherNet/IP are one maker's each and say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nameplate {
    /// Who made it.
    pub maker: &'static str,
    /// What it can be ordered by.
    pub product_code: &'static str,
    /// What it is called.
    pub product: &'static str,
    /// Which firmware it has: `2.4.1`.
    pub revision: &'static str,
    /// What the names of OPC UA begin with: `urn:maker:product`.
    pub uri: &'static str,
}

impl Nameplate {
    /// A controller that exists in software and says so.
    pub const SIMULATED: Self = Self {
        maker: "Quaywatch",
        product_code: "STS-CRANE",
        product: "Simulated ship-to-shore crane",
        revision: env!("CARGO_PKG_VERSION"),
        uri: "urn:quaywatch:twin",
    };
}
