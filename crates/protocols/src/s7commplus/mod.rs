//! x
pub(crate) mod stub {}
#[derive(Default)]
pub(crate) struct S7commPlus;
impl S7commPlus {
    pub(crate) fn fragment(&mut self, _: &mut crate::Context<'_>, _: quaywatch_model::Side, _: &[u8]) {}
    pub(crate) fn lost(&mut self, _: &mut crate::Context<'_>, _: quaywatch_model::Side) {}
    pub(crate) fn end(&mut self, _: &mut crate::Context<'_>) {}
    pub(crate) fn client(&self) -> Option<quaywatch_model::Side> {
        None
    }
}
